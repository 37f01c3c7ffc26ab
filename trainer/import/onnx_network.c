/*
 * Operators of networks by name: activations and normalizations.
 * Not here: chains of arithmetic that are the same (onnx_math.c).
 */

#include "onnx.h"

#include <string.h>


#define NETWORK_MOST  3.4e38       /* a bound beyond it is none: exporters write
                                      the largest float for that */


static maas_status_t
network_act(train_onnx_t *o, const train_onnx_node_t *n, maas_act_t act,
    float alpha)
{
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);

    return v == NULL ? o->err->code
           : train_onnx_out(o, n, 0, train_onnx_act(o, n, v, act, alpha));
}


static maas_status_t
network_relu(train_onnx_t *o, const train_onnx_node_t *n)
{
    return network_act(o, n, MAAS_ACT_RELU, 1);
}


static maas_status_t
network_tanh(train_onnx_t *o, const train_onnx_node_t *n)
{
    return network_act(o, n, MAAS_ACT_TANH, 1);
}


static maas_status_t
network_leaky(train_onnx_t *o, const train_onnx_node_t *n)
{
    return network_act(o, n, MAAS_ACT_LEAKY_RELU,
                       (float) train_attr_float(n, "alpha", 0.01));
}


static maas_status_t
network_elu(train_onnx_t *o, const train_onnx_node_t *n)
{
    return network_act(o, n, MAAS_ACT_ELU,
                       (float) train_attr_float(n, "alpha", 1));
}


/* gamma * elu(x), of constants that the operator's text has */

static maas_status_t
network_selu(train_onnx_t *o, const train_onnx_node_t *n)
{
    double                    *scale;
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    v = v == NULL ? NULL
        : train_onnx_act(o, n, v, MAAS_ACT_ELU, (float)
                         train_attr_float(n, "alpha", 1.67326319217681884765));
    scale = v == NULL ? NULL
            : train_onnx_all(o, v->n, train_attr_float(n, "gamma",
                                                    1.05070102214813232421));

    return scale == NULL ? o->err->code
           : train_onnx_out(o, n, 0, train_onnx_affine(o, n, v, scale, NULL));
}


static maas_status_t
network_gelu(train_onnx_t *o, const train_onnx_node_t *n)
{
    maas_str_t  how;

    how = train_attr_text(n, "approximate");

    if (how.len > 0 && !train_onnx_is(how, "none")) {
        return train_onnx_refuse(o, n, "approximate=%.*s; export it with the"
                                 " exact one, approximate=none", (int) how.len,
                                 how.data);
    }

    return network_act(o, n, MAAS_ACT_GELU, 1);
}


static maas_status_t
network_swish(train_onnx_t *o, const train_onnx_node_t *n)
{
    if (train_attr_float(n, "alpha", 1) != 1) {
        return train_onnx_refuse(o, n, "an alpha other than 1");
    }

    return network_act(o, n, MAAS_ACT_SILU, 1);
}


/* Put off: x * sigmoid(x) is a SiLU */

static maas_status_t
network_sigmoid(train_onnx_t *o, const train_onnx_node_t *n)
{
    train_onnx_value_t        *y;
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    if ((v->kind != ONNX_LAYER && v->kind != ONNX_INPUT) || v->a != NULL
        || v->b != NULL)
    {
        return network_act(o, n, MAAS_ACT_SIGMOID, 1);
    }

    y = train_onnx_value(o, ONNX_SIGMOID, v->rank, v->dim);

    if (y != NULL) {
        y->of = v;
    }

    return train_onnx_out(o, n, 0, y);
}


/* The one slope of all numbers; NAN: they have several, which was said */

static double
network_slope(train_onnx_t *o, const train_onnx_node_t *n)
{
    size_t                      i;
    const train_onnx_tensor_t  *t;

    t = train_onnx_const(o, n, 1);

    for (i = 1; t != NULL && i < t->n; i++) {
        if (t->number[i] != t->number[0]) {
            (void) train_onnx_refuse(o, n, "a slope for each number; one for"
                                     " all is done here");
            return NAN;
        }
    }

    return t == NULL ? NAN : t->number[0];
}


