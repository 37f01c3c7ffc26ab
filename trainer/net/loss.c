/*
 * Losses: from the last layer's numbers to answers, the loss and its
 * gradient.  Cross-entropies are fused with sigmoid and softmax.
 */

#include <math.h>
#include <string.h>

#include "step.h"


#define LOSS_RATE  20           /* of Poisson: its loss is straight beyond */


const char *const  train_loss_names[] = {
    [TRAIN_LOSS_AUTO] = "auto", [TRAIN_LOSS_MSE] = "mse",
    [TRAIN_LOSS_MAE] = "mae", [TRAIN_LOSS_HUBER] = "huber",
    [TRAIN_LOSS_BINARY] = "binary_crossentropy",
    [TRAIN_LOSS_SPARSE] = "sparse_categorical_crossentropy",
    [TRAIN_LOSS_CATEGORICAL] = "categorical_crossentropy",
    [TRAIN_LOSS_QUANTILE] = "quantile",
    [TRAIN_LOSS_POISSON] = "poisson"
};

_Static_assert(train_nelts(train_loss_names) == TRAIN_N_LOSSES,
               "a loss without a name");


int
train_loss_choose(train_loss_t loss, maas_task_t task)
{
    int                        fits;
    static const train_loss_t  first[] = {
        TRAIN_LOSS_SPARSE, TRAIN_LOSS_BINARY, TRAIN_LOSS_MSE
    };

    loss = (loss == TRAIN_LOSS_AUTO) ? first[task] : loss;
    fits = loss < TRAIN_LOSS_BINARY
           || task == (loss == TRAIN_LOSS_BINARY ? MAAS_TASK_BINARY
                       : loss < TRAIN_LOSS_QUANTILE ? MAAS_TASK_CLASSIFICATION
                                                    : MAAS_TASK_REGRESSION);

    return fits ? (int) loss : -1;
}


/* -log of the class's share; z(n) becomes shares, dz the gradient */

static double
loss_softmax(float *z, size_t n, const float *target, uint32_t class,
    float scale, float *dz)
{
    float   max, sum, share, total;
    double  loss;
    size_t  j;

    max = z[0];

    for (j = 1; j < n; j++) {
        max = (z[j] > max) ? z[j] : max;
    }

    loss = 0;
    total = 1;

    if (target == NULL) {
        loss = (double) max - z[class];

    } else {
        total = 0;

        for (j = 0; j < n; j++) {
            loss += target[j] * ((double) max - z[j]);
            total += target[j];
        }
    }

    sum = 0;

    for (j = 0; j < n; j++) {
        z[j] = expf(z[j] - max);
        sum += z[j];
    }

    share = 1 / sum;

    for (j = 0; j < n; j++) {
        z[j] *= share;
    }

    if (dz != NULL) {
        for (j = 0; j < n; j++) {
            dz[j] = scale * (total * z[j]
                             - (target != NULL ? target[j] : j == class));
        }
    }

    return loss + total * log((double) sum);
}


/* max(z,0) - z t + log(1 + exp(-|z|)) never overflows */

static double
loss_binary(float *z, size_t n, const float *target, float scale, float *dz)
{
    float   e, p;
    double  loss;
    size_t  j;

    loss = 0;

    for (j = 0; j < n; j++) {
        e = expf(-fabsf(z[j]));
        loss += (z[j] > 0 ? z[j] : 0) - z[j] * target[j] + log1p((double) e);
        p = (z[j] >= 0) ? 1 / (1 + e) : e / (1 + e);
        z[j] = p;

        if (dz != NULL) {
            dz[j] = scale * (p - target[j]) / (float) n;
        }
    }

    return loss / (double) n;
}


/* Half of Poisson's deviance of rates exp(z), t log(t / rate) - t + rate: z
 * becomes rates, dz the gradient */

static double
loss_poisson(float *z, size_t n, const float *target, float scale, float *dz)
{
    float   v, rate;
    double  loss, t;
    size_t  j;

    loss = 0;

    for (j = 0; j < n; j++) {
        v = z[j];
        t = target[j];
        rate = expf(v < LOSS_RATE ? v : LOSS_RATE);     /* steep enough */
        loss += (double) rate * (v > LOSS_RATE ? 1 + (double) (v - LOSS_RATE)
                                               : 1)
                - t * (double) v - t + (t > 0 ? t * log(t) : 0);
        z[j] = rate;

        if (dz != NULL) {
            dz[j] = scale * (rate - target[j]) / (float) n;
        }
    }

    return loss / (double) n;
}


/* a(n) against target(n): what is above costs `level` a unit, what is below
 * the rest; da by a */

