/*
 * Products with AVX-512: tiles of up to 6 rows by 64 columns.
 * Not here: the loops around them (maas_gemm_strips.c), curved activations.
 */

#include "maas_gemm.h"
#include "maas_int.h"
#include "maas_strips.h"


#if defined(__x86_64__)

#include <immintrin.h>


#define TARGET  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,"   \
                                      "fma")))
#define INLINE  static inline __attribute__((always_inline)) TARGET

#define MR      MAAS_TILE_ROWS         /* 6 x 4: 24 of 32 registers */
#define NV      4                      /* vectors of a tile's row */
#define VEC     16                     /* floats of a vector */


typedef void (*maas_tile_pt)(const maas_block_t *b, const float *x, float *y);


/* Of the last vector of a row */

INLINE __mmask16
maas_tile_mask(const maas_block_t *b)
{
    return (__mmask16) (0xffff >> (b->width - b->cols));
}


INLINE __m512
maas_act_avx512(__m512 v, maas_act_t act, __m512 alpha)
{
    __m512  zero;

    zero = _mm512_setzero_ps();
    v = _mm512_add_ps(v, zero);        /* -0 becomes 0 */

    /* operands in an order that lets NaN through */

    if (act == MAAS_ACT_RELU) {
        return _mm512_max_ps(zero, v);
    }

    if (act == MAAS_ACT_LEAKY_RELU) {
        return _mm512_mask_mul_ps(v, _mm512_cmp_ps_mask(v, zero, _CMP_LT_OQ),
                                  v, alpha);
    }

    return v;
}


INLINE void
maas_tile_load(const maas_block_t *b, const float *y, __m512 c[MR][NV],
    const int mr, const int nv)
{
    int        i, j;
    __mmask16  mask;

    mask = maas_tile_mask(b);

#pragma GCC unroll 6
    for (i = 0; i < mr; i++) {
#pragma GCC unroll 4
        for (j = 0; j < nv; j++) {
            if (b->bias != NULL) {
                c[i][j] = _mm512_loadu_ps(b->bias + j * VEC);

            } else if (j < nv - 1) {
                c[i][j] = _mm512_loadu_ps(y + i * b->ldy + j * VEC);

            } else {
                c[i][j] = _mm512_maskz_loadu_ps(mask,
                                                y + i * b->ldy + j * VEC);
            }
        }
    }
}


INLINE void
maas_tile_step(const float *w, const float *x, size_t ldx, __m512 c[MR][NV],
    const int mr, const int nv)
{
    int     i, j;
    __m512  a, v[NV];

#pragma GCC unroll 4
    for (j = 0; j < nv; j++) {
        v[j] = _mm512_loadu_ps(w + j * VEC);
    }

#pragma GCC unroll 6
    for (i = 0; i < mr; i++) {
        a = _mm512_set1_ps(x[i * ldx]);
#pragma GCC unroll 4
        for (j = 0; j < nv; j++) {
            c[i][j] = _mm512_fmadd_ps(a, v[j], c[i][j]);
        }
    }
}


INLINE void
maas_tile_store(const maas_block_t *b, float *y, __m512 c[MR][NV],
    const int mr, const int nv)
{
    int        i, j;
    __m512     alpha;
    __mmask16  mask;

    mask = maas_tile_mask(b);
    alpha = _mm512_set1_ps(b->alpha);

#pragma GCC unroll 6
    for (i = 0; i < mr; i++) {
#pragma GCC unroll 4
        for (j = 0; j < nv; j++) {
            if (b->last) {
                c[i][j] = maas_act_avx512(c[i][j], b->act, alpha);
            }

            if (j < nv - 1) {
                _mm512_storeu_ps(y + i * b->ldy + j * VEC, c[i][j]);
            } else {
                _mm512_mask_storeu_ps(y + i * b->ldy + j * VEC, mask,
                                      c[i][j]);
            }
        }
    }
}


INLINE void
maas_tile_fetch(const maas_block_t *b, const char **p)
{
    size_t  i;

    for (i = 0; i < b->ahead_lines; i++, *p += MAAS_ALIGN) {
        _mm_prefetch(*p, _MM_HINT_T1);
    }
}


