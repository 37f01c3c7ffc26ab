/*
 * Layer normalisation: each row over its numbers.
 */

#include <math.h>

#include "op.h"


#define LAYER_NORM_EPS    1e-5f     /* the model format's */

TRAIN_VECTORS
static void
layer_norm_forward(const train_pass_t *s)
{
    float         mean, var, d, inv, *y, *x;
    size_t        r, j, units;
    const float  *gamma, *beta;

    units = s->l->units;
    gamma = train_vector(s->l, s->p->p, TRAIN_NORM_GAMMA);
    beta = train_vector(s->l, s->p->p, TRAIN_NORM_BETA);

    for (r = s->first; r < s->last; r++) {
        y = s->p->a + r * s->l->ld;
        x = (s->p->keep != NULL) ? s->p->keep + r * s->l->ld : y;
        mean = 0;
        var = 0;

        for (j = 0; j < units; j++) {
            mean += y[j];
        }

        mean /= (float) units;

        for (j = 0; j < units; j++) {
            d = y[j] - mean;
            var += d * d;
        }

        inv = 1 / sqrtf(var / (float) units + LAYER_NORM_EPS);
        s->p->stats[r] = inv;

        for (j = 0; j < units; j++) {
            x[j] = (y[j] - mean) * inv;
            y[j] = x[j] * gamma[j] + beta[j];
        }
    }
}


TRAIN_VECTORS
static void
layer_norm_backward(const train_pass_t *s)
{
    float         sum, dot, *dz;
    size_t        r, j, units;
    const float  *x, *g, *gamma;

    units = s->l->units;
    gamma = train_vector(s->l, s->p->p, TRAIN_NORM_GAMMA);

    for (r = s->first; r < s->last; r++) {
        g = s->p->g + r * s->l->ld;
        x = s->p->keep + r * s->l->ld;
        dz = s->p[-1].g + r * s->l->ld;
        sum = 0;
        dot = 0;

        for (j = 0; j < units; j++) {
            dz[j] = g[j] * gamma[j];
            sum += dz[j];
            dot += dz[j] * x[j];
        }

        sum /= (float) units;
        dot /= (float) units;

        for (j = 0; j < units; j++) {
            dz[j] = s->p->stats[r] * (dz[j] - sum - x[j] * dot);
        }
    }
}


/* Batch normalisation has the same */

TRAIN_VECTORS
void
train_norm_gradient(const train_pass_t *s)
{
    float        *gamma, *beta;
    size_t        r, j;
    const float  *g, *x;

    gamma = s->p->small + TRAIN_NORM_GAMMA * s->l->ld;
    beta = s->p->small + TRAIN_NORM_BETA * s->l->ld;

    for (j = s->from; j < s->to; j++) {
        gamma[j] = 0;
        beta[j] = 0;
    }

    for (r = 0; r < s->b->rows; r++) {
        g = s->p->g + r * s->l->ld;
        x = s->p->keep + r * s->l->ld;

        for (j = s->from; j < s->to; j++) {
            beta[j] += g[j];
            gamma[j] += g[j] * x[j];
        }
    }
}


static void
layer_norm_squares(const train_pass_t *s, double *sum)
{
    float         g, x;
    size_t        r, j;
    const float  *p, *q;

    for (r = s->first; r < s->last; r++) {
        p = s->p->g + r * s->l->ld;
        q = s->p->keep + r * s->l->ld;

        for (j = 0; j < s->l->units; j++) {
            g = p[j];
            x = q[j];
            sum[r] += (double) (g * g) * (1 + (double) (x * x));
        }
    }
}


static void
layer_norm_file(const train_layer_t *l, const float *p, train_export_t *e)
{
    maas_node_t  *n;

    n = train_export_next(e, "layer_norm");
    train_export_set(n, "epsilon", (double) LAYER_NORM_EPS);
    train_export_tensor(n, 0, l, train_vector(l, p, TRAIN_NORM_GAMMA), 1);
    train_export_tensor(n, 1, l, train_vector(l, p, TRAIN_NORM_BETA), 1);
}


const train_op_t  train_op_layer_norm = {
    .place = TRAIN_PLACE_NORM,
    .items = "ln",
    .item = "ln",
    .by = TRAIN_BY_ROW,
    .vectors = 2,
    .first = { [TRAIN_NORM_GAMMA] = 1 },
    .new_grad = 1,
    .keeps = 1,
    .stats = 1,                     /* 1 / deviation */
    .forward = layer_norm_forward,
    .backward = layer_norm_backward,
    .gradient = train_norm_gradient,
    .squares = layer_norm_squares,
    .file = layer_norm_file
};
