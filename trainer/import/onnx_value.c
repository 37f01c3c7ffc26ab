/*
 * Values of an ONNX graph in terms of columns and layers: what is linear is
 * gathered until a product takes it in.
 * Not here: operators, and what becomes of layers in the end.
 */

#include "onnx_leaves.h"

#include <string.h>


#define ONNX_MAX_WEIGHTS  ((size_t) 1 << 28)
#define ONNX_ONE          1e-12    /* that a product of doubles is 1 within */
#define ONNX_MAX_SQUARE   2048     /* numbers a layer of zeros is made for */


static double *
onnx_doubles(train_onnx_t *o, const train_onnx_node_t *n, size_t rows,
    size_t columns)
{
    double  *v;

    if (rows != 0 && columns > ONNX_MAX_WEIGHTS / rows) {
        (void) train_onnx_refuse(o, n, "%zu x %zu weights", rows, columns);
        return NULL;
    }

    v = train_import_alloc(o->m, rows * columns, sizeof(double));
    if (v == NULL) {
        (void) train_onnx_nomem(o);
    }

    return v;
}


/* What the values of a row are without what is to be done with them yet */

static const train_onnx_value_t *
onnx_plain(train_onnx_t *o, const train_onnx_value_t *v)
{
    train_onnx_value_t  *plain;

    plain = train_onnx_copy(o, v);

    if (plain != NULL) {
        plain->a = NULL;
        plain->b = NULL;
    }

    return plain;
}


/* Part of a value's a or b */

static double *
onnx_slice(double *v, size_t at)
{
    return v == NULL ? NULL : v + at;
}


/* Of values behind one another, each with its rows of w: sums of products */

static const train_onnx_value_t *
onnx_linear_parts(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, const double *w, const double *b, size_t out)
{
    size_t                     i, at;
    const train_onnx_value_t  *sum, *y;

    at = 0;
    sum = NULL;

    for (i = 0; i < v->n_parts; i++) {
        y = v->part[i];

        if (v->a != NULL || v->b != NULL) {
            y = train_onnx_affine(o, n, y, onnx_slice(v->a, at),
                                  onnx_slice(v->b, at));
        }

        y = y == NULL ? NULL
            : train_onnx_linear(o, n, y, w + at * out, b, out);
        at += v->part[i]->n;
        b = NULL;

        if (y == NULL) {
            return NULL;
        }

        sum = sum == NULL ? y : train_onnx_add(o, n, sum, y);
        if (sum == NULL) {
            return NULL;
        }
    }

    return sum;
}


const train_onnx_value_t *
train_onnx_linear(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, const double *w, const double *b, size_t out)
{
    size_t                     i, j;
    double                    *weight, *bias, a;
    train_onnx_value_t        *y;
    const train_onnx_value_t  *x;

    if (v->kind == ONNX_CONCAT) {
        return onnx_linear_parts(o, n, v, w, b, out);
    }

    if (v->kind == ONNX_LEAVES && out <= v->n) {
        v = train_leaves_linear(o, v, w, out);

        return v == NULL ? NULL : train_onnx_affine(o, n, v, NULL, b);
    }

    if (v->kind != ONNX_INPUT && v->kind != ONNX_LAYER) {
        v = train_onnx_settle(o, n, v);
    }

    weight = v == NULL ? NULL : onnx_doubles(o, n, v->n, out);
    bias = weight == NULL ? NULL : onnx_doubles(o, n, 1, out);
    x = bias == NULL ? NULL : onnx_plain(o, v);
    y = x == NULL ? NULL : train_onnx_layer(o, n, ONNX_DENSE, x, out);
    if (y == NULL) {
        return NULL;
    }

    for (j = 0; j < out; j++) {
        bias[j] = b == NULL ? 0 : b[j];
    }

    for (i = 0; i < v->n; i++) {
        a = v->a == NULL ? 1 : v->a[i];

        for (j = 0; j < out; j++) {
            weight[i * out + j] = a * w[i * out + j];

            if (v->b != NULL) {
                bias[j] += v->b[i] * w[i * out + j];
            }
        }
    }

    o->layer[y->layer].weight = weight;
    o->layer[y->layer].bias = bias;

    return y;
}


/* Scaling of columns is done as they are read: z = (x - shift) * factor */

