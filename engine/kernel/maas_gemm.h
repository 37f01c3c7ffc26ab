/*
 * Products: what a kernel is, and the one place that chooses one.
 * Not here: how a kernel does it (maas_strips.h).
 */

#ifndef MAAS_GEMM_H
#define MAAS_GEMM_H

#include "maas_act.h"
#include "maas_dtype.h"


/* maas_gemm.c: the one place that chooses a kernel.
 *
 * A kernel computes y(rows,n) = act(x(rows,k) * w(k,n) + bias(n)) from
 * weights that it packed itself.  The promise that makes batching safe: a row
 * gives the same bits whatever rows, ldx and position it comes with.
 * Softmax and the curved activations are applied by the caller of run(). */

typedef struct {
    const char   *name;            /* such as "avx512" */
    maas_isa_t    isa;
    maas_dtype_t  dtype;           /* of weights; rows are F32 */

    int         (*usable)(void);   /* on this CPU */

    /* bytes that pack() writes, 0 on overflow */
    size_t      (*packed_size)(size_t k, size_t n);
    /* packed: MAAS_ALIGN aligned, zeroed */
    void        (*pack)(const float *w, const float *bias, size_t k, size_t n,
                        void *packed);
    /* x and y do not overlap; ldx >= k, ldy >= n, in floats. act is applied
     * if its row says fused, else left to the caller. */
    void        (*run)(const void *packed, size_t k, size_t n,
                       const float *x, size_t ldx, size_t rows,
                       maas_act_t act, float alpha, float *y, size_t ldy);
    /* dx(rows,k) += dy(rows,n) * w(k,n)^T, for slopes: a row gives the same
     * bits whatever rows it comes with, but not those of another kernel */
    void        (*back)(const void *packed, size_t k, size_t n,
                        const float *dy, size_t lddy, size_t rows,
                        float *dx, size_t lddx);
} maas_gemm_t;

extern const maas_gemm_t maas__gemm_ref;       /* the oracle */
extern const maas_gemm_t maas__gemm_blas;
extern const maas_gemm_t maas__gemm_avx2;      /* maas_simd_avx2.c */
extern const maas_gemm_t maas__gemm_avx512;    /* maas_simd_avx512.c */

/* For weights of that type; NULL if that instruction set is not to be had
 * here, or not for it. */
const maas_gemm_t *maas__gemm_choose(maas_dtype_t dtype, maas_isa_t isa);


#endif /* MAAS_GEMM_H */
