/*
 * The table of kinds, and what is the same for all of them.
 * Not here: anything of one kind.
 */

#include "maas_int.h"
#include "maas_op.h"

#include <math.h>
#include <string.h>


#define MAAS_OP_ROW(name)  &maas__op_##name,

static const maas_op_t *const  maas_ops[] = { MAAS_OPS(MAAS_OP_ROW) };


const maas_op_t *
maas__op_find(const char *name)
{
    size_t  i;

    for (i = 0; i < sizeof(maas_ops) / sizeof(maas_ops[0]); i++) {
        if (strcmp(maas_ops[i]->name, name) == 0) {
            return maas_ops[i];
        }
    }

    return NULL;
}


double
maas__attr_get(const maas_node_t *n, const maas_attr_t *a)
{
    float   f;
    size_t  z;

    if (a->type == MAAS_ATTR_SIZE) {
        memcpy(&z, n->attrs + a->at, sizeof(z));
        return (double) z;
    }

    memcpy(&f, n->attrs + a->at, sizeof(f));
    return (double) f;
}


int
maas__attr_set(maas_node_t *n, const maas_attr_t *a, double v)
{
    float   f;
    size_t  z;

    if (a->type == MAAS_ATTR_FLOAT) {
        v = (double) (float) v;
    }

    if (!(v >= a->low && v <= a->high)) {
        return 0;
    }

    if (a->type == MAAS_ATTR_FLOAT) {
        f = (float) v;
        memcpy(n->attrs + a->at, &f, sizeof(f));
        return 1;
    }

    z = (size_t) v;
    if ((double) z != v) {
        return 0;
    }

    memcpy(n->attrs + a->at, &z, sizeof(z));
    return 1;
}


int
maas__node_set(maas_node_t *n, const char *attr, double v)
{
    size_t  i;

    for (i = 0; i < n->op->n_attrs; i++) {
        if (strcmp(n->op->attrs[i].name, attr) == 0) {
            return maas__attr_set(n, &n->op->attrs[i], v);
        }
    }

    return 0;
}


void
maas__node_init(maas_node_t *n, const maas_op_t *op)
{
    size_t  i;

    memset(n, 0, sizeof(maas_node_t));

    n->op = op;
    n->n_in = op->n_in;
    n->act = MAAS_ACT_LINEAR;
    n->alpha = maas__acts[MAAS_ACT_LINEAR].alpha;

    for (i = 0; i < op->n_attrs; i++) {
        if (!isnan(op->attrs[i].def)) {
            (void) maas__attr_set(n, &op->attrs[i], op->attrs[i].def);
        }
    }
}


maas_status_t
maas__node_shape(maas_node_t *nodes, size_t i, const maas_shape_t *input,
    maas_err_t *err)
{
    size_t         j;
    unsigned       from;
    maas_node_t   *n;
    maas_shape_t   in[MAAS_OP_INPUTS];
    maas_status_t  rc;

    n = &nodes[i];

    for (j = 0; j < n->n_in; j++) {
        from = n->in[j];
        in[j] = from == 0 ? *input : nodes[from - 1].shape;

        if (!(n->op->takes >> in[j].dtype & 1)) {
            return maas__fail(err, MAAS_BADSHAPE, "takes no numbers of %s",
                              maas__dtypes[in[j].dtype].name);
        }

        if (in[j].ragged && !n->op->ragged) {
            return maas__fail(err, MAAS_BADSHAPE, "takes no rows of different "
                              "length");
        }
    }

    rc = n->op->shape(n, in, err);

    if (rc == MAAS_OK && n->act != MAAS_ACT_LINEAR
        && n->shape.dtype != MAAS_F32)
    {
        return maas__fail(err, MAAS_BADSHAPE, "has an activation of %s",
                          maas__dtypes[n->shape.dtype].name);
    }

    return rc;
}
