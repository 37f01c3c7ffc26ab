/*
 * The command line of those subcommands that use a model on data.
 * Not here: what they do with it.
 */

#ifndef TRAIN_MODEL_ARGS_H
#define TRAIN_MODEL_ARGS_H

#include "maas.h"
#include "data/data.h"


/* model_args.c: command line of those who use a model on data */

typedef struct {
    const char    *model;
    const char    *data;
    train_part_t   part;
    train_want_t   want;
    int            json;

    /* evaluate alone */
    const char    *report;          /* file, or NULL */
    int            importance;
    size_t         rounds;          /* of the bootstrap; 0: none */
    size_t         repeats;         /* of a column's shuffling */
    size_t         seed;
} train_model_args_t;

/* Leaves with usage if they make no sense; what: one sentence of help. */
void train_model_args(train_model_args_t *a, int argc, char **argv,
    const char *what);
/* Read the data for the model, as rows that it can run. */
void train_model_data(train_model_args_t *a, const maas_model_t *m,
    train_data_t *d);


#endif /* TRAIN_MODEL_ARGS_H */
