/*
 * Products with AVX-512: tiles of up to 6 rows by 64 columns.
 * Not here: the choice among kernels (maas_gemm.c), curved activations.
 *
 * Every output is one chain, bias first, then k ascending, a fused step each,
 * whatever the tile: the bits equal those of maas_gemm_ref.c.  Weights are
 * finite, so that a step whose x is 0 changes nothing but perhaps the sign of
 * a zero sum, and that sign is taken off at the end.
 */

#include "maas_int.h"


#if defined(__x86_64__)

#include <immintrin.h>


#define TARGET  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma")))
#define INLINE  static inline __attribute__((always_inline)) TARGET

#define MR      6                      /* rows of a tile: 24 of 32 registers */
#define NV      4                      /* vectors of a tile's row */
#define VEC     16                     /* floats of a vector */
#define STRIP   (NV * VEC)
#define KC      256                    /* a block of a strip: 64 KB, in L2 */
#define LIST    1024                   /* inputs of one row looked at together */
#define AHEAD   32                     /* list entries */


/* One tile, or a column of tiles: what they have in common */

typedef struct {
    const float  *w;                   /* (k,width) */
    size_t        width;               /* of the strip */
    size_t        k;
    const float  *bias;                /* NULL: y holds the sum so far */
    int           last;                /* nothing is added after this */
    maas_act_t    act;
    float         alpha;
    __mmask16     mask;                /* of the last vector of the strip */
    size_t        ldx;
    size_t        ldy;
    const char   *ahead;               /* weights wanted next */
    const char   *ahead_end;
    size_t        ahead_lines;         /* to fetch in every 4 steps */
} maas_tile_t;

typedef void (*maas_tile_pt)(maas_tile_t *t, const float *x, float *y);


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
maas_tile_load(const maas_tile_t *t, const float *y, __m512 c[MR][NV],
    const int mr, const int nv)
{
    int  i, j;

#pragma GCC unroll 6
    for (i = 0; i < mr; i++) {
#pragma GCC unroll 4
        for (j = 0; j < nv; j++) {
            if (t->bias != NULL) {
                c[i][j] = _mm512_loadu_ps(t->bias + j * VEC);

            } else if (j < nv - 1) {
                c[i][j] = _mm512_loadu_ps(y + i * t->ldy + j * VEC);

            } else {
                c[i][j] = _mm512_maskz_loadu_ps(t->mask,
                                                y + i * t->ldy + j * VEC);
            }
        }
    }
}


INLINE void
maas_tile_step(const float *w, const float *x, size_t ldx, __m512 c[MR][NV],
    const int mr, const int nv)
{
    int     i, j;
    __m512  b, v[NV];

#pragma GCC unroll 4
    for (j = 0; j < nv; j++) {
        v[j] = _mm512_loadu_ps(w + j * VEC);
    }

#pragma GCC unroll 6
    for (i = 0; i < mr; i++) {
        b = _mm512_set1_ps(x[i * ldx]);
#pragma GCC unroll 4
        for (j = 0; j < nv; j++) {
            c[i][j] = _mm512_fmadd_ps(b, v[j], c[i][j]);
        }
    }
}


INLINE void
maas_tile_store(const maas_tile_t *t, float *y, __m512 c[MR][NV],
    const int mr, const int nv)
{
    int     i, j;
    __m512  alpha;

    alpha = _mm512_set1_ps(t->alpha);

#pragma GCC unroll 6
    for (i = 0; i < mr; i++) {
#pragma GCC unroll 4
        for (j = 0; j < nv; j++) {
            if (t->last) {
                c[i][j] = maas_act_avx512(c[i][j], t->act, alpha);
            }

            if (j < nv - 1) {
                _mm512_storeu_ps(y + i * t->ldy + j * VEC, c[i][j]);
            } else {
                _mm512_mask_storeu_ps(y + i * t->ldy + j * VEC, t->mask,
                                      c[i][j]);
            }
        }
    }
}


