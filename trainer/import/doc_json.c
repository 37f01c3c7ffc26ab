/*
 * JSON into a tree of values, at the speed of 100 MB files: long lists of
 * numbers become arrays at once.  Also takes NaN, Infinity and -Infinity, which
 * XGBoost writes.
 * Not here: UBJSON.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "doc.h"
#include "util.h"
#include "text/maas_json.h"


#define DOC_DIGITS  15             /* of a whole number that a double has */
#define DOC_TOKEN   400            /* bytes of a number */


static void
jdoc_space(train_doc_reader_t *r)
{
    while (r->p < r->end
           && (*r->p == ' ' || *r->p == '\n' || *r->p == '\r'
               || *r->p == '\t'))
    {
        r->p++;
    }
}


static int
jdoc_word(train_doc_reader_t *r, const char *word)
{
    size_t  len;

    len = strlen(word);

    if ((size_t) (r->end - r->p) < len || memcmp(r->p, word, len) != 0) {
        return 0;
    }

    r->p += len;

    return 1;
}


/* What JSON has no word for */

static int
jdoc_special(train_doc_reader_t *r, double *out)
{
    static const struct { const char *word; double v; }  words[] = {
        { "NaN", NAN }, { "Infinity", INFINITY }, { "-Infinity", -INFINITY }
    };

    for (size_t i = 0; i < train_nelts(words); i++) {
        if (jdoc_word(r, words[i].word)) {
            *out = words[i].v;
            return 1;
        }
    }

    return 0;
}


/* A double of the token at r->p: the C library rounds it once */

static int
jdoc_double(train_doc_reader_t *r, const char *end, double *out)
{
    char    token[DOC_TOKEN];
    size_t  len;

    len = (size_t) (end - r->p);

    if (len >= sizeof(token)) {
        return 0;
    }

    memcpy(token, r->p, len);
    token[len] = '\0';
    *out = strtod(token, NULL);
    r->p = end;

    return 1;
}


static int
jdoc_number(train_doc_reader_t *r, double *out)
{
    float        f;
    int64_t      v;
    const char  *p, *end, *digits;

    digits = r->p + (r->p < r->end && *r->p == '-');

    for (v = 0, p = digits; p < r->end && (unsigned char) (*p - '0') <= 9
                            && p - digits <= DOC_DIGITS; p++)
    {
        v = v * 10 + (*p - '0');
    }

    if (p > digits && p - digits <= DOC_DIGITS && p < r->end
        && *p != '.' && (*p | 0x20) != 'e' && (*digits != '0' || v == 0)
        && (*digits != '0' || p - digits == 1))
    {
        *out = *r->p == '-' ? -(double) v : (double) v;
        r->p = p;
        return 1;
    }

    if (r->floats) {
        end = maas__json_float(r->p, r->end, &f);

        if (end != NULL) {
            *out = f;
            r->p = end;
            return 1;
        }

    } else {
        end = maas__json_number(r->p, r->end);

        if (end != NULL) {
            return jdoc_double(r, end, out);
        }
    }

    return jdoc_special(r, out);
}


/* Numbers from r->p up to the `]`, if there is nothing else: commas are counted
 * before memory is asked for. */

static size_t
jdoc_count(const train_doc_reader_t *r)
{
    size_t       n;
    const char  *p;

    for (n = 1, p = r->p; p < r->end && *p != ']'; p++) {
        if (*p == '"' || *p == '[' || *p == '{' || *p == 't' || *p == 'f'
            || *p == 'n')
        {
            return 0;
        }

        n += *p == ',';
    }

    return n;
}


static maas_status_t
jdoc_numbers(train_doc_reader_t *r, size_t n)
{
    size_t        i;
    double       *x;
    train_doc_t  *d;

    d = train_doc_add(r, TRAIN_DOC_NUMBERS);
    if (d == NULL) {
        return MAAS_NOMEM;
    }

    x = maas__arena_alloc(r->arena, n, sizeof(double));
    if (x == NULL) {
        return maas__fail(r->err, MAAS_NOMEM, "no memory for the document");
    }

    for (i = 0; i < n; i++) {
        jdoc_space(r);

        if (!jdoc_number(r, &x[i])) {
            return train_doc_expected(r, "a number");
        }

        jdoc_space(r);

        if (r->p == r->end || *r->p != (i + 1 < n ? ',' : ']')) {
            return train_doc_expected(r, "a comma or ]");
        }

        r->p++;
    }

    d->type = 'M';
    d->n = n;
    d->u.numbers = x;

    return MAAS_OK;
}


/* A string; plain: without escapes */

