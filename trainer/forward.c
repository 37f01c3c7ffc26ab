/*
 * A batch forward through the network, keeping what backward.c needs.
 */

#include <string.h>

#include "kernel.h"


/* Is the slope a function of z rather than of a? */

static int
forward_keeps_z(maas_act_t act)
{
    return act == MAAS_ACT_LEAKY_RELU || act == MAAS_ACT_ELU
           || act == MAAS_ACT_GELU;
}


void
train_work_create(train_work_t *w, const train_net_t *net, size_t max_rows,
    int training)
{
    size_t                i, wt;
    const train_layer_t  *l;

    (void) memset(w, 0, sizeof(train_work_t));
    w->net = net;
    w->max_rows = max_rows;
    wt = 1;

    for (i = 0; i < net->n_layers; i++) {
        l = &net->layers[i];
        w->a[i] = train_alloc(max_rows * l->ld, sizeof(float));

        if (training && forward_keeps_z(l->act)) {
            w->z[i] = train_alloc(max_rows * l->ld, sizeof(float));
        }

        if (i > 0 && l->units * train_pad(l->in) > wt) {
            wt = l->units * train_pad(l->in);
        }
    }

    if (training) {
        w->d[0] = train_alloc(max_rows * net->width, sizeof(float));
        w->d[1] = train_alloc(max_rows * net->width, sizeof(float));
        w->wt = train_alloc(wt, sizeof(float));
        w->grad = train_alloc(net->n, sizeof(float));
    }
}


void
train_work_free(train_work_t *w)
{
    size_t  i;

    for (i = 0; i < w->net->n_layers; i++) {
        train_free(w->a[i]);
        train_free(w->z[i]);
    }

    train_free(w->d[0]);
    train_free(w->d[1]);
    train_free(w->wt);
    train_free(w->grad);
    (void) memset(w, 0, sizeof(train_work_t));
}


static void
forward_activate(const train_layer_t *l, size_t rows, float *z, float *a)
{
    size_t  i;

    if (z != NULL) {
        (void) memcpy(z, a, rows * l->ld * sizeof(float));
    }

    switch (l->act) {

    case MAAS_ACT_LINEAR:
    case MAAS_ACT_RELU:             /* done by the product */
        return;

    case MAAS_ACT_SOFTMAX:
        maas__softmax(a, rows, l->units, l->ld);
        return;

    default:
        for (i = 0; i < rows; i++) {
            maas__act(l->act, l->alpha, a + i * l->ld, l->units);
        }
    }
}


void
train_forward(train_work_t *w, const train_batch_t *b)
{
    int                   relu;
    size_t                i;
    const float          *x, *weight, *bias;
    const train_net_t    *net;
    const train_layer_t  *l;

    net = w->net;
    x = b->x;

    for (i = 0; i < net->n_layers; i++) {
        l = &net->layers[i];
        weight = net->params + l->w_at;
        bias = net->params + l->b_at;
        relu = (l->act == MAAS_ACT_RELU);

        if (i == 0 && b->sparse) {
            train_kernel()->sparse(b, weight, l->ld, bias, relu, w->a[0]);

        } else {
            train_product(x, (i == 0) ? l->in : train_pad(l->in), 1, b->rows,
                          l->in, weight, l->ld, l->ld, bias, relu, w->a[i],
                          l->ld);
        }

        if (i + 1 < net->n_layers) {
            forward_activate(l, b->rows, w->z[i], w->a[i]);
        }

        x = w->a[i];
    }
}
