/*
 * Products on vectors, written once for every instruction set.  A file that
 * includes this has included maas_act_simd.h, and defined
 *
 *   KERNEL                     name of the function that is made
 *   TILE                       columns of a tile, of MAAS_TILE_ROWS rows
 *   TALL                       columns of a tile of MAAS_TALL_ROWS rows; 0:
 *                              no such tiles
 *   PAIRS                      are two rows along one list quicker?
 *   maas_v_whole(p)            N numbers
 *   maas_v_nonzero(v)          a bit for each number that is not 0
 *   maas_v_list(x, also, k, list)           as maas_strips_t has it
 *
 * Not here: the loops around them (maas_gemm_strips.c), curved activations.
 */

INLINE void
maas_v_step(const float *w, const float *x, size_t ldx, V *c, const int mr,
    const int nv)
{
    V    a, v[MAAS_STRIP / N];
    int  i, j;

#pragma GCC unroll 8
    for (j = 0; j < nv; j++) {
        v[j] = maas_v_whole(w + j * N);
    }

#pragma GCC unroll 6
    for (i = 0; i < mr; i++) {
        a = maas_v_set(x[i * ldx]);
#pragma GCC unroll 8
        for (j = 0; j < nv; j++) {
            c[i * nv + j] = maas_v_fma(a, v[j], c[i * nv + j]);
        }
    }
}


INLINE void
maas_v_tile(const maas_block_t *b, size_t at, const float *x, float *y,
    const int mr, const int nv)
{
    V             c[MR * TILE / N];
    size_t        k, i, ldx, width;
    const char   *ahead;
    const float  *w;

    ldx = b->ldx;
    width = TILE == MAAS_STRIP ? (size_t) nv * N : b->width;
    w = b->w + at;

    /* each tile of a strip fetches its part of what is to be fetched */
    ahead = b->ahead + at / TILE * (b->ahead_lines * b->k * TILE
                                    / (4 * MAAS_STRIP)) * MAAS_ALIGN;

    maas_v_begin(b, at, y, c, mr, nv);

    for (k = b->k; k >= 4; k -= 4, x += 4, w += 4 * width) {
        for (i = 0; i < b->ahead_lines; i += MAAS_STRIP / TILE) {
            _mm_prefetch(ahead, _MM_HINT_T1);
            ahead += MAAS_ALIGN;
        }

        maas_v_step(w, x, ldx, c, mr, nv);
        maas_v_step(w + width, x + 1, ldx, c, mr, nv);
        maas_v_step(w + 2 * width, x + 2, ldx, c, mr, nv);
        maas_v_step(w + 3 * width, x + 3, ldx, c, mr, nv);
    }

    for (/* void */; k > 0; k--, x++, w += width) {
        maas_v_step(w, x, ldx, c, mr, nv);
    }

    maas_v_end(b, at, y, c, mr, nv);
}


/* The loop over tiles is not in here: what it would keep in registers is not
 * there to be had. */

#define MAAS_V_TILE(mr)                                                       \
                                                                              \
static TARGET void                                                            \
maas_v_tile_##mr(const maas_block_t *b, size_t at, const float *x, float *y)  \
{                                                                             \
    if (TILE == MAAS_STRIP) {                                                 \
        BY_WIDTH(maas_v_tile, b, at, x, y, mr)                                \
    } else {                                                                  \
        maas_v_tile(b, at, x, y, mr, TILE / N);                               \
    }                                                                         \
}

MAAS_V_TILE(1) MAAS_V_TILE(2) MAAS_V_TILE(3)
MAAS_V_TILE(4) MAAS_V_TILE(5) MAAS_V_TILE(6)


static void
maas_v_tile_rows(const maas_block_t *b, size_t rows, const float *x, float *y)
{
    size_t  at;

    static void (*const  tiles[MR])(const maas_block_t *b, size_t at,
        const float *x, float *y) = {
        maas_v_tile_1, maas_v_tile_2, maas_v_tile_3, maas_v_tile_4,
        maas_v_tile_5, maas_v_tile_6
    };

    for (at = 0; at < b->width; at += TILE) {
        tiles[rows - 1](b, at, x, y);
    }
}


#if TALL

/* x has the addresses of every third row: of all, they would take more
 * registers than there are. */

INLINE void
maas_v_tall_step(const float *w, const float *const *x, size_t ldx, V *c,
    const int mr, const int nv)
{
    V    a, v[TALL / N];
    int  i, j;

#pragma GCC unroll 4
    for (j = 0; j < nv; j++) {
        v[j] = maas_v_whole(w + j * N);
    }

#pragma GCC unroll 12
    for (i = 0; i < mr; i++) {
        a = maas_v_set(x[i / 3][(size_t) (i % 3) * ldx]);
#pragma GCC unroll 4
        for (j = 0; j < nv; j++) {
            c[i * nv + j] = maas_v_fma(a, v[j], c[i * nv + j]);
        }
    }
}


INLINE void
maas_v_tall(const maas_block_t *b, size_t at, const float *x, float *y,
    const int mr, const int nv)
{
    int           i;
    V             c[MAAS_TALL_ROWS * TALL / N];
    size_t        k, ldx, width;
    const float  *w, *p[MAAS_TALL_ROWS / 3];

    ldx = b->ldx;
    width = b->width;
    w = b->w + at;

#pragma GCC unroll 4
    for (i = 0; i < MAAS_TALL_ROWS / 3; i++) {
        p[i] = x + (size_t) (3 * i < mr ? 3 * i : 0) * ldx;
        __asm__ ("" : "+r" (p[i]));
    }

    maas_v_begin(b, at, y, c, mr, nv);

    for (k = b->k; k > 0; k--, w += width) {
        maas_v_tall_step(w, p, ldx, c, mr, nv);
#pragma GCC unroll 4
        for (i = 0; i < MAAS_TALL_ROWS / 3; i++) {
            p[i]++;
        }
    }

    maas_v_end(b, at, y, c, mr, nv);
}


