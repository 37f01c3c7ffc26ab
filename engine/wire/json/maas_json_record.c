/*
 * Objects of named values, and pictures in base64 -> rows: what is called how,
 * what is missing, what is there twice.
 * Not here: protocols, formats of pictures (maas_image.c).
 */

#include "maas_int.h"
#include "maas_json_record.h"
#include "field/maas_unknown.h"
#include "wire/image/maas_image.h"


#define RECORD_CONTEXT  (1u << 22) /* bytes of context for all rows together */


/* A picture's file in base64 -> the row x of a model that takes pictures */

static maas_status_t
record_file(maas_json_t *j, maas_records_t *r, maas_str_t s, void *x,
    maas_err_t *err)
{
    maas_str_t      file;
    maas_arena_t   *a;
    maas_status_t   rc;

    a = maas__decoded(s, maas__base64, &file);
    if (a == NULL) {
        return maas__fail(err, MAAS_NOMEM, "no memory for a picture");
    }

    rc = file.len == SIZE_MAX
         ? maas__fail(err, MAAS_BADVALUE, "byte %zu: Unable to base64 decode",
                      (size_t) (s.data - 1 - j->start))
         : maas__image_read(r->info, file.data, file.len, &r->pixels, x, err);

    maas__arena_destroy(a);

    return rc;
}


maas_status_t
maas__json_picture(maas_json_t *j, maas_records_t *r, void *x,
    maas_err_t *err)
{
    maas_str_t     s;
    maas_status_t  rc, object;

    if (j->p < j->end && *j->p == '"') {
        rc = maas__json_string(j, &s, err);

        return rc == MAAS_OK ? record_file(j, r, s, x, err) : rc;
    }

    /* what is wrong with the picture comes first */

    object = maas__json_b64(j, &s, err);
    rc = s.data != NULL ? record_file(j, r, s, x, err) : MAAS_OK;

    return rc != MAAS_OK ? rc : object;
}


/* A number alone */

static maas_status_t
record_number(maas_json_t *j, const maas_info_t *info, void *x,
    maas_err_t *err)
{
    float        single;
    double       v;
    const char  *next;

    if (info->wide) {
        v = 0;
        next = maas__json_double(j->p, j->end, &v);

    } else {
        single = 0;
        next = maas__json_float(j->p, j->end, &single);
        v = (double) single;
    }

    if (next == NULL) {
        return v == 0 ? maas__json_expected(j, "a number or a list", err)
               : maas__json_bad(j, info->wide ? "out of range for FP64"
                                              : "out of range for FP32", err);
    }

    j->p = next;
    maas__slot_set(info->wide, x, 0, v);

    return MAAS_OK;
}


/* The tensor of one row: a list of any nesting, or a number if one is all. */

static maas_status_t
record_tensor(maas_json_t *j, maas_records_t *r, void *x, maas_err_t *err)
{
    size_t              at;
    maas_dims_t         dims;
    maas_status_t       rc;
    const maas_info_t  *info;

    info = r->info;
    at = (size_t) (j->p - j->start);

    if (j->p < j->end && *j->p == '{') {
        return info->image ? maas__json_picture(j, r, x, err)
               : maas__json_expected(j, "a number or a list", err);
    }

    if (j->p < j->end && *j->p != '[') {
        rc = record_number(j, info, x, err);
        dims.n = 1;

    } else {
        rc = maas__json_tensor(j, maas__row_dtype(info), info, x, info->in,
                               &dims, err);
    }

    if (rc != MAAS_OK) {
        return rc;
    }

    if (dims.n != info->in) {
        return maas__fail(err, MAAS_BADSHAPE, "byte %zu: expected %zu numbers,"
                          " got %zu", at, info->in, dims.n);
    }

    return MAAS_OK;
}


typedef maas_status_t (*record_unknown_pt)(const maas_info_t *info,
    maas_str_t name, maas_err_t *err);


static maas_status_t
record_unknown(const maas_records_t *r, size_t at, maas_str_t key,
    record_unknown_pt unknown, maas_err_t *err)
{
    char  text[MAAS_NAME_TEXT];

    return maas__record_at(at, unknown(r->info, maas__json_name(key, text),
                                       err), err);
}


static maas_status_t
record_object(maas_json_t *j, maas_records_t *r, unsigned weak, void *x,
    maas_err_t *err)
{
    size_t               at;
    maas_status_t        rc;
    maas_json_object_t   o;
    const char          *names[] = { r->info->input_name,
                                     r->info->image ? "b64" : NULL, NULL };

    o = (maas_json_object_t) { .names = names };

    for ( ;; ) {
        rc = maas__json_member(j, &o, err);
        if (rc != MAAS_OK || o.which == MAAS_JSON_END) {
            return rc;
        }

        at = (size_t) (j->p - j->start);

        if (o.which == MAAS_JSON_OTHER) {
            rc = r->loose ? maas__json_skip(j, MAAS_ROW_DEPTH, err)
                 : record_unknown(r, at, o.key, maas__unknown_input, err);

        } else if (j->p < j->end && *j->p == 'n') {
            o.seen &= ~(1u << o.which);
            rc = maas__json_skip(j, 1, err);

        } else if (!maas__slot_is_clear(r->info->wide, x, 0)) {
            rc = weak ? maas__json_skip(j, MAAS_ROW_DEPTH, err)
                      : maas__json_bad(j, "the input is there twice", err);

        } else if (o.which == 0) {
            rc = record_tensor(j, r, x, err);

        } else if (j->p < j->end && *j->p == '"') {
            rc = maas__json_picture(j, r, x, err);

        } else {
            rc = maas__json_expected(j, "a string", err);
        }

        if (rc != MAAS_OK) {
            return rc;
        }
    }
}


