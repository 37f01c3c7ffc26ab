/*
 * CatBoost's trees into the normal form: oblivious ones, whose levels share one
 * split, and nested ones.  x > border is right, so x <= border is left; an
 * equal category is right, which is the left of ours.
 * Not here: features.
 */

#include <math.h>
#include <string.h>

#include "catboost.h"


#define CAT_DEPTH  24              /* of an oblivious tree */

/* One split, as a node has it */

typedef struct {
    size_t    feature;
    double    threshold;
    unsigned  flags;
    int       swapped;                 /* its left is where the bit is set */
} cat_split_t;

/* A node or leaf of a nested tree */

typedef struct {
    const train_doc_t  *doc;
    size_t              left, right;   /* among the entries; 0: a leaf */
    int32_t             place;
    double              cover;
} cat_entry_t;

typedef struct {
    size_t          at;                /* number of the tree */
    train_trees_t  *to;
    double         *values;            /* (out) */
    double         *cover;             /* of an oblivious tree */
    size_t          covers;            /* room */
    cat_entry_t    *entry;
    size_t          n, room;
} cat_trees_t;


static maas_status_t
cat_number(train_cat_t *c, const cat_trees_t *t, const train_doc_t *split,
    cat_split_t *s)
{
    size_t              i;
    const train_doc_t  *border;

    border = train_doc_get(split, "border");

    if (!train_doc_size(train_doc_get(split, "float_feature_index"), 0,
                        c->n_floats, &i)
        || i >= c->n_floats || c->floats[i].doc == NULL || border == NULL
        || border->kind != TRAIN_DOC_NUMBER
        || !isfinite((float) border->u.number))
    {
        return maas__fail(c->err, MAAS_BADFILE, "tree %zu: a split by a number "
                          "has no border, or a float_feature_index that "
                          "features_info has not", t->at);
    }

    s->feature = c->floats[i].at;
    s->threshold = (float) border->u.number;
    s->flags = MAAS_TREE_NAN | (c->floats[i].nan_right ? 0 : MAAS_TREE_LEFT);
    s->swapped = 0;

    return MAAS_OK;
}


static maas_status_t
cat_onehot(train_cat_t *c, const cat_trees_t *t, const train_doc_t *split,
    cat_split_t *s)
{
    size_t                    i;
    const train_doc_t        *value;
    const train_cat_value_t  *v;

    value = train_doc_get(split, "value");

    if (!train_doc_size(train_doc_get(split, "cat_feature_index"), 0,
                        c->n_cats, &i)
        || i >= c->n_cats || c->cats[i].doc == NULL || value == NULL
        || value->kind != TRAIN_DOC_NUMBER)
    {
        return maas__fail(c->err, MAAS_BADFILE, "tree %zu: a split by a "
                          "category has no value, or a cat_feature_index that "
                          "features_info has not", t->at);
    }

    v = train_cat_value(&c->cats[i], value->u.number);

    if (v == NULL) {
        return maas__fail(c->err, MAAS_BADFILE, "tree %zu: a split by %.17g, "
                          "which features_info does not have among the values "
                          "of the column", t->at, value->u.number);
    }

    s->feature = c->cats[i].at;
    s->threshold = v->code;
    s->flags = MAAS_TREE_NAN | MAAS_TREE_EQUAL;
    s->swapped = 1;

    return MAAS_OK;
}


static maas_status_t
cat_split(train_cat_t *c, const cat_trees_t *t, const train_doc_t *split,
    cat_split_t *s)
{
    const char         *name;
    const train_doc_t  *type;

    type = train_doc_get(split, "split_type");

    if (train_doc_is(type, "FloatFeature")) {
        return cat_number(c, t, split, s);
    }

    if (train_doc_is(type, "OneHotFeature")) {
        return cat_onehot(c, t, split, s);
    }

    if (train_doc_is(type, "OnlineCtr")) {
        return train_cat_counters(c);
    }

    name = train_doc_text(c->m->arena, type);

    return maas__fail(c->err, MAAS_UNSUPPORTED, "tree %zu: a split of type "
                      "\"%.40s\": expected FloatFeature or OneHotFeature; "
                      "texts and embeddings have to become numbers before "
                      "training", t->at, name != NULL ? name : "");
}


/* Values of a leaf, number i of list d or d itself, to the trees */

