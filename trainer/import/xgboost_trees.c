/*
 * XGBoost's trees, as JSON and UBJSON have them, into the normal form: x < t is
 * x <= the number below, and a set of categories that goes right becomes one
 * that goes left.
 * Not here: objectives and base scores (xgboost.c).
 */

#include <math.h>

#include "xgboost.h"


#define XGB_WORDS  (16u << 20)     /* of all sets: 64 MB */

/* One tree, and room for the largest one */

typedef struct {
    size_t              at;            /* its number */
    size_t              n;             /* nodes and leaves */
    const train_doc_t  *left;          /* (n) -1: a leaf */
    const train_doc_t  *right;
    const train_doc_t  *feature;
    const train_doc_t  *condition;     /* threshold or leaf */
    const train_doc_t  *missing_left;
    const train_doc_t  *type;          /* or NULL: no categories */
    const train_doc_t  *cover;         /* or NULL */
    const train_doc_t  *vectors;       /* leaf_weights, or NULL */
    const train_doc_t  *sets;          /* where the set of cat[i] begins */
    const train_doc_t  *sizes;
    const train_doc_t  *members;       /* of all sets */

    double              weight;
    size_t              nodes;         /* of them that have children */
    size_t              order_n;
    uint32_t           *order;         /* (n) those reached, parents first */
    int32_t            *place;         /* (n) node, or ~leaf */
    uint8_t            *seen;          /* (n) */
    int32_t            *cat;           /* (n) its set; -1: none */
    double             *values;        /* (out) of a leaf */
    uint32_t           *word;
    size_t              room;          /* words */
    size_t              words;         /* of all sets so far */
} xgb_tree_t;


static maas_status_t
xgb_bad(train_xgb_t *x, const xgb_tree_t *t, size_t node, const char *what)
{
    return maas__fail(x->err, MAAS_BADFILE, "tree %zu, node %zu: %s", t->at,
                      node, what);
}


/* A list of numbers of the tree: `n` of them, or any if that is SIZE_MAX */

static maas_status_t
xgb_list(train_xgb_t *x, const xgb_tree_t *t, const train_doc_t *tree,
    const char *name, size_t n, const train_doc_t **out)
{
    *out = train_doc_get(tree, name);

    if (!train_doc_is_numbers(*out)) {
        return maas__fail(x->err, MAAS_BADFILE, "tree %zu: \"%s\" is %s: "
                          "expected a list of numbers", t->at, name,
                          train_doc_what(*out));
    }

    if (n != SIZE_MAX && (*out)->n != n) {
        return maas__fail(x->err, MAAS_BADFILE, "tree %zu: \"%s\" has %zu "
                          "numbers: expected %zu", t->at, name, (*out)->n, n);
    }

    return MAAS_OK;
}


/* Element i as a whole number below n; SIZE_MAX: it is none */

static size_t
xgb_index(const train_doc_t *d, size_t i, size_t n)
{
    double  v;

    v = train_doc_number(d, i);

    return v >= 0 && v < (double) n && v == floor(v) ? (size_t) v : SIZE_MAX;
}


/* Which nodes have a set, and where it is */

