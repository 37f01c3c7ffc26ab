/*
 * Layer normalisation over all numbers of a row.
 * Not here: other normalisations, which are part of a product's weights.
 */

#include "maas_op.h"

#include <float.h>
#include <math.h>
#include <stddef.h>
#include <string.h>


typedef struct {
    float  epsilon;
} maas_norm_t;

static const maas_attr_t  maas_norm_attrs[] = {
    { .name = "epsilon", .type = MAAS_ATTR_FLOAT,
      .at = offsetof(maas_norm_t, epsilon), .low = 0x1p-149, .high = FLT_MAX,
      .def = 1e-5,
      .refused = "alpha is not finite or epsilon not above 0" }
};

static const maas_operand_t  maas_norm_tensors[] = {
    { "weight", 1 << MAAS_F32 },       /* (n) */
    { "bias", 1 << MAAS_F32 }          /* (n) */
};


static maas_status_t
maas_norm_shape(maas_node_t *n, const maas_shape_t *in, maas_err_t *err)
{
    n->shape = in[0];

    n->tensors[0].rank = 1;
    n->tensors[0].shape[0] = maas__shape_numbers(in);
    n->tensors[1].rank = 1;
    n->tensors[1].shape[0] = n->tensors[0].shape[0];

    return MAAS_OK;
}


static size_t
maas_norm_size(const maas_step_t *s)
{
    return 2 * s->node.tensors[0].shape[0] * sizeof(float);
}


/* weight(n), then bias(n) */

static void
maas_norm_pack(const maas_step_t *s, void *to)
{
    size_t                n;
    const maas_tensor_t  *t = s->node.tensors;

    n = t[0].shape[0];
    memcpy(to, t[0].data, n * sizeof(float));
    memcpy((float *) to + n, t[1].data, n * sizeof(float));
}


/* 1 / sqrt(variance + epsilon), and the mean.  Sums in double and in order: the
 * same bits on every CPU. */

static double
maas_norm_scale(const float *x, size_t n, float epsilon, double *mean)
{
    size_t  i;
    double  d, sum, var;

    sum = 0;
    for (i = 0; i < n; i++) {
        sum += x[i];
    }

    *mean = sum / (double) n;

    var = 0;
    for (i = 0; i < n; i++) {
        d = x[i] - *mean;
        var += d * d;
    }

    return 1 / sqrt(var / (double) n + (double) epsilon);
}


static void
maas_norm_row(const float *x, size_t n, float epsilon, const float *w,
    float *y)
{
    size_t  i;
    double  mean, scale;

    scale = maas_norm_scale(x, n, epsilon, &mean);

    for (i = 0; i < n; i++) {
        y[i] = (float) ((x[i] - mean) * scale) * w[i] + w[n + i];
    }
}


static void
maas_norm_run(const maas_step_t *s, const maas_pass_t *p)
{
    size_t              r, n;
    float              *y;
    const float        *x;
    const maas_norm_t  *a = (const void *) s->node.attrs;

    x = p->in[0].data;
    y = p->out.data;
    n = s->node.tensors[0].shape[0];

    for (r = 0; r < p->rows; r++, x += p->in[0].ld, y += p->out.ld) {
        maas_norm_row(x, n, a->epsilon, s->packed, y);
    }
}


/* With u = (x - mean) scale and g = w dy: dx = scale (g - mean of g - u * mean
 * of u g) */

static void
maas_norm_back_row(const float *x, size_t n, float epsilon, const float *w,
    const float *dy, float *dx)
{
    size_t  i;
    double  g, u, mean, scale, mean_g, mean_ug;

    scale = maas_norm_scale(x, n, epsilon, &mean);
    mean_g = mean_ug = 0;

    for (i = 0; i < n; i++) {
        g = (double) w[i] * dy[i];
        mean_g += g;
        mean_ug += g * (x[i] - mean) * scale;
    }

    mean_g /= (double) n;
    mean_ug /= (double) n;

    for (i = 0; i < n; i++) {
        g = (double) w[i] * dy[i];
        u = (x[i] - mean) * scale;
        dx[i] += (float) (scale * (g - mean_g - u * mean_ug));
    }
}


static void
maas_norm_back(const maas_step_t *s, const maas_pass_t *p,
    const maas_pass_t *slope)
{
    size_t              r;
    const maas_norm_t  *a = (const void *) s->node.attrs;

    for (r = 0; r < p->rows; r++) {
        maas_norm_back_row((const float *) p->in[0].data + r * p->in[0].ld,
            s->node.tensors[0].shape[0], a->epsilon, s->packed,
            (const float *) slope->out.data + r * slope->out.ld,
            (float *) slope->in[0].data + r * slope->in[0].ld);
    }
}


const maas_op_t  maas__op_layer_norm = {
    .name = "layer_norm",
    .n_in = 1,
    .takes = 1 << MAAS_F32,
    .n_attrs = 1,
    .attrs = maas_norm_attrs,
    .n_tensors = 2,
    .tensors = maas_norm_tensors,
    .shape = maas_norm_shape,
    .size = maas_norm_size,
    .pack = maas_norm_pack,
    .run = maas_norm_run,
    .back = maas_norm_back
};
