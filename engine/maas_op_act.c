/*
 * Activations: one number at a time, and softmax over a row.
 * Not here: products (maas_gemm*.c), their derivatives (the trainer's).
 */

#include "maas_int.h"

#include <math.h>


/* Comparisons are written so that NaN stays NaN. */

static float
maas_act_one(maas_act_t act, float alpha, float v)
{
    switch (act) {

    case MAAS_ACT_RELU:
        return v < 0.0f ? 0.0f : v;

    case MAAS_ACT_LEAKY_RELU:
        return v < 0.0f ? alpha * v : v;

    case MAAS_ACT_ELU:
        return v < 0.0f ? alpha * expm1f(v) : v;

    case MAAS_ACT_GELU:
        return 0.5f * v * erfcf(v * -(float) M_SQRT1_2);

    case MAAS_ACT_SIGMOID:
        return 1.0f / (1.0f + expf(-v));

    case MAAS_ACT_TANH:
        return tanhf(v);

    default:
        return v;
    }
}


void
maas__act(maas_act_t act, float alpha, float *x, size_t n)
{
    size_t  i;

    if (act == MAAS_ACT_LINEAR) {
        return;
    }

    for (i = 0; i < n; i++) {
        x[i] = maas_act_one(act, alpha, x[i]);
    }
}


void
maas__softmax(float *x, size_t rows, size_t n, size_t ld)
{
    float   max, sum;
    size_t  r, i;

    for (r = 0; r < rows; r++, x += ld) {

        max = x[0];
        for (i = 1; i < n; i++) {
            max = x[i] > max ? x[i] : max;
        }

        sum = 0.0f;
        for (i = 0; i < n; i++) {
            x[i] = expf(x[i] - max);
            sum += x[i];
        }

        for (i = 0; i < n; i++) {
            x[i] /= sum;
        }
    }
}
