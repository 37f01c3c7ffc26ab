/*
 * Arithmetic of an ONNX graph, number by number: of constants, of a row with
 * constants, of two values of a row.
 * Not here: matrices (onnx_product.c), chains that are one thing
 * (onnx_chain.c).
 */

#include "onnx_chain.h"

#include <math.h>
#include <string.h>


#define MATH_RATIO                                                            \
    "by a value of the row, which is done here for a softmax and for"         \
    " probabilities that are to add up to 1: let ratios of columns be columns" \
    " before the model"

#define MATH_MAX_REPEATED  ((size_t) 1 << 24)  /* weights of it */


double *
train_onnx_spread(train_onnx_t *o, const train_onnx_node_t *n,
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
                                     " of a row%s", t->n, v->n, v->n > 1 ? ""
                                     : ", as of a table of values: calibrate"
                                     " by a sigmoid, not isotonic");
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


/* Is it a step of a chain: variance + c, exp(-x) + 1, or 1 divided by that or
 * by a root?  c(v->n); swapped: it stands before. */

static int
math_goes_on(const train_onnx_value_t *v, math_kind_t kind, const double *c,
    int swapped)
{
    int     one;
    double  all;

    one = train_chain_uniform(c, v->n, 1, &all) && all == 1;

    if (v->a != NULL) {
        return 0;
    }

    return kind == MATH_ADD
           ? v->kind == ONNX_VAR || (v->kind == ONNX_EXP && one)
           : kind == MATH_DIV && swapped && one
             && (v->kind == ONNX_EXP_ONE || v->kind == ONNX_STD);
}


static const train_onnx_value_t *
math_chain(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, const double *c)
{
    train_onnx_value_t  *y;

    if (v->kind == ONNX_EXP_ONE) {
        return train_chain_sigmoid(o, n, v->of);
    }

    if (v->kind == ONNX_STD) {
        y = train_chain_of(o, ONNX_INV, v->of, v->number, 1);

        if (y != NULL) {
            y->plain = v->plain;
        }

        return y;
    }

    y = train_onnx_copy(o, v);

    if (y != NULL && v->kind == ONNX_EXP) {
        y->kind = ONNX_EXP_ONE;

    } else if (y != NULL) {
        y->number += c[0];
    }

    return y;
}


/* (1,n) for (k,n) numbers of a constant: the same row k times */

static const train_onnx_value_t *
math_repeated(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, size_t k)
{
    size_t                     i;
    double                    *w;
    train_onnx_value_t        *y;
    const train_onnx_value_t  *x;

    w = v->n == 0 || k > MATH_MAX_REPEATED / v->n / v->n ? NULL
        : train_import_alloc(o->m, k * v->n * v->n, sizeof(double));
    if (w == NULL) {
        (void) train_onnx_refuse(o, n, "a constant of %zu numbers for %zu of a"
                                 " row", k * v->n, v->n);
        return NULL;
    }

    for (i = 0; i < k * v->n; i++) {
        w[i % v->n * k * v->n + i] = 1;
    }

    x = train_onnx_linear(o, n, v, w, NULL, k * v->n);
    y = x == NULL ? NULL : train_onnx_copy(o, x);

    if (y != NULL) {
        y->rank = 2;
        y->dim[0] = k;
        y->dim[1] = v->n;
    }

    return y;
}


/* A row's number less each of a table of points, which is looked up in it */

static const train_onnx_value_t *
math_apart(train_onnx_t *o, const train_onnx_value_t *v,
    const train_onnx_tensor_t *t)
{
    train_onnx_value_t  *y;

    y = train_onnx_flat(o, ONNX_APART, t->n);

    if (y != NULL) {
        y->of = v;
        y->tensor = t;
    }

    return y;
}


/* A row's number and a constant, c: v * a + b.  swapped: the constant stands
 * before. */

