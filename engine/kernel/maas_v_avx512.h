/*
 * Vectors of floats with AVX-512, as what is in *_simd.h wants them.  TARGET
 * may be defined before, with more in it.
 * Not here: what is computed with them.
 */

#include <immintrin.h>

#ifndef TARGET
#define TARGET  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,"   \
                                      "fma")))
#endif

#define INLINE  static inline __attribute__((always_inline)) TARGET

#define V  __m512
#define N  16

#define maas_v_set(f)     _mm512_set1_ps(f)
#define maas_v_fma(a, b, c)                                                   \
    _mm512_fmadd_ps(a, b, c)
#define maas_v_max(a, b)  _mm512_max_ps(a, b)
#define maas_v_min(a, b)  _mm512_min_ps(a, b)
#define maas_v_round(v)                                                       \
    _mm512_roundscale_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
#define maas_v_below(a, b, x, y)                                              \
    _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_LT_OQ), y, x)
#define maas_v_fold(op, v)                                                    \
    _mm256_##op##_ps(_mm512_castps512_ps256((v)[0]),                          \
                     _mm512_extractf32x8_ps((v)[0], 1))
#define maas_v_whole(p)   _mm512_loadu_ps(p)
#define maas_v_nonzero(v)                                                     \
    _mm512_cmp_ps_mask(v, _mm512_setzero_ps(), _CMP_NEQ_UQ)


INLINE __mmask16
maas_v_mask(ptrdiff_t n)
{
    return (__mmask16) (n < N ? (1u << n) - 1 : 0xffff);
}


INLINE V
maas_v_load(const float *p, ptrdiff_t n)
{
    return _mm512_maskz_loadu_ps(maas_v_mask(n), p);
}


INLINE void
maas_v_store(float *p, ptrdiff_t n, V v)
{
    if (n >= N) {
        _mm512_storeu_ps(p, v);
    } else {
        _mm512_mask_storeu_ps(p, maas_v_mask(n), v);
    }
}
