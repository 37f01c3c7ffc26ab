/*
 * Explanations of rows of data, as nginx gives them.
 * Not here: how they come about (engine/maas_explain*.c), who is told.
 */

#ifndef TRAIN_EXPLAIN_H
#define TRAIN_EXPLAIN_H

#include "data/data.h"
#include "util.h"


typedef struct {
    const maas_info_t  *info;
    maas_explainer_t   *explainer;
    size_t              steps;
    size_t              output;         /* or MAAS_EXPLAIN_LIKELIEST */
    int                 turned;         /* of two labels: tell of the first */
    void               *baseline;       /* row; NULL: the file's */
    size_t              n;              /* columns, numbers of a tensor */
    void               *x;              /* row */
    void               *ws;
    size_t              ws_size;
    maas_explained_t    told;           /* of the last row, */
    double             *attributions;   /* (n) too */
} train_explain_t;

/* Dies if the model, which is in the file at path, has no explanations.  To be
 * given to train_explain_free(). */
void train_explain_open(train_explain_t *e, const maas_model_t *m,
    const char *path, size_t steps);
/* Of the score x->output of a row of d. */
void train_explain_row(train_explain_t *e, const train_data_t *d, size_t row);
/* Of the row that is in e->x. */
void train_explain_again(train_explain_t *e);
void train_explain_free(train_explain_t *e);

/* Name of place i, "number 3" for a tensor; whose score `output` is, NULL for
 * that of a regression with one number. */
#define TRAIN_EXPLAIN_NAME  32
const char *train_explain_name(const maas_info_t *info, size_t i,
    char buf[TRAIN_EXPLAIN_NAME]);
const char *train_explain_label(const maas_info_t *info, size_t output,
    char buf[TRAIN_EXPLAIN_NAME]);
/* Whose score the last row's is. */
const char *train_explain_told(const train_explain_t *e,
    char buf[TRAIN_EXPLAIN_NAME]);


#endif /* TRAIN_EXPLAIN_H */
