/*
 * A trained network in layers of a file, from a row of values to scores; and
 * several of them in one pass.
 * Not here: training.
 */

#include <string.h>

#include "learn_network.h"
#include "net/export.h"


/* Tensors of a dense layer, and of an embedding, as kinds have them */

enum { NODES_WEIGHT = 0, NODES_BIAS };
enum { NODES_NUMBER = 0, NODES_FROM, NODES_WIDTH, NODES_AT, NODES_ITEM };

#define nodes_floats(n, which)  ((const float *) (n)->tensors[which].data)


static void *
nodes_alloc(train_learnt_t *to, size_t n, size_t size)
{
    void  *p;

    p = maas__arena_alloc(to->arena, n + 1, size);

    if (p == NULL) {
        train_die("no memory for the layers of a network");
    }

    return p;
}


static maas_node_t *
nodes_next(train_learnt_t *to, const char *kind)
{
    maas_node_t  *n;

    n = &to->nodes[to->n_nodes];
    maas__node_init(n, maas__op_find(kind));
    n->in[0] = (unsigned) to->n_nodes++;

    return n;
}


/* Shapes, once all is there */

static void
nodes_end(train_learnt_t *to, size_t in)
{
    size_t        i;
    maas_err_t    err;
    maas_shape_t  input;

    input = maas__shape_flat(MAAS_F32, in);

    for (i = 0; i < to->n_nodes; i++) {
        if (maas__node_shape(to->nodes, i, &input, &err) != MAAS_OK) {
            train_die("layer %zu of a network %s", i, err.msg);
        }
    }
}


/* An embedding of so many items and numbers, to be filled */

static maas_node_t *
nodes_embed(train_learnt_t *to, size_t units, size_t items, size_t numbers)
{
    maas_node_t  *n;

    n = nodes_next(to, "embed");
    train_export_set(n, "units", (double) units);
    train_export_set(n, "items", (double) items);
    train_export_set(n, "numbers", (double) numbers);
    n->tensors[NODES_NUMBER].data = nodes_alloc(to, numbers, sizeof(float));
    n->tensors[NODES_FROM].data = nodes_alloc(to, items, sizeof(uint32_t));
    n->tensors[NODES_WIDTH].data = nodes_alloc(to, items, sizeof(uint32_t));
    n->tensors[NODES_AT].data = nodes_alloc(to, items + 1, sizeof(uint32_t));
    n->tensors[NODES_ITEM].data = nodes_alloc(to, items, 1);

    return n;
}


/* learnt: what was learnt of e, or NULL */

static void
nodes_embedding(train_learnt_t *to, const train_embed_t *e,
    const float *learnt)
{
    float                     *number;
    size_t                     i;
    maas_node_t               *n;
    const train_embed_item_t  *t;

    n = nodes_embed(to, e->units, e->n_items, e->n_numbers);
    number = (float *) n->tensors[NODES_NUMBER].data;
    (void) memcpy(number, e->numbers, e->n_numbers * sizeof(float));

    for (i = 0; i < e->n_items; i++) {
        t = &e->items[i];
        ((uint32_t *) n->tensors[NODES_FROM].data)[i] = t->from;
        ((uint32_t *) n->tensors[NODES_WIDTH].data)[i] = t->width;
        ((uint32_t *) n->tensors[NODES_AT].data)[i] = (uint32_t) t->at;
        ((uint8_t *) n->tensors[NODES_ITEM].data)[i] = (uint8_t) t->kind;

        if (t->learnt > 0) {
            (void) memcpy(number + t->at + t->n - t->learnt,
                          learnt + t->where, t->learnt * sizeof(float));
        }
    }

    ((uint32_t *) n->tensors[NODES_AT].data)[i] = (uint32_t) e->n_numbers;
}


/* A dense layer of so many weights and units, to be filled */

static maas_node_t *
nodes_dense(train_learnt_t *to, size_t weights, size_t units)
{
    maas_node_t  *n;

    n = nodes_next(to, "dense");
    train_export_set(n, "units", (double) units);
    n->tensors[NODES_WEIGHT].data = nodes_alloc(to, weights, sizeof(float));
    n->tensors[NODES_BIAS].data = nodes_alloc(to, units, sizeof(float));

    return n;
}


/* The last layer of two logits: what the second has more than the first */

static void
nodes_difference(maas_node_t *n, const maas_node_t *from, size_t k)
{
    size_t        i;
    float        *w, *b;
    const float  *f;

    w = (float *) n->tensors[NODES_WEIGHT].data;
    b = (float *) n->tensors[NODES_BIAS].data;
    f = nodes_floats(from, NODES_WEIGHT);

    for (i = 0; i < k; i++) {
        w[i] = f[2 * i + 1] - f[2 * i];
    }

    f = nodes_floats(from, NODES_BIAS);
    b[0] = f[1] - f[0];
}


