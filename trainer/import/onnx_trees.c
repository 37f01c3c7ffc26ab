/*
 * Tree ensembles of ONNX: in our order and form.
 * Not here: how an operator lists its nodes (onnx_forest.c).
 */

#include "onnx_leaves.h"
#include "onnx_trees.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>


/* The walk: places in the forest that are still to be numbered */

typedef struct {
    size_t    node;
    int32_t  *child;                   /* to be set to its number */
} trees_turn_t;


/* Numbers of a row are finite, thresholds of scikit-learn not always: what was
 * never missing goes one way, what was the other.  All are at most the largest
 * number; 1: children are swapped, where none would be. */

static int
trees_endless(train_onnx_split_t *s, maas_dtype_t type)
{
    int  none;

    if (!isinf(s->threshold)) {
        return 0;
    }

    none = s->threshold < 0 || s->flags & MAAS_TREE_EQUAL;
    s->threshold = type == MAAS_F64 ? DBL_MAX : FLT_MAX;
    s->flags &= ~(unsigned) MAAS_TREE_EQUAL;
    s->flags ^= none ? MAAS_TREE_LEFT : 0;

    return none;
}


static void
trees_split(const train_onnx_raw_t *r, maas_dtype_t type,
    train_onnx_split_t *s, int *swap)
{
    unsigned  left;

    /* GTE and GT are LT and LEQ with children swapped, so is NEQ; NaN differs
     * from all numbers */

    *swap = r->mode == ONNX_GTE || r->mode == ONNX_GT || r->mode == ONNX_NEQ;
    left = *swap ? !r->missing : r->missing;

    if (r->mode == ONNX_NEQ) {
        left = 0;
    }

    s->feature = (uint32_t) r->feature;
    s->threshold = r->mode == ONNX_LT || r->mode == ONNX_GTE
                   ? train_trees_below(r->value, type) : r->value;
    s->flags = MAAS_TREE_NAN | (left ? MAAS_TREE_LEFT : 0)
               | (r->mode == ONNX_EQ || r->mode == ONNX_NEQ
                  ? MAAS_TREE_EQUAL : 0)
               | (r->mode == ONNX_MEMBER
                  ? MAAS_TREE_SET | MAAS_TREE_FLOOR : 0);
    s->n_words = r->n_words;
    s->word = r->word;
    *swap ^= r->mode != ONNX_MEMBER && trees_endless(s, type);
}


static maas_status_t
trees_leaf(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_forest_t *f, const train_onnx_raw_t *r,
    const train_onnx_trees_t *t, double *value)
{
    size_t                     e;
    const train_onnx_entry_t  *entry;

    for (e = r->first; e != SIZE_MAX; e = entry->next) {
        entry = &f->entry[e];

        if (entry->id < 0 || (size_t) entry->id >= t->out) {
            return train_onnx_bad(o, n, "a leaf adds to output %lld of %zu",
                                  (long long) entry->id, t->out);
        }

        value[t->vector ? (size_t) entry->id : 0] += entry->weight;
    }

    return MAAS_OK;
}


static void
trees_numbered(int32_t *child, int32_t number)
{
    if (child != NULL) {               /* else it is the root */
        *child = number;
    }
}


/* One tree from its root on, nodes before their children */

static maas_status_t
trees_walk(train_onnx_t *o, const train_onnx_node_t *n, train_onnx_forest_t *f,
    size_t root, train_onnx_trees_t *t, train_onnx_split_t *split,
    double *value, trees_turn_t *stack, size_t *size)
{
    int                  swap;
    size_t               top, nodes, leaves, width;
    maas_status_t        rc;
    trees_turn_t         turn;
    train_onnx_raw_t    *r;
    train_onnx_split_t  *s;

    width = t->vector ? t->out : 1;
    nodes = leaves = 0;
    stack[0].node = root;
    stack[0].child = NULL;

    for (top = 1; top > 0; /* void */) {
        turn = stack[--top];
        r = &f->node[turn.node];

        if (r->seen) {
            return train_onnx_bad(o, n, "node %zu is a child of two nodes, or"
                                  " in a circle", turn.node);
        }

        r->seen = 1;

        if (r->mode == ONNX_LEAF) {
            trees_numbered(turn.child, (int32_t) ~leaves);
            rc = trees_leaf(o, n, f, r, t, value + leaves++ * width);
            if (rc != MAAS_OK) {
                return rc;
            }

            continue;
        }

        if (r->feature < 0 || r->feature >= (int64_t) MAAS_MAX_WIDTH
            || isnan(r->value))
        {
            return train_onnx_bad(o, n, "node %zu compares number %lld with"
                                  " %g", turn.node, (long long) r->feature,
                                  r->value);
        }

        s = &split[nodes];
        trees_numbered(turn.child, (int32_t) nodes++);
        trees_split(r, f->type, s, &swap);

        stack[top].node = swap ? r->yes : r->no;
        stack[top++].child = &s->right;
        stack[top].node = swap ? r->no : r->yes;
        stack[top++].child = &s->left;
    }

    *size = nodes;

    return MAAS_OK;
}


