/*
 * Between the loops that all our kernels share (maas_gemm_strips.c) and what
 * differs by instruction set (maas_gemm_simd.h).  Not for anyone else.
 *
 * Columns stand in strips of MAAS_STRIP, one strip after the other; the last is
 * as wide as it must be, rounded up to MAAS_STRIP_PAD and filled with zeros.
 * A strip of width c is bias(c), then its part of the weights, (k,c).
 * Strip s begins at s * MAAS_STRIP * (k + 1).
 */

#ifndef MAAS_STRIPS_H
#define MAAS_STRIPS_H

#include "maas_act.h"

#include <stdint.h>


#define MAAS_STRIP       64            /* floats */
#define MAAS_STRIP_PAD   16            /* a cache line */
#define MAAS_TILE_ROWS   6
#define MAAS_TALL_ROWS   12
#define MAAS_LIST_AHEAD  64            /* entries of a list */


/* A block of a strip: what is done to some rows with weights (k,width) */

typedef struct {
    const float     *w;
    size_t           k;
    size_t           width;            /* of the strip in memory */
    size_t           cols;             /* that are there: <= width */
    const float     *bias;             /* (width); NULL: y has sums so far */
    int              last;             /* sums are complete after this */
    maas_act_t       act;              /* then */
    float            alpha;
    size_t           ldx;
    size_t           ldy;
    const char      *ahead;            /* weights that are wanted next ... */
    size_t           ahead_lines;      /* ... lines of them in every 4 steps */
} maas_block_t;

typedef struct {
    /* y(rows,cols) from x(rows,k), rows <= MAAS_TILE_ROWS */
    void      (*tile)(const maas_block_t *b, size_t rows, const float *x,
                      float *y);

    /* the same for more than MAAS_TILE_ROWS of them, at most MAAS_TALL_ROWS,
     * half a strip after the other and without fetching; NULL: whole passes
     * (below) are no quicker than blocks */
    void      (*tall)(const maas_block_t *b, size_t rows, const float *x,
                      float *y);

    /* how many of x(k) are not 0 */
    size_t    (*count)(const float *x, size_t k);

    /* where they are, or those of another row, ascending, k <= 65536; list has
     * room for k numbers rounded up to 16, and 16 more */
    size_t    (*list)(const float *x, const float *also, size_t k,
                      uint16_t *list);

    /* y(cols) from those x alone. fetch: list has MAAS_LIST_AHEAD entries
     * more, of b->ahead, which is the next block. */
    void      (*walk)(const maas_block_t *b, const uint16_t *list, size_t n,
                      int fetch, const float *x, float *y);

    /* the same for rows x and x + b->ldx with one list for both, and without
     * fetching; NULL: no quicker than one after the other */
    void      (*walk_pair)(const maas_block_t *b, const uint16_t *list,
                           size_t n, const float *x, float *y);
} maas_strips_t;


/* maas_gemm_pack.c: as maas_gemm_t's packed_size. */
size_t maas__strips_size(size_t k, size_t n);
/* As maas_gemm_t's pack. */
void maas__strips_pack(const float *w, const float *bias, size_t k, size_t n,
    void *packed);
/* b->w, width, cols and bias: the strip that begins at column j, from row i of
 * it. */
void maas__strip_set(maas_block_t *b, const float *packed, size_t k, size_t n,
    size_t i, size_t j);

/* maas_gemm_whole.c */

/* Is one pass over all weights quicker for x(rows,k)?  A guess from some of
 * its inputs: either way gives the same bits. */
int maas__whole_wins(const maas_strips_t *s, size_t k, size_t n,
    const float *x, size_t ldx, size_t rows);
/* As maas_gemm_t's run, each weight read once for up to MAAS_TALL_ROWS. */
void maas__whole_run(const maas_strips_t *s, const float *packed, size_t k,
    size_t n, const float *x, size_t rows, maas_block_t *b, float *y);

/* maas_gemm_strips.c: as maas_gemm_t's run. */
void maas__strips_run(const maas_strips_t *s, const float *packed, size_t k,
    size_t n, const float *x, size_t rows, maas_block_t *b, float *y);

/* maas_back_avx*.c: as its back. */
void maas__strips_back_avx2(const void *packed, size_t k, size_t n,
    const float *dy, size_t lddy, size_t rows, float *dx, size_t lddx);
void maas__strips_back_avx512(const void *packed, size_t k, size_t n,
    const float *dy, size_t lddy, size_t rows, float *dx, size_t lddx);


#endif /* MAAS_STRIPS_H */