#define MAAS_V_TALL(mr)                                                       \
                                                                              \
static TARGET void                                                            \
maas_v_tall_##mr(const maas_block_t *b, size_t at, const float *x, float *y)  \
{                                                                             \
    if (b->width - at >= TALL) {                                              \
        maas_v_tall(b, at, x, y, mr, TALL / N);                               \
    } else {                                                                  \
        maas_v_tall(b, at, x, y, mr, UNIT);                                   \
    }                                                                         \
}

MAAS_V_TALL(7) MAAS_V_TALL(8) MAAS_V_TALL(9)
MAAS_V_TALL(10) MAAS_V_TALL(11) MAAS_V_TALL(12)


static void
maas_v_tall_rows(const maas_block_t *b, size_t rows, const float *x, float *y)
{
    size_t  at;

    static void (*const  tiles[])(const maas_block_t *b, size_t at,
        const float *x, float *y) = {
        maas_v_tall_7, maas_v_tall_8, maas_v_tall_9, maas_v_tall_10,
        maas_v_tall_11, maas_v_tall_12
    };

    for (at = 0; at < b->width; at += TALL) {
        tiles[rows - MR - 1](b, at, x, y);
    }
}

#else

#define maas_v_tall_rows  NULL

#endif


static TARGET size_t
maas_v_count(const float *x, size_t k)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i + N <= k; i += N) {
        n += (size_t) __builtin_popcount(maas_v_nonzero(maas_v_whole(x + i)));
    }

    for (/* void */; i < k; i++) {
        n += x[i] != 0.0f;
    }

    return n;
}


/* Row i of a strip.  Seen through, it becomes an index of each vector anew:
 * as many instructions again as the products. */

INLINE const float *
maas_v_row(const float *w, size_t i, const int nv)
{
    w += i * (nv * N);
    __asm__ ("" : "+r" (w));

    return w;
}


INLINE void
maas_v_walk_steps(const float *w, const char *ahead, const uint16_t *list,
    size_t n, const float *x, V *c, const int nv)
{
    int          j;
    size_t       i;
    const char  *next;

    for (i = 0; i < n; i++) {
        maas_v_step(maas_v_row(w, list[i], nv), x + list[i], 0, c, 1, nv);

        if (ahead != NULL) {
            next = ahead + (size_t) list[i + MAAS_LIST_AHEAD]
                           * (nv / UNIT * MAAS_ALIGN);
#pragma GCC unroll 4
            for (j = 0; j < nv / UNIT; j++) {
                _mm_prefetch(next + j * MAAS_ALIGN, _MM_HINT_T1);
            }
        }
    }
}


INLINE void
maas_v_walk_row(const maas_block_t *b, const uint16_t *list, size_t n,
    int fetch, const float *x, float *y, const int nv)
{
    V       c[MAAS_STRIP / N];
    size_t  here;

    maas_v_begin(b, 0, y, c, 1, nv);

    if (!fetch) {
        maas_v_walk_steps(b->w, NULL, list, n, x, c, nv);

    } else {
        here = n > MAAS_LIST_AHEAD ? n - MAAS_LIST_AHEAD : 0;
        maas_v_walk_steps(b->w, (const char *) b->w, list, here, x, c, nv);
        maas_v_walk_steps(b->w, b->ahead, list + here, n - here, x, c, nv);
    }

    maas_v_end(b, 0, y, c, 1, nv);
}


static TARGET void
maas_v_walk(const maas_block_t *b, const uint16_t *list, size_t n, int fetch,
    const float *x, float *y)
{
    BY_WIDTH(maas_v_walk_row, b, list, n, fetch, x, y)
}


/* Two rows at a time, which share what is read of the weights */

INLINE void
maas_v_walk_rows(const maas_block_t *b, const uint16_t *list, size_t n,
    const float *x, float *y, const int nv)
{
    V       c[2 * MAAS_STRIP / N];
    size_t  i;

    maas_v_begin(b, 0, y, c, 2, nv);

    for (i = 0; i < n; i++) {
        maas_v_step(maas_v_row(b->w, list[i], nv), x + list[i], b->ldx, c, 2,
                    nv);
    }

    maas_v_end(b, 0, y, c, 2, nv);
}


static TARGET void
maas_v_walk_pair(const maas_block_t *b, const uint16_t *list, size_t n,
    const float *x, float *y)
{
    BY_WIDTH(maas_v_walk_rows, b, list, n, x, y)
}


static void
KERNEL(const void *packed, size_t k, size_t n, const float *x, size_t ldx,
    size_t rows, maas_act_t act, float alpha, float *y, size_t ldy)
{
    maas_block_t                b;
    static const maas_strips_t  strips = {
        maas_v_tile_rows, maas_v_tall_rows, maas_v_count, maas_v_list,
        maas_v_walk,
        PAIRS ? maas_v_walk_pair : NULL
    };

    b.act = act;
    b.alpha = alpha;
    b.ldx = ldx;
    b.ldy = ldy;

    maas__strips_run(&strips, packed, k, n, x, rows, &b, y);
}