/* Does each tree add to one output only? */

static int
trees_plain(const train_onnx_forest_t *f, size_t out)
{
    size_t  i;

    if (out == 1) {
        return 1;
    }

    for (i = 0; i < f->n; i++) {
        if (f->node[i].mode == ONNX_LEAF && f->node[i].first != SIZE_MAX
            && f->entry[f->node[i].first].next != SIZE_MAX)
        {
            return 0;
        }
    }

    return 1;
}


/* The output of one that does; SIZE_MAX if it does not */

static size_t
trees_output(train_onnx_forest_t *f, size_t root, size_t *stack)
{
    size_t             top, output;
    train_onnx_raw_t  *r;

    output = SIZE_MAX;
    stack[0] = root;

    for (top = 1; top > 0; /* void */) {
        r = &f->node[stack[--top]];

        if (r->seen) {
            return 0;                  /* the walk will say it */
        }

        r->seen = 1;

        if (r->mode != ONNX_LEAF) {
            stack[top++] = r->yes;
            stack[top++] = r->no;

        } else if (r->first != SIZE_MAX && output == SIZE_MAX) {
            output = (size_t) f->entry[r->first].id;

        } else if (r->first != SIZE_MAX
                   && output != (size_t) f->entry[r->first].id)
        {
            return SIZE_MAX;
        }
    }

    return output == SIZE_MAX ? 0 : output;
}


static maas_status_t
trees_outputs(train_onnx_t *o, train_onnx_forest_t *f, train_onnx_trees_t *t)
{
    size_t   i, *stack;

    t->vector = !trees_plain(f, t->out);
    stack = train_import_alloc(o->m, f->n + 1, 2 * sizeof(size_t));
    if (stack == NULL) {
        return train_onnx_nomem(o);
    }

    for (i = 0; i < f->n_roots && !t->vector && t->out > 1; i++) {
        t->output[i] = trees_output(f, f->root[i], stack);
        t->vector = t->output[i] >= t->out;
    }

    for (i = 0; i < f->n; i++) {
        f->node[i].seen = 0;
    }

    return MAAS_OK;
}


/* All trees of f; t->out is set */

static maas_status_t
trees_build(train_onnx_t *o, const train_onnx_node_t *n,
    train_onnx_forest_t *f, train_onnx_trees_t *t)
{
    size_t          i, nodes, leaves, width;
    maas_status_t   rc;
    trees_turn_t   *stack;

    t->n_trees = f->n_roots;
    t->type = f->type;
    t->size = train_import_alloc(o->m, t->n_trees, sizeof(size_t));
    t->output = train_import_alloc(o->m, t->n_trees, sizeof(size_t));
    if (t->size == NULL || t->output == NULL) {
        return train_onnx_nomem(o);
    }

    rc = trees_outputs(o, f, t);
    if (rc != MAAS_OK) {
        return rc;
    }

    width = t->vector ? t->out : 1;
    t->split = train_import_alloc(o->m, f->n, sizeof(*t->split));
    t->value = train_import_alloc(o->m, f->n, width * sizeof(double));
    stack = train_import_alloc(o->m, f->n + 1, 2 * sizeof(*stack));
    if (t->split == NULL || t->value == NULL || stack == NULL) {
        return train_onnx_nomem(o);
    }

    nodes = leaves = 0;

    for (i = 0; i < t->n_trees; i++) {
        rc = trees_walk(o, n, f, f->root[i], t, t->split + nodes,
                        t->value + leaves * width, stack, &t->size[i]);
        if (rc != MAAS_OK) {
            return rc;
        }

        nodes += t->size[i];
        leaves += t->size[i] + 1;
    }

    return MAAS_OK;
}


/* base_values, for each output, one for all or none; (out) zeros then */

static maas_status_t
trees_base(train_onnx_t *o, const train_onnx_node_t *n, train_onnx_trees_t *t,
    double **base, size_t *count)
{
    int            wide;
    maas_status_t  rc;

    wide = 0;
    rc = train_attr_reals(o, n, "base_values", base, count, &wide);
    t->base = train_import_alloc(o->m, t->out, sizeof(double));

    if (rc == MAAS_OK && t->base == NULL) {
        return train_onnx_nomem(o);
    }

    if (rc == MAAS_OK && *count != 0 && *count != 1 && *count != t->out) {
        return train_onnx_bad(o, n, "%zu base_values for %zu outputs", *count,
                              t->out);
    }

    return rc;
}


