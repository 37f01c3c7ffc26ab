/*
 * How a tile of a product begins and ends, on vectors of any instruction set.
 * Not here: the steps between (maas_gemm_simd.h, maas_bf16_simd.h).
 */

#define MR    MAAS_TILE_ROWS
#define UNIT  (MAAS_STRIP_PAD / N)     /* vectors of the narrowest strip */


/* f(b, ..., nv) where nv, the vectors of a row of b, is a constant */

#define BY_WIDTH(f, b, ...)                                                   \
    switch ((b)->width / MAAS_STRIP_PAD) {                                    \
                                                                              \
    case 1:                                                                   \
        f(b, __VA_ARGS__, UNIT);                                              \
        break;                                                                \
                                                                              \
    case 2:                                                                   \
        f(b, __VA_ARGS__, 2 * UNIT);                                          \
        break;                                                                \
                                                                              \
    case 3:                                                                   \
        f(b, __VA_ARGS__, 3 * UNIT);                                          \
        break;                                                                \
                                                                              \
    default:                                                                  \
        f(b, __VA_ARGS__, 4 * UNIT);                                          \
    }


/* Sums c(mr,nv) of a tile, from column `at` of a strip on: what they begin
 * with, and what becomes of them.  All columns but the last 16 are there. */

INLINE void
maas_v_begin(const maas_block_t *b, size_t at, const float *y, V *c,
    const int mr, const int nv)
{
    int           i, j;
    const float  *p;

#pragma GCC unroll 12
    for (i = 0; i < mr; i++) {
#pragma GCC unroll 8
        for (j = 0; j < nv; j++) {
            p = y + i * b->ldy + at + j * N;

            c[i * nv + j] = b->bias != NULL
                            ? maas_v_whole(b->bias + at + j * N)
                            : j < nv - UNIT ? maas_v_whole(p)
                            : maas_v_load(p, (ptrdiff_t) (b->cols - at)
                                             - j * N);
        }
    }
}


INLINE void
maas_v_end(const maas_block_t *b, size_t at, float *y, const V *c,
    const int mr, const int nv)
{
    V    v, zero;
    int  i, j;

    zero = maas_v_set(0.0f);

#pragma GCC unroll 12
    for (i = 0; i < mr; i++) {
#pragma GCC unroll 8
        for (j = 0; j < nv; j++) {
            v = c[i * nv + j];

            if (b->last) {
                v = v + zero;          /* -0 becomes 0 */

                if (b->act == MAAS_ACT_RELU) {
                    v = maas_v_max(zero, v);

                } else if (b->act == MAAS_ACT_LEAKY_RELU) {
                    v = maas_v_below(v, zero, v * maas_v_set(b->alpha), v);
                }
            }

            maas_v_store(y + i * b->ldy + at + j * N, j < nv - UNIT
                         ? N : (ptrdiff_t) (b->cols - at) - j * N, v);
        }
    }
}
