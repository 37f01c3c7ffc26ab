/*
 * The same numbers: a layer for the activation that every layer may have.
 * Not here: activations (kernel/maas_act.c).
 */

#include "maas_op.h"

#include <string.h>


static maas_status_t
maas_activation_shape(maas_node_t *n, const maas_shape_t *in, maas_err_t *err)
{
    n->shape = in[0];

    return MAAS_OK;
}


static void
maas_activation_run(const maas_step_t *s, const maas_pass_t *p)
{
    size_t        r, n;
    float        *y;
    const float  *x;

    x = p->in[0].data;
    y = p->out.data;
    n = maas__shape_numbers(&s->node.shape);

    for (r = 0; r < p->rows; r++, x += p->in[0].ld, y += p->out.ld) {
        memcpy(y, x, n * sizeof(float));
    }
}


static void
maas_activation_back(const maas_step_t *s, const maas_pass_t *p,
    const maas_pass_t *slope)
{
    maas__rows_add(&slope->out, slope->rows,
                   maas__shape_numbers(&s->node.shape), &slope->in[0]);
}


const maas_op_t  maas__op_activation = {
    .name = "activation",
    .n_in = 1,
    .takes = 1 << MAAS_F32,
    .linear = 1,
    .shape = maas_activation_shape,
    .run = maas_activation_run,
    .back = maas_activation_back
};
