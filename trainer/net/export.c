/*
 * Layers of the model file in memory: the one place of the trainer that fills
 * them.  Which there are, is said by the kinds of layers.
 */

#include <float.h>
#include <string.h>

#include "export.h"
#include "op.h"


maas_node_t *
train_export_next(train_export_t *e, const char *kind)
{
    maas_node_t  *n;

    n = &e->nodes[e->n];
    maas__node_init(n, maas__op_find(kind));
    n->in[0] = (unsigned) e->n++;   /* 0 is the network's input */

    return n;
}


void
train_export_set(maas_node_t *n, const char *attr, double v)
{
    if (!maas__node_set(n, attr, v)) {
        train_die("%s of a layer: the model file cannot hold %g", attr, v);
    }
}


void
train_export_tensor(maas_node_t *n, size_t which, const train_layer_t *l,
    const float *p, size_t rows)
{
    float   *to;
    size_t   i;

    to = train_alloc(rows * l->units, sizeof(float));
    n->tensors[which].data = to;

    for (i = 0; i < rows; i++, to += l->units, p += l->ld) {
        (void) memcpy(to, p, l->units * sizeof(float));
    }
}


/* exp() of the answer, in the largest bounds that there are */

static void
export_rates(train_export_t *e, size_t out)
{
    float        *scale;
    size_t        i;
    maas_node_t  *n;

    n = train_export_next(e, "target");
    train_export_set(n, "form", 1);
    scale = train_alloc(6 * out, sizeof(float));
    n->tensors[0].data = scale;

    for (i = 0; i < out; i++) {
        scale[i] = 1;
        scale[2 * out + i] = 1;
        scale[5 * out + i] = FLT_MAX;
    }
}


train_export_t *
train_export(const train_net_t *net)
{
    size_t                i;
    maas_err_t            err;
    maas_shape_t          input;
    train_export_t       *e;
    const train_layer_t  *l;

    e = train_alloc(1, sizeof(train_export_t));
    e->nodes = train_alloc(net->n_layers + 1, sizeof(maas_node_t));
    e->output = train_alloc(net->n_layers + 1, sizeof(unsigned));

    for (i = 0; i < net->n_layers; i++) {
        l = &net->layers[i];

        if (l->op->file != NULL) {
            l->op->file(l, net->params + l->at, e);
        }

        e->output[i + 1] = (unsigned) e->n;
    }

    train_export_last(e)->act = net->act;
    train_export_last(e)->alpha = 1;

    if (net->rates) {
        export_rates(e, net->out);
    }

    input = maas__shape_flat(MAAS_F32, net->in);

    for (i = 0; i < e->n; i++) {
        if (maas__node_shape(e->nodes, i, &input, &err) != MAAS_OK) {
            train_die("layer %zu of a new model %s", i, err.msg);
        }
    }

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

    train_free(e->nodes);
    train_free(e->output);
    train_free(e);
}