INLINE void
maas_tile(const maas_block_t *b, const float *x, float *y, const int mr,
    const int nv)
{
    size_t        k, ldx;
    __m512        c[MR][NV];
    const char   *ahead;
    const float  *w;

    w = b->w;
    ldx = b->ldx;
    ahead = b->ahead;

    maas_tile_load(b, y, c, mr, nv);

    for (k = b->k; k >= 4; k -= 4, x += 4, w += 4 * nv * VEC) {
        maas_tile_fetch(b, &ahead);
        maas_tile_step(w, x, ldx, c, mr, nv);
        maas_tile_step(w + nv * VEC, x + 1, ldx, c, mr, nv);
        maas_tile_step(w + 2 * nv * VEC, x + 2, ldx, c, mr, nv);
        maas_tile_step(w + 3 * nv * VEC, x + 3, ldx, c, mr, nv);
    }

    for (/* void */; k > 0; k--, x++, w += nv * VEC) {
        maas_tile_step(w, x, ldx, c, mr, nv);
    }

    maas_tile_store(b, y, c, mr, nv);
}


#define MAAS_TILE(mr, nv)                                                    \
                                                                             \
static TARGET void                                                           \
maas_tile_##mr##x##nv(const maas_block_t *b, const float *x, float *y)       \
{                                                                            \
    maas_tile(b, x, y, mr, nv);                                              \
}

#define MAAS_TILES(mr)                                                       \
MAAS_TILE(mr, 1) MAAS_TILE(mr, 2) MAAS_TILE(mr, 3) MAAS_TILE(mr, 4)

MAAS_TILES(1) MAAS_TILES(2) MAAS_TILES(3)
MAAS_TILES(4) MAAS_TILES(5) MAAS_TILES(6)

#define MAAS_TILE_ROW(mr)                                                    \
    { maas_tile_##mr##x1, maas_tile_##mr##x2, maas_tile_##mr##x3,            \
      maas_tile_##mr##x4 }

static const maas_tile_pt  maas_tiles[MR][NV] = {
    MAAS_TILE_ROW(1), MAAS_TILE_ROW(2), MAAS_TILE_ROW(3),
    MAAS_TILE_ROW(4), MAAS_TILE_ROW(5), MAAS_TILE_ROW(6)
};


static void
maas_tile_avx512(const maas_block_t *b, size_t rows, const float *x, float *y)
{
    maas_tiles[rows - 1][b->width / VEC - 1](b, x, y);
}


static TARGET size_t
maas_count_avx512(const float *x, size_t k)
{
    size_t     i, n;
    __m512     zero;
    __mmask16  mask;

    n = 0;
    zero = _mm512_setzero_ps();

    for (i = 0; i + VEC <= k; i += VEC) {
        mask = _mm512_cmp_ps_mask(_mm512_loadu_ps(x + i), zero, _CMP_NEQ_UQ);
        n += (size_t) __builtin_popcount(mask);
    }

    for (/* void */; i < k; i++) {
        n += x[i] != 0.0f;
    }

    return n;
}


/* Compressed in a register: storing it compressed is microcode on Zen 4. */

static TARGET size_t
maas_list_avx512(const float *x, const float *also, size_t k, uint16_t *list)
{
    size_t     i, n;
    __m512     v;
    __m512i    row;
    __mmask16  mask;

    n = 0;
    row = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
                            15);

    for (i = 0; i < k; i += VEC) {
        mask = (__mmask16) (k - i < VEC ? 0xffff >> (VEC - (k - i)) : 0xffff);
        v = _mm512_or_ps(_mm512_maskz_loadu_ps(mask, x + i),
                         _mm512_maskz_loadu_ps(mask, also + i));
        mask = _mm512_cmp_ps_mask(v, _mm512_setzero_ps(), _CMP_NEQ_UQ);

        _mm256_storeu_si256((__m256i *) (list + n),
            _mm512_cvtepi32_epi16(_mm512_maskz_compress_epi32(mask, row)));

        n += (size_t) __builtin_popcount(mask);
        row = _mm512_add_epi32(row, _mm512_set1_epi32(VEC));
    }

    return n;
}


