/*
 * The network: where its layers' parameters stand, and their first values.
 * Running it is in forward.c and backward.c; spec.c reads layers.
 */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "maas_int.h"
#include "network.h"
#include "rng.h"
#include "util.h"
#include "kernel/maas_act.h"


#define NET_STREAM  2


/* Places of a layer's numbers in the parameters */

static size_t
net_place(train_layer_t *l, size_t in, size_t at)
{
    l->in = in;
    l->ld = train_pad(l->units);
    l->at = at;
    l->w_at = at;
    l->b_at = l->w_at + in * l->ld;
    l->gamma_at = l->b_at + l->ld;
    l->beta_at = l->gamma_at + l->ld;
    l->mean_at = l->beta_at + l->ld;
    l->var_at = l->mean_at + l->ld;

    switch (l->norm) {
    case TRAIN_NORM_NONE:
        l->size = l->gamma_at - at;
        break;
    case TRAIN_NORM_LAYER:
        l->size = l->mean_at - at;
        break;
    case TRAIN_NORM_BATCH:
        l->size = l->var_at + l->ld - at;
        break;
    }

    return at + l->size;
}


static int
net_layout(train_net_t *net, char *why)
{
    size_t          i, in, at;
    train_layer_t  *l;

    at = 0;
    in = net->in;

    for (i = 0; i < net->n_layers; i++) {
        l = &net->layers[i];
        at = net_place(l, in, at);

        if (at > MAAS_MAX_PARAMS) {
            (void) snprintf(why, 160, "more than %llu weights",
                            MAAS_MAX_PARAMS);
            return -1;
        }

        in = l->units;
    }

    net->n = at;

    return 0;
}


/* Whose output is added, and by whom first on the way back */

static void
net_links(train_net_t *net)
{
    size_t          i;
    train_layer_t  *from;

    for (i = net->n_layers; i-- > 0; /* void */ ) {
        if (net->layers[i].skip > 0) {
            from = &net->layers[i - net->layers[i].skip];
            net->layers[i].feeds_first = !from->fed;
            from->fed = 1;
        }
    }
}


int
train_net_create(train_net_t *net, size_t in, size_t out, maas_task_t task,
    const char *spec, char *why)
{
    train_layer_t            *last;
    static const maas_act_t   output[] = {
        MAAS_ACT_SOFTMAX, MAAS_ACT_SIGMOID, MAAS_ACT_LINEAR
    };

    (void) memset(net, 0, sizeof(train_net_t));
    net->in = in;
    net->out = out;

    if (train_spec_read(net, spec, why) != 0) {
        return -1;
    }

    last = &net->layers[net->n_layers++];
    last->act = output[task];
    last->alpha = 1;
    last->units = out;

    if (net_layout(net, why) != 0) {
        return -1;
    }

    net_links(net);
    net->params = train_alloc(net->n, sizeof(float));

    return 0;
}


static int
net_is_he(const train_layer_t *l, train_init_t init)
{
    init = (l->init != TRAIN_INIT_AUTO) ? l->init : init;

    if (init != TRAIN_INIT_AUTO) {
        return init == TRAIN_INIT_HE;
    }

    return maas__acts[l->act].he;
}


void
train_net_init(train_net_t *net, train_init_t init, uint64_t seed)
{
    float          *w;
    double          limit, fans;
    size_t          i, j, k;
    train_rng_t     rng;
    train_layer_t  *l;

    train_rng_init(&rng, seed, NET_STREAM);
    (void) memset(net->params, 0, net->n * sizeof(float));

    for (i = 0; i < net->n_layers; i++) {
        l = &net->layers[i];
        w = net->params + l->w_at;
        fans = net_is_he(l, init) ? (double) l->in
                                  : (double) (l->in + l->units);
        limit = sqrt(6 / fans);

        for (j = 0; j < l->in; j++) {
            for (k = 0; k < l->units; k++) {
                w[j * l->ld + k] = (float)
                                 ((2 * train_rng_unit(&rng) - 1) * limit);
            }
        }

        for (k = 0; k < l->units && l->norm != TRAIN_NORM_NONE; k++) {
            net->params[l->gamma_at + k] = 1;

            if (l->norm == TRAIN_NORM_BATCH) {
                net->params[l->var_at + k] = 1;
            }
        }
    }
}


void
train_net_free(train_net_t *net)
{
    train_free(net->params);
    net->params = NULL;
}


void
train_net_fold(train_net_t *net, double factor, double shift)
{
    float          *w, *b;
    size_t          i, k;
    train_layer_t  *l;

    l = &net->layers[net->n_layers - 1];
    w = net->params + l->w_at;
    b = net->params + l->b_at;

    for (i = 0; i < l->in * l->ld; i++) {
        w[i] = (float) (w[i] * factor);
    }

    for (k = 0; k < l->units; k++) {
        b[k] = (float) (b[k] * factor + shift);
    }
}


size_t
train_net_parameters(const train_net_t *net)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < net->n_layers; i++) {
        n += (net->layers[i].in + 1) * net->layers[i].units;

        if (net->layers[i].norm == TRAIN_NORM_LAYER) {
            n += 2 * net->layers[i].units;
        }
    }

    return n;
}