INLINE void
maas_tile_fetch(const maas_tile_t *t, const char **p)
{
    size_t  i;

    for (i = 0; i < t->ahead_lines; i++, *p += MAAS_ALIGN) {
        _mm_prefetch(*p, _MM_HINT_T1);
    }
}


INLINE void
maas_tile(maas_tile_t *t, const float *x, float *y, const int mr,
    const int nv)
{
    size_t        k, ldx;
    __m512        c[MR][NV];
    const char   *ahead;
    const float  *w;

    w = t->w;
    ldx = t->ldx;
    ahead = t->ahead;

    maas_tile_load(t, y, c, mr, nv);

    for (k = t->k; k >= 4; k -= 4, x += 4, w += 4 * nv * VEC) {
        maas_tile_fetch(t, &ahead);
        maas_tile_step(w, x, ldx, c, mr, nv);
        maas_tile_step(w + nv * VEC, x + 1, ldx, c, mr, nv);
        maas_tile_step(w + 2 * nv * VEC, x + 2, ldx, c, mr, nv);
        maas_tile_step(w + 3 * nv * VEC, x + 3, ldx, c, mr, nv);
    }

    for (/* void */; k > 0; k--, x++, w += nv * VEC) {
        maas_tile_step(w, x, ldx, c, mr, nv);
    }

    maas_tile_store(t, y, c, mr, nv);
    t->ahead = ahead;
}


#define MAAS_TILE(mr, nv)                                                    \
                                                                             \
static TARGET void                                                           \
maas_tile_##mr##x##nv(maas_tile_t *t, const float *x, float *y)              \
{                                                                            \
    maas_tile(t, x, y, mr, nv);                                              \
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


/* Width and mask of the strip of columns [j,n) */

static void
maas_strip_set(maas_tile_t *t, size_t n, size_t j)
{
    size_t  cols;

    cols = n - j < STRIP ? n - j : STRIP;
    t->width = (cols + VEC - 1) / VEC * VEC;
    t->mask = (__mmask16) (0xffff >> (t->width - cols));
}


/* All rows of one block of a strip, in tiles of about equal height */

static void
maas_gemm_block(maas_tile_t *t, const float *x, size_t rows, float *y)
{
    size_t  i, r, h, tiles;

    tiles = (rows + MR - 1) / MR;

    for (i = 0, r = 0; i < tiles; i++, r += h) {
        h = rows / tiles + (i < rows % tiles);
        maas_tiles[h - 1][t->width / VEC - 1](t, x + r * t->ldx,
                                              y + r * t->ldy);
    }
}


static void
maas_gemm_rows(const float *packed, size_t k, size_t n, const float *x,
    size_t rows, maas_tile_t *t, float *y)
{
    size_t        i, j, kc, next;
    const float  *strip;

    /* one column of tiles: sums never need to leave the registers */

    kc = rows <= MR ? k : KC;

    t->ahead_lines = (4 * NV + (rows + MR - 1) / MR - 1)
                     / ((rows + MR - 1) / MR);

    for (i = 0; i < k; i += kc) {
        t->k = k - i < kc ? k - i : kc;
        t->last = i + t->k == k;

        for (j = 0; j < n; j += STRIP) {
            maas_strip_set(t, n, j);
            strip = packed + j * (k + 1);
            t->bias = i == 0 ? strip : NULL;
            t->w = strip + (i + 1) * t->width;

            next = j + STRIP < n ? (j + STRIP) * (k + 1) + (i + 1) * t->width
                                 : (i + 1 + t->k) * STRIP;
            t->ahead = (const char *) (packed + next);

            maas_gemm_block(t, x + i, rows, y + j);
        }
    }
}


/* A row alone: list the inputs that are not 0, walk only their weights. */

typedef struct {
    size_t    n;
    uint32_t  row[LIST + AHEAD + VEC];
    float     x[LIST + VEC];
} maas_list_t;


static TARGET void
maas_list_fill(maas_list_t *l, const float *x, size_t k, size_t stride)
{
    size_t     i, n;
    __m512     v;
    __m512i    row;
    __mmask16  mask;

    n = 0;
    row = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
                            15);

    /* compressed in a register: storing it compressed is microcode on Zen 4 */

    for (i = 0; i < k; i += VEC) {
        mask = (__mmask16) (k - i < VEC ? 0xffff >> (VEC - (k - i)) : 0xffff);
        v = _mm512_maskz_loadu_ps(mask, x + i);
        mask = _mm512_cmp_ps_mask(v, _mm512_setzero_ps(), _CMP_NEQ_UQ);

        _mm512_storeu_ps(l->x + n, _mm512_maskz_compress_ps(mask, v));
        _mm512_storeu_si512(l->row + n,
                            _mm512_maskz_compress_epi32(mask, row));

        n += (size_t) __builtin_popcount(mask);
        row = _mm512_add_epi32(row, _mm512_set1_epi32(VEC));
    }

    /* what is fetched ahead of the end: the beginning of the next strip */

    for (i = 0; i < AHEAD; i++) {
        l->row[n + i] = i < n ? l->row[i] + (uint32_t) stride : 0;
    }

    l->n = n;
}


