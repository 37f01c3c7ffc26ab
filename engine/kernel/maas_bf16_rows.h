/*
 * Between the loops that kernels of BF16 share (maas_bf16_rows.c) and what
 * differs by instruction set (maas_bf16_simd.h).  Not for anyone else.
 *
 * Columns stand in strips, one after the other; the last is as wide as it must
 * be, rounded up and filled with zeros.  A strip of width c is bias(c), then
 * its steps.  A step is two numbers of k as dwords (c), the even one in the low
 * half; or, widened on the way, one of k as dwords (c/2): of every 2 x lanes
 * columns the first half in the low halves, the second in the high ones.
 */

#ifndef MAAS_BF16_ROWS_H
#define MAAS_BF16_ROWS_H

#include "maas_strips.h"


typedef struct {
    size_t    cols;                /* of a strip */
    size_t    pad;                 /* the last is a multiple of */
    size_t    per;                 /* numbers of k in a step: 1 or 2 */
    size_t    lanes;               /* floats of a vector */
    size_t    most;                /* rows of a tile */
    int       swap;                /* pairs of k change places, and what is
                                      denormal in bias is 0 */

    /* y(rows,cols) from x(rows,b->k) of dwords, rows <= most; b->k: steps */
    void    (*tile)(const maas_block_t *b, size_t rows, const float *x,
                    float *y);
} maas_bf16_rows_t;


/* As maas_bf16_t's size and pack. */
size_t maas__bf16_rows_size(const maas_bf16_rows_t *s, size_t k, size_t n);
void maas__bf16_rows_pack(const maas_bf16_rows_t *s, const uint16_t *w,
    const float *bias, size_t k, size_t n, void *packed);
/* As its run, where b has act, alpha, ldx and ldy. */
void maas__bf16_rows_run(const maas_bf16_rows_t *s, const float *packed,
    size_t k, size_t n, const float *x, size_t rows, maas_block_t *b,
    float *y);

/* x(k) rounded -> to(k) of BF16, one more if k is odd. */
void maas__bf16_round(const float *x, size_t k, void *to);
/* The same as floats, pairs changing places. */
void maas__bf16_round_wide(const float *x, size_t k, void *to);
/* How many those are. */
size_t maas__bf16_row_wide(size_t k);


#endif /* MAAS_BF16_ROWS_H */
