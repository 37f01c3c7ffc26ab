/*
 * Layers and activations as nodes of ONNX.
 * Not here: trees (to_onnx_trees.c), inputs (to_onnx_inputs.c).
 */

#include <math.h>

#include "to_onnx.h"


#define NET_MAX_RANK  (MAAS_MAX_RANK + 1)


/* x as one dimension behind that of rows */

static const char *
net_flat(train_onnx_t *g, const char *x, const maas_shape_t *s)
{
    return s->rank == 1 ? x : train_onnx_with(g, "Flatten", x, "axis", 1);
}


/* And back to the shape that it has */

static const char *
net_shaped(train_onnx_t *g, const char *x, const maas_shape_t *s)
{
    size_t   i;
    int64_t  dim[NET_MAX_RANK];

    if (s->rank == 1) {
        return x;
    }

    dim[0] = -1;
    for (i = 0; i < s->rank; i++) {
        dim[i + 1] = (int64_t) s->dim[i];
    }

    return train_onnx_two(g, "Reshape", x,
                          train_onnx_vector(g, TRAIN_ONNX_INT64, dim,
                                            s->rank + 1));
}


static const char *
net_number(train_onnx_t *g, double v)
{
    return train_onnx_number(g, TRAIN_ONNX_FLOAT, v);
}


static const char *
net_alpha(train_onnx_t *g, const char *op, const char *x, float alpha)
{
    train_pb_t  a = { 0 };

    train_onnx_real(&a, "alpha", alpha);

    return train_onnx_node(g, op, 0, &x, 1, &a);
}


/* 0.5 x (1 + erf(x / sqrt 2)): the operator Gelu is of a later version */

static const char *
net_gelu(train_onnx_t *g, const char *x)
{
    const char  *t;

    t = train_onnx_two(g, "Div", x, net_number(g, sqrt(2)));
    t = train_onnx_one(g, "Erf", t);
    t = train_onnx_two(g, "Add", t, net_number(g, 1));
    t = train_onnx_two(g, "Mul", x, t);

    return train_onnx_two(g, "Mul", t, net_number(g, 0.5));
}


static const char *
net_act(train_onnx_t *g, const maas_node_t *n, const char *x)
{
    switch (n->act) {

    case MAAS_ACT_RELU:
        return train_onnx_one(g, "Relu", x);

    case MAAS_ACT_LEAKY_RELU:
        return net_alpha(g, "LeakyRelu", x, n->alpha);

    case MAAS_ACT_ELU:
        return net_alpha(g, "Elu", x, n->alpha);

    case MAAS_ACT_GELU:
        return net_gelu(g, x);

    case MAAS_ACT_SILU:
        return train_onnx_two(g, "Mul", x, train_onnx_one(g, "Sigmoid", x));

    case MAAS_ACT_SIGMOID:
        return train_onnx_one(g, "Sigmoid", x);

    case MAAS_ACT_TANH:
        return train_onnx_one(g, "Tanh", x);

    case MAAS_ACT_SOFTMAX:
        x = net_flat(g, x, &n->shape);
        x = train_onnx_with(g, "Softmax", x, "axis", -1);
        return net_shaped(g, x, &n->shape);

    default:
        return x;
    }
}


static const char *
net_weights(train_onnx_t *g, const maas_tensor_t *t)
{
    return train_onnx_tensor(g, TRAIN_ONNX_FLOAT, t->rank, t->shape, t->data);
}


static const char *
net_norm(train_onnx_t *g, const maas_node_t *n, const char *x)
{
    train_pb_t   a = { 0 };
    const char  *in[3];

    in[0] = net_flat(g, x, &n->shape);
    in[1] = net_weights(g, &n->tensors[0]);
    in[2] = net_weights(g, &n->tensors[1]);
    train_onnx_int(&a, "axis", -1);
    train_onnx_real(&a, "epsilon",
                    (float) maas__attr_get(n, &n->op->attrs[0]));

    return net_shaped(g, train_onnx_node(g, "LayerNormalization", 0, in, 3,
                                            &a), &n->shape);
}


/* Normalizer, not LpNormalization: all zeros stay.  Its MAX is the largest x
 * and not |x|, which is written out. */

static const char *
net_normalize(train_onnx_t *g, const maas_node_t *n, const char *x)
{
    size_t       by;
    int64_t      axis;
    train_pb_t   a = { 0 };
    const char  *most, *none;

    static const char *const  norms[] = { "L1", "L2" };

    by = (size_t) maas__attr_get(n, &n->op->attrs[0]);

    if (by < 2) {
        train_onnx_text(&a, "norm", norms[by]);
        return train_onnx_node(g, "Normalizer", 1, &x, 1, &a);
    }

    axis = 1;
    train_onnx_ints(&a, "axes", &axis, 1);
    most = train_onnx_one(g, "Abs", x);
    most = train_onnx_node(g, "ReduceMax", 0, &most, 1, &a);
    none = train_onnx_two(g, "Equal", most, net_number(g, 0));
    most = train_onnx_three(g, "Where", none, net_number(g, 1), most);

    return train_onnx_two(g, "Div", x, most);
}


