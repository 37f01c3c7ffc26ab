/*
 * Dense layers whose weights are BF16: rows stay floats, or are rounded on the
 * way in.
 * Not here: rules of their numbers (maas_op_dense.c), products (kernel/).
 */

#include "maas_dense.h"
#include "maas_int.h"
#include "kernel/maas_bf16.h"


static const void *
dense_bf16_kernel(const maas_node_t *n, maas_isa_t isa)
{
    const maas_dense_t  *d = (const void *) n->attrs;

    return maas__bf16_choose(d->activations == MAAS_DENSE_BF16, isa);
}


/* Numbers of 4 bytes between rounded rows: whole cache lines, and one more, so
 * that rows do not stand in the same places of a cache */

static size_t
dense_bf16_ld(const maas_step_t *s)
{
    size_t              line;
    const maas_bf16_t  *kernel = s->kernel;

    line = MAAS_ALIGN / sizeof(float);

    return (kernel->row(s->node.tensors[MAAS_DENSE_WEIGHT].shape[0]) + line
            - 1) / line * line + line;
}


static maas_status_t
dense_bf16_layout(maas_step_t *s, maas_arena_t *a)
{
    const maas_bf16_t  *kernel = s->kernel;

    s->scratch = kernel->round == NULL ? 0 : dense_bf16_ld(s) * sizeof(float);

    return MAAS_OK;
}


static size_t
dense_bf16_size(const maas_step_t *s)
{
    const size_t       *dim = s->node.tensors[MAAS_DENSE_WEIGHT].shape;
    const maas_bf16_t  *kernel = s->kernel;

    return kernel->size(dim[0], dim[1]);
}


static void
dense_bf16_pack(const maas_step_t *s, void *to)
{
    const maas_tensor_t  *t = s->node.tensors;
    const maas_bf16_t    *kernel = s->kernel;

    kernel->pack(t[MAAS_DENSE_WEIGHT].data, t[MAAS_DENSE_BIAS].data,
                 t[MAAS_DENSE_WEIGHT].shape[0], t[MAAS_DENSE_WEIGHT].shape[1],
                 to);
}


static void
dense_bf16_run(const maas_step_t *s, const maas_pass_t *p)
{
    size_t              r, ldx;
    const void         *x;
    const size_t       *dim = s->node.tensors[MAAS_DENSE_WEIGHT].shape;
    const maas_bf16_t  *kernel = s->kernel;

    x = p->in[0].data;
    ldx = p->in[0].ld;

    if (kernel->round != NULL) {
        x = p->scratch;
        ldx = dense_bf16_ld(s);

        for (r = 0; r < p->rows; r++) {
            kernel->round((const float *) p->in[0].data + r * p->in[0].ld,
                          dim[0], (float *) p->scratch + r * ldx);
        }
    }

    kernel->run(s->packed, dim[0], dim[1], x, ldx, p->rows, s->node.act,
                s->node.alpha, p->out.data, p->out.ld);
}


const maas_dense_how_t  maas__dense_bf16 = {
    .kernel = dense_bf16_kernel,
    .layout = dense_bf16_layout,
    .size = dense_bf16_size,
    .pack = dense_bf16_pack,
    .run = dense_bf16_run
};
