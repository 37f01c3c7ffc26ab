/*
 * A trained network in the layers of the model file: batch norm folded into
 * weights, layer norm and additions as layers of their own.
 * What stands around them in the file is in record.c and write.c.
 */

#include <math.h>
#include <string.h>

#include "maas_desc.h"
#include "model.h"
#include "util.h"
#include "net/network.h"


/* x W + b with what batch norm does to it: one layer */

static void
export_dense(const train_net_t *net, const train_layer_t *l,
    maas_layer_t *out)
{
    float         f, *w, *b;
    size_t        i, j;
    const float  *p, *gamma, *beta, *mean, *var;

    p = net->params;
    gamma = p + l->gamma_at;
    beta = p + l->beta_at;
    mean = p + l->mean_at;
    var = p + l->var_at;
    w = train_alloc(l->in * l->units, sizeof(float));
    b = train_alloc(l->units, sizeof(float));

    for (j = 0; j < l->units; j++) {
        f = 1;
        b[j] = p[l->b_at + j];

        if (l->norm == TRAIN_NORM_BATCH) {
            f = gamma[j] / sqrtf(var[j] + l->eps);
            b[j] = (b[j] - mean[j]) * f + beta[j];
        }

        for (i = 0; i < l->in; i++) {
            w[i * l->units + j] = p[l->w_at + i * l->ld + j] * f;
        }
    }

    out->kind = MAAS_LAYER_DENSE;
    out->in_width = l->in;
    out->weight = w;
    out->bias = b;
}


static void
export_norm(const train_net_t *net, const train_layer_t *l,
    maas_layer_t *out)
{
    float  *w, *b;

    w = train_alloc(l->units, sizeof(float));
    b = train_alloc(l->units, sizeof(float));
    (void) memcpy(w, net->params + l->gamma_at, l->units * sizeof(float));
    (void) memcpy(b, net->params + l->beta_at, l->units * sizeof(float));

    out->kind = MAAS_LAYER_NORM;
    out->in_width = l->units;
    out->eps = l->eps;
    out->weight = w;
    out->bias = b;
}


/* The next place in the list, reading what the one before gives */

static maas_layer_t *
export_next(train_export_t *e, size_t units)
{
    maas_layer_t  *out;

    out = &e->layers[e->n];
    out->n_in = 1;
    out->in[0] = (unsigned) e->n++;     /* 0 is the network's input */
    out->units = units;
    out->act = MAAS_ACT_LINEAR;
    out->alpha = 1;

    return out;
}


train_export_t *
train_export(const train_net_t *net)
{
    size_t                i;
    unsigned              output[TRAIN_MAX_NET + 1];
    maas_layer_t         *out;
    train_export_t       *e;
    const train_layer_t  *l;

    e = train_alloc(1, sizeof(train_export_t));

    for (i = 0; i < net->n_layers; i++) {
        l = &net->layers[i];
        out = export_next(e, l->units);
        export_dense(net, l, out);

        if (l->norm == TRAIN_NORM_LAYER) {
            out = export_next(e, l->units);
            export_norm(net, l, out);
        }

        out->act = l->act;
        out->alpha = l->alpha;

        if (l->skip > 0) {
            out = export_next(e, l->units);
            out->kind = MAAS_LAYER_ADD;
            out->in_width = l->units;
            out->n_in = 2;
            out->in[1] = output[i - l->skip];
        }

        output[i] = (unsigned) e->n;
    }

    return e;
}


void
train_export_free(train_export_t *e)
{
    size_t  i;

    for (i = 0; i < e->n; i++) {
        train_free((void *) e->layers[i].weight);
        train_free((void *) e->layers[i].bias);
    }

    train_free(e);
}
