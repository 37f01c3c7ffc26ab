/*
 * The members of a blend as one graph: each kind packed, then added.
 * Not here: weights (blend.c), and what is done to a sum of scores in a file
 * (cmd/).
 */

#include <math.h>
#include <string.h>

#include "portfolio.h"


static void *
graph_alloc(train_learnt_t *to, size_t n, size_t size)
{
    void  *p;

    p = maas__arena_alloc(to->arena, n > 0 ? n : 1, size);

    if (p == NULL) {
        train_die("no memory for the layers of the model");
    }

    return p;
}


/* A copy of a tensor's data in the graph's own memory */

static void
graph_own(train_learnt_t *to, maas_tensor_t *t)
{
    void    *data;
    size_t   size;

    size = maas__numbers(t->rank, t->shape) * maas__dtypes[t->dtype].bits / 8;

    if (t->rank == 0 || size == 0) {
        return;
    }

    data = graph_alloc(to, size, 1);
    (void) memcpy(data, t->data, size);
    t->data = data;
}


static void
graph_own_all(train_learnt_t *to, maas_node_t *n)
{
    size_t  k;

    for (k = 0; k < n->op->n_tensors; k++) {
        graph_own(to, &n->tensors[k]);
    }
}


static void
graph_begin(train_learnt_t *to, size_t room)
{
    (void) memset(to, 0, sizeof(train_learnt_t));
    to->arena = maas__arena_create(SIZE_MAX / 2);

    if (to->arena == NULL) {
        train_die("no memory for the layers of the model");
    }

    to->nodes = graph_alloc(to, room, sizeof(maas_node_t));
}


/* Nodes of one member behind those that there are */

static void
graph_append(train_learnt_t *to, const train_learnt_t *from, size_t room)
{
    size_t        i, k, base;
    maas_node_t  *n;

    base = to->n_nodes;

    if (base + from->n_nodes > room) {
        train_die("the layers of the model are more than were counted");
    }

    for (i = 0; i < from->n_nodes; i++) {
        n = &to->nodes[to->n_nodes++];
        *n = from->nodes[i];

        for (k = 0; k < n->n_in; k++) {
            n->in[k] += (n->in[k] > 0) ? (unsigned) base : 0;
        }

        graph_own_all(to, n);
    }
}


static void
graph_add(train_learnt_t *to, unsigned a, unsigned b)
{
    maas_node_t  *n;

    n = &to->nodes[to->n_nodes++];
    maas__node_init(n, maas__op_find("add"));
    n->in[0] = a;
    n->in[1] = b;
}


/* The tensor of that name, NULL: it has none */

static maas_tensor_t *
graph_named(maas_node_t *n, const char *name)
{
    size_t  i;

    for (i = 0; i < n->op->n_tensors; i++) {
        if (strcmp(n->op->tensors[i].name, name) == 0
            && n->tensors[i].data != NULL)
        {
            return &n->tensors[i];
        }
    }

    return NULL;
}


/* What is added to all rows goes into the last layer of one member */

static void
graph_shift(train_learnt_t *to, const double *shift)
{
    float          *f;
    double         *d;
    size_t          i, k, n;
    maas_node_t    *node;
    maas_tensor_t  *t;

    i = to->n_nodes - 1;

    while (strcmp(to->nodes[i].op->name, "add") == 0) {
        i = to->nodes[i].in[0] - 1;
    }

    node = &to->nodes[i];
    t = graph_named(node, "bias");
    t = (t != NULL) ? t : graph_named(node, "base");

    if (t == NULL) {
        train_die("a layer of the kind %s has no numbers to add to",
                  node->op->name);
    }

    n = maas__numbers(t->rank, t->shape);

    for (k = 0; k < n; k++) {
        if (t->dtype == MAAS_F64) {
            d = (double *) t->data;
            d[k] += shift[k];

        } else {
            f = (float *) t->data;
            f[k] = (float) (f[k] + shift[k]);
        }
    }
}


/* Of tensors that have one type alone, who made them need not have said it */

static void
graph_types(maas_node_t *n)
{
    size_t    k;
    unsigned  types;

    for (k = 0; k < n->op->n_tensors; k++) {
        types = n->op->tensors[k].dtypes;

        if (types != 0 && (types & (types - 1)) == 0) {
            n->tensors[k].dtype = (maas_dtype_t) __builtin_ctz(types);
        }
    }
}


static void
graph_shapes(train_learnt_t *to, const train_lesson_t *l)
{
    size_t        i;
    maas_err_t    err;
    maas_shape_t  input;

    input = maas__shape_flat(MAAS_F32, l->data->in);

    for (i = 0; i < to->n_nodes; i++) {
        graph_types(&to->nodes[i]);

        if (maas__node_shape(to->nodes, i, &input, &err) != MAAS_OK) {
            train_die("layer %zu of a new model %s", i, err.msg);
        }
    }
}


/* All numbers of a tensor of the last layer, times `by` */

