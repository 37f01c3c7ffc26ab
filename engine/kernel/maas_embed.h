/*
 * Embeddings of the values of a row: what their items are, the arithmetic of
 * one, and the one place that chooses a kernel.
 * Not here: what a file says of them (op/maas_op_embed.c).
 */

#ifndef MAAS_EMBED_H
#define MAAS_EMBED_H

#include "maas.h"

#include <math.h>


/* Items, by their number in files.  What each reads, keeps and writes is in
 * docs/model-format.md. */

typedef enum {
    MAAS_EMBED_COPY = 0,           /* shift, factor */
    MAAS_EMBED_NUMBER,             /* shift, factor, clip, fill */
    MAAS_EMBED_MISSING,
    MAAS_EMBED_BINS,               /* knots (width + 1) */
    MAAS_EMBED_TABLE,              /* (rows,width) */
    MAAS_EMBED_ONE_HOT,            /* other */
    MAAS_EMBED_PERIODIC,           /* shift, factor, clip, fill, m, w(m), b(m),
                                      matrix(m,width), bias(width) */
    MAAS_N_EMBEDS
} maas_embed_kind_t;

#define MAAS_EMBED_SCALE  4        /* numbers of a scale: shift to fill */
#define MAAS_EMBED_WAVES  5        /* w of a periodic item begins here */
#define MAAS_EMBED_MOST   1024     /* waves of an item */

typedef struct maas_embed_item_s {
    maas_embed_kind_t   kind;
    uint32_t            from;      /* number of the row that it reads, or the
                                      first */
    uint32_t            to;        /* first number that it writes, */
    uint32_t            width;     /*     and how many */
    uint32_t            rows;      /* TABLE: with the one for all others;
                                      PERIODIC: waves */
    const float        *number;
} maas_embed_item_t;


/* A kernel: item[n] of one row x are written to y.  All kernels give the same
 * bits. */

typedef struct {
    const char   *name;
    maas_isa_t    isa;
    int         (*usable)(void);
    void        (*run)(const maas_embed_item_t *item, size_t n,
                       const float *x, float *y);
} maas_embed_kernel_t;

extern const maas_embed_kernel_t maas__embed_plain;    /* the oracle */
extern const maas_embed_kernel_t maas__embed_avx2;
extern const maas_embed_kernel_t maas__embed_avx512;

/* The fastest that this CPU has and isa allows; there always is one. */
const maas_embed_kernel_t *maas__embed_choose(maas_isa_t isa);


/* scale: shift, factor, clip, fill -> z of x */

static inline float
maas__embed_scale(const float *scale, float x)
{
    float   z;
    double  t;

    z = isnan(x) ? scale[3] : (x - scale[0]) * scale[1];

    if (scale[2] > 0) {
        t = (double) z / (double) scale[2];
        z = (float) ((double) z / sqrt(1 + t * t));
    }

    return z;
}


/* Row of a table of so many that a code means: the last if it means none */

static inline size_t
maas__embed_row(float code, size_t rows)
{
    return code >= 0 && code < (float) (rows - 1) ? (size_t) code : rows - 1;
}


/* sin(2 pi u) / u in powers of u^2, for |u| <= 1/4 */
#define MAAS_EMBED_SINE  5
extern const float  maas__embed_sine[MAAS_EMBED_SINE];

/* cos(2 pi t), off by less than 2e-7; NaN if t is not finite */
float maas__embed_cos(float t);
/* One item of a row, plainly */
void maas__embed_one(const maas_embed_item_t *item, const float *x, float *y);

/* dx += slope by the numbers of the row that the item reads, given dy of what
 * it wrote.  Codes, and numbers that are missing, have none. */
void maas__embed_back(const maas_embed_item_t *item, const float *x,
    const float *dy, float *dx);


#endif /* MAAS_EMBED_H */
