/*
 * From the loss's gradient back through the network, layer by layer; where
 * nothing speaks against it, each layer's step happens on the way.
 */

#include <math.h>
#include <string.h>

#include "batch.h"
#include "kernel.h"
#include "network.h"
#include "step.h"
#include "team.h"
#include "util.h"


#define BACKWARD_NONE  ((size_t) -1)

/* At work in one step */

typedef struct {
    train_work_t         *w;
    const train_batch_t  *b;
    double                lr;
    unsigned              steps;    /* 0: gradients alone */
    unsigned              clips;    /* steps wait for the gradient's length */
    train_adam_t          adam;     /* of weights */
    size_t                pending;  /* split layer whose weights the others
                                       may still read, or BACKWARD_NONE */
} backward_t;


/* Through addition, dropout and activation: g by a becomes g by z, or by the
 * norm's answer */

static void
backward_row(train_work_t *w, size_t i, size_t row, size_t from, size_t to)
{
    float                *g, *below;
    size_t                j, at, units;
    train_part_work_t    *p;
    const train_layer_t  *l;

    l = &w->net->layers[i];
    p = &w->part[i];
    at = row * l->ld;
    g = p->g + at;

    if (l->skip > 0) {
        below = w->part[i - l->skip].g + at;

        for (j = from; j < to; j++) {
            below[j] = l->feeds_first ? g[j] : below[j] + g[j];
        }
    }

    for (j = from; p->mask != NULL && j < to; j++) {
        g[j] *= p->mask[at + j];
    }

    if (l->act == MAAS_ACT_SOFTMAX) {
        train_act_backward(l->act, l->alpha, NULL, p->h + at, 1, l->units,
                           l->ld, g);
        return;
    }

    units = (l->act == MAAS_ACT_RELU) ? to
            : (to < l->units) ? to : l->units;

    if (from < units) {
        train_act_backward(l->act, l->alpha, p->z ? p->z + at + from : NULL,
                           p->h + at + from, 1, units - from, l->ld, g + from);
    }
}


static void
backward_rest(train_work_t *w, const train_batch_t *b, size_t i)
{
    size_t                row, first, last, from, to;
    train_part_work_t    *p;
    const train_layer_t  *l;

    l = &w->net->layers[i];
    p = &w->part[i];
    first = 0;
    last = b->rows;
    from = p->from;
    to = p->to;

    if (train_work_by_rows(l) && p->split) {
        train_team_wait(w->team);
        first = b->rows * w->id / w->n;
        last = b->rows * (w->id + 1) / w->n;
        from = 0;
        to = l->ld;
    }

    for (row = first; row < last; row++) {
        backward_row(w, i, row, from, to);
    }

    switch (l->norm) {
    case TRAIN_NORM_BATCH:
        train_norm_batch_back(l, p, b->rows);
        break;
    case TRAIN_NORM_LAYER:
        train_norm_layer_back(l, p, first, last);
        break;
    case TRAIN_NORM_NONE:
        break;
    }
}


/* dz(rows,units) of layer i -> g of the layer below, its own columns */

static void
backward_down(train_work_t *w, const train_batch_t *b, size_t i)
{
    train_product_t       q = { 0 };
    train_part_work_t    *p, *below;
    const train_layer_t  *l, *lb;

    l = &w->net->layers[i];
    p = &w->part[i];
    lb = &w->net->layers[i - 1];
    below = &w->part[i - 1];

    if (below->from >= l->in) {
        return;                         /* padding alone is ours */
    }

    q.rows = b->rows;
    q.k = l->units;
    q.n = (below->to < l->in) ? below->to - below->from
                              : l->in - below->from;
    q.a = p->dz;
    q.ai = l->ld;
    q.as = 1;
    q.b = p->p + below->from * l->ld;
    q.ldb = l->ld;
    q.c = below->g + below->from;
    q.ldc = lb->ld;

    if (lb->fed) {
        q.init = q.c;
        q.ldi = q.ldc;
    }

    train_product_t_b(&q, &w->pack);
}


/* The gradient by own columns of the weights: into grad, or spent on Adam */

