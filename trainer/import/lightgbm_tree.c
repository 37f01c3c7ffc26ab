/*
 * The block of a tree in a LightGBM file -> a tree of ours.
 * Not here: whether children make a tree (engine/kernel/maas_trees.c).
 */

#include "lightgbm.h"

#include <float.h>
#include <math.h>


#define LIGHTGBM_CATEGORY  0x01        /* decision_type */
#define LIGHTGBM_LEFT      0x02
#define LIGHTGBM_MISSING   2           /* bits before its type */
#define LIGHTGBM_ZERO      1
#define LIGHTGBM_NAN       2
#define LIGHTGBM_DECISIONS 12          /* missing has three types */

static const char *const  lightgbm_tree_names[] = {
#define LIGHTGBM_TREE_NAME(c, name)  [TRAIN_LIGHTGBM_TREE_##c] = name,
    TRAIN_LIGHTGBM_TREE(LIGHTGBM_TREE_NAME)
};

/* "tree 3, at line 60: ..." */
#define LIGHTGBM_TREE_BAD(r, fmt, ...)                                        \
    maas__fail((r)->err, MAAS_BADFILE, "tree %zu, at line %zu: " fmt,         \
               (r)->trees, (r)->first, __VA_ARGS__)


/* n numbers of a key to its list, whose memory is as large as the text */

static maas_status_t
lightgbm_tree_list(train_lightgbm_t *r, train_lightgbm_tree_t key, size_t n)
{
    size_t                  i, words, room;
    maas_str_t              s, word;
    train_lightgbm_list_t  *list;

    s = r->tree[key];
    list = &r->list[key];
    words = train_lightgbm_words(s);

    if (words != n) {
        return LIGHTGBM_TREE_BAD(r, "%s has %zu numbers, expected %zu",
                                 lightgbm_tree_names[key], words, n);
    }

    if (n > list->room || list->v == NULL) {
        room = n > 2 * list->room ? n : 2 * list->room;

        list->v = train_import_alloc(r->m, room, sizeof(double));
        if (list->v == NULL) {
            return TRAIN_LIGHTGBM_OOM(r);
        }

        list->room = room;
    }

    for (i = 0; i < n; i++) {
        word = train_lightgbm_word(&s);

        /* all numbers to the left, NaN to the right: rows have no infinity */

        if (key == TRAIN_LIGHTGBM_TREE_THRESHOLD
            && train_lightgbm_is(word, "inf"))
        {
            list->v[i] = DBL_MAX;
            continue;
        }

        if (!train_lightgbm_number(word, &list->v[i])) {
            return LIGHTGBM_TREE_BAD(r, "%s has \"%.*s\", expected a finite "
                                     "number", lightgbm_tree_names[key],
                                     TRAIN_LIGHTGBM_SHOWN(word));
        }
    }

    return MAAS_OK;
}


/* The same of whole numbers from min to max */

static maas_status_t
lightgbm_tree_whole(train_lightgbm_t *r, train_lightgbm_tree_t key, size_t n,
    double min, double max)
{
    size_t         i;
    double         v;
    maas_status_t  rc;

    rc = lightgbm_tree_list(r, key, n);
    if (rc != MAAS_OK) {
        return rc;
    }

    for (i = 0; i < n; i++) {
        v = r->list[key].v[i];

        if (v < min || v > max || v != floor(v)) {
            return LIGHTGBM_TREE_BAD(r, "%s has %.17g, expected a whole "
                                     "number from %.0f to %.0f",
                                     lightgbm_tree_names[key], v, min, max);
        }
    }

    return MAAS_OK;
}


/* A number of its own; without its line *out stays */

static maas_status_t
lightgbm_tree_size(train_lightgbm_t *r, train_lightgbm_tree_t key, size_t max,
    size_t *out)
{
    maas_str_t  s;

    s = r->tree[key];

    if (s.data != NULL && !train_lightgbm_size(s, max, out)) {
        return LIGHTGBM_TREE_BAD(r, "%s is \"%.*s\", expected a whole number "
                                 "up to %zu", lightgbm_tree_names[key],
                                 TRAIN_LIGHTGBM_SHOWN(s), max);
    }

    return MAAS_OK;
}


/* Rows of training: NULL where the file does not say */

static maas_status_t
lightgbm_tree_cover(train_lightgbm_t *r, train_lightgbm_tree_t key, size_t n,
    const double **out)
{
    maas_status_t  rc;

    *out = NULL;

    if (r->tree[key].data == NULL) {
        return MAAS_OK;
    }

    rc = lightgbm_tree_whole(r, key, n, 0, 0x1p53);
    *out = r->list[key].v;

    return rc;
}