void
train_network_nodes(const train_embed_t *e, train_net_t *net, size_t out,
    size_t in, train_learnt_t *to)
{
    size_t              i, k, units;
    maas_node_t        *n;
    train_export_t     *x;
    const maas_node_t  *from;

    net->act = MAAS_ACT_LINEAR;
    x = train_export(net);
    to->nodes = nodes_alloc(to, x->n + 1, sizeof(maas_node_t));
    nodes_embedding(to, e, net->params + net->layers[0].at);

    for (i = 0; i < x->n; i++) {
        from = &x->nodes[i];
        k = from->tensors[NODES_WEIGHT].shape[0];
        units = from->tensors[NODES_WEIGHT].shape[1];

        if (i + 1 == x->n && out < units) {
            nodes_difference(nodes_dense(to, k, out), from, k);
            break;
        }

        n = nodes_dense(to, k * units, units);
        n->act = from->act;
        n->alpha = from->alpha;
        (void) memcpy((void *) n->tensors[NODES_WEIGHT].data,
                      from->tensors[NODES_WEIGHT].data,
                      k * units * sizeof(float));
        (void) memcpy((void *) n->tensors[NODES_BIAS].data,
                      from->tensors[NODES_BIAS].data, units * sizeof(float));
    }

    train_export_free(x);
    nodes_end(to, in);
}


/* Members that are packed */

typedef struct {
    const train_learnt_t  *member;
    const double          *weight;
    size_t                 n;
    size_t                 in;          /* numbers of a row that are read */
    size_t                 units;       /* of the widest embedding */
    unsigned               shared;      /* the embedding is one */
} nodes_pack_t;


static int
nodes_same(const maas_node_t *a, const maas_node_t *b)
{
    size_t  i;

    if (maas__node_bytes(a) != maas__node_bytes(b)) {
        return 0;
    }

    for (i = 0; i < a->op->n_tensors; i++) {
        if (a->tensors[i].shape[0] != b->tensors[i].shape[0]
            || memcmp(a->tensors[i].data, b->tensors[i].data,
                      a->tensors[i].shape[0]
                      * (i == NODES_ITEM ? 1 : sizeof(float))) != 0)
        {
            return 0;
        }
    }

    return 1;
}


/* Numbers that an embedding has less than the widest: those of an item that no
 * weight looks at follow it */

static size_t
nodes_lacks(const nodes_pack_t *p, size_t m)
{
    return p->units - p->member[m].nodes[0].shape.dim[0];
}


static void
nodes_pack_embed(const nodes_pack_t *p, train_learnt_t *to)
{
    size_t              i, j, k, items, numbers, at_item, at_number, lacks;
    uint32_t           *at;
    maas_node_t        *n;
    const maas_node_t  *from;

    k = p->shared ? 1 : p->n;
    items = 0;
    numbers = 0;

    for (i = 0; i < k; i++) {
        lacks = nodes_lacks(p, i);
        items += p->member[i].nodes[0].tensors[NODES_ITEM].shape[0];
        items += (lacks > 0);
        numbers += p->member[i].nodes[0].tensors[NODES_NUMBER].shape[0];
        numbers += (lacks > 0);         /* its "other", 0 */
    }

    n = nodes_embed(to, k * p->units, items, numbers);
    at = (uint32_t *) n->tensors[NODES_AT].data;
    at_item = 0;
    at_number = 0;

    for (i = 0; i < k; i++) {
        from = &p->member[i].nodes[0];
        items = from->tensors[NODES_ITEM].shape[0];
        numbers = from->tensors[NODES_NUMBER].shape[0];
        (void) memcpy((float *) n->tensors[NODES_NUMBER].data + at_number,
                      from->tensors[NODES_NUMBER].data,
                      numbers * sizeof(float));
        (void) memcpy((uint8_t *) n->tensors[NODES_ITEM].data + at_item,
                      from->tensors[NODES_ITEM].data, items);
        (void) memcpy((uint32_t *) n->tensors[NODES_FROM].data + at_item,
                      from->tensors[NODES_FROM].data,
                      items * sizeof(uint32_t));
        (void) memcpy((uint32_t *) n->tensors[NODES_WIDTH].data + at_item,
                      from->tensors[NODES_WIDTH].data,
                      items * sizeof(uint32_t));

        for (j = 0; j < items; j++) {
            at[at_item + j] = (uint32_t) at_number
                              + ((const uint32_t *)
                                 from->tensors[NODES_AT].data)[j];
        }

        at_item += items;
        at_number += numbers;
        lacks = nodes_lacks(p, i);

        if (lacks > 0) {
            ((uint8_t *) n->tensors[NODES_ITEM].data)[at_item]
                = MAAS_EMBED_ONE_HOT;
            ((uint32_t *) n->tensors[NODES_WIDTH].data)[at_item]
                = (uint32_t) lacks;
            at[at_item++] = (uint32_t) at_number++;
        }
    }

    at[at_item] = (uint32_t) at_number;
}


