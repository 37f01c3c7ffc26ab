/*
 * Attributes of the tree operators as an array of nodes.
 * Not here: trees in our order (onnx_trees.c).
 */

#include "onnx_trees.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#define FOREST_MAX  ((size_t) 1 << 28)

static const char *const  forest_mode_names[] = {
    "BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ",
    "BRANCH_NEQ", "BRANCH_MEMBER", "LEAF"
};

/* Where a node is, by the numbers that the file gives it */

typedef struct {
    int64_t  tree;
    int64_t  id;
    size_t   at;
} forest_key_t;


maas_status_t
train_attr_reals(train_onnx_t *o, const train_onnx_node_t *n,
    const char *name, double **v, size_t *count, int *wide)
{
    char                  as[64];
    maas_pb_t             a;
    maas_status_t         rc;
    maas_pb_field_t       f;
    train_onnx_tensor_t  *t;

    (void) snprintf(as, sizeof(as), "%s_as_tensor", name);

    if (!train_onnx_attr(n, as, &a)) {
        if (!train_onnx_attr(n, name, &a)
            || !maas_pb_find(a, 5, MAAS_PB_BYTES, &f))
        {
            return train_attr_floats(o, n, name, v, count);
        }
    }

    if (!maas_pb_find(a, 5, MAAS_PB_BYTES, &f)) {
        return train_onnx_bad(o, n, "no tensor in %s", as);
    }

    rc = train_onnx_decode(o, n, f.bytes, &t);
    if (rc != MAAS_OK) {
        return rc;
    }

    if (t->number == NULL) {
        return train_onnx_bad(o, n, "texts in %s", as);
    }

    *v = t->number;
    *count = t->n;
    *wide |= t->type == TRAIN_ONNX_DOUBLE;

    return MAAS_OK;
}


/* A list that has to be as long as said, or not there if it may be */

static maas_status_t
forest_ints(train_onnx_t *o, const train_onnx_node_t *n, const char *name,
    size_t want, int optional, int64_t **v)
{
    size_t         count;
    maas_status_t  rc;

    rc = train_attr_ints(o, n, name, v, &count);

    if (rc == MAAS_OK && count != want && !(optional && count == 0)) {
        rc = train_onnx_bad(o, n, "%zu numbers in %s, %zu expected", count,
                            name, want);
    }

    return rc;
}


static int
forest_by_key(const void *a, const void *b)
{
    const forest_key_t  *x = a, *y = b;

    if (x->tree != y->tree) {
        return x->tree < y->tree ? -1 : 1;
    }

    return x->id < y->id ? -1 : x->id > y->id;
}


static const forest_key_t *
forest_find(const forest_key_t *key, size_t n, int64_t tree, int64_t id)
{
    forest_key_t  k;

    k.tree = tree;
    k.id = id;
    k.at = 0;

    return bsearch(&k, key, n, sizeof(k), forest_by_key);
}


static maas_status_t
forest_modes_of(train_onnx_t *o, const train_onnx_node_t *n,
    train_onnx_forest_t *f)
{
    size_t         i, k, count;
    maas_str_t    *text;
    maas_status_t  rc;

    rc = train_attr_texts(o, n, "nodes_modes", &text, &count);
    if (rc != MAAS_OK) {
        return rc;
    }

    if (count != f->n) {
        return train_onnx_bad(o, n, "%zu texts in nodes_modes, %zu expected",
                              count, f->n);
    }

    for (i = 0; i < f->n; i++) {
        for (k = 0; k <= ONNX_LEAF
                    && !train_onnx_is(text[i], forest_mode_names[k]);
             k++)
        {
            /* void */
        }

        if (k > ONNX_LEAF || k == ONNX_MEMBER) {
            return train_onnx_refuse(o, n, "node %zu is of mode \"%.*s\"", i,
                                     text[i].len < 40 ? (int) text[i].len : 40,
                                     text[i].data);
        }

        f->node[i].mode = (train_onnx_mode_t) k;
        f->node[i].first = SIZE_MAX;
    }

    return MAAS_OK;
}


/* The first node of each tree is its root */

