/*
 * x W + b over all numbers of a row, whatever their shape: what its numbers
 * may be, and which file runs it, by the type of W.
 * Not here: how a product is done (kernel/), weights of I8 and BF16
 * (maas_dense_int8.c, maas_dense_bf16.c).
 */

#include "maas_dense.h"
#include "maas_int.h"
#include "kernel/maas_gemm.h"
#include "kernel/maas_int8.h"

#include <math.h>
#include <stddef.h>


static const char *const  maas_dense_rows[] = { "float", "bf16", NULL };

#define MAAS_DENSE_NUMBER(member, what, most, sentence)                       \
    { .name = #member, .type = what, .at = offsetof(maas_dense_t, member),    \
      .high = most, .version = 4, .refused = sentence }

static const maas_attr_t  maas_dense_attrs[] = {
    { .name = "units", .type = MAAS_ATTR_SIZE,
      .at = offsetof(maas_dense_t, units), .low = 1, .high = MAAS_MAX_WIDTH,
      .def = NAN, .refused = "units is not an integer from 1 to 2^20" },
    MAAS_DENSE_NUMBER(input_scale, MAAS_ATTR_FLOAT, MAAS_INT8_SCALE_MAX,
                      "input_scale is not 0 or from 2^-60 to 2^60"),
    MAAS_DENSE_NUMBER(input_zero, MAAS_ATTR_SIZE, 128,
                      "input_zero is neither 0 nor 128"),
    MAAS_DENSE_NUMBER(output_scale, MAAS_ATTR_FLOAT, MAAS_INT8_SCALE_MAX,
                      "output_scale is not 0 or from 2^-60 to 2^60"),
    MAAS_DENSE_NUMBER(output_zero, MAAS_ATTR_SIZE, 128,
                      "output_zero is neither 0 nor 128"),
    { .name = "activations", .type = MAAS_ATTR_CHOICE,
      .at = offsetof(maas_dense_t, activations), .high = MAAS_DENSE_BF16,
      .version = 4, .names = maas_dense_rows,
      .refused = "activations is neither \"float\" nor \"bf16\"" },
    { .name = "groups", .type = MAAS_ATTR_SIZE,
      .at = offsetof(maas_dense_t, groups), .low = 1, .high = MAAS_MAX_WIDTH,
      .def = 1, .version = 5,
      .refused = "groups is not an integer from 1 to 2^20" }
};

static const maas_operand_t  maas_dense_tensors[] = {
    [MAAS_DENSE_WEIGHT] = { "weight",
                            1 << MAAS_F32 | 1 << MAAS_BF16 | 1 << MAAS_I8 },
    [MAAS_DENSE_BIAS] = { "bias", 1 << MAAS_F32 },
    [MAAS_DENSE_SCALE] = { "scale", 1 << MAAS_F32 }
};


/* R40: a scale, and the zero that goes with it */

static int
maas_dense_scale(float scale, size_t zero)
{
    return scale == 0 ? zero == 0
           : scale >= MAAS_INT8_SCALE_MIN && scale <= MAAS_INT8_SCALE_MAX
             && (zero == 0 || zero == 128);
}


/* R40: what is said of numbers that are quantized; NULL if it is right */

static const char *
maas_dense_wrong(const maas_dense_t *d, maas_dtype_t weights, size_t k,
    const maas_shape_t *in)
{
    if (weights != MAAS_I8 && (d->input_scale != 0 || d->output_scale != 0)) {
        return "input_scale and output_scale are for weights of I8";
    }

    if (weights != MAAS_BF16 && d->activations != MAAS_DENSE_FLOAT) {
        return "\"activations\" is for weights of BF16";
    }

    if (weights != MAAS_F32 && d->groups != 1) {
        return "\"groups\" is for weights of F32";
    }

    if (!maas_dense_scale(d->input_scale, d->input_zero)
        || !maas_dense_scale(d->output_scale, d->output_zero))
    {
        return "a scale is 0, of zero 0, or from 2^-60 to 2^60, of zero 0 or "
               "128";
    }

    if (d->output_scale != 0 && d->input_scale == 0) {
        return "output_scale is not without input_scale";
    }

    if (d->input_scale != 0 && k > MAAS_INT8_MAX_K) {
        return "input_scale is for at most 65536 numbers a row";
    }

    if (d->coded && (d->input_scale != in->scale
                     || d->input_zero != in->zero))
    {
        return "input_scale and input_zero are not the output_scale and "
               "output_zero of the layer before";
    }

    return NULL;
}