static void
backward_weights(backward_t *s, size_t i, int spend)
{
    float                *g;
    size_t                n;
    train_work_t         *w;
    train_product_t       q = { 0 };
    train_part_work_t    *p;
    const train_layer_t  *l;

    w = s->w;
    l = &w->net->layers[i];
    p = &w->part[i];
    n = p->to - p->from;
    g = spend ? NULL : p->grad + p->from;

    if (i == 0 && s->b->sparse) {
        if (spend) {
            train_kernel()->sparse_adam(&w->columns, p->dz + p->from, l->ld, n,
                                        &s->adam, p->w, p->wm, p->wv, p->ldw);
        } else {
            train_kernel()->sparse_grad(&w->columns, p->dz + p->from, l->ld, n,
                                        g, l->ld);
        }

        return;
    }

    q.rows = l->in;
    q.k = s->b->rows;
    q.n = n;
    q.a = (i == 0) ? s->b->x : w->part[i - 1].a;
    q.ai = 1;
    q.as = (i == 0) ? l->in : w->net->layers[i - 1].ld;
    q.b = p->dz + p->from;
    q.ldb = l->ld;
    q.c = spend ? p->w : g;
    q.ldc = spend ? p->ldw : l->ld;

    if (spend) {
        q.adam = &s->adam;
        q.m = p->wm;
        q.v = p->wv;
    }

    train_product(&q, &w->pack);
}


/* Bias and norm: vectors in `small`, b then gamma then beta */

static size_t
backward_small(backward_t *s, size_t i)
{
    train_part_work_t    *p;
    const train_layer_t  *l;

    l = &s->w->net->layers[i];
    p = &s->w->part[i];

    train_kernel()->column_sum(p->dz + p->from, s->b->rows, l->ld,
                               p->to - p->from, p->small + p->from);

    if (l->norm == TRAIN_NORM_LAYER) {
        train_norm_layer_small(l, p, s->b->rows);
    }

    return (l->norm == TRAIN_NORM_NONE) ? 1 : 3;
}


/* e(rows,n) follows v, ld apart */

TRAIN_VECTORS
static void
backward_follow(float d, float *e, const float *v, size_t rows, size_t n,
    size_t ld)
{
    size_t  i, j;

    for (i = 0; i < rows; i++, e += ld, v += ld) {
        for (j = 0; j < n; j++) {
            e[j] += d * (v[j] - e[j]);
        }
    }
}


static void
backward_average(const train_work_t *w, size_t i)
{
    float                     d;
    size_t                    at, n;
    const train_layer_t      *l;
    const train_part_work_t  *p;

    l = &w->net->layers[i];
    p = &w->part[i];
    d = (float) (1 - w->ema_decay);
    n = p->to - p->from;
    at = l->in * l->ld;                 /* vectors follow the weights */

    backward_follow(d, p->wema, p->w, l->in, n, p->ldw);
    backward_follow(d, p->ema + at + p->from, p->p + at + p->from,
                    (l->size - at) / l->ld, n, l->ld);
}


/* The step of layer i, or its gradients */

static void
backward_update(backward_t *s, size_t i, double factor)
{
    float                *m, *v;
    size_t                row, rows, at, n;
    train_work_t         *w;
    train_part_work_t    *p;
    const train_layer_t  *l;

    w = s->w;
    l = &w->net->layers[i];
    p = &w->part[i];
    n = p->to - p->from;
    rows = (l->norm == TRAIN_NORM_NONE) ? 1 : 3;

    if (p->grad != NULL) {
        train_optim_apply(&w->optim, &s->adam, s->lr, factor, 1, p->w, p->wm,
                          p->wv, p->ldw, p->grad + p->from, l->ld, l->in, n);

    } else {
        backward_weights(s, i, 1);
    }

    for (row = 0; row < rows; row++) {
        at = l->b_at - l->at + row * l->ld + p->from;
        m = p->m ? p->m + at : NULL;
        v = p->v ? p->v + at : NULL;
        train_optim_apply(&w->optim, &s->adam, s->lr, factor, 0, p->p + at, m,
                          v, n, p->small + row * l->ld + p->from, n, 1, n);
    }

    if (p->ema != NULL) {
        backward_average(w, i);
    }
}


/* All that layer i still needs of its dz and of the layer below */