static maas_status_t
forest_roots(train_onnx_t *o, const train_onnx_node_t *n,
    train_onnx_forest_t *f, const int64_t *tree, const forest_key_t *key)
{
    size_t         i, k, at, trees;

    trees = 0;

    for (i = 0; i < f->n; i++) {
        trees += i == 0 || key[i].tree != key[i - 1].tree;

        if (i > 0 && forest_by_key(&key[i], &key[i - 1]) == 0) {
            return train_onnx_bad(o, n, "node %lld of tree %lld is there"
                                  " twice", (long long) key[i].id,
                                  (long long) key[i].tree);
        }
    }

    f->root = train_import_alloc(o->m, trees, sizeof(size_t));
    if (f->root == NULL) {
        return train_onnx_nomem(o);
    }

    /* in order of the file: a mark says that a tree was seen */

    for (i = 0; i < f->n; i++) {
        if (i > 0 && tree[i] == tree[i - 1]) {
            continue;
        }

        /* the first key of the tree */

        at = 0;

        for (k = f->n; k > 0; /* void */) {
            if (key[at + k / 2].tree < tree[i]) {
                at += k / 2 + 1;
                k -= k / 2 + 1;
            } else {
                k /= 2;
            }
        }

        if (f->node[key[at].at].seen) {
            continue;
        }

        f->node[key[at].at].seen = 1;
        f->root[f->n_roots++] = i;
    }

    for (i = 0; i < f->n; i++) {
        f->node[i].seen = 0;
    }

    return MAAS_OK;
}


static maas_status_t
forest_children(train_onnx_t *o, const train_onnx_node_t *n,
    train_onnx_forest_t *f, const int64_t *tree, const forest_key_t *key)
{
    size_t               i, k;
    int64_t             *id[2];
    maas_status_t        rc;
    const forest_key_t  *child;

    rc = forest_ints(o, n, "nodes_truenodeids", f->n, 0, &id[0]);

    if (rc == MAAS_OK) {
        rc = forest_ints(o, n, "nodes_falsenodeids", f->n, 0, &id[1]);
    }

    for (i = 0; rc == MAAS_OK && i < f->n; i++) {
        for (k = 0; k < 2 && f->node[i].mode != ONNX_LEAF; k++) {
            child = forest_find(key, f->n, tree[i], id[k][i]);

            if (child == NULL) {
                return train_onnx_bad(o, n, "node %zu has a child %lld, which"
                                      " is not in tree %lld", i,
                                      (long long) id[k][i],
                                      (long long) tree[i]);
            }

            *(k == 0 ? &f->node[i].yes : &f->node[i].no) = child->at;
        }
    }

    return rc;
}


static maas_status_t
forest_entries(train_onnx_t *o, const train_onnx_node_t *n, const char *prefix,
    train_onnx_forest_t *f, const forest_key_t *key, int *wide)
{
    char                 name[4][32];
    size_t               i;
    double              *weight;
    int64_t             *v[3];
    maas_status_t        rc;
    const forest_key_t  *leaf;

    static const char *const  parts[] = {
        "weights", "treeids", "nodeids", "ids"
    };

    for (i = 0; i < 4; i++) {
        (void) snprintf(name[i], sizeof(name[i]), "%s_%s", prefix, parts[i]);
    }

    rc = train_attr_reals(o, n, name[0], &weight, &f->n_entries, wide);

    for (i = 0; rc == MAAS_OK && i < 3; i++) {
        rc = forest_ints(o, n, name[i + 1], f->n_entries, 0, &v[i]);
    }

    if (rc != MAAS_OK) {
        return rc;
    }

    f->entry = train_import_alloc(o->m, f->n_entries, sizeof(*f->entry));
    if (f->entry == NULL) {
        return train_onnx_nomem(o);
    }

    for (i = f->n_entries; i-- > 0; /* void */) {
        leaf = forest_find(key, f->n, v[0][i], v[1][i]);

        if (leaf == NULL || f->node[leaf->at].mode != ONNX_LEAF) {
            return train_onnx_bad(o, n, "weight %zu is of node %lld of tree"
                                  " %lld, which is no leaf", i,
                                  (long long) v[1][i], (long long) v[0][i]);
        }

        f->entry[i].id = v[2][i];
        f->entry[i].weight = weight[i];
        f->entry[i].next = f->node[leaf->at].first;
        f->node[leaf->at].first = i;
    }

    return MAAS_OK;
}