static maas_status_t
xgb_sets(train_xgb_t *x, xgb_tree_t *t, const train_doc_t *tree)
{
    size_t              i, node, begin, size, left;
    maas_status_t       rc;
    const train_doc_t  *nodes;

    for (i = 0; i < t->n; i++) {
        t->cat[i] = -1;
    }

    t->type = train_doc_get(tree, "split_type");

    if (t->type == NULL) {
        return MAAS_OK;
    }

    if ((rc = xgb_list(x, t, tree, "split_type", t->n, &t->type)) != MAAS_OK
        || (rc = xgb_list(x, t, tree, "categories_nodes", SIZE_MAX, &nodes))
           != MAAS_OK
        || (rc = xgb_list(x, t, tree, "categories_segments", nodes->n,
                          &t->sets)) != MAAS_OK
        || (rc = xgb_list(x, t, tree, "categories_sizes", nodes->n,
                          &t->sizes)) != MAAS_OK
        || (rc = xgb_list(x, t, tree, "categories", SIZE_MAX, &t->members))
           != MAAS_OK)
    {
        return rc;
    }

    for (left = t->members->n, i = 0; i < nodes->n; i++, left -= size) {
        node = xgb_index(nodes, i, t->n);
        begin = xgb_index(t->sets, i, t->members->n + 1);
        size = begin == SIZE_MAX ? SIZE_MAX
               : xgb_index(t->sizes, i, t->members->n - begin + 1);

        /* no category is of two sets: else a short file were long work */

        if (node == SIZE_MAX || size > left) {
            return maas__fail(x->err, MAAS_BADFILE, "tree %zu: set %zu of "
                              "categories is not within the %zu that the tree "
                              "has, or not its own, or its node is none",
                              t->at, i, t->members->n);
        }

        t->cat[node] = (int32_t) i;
    }

    return MAAS_OK;
}


static maas_status_t
xgb_lists(train_xgb_t *x, xgb_tree_t *t, const train_doc_t *tree)
{
    maas_status_t  rc;

    if ((rc = xgb_list(x, t, tree, "left_children", t->n, &t->left))
        != MAAS_OK
        || (rc = xgb_list(x, t, tree, "right_children", t->n, &t->right))
           != MAAS_OK
        || (rc = xgb_list(x, t, tree, "split_indices", t->n, &t->feature))
           != MAAS_OK
        || (rc = xgb_list(x, t, tree, "split_conditions", t->n,
                          &t->condition)) != MAAS_OK
        || (rc = xgb_list(x, t, tree, "default_left", t->n,
                          &t->missing_left)) != MAAS_OK)
    {
        return rc;
    }

    t->cover = train_doc_get(tree, "sum_hessian");

    if (t->cover != NULL
        && (rc = xgb_list(x, t, tree, "sum_hessian", t->n, &t->cover))
           != MAAS_OK)
    {
        return rc;
    }

    if (t->vectors != NULL
        && (rc = xgb_list(x, t, tree, "leaf_weights", SIZE_MAX, &t->vectors))
           != MAAS_OK)
    {
        return rc;
    }

    return xgb_sets(x, t, tree);
}


/* t->order, t->place: what the root leads to, each once.  Nodes that were cut
 * away stay in the file, and nothing leads to them.  order[] is a stack from
 * its end as well: both fit, since each node is once in one of them. */

static maas_status_t
xgb_walk(train_xgb_t *x, xgb_tree_t *t)
{
    size_t   i, at, top, child[2], leaves;

    for (i = 0; i < t->n; i++) {
        t->seen[i] = 0;
    }

    t->nodes = 0;
    t->order_n = 0;
    leaves = 0;
    top = t->n;
    t->order[--top] = 0;
    t->seen[0] = 1;

    while (top < t->n) {
        at = t->order[top++];
        t->order[t->order_n++] = (uint32_t) at;

        if (train_doc_number(t->left, at) == -1) {
            t->place[at] = ~(int32_t) leaves++;
            continue;
        }

        t->place[at] = (int32_t) t->nodes++;
        child[0] = xgb_index(t->left, at, t->n);
        child[1] = xgb_index(t->right, at, t->n);

        for (i = 2; i-- > 0; ) {
            if (child[i] == SIZE_MAX) {
                return xgb_bad(x, t, at, "a child is no node of the tree");
            }

            if (t->seen[child[i]]++) {
                return xgb_bad(x, t, child[i], "it has two parents, or is "
                               "below itself");
            }

            t->order[--top] = (uint32_t) child[i];
        }
    }

    return MAAS_OK;
}


/* t->word: the set of a node, bits */

