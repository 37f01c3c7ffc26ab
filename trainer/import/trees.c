/*
 * An ensemble in the making: trees, nodes and leaves, one after the other, as
 * arrays; then a layer of kind "trees".
 * Not here: what any file says.
 */

#include <math.h>
#include <string.h>

#include "import.h"


/* An array that grows in the arena: what it leaves behind is at most as much
 * again */

typedef struct {
    void             *data;
    size_t            n, room;
} trees_array_t;

struct train_trees_s {
    train_import_t   *m;
    size_t            out;
    size_t            vector;          /* numbers of a leaf, 0: one */
    maas_dtype_t      compare, sum;
    maas_trees_t      options;
    const double     *base;
    unsigned          failed;
    unsigned          coverless;
    size_t            nodes;           /* that trees said they have */

    /* one entry a tree */
    trees_array_t     size, output;
    /* a node */
    trees_array_t     feature, threshold, left, right, flags, node_cover;
    /* a leaf */
    trees_array_t     value, leaf_cover, term, constant;
    /* others */
    trees_array_t     set, word, term_feature, coefficient;
};


static void *
trees_add(train_trees_t *t, trees_array_t *a, size_t n, size_t size)
{
    void    *data;
    size_t   room;

    if (a->n + n > a->room && !t->failed) {
        room = a->room < 32 ? 64 : 2 * a->room;
        room = room < a->n + n ? a->n + n : room;
        data = maas__arena_alloc(t->m->arena, room, size);

        if (data == NULL) {
            t->failed = 1;

        } else {
            if (a->n > 0) {
                memcpy(data, a->data, a->n * size);
            }

            a->data = data;
            a->room = room;
        }
    }

    if (t->failed) {
        return NULL;
    }

    a->n += n;

    return (char *) a->data + (a->n - n) * size;
}


static void
trees_u32(train_trees_t *t, trees_array_t *a, size_t v)
{
    uint32_t  *to;

    to = trees_add(t, a, 1, sizeof(uint32_t));

    if (to != NULL) {
        *to = v > UINT32_MAX ? UINT32_MAX : (uint32_t) v;
    }
}


static void
trees_double(train_trees_t *t, trees_array_t *a, double v)
{
    double  *to;

    to = trees_add(t, a, 1, sizeof(double));

    if (to != NULL) {
        *to = v;
    }
}


train_trees_t *
train_trees_new(train_import_t *m, size_t out, maas_dtype_t compare,
    maas_dtype_t sum, size_t vector)
{
    train_trees_t  *t;

    t = train_import_alloc(m, 1, sizeof(train_trees_t));

    if (t != NULL) {
        t->m = m;
        t->out = out;
        t->vector = vector;
        t->compare = compare;
        t->sum = sum;
        t->options.divide = 1;
        t->options.slope = 1;
        trees_u32(t, &t->set, 0);
    }

    return t;
}


maas_trees_t *
train_trees_options(train_trees_t *t)
{
    return &t->options;
}


void
train_trees_base(train_trees_t *t, const double *base, int last)
{
    double  *copy;

    copy = train_import_alloc(t->m, t->out, sizeof(double));

    if (copy == NULL) {
        t->failed = 1;
        return;
    }

    t->base = memcpy(copy, base, t->out * sizeof(double));
    t->options.base_last = last != 0;
}


void
train_trees_tree(train_trees_t *t, size_t nodes, size_t output)
{
    trees_u32(t, &t->size, nodes);
    trees_u32(t, &t->output, output);
}


void
train_trees_node(train_trees_t *t, size_t feature, double threshold,
    unsigned flags, int32_t left, int32_t right, double cover)
{
    int32_t  *l, *r;
    uint8_t  *f;

    trees_u32(t, &t->feature, feature);
    trees_double(t, &t->threshold, threshold);
    trees_double(t, &t->node_cover, cover);
    t->coverless |= !(cover >= 0);

    l = trees_add(t, &t->left, 1, sizeof(int32_t));
    r = trees_add(t, &t->right, 1, sizeof(int32_t));
    f = trees_add(t, &t->flags, 1, 1);

    if (!t->failed) {
        *l = left;
        *r = right;
        *f = (uint8_t) flags;
    }
}


void
train_trees_set(train_trees_t *t, size_t feature, const uint32_t *word,
    size_t n, unsigned flags, int32_t left, int32_t right, double cover)
{
    size_t     at;
    uint32_t  *to;

    while (n > 0 && word[n - 1] == 0) {
        n--;
    }

    to = trees_add(t, &t->word, n, sizeof(uint32_t));
    if (to != NULL && n > 0) {
        memcpy(to, word, n * sizeof(uint32_t));
    }

    at = t->set.n - 1;
    trees_u32(t, &t->set, t->word.n);
    train_trees_node(t, feature, (double) at, flags | MAAS_TREE_SET, left,
                     right, cover);
}


void
train_trees_leaf(train_trees_t *t, const double *value, double cover)
{
    size_t  i, n;

    n = t->vector > 0 ? t->vector : 1;

    for (i = 0; i < n; i++) {
        trees_double(t, &t->value, value[i]);
    }

    trees_double(t, &t->leaf_cover, cover);
    t->coverless |= !(cover >= 0);

    trees_double(t, &t->constant, value[0]);
    trees_u32(t, &t->term, t->term_feature.n);
}


