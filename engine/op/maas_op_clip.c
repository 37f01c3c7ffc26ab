/*
 * Numbers within bounds: what is below or above becomes the bound, as ReLU6 and
 * a hard tanh do.
 * Not here: activations (kernel/maas_act.c), which have no two numbers of
 * their own; sums are not bounded in the kernels that make them.
 */

#include "maas_int.h"
#include "maas_op.h"

#include <float.h>
#include <math.h>
#include <stddef.h>


#pragma GCC optimize ("O3")


typedef struct {
    float  low, high;
} maas_op_clip_t;

/* A bound that is not there is infinite */

static const maas_attr_t  clip_attrs[] = {
    { .name = "low", .type = MAAS_ATTR_FLOAT,
      .at = offsetof(maas_op_clip_t, low), .low = -INFINITY, .high = FLT_MAX,
      .def = -INFINITY, .refused = "low is not a finite number" },
    { .name = "high", .type = MAAS_ATTR_FLOAT,
      .at = offsetof(maas_op_clip_t, high), .low = -FLT_MAX, .high = INFINITY,
      .def = INFINITY, .refused = "high is not a finite number" }
};


static maas_status_t
clip_shape(maas_node_t *n, const maas_shape_t *in, maas_err_t *err)
{
    const maas_op_clip_t  *a = (const void *) n->attrs;

    if (isinf(a->low) && isinf(a->high)) {
        return maas__fail(err, MAAS_BADVALUE, "has no bound: expected low, "
                          "high or both");
    }

    if (!(a->low <= a->high)) {
        return maas__fail(err, MAAS_BADVALUE, "low %.9g is above high %.9g",
                          (double) a->low, (double) a->high);
    }

    n->shape = in[0];

    return MAAS_OK;
}


/* NaN stays */

static void
clip_run(const maas_step_t *s, const maas_pass_t *p)
{
    float                  v, low, high, *y;
    size_t                 r, i, n;
    const float           *x;
    const maas_op_clip_t  *a = (const void *) s->node.attrs;

    x = p->in[0].data;
    y = p->out.data;
    n = maas__shape_numbers(&s->node.shape);
    low = a->low;
    high = a->high;

    for (r = 0; r < p->rows; r++, x += p->in[0].ld, y += p->out.ld) {
        for (i = 0; i < n; i++) {
            v = x[i] < low ? low : x[i];
            y[i] = v > high ? high : v;
        }
    }
}


/* 1 between the bounds, else 0 */

static void
clip_back(const maas_step_t *s, const maas_pass_t *p, const maas_pass_t *slope)
{
    float                 *dx;
    size_t                 r, i, n;
    const float           *x, *dy;
    const maas_op_clip_t  *a = (const void *) s->node.attrs;

    n = maas__shape_numbers(&s->node.shape);

    for (r = 0; r < p->rows; r++) {
        x = (const float *) p->in[0].data + r * p->in[0].ld;
        dy = (const float *) slope->out.data + r * slope->out.ld;
        dx = (float *) slope->in[0].data + r * slope->in[0].ld;

        for (i = 0; i < n; i++) {
            dx[i] += x[i] > a->low && x[i] < a->high ? dy[i] : 0;
        }
    }
}


const maas_op_t  maas__op_clip = {
    .name = "clip",
    .n_in = 1,
    .takes = 1 << MAAS_F32,
    .version = 5,
    .rule = 44,
    .n_attrs = 2,
    .attrs = clip_attrs,
    .shape = clip_shape,
    .run = clip_run,
    .back = clip_back
};
