/*
 * Products of rows with constant matrices in an ONNX graph.
 * Not here: number by number (onnx_math.c).
 */

#include "onnx.h"


/* w(in,out) of a constant, transposed if it has to be */

static double *
product_weights(train_onnx_t *o, const train_onnx_node_t *n,
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


/* Of (1,n) it stays one */

static const train_onnx_value_t *
product_of(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, const double *w, const double *b, size_t out)
{
    train_onnx_value_t        *y;
    const train_onnx_value_t  *x;

    x = train_onnx_linear(o, n, v, w, b, out);
    y = x == NULL || v->rank != 2 ? NULL : train_onnx_copy(o, x);

    if (y != NULL) {
        y->rank = 2;
        y->dim[0] = 1;
        y->dim[1] = out;
    }

    return y == NULL ? x : y;
}


/* Of a row and a vector: a number, without a dimension */

static maas_status_t
product_dot(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, const train_onnx_tensor_t *t)
{
    train_onnx_value_t        *y;
    const train_onnx_value_t  *x;

    x = train_onnx_linear(o, n, v, t->number, NULL, 1);
    y = x == NULL ? NULL : train_onnx_copy(o, x);

    if (y != NULL) {
        y->rank = 0;
    }

    return train_onnx_out(o, n, 0, y);
}


static maas_status_t
product_matmul(train_onnx_t *o, const train_onnx_node_t *n)
{
    size_t                      out;
    double                     *w;
    const train_onnx_value_t   *v;
    const train_onnx_tensor_t  *t;

    v = train_onnx_in(o, n, 0);
    t = v == NULL ? NULL : train_onnx_const(o, n, 1);

    if (t != NULL && t->rank == 1 && v->rank == 1 && t->n == v->n) {
        return product_dot(o, n, v, t);
    }

    w = t == NULL ? NULL : product_weights(o, n, v, t, 0, 1, &out);

    return w == NULL ? o->err->code
           : train_onnx_out(o, n, 0, product_of(o, n, v, w, NULL, out));
}


static maas_status_t
product_gemm(train_onnx_t *o, const train_onnx_node_t *n)
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

    w = product_weights(o, n, v, t, train_attr_int(n, "transB", 0) != 0,
                     train_attr_float(n, "alpha", 1), &out);
    if (w == NULL) {
        return o->err->code;
    }

    b = NULL;

    if (train_onnx_has(n, 2)) {
        t = train_onnx_const(o, n, 2);
        flat = t == NULL ? NULL : train_onnx_flat(o, ONNX_LAYER, out);
        b = flat == NULL ? NULL : train_onnx_spread(o, n, flat, t);
        if (b == NULL) {
            return o->err->code;
        }

        beta = train_attr_float(n, "beta", 1);

        for (i = 0; i < out; i++) {
            b[i] *= beta;
        }
    }

    return train_onnx_out(o, n, 0, product_of(o, n, v, w, b, out));
}


const train_onnx_op_t  train_onnx_products[] = {
    { "MatMul", product_matmul },
    { "Gemm", product_gemm },
    { NULL, NULL }
};