static maas_status_t
network_prelu(train_onnx_t *o, const train_onnx_node_t *n)
{
    double  slope;

    slope = network_slope(o, n);

    return isnan(slope) ? o->err->code
           : network_act(o, n, MAAS_ACT_LEAKY_RELU, (float) slope);
}


/* alpha * elu(x / alpha) */

static maas_status_t
network_celu(train_onnx_t *o, const train_onnx_node_t *n)
{
    double                    *a, *b, alpha;
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    alpha = train_attr_float(n, "alpha", 1);

    if (!(alpha > 1e-30 && isfinite(alpha))) {
        return train_onnx_refuse(o, n, "alpha is %g; a number above 0 was"
                                 " expected", alpha);
    }

    a = train_onnx_all(o, v->n, 1 / alpha);
    b = train_onnx_all(o, v->n, alpha);
    if (a == NULL || b == NULL) {
        return o->err->code;
    }

    v = train_onnx_affine(o, n, v, a, NULL);
    v = v == NULL ? NULL : train_onnx_act(o, n, v, MAAS_ACT_ELU, 1);

    return v == NULL ? o->err->code
           : train_onnx_out(o, n, 0, train_onnx_affine(o, n, v, b, NULL));
}


static maas_status_t
network_softmax(train_onnx_t *o, const train_onnx_node_t *n)
{
    int64_t                    axis;
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    axis = train_attr_int(n, "axis", -1);

    if (!train_onnx_over_row(v, axis)) {
        return train_onnx_refuse(o, n, "over axis %lld of %zu dimensions, not"
                                 " over the numbers of a row",
                                 (long long) axis, v->rank + 1);
    }

    return network_act(o, n, MAAS_ACT_SOFTMAX, 1);
}


/* Bounds of bounds, where nothing else uses what is within the first ones */

static int
network_tighten(train_onnx_t *o, const train_onnx_value_t *v, double low,
    double high)
{
    train_onnx_layer_t  *l;

    if (v->kind != ONNX_LAYER || v->a != NULL || v->b != NULL) {
        return 0;
    }

    l = &o->layer[v->layer];

    if (l->kind != ONNX_CLIP || l->shared || l->act != MAAS_ACT_LINEAR) {
        return 0;
    }

    l->low = fmin(fmax(l->low, low), high);
    l->high = fmin(fmax(l->high, low), high);

    return 1;
}


/* A layer of its own: sums of relu round to the digits that their bounds
 * have */

static const train_onnx_value_t *
network_between(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, double low, double high)
{
    train_onnx_value_t        *y;
    const train_onnx_value_t  *x;

    low = low <= -NETWORK_MOST ? -INFINITY : low;
    high = high >= NETWORK_MOST ? INFINITY : high;

    if (!(low <= high) || low >= NETWORK_MOST || high <= -NETWORK_MOST) {
        (void) train_onnx_refuse(o, n, "bounds of %g and %g leave no number:"
                                 " expected a low one that is not above the"
                                 " high one", low, high);
        return NULL;
    }

    if ((isinf(low) && isinf(high)) || network_tighten(o, v, low, high)) {
        return v;
    }

    if (low == 0 && isinf(high)) {
        return train_onnx_act(o, n, v, MAAS_ACT_RELU, 1);
    }

    x = train_onnx_settle(o, n, v);
    y = x == NULL ? NULL : train_onnx_layer(o, n, ONNX_CLIP, x, x->n);
    if (y == NULL) {
        return NULL;
    }

    o->layer[x->layer].shared = 1;
    o->layer[y->layer].low = low;
    o->layer[y->layer].high = high;

    return train_onnx_shaped(y, v);
}