/* Layer i of all members: side by side where they read the same numbers,
 * else one below the other, in groups */

static void
nodes_pack_dense(const nodes_pack_t *p, size_t i, train_learnt_t *to)
{
    int                 beside;
    float              *w, *b;
    size_t              m, r, k, units;
    maas_node_t        *n;
    const maas_node_t  *from;

    from = &p->member[0].nodes[i];
    k = (i == 1) ? p->units : from->tensors[NODES_WEIGHT].shape[0];
    units = from->tensors[NODES_WEIGHT].shape[1];
    beside = (i == 1 && p->shared);
    n = nodes_dense(to, p->n * k * units, p->n * units);
    n->act = from->act;
    n->alpha = from->alpha;

    if (!beside) {
        train_export_set(n, "groups", (double) p->n);
    }

    w = (float *) n->tensors[NODES_WEIGHT].data;
    b = (float *) n->tensors[NODES_BIAS].data;

    for (m = 0; m < p->n; m++) {
        from = &p->member[m].nodes[i];
        (void) memcpy(b + m * units, from->tensors[NODES_BIAS].data,
                      units * sizeof(float));

        for (r = 0; r < from->tensors[NODES_WEIGHT].shape[0]; r++) {
            (void) memcpy(w + (beside ? r * p->n + m : m * k + r) * units,
                          nodes_floats(from, NODES_WEIGHT) + r * units,
                          units * sizeof(float));
        }
    }
}


/* The sum of the members' scores, which is one product */

static void
nodes_pack_last(const nodes_pack_t *p, size_t i, train_learnt_t *to)
{
    float              *w, *b;
    double              sum;
    size_t              m, j, k, units;
    maas_node_t        *n;
    const maas_node_t  *from;

    from = &p->member[0].nodes[i];
    k = from->tensors[NODES_WEIGHT].shape[0];
    units = from->tensors[NODES_WEIGHT].shape[1];
    n = nodes_dense(to, p->n * k * units, units);
    w = (float *) n->tensors[NODES_WEIGHT].data;
    b = (float *) n->tensors[NODES_BIAS].data;

    for (m = 0; m < p->n; m++) {
        from = &p->member[m].nodes[i];

        for (j = 0; j < k * units; j++) {
            w[m * k * units + j] = (float) (p->weight[m]
                                   * (double) nodes_floats(from,
                                                           NODES_WEIGHT)[j]);
        }
    }

    for (j = 0; j < units; j++) {
        sum = 0;

        for (m = 0; m < p->n; m++) {
            sum += p->weight[m]
                   * (double) nodes_floats(&p->member[m].nodes[i],
                                           NODES_BIAS)[j];
        }

        b[j] = (float) sum;
    }
}


/* Of the row, the numbers that an embedding reads at most */

static size_t
nodes_reads(const maas_node_t *n)
{
    size_t           i, end, last;
    const uint8_t   *kind;
    const uint32_t  *from, *width;

    kind = n->tensors[NODES_ITEM].data;
    from = n->tensors[NODES_FROM].data;
    width = n->tensors[NODES_WIDTH].data;
    last = 1;

    for (i = 0; i < n->tensors[NODES_ITEM].shape[0]; i++) {
        end = from[i] + (kind[i] == MAAS_EMBED_COPY ? width[i] : 1);
        last = (end > last) ? end : last;
    }

    return last;
}


int
train_network_pack(const train_learnt_t *member, const double *weight,
    size_t n, train_learnt_t *to, char *why)
{
    size_t        i, last;
    nodes_pack_t  p = { member, weight, n, 1, 1, 1 };

    (void) memset(to, 0, sizeof(train_learnt_t));

    for (i = 0; i < n; i++) {
        if (member[i].n_nodes != member[0].n_nodes) {
            return train_refuse(why, "networks of different layers are not "
                                "packed");
        }

        p.shared &= (unsigned) nodes_same(&member[i].nodes[0],
                                          &member[0].nodes[0]);
        p.units = (member[i].nodes[0].shape.dim[0] > p.units)
                  ? member[i].nodes[0].shape.dim[0] : p.units;
        last = nodes_reads(&member[i].nodes[0]);
        p.in = (last > p.in) ? last : p.in;
    }

    to->arena = maas__arena_create(SIZE_MAX / 2);
    to->nodes = nodes_alloc(to, member[0].n_nodes, sizeof(maas_node_t));
    nodes_pack_embed(&p, to);

    for (i = 1; i + 1 < member[0].n_nodes; i++) {
        nodes_pack_dense(&p, i, to);
    }

    nodes_pack_last(&p, i, to);
    nodes_end(to, p.in);

    return 0;
}
