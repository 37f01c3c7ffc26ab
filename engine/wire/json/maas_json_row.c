/*
 * Arrays of numbers, nested or flat, straight into rows of floats.
 * No members or names here, and no requests.
 */

#include "maas_int.h"
#include "maas_json_record.h"

#include <math.h>
#include <stdio.h>
#include <string.h>


const char *
maas__json_whole(maas_dtype_t dt, const char *p, const char *end, double *v,
    float *single)
{
    int                      negative;
    uint64_t                 whole;
    const char              *next;
    const maas_dtype_row_t  *type;

    type = &maas__dtypes[dt];
    next = maas__json_integer(p, end, &negative, &whole);

    if (next == NULL || (negative && !type->is_signed)
        || whole > type->max + (uint64_t) negative)
    {
        return NULL;
    }

    *single = negative ? -(float) whole : (float) whole;
    *v = negative ? -(double) whole : (double) whole;

    return next;
}


/* *v: as a row of doubles has it; *single: of floats, each rounded once */

static inline maas_status_t
row_run_one(maas_json_t *j, maas_dtype_t dt, double *v, float *single,
    maas_err_t *err)
{
    unsigned       yes;
    const char    *next;
    maas_status_t  rc;

    if (dt == MAAS_BOOL) {
        rc = maas__json_bool(j, &yes, err);
        *v = yes;
        *single = (float) yes;

        return rc;
    }

    next = maas__json_whole(dt, j->p, j->end, v, single);

    if (next == NULL && maas__json_number(j->p, j->end) == NULL) {
        return maas__json_expected(j, "a number", err);
    }

    if (next == NULL) {
        return maas__fail(err, MAAS_BADVALUE, "byte %zu: not a number of type "
                          "%s", (size_t) (j->p - j->start),
                          maas__dtypes[dt].wire);
    }

    j->p = next;

    return MAAS_OK;
}


/* Values of BOOL, or whole numbers, or null if it is one, one by one */

static maas_status_t
row_run_each(maas_json_t *j, maas_dtype_t dt, const maas_info_t *info, void *x,
    size_t room, size_t *n, maas_err_t *err)
{
    float          single;
    double         v;
    unsigned       more;
    maas_status_t  rc;

    do {
        if (info->nan && j->p < j->end && *j->p == 'n') {
            single = NAN;
            v = NAN;
            rc = maas__json_skip(j, 1, err);

        } else {
            rc = row_run_one(j, dt, &v, &single, err);
        }

        if (rc != MAAS_OK) {
            return rc;
        }

        if (*n < room && info->wide) {
            ((double *) x)[*n] = v;

        } else if (*n < room) {
            ((float *) x)[*n] = single;
        }

        ++*n;

        rc = maas__json_next(j, &more, err);

    } while (rc == MAAS_OK && more);

    return rc;
}


/* Whole numbers as if they were floats, and then a look at what they were.
 * 0: something is not as plain as that, and nothing was read. */

static int
row_run_plain_integers(maas_json_t *j, maas_dtype_t dt, float *x, size_t room,
    size_t *n)
{
    float                     low, high, max;
    size_t                    i, m, len;
    maas_json_t               k;
    const maas_dtype_row_t  *type;

    k = *j;
    m = *n;

    if (!maas__json_has_avx512()
        || maas__json_run_avx512(&k, x, room, &m, NULL) != MAAS_OK
        || m > room)
    {
        return 0;
    }

    type = &maas__dtypes[dt];
    len = (size_t) (k.p - j->p);

    if (memchr(j->p, '.', len) != NULL || memchr(j->p, 'e', len) != NULL
        || memchr(j->p, 'E', len) != NULL
        || (!type->is_signed && memchr(j->p, '-', len) != NULL))
    {
        return 0;
    }

    for (low = 0, high = 0, i = *n; i < m; i++) {
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
    }

    /* beyond 2^24 floats are too coarse to say */
    max = type->max > 1 << 24 ? 0x1p24f : (float) type->max;

    if (high > max || low < -max - 1) {
        return 0;
    }

    *j = k;
    *n = m;

    return 1;
}


