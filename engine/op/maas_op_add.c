/*
 * The sum of two values, number by number.
 * Not here: bias, which is part of a product.
 */

#include "maas_int.h"
#include "maas_op.h"


/* R21: as many numbers; what is added to gives the shape. */

static maas_status_t
maas_add_shape(maas_node_t *n, const maas_shape_t *in, maas_err_t *err)
{
    return maas__shape_pair(in, "adds", "to", &n->shape, err);
}


static void
maas_add_run(const maas_step_t *s, const maas_pass_t *p)
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
            y[i] = a[i] + b[i];
        }

        a += p->in[0].ld;
        b += p->in[1].ld;
        y += p->out.ld;
    }
}


static void
maas_add_back(const maas_step_t *s, const maas_pass_t *p,
    const maas_pass_t *slope)
{
    size_t  n;

    n = maas__shape_numbers(&s->node.shape);
    maas__rows_add(&slope->out, slope->rows, n, &slope->in[0]);
    maas__rows_add(&slope->out, slope->rows, n, &slope->in[1]);
}


const maas_op_t  maas__op_add = {
    .name = "add",
    .n_in = 2,
    .takes = 1 << MAAS_F32,
    .linear = 1,
    .shape = maas_add_shape,
    .run = maas_add_run,
    .back = maas_add_back
};
