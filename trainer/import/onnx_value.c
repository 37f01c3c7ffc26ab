/*
 * Values of an ONNX graph in terms of columns and layers: what is linear is
 * gathered until a product takes it in.
 * Not here: operators, and what becomes of layers in the end.
 */

#include "onnx.h"

#include <string.h>


#define ONNX_MAX_WEIGHTS  ((size_t) 1 << 28)
#define ONNX_MAX_SQUARE   2048     /* numbers a layer of zeros is made for */


train_onnx_value_t *
train_onnx_value(train_onnx_t *o, train_onnx_kind_t kind, size_t rank,
    const size_t *dim)
{
    size_t               i;
    train_onnx_value_t  *v;

    v = train_import_alloc(o->m, 1, sizeof(train_onnx_value_t));
    if (v == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    v->kind = kind;
    v->rank = rank;
    v->n = 1;

    for (i = 0; i < rank; i++) {
        v->dim[i] = dim[i];
        v->n *= dim[i];
    }

    return v;
}


train_onnx_value_t *
train_onnx_flat(train_onnx_t *o, train_onnx_kind_t kind, size_t n)
{
    return train_onnx_value(o, kind, 1, &n);
}


train_onnx_value_t *
train_onnx_copy(train_onnx_t *o, const train_onnx_value_t *v)
{
    train_onnx_value_t  *copy;

    copy = train_onnx_value(o, v->kind, 0, NULL);

    if (copy != NULL) {
        *copy = *v;
    }

    return copy;
}


train_onnx_value_t *
train_onnx_anew(train_onnx_t *o, const train_onnx_value_t *v,
    train_onnx_tensor_t **t)
{
    train_onnx_value_t  *y;

    y = train_onnx_copy(o, v);
    *t = train_import_alloc(o->m, 1, sizeof(**t));

    if (*t != NULL) {
        **t = *v->tensor;
        (*t)->number = train_import_alloc(o->m, v->n, sizeof(double));
    }

    if (y == NULL || *t == NULL || (*t)->number == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    y->tensor = *t;

    return y;
}


int
train_onnx_over_row(const train_onnx_value_t *v, int64_t axis)
{
    return (v->rank == 1 || (v->rank == 2 && v->dim[0] == 1))
           && (axis == -1 || axis == (int64_t) v->rank);
}


int
train_onnx_has(const train_onnx_node_t *n, size_t i)
{
    return i < n->n_in && n->in[i].len > 0;
}


const train_onnx_value_t *
train_onnx_in(train_onnx_t *o, const train_onnx_node_t *n, size_t i)
{
    train_onnx_name_t    *e;
    train_onnx_value_t   *v;
    train_onnx_tensor_t  *t;

    if (!train_onnx_has(n, i)) {
        (void) train_onnx_bad(o, n, "input %zu is missing", i);
        return NULL;
    }

    e = train_onnx_find(o, n->in[i]);

    if (e != NULL && e->value != NULL && e->value->kind == ONNX_STACK
        && !train_onnx_is(n->op, "Concat")
        && !train_onnx_is(n->op, "ReduceMean"))
    {
        (void) train_onnx_refuse(o, n, "takes numbers of a shape in which rows"
                                 " are mixed, which is done here for means of"
                                 " several models only");
        return NULL;
    }

    if (e != NULL && e->value != NULL) {
        return e->value;
    }

    if (e != NULL && e->from != NULL && e->from < n) {
        (void) train_onnx_refuse(o, n, "takes the label \"%.*s\" of another"
                                 " operator: only numbers are computed here;"
                                 " export the probabilities or scores",
                                 n->in[i].len < 80 ? (int) n->in[i].len : 80,
                                 n->in[i].data);
        return NULL;
    }

    if (e == NULL || e->tensor.p == NULL) {
        (void) train_onnx_bad(o, n, "takes \"%.*s\", which nothing before it"
                              " makes", n->in[i].len < 80
                              ? (int) n->in[i].len : 80, n->in[i].data);
        return NULL;
    }

    if (train_onnx_decode(o, n, e->tensor, &t) != MAAS_OK) {
        return NULL;
    }

    v = train_onnx_value(o, ONNX_CONST, t->rank, t->dim);

    if (v != NULL) {
        v->tensor = t;
        e->value = v;
    }

    return v;
}


const train_onnx_tensor_t *
train_onnx_const(train_onnx_t *o, const train_onnx_node_t *n, size_t i)
{
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, i);

    if (v != NULL && (v->kind != ONNX_CONST || v->tensor->number == NULL)) {
        (void) train_onnx_refuse(o, n, "input %zu depends on the row, where"
                                 " constant numbers were expected", i);
        return NULL;
    }

    return v == NULL ? NULL : v->tensor;
}


/* A layer that more than one thing uses stays as it is.  Values of values are
 * a few steps deep. */

static void
onnx_share(train_onnx_t *o, const train_onnx_value_t *v)
{
    size_t  i;

    while (v->of != NULL) {
        v = v->of;
    }

    for (i = 0; i < v->n_parts; i++) {
        onnx_share(o, v->part[i]);
    }

    if (v->kind == ONNX_LAYER) {
        o->layer[v->layer].shared = 1;
    }
}


maas_status_t
train_onnx_out(train_onnx_t *o, const train_onnx_node_t *n, size_t i,
    const train_onnx_value_t *v)
{
    train_onnx_name_t  *e;

    if (v == NULL) {
        return o->err->code;
    }

    e = i < n->n_out ? train_onnx_find(o, n->out[i]) : NULL;

    if (e != NULL) {
        e->value = v;

        if (e->uses != 1) {
            onnx_share(o, v);
        }
    }

    return MAAS_OK;
}


/* A layer, its output in one dimension */

train_onnx_value_t *
train_onnx_layer(train_onnx_t *o, const train_onnx_node_t *n,
    train_onnx_layer_kind_t kind, const train_onnx_value_t *v, size_t out)
{
    size_t               room;
    train_onnx_value_t  *y;
    train_onnx_layer_t  *all, *l;

    if (o->n_layers == o->room) {
        room = o->room == 0 ? 64 : 2 * o->room;
        all = train_import_alloc(o->m, room, sizeof(train_onnx_layer_t));
        if (all == NULL) {
            (void) train_onnx_nomem(o);
            return NULL;
        }

        if (o->n_layers > 0) {
            memcpy(all, o->layer, o->n_layers * sizeof(train_onnx_layer_t));
        }

        o->layer = all;
        o->room = room;
    }

    y = train_onnx_flat(o, ONNX_LAYER, out);
    if (y == NULL) {
        return NULL;
    }

    l = &o->layer[o->n_layers];
    memset(l, 0, sizeof(*l));
    l->kind = kind;
    l->in[0] = v;
    l->n_in = v->n;
    l->n = out;
    l->alpha = 1;
    y->layer = o->n_layers++;

    return y;
}


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


double *
train_onnx_all(train_onnx_t *o, size_t n, double v)
{
    size_t   i;
    double  *all;

    all = train_import_alloc(o->m, n, sizeof(double));

    for (i = 0; all != NULL && i < n; i++) {
        all[i] = v;
    }

    if (all == NULL) {
        (void) train_onnx_nomem(o);
    }

    return all;
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

    if (y != NULL) {
        y->rank = v->rank;
        memcpy(y->dim, v->dim, sizeof(y->dim));
    }

    return y;
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
        y->rank = v->rank;
        memcpy(y->dim, v->dim, sizeof(y->dim));
    }

    return y;
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
    y->rank = v->rank;
    memcpy(y->dim, v->dim, sizeof(y->dim));

    return y;
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

    if (y != NULL) {
        y->rank = v->rank;
        memcpy(y->dim, v->dim, sizeof(y->dim));
    }

    return y;
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
        (void) train_onnx_refuse(o, n, "takes an exp or a softplus, which is"
                                 " computed here as the very last of a model"
                                 " only, or as a part of a sigmoid");
        return NULL;

    default:
        (void) train_onnx_refuse(o, n, v->kind == ONNX_CONST
                                 ? "takes a constant where numbers of a row"
                                   " were expected"
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

    if (y == NULL || (v->a == NULL && v->b == NULL)) {
        return y;
    }

    y = train_onnx_affine(o, n, y, v->a, v->b);

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

    y->rank = v->rank;
    memcpy(y->dim, v->dim, sizeof(y->dim));
    l->act = act;
    l->alpha = alpha;

    return y;
}


const train_onnx_value_t *
train_onnx_link(train_onnx_t *o, const train_onnx_value_t *v)
{
    train_onnx_pieces_t  how;

    if ((v->kind != ONNX_EXP && v->kind != ONNX_SOFTPLUS) || v->a != NULL
        || v->b != NULL || v->of->kind == ONNX_BELOW_MOST)
    {
        return train_onnx_settle(o, NULL, v);
    }

    memset(&how, 0, sizeof(how));
    how.slope[0] = 1;
    how.transform = v->kind == ONNX_EXP ? MAAS_TRANSFORM_EXP
                                        : MAAS_TRANSFORM_SOFTPLUS;

    return train_onnx_piece(o, NULL, v->of, &how);
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
    y->rank = u->rank;
    memcpy(y->dim, u->dim, sizeof(y->dim));

    return y;
}


const train_onnx_value_t *
train_onnx_add(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *u, const train_onnx_value_t *v)
{
    return onnx_both(o, n, ONNX_ADD, u, v);
}


const train_onnx_value_t *
train_onnx_multiply(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *u, const train_onnx_value_t *v)
{
    return onnx_both(o, n, ONNX_MULTIPLY, u, v);
}