static double
loss_quantile(float level, const float *a, size_t n, const float *target,
    float scale, float *da)
{
    float   e;
    double  loss;
    size_t  j;

    loss = 0;

    for (j = 0; j < n; j++) {
        e = a[j] - target[j];
        loss += (double) e * (e > 0 ? 1 - (double) level : -(double) level);

        if (da != NULL) {
            da[j] = scale * (e > 0 ? 1 - level : e < 0 ? -level : 0)
                    / (float) n;
        }
    }

    return loss / (double) n;
}


/* a(n) against target(n); da by a */

static double
loss_distance(train_loss_t kind, const float *a, size_t n,
    const float *target, float scale, float *da)
{
    float   e, slope;
    double  loss;
    size_t  j;

    loss = 0;
    scale /= (float) n;

    for (j = 0; j < n; j++) {
        e = a[j] - target[j];

        if (kind == TRAIN_LOSS_MSE) {
            loss += (double) e * e;
            slope = 2 * e;

        } else if (kind == TRAIN_LOSS_HUBER && fabsf(e) <= 1) {
            loss += 0.5 * (double) e * e;
            slope = e;

        } else {
            loss += fabsf(e) - (kind == TRAIN_LOSS_HUBER ? 0.5 : 0);
            slope = (float) ((e > 0) - (e < 0));
        }

        if (da != NULL) {
            da[j] = scale * slope;
        }
    }

    return loss / (double) n;
}


/* A teacher's shares q of the row's classes beside the truth t: alpha T^2
 * -sum q log softmax(z / T) and the rest of the loss as ever; T^2, for slopes
 * at a temperature are so much less (Hinton and others, arXiv 1503.02531) */

static double
loss_taught(const train_batch_t *b, size_t row, const float *t, float scale,
    float *z, float *d)
{
    float         temperature, alpha;
    double        sum;
    size_t        j, n;
    const float  *q;

    n = b->out;
    q = b->teacher + row * n;
    temperature = b->temperature;
    alpha = b->alpha;

    for (j = 0; j < n; j++) {
        d[j] = z[j] / temperature;
    }

    sum = (double) (alpha * temperature * temperature)
          * (n == 1 ? loss_binary(d, n, q, 0, NULL)
                    : loss_softmax(d, n, q, 0, 0, NULL));

    for (j = 0; j < n; j++) {
        d[j] = scale * alpha * temperature * (d[j] - q[j]);
    }

    sum += (1 - (double) alpha)
           * (n == 1 ? loss_binary(z, n, t, 0, NULL)
                     : loss_softmax(z, n, t, b->classes[row], 0, NULL));

    for (j = 0; j < n; j++) {
        d[j] += scale * (1 - alpha)
                * (z[j] - (t != NULL ? t[j] : j == b->classes[row]));
    }

    return sum;
}


/* One row: z(n) becomes answers, d(n), if not NULL, the gradient */

static double
loss_row(train_loss_t loss, maas_act_t act, const train_batch_t *b, size_t row,
    float scale, float *z, size_t ld, float *d)
{
    size_t        n;
    double        sum;
    const float  *t;

    n = b->out;

    t = b->targets + row * n;
    t = (loss == TRAIN_LOSS_SPARSE && !b->soft) ? NULL : t;

    if (b->teacher != NULL && d != NULL) {
        return loss_taught(b, row, t, scale, z, d);
    }

    if (loss == TRAIN_LOSS_SPARSE || loss == TRAIN_LOSS_CATEGORICAL) {
        return loss_softmax(z, n, t, b->classes[row], scale, d);
    }

    if (loss == TRAIN_LOSS_BINARY) {
        return loss_binary(z, n, t, scale, d);
    }

    if (loss == TRAIN_LOSS_POISSON) {
        return loss_poisson(z, n, t, scale, d);
    }

    if (act == MAAS_ACT_SOFTMAX) {
        maas__softmax(z, 1, n, ld);
    } else {
        maas__act(act, 1, z, n);
    }

    sum = loss == TRAIN_LOSS_QUANTILE
          ? loss_quantile(b->level, z, n, t, scale, d)
          : loss_distance(loss, z, n, t, scale, d);

    if (d != NULL && maas__slopes[act].back != NULL) {
        maas__slopes[act].back(1, NULL, z, d, n);
    }

    return sum;
}


void
train_loss(train_loss_t loss, maas_act_t act, const train_batch_t *b,
    size_t from, size_t to, float *z, size_t ld, float *dz, double *losses)
{
    float   w, *d;
    size_t  i;

    for (i = from; i < to; i++) {
        d = NULL;

        if (dz != NULL) {
            d = dz + i * ld;
            (void) memset(d, 0, ld * sizeof(float));
        }

        w = (b->weight != NULL) ? b->weight[i] : 1;
        losses[i] = (double) w * loss_row(loss, act, b, i,
                                          w / (float) b->rows, z + i * ld, ld,
                                          d);
    }
}
