/*
 * Why a model says what it says of many rows: what columns add to scores.
 * Not here: how that is computed (maas.h), and pictures of it (report/).
 */

#ifndef TRAIN_EXPLAINED_H
#define TRAIN_EXPLAINED_H

#include "data/data.h"

#include <maas.h>


typedef struct {
    maas_explain_t   how;
    size_t           rows;
    size_t           n;             /* columns, or numbers of a tensor */
    uint32_t        *row;           /* (rows) of the data */
    uint32_t        *output;        /* (rows) whose score it is: that of what
                                       is said, or the first */
    double          *adds;          /* (rows,n) */
    double          *mean;          /* (n) of their absolute values */
    uint32_t        *order;         /* (n) places by that, largest first */
    double           left;          /* median over rows of what adds up to no
                                       score, of score - base */
} train_explained_t;

/* Of m, loaded with isa from file[0..size), on rows row(rows) of d, NULL: all;
 * of many some in even steps, so that it takes seconds at most.  0: the model
 * has no explanations, or there are no rows; *e is then not set.  To be freed
 * with the next. */
int train_explained(const maas_model_t *m, const void *file, size_t size,
    maas_isa_t isa, const train_data_t *d, const uint32_t *row, size_t rows,
    train_explained_t *e);
void train_explained_free(train_explained_t *e);


#endif /* TRAIN_EXPLAINED_H */
