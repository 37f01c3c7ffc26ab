/*
 * Run a plan on rows, in a workspace that the caller brought.
 * Not here: allocation, locks, system calls, anything about wire formats.
 */

#include "maas_desc.h"
#include "maas_int.h"
#include "maas_mem.h"
#include "maas_plan.h"
#include "field/maas_field.h"
#include "kernel/maas_act.h"
#include "op/maas_op.h"

#include <string.h>


typedef struct {
    const maas_model_t  *model;
    const float         *x;
    float               *y;
    float               *ws;
    size_t               cap;          /* rows that the workspace is for */
    size_t               rows;         /* of this slice */
} maas_slice_t;


size_t
maas_workspace_size(const maas_model_t *m, size_t rows)
{
    size_t  n;

    /* never 0, so that a workspace is always something */

    if (maas__mul(rows, m->row_floats * sizeof(float), &n) != MAAS_OK
        || maas__add(n, MAAS_ALIGN, &n) != MAAS_OK)
    {
        return 0;
    }

    return n;
}


static float *
maas_run_value(const maas_slice_t *s, unsigned slot, size_t *ld)
{
    const maas_slot_t  *p;

    if (slot == MAAS_SLOT_X) {
        *ld = s->model->info.in;
        return (float *) s->x;             /* only ever read */
    }

    if (slot == MAAS_SLOT_Y) {
        *ld = s->model->info.out;
        return s->y;
    }

    p = &s->model->slots[slot];
    *ld = p->ld;

    return s->ws + s->cap * p->offset;
}


static void
maas_run_act(const maas_step_t *step, float *y, size_t ldy, size_t rows)
{
    size_t  r;

    if (maas__acts[step->act].by_row) {
        maas__softmax(y, rows, step->units, ldy);
        return;
    }

    for (r = 0; r < rows; r++) {
        maas__act(step->act, step->alpha, y + r * ldy, step->units);
    }
}


static void
maas_run_add(const maas_step_t *step, const float *a, size_t lda,
    const float *b, size_t ldb, float *y, size_t ldy, size_t rows)
{
    size_t  r, i;

    for (r = 0; r < rows; r++, a += lda, b += ldb, y += ldy) {
        for (i = 0; i < step->units; i++) {
            y[i] = a[i] + b[i];
        }
    }
}


static void
maas_run_copy(const maas_step_t *step, const float *x, size_t ldx, float *y,
    size_t ldy, size_t rows)
{
    size_t  r;

    for (r = 0; r < rows; r++) {
        memcpy(y + r * ldy, x + r * ldx, step->units * sizeof(float));
    }
}


static void
maas_run_step(const maas_slice_t *s, const maas_step_t *step)
{
    float        *y;
    size_t        ldx, ldb, ldy;
    const float  *x, *b;

    x = maas_run_value(s, step->src[0], &ldx);
    y = maas_run_value(s, step->dst, &ldy);

    switch (step->kind) {

    case MAAS_LAYER_DENSE:
        s->model->gemm->run(step->packed, step->in_width, step->units, x, ldx,
                            s->rows, step->act, step->alpha, y, ldy);

        if (maas__acts[step->act].fused) {
            return;                        /* run() has applied it */
        }

        break;

    case MAAS_LAYER_ACTIVATION:
        maas_run_copy(step, x, ldx, y, ldy, s->rows);
        break;

    case MAAS_LAYER_ADD:
        b = maas_run_value(s, step->src[1], &ldb);
        maas_run_add(step, x, ldx, b, ldb, y, ldy, s->rows);
        break;

    case MAAS_LAYER_NORM:
        maas__layer_norm(x, ldx, s->rows, step->units, step->eps,
                         step->weight, step->bias, y, ldy);
        break;
    }

    maas_run_act(step, y, ldy, s->rows);
}


static void
maas_run_slice(const maas_slice_t *s)
{
    float               *in;
    size_t               i, ld, r;
    const maas_model_t  *m;

    m = s->model;

    if (m->n_scales != 0) {
        in = maas_run_value(s, m->input_slot, &ld);

        for (r = 0; r < s->rows; r++) {
            maas__prep(s->x + r * m->info.in, 1, m->info.in, m->shift,
                       m->factor, m->n_scales, in + r * ld);
            maas__prep_curves(m->curves, m->n_curves, in + r * ld);
        }
    }

    for (i = 0; i < m->n_steps; i++) {
        maas_run_step(s, &m->steps[i]);
    }
}


maas_status_t
maas_run(const maas_model_t *m, const float *x, size_t rows, float *y,
    void *ws, size_t ws_size, maas_err_t *err)
{
    size_t        done;
    maas_slice_t  s;

    if (ws_size < maas_workspace_size(m, 1)) {
        return maas__fail(err, MAAS_BADSHAPE,
                          "workspace of %zu bytes is below one row's %zu",
                          ws_size, maas_workspace_size(m, 1));
    }

    s.model = m;
    s.ws = ws;
    s.cap = m->row_floats == 0 ? rows
                               : (ws_size - MAAS_ALIGN)
                                 / (m->row_floats * sizeof(float));

    for (done = 0; done < rows; done += s.rows) {
        s.rows = rows - done < s.cap ? rows - done : s.cap;
        s.x = x + done * m->info.in;
        s.y = y + done * m->info.out;

        maas_run_slice(&s);
    }

    return MAAS_OK;
}


int
maas_is_finite(const float *x, size_t n)
{
    size_t    i;
    uint32_t  u, top;

    top = 0;

    for (i = 0; i < n; i++) {
        memcpy(&u, &x[i], sizeof(u));
        u &= 0x7fffffff;
        top = u > top ? u : top;
    }

    return top < 0x7f800000;               /* exponent not all ones */
}
