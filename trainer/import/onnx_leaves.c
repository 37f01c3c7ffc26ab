/*
 * Layers of an ONNX graph that become ensembles without work for training: a
 * tree for each number, whose leaves are that number, or a constant.
 * Not here: ensembles of the file (onnx_trees.c).
 */

#include "onnx.h"


/* The layer, whose trees are there, takes what l takes */

static maas_status_t
leaves_layer(train_onnx_t *o, const train_onnx_layer_t *l, train_trees_t *t)
{
    maas_node_t    *n;
    maas_status_t   rc;

    train_trees_options(t)->in = o->layer[l->in[0]->layer].place == 0
                                 ? 0 : l->n_in;
    rc = train_trees_layer(t, o->err);

    if (rc == MAAS_OK) {
        n = &o->m->nodes[o->m->n_nodes - 1];
        n->in[0] = o->layer[l->in[0]->layer].place;
    }

    return rc;
}


/* A leaf that is number i */

static void
leaves_itself(train_trees_t *t, size_t i)
{
    uint32_t  feature;

    static const double  zero = 0, one = 1;

    feature = (uint32_t) i;
    train_trees_leaf(t, &zero, NAN);
    train_trees_linear(t, 0, &one, &feature, 1);
}


/* A transform of an ensemble is that of a sum: each number is one */

maas_status_t
train_onnx_emit_link(train_onnx_t *o, train_onnx_layer_t *l)
{
    size_t          i;
    train_trees_t  *t;

    t = train_trees_new(o->m, l->n, MAAS_F32, MAAS_F32, 0);
    if (t == NULL) {
        return train_onnx_nomem(o);
    }

    for (i = 0; i < l->n; i++) {
        train_trees_tree(t, 0, i);
        leaves_itself(t, i);
    }

    train_trees_options(t)->transform = (maas_transform_t) l->number;

    return leaves_layer(o, l, t);
}


/* Above high it is high, else above low itself, else low */

maas_status_t
train_onnx_emit_clip(train_onnx_t *o, train_onnx_layer_t *l)
{
    int             above, below;
    size_t          i;
    train_trees_t  *t;

    t = train_trees_new(o->m, l->n, MAAS_F64, MAAS_F64, 0);
    if (t == NULL) {
        return train_onnx_nomem(o);
    }

    above = isfinite(l->high);
    below = isfinite(l->low);

    for (i = 0; i < l->n; i++) {
        train_trees_tree(t, (size_t) (above + below), i);

        if (above) {
            train_trees_node(t, i, l->high, 0, below ? 1 : -1,
                             below ? -3 : -2, NAN);
        }

        if (below) {
            train_trees_node(t, i, l->low, 0, -2, -1, NAN);
        }

        leaves_itself(t, i);

        if (below) {
            train_trees_leaf(t, &l->low, NAN);
        }

        if (above) {
            train_trees_leaf(t, &l->high, NAN);
        }
    }

    return leaves_layer(o, l, t);
}
