/*
 * The output of a layer further below is added.
 */

#include <math.h>

#include "op.h"


static int
add_set(train_layer_t *l, const char *value, char *why)
{
    double  v;

    v = 1;

    if (value != NULL
        && (!train_number(value, &v) || v < 1 || v > TRAIN_MAX_NET
            || v != floor(v)))
    {
        return train_refuse(why, "res=%.20s: expected how many layers below, "
                            "from 1", value);
    }

    l->add.skip = (size_t) v;

    return 1;
}


static int
add_shape(train_net_t *net, size_t i, char *why)
{
    size_t          j;
    train_layer_t  *l;

    l = &net->layers[i];

    if (l->add.skip > l->hidden) {
        return train_refuse(why, "hidden layer %zu: res=%zu: there are only "
                            "%zu layers below", l->hidden + 1, l->add.skip,
                            l->hidden);
    }

    for (j = i; net->layers[j].hidden + l->add.skip > l->hidden; j--) {
        /* void */
    }

    if (net->layers[j].units != l->units) {
        return train_refuse(why, "hidden layer %zu: res=%zu adds %zu numbers "
                            "to %zu", l->hidden + 1, l->add.skip,
                            net->layers[j].units, l->units);
    }

    l->other = j + 1;

    return 0;
}


static void
add_forward(const train_pass_t *s)
{
    float        *a;
    size_t        r, j, at;
    const float  *x, *other;

    for (r = s->first; r < s->last; r++) {
        at = r * s->l->ld;
        a = s->p->a + at;
        x = s->p[-1].a + at;
        other = s->w->part[s->l->other - 1].a + at;

        for (j = s->from; j < s->to; j++) {
            a[j] = x[j] + other[j];
        }
    }
}


/* The gradient by the first input is the one by the sum */

static void
add_backward(const train_pass_t *s)
{
    float        *other;
    size_t        r, j, at;
    const float  *g;

    for (r = s->first; r < s->last; r++) {
        at = r * s->l->ld;
        g = s->p->g + at;
        other = s->w->part[s->l->other - 1].g + at;

        for (j = s->from; j < s->to; j++) {
            other[j] = s->l->feeds_first ? g[j] : other[j] + g[j];
        }
    }
}


static void
add_file(const train_layer_t *l, const float *p, train_export_t *e)
{
    train_export_next(e, "add")->in[1] = e->output[l->other];
}


const train_op_t  train_op_add = {
    .place = TRAIN_PLACE_ADD,
    .items = "res[=N]",
    .item = "res",
    .set = add_set,
    .shape = add_shape,
    .forward = add_forward,
    .backward = add_backward,
    .file = add_file
};
