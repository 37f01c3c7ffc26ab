/*
 * Rows on their way into a network: batches, which are all that this room
 * sees of data.  Nothing here knows layers.
 */

#ifndef TRAIN_BATCH_H
#define TRAIN_BATCH_H

#include "data/data.h"


/* As a matrix, or as lists of what is not zero: (rows,stride) places and
 * values, n(rows) of them in each row; in groups of TRAIN_LISTS rows the
 * values are 0 up to the longest list's end */

typedef struct {
    size_t         rows;
    size_t         max_rows;
    size_t         in;
    size_t         out;
    unsigned       sparse;
    float         *x;               /* (rows,in) unless sparse */
    float         *raw;             /* (rows,in of the data) of values that are
                                       made when asked for; else NULL */
    size_t         stride;
    uint32_t      *at;
    float         *v;
    uint32_t      *n;
    uint32_t      *classes;         /* (rows) */
    float         *targets;         /* (rows,out) */
    float         *weight;          /* (rows), NULL: each counts once */
    double         mass;            /* sum of the weights, or rows */
    unsigned       soft;            /* targets are shares of classes, given */
    float         *teacher;         /* (rows,out) shares of classes that are to
                                       be learnt at a temperature; NULL: none */
    float          temperature;
    float          alpha;           /* the teacher's part of the loss */
    float          level;           /* of the loss quantile */
} train_batch_t;

/* The same lists by columns: (in,max_rows) pairs, end(in): where each ends */

typedef struct {
    uint32_t       at;              /* row */
    float          v;
} train_pair_t;

typedef struct {
    size_t         in;
    size_t         max_rows;
    train_pair_t  *pairs;
    train_pair_t **end;
} train_columns_t;

/* What gives batches: data seen through the scaling. */

typedef struct {
    const train_data_t   *data;
    const train_scale_t  *scale;
    float                 lut[256]; /* byte -> network input */
    unsigned              sparse;   /* worth skipping zeros */
    float                 level;    /* of the loss quantile, to be set */

    /* for training alone, all zero after train_source_init() */
    float                 smoothing;    /* this much of a class is everyone's */
    double                mixup;        /* alpha of Beta(alpha,alpha) */
    train_augment_t       augment;
    uint64_t              seed;
    uint64_t              epoch;
    const train_data_t   *more;         /* its rows follow those of data; of
                                           no truth but the teacher's */
    const struct train_embed_s  *embed; /* rows are values themselves: from
                                           them to numbers; NULL: no */
    float                *known;        /* (rows of data,units) those numbers,
                                           made once; NULL: for each batch */
    const float          *teacher;      /* (rows of both,out) shares of classes
                                           at the temperature, or numbers as
                                           targets are; NULL: none */
    float                 temperature;
    float                 alpha;        /* its part of the loss, or target */
} train_source_t;

void train_source_init(train_source_t *s, const train_data_t *d,
    const train_scale_t *scale);
/* Its rows are values themselves: e, which is kept, makes numbers of them. */
void train_source_embed(train_source_t *s, const struct train_embed_s *e);
/* Numbers of row(n) are made once, if those of all rows are not too many.
 * Copies of s share them; changes no bit. */
void train_source_know(train_source_t *s, const uint32_t *row, size_t n);
void train_source_forget(train_source_t *s);
void train_batch_create(train_batch_t *b, const train_source_t *s,
    size_t max_rows);
void train_batch_free(train_batch_t *b);
/* row(n), n <= max_rows: rows of the data, in this order; `follow` more stand
 * behind them, for later.  Fills from..to of the batch; once all are filled
 * train_batch_count() must follow. */
void train_batch_rows(train_batch_t *b, const train_source_t *s,
    const uint32_t *row, size_t n, size_t follow, size_t from, size_t to);
void train_batch_count(train_batch_t *b);
/* Both, for all rows. */
void train_batch_fill(train_batch_t *b, const train_source_t *s,
    const uint32_t *row, size_t n, size_t follow);

/* c: zero to begin with. */
void train_columns_fill(train_columns_t *c, const train_batch_t *b);
void train_columns_free(train_columns_t *c);


#endif /* TRAIN_BATCH_H */