static maas_status_t
xgb_set(train_xgb_t *x, xgb_tree_t *t, size_t at, size_t *n)
{
    size_t   i, begin, size, value;

    begin = (size_t) train_doc_number(t->sets, (size_t) t->cat[at]);
    size = (size_t) train_doc_number(t->sizes, (size_t) t->cat[at]);

    for (*n = 0, i = 0; i < size; i++) {
        value = xgb_index(t->members, begin + i, TRAIN_XGB_CATEGORIES);

        if (value == SIZE_MAX) {
            return xgb_bad(x, t, at, "a category is no whole number from 0 to "
                           "16777215");
        }

        *n = value / 32 + 1 > *n ? value / 32 + 1 : *n;
    }

    t->words += *n;

    if (t->words > XGB_WORDS) {
        return maas__fail(x->err, MAAS_TOOBIG, "sets of categories of more "
                          "than 64 MB: give categories smaller codes");
    }

    if (*n > t->room) {
        t->room = *n + t->room;
        t->word = train_import_alloc(x->m, t->room, sizeof(uint32_t));

        if (t->word == NULL) {
            return maas__fail(x->err, MAAS_NOMEM, "no memory for the trees");
        }
    }

    for (i = 0; i < *n; i++) {
        t->word[i] = 0;
    }

    for (i = 0; i < size; i++) {
        value = (size_t) train_doc_number(t->members, begin + i);
        t->word[value / 32] |= 1u << value % 32;
    }

    return MAAS_OK;
}


static maas_status_t
xgb_node(train_xgb_t *x, xgb_tree_t *t, train_trees_t *to, size_t at)
{
    int             left_missing;
    size_t          feature, n = 0;
    double          v, cover;
    int32_t         left, right;
    unsigned        flags;
    maas_status_t   rc;

    feature = xgb_index(t->feature, at, x->features);
    left = t->place[(size_t) train_doc_number(t->left, at)];
    right = t->place[(size_t) train_doc_number(t->right, at)];
    left_missing = train_doc_number(t->missing_left, at) != 0;
    cover = t->cover != NULL ? train_doc_number(t->cover, at) : NAN;

    if (feature == SIZE_MAX) {
        return maas__fail(x->err, MAAS_BADFILE, "tree %zu, node %zu: feature "
                          "%.17g of %zu", t->at, at,
                          train_doc_number(t->feature, at), x->features);
    }

    if (t->type == NULL || train_doc_number(t->type, at) == 0) {
        v = train_doc_number(t->condition, at);

        if (!isfinite((float) v)) {
            return xgb_bad(x, t, at, "its threshold is no finite number");
        }

        train_trees_node(to, feature, train_trees_below((float) v, MAAS_F32),
                         MAAS_TREE_NAN | (left_missing ? MAAS_TREE_LEFT : 0),
                         left, right, cover);
        return MAAS_OK;
    }

    if (train_doc_number(t->type, at) != 1 || t->cat[at] < 0) {
        return xgb_bad(x, t, at, "its split is by a set of categories that is "
                       "not there, or of a new kind");
    }

    rc = xgb_set(x, t, at, &n);
    if (rc != MAAS_OK) {
        return rc;
    }

    /* in the set: right, which is the left of ours; and so missing */

    x->sets[feature] = 1;
    flags = MAAS_TREE_SET | MAAS_TREE_FLOOR | MAAS_TREE_NAN
            | (left_missing ? 0 : MAAS_TREE_LEFT);
    train_trees_set(to, feature, t->word, n, flags, right, left, cover);

    return MAAS_OK;
}


static maas_status_t
xgb_leaf(train_xgb_t *x, xgb_tree_t *t, train_trees_t *to, size_t at)
{
    size_t  i, n, leaf;

    n = 1;
    leaf = 0;

    if (t->vectors != NULL) {
        n = x->out;
        leaf = xgb_index(t->right, at, t->vectors->n / n);

        if (leaf == SIZE_MAX) {
            return xgb_bad(x, t, at, "its numbers are not among the "
                           "\"leaf_weights\"");
        }
    }

    for (i = 0; i < n; i++) {
        t->values[i] = t->vectors != NULL
                       ? train_doc_number(t->vectors, leaf * n + i)
                       : train_doc_number(t->condition, at);
        t->values[i] = (float) ((float) t->values[i] * (float) t->weight);

        if (!isfinite(t->values[i])) {
            return xgb_bad(x, t, at, "its value is no finite number");
        }
    }

    train_trees_leaf(to, t->values,
                     t->cover != NULL ? train_doc_number(t->cover, at) : NAN);

    return MAAS_OK;
}


