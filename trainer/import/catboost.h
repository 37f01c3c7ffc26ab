/*
 * A CatBoost model half read: what its parts pass on to each other.
 * Not here: documents (doc.h).
 */

#ifndef TRAIN_CATBOOST_H
#define TRAIN_CATBOOST_H

#include "doc.h"
#include "import.h"


/* A category as splits ask for it, and what stands in a row for it */

typedef struct {
    int32_t             hash;
    double              code;
} train_cat_value_t;

/* A feature: its place in a row, and what its splits mean */

typedef struct {
    const train_doc_t  *doc;           /* in features_info; NULL: none */
    size_t              at;            /* place in a row, of all features */
    int                 nan_right;     /* a missing number is above borders */
    size_t              n;             /* categories */
    train_cat_value_t  *value;         /* (n) by hash */
} train_cat_feature_t;

typedef struct {
    train_import_t       *m;
    maas_err_t           *err;
    const train_doc_t    *root;
    size_t                out;
    double                scale;
    double               *bias;        /* (out) */
    maas_transform_t      transform;
    size_t                n_floats, n_cats;
    train_cat_feature_t  *floats;      /* (n_floats) by float_feature_index */
    train_cat_feature_t  *cats;        /* (n_cats) by cat_feature_index */
} train_cat_t;


/* catboost_features.c: features_info as features and columns. */
maas_status_t train_cat_features(train_cat_t *c);

/* The category of a hash; NULL: the feature has none.  Takes the logarithm of
 * f->n steps: a file may have as many splits as categories. */
const train_cat_value_t *train_cat_value(const train_cat_feature_t *f,
    double hash);

/* The sentence for statistics of columns (OnlineCtr), with their names. */
maas_status_t train_cat_counters(train_cat_t *c);

/* catboost_trees.c: oblivious_trees or trees as a layer. */
maas_status_t train_cat_trees(train_cat_t *c);


#endif /* TRAIN_CATBOOST_H */
