/*
 * What maas_int8_ymm.h needs where one instruction, int8_y_dot(c, four, v),
 * multiplies bytes and adds four of them: for AVX-VNNI, and for a test on CPUs
 * that have it another way.
 * Not here: anything else.
 */

#define SUMS  1
#define NV    2


static inline __attribute__((always_inline)) TARGET __m256i
int8_dot_four(const uint8_t *p)
{
    int32_t  four;

    memcpy(&four, p, 4);

    return _mm256_set1_epi32(four);
}


static inline __attribute__((always_inline)) TARGET void
int8_dot_weights(const int8_t *w, __m256i *v)
{
    v[0] = _mm256_loadu_si256((const __m256i *) w);
}


static inline __attribute__((always_inline)) TARGET __m256i
int8_dot_add(__m256i c, __m256i four, __m256i v)
{
    return int8_y_dot(c, four, v);
}


static inline __attribute__((always_inline)) TARGET __m256i
int8_dot_sum(const __m256i *c)
{
    return c[0];
}


#define Y_FOUR     int8_dot_four
#define Y_WEIGHTS  int8_dot_weights
#define Y_ADD      int8_dot_add
#define Y_SUM      int8_dot_sum

#include "maas_int8_ymm.h"
