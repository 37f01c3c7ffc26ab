/*
 * Activations and products with AVX2 and FMA.
 * Not here: what they compute and how (maas_act_simd.h, maas_gemm_simd.h).
 */

#include "maas_gemm.h"
#include "maas_int.h"
#include "maas_strips.h"


#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>


#define TARGET  __attribute__((target("avx2,fma,popcnt")))
#define INLINE  static inline __attribute__((always_inline)) TARGET

#define V  __m256
#define N  8

#define KERNEL  maas_gemm_f32_6x16_avx2
#define TILE    16                     /* 6 x 2: 12 of 16 registers */
#define TALL    0
#define PAIRS   0                      /* 8 sums of a row are enough */

#define maas_v_set(f)     _mm256_set1_ps(f)
#define maas_v_fma(a, b, c)                                                   \
    _mm256_fmadd_ps(a, b, c)
#define maas_v_max(a, b)  _mm256_max_ps(a, b)
#define maas_v_min(a, b)  _mm256_min_ps(a, b)
#define maas_v_round(v)                                                       \
    _mm256_round_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
#define maas_v_below(a, b, x, y)                                              \
    _mm256_blendv_ps(y, x, _mm256_cmp_ps(a, b, _CMP_LT_OQ))
#define maas_v_fold(op, v)                                                    \
    _mm256_##op##_ps((v)[0], (v)[1])
#define maas_v_whole(p)   _mm256_loadu_ps(p)
#define maas_v_nonzero(v)                                                     \
    (unsigned) _mm256_movemask_ps(_mm256_cmp_ps(v, _mm256_setzero_ps(),       \
                                                _CMP_NEQ_UQ))


INLINE __m256i
maas_v_mask(ptrdiff_t n)
{
    static const int32_t  ones[2 * N] = { -1, -1, -1, -1, -1, -1, -1, -1 };

    n = n < 0 ? 0 : n > N ? N : n;

    return _mm256_loadu_si256((const __m256i *) (ones + N - n));
}


INLINE V
maas_v_load(const float *p, ptrdiff_t n)
{
    return n >= N ? _mm256_loadu_ps(p)
                  : _mm256_maskload_ps(p, maas_v_mask(n));
}


INLINE void
maas_v_store(float *p, ptrdiff_t n, V v)
{
    if (n >= N) {
        _mm256_storeu_ps(p, v);
    } else {
        _mm256_maskstore_ps(p, maas_v_mask(n), v);
    }
}


/* Without a branch: what is 0 and what not cannot be foreseen. */

static size_t
maas_v_list(const float *x, const float *also, size_t k, uint16_t *list)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < k; i++) {
        list[n] = (uint16_t) i;
        n += (x[i] != 0.0f) | (also[i] != 0.0f);
    }

    return n;
}


#include "maas_act_simd.h"
#include "maas_gemm_simd.h"


static int
maas_avx2_usable(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}


const maas_acts_t  maas__acts_avx2 = { maas_v_act_all, maas_v_softmax };

const maas_gemm_t  maas__gemm_avx2 = {
    .name = "avx2",
    .isa = MAAS_ISA_AVX2,
    .dtype = MAAS_F32,
    .usable = maas_avx2_usable,
    .packed_size = maas__strips_size,
    .pack = maas__strips_pack,
    .run = KERNEL,
    .back = maas__strips_back
};

#endif
