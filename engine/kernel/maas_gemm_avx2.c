/*
 * Products with AVX2 and FMA: tiles of up to 6 rows by 16 columns.
 * Not here: the loops around them (maas_gemm_strips.c), curved activations.
 */

#include "maas_gemm.h"
#include "maas_int.h"
#include "maas_strips.h"


#if defined(__x86_64__)

#include <immintrin.h>


#define TARGET  __attribute__((target("avx2,fma,popcnt")))
#define INLINE  static inline __attribute__((always_inline)) TARGET

#define MR      MAAS_TILE_ROWS         /* 6 x 2: 12 of 16 registers */
#define VEC     8                      /* floats of a vector */
#define PANEL   (2 * VEC)              /* columns of a tile */
#define NW      (MAAS_STRIP / VEC)     /* vectors of a strip's row */


/* The first n numbers of a vector, n of any size */

INLINE __m256i
maas_mask_avx2(ptrdiff_t n)
{
    static const int32_t  ones[2 * VEC] = { -1, -1, -1, -1, -1, -1, -1, -1 };

    n = n < 0 ? 0 : n > VEC ? VEC : n;

    return _mm256_loadu_si256((const __m256i *) (ones + VEC - n));
}


/* Vector v of a row of a strip that has cols columns */

INLINE __m256
maas_load_avx2(const float *y, size_t cols, size_t v)
{
    if (cols >= (v + 1) * VEC) {
        return _mm256_loadu_ps(y + v * VEC);
    }

    return _mm256_maskload_ps(y + v * VEC,
                              maas_mask_avx2((ptrdiff_t) (cols - v * VEC)));
}


INLINE __m256
maas_act_avx2(__m256 v, maas_act_t act, __m256 alpha)
{
    __m256  zero;

    zero = _mm256_setzero_ps();
    v = _mm256_add_ps(v, zero);        /* -0 becomes 0 */

    /* operands in an order that lets NaN through */

    if (act == MAAS_ACT_RELU) {
        return _mm256_max_ps(zero, v);
    }

    if (act == MAAS_ACT_LEAKY_RELU) {
        return _mm256_blendv_ps(v, _mm256_mul_ps(v, alpha),
                                _mm256_cmp_ps(v, zero, _CMP_LT_OQ));
    }

    return v;
}


INLINE void
maas_store_avx2(const maas_block_t *b, float *y, size_t v, __m256 c)
{
    if (b->last) {
        c = maas_act_avx2(c, b->act, _mm256_set1_ps(b->alpha));
    }

    if (b->cols >= (v + 1) * VEC) {
        _mm256_storeu_ps(y + v * VEC, c);
        return;
    }

    _mm256_maskstore_ps(y + v * VEC,
                        maas_mask_avx2((ptrdiff_t) (b->cols - v * VEC)), c);
}


INLINE void
maas_tile_step(const float *w, const float *x, size_t ldx, __m256 c[MR][2],
    const int mr)
{
    int     i;
    __m256  a, v[2];

    v[0] = _mm256_loadu_ps(w);
    v[1] = _mm256_loadu_ps(w + VEC);

#pragma GCC unroll 6
    for (i = 0; i < mr; i++) {
        a = _mm256_broadcast_ss(x + i * ldx);
        c[i][0] = _mm256_fmadd_ps(a, v[0], c[i][0]);
        c[i][1] = _mm256_fmadd_ps(a, v[1], c[i][1]);
    }
}


/* p: the first vector of a panel */

INLINE void
maas_tile(const maas_block_t *b, size_t p, const float *x, float *y,
    const int mr)
{
    int           i;
    size_t        k, j, ldx, width;
    __m256        c[MR][2];
    const char   *ahead;
    const float  *w;

    ldx = b->ldx;
    width = b->width;
    w = b->w + p * VEC;

    /* a quarter of what is to be fetched for each panel of a strip */
    ahead = b->ahead + p / 2 * (b->ahead_lines * b->k / 16) * MAAS_ALIGN;

#pragma GCC unroll 6
    for (i = 0; i < mr; i++) {
        if (b->bias != NULL) {
            c[i][0] = _mm256_loadu_ps(b->bias + p * VEC);
            c[i][1] = _mm256_loadu_ps(b->bias + (p + 1) * VEC);

        } else {
            c[i][0] = maas_load_avx2(y + i * b->ldy, b->cols, p);
            c[i][1] = maas_load_avx2(y + i * b->ldy, b->cols, p + 1);
        }
    }

    for (k = b->k; k >= 4; k -= 4, x += 4) {
        for (j = 0; j < b->ahead_lines; j += 4, ahead += MAAS_ALIGN) {
            _mm_prefetch(ahead, _MM_HINT_T1);
        }

        maas_tile_step(w, x, ldx, c, mr);
        maas_tile_step(w + width, x + 1, ldx, c, mr);
        maas_tile_step(w + 2 * width, x + 2, ldx, c, mr);
        maas_tile_step(w + 3 * width, x + 3, ldx, c, mr);
        w += 4 * width;
    }

    for (/* void */; k > 0; k--, x++, w += width) {
        maas_tile_step(w, x, ldx, c, mr);
    }

#pragma GCC unroll 6
    for (i = 0; i < mr; i++) {
        maas_store_avx2(b, y + i * b->ldy, p, c[i][0]);
        maas_store_avx2(b, y + i * b->ldy, p + 1, c[i][1]);
    }
}


