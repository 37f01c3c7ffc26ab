/*
 * Scaling of rows as nodes of ONNX: what maas_prep.c does, with the same
 * roundings.
 * Not here: what is missing and how categories are slots
 * (to_onnx_inputs.c).
 */

#include <math.h>

#include "to_onnx.h"


/* (x - shift) * factor, in single precision */

static const char *
bend_shift(train_onnx_t *g, const char *x, const float *shift,
    const float *factor, size_t n)
{
    x = train_onnx_two(g, "Sub", x, train_onnx_vector(g, TRAIN_ONNX_FLOAT,
                                                      shift, n));
    return train_onnx_two(g, "Mul", x, train_onnx_vector(g, TRAIN_ONNX_FLOAT,
                                                         factor, n));
}


/* z / sqrt(1 + (z / c)^2) in double precision; where c is infinite, z */

static const char *
bend_clip(train_onnx_t *g, const char *z, const double *c, size_t n)
{
    const char  *wide, *t;

    wide = train_onnx_cast(g, z, TRAIN_ONNX_DOUBLE);
    t = train_onnx_two(g, "Div", wide, train_onnx_vector(g, TRAIN_ONNX_DOUBLE,
                                                         c, n));
    t = train_onnx_two(g, "Mul", t, t);
    t = train_onnx_two(g, "Add", t, train_onnx_number(g, TRAIN_ONNX_DOUBLE,
                                                      1));
    t = train_onnx_two(g, "Div", wide, train_onnx_one(g, "Sqrt", t));

    return train_onnx_cast(g, t, TRAIN_ONNX_FLOAT);
}


static const char *
bend_gather(train_onnx_t *g, const float *v, size_t n, const char *k)
{
    return train_onnx_two(g, "Gather", train_onnx_vector(g, TRAIN_ONNX_FLOAT,
                                                         v, n), k);
}


/* Number of the last knot not above z, but the last one */

static const char *
bend_knot(train_onnx_t *g, const maas_column_t *c, const char *z)
{
    int64_t      axis;
    train_pb_t   a = { 0 };
    const char  *t, *in[2];

    if (c->n_knots == 2) {
        t = train_onnx_two(g, "Less", z, z);      /* 0 */
        return train_onnx_cast(g, t, TRAIN_ONNX_INT64);
    }

    t = train_onnx_two(g, "GreaterOrEqual", z,
                       train_onnx_vector(g, TRAIN_ONNX_FLOAT, c->knots + 1,
                                         c->n_knots - 2));
    axis = 1;
    in[0] = train_onnx_cast(g, t, TRAIN_ONNX_INT64);
    in[1] = train_onnx_vector(g, TRAIN_ONNX_INT64, &axis, 1);
    train_onnx_int(&a, "keepdims", 1);

    return train_onnx_node(g, "ReduceSum", 0, in, 2, &a);
}


static const char *
bend_line(train_onnx_t *g, const maas_column_t *c, const char *z)
{
    float       *run, *rise;
    size_t       i, n;
    const char  *k, *t, *v;

    n = c->n_knots;
    run = train_alloc(n, sizeof(float));
    rise = train_alloc(n, sizeof(float));

    for (i = 0; i + 1 < n; i++) {
        run[i] = c->knots[i + 1] - c->knots[i];
        rise[i] = c->levels[i + 1] - c->levels[i];
    }

    k = bend_knot(g, c, z);
    t = train_onnx_two(g, "Sub", z, bend_gather(g, c->knots, n - 1, k));
    t = train_onnx_two(g, "Div", t, bend_gather(g, run, n - 1, k));
    t = train_onnx_two(g, "Mul", t, bend_gather(g, rise, n - 1, k));
    v = train_onnx_two(g, "Add", bend_gather(g, c->levels, n - 1, k), t);

    t = train_onnx_two(g, "GreaterOrEqual", z,
                       train_onnx_number(g, TRAIN_ONNX_FLOAT,
                                         c->knots[n - 1]));
    v = train_onnx_three(g, "Where", t,
                         train_onnx_number(g, TRAIN_ONNX_FLOAT,
                                           c->levels[n - 1]), v);
    t = train_onnx_two(g, "LessOrEqual", z,
                       train_onnx_number(g, TRAIN_ONNX_FLOAT, c->knots[0]));
    v = train_onnx_three(g, "Where", t,
                         train_onnx_number(g, TRAIN_ONNX_FLOAT, c->levels[0]),
                         v);
    train_free(run);
    train_free(rise);

    return v;
}


const char *
train_onnx_bend(train_onnx_t *g, const maas_column_t *c, const char *x)
{
    double  clip;

    if (c->shift != 0 || c->factor != 1) {
        x = bend_shift(g, x, &c->shift, &c->factor, 1);
    }

    x = bend_line(g, c, x);
    clip = c->clip;

    return c->clip > 0 ? bend_clip(g, x, &clip, 1) : x;
}


/* Of a tensor one shift and factor for all */

const char *
train_onnx_scale(train_onnx_t *g, const char *x)
{
    float                *shift, *factor;
    size_t                i, n;
    double               *clip;
    unsigned              scales, clips;
    const maas_column_t  *c;

    n = g->d->input == MAAS_INPUT_TENSOR ? 1 : g->d->in;
    shift = train_alloc(n, sizeof(float));
    factor = train_alloc(n, sizeof(float));
    clip = train_alloc(n, sizeof(double));
    scales = 0;
    clips = 0;

    for (i = 0; i < n; i++) {
        factor[i] = 1;
        clip[i] = INFINITY;
    }

    for (i = 0; i < g->d->n_columns; i++) {
        c = &g->d->columns[i];

        if (c->n_knots == 0) {
            scales |= c->shift != 0 || c->factor != 1;
            clips |= c->clip > 0;
            shift[c->at] = c->shift;
            factor[c->at] = c->factor;
            clip[c->at] = c->clip > 0 ? (double) c->clip : INFINITY;
        }
    }

    if (scales) {
        x = bend_shift(g, x, shift, factor, n);
    }

    if (clips) {
        x = bend_clip(g, x, clip, n);
    }

    train_free(shift);
    train_free(factor);
    train_free(clip);

    return x;
}