/* A bound that is not there is an input that is not: "" */

static const char *
net_clip(train_onnx_t *g, const maas_node_t *n, const char *x)
{
    size_t       i, k;
    double       bound;
    const char  *in[3] = { x, "", "" };

    for (i = k = 0; i < 2; i++) {
        bound = maas__attr_get(n, &n->op->attrs[i]);

        if (isfinite(bound)) {
            in[i + 1] = net_number(g, bound);
            k = i + 1;
        }
    }

    return train_onnx_node(g, "Clip", 0, in, k + 1, NULL);
}


/* (groups,rows,n) <-> (rows,groups,n) */

static const char *
net_turned(train_onnx_t *g, const char *x)
{
    train_pb_t  a = { 0 };

    static const int64_t  perm[] = { 1, 0, 2 };

    train_onnx_ints(&a, "perm", perm, 3);

    return train_onnx_node(g, "Transpose", 0, &x, 1, &a);
}


/* Groups of a dense layer are matrices of one product */

static const char *
net_groups(train_onnx_t *g, const maas_node_t *n, const char *x)
{
    size_t        dim[3];
    maas_shape_t  in = { .rank = 2 }, out = { .rank = 2 };

    dim[2] = n->tensors[0].shape[1];
    dim[0] = maas__shape_numbers(&n->shape) / dim[2];
    dim[1] = n->tensors[0].shape[0] / dim[0];
    in.dim[0] = out.dim[0] = dim[0];
    in.dim[1] = dim[1];
    out.dim[1] = dim[2];

    x = net_turned(g, net_shaped(g, x, &in));
    x = train_onnx_two(g, "MatMul", x,
                       train_onnx_tensor(g, TRAIN_ONNX_FLOAT, 3, dim,
                                         n->tensors[0].data));
    x = net_flat(g, net_turned(g, x), &out);

    return train_onnx_two(g, "Add", x, net_weights(g, &n->tensors[1]));
}


/* The value of layer i before its activation; NULL with a sentence */

static const char *
net_value(train_onnx_t *g, size_t i, const char **value)
{
    const char          *x;
    const maas_node_t   *n;
    const maas_shape_t  *s;

    n = &g->d->nodes[i];
    x = value[n->in[0]];
    s = n->in[0] == 0 ? &g->d->shape : &g->d->nodes[n->in[0] - 1].shape;

    if (n->op == &maas__op_dense && maas__shape_numbers(&n->shape)
                                    != n->tensors[0].shape[1])
    {
        return net_groups(g, n, net_flat(g, x, s));
    }

    if (n->op == &maas__op_dense) {
        return train_onnx_three(g, "Gemm", net_flat(g, x, s),
                                net_weights(g, &n->tensors[0]),
                                net_weights(g, &n->tensors[1]));
    }

    if (n->op == &maas__op_activation) {
        return x;
    }

    if (n->op == &maas__op_add) {
        return train_onnx_two(g, "Add", x, value[n->in[1]]);
    }

    if (n->op == &maas__op_multiply) {
        return train_onnx_two(g, "Mul", x, value[n->in[1]]);
    }

    if (n->op == &maas__op_flatten) {
        return net_flat(g, x, s);
    }

    if (n->op == &maas__op_layer_norm) {
        return net_norm(g, n, x);
    }

    if (n->op == &maas__op_normalize) {
        return net_shaped(g, net_normalize(g, n, net_flat(g, x, s)),
                          &n->shape);
    }

    if (n->op == &maas__op_clip) {
        return net_clip(g, n, x);
    }

    if (n->op == &maas__op_target) {
        return train_onnx_target(g, n, net_flat(g, x, s));
    }

    if (n->op == &maas__op_embed) {
        return train_onnx_embed(g, n, net_flat(g, x, s));
    }

    if (n->op == &maas__op_trees) {
        return train_onnx_trees(g, i, net_flat(g, x, s));
    }

    (void) train_refuse(g->e->why, "layer %zu is of kind %s, which no operator "
                        "of ONNX is written for", i, n->op->name);
    return NULL;
}


int
train_onnx_layers(train_onnx_t *g, const char **value)
{
    size_t       i;
    const char  *x;

    for (i = 0; i < g->d->n_nodes; i++) {
        x = net_value(g, i, value);

        if (x == NULL) {
            return -1;
        }

        value[i + 1] = net_act(g, &g->d->nodes[i], x);
    }

    return 0;
}
