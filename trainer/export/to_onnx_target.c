/*
 * Layers of kind target as nodes of ONNX: all in double, as in the engine.
 * Not here: other layers (to_onnx_layers.c).
 */

#include <math.h>

#include "to_onnx.h"
#include "util.h"


enum { TARGET_IDENTITY = 0, TARGET_EXP, TARGET_SYMEXP };


/* Row k of the layer's scale */

static const char *
target_row(train_onnx_t *g, const maas_node_t *n, size_t k)
{
    size_t        i, width;
    double       *v;
    const char   *name;
    const float  *scale;

    width = n->shape.dim[0];
    scale = n->tensors[0].data;
    v = train_alloc(width, sizeof(double));

    for (i = 0; i < width; i++) {
        v[i] = (double) scale[k * width + i];
    }

    name = train_onnx_vector(g, TRAIN_ONNX_DOUBLE, v, width);
    train_free(v);

    return name;
}


/* Numbers (in,knots - 1) of the parts of the broken lines: where each begins,
 * how long it is, how steep */

static const char *
target_parts(train_onnx_t *g, const maas_node_t *n, int what)
{
    size_t        i, knots, at, dim[2];
    double       *v;
    const char   *name;
    const float  *knot, *level;

    knots = n->tensors[1].shape[1];
    dim[0] = n->shape.dim[0];
    dim[1] = knots - 1;
    v = train_alloc(dim[0] * dim[1], sizeof(double));

    for (i = 0; i < dim[0] * dim[1]; i++) {
        at = i / dim[1] * knots + i % dim[1];
        knot = (const float *) n->tensors[1].data + at;
        level = (const float *) n->tensors[2].data + at;
        v[i] = what == 0 ? (double) knot[0]
               : what == 1 ? (double) knot[1] - (double) knot[0]
               : ((double) level[1] - (double) level[0])
                 / ((double) knot[1] - (double) knot[0]);
    }

    name = train_onnx_tensor(g, TRAIN_ONNX_DOUBLE, 2, dim, v);
    train_free(v);

    return name;
}


/* The first level and what each part adds: at least nothing, at most all */

static const char *
target_levels(train_onnx_t *g, const maas_node_t *n, const char *z)
{
    size_t        i;
    double       *first;
    int64_t       axis;
    const char   *last, *y;
    const float  *level;

    axis = 2;
    last = train_onnx_vector(g, TRAIN_ONNX_INT64, &axis, 1);
    z = train_onnx_two(g, "Unsqueeze", z, last);
    z = train_onnx_two(g, "Sub", z, target_parts(g, n, 0));
    z = train_onnx_two(g, "Max", z, train_onnx_number(g, TRAIN_ONNX_DOUBLE,
                                                      0));
    z = train_onnx_two(g, "Min", z, target_parts(g, n, 1));
    z = train_onnx_two(g, "Mul", z, target_parts(g, n, 2));
    z = train_onnx_two(g, "ReduceSum", z, last);
    z = train_onnx_two(g, "Squeeze", z, last);

    level = n->tensors[2].data;
    first = train_alloc(n->shape.dim[0], sizeof(double));

    for (i = 0; i < n->shape.dim[0]; i++) {
        first[i] = (double) level[i * n->tensors[2].shape[1]];
    }

    y = train_onnx_vector(g, TRAIN_ONNX_DOUBLE, first, n->shape.dim[0]);
    train_free(first);

    return train_onnx_two(g, "Add", z, y);
}


const char *
train_onnx_target(train_onnx_t *g, const maas_node_t *n, const char *x)
{
    size_t       form;
    const char  *z, *u;

    form = (size_t) maas__attr_get(n, &n->op->attrs[0]);
    z = train_onnx_cast(g, x, TRAIN_ONNX_DOUBLE);
    z = train_onnx_two(g, "Mul", z, target_row(g, n, 0));
    z = train_onnx_two(g, "Add", z, target_row(g, n, 1));

    if (form == TARGET_EXP) {
        z = train_onnx_one(g, "Exp", z);

    } else if (form == TARGET_SYMEXP) {
        u = train_onnx_one(g, "Exp", train_onnx_one(g, "Abs", z));
        u = train_onnx_two(g, "Sub", u, train_onnx_number(g,
                                            TRAIN_ONNX_DOUBLE, 1));
        z = train_onnx_two(g, "Mul", train_onnx_one(g, "Sign", z), u);

    } else if (form != TARGET_IDENTITY) {
        z = target_levels(g, n, z);
    }

    z = train_onnx_two(g, "Mul", z, target_row(g, n, 2));
    z = train_onnx_two(g, "Add", z, target_row(g, n, 3));
    z = train_onnx_two(g, "Max", z, target_row(g, n, 4));
    z = train_onnx_two(g, "Min", z, target_row(g, n, 5));

    return train_onnx_cast(g, z, TRAIN_ONNX_FLOAT);
}
