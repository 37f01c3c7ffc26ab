/*
 * Batch normalisation: each column over the rows of a batch.  In a model file
 * the layer below does it.
 */

#include <math.h>

#include "op.h"


#define BATCH_NORM_EPS       1e-3f  /* Keras's */
#define BATCH_NORM_MOMENTUM  0.1f   /* share of a batch in the remembered */

/* vectors that are remembered */

#define BATCH_NORM_MEAN   2
#define BATCH_NORM_VAR    3


/* Mean and variance of each column; rows in order, so always the same bits */

TRAIN_VECTORS
static void
batch_norm_moments(const train_pass_t *s, float *mean, float *var)
{
    float   d, *a;
    size_t  r, j, ld;

    a = s->p->a;
    ld = s->l->ld;

    for (j = s->from; j < s->to; j++) {
        mean[j] = 0;
        var[j] = 0;
    }

    for (r = s->first; r < s->last; r++) {
        for (j = s->from; j < s->to; j++) {
            mean[j] += a[r * ld + j];
        }
    }

    for (j = s->from; j < s->to; j++) {
        mean[j] /= (float) s->b->rows;
    }

    for (r = s->first; r < s->last; r++) {
        for (j = s->from; j < s->to; j++) {
            d = a[r * ld + j] - mean[j];
            var[j] += d * d;
        }
    }

    for (j = s->from; j < s->to; j++) {
        var[j] /= (float) s->b->rows;
    }
}


TRAIN_VECTORS
static void
batch_norm_scale(const train_pass_t *s, size_t r, const float *mean,
    const float *inv)
{
    float        *y, *x;
    size_t        j;
    const float  *gamma, *beta;

    gamma = train_vector(s->l, s->p->p, TRAIN_NORM_GAMMA);
    beta = train_vector(s->l, s->p->p, TRAIN_NORM_BETA);
    y = s->p->a + r * s->l->ld;
    x = (s->p->keep != NULL) ? s->p->keep + r * s->l->ld : y;

    for (j = s->from; j < s->to; j++) {
        x[j] = (y[j] - mean[j]) * inv[j];
        y[j] = x[j] * gamma[j] + beta[j];
    }
}


/* In training by the batch's own mean and variance, which are remembered */

static void
batch_norm_forward(const train_pass_t *s)
{
    float   *inv, *mean, *var, *run_mean, *run_var;
    size_t   r, j;

    run_mean = train_vector(s->l, s->p->p, BATCH_NORM_MEAN);
    run_var = train_vector(s->l, s->p->p, BATCH_NORM_VAR);
    inv = s->p->stats;
    mean = run_mean;
    var = run_var;

    if (s->w->training) {
        mean = inv + s->l->ld;
        var = mean + s->l->ld;
        batch_norm_moments(s, mean, var);

        for (j = s->from; j < s->to; j++) {
            run_mean[j] += BATCH_NORM_MOMENTUM * (mean[j] - run_mean[j]);
            run_var[j] += BATCH_NORM_MOMENTUM * (var[j] - run_var[j]);
        }
    }

    for (j = s->from; j < s->to; j++) {
        inv[j] = 1 / sqrtf(var[j] + BATCH_NORM_EPS);
    }

    for (r = s->first; r < s->last; r++) {
        batch_norm_scale(s, r, mean, inv);
    }
}


TRAIN_VECTORS
static void
batch_norm_backward(const train_pass_t *s)
{
    float        *gamma_grad, *beta_grad, *g, k;
    size_t        r, j;
    const float  *x, *gamma, *inv;

    gamma = train_vector(s->l, s->p->p, TRAIN_NORM_GAMMA);
    gamma_grad = s->p->small;
    beta_grad = gamma_grad + s->l->ld;
    inv = s->p->stats;

    train_norm_gradient(s);

    for (r = s->first; r < s->last; r++) {
        g = s->p->g + r * s->l->ld;
        x = s->p->keep + r * s->l->ld;

        for (j = s->from; j < s->to; j++) {
            k = (beta_grad[j] + x[j] * gamma_grad[j]) / (float) s->b->rows;
            g[j] = gamma[j] * inv[j] * (g[j] - k);
        }
    }
}


/* Into the product below */

static void
batch_norm_file(const train_layer_t *l, const float *p, train_export_t *e)
{
    float        *w, *b, f;
    size_t        i, j;
    maas_node_t  *n;
    const float  *gamma, *beta, *mean, *var;

    gamma = train_vector(l, p, TRAIN_NORM_GAMMA);
    beta = train_vector(l, p, TRAIN_NORM_BETA);
    mean = train_vector(l, p, BATCH_NORM_MEAN);
    var = train_vector(l, p, BATCH_NORM_VAR);
    n = train_export_last(e);
    w = (float *) n->tensors[0].data;
    b = (float *) n->tensors[1].data;

    for (j = 0; j < l->units; j++) {
        f = gamma[j] / sqrtf(var[j] + BATCH_NORM_EPS);
        b[j] = (b[j] - mean[j]) * f + beta[j];

        for (i = 0; i < l[-1].rows; i++) {
            w[i * l->units + j] *= f;
        }
    }
}


const train_op_t  train_op_batch_norm = {
    .place = TRAIN_PLACE_NORM,
    .items = "bn",
    .item = "bn",
    .by = TRAIN_BY_COLUMN,
    .vectors = 2,
    .kept = 2,
    .first = { [TRAIN_NORM_GAMMA] = 1, [BATCH_NORM_VAR] = 1 },
    .folds = 1,
    .keeps = 1,
    .stats = 3,                     /* 1 / deviation, the batch's own mean and
                                       variance */
    .forward = batch_norm_forward,
    .backward = batch_norm_backward,
    .file = batch_norm_file
};
