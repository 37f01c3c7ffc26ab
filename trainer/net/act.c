/*
 * Slopes of the activations.  Their values come from the engine, so that a
 * network trains with the numbers that it will answer with.
 */

#include <math.h>

#include "kernel.h"
#include "step.h"
#include "util.h"
#include "kernel/maas_act.h"


/* dz_i = a_i (d_i - sum_j d_j a_j) */

static void
act_softmax_backward(const float *a, size_t rows, size_t n, size_t ld,
    float *d)
{
    float   sum;
    size_t  i, j;

    for (i = 0; i < rows; i++, a += ld, d += ld) {
        sum = 0;

        for (j = 0; j < n; j++) {
            sum += d[j] * a[j];
        }

        for (j = 0; j < n; j++) {
            d[j] = a[j] * (d[j] - sum);
        }
    }
}


static float
act_gelu_slope(float z)
{
    float  cdf, pdf;

    cdf = 0.5f * (1 + erff(z * 0.70710678f));
    pdf = 0.39894228f * expf(-0.5f * z * z);

    return cdf + z * pdf;
}


static float
act_slope(maas_act_t act, float alpha, float z, float a)
{
    switch (act) {
    case MAAS_ACT_RELU:
        return a > 0;
    case MAAS_ACT_LEAKY_RELU:
        return z > 0 ? 1 : alpha;
    case MAAS_ACT_ELU:
        return z > 0 ? 1 : a + alpha;
    case MAAS_ACT_GELU:
        return act_gelu_slope(z);
    case MAAS_ACT_SIGMOID:
        return a * (1 - a);
    case MAAS_ACT_TANH:
        return 1 - a * a;
    default:
        return 1;
    }
}


void
train_act_backward(maas_act_t act, float alpha, const float *z,
    const float *a, size_t rows, size_t n, size_t ld, float *d)
{
    size_t  i, j, at;

    if (act == MAAS_ACT_LINEAR) {
        return;
    }

    if (act == MAAS_ACT_SOFTMAX) {
        act_softmax_backward(a, rows, n, ld, d);
        return;
    }

    if (act == MAAS_ACT_RELU && n % TRAIN_PAD == 0) {
        for (i = 0; i < rows; i++) {
            train_kernel()->relu_back(a + i * ld, d + i * ld, n);
        }

        return;
    }

    for (i = 0; i < rows; i++) {
        for (j = 0; j < n; j++) {
            at = i * ld + j;
            d[at] *= act_slope(act, alpha, (z != NULL) ? z[at] : 0, a[at]);
        }
    }
}