static maas_status_t
forest_old(train_onnx_t *o, const train_onnx_node_t *n, const char *prefix,
    train_onnx_forest_t *f)
{
    int             wide;
    size_t          i, count;
    double         *value;
    int64_t        *tree, *id, *feature, *missing;
    forest_key_t   *key;
    maas_status_t   rc;

    wide = 0;
    rc = train_attr_ints(o, n, "nodes_treeids", &tree, &f->n);
    if (rc != MAAS_OK) {
        return rc;
    }

    if (f->n == 0 || f->n > FOREST_MAX) {
        return train_onnx_bad(o, n, "an ensemble of %zu nodes", f->n);
    }

    f->node = train_import_alloc(o->m, f->n, sizeof(*f->node));
    key = train_import_alloc(o->m, f->n, sizeof(*key));
    if (f->node == NULL || key == NULL) {
        return train_onnx_nomem(o);
    }

    rc = forest_ints(o, n, "nodes_nodeids", f->n, 0, &id);

    if (rc == MAAS_OK) {
        rc = forest_ints(o, n, "nodes_featureids", f->n, 0, &feature);
    }

    if (rc == MAAS_OK) {
        rc = forest_ints(o, n, "nodes_missing_value_tracks_true", f->n, 1,
                         &missing);
    }

    if (rc == MAAS_OK) {
        rc = train_attr_reals(o, n, "nodes_values", &value, &count, &wide);
    }

    if (rc == MAAS_OK) {
        rc = forest_modes_of(o, n, f);
    }

    if (rc != MAAS_OK) {
        return rc;
    }

    if (count != f->n) {
        return train_onnx_bad(o, n, "%zu numbers in nodes_values, %zu"
                              " expected", count, f->n);
    }

    for (i = 0; i < f->n; i++) {
        f->node[i].feature = feature[i];
        f->node[i].value = value[i];
        f->node[i].missing = missing != NULL && missing[i] != 0;
        key[i].tree = tree[i];
        key[i].id = id[i];
        key[i].at = i;
    }

    qsort(key, f->n, sizeof(*key), forest_by_key);

    rc = forest_roots(o, n, f, tree, key);

    if (rc == MAAS_OK) {
        rc = forest_children(o, n, f, tree, key);
    }

    if (rc == MAAS_OK) {
        rc = forest_entries(o, n, prefix, f, key, &wide);
    }

    f->type = wide ? MAAS_F64 : MAAS_F32;

    return rc;
}


/* Sets of whole numbers, one a node of mode MEMBER, in order of nodes.  One
 * number is asked for as such: that is exact for all. */

static maas_status_t
forest_members(train_onnx_t *o, const train_onnx_node_t *n,
    train_onnx_forest_t *f, size_t nodes)
{
    int                wide;
    size_t             i, k, at, count, most;
    double            *v;
    maas_status_t      rc;
    train_onnx_raw_t  *r;

    wide = 0;
    rc = train_attr_reals(o, n, "membership_values", &v, &count, &wide);
    at = 0;

    for (i = 0; rc == MAAS_OK && i < nodes; i++) {
        r = &f->node[i];

        if (r->mode != ONNX_MEMBER) {
            continue;
        }

        if (at < count && !isnan(v[at])
            && (at + 1 == count || isnan(v[at + 1])))
        {
            r->mode = ONNX_EQ;
            r->value = v[at];
            at += at + 1 < count ? 2 : 1;
            continue;
        }

        for (k = at, most = 0; k < count && !isnan(v[k]); k++) {
            if (!(v[k] >= 0 && v[k] < 65536) || v[k] != floor(v[k])) {
                return train_onnx_refuse(o, n, "node %zu looks for %g in a"
                                         " set; whole numbers from 0 to 65535"
                                         " may be in one", i, v[k]);
            }

            most = v[k] > (double) most ? (size_t) v[k] : most;
        }

        r->n_words = most / 32 + 1;
        r->word = train_import_alloc(o->m, r->n_words, sizeof(uint32_t));
        if (r->word == NULL) {
            return train_onnx_nomem(o);
        }

        for (k = at; k < count && !isnan(v[k]); k++) {
            r->word[(size_t) v[k] / 32] |= 1u << (size_t) v[k] % 32;
        }

        at = k < count ? k + 1 : count;
    }

    return rc;
}


/* A child of node i in the array of nodes with leaves behind them */

static maas_status_t
forest_child(train_onnx_t *o, const train_onnx_node_t *n, size_t i,
    int64_t leaf, int64_t id, size_t nodes, size_t leaves, size_t *at)
{
    if (id < 0 || (size_t) id >= (leaf ? leaves : nodes)) {
        return train_onnx_bad(o, n, "node %zu has a child %lld of %zu %s", i,
                              (long long) id, leaf ? leaves : nodes,
                              leaf ? "leaves" : "nodes");
    }

    *at = (size_t) id + (leaf ? nodes : 0);

    return MAAS_OK;
}


