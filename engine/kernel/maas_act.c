/*
 * Activations: the choice by CPU, and plain loops for CPUs without vectors.
 * Not here: products (maas_gemm*.c), derivatives (the trainer's).
 */

#include "maas_act.h"
#include "maas_gemm.h"

#include <math.h>
#include <string.h>


#define MAAS_ACT_ROW(c, name, alpha, has, fused, by_row, he)                  \
    [MAAS_ACT_##c] = { name, alpha, has, fused, by_row, he },

const maas_act_row_t  maas__acts[MAAS_N_ACTS] = { MAAS_ACTS(MAAS_ACT_ROW) };


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
        return v < -15.0f ? 0.0f
                          : (float) (0.5 * v * erfc(v * -M_SQRT1_2));

    case MAAS_ACT_SILU:
        return v < -120.0f ? 0.0f : (float) (v / (1 + exp(-(double) v)));

    case MAAS_ACT_SIGMOID:
        return (float) (1 / (1 + exp(-(double) v)));

    case MAAS_ACT_TANH:
        return tanhf(v);

    default:
        return v;
    }
}


static void
maas_act_plain(maas_act_t act, float alpha, float *x, size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        x[i] = maas_act_one(act, alpha, x[i]);
    }
}


static void
maas_softmax_plain(float *x, size_t rows, size_t n, size_t ld)
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


const maas_acts_t  maas__acts_plain = { maas_act_plain, maas_softmax_plain };


int
maas__act_find(const char *name)
{
    int  i;

    for (i = 0; i < MAAS_N_ACTS; i++) {
        if (strcmp(maas__acts[i].name, name) == 0) {
            return i;
        }
    }

    return -1;
}


static const maas_acts_t *
maas_acts(void)
{
#if defined(__x86_64__)

    if (maas__gemm_avx512.usable()) {
        return &maas__acts_avx512;
    }

    if (maas__gemm_avx2.usable()) {
        return &maas__acts_avx2;
    }

#endif

    return &maas__acts_plain;
}


void
maas__act(maas_act_t act, float alpha, float *x, size_t n)
{
    if (act != MAAS_ACT_LINEAR) {
        maas_acts()->act(act, alpha, x, n);
    }
}


void
maas__softmax(float *x, size_t rows, size_t n, size_t ld)
{
    maas_acts()->softmax(x, rows, n, ld);
}