static void
graph_times(train_learnt_t *to, const char *name, double by)
{
    size_t          i, n;
    maas_tensor_t  *t;

    t = graph_named(&to->nodes[to->n_nodes - 1], name);
    n = (t != NULL) ? maas__numbers(t->rank, t->shape) : 0;

    for (i = 0; i < n; i++) {
        if (t->dtype == MAAS_F64) {
            ((double *) t->data)[i] *= by;
        } else {
            ((float *) t->data)[i] = (float) (((float *) t->data)[i] * by);
        }
    }
}


/* A copy whose scores are multiplied by `by` */

static void
graph_member(const train_portfolio_t *p, const train_learnt_t *m, double by,
    train_learnt_t *to)
{
    static const char *const  last[] = { "weight", "bias", "value", "base" };

    size_t  i;

    graph_begin(to, m->n_nodes);
    graph_append(to, m, m->n_nodes);
    graph_shapes(to, &p->lesson);

    for (i = 0; i < to->n_nodes; i++) {
        graph_own_all(to, &to->nodes[i]);
    }

    for (i = 0; i < train_nelts(last); i++) {
        graph_times(to, last[i], by);
    }
}


/* The members of a recipe as one, or as many as there are, behind those that
 * there are; returns how many */

static size_t
graph_pack(const train_portfolio_t *p, const train_tried_t *t, double scale,
    train_learnt_t *to)
{
    char                   why[TRAIN_WHY];
    double                *weight;
    size_t                 i, n;
    const train_family_t  *family;

    family = t->recipe->family;
    n = p->parts_used;
    weight = train_alloc(n, sizeof(double));

    for (i = 0; i < n; i++) {
        weight[i] = scale * t->weight / (double) n;

        if (family->pack == NULL) {
            graph_member(p, &t->member[i], weight[i], &to[i]);
        }
    }

    if (family->pack != NULL) {
        if (family->pack(t->member, weight, n, to, why) != 0) {
            train_die("%s: %s", t->recipe->name, why);
        }

        graph_shapes(to, &p->lesson);   /* so that sizes are known */
        n = 1;
    }

    train_free(weight);

    return n;
}


/* Numbers of a target become its units in leaves, where trees alone have one
 * straight number: then *scale and *shift are set */

static int
graph_folds(const train_portfolio_t *p, double *scale, double *shift)
{
    size_t        i, n;
    const float  *v;

    n = 0;

    for (i = 0; i < p->n; i++) {
        n += (p->tried[i].weight > 0);

        if (p->tried[i].weight > 0
            && strcmp(p->tried[i].recipe->family->name, "trees") != 0)
        {
            return 0;
        }
    }

    if (p->y == NULL || n != 1 || p->lesson.out != 1
        || p->transform.kind != TRAIN_TARGET_STANDARD)
    {
        return 0;
    }

    v = p->transform.scale;         /* a, b, factor, shift of its layer */
    *scale = (double) v[0] * (double) v[2];
    *shift = (double) v[1] * (double) v[2] + (double) v[3];

    return 1;
}


static void
graph_target(const train_portfolio_t *p, train_learnt_t *to, unsigned last)
{
    maas_node_t  *n;

    n = &to->nodes[to->n_nodes++];
    train_transform_node(&p->transform, n);
    n->in[0] = last;
    graph_shapes(to, &p->lesson);
    graph_own_all(to, n);
}


void
train_portfolio_join(const train_portfolio_t *p, double scale,
    const double *shift, train_learnt_t *to)
{
    int              folds;
    double           mean, *adds;
    size_t           i, n, room;
    unsigned         last;
    train_learnt_t  *packed;

    packed = train_alloc(p->n * p->parts_used, sizeof(train_learnt_t));
    folds = graph_folds(p, &scale, &mean);
    shift = folds ? &mean : shift;
    room = 1;
    n = 0;

    for (i = 0; i < p->n; i++) {
        if (p->tried[i].weight > 0) {
            n += graph_pack(p, &p->tried[i], scale, &packed[n]);
        }
    }

    for (i = 0; i < n; i++) {
        room += packed[i].n_nodes + 1;
    }

    graph_begin(to, room);
    last = 0;

    for (i = 0; i < n; i++) {
        graph_append(to, &packed[i], room);
        train_learnt_free(&packed[i]);

        if (i > 0) {
            graph_add(to, last, (unsigned) to->n_nodes);
        }

        last = (unsigned) to->n_nodes;
    }

    adds = train_alloc(p->lesson.out, sizeof(double));

    for (i = 0; i < p->lesson.out; i++) {
        adds[i] = scale * train_constant_adds(p, i);
        adds[i] += (p->y == NULL || folds) ? shift[i] : 0;
    }

    graph_shift(to, adds);
    train_free(adds);

    if (p->y != NULL && !folds) {
        graph_target(p, to, last);
    }

    graph_shapes(to, &p->lesson);
    train_free(packed);
}
