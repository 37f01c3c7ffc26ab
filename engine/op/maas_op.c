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
    const void  *p = n->attrs + a->at;

    return a->type == MAAS_ATTR_FLOAT ? (double) *(const float *) p
           : a->type == MAAS_ATTR_DOUBLE ? *(const double *) p
           : (double) *(const size_t *) p;
}


int
maas__attr_set(maas_node_t *n, const maas_attr_t *a, double v)
{
    void  *p = n->attrs + a->at;

    v = a->type == MAAS_ATTR_FLOAT ? (double) (float) v : v;

    if (!(v >= a->low && v <= a->high)
        || ((a->type == MAAS_ATTR_SIZE || a->type == MAAS_ATTR_CHOICE)
            && v != floor(v)))
    {
        return 0;
    }

    if (a->type == MAAS_ATTR_FLOAT) {
        *(float *) p = (float) v;
    } else if (a->type == MAAS_ATTR_DOUBLE) {
        *(double *) p = v;
    } else {
        *(size_t *) p = (size_t) v;
    }

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


size_t
maas__node_version(const maas_node_t *n)
{
    size_t              i, version;
    const maas_attr_t  *a;

    version = n->op->version > 1 ? n->op->version : 1;

    for (i = 0; i < n->op->n_attrs; i++) {
        a = &n->op->attrs[i];

        if (a->version > version && maas__attr_get(n, a) != a->def) {
            version = a->version;
        }
    }

    for (i = 0; i < n->op->n_tensors; i++) {
        if (n->op->later_version > version
            && (n->op->later >> n->tensors[i].dtype & 1))
        {
            version = n->op->later_version;
        }
    }

    return version;
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
        && n->shape.dtype != MAAS_F32
        && !(n->shape.dtype == MAAS_U8 && n->op->fused))
    {
        return maas__fail(err, MAAS_BADSHAPE, "has an activation of %s",
                          maas__dtypes[n->shape.dtype].name);
    }

    return rc;
}
