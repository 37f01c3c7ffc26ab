/*
 * The one place that chooses a kernel for weights of BF16, and the oracles,
 * plain loops: what the numbers of such products are.
 * Not here: vectors (maas_bf16_simd.h).
 */

#include "maas_bf16.h"
#include "maas_bf16_rows.h"
#include "maas_mem.h"

#include <math.h>
#include <string.h>


static float
bf16_wide(uint16_t h)
{
    float     f;
    uint32_t  u;

    u = (uint32_t) h << 16;
    memcpy(&f, &u, sizeof(f));

    return f;
}


static int
bf16_usable(void)
{
    return 1;
}


/* bias(n), then w(k,n) as it came */

static size_t
bf16_size(size_t k, size_t n)
{
    size_t  size;

    if (maas__mul(k, sizeof(uint16_t), &size) != MAAS_OK
        || maas__add(size, sizeof(float), &size) != MAAS_OK
        || maas__mul(size, n, &size) != MAAS_OK)
    {
        return 0;
    }

    return size;
}


static void
bf16_pack(const void *w, const float *bias, size_t k, size_t n, void *packed)
{
    memcpy(packed, bias, n * sizeof(float));
    memcpy((float *) packed + n, w, k * n * sizeof(uint16_t));
}


static void
bf16_act(maas_act_t act, float alpha, float *y, size_t n)
{
    if (maas__acts[act].fused) {
        maas__act(act, alpha, y, n);
    }
}


static void
bf16_wide_run(const void *packed, size_t k, size_t n, const void *x,
    size_t ldx, size_t rows, maas_act_t act, float alpha, float *y,
    size_t ldy)
{
    float            sum;
    size_t           r, i, j;
    const float     *bias, *row;
    const uint16_t  *w;

    bias = packed;
    w = (const uint16_t *) (bias + n);

    for (r = 0; r < rows; r++, y += ldy) {
        row = (const float *) x + r * ldx;

        for (j = 0; j < n; j++) {
            sum = bias[j];

            for (i = 0; i < k; i++) {
                sum = fmaf(row[i], bf16_wide(w[i * n + j]), sum);
            }

            y[j] = sum + 0.0f;
        }

        bf16_act(act, alpha, y, n);
    }
}


/* Rows of BF16 */

static size_t
bf16_row(size_t k)
{
    return (k + 1) / 2;
}


static float
bf16_flush(float f)
{
    return isnormal(f) || !isfinite(f) ? f : copysignf(0, f);
}


/* a * b + sum.  It is denormal if it would be so without a limit to its
 * exponent: what just reaches the smallest normal number by the coarser
 * rounding of denormal ones is 0, too. */

static float
bf16_step(uint16_t a, uint16_t b, float sum)
{
    float  x, y, z;

    x = bf16_flush(bf16_wide(a));
    y = bf16_flush(bf16_wide(b));
    z = fmaf(x, y, sum);

    if (fabsf(z) == 0x1p-126f
        && fabsf(fmaf(x * 0x1p48f, y, sum * 0x1p48f)) < 0x1p-78f)
    {
        return copysignf(0, z);
    }

    return bf16_flush(z);
}


static float
bf16_dot(const uint16_t *x, const uint16_t *w, size_t k, size_t n, float sum)
{
    size_t  i;

    sum = bf16_flush(sum);

    for (i = 0; i < k; i += 2) {
        if (i + 1 < k) {
            sum = bf16_step(x[i + 1], w[(i + 1) * n], sum);
        }

        sum = bf16_step(x[i], w[i * n], sum);
    }

    return sum + 0.0f;
}


static void
bf16_run(const void *packed, size_t k, size_t n, const void *x, size_t ldx,
    size_t rows, maas_act_t act, float alpha, float *y, size_t ldy)
{
    size_t           r, j;
    const float     *bias;
    const uint16_t  *w, *row;

    bias = packed;
    w = (const uint16_t *) (bias + n);

    for (r = 0; r < rows; r++, y += ldy) {
        row = (const uint16_t *) x + 2 * r * ldx;

        for (j = 0; j < n; j++) {
            y[j] = bf16_dot(row, w + j, k, n, bias[j]);
        }

        bf16_act(act, alpha, y, n);
    }
}


const maas_bf16_t  maas__bf16_wide_ref = {
    .name = "ref", .isa = MAAS_ISA_REF, .usable = bf16_usable,
    .size = bf16_size, .pack = bf16_pack, .run = bf16_wide_run
};

const maas_bf16_t  maas__bf16_ref = {
    .name = "ref", .isa = MAAS_ISA_REF, .usable = bf16_usable,
    .size = bf16_size, .pack = bf16_pack, .row = bf16_row,
    .round = maas__bf16_round, .run = bf16_run
};


/* The fastest first */

static const maas_bf16_t *const  bf16_kernels[] = {
#if defined(__x86_64__)
    &maas__bf16_pairs,
    &maas__bf16_avx512,
    &maas__bf16_wide_avx512,
    &maas__bf16_avx2,
    &maas__bf16_wide_avx2,
#endif
    &maas__bf16_ref,
    &maas__bf16_wide_ref
};


const maas_bf16_t *
maas__bf16_choose(int rows, maas_isa_t isa)
{
    size_t              i;
    const maas_bf16_t  *b;

    for (i = 0; i < sizeof(bf16_kernels) / sizeof(void *); i++) {
        b = bf16_kernels[i];

        if ((b->round != NULL) == (rows != 0)
            && (isa == MAAS_ISA_AUTO || isa == b->isa) && b->usable())
        {
            return b;
        }
    }

    return rows ? &maas__bf16_ref : &maas__bf16_wide_ref;
}