INLINE void
maas_walk(const maas_tile_t *t, const maas_list_t *l, float *y, const int nv)
{
    int           j;
    size_t        i;
    __m512        c[MR][NV], x;
    const float  *w, *ahead;

    maas_tile_load(t, y, c, 1, nv);

    for (i = 0; i < l->n; i++) {
        w = t->w + (size_t) l->row[i] * (nv * VEC);
        ahead = t->w + (size_t) l->row[i + AHEAD] * (nv * VEC);
        x = _mm512_set1_ps(l->x[i]);

#pragma GCC unroll 4
        for (j = 0; j < nv; j++) {
            _mm_prefetch(ahead + j * VEC, _MM_HINT_T0);
            c[0][j] = _mm512_fmadd_ps(x, _mm512_loadu_ps(w + j * VEC),
                                      c[0][j]);
        }
    }

    maas_tile_store(t, y, c, 1, nv);
}


static TARGET void
maas_gemm_walk(const maas_tile_t *t, const maas_list_t *l, float *y)
{
    switch (t->width / VEC) {

    case 1:
        maas_walk(t, l, y, 1);
        break;

    case 2:
        maas_walk(t, l, y, 2);
        break;

    case 3:
        maas_walk(t, l, y, 3);
        break;

    default:
        maas_walk(t, l, y, 4);
    }
}


static void
maas_gemm_row(const float *packed, size_t k, size_t n, const float *x,
    maas_tile_t *t, float *y)
{
    size_t        i, j;
    maas_list_t   list;
    const float  *strip;

    for (i = 0; i < k; i += LIST) {
        t->k = k - i < LIST ? k - i : LIST;
        t->last = i + t->k == k;
        maas_list_fill(&list, x + i, t->k, k + 1);

        for (j = 0; j < n; j += STRIP) {
            maas_strip_set(t, n, j);
            strip = packed + j * (k + 1);
            t->bias = i == 0 ? strip : NULL;
            t->w = strip + (i + 1) * t->width;

            maas_gemm_walk(t, &list, y + j);
        }
    }
}


static void
maas_gemm_f32_6x64_avx512(const void *packed, size_t k, size_t n,
    const float *x, size_t ldx, size_t rows, maas_act_t act, float alpha,
    float *y, size_t ldy)
{
    maas_tile_t  t;

    t.act = act;
    t.alpha = alpha;
    t.ldx = ldx;
    t.ldy = ldy;

    if (rows == 1) {
        maas_gemm_row(packed, k, n, x, &t, y);
        return;
    }

    maas_gemm_rows(packed, k, n, x, rows, &t, y);
}


static void
maas_gemm_avx512_pack(const float *w, const float *bias, size_t k, size_t n,
    void *packed)
{
    maas__strips_pack(w, bias, k, n, STRIP, packed);
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
    .usable = maas_gemm_avx512_usable,
    .packed_size = maas__strips_size,
    .pack = maas_gemm_avx512_pack,
    .run = maas_gemm_f32_6x64_avx512
};

#endif
