/*
 * Shapes of values, and a sum of values of one shape.
 * Not here: what a kind of layer makes of them.
 */

#include "maas_mem.h"
#include "maas_int.h"
#include "maas_op.h"


size_t
maas__numbers(size_t rank, const size_t *dim)
{
    size_t  i, n;

    n = 1;

    for (i = 0; i < rank; i++) {
        if (maas__mul(n, dim[i], &n) != MAAS_OK) {
            return SIZE_MAX;
        }
    }

    return n;
}


size_t
maas__shape_numbers(const maas_shape_t *s)
{
    return maas__numbers(s->rank, s->dim);
}


maas_status_t
maas__shape_pair(const maas_shape_t *in, const char *verb, const char *to,
    maas_shape_t *y, maas_err_t *err)
{
    size_t  a, b;

    a = maas__shape_numbers(&in[0]);
    b = maas__shape_numbers(&in[1]);

    if (a != b) {
        return maas__fail(err, MAAS_BADSHAPE, "%s %zu numbers %s %zu", verb, a,
                          to, b);
    }

    *y = in[0];

    return MAAS_OK;
}


maas_shape_t
maas__shape_flat(maas_dtype_t dtype, size_t n)
{
    return (maas_shape_t) { .dtype = dtype, .rank = 1, .dim = { n } };
}


void
maas__rows_add(const maas_rows_t *from, size_t rows, size_t n,
    const maas_rows_t *to)
{
    size_t        r, i;
    float        *y;
    const float  *x;

    for (r = 0; to->data != NULL && r < rows; r++) {
        x = (const float *) from->data + r * from->ld;
        y = (float *) to->data + r * to->ld;

        for (i = 0; i < n; i++) {
            y[i] += x[i];
        }
    }
}


size_t
maas__node_bytes(const maas_node_t *n)
{
    size_t                i, bytes;
    const maas_tensor_t  *t;

    bytes = 0;

    for (i = 0; i < n->op->n_tensors; i++) {
        t = &n->tensors[i];

        if (t->rank != 0) {
            bytes += maas__numbers(t->rank, t->shape)
                     * maas__dtypes[t->dtype].bits / 8;
        }
    }

    return bytes;
}
