/*
 * SHAP values of a tree with AVX2.
 * Not here: what is computed and how (maas_shap_simd.h).
 */

#include "maas_shap_tables.h"


#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>


#pragma GCC optimize ("O3")

#define TARGET  __attribute__((target("avx2")))
#define INLINE  static inline __attribute__((always_inline)) TARGET

#define V      __m256d
#define M      __m256d
#define LANES  4

#define maas_v_set(x)           _mm256_set1_pd(x)
#define maas_v_get(p)           _mm256_loadu_pd(p)
#define maas_v_put(p, v)        _mm256_storeu_pd(p, v)
#define maas_v_add(a, b)        _mm256_add_pd(a, b)
#define maas_v_sub(a, b)        _mm256_sub_pd(a, b)
#define maas_v_mul(a, b)        _mm256_mul_pd(a, b)
#define maas_v_pick(m, no, yes) _mm256_blendv_pd(no, yes, m)
#define maas_v_most(a, b)                                                     \
    (uint8_t) _mm256_movemask_pd(_mm256_cmp_pd(a, b, _CMP_LE_OQ))


/* Bit r of a byte, in all bits of lane r */

INLINE M
maas_v_bits(uint8_t byte)
{
    __m256i  bit;

    bit = _mm256_setr_epi64x(1, 2, 4, 8);

    return _mm256_castsi256_pd(_mm256_cmpeq_epi64(bit,
               _mm256_and_si256(bit, _mm256_set1_epi64x(byte))));
}


INLINE V
maas_v_gather(const double *v, const uint32_t *at)
{
    return _mm256_setr_pd(v[at[0]], v[at[1]], v[at[2]], v[at[3]]);
}


/* The first n, or all; else 0 */

INLINE V
maas_v_some(const double *p, size_t n)
{
    static const int64_t  ones[2 * LANES] = { -1, -1, -1, -1 };

    return n >= LANES ? _mm256_loadu_pd(p)
                      : _mm256_maskload_pd(p, _mm256_loadu_si256(
                            (const __m256i *) (ones + LANES - n)));
}


/* Bits as bytes, and back */

INLINE void
maas_v_spread(uint8_t *to, unsigned bits)
{
    uint32_t  bytes;

    bytes = (bits & 1) | (bits & 2) << 7 | (bits & 4) << 14 | (bits & 8) << 21;
    bytes *= 0xff;
    memcpy(to, &bytes, sizeof(bytes));
}


INLINE __m128i
maas_v_words(const uint8_t *bytes)
{
    int32_t  b;

    memcpy(&b, bytes, sizeof(b));

    return _mm_cvtepi8_epi32(_mm_cvtsi32_si128(b));
}


INLINE M
maas_v_gathered(const uint8_t *bytes)
{
    return _mm256_castsi256_pd(_mm256_cvtepi32_epi64(maas_v_words(bytes)));
}


INLINE void
maas_v_choose(const uint8_t *left, const uint32_t *no, const uint32_t *yes,
    uint32_t *hot, uint32_t *cold)
{
    __m128i  m, a, b;

    m = maas_v_words(left);
    a = _mm_loadu_si128((const __m128i *) no);
    b = _mm_loadu_si128((const __m128i *) yes);
    _mm_storeu_si128((__m128i *) hot, _mm_blendv_epi8(a, b, m));
    _mm_storeu_si128((__m128i *) cold, _mm_blendv_epi8(b, a, m));
}


INLINE void
maas_v_curve(const uint8_t *on, uint32_t off, const uint32_t *curve,
    uint32_t piece, uint32_t *to)
{
    __m128i  c;

    c = _mm_add_epi32(_mm_loadu_si128((const __m128i *) curve),
                      _mm_set1_epi32((int) piece));
    c = _mm_blendv_epi8(_mm_set1_epi32((int) off), c, maas_v_words(on));
    _mm_storeu_si128((__m128i *) to, c);
}


#include "maas_shap_simd.h"


static int
shap_avx2_usable(void)
{
    return __builtin_cpu_supports("avx2") != 0;
}


const maas_shap_kernel_t  maas__shap_avx2 = {
    .name = "avx2",
    .isa = MAAS_ISA_AVX2,
    .lanes = LANES,
    .usable = shap_avx2_usable,
    .one = maas_v_one,
    .rows = maas_v_rows
};

#endif