static maas_status_t
jdoc_string(train_doc_reader_t *r, const char **text, size_t *len)
{
    char          *plain;
    maas_str_t     raw;
    maas_json_t    j;
    maas_status_t  rc;

    maas__json_start(&j, r->file, (size_t) (r->end - r->file));
    j.p = r->p;

    rc = maas__json_string(&j, &raw, r->err);
    r->p = j.p;

    if (rc != MAAS_OK) {
        r->err->code = MAAS_BADFILE;
        return MAAS_BADFILE;
    }

    *text = raw.data;
    *len = raw.len;

    if (memchr(raw.data, '\\', raw.len) != NULL) {
        plain = maas__arena_alloc(r->arena, raw.len + 1, 1);
        if (plain == NULL) {
            return maas__fail(r->err, MAAS_NOMEM,
                              "no memory for the document");
        }

        *len = maas__json_text(raw, plain);
        *text = plain;
    }

    return *len <= UINT32_MAX ? MAAS_OK
           : train_doc_expected(r, "a text of less than 4 GB");
}


/* One value, or the start of a container */

static maas_status_t
jdoc_value(train_doc_reader_t *r)
{
    size_t            n;
    double            v;
    const char       *text;
    train_doc_t      *d;
    maas_status_t     rc;
    train_doc_kind_t  kind;

    switch (r->p < r->end ? *r->p : '\0') {

    case '{':
        r->p++;
        return train_doc_add(r, TRAIN_DOC_OBJECT) ? MAAS_OK : r->err->code;

    case '[':
        r->p++;
        jdoc_space(r);
        n = r->p < r->end && *r->p != '\0'
            && memchr("-0123456789NI", *r->p, 13) != NULL ? jdoc_count(r) : 0;

        return n > 0 ? jdoc_numbers(r, n)
               : train_doc_add(r, TRAIN_DOC_LIST) ? MAAS_OK : r->err->code;

    case '"':
        rc = jdoc_string(r, &text, &n);
        if (rc != MAAS_OK) {
            return rc;
        }

        d = train_doc_add(r, TRAIN_DOC_TEXT);
        if (d == NULL) {
            return r->err->code;
        }

        d->u.text = text;
        d->n = n;
        return MAAS_OK;
    }

    kind = jdoc_word(r, "null") ? TRAIN_DOC_NULL
           : jdoc_word(r, "true") ? TRAIN_DOC_TRUE
           : jdoc_word(r, "false") ? TRAIN_DOC_FALSE
           : jdoc_number(r, &v) ? TRAIN_DOC_NUMBER : TRAIN_DOC_KINDS;

    if (kind == TRAIN_DOC_KINDS) {
        return train_doc_expected(r, "a value");
    }

    d = train_doc_add(r, kind);
    if (d == NULL) {
        return r->err->code;
    }

    if (kind == TRAIN_DOC_NUMBER) {
        d->u.number = v;
    }

    return MAAS_OK;
}


/* Within a container: the comma, the name; or its end.  *end: it was. */

static maas_status_t
jdoc_between(train_doc_reader_t *r, int *end)
{
    int            object;
    maas_status_t  rc;

    object = r->open[r->depth - 1]->kind == TRAIN_DOC_OBJECT;
    jdoc_space(r);

    if (r->p < r->end && *r->p == (object ? '}' : ']')) {
        r->p++;
        *end = 1;
        return train_doc_close(r);
    }

    *end = 0;

    if (r->last[r->depth - 1] != NULL) {
        if (r->p == r->end || *r->p != ',') {
            return train_doc_expected(r, object ? "a comma or }"
                                                : "a comma or ]");
        }

        r->p++;
        jdoc_space(r);
    }

    if (!object) {
        return MAAS_OK;
    }

    rc = jdoc_string(r, &r->name, &r->name_len);
    if (rc != MAAS_OK) {
        return rc;
    }

    jdoc_space(r);

    if (r->p == r->end || *r->p != ':') {
        return train_doc_expected(r, "a colon");
    }

    r->p++;
    jdoc_space(r);

    return MAAS_OK;
}


maas_status_t
train_doc_json(train_doc_reader_t *r)
{
    int            end;
    maas_status_t  rc;

    jdoc_space(r);
    rc = jdoc_value(r);

    while (rc == MAAS_OK && r->depth > 0) {
        rc = jdoc_between(r, &end);

        if (rc == MAAS_OK && !end) {
            rc = jdoc_value(r);
        }
    }

    if (rc != MAAS_OK) {
        return rc;
    }

    jdoc_space(r);

    return r->p == r->end ? MAAS_OK
           : train_doc_expected(r, "the end of the file");
}
