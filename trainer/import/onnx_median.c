/*
 * The weighted median of what trees say, as AdaBoostRegressor is exported: its
 * operators are found in the graph, and become two ensembles.  The first adds
 * up, for each number that any leaf has, the weights of trees that say no more;
 * the second one goes up from the smallest as long as that is not half.
 * Not here: sums of trees (onnx_leaves.c).
 */

#include "onnx_leaves.h"

#include <stdlib.h>
#include <string.h>


#define MEDIAN_MAX    ((size_t) 1 << 22)   /* leaves times numbers */
#define MEDIAN_NODES  11               /* of a median, beside the last */


/* The node that makes input i, if it is of that kind with so many inputs */

static train_onnx_node_t *
median_from(const train_onnx_t *o, const train_onnx_node_t *n, size_t i,
    const char *op, size_t inputs)
{
    const train_onnx_name_t  *e;

    e = n != NULL && i < n->n_in ? train_onnx_find(o, n->in[i]) : NULL;

    return e != NULL && e->from != NULL && train_onnx_is(e->from->op, op)
           && e->from->n_in == inputs ? e->from : NULL;
}


static int
median_same(maas_str_t a, maas_str_t b)
{
    return a.len == b.len && a.len > 0 && memcmp(a.data, b.data, a.len) == 0;
}


/* Is input i the constant x, or, of two numbers, -1 and x? */

static int
median_is(train_onnx_t *o, const train_onnx_node_t *n, size_t i, double x)
{
    train_onnx_tensor_t      *t;
    const train_onnx_name_t  *e;

    e = i < n->n_in ? train_onnx_find(o, n->in[i]) : NULL;

    return e != NULL && e->tensor.p != NULL
           && train_onnx_decode(o, n, e->tensor, &t) == MAAS_OK
           && t->number != NULL && (t->n == 1 || t->n == 2)
           && t->number[t->n - 1] == x && (t->n == 1 || t->number[0] == -1);
}


/* How many weights there are; 0: it is no list */

static size_t
median_weights(train_onnx_t *o, const train_onnx_node_t *n)
{
    train_onnx_tensor_t      *t;
    const train_onnx_name_t  *e;

    e = train_onnx_find(o, n->in[0]);

    return e != NULL && e->tensor.p != NULL
           && train_onnx_decode(o, n, e->tensor, &t) == MAAS_OK
           && t->number != NULL ? t->n : 0;
}


/* Of the last of them, Gather(numbers, Gather(order, place)), all others */

static int
median_nodes(train_onnx_t *o, train_onnx_node_t *last, train_onnx_node_t **at)
{
    double             n;
    train_onnx_node_t  *below, *half, *cast, *sum, *weights, *top;

    at[0] = median_from(o, last, 1, "GatherElements", 2);
    at[1] = median_from(o, at[0], 1, "ArgMin", 1);
    at[2] = cast = median_from(o, at[1], 0, "Cast", 1);
    at[3] = below = median_from(o, cast, 0, "Less", 2);
    at[4] = half = median_from(o, below, 1, "Mul", 2);
    at[5] = median_from(o, half, 0, "ArrayFeatureExtractor", 2);
    at[6] = sum = median_from(o, below, 0, "CumSum", 2);
    at[7] = median_from(o, sum, 0, "Reshape", 2);
    at[8] = weights = median_from(o, at[7], 0, "ArrayFeatureExtractor", 2);
    at[9] = top = median_from(o, at[0], 0, "TopK", 2);
    at[10] = median_from(o, top, 0, "Mul", 2);

    if (at[5] == NULL || weights == NULL || at[10] == NULL
        || top->n_out != 2)
    {
        return 0;
    }

    n = (double) median_weights(o, weights);

    return n >= 1
           && median_same(at[0]->in[0], top->out[1])
           && median_same(weights->in[1], top->out[1])
           && median_same(at[5]->in[0], sum->out[0])
           && median_same(at[10]->in[0], last->in[0])
           && median_is(o, at[10], 1, -1) && median_is(o, top, 1, n)
           && median_is(o, at[7], 1, n) && median_is(o, sum, 1, 1)
           && median_is(o, at[5], 1, n - 1) && median_is(o, half, 1, 0.5)
           && train_attr_int(last, "axis", 0) == 1
           && train_attr_int(at[0], "axis", 0) == 1
           && train_attr_int(at[1], "axis", 0) == 1
           && train_attr_int(at[1], "keepdims", 1) == 1
           && train_attr_int(at[1], "select_last_index", 0) == 0
           && train_attr_int(top, "axis", -1) == -1
           && train_attr_int(top, "largest", 1) == 1
           && train_attr_int(top, "sorted", 1) == 1
           && train_attr_int(sum, "exclusive", 0) == 0
           && train_attr_int(sum, "reverse", 0) == 0;
}


void
train_onnx_medians(train_onnx_t *o)
{
    size_t              i, k;
    train_onnx_node_t  *n, *at[MEDIAN_NODES];

    for (i = 0; i < o->n_nodes; i++) {
        n = &o->node[i];

        if (!n->needed || !train_onnx_is(n->op, "GatherElements")
            || n->n_in != 2 || !median_nodes(o, n, at))
        {
            continue;
        }

        n->weights = at[8]->in[0];

        for (k = 0; k < MEDIAN_NODES; k++) {
            at[k]->needed = 0;
        }
    }

    /* a tensor that cannot be read is said by the node that takes it */

    o->err->code = MAAS_OK;
}


static int
median_by_number(const void *a, const void *b)
{
    const double  *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}


/* All numbers of leaves, each once, from the smallest on; NULL: it failed */

