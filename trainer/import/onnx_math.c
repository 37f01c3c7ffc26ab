/*
 * Arithmetic of an ONNX graph: products with constants, what is added and
 * multiplied, and the chains that are a GELU, a SiLU or a layer normalization.
 * Not here: operators that are such things by name.
 */

#include "onnx.h"

#include <string.h>


/* A constant as v->n numbers, by NumPy's rules of broadcasting */

static double *
math_spread(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, const train_onnx_tensor_t *t)
{
    size_t   i, k, d, at, step, left, skip;
    double  *y;

    for (skip = 0; skip < t->rank && t->dim[skip] == 1; skip++) { /* void */ }

    if (t->rank - skip > v->rank && t->n != 1) {
        (void) train_onnx_refuse(o, n, "a constant of more dimensions than a"
                                 " row has");
        return NULL;
    }

    for (k = 0; k < t->rank - skip; k++) {
        d = t->dim[t->rank - 1 - k];

        if (d != 1 && d != v->dim[v->rank - 1 - k]) {
            (void) train_onnx_refuse(o, n, "a constant of %zu numbers for %zu"
                                     " of a row", t->n, v->n);
            return NULL;
        }
    }

    y = train_import_alloc(o->m, v->n, sizeof(double));
    if (y == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    for (i = 0; i < v->n; i++) {
        at = 0;
        step = 1;
        left = i;

        for (k = 0; k < v->rank && k < t->rank - skip; k++) {
            d = t->dim[t->rank - 1 - k];
            at += d == 1 ? 0 : left % d * step;
            step *= d;
            left /= v->dim[v->rank - 1 - k];
        }

        y[i] = t->number[at];
    }

    return y;
}


/* All the same? */

static int
math_uniform(const double *v, size_t n, double none, double *all)
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
math_scaled(const train_onnx_value_t *v, double *a, double *b)
{
    return math_uniform(v->a, v->n, 1, a) && math_uniform(v->b, v->n, 0, b);
}


/* The same numbers, but for what they wait for */

static int
math_same(const train_onnx_value_t *u, const train_onnx_value_t *v)
{
    return u->kind == v->kind
           && (u->kind == ONNX_LAYER ? u->layer == v->layer
               : u->kind == ONNX_INPUT && u->element == v->element);
}


static train_onnx_value_t *
math_of(train_onnx_t *o, train_onnx_kind_t kind, const train_onnx_value_t *of,
    double number, size_t n)
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


/* A piece of x / root - mean / root, which waits for scales v->a */

static train_onnx_value_t *
math_piece(train_onnx_t *o, train_onnx_kind_t kind,
    const train_onnx_value_t *inv, double scale)
{
    size_t               i;
    train_onnx_value_t  *y;

    y = math_of(o, kind, inv->of, inv->number, inv->of->n);
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
math_piece_of(train_onnx_t *o, const train_onnx_value_t *u,
    const train_onnx_value_t *inv)
{
    double  a, b;

    if (inv->kind != ONNX_INV) {
        return NULL;
    }

    if (u->kind == ONNX_MEAN && math_same(u->of, inv->of)
        && math_scaled(u, &a, &b) && b == 0)
    {
        return math_piece(o, ONNX_MINV, inv, a);
    }

    return math_same(u, inv->of) && u->a == NULL && u->b == NULL
           ? math_piece(o, ONNX_XINV, inv, 1) : NULL;
}


/* (x - mean) / root, of one x */

static const train_onnx_value_t *
math_norm(train_onnx_t *o, const train_onnx_node_t *n,
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

static const train_onnx_value_t *
math_norm_of(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *u, const train_onnx_value_t *v)
{
    size_t                     i;
    double                    *b;
    const train_onnx_value_t  *y;

    if (u->kind != ONNX_XINV || v->kind != ONNX_MINV
        || !math_same(u->of, v->of) || u->number != v->number)
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

    y = math_of(o, ONNX_DEV, u->of, 0, u->n);
    y = y == NULL ? NULL : math_norm(o, n, y, u);

    return y == NULL ? NULL : train_onnx_affine(o, n, y, u->a, b);
}


/* x * act(x) and the like; NULL if it is none of them, or failed */

static const train_onnx_value_t *
math_gated(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *u, const train_onnx_value_t *v)
{
    size_t                     i;
    double                     a, b, c, d, *scale;
    train_onnx_value_t        *x;
    const train_onnx_value_t  *y;

    if (v->of == NULL || !math_same(u, v->of) || !math_scaled(u, &a, &b)
        || !math_scaled(v, &c, &d) || b != 0)
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

    scale = train_import_alloc(o->m, y->n, sizeof(double));
    if (scale == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    for (i = 0; i < y->n; i++) {
        scale[i] = a;
    }

    return train_onnx_affine(o, n, y, scale, NULL);
}


static const train_onnx_value_t *
math_times(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *u, const train_onnx_value_t *v)
{
    const train_onnx_value_t  *y;

    y = math_gated(o, n, u, v);
    y = y != NULL || o->err->code != MAAS_OK ? y : math_gated(o, n, v, u);

    if (y != NULL || o->err->code != MAAS_OK) {
        return y;
    }

    if (u->kind == ONNX_DEV && v->kind == ONNX_DEV && math_same(u->of, v->of)
        && u->a == NULL && v->a == NULL)
    {
        return math_of(o, ONNX_SQUARE, u->of, 0, u->n);
    }

    if (u->kind == ONNX_DEV && v->kind == ONNX_INV && math_same(u->of, v->of)
        && u->a == NULL && v->a == NULL)
    {
        return math_norm(o, n, u, v);
    }

    y = math_piece_of(o, u, v);
    y = y != NULL || o->err->code != MAAS_OK ? y : math_piece_of(o, v, u);

    if (y != NULL || o->err->code != MAAS_OK) {
        return y;
    }

    (void) train_onnx_refuse(o, n, "of two values of a row that are no GELU,"
                             " SiLU or layer normalization; is it a GELU by"
                             " tanh, export the exact one, approximate=none");
    return NULL;
}


typedef enum {
    MATH_ADD = 0,
    MATH_SUB,
    MATH_MUL,
    MATH_DIV
} math_kind_t;


static math_kind_t
math_kind(const train_onnx_node_t *n)
{
    return train_onnx_is(n->op, "Add") ? MATH_ADD
           : train_onnx_is(n->op, "Sub") ? MATH_SUB
           : train_onnx_is(n->op, "Mul") ? MATH_MUL : MATH_DIV;
}


/* A row's number and a constant, c: v * a + b.  swapped: the constant stands
 * before. */

static const train_onnx_value_t *
math_with(train_onnx_t *o, const train_onnx_node_t *n, math_kind_t kind,
    const train_onnx_value_t *v, const train_onnx_tensor_t *t, int swapped)
{
    size_t               i;
    double              *c, *minus, all;
    train_onnx_value_t  *y;

    /* for each number of what will be divided by the root */

    y = v->kind == ONNX_INV && v->n == 1 && kind == MATH_MUL
        ? math_piece(o, ONNX_INV, v, 1) : NULL;
    v = y == NULL ? v : y;

    c = math_spread(o, n, v, t);
    if (c == NULL) {
        return NULL;
    }

    if (v->kind == ONNX_VAR && kind == MATH_ADD && v->a == NULL) {
        y = train_onnx_copy(o, v);

        if (y != NULL) {
            y->number += c[0];
        }

        return y;
    }

    if (kind == MATH_DIV && swapped) {
        if (v->kind == ONNX_STD && v->a == NULL
            && math_uniform(c, v->n, 1, &all) && all == 1)
        {
            return math_of(o, ONNX_INV, v->of, v->number, 1);
        }

        (void) train_onnx_refuse(o, n, "by a value of the row");
        return NULL;
    }

    if (kind == MATH_ADD) {
        return train_onnx_affine(o, n, v, NULL, c);
    }

    if (kind == MATH_MUL) {
        return train_onnx_affine(o, n, v, c, NULL);
    }

    minus = NULL;

    if (kind == MATH_SUB && swapped) {
        minus = train_import_alloc(o->m, v->n, sizeof(double));
        if (minus == NULL) {
            (void) train_onnx_nomem(o);
            return NULL;
        }
    }

    for (i = 0; i < v->n; i++) {
        if (minus != NULL) {
            minus[i] = -1;
        } else {
            c[i] = kind == MATH_SUB ? -c[i] : 1 / c[i];
        }
    }

    return kind == MATH_SUB ? train_onnx_affine(o, n, v, minus, c)
                            : train_onnx_affine(o, n, v, c, NULL);
}


static const train_onnx_value_t *
math_rows(train_onnx_t *o, const train_onnx_node_t *n, math_kind_t kind,
    const train_onnx_value_t *u, const train_onnx_value_t *v)
{
    size_t                     i;
    double                    *minus;
    const train_onnx_value_t  *y;

    if (kind == MATH_MUL) {
        return math_times(o, n, u, v);
    }

    if (kind == MATH_DIV) {
        if (u->kind == ONNX_DEV && v->kind == ONNX_STD && u->a == NULL
            && v->a == NULL && math_same(u->of, v->of))
        {
            return math_norm(o, n, u, v);
        }

        (void) train_onnx_refuse(o, n, "by a value of the row");
        return NULL;
    }

    if (kind == MATH_ADD) {
        y = math_norm_of(o, n, u, v);
        y = y != NULL || o->err->code != MAAS_OK ? y : math_norm_of(o, n, v, u);

        return y != NULL || o->err->code != MAAS_OK ? y
               : train_onnx_add(o, n, u, v);
    }

    if (v->kind == ONNX_MEAN && v->a == NULL && math_same(u, v->of)
        && u->a == NULL && u->b == NULL)
    {
        return math_of(o, ONNX_DEV, v->of, 0, u->n);
    }

    minus = train_import_alloc(o->m, v->n, sizeof(double));
    if (minus == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    for (i = 0; i < v->n; i++) {
        minus[i] = -1;
    }

    v = train_onnx_affine(o, n, v, minus, NULL);

    return v == NULL ? NULL : train_onnx_add(o, n, u, v);
}


/* Constants alone: as many, or one */

static const train_onnx_value_t *
math_consts(train_onnx_t *o, const train_onnx_node_t *n, math_kind_t kind,
    const train_onnx_value_t *u, const train_onnx_value_t *v)
{
    size_t                     i;
    double                     a, b;
    train_onnx_value_t        *y;
    train_onnx_tensor_t       *t;
    const train_onnx_value_t  *large;

    if ((u->n != v->n && u->n != 1 && v->n != 1) || u->tensor->number == NULL
        || v->tensor->number == NULL)
    {
        (void) train_onnx_refuse(o, n, "of constants of %zu and %zu numbers",
                                 u->n, v->n);
        return NULL;
    }

    large = u->n >= v->n ? u : v;
    y = train_onnx_copy(o, large);
    t = train_import_alloc(o->m, 1, sizeof(*t));
    if (y == NULL || t == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    *t = *large->tensor;
    t->number = train_import_alloc(o->m, large->n, sizeof(double));
    if (t->number == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    for (i = 0; i < large->n; i++) {
        a = u->tensor->number[u->n == 1 ? 0 : i];
        b = v->tensor->number[v->n == 1 ? 0 : i];
        t->number[i] = kind == MATH_ADD ? a + b : kind == MATH_SUB ? a - b
                       : kind == MATH_MUL ? a * b : a / b;
    }

    y->tensor = t;

    return y;
}


static maas_status_t
math_binary(train_onnx_t *o, const train_onnx_node_t *n)
{
    math_kind_t                kind;
    const train_onnx_value_t  *u, *v, *y;

    u = train_onnx_in(o, n, 0);
    v = u == NULL ? NULL : train_onnx_in(o, n, 1);
    if (v == NULL) {
        return o->err->code;
    }

    kind = math_kind(n);

    if (u->kind == ONNX_CONST && v->kind == ONNX_CONST) {
        y = math_consts(o, n, kind, u, v);

    } else if (v->kind == ONNX_CONST || u->kind == ONNX_CONST) {
        y = v->kind == ONNX_CONST ? v : u;

        if (y->tensor->number == NULL) {
            return train_onnx_refuse(o, n, "of texts");
        }

        y = v->kind == ONNX_CONST
            ? math_with(o, n, kind, u, v->tensor, 0)
            : math_with(o, n, kind, v, u->tensor, 1);

    } else {
        y = math_rows(o, n, kind, u, v);
    }

    return train_onnx_out(o, n, 0, y);
}


static maas_status_t
math_neg(train_onnx_t *o, const train_onnx_node_t *n)
{
    size_t                     i;
    double                    *minus;
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    minus = train_import_alloc(o->m, v->n, sizeof(double));
    if (minus == NULL) {
        return train_onnx_nomem(o);
    }

    for (i = 0; i < v->n; i++) {
        minus[i] = -1;
    }

    return train_onnx_out(o, n, 0, train_onnx_affine(o, n, v, minus, NULL));
}


static maas_status_t
math_pow(train_onnx_t *o, const train_onnx_node_t *n)
{
    const train_onnx_value_t   *v;
    const train_onnx_tensor_t  *t;

    v = train_onnx_in(o, n, 0);
    t = v == NULL ? NULL : train_onnx_const(o, n, 1);
    if (t == NULL) {
        return o->err->code;
    }

    if (t->n == 1 && t->number[0] == 2 && v->kind == ONNX_DEV && v->a == NULL) {
        return train_onnx_out(o, n, 0, math_of(o, ONNX_SQUARE, v->of, 0,
                                               v->n));
    }

    if (t->n == 1 && t->number[0] == 0.5 && v->kind == ONNX_VAR
        && v->a == NULL)
    {
        return train_onnx_out(o, n, 0, math_of(o, ONNX_STD, v->of, v->number,
                                               1));
    }

    return train_onnx_refuse(o, n, "no part of a layer normalization; is it"
                             " a GELU by tanh, export the exact one,"
                             " approximate=none");
}


static maas_status_t
math_sqrt(train_onnx_t *o, const train_onnx_node_t *n)
{
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    if (v->kind != ONNX_VAR || v->a != NULL) {
        return train_onnx_refuse(o, n, "no part of a layer normalization");
    }

    return train_onnx_out(o, n, 0, math_of(o, ONNX_STD, v->of, v->number, 1));
}


static maas_status_t
math_reciprocal(train_onnx_t *o, const train_onnx_node_t *n)
{
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    if (v->kind != ONNX_STD || v->a != NULL) {
        return train_onnx_refuse(o, n, "no part of a layer normalization");
    }

    return train_onnx_out(o, n, 0, math_of(o, ONNX_INV, v->of, v->number, 1));
}


static maas_status_t
math_mean(train_onnx_t *o, const train_onnx_node_t *n)
{
    size_t                      count;
    int64_t                    *axes, axis;
    maas_status_t               rc;
    const train_onnx_value_t   *v;
    const train_onnx_tensor_t  *t;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    rc = train_attr_ints(o, n, "axes", &axes, &count);
    if (rc != MAAS_OK) {
        return rc;
    }

    axis = count == 1 ? axes[0] : 0;

    if (count == 0 && train_onnx_has(n, 1)) {
        t = train_onnx_const(o, n, 1);
        if (t == NULL) {
            return o->err->code;
        }

        axis = t->n == 1 ? (int64_t) t->number[0] : 0;
    }

    if (v->rank != 1 || (axis != -1 && axis != 1)) {
        return train_onnx_refuse(o, n, "over other than the numbers of a row");
    }

    if (v->kind == ONNX_SQUARE && v->a == NULL) {
        return train_onnx_out(o, n, 0, math_of(o, ONNX_VAR, v->of, 0, 1));
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

    return train_onnx_out(o, n, 0, math_of(o, ONNX_MEAN, v, 0, 1));
}


static maas_status_t
math_erf(train_onnx_t *o, const train_onnx_node_t *n)
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
        || !math_scaled(v, &a, &b) || b != 0)
    {
        return train_onnx_refuse(o, n, "no part of a GELU");
    }

    x = train_onnx_copy(o, v);
    if (x == NULL) {
        return o->err->code;
    }

    x->a = x->b = NULL;

    if (train_onnx_is(n->op, "Erf")) {
        return train_onnx_out(o, n, 0, math_of(o, ONNX_ERF, x, a, x->n));
    }

    /* erfc(a x) = 1 + erf(-a x) */

    one = train_import_alloc(o->m, x->n, sizeof(double));
    if (one == NULL) {
        return train_onnx_nomem(o);
    }

    for (i = 0; i < x->n; i++) {
        one[i] = 1;
    }

    v = math_of(o, ONNX_ERF, x, -a, x->n);

    return v == NULL ? o->err->code
           : train_onnx_out(o, n, 0, train_onnx_affine(o, n, v, NULL, one));
}


/* w(in,out) of a constant, transposed if it has to be */

static double *
math_weights(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, const train_onnx_tensor_t *t, int turned,
    double alpha, size_t *out)
{
    size_t   i, j, in;
    double  *w;

    if (t->rank != 2 || t->n == 0 || v->rank > 2
        || (v->rank == 2 && v->dim[0] != 1))
    {
        (void) train_onnx_refuse(o, n, "of %zu and %zu dimensions, where a row"
                                 " and a matrix were expected", v->rank,
                                 t->rank);
        return NULL;
    }

    in = t->dim[turned ? 1 : 0];
    *out = t->dim[turned ? 0 : 1];

    if (in != v->n) {
        (void) train_onnx_bad(o, n, "a matrix for %zu numbers a row, which has"
                              " %zu", in, v->n);
        return NULL;
    }

    w = train_import_alloc(o->m, t->n, sizeof(double));
    if (w == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    for (i = 0; i < in; i++) {
        for (j = 0; j < *out; j++) {
            w[i * *out + j] = alpha * t->number[turned ? j * in + i
                                                : i * *out + j];
        }
    }

    return w;
}


static maas_status_t
math_matmul(train_onnx_t *o, const train_onnx_node_t *n)
{
    size_t                      out;
    double                     *w;
    const train_onnx_value_t   *v;
    const train_onnx_tensor_t  *t;

    v = train_onnx_in(o, n, 0);
    t = v == NULL ? NULL : train_onnx_const(o, n, 1);
    w = t == NULL ? NULL : math_weights(o, n, v, t, 0, 1, &out);

    return w == NULL ? o->err->code
           : train_onnx_out(o, n, 0, train_onnx_linear(o, n, v, w, NULL, out));
}


static maas_status_t
math_gemm(train_onnx_t *o, const train_onnx_node_t *n)
{
    size_t                      i, out;
    double                     *w, *b, beta;
    train_onnx_value_t         *flat;
    const train_onnx_value_t   *v;
    const train_onnx_tensor_t  *t;

    v = train_onnx_in(o, n, 0);
    t = v == NULL ? NULL : train_onnx_const(o, n, 1);
    if (t == NULL) {
        return o->err->code;
    }

    if (train_attr_int(n, "transA", 0) != 0) {
        return train_onnx_refuse(o, n, "transA: rows would be mixed");
    }

    w = math_weights(o, n, v, t, train_attr_int(n, "transB", 0) != 0,
                     train_attr_float(n, "alpha", 1), &out);
    if (w == NULL) {
        return o->err->code;
    }

    b = NULL;

    if (train_onnx_has(n, 2)) {
        t = train_onnx_const(o, n, 2);
        flat = t == NULL ? NULL : train_onnx_flat(o, ONNX_LAYER, out);
        b = flat == NULL ? NULL : math_spread(o, n, flat, t);
        if (b == NULL) {
            return o->err->code;
        }

        beta = train_attr_float(n, "beta", 1);

        for (i = 0; i < out; i++) {
            b[i] *= beta;
        }
    }

    return train_onnx_out(o, n, 0, train_onnx_linear(o, n, v, w, b, out));
}


const train_onnx_op_t  train_onnx_maths[] = {
    { "Add", math_binary },
    { "Sub", math_binary },
    { "Mul", math_binary },
    { "Div", math_binary },
    { "Neg", math_neg },
    { "Pow", math_pow },
    { "Sqrt", math_sqrt },
    { "Reciprocal", math_reciprocal },
    { "ReduceMean", math_mean },
    { "Erf", math_erf },
    { "Erfc", math_erf },
    { "MatMul", math_matmul },
    { "Gemm", math_gemm },
    { NULL, NULL }
};
