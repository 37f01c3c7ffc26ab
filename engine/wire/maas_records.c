/*
 * Rows of a body, one after the other: where each goes, whether it is
 * complete, how many there may be.
 * Not here: what stands between them (the forms' files).
 */

#include "maas_int.h"
#include "maas_records.h"

#include <string.h>


void
maas__records_start(maas_records_t *r, const maas_info_t *info,
    const maas_body_t *body, size_t room, void *x)
{
    *r = (maas_records_t) {
        .info = info,
        .fields = body->marks ? info->marking : info->reader,
        .x = x,
        .room = room,
        .max_rows = body->max_rows,
        .loose = body->loose,
        .named = body->named && info->reader != NULL
    };
}


maas_status_t
maas__records_nameless(const maas_records_t *r, maas_err_t *err)
{
    return r->named ? maas__fail(err, MAAS_BADVALUE, "values without names, "
                                 "of a model with other columns")
                    : MAAS_OK;
}


maas_status_t
maas__record_begin(maas_records_t *r, void **x, maas_err_t *err)
{
    size_t  i;

    if (r->rows == r->max_rows) {
        return maas__fail(err, MAAS_TOOBIG, "more than %zu rows",
                          r->max_rows);
    }

    /* more rows than the text has room for are not complete: they end in an
     * error, wherever they are put */

    *x = maas__record(r, r->rows < r->room ? r->rows : 0);

    /* what is not there yet */

    if (r->fields == NULL) {
        maas__slot_clear(r->info->wide, *x, 0);
        return MAAS_OK;
    }

    for (i = 0; i < r->fields->n; i++) {
        maas__slot_clear(r->info->wide, *x, r->fields->columns[i].at);
    }

    return MAAS_OK;
}


maas_status_t
maas__record_end(maas_records_t *r, void *x, size_t at, maas_err_t *err)
{
    size_t                i;
    maas_status_t         rc;
    const maas_fields_t  *f;

    f = r->fields;

    if (r->rows >= r->room) {
        return maas__fail(err, MAAS_INTERNAL, "byte %zu: no memory for this "
                          "row was foreseen", at);
    }

    if (f == NULL && maas__slot_is_clear(r->info->wide, x, 0)) {
        return maas__fail(err, MAAS_BADVALUE, "byte %zu: Missing named input: "
                          "%s", at, r->info->input_name);
    }

    if (f != NULL) {
        for (i = 0; i < f->n; i++) {
            if (maas__column_is_clear(f, i, x)) {
                (void) maas_row_text(f, i, "", 0, x, NULL);
            }
        }

        rc = maas__record_at(at, maas_row_check(f, x, err), err);
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    r->rows++;

    return MAAS_OK;
}


maas_status_t
maas__record_at(size_t at, maas_status_t rc, maas_err_t *err)
{
    maas_err_t  own;

    if (rc == MAAS_OK || err == NULL) {
        return rc;
    }

    own = *err;

    return maas__fail(err, rc, "byte %zu: %s", at, own.msg);
}


maas_arena_t *
maas__decoded(maas_str_t raw, maas_decode_pt decode, maas_str_t *text)
{
    char          *out;
    maas_arena_t  *a;

    a = maas__arena_create(raw.len + 2 * MAAS_ALIGN);
    out = a == NULL ? NULL : maas__arena_alloc(a, raw.len + 1, 1);

    if (out == NULL) {
        maas__arena_destroy(a);
        return NULL;
    }

    *text = (maas_str_t) { out, decode(raw, out) };

    return a;
}


maas_status_t
maas__record_text(const maas_fields_t *f, size_t column, maas_str_t raw,
    maas_decode_pt decode, void *x, maas_err_t *err)
{
    maas_str_t      text;
    maas_arena_t   *a;
    maas_status_t   rc;

    if (decode == NULL) {
        return maas_row_text(f, column, raw.data, raw.len, x, err);
    }

    a = maas__decoded(raw, decode, &text);
    if (a == NULL) {
        return maas__fail(err, MAAS_NOMEM, "no memory for a text");
    }

    rc = text.len == SIZE_MAX
         ? maas__fail(err, MAAS_BADVALUE, "Unable to base64 decode")
         : maas_row_text(f, column, text.data, text.len, x, err);

    maas__arena_destroy(a);

    return rc;
}


size_t
maas__records_gap(const maas_records_t *r)
{
    size_t  i;

    for (i = 0; !maas__column_is_clear(r->fields, i, r->x); i++) { /* void */ }

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


/* The larger one, but never 0, and no more than are allowed */

static size_t
records_bound(const maas_body_t *body, size_t rows, size_t named)
{
    rows = named > rows ? named : rows;
    rows = rows < body->max_rows ? rows : body->max_rows;

    return rows > 0 ? rows : 1;
}


size_t
maas__bound_numbers(const maas_info_t *info, const maas_body_t *body)
{
    size_t  named;

    /* a number takes a byte at least: as BOOL or INT8, or as one digit; so
     * does a value, and an input around a column's values takes 40 */

    named = info->n_columns > 0 ? body->len / info->n_columns : 0;

    return records_bound(body, body->len / info->in,
                         named > 40 ? named - 40 : 0);
}


size_t
maas__bound_objects(const maas_info_t *info, const maas_body_t *body)
{
    size_t       rows, objects, named;
    const char  *p, *end;

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

    /* a value takes a byte, and one between it and the next */

    rows = info->plain ? body->len / info->in : 0;
    named = info->n_columns > 0 ? body->len / (2 * info->n_columns) : 0;

    return records_bound(body, objects > rows ? objects : rows, named);
}


size_t
maas__bound_one(const maas_info_t *info, const maas_body_t *body)
{
    return 1;
}
