/*
 * Few rows in one pass over the weights: a tile takes a strip in its whole
 * depth, and nothing is fetched ahead, which the processor does better by
 * itself where all of a strip is read in order.
 * Not here: lists of inputs that are not 0, blocks of weights for many rows
 * (maas_gemm_strips.c).
 */

#include "maas_strips.h"


#define NEAR        (512 * 1024)       /* bytes of weights: stay in L2, where
                                          nothing needs to be fetched */
#define WHOLE       (6 * 1024 * 1024)  /* bytes of weights: stay in L3 */
#define ALONE       (8 * 1024 * 1024)  /* do not: what a list of a row spares
                                          costs more than reading on */
#define WHOLE_ROWS  18                 /* with more, blocks are as good, and
                                          lists better (three tiles of 6) */
#define PLACES      4                  /* where inputs are looked at, */
#define SAMPLE      32                 /*     so many */


/* Is time with lists, as a part of a whole pass, so much less?  A tile with
 * less than two fifths of its inputs goes by lists, and a step of those costs
 * about 1.7 of one in a tile. */

static int
maas_whole_sparse(const maas_strips_t *s, size_t k, const float *x,
    size_t ldx, size_t rows)
{
    size_t  r, at, step, sample, sum, all, cost, most;

    step = k / PLACES < SAMPLE ? SAMPLE : k / PLACES;
    cost = 0;
    most = 0;

    for (at = 0; at < k; at += step) {
        sample = k - at < SAMPLE ? k - at : SAMPLE;
        all = rows * sample;
        sum = 0;

        for (r = 0; r < rows; r++) {
            sum += s->count(x + r * ldx + at, sample);
        }

        cost += 10 * (sum * 5 < all * 2 ? sum * 17 / 10 : all);
        most += 9 * all;
    }

    return cost < most;
}


int
maas__whole_wins(const maas_strips_t *s, size_t k, size_t n, const float *x,
    size_t ldx, size_t rows)
{
    size_t  size;

    size = k * n * sizeof(float);

    if (s->tall == NULL || size <= NEAR || rows > WHOLE_ROWS
        || (rows > MAAS_TILE_ROWS && size > WHOLE)
        || (rows == 1 && size < ALONE))
    {
        return 0;
    }

    /* as maas_gemm_strips.c: no lists for few columns, nor for some rows
     * whose weights come from far */

    return n <= MAAS_STRIP / 2 || (rows > 1 && size > ALONE)
           || !maas_whole_sparse(s, k, x, ldx, rows);
}


void
maas__whole_run(const maas_strips_t *s, const float *packed, size_t k,
    size_t n, const float *x, size_t rows, maas_block_t *b, float *y)
{
    size_t  j, r, h, most, tiles, left;

    most = rows > MAAS_TILE_ROWS ? MAAS_TALL_ROWS : MAAS_TILE_ROWS;
    tiles = (rows + most - 1) / most;

    b->k = k;
    b->last = 1;
    b->ahead = NULL;
    b->ahead_lines = 0;

    for (j = 0; j < n; j += MAAS_STRIP) {
        maas__strip_set(b, packed, k, n, 0, j);

        for (r = 0, left = tiles; left > 0; r += h, left--) {
            h = (rows - r + left - 1) / left;

            (h > MAAS_TILE_ROWS ? s->tall : s->tile)(b, h, x + r * b->ldx,
                                                     y + r * b->ldy + j);
        }
    }
}
