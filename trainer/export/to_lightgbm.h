/*
 * A model file as LightGBM's text: what its parts share.
 * Not here: other kinds of files.
 */

#ifndef TRAIN_TO_LIGHTGBM_H
#define TRAIN_TO_LIGHTGBM_H

#include "exporter.h"
#include "kernel/maas_trees.h"


/* A tree of the file: one of ours, or a number. */

typedef struct {
    size_t             tree;           /* SIZE_MAX: value alone */
    double             value;
} train_lightgbm_slot_t;

typedef struct {
    train_exported_t  *e;
    const maas_desc_t *d;
    maas_trees_t       t;
    size_t            *node;           /* (trees + 1) the first of a tree */

    size_t             iterations;
    train_lightgbm_slot_t *slots;      /* (iterations, out) */
    double             scale;          /* of leaves */
    int                average;        /* LightGBM divides */
    char              *objective;      /* NULL: raw scores */

    size_t            *bytes;          /* (iterations * out) of each block */
    unsigned           odd;            /* set of the following, for notes */
} train_to_lightgbm_t;

#define TRAIN_TO_LIGHTGBM_FLOOR  0x01  /* numbers between -1 and 0 of a set */
#define TRAIN_TO_LIGHTGBM_COVER  0x02  /* counts that are no whole numbers */


/* to_lightgbm_plan.c: iterations, objective.  -1: e->why says why not */
int train_to_lightgbm_plan(train_to_lightgbm_t *l);
void train_to_lightgbm_free(train_to_lightgbm_t *l);

/* to_lightgbm_columns.c: can rows be said?  -1 as above */
int train_to_lightgbm_columns(train_to_lightgbm_t *l);
/* How many codes a number of the row may have, 0: it is a number. */
size_t train_to_lightgbm_codes(const train_to_lightgbm_t *l, size_t feature);
/* Lines of the header; what training was told; the categories, for pandas. */
void train_to_lightgbm_features(const train_to_lightgbm_t *l, FILE *f);
void train_to_lightgbm_parameters(const train_to_lightgbm_t *l, FILE *f);
void train_to_lightgbm_categories(const train_to_lightgbm_t *l, FILE *f);

/* to_lightgbm_tree.c: block `at` of output o.  -1 as above */
int train_to_lightgbm_tree(train_to_lightgbm_t *l, FILE *f, size_t at,
    size_t o);


#endif /* TRAIN_TO_LIGHTGBM_H */
