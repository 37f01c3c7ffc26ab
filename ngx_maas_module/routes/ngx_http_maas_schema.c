
/*
 * OpenAPI schemas of a model's rows, for generators of clients: types that
 * every language has, no choices of types, no names that clash.
 * Not here: the documents (ngx_http_maas_openapi.c).
 */


#include "ngx_http_maas_routes.h"


/* letters and digits of a name and a version, and a NUL */

#define NGX_HTTP_MAAS_SCHEMA_KEY  (MAAS_MAX_NAME + NGX_INT_T_LEN + 1)

/* values of a category that a description lists; bytes of one, and of a name */

#define NGX_HTTP_MAAS_SCHEMA_VALUES  20
#define NGX_HTTP_MAAS_SCHEMA_LENGTH  128


/* What generators make of an identifier: its letters and digits, whatever
 * their case */

static u_char *
ngx_http_maas_schema_letters(const u_char *s, size_t len, u_char *key,
    u_char *last)
{
    u_char  c;

    for ( /* void */ ; len != 0 && key < last; s++, len--) {
        c = ngx_tolower(*s);

        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            *key++ = c;
        }
    }

    *key = '\0';

    return key;
}


static void
ngx_http_maas_schema_key(ngx_http_maas_model_t *model, ngx_uint_t versioned,
    u_char *key)
{
    u_char  *last, *p;

    last = key + NGX_HTTP_MAAS_SCHEMA_KEY - 1;
    p = ngx_http_maas_schema_letters(model->name.data, model->name.len, key,
                                     last);

    if (versioned) {
        (void) ngx_http_maas_schema_letters(model->version.data,
                                            model->version.len, p, last);
    }
}


/* As a-b and a_b do, version 2 of a and a_2 */

ngx_uint_t
ngx_http_maas_schema_clashes(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model, ngx_uint_t versioned)
{
    ngx_uint_t              i, with;
    ngx_http_maas_model_t  *other;
    u_char                  mine[NGX_HTTP_MAAS_SCHEMA_KEY];
    u_char                  its[NGX_HTTP_MAAS_SCHEMA_KEY];

    ngx_http_maas_schema_key(model, versioned, mine);

    for (i = 0; i < 2 * mmcf->models.nelts; i++) {
        other = ((ngx_http_maas_model_t **) mmcf->models.elts)[i / 2];
        with = i % 2;

        if (other == model && with == versioned) {
            continue;
        }

        ngx_http_maas_schema_key(other, with, its);

        /* the document has the newest one without its version */

        if (ngx_strcmp(mine, its) == 0
            && (with || ngx_http_maas_model_newest(mmcf, other)))
        {
            return 1;
        }
    }

    return 0;
}


void
ngx_http_maas_put_tensor_schema(ngx_http_maas_text_t *t,
    const maas_info_t *info)
{
    size_t  i;

    if (info->image) {
        ngx_http_maas_put(t, "{}");
        return;
    }

    for (i = 0; i < info->rank; i++) {
        ngx_http_maas_put(t, "{\"type\":\"array\",\"minItems\":%uz,"
                          "\"maxItems\":%uz,\"items\":", info->shape[i],
                          info->shape[i]);
    }

    ngx_http_maas_put(t, "{\"type\":\"number\",\"format\":\"double\"%s}",
                      info->nan ? ",\"nullable\":true" : "");

    while (i--) {
        ngx_http_maas_put(t, "}");
    }
}


/* May it stand in a comment or a text of a program?  It is one line, without
 * what ends either. */

static ngx_uint_t
ngx_http_maas_schema_plain(const char *s)
{
    const u_char  *p;

    for (p = (const u_char *) s; *p != '\0'; p++) {
        if (*p < ' ' || *p == 0x7f
            || ngx_strchr("\"\\`*", *p) != NULL)
        {
            return 0;
        }
    }

    return p - (const u_char *) s <= NGX_HTTP_MAAS_SCHEMA_LENGTH;
}


/* What a person is to know of a column; no enumeration, since other values are
 * answered as well, and a client of today must not refuse those of tomorrow. */

static void
ngx_http_maas_schema_describe(ngx_http_maas_text_t *t,
    const maas_field_t *field)
{
    size_t                i;
    ngx_str_t             said;
    ngx_http_maas_text_t  say;

    ngx_http_maas_text_init(&say, t->pool);

    for (i = 0; i < field->n_values; i++) {

        if (i == NGX_HTTP_MAAS_SCHEMA_VALUES
            || !ngx_http_maas_schema_plain(field->values[i]))
        {
            ngx_http_maas_put(&say, "%s", i == 0 ? "..." : ", ...");
            break;
        }

        ngx_http_maas_put(&say, "%s%s", i == 0 ? "" : ", ", field->values[i]);
    }

    if (ngx_http_maas_is_known(field->usual.low)
        && ngx_http_maas_is_known(field->usual.high))
    {
        maas_writer_value(&say.json, "%.6g to %.6g in training",
                          field->usual.low, field->usual.high);
    }

    if (!field->required) {
        ngx_http_maas_put(&say, "%snull: missing",
                          say.pos == say.start ? "" : "; ");
    }

    if (ngx_http_maas_text(&say, &said) == NGX_OK && said.len != 0) {
        maas_writer_key(&t->json, "description");
        maas_writer_string(&t->json, (const char *) said.data, said.len);
    }
}


