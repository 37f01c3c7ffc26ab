/*
 * What all numbers of a row add up to, and a number's share of it: softmax in
 * all its spellings, probabilities that are made to add up to 1.
 * Not here: means and roots (onnx_chain.c).
 */

#include "onnx_chain.h"
#include "onnx_leaves.h"

#include <string.h>


#define SHARE_LEAST  2e-38         /* above 0, and nothing beside a number that
                                      is not */


static int
share_same(const train_onnx_value_t *u, const train_onnx_value_t *v)
{
    return u == v
           || (train_chain_same(u, v) && u->a == NULL && v->a == NULL
               && u->b == NULL && v->b == NULL);
}


static int
share_as_is(const train_onnx_value_t *v)
{
    return v->a == NULL && v->b == NULL;
}


/* Is no number of it below 0? */

static int
share_positive(const train_onnx_t *o, const train_onnx_value_t *v)
{
    size_t  i;
    double  least, most;

    for (i = 0; i < v->n; i++) {
        if ((v->a != NULL && v->a[i] < 0) || (v->b != NULL && v->b[i] < 0)) {
            return 0;
        }
    }

    for (i = 0; v->kind == ONNX_CONCAT && i < v->n_parts; i++) {
        if (!share_positive(o, v->part[i])) {
            return 0;
        }
    }

    for (i = 0; v->kind == ONNX_LEAVES && i < v->n; i++) {
        train_leaves_range(v, i, &least, &most);

        if (least < 0) {
            return 0;
        }
    }

    return v->kind == ONNX_CONCAT || v->kind == ONNX_SIGMOID
           || v->kind == ONNX_LEAVES
           || (v->kind == ONNX_LAYER
               && (o->layer[v->layer].act == MAAS_ACT_SIGMOID
                   || o->layer[v->layer].act == MAAS_ACT_SOFTMAX
                   || o->layer[v->layer].act == MAAS_ACT_RELU));
}


/* v by its sum; where that may be 0, all are equal then */

static const train_onnx_value_t *
share_of(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, int least)
{
    double                    *b;
    train_onnx_value_t        *y;
    const train_onnx_value_t  *x;

    if (!share_positive(o, v)) {
        return NULL;
    }

    b = train_onnx_all(o, v->n, SHARE_LEAST);
    if (b == NULL) {
        return NULL;
    }

    x = least ? train_onnx_affine(o, n, v, NULL, b) : v;
    x = x == NULL ? NULL : train_onnx_settle(o, n, x);
    y = x == NULL ? NULL : train_onnx_layer(o, n, ONNX_NORMALIZE, x, x->n);

    if (y != NULL) {
        o->layer[x->layer].shared = 1;
        o->layer[y->layer].number = 0;             /* L1 */
    }

    return train_onnx_shaped(y, v);
}


/* Of two numbers: the sigmoid of what the second one has more */

static const train_onnx_value_t *
share_softmax_pair(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v)
{
    train_onnx_value_t        *y;
    const train_onnx_value_t  *more;

    static const double  w[2] = { -1, 1 };

    more = train_leaves_linear(o, v, w, 1);
    more = more == NULL ? NULL
           : train_leaves_layer(o, n, more, MAAS_TRANSFORM_SIGMOID);
    y = more == NULL ? NULL : train_onnx_flat(o, ONNX_PAIR, 2);

    if (y != NULL) {
        y->of = more;
    }

    return y;
}


static const train_onnx_value_t *
share_softmax(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v)
{
    return v->kind != ONNX_LEAVES
           ? train_onnx_act(o, n, v, MAAS_ACT_SOFTMAX, 1)
           : v->n == 2 ? share_softmax_pair(o, n, v)
           : train_leaves_layer(o, n, v, MAAS_TRANSFORM_SOFTMAX);
}


const train_onnx_value_t *
train_share_div(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *u, const train_onnx_value_t *v)
{
    if (!share_as_is(v)) {
        return NULL;
    }

    if (u->kind == ONNX_OR_ONE && v->kind == ONNX_OR_ALL
        && share_as_is(u) && share_same(u->of, v->of))
    {
        return share_of(o, n, u->of, 1);
    }

    if (v->kind != ONNX_TOTAL) {
        return NULL;
    }

    if (u->kind == ONNX_EXP && share_as_is(u) && v->of->kind == ONNX_EXP
        && share_as_is(v->of) && share_same(u->of, v->of->of))
    {
        v = u->of;

        return share_softmax(o, n, v->kind == ONNX_BELOW_MOST ? v->of : v);
    }

    return share_same(u, v->of) ? share_of(o, n, u, 0) : NULL;
}


static const train_onnx_value_t *
share_kind(train_onnx_t *o, train_onnx_kind_t kind,
    const train_onnx_value_t *shape, const train_onnx_value_t *of)
{
    train_onnx_value_t  *y;

    y = train_onnx_value(o, kind, shape->rank, shape->dim);

    if (y != NULL) {
        y->of = of;
    }

    return y;
}


