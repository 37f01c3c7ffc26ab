/*
 * What maas_int8_ymm.h needs where one instruction, int8_y_dot(c, four, v),
 * multiplies bytes and adds four of them: for AVX-VNNI, and for a test on CPUs
 * that have it another way.
 * Not here: anything else.
 */

#define SUMS  1
#define NV    2


static inline __attribute__((always_inline)) TARGET __m256i
Y(four)(const uint8_t *p)
{
    int32_t  four;

    memcpy(&four, p, 4);

    return _mm256_set1_epi32(four);
}


static inline __attribute__((always_inline)) TARGET void
Y(weights)(const int8_t *w, __m256i *v)
{
    v[0] = _mm256_loadu_si256((const __m256i *) w);
}


static inline __attribute__((always_inline)) TARGET __m256i
Y(add)(__m256i c, __m256i four, __m256i v)
{
    return int8_y_dot(c, four, v);
}


static inline __attribute__((always_inline)) TARGET __m256i
Y(sum)(const __m256i *c)
{
    return c[0];
}


#include "maas_int8_ymm.h"
