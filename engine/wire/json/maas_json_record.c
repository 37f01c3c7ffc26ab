/*
 * Objects of named values -> rows: what is called how, what is missing, what
 * is there twice.  No protocol here.
 */

#include "maas_int.h"
#include "maas_json_field.h"
#include "maas_json_record.h"
#include "maas_json_row.h"

#include <math.h>
#include <string.h>


#define RECORD_DEPTH    8          /* of a value that is passed over */
#define RECORD_CONTEXT  (1u << 22) /* bytes of context for all rows together */


/* The tensor of one row: a list of any nesting, or a number if one is all. */

static maas_status_t
record_tensor(maas_json_t *j, maas_records_t *r, float *x, maas_err_t *err)
{
    size_t              at;
    float               v;
    const char         *next;
    maas_dims_t         dims;
    maas_status_t       rc;
    const maas_info_t  *info;

    info = r->info;
    at = (size_t) (j->p - j->start);

    if (j->p < j->end && *j->p == '{') {
        return maas__json_picture(j, r, x, err);
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
        rc = maas__json_tensor(j, MAAS_F32, x, info->in, &dims, err);
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


static maas_status_t
record_object(maas_json_t *j, maas_records_t *r, unsigned weak, float *x,
    maas_err_t *err)
{
    const char          *names[3];
    maas_status_t        rc;
    maas_json_object_t   o;

    names[0] = r->info->input_name;
    names[1] = r->info->image ? "b64" : NULL;
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
                              r->info->input_name);
        }

        if (!isnan(x[0])) {
            rc = weak ? maas__json_skip(j, RECORD_DEPTH, err)
                      : maas__json_bad(j, "the input is there twice", err);

        } else {
            rc = o.which == 0 ? record_tensor(j, r, x, err)
                              : maas__json_base64(j, r, x, err);
        }

        if (rc != MAAS_OK) {
            return rc;
        }
    }
}


static maas_status_t
record_columns(maas_json_t *j, const maas_fields_t *f, unsigned weak, float *x,
    maas_err_t *err)
{
    size_t               at, column;
    maas_status_t        rc;
    maas_json_object_t   o;

    static const char *const  names[] = { NULL };

    memset(&o, 0, sizeof(maas_json_object_t));
    o.names = names;

    for ( ;; ) {
        rc = maas__json_member(j, &o, err);
        if (rc != MAAS_OK || o.which == MAAS_JSON_END) {
            return rc;
        }

        at = (size_t) (o.key.data - j->start);
        column = maas__json_column(f, o.key);

        if (column == SIZE_MAX) {
            return maas__fail(err, MAAS_BADVALUE, "byte %zu: the model has no "
                              "column of this name", at);
        }

        if (isnan(x[f->columns[column].at])) {
            rc = maas__json_field(j, f, column, x, err);

        } else if (weak) {
            rc = maas__json_skip(j, RECORD_DEPTH, err);

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
record_list(maas_json_t *j, const maas_fields_t *f, float *x,
    maas_err_t *err)
{
    size_t         at, n;
    unsigned       started, more;
    maas_status_t  rc;

    at = (size_t) (j->p - j->start);
    started = 0;

    for (n = 0; /* void */ ; n++) {
        rc = maas__json_element(j, &started, &more, err);

        if (rc == MAAS_OK && more && n < f->n) {
            rc = maas__json_field(j, f, n, x, err);

        } else if (rc == MAAS_OK && more) {
            rc = maas__json_skip(j, RECORD_DEPTH, err);
        }

        if (rc != MAAS_OK) {
            return rc;
        }

        if (!more) {
            break;
        }
    }

    if (n != f->n) {
        return maas__fail(err, MAAS_BADSHAPE, "byte %zu: expected a value for "
                          "each of %zu columns, got %zu", at, f->n, n);
    }

    return MAAS_OK;
}


maas_status_t
maas__json_record(maas_json_t *j, maas_records_t *r, unsigned weak, float *x,
    maas_err_t *err)
{
    char  first;

    if (r->fields == NULL) {
        return record_object(j, r, weak, x, err);
    }

    first = j->p < j->end ? *j->p : '\0';

    if (first == '{') {
        return record_columns(j, r->fields, weak, x, err);
    }

    if (weak) {
        return maas__json_expected(j, "an object", err);
    }

    if (first == '[') {
        return record_list(j, r->fields, x, err);
    }

    return r->fields->n == 1
           ? maas__json_field(j, r->fields, 0, x, err)
           : maas__json_expected(j, "an object or a list of values", err);
}


/* It is read again for each row: much of it for many rows would keep a server
 * longer than a request of its size may. */

static maas_status_t
record_context(const maas_json_t *j, maas_records_t *r, maas_str_t context,
    float *x, maas_err_t *err)
{
    maas_json_t  shared;

    if (context.len > RECORD_CONTEXT / (r->rows + 1)) {
        return maas__fail(err, MAAS_TOOBIG, "a context of %zu bytes for more "
                          "than %zu examples", context.len, r->rows);
    }

    shared = *j;
    shared.p = context.data;

    return maas__json_record(&shared, r, 1, x, err);
}


maas_status_t
maas__json_records(maas_json_t *j, maas_records_t *r, maas_str_t context,
    maas_err_t *err)
{
    float          *x;
    size_t          at;
    unsigned        started, more;
    maas_status_t   rc;

    started = 0;

    for ( ;; ) {
        rc = maas__json_element(j, &started, &more, err);
        if (rc != MAAS_OK || !more) {
            return rc;
        }

        at = (size_t) (j->p - j->start);

        rc = maas__record_begin(r, &x, err);

        if (rc == MAAS_OK) {
            rc = maas__json_record(j, r, 0, x, err);
        }

        if (rc == MAAS_OK && context.len > 0) {
            rc = record_context(j, r, context, x, err);
        }

        if (rc == MAAS_OK) {
            rc = maas__record_end(r, x, at, err);
        }

        if (rc != MAAS_OK) {
            return rc;
        }
    }
}
