/*
 * Tree ensembles of ONNX before they are walked: nodes in one array, whatever
 * version of the operator they come from.
 * Not here: what the normal form of trees is (kernel/maas_trees.h).
 */

#ifndef TRAIN_ONNX_TREES_H
#define TRAIN_ONNX_TREES_H

#include "onnx.h"


typedef enum {
    ONNX_LEQ = 0,                      /* numbers of TreeEnsemble */
    ONNX_LT,
    ONNX_GTE,
    ONNX_GT,
    ONNX_EQ,
    ONNX_NEQ,
    ONNX_MEMBER,
    ONNX_LEAF
} train_onnx_mode_t;

typedef struct {
    train_onnx_mode_t  mode;
    unsigned           missing;        /* NaN goes the way of "yes" */
    int64_t            feature;
    double             value;
    size_t             yes;            /* places in the array */
    size_t             no;
    size_t             first;          /* of a leaf: entry, SIZE_MAX: none */
    size_t             n_words;
    uint32_t          *word;
    unsigned           seen;
} train_onnx_raw_t;

/* A number that a leaf adds */

typedef struct {
    size_t             next;
    int64_t            id;
    double             weight;
} train_onnx_entry_t;

typedef struct {
    size_t               n;
    train_onnx_raw_t    *node;
    size_t               n_entries;
    train_onnx_entry_t  *entry;
    size_t               n_roots;
    size_t              *root;
    maas_dtype_t         type;
} train_onnx_forest_t;


/* onnx_forest.c: nodes of a node, of versions 1 and 3 or of TreeEnsemble;
 * prefix: "class" or "target", NULL: TreeEnsemble. */
maas_status_t train_onnx_forest(train_onnx_t *o, const train_onnx_node_t *n,
    const char *prefix, train_onnx_forest_t *f);

/* Numbers of an attribute, or, as doubles, of NAME_as_tensor, which *wide
 * tells; *v NULL if there is none. */
maas_status_t train_attr_reals(train_onnx_t *o, const train_onnx_node_t *n,
    const char *name, double **v, size_t *count, int *wide);


#endif /* TRAIN_ONNX_TREES_H */
