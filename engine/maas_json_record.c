/*
 * An object of named values -> one row: what is called how, what is missing,
 * what is there twice.  No protocol here.
 */

#include "maas_image.h"
#include "maas_json.h"

#include <math.h>
#include <string.h>


#define RECORD_DEPTH  8            /* of a value that is passed over */


static maas_status_t record_picture(maas_json_t *j, const maas_info_t *info,
    float *x, maas_err_t *err);


size_t
maas__objects_bound(const maas_info_t *info, const char *body, size_t len,
    size_t max_rows)
{
    size_t  i, rows, objects;

    rows = maas__rows_bound(info, len, max_rows);

    if (!info->image) {
        return rows;
    }

    for (objects = 0, i = 0; i < len; i++) {
        objects += body[i] == '{';
    }

    objects = objects < max_rows ? objects : max_rows;

    return objects > rows ? objects : rows;
}


/* NaN, which no reader lets in, marks what is not there yet. */

void
maas__record_begin(const maas_info_t *info, float *x)
{
    size_t  i;

    for (i = 0; i < info->in; i++) {
        x[i] = NAN;
    }
}


/* The tensor of one row: a list of any nesting, or a number if one is all. */

static maas_status_t
record_tensor(maas_json_t *j, const maas_info_t *info, float *x,
    maas_err_t *err)
{
    size_t         at;
    float          v;
    const char    *next;
    maas_dims_t    dims;
    maas_status_t  rc;

    at = (size_t) (j->p - j->start);

    if (j->p < j->end && *j->p == '{') {
        return record_picture(j, info, x, err);
    }

    if (j->p < j->end && *j->p != '[') {
        v = 0;
        next = maas__json_float(j->p, j->end, &v);

        if (next == NULL) {
            return v != 0 ? maas__json_bad(j, "out of range for FP32", err)
                          : maas__json_expected(j, "a number or a list", err);
        }

        j->p = next;
        x[0] = v;
        dims.n = 1;

    } else {
        rc = maas__json_tensor(j, MAAS_DT_FP32, x, info->in, &dims, err);
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    if (dims.n != info->in) {
        return maas__fail(err, MAAS_BADSHAPE, "byte %zu: expected %zu numbers,"
                          " got %zu", at, info->in, dims.n);
    }

    return MAAS_OK;
}


/* A picture as a string in base64 */

static maas_status_t
record_base64(maas_json_t *j, const maas_info_t *info, float *x,
    maas_err_t *err)
{
    char           *file;
    size_t          at, len;
    maas_str_t      s;
    maas_arena_t   *a;
    maas_status_t   rc;

    at = (size_t) (j->p - j->start);

    rc = maas__json_string(j, &s, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    a = maas__arena_create(s.len + 2 * MAAS_ALIGN);
    file = a == NULL ? NULL : maas__arena_alloc(a, s.len / 4 * 3 + 3, 1);

    if (file == NULL) {
        rc = maas__fail(err, MAAS_NOMEM, "no memory for a picture");

    } else if (maas__base64(s, file, &len) != MAAS_OK) {
        rc = maas__fail(err, MAAS_BADVALUE, "byte %zu: Unable to base64 "
                        "decode", at);

    } else {
        rc = maas__image_read(info, file, len, x, err);
    }

    maas__arena_destroy(a);

    return rc;
}


/* {"b64": picture} */

static maas_status_t
record_picture(maas_json_t *j, const maas_info_t *info, float *x,
    maas_err_t *err)
{
    size_t              at;
    maas_status_t       rc;
    maas_json_object_t  o;

    static const char *const  names[] = { "b64", NULL };

    if (!info->image) {
        return maas__json_expected(j, "a number or a list", err);
    }

    memset(&o, 0, sizeof(maas_json_object_t));
    o.names = names;
    at = (size_t) (j->p - j->start);

    do {
        rc = maas__json_member(j, &o, err);

        if (rc == MAAS_OK && o.which == 0) {
            rc = record_base64(j, info, x, err);
        }

    } while (rc == MAAS_OK && o.which == 0);

    if (rc == MAAS_OK && (o.which != MAAS_JSON_END || o.seen == 0)) {
        return maas__fail(err, MAAS_BADVALUE, "byte %zu: expected an object "
                          "of \"b64\" alone", at);
    }

    return rc;
}


maas_status_t
maas__json_record(maas_json_t *j, const maas_info_t *info, unsigned weak,
    float *x, maas_err_t *err)
{
    const char          *names[3];
    maas_status_t        rc;
    maas_json_object_t   o;

    names[0] = info->input_name;
    names[1] = info->image ? "b64" : NULL;
    names[2] = NULL;

    memset(&o, 0, sizeof(maas_json_object_t));
    o.names = names;

    for ( ;; ) {
        rc = maas__json_member(j, &o, err);
        if (rc != MAAS_OK || o.which == MAAS_JSON_END) {
            return rc;
        }

        if (o.which == MAAS_JSON_OTHER) {
            return maas__fail(err, MAAS_BADVALUE, "byte %zu: unknown input, "
                              "expected \"%s\"", (size_t) (j->p - j->start),
                              info->input_name);
        }

        if (!isnan(x[0])) {
            rc = weak ? maas__json_skip(j, RECORD_DEPTH, err)
                      : maas__json_bad(j, "the input is there twice", err);

        } else {
            rc = o.which == 0 ? record_tensor(j, info, x, err)
                              : record_base64(j, info, x, err);
        }

        if (rc != MAAS_OK) {
            return rc;
        }
    }
}


maas_status_t
maas__record_end(const maas_info_t *info, float *x, size_t at,
    maas_err_t *err)
{
    if (isnan(x[0])) {
        return maas__fail(err, MAAS_BADVALUE, "byte %zu: Missing named input: "
                          "%s", at, info->input_name);
    }

    return MAAS_OK;
}
