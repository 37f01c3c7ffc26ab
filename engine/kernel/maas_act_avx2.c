/*
 * Activations with AVX2 and FMA.
 * Not here: what they compute and how (maas_act_simd.h).
 */

#include "maas_act.h"


#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>


#define TARGET  __attribute__((target("avx2,fma")))
#define INLINE  static inline __attribute__((always_inline)) TARGET

#define V  __m256
#define N  8

#define maas_v_set(f)     _mm256_set1_ps(f)
#define maas_v_fma(a, b, c)                                                   \
    _mm256_fmadd_ps(a, b, c)
#define maas_v_max(a, b)  _mm256_max_ps(a, b)
#define maas_v_min(a, b)  _mm256_min_ps(a, b)
#define maas_v_abs(v)     _mm256_andnot_ps(_mm256_set1_ps(-0.0f), v)
#define maas_v_round(v)                                                       \
    _mm256_round_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
#define maas_v_below(a, b, x, y)                                              \
    _mm256_blendv_ps(y, x, _mm256_cmp_ps(a, b, _CMP_LT_OQ))
#define maas_v_fold(op, v)                                                    \
    _mm256_##op##_ps((v)[0], (v)[1])


INLINE __m256i
maas_v_mask(size_t n)
{
    static const int32_t  ones[2 * N] = { -1, -1, -1, -1, -1, -1, -1, -1 };

    return _mm256_loadu_si256((const __m256i *) (ones + N - (n < N ? n : N)));
}


INLINE V
maas_v_load(const float *p, size_t n)
{
    return n >= N ? _mm256_loadu_ps(p)
                  : _mm256_maskload_ps(p, maas_v_mask(n));
}


INLINE void
maas_v_store(float *p, size_t n, V v)
{
    if (n >= N) {
        _mm256_storeu_ps(p, v);
    } else {
        _mm256_maskstore_ps(p, maas_v_mask(n), v);
    }
}


INLINE V
maas_v_sign(V v, V s)
{
    return _mm256_or_ps(maas_v_abs(v),
                        _mm256_and_ps(_mm256_set1_ps(-0.0f), s));
}


INLINE V
maas_v_pow2(V n)
{
    __m256i  i;

    i = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));

    return _mm256_castsi256_ps(_mm256_slli_epi32(i, 23));
}


#include "maas_act_simd.h"


static TARGET void
maas_act_avx2(maas_act_t act, float alpha, float *x, size_t n)
{
    maas_v_act_all(act, alpha, x, n);
}


static TARGET void
maas_softmax_avx2(float *x, size_t rows, size_t n, size_t ld)
{
    maas_v_softmax(x, rows, n, ld);
}


const maas_acts_t  maas__acts_avx2 = {
    maas_act_avx2, maas_softmax_avx2
};

#endif