#define MAAS_TILE(mr)                                                        \
                                                                             \
static TARGET void                                                           \
maas_tile_##mr(const maas_block_t *b, size_t p, const float *x, float *y)    \
{                                                                            \
    maas_tile(b, p, x, y, mr);                                               \
}

MAAS_TILE(1) MAAS_TILE(2) MAAS_TILE(3) MAAS_TILE(4) MAAS_TILE(5) MAAS_TILE(6)


static void
maas_tile_avx2(const maas_block_t *b, size_t rows, const float *x, float *y)
{
    size_t  p;

    static void (*const  tiles[MR])(const maas_block_t *b, size_t p,
        const float *x, float *y) = {
        maas_tile_1, maas_tile_2, maas_tile_3, maas_tile_4, maas_tile_5,
        maas_tile_6
    };

    for (p = 0; p < b->width / VEC; p += PANEL / VEC) {
        tiles[rows - 1](b, p, x, y);
    }
}


static TARGET size_t
maas_count_avx2(const float *x, size_t k)
{
    int     mask;
    size_t  i, n;

    n = 0;

    for (i = 0; i + VEC <= k; i += VEC) {
        mask = _mm256_movemask_ps(_mm256_cmp_ps(_mm256_loadu_ps(x + i),
                                                _mm256_setzero_ps(),
                                                _CMP_NEQ_UQ));
        n += (size_t) __builtin_popcount((unsigned) mask);
    }

    for (/* void */; i < k; i++) {
        n += x[i] != 0.0f;
    }

    return n;
}


/* Without a branch: what is 0 and what not cannot be foreseen. */

static size_t
maas_list_avx2(const float *x, const float *also, size_t k, uint16_t *list)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < k; i++) {
        list[n] = (uint16_t) i;
        n += (x[i] != 0.0f) | (also[i] != 0.0f);
    }

    return n;
}


INLINE void
maas_walk_steps(const float *w, const char *ahead, const uint16_t *list,
    size_t n, const float *x, __m256 c[NW], const int nw)
{
    int           j;
    size_t        i;
    __m256        v;
    const char   *next;
    const float  *row;

    for (i = 0; i < n; i++) {
        v = _mm256_broadcast_ss(x + list[i]);
        row = w + (size_t) list[i] * (nw * VEC);

#pragma GCC unroll 8
        for (j = 0; j < nw; j++) {
            c[j] = _mm256_fmadd_ps(v, _mm256_loadu_ps(row + j * VEC), c[j]);
        }

        if (ahead != NULL) {
            next = ahead + (size_t) list[i + MAAS_LIST_AHEAD]
                           * (nw * MAAS_ALIGN / 2);
#pragma GCC unroll 4
            for (j = 0; j < nw / 2; j++) {
                _mm_prefetch(next + j * MAAS_ALIGN, _MM_HINT_T1);
            }
        }
    }
}


INLINE void
maas_walk(const maas_block_t *b, const uint16_t *list, size_t n, int fetch,
    const float *x, float *y, const int nw)
{
    int     j;
    size_t  here;
    __m256  c[NW];

#pragma GCC unroll 8
    for (j = 0; j < nw; j++) {
        c[j] = b->bias != NULL ? _mm256_loadu_ps(b->bias + j * VEC)
                               : maas_load_avx2(y, b->cols, (size_t) j);
    }

    if (!fetch) {
        maas_walk_steps(b->w, NULL, list, n, x, c, nw);

    } else {
        here = n > MAAS_LIST_AHEAD ? n - MAAS_LIST_AHEAD : 0;
        maas_walk_steps(b->w, (const char *) b->w, list, here, x, c, nw);
        maas_walk_steps(b->w, b->ahead, list + here, n - here, x, c, nw);
    }

#pragma GCC unroll 8
    for (j = 0; j < nw; j++) {
        maas_store_avx2(b, y, (size_t) j, c[j]);
    }
}


static TARGET void
maas_walk_avx2(const maas_block_t *b, const uint16_t *list, size_t n,
    int fetch, const float *x, float *y)
{
    switch (b->width / PANEL) {

    case 1:
        maas_walk(b, list, n, fetch, x, y, 2);
        break;

    case 2:
        maas_walk(b, list, n, fetch, x, y, 4);
        break;

    case 3:
        maas_walk(b, list, n, fetch, x, y, 6);
        break;

    default:
        maas_walk(b, list, n, fetch, x, y, 8);
    }
}


static void
maas_gemm_f32_6x16_avx2(const void *packed, size_t k, size_t n,
    const float *x, size_t ldx, size_t rows, maas_act_t act, float alpha,
    float *y, size_t ldy)
{
    maas_block_t                b;
    static const maas_strips_t  strips = {
        maas_tile_avx2, maas_count_avx2, maas_list_avx2, maas_walk_avx2,
        NULL                           /* 8 sums of a row are enough */
    };

    b.act = act;
    b.alpha = alpha;
    b.ldx = ldx;
    b.ldy = ldy;

    maas__strips_run(&strips, packed, k, n, x, rows, &b, y);
}


static int
maas_gemm_avx2_usable(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}


const maas_gemm_t  maas__gemm_avx2 = {
    .name = "avx2",
    .isa = MAAS_ISA_AVX2,
    .dtype = MAAS_F32,
    .usable = maas_gemm_avx2_usable,
    .packed_size = maas__strips_size,
    .pack = maas__strips_pack,
    .run = maas_gemm_f32_6x16_avx2
};

#endif
