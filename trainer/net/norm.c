/*
 * Batch and layer normalisation, forward and back.
 * The products around them are in forward.c and backward.c.
 */

#include <math.h>
#include <string.h>

#include "network.h"
#include "step.h"
#include "util.h"


#define NORM_MOMENTUM  0.1f     /* share of a batch in the remembered */


TRAIN_VECTORS
static void
norm_scale(const train_layer_t *l, train_part_work_t *p, size_t r,
    const float *mean, const float *inv)
{
    float        *y, *x;
    size_t        j;
    const float  *gamma, *beta;

    gamma = p->p + (l->gamma_at - l->at);
    beta = p->p + (l->beta_at - l->at);
    y = p->h + r * l->ld;
    x = (p->xhat != NULL) ? p->xhat + r * l->ld : y;

    for (j = p->from; j < p->to; j++) {
        x[j] = (y[j] - mean[j]) * inv[j];
        y[j] = x[j] * gamma[j] + beta[j];
    }
}


/* Mean and variance of each column; rows in order, so always the same bits */

TRAIN_VECTORS
static void
norm_moments(const train_layer_t *l, const train_part_work_t *p, size_t rows,
    float *mean, float *var)
{
    float   d;
    size_t  r, j;

    for (j = p->from; j < p->to; j++) {
        mean[j] = 0;
        var[j] = 0;
    }

    for (r = 0; r < rows; r++) {
        for (j = p->from; j < p->to; j++) {
            mean[j] += p->h[r * l->ld + j];
        }
    }

    for (j = p->from; j < p->to; j++) {
        mean[j] /= (float) rows;
    }

    for (r = 0; r < rows; r++) {
        for (j = p->from; j < p->to; j++) {
            d = p->h[r * l->ld + j] - mean[j];
            var[j] += d * d;
        }
    }

    for (j = p->from; j < p->to; j++) {
        var[j] /= (float) rows;
    }
}


void
train_norm_batch(const train_layer_t *l, train_part_work_t *p, size_t rows,
    int training)
{
    float   *mean, *var, *run_mean, *run_var;
    size_t   r, j;

    run_mean = p->p + (l->mean_at - l->at);
    run_var = p->p + (l->var_at - l->at);
    mean = run_mean;
    var = run_var;

    if (training) {
        mean = p->small + 3 * l->ld;
        var = p->small + 4 * l->ld;
        norm_moments(l, p, rows, mean, var);

        for (j = p->from; j < p->to; j++) {
            run_mean[j] += NORM_MOMENTUM * (mean[j] - run_mean[j]);
            run_var[j] += NORM_MOMENTUM * (var[j] - run_var[j]);
        }
    }

    for (j = p->from; j < p->to; j++) {
        p->inv[j] = 1 / sqrtf(var[j] + l->eps);
    }

    for (r = 0; r < rows; r++) {
        norm_scale(l, p, r, mean, p->inv);
    }
}


TRAIN_VECTORS
void
train_norm_batch_back(const train_layer_t *l, train_part_work_t *p,
    size_t rows)
{
    float        *gamma_grad, *beta_grad, *g, k;
    size_t        r, j;
    const float  *x, *gamma;

    gamma_grad = p->small + l->ld;
    beta_grad = p->small + 2 * l->ld;
    gamma = p->p + (l->gamma_at - l->at);

    for (j = p->from; j < p->to; j++) {
        gamma_grad[j] = 0;
        beta_grad[j] = 0;
    }

    for (r = 0; r < rows; r++) {
        g = p->g + r * l->ld;
        x = p->xhat + r * l->ld;

        for (j = p->from; j < p->to; j++) {
            beta_grad[j] += g[j];
            gamma_grad[j] += g[j] * x[j];
        }
    }

    for (r = 0; r < rows; r++) {
        g = p->g + r * l->ld;
        x = p->xhat + r * l->ld;

        for (j = p->from; j < p->to; j++) {
            k = (beta_grad[j] + x[j] * gamma_grad[j]) / (float) rows;
            g[j] = gamma[j] * p->inv[j] * (g[j] - k);
        }
    }
}


TRAIN_VECTORS
void
train_norm_layer(const train_layer_t *l, train_part_work_t *p, size_t from,
    size_t to)
{
    float         mean, var, d, *y, *x;
    size_t        r, j;
    const float  *gamma, *beta;

    gamma = p->p + (l->gamma_at - l->at);
    beta = p->p + (l->beta_at - l->at);

    for (r = from; r < to; r++) {
        y = p->h + r * l->ld;
        x = (p->xhat != NULL) ? p->xhat + r * l->ld : y;
        mean = 0;
        var = 0;

        for (j = 0; j < l->units; j++) {
            mean += y[j];
        }

        mean /= (float) l->units;

        for (j = 0; j < l->units; j++) {
            d = y[j] - mean;
            var += d * d;
        }

        p->inv[r] = 1 / sqrtf(var / (float) l->units + l->eps);

        for (j = 0; j < l->units; j++) {
            x[j] = (y[j] - mean) * p->inv[r];
            y[j] = x[j] * gamma[j] + beta[j];
        }
    }
}


TRAIN_VECTORS
void
train_norm_layer_back(const train_layer_t *l, train_part_work_t *p,
    size_t from, size_t to)
{
    float         sum, dot, *dz;
    size_t        r, j;
    const float  *x, *g, *gamma;

    gamma = p->p + (l->gamma_at - l->at);

    for (r = from; r < to; r++) {
        g = p->g + r * l->ld;
        x = p->xhat + r * l->ld;
        dz = p->dz + r * l->ld;
        sum = 0;
        dot = 0;

        for (j = 0; j < l->units; j++) {
            dz[j] = g[j] * gamma[j];
            sum += dz[j];
            dot += dz[j] * x[j];
        }

        sum /= (float) l->units;
        dot /= (float) l->units;

        for (j = 0; j < l->units; j++) {
            dz[j] = p->inv[r] * (dz[j] - sum - x[j] * dot);
        }
    }
}


TRAIN_VECTORS
void
train_norm_layer_small(const train_layer_t *l, train_part_work_t *p,
    size_t rows)
{
    float        *gamma_grad, *beta_grad;
    size_t        r, j;
    const float  *g, *x;

    gamma_grad = p->small + l->ld;
    beta_grad = p->small + 2 * l->ld;

    for (j = p->from; j < p->to; j++) {
        gamma_grad[j] = 0;
        beta_grad[j] = 0;
    }

    for (r = 0; r < rows; r++) {
        g = p->g + r * l->ld;
        x = p->xhat + r * l->ld;

        for (j = p->from; j < p->to; j++) {
            beta_grad[j] += g[j];
            gamma_grad[j] += g[j] * x[j];
        }
    }
}
