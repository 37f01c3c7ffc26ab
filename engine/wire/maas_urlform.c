/*
 * A form as browsers send it, name=value&..., -> one row of columns.
 * Not here: what the text of a column means (maas_field_text.c).
 */

#include "maas_int.h"
#include "field/maas_unknown.h"
#include "wire/json/maas_json_rows.h"

#include <math.h>
#include <string.h>


/* p..end with its "+" and "%41" -> out */

static maas_status_t
pairs_decode(const char *start, const char *p, const char *end, char *out,
    size_t *len, maas_err_t *err)
{
    char  *o;

    for (o = out; p < end; p++) {

        if (*p == '+') {
            *o++ = ' ';

        } else if (*p != '%') {
            *o++ = *p;

        } else if (end - p < 3 || maas__hex_digit(p[1]) > 15
                   || maas__hex_digit(p[2]) > 15)
        {
            return maas__fail(err, MAAS_BADVALUE, "byte %zu: a bad escape",
                              (size_t) (p - start));

        } else {
            *o++ = (char) (maas__hex_digit(p[1]) << 4
                           | maas__hex_digit(p[2]));
            p += 2;
        }
    }

    *len = (size_t) (o - out);

    return MAAS_OK;
}


static maas_status_t
pairs_one(const maas_info_t *info, const char *start, const char *p,
    const char *end, char *scratch, float *x, maas_err_t *err)
{
    size_t                at, len, column;
    const char           *eq;
    maas_status_t         rc;
    const maas_fields_t  *f;

    f = info->reader;
    at = (size_t) (p - start);
    eq = memchr(p, '=', (size_t) (end - p));
    eq = eq == NULL ? end : eq;

    rc = pairs_decode(start, p, eq, scratch, &len, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    column = maas_column_find(f, scratch, len);

    if (column == SIZE_MAX && maas_other_find(f, scratch, len) != SIZE_MAX) {
        return pairs_decode(start, eq, end, scratch, &len, err);
    }

    if (column == SIZE_MAX) {
        return maas__record_at(at, maas__unknown_column(info, (maas_str_t) {
                                       scratch, len }, err), err);
    }

    if (!isnan(x[f->columns[column].at])) {
        return maas__fail(err, MAAS_BADVALUE, "byte %zu: \"%.64s\" is there "
                          "twice", at, f->columns[column].name);
    }

    rc = pairs_decode(start, eq + (eq < end), end, scratch, &len, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    return maas__record_at(at, maas_row_text(f, column, scratch, len, x, err),
                           err);
}


static maas_status_t
pairs_read(const maas_info_t *info, const maas_body_t *body, float *x,
    maas_request_t *req, maas_err_t *err)
{
    char            *scratch;
    unsigned         some;
    const char      *p, *end, *next;
    maas_arena_t    *a;
    maas_status_t    rc;
    maas_records_t   r;

    if (info->reader == NULL) {
        return maas__fail(err, MAAS_UNSUPPORTED, "the model has no columns "
                          "that a form could name");
    }

    maas__records_start(&r, info, body, 1, x);

    a = maas__arena_create(body->len + 2 * MAAS_ALIGN);
    scratch = a == NULL ? NULL : maas__arena_alloc(a, body->len + 1, 1);

    rc = scratch == NULL ? maas__fail(err, MAAS_NOMEM, "no memory for a form")
                         : maas__record_begin(&r, &x, err);

    end = body->data + body->len;
    some = 0;

    for (p = body->data; rc == MAAS_OK && p < end; p = next + (next < end)) {
        next = memchr(p, '&', (size_t) (end - p));
        next = next == NULL ? end : next;

        if (next > p) {
            rc = pairs_one(info, body->data, p, next, scratch, x, err);
            some = 1;
        }
    }

    if (rc == MAAS_OK && !some) {
        rc = maas__fail(err, MAAS_BADVALUE, "the form has no name=value");
    }

    maas__arena_destroy(a);

    if (rc == MAAS_OK) {
        rc = maas__record_end(&r, x, 0, err);
    }

    if (rc == MAAS_OK) {
        *req = (maas_request_t) { .rows = 1 };
    }

    return rc;
}


/* JSON may come under the same type (curl -d); no name of a column begins as
 * that does. */

static int
pairs_is(const maas_info_t *info, const maas_body_t *body)
{
    maas_json_t  j;

    maas__json_start(&j, body->data, body->len);
    maas__json_space(&j);

    return info->n_columns > 0
           && (j.p == j.end || memchr("{[\"", *j.p, 3) == NULL);
}


static const char *const  pairs_types[] = {
    "application/x-www-form-urlencoded", NULL
};

const maas_form_t  maas_form_pairs = {
    .name = "pairs",
    .types = pairs_types,
    .is = pairs_is,
    .bound = maas__bound_one,
    .read = pairs_read,
    .size = maas__rows_size,
    .write = maas__rows_write
};
