/*
 * Products with weights of BF16 on vectors.  A file that includes this has
 * included maas_tile_simd.h, and defined
 *
 *   MOST                       rows of a tile
 *   WIDE                       columns of a tile of up to MAAS_TILE_ROWS rows,
 *                              which is all of a strip
 *   TALL                       of more, half of that; 0: there are none
 *   PER                        numbers of k in a step, as maas_bf16_rows_t has
 *                              it
 *   W                          a vector of weights
 *   bf16_low(p), bf16_high(p)  if PER is 1: of N dwords those in the halves,
 *                              widened
 *   bf16_pair(p)               else: N dwords
 *   bf16_fma(a, v, c)          c and what of a step comes to it
 *
 * Not here: the loops around them (maas_bf16_rows.c).
 */

/* Floats of memory that columns of a step take */
#define BF16_ROW(cols)  (((cols) + 2 / PER * N - 1) / (2 / PER * N) * N)
#define BF16_AT(at)     ((at) / 2 * PER)


INLINE void
bf16_weights(const float *w, W *v, const int nv)
{
    int  j;

#pragma GCC unroll 4
    for (j = 0; j < nv; j++) {
#if PER == 1
        v[j] = j % 2 == 0 ? bf16_low(w + j / 2 * N)
                          : bf16_high(w + j / 2 * N);
#else
        v[j] = bf16_pair(w + j * N);
#endif
    }
}


/* x has the addresses of every third row, as in maas_gemm_simd.h */

INLINE void
bf16_v_step(const float *w, const float *const *x, size_t ldx, size_t at,
    V *c, const int mr, const int nv)
{
    V    a;
    W    v[WIDE / N];
    int  i, j;

    bf16_weights(w, v, nv);

#pragma GCC unroll 12
    for (i = 0; i < mr; i++) {
        a = maas_v_set(x[i / 3][(size_t) (i % 3) * ldx + at]);
#pragma GCC unroll 4
        for (j = 0; j < nv; j++) {
            c[i * nv + j] = bf16_fma(a, v[j], c[i * nv + j]);
        }
    }
}


INLINE void
bf16_v_tile(const maas_block_t *b, size_t at, const float *x, float *y,
    const int mr, const int nv)
{
    int           i;
    V             c[MAAS_TILE_ROWS * WIDE / N];
    size_t        k, l, ldx, row;
    const char   *ahead;
    const float  *w, *p[MOST / 3];

    ldx = b->ldx;
    row = BF16_ROW(b->width);
    w = b->w + BF16_AT(at);

    ahead = b->ahead;

#pragma GCC unroll 4
    for (i = 0; i < MOST / 3; i++) {
        p[i] = x + (size_t) (3 * i < mr ? 3 * i : 0) * ldx;
        __asm__ ("" : "+r" (p[i]));
    }

    maas_v_begin(b, at, y, c, mr, nv);

    for (k = b->k; k >= 4; k -= 4, w += 4 * row) {
        for (l = 0; l < b->ahead_lines; l++) {
            _mm_prefetch(ahead, _MM_HINT_T0);
            ahead += MAAS_ALIGN;
        }

        bf16_v_step(w, p, ldx, 0, c, mr, nv);
        bf16_v_step(w + row, p, ldx, 1, c, mr, nv);
        bf16_v_step(w + 2 * row, p, ldx, 2, c, mr, nv);
        bf16_v_step(w + 3 * row, p, ldx, 3, c, mr, nv);
#pragma GCC unroll 4
        for (i = 0; i < MOST / 3; i++) {
            p[i] += 4;
        }
    }

    for (/* void */; k > 0; k--, w += row) {
        bf16_v_step(w, p, ldx, 0, c, mr, nv);
#pragma GCC unroll 4
        for (i = 0; i < MOST / 3; i++) {
            p[i]++;
        }
    }

    maas_v_end(b, at, y, c, mr, nv);
}


/* Whole strips, and halves of them, of which each fetches its half */

#if WIDE > MAAS_STRIP_PAD
#define BF16_WIDTHS(b, x, y, mr)  BY_WIDTH(bf16_v_tile, b, 0, x, y, mr)
#else
#define BF16_WIDTHS(b, x, y, mr)  bf16_v_tile(b, 0, x, y, mr, UNIT);
#endif

#define BF16_V_WIDE(mr)                                                       \
                                                                              \
static TARGET void                                                            \
bf16_v_wide_##mr(const maas_block_t *b, const float *x, float *y)             \
{                                                                             \
    BF16_WIDTHS(b, x, y, mr)                                                  \
}

BF16_V_WIDE(1) BF16_V_WIDE(2) BF16_V_WIDE(3)
BF16_V_WIDE(4) BF16_V_WIDE(5) BF16_V_WIDE(6)

#if TALL

#define BF16_V_TALL(mr)                                                       \
                                                                              \
static TARGET void                                                            \
bf16_v_tall_##mr(const maas_block_t *b, const float *x, float *y)             \
{                                                                             \
    size_t        at;                                                         \
    maas_block_t  half;                                                       \
                                                                              \
    half = *b;                                                                \
    half.ahead_lines = b->ahead_lines - b->ahead_lines / 2;                   \
                                                                              \
    for (at = 0; at < b->width; at += TALL) {                                 \
        if (b->width - at >= TALL) {                                          \
            bf16_v_tile(&half, at, x, y, mr, TALL / N);                       \
        } else {                                                              \
            bf16_v_tile(&half, at, x, y, mr, UNIT);                           \
        }                                                                     \
                                                                              \
        half.ahead += half.ahead_lines * (b->k / 4) * MAAS_ALIGN;             \
        half.ahead_lines = b->ahead_lines / 2;                                \
    }                                                                         \
}

BF16_V_TALL(7) BF16_V_TALL(8) BF16_V_TALL(9)
BF16_V_TALL(10) BF16_V_TALL(11) BF16_V_TALL(12)

#endif


static void
bf16_v_rows(const maas_block_t *b, size_t rows, const float *x, float *y)
{
    static void (*const  tiles[])(const maas_block_t *b, const float *x,
        float *y) = {
        bf16_v_wide_1, bf16_v_wide_2, bf16_v_wide_3, bf16_v_wide_4,
        bf16_v_wide_5, bf16_v_wide_6,
#if TALL
        bf16_v_tall_7, bf16_v_tall_8, bf16_v_tall_9, bf16_v_tall_10,
        bf16_v_tall_11, bf16_v_tall_12
#endif
    };

    tiles[rows - 1](b, x, y);
}