static maas_status_t
xgb_tree(train_xgb_t *x, xgb_tree_t *t, train_trees_t *to,
    const train_doc_t *tree, size_t output)
{
    size_t         i, at;
    maas_status_t  rc;

    if ((rc = xgb_lists(x, t, tree)) != MAAS_OK
        || (rc = xgb_walk(x, t)) != MAAS_OK)
    {
        return rc;
    }

    train_trees_tree(to, t->nodes, output);

    for (i = 0; i < t->order_n && rc == MAAS_OK; i++) {
        at = t->order[i];
        rc = t->place[at] >= 0 ? xgb_node(x, t, to, at)
                               : xgb_leaf(x, t, to, at);
    }

    return rc;
}


/* Trees to take: all, or those up to the best iteration */

static maas_status_t
xgb_count(train_xgb_t *x, size_t all, size_t *out)
{
    size_t              best, each, parallel;
    const train_doc_t  *d, *indptr;

    *out = all;
    indptr = train_doc_get(x->model, "iteration_indptr");
    d = train_doc_find(x->learner, "attributes.best_iteration");

    if (d == NULL) {
        return !x->m->best ? MAAS_OK
               : maas__fail(x->err, MAAS_BADVALUE, "the file has no "
                            "best_iteration: it was trained without early "
                            "stopping; take all of its trees");
    }

    parallel = 1;
    (void) train_doc_size(train_doc_find(x->model,
                          "gbtree_model_param.num_parallel_tree"), 1, all,
                          &parallel);
    each = parallel * (train_doc_is_numbers(train_doc_get(x->model,
                                                          "tree_info"))
                       && x->m->n_nodes == 0 ? x->out : 1);

    if (!train_doc_size(d, 0, INT32_MAX, &best)) {
        return maas__fail(x->err, MAAS_BADFILE, "best_iteration is no whole "
                          "number");
    }

    if (train_doc_is_numbers(indptr) && best + 1 < indptr->n) {
        each = xgb_index(indptr, best + 1, all + 1);

    } else {
        each = (best + 1) * each <= all ? (best + 1) * each : SIZE_MAX;
    }

    if (each == SIZE_MAX || each == 0) {
        return maas__fail(x->err, MAAS_BADFILE, "best_iteration is %zu, but "
                          "the file has %zu trees", best, all);
    }

    if (x->m->best) {
        *out = each;
        return train_import_note(x->m, "trees up to best_iteration %zu: %zu of "
                                 "%zu", best, each, all);
    }

    return each == all ? MAAS_OK
           : train_import_note(x->m, "all %zu trees, as Booster.predict() "
                               "takes them; scikit-learn's wrapper takes the "
                               "first %zu, up to best_iteration %zu: "
                               "--best does the same", all, each, best);
}


/* The largest tree, and is there a leaf of more than one number? */

static maas_status_t
xgb_look(train_xgb_t *x, const train_doc_t *trees, size_t *most, int *vector)
{
    size_t              i, n, size;
    const train_doc_t  *d, *left;

    *most = 0;
    *vector = -1;

    for (i = 0, d = trees->u.first; d != NULL; i++, d = d->next) {
        left = train_doc_get(d, "left_children");
        n = train_doc_is_numbers(left) ? left->n : 0;

        if (n == 0 || n > INT32_MAX - 1) {
            return maas__fail(x->err, MAAS_BADFILE, "tree %zu: "
                              "\"left_children\" is %s of %zu: expected a list "
                              "of one number or more", i, train_doc_what(left),
                              n);
        }

        *most = n > *most ? n : *most;
        size = 1;
        (void) train_doc_size(train_doc_find(d, "tree_param.size_leaf_vector"),
                              0, UINT32_MAX, &size);
        size = size == 0 ? 1 : size;

        if ((*vector >= 0 && *vector != (size > 1))
            || (size > 1 && size != x->out))
        {
            return maas__fail(x->err, MAAS_UNSUPPORTED, "tree %zu has leaves "
                              "of %zu numbers for a model with %zu", i, size,
                              x->out);
        }

        *vector = size > 1;

        if (size > 1 && train_doc_get(d, "leaf_weights") == NULL) {
            return maas__fail(x->err, MAAS_UNSUPPORTED, "tree %zu has leaves "
                              "of several numbers as XGBoost before 3 wrote "
                              "them: save the model with XGBoost 3, or train "
                              "with multi_strategy=one_output_per_tree", i);
        }
    }

    return MAAS_OK;
}


