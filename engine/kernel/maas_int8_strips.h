/*
 * Between the loops that kernels of whole numbers share (maas_int8_strips.c)
 * and what differs by instruction set.  Not for anyone else.
 *
 * Packed: factor(m), bias(m), offset(m) of the columns, rounded up to m, a
 * multiple of MAAS_INT8_STRIP, then strips of that many columns, one after the
 * other, filled with zeros.  A strip is (steps, MAAS_INT8_STRIP, 4) bytes: each
 * step has four rows of the weights.  Of weights alone it is (k,
 * MAAS_INT8_STRIP).
 */

#ifndef MAAS_INT8_STRIPS_H
#define MAAS_INT8_STRIPS_H

#include "maas_int8.h"


#define MAAS_INT8_STRIP  32            /* columns */
#define MAAS_INT8_STEP   (4 * MAAS_INT8_STRIP)     /* bytes */


/* A strip, or two neighbours, and where its rows go */

typedef struct {
    const int8_t            *w;
    size_t                   steps;    /* of weights alone: k */
    size_t                   next;     /* bytes from a strip to the next */
    size_t                   cols;     /* that are there, 1 to 64 */
    const float             *factor;   /* (cols), and so on */
    const float             *bias;
    const int32_t           *offset;
    const maas_int8_pass_t  *p;
    size_t                   ldx;      /* bytes */
    size_t                   col;      /* the first one's place in y */
    const char              *ahead;    /* weights that are wanted next, ... */
    size_t                   ahead_lines;  /* ... lines of them in every 4
                                              steps */
} maas_int8_block_t;

typedef struct {
    size_t    wide;                    /* up to so many rows over two strips, */
    size_t    rows;                    /*     or so many over one */

    /* y(rows,cols) from row r on, x being that row */
    void    (*tile)(const maas_int8_block_t *b, size_t r, size_t rows,
                    const void *x);
    void    (*tile_alone)(const maas_int8_block_t *b, size_t r, size_t rows,
                          const void *x);
} maas_int8_strips_t;


/* As maas_int8_t has them; a multiple of 128. */
size_t maas__int8_strips_size(size_t k, size_t n, maas_int8_how_t how);
void maas__int8_strips_pack(const maas_int8_weights_t *w, void *packed);
void maas__int8_strips_run(const maas_int8_strips_t *s, const void *packed,
    size_t k, size_t n, const maas_int8_pass_t *p);
void maas__int8_strips_alone(const maas_int8_strips_t *s, const void *packed,
    size_t k, size_t n, const maas_int8_pass_t *p);


/* The block of all rows of p and of columns [col, col + cols). */
maas_int8_block_t maas__int8_strips_block(const void *packed, size_t k,
    size_t n, const maas_int8_pass_t *p, size_t col, size_t cols);


#endif /* MAAS_INT8_STRIPS_H */