/* v is 1 if the sum is 0, else 0 */

const train_onnx_value_t *
train_share_add(train_onnx_t *o, const train_onnx_value_t *u,
    const train_onnx_value_t *v)
{
    if (v->kind != ONNX_NONE || (v->b != NULL && v->b[0] != 0)) {
        return NULL;
    }

    if (v->a == NULL && share_same(u, v->of)) {
        return share_kind(o, ONNX_OR_ONE, u, u);
    }

    return u->kind == ONNX_TOTAL && share_as_is(u)
           && share_same(u->of, v->of) && v->a != NULL
           && v->a[0] == (double) u->of->n
           ? share_kind(o, ONNX_OR_ALL, u, u->of) : NULL;
}


const train_onnx_value_t *
train_share_sub(train_onnx_t *o, const train_onnx_value_t *u,
    const train_onnx_value_t *v)
{
    if ((v->kind != ONNX_LOG_TOTAL && v->kind != ONNX_MOST)
        || !share_as_is(v) || !share_same(u, v->of))
    {
        return NULL;
    }

    return share_kind(o, v->kind == ONNX_MOST ? ONNX_BELOW_MOST
                                              : ONNX_LOG_SHARE, u, u);
}


/* Over a row: the log of the sum of exp(x), or the largest number */

static maas_status_t
share_reduce(train_onnx_t *o, const train_onnx_node_t *n)
{
    int64_t                    axis;
    maas_status_t              rc;
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    rc = train_attr_axis(o, n, &axis);
    if (rc != MAAS_OK) {
        return rc;
    }

    if (v->kind == ONNX_CONST || !train_onnx_over_row(v, axis)) {
        return train_onnx_refuse(o, n, "over other than the numbers of a row");
    }

    return train_onnx_out_of_row(o, n, v,
                                 train_onnx_is(n->op, "ReduceMax")
                                 ? ONNX_MOST : ONNX_LOG_TOTAL);
}


static maas_status_t
share_log_softmax(train_onnx_t *o, const train_onnx_node_t *n)
{
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    return train_onnx_over_row(v, train_attr_int(n, "axis", -1))
           ? train_onnx_out(o, n, 0, share_kind(o, ONNX_LOG_SHARE, v, v))
           : train_onnx_refuse(o, n, "not over the numbers of a row");
}


/* Of constants alone */

static maas_status_t
share_const(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, double (*of)(double))
{
    size_t                i;
    train_onnx_value_t   *y;
    train_onnx_tensor_t  *t;

    if (v->kind != ONNX_CONST || v->tensor->number == NULL) {
        return train_onnx_unknown(o, n);
    }

    y = train_onnx_anew(o, v, &t);

    for (i = 0; y != NULL && i < v->n; i++) {
        t->number[i] = of(v->tensor->number[i]);
    }

    return train_onnx_out(o, n, 0, y);
}


static maas_status_t
share_log(train_onnx_t *o, const train_onnx_node_t *n)
{
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);

    return v == NULL ? o->err->code : share_const(o, n, v, log);
}


/* What goes on as a softmax, or waits */

static maas_status_t
share_exp(train_onnx_t *o, const train_onnx_node_t *n)
{
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    if (v->kind == ONNX_CONST) {
        return train_onnx_is(n->op, "Exp") ? share_const(o, n, v, exp)
               : train_onnx_unknown(o, n);
    }

    return train_onnx_out(o, n, 0,
                          v->kind == ONNX_LOG_SHARE && share_as_is(v)
                          ? share_softmax(o, n, v->of)
                          : share_kind(o, train_onnx_is(n->op, "Exp")
                                       ? ONNX_EXP : ONNX_SOFTPLUS, v, v));
}


/* RMSNormalization: x by the root of the mean of its squares, scaled */

static maas_status_t
share_rms(train_onnx_t *o, const train_onnx_node_t *n)
{
    const train_onnx_value_t   *v, *y;
    const train_onnx_tensor_t  *t;

    v = train_onnx_in(o, n, 0);
    t = v == NULL ? NULL : train_onnx_const(o, n, 1);
    if (t == NULL) {
        return o->err->code;
    }

    if (!train_onnx_over_row(v, train_attr_int(n, "axis", -1))
        || t->n != v->n)
    {
        return train_onnx_refuse(o, n, "not over the %zu numbers of a row",
                                 v->n);
    }

    y = train_chain_rms(o, n, v, train_attr_float(n, "epsilon", 1e-5f));

    return y == NULL ? o->err->code
           : train_onnx_out(o, n, 0, train_onnx_affine(o, n, y, t->number,
                                                       NULL));
}


const train_onnx_op_t  train_onnx_shares[] = {
    { "Exp", share_exp },
    { "Log", share_log },
    { "Softplus", share_exp },
    { "LogSoftmax", share_log_softmax },
    { "ReduceLogSumExp", share_reduce },
    { "ReduceMax", share_reduce },
    { "RMSNormalization", share_rms },
    { NULL, NULL }
};
