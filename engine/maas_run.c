/*
 * Run a plan on rows, in a workspace that the caller brought.
 * Not here: allocation, locks, system calls, anything about wire formats.
 */

#include "maas_int.h"
#include "maas_plan.h"

#include <string.h>


typedef struct {
    const maas_model_t  *model;
    const void          *x;
    float               *y;
    char                *ws;
    size_t               cap;          /* rows that the workspace is for */
    size_t               rows;         /* of this slice */
} maas_slice_t;


#define INLINE  static inline __attribute__((always_inline))
#define RARE    static __attribute__((noinline))


INLINE size_t
maas_run_size(const maas_model_t *m, size_t rows)
{
    size_t  n;

    /* never 0, so that a workspace is always something */

    if (maas__mul(rows, m->row_size, &n) != MAAS_OK
        || maas__add(n, m->fixed + MAAS_ALIGN, &n) != MAAS_OK)
    {
        return 0;
    }

    return n;
}


size_t
maas_workspace_size(const maas_model_t *m, size_t rows)
{
    return maas_run_size(m, rows);
}


INLINE maas_rows_t
maas_run_rows(const maas_slice_t *s, const maas_place_t *p)
{
    maas_rows_t  r;

    switch (p->base) {

    case MAAS_PLACE_X:
        r.data = (void *) s->x;            /* only ever read */
        break;

    case MAAS_PLACE_Y:
        r.data = s->y + p->at;
        break;

    default:
        r.data = s->ws + s->cap * p->at;
    }

    r.ld = p->ld;
    r.length = NULL;                       /* no kind makes ragged rows */

    return r;
}


static void
maas_run_act(const maas_planned_t *t, const maas_rows_t *y, size_t rows)
{
    size_t              r;
    const maas_node_t  *n;

    n = &t->step.node;

    if (maas__acts[n->act].by_row) {
        maas__softmax(y->data, rows, t->width, y->ld);
        return;
    }

    for (r = 0; r < rows; r++) {
        maas__act(n->act, n->alpha, (float *) y->data + r * y->ld, t->width);
    }
}


/* In place: a copy of what was just stored waits for it, 20 ns */

INLINE void
maas_run_pass(const maas_slice_t *s, const maas_planned_t *t, maas_pass_t *p)
{
    unsigned  i;

    p->rows = s->rows;
    p->out = maas_run_rows(s, &t->out);
    p->scratch = s->ws + s->cap * s->model->scratch;
    p->fixed = s->ws + s->cap * s->model->row_size;

    for (i = 0; i < t->step.node.n_in; i++) {
        p->in[i] = maas_run_rows(s, &t->in[i]);
    }
}


/* A step on what p says, and its activation */

INLINE void
maas_run_pass_step(const maas_planned_t *t, const maas_pass_t *p)
{
    const maas_node_t  *n;

    n = &t->step.node;
    n->op->run(&t->step, p);

    if (n->act != MAAS_ACT_LINEAR
        && !(n->op->fused && (maas__acts[n->act].fused
                              || n->shape.dtype == MAAS_U8)))
    {
        maas_run_act(t, &p->out, p->rows);
    }
}


static inline void
maas_run_step(const maas_slice_t *s, const maas_planned_t *t)
{
    maas_pass_t  p;

    maas_run_pass(s, t, &p);
    maas_run_pass_step(t, &p);
}


/* A slice up to a step, where there is something to do */

RARE void
maas_run_slice(const maas_slice_t *s, size_t n_steps)
{
    size_t               i, r;
    maas_rows_t          in;
    const maas_model_t  *m;

    m = s->model;

    if (m->n_scales != 0) {
        in = maas_run_rows(s, &m->input);      /* floats: R36 */

        for (r = 0; r < s->rows; r++) {
            maas__prep((const float *) s->x + r * m->info.in, 1, m->info.in,
                       m->shift, m->factor, m->n_scales,
                       (float *) in.data + r * in.ld);
            maas__prep_curves(m->curves, m->n_curves,
                              (float *) in.data + r * in.ld);
        }
    }

    for (i = 0; i < n_steps; i++) {
        maas_run_step(s, &m->steps[i]);
    }
}


/* Rows that a workspace is for: not all.  0: none. */

RARE size_t
maas_run_cap(const maas_model_t *m, size_t ws_size, maas_err_t *err)
{
    if (ws_size < maas_run_size(m, 1)) {
        (void) maas__fail(err, MAAS_BADSHAPE,
                          "workspace of %zu bytes is below one row's %zu",
                          ws_size, maas_run_size(m, 1));
        return 0;
    }

    return m->row_size == 0
           ? SIZE_MAX : (ws_size - m->fixed - MAAS_ALIGN) / m->row_size;
}


/* Mostly one slice is enough; a division costs more than all this */

INLINE maas_status_t
maas_run_begin(const maas_model_t *m, size_t rows, void *ws, size_t ws_size,
    maas_slice_t *s, maas_err_t *err)
{
    size_t  all;

    s->model = m;
    s->ws = ws;
    s->cap = rows;
    all = maas_run_size(m, rows);

    if (rows == 0 || all == 0 || all > ws_size) {
        s->cap = maas_run_cap(m, ws_size, err);
    }

    return s->cap == 0 ? MAAS_BADSHAPE : MAAS_OK;
}


