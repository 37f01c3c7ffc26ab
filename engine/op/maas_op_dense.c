/*
 * x W + b over all numbers of a row, whatever their shape.
 * Not here: how a product is done (kernel/).
 */

#include "maas_int.h"
#include "maas_op.h"
#include "kernel/maas_gemm.h"

#include <math.h>
#include <stddef.h>


typedef struct {
    size_t  units;
} maas_dense_t;

static const maas_attr_t  maas_dense_attrs[] = {
    { .name = "units", .type = MAAS_ATTR_SIZE,
      .at = offsetof(maas_dense_t, units), .low = 1, .high = MAAS_MAX_WIDTH,
      .def = NAN, .refused = "units is not an integer from 1 to 2^20" }
};

static const maas_operand_t  maas_dense_tensors[] = {
    { "weight", 1 << MAAS_F32 },       /* (in,units) */
    { "bias", 1 << MAAS_F32 }          /* (units) */
};


static maas_status_t
maas_dense_shape(maas_node_t *n, const maas_shape_t *in, maas_err_t *err)
{
    const maas_dense_t  *d = (const void *) n->attrs;

    n->shape = maas__shape_flat(MAAS_F32, d->units);

    n->tensors[0].rank = 2;
    n->tensors[0].shape[0] = maas__shape_numbers(in);
    n->tensors[0].shape[1] = d->units;
    n->tensors[1].rank = 1;
    n->tensors[1].shape[0] = d->units;

    return MAAS_OK;
}


static const void *
maas_dense_kernel(const maas_node_t *n, maas_isa_t isa)
{
    return maas__gemm_choose(n->tensors[0].dtype, isa);
}


static size_t
maas_dense_size(const maas_step_t *s)
{
    const size_t       *dim = s->node.tensors[0].shape;
    const maas_gemm_t  *gemm = s->kernel;

    return gemm->packed_size(dim[0], dim[1]);
}


static void
maas_dense_pack(const maas_step_t *s, void *to)
{
    const maas_tensor_t  *t = s->node.tensors;
    const maas_gemm_t    *gemm = s->kernel;

    gemm->pack(t[0].data, t[1].data, t[0].shape[0], t[0].shape[1], to);
}


static void
maas_dense_run(const maas_step_t *s, const maas_pass_t *p)
{
    const size_t       *dim = s->node.tensors[0].shape;
    const maas_gemm_t  *gemm = s->kernel;

    gemm->run(s->packed, dim[0], dim[1], p->in[0].data, p->in[0].ld, p->rows,
              s->node.act, s->node.alpha, p->out.data, p->out.ld);
}


static void
maas_dense_back(const maas_step_t *s, const maas_pass_t *p,
    const maas_pass_t *slope)
{
    const size_t       *dim = s->node.tensors[0].shape;
    const maas_gemm_t  *gemm = s->kernel;

    if (slope->in[0].data != NULL) {
        gemm->back(s->packed, dim[0], dim[1], slope->out.data, slope->out.ld,
                   slope->rows, slope->in[0].data, slope->in[0].ld);
    }
}


const maas_op_t  maas__op_dense = {
    .name = "dense",
    .n_in = 1,
    .takes = 1 << MAAS_F32,
    .linear = 1,
    .fused = 1,
    .n_attrs = 1,
    .attrs = maas_dense_attrs,
    .n_tensors = 2,
    .tensors = maas_dense_tensors,
    .shape = maas_dense_shape,
    .kernel = maas_dense_kernel,
    .size = maas_dense_size,
    .pack = maas_dense_pack,
    .run = maas_dense_run,
    .back = maas_dense_back
};
