/*
 * The product of two values, number by number: gates, squares.
 * Not here: products with weights (maas_op_dense.c).
 */

#include "maas_int.h"
#include "maas_op.h"


#pragma GCC optimize ("O3")


/* R21: as many numbers; what is multiplied gives the shape. */

static maas_status_t
multiply_shape(maas_node_t *n, const maas_shape_t *in, maas_err_t *err)
{
    return maas__shape_pair(in, "multiplies", "by", &n->shape, err);
}


static void
multiply_run(const maas_step_t *s, const maas_pass_t *p)
{
    size_t        r, i, n;
    float        *y;
    const float  *a, *b;

    a = p->in[0].data;
    b = p->in[1].data;
    y = p->out.data;
    n = maas__shape_numbers(&s->node.shape);

    for (r = 0; r < p->rows; r++) {
        for (i = 0; i < n; i++) {
            y[i] = a[i] * b[i];
        }

        a += p->in[0].ld;
        b += p->in[1].ld;
        y += p->out.ld;
    }
}


/* da = b dy, on all rows */

static void
multiply_back_by(const maas_rows_t *by, const maas_rows_t *dy, size_t rows,
    size_t n, const maas_rows_t *to)
{
    float        *d;
    size_t        r, i;
    const float  *b, *g;

    for (r = 0; to->data != NULL && r < rows; r++) {
        b = (const float *) by->data + r * by->ld;
        g = (const float *) dy->data + r * dy->ld;
        d = (float *) to->data + r * to->ld;

        for (i = 0; i < n; i++) {
            d[i] += b[i] * g[i];
        }
    }
}


static void
multiply_back(const maas_step_t *s, const maas_pass_t *p,
    const maas_pass_t *slope)
{
    size_t  n;

    n = maas__shape_numbers(&s->node.shape);
    multiply_back_by(&p->in[1], &slope->out, p->rows, n, &slope->in[0]);
    multiply_back_by(&p->in[0], &slope->out, p->rows, n, &slope->in[1]);
}


const maas_op_t  maas__op_multiply = {
    .name = "multiply",
    .n_in = 2,
    .takes = 1 << MAAS_F32,
    .version = 5,
    .shape = multiply_shape,
    .run = multiply_run,
    .back = multiply_back
};
