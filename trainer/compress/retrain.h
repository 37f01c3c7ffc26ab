/*
 * Training again what is left of a network.
 * Not here: what was taken out (compress.h).
 */

#ifndef TRAIN_RETRAIN_H
#define TRAIN_RETRAIN_H

#include "compress.h"
#include "fit/loop.h"
#include "judge/metrics.h"


typedef struct {
    size_t          epochs, batch, threads;
    uint64_t        seed;
    double          lr;
    train_asked_t   asked;          /* what its answers are */
} train_retrain_want_t;

/* Rows as the network itself takes them */

typedef struct {
    float          *numbers;        /* (rows,in) */
    float          *targets;        /* (rows,out) scaled; NULL: classes */
    float           shift, factor;  /* of nothing */
    double          mean, deviation;    /* of the targets as they were */
    train_data_t    data;           /* of these; all else is another's */
    train_scale_t   scale;
    train_source_t  source;
} train_retrain_t;

/* s: of the network, whose input is known by now; d has to stay.  To be
 * freed. */
void train_retrain_create(train_retrain_t *r, const train_small_t *s,
    const train_data_t *d);
void train_retrain_free(train_retrain_t *r);
/* The layers of s, a chain of dense ones, trained with row(n) of the data,
 * which may be shuffled.  keep: of each layer but the last its (in,units)
 * weights that are not to stay 0; NULL: no such.  Dies if it cannot be. */
void train_retrain(train_retrain_t *r, train_small_t *s,
    const train_retrain_want_t *want, uint32_t *row, size_t n,
    uint8_t *const *keep);


#endif /* TRAIN_RETRAIN_H */
