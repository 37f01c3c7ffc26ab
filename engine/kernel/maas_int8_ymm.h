/*
 * Products of whole numbers on vectors of 32 bytes, written once.  A file that
 * includes this has included <immintrin.h>, and defined TARGET and
 *
 *   Y(name)                    names of what is made
 *   SUMS                       vectors of sums for 8 columns
 *   NV                         vectors of 8 columns of a tile of MR rows
 *   Y_FOUR(p)             the four bytes at p, for each column
 *   Y_WEIGHTS(w, v)       8 columns of four weights at w -> v[SUMS]
 *   Y_ADD(c, four, v)     c += four times such weights
 *   Y_SUM(c)              c[SUMS] -> sums of 8 columns
 *
 * Not here: loops over strips (maas_int8_strips.c).
 */

#include "maas_int8.h"
#include "maas_int8_strips.h"

#include <string.h>


#define INLINE  static inline __attribute__((always_inline)) TARGET

#define MR  6                          /* most rows of a tile; */
#define FV  (MAAS_INT8_STRIP / 8)      /* vectors of one of 1 or 2 rows */


/* The first n of 8 numbers */

INLINE __m256i
int8_y_mask(ptrdiff_t n)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int) (n < 8 ? n : 8)),
                              _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}


/* round(v * inverse) + zero within 0 and 255; low = -zero, of NaN as well */

INLINE __m256i
int8_y_code(__m256 v, __m256 inverse, __m256 low, __m256i zero)
{
    v = _mm256_max_ps(_mm256_mul_ps(v, inverse), low);
    v = _mm256_min_ps(v, _mm256_add_ps(low, _mm256_set1_ps(255)));

    return _mm256_add_epi32(_mm256_cvtps_epi32(v), zero);
}


/* The first n of 8 codes */

INLINE void
int8_y_put(uint8_t *to, ptrdiff_t n, __m256i q)
{
    uint64_t  v;
    __m128i   words;

    words = _mm_packus_epi32(_mm256_castsi256_si128(q),
                             _mm256_extracti128_si256(q, 1));
    v = (uint64_t) _mm_cvtsi128_si64(_mm_packus_epi16(words, words));

    if (n >= 8) {
        memcpy(to, &v, 8);
        return;
    }

    for ( /* void */ ; n > 0; n--, v >>= 8) {
        *to++ = (uint8_t) v;
    }
}


static TARGET void
Y(quantize)(const float *x, size_t n, float inverse, unsigned zero, uint8_t *q)
{
    size_t   i;
    __m256   v, by, low;
    __m256i  z;

    by = _mm256_set1_ps(inverse);
    low = _mm256_set1_ps(-(float) zero);
    z = _mm256_set1_epi32((int) zero);

    for (i = 0; i < n; i += 8) {
        v = n - i >= 8 ? _mm256_loadu_ps(x + i)
                       : _mm256_maskload_ps(x + i,
                                            int8_y_mask((ptrdiff_t) (n - i)));
        int8_y_put(q + i, (ptrdiff_t) (n - i), int8_y_code(v, by, low, z));
    }
}


/* 8 values of row r, from column j of the block on, before the activation */

INLINE void
int8_y_last(const maas_int8_block_t *b, size_t r, size_t j, __m256 v)
{
    size_t                   at;
    __m256                   zero;
    ptrdiff_t                n;
    const maas_int8_pass_t  *p = b->p;

    n = (ptrdiff_t) b->cols - (ptrdiff_t) j;
    at = r * p->ldy + b->col + j;
    zero = _mm256_setzero_ps();

    if (n <= 0) {
        return;
    }

    if (p->act == MAAS_ACT_RELU) {
        v = _mm256_max_ps(zero, v);

    } else if (p->act == MAAS_ACT_LEAKY_RELU) {
        v = _mm256_blendv_ps(v, _mm256_mul_ps(v, _mm256_set1_ps(p->alpha)),
                             _mm256_cmp_ps(v, zero, _CMP_LT_OQ));
    }

    if (p->inverse != 0) {
        int8_y_put((uint8_t *) p->y + at, n,
                   int8_y_code(v, _mm256_set1_ps(p->inverse),
                               _mm256_set1_ps(-(float) p->zero),
                               _mm256_set1_epi32((int) p->zero)));

    } else if (n >= 8) {
        _mm256_storeu_ps((float *) p->y + at, v);

    } else {
        _mm256_maskstore_ps((float *) p->y + at, int8_y_mask(n), v);
    }
}


INLINE void
int8_y_end(const maas_int8_block_t *b, size_t r, size_t j, const __m256i *c)
{
    __m256  v;

    v = _mm256_cvtepi32_ps(_mm256_sub_epi32(Y_SUM(c),
            _mm256_loadu_si256((const __m256i *) (b->offset + j))));
    v = _mm256_fmadd_ps(v, _mm256_loadu_ps(b->factor + j),
                        _mm256_loadu_ps(b->bias + j));
    int8_y_last(b, r, j, v);
}