static void
ngx_http_maas_schema_column(ngx_http_maas_text_t *t, const maas_field_t *field)
{
    ngx_http_maas_json_open(t, field->name, "{");

    switch (field->kind) {

    case MAAS_FIELD_NUMBER:
        ngx_http_maas_json_string(t, "type", "number");
        ngx_http_maas_json_string(t, "format", "double");
        break;

    case MAAS_FIELD_BOOLEAN:
        ngx_http_maas_json_string(t, "type", "boolean");
        break;

    default: /* text */
        ngx_http_maas_json_string(t, "type", "string");
        break;
    }

    if (!field->required) {
        ngx_http_maas_json_value(t, "nullable", "true");
    }

    ngx_http_maas_schema_describe(t, field);
    ngx_http_maas_json_close(t, "}");
}


/* 0: generators make no name of it, or have it for themselves */

static uint32_t
ngx_http_maas_schema_hash(const char *name)
{
    char    **taken;
    u_char    key[NGX_HTTP_MAAS_SCHEMA_LENGTH + 1];

    static char  *members[] = {
        "additionalproperties", "additionalkeys", "todict", "fromdict",
        "tojson", "fromjson", "tostr", "tomultipart", NULL
    };

    if (!ngx_http_maas_schema_plain(name)) {
        return 0;
    }

    (void) ngx_http_maas_schema_letters((u_char *) name, ngx_strlen(name), key,
                                        key + sizeof(key) - 1);

    for (taken = members; *taken != NULL; taken++) {
        if (ngx_strcmp(key, *taken) == 0) {
            return 0;
        }
    }

    return ngx_crc32_short(key, ngx_strlen(key));
}


static int
ngx_http_maas_schema_compare(const void *one, const void *two)
{
    const uint32_t  *a = one, *b = two;

    return *a < *b ? -1 : *a > *b;
}


/* Hashes of names, sorted; NULL: no memory */

static uint32_t *
ngx_http_maas_schema_hashes(ngx_http_maas_text_t *t, const maas_info_t *info)
{
    size_t     i;
    uint32_t  *hashes;

    hashes = ngx_palloc(t->pool, info->n_columns * sizeof(uint32_t));
    if (hashes == NULL) {
        t->failed = 1;
        return NULL;
    }

    for (i = 0; i < info->n_columns; i++) {
        hashes[i] = ngx_http_maas_schema_hash(info->columns[i]);
    }

    ngx_qsort(hashes, info->n_columns, sizeof(uint32_t),
              ngx_http_maas_schema_compare);

    return hashes;
}


/* Has it a name of its own in every language? */

static ngx_uint_t
ngx_http_maas_schema_named(const uint32_t *hashes, const maas_info_t *info,
    size_t i)
{
    uint32_t         hash;
    const uint32_t  *at;

    hash = ngx_http_maas_schema_hash(info->columns[i]);

    if (hash == 0) {
        return 0;
    }

    at = bsearch(&hash, hashes, info->n_columns, sizeof(uint32_t),
                 ngx_http_maas_schema_compare);

    return (at == hashes || at[-1] != hash)
           && (at == hashes + info->n_columns - 1 || at[1] != hash);
}


void
ngx_http_maas_put_columns_schema(ngx_http_maas_text_t *t,
    const maas_info_t *info)
{
    size_t      i, named, required;
    uint32_t   *hashes;

    hashes = ngx_http_maas_schema_hashes(t, info);
    if (hashes == NULL) {
        return;
    }

    named = required = 0;

    ngx_http_maas_json_open(t, NULL, "{");
    ngx_http_maas_json_string(t, "type", "object");
    ngx_http_maas_json_open(t, "properties", "{");

    for (i = 0; i < info->n_columns; i++) {
        if (ngx_http_maas_schema_named(hashes, info, i)) {
            ngx_http_maas_schema_column(t, &info->fields[i]);
            required += info->fields[i].required != 0;
            named++;
        }
    }

    ngx_http_maas_json_close(t, "}");

    if (named < info->n_columns) {
        ngx_http_maas_json_string(t, "description", "Also the columns whose "
                                  "names are no names in a program");
        ngx_http_maas_json_value(t, "additionalProperties", "true");
    }

    /* an empty list would be wrong */

    if (required != 0) {
        ngx_http_maas_json_open(t, "required", "[");

        for (i = 0; i < info->n_columns; i++) {
            if (info->fields[i].required
                && ngx_http_maas_schema_named(hashes, info, i))
            {
                ngx_http_maas_json_string(t, NULL, info->columns[i]);
            }
        }

        ngx_http_maas_json_close(t, "]");
    }

    ngx_http_maas_json_close(t, "}");
}
