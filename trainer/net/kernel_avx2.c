/*
 * The trainer's loops with AVX2 and FMA.
 * Only the vector type is here; the loops are in kernel_impl.h.
 */

#include "kernel.h"

#if defined(__x86_64__)

#pragma GCC target("avx2,fma")

#include <immintrin.h>


#define V               __m256
#define VW              8
#define VLOAD(p)        _mm256_loadu_ps(p)
#define VSTORE(p, v)    _mm256_storeu_ps(p, v)
#define VSET1(f)        _mm256_set1_ps(f)
#define VADD(a, b)      _mm256_add_ps(a, b)
#define VSUB(a, b)      _mm256_sub_ps(a, b)
#define VMUL(a, b)      _mm256_mul_ps(a, b)
#define VMAX(a, b)      _mm256_max_ps(a, b)
#define VFMA(a, b, c)   _mm256_fmadd_ps(a, b, c)
#define VUPDATE(m, v, eps)                                                    \
    _mm256_div_ps(m, _mm256_add_ps(_mm256_sqrt_ps(v), eps))
#define VRELU_BACK(a, d)                                                      \
    _mm256_and_ps(_mm256_cmp_ps(a, _mm256_setzero_ps(), _CMP_GT_OQ), d)
#define MR              6
#define NV              2
#define SNV             8
#define KERNEL          train_kernel_avx2
#define NAME            "avx2"
#define USABLE                                                                \
    __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")

#include "kernel_impl.h"

#endif