static maas_status_t
trees_post(train_onnx_t *o, const train_onnx_node_t *n, maas_str_t post,
    int64_t number, maas_transform_t *transform)
{
    static const char *const  names[] = {
        "NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"
    };

    for (number = post.len == 0 ? number : 0;
         post.len > 0 && number < 5 && !train_onnx_is(post, names[number]);
         number++)
    {
        /* void */
    }

    switch (number) {
    case 0: *transform = MAAS_TRANSFORM_NONE; return MAAS_OK;
    case 1: *transform = MAAS_TRANSFORM_SOFTMAX; return MAAS_OK;
    case 2: *transform = MAAS_TRANSFORM_SIGMOID; return MAAS_OK;
    default: break;
    }

    return train_onnx_refuse(o, n, "post_transform %s; NONE, LOGISTIC and"
                             " SOFTMAX are known", number > 0 && number < 5
                             ? names[number] : "that is not known");
}


static train_onnx_value_t *
trees_layer(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, train_onnx_trees_t *t)
{
    size_t               i, nodes;
    train_onnx_value_t  *y;

    if (v->kind != ONNX_INPUT || v->a != NULL || v->b != NULL) {
        v = train_onnx_settle(o, n, v);
    }

    if (v == NULL) {
        return NULL;
    }

    for (i = nodes = 0; i < t->n_trees; i++) {
        nodes += t->size[i];
    }

    for (i = 0; i < nodes; i++) {
        if (t->split[i].feature >= v->n) {
            (void) train_onnx_bad(o, n, "a node looks at number %u of %zu",
                                  t->split[i].feature, v->n);
            return NULL;
        }
    }

    if (t->n_trees == 1 && t->transform == MAAS_TRANSFORM_NONE
        && t->combine == MAAS_COMBINE_SUM)
    {
        return train_leaves_new(o, v, t);
    }

    if (v->kind == ONNX_LAYER) {
        o->layer[v->layer].shared = 1;
    }

    y = train_onnx_layer(o, n, ONNX_TREES, v, t->out);

    if (y != NULL) {
        o->layer[y->layer].trees = t;
        o->layer[y->layer].shared = 1;
    }

    return y;
}


/* Two classes, weights for one of them: what ONNX Runtime makes of it */

static const train_onnx_value_t *
trees_binary(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, train_onnx_forest_t *f,
    train_onnx_trees_t *t)
{
    int                  positive, second;
    size_t               i, count;
    double              *base, w[2] = { -1, 1 };
    train_onnx_value_t  *y, *pair;

    positive = 1;
    second = f->n_entries > 0 && f->entry[0].id == 1;

    for (i = 0; i < f->n_entries; i++) {
        f->entry[i].id = 0;
        positive &= f->entry[i].weight >= 0;
    }

    t->out = 2;

    if (trees_base(o, n, t, &base, &count) != MAAS_OK) {
        return NULL;
    }

    t->out = 1;
    t->base[0] = count == 0 ? 0 : base[count - 1];

    if (count == 2 || (second && !positive
                       && t->transform == MAAS_TRANSFORM_NONE))
    {
        (void) train_onnx_refuse(o, n, "two classes, weights for one of them,"
                                 " and two base_values or scores without a"
                                 " post_transform; convert it with"
                                 " post_transform LOGISTIC");
        return NULL;
    }

    if (second) {
        t->base[0] = 0;                /* ONNX Runtime adds it to the other */
    }

    if (trees_build(o, n, f, t) != MAAS_OK) {
        return NULL;
    }

    y = trees_layer(o, n, v, t);
    if (y == NULL) {
        return NULL;
    }

    if (t->transform == MAAS_TRANSFORM_NONE && !positive) {
        return train_onnx_linear(o, n, y, w, NULL, 2);     /* -s and s */
    }

    pair = train_onnx_flat(o, ONNX_PAIR, 2);

    if (pair != NULL) {
        pair->of = y;
    }

    return pair;
}


static int
trees_one_class(const train_onnx_forest_t *f)
{
    size_t  i;

    for (i = 1; i < f->n_entries; i++) {
        if (f->entry[i].id != f->entry[0].id) {
            return 0;
        }
    }

    return 1;
}


/* The answer, with the labels of another value */

static maas_status_t
trees_labelled(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, const train_onnx_value_t *labels)
{
    train_onnx_value_t  *y;

    y = train_onnx_copy(o, v);

    if (y != NULL) {
        y->n_labels = labels->n_labels;
        y->label = labels->label;
    }

    return train_onnx_out(o, n, 1, y);
}