INLINE void
int8_y_tile(const maas_int8_block_t *b, size_t r, const uint8_t *x, size_t j,
    const int mr, const int nv)
{
    int            i, h;
    size_t         s;
    __m256i        a, v[FV * SUMS], c[MR * FV * SUMS];
    const int8_t  *w;

#pragma GCC unroll 48
    for (i = 0; i < mr * nv * SUMS; i++) {
        c[i] = _mm256_setzero_si256();
    }

    w = b->w + 4 * j;

    for (s = 0; s < b->steps; s++, w += MAAS_INT8_STEP) {
#pragma GCC unroll 4
        for (h = 0; h < nv; h++) {
            Y_WEIGHTS(w + 32 * h, v + h * SUMS);
        }

#pragma GCC unroll 6
        for (i = 0; i < mr; i++) {
            a = Y_FOUR(x + (size_t) i * b->ldx + 4 * s);
#pragma GCC unroll 8
            for (h = 0; h < nv * SUMS; h++) {
                c[i * nv * SUMS + h] = Y_ADD(c[i * nv * SUMS + h], a,
                                                  v[h]);
            }
        }
    }

#pragma GCC unroll 6
    for (i = 0; i < mr; i++) {
#pragma GCC unroll 4
        for (h = 0; h < nv; h++) {
            int8_y_end(b, r + (size_t) i, j + 8 * (size_t) h,
                       c + (i * nv + h) * SUMS);
        }
    }
}


/* Weights alone: floats times whole numbers as floats */

INLINE void
int8_y_alone(const maas_int8_block_t *b, size_t r, const float *x, size_t j,
    const int mr, const int nv)
{
    int            i, h;
    size_t         s, ldx;
    __m256         a, v[FV], c[MR * FV];
    const int8_t  *w;

    w = b->w + j;
    ldx = b->ldx / sizeof(float);

#pragma GCC unroll 24
    for (i = 0; i < mr * nv; i++) {
        c[i] = _mm256_setzero_ps();
    }

    for (s = 0; s < b->steps; s++, w += MAAS_INT8_STRIP) {
#pragma GCC unroll 4
        for (h = 0; h < nv; h++) {
            v[h] = _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(
                       _mm_loadl_epi64((const __m128i *) (w + 8 * h))));
        }

#pragma GCC unroll 6
        for (i = 0; i < mr; i++) {
            a = _mm256_set1_ps(x[(size_t) i * ldx + s]);
#pragma GCC unroll 4
            for (h = 0; h < nv; h++) {
                c[i * nv + h] = _mm256_fmadd_ps(a, v[h], c[i * nv + h]);
            }
        }
    }

#pragma GCC unroll 6
    for (i = 0; i < mr; i++) {
#pragma GCC unroll 4
        for (h = 0; h < nv; h++) {
            a = _mm256_fmadd_ps(c[i * nv + h],
                                _mm256_loadu_ps(b->factor + j + 8 * h),
                                _mm256_loadu_ps(b->bias + j + 8 * h));
            int8_y_last(b, r + (size_t) i, j + 8 * (size_t) h,
                        _mm256_add_ps(a, _mm256_setzero_ps()));
        }
    }
}


#define INT8_ROWS(n, f, nv)                                                   \
    case n:                                                                   \
        for (j = 0; j < b->cols; j += 8 * nv) {                               \
            f(b, r, x, j, n, nv);                                             \
        }                                                                     \
        break;

#define INT8_TILES(name, f, type, nv)                                         \
    static TARGET void                                                        \
    name(const maas_int8_block_t *b, size_t r, size_t rows, const void *of)   \
    {                                                                         \
        size_t       j;                                                       \
        const type  *x = of;                                                  \
                                                                              \
        switch (rows) {                                                       \
        INT8_ROWS(1, f, FV)                                                   \
        INT8_ROWS(2, f, FV)                                                   \
        INT8_ROWS(3, f, nv)                                                   \
        INT8_ROWS(4, f, nv)                                                   \
        INT8_ROWS(5, f, nv)                                                   \
        INT8_ROWS(6, f, nv)                                                   \
        }                                                                     \
    }

INT8_TILES(Y(tile), int8_y_tile, uint8_t, NV)
INT8_TILES(Y(alone), int8_y_alone, float, 2)


static const maas_int8_strips_t  Y(strips) = {
    .wide = 0, .rows = MR, .tile = Y(tile), .tile_alone = Y(alone)
};


static void
Y(run)(const void *packed, size_t k, size_t n, const maas_int8_pass_t *p)
{
    maas__int8_strips_run(&Y(strips), packed, k, n, p);
}


static void
Y(run_alone)(const void *packed, size_t k, size_t n, const maas_int8_pass_t *p)
{
    maas__int8_strips_alone(&Y(strips), packed, k, n, p);
}
