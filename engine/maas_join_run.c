/*
 * Run models that were joined: slice by slice, each part on all rows of a slice
 * before the next one, in one workspace.
 * Not here: whether they fit (maas_join_fit.c), how a part runs (maas_run.c).
 */

#include "maas_int.h"
#include "maas_plan.h"

#include <string.h>


typedef struct {
    const maas_model_t   *m;
    const maas_joined_t  *j;
    const char           *x;
    float                *y;
    size_t                rows;        /* of this slice */
    char                 *room[MAAS_JOIN_ROOMS];
    char                 *ws;          /* of each part, */
    size_t                ws_size;     /*     bytes */
    maas_err_t           *err;
} maas_join_slice_t;


/* No place for `cap` rows is larger than the workspace is. */

static void
maas_join_rooms(maas_join_slice_t *s, char *ws, size_t ws_size, size_t cap)
{
    char    *p;
    size_t   i;

    p = ws;

    for (i = 0; i < MAAS_JOIN_ROOMS; i++) {
        s->room[i] = p;
        p += (cap * s->j->room[i] + MAAS_ALIGN - 1)
             & ~(size_t) (MAAS_ALIGN - 1);
    }

    s->ws = p;
    s->ws_size = ws_size - (size_t) (p - ws);
}


static maas_status_t
maas_join_part(const maas_join_slice_t *s, size_t part, const void *x,
    size_t rows, float *y)
{
    return maas_run(s->j->parts[part], x, rows, y, s->ws, s->ws_size, s->err);
}


/* Rows (rows,n) that are not finite are told by `bad`, (rows) bytes, and are
 * zeros from here on: layers behind might make numbers of what is none. */

static void
maas_join_check(float *y, size_t rows, size_t n, char *bad)
{
    size_t  r;

    if (maas_is_finite(y, rows * n)) {
        return;
    }

    for (r = 0; r < rows; r++) {
        if (!maas_is_finite(y + r * n, n)) {
            bad[r] = 1;
            memset(y + r * n, 0, n * sizeof(float));
        }
    }
}


/* y(n) floats -> doubles at the same place, the last one first */

static void
maas_join_widen(void *y, size_t n)
{
    float   v;
    double  wide;

    while (n-- > 0) {
        memcpy(&v, (float *) y + n, sizeof(v));
        wide = v;
        memcpy((double *) y + n, &wide, sizeof(wide));
    }
}


static void
maas_join_nan(float *y, size_t n)
{
    while (n-- > 0) {
        y[n] = NAN;
    }
}


/* Values between parts take turns in two rooms, the third has a flag a row. */

static maas_status_t
maas_join_chain(const maas_join_slice_t *s)
{
    char                *bad;
    float               *y;
    size_t               i, r;
    const void          *x;
    maas_status_t        rc;
    const maas_model_t  *part, *next;

    x = s->x;
    bad = s->room[2];
    memset(bad, 0, s->rows);

    for (i = 0; i + 1 < s->j->n; i++) {
        part = s->j->parts[i];
        next = s->j->parts[i + 1];
        y = (float *) s->room[i % 2];

        rc = maas_join_part(s, i, x, s->rows, y);
        if (rc != MAAS_OK) {
            return rc;
        }

        maas_join_check(y, s->rows, part->info.out, bad);

        if (next->info.wide) {
            maas_join_widen(y, s->rows * part->info.out);
        }

        x = y;
    }

    rc = maas_join_part(s, i, x, s->rows, s->y);

    for (r = 0; r < s->rows; r++) {
        if (bad[r]) {
            maas_join_nan(s->y + r * s->m->info.out, s->m->info.out);
        }
    }

    return rc;
}


/* Row r of a part -> to */

static void
maas_join_row(const maas_join_slice_t *s, size_t part, size_t r, char *to)
{
    size_t                  i, size;
    const char             *x;
    const maas_info_t      *info;
    const maas_join_own_t  *own;

    info = &s->j->parts[part]->info;
    x = s->x + r * s->m->info.row;
    own = s->j->own == NULL ? NULL : &s->j->own[part];

    if (own == NULL || own->from == NULL) {
        memcpy(to, own == NULL ? x : x + own->at, info->row);
        return;
    }

    size = maas__slot_size(info->wide);

    for (i = 0; i < info->in; i++) {
        if (isnan(maas__slot(info->wide, x, own->from[i]))
            && !isnan(own->missing[i]))
        {
            maas__slot_set(info->wide, to, i, own->missing[i]);

        } else {
            memcpy(to + i * size, x + own->from[i] * size, size);
        }
    }
}


/* Rows of a part, where it has its own within those of all: in `room` */

static const void *
maas_join_own(const maas_join_slice_t *s, size_t part, char *room)
{
    size_t  r;

    if (s->j->own == NULL) {
        return s->x;
    }

    for (r = 0; r < s->rows; r++) {
        maas_join_row(s, part, r, room + r * s->j->parts[part]->info.row);
    }

    return room;
}


/* sum(n) += weight * y(n), two at a time, which is what every CPU here can do
 * in one step */

typedef double  join_f64x2_t __attribute__((vector_size(16), aligned(8)));
typedef float   join_f32x2_t __attribute__((vector_size(8), aligned(4)));


