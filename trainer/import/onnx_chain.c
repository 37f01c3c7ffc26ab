/*
 * Chains of an ONNX graph that are one thing: a GELU, a SiLU, a layer
 * normalization.  A value that is a part of one waits for the others.
 * Not here: arithmetic that is no part of any (onnx_math.c).
 */

#include "onnx_chain.h"
#include "onnx_leaves.h"

#include <string.h>


#define CHAIN_MAX_RMS  2048


int
train_chain_uniform(const double *v, size_t n, double none, double *all)
{
    size_t  i;

    *all = v == NULL ? none : v[0];

    for (i = 1; v != NULL && i < n; i++) {
        if (v[i] != v[0]) {
            return 0;
        }
    }

    return 1;
}


static int
chain_scaled(const train_onnx_value_t *v, double *a, double *b)
{
    return train_chain_uniform(v->a, v->n, 1, a)
           && train_chain_uniform(v->b, v->n, 0, b);
}


int
train_chain_same(const train_onnx_value_t *u, const train_onnx_value_t *v)
{
    return u->kind == v->kind
           && (u->kind == ONNX_LAYER ? u->layer == v->layer
               : u->kind == ONNX_LEAVES ? u->leaves == v->leaves
               : u->kind == ONNX_INPUT && u->element == v->element);
}


train_onnx_value_t *
train_chain_of(train_onnx_t *o, train_onnx_kind_t kind,
    const train_onnx_value_t *of, double number, size_t n)
{
    train_onnx_value_t  *y;

    y = n == of->n ? train_onnx_value(o, kind, of->rank, of->dim)
                   : train_onnx_flat(o, kind, n);

    if (y != NULL) {
        y->of = of;
        y->number = number;
    }

    return y;
}


/* 1 / (1 + exp(x)) */

