/*
 * Runs: numbers of JSON with the commas between them -> floats.
 * Not here: arrays around them.
 */

#ifndef MAAS_JSON_RUN_H
#define MAAS_JSON_RUN_H

#include "maas_json.h"


/* Behind an element: a comma and white space (*more = 1), or the `]`, where
 * the cursor is left. */

static inline maas_status_t
maas__json_next(maas_json_t *j, unsigned *more, maas_err_t *err)
{
    maas__json_space(j);

    if (j->p < j->end && *j->p == ']') {
        *more = 0;
        return MAAS_OK;
    }

    if (j->p == j->end || *j->p != ',') {
        return maas__json_expected(j, "a comma or ]", err);
    }

    j->p++;
    maas__json_space(j);
    *more = 1;

    return MAAS_OK;
}

/* maas_json_run.c: from the first number up to the `]`, where the cursor is
 * left.  *n is added to; numbers from *n = room on are not stored.  x(room)
 * may be written anywhere.  Byte by byte: the oracle, and for CPUs that lack
 * what others need. */
maas_status_t maas__json_run_plain(maas_json_t *j, float *x, size_t room,
    size_t *n, maas_err_t *err);

/* The same, but at the first number at or behind `until` the cursor stops:
 * *more = 1; else 0. */
maas_status_t maas__json_run_some(maas_json_t *j, float *x, size_t room,
    size_t *n, const char *until, unsigned *more, maas_err_t *err);

/* maas_json_num_avx512.c: the same as the plain one, 64 bytes a step; only
 * where maas__json_has_avx512().  Reads nothing behind the text. */
maas_status_t maas__json_run_avx512(maas_json_t *j, float *x, size_t room,
    size_t *n, maas_err_t *err);

/* Does this CPU have what that takes? */
int maas__json_has_avx512(void);


#endif /* MAAS_JSON_RUN_H */
