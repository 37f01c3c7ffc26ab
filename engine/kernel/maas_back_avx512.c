/*
 * Products backwards with AVX-512.
 * Not here: what they compute and how (maas_back_simd.h).
 */

#include "maas_strips.h"


#if defined(__x86_64__)

#define BACK          maas__strips_back_avx512
#define BACK_ROWS     4
#define BACK_NUMBERS  4

#include "maas_v_avx512.h"


/* Of each vector lanes j and j + 8, then 4, 2 and 1 from each other */

static inline __attribute__((always_inline)) TARGET V
maas_v_sums(V *c)
{
    V    a, b;
    int  i;

#pragma GCC unroll 8
    for (i = 0; i < 8; i++) {
        a = _mm512_shuffle_f32x4(c[i], c[i + 8], 0x44);
        b = _mm512_shuffle_f32x4(c[i], c[i + 8], 0xee);
        c[i] = _mm512_add_ps(a, b);
    }

#pragma GCC unroll 4
    for (i = 0; i < 4; i++) {
        a = _mm512_shuffle_f32x4(c[i], c[i + 4], 0x88);
        b = _mm512_shuffle_f32x4(c[i], c[i + 4], 0xdd);
        c[i] = _mm512_add_ps(a, b);
    }

    for (i = 0; i < 4; i += 2) {
        a = _mm512_unpacklo_ps(c[i], c[i + 1]);
        b = _mm512_unpackhi_ps(c[i], c[i + 1]);
        c[i] = _mm512_add_ps(a, b);
    }

    a = _mm512_shuffle_ps(c[0], c[2], 0x44);
    b = _mm512_shuffle_ps(c[0], c[2], 0xee);
    a = _mm512_add_ps(a, b);

    return _mm512_shuffle_f32x4(a, a, 0xd8);
}


#include "maas_back_simd.h"

#endif