static maas_status_t
trees_classifier(train_onnx_t *o, const train_onnx_node_t *n)
{
    size_t                     count;
    double                    *base;
    maas_status_t              rc;
    train_onnx_value_t        *y;
    train_onnx_trees_t        *t;
    train_onnx_forest_t        f;
    const train_onnx_value_t  *v, *made;

    v = train_onnx_in(o, n, 0);
    y = v == NULL ? NULL : train_onnx_flat(o, ONNX_CONST, 1);
    t = train_import_alloc(o->m, 1, sizeof(*t));
    if (y == NULL || t == NULL) {
        return v == NULL ? o->err->code : train_onnx_nomem(o);
    }

    rc = train_onnx_labels(o, n, y);

    if (rc == MAAS_OK) {
        rc = train_onnx_forest(o, n, "class", &f);
    }

    if (rc == MAAS_OK) {
        rc = trees_post(o, n, train_attr_text(n, "post_transform"), 0,
                        &t->transform);
    }

    if (rc != MAAS_OK) {
        return rc;
    }

    t->divide = 1;
    t->out = y->n_labels;

    if (t->out < 2) {
        return train_onnx_refuse(o, n, "%zu classes", t->out);
    }

    if (t->out == 2 && trees_one_class(&f)) {
        made = trees_binary(o, n, v, &f, t);

    } else {
        rc = trees_base(o, n, t, &base, &count);

        if (rc == MAAS_OK && count == t->out) {
            memcpy(t->base, base, count * sizeof(double));
        }

        if (rc == MAAS_OK) {
            rc = trees_build(o, n, &f, t);
        }

        made = rc == MAAS_OK ? trees_layer(o, n, v, t) : NULL;
    }

    if (made == NULL) {
        return o->err->code;
    }

    return trees_labelled(o, n, made, y);
}


/* aggregate_function as TreeEnsemble counts it: AVERAGE, SUM, MIN, MAX */

static int64_t
trees_aggregate(const train_onnx_node_t *n)
{
    int64_t     i;
    maas_str_t  text;

    static const char *const  names[] = { "AVERAGE", "SUM", "MIN", "MAX" };

    text = train_attr_text(n, "aggregate_function");

    if (text.len == 0) {
        return train_attr_int(n, "aggregate_function", 1);
    }

    for (i = 0; i < 4 && !train_onnx_is(text, names[i]); i++) { /* void */ }

    return i;
}


static maas_status_t
trees_any_sum(train_onnx_t *o, const train_onnx_node_t *n, const char *prefix)
{
    size_t                     i, count;
    double                    *base;
    int64_t                    how;
    maas_status_t              rc;
    train_onnx_trees_t        *t;
    train_onnx_forest_t        f;
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    t = train_import_alloc(o->m, 1, sizeof(*t));
    if (v == NULL || t == NULL) {
        return v == NULL ? o->err->code : train_onnx_nomem(o);
    }

    how = train_attr_int(n, "n_targets", 1);

    if (how < 1 || how > (int64_t) MAAS_MAX_WIDTH) {
        return train_onnx_bad(o, n, "%lld targets", (long long) how);
    }

    t->out = (size_t) how;
    how = trees_aggregate(n);

    if (how < 0 || how > 3) {
        return train_onnx_refuse(o, n, "an aggregate_function that is not"
                                 " SUM, AVERAGE, MIN or MAX");
    }

    rc = train_onnx_forest(o, n, prefix, &f);

    if (rc == MAAS_OK) {
        rc = trees_post(o, n, train_attr_text(n, "post_transform"),
                        train_attr_int(n, "post_transform", 0),
                        &t->transform);
    }

    if (rc == MAAS_OK) {
        rc = trees_base(o, n, t, &base, &count);
    }

    if (rc != MAAS_OK) {
        return rc;
    }

    t->divide = how == 0 ? f.n_roots : 1;
    t->combine = how == 2 ? MAAS_COMBINE_MIN
                 : how == 3 ? MAAS_COMBINE_MAX : MAAS_COMBINE_SUM;

    /* ONNX adds the base to what was divided */

    for (i = 0; count == t->out && i < t->out; i++) {
        t->base[i] = base[i] * (double) t->divide;
    }

    rc = trees_build(o, n, &f, t);

    return rc == MAAS_OK ? train_onnx_out(o, n, 0, trees_layer(o, n, v, t))
                         : rc;
}


static maas_status_t
trees_regressor(train_onnx_t *o, const train_onnx_node_t *n)
{
    return trees_any_sum(o, n, "target");
}


static maas_status_t
trees_ensemble(train_onnx_t *o, const train_onnx_node_t *n)
{
    return trees_any_sum(o, n, NULL);
}


const train_onnx_op_t  train_onnx_ensembles[] = {
    { "TreeEnsembleClassifier", trees_classifier },
    { "TreeEnsembleRegressor", trees_regressor },
    { "TreeEnsemble", trees_ensemble },
    { NULL, NULL }
};
