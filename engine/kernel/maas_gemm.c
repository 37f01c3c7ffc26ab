/*
 * The one place that chooses a kernel, and those that take weights as they
 * come: the oracle, plain loops, and OpenBLAS, which nobody else knows.
 * Not here: kernels of our own (maas_simd_*.c).
 */

#include "maas_gemm.h"
#include "maas_mem.h"

#include <cblas.h>
#include <math.h>
#include <string.h>


static int
maas_gemm_plain_usable(void)
{
    return 1;
}


/* bias(n), then w(k,n) as it came */

static size_t
maas_gemm_plain_size(size_t k, size_t n)
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
maas_gemm_plain_pack(const float *w, const float *bias, size_t k, size_t n,
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


/*
 * Row by row, so that a row has the same bits in any batch: OpenBLAS sums in
 * another order when a product has another number of rows.
 */

static void
maas_gemm_f32_blas(const void *packed, size_t k, size_t n, const float *x,
    size_t ldx, size_t rows, maas_act_t act, float alpha, float *y,
    size_t ldy)
{
    size_t        r;
    const float  *bias, *w;

    bias = packed;
    w = bias + n;

    for (r = 0; r < rows; r++, x += ldx, y += ldy) {

        memcpy(y, bias, n * sizeof(float));

        cblas_sgemv(CblasRowMajor, CblasTrans, (int) k, (int) n, 1.0f, w,
                    (int) n, x, 1, 1.0f, y, 1);

        if (maas__acts[act].fused) {
            maas__act(act, alpha, y, n);
        }
    }
}


static void
maas_gemm_ref_back(const void *packed, size_t k, size_t n, const float *dy,
    size_t lddy, size_t rows, float *dx, size_t lddx)
{
    size_t        r, i, j;
    float         sum;
    const float  *w;

    for (r = 0; r < rows; r++, dy += lddy, dx += lddx) {
        w = (const float *) packed + n;

        for (i = 0; i < k; i++, w += n) {
            sum = 0;

            for (j = 0; j < n; j++) {
                sum = fmaf(dy[j], w[j], sum);
            }

            dx[i] += sum;
        }
    }
}


static void
maas_gemm_blas_back(const void *packed, size_t k, size_t n, const float *dy,
    size_t lddy, size_t rows, float *dx, size_t lddx)
{
    size_t  r;

    for (r = 0; r < rows; r++, dy += lddy, dx += lddx) {
        cblas_sgemv(CblasRowMajor, CblasNoTrans, (int) k, (int) n, 1.0f,
                    (const float *) packed + n, (int) n, dy, 1, 1.0f, dx, 1);
    }
}


#define MAAS_GEMM_PLAIN(label, set, function, slopes)                         \
    {                                                                         \
        .name = label, .isa = set, .dtype = MAAS_F32,                         \
        .usable = maas_gemm_plain_usable,                                     \
        .packed_size = maas_gemm_plain_size, .pack = maas_gemm_plain_pack,    \
        .run = function, .back = slopes                                       \
    }

const maas_gemm_t  maas__gemm_ref = MAAS_GEMM_PLAIN("ref", MAAS_ISA_REF,
                                                    maas_gemm_f32_ref,
                                                    maas_gemm_ref_back);
const maas_gemm_t  maas__gemm_blas = MAAS_GEMM_PLAIN("blas", MAAS_ISA_BLAS,
                                                     maas_gemm_f32_blas,
                                                     maas_gemm_blas_back);


/* The fastest first; docs/adr/0001-kernels.md has the figures */

static const maas_gemm_t *const  maas_gemm_kernels[] = {
#if defined(__x86_64__)
    &maas__gemm_avx512,
    &maas__gemm_avx2,
#endif
    &maas__gemm_blas,
    &maas__gemm_ref
};


const maas_gemm_t *
maas__gemm_choose(maas_dtype_t dtype, maas_isa_t isa)
{
    size_t              i;
    const maas_gemm_t  *g;

    for (i = 0; i < sizeof(maas_gemm_kernels) / sizeof(void *); i++) {
        g = maas_gemm_kernels[i];

        if (g->dtype == dtype && (isa == MAAS_ISA_AUTO || isa == g->isa)
            && g->usable())
        {
            return g;
        }
    }

    return NULL;
}


void
maas_single_thread(void)
{
    /* asking once more after a fork would start its threads anew */

    if (openblas_get_num_threads() != 1) {
        openblas_set_num_threads(1);
    }
}
