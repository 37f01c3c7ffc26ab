/*
 * The oracle of matrix products: plain loops, one chain of fused steps a sum.
 * Not here: anything clever; other kernels are right if they equal this one.
 */

#include "maas_gemm.h"
#include "maas_mem.h"

#include <math.h>
#include <string.h>


static int
maas_gemm_ref_usable(void)
{
    return 1;
}


/* bias(n), then w(k,n) as it came */

static size_t
maas_gemm_ref_packed_size(size_t k, size_t n)
{
    size_t  size;

    if (maas__add(k, 1, &size) != MAAS_OK
        || maas__mul(size, n, &size) != MAAS_OK
        || maas__mul(size, sizeof(float), &size) != MAAS_OK)
    {
        return 0;
    }

    return size;
}


static void
maas_gemm_ref_pack(const float *w, const float *bias, size_t k, size_t n,
    void *packed)
{
    float  *p;

    p = packed;

    memcpy(p, bias, n * sizeof(float));
    memcpy(p + n, w, k * n * sizeof(float));
}


/*
 * Bias first, then k ascending, one fmaf() a step.  + 0.0f makes -0 into 0:
 * then steps whose x is 0 may be left out without a change of any bit.
 */

static float
maas_gemm_ref_dot(const float *x, const float *w, size_t k, size_t n,
    float sum)
{
    size_t  i;

    for (i = 0; i < k; i++) {
        sum = fmaf(x[i], w[i * n], sum);
    }

    return sum + 0.0f;
}


static void
maas_gemm_f32_ref(const void *packed, size_t k, size_t n, const float *x,
    size_t ldx, size_t rows, maas_act_t act, float alpha, float *y,
    size_t ldy)
{
    size_t        r, j;
    const float  *bias, *w;

    bias = packed;
    w = bias + n;

    for (r = 0; r < rows; r++, x += ldx, y += ldy) {

        for (j = 0; j < n; j++) {
            y[j] = maas_gemm_ref_dot(x, w + j, k, n, bias[j]);
        }

        if (maas__acts[act].fused) {
            maas__act(act, alpha, y, n);
        }
    }
}


const maas_gemm_t  maas__gemm_ref = {
    .name = "ref",
    .isa = MAAS_ISA_REF,
    .dtype = MAAS_F32,
    .usable = maas_gemm_ref_usable,
    .packed_size = maas_gemm_ref_packed_size,
    .pack = maas_gemm_ref_pack,
    .run = maas_gemm_f32_ref
};
