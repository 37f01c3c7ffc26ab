/*
 * Slopes of a score by all values along a path, back to the network's input.
 * Not here: slopes of a kind of layer (op/), those of activations
 * (kernel/maas_act_slope.c).
 */

#include "maas_explain_path.h"
#include "maas_int.h"

#include <string.h>


#pragma GCC optimize ("O3")


/* sums(width) += slopes of all nodes, weighted */

static void
path_sum(const maas_path_room_t *r, const maas_rows_t *slopes, size_t width,
    double *sums)
{
    double        w;
    size_t        k, i;
    const float  *d;

    d = slopes->data;

    for (k = 0; k < r->nodes; k++, d += slopes->ld) {
        w = r->weight[k];

        for (i = 0; i < width; i++) {
            sums[i] += w * d[i];
        }
    }
}


/* Slopes of a step's inputs, from those of what it makes, on n rows */

static void
path_back_step(const maas_path_room_t *r, const maas_path_step_t *s,
    const maas_rows_t *out, size_t n)
{
    unsigned     j;
    maas_pass_t  p, slope;

    p.rows = slope.rows = n;
    p.scratch = slope.scratch = r->scratch;
    p.fixed = slope.fixed = r->fixed;
    p.out = (maas_rows_t) {
        maas__path_row(r, s->before, s->ld, MAAS_PATH_ENDS), s->ld, NULL
    };
    slope.out = *out;

    for (j = 0; j < s->step.node.n_in; j++) {
        p.in[j] = maas__path_value(r, s->step.node.in[j], MAAS_PATH_ENDS);
        slope.in[j] = maas__path_slopes(r, s->step.node.in[j]);
    }

    s->step.node.op->back(&s->step, &p, &slope);
}


/* The score is the same in all nodes' rows of a last layer that is linear, and
 * so are its slopes */

static void
path_back_last(const maas_path_room_t *r, const maas_path_step_t *s,
    const maas_rows_t *out)
{
    size_t              k, j;
    maas_rows_t         d;
    const maas_node_t  *n;

    n = &s->step.node;
    path_back_step(r, s, out, n->op->linear ? 1 : r->nodes);

    for (j = 0; n->op->linear && j < n->n_in; j++) {
        d = maas__path_slopes(r, n->in[j]);

        for (k = 1; k < r->nodes; k++) {
            memcpy((float *) d.data + k * d.ld, d.data, d.ld * sizeof(float));
        }
    }
}


void
maas__path_backward(const maas_path_room_t *r, size_t output)
{
    size_t             i, k, row;
    double            *sums;
    maas_rows_t        d;
    maas_path_step_t  *s;

    for (i = !r->path->inputs; i <= r->path->n_steps; i++) {
        d = maas__path_slopes(r, (unsigned) i);
        memset(d.data, 0, r->nodes * d.ld * sizeof(float));
    }

    for (k = 0; k < r->nodes; k++) {
        ((float *) d.data)[k * d.ld + output] = 1;
    }

    sums = r->sums + r->path->sums;

    for (i = r->path->n_steps; i-- > 0; ) {
        s = &r->path->steps[i];
        d = maas__path_slopes(r, (unsigned) i + 1);

        for (k = 0; s->slope != NULL && k < r->nodes; k++) {
            row = MAAS_PATH_ENDS + k;
            s->slope->back(s->alpha, maas__path_row(r, s->before, s->ld, row),
                           maas__path_row(r, s->value, s->ld, row),
                           (float *) d.data + k * d.ld, s->width);
        }

        if (s->first) {
            sums -= s->width;
            path_sum(r, &d, s->width, sums);

        } else if (i + 1 == r->path->n_steps) {
            path_back_last(r, s, &d);

        } else {
            path_back_step(r, s, &d, r->nodes);
        }
    }

    if (r->path->inputs) {
        d = maas__path_slopes(r, 0);
        path_sum(r, &d, r->path->model->info.in, r->sums + r->path->sums);
    }
}


void
maas__path_first(const maas_path_room_t *r)
{
    size_t                   i, j;
    float                   *d;
    unsigned                 k;
    maas_pass_t              p, slope;
    const double            *sums;
    const maas_path_step_t  *s;

    sums = r->sums;
    memset(r->slope, 0, r->path->model->info.in * sizeof(float));
    memset(&p, 0, sizeof(p));
    memset(&slope, 0, sizeof(slope));
    p.rows = slope.rows = 1;

    for (i = 0; i < r->path->n_steps; i++) {
        s = &r->path->steps[i];

        if (!s->first) {
            continue;
        }

        if (s->root) {
            sums += s->width;
            continue;
        }

        d = maas__path_row(r, s->slopes, s->ld, MAAS_PATH_ENDS);

        for (j = 0; j < s->width; j++) {
            d[j] = (float) *sums++;
        }

        slope.out = (maas_rows_t) { d, s->ld, NULL };

        for (k = 0; k < s->step.node.n_in; k++) {
            slope.in[k] = (maas_rows_t) { r->slope, r->path->ld, NULL };
        }

        s->step.node.op->back(&s->step, &p, &slope);
    }
}