static maas_status_t
maas_dense_shape(maas_node_t *n, const maas_shape_t *in, maas_err_t *err)
{
    size_t         k;
    const char    *wrong;
    maas_dense_t  *d = (void *) n->attrs;

    k = maas__shape_numbers(in);
    d->coded = in->dtype == MAAS_U8;
    wrong = maas_dense_wrong(d, n->tensors[MAAS_DENSE_WEIGHT].dtype, k, in);
    if (wrong != NULL) {
        return maas__fail(err, MAAS_BADVALUE, "%s", wrong);
    }

    if (k % d->groups != 0 || d->units % d->groups != 0) {
        return maas__fail(err, MAAS_BADSHAPE, "has %zu groups, which do not "
                          "divide its %zu numbers and %zu units", d->groups,
                          k, d->units);
    }

    n->shape = maas__shape_flat(MAAS_F32, d->units);

    if (d->output_scale != 0) {
        n->shape.dtype = MAAS_U8;
        n->shape.scale = d->output_scale;
        n->shape.zero = (unsigned) d->output_zero;
    }

    n->tensors[MAAS_DENSE_WEIGHT].rank = 2;
    n->tensors[MAAS_DENSE_WEIGHT].shape[0] = k;
    n->tensors[MAAS_DENSE_WEIGHT].shape[1] = d->units / d->groups;
    n->tensors[MAAS_DENSE_BIAS].rank = 1;
    n->tensors[MAAS_DENSE_BIAS].shape[0] = d->units;

    if (n->tensors[MAAS_DENSE_WEIGHT].dtype == MAAS_I8) {
        n->tensors[MAAS_DENSE_SCALE].rank = 1;
        n->tensors[MAAS_DENSE_SCALE].shape[0] = d->units;
    }

    return MAAS_OK;
}


/* R40: scales of columns */

static maas_status_t
maas_dense_check(const maas_node_t *n, maas_arena_t *a, maas_err_t *err)
{
    size_t                i;
    const float          *scale;
    const maas_tensor_t  *t = &n->tensors[MAAS_DENSE_SCALE];

    scale = t->data;

    for (i = 0; t->rank != 0 && i < t->shape[0]; i++) {
        if (!(scale[i] >= MAAS_INT8_SCALE_MIN
              && scale[i] <= MAAS_INT8_SCALE_MAX))
        {
            return maas__fail(err, MAAS_BADVALUE, "the scale of column "
                              "%zu is %g: expected 2^-60 to 2^60", i,
                              (double) scale[i]);
        }
    }

    return MAAS_OK;
}


static maas_dtype_t
maas_dense_rows_of(const maas_node_t *n)
{
    const maas_dense_t  *d = (const void *) n->attrs;

    return d->input_scale != 0 ? MAAS_U8
           : d->activations == MAAS_DENSE_BF16 ? MAAS_BF16 : MAAS_F32;
}


static const void *
dense_float_kernel(const maas_node_t *n, maas_isa_t isa)
{
    return maas__gemm_choose(n->tensors[MAAS_DENSE_WEIGHT].dtype, isa);
}


/* Groups are products of their own, packed one behind the other: group g has
 * rows g*k to (g+1)*k of the weight. */

typedef struct {
    size_t  groups;
    size_t  k;                         /* numbers of a group, */
    size_t  n;                         /*     and units */
    size_t  size;                      /* bytes, packed */
} dense_groups_t;


static dense_groups_t
dense_groups(const maas_step_t *s)
{
    dense_groups_t       d;
    const size_t        *dim = s->node.tensors[MAAS_DENSE_WEIGHT].shape;
    const maas_gemm_t   *gemm = s->kernel;

    d.groups = ((const maas_dense_t *) (const void *) s->node.attrs)->groups;
    d.k = dim[0] / d.groups;
    d.n = dim[1];
    d.size = gemm->packed_size(d.k, d.n);

    if (d.groups > 1 && d.size != 0) {
        d.size = (d.size + MAAS_ALIGN - 1) & ~(size_t) (MAAS_ALIGN - 1);
    }

    return d;
}


static size_t
dense_float_size(const maas_step_t *s)
{
    size_t          n;
    dense_groups_t  d = dense_groups(s);

    return maas__mul(d.groups, d.size, &n) == MAAS_OK ? n : 0;
}