static int
onnx_scale(train_onnx_t *o, train_onnx_value_t *v, const double *a,
    const double *b)
{
    size_t                 i;
    double                 s, f;
    train_onnx_element_t  *e;

    if (v->a != NULL || v->b != NULL) {
        return 0;
    }

    e = train_import_alloc(o->m, v->n, sizeof(train_onnx_element_t));
    if (e == NULL) {
        return 0;
    }

    memcpy(e, v->element, v->n * sizeof(*e));

    for (i = 0; i < v->n; i++) {
        f = e[i].factor * (a == NULL ? 1 : a[i]);
        s = e[i].shift - (b == NULL || b[i] == 0 ? 0 : b[i] / f);

        if (e[i].list != NULL && f == 1 && s == 0) {
            continue;
        }

        if (e[i].list != NULL || f == 0 || !isfinite((float) f)
            || (float) f == 0 || !isfinite((float) s))
        {
            return 0;
        }

        e[i].factor = f;
        e[i].shift = s;
    }

    v->element = e;

    return 1;
}


/* Into the weights that made it */

static int
onnx_fold(train_onnx_t *o, const train_onnx_value_t *v, const double *a,
    const double *b)
{
    size_t               i, j;
    train_onnx_layer_t  *l;

    l = &o->layer[v->layer];

    if (l->shared || l->act != MAAS_ACT_LINEAR || l->weight == NULL
        || v->a != NULL || v->b != NULL)
    {
        return 0;
    }

    for (j = 0; j < l->n; j++) {
        for (i = j; a != NULL && i < (l->kind == ONNX_NORM ? l->n
                                      : l->n_in * l->n);
             i += l->n)
        {
            l->weight[i] *= a[j];
        }

        l->bias[j] = l->bias[j] * (a == NULL ? 1 : a[j])
                     + (b == NULL ? 0 : b[j]);
    }

    return 1;
}


/* Is v(n) that number alone, as NULL is? */

static int
onnx_all(const double *v, size_t n, double all)
{
    size_t  i;

    for (i = 0; v != NULL && i < n; i++) {
        if (v[i] != all) {
            return 0;
        }
    }

    return 1;
}


const train_onnx_value_t *
train_onnx_affine(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, const double *a, const double *b)
{
    size_t               i;
    train_onnx_value_t  *y;

    if (v->kind == ONNX_CONST) {
        (void) train_onnx_refuse(o, n, "of constants alone");
        return NULL;
    }

    if (onnx_all(a, v->n, 1) && onnx_all(b, v->n, 0)) {
        return v;
    }

    if (v->kind == ONNX_LEAVES) {
        return train_leaves_affine(o, v, a, b);
    }

    y = train_onnx_copy(o, v);

    if (y == NULL
        || (y->kind == ONNX_INPUT && onnx_scale(o, y, a, b))
        || (y->kind == ONNX_LAYER && onnx_fold(o, y, a, b)))
    {
        return y;
    }

    y->a = onnx_doubles(o, n, 1, v->n);
    y->b = onnx_doubles(o, n, 1, v->n);
    if (y->a == NULL || y->b == NULL) {
        return NULL;
    }

    for (i = 0; i < v->n; i++) {
        y->a[i] = (v->a == NULL ? 1 : v->a[i]) * (a == NULL ? 1 : a[i]);
        y->b[i] = (v->b == NULL ? 0 : v->b[i]) * (a == NULL ? 1 : a[i])
                  + (b == NULL ? 0 : b[i]);
    }

    /* n times a pair by n is the pair */

    if (v->kind == ONNX_PAIR && onnx_all(y->b, v->n, 0)
        && fabs(y->a[0] - 1) < ONNX_ONE && fabs(y->a[1] - 1) < ONNX_ONE)
    {
        y->a = y->b = NULL;
    }

    return y;
}


/* A product with ones on its diagonal, which takes in what v waits for */

static const train_onnx_value_t *
onnx_square(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v)
{
    size_t                     i;
    double                    *w;
    train_onnx_value_t        *y;
    const train_onnx_value_t  *x;

    if (v->n > ONNX_MAX_SQUARE) {
        (void) train_onnx_refuse(o, n, "on %zu numbers that are scaled one by"
                                 " one before it, which is done for up to %d",
                                 v->n, ONNX_MAX_SQUARE);
        return NULL;
    }

    w = onnx_doubles(o, n, v->n, v->n);

    for (i = 0; w != NULL && i < v->n; i++) {
        w[i * v->n + i] = 1;
    }

    x = w == NULL ? NULL : train_onnx_linear(o, n, v, w, NULL, v->n);
    y = x == NULL ? NULL : train_onnx_copy(o, x);

    return train_onnx_shaped(y, v);
}


/* The input itself: a layer with neither weights nor work */

static const train_onnx_value_t *
onnx_pass(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v)
{
    train_onnx_value_t  *y;

    y = train_onnx_layer(o, n, ONNX_DENSE, v, v->n);

    if (y != NULL) {
        o->layer[y->layer].shared = 1;
    }

    return train_onnx_shaped(y, v);
}


/* 1 - p and p */

static const train_onnx_value_t *
onnx_pair(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v)
{
    double  w[2] = { -1, 1 }, b[2] = { 1, 0 };

    return train_onnx_linear(o, n, v->of, w, b, 2);
}


