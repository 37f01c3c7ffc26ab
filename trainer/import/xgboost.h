/*
 * An XGBoost model half read: what its parts pass on to each other.
 * Not here: documents (doc.h).
 */

#ifndef TRAIN_XGBOOST_H
#define TRAIN_XGBOOST_H

#include "doc.h"
#include "import.h"


#define TRAIN_XGB_CATEGORIES  16777216     /* a float has all below */

typedef struct {
    train_import_t     *m;
    maas_err_t         *err;
    const train_doc_t  *learner;
    const train_doc_t  *model;         /* of the booster, with its trees */
    const train_doc_t  *weights;       /* of trees, dart's; or NULL */
    size_t              features;
    size_t              out;
    double             *base;          /* (out) margins before the trees, each
                                          a float */
    maas_transform_t    transform;
    uint8_t            *sets;          /* (features) a split has a set of its
                                          categories */
} train_xgb_t;


/* xgboost_trees.c: model.trees as a layer; which features have sets. */
maas_status_t train_xgb_trees(train_xgb_t *x);

/* xgboost_linear.c: gblinear's weights as a layer of trees of one leaf each. */
maas_status_t train_xgb_linear(train_xgb_t *x);

/* xgboost_columns.c: names, types and categories as columns.  Trees were
 * read. */
maas_status_t train_xgb_columns(train_xgb_t *x);


#endif /* TRAIN_XGBOOST_H */
