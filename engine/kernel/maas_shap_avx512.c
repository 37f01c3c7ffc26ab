/*
 * SHAP values of a tree with AVX-512.
 * Not here: what is computed and how (maas_shap_simd.h).
 */

#include "maas_shap_tables.h"


#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>


#pragma GCC optimize ("O3")

#define TARGET  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define INLINE  static inline __attribute__((always_inline)) TARGET

#define V      __m512d
#define M      __mmask8
#define LANES  8

#define maas_v_set(x)           _mm512_set1_pd(x)
#define maas_v_get(p)           _mm512_loadu_pd(p)
#define maas_v_put(p, v)        _mm512_storeu_pd(p, v)
#define maas_v_add(a, b)        _mm512_add_pd(a, b)
#define maas_v_sub(a, b)        _mm512_sub_pd(a, b)
#define maas_v_mul(a, b)        _mm512_mul_pd(a, b)
#define maas_v_pick(m, no, yes) _mm512_mask_blend_pd(m, no, yes)
#define maas_v_bits(byte)       ((__mmask8) (byte))
#define maas_v_most(a, b)       _mm512_cmp_pd_mask(a, b, _CMP_LE_OQ)
#define maas_v_gather(v, at)                                                  \
    _mm512_i32gather_pd(_mm256_loadu_si256((const __m256i *) (at)), v, 8)


/* The first n, or all; else 0 */

INLINE V
maas_v_some(const double *p, size_t n)
{
    return _mm512_maskz_loadu_pd((__mmask8) (n < LANES ? (1u << n) - 1 : 0xff),
                                 p);
}


/* Bits as bytes, and back */

INLINE void
maas_v_spread(uint8_t *to, M bits)
{
    _mm_storeu_si64(to, _mm_movm_epi8(bits));
}


INLINE M
maas_v_gathered(const uint8_t *bytes)
{
    return (M) _mm_movepi8_mask(_mm_loadu_si64(bytes));
}


INLINE void
maas_v_choose(const uint8_t *left, const uint32_t *no, const uint32_t *yes,
    uint32_t *hot, uint32_t *cold)
{
    M        m;
    __m256i  a, b;

    m = maas_v_gathered(left);
    a = _mm256_loadu_si256((const __m256i *) no);
    b = _mm256_loadu_si256((const __m256i *) yes);
    _mm256_storeu_si256((__m256i *) hot, _mm256_mask_blend_epi32(m, a, b));
    _mm256_storeu_si256((__m256i *) cold, _mm256_mask_blend_epi32(m, b, a));
}


INLINE void
maas_v_curve(const uint8_t *on, uint32_t off, const uint32_t *curve,
    uint32_t piece, uint32_t *to)
{
    __m256i  c;

    c = _mm256_add_epi32(_mm256_loadu_si256((const __m256i *) curve),
                         _mm256_set1_epi32((int) piece));
    c = _mm256_mask_blend_epi32(maas_v_gathered(on),
                                _mm256_set1_epi32((int) off), c);
    _mm256_storeu_si256((__m256i *) to, c);
}


#include "maas_shap_simd.h"


static int
shap_avx512_usable(void)
{
    return __builtin_cpu_supports("avx512f")
           && __builtin_cpu_supports("avx512bw")
           && __builtin_cpu_supports("avx512dq")
           && __builtin_cpu_supports("avx512vl");
}


const maas_shap_kernel_t  maas__shap_avx512 = {
    .name = "avx512",
    .isa = MAAS_ISA_AVX512,
    .lanes = LANES,
    .usable = shap_avx512_usable,
    .one = maas_v_one,
    .rows = maas_v_rows
};

#endif