const train_onnx_value_t *
train_chain_sigmoid(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *x)
{
    size_t                     i;
    double                    *minus;
    const train_onnx_value_t  *y;

    minus = train_import_alloc(o->m, x->n, sizeof(double));
    if (minus == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    for (i = 0; i < x->n; i++) {
        minus[i] = -1;
    }

    y = train_onnx_affine(o, n, x, minus, NULL);

    return y == NULL ? NULL : train_onnx_act(o, n, y, MAAS_ACT_SIGMOID, 1);
}


/* A piece of x / root - mean / root, which waits for scales v->a */

train_onnx_value_t *
train_chain_piece(train_onnx_t *o, train_onnx_kind_t kind,
    const train_onnx_value_t *inv, double scale)
{
    size_t               i;
    train_onnx_value_t  *y;

    y = train_chain_of(o, kind, inv->of, inv->number, inv->of->n);
    if (y == NULL) {
        return NULL;
    }

    y->a = train_import_alloc(o->m, y->n, sizeof(double));
    y->b = train_import_alloc(o->m, y->n, sizeof(double));
    if (y->a == NULL || y->b == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    for (i = 0; i < y->n; i++) {
        y->a[i] = scale * (inv->a == NULL ? 1 : inv->a[inv->n == 1 ? 0 : i]);
    }

    return y;
}


/* x * inv or mean * inv; NULL if it is neither, or failed */

static const train_onnx_value_t *
chain_piece_of(train_onnx_t *o, const train_onnx_value_t *u,
    const train_onnx_value_t *inv)
{
    double  a, b;

    if (inv->kind != ONNX_INV || inv->plain) {
        return NULL;
    }

    if (u->kind == ONNX_MEAN && train_chain_same(u->of, inv->of)
        && chain_scaled(u, &a, &b) && b == 0)
    {
        return train_chain_piece(o, ONNX_MINV, inv, a);
    }

    return train_chain_same(u, inv->of) && u->a == NULL && u->b == NULL
           ? train_chain_piece(o, ONNX_XINV, inv, 1) : NULL;
}


/* (x - mean) / root, of one x */

const train_onnx_value_t *
train_chain_norm(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *dev, const train_onnx_value_t *std)
{
    size_t                     i;
    double                    *w, *b;
    train_onnx_value_t        *y;
    const train_onnx_value_t  *x;

    x = train_onnx_settle(o, n, dev->of);
    w = train_import_alloc(o->m, dev->n, sizeof(double));
    b = train_import_alloc(o->m, dev->n, sizeof(double));
    if (w == NULL || b == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    y = x == NULL ? NULL : train_onnx_layer(o, n, ONNX_NORM, x, x->n);
    if (y == NULL) {
        return NULL;
    }

    for (i = 0; i < x->n; i++) {
        w[i] = 1;
    }

    o->layer[x->layer].shared = 1;
    o->layer[y->layer].weight = w;
    o->layer[y->layer].bias = b;
    o->layer[y->layer].number = std->number;

    return y;
}


/* x / root and -mean / root by the same scale, and what was added to them */

const train_onnx_value_t *
train_chain_norm_of(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *u, const train_onnx_value_t *v)
{
    size_t                     i;
    double                    *b;
    const train_onnx_value_t  *y;

    if (u->kind != ONNX_XINV || v->kind != ONNX_MINV
        || !train_chain_same(u->of, v->of) || u->number != v->number)
    {
        return NULL;
    }

    b = train_import_alloc(o->m, u->n, sizeof(double));
    if (b == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    for (i = 0; i < u->n; i++) {
        if (u->a[i] != -v->a[i]) {
            return NULL;
        }

        b[i] = u->b[i] + v->b[i];
    }

    y = train_chain_of(o, ONNX_DEV, u->of, 0, u->n);
    y = y == NULL ? NULL : train_chain_norm(o, n, y, u);

    return y == NULL ? NULL : train_onnx_affine(o, n, y, u->a, b);
}


/* x * inv or x / std, where those are of x^2 and not of (x - mean)^2: with
 * root(n * epsilon) as one more number, x by the root of the sum of squares */

const train_onnx_value_t *
train_chain_by_root(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *u, const train_onnx_value_t *v,
    train_onnx_kind_t kind)
{
    if (v->kind != kind || !v->plain || v->a != NULL || v->b != NULL
        || !train_chain_same(u, v->of) || u->a != NULL || u->b != NULL)
    {
        return NULL;
    }

    return train_chain_rms(o, n, u, v->number);
}


const train_onnx_value_t *
train_chain_rms(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, double epsilon)
{
    size_t                     i, k;
    double                    *w, *b, *back;
    train_onnx_value_t        *y;
    const train_onnx_value_t  *x;

    k = v->n + 1;

    if (v->n > CHAIN_MAX_RMS || !(epsilon >= 0)) {
        (void) train_onnx_refuse(o, n, "a root of the mean of squares of %zu"
                                 " numbers with epsilon %g; up to %d are done"
                                 " here, and none below 0", v->n, epsilon,
                                 CHAIN_MAX_RMS);
        return NULL;
    }

    w = train_import_alloc(o->m, v->n * k, sizeof(double));
    b = train_import_alloc(o->m, k, sizeof(double));
    back = train_import_alloc(o->m, v->n * k, sizeof(double));
    if (w == NULL || b == NULL || back == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    for (i = 0; i < v->n; i++) {
        w[i * k + i] = 1;
        back[i * v->n + i] = sqrt((double) v->n);
    }

    b[v->n] = sqrt((double) v->n * epsilon);
    x = train_onnx_linear(o, n, v, w, b, k);
    y = x == NULL ? NULL : train_onnx_layer(o, n, ONNX_NORMALIZE, x, k);
    if (y == NULL) {
        return NULL;
    }

    o->layer[x->layer].shared = 1;
    o->layer[y->layer].number = 1;             /* L2 */
    x = train_onnx_linear(o, n, y, back, NULL, v->n);
    y = x == NULL ? NULL : train_onnx_copy(o, x);

    return train_onnx_shaped(y, v);
}


/* x * act(x) and the like; NULL if it is none of them, or failed */

static const train_onnx_value_t *
chain_gated(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *u, const train_onnx_value_t *v)
{
    double                     a, b, c, d, *scale;
    train_onnx_value_t        *x;
    const train_onnx_value_t  *y;

    if (v->of == NULL || !train_chain_same(u, v->of) || !chain_scaled(u, &a, &b)
        || !chain_scaled(v, &c, &d) || b != 0)
    {
        return NULL;
    }

    if (v->kind == ONNX_SIGMOID ? d != 0
        : !(v->kind == ONNX_ERF && c == d
            && fabs(v->number - 0.70710678118654752) < 1e-6))
    {
        return NULL;
    }

    x = train_onnx_copy(o, u);
    if (x == NULL) {
        return NULL;
    }

    x->a = x->b = NULL;
    y = train_onnx_act(o, n, x, v->kind == ONNX_ERF ? MAAS_ACT_GELU
                                                    : MAAS_ACT_SILU, 1);
    a *= v->kind == ONNX_ERF ? 2 * c : c;

    if (y == NULL || a == 1) {
        return y;
    }

    scale = train_onnx_all(o, y->n, a);

    return scale == NULL ? NULL : train_onnx_affine(o, n, y, scale, NULL);
}


const train_onnx_value_t *
train_chain_times(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *u, const train_onnx_value_t *v)
{
    const train_onnx_value_t  *y;

    if (train_chain_same(u, v) && u->a == NULL && v->a == NULL
        && u->b == NULL && v->b == NULL)
    {
        return train_chain_of(o, ONNX_SQUARED, u, 0, u->n);
    }

    y = train_chain_by_root(o, n, u, v, ONNX_INV);
    y = y != NULL || o->err->code != MAAS_OK ? y
        : train_chain_by_root(o, n, v, u, ONNX_INV);

    if (y != NULL || o->err->code != MAAS_OK) {
        return y;
    }

    y = chain_gated(o, n, u, v);
    y = y != NULL || o->err->code != MAAS_OK ? y : chain_gated(o, n, v, u);

    if (y != NULL || o->err->code != MAAS_OK) {
        return y;
    }

    if (u->kind == ONNX_DEV && v->kind == ONNX_DEV && u->a == NULL
        && v->a == NULL && train_chain_same(u->of, v->of))
    {
        return train_chain_of(o, ONNX_SQUARE, u->of, 0, u->n);
    }

    if (u->kind == ONNX_DEV && v->kind == ONNX_INV && !v->plain
        && u->a == NULL && v->a == NULL && train_chain_same(u->of, v->of))
    {
        return train_chain_norm(o, n, u, v);
    }

    y = chain_piece_of(o, u, v);
    y = y != NULL || o->err->code != MAAS_OK ? y : chain_piece_of(o, v, u);

    if (y != NULL || o->err->code != MAAS_OK) {
        return y;
    }

    return train_onnx_multiply(o, n, u, v);
}


/* The root of a variance, or the inverse of it */

static train_onnx_value_t *
chain_root_of(train_onnx_t *o, train_onnx_kind_t kind,
    const train_onnx_value_t *v)
{
    train_onnx_value_t  *y;

    y = train_chain_of(o, kind, v->of, v->number, 1);

    if (y != NULL) {
        y->plain = v->plain;
    }

    return y;
}


/* c^x, of a constant: exp(log(c) x) */

static maas_status_t
chain_power_of(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *base)
{
    double                    *a;
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 1);
    if (v == NULL) {
        return o->err->code;
    }

    if (v->kind == ONNX_CONST || base->tensor->number == NULL || base->n != 1
        || !(base->tensor->number[0] > 0))
    {
        return train_onnx_refuse(o, n, "a power of other than one constant"
                                 " above 0");
    }

    a = train_onnx_all(o, v->n, log(base->tensor->number[0]));
    v = a == NULL ? NULL : train_onnx_affine(o, n, v, a, NULL);

    return v == NULL ? o->err->code
           : train_onnx_out(o, n, 0, train_chain_of(o, ONNX_EXP, v, 0, v->n));
}


static maas_status_t
chain_pow(train_onnx_t *o, const train_onnx_node_t *n)
{
    const train_onnx_value_t   *v;
    const train_onnx_tensor_t  *t;

    v = train_onnx_in(o, n, 0);

    if (v != NULL && v->kind == ONNX_CONST) {
        return chain_power_of(o, n, v);
    }

    t = v == NULL ? NULL : train_onnx_const(o, n, 1);
    if (t == NULL) {
        return o->err->code;
    }

    if (t->n == 1 && t->number[0] == 2 && v->kind == ONNX_DEV && v->a == NULL) {
        return train_onnx_out(o, n, 0, train_chain_of(o, ONNX_SQUARE, v->of, 0,
                                               v->n));
    }

    if (t->n == 1 && t->number[0] == 0.5 && v->kind == ONNX_VAR
        && v->a == NULL)
    {
        return train_onnx_out(o, n, 0, chain_root_of(o, ONNX_STD, v));
    }

    if (t->n == 1 && t->number[0] == -0.5 && v->kind == ONNX_VAR
        && v->a == NULL)
    {
        return train_onnx_out(o, n, 0, chain_root_of(o, ONNX_INV, v));
    }

    if (t->n == 1 && t->number[0] == 2 && v->kind != ONNX_CONST) {
        v = v->kind == ONNX_INPUT || v->kind == ONNX_LAYER ? v
            : train_onnx_settle(o, n, v);

        return v == NULL ? o->err->code
               : train_onnx_out(o, n, 0, train_chain_of(o, ONNX_SQUARED, v, 0,
                                                        v->n));
    }

    return train_onnx_refuse(o, n, "no part of a layer normalization; is it"
                             " a GELU by tanh, export the exact one,"
                             " approximate=none");
}


static const train_onnx_value_t *
chain_root_const(train_onnx_t *o, const train_onnx_value_t *v, int root)
{
    size_t                i;
    train_onnx_value_t   *y;
    train_onnx_tensor_t  *t;

    y = train_onnx_anew(o, v, &t);

    for (i = 0; y != NULL && i < v->n; i++) {
        t->number[i] = root ? sqrt(v->tensor->number[i])
                            : 1 / v->tensor->number[i];
    }

    return y;
}


/* The root of a variance, and the inverse of that */

static maas_status_t
chain_root(train_onnx_t *o, const train_onnx_node_t *n)
{
    int                        root;
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    root = train_onnx_is(n->op, "Sqrt");

    if (v->kind == ONNX_CONST && v->tensor->number != NULL) {
        return train_onnx_out(o, n, 0, chain_root_const(o, v, root));
    }

    if (!root && v->kind == ONNX_EXP_ONE && v->a == NULL && v->b == NULL) {
        return train_onnx_out(o, n, 0, train_chain_sigmoid(o, n, v->of));
    }

    if (v->kind != (root ? ONNX_VAR : ONNX_STD) || v->a != NULL) {
        return train_onnx_refuse(o, n, "no part of a layer normalization");
    }

    return train_onnx_out(o, n, 0, chain_root_of(o, root ? ONNX_STD : ONNX_INV,
                                                 v));
}


/* The mean of what several models say */

static maas_status_t
chain_models(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v)
{
    double                    *a;
    const train_onnx_value_t  *sum;

    if (!train_attr_first_axis(o, n) || train_attr_int(n, "keepdims", 1) != 0)
    {
        return o->err->code != MAAS_OK ? o->err->code
               : train_onnx_refuse(o, n, "of several models, not over them");
    }

    a = train_onnx_all(o, v->n, 1 / (double) v->n_parts);
    sum = a == NULL ? NULL : train_onnx_total(o, n, v->part, v->n_parts);

    return sum == NULL ? o->err->code
           : train_onnx_out(o, n, 0, train_onnx_affine(o, n, sum, a, NULL));
}


static maas_status_t
chain_mean(train_onnx_t *o, const train_onnx_node_t *n)
{
    int64_t                    axis;
    maas_status_t              rc;
    train_onnx_value_t        *y;
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    if (v->kind == ONNX_STACK) {
        return chain_models(o, n, v);
    }

    rc = train_attr_axis(o, n, &axis);
    if (rc != MAAS_OK) {
        return rc;
    }

    if (v->rank != 1 || (axis != -1 && axis != 1)) {
        return train_onnx_refuse(o, n, "over other than the numbers of a row");
    }

    if (v->kind == ONNX_SQUARED && v->a == NULL && v->b == NULL) {
        y = train_chain_of(o, ONNX_VAR, v->of, 0, 1);

        if (y != NULL) {
            y->plain = 1;
        }

        return train_onnx_out(o, n, 0, y);
    }

    if (v->kind == ONNX_SQUARE && v->a == NULL) {
        return train_onnx_out(o, n, 0, train_chain_of(o, ONNX_VAR, v->of, 0,
                                                      1));
    }

    if (v->kind != ONNX_INPUT && v->kind != ONNX_LAYER) {
        v = train_onnx_settle(o, n, v);
    }

    if (v == NULL) {
        return o->err->code;
    }

    if (v->a != NULL || v->b != NULL) {
        return train_onnx_refuse(o, n, "of numbers that are scaled before");
    }

    return train_onnx_out(o, n, 0, train_chain_of(o, ONNX_MEAN, v, 0, 1));
}


static maas_status_t
chain_erf(train_onnx_t *o, const train_onnx_node_t *n)
{
    size_t                     i;
    double                     a, b, *one;
    train_onnx_value_t        *x;
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    if ((v->kind != ONNX_LAYER && v->kind != ONNX_INPUT)
        || !chain_scaled(v, &a, &b) || b != 0)
    {
        return train_onnx_refuse(o, n, "no part of a GELU");
    }

    x = train_onnx_copy(o, v);
    if (x == NULL) {
        return o->err->code;
    }

    x->a = x->b = NULL;

    if (train_onnx_is(n->op, "Erf")) {
        return train_onnx_out(o, n, 0, train_chain_of(o, ONNX_ERF, x, a, x->n));
    }

    /* erfc(a x) = 1 + erf(-a x) */

    one = train_import_alloc(o->m, x->n, sizeof(double));
    if (one == NULL) {
        return train_onnx_nomem(o);
    }

    for (i = 0; i < x->n; i++) {
        one[i] = 1;
    }

    v = train_chain_of(o, ONNX_ERF, x, -a, x->n);

    return v == NULL ? o->err->code
           : train_onnx_out(o, n, 0, train_onnx_affine(o, n, v, NULL, one));
}


const train_onnx_op_t  train_onnx_chains[] = {
    { "Pow", chain_pow },
    { "Sqrt", chain_root },
    { "Reciprocal", chain_root },
    { "ReduceMean", chain_mean },
    { "Erf", chain_erf },
    { "Erfc", chain_erf },
    { NULL, NULL }
};
