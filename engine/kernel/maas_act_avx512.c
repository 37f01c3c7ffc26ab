/*
 * Activations with AVX-512.
 * Not here: what they compute and how (maas_act_simd.h).
 */

#include "maas_act.h"


#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>


#define TARGET  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,"   \
                                      "fma")))
#define INLINE  static inline __attribute__((always_inline)) TARGET

#define V  __m512
#define N  16

#define maas_v_set(f)     _mm512_set1_ps(f)
#define maas_v_fma(a, b, c)                                                   \
    _mm512_fmadd_ps(a, b, c)
#define maas_v_max(a, b)  _mm512_max_ps(a, b)
#define maas_v_min(a, b)  _mm512_min_ps(a, b)
#define maas_v_abs(v)     _mm512_andnot_ps(_mm512_set1_ps(-0.0f), v)
#define maas_v_round(v)                                                       \
    _mm512_roundscale_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
#define maas_v_below(a, b, x, y)                                              \
    _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_LT_OQ), y, x)
#define maas_v_fold(op, v)                                                    \
    _mm256_##op##_ps(_mm512_castps512_ps256((v)[0]),                          \
                     _mm512_extractf32x8_ps((v)[0], 1))


INLINE __mmask16
maas_v_mask(size_t n)
{
    return (__mmask16) (n < N ? (1u << n) - 1 : 0xffff);
}


INLINE V
maas_v_load(const float *p, size_t n)
{
    return _mm512_maskz_loadu_ps(maas_v_mask(n), p);
}


INLINE void
maas_v_store(float *p, size_t n, V v)
{
    if (n >= N) {
        _mm512_storeu_ps(p, v);
    } else {
        _mm512_mask_storeu_ps(p, maas_v_mask(n), v);
    }
}


INLINE V
maas_v_sign(V v, V s)
{
    return _mm512_or_ps(maas_v_abs(v),
                        _mm512_and_ps(_mm512_set1_ps(-0.0f), s));
}


INLINE V
maas_v_pow2(V n)
{
    __m512i  i;

    i = _mm512_add_epi32(_mm512_cvtps_epi32(n), _mm512_set1_epi32(127));

    return _mm512_castsi512_ps(_mm512_slli_epi32(i, 23));
}


#include "maas_act_simd.h"


static TARGET void
maas_act_avx512(maas_act_t act, float alpha, float *x, size_t n)
{
    maas_v_act_all(act, alpha, x, n);
}


static TARGET void
maas_softmax_avx512(float *x, size_t rows, size_t n, size_t ld)
{
    maas_v_softmax(x, rows, n, ld);
}


const maas_acts_t  maas__acts_avx512 = {
    maas_act_avx512, maas_softmax_avx512
};

#endif
