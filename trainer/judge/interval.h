/*
 * Intervals of prediction: how far truths were from answers in rows that
 * nothing learnt from, kept in the file and put around new answers (split
 * conformal prediction, Lei and others 2018, arXiv 1604.04173).
 * Not here: where those rows come from, and intervals of figures
 * (bootstrap.c).
 */

#ifndef TRAIN_INTERVAL_H
#define TRAIN_INTERVAL_H

#include "data/data.h"


#define TRAIN_INTERVAL_ROWS    20      /* with fewer there is none */
#define TRAIN_INTERVAL_PARTS   8       /* of the answers at most, */
#define TRAIN_INTERVAL_PART    200     /*     of so many rows at least */

/* Of one number of the answers.  Answers from edge[k - 1] on and below edge[k]
 * are of part k. */

typedef struct {
    size_t          parts;             /* 0: not known */
    double          edge[TRAIN_INTERVAL_PARTS];     /* (parts - 1) */
    double          rows[TRAIN_INTERVAL_PARTS];
    double         *residual;          /* (parts,levels) truth - answer
                                          at the levels; NAN: so few rows do
                                          not tell */
} train_spread_t;

typedef struct {
    size_t          out;
    train_spread_t *spread;            /* (out) */
} train_spreads_t;

/* Of answers y(rows,out) and truths.  out 0 if there are too few rows.  To be
 * freed. */
void train_interval_fit(train_spreads_t *v, const float *y,
    const float *truth, size_t rows, size_t out);
/* The member `intervals` of a document; nothing if out is 0. */
void train_interval_json(maas_writer_t *w, const train_spreads_t *v);
/* That of a model.  0, or -1 with a sentence in why[TRAIN_WHY] if it has none
 * or not such a one.  To be freed. */
int train_interval_read(train_spreads_t *v, const maas_info_t *info,
    char *why);
void train_interval_free(train_spreads_t *v);

/* Around an answer y, number k: a share `level` of the truths is within low and
 * high.  0: the rows were too few for that level. */
int train_interval_of(const train_spreads_t *v, size_t k, double y,
    double level, double *low, double *high);
/* The highest level that all parts have. */
double train_interval_most(const train_spreads_t *v);

/* How many of these truths(rows,out), rows weighted or NULL, are within, and
 * the mean width, of number k. */
typedef struct {
    double          covered;           /* share */
    double          width;
} train_covered_t;

train_covered_t train_interval_covers(const train_spreads_t *v, size_t k,
    double level, const float *y, const float *truth, const float *weight,
    size_t rows);


#endif /* TRAIN_INTERVAL_H */