static void
maas_join_add(double *sum, const float *y, size_t n, double weight)
{
    size_t         i;
    join_f32x2_t   v;
    join_f64x2_t  *to;

    for (i = 0; i + 2 <= n; i += 2) {
        to = (join_f64x2_t *) (sum + i);
        memcpy(&v, y + i, sizeof(v));
        *to += weight * __builtin_convertvector(v, join_f64x2_t);
    }

    if (i < n) {
        sum[i] += weight * y[i];
    }
}


/* y(n) = sum(n) / total */

static void
maas_join_divide(const double *sum, size_t n, double total, float *y)
{
    size_t         i;
    join_f32x2_t   v;

    for (i = 0; i + 2 <= n; i += 2) {
        v = __builtin_convertvector(*(const join_f64x2_t *) (sum + i) / total,
                                    join_f32x2_t);
        memcpy(y + i, &v, sizeof(v));
    }

    if (i < n) {
        y[i] = (float) (sum[i] / total);
    }
}


/* Sums in the first room, what a part says in the second, its rows in the
 * third */

static maas_status_t
maas_join_mean(const maas_join_slice_t *s)
{
    float          *y;
    size_t          i, n;
    double         *sum;
    maas_status_t   rc;

    sum = (double *) s->room[0];
    y = (float *) s->room[1];
    n = s->rows * s->m->info.out;
    memset(sum, 0, n * sizeof(double));

    for (i = 0; i < s->j->n; i++) {
        rc = maas_join_part(s, i, maas_join_own(s, i, s->room[2]), s->rows,
                            y);
        if (rc != MAAS_OK) {
            return rc;
        }

        maas_join_add(sum, y, n, s->j->weights[i]);
    }

    maas_join_divide(sum, n, s->j->total, s->y);

    return MAAS_OK;
}


/* y(out) of a row of which the gate said v and that is not run further */

static void
maas_join_stop(const maas_join_slice_t *s, float v, float *y)
{
    if (!maas_is_finite(&v, 1)) {
        maas_join_nan(y, s->m->info.out);

    } else if (s->j->otherwise == NULL) {
        *y = v;                            /* out is 1 */

    } else {
        memcpy(y, s->j->otherwise, s->m->info.out * sizeof(float));
    }
}


static int
maas_join_passes(const maas_join_slice_t *s, float v)
{
    return maas_is_finite(&v, 1) && v > s->j->above;
}


/* What the gate says is in the first room, its rows are in the second, where
 * those that pass are packed then.  Their answers come packed, too: each moves
 * to its place, the last one first, so that none is in the way of another. */

static maas_status_t
maas_join_gate(const maas_join_slice_t *s)
{
    float          *said;
    size_t          n, r, row, out;
    maas_status_t   rc;

    said = (float *) s->room[0];
    row = s->j->parts[1]->info.row;
    out = s->m->info.out;

    rc = maas_join_part(s, 0, maas_join_own(s, 0, s->room[1]), s->rows, said);
    if (rc != MAAS_OK) {
        return rc;
    }

    for (n = 0, r = 0; r < s->rows; r++) {
        if (maas_join_passes(s, said[r])) {
            maas_join_row(s, 1, r, s->room[1] + n++ * row);
        }
    }

    if (n > 0
        && (rc = maas_join_part(s, 1, s->room[1], n, s->y)) != MAAS_OK)
    {
        return rc;
    }

    for (r = n == s->rows ? 0 : s->rows; r-- > 0; /* void */ ) {
        if (maas_join_passes(s, said[r])) {
            n--;
            memmove(s->y + r * out, s->y + n * out, out * sizeof(float));

        } else {
            maas_join_stop(s, said[r], s->y + r * out);
        }
    }

    return MAAS_OK;
}


maas_status_t
maas__join_run(const maas_model_t *m, const void *x, size_t rows, float *y,
    void *ws, size_t ws_size, maas_err_t *err)
{
    size_t             done, cap;
    maas_status_t      rc;
    maas_join_slice_t  s;

    static maas_status_t  (*const kinds[])(const maas_join_slice_t *s) = {
        [MAAS_JOIN_CHAIN] = maas_join_chain,
        [MAAS_JOIN_MEAN] = maas_join_mean,
        [MAAS_JOIN_GATE] = maas_join_gate
    };

    if (ws_size < maas_workspace_size(m, 1)) {
        return maas__fail(err, MAAS_BADSHAPE,
                          "workspace of %zu bytes is below one row's %zu",
                          ws_size, maas_workspace_size(m, 1));
    }

    cap = (ws_size - m->fixed - MAAS_ALIGN) / m->row_size;
    cap = cap < rows ? cap : rows;

    s.m = m;
    s.j = m->joined;
    s.err = err;
    maas_join_rooms(&s, ws, ws_size, cap);

    for (done = 0; done < rows; done += s.rows) {
        s.rows = rows - done < cap ? rows - done : cap;
        s.x = (const char *) x + done * m->info.row;
        s.y = y + done * m->info.out;

        rc = kinds[s.j->kind](&s);
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    return MAAS_OK;
}
