/*
 * The one place that chooses a kernel for products of whole numbers, and the
 * oracle, plain loops.
 * Not here: kernels on vectors.
 */

#include "maas_int8.h"
#include "maas_mem.h"

#include <math.h>
#include <string.h>


/* Packed: factor(n), bias(n), offset(n), then w(k,n) as it came */

typedef struct {
    float    factor;
    float    bias;
    int32_t  offset;               /* input_zero * sum of the column */
} int8_column_t;


static int
int8_ref_usable(void)
{
    return 1;
}


static size_t
int8_ref_size(size_t k, size_t n, maas_int8_how_t how)
{
    size_t  size;

    if (maas__add(k, sizeof(int8_column_t), &size) != MAAS_OK
        || maas__mul(size, n, &size) != MAAS_OK)
    {
        return 0;
    }

    return size;
}


static void
int8_ref_pack(const maas_int8_weights_t *w, void *packed)
{
    size_t          i, j;
    int32_t         sum;
    int8_column_t  *c;

    c = packed;

    for (j = 0; j < w->n; j++, c++) {
        sum = 0;

        for (i = 0; w->input_scale != 0 && i < w->k; i++) {
            sum += w->w[i * w->n + j];
        }

        c->factor = w->input_scale != 0 ? w->input_scale * w->scale[j]
                                        : w->scale[j];
        c->bias = w->bias[j];
        c->offset = (int32_t) w->input_zero * sum;
    }

    memcpy(c, w->w, w->k * w->n);
}


static float
int8_ref_act(const maas_int8_pass_t *p, float v)
{
    switch (p->act) {

    case MAAS_ACT_RELU:
        return v < 0.0f ? 0.0f : v;

    case MAAS_ACT_LEAKY_RELU:
        return v < 0.0f ? p->alpha * v : v;

    default:
        return v;
    }
}


static void
int8_ref_quantize(const float *x, size_t n, float inverse, unsigned zero,
    uint8_t *q)
{
    float   v, low, high;
    size_t  i;

    low = -(float) zero;
    high = 255 - (float) zero;

    for (i = 0; i < n; i++) {
        v = x[i] * inverse;
        v = v > low ? v : low;         /* NaN is not above it */
        v = v < high ? v : high;
        q[i] = (uint8_t) ((int) rintf(v) + (int) zero);
    }
}


static void
int8_ref_store(const maas_int8_pass_t *p, size_t r, size_t j, float v)
{
    if (p->inverse == 0) {
        ((float *) p->y)[r * p->ldy + j] = v;

    } else {
        int8_ref_quantize(&v, 1, p->inverse, p->zero,
                          (uint8_t *) p->y + r * p->ldy + j);
    }
}


static void
int8_ref_run(const void *packed, size_t k, size_t n, const maas_int8_pass_t *p)
{
    size_t                i, j, r;
    int32_t               sum;
    const int8_t         *w;
    const uint8_t        *x;
    const int8_column_t  *c;

    c = packed;
    w = (const int8_t *) (c + n);

    for (r = 0; r < p->rows; r++) {
        x = (const uint8_t *) p->x + r * p->ldx;

        for (j = 0; j < n; j++) {
            sum = 0;

            for (i = 0; i < k; i++) {
                sum += x[i] * w[i * n + j];
            }

            int8_ref_store(p, r, j,
                           int8_ref_act(p, fmaf((float) (sum - c[j].offset),
                                                c[j].factor, c[j].bias)));
        }
    }
}


static void
int8_ref_run_alone(const void *packed, size_t k, size_t n,
    const maas_int8_pass_t *p)
{
    float                 sum;
    size_t                i, j, r;
    const float          *x;
    const int8_t         *w;
    const int8_column_t  *c;

    c = packed;
    w = (const int8_t *) (c + n);

    for (r = 0; r < p->rows; r++) {
        x = (const float *) p->x + r * p->ldx;

        for (j = 0; j < n; j++) {
            sum = 0;

            for (i = 0; i < k; i++) {
                sum = fmaf(x[i], (float) w[i * n + j], sum);
            }

            sum = fmaf(sum, c[j].factor, c[j].bias) + 0.0f;
            int8_ref_store(p, r, j, int8_ref_act(p, sum));
        }
    }
}


const maas_int8_t  maas__int8_ref = {
    .name = "ref",
    .isa = MAAS_ISA_REF,
    .usable = int8_ref_usable,
    .size = int8_ref_size,
    .pack = int8_ref_pack,
    .run = int8_ref_run,
    .run_alone = int8_ref_run_alone,
    .quantize = int8_ref_quantize
};


/* The quickest first */

static const maas_int8_t *const  int8_kernels[] = {
#if defined(__x86_64__) && defined(__linux__)
    &maas__int8_amx,
#endif
#if defined(__x86_64__)
    &maas__int8_avx512,
    &maas__int8_avxvnni,
    &maas__int8_avx2,
#endif
    &maas__int8_ref
};


/* What needs no more than `isa` has: one set implies those behind it */

static int
int8_within(maas_isa_t need, maas_isa_t isa)
{
    return isa == MAAS_ISA_AUTO || isa == need || need == MAAS_ISA_REF
           || (isa == MAAS_ISA_AVX512 && need == MAAS_ISA_AVX2);
}


const maas_int8_t *
maas__int8_choose(maas_isa_t isa)
{
    size_t  i;

    for (i = 0; i + 1 < sizeof(int8_kernels) / sizeof(void *); i++) {
        if (int8_within(int8_kernels[i]->isa, isa)
            && int8_kernels[i]->usable())
        {
            break;
        }
    }

    return int8_kernels[i];
}
