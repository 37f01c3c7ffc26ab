/*
 * Slopes of the activations: plain loops.  Values are maas_act*.c's.
 */

#include "maas_act.h"

#include <math.h>


/* d *= slope, number by number */

#define MAAS_SLOPE(name, slope)                                               \
    static void                                                               \
    maas_slope_##name(float alpha, const float *z, const float *a, float *d,  \
        size_t n)                                                             \
    {                                                                         \
        size_t  i;                                                            \
                                                                              \
        (void) alpha;                                                         \
        (void) z;                                                             \
        (void) a;                                                             \
                                                                              \
        for (i = 0; i < n; i++) {                                             \
            d[i] *= (slope);                                                  \
        }                                                                     \
    }


static float
maas_slope_of_gelu(float z)
{
    float  cdf, pdf;

    cdf = 0.5f * (1 + erff(z * 0.70710678f));
    pdf = 0.39894228f * expf(-0.5f * z * z);

    return cdf + z * pdf;
}


/* s + a (1 - s) of the sigmoid s */

static float
maas_slope_of_silu(float z, float a)
{
    float  s;

    s = 1 / (1 + expf(-z));

    return s + a * (1 - s);
}


MAAS_SLOPE(relu, (float) (a[i] > 0))
MAAS_SLOPE(leaky_relu, z[i] > 0 ? 1 : alpha)
MAAS_SLOPE(elu, z[i] > 0 ? 1 : a[i] + alpha)
MAAS_SLOPE(gelu, maas_slope_of_gelu(z[i]))
MAAS_SLOPE(silu, maas_slope_of_silu(z[i], a[i]))
MAAS_SLOPE(sigmoid, a[i] * (1 - a[i]))
MAAS_SLOPE(tanh, 1 - a[i] * a[i])


/* dz_i = a_i (d_i - sum_j d_j a_j) */

static void
maas_slope_softmax(float alpha, const float *z, const float *a, float *d,
    size_t n)
{
    float   sum;
    size_t  i;

    (void) alpha;
    (void) z;

    sum = 0;

    for (i = 0; i < n; i++) {
        sum += d[i] * a[i];
    }

    for (i = 0; i < n; i++) {
        d[i] = a[i] * (d[i] - sum);
    }
}


const maas_slope_t  maas__slopes[MAAS_N_ACTS] = {
    [MAAS_ACT_LINEAR] = { 0, NULL },
    [MAAS_ACT_RELU] = { 0, maas_slope_relu },
    [MAAS_ACT_LEAKY_RELU] = { 1, maas_slope_leaky_relu },
    [MAAS_ACT_ELU] = { 1, maas_slope_elu },
    [MAAS_ACT_GELU] = { 1, maas_slope_gelu },
    [MAAS_ACT_SILU] = { 1, maas_slope_silu },
    [MAAS_ACT_SIGMOID] = { 0, maas_slope_sigmoid },
    [MAAS_ACT_TANH] = { 0, maas_slope_tanh },
    [MAAS_ACT_SOFTMAX] = { 0, maas_slope_softmax }
};

_Static_assert(MAAS_N_ACTS == 9, "each activation has a slope above");
