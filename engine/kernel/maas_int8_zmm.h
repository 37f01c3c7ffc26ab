/*
 * What kernels of whole numbers on vectors of 64 bytes share: what becomes of
 * sums, and a step of them.  A file that includes this has included
 * <immintrin.h>, and defined INLINE, for AVX-512 VNNI.
 * Not here: loops over strips (maas_int8_strips.c).
 */

#include "maas_int8.h"
#include "maas_int8_strips.h"

#include <string.h>


INLINE __mmask16
int8_mask(ptrdiff_t n)
{
    return (__mmask16) (n < 0 ? 0 : n < 16 ? (1u << n) - 1 : 0xffff);
}


/* round(v * inverse) + zero within 0 and 255; low = -zero, of NaN as well */

INLINE __m512i
int8_code(__m512 v, __m512 inverse, __m512 low, __m512i zero)
{
    v = _mm512_max_ps(_mm512_mul_ps(v, inverse), low);
    v = _mm512_min_ps(v, _mm512_add_ps(low, _mm512_set1_ps(255)));

    return _mm512_add_epi32(_mm512_cvtps_epi32(v), zero);
}


/* 16 values of row r, from column j of the block on, before the activation */

INLINE void
int8_last(const maas_int8_block_t *b, size_t r, size_t j, __m512 v)
{
    size_t                   at;
    __m512                   below;
    __mmask16                m;
    const maas_int8_pass_t  *p = b->p;

    below = _mm512_setzero_ps();
    m = int8_mask((ptrdiff_t) b->cols - (ptrdiff_t) j);
    at = r * p->ldy + b->col + j;

    if (p->act == MAAS_ACT_RELU) {
        v = _mm512_max_ps(below, v);

    } else if (p->act == MAAS_ACT_LEAKY_RELU) {
        v = _mm512_mask_mul_ps(v, _mm512_cmp_ps_mask(v, below, _CMP_LT_OQ), v,
                               _mm512_set1_ps(p->alpha));
    }

    if (p->inverse == 0) {
        _mm512_mask_storeu_ps((float *) p->y + at, m, v);
        return;
    }

    _mm512_mask_cvtepi32_storeu_epi8((uint8_t *) p->y + at, m,
        int8_code(v, _mm512_set1_ps(p->inverse),
                  _mm512_set1_ps(-(float) p->zero),
                  _mm512_set1_epi32((int) p->zero)));
}


INLINE void
int8_end(const maas_int8_block_t *b, size_t r, const __m512i *c, const int mr,
    const int nv)
{
    int     i, j;
    __m512  v;

#pragma GCC unroll 12
    for (i = 0; i < mr; i++) {
#pragma GCC unroll 4
        for (j = 0; j < nv; j++) {
            v = _mm512_cvtepi32_ps(_mm512_sub_epi32(c[i * nv + j],
                    _mm512_loadu_si512(b->offset + 16 * j)));
            v = _mm512_fmadd_ps(v, _mm512_loadu_ps(b->factor + 16 * j),
                                _mm512_loadu_ps(b->bias + 16 * j));
            int8_last(b, r + (size_t) i, 16 * (size_t) j, v);
        }
    }
}


/* One step: four bytes of each row, broadcast, times (nv,16,4) weights */

INLINE void
int8_step(const maas_int8_block_t *b, size_t at, const uint8_t *x, __m512i *c,
    const int mr, const int nv)
{
    int            i, j;
    int32_t        four;
    __m512i        a, v[4];
    const int8_t  *w;

#pragma GCC unroll 4
    for (j = 0; j < nv; j++) {
        w = b->w + at * MAAS_INT8_STEP + (j >= 2 ? b->next : 0) + j % 2 * 64;
        v[j] = _mm512_loadu_si512(w);
    }

#pragma GCC unroll 12
    for (i = 0; i < mr; i++) {
        memcpy(&four, x + (size_t) i * b->ldx + 4 * at, 4);
        a = _mm512_set1_epi32(four);
#pragma GCC unroll 4
        for (j = 0; j < nv; j++) {
            c[i * nv + j] = _mm512_dpbusd_epi32(c[i * nv + j], a, v[j]);
        }
    }
}
