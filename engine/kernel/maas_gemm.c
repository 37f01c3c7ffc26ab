/*
 * The one place that chooses a kernel, and the one that knows OpenBLAS.
 * Not here: kernels of our own (maas_gemm_*.c).
 */

#include "maas_gemm.h"

#include <cblas.h>
#include <string.h>


static int
maas_gemm_blas_usable(void)
{
    return 1;
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


static size_t
maas_gemm_blas_packed_size(size_t k, size_t n)
{
    return maas__gemm_ref.packed_size(k, n);
}


static void
maas_gemm_blas_pack(const float *w, const float *bias, size_t k, size_t n,
    void *packed)
{
    maas__gemm_ref.pack(w, bias, k, n, packed);
}


const maas_gemm_t  maas__gemm_blas = {
    .name = "blas",
    .isa = MAAS_ISA_BLAS,
    .dtype = MAAS_F32,
    .usable = maas_gemm_blas_usable,
    .packed_size = maas_gemm_blas_packed_size,
    .pack = maas_gemm_blas_pack,
    .run = maas_gemm_f32_blas
};


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
