/*
 * x W + b: products, and the steps of weights that follow them.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"
#include "op.h"


static int
dense_read(train_layer_t *l, const char *item, size_t nth, char *why)
{
    char  *end;

    if (nth > 0) {
        if (strcmp(item, "he") != 0 && strcmp(item, "glorot") != 0) {
            return 0;
        }

        l->dense.init = (*item == 'h') ? TRAIN_INIT_HE : TRAIN_INIT_GLOROT;
        return 1;
    }

    if (*item < '0' || *item > '9') {
        return 0;
    }

    l->op = &train_op_dense;
    l->units = strtoul(item, &end, 10);

    return l->units >= 1 && l->units <= MAAS_MAX_WIDTH && *end == '\0';
}


static int
dense_shape(train_net_t *net, size_t i, char *why)
{
    train_layer_t  *l;

    l = &net->layers[i];
    l->rows = l->in;
    l->by = (i > 0) ? TRAIN_BY_ALL : TRAIN_BY_COLUMN;

    return 0;
}


static void
dense_init(const train_layer_t *l, train_init_t init, train_rng_t *rng,
    float *p)
{
    int     he;
    double  limit, fans;
    size_t  j, k;

    init = (l->dense.init != TRAIN_INIT_AUTO) ? l->dense.init : init;
    he = (init != TRAIN_INIT_AUTO) ? init == TRAIN_INIT_HE : (int) l->he;
    fans = he ? (double) l->in : (double) (l->in + l->units);
    limit = sqrt(6 / fans);

    for (j = 0; j < l->in; j++) {
        for (k = 0; k < l->units; k++) {
            p[j * l->ld + k] = (float)
                               ((2 * train_rng_unit(rng) - 1) * limit);
        }
    }
}


/* x(rows,units below) W + b into own columns */

static void
dense_forward(const train_pass_t *s)
{
    train_product_t       q = { 0 };
    const train_share_t  *p;
    const train_layer_t  *l;

    l = s->l;
    p = s->p;
    q.rows = s->b->rows;
    q.k = l->in;
    q.n = s->to - s->from;
    q.a = (s->i == 0) ? s->b->x : p[-1].a;
    q.ai = (s->i == 0) ? l->in : l[-1].ld;
    q.as = 1;
    q.b = p->w;
    q.ldb = p->ldw;
    q.init = train_vector(l, p->p, 0) + s->from;
    q.relu = (int) l->relu;
    q.c = p->a + s->from;
    q.ldc = l->ld;

    if (s->i == 0 && s->b->sparse) {
        train_kernel()->sparse(s->b, q.b, q.ldb, q.n, q.init, q.relu, q.c,
                               q.ldc);
    } else {
        train_product(&q, &s->w->pack);
    }
}


/* g(rows,units) -> g of the layer below, its own columns */

static void
dense_backward(const train_pass_t *s)
{
    size_t                from;
    train_product_t       q = { 0 };
    const train_share_t  *p, *below;
    const train_layer_t  *l;

    l = s->l;
    p = s->p;
    below = p - 1;

    if (s->i == 0) {
        return;
    }

    from = (below->from > l[-1].quiet) ? below->from : l[-1].quiet;

    if (from >= below->to || from >= l->in) {
        return;                         /* padding alone is ours */
    }

    q.rows = s->b->rows;
    q.k = l->units;
    q.n = (below->to < l->in) ? below->to - from : l->in - from;
    q.a = p->g;
    q.ai = l->ld;
    q.as = 1;
    q.b = p->p + from * l->ld;
    q.ldb = l->ld;
    q.turned = 1;
    q.c = below->g + from;
    q.ldc = l[-1].ld;

    if (l[-1].fed) {
        q.init = q.c;
        q.ldi = q.ldc;
    }

    train_product(&q, &s->w->pack);
}


/* By own columns of the weights: into grad, or spent on Adam */

static void
dense_gradient(const train_pass_t *s)
{
    train_product_t       q = { 0 };
    const train_share_t  *p;
    const train_layer_t  *l;

    l = s->l;
    p = s->p;
    q.rows = l->in;
    q.k = s->b->rows;
    q.n = s->to - s->from;
    q.a = (s->i == 0) ? s->b->x : p[-1].a;
    q.ai = 1;
    q.as = (s->i == 0) ? l->in : l[-1].ld;
    q.b = p->g + s->from;
    q.ldb = l->ld;

    if (p->spends) {
        q.c = p->w;
        q.ldc = p->ldw;
        q.adam = s->adam;
        q.m = p->wm;
        q.v = p->wv;

    } else {
        q.c = p->grad + s->from;
        q.ldc = l->ld;
    }

    train_kernel()->column_sum(q.b, q.k, q.ldb, q.n, p->small + s->from);

    if (s->i == 0 && s->b->sparse) {
        train_kernel()->sparse_grad(&s->w->columns, q.b, q.ldb, q.n, q.adam,
                                    q.c, q.m, q.v, q.ldc);
    } else {
        train_product(&q, &s->w->pack);
    }
}


/* Of x' g it is |x| |g|, of the bias |g| */

static void
dense_squares(const train_pass_t *s, double *sum)
{
    size_t                r;
    double                x;
    const train_batch_t  *b;
    const train_layer_t  *l;

    l = s->l;
    b = s->b;

    for (r = s->first; r < s->last; r++) {
        x = (s->i > 0)
            ? train_private_squares(s->p[-1].a + r * l[-1].ld, l->in)
            : b->sparse
            ? train_private_squares(b->v + r * b->stride, b->n[r])
            : train_private_squares(b->x + r * l->in, l->in);
        sum[r] += (1 + x) * train_private_squares(s->p->g + r * l->ld,
                                                  l->units);
    }
}


static void
dense_file(const train_layer_t *l, const float *p, train_export_t *e)
{
    maas_node_t  *n;

    n = train_export_next(e, "dense");
    train_export_set(n, "units", (double) l->units);
    train_export_tensor(n, 0, l, p, l->in);
    train_export_tensor(n, 1, l, train_vector(l, p, 0), 1);
}


const train_op_t  train_op_dense = {
    .place = TRAIN_PLACE_PRODUCT,
    .items = "he, glorot",
    .vectors = 1,
    .new_out = 1,
    .new_grad = 1,
    .relu = 1,
    .spends = 1,
    .read = dense_read,
    .shape = dense_shape,
    .init = dense_init,
    .forward = dense_forward,
    .backward = dense_backward,
    .gradient = dense_gradient,
    .squares = dense_squares,
    .file = dense_file
};
