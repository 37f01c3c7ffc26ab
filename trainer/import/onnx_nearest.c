/*
 * Tables of points in an ONNX graph, as isotonic calibration is exported: of
 * the point that is nearest to a number of the row, what stands beside it; and
 * bins.  A tree finds it.
 * Not here: how the graph says so (onnx_math.c, onnx_pieces.c).
 */

#include "onnx_leaves.h"

#include <string.h>


/* Points that rise, the first of those that are equal; place: in the list */

typedef struct {
    size_t   n;
    float   *x;
    size_t  *place;
    double  *cut;                      /* the last x that is nearest to x[i] */
} nearest_t;


/* The number of floats from 0 up to x, below 0 of those below */

static int64_t
nearest_rank(float x)
{
    int32_t  bits;

    memcpy(&bits, &x, sizeof(bits));

    return bits < 0 ? -(int64_t) (bits & INT32_MAX) : bits;
}


static float
nearest_float(int64_t rank)
{
    float    x;
    int32_t  bits;

    bits = (int32_t) (rank < 0 ? -rank : rank);
    memcpy(&x, &bits, sizeof(x));

    return rank < 0 ? -x : x;
}


/* Differences of floats are rounded, as ONNX Runtime does */

static float
nearest_cut(float a, float b)
{
    float    x;
    int64_t  low, high, middle;

    low = nearest_rank(a);
    high = nearest_rank(b);

    while (high - low > 1) {
        middle = low + (high - low) / 2;
        x = nearest_float(middle);

        if (x - a <= b - x) {
            low = middle;
        } else {
            high = middle;
        }
    }

    return nearest_float(low);
}


static maas_status_t
nearest_points(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_tensor_t *t, nearest_t *p)
{
    float   x;
    size_t  i;

    p->x = train_import_alloc(o->m, t->n, sizeof(float));
    p->cut = train_import_alloc(o->m, t->n, sizeof(double));
    p->place = train_import_alloc(o->m, t->n, sizeof(size_t));
    if (p->x == NULL || p->cut == NULL || p->place == NULL) {
        return train_onnx_nomem(o);
    }

    for (p->n = i = 0; i < t->n; i++) {
        x = (float) t->number[i];

        if (!isfinite(x) || (p->n > 0 && x < p->x[p->n - 1])) {
            return train_onnx_refuse(o, n, "points of a table that do not"
                                     " rise: point %zu is %g", i, (double) x);
        }

        if (p->n == 0 || x > p->x[p->n - 1]) {
            p->x[p->n] = x;
            p->place[p->n++] = i;
        }
    }

    for (i = 0; i + 1 < p->n; i++) {
        x = nearest_cut(p->x[i], p->x[i + 1]);
        p->cut[i] = x;

        if (i > 0 && x - p->x[i] == x - p->x[i - 1]) {
            return train_onnx_refuse(o, n, "points %g and %g of a table are as"
                                     " far from %g in single precision;"
                                     " calibrate by a sigmoid, not isotonic",
                                     (double) p->x[i - 1], (double) p->x[i],
                                     (double) x);
        }
    }

    return MAAS_OK;
}


/* Cuts low .. high - 1 as a tree, leaves from left to right: returns the
 * child's number.  As deep as a logarithm. */

static int32_t
nearest_tree(const double *cut, size_t low, size_t high,
    train_onnx_split_t *split, size_t *nodes)
{
    size_t  at, middle;

    if (low == high) {
        return ~(int32_t) low;
    }

    middle = low + (high - low) / 2;
    at = (*nodes)++;
    split[at].threshold = cut[middle];
    split[at].left = nearest_tree(cut, low, middle, split, nodes);
    split[at].right = nearest_tree(cut, middle + 1, high, split, nodes);

    return (int32_t) at;
}


train_onnx_value_t *
train_onnx_steps(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, const double *cut, size_t count,
    unsigned flags)
{
    size_t                     i;
    train_onnx_trees_t        *t;
    const train_onnx_value_t  *x;

    x = v->kind == ONNX_INPUT && v->a == NULL && v->b == NULL ? v
        : train_onnx_settle(o, n, v);
    if (x == NULL) {
        return NULL;
    }

    t = train_leaves_trees(o, 1, count, 1);
    if (t == NULL) {
        return NULL;
    }

    (void) nearest_tree(cut, 0, count, t->split, &t->size[0]);

    for (i = 0; i < t->size[0]; i++) {
        t->split[i].flags = flags;
    }

    if (x->kind == ONNX_LAYER) {
        o->layer[x->layer].shared = 1;
    }

    return train_leaves_new(o, x, t);
}


const train_onnx_value_t *
train_onnx_nearest(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *list, const train_onnx_value_t *v)
{
    size_t               i;
    double              *table;
    nearest_t            p;
    train_onnx_value_t  *steps;

    if (list->kind != ONNX_CONST || list->tensor->number == NULL
        || list->n != v->tensor->n)
    {
        (void) train_onnx_refuse(o, n, "of a table of %zu points and a list"
                                 " that is not as long", v->tensor->n);
        return NULL;
    }

    memset(&p, 0, sizeof(p));

    if (nearest_points(o, n, v->tensor, &p) != MAAS_OK) {
        return NULL;
    }

    /* what is no number is as far from all, and so at the first one */

    steps = train_onnx_steps(o, n, v->of, p.cut, p.n - 1,
                             MAAS_TREE_NAN | MAAS_TREE_LEFT);
    table = steps == NULL ? NULL : train_onnx_all(o, p.n, 0);

    for (i = 0; table != NULL && i < p.n; i++) {
        table[i] = list->tensor->number[p.place[i]];
    }

    o->nearest = 1;

    return table == NULL ? NULL : train_leaves_table(o, steps, table, 1);
}
