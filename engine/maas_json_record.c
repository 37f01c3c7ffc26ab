/*
 * An object of named values -> one row: what is called how, what is missing,
 * what is there twice.  No protocol here.
 */

#include "maas_json.h"

#include <math.h>
#include <string.h>


#define RECORD_DEPTH  8            /* of a value that is passed over */


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


maas_status_t
maas__json_record(maas_json_t *j, const maas_info_t *info, unsigned weak,
    float *x, maas_err_t *err)
{
    const char          *names[2];
    maas_status_t        rc;
    maas_json_object_t   o;

    names[0] = info->input_name;
    names[1] = NULL;

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

        rc = weak && !isnan(x[0]) ? maas__json_skip(j, RECORD_DEPTH, err)
                                  : record_tensor(j, info, x, err);
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