INLINE void
maas_walk_steps(const float *w, const char *ahead, const uint16_t *list,
    size_t n, const float *x, __m512 c[NV], const int nv)
{
    int           j;
    size_t        i;
    __m512        v;
    const char   *next;
    const float  *row;

    for (i = 0; i < n; i++) {
        v = _mm512_set1_ps(x[list[i]]);
        row = w + (size_t) list[i] * (nv * VEC);

#pragma GCC unroll 4
        for (j = 0; j < nv; j++) {
            c[j] = _mm512_fmadd_ps(v, _mm512_loadu_ps(row + j * VEC), c[j]);
        }

        if (ahead != NULL) {
            next = ahead + (size_t) list[i + MAAS_LIST_AHEAD]
                           * (nv * MAAS_ALIGN);
#pragma GCC unroll 4
            for (j = 0; j < nv; j++) {
                _mm_prefetch(next + j * MAAS_ALIGN, _MM_HINT_T1);
            }
        }
    }
}


INLINE void
maas_walk(const maas_block_t *b, const uint16_t *list, size_t n, int fetch,
    const float *x, float *y, const int nv)
{
    size_t  here;
    __m512  c[MR][NV];

    maas_tile_load(b, y, c, 1, nv);

    if (!fetch) {
        maas_walk_steps(b->w, NULL, list, n, x, c[0], nv);

    } else {
        here = n > MAAS_LIST_AHEAD ? n - MAAS_LIST_AHEAD : 0;
        maas_walk_steps(b->w, (const char *) b->w, list, here, x, c[0], nv);
        maas_walk_steps(b->w, b->ahead, list + here, n - here, x, c[0],
                        nv);
    }

    maas_tile_store(b, y, c, 1, nv);
}


static TARGET void
maas_walk_avx512(const maas_block_t *b, const uint16_t *list, size_t n,
    int fetch, const float *x, float *y)
{
    switch (b->width / VEC) {

    case 1:
        maas_walk(b, list, n, fetch, x, y, 1);
        break;

    case 2:
        maas_walk(b, list, n, fetch, x, y, 2);
        break;

    case 3:
        maas_walk(b, list, n, fetch, x, y, 3);
        break;

    default:
        maas_walk(b, list, n, fetch, x, y, 4);
    }
}


/* Two rows at a time, which share what is read of the weights */

INLINE void
maas_walk_pair(const maas_block_t *b, const uint16_t *list, size_t n,
    const float *x, float *y, const int nv)
{
    size_t  i;
    __m512  c[MR][NV];

    maas_tile_load(b, y, c, 2, nv);

    for (i = 0; i < n; i++) {
        maas_tile_step(b->w + (size_t) list[i] * (nv * VEC), x + list[i],
                       b->ldx, c, 2, nv);
    }

    maas_tile_store(b, y, c, 2, nv);
}


static TARGET void
maas_walk_pair_avx512(const maas_block_t *b, const uint16_t *list, size_t n,
    const float *x, float *y)
{
    switch (b->width / VEC) {

    case 1:
        maas_walk_pair(b, list, n, x, y, 1);
        break;

    case 2:
        maas_walk_pair(b, list, n, x, y, 2);
        break;

    case 3:
        maas_walk_pair(b, list, n, x, y, 3);
        break;

    default:
        maas_walk_pair(b, list, n, x, y, 4);
    }
}


static void
maas_gemm_f32_6x64_avx512(const void *packed, size_t k, size_t n,
    const float *x, size_t ldx, size_t rows, maas_act_t act, float alpha,
    float *y, size_t ldy)
{
    maas_block_t                b;
    static const maas_strips_t  strips = {
        maas_tile_avx512, maas_count_avx512, maas_list_avx512,
        maas_walk_avx512, maas_walk_pair_avx512
    };

    b.act = act;
    b.alpha = alpha;
    b.ldx = ldx;
    b.ldy = ldy;

    maas__strips_run(&strips, packed, k, n, x, rows, &b, y);
}


static int
maas_gemm_avx512_usable(void)
{
    return __builtin_cpu_supports("avx512f")
           && __builtin_cpu_supports("avx512bw")
           && __builtin_cpu_supports("avx512dq")
           && __builtin_cpu_supports("avx512vl")
           && __builtin_cpu_supports("fma");
}


const maas_gemm_t  maas__gemm_avx512 = {
    .name = "avx512",
    .isa = MAAS_ISA_AVX512,
    .dtype = MAAS_F32,
    .usable = maas_gemm_avx512_usable,
    .packed_size = maas__strips_size,
    .pack = maas__strips_pack,
    .run = maas_gemm_f32_6x64_avx512
};

#endif