static const train_onnx_value_t *
math_with(train_onnx_t *o, const train_onnx_node_t *n, math_kind_t kind,
    const train_onnx_value_t *v, const train_onnx_tensor_t *t, int swapped)
{
    size_t               i;
    double              *c, *minus;
    train_onnx_value_t  *y;

    /* for each number of what will be divided by the root */

    y = v->kind == ONNX_INV && !v->plain && v->n == 1 && kind == MATH_MUL
        ? train_chain_piece(o, ONNX_INV, v, 1) : NULL;
    v = y == NULL ? v : y;

    if (v->rank == 2 && v->dim[0] == 1 && t->n > v->n && t->rank >= 2
        && t->dim[t->rank - 1] == v->n && t->dim[t->rank - 2] * v->n == t->n)
    {
        v = math_repeated(o, n, v, t->dim[t->rank - 2]);
    }

    if (v != NULL && kind == MATH_SUB && !swapped && v->n == 1 && t->n > 1
        && (t->rank == 0 || t->dim[t->rank - 1] == t->n))
    {
        return math_apart(o, v, t);
    }

    c = v == NULL ? NULL : train_onnx_spread(o, n, v, t);
    if (c == NULL) {
        return NULL;
    }

    if (math_goes_on(v, kind, c, swapped)) {
        return math_chain(o, n, v, c);
    }

    if (kind == MATH_DIV && swapped) {
        (void) train_onnx_refuse(o, n, MATH_RATIO);
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

    if (u->n == v->n && u->n > 1
        && (u->rank != v->rank
            || memcmp(u->dim, v->dim, u->rank * sizeof(size_t)) != 0))
    {
        (void) train_onnx_refuse(o, n, "of %zu numbers a row in two shapes, one"
                                 " spread over the other", u->n);
        return NULL;
    }

    if (kind == MATH_MUL) {
        return train_chain_times(o, n, u, v);
    }

    if (kind == MATH_DIV) {
        y = train_share_div(o, n, u, v);
        y = y != NULL || o->err->code != MAAS_OK
            ? y : train_chain_by_root(o, n, u, v, ONNX_STD);

        if (y != NULL || o->err->code != MAAS_OK) {
            return y;
        }

        if (u->kind == ONNX_DEV && v->kind == ONNX_STD && !v->plain
            && u->a == NULL && v->a == NULL && train_chain_same(u->of, v->of))
        {
            return train_chain_norm(o, n, u, v);
        }

        (void) train_onnx_refuse(o, n, MATH_RATIO);
        return NULL;
    }

    y = kind == MATH_SUB ? train_share_sub(o, u, v)
        : train_share_add(o, u, v);
    y = y != NULL || o->err->code != MAAS_OK || kind == MATH_SUB
        ? y : train_share_add(o, v, u);

    if (y != NULL || o->err->code != MAAS_OK) {
        return y;
    }

    if (kind == MATH_ADD) {
        y = train_chain_norm_of(o, n, u, v);
        y = y != NULL || o->err->code != MAAS_OK
            ? y : train_chain_norm_of(o, n, v, u);

        return y != NULL || o->err->code != MAAS_OK ? y
               : train_onnx_add(o, n, u, v);
    }

    if (v->kind == ONNX_MEAN && v->a == NULL && train_chain_same(u, v->of)
        && u->a == NULL && u->b == NULL)
    {
        return train_chain_of(o, ONNX_DEV, v->of, 0, u->n);
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


/* Are dimensions the same, but for those of 1 in front? */

static int
math_same_shape(const train_onnx_value_t *u, const train_onnx_value_t *v)
{
    size_t  i, a, b;

    for (i = 1; i <= u->rank || i <= v->rank; i++) {
        a = i <= u->rank ? u->dim[u->rank - i] : 1;
        b = i <= v->rank ? v->dim[v->rank - i] : 1;

        if (a != b) {
            return 0;
        }
    }

    return 1;
}


static int
math_whole(const train_onnx_tensor_t *t)
{
    return t->type == TRAIN_ONNX_INT64 || t->type == TRAIN_ONNX_INT32;
}


/* Constants alone: of one shape, or one of them a number.  Whole numbers, such
 * as those of a shape, divide as such. */

static const train_onnx_value_t *
math_consts(train_onnx_t *o, const train_onnx_node_t *n, math_kind_t kind,
    const train_onnx_value_t *u, const train_onnx_value_t *v)
{
    size_t                     i;
    double                     a, b;
    train_onnx_value_t        *y;
    train_onnx_tensor_t       *t;
    const train_onnx_value_t  *large;

    if ((u->n != 1 && v->n != 1 && !math_same_shape(u, v))
        || u->tensor->number == NULL || v->tensor->number == NULL)
    {
        (void) train_onnx_refuse(o, n, "of constants of %zu and %zu numbers",
                                 u->n, v->n);
        return NULL;
    }

    large = u->n > v->n || (u->n == v->n && u->rank >= v->rank) ? u : v;
    y = train_onnx_anew(o, large, &t);
    if (y == NULL) {
        return NULL;
    }

    for (i = 0; i < large->n; i++) {
        a = u->tensor->number[u->n == 1 ? 0 : i];
        b = v->tensor->number[v->n == 1 ? 0 : i];
        t->number[i] = kind == MATH_ADD ? a + b : kind == MATH_SUB ? a - b
                       : kind == MATH_MUL ? a * b : a / b;

        if (kind == MATH_DIV && math_whole(u->tensor)
            && math_whole(v->tensor))
        {
            t->number[i] = trunc(t->number[i]);
        }
    }

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

        if (kind == MATH_DIV && math_whole(y->tensor)) {
            return train_onnx_refuse(o, n, "of whole numbers of a row, which"
                                     " is rounded; make them floats before");
        }

        y = v->kind == ONNX_CONST
            ? math_with(o, n, kind, u, v->tensor, 0)
            : math_with(o, n, kind, v, u->tensor, 1);

    } else {
        y = math_rows(o, n, kind, u, v);
    }

    return train_onnx_out(o, n, 0, y);
}


/* Of any number of values, which are rows' numbers all */

static maas_status_t
math_sum(train_onnx_t *o, const train_onnx_node_t *n)
{
    size_t                     i;
    const train_onnx_value_t **v;

    v = train_import_alloc(o->m, n->n_in, sizeof(v[0]));
    if (v == NULL) {
        return train_onnx_nomem(o);
    }

    for (i = 0; i < n->n_in; i++) {
        v[i] = train_onnx_in(o, n, i);
        if (v[i] == NULL) {
            return o->err->code;
        }

        if (v[i]->kind == ONNX_CONST) {
            return train_onnx_refuse(o, n, "of constants; Add is done here");
        }
    }

    return n->n_in == 0 ? train_onnx_bad(o, n, "takes nothing")
           : train_onnx_out(o, n, 0, train_onnx_total(o, n, v, n->n_in));
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


const train_onnx_op_t  train_onnx_maths[] = {
    { "Add", math_binary },
    { "Sub", math_binary },
    { "Mul", math_binary },
    { "Div", math_binary },
    { "Sum", math_sum },
    { "Neg", math_neg },
    { NULL, NULL }
};