static maas_status_t
forest_new_nodes(train_onnx_t *o, const train_onnx_node_t *n,
    train_onnx_forest_t *f, size_t nodes, const double *split,
    const double *mode)
{
    size_t             i, leaves;
    int64_t           *v[6];
    maas_status_t      rc;
    train_onnx_raw_t  *r;

    static const char *const  names[] = {
        "nodes_featureids", "nodes_trueleafs", "nodes_truenodeids",
        "nodes_falseleafs", "nodes_falsenodeids",
        "nodes_missing_value_tracks_true"
    };

    leaves = f->n - nodes;
    rc = MAAS_OK;

    for (i = 0; rc == MAAS_OK && i < 6; i++) {
        rc = forest_ints(o, n, names[i], nodes, i == 5, &v[i]);
    }

    for (i = 0; rc == MAAS_OK && i < nodes; i++) {
        r = &f->node[i];
        r->feature = v[0][i];
        r->value = split[i];
        r->missing = v[5] != NULL && v[5][i] != 0;

        if (!(mode[i] >= 0 && mode[i] < ONNX_LEAF)) {
            return train_onnx_refuse(o, n, "node %zu is of mode %g", i,
                                     mode[i]);
        }

        r->mode = (train_onnx_mode_t) mode[i];
        rc = forest_child(o, n, i, v[1][i], v[2][i], nodes, leaves, &r->yes);

        if (rc == MAAS_OK) {
            rc = forest_child(o, n, i, v[3][i], v[4][i], nodes, leaves,
                              &r->no);
        }
    }

    return rc;
}


/* A tree that is one leaf is a node whose ways both lead there: it is the
 * leaf. */

static void
forest_single(train_onnx_forest_t *f, size_t nodes, size_t *root)
{
    const train_onnx_raw_t  *r;

    r = &f->node[*root];

    if (r->mode != ONNX_LEAF && r->yes == r->no && r->yes >= nodes) {
        *root = r->yes;
    }
}


static maas_status_t
forest_new(train_onnx_t *o, const train_onnx_node_t *n,
    train_onnx_forest_t *f)
{
    int             wide;
    size_t          i, nodes, leaves, count;
    double         *split, *mode, *weight;
    int64_t        *target, *root;
    maas_status_t   rc;

    wide = 0;
    rc = train_attr_reals(o, n, "nodes_splits", &split, &nodes, &wide);

    if (rc == MAAS_OK) {
        rc = train_attr_reals(o, n, "nodes_modes", &mode, &count, &wide);
    }

    if (rc == MAAS_OK && count != nodes) {
        rc = train_onnx_bad(o, n, "%zu nodes_modes for %zu nodes", count,
                            nodes);
    }

    if (rc == MAAS_OK) {
        rc = train_attr_reals(o, n, "leaf_weights", &weight, &leaves, &wide);
    }

    if (rc == MAAS_OK) {
        rc = forest_ints(o, n, "leaf_targetids", leaves, 0, &target);
    }

    if (rc == MAAS_OK) {
        rc = train_attr_ints(o, n, "tree_roots", &root, &f->n_roots);
    }

    if (rc != MAAS_OK) {
        return rc;
    }

    if (f->n_roots == 0 || leaves == 0 || nodes > FOREST_MAX
        || leaves > FOREST_MAX)
    {
        return train_onnx_bad(o, n, "%zu trees, %zu nodes and %zu leaves",
                              f->n_roots, nodes, leaves);
    }

    f->n = nodes + leaves;
    f->n_entries = leaves;
    f->node = train_import_alloc(o->m, f->n, sizeof(*f->node));
    f->entry = train_import_alloc(o->m, leaves, sizeof(*f->entry));
    f->root = train_import_alloc(o->m, f->n_roots, sizeof(size_t));
    if (f->node == NULL || f->entry == NULL || f->root == NULL) {
        return train_onnx_nomem(o);
    }

    for (i = 0; i < leaves; i++) {
        f->node[nodes + i].mode = ONNX_LEAF;
        f->node[nodes + i].first = i;
        f->entry[i].next = SIZE_MAX;
        f->entry[i].id = target[i];
        f->entry[i].weight = weight[i];
    }

    rc = forest_new_nodes(o, n, f, nodes, split, mode);

    for (i = 0; rc == MAAS_OK && i < f->n_roots; i++) {
        rc = forest_child(o, n, i, 0, root[i], nodes, leaves, &f->root[i]);

        if (rc == MAAS_OK) {
            forest_single(f, nodes, &f->root[i]);
        }
    }

    f->type = wide ? MAAS_F64 : MAAS_F32;

    return rc == MAAS_OK ? forest_members(o, n, f, nodes) : rc;
}


maas_status_t
train_onnx_forest(train_onnx_t *o, const train_onnx_node_t *n,
    const char *prefix, train_onnx_forest_t *f)
{
    memset(f, 0, sizeof(*f));

    return prefix == NULL ? forest_new(o, n, f) : forest_old(o, n, prefix, f);
}
