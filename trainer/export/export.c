/*
 * A trained network in the layers of the model file: batch norm folded into
 * weights, layer norm and additions as layers of their own.
 * What stands around them in the file is in record.c and write.c.
 */

#include <math.h>
#include <string.h>

#include "maas.h"
#include "maas_dtype.h"
#include "maas_shape.h"
#include "model.h"
#include "util.h"
#include "net/network.h"
#include "op/maas_op.h"


/* x W + b with what batch norm does to it: one layer */

static void
export_dense(const train_net_t *net, const train_layer_t *l,
    maas_node_t *out)
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

    (void) maas__node_set(out, "units", (double) l->units);
    out->tensors[0].data = w;
    out->tensors[1].data = b;
}


static void
export_norm(const train_net_t *net, const train_layer_t *l,
    maas_node_t *out)
{
    float  *w, *b;

    w = train_alloc(l->units, sizeof(float));
    b = train_alloc(l->units, sizeof(float));
    (void) memcpy(w, net->params + l->gamma_at, l->units * sizeof(float));
    (void) memcpy(b, net->params + l->beta_at, l->units * sizeof(float));

    (void) maas__node_set(out, "epsilon", (double) l->eps);
    out->tensors[0].data = w;
    out->tensors[1].data = b;
}


/* The next place in the list, reading what the one before gives */

static maas_node_t *
export_next(train_export_t *e, const char *kind)
{
    maas_node_t  *out;

    out = &e->nodes[e->n];
    maas__node_init(out, maas__op_find(kind));
    out->in[0] = (unsigned) e->n++;     /* 0 is the network's input */

    return out;
}


/* Dimensions of values and tensors */

static void
export_shapes(train_export_t *e, size_t in)
{
    size_t        i;
    maas_err_t    err;
    maas_shape_t  input;

    input = maas__shape_flat(MAAS_F32, in);

    for (i = 0; i < e->n; i++) {
        if (maas__node_shape(e->nodes, i, &input, &err) != MAAS_OK) {
            train_die("layer %zu of a new model %s", i, err.msg);
        }
    }
}


train_export_t *
train_export(const train_net_t *net)
{
    size_t                i;
    unsigned              output[TRAIN_MAX_NET + 1];
    maas_node_t          *out;
    train_export_t       *e;
    const train_layer_t  *l;

    e = train_alloc(1, sizeof(train_export_t));

    for (i = 0; i < net->n_layers; i++) {
        l = &net->layers[i];
        out = export_next(e, "dense");
        export_dense(net, l, out);

        if (l->norm == TRAIN_NORM_LAYER) {
            out = export_next(e, "layer_norm");
            export_norm(net, l, out);
        }

        out->act = l->act;
        out->alpha = l->alpha;

        if (l->skip > 0) {
            out = export_next(e, "add");
            out->in[1] = output[i - l->skip];
        }

        output[i] = (unsigned) e->n;
    }

    export_shapes(e, net->in);

    return e;
}


void
train_export_free(train_export_t *e)
{
    size_t  i, j;

    for (i = 0; i < e->n; i++) {
        for (j = 0; j < e->nodes[i].op->n_tensors; j++) {
            train_free((void *) e->nodes[i].tensors[j].data);
        }
    }

    train_free(e);
}