/* The next rows behind those that are done */

INLINE void
maas_run_next(maas_slice_t *s, const void *x, size_t done, size_t rows)
{
    s->rows = rows - done < s->cap ? rows - done : s->cap;
    s->x = (const char *) x + done * s->model->info.row;
}


/* One row of a model that is one step needs none of the above.  Is it one, and
 * is the workspace large enough? */

INLINE int
maas_run_is_one(const maas_model_t *m, size_t rows, size_t ws_size)
{
    return rows == 1 && m->one != 0 && m->one <= ws_size;
}


/* What such a step is given; p->out is left to be set */

INLINE void
maas_run_one(const maas_model_t *m, const void *x, void *ws, maas_pass_t *p)
{
    p->rows = 1;
    p->in[0].data = (void *) x;            /* only ever read */
    p->in[0].ld = m->steps->in[0].ld;
    p->in[0].length = NULL;
    p->scratch = (char *) ws + m->scratch;
    p->fixed = (char *) ws + m->row_size;
}


RARE maas_status_t
maas_run_slices(const maas_model_t *m, const void *x, size_t rows, float *y,
    void *ws, size_t ws_size, maas_err_t *err)
{
    size_t         done;
    maas_slice_t   s;
    maas_status_t  rc;

    if (m->joined != NULL) {
        return m->joined->run(m, x, rows, y, ws, ws_size, err);
    }

    rc = maas_run_begin(m, rows, ws, ws_size, &s, err);

    for (done = 0; rc == MAAS_OK && done < rows; done += s.rows) {
        maas_run_next(&s, x, done, rows);
        s.y = y + done * m->info.out;
        maas_run_slice(&s, m->n_steps);
    }

    return rc;
}


maas_status_t
maas_run(const maas_model_t *m, const void *x, size_t rows, float *y,
    void *ws, size_t ws_size, maas_err_t *err)
{
    maas_pass_t  p;

    if (!maas_run_is_one(m, rows, ws_size)) {
        return maas_run_slices(m, x, rows, y, ws, ws_size, err);
    }

    maas_run_one(m, x, ws, &p);
    p.out.data = y;
    p.out.ld = m->steps->out.ld;
    p.out.length = NULL;
    maas_run_pass_step(m->steps, &p);

    return MAAS_OK;
}


/* The last step of a slice, whose y(rows,out) is made of doubles: floats are
 * run into its second half and widened from there, the first one first */

RARE void
maas_run_widen(const maas_slice_t *s, double *y)
{
    float           v;
    size_t          i, n;
    maas_pass_t     p;
    maas_planned_t  last;

    last = s->model->steps[s->model->n_steps - 1];
    last.step.node.act = MAAS_ACT_LINEAR;
    maas_run_pass(s, &last, &p);
    last.step.node.op->run(&last.step, &p);
    n = s->rows * s->model->info.out;

    for (i = 0; i < n; i++) {
        memcpy(&v, s->y + i, sizeof(float));
        y[i] = v;
    }
}


INLINE void
maas_run_raw(const maas_slice_t *s, double *y)
{
    maas_pass_t            p;
    const maas_model_t    *m = s->model;
    const maas_planned_t  *t = &m->steps[m->n_steps - 1];

    if (m->n_steps > 1 || m->n_scales != 0) {
        maas_run_slice(s, m->n_steps - 1);
    }

    if (t->step.node.op->raw != NULL) {
        maas_run_pass(s, t, &p);
        t->step.node.op->raw(&t->step, &p, y);
    } else {
        maas_run_widen(s, y);
    }
}


RARE maas_status_t
maas_raw_slices(const maas_model_t *m, const void *x, size_t rows, double *y,
    void *ws, size_t ws_size, maas_err_t *err)
{
    size_t         done;
    maas_slice_t   s;
    maas_status_t  rc;

    if (m->joined != NULL) {
        return maas__fail(err, MAAS_UNSUPPORTED,
                          "models that were joined have no sums of their own");
    }

    rc = maas_run_begin(m, rows, ws, ws_size, &s, err);

    for (done = 0; rc == MAAS_OK && done < rows; done += s.rows) {
        maas_run_next(&s, x, done, rows);
        s.y = (float *) (y + done * m->info.out) + s.rows * m->info.out;
        maas_run_raw(&s, y + done * m->info.out);
    }

    return rc;
}


maas_status_t
maas_raw(const maas_model_t *m, const void *x, size_t rows, double *y,
    void *ws, size_t ws_size, maas_err_t *err)
{
    maas_pass_t  p;

    if (!maas_run_is_one(m, rows, ws_size)
        || m->steps->step.node.op->raw == NULL)
    {
        return maas_raw_slices(m, x, rows, y, ws, ws_size, err);
    }

    maas_run_one(m, x, ws, &p);
    m->steps->step.node.op->raw(&m->steps->step, &p, y);

    return MAAS_OK;
}