/* Rows of floats without null */

static maas_status_t
row_run_floats(maas_json_t *j, float *x, size_t room, size_t *n,
    maas_err_t *err)
{
    return maas__json_has_avx512()
           ? maas__json_run_avx512(j, x, room, n, err)
           : maas__json_run_plain(j, x, room, n, err);
}


/* Numbers of a type of floating point.  What a client has in single precision
 * is that number in a row of doubles, too. */

static maas_status_t
row_run_real(maas_json_t *j, maas_dtype_t dt, const maas_info_t *info, void *x,
    size_t room, size_t *n, maas_err_t *err)
{
    size_t           from;
    maas_json_t      start;
    maas_status_t    rc;
    maas_json_run_t  how;

    start = *j;
    from = *n;

    how.wide = info->wide;
    how.twice = info->wide && dt == MAAS_F64;
    how.nan = info->nan;

    if (info->wide) {
        return maas__json_run_rows(j, &how, x, room, n, err);
    }

    rc = row_run_floats(j, x, room, n, err);

    if (rc == MAAS_BADVALUE && info->nan) {
        *j = start;
        *n = from;
        rc = maas__json_run_rows(j, &how, x, room, n, err);
    }

    return rc;
}


static maas_status_t
row_run(maas_json_t *j, maas_dtype_t dt, const maas_info_t *info, void *x,
    size_t room, size_t *n, maas_err_t *err)
{
    size_t         i;
    maas_status_t  rc;

    if (dt == MAAS_BOOL || maas__dtypes[dt].max != 0) {
        return dt != MAAS_BOOL && !info->wide
               && row_run_plain_integers(j, dt, x, room, n)
               ? MAAS_OK : row_run_each(j, dt, info, x, room, n, err);
    }

    i = *n;

    rc = row_run_real(j, dt, info, x, room, n, err);

    if (rc != MAAS_OK || dt != MAAS_F16) {
        return rc;
    }

    for ( /* void */ ; i < *n && i < room; i++) {
        /* 65504 and half a unit in the last place */
        if (fabs(maas__slot(info->wide, x, i)) >= 65520.0) {
            return maas__json_bad(j, "a number above is out of range for FP16",
                                  err);
        }
    }

    return MAAS_OK;
}


/* Where a walk over nested arrays is */

typedef struct {
    maas_dims_t  *dims;
    unsigned      level;           /* of the array that is open, from 0 */
    unsigned      leaf;            /* of numbers; MAAS_JSON_RANK: not seen */
    unsigned      known;           /* bit i: dims->dim[i] is */
    size_t        count[MAAS_JSON_RANK];
} row_walk_t;


/* A `[`, and those within it up to the first number, or the `]` of an empty
 * one. */

static maas_status_t
row_open(maas_json_t *j, row_walk_t *w, maas_err_t *err)
{
    for ( ;; ) {
        if (w->level > w->leaf || w->level == MAAS_JSON_RANK) {
            return maas__fail(err, MAAS_BADSHAPE, "byte %zu: nested deeper "
                              "than %s", (size_t) (j->p - j->start),
                              w->level > w->leaf ? "the rows before"
                                                 : "any tensor may be");
        }

        w->count[w->level] = 0;
        j->p++;
        maas__json_space(j);

        if (j->p == j->end || *j->p != '[') {
            break;
        }

        w->level++;
    }

    if (w->leaf != MAAS_JSON_RANK && w->level != w->leaf) {
        return maas__fail(err, MAAS_BADSHAPE, "byte %zu: nested less than the "
                          "rows before", (size_t) (j->p - j->start));
    }

    w->leaf = w->level;

    return MAAS_OK;
}


/* A `]`: the first one of a level sets how many elements the others must
 * have. */

