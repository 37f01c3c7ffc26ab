/*
 * Vectors of floats with AVX2 and FMA, as what is in *_simd.h wants them.
 * Not here: what is computed with them.
 */

#include <immintrin.h>

#define TARGET  __attribute__((target("avx2,fma,popcnt")))
#define INLINE  static inline __attribute__((always_inline)) TARGET

#define V  __m256
#define N  8

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