static double *
median_numbers(train_onnx_t *o, const train_onnx_value_t *v, size_t *count,
    size_t *leaves)
{
    size_t                      i, k, n;
    double                     *x;
    const train_onnx_member_t  *m;

    for (n = i = 0; i < v->n_parts; i++) {
        n += train_leaves_count(&v->part[i]->leaves->member[0]);
    }

    x = train_import_alloc(o->m, n, sizeof(double));
    if (x == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    *leaves = n;

    for (n = i = 0; i < v->n_parts; i++) {
        m = &v->part[i]->leaves->member[0];

        for (k = 0; k < train_leaves_count(m); k++) {
            x[n++] = m->table[k];
        }
    }

    qsort(x, n, sizeof(double), median_by_number);

    for (*count = i = 0; i < n; i++) {
        if (i == 0 || x[i] != x[i - 1]) {
            x[(*count)++] = x[i];
        }
    }

    return x;
}


/* Weights of trees that say no more than x[j], j below the last */

static const train_onnx_value_t *
median_sums(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, const double *weight, const double *x,
    size_t count)
{
    double                     *table;
    size_t                      i, j, k, leaves;
    train_onnx_value_t         *each;
    const train_onnx_value_t  **part, *y;
    const train_onnx_member_t  *m;

    part = train_import_alloc(o->m, v->n_parts, sizeof(part[0]));

    for (i = 0; part != NULL && i < v->n_parts; i++) {
        m = &v->part[i]->leaves->member[0];
        leaves = train_leaves_count(m);
        table = train_import_alloc(o->m, leaves * (count - 1), sizeof(double));
        each = table == NULL ? NULL
               : train_leaves_table(o, v->part[i], table, count - 1);
        if (each == NULL) {
            (void) train_onnx_nomem(o);
            return NULL;
        }

        part[i] = each;

        for (k = 0; k < leaves; k++) {
            for (j = 0; j + 1 < count; j++) {
                table[k * (count - 1) + j] = m->table[k] <= x[j] ? weight[i]
                                                                 : 0;
            }
        }
    }

    if (part == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    y = train_leaves_sum(o, n, part, v->n_parts);
    y = y == NULL ? NULL
        : train_leaves_layer(o, n, y, MAAS_TRANSFORM_NONE);

    if (y != NULL) {
        o->layer[y->layer].trees->exact = 1;
    }

    return y;
}


/* x[0], and a step more for each sum that is below half */

static const train_onnx_value_t *
median_steps(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, double half, const double *x)
{
    size_t               i;
    train_onnx_trees_t  *t;
    train_onnx_value_t  *y;

    t = train_leaves_trees(o, v->n, v->n, 1);
    if (t == NULL) {
        return NULL;
    }

    for (i = 0; i < v->n; i++) {
        t->size[i] = 1;
        t->split[i].feature = (uint32_t) i;
        t->split[i].threshold = train_trees_below(half, MAAS_F64);
        t->split[i].flags = MAAS_TREE_NAN;
        t->split[i].left = -1;
        t->split[i].right = -2;
        t->value[2 * i] = x[i + 1] - x[i];
    }

    t->base[0] = x[0];
    t->type = MAAS_F64;
    y = train_onnx_layer(o, n, ONNX_TREES, v, 1);

    if (y != NULL) {
        o->layer[v->layer].shared = 1;
        o->layer[y->layer].trees = t;
        o->layer[y->layer].shared = 1;
    }

    return y;
}


maas_status_t
train_onnx_median(train_onnx_t *o, const train_onnx_node_t *n)
{
    size_t                     i, count, leaves;
    double                    *x, half;
    train_onnx_name_t         *e;
    train_onnx_tensor_t       *t;
    const train_onnx_value_t  *v, *y;

    v = train_onnx_in(o, n, 0);
    e = train_onnx_find(o, n->weights);

    if (v == NULL || e == NULL
        || train_onnx_decode(o, n, e->tensor, &t) != MAAS_OK)
    {
        return o->err->code;
    }

    if (v->kind == ONNX_LEAVES && t->n == 1) {
        return train_onnx_out(o, n, 0, v);
    }

    for (i = 0; v->kind == ONNX_CONCAT && i < v->n_parts
                && train_leaves_single(v->part[i]) && v->part[i]->n == 1; i++)
    {
        /* void */
    }

    if (v->kind != ONNX_CONCAT || i < v->n_parts || t->n != v->n
        || v->a != NULL || v->b != NULL
        || !train_leaves_alike(v->part, v->n_parts))
    {
        return train_onnx_refuse(o, n, "a weighted median of other than"
                                 " trees, as of an AdaBoostRegressor; take"
                                 " trees as its estimator, or a"
                                 " GradientBoostingRegressor");
    }

    x = median_numbers(o, v, &count, &leaves);
    if (x == NULL) {
        return o->err->code;
    }

    if (leaves > MEDIAN_MAX / count || count > MAAS_MAX_WIDTH) {
        return train_onnx_refuse(o, n, "a weighted median of %zu leaves with"
                                 " %zu different numbers, as of an"
                                 " AdaBoostRegressor; about 2000 are done: let"
                                 " it have fewer or smaller trees", leaves,
                                 count);
    }

    if (count == 1) {
        return train_onnx_out(o, n, 0, v->part[0]);
    }

    for (half = 0, i = 0; i < t->n; i++) {
        half += t->number[i] / 2;
    }

    y = median_sums(o, n, v, t->number, x, count);

    return y == NULL ? o->err->code
           : train_onnx_out(o, n, 0, median_steps(o, n, y, half, x));
}
