/*
 * A value of any shape in one dimension: the same numbers in the same order.
 * Not here: other changes of shape.
 */

#include "maas_op.h"

#include <string.h>


static maas_status_t
maas_flatten_shape(maas_node_t *n, const maas_shape_t *in, maas_err_t *err)
{
    n->shape = maas__shape_flat(in[0].dtype, maas__shape_numbers(in));

    return MAAS_OK;
}


static void
maas_flatten_run(const maas_step_t *s, const maas_pass_t *p)
{
    char        *y;
    size_t       r, size;
    const char  *x;

    x = p->in[0].data;
    y = p->out.data;
    size = maas__dtypes[s->node.shape.dtype].bits / 8;

    for (r = 0; r < p->rows; r++) {
        memcpy(y, x, s->node.shape.dim[0] * size);
        x += p->in[0].ld * size;
        y += p->out.ld * size;
    }
}


/* Of floats: the network's rows have slopes if all its values are */

static void
maas_flatten_back(const maas_step_t *s, const maas_pass_t *p,
    const maas_pass_t *slope)
{
    maas__rows_add(&slope->out, slope->rows, s->node.shape.dim[0],
                   &slope->in[0]);
}


const maas_op_t  maas__op_flatten = {
    .name = "flatten",
    .n_in = 1,
    .takes = 1 << MAAS_F32 | 1 << MAAS_F64,
    .linear = 1,
    .shape = maas_flatten_shape,
    .run = maas_flatten_run,
    .back = maas_flatten_back
};
