/*
 * Numbers and commas, byte by byte, straight into floats.
 * Not here: the fast way (maas_json_num_avx512.c), single numbers
 * (maas_json_num.c).
 */

#include "maas_json.h"


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
