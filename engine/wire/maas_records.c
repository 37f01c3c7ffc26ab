/*
 * Rows of a body, one after the other: where each goes, whether it is
 * complete, how many there may be.
 * Not here: what stands between them (the forms' files).
 */

#include "maas_int.h"
#include "maas_records.h"

#include <math.h>
#include <string.h>


void
maas__records_start(maas_records_t *r, const maas_info_t *info,
    const maas_body_t *body, size_t room, float *x)
{
    memset(r, 0, sizeof(maas_records_t));

    r->info = info;
    r->fields = info->reader;
    r->x = x;
    r->room = room;
    r->max_rows = body->max_rows;
}


maas_status_t
maas__record_begin(maas_records_t *r, float **x, maas_err_t *err)
{
    size_t  i;

    if (r->rows == r->max_rows) {
        return maas__fail(err, MAAS_TOOBIG, "more than %zu rows",
                          r->max_rows);
    }

    /* more rows than the text has room for are not complete: they end in an
     * error, wherever they are put */

    *x = r->rows < r->room ? r->x + r->rows * r->info->in : r->x;

    /* NaN, which no reader lets in, marks what is not there yet */

    if (r->fields == NULL) {
        **x = NAN;
        return MAAS_OK;
    }

    for (i = 0; i < r->fields->n; i++) {
        (*x)[r->fields->columns[i].at] = NAN;
    }

    return MAAS_OK;
}


maas_status_t
maas__record_end(maas_records_t *r, float *x, size_t at, maas_err_t *err)
{
    size_t                i;
    maas_err_t            own;
    maas_status_t         rc;
    const maas_fields_t  *f;

    f = r->fields;

    if (r->rows >= r->room) {
        return maas__fail(err, MAAS_INTERNAL, "byte %zu: no memory for this "
                          "row was foreseen", at);
    }

    if (f == NULL && isnan(x[0])) {
        return maas__fail(err, MAAS_BADVALUE, "byte %zu: Missing named input: "
                          "%s", at, r->info->input_name);
    }

    if (f != NULL) {
        for (i = 0; i < f->n; i++) {
            if (isnan(x[f->columns[i].at])) {
                (void) maas_row_text(f, i, "", 0, x, &own);
            }
        }

        rc = maas_row_check(f, x, &own);
        if (rc != MAAS_OK) {
            return maas__fail(err, rc, "byte %zu: %s", at, own.msg);
        }
    }

    r->rows++;

    return MAAS_OK;
}


size_t
maas__records_gap(const maas_records_t *r)
{
    size_t  i;

    for (i = 0; !isnan(r->x[r->fields->columns[i].at]); i++) { /* void */ }

    return i;
}


maas_status_t
maas__records_most(const maas_records_t *r, size_t rows, maas_err_t *err)
{
    if (rows > r->max_rows) {
        return maas__fail(err, MAAS_TOOBIG, "%zu rows, at most %zu are "
                          "allowed", rows, r->max_rows);
    }

    return MAAS_OK;
}


size_t
maas__bound_numbers(const maas_info_t *info, const maas_body_t *body)
{
    size_t  rows, named;

    /* a number takes a byte at least: as BOOL or INT8, or as one digit */
    rows = body->len / info->in;

    if (info->n_columns > 0) {
        /* so does a value, and an input around a column's values takes 40 */
        named = body->len / info->n_columns;
        named = named > 40 ? named - 40 : 0;
        rows = named > rows ? named : rows;
    }

    rows = rows < body->max_rows ? rows : body->max_rows;

    return rows > 0 ? rows : 1;
}


size_t
maas__bound_objects(const maas_info_t *info, const maas_body_t *body)
{
    size_t       rows, objects;
    const char  *p, *end;

    rows = info->plain ? body->len / info->in : 0;

    /* a row may be an object whose values stand elsewhere: in a picture, in
     * the context that examples share, or nowhere */

    end = body->data + body->len;

    p = body->data;

    for (objects = 0; objects < body->max_rows && p < end; objects++) {
        p = memchr(p, '{', (size_t) (end - p));

        if (p++ == NULL) {
            break;
        }
    }

    rows = objects > rows ? objects : rows;

    if (info->n_columns > 0) {
        /* a value takes a byte, and one between it and the next */
        objects = body->len / (2 * info->n_columns);
        rows = objects > rows ? objects : rows;
    }

    rows = rows < body->max_rows ? rows : body->max_rows;

    return rows > 0 ? rows : 1;
}


size_t
maas__bound_one(const maas_info_t *info, const maas_body_t *body)
{
    return 1;
}