static void
dense_float_pack(const maas_step_t *s, void *to)
{
    size_t              g;
    const float        *w, *bias;
    dense_groups_t      d = dense_groups(s);
    const maas_gemm_t  *gemm = s->kernel;

    w = s->node.tensors[MAAS_DENSE_WEIGHT].data;
    bias = s->node.tensors[MAAS_DENSE_BIAS].data;

    for (g = 0; g < d.groups; g++) {
        gemm->pack(w + g * d.k * d.n, bias + g * d.n, d.k, d.n,
                   (char *) to + g * d.size);
    }
}


static void
dense_float_run(const maas_step_t *s, const maas_pass_t *p)
{
    size_t              g;
    dense_groups_t      d = dense_groups(s);
    const maas_gemm_t  *gemm = s->kernel;

    for (g = 0; g < d.groups; g++) {
        gemm->run((const char *) s->packed + g * d.size, d.k, d.n,
                  (const float *) p->in[0].data + g * d.k, p->in[0].ld,
                  p->rows, s->node.act, s->node.alpha,
                  (float *) p->out.data + g * d.n, p->out.ld);
    }
}


static void
dense_float_back(const maas_step_t *s, const maas_pass_t *p,
    const maas_pass_t *slope)
{
    size_t              g;
    dense_groups_t      d = dense_groups(s);
    const maas_gemm_t  *gemm = s->kernel;

    for (g = 0; slope->in[0].data != NULL && g < d.groups; g++) {
        gemm->back((const char *) s->packed + g * d.size, d.k, d.n,
                   (const float *) slope->out.data + g * d.n, slope->out.ld,
                   slope->rows, (float *) slope->in[0].data + g * d.k,
                   slope->in[0].ld);
    }
}


static const maas_dense_how_t  maas_dense_float = {
    .kernel = dense_float_kernel,
    .size = dense_float_size,
    .pack = dense_float_pack,
    .run = dense_float_run,
    .back = dense_float_back
};


/* By the type of the weights */

static const maas_dense_how_t *
maas_dense_how(const maas_node_t *n)
{
    switch (n->tensors[MAAS_DENSE_WEIGHT].dtype) {

    case MAAS_I8:
        return &maas__dense_int8;

    case MAAS_BF16:
        return &maas__dense_bf16;

    default:
        return &maas_dense_float;
    }
}


static const void *
maas_dense_kernel(const maas_node_t *n, maas_isa_t isa)
{
    return maas_dense_how(n)->kernel(n, isa);
}


static maas_status_t
maas_dense_layout(maas_step_t *s, maas_arena_t *a)
{
    const maas_dense_how_t  *how = maas_dense_how(&s->node);

    return how->layout != NULL ? how->layout(s, a) : MAAS_OK;
}


static size_t
maas_dense_size(const maas_step_t *s)
{
    return maas_dense_how(&s->node)->size(s);
}


static void
maas_dense_pack(const maas_step_t *s, void *to)
{
    maas_dense_how(&s->node)->pack(s, to);
}


static void
maas_dense_run(const maas_step_t *s, const maas_pass_t *p)
{
    maas_dense_how(&s->node)->run(s, p);
}


static void
maas_dense_back(const maas_step_t *s, const maas_pass_t *p,
    const maas_pass_t *slope)
{
    maas_dense_how(&s->node)->back(s, p, slope);
}


static int
maas_dense_has_back(const maas_step_t *s)
{
    const maas_dense_how_t  *how = maas_dense_how(&s->node);

    return how == &maas_dense_float
           ? ((const maas_gemm_t *) s->kernel)->back != NULL
           : how->back != NULL;
}


const maas_op_t  maas__op_dense = {
    .name = "dense",
    .n_in = 1,
    .takes = 1 << MAAS_F32 | 1 << MAAS_U8,
    .linear = 1,
    .later = 1 << MAAS_BF16 | 1 << MAAS_I8,
    .later_version = 4,
    .fused = 1,
    .rule = 40,
    .n_attrs = sizeof(maas_dense_attrs) / sizeof(maas_dense_attrs[0]),
    .attrs = maas_dense_attrs,
    .n_tensors = sizeof(maas_dense_tensors) / sizeof(maas_dense_tensors[0]),
    .tensors = maas_dense_tensors,
    .shape = maas_dense_shape,
    .check = maas_dense_check,
    .rows = maas_dense_rows_of,
    .kernel = maas_dense_kernel,
    .layout = maas_dense_layout,
    .size = maas_dense_size,
    .pack = maas_dense_pack,
    .run = maas_dense_run,
    .back = maas_dense_back,
    .has_back = maas_dense_has_back
};
