/*
 * Dense layers whose weights are I8: rows are quantized on the way in, or come
 * as the layer before has quantized them, or stay floats.
 * Not here: rules of their numbers (maas_op_dense.c), products (kernel/).
 */

#include "maas_dense.h"
#include "maas_int.h"
#include "kernel/maas_int8.h"


static const maas_dense_t *
dense_of(const maas_step_t *s)
{
    return (const void *) s->node.attrs;
}


/* Bytes of a row in scratch, as the workspace has rows */

static size_t
dense_room(size_t bytes)
{
    return ((bytes + MAAS_ALIGN - 1) & ~(size_t) (MAAS_ALIGN - 1))
           + MAAS_ALIGN;
}


/* Are rows quantized first?  Is y made as floats, since what is applied to it
 * is not the kernel's, and then quantized? */

static int
dense_codes(const maas_dense_t *d)
{
    return d->input_scale != 0 && !d->coded;
}


static int
dense_late(const maas_step_t *s)
{
    return dense_of(s)->output_scale != 0 && !maas__acts[s->node.act].fused;
}


static const void *
dense_kernel(const maas_node_t *n, maas_isa_t isa)
{
    return maas__int8_choose(isa);
}


/* In scratch: coded rows, then those of floats */

static maas_status_t
dense_layout(maas_step_t *s, maas_arena_t *a)
{
    const size_t  *dim = s->node.tensors[MAAS_DENSE_WEIGHT].shape;

    s->scratch = (dense_codes(dense_of(s)) ? dense_room(dim[0]) : 0)
                 + (dense_late(s) ? dense_room(dim[1] * sizeof(float)) : 0);

    return MAAS_OK;
}


static size_t
dense_size(const maas_step_t *s)
{
    const size_t        *dim = s->node.tensors[MAAS_DENSE_WEIGHT].shape;
    const maas_int8_t   *k = s->kernel;
    const maas_dense_t  *d = dense_of(s);

    return k->size(dim[0], dim[1], d->input_scale == 0 ? MAAS_INT8_ALONE
                                   : d->input_zero == 0 ? MAAS_INT8_SPARSE
                                   : MAAS_INT8_CODES);
}


static void
dense_pack(const maas_step_t *s, void *to)
{
    const maas_int8_t    *k = s->kernel;
    const maas_dense_t   *d = dense_of(s);
    const maas_tensor_t  *t = s->node.tensors;
    maas_int8_weights_t   w = {
        .k = t[MAAS_DENSE_WEIGHT].shape[0],
        .n = t[MAAS_DENSE_WEIGHT].shape[1],
        .w = t[MAAS_DENSE_WEIGHT].data,
        .scale = t[MAAS_DENSE_SCALE].data,
        .bias = t[MAAS_DENSE_BIAS].data,
        .input_scale = d->input_scale,
        .input_zero = (unsigned) d->input_zero
    };

    k->pack(&w, to);
}


/* Rows of floats -> codes in scratch */

static void
dense_code(const maas_step_t *s, const maas_pass_t *p, maas_int8_pass_t *q)
{
    size_t               r, k;
    uint8_t             *to;
    const maas_dense_t  *d = dense_of(s);
    const maas_int8_t   *kernel = s->kernel;

    k = s->node.tensors[MAAS_DENSE_WEIGHT].shape[0];
    to = p->scratch;
    q->x = to;
    q->ldx = dense_room(k);

    for (r = 0; r < p->rows; r++) {
        kernel->quantize((const float *) p->in[0].data + r * p->in[0].ld, k,
                         1 / d->input_scale, (unsigned) d->input_zero,
                         to + r * q->ldx);
    }
}


/* Floats in scratch -> what is applied last -> codes in y */

static void
dense_last(const maas_step_t *s, const maas_pass_t *p,
    const maas_int8_pass_t *q)
{
    float               *y;
    size_t               r, n;
    const maas_dense_t  *d = dense_of(s);
    const maas_int8_t   *kernel = s->kernel;

    n = d->units;

    for (r = 0; r < p->rows; r++) {
        y = (float *) q->y + r * q->ldy;

        if (maas__acts[q->act].by_row) {
            maas__softmax(y, 1, n, n);
        } else {
            maas__act(q->act, q->alpha, y, n);
        }

        kernel->quantize(y, n, 1 / d->output_scale,
                         (unsigned) d->output_zero,
                         (uint8_t *) p->out.data + r * p->out.ld);
    }
}


static void
dense_run(const maas_step_t *s, const maas_pass_t *p)
{
    const size_t        *dim = s->node.tensors[MAAS_DENSE_WEIGHT].shape;
    const maas_int8_t   *kernel = s->kernel;
    const maas_dense_t  *d = dense_of(s);
    maas_int8_pass_t     q = {
        .x = p->in[0].data, .ldx = p->in[0].ld, .rows = p->rows,
        .x_zero = (unsigned) d->input_zero,
        .act = s->node.act, .alpha = s->node.alpha,
        .y = p->out.data, .ldy = p->out.ld
    };

    if (dense_codes(d)) {
        dense_code(s, p, &q);
    }

    if (dense_late(s)) {
        q.ldy = dense_room(dim[1] * sizeof(float)) / sizeof(float);
        q.y = (char *) p->scratch
              + (dense_codes(d) ? p->rows * dense_room(dim[0]) : 0);

    } else if (d->output_scale != 0) {
        q.inverse = 1 / d->output_scale;
        q.zero = (unsigned) d->output_zero;
    }

    if (d->input_scale != 0) {
        kernel->run(s->packed, dim[0], dim[1], &q);
    } else {
        kernel->run_alone(s->packed, dim[0], dim[1], &q);
    }

    if (dense_late(s)) {
        dense_last(s, p, &q);
    }
}


const maas_dense_how_t  maas__dense_int8 = {
    .kernel = dense_kernel,
    .layout = dense_layout,
    .size = dense_size,
    .pack = dense_pack,
    .run = dense_run
};