void
train_trees_linear(train_trees_t *t, double constant, const double *coef,
    const uint32_t *feature, size_t n)
{
    size_t  i;

    if (t->failed) {
        return;
    }

    ((double *) t->constant.data)[t->constant.n - 1] = constant;

    for (i = 0; i < n; i++) {
        trees_u32(t, &t->term_feature, feature[i]);
        trees_double(t, &t->coefficient, coef[i]);
    }
}


double
train_trees_below(double x, maas_dtype_t type)
{
    return type == MAAS_F64 ? nextafter(x, -INFINITY)
                            : (double) nextafterf((float) x, -INFINITY);
}


/* Numbers in the type that they have in the file */

static const void *
trees_real(train_trees_t *t, const double *v, size_t n, maas_dtype_t type)
{
    float   *f;
    size_t   i;

    if (type == MAAS_F64) {
        return v;
    }

    f = train_import_alloc(t->m, n, sizeof(float));

    for (i = 0; f != NULL && i < n; i++) {
        f[i] = (float) v[i];
    }

    return f;
}


/* By tree: its nodes, then its leaves */

static const double *
trees_cover(train_trees_t *t)
{
    double          *to, *all;
    size_t           i, n;
    const double    *node, *leaf;
    const uint32_t  *size;

    node = t->node_cover.data;
    leaf = t->leaf_cover.data;
    size = t->size.data;
    all = train_import_alloc(t->m, t->node_cover.n + t->leaf_cover.n,
                             sizeof(double));

    for (to = all, i = 0; all != NULL && i < t->size.n; i++) {
        n = size[i];

        if (n > 0) {
            memcpy(to, node, n * sizeof(double));
        }

        memcpy(to + n, leaf, (n + 1) * sizeof(double));
        node += n;
        leaf += n + 1;
        to += 2 * n + 1;
    }

    return all;
}


/* Do nodes and leaves number what trees said? */

static maas_status_t
trees_number(const train_trees_t *t, maas_err_t *err)
{
    size_t           i, nodes;
    const uint32_t  *size;

    size = t->size.data;

    for (nodes = 0, i = 0; i < t->size.n; i++) {
        nodes += size[i];
    }

    if (t->size.n == 0) {
        return maas__fail(err, MAAS_BADFILE, "there are no trees");
    }

    if (t->feature.n != nodes || t->leaf_cover.n != nodes + t->size.n) {
        return maas__fail(err, MAAS_BADFILE, "%zu trees have %zu splits and "
                          "%zu leaves, expected %zu and %zu", t->size.n,
                          t->feature.n, t->leaf_cover.n, nodes,
                          nodes + t->size.n);
    }

    return MAAS_OK;
}


static maas_status_t
trees_whole(train_trees_t *t, maas_trees_t *e)
{
    size_t   leaves;
    double  *base;

    *e = t->options;
    leaves = t->leaf_cover.n;

    base = train_import_alloc(t->m, t->out, sizeof(double));
    if (base == NULL) {
        return MAAS_NOMEM;
    }

    e->in = e->in != 0 ? e->in : t->m->in;
    e->out = t->out;
    e->x = t->options.in != 0 ? MAAS_F32 : t->m->dtype;
    e->trees = t->size.n;
    e->nodes = t->feature.n;
    e->vector = t->vector > 0;
    e->compare = t->compare;
    e->sum = t->sum;
    e->size = t->size.data;
    e->feature = t->feature.data;
    e->threshold = trees_real(t, t->threshold.data, e->nodes, t->compare);
    e->left = t->left.data;
    e->right = t->right.data;
    e->flags = t->flags.data;
    e->value = trees_real(t, t->value.data, t->value.n, t->sum);
    e->output = e->vector || t->out == 1 ? NULL : t->output.data;
    e->base = trees_real(t, t->base != NULL ? t->base : base, t->out, t->sum);
    e->sets = t->set.n - 1;
    e->words = t->word.n;
    e->set = e->sets > 0 ? t->set.data : NULL;
    e->word = e->sets > 0 ? t->word.data : NULL;
    e->terms = t->term_feature.n;

    if (e->terms > 0) {
        trees_u32(t, &t->term, e->terms);
        e->term = t->term.data;
        e->term_feature = t->term_feature.data;
        e->coefficient = t->coefficient.data;
        e->constant = t->constant.data;
    }

    e->cover = t->coverless ? NULL : trees_cover(t);

    return t->failed || (e->nodes > 0 && e->threshold == NULL)
           || (leaves > 0 && e->value == NULL) || e->base == NULL
           || (!t->coverless && e->cover == NULL) ? MAAS_NOMEM : MAAS_OK;
}


maas_status_t
train_trees_layer(train_trees_t *t, maas_err_t *err)
{
    uint8_t        *room;
    maas_node_t    *n;
    maas_trees_t    e;
    maas_status_t   rc;

    if (t->failed) {
        return maas__fail(err, MAAS_NOMEM, "out of memory");
    }

    rc = trees_number(t, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    if (trees_whole(t, &e) != MAAS_OK
        || (room = train_import_alloc(t->m, 2 * e.nodes + e.trees, 1)) == NULL)
    {
        return maas__fail(err, MAAS_NOMEM, "out of memory");
    }

    rc = maas__trees_check(&e, room, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    n = train_import_layer(t->m, "trees");

    if (n == NULL || !maas__trees_to(&e, n)) {
        return maas__fail(err, MAAS_TOOBIG, "more layers or trees than a "
                          "model may have");
    }

    return MAAS_OK;
}
