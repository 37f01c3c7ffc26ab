/*
 * Rows of values themselves on their way into a network: numbers scaled, in
 * bins or as waves, codes as places or as rows of tables.  What is fixed is
 * made with the batch, what is learnt is a layer (op_embed.c).
 * Not here: from which columns the items come (learn/network_embed.c).
 */

#ifndef TRAIN_EMBED_H
#define TRAIN_EMBED_H

#include "kernel/maas_embed.h"


#define TRAIN_EMBED_WAVES  64       /* of a number, at most, */
#define TRAIN_EMBED_SUMS   16       /*     and sums of them */


typedef struct {
    maas_embed_kind_t    kind;
    uint32_t             from;      /* first slot of the row */
    uint32_t             width;     /* numbers that it makes */
    size_t               to;        /* the first of them */
    size_t               at;        /* of its numbers among the embedding's */
    size_t               n;         /* of them, */
    size_t               learnt;    /*     of which the last so many are */
    size_t               where;     /* those among all that are learnt */
} train_embed_item_t;

typedef struct train_embed_s {
    size_t               units;
    size_t               n_items;
    train_embed_item_t  *items;
    size_t               n_numbers;
    float               *numbers;
    size_t               n_learnt;  /* 0: no layer is needed */
} train_embed_t;


/* embed.c */

/* Of zeros, or whatever was added. */
void train_embed_free(train_embed_t *e);
/* Another item of n numbers behind the others, of which the last `learnt` are
 * to be learnt; its numbers are zero and to be filled at once. */
float *train_embed_add(train_embed_t *e, maas_embed_kind_t kind, size_t from,
    size_t width, size_t n, size_t learnt);
/* y(units) from a row x.  Of what is learnt the first number alone: the row
 * of the table, and the number that waves are of. */
void train_embed_row(const train_embed_t *e, const float *x, float *y);
/* First values of what is learnt, to.. (n_learnt). */
void train_embed_init(const train_embed_t *e, uint64_t seed, float *to);


#endif /* TRAIN_EMBED_H */