static maas_status_t
row_close(maas_json_t *j, row_walk_t *w, maas_err_t *err)
{
    size_t  *dim, count;

    dim = &w->dims->dim[w->level];
    count = w->count[w->level];

    if (!(w->known & (1u << w->level))) {
        w->known |= 1u << w->level;
        *dim = count;

    } else if (*dim != count) {
        return maas__fail(err, MAAS_BADSHAPE, "byte %zu: rows of different "
                          "lengths, %zu and %zu", (size_t) (j->p - j->start),
                          *dim, count);
    }

    j->p++;

    return MAAS_OK;
}


/* A `]`, and those around it up to the next `[`: *more = 1; or the last. */

static maas_status_t
row_ends(maas_json_t *j, row_walk_t *w, unsigned *more, maas_err_t *err)
{
    maas_status_t  rc;

    do {
        rc = row_close(j, w, err);
        if (rc != MAAS_OK) {
            return rc;
        }

        if (w->level == 0) {
            *more = 0;
            return MAAS_OK;
        }

        w->count[--w->level]++;

        rc = maas__json_next(j, more, err);
        if (rc != MAAS_OK) {
            return rc;
        }

    } while (!*more);

    if (j->p == j->end || *j->p != '[') {
        return maas__json_expected(j, "an array, as before", err);
    }

    w->level++;

    return MAAS_OK;
}


maas_status_t
maas__json_tensor(maas_json_t *j, maas_dtype_t dt, const maas_info_t *info,
    void *x, size_t room, maas_dims_t *dims, maas_err_t *err)
{
    size_t         from;
    unsigned       more;
    row_walk_t     w;
    maas_status_t  rc;

    memset(dims, 0, sizeof(maas_dims_t));

    if (j->p == j->end || *j->p != '[') {
        return maas__json_expected(j, "an array", err);
    }

    w.dims = dims;
    w.level = 0;
    w.leaf = MAAS_JSON_RANK;
    w.known = 0;

    do {
        rc = row_open(j, &w, err);
        from = dims->n;

        if (rc == MAAS_OK && (j->p == j->end || *j->p != ']')) {
            rc = row_run(j, dt, info, x, room, &dims->n, err);
        }

        if (rc == MAAS_OK) {
            w.count[w.level] = dims->n - from;
            rc = row_ends(j, &w, &more, err);
        }

    } while (rc == MAAS_OK && more);

    dims->rank = w.leaf + 1;

    return rc;
}


maas_status_t
maas__wire_rows(const size_t *dim, unsigned rank, size_t in, size_t *rows,
    maas_err_t *err)
{
    char           text[MAAS_SHAPE_TEXT];
    size_t         all;
    unsigned       i;
    maas_status_t  rc;

    for (rc = MAAS_OK, all = 1, i = 1; i < rank && rc == MAAS_OK; i++) {
        rc = maas__mul(all, dim[i], &all);
    }

    if (rc == MAAS_OK && rank > 0 && all == in) {
        *rows = dim[0];
        return MAAS_OK;
    }

    if (rc == MAAS_OK && rank > 0) {
        rc = maas__mul(all, dim[0], &all);
    }

    if (rc == MAAS_OK && all == in) {
        *rows = 1;
        return MAAS_OK;
    }

    return maas__fail(err, MAAS_BADSHAPE, "shape %s does not hold rows of %zu "
                      "numbers", maas__shape_text(dim, rank, text), in);
}


const char *
maas__shape_text(const size_t *dim, unsigned rank, char text[MAAS_SHAPE_TEXT])
{
    int       n;
    size_t    len;
    unsigned  i;

    len = 0;
    text[len++] = '[';

    for (i = 0; i < rank; i++) {
        n = snprintf(text + len, MAAS_SHAPE_TEXT - 6 - len, "%s%zu",
                     i == 0 ? "" : ",", dim[i]);

        if ((size_t) n >= MAAS_SHAPE_TEXT - 6 - len) {
            memcpy(text + len, ",...", 4);
            len += 4;
            break;
        }

        len += (size_t) n;
    }

    text[len++] = ']';
    text[len] = '\0';

    return text;
}
