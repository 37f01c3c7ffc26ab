/*
 * The network: where its layers' parameters stand, and their first values.
 * Running it is in step.c; spec.c reads layers.
 */

#include <string.h>

#include "embed.h"
#include "op.h"


#define NET_STREAM  2


/* The output layer, what each is given by the one below, and its place in the
 * parameters */

static int
net_layout(train_net_t *net, char *why)
{
    size_t          i;
    train_layer_t  *l;

    l = &net->layers[net->n_layers];
    l->op = &train_op_dense;
    l->hidden = (net->n_layers++ > 0) ? l[-1].hidden + 1 : 0;
    l->units = net->out;

    for (i = 0; i < net->n_layers; i++) {
        l = &net->layers[i];
        l->in = (i > 0) ? l[-1].units : net->in;
        l->units = (l->units > 0) ? l->units : l->in;
        l->ld = train_pad(l->units);
        l->by = l->op->by;
        l->vectors = l->op->vectors;
        l->kept = l->op->kept;

        if (l->op->shape != NULL && l->op->shape(net, i, why) != 0) {
            return -1;
        }

        l->at = net->n;
        l->size = (l->rows + l->vectors + l->kept) * l->ld;
        net->n += l->size;
    }

    if (net->n > MAAS_MAX_PARAMS) {
        return train_refuse(why, "more than %llu weights", MAAS_MAX_PARAMS);
    }

    return 0;
}


/* Whose output is added, and by whom first on the way back */

static void
net_links(train_net_t *net)
{
    size_t          i;
    train_layer_t  *from;

    for (i = net->n_layers; i-- > 0; /* void */ ) {
        if (net->layers[i].other > 0) {
            from = &net->layers[net->layers[i].other - 1];
            net->layers[i].feeds_first = !from->fed;
            from->fed = 1;
        }
    }
}


/* What is learnt of an embedding, in front of the layers of the spec */

static void
net_embed(train_net_t *net, const train_embed_t *e)
{
    size_t  i;

    (void) memmove(net->layers + 1, net->layers,
                   net->n_layers * sizeof(train_layer_t));
    net->n_layers++;

    for (i = 1; i < net->n_layers; i++) {
        net->layers[i].hidden++;
    }

    net->layers[0] = (train_layer_t) {
        .op = &train_op_embed, .units = e->units, .embed = e
    };
}


static int
net_create(train_net_t *net, size_t in, const train_embed_t *e, size_t out,
    maas_task_t task, const char *spec, char *why)
{
    static const maas_act_t  output[] = {
        [MAAS_TASK_CLASSIFICATION] = MAAS_ACT_SOFTMAX,
        [MAAS_TASK_BINARY] = MAAS_ACT_SIGMOID,
        [MAAS_TASK_REGRESSION] = MAAS_ACT_LINEAR
    };

    (void) memset(net, 0, sizeof(train_net_t));
    net->in = in;
    net->out = out;
    net->act = output[task];

    if (train_spec_read(net, spec, why) != 0) {
        train_net_free(net);
        return -1;
    }

    if (e != NULL && e->n_learnt > 0) {
        net_embed(net, e);
    }

    if (net_layout(net, why) != 0) {
        train_net_free(net);
        return -1;
    }

    net_links(net);
    net->params = train_alloc(net->n, sizeof(float));

    return 0;
}


int
train_net_create(train_net_t *net, size_t in, size_t out, maas_task_t task,
    const char *spec, char *why)
{
    return net_create(net, in, NULL, out, task, spec, why);
}


int
train_net_create_on(train_net_t *net, const train_embed_t *e, size_t out,
    maas_task_t task, const char *spec, char *why)
{
    return net_create(net, e->units, e, out, task, spec, why);
}


void
train_net_init(train_net_t *net, train_init_t init, uint64_t seed)
{
    float                *p;
    size_t                i, j, k;
    train_rng_t           rng;
    const train_layer_t  *l;

    train_rng_init(&rng, seed, NET_STREAM);
    (void) memset(net->params, 0, net->n * sizeof(float));

    for (i = 0; i < net->n_layers; i++) {
        l = &net->layers[i];
        p = net->params + l->at;

        if (l->op->init != NULL) {
            l->op->init(l, init, &rng, p);
        }

        if (l->op == &train_op_embed) {
            train_embed_init(l->embed, seed, p);
        }

        for (k = 0; k < l->vectors + l->kept; k++) {
            for (j = 0; j < l->units; j++) {
                train_vector(l, p, k)[j] = l->op->first[k];
            }
        }
    }
}


void
train_net_free(train_net_t *net)
{
    train_free(net->params);
    train_free(net->layers);
    net->params = NULL;
    net->layers = NULL;
}


void
train_net_units(train_net_t *net, const double *factor, const double *shift)
{
    float                *w, *b;
    size_t                i, k;
    const train_layer_t  *l;

    l = &net->layers[net->n_layers - 1];
    w = net->params + l->at;
    b = train_vector(l, w, 0);

    for (i = 0; i < l->rows; i++, w += l->ld) {
        for (k = 0; k < l->units; k++) {
            w[k] = (float) (w[k] * factor[k]);
        }
    }

    for (k = 0; k < l->units; k++) {
        b[k] = (float) (b[k] * factor[k] + shift[k]);
    }
}


void
train_net_fold(train_net_t *net, double factor, double shift)
{
    size_t   i;
    double  *factors, *shifts;

    factors = train_alloc(net->out, sizeof(double));
    shifts = train_alloc(net->out, sizeof(double));

    for (i = 0; i < net->out; i++) {
        factors[i] = factor;
        shifts[i] = shift;
    }

    train_net_units(net, factors, shifts);
    train_free(factors);
    train_free(shifts);
}


void
train_net_shift(train_net_t *net, const double *shift)
{
    float                *b;
    size_t                k;
    const train_layer_t  *l;

    l = &net->layers[net->n_layers - 1];
    b = train_vector(l, net->params + l->at, 0);

    for (k = 0; k < l->units; k++) {
        b[k] = (float) (b[k] + shift[k]);
    }
}


size_t
train_net_parameters(const train_net_t *net)
{
    size_t                i, n;
    const train_layer_t  *l;

    n = 0;

    for (i = 0; i < net->n_layers; i++) {
        l = &net->layers[i];
        n += l->op->folds ? 0 : (l->rows + l->vectors) * l->units;
    }

    return n;
}
