/*
 * Ensembles of trees as one operator of ONNX: in single precision
 * TreeEnsembleRegressor, in double and with sets TreeEnsemble, since the older
 * one knows no sets and answers in single precision.
 * Not here: what is before and behind it (to_onnx_trees.c).
 */

#include <math.h>
#include <string.h>

#include "to_onnx_forest.h"


#define FOREST_MODES  7

enum { FOREST_LEQ = 0, FOREST_EQ = 4, FOREST_MEMBER = 6 };


/* Where NaN goes.  What counts as missing besides is NaN by then. */

static int
forest_missing(const train_onnx_ensemble_t *f, size_t n)
{
    return f->t.flags[n] & (MAAS_TREE_NAN | MAAS_TREE_ZERO)
           ? (f->t.flags[n] & MAAS_TREE_LEFT) != 0
           : maas__trees_left(&f->t, n, 0);
}


/* A vector of the type, as an attribute: floats, or a tensor */

static void
forest_reals(const train_onnx_ensemble_t *f, train_pb_t *a, const char *name,
    const double *v, size_t n, int tensor)
{
    size_t   i;
    float   *narrow;

    if (tensor && f->type == TRAIN_ONNX_DOUBLE) {
        train_onnx_data(a, name, f->type, v, n);
        return;
    }

    narrow = train_alloc(n, sizeof(float));

    for (i = 0; i < n; i++) {
        narrow[i] = (float) v[i];
    }

    if (tensor) {
        train_onnx_data(a, name, f->type, narrow, n);
    } else {
        train_onnx_reals(a, name, narrow, n);
    }

    train_free(narrow);
}


/* Members of the set of node n, behind *at; NaN ends it.  Without `to` they
 * are counted. */

static size_t
forest_set(const train_onnx_ensemble_t *f, size_t n, double *to, size_t at)
{
    size_t           i, set, words;
    const uint32_t  *word;

    set = (size_t) train_onnx_ensemble_number(f->t.compare, f->t.threshold, n);
    word = f->t.word + f->t.set[set];
    words = f->t.set[set + 1] - f->t.set[set];

    for (i = 0; i < 32 * words; i++) {
        if (word[i / 32] >> i % 32 & 1) {
            if (to != NULL) {
                to[at] = (double) i;
            }
            at++;
        }
    }

    return at;
}


/* The split that does for any x what `split` does for one that is 0 if it is
 * tiny */

static double
forest_tiny(const train_onnx_ensemble_t *f, double split)
{
    if (!f->t.tiny || split < -MAAS_TREE_TINY || split >= MAAS_TREE_TINY) {
        return split;
    }

    return split >= 0 ? MAAS_TREE_TINY
           : f->type == TRAIN_ONNX_DOUBLE ? nextafter(-MAAS_TREE_TINY, -1)
           : (double) nextafterf((float) -MAAS_TREE_TINY, -1);
}


/* Mode and split of node n; an empty set has none */

static int
forest_mode(const train_onnx_ensemble_t *f, size_t n, double *split)
{
    unsigned  flags;

    flags = f->t.flags[n];
    *split = 0;

    if (flags & MAAS_TREE_SET) {
        if (forest_set(f, n, NULL, 0) > 0) {
            return FOREST_MEMBER;
        }

        *split = -INFINITY;
        return FOREST_LEQ;
    }

    *split = train_onnx_ensemble_number(f->t.compare, f->t.threshold, n);

    if (flags & MAAS_TREE_EQUAL) {
        return FOREST_EQ;
    }

    *split = forest_tiny(f, *split);

    return FOREST_LEQ;
}


/* TreeEnsemble: nodes of all trees, a tree of one leaf as a node with it on
 * both sides */

typedef struct {
    size_t    nodes, leaves, members;  /* so far */
    int64_t  *root;
    int64_t  *feature, *yes, *yes_leaf, *no, *no_leaf, *missing;
    uint8_t  *mode;
    double   *split, *member;
    int64_t  *target;
    double   *weight;
} forest_five_t;


static void
forest_five_child(int32_t child, const forest_five_t *v, size_t node,
    int64_t *id, int64_t *leaf)
{
    *leaf = child < 0;
    *id = child < 0 ? (int64_t) v->leaves + ~child : (int64_t) node + child;
}


static void
forest_five_node(const train_onnx_ensemble_t *f, forest_five_t *v, size_t n,
    size_t node)
{
    size_t  at;

    at = v->nodes;
    v->feature[at] = f->t.feature[n];
    v->missing[at] = forest_missing(f, n);
    v->mode[at] = (uint8_t) forest_mode(f, n, &v->split[at]);
    forest_five_child(f->t.left[n], v, node, &v->yes[at], &v->yes_leaf[at]);
    forest_five_child(f->t.right[n], v, node, &v->no[at], &v->no_leaf[at]);

    if (v->mode[at] == FOREST_MEMBER) {
        v->members = forest_set(f, n, v->member, v->members);
        v->member[v->members++] = NAN;
    }

    v->nodes++;
}