/* All lines of the block, up to an empty one */

static maas_status_t
lightgbm_tree_lines(train_lightgbm_t *r)
{
    size_t         i;
    maas_status_t  rc;

    for (i = 0; i < TRAIN_LIGHTGBM_N_TREE; i++) {
        r->tree[i].data = NULL;
        r->tree[i].len = 0;
    }

    do {
        if (!train_lightgbm_line(r)) {
            return maas__fail(r->err, MAAS_BADFILE, "the file ends within "
                              "tree %zu: it was cut off", r->trees);
        }

        if (r->line.len == 0) {
            return MAAS_OK;
        }

        rc = train_lightgbm_key(r, lightgbm_tree_names, TRAIN_LIGHTGBM_N_TREE,
                                r->tree, "a tree");
    } while (rc == MAAS_OK);

    return rc;
}


/* Sets of categories: which words each has */

static maas_status_t
lightgbm_tree_sets(train_lightgbm_t *r, size_t sets, uint32_t **word)
{
    size_t         i, n;
    double        *at;
    maas_status_t  rc;

    *word = NULL;
    r->words = 0;

    if (sets == 0) {
        return MAAS_OK;
    }

    n = train_lightgbm_words(r->tree[TRAIN_LIGHTGBM_TREE_CAT_WORDS]);

    if ((rc = lightgbm_tree_whole(r, TRAIN_LIGHTGBM_TREE_CAT_WORDS, n, 0,
                                  UINT32_MAX)) != MAAS_OK
        || (rc = lightgbm_tree_whole(r, TRAIN_LIGHTGBM_TREE_BOUNDARIES,
                                     sets + 1, 0, (double) n)) != MAAS_OK)
    {
        return rc;
    }

    at = r->list[TRAIN_LIGHTGBM_TREE_BOUNDARIES].v;

    for (i = 0; i < sets && at[i] <= at[i + 1]; i++) { /* void */ }

    if (i < sets || at[0] != 0 || at[sets] != (double) n) {
        return LIGHTGBM_TREE_BAD(r, "cat_boundaries do not rise from 0 to %zu,"
                                 " the numbers of cat_threshold", n);
    }

    *word = train_import_alloc(r->m, n, sizeof(uint32_t));
    if (*word == NULL) {
        return TRAIN_LIGHTGBM_OOM(r);
    }

    for (i = 0; i < n; i++) {
        (*word)[i] = (uint32_t) r->list[TRAIN_LIGHTGBM_TREE_CAT_WORDS].v[i];
    }

    r->words = n;

    return MAAS_OK;
}


static unsigned
lightgbm_tree_flags(unsigned decision)
{
    unsigned  flags;

    switch (decision >> LIGHTGBM_MISSING) {

    case LIGHTGBM_ZERO:
        flags = MAAS_TREE_ZERO;
        break;

    case LIGHTGBM_NAN:
        flags = MAAS_TREE_NAN;
        break;

    default:
        return 0;                      /* NaN is 0, and none is missing */
    }

    return flags | (decision & LIGHTGBM_LEFT ? MAAS_TREE_LEFT : 0);
}


static maas_status_t
lightgbm_tree_node(train_lightgbm_t *r, train_trees_t *trees, size_t i,
    size_t sets, const uint32_t *word, double cover)
{
    size_t         set, feature, n;
    double         threshold;
    int32_t        left, right;
    unsigned       decision;
    const double  *at;

    decision = (unsigned) r->list[TRAIN_LIGHTGBM_TREE_DECISION].v[i];
    threshold = r->list[TRAIN_LIGHTGBM_TREE_THRESHOLD].v[i];
    feature = (size_t) r->list[TRAIN_LIGHTGBM_TREE_FEATURE].v[i];
    left = (int32_t) r->list[TRAIN_LIGHTGBM_TREE_LEFT].v[i];
    right = (int32_t) r->list[TRAIN_LIGHTGBM_TREE_RIGHT].v[i];

    if (!(decision & LIGHTGBM_CATEGORY)) {
        train_trees_node(trees, feature, threshold,
                         lightgbm_tree_flags(decision), left, right, cover);
        return MAAS_OK;
    }

    if (threshold < 0 || threshold >= (double) sets
        || threshold != floor(threshold))
    {
        return LIGHTGBM_TREE_BAD(r, "node %zu has set %.17g of categories, "
                                 "num_cat is %zu", i, threshold, sets);
    }

    set = (size_t) threshold;
    at = r->list[TRAIN_LIGHTGBM_TREE_BOUNDARIES].v + set;
    n = (size_t) (at[1] - at[0]);
    r->category[feature] = 1;

    /* a set is one node's: else a short file were a large model */

    if (n > r->words) {
        return LIGHTGBM_TREE_BAD(r, "node %zu has set %zu of categories, which "
                                 "another node has", i, set);
    }

    r->words -= n;

    /* NaN goes right, whatever the type of missing is */
    train_trees_set(trees, feature, word + (size_t) at[0],
                    n, MAAS_TREE_SET | MAAS_TREE_NAN, left, right, cover);

    return MAAS_OK;
}


