/*
 * Named fields of a body of one record, one after the other, for those who
 * know no model yet: JSON, a form.
 * Not here: CSV (maas_body_csv.c), the grammars (engine/text), rows of a model
 * (the forms' files).
 */

#include "maas_form.h"
#include "maas_body_fields.h"
#include "maas_int.h"
#include "text/maas_json.h"
#include "text/maas_pairs.h"
#include "wire/json/maas_json_rows.h"

#include <string.h>


#define BODY_DEPTH  32             /* containers in a value passed over */


typedef maas_status_t (*body_read_pt)(maas_str_t text, maas_fields_to_t *b,
    maas_err_t *err);


/* A string without its escapes, in scratch if it had some */

static void
body_json_plain(maas_fields_to_t *b, maas_str_t *s)
{
    if (memchr(s->data, '\\', s->len) != NULL) {
        s->len = maas__json_text(*s, b->scratch);
        s->data = b->scratch;
        b->scratch += s->len;
    }
}


/* The value at the cursor, up to behind it */

static maas_status_t
body_json_value(maas_json_t *j, maas_fields_to_t *b, maas_body_field_t *f,
    maas_err_t *err)
{
    maas_status_t   rc;
    const char     *at;

    at = j->p;

    if (at < j->end && *at == '"') {
        rc = maas__json_string(j, &f->value, err);

        if (rc == MAAS_OK) {
            body_json_plain(b, &f->value);
        }

        f->kind = MAAS_VALUE_TEXT;
        return rc;
    }

    rc = maas__json_skip(j, BODY_DEPTH, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    f->value = (maas_str_t) { at, (size_t) (j->p - at) };

    f->kind = *at == '{' || *at == '[' ? MAAS_VALUE_NESTED
              : *at == 't' ? MAAS_VALUE_TRUE
              : *at == 'f' ? MAAS_VALUE_FALSE
              : *at == 'n' ? MAAS_VALUE_NULL : MAAS_VALUE_DIGITS;

    return MAAS_OK;
}


static maas_status_t
body_json_object(maas_json_t *j, maas_fields_to_t *b, maas_err_t *err)
{
    maas_status_t        rc;
    maas_body_field_t    f;
    maas_json_object_t   o;

    o = (maas_json_object_t) { 0 };

    for ( ;; ) {
        rc = maas__json_member(j, &o, err);
        if (rc != MAAS_OK || o.which == MAAS_JSON_END) {
            return rc;
        }

        f.name = o.key;
        body_json_plain(b, &f.name);

        rc = body_json_value(j, b, &f, err);
        if (rc != MAAS_OK) {
            return rc;
        }

        b->each(b->data, &f);
    }
}


/* An object, or an array of one */

static maas_status_t
body_json(maas_str_t text, maas_fields_to_t *b, maas_err_t *err)
{
    unsigned       more;
    maas_json_t    j;
    maas_status_t  rc;

    maas__json_start(&j, text.data, text.len);
    maas__json_space(&j);

    if (j.p == j.end || *j.p != '[') {
        rc = body_json_object(&j, b, err);

        return rc == MAAS_OK ? maas__json_finish(&j, err) : rc;
    }

    more = 0;

    rc = maas__json_element(&j, &more, err);

    if (rc == MAAS_OK && !more) {
        return maas__fail(err, MAAS_BADSHAPE, "no record");
    }

    if (rc == MAAS_OK) {
        rc = body_json_object(&j, b, err);
    }

    if (rc == MAAS_OK) {
        rc = maas__json_element(&j, &more, err);
    }

    if (rc == MAAS_OK && more) {
        return maas__fail(err, MAAS_BADSHAPE, "byte %zu: more than one record",
                          (size_t) (j.p - j.start));
    }

    return rc == MAAS_OK ? maas__json_finish(&j, err) : rc;
}


static maas_status_t
body_pairs_plain(const maas_pairs_t *c, maas_fields_to_t *b, maas_str_t *s,
    maas_err_t *err)
{
    size_t         len;
    maas_status_t  rc;

    if (memchr(s->data, '%', s->len) == NULL
        && memchr(s->data, '+', s->len) == NULL)
    {
        return MAAS_OK;
    }

    rc = maas__pairs_plain(c, *s, b->scratch, &len, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    *s = (maas_str_t) { b->scratch, len };
    b->scratch += len;

    return MAAS_OK;
}


static maas_status_t
body_pairs(maas_str_t text, maas_fields_to_t *b, maas_err_t *err)
{
    unsigned            some;
    maas_pair_t         pair;
    maas_pairs_t        c;
    maas_status_t       rc;
    maas_body_field_t   f;

    maas__pairs_start(&c, text.data, text.len);
    some = 0;

    while (maas__pairs_next(&c, &pair)) {
        rc = body_pairs_plain(&c, b, &pair.name, err);

        if (rc == MAAS_OK) {
            rc = body_pairs_plain(&c, b, &pair.value, err);
        }

        if (rc != MAAS_OK) {
            return rc;
        }

        f.name = pair.name;
        f.kind = MAAS_VALUE_TEXT;
        f.value = pair.value;
        b->each(b->data, &f);
        some = 1;
    }

    return some ? MAAS_OK : maas__fail(err, MAAS_BADSHAPE, "no record");
}


/* What reads a type: JSON may come under that of a form, too (curl -d) */

static body_read_pt
body_reader(maas_str_t type, unsigned json)
{
    if (type.len == 0
        || (json && maas_type_find(maas__json_types, type.data, type.len)))
    {
        return body_json;
    }

    if (maas_type_find(maas_form_pairs.types, type.data, type.len)) {
        return body_pairs;
    }

    if (maas_type_find(maas__json_types, type.data, type.len)) {
        return body_json;
    }

    return maas_type_find(maas_form_csv.types, type.data, type.len)
           && !maas_type_foreign(type.data, type.len) ? maas__body_csv : NULL;
}


int
maas_body_has_fields(maas_str_t type)
{
    return body_reader(type, 0) != NULL;
}


maas_status_t
maas_body_fields(maas_str_t type, maas_str_t text, char *scratch,
    maas_body_field_pt each, void *data, maas_err_t *err)
{
    maas_json_t       j;
    body_read_pt      reader;
    maas_fields_to_t  b;

    b = (maas_fields_to_t) { each, data, scratch };

    maas__json_start(&j, text.data, text.len);
    maas__json_space(&j);

    reader = body_reader(type, j.p < j.end && (*j.p == '{' || *j.p == '['));

    if (reader == NULL) {
        return maas__fail(err, MAAS_UNSUPPORTED, "Content-Type is none of "
                          "JSON, a form or text/csv in UTF-8");
    }

    return j.p < j.end ? reader(text, &b, err)
                       : maas__fail(err, MAAS_BADSHAPE, "no record");
}


maas_status_t
maas_row_field(const maas_fields_t *f, size_t column,
    const maas_body_field_t *field, void *x, maas_err_t *err)
{
    switch (field->kind) {

    case MAAS_VALUE_TEXT:
        return maas_row_text(f, column, field->value.data, field->value.len, x,
                             err);

    case MAAS_VALUE_DIGITS:
        return maas_row_digits(f, column, field->value.data, field->value.len,
                               x, err);

    case MAAS_VALUE_TRUE:
    case MAAS_VALUE_FALSE:
        return maas_row_bool(f, column, field->kind == MAAS_VALUE_TRUE, x,
                             err);

    case MAAS_VALUE_NULL:
        return maas_row_text(f, column, "", 0, x, err);

    case MAAS_VALUE_NESTED:
        break;
    }

    return maas__fail(err, MAAS_BADVALUE, "expected one value, not an object "
                      "or a list");
}