static maas_status_t
network_bound(train_onnx_t *o, const train_onnx_node_t *n, size_t i,
    double *bound)
{
    const train_onnx_tensor_t  *t;

    if (!train_onnx_has(n, i)) {
        return MAAS_OK;
    }

    t = train_onnx_const(o, n, i);

    if (t != NULL && t->n != 1) {
        return train_onnx_refuse(o, n, "a bound of %zu numbers", t->n);
    }

    *bound = t == NULL ? 0 : t->number[0];

    return t == NULL ? o->err->code : MAAS_OK;
}


static maas_status_t
network_clip(train_onnx_t *o, const train_onnx_node_t *n)
{
    double                     low, high;
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    low = train_attr_float(n, "min", -INFINITY);
    high = train_attr_float(n, "max", INFINITY);

    if (v == NULL || network_bound(o, n, 1, &low) != MAAS_OK
        || network_bound(o, n, 2, &high) != MAAS_OK)
    {
        return o->err->code;
    }

    return train_onnx_out(o, n, 0, network_between(o, n, v, low, high));
}


/* The larger or smaller of a number of a row and a constant */

static maas_status_t
network_limit(train_onnx_t *o, const train_onnx_node_t *n)
{
    int                         max;
    size_t                      row;
    const train_onnx_value_t   *v, *bound;
    const train_onnx_tensor_t  *t;

    v = train_onnx_in(o, n, 0);
    bound = v == NULL ? NULL : train_onnx_in(o, n, 1);
    if (bound == NULL) {
        return o->err->code;
    }

    row = v->kind == ONNX_CONST;

    if (n->n_in != 2 || (row ? bound : v)->kind == ONNX_CONST
        || (row ? v : bound)->kind != ONNX_CONST)
    {
        return train_onnx_refuse(o, n, "of several values of a row; of one and"
                                 " a constant it is done here");
    }

    max = train_onnx_is(n->op, "Max");
    t = train_onnx_const(o, n, !row);

    if (t == NULL || t->n != 1) {
        return t == NULL ? o->err->code
               : train_onnx_refuse(o, n, "a bound of %zu numbers", t->n);
    }

    return train_onnx_out(o, n, 0, network_between(o, n, row ? bound : v,
                          max ? t->number[0] : -INFINITY,
                          max ? INFINITY : t->number[0]));
}


/* alpha x + beta from 0 to 1 */

static const train_onnx_value_t *
network_hard(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, double alpha, double beta)
{
    double  *a, *b;

    a = train_onnx_all(o, v->n, alpha);
    b = train_onnx_all(o, v->n, beta);
    v = a == NULL || b == NULL ? NULL : train_onnx_affine(o, n, v, a, b);

    return v == NULL ? NULL : network_between(o, n, v, 0, 1);
}


static maas_status_t
network_hard_sigmoid(train_onnx_t *o, const train_onnx_node_t *n)
{
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);

    return v == NULL ? o->err->code
           : train_onnx_out(o, n, 0,
                            network_hard(o, n, v,
                                         train_attr_float(n, "alpha", 0.2f),
                                         train_attr_float(n, "beta", 0.5)));
}


/* x times a hard sigmoid of it */

static maas_status_t
network_hard_swish(train_onnx_t *o, const train_onnx_node_t *n)
{
    const train_onnx_value_t  *v, *y;

    v = train_onnx_in(o, n, 0);
    v = v == NULL ? NULL : train_onnx_settle(o, n, v);
    if (v == NULL) {
        return o->err->code;
    }

    o->layer[v->layer].shared = 1;
    y = network_hard(o, n, v, 1.0 / 6, 0.5);

    return y == NULL ? o->err->code
           : train_onnx_out(o, n, 0, train_onnx_multiply(o, n, v, y));
}


/* (x - mean) / sqrt(var + epsilon) * scale + b, all known */