static maas_status_t
cat_leaf(train_cat_t *c, cat_trees_t *t, const train_doc_t *d, size_t i,
    double cover)
{
    size_t  k;

    for (k = 0; k < c->out; k++) {
        t->values[k] = d->kind == TRAIN_DOC_NUMBER ? d->u.number
                       : train_doc_number(d, i * c->out + k);
        t->values[k] *= c->scale;

        if (!isfinite(t->values[k])) {
            return maas__fail(c->err, MAAS_BADFILE, "tree %zu: a leaf value "
                              "is not finite", t->at);
        }
    }

    train_trees_leaf(t->to, t->values, cover);

    return MAAS_OK;
}


/* t->cover: of nodes as in a heap, then of leaves, which are its last level */

static maas_status_t
cat_covers(train_cat_t *c, cat_trees_t *t, const train_doc_t *weights,
    size_t leaves)
{
    size_t  i;

    if (2 * leaves > t->covers) {
        t->covers = 2 * leaves;
        t->cover = train_import_alloc(c->m, t->covers, sizeof(double));

        if (t->cover == NULL) {
            return maas__fail(c->err, MAAS_NOMEM, "no memory for the trees");
        }
    }

    for (i = 0; i < leaves; i++) {
        t->cover[leaves - 1 + i] = train_doc_is_numbers(weights)
                                   && weights->n == leaves
                                   ? train_doc_number(weights, i) : NAN;
    }

    for (i = leaves - 1; i-- > 0; ) {
        t->cover[i] = t->cover[2 * i + 1] + t->cover[2 * i + 2];
    }

    return MAAS_OK;
}


/* Level k from the root tests split depth - 1 - k: so leaves stand from left to
 * right by their numbers */