static maas_status_t
record_columns(maas_json_t *j, maas_records_t *r, unsigned weak, void *x,
    maas_err_t *err)
{
    size_t                at, column;
    maas_status_t         rc;
    maas_json_object_t    o;
    const maas_fields_t  *f;

    f = r->fields;
    o = (maas_json_object_t) { 0 };

    for ( ;; ) {
        rc = maas__json_member(j, &o, err);
        if (rc != MAAS_OK || o.which == MAAS_JSON_END) {
            return rc;
        }

        at = (size_t) (o.key.data - j->start);
        column = maas__json_column(f, o.key);

        if (column == SIZE_MAX) {
            rc = r->loose || maas__json_other(f, o.key)
                 ? maas__json_skip(j, MAAS_ROW_DEPTH, err)
                 : record_unknown(r, at, o.key, maas__unknown_column, err);

        } else if (maas__column_is_clear(f, column, x)) {
            rc = maas__json_field(j, f, column, x, err);

        } else if (weak) {
            rc = maas__json_skip(j, MAAS_ROW_DEPTH, err);

        } else {
            rc = maas__fail(err, MAAS_BADVALUE, "byte %zu: \"%.64s\" is there "
                            "twice", at, f->columns[column].name);
        }

        if (rc != MAAS_OK) {
            return rc;
        }
    }
}


/* All columns in their order */

static maas_status_t
record_array(maas_json_t *j, const maas_fields_t *f, void *x,
    maas_err_t *err)
{
    size_t         at, n;
    unsigned       more;
    maas_status_t  rc;

    at = (size_t) (j->p - j->start);
    more = 0;
    n = 0;

    do {
        rc = maas__json_element(j, &more, err);

        if (rc == MAAS_OK && more) {
            rc = n < f->n ? maas__json_field(j, f, n, x, err)
                          : maas__json_skip(j, MAAS_ROW_DEPTH, err);
            n++;
        }

    } while (rc == MAAS_OK && more);

    if (rc == MAAS_OK && n != f->n) {
        return maas__fail(err, MAAS_BADSHAPE, "byte %zu: expected a value for "
                          "each of %zu columns, got %zu", at, f->n, n);
    }

    return rc;
}


/* The value at j->p -> the row x, which has been begun; weak: of an object,
 * what x has not got yet */

static maas_status_t
record_value(maas_json_t *j, maas_records_t *r, unsigned weak, void *x,
    maas_err_t *err)
{
    char  first;

    if (r->fields == NULL) {
        return record_object(j, r, weak, x, err);
    }

    first = j->p < j->end ? *j->p : '\0';

    if (first == '{') {
        return record_columns(j, r, weak, x, err);
    }

    if (weak) {
        return maas__json_expected(j, "an object", err);
    }

    if (maas__records_nameless(r, err) != MAAS_OK) {
        return err->code;
    }

    if (first == '[') {
        return record_array(j, r->fields, x, err);
    }

    return r->fields->n == 1
           ? maas__json_field(j, r->fields, 0, x, err)
           : maas__json_expected(j, "an object or a list of values", err);
}


/* It is read again for each row: much of it for many rows would keep a server
 * longer than a request of its size may. */

static maas_status_t
record_context(const maas_json_t *j, maas_records_t *r, maas_str_t context,
    void *x, maas_err_t *err)
{
    maas_json_t  shared;

    if (context.len > RECORD_CONTEXT / (r->rows + 1)) {
        return maas__fail(err, MAAS_TOOBIG, "a context of %zu bytes for more "
                          "than %zu examples", context.len, r->rows);
    }

    shared = *j;
    shared.p = context.data;

    return record_value(&shared, r, 1, x, err);
}


maas_status_t
maas__json_one(maas_json_t *j, maas_records_t *r, maas_str_t context,
    maas_err_t *err)
{
    void           *x;
    size_t          at;
    maas_status_t   rc;

    at = (size_t) (j->p - j->start);

    rc = maas__record_begin(r, &x, err);

    if (rc == MAAS_OK) {
        rc = record_value(j, r, 0, x, err);
    }

    if (rc == MAAS_OK && context.len > 0) {
        rc = record_context(j, r, context, x, err);
    }

    return rc == MAAS_OK ? maas__record_end(r, x, at, err) : rc;
}


maas_status_t
maas__json_records(maas_json_t *j, maas_records_t *r, maas_str_t context,
    maas_err_t *err)
{
    unsigned       more;
    maas_status_t  rc;

    more = 0;

    do {
        rc = maas__json_element(j, &more, err);

        if (rc == MAAS_OK && more) {
            rc = maas__json_one(j, r, context, err);
        }

    } while (rc == MAAS_OK && more);

    return rc;
}
