/*
 * Numbers and commas, byte by byte, straight into floats.
 * Not here: the fast way (maas_json_num_avx512.c), single numbers
 * (maas_json_num.c).
 */

#include "maas_json.h"

#include <math.h>
#include <string.h>


/* 64: as for maas__json_float(). */

__attribute__((aligned(64))) maas_status_t
maas__json_run_some(maas_json_t *j, float *x, size_t room, size_t *n,
    const char *until, unsigned *more, maas_err_t *err)
{
    float          v;
    const char    *next;
    maas_status_t  rc;

    do {
        v = 0;
        next = maas__json_float(j->p, j->end, &v);

        if (next == NULL) {
            return v != 0 ? maas__json_bad(j, "out of range for FP32", err)
                          : maas__json_expected(j, "a number", err);
        }

        if (*n < room) {
            x[*n] = v;
        }

        ++*n;
        j->p = next;

        rc = maas__json_next(j, more, err);

    } while (rc == MAAS_OK && *more && j->p < until);

    return rc;
}


maas_status_t
maas__json_run_plain(maas_json_t *j, float *x, size_t room, size_t *n,
    maas_err_t *err)
{
    unsigned       more;
    maas_status_t  rc;

    do {
        rc = maas__json_run_some(j, x, room, n, j->end, &more, err);
    } while (rc == MAAS_OK && more);

    return rc;
}


/* A number, or null where it is one; NULL if it is neither, *v is infinite if
 * it is beyond what a row holds. */

static const char *
run_one(const maas_json_t *j, const maas_json_run_t *how, double *v)
{
    float        single;
    const char  *next;

    if (how->nan && j->end - j->p >= 4 && memcmp(j->p, "null", 4) == 0) {
        *v = NAN;
        return j->p + 4;
    }

    if (how->twice) {
        return maas__json_double(j->p, j->end, v);
    }

    single = 0;
    next = maas__json_float(j->p, j->end, &single);
    *v = (double) single;

    return next;
}


maas_status_t
maas__json_run_rows(maas_json_t *j, const maas_json_run_t *how, void *x,
    size_t room, size_t *n, maas_err_t *err)
{
    double         v;
    unsigned       more;
    const char    *next;
    maas_status_t  rc;

    do {
        v = 0;
        next = run_one(j, how, &v);

        if (next == NULL) {
            return v == 0 ? maas__json_expected(j, how->nan
                                                   ? "a number or null"
                                                   : "a number", err)
                   : maas__json_bad(j, how->twice ? "out of range for FP64"
                                                  : "out of range for FP32",
                                    err);
        }

        if (*n < room && how->wide) {
            ((double *) x)[*n] = v;

        } else if (*n < room) {
            ((float *) x)[*n] = (float) v;
        }

        ++*n;
        j->p = next;

        rc = maas__json_next(j, &more, err);

    } while (rc == MAAS_OK && more);

    return rc;
}
