/*
 * Activations.  Their values come from the engine, so that a network trains
 * with the numbers that it will answer with.
 */

#include <math.h>
#include <string.h>

#include "kernel.h"
#include "op.h"


#define ACT_NAME(c, name, ...)  ", " name

static const char  act_items[] = MAAS_ACTS(ACT_NAME) " or linear";

_Static_assert(MAAS_ACT_LINEAR == 0, "act_items begins with linear");


static int
act_read(train_layer_t *l, const char *item, size_t nth, char *why)
{
    int     act;
    double  v;

    act = maas__act_find(item);

    if (act >= 0) {
        l->op = (act != MAAS_ACT_LINEAR) ? &train_op_act : NULL;
        l->act.kind = (maas_act_t) act;
        l->act.alpha = maas__acts[act].alpha;
        return 1;
    }

    if (nth < 2 || !train_number(item, &v)) {
        return 0;
    }

    l->act.alpha = (float) v;

    if (!isfinite(l->act.alpha)) {
        return train_refuse(why, "\"%.20s\" is not an alpha: expected a "
                            "number", item);
    }

    return 1;
}


static int
act_shape(train_net_t *net, size_t i, char *why)
{
    size_t          j;
    train_layer_t  *l;

    l = &net->layers[i];
    l->by = maas__acts[l->act.kind].by_row ? TRAIN_BY_ROW : TRAIN_BY_NUMBER;
    l->reads_in = maas__slopes[l->act.kind].of_input;
    l->reads_out = 1;

    if (l->act.kind == MAAS_ACT_RELU && l[-1].op->relu) {
        l[-1].relu = 1;
        l->act.done = 1;
    }

    for (j = i; j-- > 0 && net->layers[j].hidden == l->hidden; /* void */ ) {
        net->layers[j].he = maas__acts[l->act.kind].he;
    }

    return 0;
}


static void
act_forward(const train_pass_t *s)
{
    float        *a;
    size_t        r, at, n;
    const float  *z;

    if (s->l->act.done) {
        return;
    }

    n = (s->to < s->l->units) ? s->to : s->l->units;

    for (r = s->first; r < s->last; r++) {
        at = r * s->l->ld + s->from;
        a = s->p->a + at;
        z = s->p[-1].a + at;

        if (a != z) {
            (void) memcpy(a, z, (s->to - s->from) * sizeof(float));
        }

        if (s->l->by == TRAIN_BY_ROW) {
            maas__softmax(a, 1, s->l->units, s->l->ld);

        } else if (s->from < n) {
            maas__act(s->l->act.kind, s->l->act.alpha, a, n - s->from);
        }
    }
}


static void
act_backward(const train_pass_t *s)
{
    float                *g;
    size_t                r, at, n;
    const float          *z, *a;
    const train_layer_t  *l;

    l = s->l;
    n = (s->to < l->units) ? s->to : l->units;

    for (r = s->first; r < s->last; r++) {
        at = r * l->ld + s->from;
        z = s->p[-1].a + at;
        a = s->p->a + at;
        g = s->p->g + at;

        if (l->act.kind == MAAS_ACT_RELU) {
            train_kernel()->relu_back(a, g, s->to - s->from);

        } else if (s->from < n) {
            maas__slopes[l->act.kind].back(l->act.alpha, z, a, g,
                                           n - s->from);
        }
    }
}


static void
act_file(const train_layer_t *l, const float *p, train_export_t *e)
{
    train_export_last(e)->act = l->act.kind;
    train_export_last(e)->alpha = l->act.alpha;
}


const train_op_t  train_op_act = {
    .place = TRAIN_PLACE_ACT,
    .items = act_items + sizeof(", linear, ") - 1,
    .read = act_read,
    .shape = act_shape,
    .forward = act_forward,
    .backward = act_backward,
    .file = act_file
};