static void
forest_five_tree(const train_onnx_ensemble_t *f, forest_five_t *v, size_t i,
    size_t node, size_t leaf, size_t copy)
{
    size_t               k, at, first;
    const maas_trees_t  *t;

    t = &f->t;
    first = v->nodes;
    v->root[i * f->copies + copy] = (int64_t) first;

    for (k = 0; k < t->size[i]; k++) {
        forest_five_node(f, v, node + k, first);
    }

    if (t->size[i] == 0) {
        v->yes[first] = v->no[first] = (int64_t) v->leaves;
        v->yes_leaf[first] = v->no_leaf[first] = 1;
        v->nodes++;
    }

    for (k = 0; k <= t->size[i]; k++) {
        v->target[v->leaves] = t->vector ? (int64_t) copy
                               : t->output != NULL ? t->output[i] : 0;
        at = t->vector ? (leaf + k) * t->out + copy : leaf + k;
        v->weight[v->leaves++] = train_onnx_ensemble_number(t->sum, t->value,
                                                            at);
    }
}


static void
forest_five_alloc(const train_onnx_ensemble_t *f, forest_five_t *v)
{
    size_t  i, n, members;

    n = f->copies * (f->t.nodes + f->t.trees);
    members = 0;

    for (i = 0; i < f->t.nodes; i++) {
        if (f->t.flags[i] & MAAS_TREE_SET) {
            members = forest_set(f, i, NULL, members) + 1;
        }
    }

    (void) memset(v, 0, sizeof(forest_five_t));
    v->root = train_alloc(f->copies * f->t.trees, sizeof(int64_t));
    v->feature = train_alloc(n, sizeof(int64_t));
    v->yes = train_alloc(n, sizeof(int64_t));
    v->yes_leaf = train_alloc(n, sizeof(int64_t));
    v->no = train_alloc(n, sizeof(int64_t));
    v->no_leaf = train_alloc(n, sizeof(int64_t));
    v->missing = train_alloc(n, sizeof(int64_t));
    v->mode = train_alloc(n, 1);
    v->split = train_alloc(n, sizeof(double));
    v->member = train_alloc(f->copies * members, sizeof(double));
    v->target = train_alloc(n, sizeof(int64_t));
    v->weight = train_alloc(n, sizeof(double));
}


static void
forest_five_free(forest_five_t *v)
{
    train_free(v->root);
    train_free(v->feature);
    train_free(v->yes);
    train_free(v->yes_leaf);
    train_free(v->no);
    train_free(v->no_leaf);
    train_free(v->missing);
    train_free(v->mode);
    train_free(v->split);
    train_free(v->member);
    train_free(v->target);
    train_free(v->weight);
}


static void
forest_five_attrs(const train_onnx_ensemble_t *f, const forest_five_t *v,
    train_pb_t *a)
{
    train_onnx_int(a, "n_targets", (int64_t) f->t.out);
    train_onnx_int(a, "post_transform", 0);
    train_onnx_int(a, "aggregate_function",
                   f->t.combine == MAAS_COMBINE_MIN ? 2
                   : f->t.combine == MAAS_COMBINE_MAX ? 3 : 1);
    train_onnx_ints(a, "tree_roots", v->root, f->copies * f->t.trees);
    train_onnx_ints(a, "nodes_featureids", v->feature, v->nodes);
    train_onnx_data(a, "nodes_modes", TRAIN_ONNX_UINT8, v->mode, v->nodes);
    forest_reals(f, a, "nodes_splits", v->split, v->nodes, 1);
    train_onnx_ints(a, "nodes_truenodeids", v->yes, v->nodes);
    train_onnx_ints(a, "nodes_trueleafs", v->yes_leaf, v->nodes);
    train_onnx_ints(a, "nodes_falsenodeids", v->no, v->nodes);
    train_onnx_ints(a, "nodes_falseleafs", v->no_leaf, v->nodes);
    train_onnx_ints(a, "nodes_missing_value_tracks_true", v->missing,
                    v->nodes);
    train_onnx_ints(a, "leaf_targetids", v->target, v->leaves);
    forest_reals(f, a, "leaf_weights", v->weight, v->leaves, 1);

    if (v->members > 0) {
        forest_reals(f, a, "membership_values", v->member, v->members, 1);
    }
}


static const char *
forest_five(const train_onnx_ensemble_t *f, const char *x)
{
    size_t         i, c, node, leaf;
    train_pb_t     a = { 0 };
    forest_five_t  v;

    forest_five_alloc(f, &v);

    for (i = 0, node = 0, leaf = 0; i < f->t.trees; i++) {
        for (c = 0; c < f->copies; c++) {
            forest_five_tree(f, &v, i, node, leaf, c);
        }

        node += f->t.size[i];
        leaf += f->t.size[i] + 1;
    }

    forest_five_attrs(f, &v, &a);
    forest_five_free(&v);

    return train_onnx_node(f->g, "TreeEnsemble", 1, &x, 1, &a);
}


/* TreeEnsembleRegressor: splits and leaves are nodes, leaves behind the
 * splits of their tree */

