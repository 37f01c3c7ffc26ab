/*
 * Integrated gradients: scores along the straight path from a baseline to a
 * row, in the network's input, and attributions out of their slopes.
 * Not here: the way back (maas_explain_path_back.c), slots to columns
 * (maas_explain.c).
 */

#include "maas_explain_path.h"
#include "maas_int.h"
#include "kernel/maas_shap.h"

#include <string.h>


#pragma GCC optimize ("O3")


/* A row of the caller's as the network has it */

static void
path_prepare(const maas_path_room_t *r, const float *x, size_t row)
{
    float               *to;
    const maas_model_t  *m;

    m = r->path->model;
    to = maas__path_row(r, r->path->input, r->path->ld, row);

    if (m->n_scales == 0) {
        memcpy(to, x, m->info.in * sizeof(float));
        return;
    }

    maas__prep(x, 1, m->info.in, m->shift, m->factor, m->n_scales, to);
    maas__prep_curves(m->curves, m->n_curves, to);
}


/* Rows of nodes between those of both ends */

static void
path_between(const maas_path_room_t *r, size_t at, size_t ld, size_t width)
{
    float        *y;
    double        t;
    size_t        k, i;
    const float  *from, *to;

    from = maas__path_row(r, at, ld, 0);
    to = maas__path_row(r, at, ld, 1);

    for (k = 0; k < r->nodes; k++) {
        y = maas__path_row(r, at, ld, MAAS_PATH_ENDS + k);
        t = r->t[k];

        for (i = 0; i < width; i++) {
            y[i] = (float) (from[i] + t * ((double) to[i] - from[i]));
        }
    }
}


/* What is applied last, on rows [row, end) */

static void
path_act(const maas_path_room_t *r, const maas_path_step_t *s, size_t row,
    size_t end)
{
    float  *y;

    for ( ; row < end; row++) {
        y = maas__path_row(r, s->value, s->ld, row);

        if (s->before != s->value) {
            memcpy(y, maas__path_row(r, s->before, s->ld, row),
                   s->width * sizeof(float));
        }

        if (s->act == MAAS_ACT_LINEAR) {
            continue;
        }

        if (maas__acts[s->act].by_row) {
            maas__softmax(y, 1, s->width, s->ld);
        } else {
            maas__act(s->act, s->alpha, y, s->width);
        }
    }
}


/* Rows from `row` on: 0, all, or those of the nodes */

static void
path_forward(const maas_path_room_t *r, size_t row, const float *baseline)
{
    size_t             i, j, end, to;
    maas_pass_t        p;
    maas_path_step_t  *s;

    end = MAAS_PATH_ENDS + r->nodes;

    if (r->path->inputs) {
        path_between(r, r->path->input, r->path->ld, r->path->model->info.in);
    }

    for (i = 0; i < r->path->n_steps; i++) {
        s = &r->path->steps[i];
        to = s->first ? MAAS_PATH_ENDS : end;

        if (row < to) {
            p.rows = to - row;
            p.scratch = r->scratch;
            p.fixed = r->fixed;
            p.out = (maas_rows_t) {
                maas__path_row(r, s->before, s->ld, row), s->ld, NULL
            };

            for (j = 0; j < s->step.node.n_in; j++) {
                p.in[j] = maas__path_value(r, s->step.node.in[j], row);
            }

            s->step.node.op->run(&s->step, &p);
        }

        if (s->root && row == 0) {
            maas__path_base(r, s, baseline);
        }

        if (s->first) {
            path_between(r, s->before, s->ld, s->width);
        }

        path_act(r, s, row, end);
    }
}


/* What the model says of its answer for row 1, whose scores are there */

static size_t
path_likeliest(const maas_path_room_t *r)
{
    float                   *y;
    const maas_node_t       *last;
    const maas_path_step_t  *s;

    s = &r->path->steps[r->path->n_steps - 1];
    last = &r->path->model->steps[r->path->n_steps - 1].step.node;

    if (r->path->model->info.task != MAAS_TASK_CLASSIFICATION) {
        return 0;
    }

    y = maas__path_row(r, s->slopes, s->ld, 1);
    memcpy(y, maas__path_row(r, s->value, s->ld, 1), s->width * sizeof(float));

    if (maas__acts[last->act].by_row) {
        maas__softmax(y, 1, s->width, s->ld);

    } else if (last->act != MAAS_ACT_LINEAR) {
        maas__act(last->act, last->alpha, y, s->width);
    }

    return maas_decision(&r->path->model->info, y);
}


static void
path_add_up(const maas_path_room_t *r, double *slots, maas_explained_t *out)
{
    size_t        i, in;
    float        *y;
    double        sum, slope;
    const float  *from, *to;

    const maas_path_step_t  *last;

    in = r->path->model->info.in;
    from = maas__path_row(r, r->path->input, r->path->ld, 0);
    to = maas__path_row(r, r->path->input, r->path->ld, 1);
    sum = 0;

    for (i = 0; i < in; i++) {
        slope = r->slope[i] + r->sums[r->path->sums + i];
        slots[i] = slope != 0 ? ((double) to[i] - from[i]) * slope : 0;
    }

    if (r->path->roots) {
        maas__path_roots(r, slots);
    }

    for (i = 0; i < in; i++) {
        sum += slots[i];
    }

    last = &r->path->steps[r->path->n_steps - 1];
    y = maas__path_row(r, last->value, last->ld, 0);
    out->base = y[out->output];
    out->score = y[last->ld + out->output];
    out->error = out->score - out->base - sum;
}


void
maas__path_run(const maas_path_t *p, const float *x, const float *baseline,
    size_t output, size_t steps, double *slots, maas_explained_t *out,
    void *ws)
{
    size_t        done;
    double       *t, *weight;
    maas_path_room_t   r;

    steps = p->straight ? 1 : steps;
    (void) maas__path_rooms(p, steps, ws, &r);
    t = (double *) r.t;
    weight = (double *) r.weight;

    if (steps == MAAS_EXPLAIN_STEPS) {
        t = p->t;
        weight = p->weight;

    } else {
        maas__shap_rule(steps, t, weight);
    }

    path_prepare(&r, baseline, 0);
    path_prepare(&r, x, 1);
    memset(r.sums, 0, (p->sums + p->model->info.in) * sizeof(double));

    for (done = 0; done < steps; done += r.nodes) {
        r.nodes = steps - done < MAAS_PATH_SLICE ? steps - done
                                                 : MAAS_PATH_SLICE;
        r.t = t + done;
        r.weight = weight + done;
        path_forward(&r, done == 0 ? 0 : MAAS_PATH_ENDS, baseline);

        if (done == 0) {
            out->output = output == MAAS_EXPLAIN_LIKELIEST
                          ? path_likeliest(&r) : output;
        }

        maas__path_backward(&r, out->output);
    }

    maas__path_first(&r);
    path_add_up(&r, slots, out);
}
