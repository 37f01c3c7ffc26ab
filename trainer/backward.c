/*
 * From the loss's gradient back through the network, layer by layer.
 * Where a layer allows it the optimiser's step happens on the way.
 */

#include <math.h>
#include <string.h>

#include "kernel.h"


/* d[0](rows,ld) by z of layer i -> the same of layer i - 1 */

static void
backward_down(train_work_t *w, size_t i, size_t rows)
{
    float                *d;
    const train_layer_t  *l, *below;

    l = &w->net->layers[i];
    below = &w->net->layers[i - 1];

    train_product_back(w->d[0], rows, l->units, w->net->params + l->w_at,
                       l->ld, l->in, w->wt, w->d[1], below->ld);

    train_act_backward(below->act, below->alpha, w->z[i - 1], w->a[i - 1],
                       rows, below->units, below->ld, w->d[1]);

    d = w->d[0];
    w->d[0] = w->d[1];
    w->d[1] = d;
}


static void
backward_layer(train_work_t *w, const train_batch_t *b, size_t i)
{
    float                *g;
    size_t                ldx;
    const float          *x;
    const train_layer_t  *l;

    l = &w->net->layers[i];
    g = w->grad + l->w_at;

    train_kernel()->column_sum(w->d[0], b->rows, l->ld, w->grad + l->b_at);

    if (i == 0 && b->sparse) {
        train_kernel()->sparse_grad(b, w->d[0], l->ld, g);
        return;
    }

    x = (i == 0) ? b->x : w->a[i - 1];
    ldx = (i == 0) ? l->in : train_pad(l->in);

    train_product(x, 1, ldx, l->in, b->rows, w->d[0], l->ld, l->ld, NULL, 0,
                  g, l->ld);
}


void
train_gradient(train_work_t *w, const train_batch_t *b)
{
    size_t  i;

    for (i = w->net->n_layers; i > 0; i--) {
        backward_layer(w, b, i - 1);

        if (i > 1) {
            backward_down(w, i - 1, b->rows);
        }
    }
}


/* Adam on the first layer without storing its gradient, which is most of all
 * numbers; possible unless the gradient's length has to be known first */

static int
backward_fuses(const train_work_t *w, const train_batch_t *b,
    const train_optim_t *o)
{
    return b->sparse && w->net->layers[0].ld <= 128 && o->clip_norm == 0
           && (o->kind == TRAIN_OPT_ADAM || o->kind == TRAIN_OPT_ADAMW);
}


static void
backward_fused(train_work_t *w, const train_batch_t *b, float *params,
    train_optim_t *o, double lr)
{
    size_t                i, at;
    train_adam_t          adam, bias;
    const train_layer_t  *l;

    o->step++;
    train_optim_adam(o, lr, &adam);
    bias = adam;
    bias.l2 = 0;
    bias.decay = 0;

    for (i = w->net->n_layers; i > 0; i--) {
        l = &w->net->layers[i - 1];
        at = l->w_at;

        if (i == 1) {
            train_kernel()->column_sum(w->d[0], b->rows, l->ld,
                                       w->grad + l->b_at);
            train_kernel()->sparse_adam(b, w->d[0], l->ld, &adam, params + at,
                                        o->m + at, o->v + at);

        } else {
            backward_layer(w, b, i - 1);
            backward_down(w, i - 1, b->rows);   /* with the old weights */
            train_kernel()->adam(&adam, w->grad + at, params + at, o->m + at,
                                 o->v + at, l->in * l->ld);
        }

        at = l->b_at;
        train_kernel()->adam(&bias, w->grad + at, params + at, o->m + at,
                             o->v + at, l->ld);
    }
}


void
train_backward(train_work_t *w, const train_batch_t *b, float *params,
    train_optim_t *o, double lr)
{
    if (backward_fuses(w, b, o)) {
        backward_fused(w, b, params, o, lr);
        return;
    }

    train_gradient(w, b);
    train_optim_step(o, w->net, params, w->grad, lr);
}
