/*
 * Values of an ONNX graph that depend on leaves of trees alone: what is
 * computed of them is computed here, leaf by leaf, and sums of several trees
 * are one ensemble.
 * Not here: ensembles as operators have them (onnx_trees.c).
 */

#ifndef TRAIN_ONNX_LEAVES_H
#define TRAIN_ONNX_LEAVES_H

#include "onnx.h"


/* A tree, and (leaves,n) numbers; trees->n_trees is 1 */

typedef struct {
    const train_onnx_value_t  *x;      /* what it looks at */
    const train_onnx_trees_t  *trees;  /* which tree it is */
    const double              *table;
} train_onnx_member_t;

/* base + the sum of a leaf's numbers of each; one member has base 0 */

struct train_onnx_leaves_s {
    size_t                     n;
    size_t                     n_members;
    train_onnx_member_t       *member;
    double                    *base;           /* (n) */
    int                        whole;          /* of one member: whole numbers,
                                                  which divide as such */
    const train_onnx_value_t  *settled;        /* as a layer; NULL: not yet */
};


/* onnx_leaves.c.  NULL: it failed, and was said. */

/* Room for trees that add up, `nodes` splits in all, and `out` numbers a leaf,
 * in `value` as in `base`; sizes, splits and numbers are 0, type is F32. */
train_onnx_trees_t *train_leaves_trees(train_onnx_t *o, size_t n_trees,
    size_t nodes, size_t out);
/* What trees of a node, of one tree and without a transform, say of x. */
train_onnx_value_t *train_leaves_new(train_onnx_t *o,
    const train_onnx_value_t *x, const train_onnx_trees_t *t);
/* The same tree with other numbers, n a leaf: table(leaves,n). */
train_onnx_value_t *train_leaves_table(train_onnx_t *o,
    const train_onnx_value_t *v, const double *table, size_t n);

/* Is it of one tree? */
int train_leaves_single(const train_onnx_value_t *v);
/* Leaves of a member. */
size_t train_leaves_count(const train_onnx_member_t *m);
/* Are all of v[count] sums of leaves that one ensemble can add up? */
int train_leaves_alike(const train_onnx_value_t *const *v, size_t count);

/* Their sum; they are alike. */
const train_onnx_value_t *train_leaves_sum(train_onnx_t *o,
    const train_onnx_node_t *n, const train_onnx_value_t *const *v,
    size_t count);
/* x * a + b, a(v->n) and b(v->n) or NULL. */
const train_onnx_value_t *train_leaves_affine(train_onnx_t *o,
    const train_onnx_value_t *v, const double *a, const double *b);
/* x w, w(v->n,out). */
const train_onnx_value_t *train_leaves_linear(train_onnx_t *o,
    const train_onnx_value_t *v, const double *w, size_t out);
/* What number k of a row is at least, and at most. */
void train_leaves_range(const train_onnx_value_t *v, size_t k, double *least,
    double *most);
/* The smallest sum of all numbers of a row. */
double train_leaves_least(const train_onnx_value_t *v);

/* A layer of trees. */
const train_onnx_value_t *train_leaves_layer(train_onnx_t *o,
    const train_onnx_node_t *n, const train_onnx_value_t *v,
    maas_transform_t transform);


/* onnx_leaf_ops.c: *done: the node was run leaf by leaf. */
maas_status_t train_leaves_run(train_onnx_t *o, const train_onnx_node_t *n,
    int *done);


#endif /* TRAIN_ONNX_LEAVES_H */