typedef struct {
    int64_t      *tree, *id, *feature, *yes, *no, *missing;
    double       *split;
    const char  **mode;
} forest_three_t;

static const char *const  forest_modes[FOREST_MODES] = {
    [FOREST_LEQ] = "BRANCH_LEQ",
    [FOREST_EQ] = "BRANCH_EQ"
};


static void
forest_three_nodes(const train_onnx_ensemble_t *f, train_pb_t *a)
{
    size_t               i, k, n, at;
    forest_three_t       v;
    const maas_trees_t  *t;

    t = &f->t;
    n = 2 * t->nodes + t->trees;
    v.tree = train_alloc(n, sizeof(int64_t));
    v.id = train_alloc(n, sizeof(int64_t));
    v.feature = train_alloc(n, sizeof(int64_t));
    v.yes = train_alloc(n, sizeof(int64_t));
    v.no = train_alloc(n, sizeof(int64_t));
    v.missing = train_alloc(n, sizeof(int64_t));
    v.split = train_alloc(n, sizeof(double));
    v.mode = train_alloc(n, sizeof(char *));

    for (i = 0, at = 0, n = 0; i < t->trees; n += t->size[i], i++) {
        for (k = 0; k < 2 * (size_t) t->size[i] + 1; k++, at++) {
            v.tree[at] = (int64_t) i;
            v.id[at] = (int64_t) k;
            v.mode[at] = "LEAF";

            if (k < t->size[i]) {
                v.feature[at] = t->feature[n + k];
                v.missing[at] = forest_missing(f, n + k);
                v.mode[at] = forest_modes[forest_mode(f, n + k,
                                                      &v.split[at])];
                v.yes[at] = t->left[n + k] >= 0 ? t->left[n + k]
                            : (int64_t) t->size[i] + ~t->left[n + k];
                v.no[at] = t->right[n + k] >= 0 ? t->right[n + k]
                           : (int64_t) t->size[i] + ~t->right[n + k];
            }
        }
    }

    train_onnx_ints(a, "nodes_treeids", v.tree, at);
    train_onnx_ints(a, "nodes_nodeids", v.id, at);
    train_onnx_ints(a, "nodes_featureids", v.feature, at);
    train_onnx_ints(a, "nodes_truenodeids", v.yes, at);
    train_onnx_ints(a, "nodes_falsenodeids", v.no, at);
    train_onnx_ints(a, "nodes_missing_value_tracks_true", v.missing, at);
    train_onnx_texts(a, "nodes_modes", v.mode, at);
    forest_reals(f, a, "nodes_values", v.split, at, 0);

    train_free(v.tree);
    train_free(v.id);
    train_free(v.feature);
    train_free(v.yes);
    train_free(v.no);
    train_free(v.missing);
    train_free(v.split);
    train_free(v.mode);
}


static void
forest_three_leaves(const train_onnx_ensemble_t *f, train_pb_t *a)
{
    size_t               i, k, o, n, leaf, each;
    int64_t             *tree, *id, *target;
    double              *weight;
    const maas_trees_t  *t;

    t = &f->t;
    each = t->vector ? t->out : 1;
    n = (t->nodes + t->trees) * each;
    tree = train_alloc(n, sizeof(int64_t));
    id = train_alloc(n, sizeof(int64_t));
    target = train_alloc(n, sizeof(int64_t));
    weight = train_alloc(n, sizeof(double));

    for (i = 0, leaf = 0, n = 0; i < t->trees; i++) {
        for (k = 0; k <= t->size[i]; k++, leaf++) {
            for (o = 0; o < each; o++, n++) {
                tree[n] = (int64_t) i;
                id[n] = (int64_t) t->size[i] + (int64_t) k;
                target[n] = t->vector ? (int64_t) o
                            : t->output != NULL ? t->output[i] : 0;
                weight[n] = train_onnx_ensemble_number(t->sum, t->value,
                                                       leaf * each + o);
            }
        }
    }

    train_onnx_ints(a, "target_treeids", tree, n);
    train_onnx_ints(a, "target_nodeids", id, n);
    train_onnx_ints(a, "target_ids", target, n);
    forest_reals(f, a, "target_weights", weight, n, 0);

    train_free(tree);
    train_free(id);
    train_free(target);
    train_free(weight);
}


static const char *
forest_three(const train_onnx_ensemble_t *f, const char *x)
{
    train_pb_t  a = { 0 };

    train_onnx_int(&a, "n_targets", (int64_t) f->t.out);
    train_onnx_text(&a, "post_transform", "NONE");
    train_onnx_text(&a, "aggregate_function",
                    f->t.combine == MAAS_COMBINE_MIN ? "MIN"
                    : f->t.combine == MAAS_COMBINE_MAX ? "MAX" : "SUM");
    forest_three_nodes(f, &a);
    forest_three_leaves(f, &a);

    return train_onnx_node(f->g, "TreeEnsembleRegressor", 1, &x, 1, &a);
}


const char *
train_onnx_ensemble(const train_onnx_ensemble_t *f, const char *x)
{
    return f->five ? forest_five(f, x) : forest_three(f, x);
}
