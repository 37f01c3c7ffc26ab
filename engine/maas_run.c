/*
 * Run a plan on rows, in a workspace that the caller brought.
 * Not here: allocation, locks, system calls, anything about wire formats.
 */

#include "maas_int.h"
#include "maas_plan.h"


typedef struct {
    const maas_model_t  *model;
    const float         *x;
    float               *y;
    char                *ws;
    size_t               cap;          /* rows that the workspace is for */
    size_t               rows;         /* of this slice */
} maas_slice_t;


size_t
maas_workspace_size(const maas_model_t *m, size_t rows)
{
    size_t  n;

    /* never 0, so that a workspace is always something */

    if (maas__mul(rows, m->row_size, &n) != MAAS_OK
        || maas__add(n, MAAS_ALIGN, &n) != MAAS_OK)
    {
        return 0;
    }

    return n;
}


static maas_rows_t
maas_run_rows(const maas_slice_t *s, const maas_place_t *p)
{
    maas_rows_t  r;

    switch (p->base) {

    case MAAS_PLACE_X:
        r.data = (float *) s->x + p->at;   /* only ever read */
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


static void
maas_run_step(const maas_slice_t *s, const maas_planned_t *t)
{
    unsigned            i;
    maas_pass_t         p;
    const maas_node_t  *n;

    n = &t->step.node;
    p.rows = s->rows;
    p.out = maas_run_rows(s, &t->out);

    for (i = 0; i < n->n_in; i++) {
        p.in[i] = maas_run_rows(s, &t->in[i]);
    }

    n->op->run(&t->step, &p);

    if (n->act != MAAS_ACT_LINEAR
        && !(n->op->fused && maas__acts[n->act].fused))
    {
        maas_run_act(t, &p.out, s->rows);
    }
}


static void
maas_run_slice(const maas_slice_t *s)
{
    size_t               i, r;
    maas_rows_t          in;
    const maas_model_t  *m;

    m = s->model;

    if (m->n_scales != 0) {
        in = maas_run_rows(s, &m->input);

        for (r = 0; r < s->rows; r++) {
            maas__prep(s->x + r * m->info.in, 1, m->info.in, m->shift,
                       m->factor, m->n_scales, (float *) in.data + r * in.ld);
            maas__prep_curves(m->curves, m->n_curves,
                              (float *) in.data + r * in.ld);
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
    s.cap = m->row_size == 0 ? rows : (ws_size - MAAS_ALIGN) / m->row_size;

    for (done = 0; done < rows; done += s.rows) {
        s.rows = rows - done < s.cap ? rows - done : s.cap;
        s.x = x + done * m->info.in;
        s.y = y + done * m->info.out;

        maas_run_slice(&s);
    }

    return MAAS_OK;
}
