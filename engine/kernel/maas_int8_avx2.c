/*
 * Products of whole numbers with AVX2: bytes are widened to 16 bits, since
 * products of bytes saturate there.
 * Not here: what is the same for AVX-VNNI (maas_int8_ymm.h).
 */

#include "maas_int8.h"


#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>


#define TARGET  __attribute__((target("avx2,fma")))
#define Y(name)  int8_avx2_##name

#define SUMS  2                        /* columns 0 to 3, and 4 to 7: each has
                                          two neighbours */
#define NV    1


static inline __attribute__((always_inline)) TARGET __m256i
int8_wide_four(const uint8_t *p)
{
    int32_t  four;

    memcpy(&four, p, 4);

    return _mm256_cvtepu8_epi16(_mm_set1_epi32(four));
}


static inline __attribute__((always_inline)) TARGET void
int8_wide_weights(const int8_t *w, __m256i *v)
{
    v[0] = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *) w));
    v[1] = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *) w + 1));
}


static inline __attribute__((always_inline)) TARGET __m256i
int8_wide_add(__m256i c, __m256i four, __m256i v)
{
    return _mm256_add_epi32(c, _mm256_madd_epi16(four, v));
}


/* Columns 0, 1, 4, 5, 2, 3, 6, 7 come out of the addition */

static inline __attribute__((always_inline)) TARGET __m256i
int8_wide_sum(const __m256i *c)
{
    return _mm256_permute4x64_epi64(_mm256_hadd_epi32(c[0], c[1]), 0xd8);
}


#define Y_FOUR     int8_wide_four
#define Y_WEIGHTS  int8_wide_weights
#define Y_ADD      int8_wide_add
#define Y_SUM      int8_wide_sum

#include "maas_int8_ymm.h"


static int
int8_avx2_usable(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}


const maas_int8_t  maas__int8_avx2 = {
    .name = "avx2",
    .isa = MAAS_ISA_AVX2,
    .usable = int8_avx2_usable,
    .size = maas__int8_strips_size,
    .pack = maas__int8_strips_pack,
    .run = int8_avx2_run,
    .run_alone = int8_avx2_run_alone,
    .quantize = int8_avx2_quantize
};

#endif