static int
xgb_room(train_xgb_t *x, xgb_tree_t *t, size_t n)
{
    t->order = train_import_alloc(x->m, n, sizeof(uint32_t));
    t->place = train_import_alloc(x->m, n, sizeof(int32_t));
    t->seen = train_import_alloc(x->m, n, 1);
    t->cat = train_import_alloc(x->m, n, sizeof(int32_t));
    t->values = train_import_alloc(x->m, x->out, sizeof(double));

    return t->order != NULL && t->place != NULL && t->seen != NULL
           && t->cat != NULL && t->values != NULL;
}


/* Tree number t->at: where it adds to, and what it is weighed with */

static maas_status_t
xgb_of(train_xgb_t *x, xgb_tree_t *t, const train_doc_t *info, int vector,
    size_t *output)
{
    *output = vector ? 0 : xgb_index(info, t->at, x->out);

    if (*output == SIZE_MAX) {
        return maas__fail(x->err, MAAS_BADFILE, "tree_info says that tree %zu "
                          "adds to output %.17g of %zu", t->at,
                          train_doc_number(info, t->at), x->out);
    }

    t->weight = x->weights != NULL ? train_doc_number(x->weights, t->at) : 1;

    return MAAS_OK;
}


maas_status_t
train_xgb_trees(train_xgb_t *x)
{
    int                 vector;
    size_t              n, most, output;
    xgb_tree_t          t = { 0 };
    maas_status_t       rc;
    train_trees_t      *to;
    const train_doc_t  *d, *trees, *info;

    trees = train_doc_get(x->model, "trees");
    info = train_doc_get(x->model, "tree_info");

    if (trees == NULL || trees->kind != TRAIN_DOC_LIST) {
        return maas__fail(x->err, MAAS_BADFILE, "\"trees\" is %s: expected a "
                          "list of one tree or more", train_doc_what(trees));
    }

    if (!train_doc_is_numbers(info) || info->n != trees->n
        || (x->weights != NULL && x->weights->n != trees->n))
    {
        return maas__fail(x->err, MAAS_BADFILE, "\"tree_info\" or "
                          "\"weight_drop\" does not have %zu numbers, one a "
                          "tree", trees->n);
    }

    if ((rc = xgb_look(x, trees, &most, &vector)) != MAAS_OK
        || (rc = xgb_count(x, trees->n, &n)) != MAAS_OK)
    {
        return rc;
    }

    to = train_trees_new(x->m, x->out, MAAS_F32, MAAS_F32,
                         vector ? x->out : 0);

    if (to == NULL || !xgb_room(x, &t, most)) {
        return maas__fail(x->err, MAAS_NOMEM, "no memory for the trees");
    }

    train_trees_base(to, x->base, 0);
    train_trees_options(to)->transform = x->transform;

    for (d = trees->u.first; t.at < n; t.at++, d = d->next) {
        t.n = train_doc_get(d, "left_children")->n;
        t.vectors = vector ? train_doc_get(d, "leaf_weights") : NULL;

        if ((rc = xgb_of(x, &t, info, vector, &output)) != MAAS_OK
            || (rc = xgb_tree(x, &t, to, d, output)) != MAAS_OK)
        {
            return rc;
        }
    }

    return train_trees_layer(to, x->err);
}