static maas_status_t
lightgbm_tree_nodes(train_lightgbm_t *r, train_trees_t *trees, size_t nodes)
{
    size_t         i, sets;
    uint32_t      *word;
    const double  *cover;
    maas_status_t  rc;

    sets = 0;

    if (nodes == 0) {
        return MAAS_OK;
    }

    if ((rc = lightgbm_tree_size(r, TRAIN_LIGHTGBM_TREE_CATS, nodes, &sets))
           != MAAS_OK
        || (rc = lightgbm_tree_sets(r, sets, &word)) != MAAS_OK
        || (rc = lightgbm_tree_whole(r, TRAIN_LIGHTGBM_TREE_FEATURE, nodes, 0,
                                     (double) r->features - 1)) != MAAS_OK
        || (rc = lightgbm_tree_list(r, TRAIN_LIGHTGBM_TREE_THRESHOLD, nodes))
           != MAAS_OK
        || (rc = lightgbm_tree_whole(r, TRAIN_LIGHTGBM_TREE_DECISION, nodes,
                                     0, LIGHTGBM_DECISIONS - 1)) != MAAS_OK
        || (rc = lightgbm_tree_whole(r, TRAIN_LIGHTGBM_TREE_LEFT, nodes,
                                     -(double) nodes - 1, (double) nodes - 1))
           != MAAS_OK
        || (rc = lightgbm_tree_whole(r, TRAIN_LIGHTGBM_TREE_RIGHT, nodes,
                                     -(double) nodes - 1, (double) nodes - 1))
           != MAAS_OK
        || (rc = lightgbm_tree_cover(r, TRAIN_LIGHTGBM_TREE_COUNT, nodes,
                                     &cover)) != MAAS_OK)
    {
        return rc;
    }

    for (i = 0; i < nodes; i++) {
        rc = lightgbm_tree_node(r, trees, i, sets, word,
                                cover != NULL ? cover[i] : NAN);
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    return MAAS_OK;
}


/* What linear leaves have: lists, and *feature(n) */

static maas_status_t
lightgbm_tree_terms(train_lightgbm_t *r, size_t leaves, uint32_t **feature,
    size_t *n)
{
    size_t         i;
    const double  *v;
    maas_status_t  rc;

    *n = train_lightgbm_words(r->tree[TRAIN_LIGHTGBM_TREE_LEAF_COEFF]);

    if ((rc = lightgbm_tree_list(r, TRAIN_LIGHTGBM_TREE_LEAF_CONST, leaves))
           != MAAS_OK
        || (rc = lightgbm_tree_whole(r, TRAIN_LIGHTGBM_TREE_TERMS, leaves, 0,
                                     (double) *n)) != MAAS_OK
        || (rc = lightgbm_tree_list(r, TRAIN_LIGHTGBM_TREE_LEAF_COEFF, *n))
           != MAAS_OK
        || (rc = lightgbm_tree_whole(r, TRAIN_LIGHTGBM_TREE_LEAF_FEATURES, *n,
                                     0, (double) r->features - 1)) != MAAS_OK)
    {
        return rc;
    }

    *feature = train_import_alloc(r->m, *n, sizeof(uint32_t));
    if (*feature == NULL) {
        return TRAIN_LIGHTGBM_OOM(r);
    }

    v = r->list[TRAIN_LIGHTGBM_TREE_LEAF_FEATURES].v;

    for (i = 0; i < *n; i++) {
        (*feature)[i] = (uint32_t) v[i];
    }

    r->linear++;

    return MAAS_OK;
}


/* Leaves of a linear tree: n terms in all */

static maas_status_t
lightgbm_tree_linear(train_lightgbm_t *r, train_trees_t *trees, size_t leaves,
    const double *cover)
{
    size_t         i, at, n, terms;
    uint32_t      *feature;
    const double  *constant, *coefficient, *value;
    maas_status_t  rc;

    rc = lightgbm_tree_terms(r, leaves, &feature, &n);
    if (rc != MAAS_OK) {
        return rc;
    }

    constant = r->list[TRAIN_LIGHTGBM_TREE_LEAF_CONST].v;
    coefficient = r->list[TRAIN_LIGHTGBM_TREE_LEAF_COEFF].v;

    for (i = 0, at = 0; i < leaves; i++, at += terms) {
        terms = (size_t) r->list[TRAIN_LIGHTGBM_TREE_TERMS].v[i];

        if (terms > n - at) {
            break;
        }

        /* the value is for NaN, which a leaf without terms does not see */

        value = terms == 0 ? constant : r->list[TRAIN_LIGHTGBM_TREE_VALUE].v;
        train_trees_leaf(trees, value + i, cover != NULL ? cover[i] : NAN);
        train_trees_linear(trees, constant[i], coefficient + at, feature + at,
                           terms);
    }

    if (i < leaves || at != n) {
        return LIGHTGBM_TREE_BAD(r, "leaf_coeff has %zu numbers, which is not "
                                 "the sum of num_features", n);
    }

    return MAAS_OK;
}


/* leaf_value is in its list already */

static maas_status_t
lightgbm_tree_leaves(train_lightgbm_t *r, train_trees_t *trees, size_t leaves)
{
    size_t         i, linear;
    const double  *cover;
    maas_status_t  rc;

    linear = 0;

    if ((rc = lightgbm_tree_size(r, TRAIN_LIGHTGBM_TREE_LINEAR, 1, &linear))
           != MAAS_OK
        || (rc = lightgbm_tree_cover(r, TRAIN_LIGHTGBM_TREE_LEAF_COUNT,
                                     leaves, &cover)) != MAAS_OK)
    {
        return rc;
    }

    if (linear) {
        return lightgbm_tree_linear(r, trees, leaves, cover);
    }

    for (i = 0; i < leaves; i++) {
        train_trees_leaf(trees, &r->list[TRAIN_LIGHTGBM_TREE_VALUE].v[i],
                         cover != NULL ? cover[i] : NAN);
    }

    return MAAS_OK;
}


/* The block as lines, and how many leaves it has, which leaf_value backs */

static maas_status_t
lightgbm_tree_begin(train_lightgbm_t *r, size_t *leaves)
{
    size_t         i;
    maas_str_t     s;
    maas_status_t  rc;

    static const train_lightgbm_tree_t  needed[] = {
        TRAIN_LIGHTGBM_TREE_LEAVES, TRAIN_LIGHTGBM_TREE_VALUE,
        TRAIN_LIGHTGBM_TREE_CATS,
    };

    r->first = r->at;
    s = r->line;

    if (!train_lightgbm_begins(&s, "Tree=")
        || !train_lightgbm_size(s, SIZE_MAX / 16, &i) || i != r->trees)
    {
        return TRAIN_LIGHTGBM_BAD(r, r->at, "\"%.*s\", expected \"Tree=%zu\" "
                                  "or \"end of trees\"",
                                  TRAIN_LIGHTGBM_SHOWN(r->line), r->trees);
    }

    rc = lightgbm_tree_lines(r);
    if (rc != MAAS_OK) {
        return rc;
    }

    for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        if (r->tree[needed[i]].data == NULL) {
            return LIGHTGBM_TREE_BAD(r, "it has no %s",
                                     lightgbm_tree_names[needed[i]]);
        }
    }

    *leaves = 0;
    rc = lightgbm_tree_size(r, TRAIN_LIGHTGBM_TREE_LEAVES, INT32_MAX, leaves);

    if (rc == MAAS_OK && *leaves == 0) {
        return LIGHTGBM_TREE_BAD(r, "num_leaves is %d", 0);
    }

    return rc;
}


maas_status_t
train_lightgbm_tree(train_lightgbm_t *r, train_trees_t *trees)
{
    size_t         leaves;
    maas_status_t  rc;

    if ((rc = lightgbm_tree_begin(r, &leaves)) != MAAS_OK
        || (rc = lightgbm_tree_list(r, TRAIN_LIGHTGBM_TREE_VALUE, leaves))
           != MAAS_OK)
    {
        return rc;
    }

    train_trees_tree(trees, leaves - 1, r->trees % r->out);

    if ((rc = lightgbm_tree_nodes(r, trees, leaves - 1)) != MAAS_OK
        || (rc = lightgbm_tree_leaves(r, trees, leaves)) != MAAS_OK)
    {
        return rc;
    }

    r->trees++;

    return MAAS_OK;
}
