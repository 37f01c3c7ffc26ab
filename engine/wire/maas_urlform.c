/*
 * A form as browsers send it, name=value&..., -> one row of columns.
 * Not here: the grammar (text/maas_pairs.c), what the text of a column means
 * (maas_field_text.c).
 */

#include "maas_int.h"
#include "field/maas_unknown.h"
#include "text/maas_pairs.h"
#include "wire/json/maas_json_rows.h"

#include <math.h>
#include <string.h>


static maas_status_t
pairs_one(const maas_records_t *r, const maas_pairs_t *c,
    const maas_pair_t *pair, char *scratch, void *x, maas_err_t *err)
{
    size_t                len, column;
    maas_status_t         rc;
    const maas_fields_t  *f;

    f = r->fields;

    rc = maas__pairs_plain(c, pair->name, scratch, &len, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    column = maas_column_find(f, scratch, len);

    if (column == SIZE_MAX
        && (r->loose || maas_other_find(f, scratch, len) != SIZE_MAX))
    {
        return maas__pairs_plain(c, pair->value, scratch, &len, err);
    }

    if (column == SIZE_MAX
        && pair->value.data == pair->name.data + pair->name.len)
    {
        return maas__fail(err, MAAS_BADVALUE, "byte %zu: no \"=\" in this "
                          "form, expected name=value, or the Content-Type of "
                          "what it is, such as text/csv", pair->at);
    }

    if (column == SIZE_MAX) {
        return maas__record_at(pair->at, maas__unknown_column(r->info,
                                       (maas_str_t) { scratch, len }, err),
                               err);
    }

    if (!maas__column_is_clear(f, column, x)) {
        return maas__fail(err, MAAS_BADVALUE, "byte %zu: \"%.64s\" is there "
                          "twice", pair->at, f->columns[column].name);
    }

    rc = maas__pairs_plain(c, pair->value, scratch, &len, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    return maas__record_at(pair->at, maas_row_text(f, column, scratch, len, x,
                                                   err),
                           err);
}


static maas_status_t
pairs_read(const maas_info_t *info, const maas_body_t *body, void *x,
    maas_request_t *req, maas_err_t *err)
{
    char            *scratch;
    unsigned         some;
    maas_pair_t      pair;
    maas_arena_t    *a;
    maas_pairs_t     c;
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

    maas__pairs_start(&c, body->data, body->len);
    some = 0;

    while (rc == MAAS_OK && maas__pairs_next(&c, &pair)) {
        rc = pairs_one(&r, &c, &pair, scratch, x, err);
        some = 1;
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
    .explains = 1,
    .read = pairs_read,
    .size = maas__rows_size,
    .write = maas__rows_write
};