static maas_status_t
network_batch_norm(train_onnx_t *o, const train_onnx_node_t *n)
{
    size_t                      i, k, c, each;
    double                     *a, *b, epsilon;
    const train_onnx_value_t   *v;
    const train_onnx_tensor_t  *t[4];

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    if (train_attr_int(n, "training_mode", 0) != 0) {
        return train_onnx_refuse(o, n, "in training mode, of which rows of a"
                                 " batch change each other: call model.eval()"
                                 " before the export");
    }

    c = v->rank == 0 ? 1 : v->dim[0];
    each = c == 0 ? 1 : v->n / c;

    for (i = 0; i < 4; i++) {
        t[i] = train_onnx_const(o, n, i + 1);
        if (t[i] == NULL) {
            return o->err->code;
        }

        if (t[i]->n != c) {
            return train_onnx_bad(o, n, "%zu numbers for %zu channels",
                                  t[i]->n, c);
        }
    }

    a = train_onnx_all(o, v->n, 0);
    b = train_onnx_all(o, v->n, 0);
    if (a == NULL || b == NULL) {
        return o->err->code;
    }

    epsilon = train_attr_float(n, "epsilon", 1e-5f);

    for (i = 0; i < v->n; i++) {
        k = i / each;
        a[i] = t[0]->number[k] / sqrt(t[3]->number[k] + epsilon);
        b[i] = t[1]->number[k] - t[2]->number[k] * a[i];
    }

    return train_onnx_out(o, n, 0, train_onnx_affine(o, n, v, a, b));
}


static maas_status_t
network_layer_norm(train_onnx_t *o, const train_onnx_node_t *n)
{
    int64_t                     axis;
    double                     *w, *b;
    train_onnx_value_t         *y;
    const train_onnx_value_t   *v, *x;
    const train_onnx_tensor_t  *scale, *bias;

    v = train_onnx_in(o, n, 0);
    scale = v == NULL ? NULL : train_onnx_const(o, n, 1);
    bias = scale == NULL || !train_onnx_has(n, 2) ? NULL
           : train_onnx_const(o, n, 2);
    if (scale == NULL || (bias == NULL && train_onnx_has(n, 2))) {
        return o->err->code;
    }

    axis = train_attr_int(n, "axis", -1);

    if (!train_onnx_over_row(v, axis) || scale->n != v->n
        || (bias != NULL && bias->n != v->n))
    {
        return train_onnx_refuse(o, n, "not over the %zu numbers of a row",
                                 v->n);
    }

    x = train_onnx_settle(o, n, v);
    w = train_onnx_all(o, v->n, 0);
    b = train_onnx_all(o, v->n, 0);
    y = x == NULL || w == NULL || b == NULL ? NULL
        : train_onnx_layer(o, n, ONNX_NORM, x, x->n);
    if (y == NULL) {
        return o->err->code;
    }

    memcpy(w, scale->number, v->n * sizeof(double));

    if (bias != NULL) {
        memcpy(b, bias->number, v->n * sizeof(double));
    }

    o->layer[x->layer].shared = 1;
    o->layer[y->layer].weight = w;
    o->layer[y->layer].bias = b;
    o->layer[y->layer].number = train_attr_float(n, "epsilon", 1e-5f);

    return train_onnx_out(o, n, 0, train_onnx_shaped(y, v));
}


const train_onnx_op_t  train_onnx_networks[] = {
    { "Relu", network_relu },
    { "LeakyRelu", network_leaky },
    { "Elu", network_elu },
    { "Selu", network_selu },
    { "Gelu", network_gelu },
    { "Swish", network_swish },
    { "Sigmoid", network_sigmoid },
    { "HardSigmoid", network_hard_sigmoid },
    { "HardSwish", network_hard_swish },
    { "Tanh", network_tanh },
    { "PRelu", network_prelu },
    { "Celu", network_celu },
    { "Max", network_limit },
    { "Min", network_limit },
    { "Softmax", network_softmax },
    { "Clip", network_clip },
    { "BatchNormalization", network_batch_norm },
    { "LayerNormalization", network_layer_norm },
    { NULL, NULL }
};
