/*
 * A network whose weights have fewer bits, as one of floats: slopes are those
 * of the numbers that weights stand for, without the steps of rounding.
 * Not here: what is done with it (maas_explain_path.c).
 */

#include "maas_explain.h"
#include "maas_int.h"
#include "op/maas_dense.h"

#include <string.h>


static int
widen_is_narrow(const maas_node_t *n)
{
    return n->op == &maas__op_dense
           && n->tensors[MAAS_DENSE_WEIGHT].dtype != MAAS_F32;
}


int
maas__explain_is_narrow(const maas_desc_t *d)
{
    size_t  i;

    for (i = 0; i < d->n_nodes && !widen_is_narrow(&d->nodes[i]); i++) {
        /* void */
    }

    return i < d->n_nodes;
}


/* w(k,n) of I8 with a scale for each of n, or of BF16 */

static void
widen_weights(const maas_node_t *node, size_t k, size_t n, float *w)
{
    size_t           i, j;
    uint32_t         bits;
    const int8_t    *whole;
    const float     *scale;
    const uint16_t  *half;

    whole = node->tensors[MAAS_DENSE_WEIGHT].data;
    half = node->tensors[MAAS_DENSE_WEIGHT].data;
    scale = node->tensors[MAAS_DENSE_SCALE].data;

    for (i = 0; i < k; i++) {
        for (j = 0; j < n; j++, w++) {
            if (node->tensors[MAAS_DENSE_WEIGHT].dtype == MAAS_I8) {
                *w = (float) whole[i * n + j] * scale[j];
                continue;
            }

            bits = (uint32_t) half[i * n + j] << 16;
            memcpy(w, &bits, sizeof(float));
        }
    }
}


static maas_status_t
widen_node(maas_node_t *node, maas_arena_t *a)
{
    float          *w;
    size_t          k, n;
    maas_dense_t   *d = (void *) node->attrs;
    maas_tensor_t  *t = node->tensors;

    k = t[MAAS_DENSE_WEIGHT].shape[0];
    n = t[MAAS_DENSE_WEIGHT].shape[1];

    w = maas__arena_alloc(a, k * n, sizeof(float));
    if (w == NULL) {
        return MAAS_NOMEM;
    }

    widen_weights(node, k, n, w);
    t[MAAS_DENSE_WEIGHT].dtype = MAAS_F32;
    t[MAAS_DENSE_WEIGHT].data = w;
    memset(&t[MAAS_DENSE_SCALE], 0, sizeof(maas_tensor_t));
    *d = (maas_dense_t) { .units = d->units, .groups = d->groups };

    return MAAS_OK;
}


maas_status_t
maas__explain_widen(const maas_desc_t *d, maas_arena_t *a, maas_desc_t *out,
    maas_err_t *err)
{
    size_t         i;
    maas_status_t  rc;

    *out = *d;
    out->nodes = maas__arena_alloc(a, d->n_nodes, sizeof(maas_node_t));
    if (out->nodes == NULL) {
        return maas__fail(err, MAAS_NOMEM, "out of memory");
    }

    memcpy(out->nodes, d->nodes, d->n_nodes * sizeof(maas_node_t));

    for (i = 0; i < d->n_nodes; i++) {
        if (widen_is_narrow(&out->nodes[i])
            && widen_node(&out->nodes[i], a) != MAAS_OK)
        {
            return maas__fail(err, MAAS_NOMEM, "out of memory");
        }

        rc = maas__node_shape(out->nodes, i, &d->shape, err);
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    return MAAS_OK;
}
