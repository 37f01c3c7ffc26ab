/*
 * The numbers of a row divided by a norm of them.
 * Not here: layer normalization, which is about mean and variance.
 */

#include "maas_op.h"

#include <math.h>
#include <stddef.h>


typedef struct {
    size_t  by;
} maas_op_normalize_t;

enum {
    NORMALIZE_L1 = 0,                  /* sum of |x| */
    NORMALIZE_L2,                      /* root of the sum of x^2 */
    NORMALIZE_MAX                      /* largest |x| */
};

static const char *const  normalize_names[] = { "l1", "l2", "max", NULL };

static const maas_attr_t  normalize_attrs[] = {
    { .name = "by", .type = MAAS_ATTR_CHOICE,
      .at = offsetof(maas_op_normalize_t, by), .names = normalize_names,
      .high = NORMALIZE_MAX, .def = NAN, .refused = "by is not l1, l2 or max" }
};


static maas_status_t
normalize_shape(maas_node_t *n, const maas_shape_t *in, maas_err_t *err)
{
    n->shape = in[0];

    return MAAS_OK;
}


/* In double and in order: the same bits on every CPU */

static double
normalize_by(const float *x, size_t n, size_t by)
{
    size_t  i;
    double  a, sum, most;

    sum = most = 0;

    for (i = 0; i < n; i++) {
        a = fabs((double) x[i]);
        sum += by == NORMALIZE_L2 ? a * a : a;
        most = a > most ? a : most;
    }

    return by == NORMALIZE_MAX ? most : by == NORMALIZE_L2 ? sqrt(sum) : sum;
}


/* All zeros stay */

static void
normalize_run(const maas_step_t *s, const maas_pass_t *p)
{
    size_t                      r, i, n;
    float                      *y;
    double                      by;
    const float                *x;
    const maas_op_normalize_t  *a = (const void *) s->node.attrs;

    x = p->in[0].data;
    y = p->out.data;
    n = maas__shape_numbers(&s->node.shape);

    for (r = 0; r < p->rows; r++, x += p->in[0].ld, y += p->out.ld) {
        by = normalize_by(x, n, a->by);

        for (i = 0; i < n; i++) {
            y[i] = by == 0 ? x[i] : (float) (x[i] / by);
        }
    }
}


/* y = x / N(x): dx = dy / N - slope of N by x * (x dy) / N^2 */

static void
normalize_back_row(const float *x, size_t n, size_t by, const float *dy,
    float *dx)
{
    size_t  i;
    double  norm, dot, slope;

    norm = normalize_by(x, n, by);
    dot = 0;

    for (i = 0; i < n; i++) {
        dot += (double) x[i] * dy[i];
    }

    for (i = 0; i < n; i++) {
        slope = by == NORMALIZE_L2 ? x[i] / norm : (x[i] > 0) - (x[i] < 0);

        if (by == NORMALIZE_MAX && fabs((double) x[i]) != norm) {
            slope = 0;
        }

        dx[i] += norm == 0 ? dy[i] : (float) (dy[i] / norm
                                              - slope * dot / (norm * norm));
    }
}


static void
normalize_back(const maas_step_t *s, const maas_pass_t *p,
    const maas_pass_t *slope)
{
    size_t                      r, n;
    const maas_op_normalize_t  *a = (const void *) s->node.attrs;

    n = maas__shape_numbers(&s->node.shape);

    for (r = 0; r < p->rows; r++) {
        normalize_back_row((const float *) p->in[0].data + r * p->in[0].ld, n,
            a->by, (const float *) slope->out.data + r * slope->out.ld,
            (float *) slope->in[0].data + r * slope->in[0].ld);
    }
}


const maas_op_t  maas__op_normalize = {
    .name = "normalize",
    .n_in = 1,
    .takes = 1 << MAAS_F32,
    .version = 3,
    .n_attrs = 1,
    .attrs = normalize_attrs,
    .shape = normalize_shape,
    .run = normalize_run,
    .back = normalize_back
};
