/*
 * Sums of slopes by bin: the loop that growing a tree spends its time in.
 * Not here: what is done with sums (cut.c, grow.c).
 */

#include <string.h>

#include "trees.h"


#define SUMS_AHEAD  24              /* rows */


/* Of one tile with `width` slots; at: where the sums of each begin.  A load, an
 * addition and a store of two whole numbers a row and slot, nothing else. */

static inline __attribute__((always_inline)) void
sums_rows(const uint8_t *tile, train_sum_t *const at[TRAIN_TREES_TILE],
    const train_sum_t *slope, const uint32_t *row, size_t n, size_t width)
{
    size_t        i, j, ahead;
    uint64_t      bins;
    train_sum_t   v;
    train_sum_t  *a[TRAIN_TREES_TILE];

    for (j = 0; j < width; j++) {
        a[j] = at[j];
    }

    for (i = 0; i < n; i++) {
        ahead = row[(i + SUMS_AHEAD < n) ? i + SUMS_AHEAD : n - 1];
        __builtin_prefetch(tile + ahead * TRAIN_TREES_TILE);
        __builtin_prefetch(&slope[ahead]);

        (void) memcpy(&bins, tile + (size_t) row[i] * TRAIN_TREES_TILE,
                      sizeof(bins));
        v = slope[row[i]];

#pragma GCC unroll 8
        for (j = 0; j < width; j++) {
            a[j][bins >> 8 * j & 255] += v;
        }
    }
}


#define SUMS_WIDTH(w)                                                         \
    case w:                                                                   \
        sums_rows(tile, at, slope, row, n, w);                                \
        break;

static void
sums_tile(const train_bins_t *b, size_t first, train_sum_t *sums,
    const train_sum_t *slope, const uint32_t *row, size_t n)
{
    size_t          j, width;
    train_sum_t    *at[TRAIN_TREES_TILE];
    const uint8_t  *tile;

    tile = b->tile[first / TRAIN_TREES_TILE];
    width = b->dense - first;
    width = (width < TRAIN_TREES_TILE) ? width : TRAIN_TREES_TILE;

    for (j = 0; j < width; j++) {
        at[j] = sums + b->slot[first + j].at;
    }

    switch (width) {
    SUMS_WIDTH(1)
    SUMS_WIDTH(2)
    SUMS_WIDTH(3)
    SUMS_WIDTH(4)
    SUMS_WIDTH(5)
    SUMS_WIDTH(6)
    SUMS_WIDTH(7)
    default:
        sums_rows(tile, at, slope, row, n, 8);
    }
}


/* Entries low..high of the lists */

static void
sums_lists(const train_bins_t *b, train_sum_t *to, const train_sum_t *slope,
    const uint32_t *row, size_t n, uint32_t low, uint32_t high)
{
    size_t           i;
    train_sum_t      v;
    const uint32_t  *e, *end;

    for (i = 0; i < n; i++) {
        v = slope[row[i]];
        e = b->entry + b->from[row[i]];
        end = b->entry + b->from[row[i] + 1];

        if (i + SUMS_AHEAD < n) {
            __builtin_prefetch(&b->entry[b->from[row[i + SUMS_AHEAD]]]);
        }

        while (e < end && *e < low) {
            e++;
        }

        for ( /* void */ ; e < end && *e < high; e++) {
            to[*e] += v;
        }
    }
}


void
train_sums(const train_bins_t *b, train_sum_t *to, const train_sum_t *slope,
    const uint32_t *row, size_t n, size_t first, size_t last)
{
    size_t               s;
    const train_slot_t  *end;

    for (s = first; s < last && s < b->dense; s += TRAIN_TREES_TILE) {
        sums_tile(b, s, to, slope, row, n);
    }

    s = (first > b->dense) ? first : b->dense;

    if (s < last) {
        end = &b->slot[last - 1];
        sums_lists(b, to, slope, row, n, b->slot[s].at, end->at + end->n);
    }
}