/* A mean that is no part of a norm */

static const train_onnx_value_t *
onnx_mean(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v)
{
    size_t   i;
    double  *w;

    w = onnx_doubles(o, n, 1, v->of->n);

    for (i = 0; w != NULL && i < v->of->n; i++) {
        w[i] = 1 / (double) v->of->n;
    }

    return w == NULL ? NULL : train_onnx_linear(o, n, v->of, w, NULL, 1);
}


const train_onnx_value_t *
train_onnx_piece(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, const train_onnx_pieces_t *how)
{
    train_onnx_value_t        *y;
    train_onnx_pieces_t       *own;
    const train_onnx_value_t  *x;

    x = train_onnx_settle(o, n, v);
    own = x == NULL ? NULL : train_import_alloc(o->m, 1, sizeof(*own));
    y = own == NULL ? NULL : train_onnx_layer(o, n, ONNX_PIECES, x, x->n);

    if (x != NULL && own == NULL) {
        (void) train_onnx_nomem(o);
    }

    if (y == NULL) {
        return NULL;
    }

    *own = *how;
    o->layer[x->layer].shared = 1;
    o->layer[y->layer].shared = 1;
    o->layer[y->layer].pieces = own;

    return train_onnx_shaped(y, v);
}


/* A sum, of the shape that was asked for */

static const train_onnx_value_t *
onnx_total(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v)
{
    size_t                     i;
    double                    *w;
    train_onnx_value_t        *y;
    const train_onnx_value_t  *x;

    w = onnx_doubles(o, n, 1, v->of->n);

    for (i = 0; w != NULL && i < v->of->n; i++) {
        w[i] = 1;
    }

    x = w == NULL ? NULL : train_onnx_linear(o, n, v->of, w, NULL, 1);
    y = x == NULL ? NULL : train_onnx_copy(o, x);

    return train_onnx_shaped(y, v);
}


/* exp(x), 1 + exp(x) or softplus(x), as the transform of trees */

static const train_onnx_value_t *
onnx_exp(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v)
{
    double                    *one;
    train_onnx_pieces_t        how;
    const train_onnx_value_t  *y;

    memset(&how, 0, sizeof(how));
    how.slope[0] = 1;
    how.transform = v->kind == ONNX_SOFTPLUS ? MAAS_TRANSFORM_SOFTPLUS
                                             : MAAS_TRANSFORM_EXP;

    y = v->of->kind == ONNX_LEAVES
        ? train_leaves_layer(o, n, v->of, how.transform)
        : train_onnx_piece(o, n, v->of, &how);

    if (y == NULL || v->kind != ONNX_EXP_ONE) {
        return y;
    }

    one = train_onnx_all(o, v->n, 1);

    return one == NULL ? NULL : train_onnx_affine(o, n, y, NULL, one);
}


const train_onnx_value_t *
train_onnx_settle(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v)
{
    const train_onnx_value_t  *y;

    switch (v->kind) {

    case ONNX_INPUT:
        return v->a == NULL && v->b == NULL ? onnx_pass(o, n, v)
                                            : onnx_square(o, n, v);

    case ONNX_LAYER:
        return v->a == NULL && v->b == NULL ? v : onnx_square(o, n, v);

    case ONNX_CONCAT:
        return onnx_square(o, n, v);

    case ONNX_LEAVES:
        return train_leaves_layer(o, n, v, MAAS_TRANSFORM_NONE);

    case ONNX_SIGMOID:
        y = train_onnx_act(o, n, v->of, MAAS_ACT_SIGMOID, 1);
        break;

    case ONNX_PAIR:
        y = onnx_pair(o, n, v);
        break;

    case ONNX_MEAN:
        y = onnx_mean(o, n, v);
        break;

    case ONNX_TOTAL:
        y = onnx_total(o, n, v);
        break;

    case ONNX_SQUARED:
        y = train_onnx_multiply(o, n, v->of, v->of);
        break;

    case ONNX_EXP:
    case ONNX_EXP_ONE:
    case ONNX_SOFTPLUS:
        y = onnx_exp(o, n, v);
        break;

    default:
        (void) train_onnx_refuse(o, n, v->kind == ONNX_CONST
                                 ? "takes a constant where numbers of a row"
                                   " were expected"
                                 : v->kind == ONNX_SCORE
                                 ? "takes scores of an SVC, which are an answer"
                                   " only; calibrate a LinearSVC"
                                 : v->kind >= ONNX_APART
                                 ? "takes distances to a table of numbers,"
                                   " which are done here for the nearest one"
                                   " only"
                                 : v->kind == ONNX_ERF
                                 ? "takes an erf that is no part of a GELU"
                                 : v->kind == ONNX_LOG_SHARE
                                 ? "takes the log of a softmax; export the"
                                   " model with a softmax at its end"
                                 : v->kind >= ONNX_SOME
                                 ? "takes a sum, a largest number or a log of"
                                   " a row that is no part of a softmax or of"
                                   " shares"
                                 : "takes a mean or a square that is no part"
                                   " of a layer normalization");
        return NULL;
    }

    /* of sums of leaves are others, which are no layer yet */

    if (y != NULL && (v->a != NULL || v->b != NULL)) {
        y = train_onnx_affine(o, n, y, v->a, v->b);
    }

    return y == NULL ? NULL : train_onnx_settle(o, n, y);
}