static void
backward_layer(backward_t *s, size_t i)
{
    size_t                row, rows, n;
    train_part_work_t    *p;
    const train_layer_t  *l;

    l = &s->w->net->layers[i];
    p = &s->w->part[i];
    n = p->to - p->from;

    rows = backward_small(s, i);

    if (p->grad != NULL) {
        backward_weights(s, i, 0);

        for (row = 0; row < rows; row++) {
            (void) memcpy(p->grad + (l->b_at - l->at) + row * l->ld + p->from,
                          p->small + row * l->ld + p->from,
                          n * sizeof(float));
        }
    }

    if (s->steps && !s->clips) {
        backward_update(s, i, 1);
    }
}


static void
backward_wait(backward_t *s)
{
    size_t  i;

    train_team_wait(s->w->team);

    if (s->pending != BACKWARD_NONE) {
        i = s->pending;
        s->pending = BACKWARD_NONE;
        backward_layer(s, i);
    }
}


static void
backward_run(backward_t *s)
{
    size_t         i, last;
    train_work_t  *w;

    w = s->w;
    last = w->net->n_layers - 1;
    s->pending = BACKWARD_NONE;

    for (i = last + 1; i-- > 0; /* void */ ) {
        if (i < last) {
            backward_rest(w, s->b, i);
        }

        /* all of dz is wanted below, and by layer norm's vectors */

        if (w->part[i].split && (i > 0 || s->pending != BACKWARD_NONE
                                 || train_work_by_rows(&w->net->layers[0])))
        {
            backward_wait(s);
        }

        if (i > 0) {
            backward_down(w, s->b, i);
        }

        if (w->part[i].split && i > 0) {
            s->pending = i;
        } else {
            backward_layer(s, i);
        }
    }

    if (s->pending != BACKWARD_NONE) {
        backward_wait(s);
    }
}


/* Keras's global norm; padding is zero and adds nothing.  Every member adds
 * all of it up in the same order. */

static double
backward_factor(const train_work_t *w)
{
    double                    sum, part;
    size_t                    i, j, n;
    const float              *g;
    const train_layer_t      *l;

    train_team_wait(w->team);
    sum = 0;

    for (i = 0; i < w->net->n_layers; i++) {
        l = &w->net->layers[i];
        g = w->part[i].grad;
        n = (l->norm == TRAIN_NORM_BATCH) ? l->mean_at - l->at : l->size;
        part = 0;

        for (j = 0; j < n; j++) {
            part += (double) g[j] * (double) g[j];
        }

        sum += part;
    }

    sum = sqrt(sum);

    return (sum > w->optim.clip_norm) ? w->optim.clip_norm / sum : 1;
}


void
train_gradient(train_work_t *w, const train_batch_t *b)
{
    backward_t  s = { 0 };

    s.w = w;
    s.b = b;

    if (b->sparse) {
        train_columns_fill(&w->columns, b);
    }

    backward_run(&s);
}


static double
backward_loss(train_work_t *w, const train_batch_t *b, train_loss_t loss)
{
    double                sum;
    size_t                i, from, to, last;
    train_part_work_t    *p;
    const train_layer_t  *l;

    last = w->net->n_layers - 1;
    l = &w->net->layers[last];
    p = &w->part[last];
    from = p->split ? b->rows * w->id / w->n : 0;
    to = p->split ? b->rows * (w->id + 1) / w->n : b->rows;

    train_loss_rows(loss, l->act, b, from, to, p->a, l->ld, p->g, w->losses);

    if (p->split) {
        train_team_wait(w->team);
    }

    sum = 0;

    for (i = 0; w->id == 0 && i < b->rows; i++) {
        sum += w->losses[i];
    }

    return sum;
}


double
train_step(train_work_t *w, const train_batch_t *b, train_loss_t loss,
    double lr)
{
    size_t      i;
    double      sum, factor;
    backward_t  s = { 0 };

    s.w = w;
    s.b = b;
    s.lr = lr;
    s.steps = 1;
    s.clips = (w->optim.clip_norm > 0);

    if (b->sparse) {
        train_columns_fill(&w->columns, b);
    }

    train_forward(w, b);
    sum = backward_loss(w, b, loss);

    w->optim.step++;
    train_optim_adam(&w->optim, lr, &s.adam);
    backward_run(&s);

    if (s.clips) {
        factor = backward_factor(w);

        for (i = 0; i < w->net->n_layers; i++) {
            backward_update(&s, i, factor);
        }
    }

    return sum;
}