static maas_status_t
cat_oblivious(train_cat_t *c, cat_trees_t *t, const train_doc_t *tree)
{
    size_t              i, n, depth, level, leaves;
    int32_t             left, right;
    cat_split_t         s[CAT_DEPTH];
    maas_status_t       rc;
    const train_doc_t  *d, *splits, *values;

    splits = train_doc_get(tree, "splits");
    values = train_doc_get(tree, "leaf_values");
    depth = splits != NULL ? splits->n : CAT_DEPTH + 1;

    if (depth > CAT_DEPTH || !train_doc_is_numbers(values)
        || (splits->kind != TRAIN_DOC_LIST && depth > 0)
        || values->n != ((size_t) 1 << depth) * c->out)
    {
        return maas__fail(c->err, MAAS_BADFILE, "tree %zu: expected up to %d "
                          "splits, and %zu leaf values for each leaf",
                          t->at, CAT_DEPTH, c->out);
    }

    leaves = (size_t) 1 << depth;
    i = depth;

    for (d = depth > 0 ? splits->u.first : NULL; d != NULL; d = d->next) {
        rc = cat_split(c, t, d, &s[--i]);
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    rc = cat_covers(c, t, train_doc_get(tree, "leaf_weights"), leaves);
    if (rc != MAAS_OK) {
        return rc;
    }

    train_trees_tree(t->to, leaves - 1, 0);

    for (n = 0, level = 0; n < leaves - 1; n++) {
        level += n + 1 == (size_t) 2 << level;
        left = (int32_t) (2 * n + 1);
        right = left + 1;

        if (level == depth - 1) {
            left = ~(int32_t) (2 * n + 1 - (leaves - 1));
            right = left - 1;
        }

        train_trees_node(t->to, s[level].feature, s[level].threshold,
                         s[level].flags, s[level].swapped ? right : left,
                         s[level].swapped ? left : right, t->cover[n]);
    }

    for (i = 0; i < leaves && rc == MAAS_OK; i++) {
        rc = cat_leaf(c, t, values, i, t->cover[leaves - 1 + i]);
    }

    return rc;
}


static maas_status_t
cat_entry(train_cat_t *c, cat_trees_t *t, const train_doc_t *d)
{
    cat_entry_t  *more;

    if (t->n == t->room) {
        more = train_import_alloc(c->m, 2 * t->room + 64, sizeof(cat_entry_t));

        if (more == NULL) {
            return maas__fail(c->err, MAAS_NOMEM, "no memory for the trees");
        }

        if (t->n > 0) {
            memcpy(more, t->entry, t->n * sizeof(cat_entry_t));
        }

        t->entry = more;
        t->room = 2 * t->room + 64;
    }

    memset(&t->entry[t->n], 0, sizeof(cat_entry_t));
    t->entry[t->n++].doc = d;

    return MAAS_OK;
}


/* t->entry: all of the tree, parents before children.  *nodes: of them that
 * have some. */

static maas_status_t
cat_walk(train_cat_t *c, cat_trees_t *t, const train_doc_t *tree,
    size_t *nodes)
{
    size_t              i, k, leaves;
    maas_status_t       rc;
    const train_doc_t  *d, *child[2];

    t->n = 0;
    *nodes = 0;
    leaves = 0;
    rc = cat_entry(c, t, tree);

    for (i = 0; rc == MAAS_OK && i < t->n; i++) {
        d = t->entry[i].doc;

        if (train_doc_get(d, "split") == NULL) {
            t->entry[i].place = ~(int32_t) leaves++;
            continue;
        }

        child[0] = train_doc_get(d, "left");
        child[1] = train_doc_get(d, "right");
        t->entry[i].place = (int32_t) (*nodes)++;

        for (k = 0; k < 2 && rc == MAAS_OK; k++) {
            if (child[k] == NULL || t->n > INT32_MAX / 2) {
                return maas__fail(c->err, MAAS_BADFILE, "tree %zu: a split "
                                  "without \"left\" or \"right\"", t->at);
            }

            *(k == 0 ? &t->entry[i].left : &t->entry[i].right) = t->n;
            rc = cat_entry(c, t, child[k]);
        }
    }

    return rc;
}


static maas_status_t
cat_nested(train_cat_t *c, cat_trees_t *t, const train_doc_t *tree)
{
    size_t              i, nodes;
    int32_t             left, right;
    cat_split_t         s = { 0 };
    cat_entry_t        *e;
    maas_status_t       rc;
    const train_doc_t  *d;

    rc = cat_walk(c, t, tree, &nodes);
    if (rc != MAAS_OK) {
        return rc;
    }

    for (i = t->n; i-- > 0; ) {
        e = &t->entry[i];
        d = train_doc_get(e->doc, "weight");
        e->cover = e->left != 0
                   ? t->entry[e->left].cover + t->entry[e->right].cover
                   : d != NULL && d->kind == TRAIN_DOC_NUMBER ? d->u.number
                   : NAN;
    }

    train_trees_tree(t->to, nodes, 0);

    for (i = 0; i < t->n && rc == MAAS_OK; i++) {
        e = &t->entry[i];

        if (e->left != 0) {
            rc = cat_split(c, t, train_doc_get(e->doc, "split"), &s);
            left = t->entry[e->left].place;
            right = t->entry[e->right].place;

            if (rc == MAAS_OK) {
                train_trees_node(t->to, s.feature, s.threshold, s.flags,
                                 s.swapped ? right : left,
                                 s.swapped ? left : right, e->cover);
            }

            continue;
        }

        d = train_doc_get(e->doc, "value");

        if (d == NULL || !(d->kind == TRAIN_DOC_NUMBER ? c->out == 1
                           : train_doc_is_numbers(d) && d->n == c->out))
        {
            return maas__fail(c->err, MAAS_BADFILE, "tree %zu: a leaf has %s: "
                              "expected a value of %zu numbers", t->at,
                              train_doc_what(d), c->out);
        }

        rc = cat_leaf(c, t, d, 0, e->cover);
    }

    return rc;
}


maas_status_t
train_cat_trees(train_cat_t *c)
{
    int                 nested;
    cat_trees_t         t = { 0 };
    maas_status_t       rc;
    const train_doc_t  *d;

    d = train_doc_get(c->root, "oblivious_trees");
    nested = d == NULL || d->kind != TRAIN_DOC_LIST;
    d = nested ? train_doc_get(c->root, "trees") : d;

    t.to = train_trees_new(c->m, c->out, MAAS_F32, MAAS_F64,
                           c->out > 1 ? c->out : 0);
    t.values = train_import_alloc(c->m, c->out, sizeof(double));

    if (t.to == NULL || t.values == NULL) {
        return maas__fail(c->err, MAAS_NOMEM, "no memory for the trees");
    }

    train_trees_base(t.to, c->bias, 1);
    train_trees_options(t.to)->transform = c->transform;

    for (d = d->u.first; d != NULL; t.at++, d = d->next) {
        rc = nested ? cat_nested(c, &t, d) : cat_oblivious(c, &t, d);

        if (rc != MAAS_OK) {
            return rc;
        }
    }

    return train_trees_layer(t.to, c->err);
}