const train_onnx_value_t *
train_onnx_act(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, maas_act_t act, float alpha)
{
    train_onnx_layer_t        *l;
    train_onnx_value_t        *y;
    const train_onnx_value_t  *x;

    x = train_onnx_settle(o, n, v);
    if (x == NULL) {
        return NULL;
    }

    l = &o->layer[x->layer];

    if (l->shared || l->act != MAAS_ACT_LINEAR || l->kind == ONNX_TREES) {
        y = train_onnx_layer(o, n, ONNX_ACT, x, x->n);
        if (y == NULL) {
            return NULL;
        }

        l = &o->layer[y->layer];

    } else {
        y = train_onnx_copy(o, x);
        if (y == NULL) {
            return NULL;
        }
    }

    l->act = act;
    l->alpha = alpha;

    return train_onnx_shaped(y, v);
}


/* A layer of two values */

static const train_onnx_value_t *
onnx_both(train_onnx_t *o, const train_onnx_node_t *n,
    train_onnx_layer_kind_t kind, const train_onnx_value_t *u,
    const train_onnx_value_t *v)
{
    train_onnx_value_t        *y;
    const train_onnx_value_t  *a, *b;

    a = train_onnx_settle(o, n, u);
    b = a == NULL || u == v ? a : train_onnx_settle(o, n, v);
    if (b == NULL) {
        return NULL;
    }

    if (a->n != b->n) {
        (void) train_onnx_refuse(o, n, "of %zu and %zu numbers a row", a->n,
                                 b->n);
        return NULL;
    }

    y = train_onnx_layer(o, n, kind, a, a->n);
    if (y == NULL) {
        return NULL;
    }

    o->layer[y->layer].in[1] = b;
    o->layer[a->layer].shared = 1;
    o->layer[b->layer].shared = 1;

    return train_onnx_shaped(y, u);
}


const train_onnx_value_t *
train_onnx_add(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *u, const train_onnx_value_t *v)
{
    const train_onnx_value_t  *both[2];

    both[0] = u;
    both[1] = v;

    return train_leaves_alike(both, 2) ? train_leaves_sum(o, n, both, 2)
                                       : onnx_both(o, n, ONNX_ADD, u, v);
}


const train_onnx_value_t *
train_onnx_multiply(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *u, const train_onnx_value_t *v)
{
    return onnx_both(o, n, ONNX_MULTIPLY, u, v);
}


static int
onnx_pairs(const train_onnx_value_t *const *v, size_t count)
{
    size_t  i;

    for (i = 0; i < count && v[i]->kind == ONNX_PAIR && v[i]->a == NULL
                && v[i]->b == NULL; i++)
    {
        /* void */
    }

    return i == count;
}


/* Of 1 - p and p of each: so many times a pair */

static const train_onnx_value_t *
onnx_pairs_sum(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *const *v, size_t count)
{
    size_t                      i;
    double                      by, all[2];
    train_onnx_value_t         *y;
    const train_onnx_value_t  **part;

    y = train_onnx_copy(o, v[0]);
    part = train_import_alloc(o->m, count, sizeof(part[0]));
    if (y == NULL || part == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    for (i = 0; i < count; i++) {
        part[i] = v[i]->of;
    }

    all[0] = all[1] = (double) count;
    by = 1 / (double) count;
    y->of = train_onnx_total(o, n, part, count);
    y->of = y->of == NULL ? NULL : train_onnx_affine(o, n, y->of, &by, NULL);

    return y->of == NULL ? NULL : train_onnx_affine(o, n, y, all, NULL);
}


const train_onnx_value_t *
train_onnx_total(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *const *v, size_t count)
{
    size_t                     i;
    const train_onnx_value_t  *sum;

    if (train_leaves_alike(v, count)) {
        return train_leaves_sum(o, n, v, count);
    }

    if (count > 1 && onnx_pairs(v, count)) {
        return onnx_pairs_sum(o, n, v, count);
    }

    for (sum = v[0], i = 1; sum != NULL && i < count; i++) {
        sum = train_onnx_add(o, n, sum, v[i]);
    }

    return sum;
}
