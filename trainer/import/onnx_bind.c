/*
 * Values of an ONNX graph as such: they are made, bound to names, and found.
 * Not here: what is computed of them (onnx_value.c).
 */

#include "onnx.h"

#include <string.h>


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
train_onnx_shaped(train_onnx_value_t *y, const train_onnx_value_t *v)
{
    if (y != NULL) {
        y->rank = v->rank;
        memcpy(y->dim, v->dim, sizeof(y->dim));
    }

    return y;
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
