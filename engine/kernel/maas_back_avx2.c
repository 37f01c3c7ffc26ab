/*
 * Products backwards with AVX2 and FMA.
 * Not here: what they compute and how (maas_back_simd.h).
 */

#include "maas_strips.h"


#if defined(__x86_64__)

#define BACK          maas__strips_back_avx2
#define BACK_ROWS     2
#define BACK_NUMBERS  4

#include "maas_v_avx2.h"


/* Of each vector lanes next to each other, pairs of them, halves */

static inline __attribute__((always_inline)) TARGET V
maas_v_sums(V *c)
{
    V  a, b;

    a = _mm256_hadd_ps(_mm256_hadd_ps(c[0], c[1]), _mm256_hadd_ps(c[2], c[3]));
    b = _mm256_hadd_ps(_mm256_hadd_ps(c[4], c[5]), _mm256_hadd_ps(c[6], c[7]));

    return _mm256_add_ps(_mm256_permute2f128_ps(a, b, 0x20),
                         _mm256_permute2f128_ps(a, b, 0x31));
}


#include "maas_back_simd.h"

#endif
