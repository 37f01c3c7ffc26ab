/*
 * A batch forward through the network, and from the loss's gradient back,
 * layer by layer; where nothing speaks against it, each layer's step happens
 * on the way.  What a layer does is its kind's matter.
 */

#include <math.h>

#include "op.h"


/* Members of a team at work.  The numbers that layer l goes on from were made
 * `at`: by column, by row, or ALL if every member sees all of them.  Must they
 * wait for each other? */

static int
step_waits(const train_layer_t *l, train_by_t at)
{
    return l->by != TRAIN_BY_NUMBER && at != TRAIN_BY_ALL && at != l->by;
}


/* How it makes its own numbers then: by column or by row */

static train_by_t
step_by(const train_layer_t *l, train_by_t at)
{
    switch (l->by) {
    case TRAIN_BY_ROW:
        return TRAIN_BY_ROW;
    case TRAIN_BY_NUMBER:
        return (at == TRAIN_BY_ROW) ? TRAIN_BY_ROW : TRAIN_BY_COLUMN;
    default:
        return TRAIN_BY_COLUMN;
    }
}


/* Layer i at work, by column or by row */

static void
step_begin(train_pass_t *s, train_work_t *w, const train_batch_t *b,
    size_t i, train_by_t by)
{
    s->w = w;
    s->b = b;
    s->l = &w->net->layers[i];
    s->p = &w->part[i];
    s->i = i;
    s->first = 0;
    s->last = b->rows;
    s->from = s->p->from;
    s->to = s->p->to;

    if (s->p->split && by == TRAIN_BY_ROW) {
        s->first = b->rows * w->id / w->n;
        s->last = b->rows * (w->id + 1) / w->n;
        s->from = 0;
        s->to = s->l->ld;
    }
}


void
train_forward(train_work_t *w, const train_batch_t *b)
{
    size_t                i;
    train_by_t            at;
    train_pass_t          s;
    const train_layer_t  *l;

    at = TRAIN_BY_ALL;

    for (i = 0; i < w->net->n_layers; i++) {
        l = &w->net->layers[i];

        if (step_waits(l, at)) {
            train_team_wait(w->team);
        }

        at = step_by(l, at);
        step_begin(&s, w, b, i, at);
        l->op->forward(&s);
        at = s.p->split ? at : TRAIN_BY_ALL;
    }

    if (at != TRAIN_BY_ALL) {
        train_team_wait(w->team);
    }
}


/* At work in one step */

typedef struct {
    train_work_t         *w;
    const train_batch_t  *b;
    double                lr;
    unsigned              clips;    /* steps wait for the gradient's length */
    unsigned              row_clips;    /* and gradients for that of rows */
    unsigned              pending;  /* is any layer? */
    train_adam_t          adam;     /* of weights */
} backward_t;


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


/* The step of layer i, but for weights that took it with their gradient */

static void
backward_update(backward_t *s, size_t i, double factor)
{
    float                 d;
    size_t                at, n;
    train_work_t         *w;
    train_share_t        *p;
    const train_layer_t  *l;

    w = s->w;
    l = &w->net->layers[i];
    p = &w->part[i];
    d = (float) (1 - w->ema_decay);
    n = p->to - p->from;
    at = l->rows * l->ld + p->from;

    if (!p->spends) {
        train_optim_apply(&w->optim, &s->adam, s->lr, factor, 1, p->w, p->wm,
                          p->wv, p->ldw, p->grad + p->from, l->ld, l->rows, n);
    }

    train_optim_apply(&w->optim, &s->adam, s->lr, factor, 0, p->p + at,
                      p->m ? p->m + at : NULL, p->v ? p->v + at : NULL, l->ld,
                      p->small + p->from, l->ld, l->vectors, n);

    if (p->ema != NULL) {
        backward_follow(d, p->wema, p->w, l->rows, n, p->ldw);
        backward_follow(d, p->ema + at, p->p + at, l->vectors + l->kept, n,
                        l->ld);
    }
}


/* What layer i still does once its way back is done */

static void
backward_gradient(backward_t *s, size_t i)
{
    train_pass_t  pass;

    step_begin(&pass, s->w, s->b, i, TRAIN_BY_COLUMN);
    pass.p->pending = 0;

    if (s->row_clips) {
        return;
    }

    if (pass.l->op->gradient != NULL) {
        pass.adam = &s->adam;
        pass.l->op->gradient(&pass);
    }

    if (!s->clips) {
        backward_update(s, i, 1);
    }
}


static void
backward_wait(backward_t *s)
{
    size_t  i;

    train_team_wait(s->w->team);

    for (i = s->w->net->n_layers; s->pending && i-- > 0; /* void */ ) {
        if (s->w->part[i].pending) {
            backward_gradient(s, i);
        }
    }

    s->pending = 0;
}


static void
backward_run(backward_t *s)
{
    size_t                i;
    train_by_t            at;
    train_pass_t          pass;
    const train_layer_t  *l;

    at = TRAIN_BY_ALL;

    for (i = s->w->net->n_layers; i-- > 0; /* void */ ) {
        l = &s->w->net->layers[i];

        if (step_waits(l, at)) {
            backward_wait(s);
            at = TRAIN_BY_ALL;
        }

        at = step_by(l, at);
        step_begin(&pass, s->w, s->b, i, at);
        l->op->backward(&pass);

        /* others may still read all columns of the parameters */

        if (pass.p->split && l->by != TRAIN_BY_COLUMN) {
            pass.p->pending = (l->size > 0);
            s->pending |= pass.p->pending;

        } else if (l->size > 0) {
            backward_gradient(s, i);
        }

        if (i > 0 && !pass.p[-1].split) {
            at = TRAIN_BY_ALL;
        }
    }

    if (s->pending) {
        backward_wait(s);
    }
}


/* Keras's global norm; padding is zero and adds nothing.  Every member adds
 * all of it up in the same order: the sums of hidden layers. */

static double
backward_factor(const train_work_t *w)
{
    double                sum, part;
    size_t                i, j;
    const float          *g;
    const train_layer_t  *l;

    train_team_wait(w->team);
    sum = 0;
    part = 0;

    for (i = 0; i < w->net->n_layers; i++) {
        l = &w->net->layers[i];
        g = w->part[i].grad;

        if (i > 0 && l->hidden != l[-1].hidden) {
            sum += part;
            part = 0;
        }

        for (j = 0; j < (l->rows + l->vectors) * l->ld; j++) {
            part += (double) g[j] * (double) g[j];
        }
    }

    sum = sqrt(sum + part);

    return (sum > w->optim.clip_norm) ? w->optim.clip_norm / sum : 1;
}


static double
backward_loss(train_work_t *w, const train_batch_t *b, train_loss_t loss)
{
    double        sum;
    size_t        i;
    train_pass_t  s;

    step_begin(&s, w, b, w->net->n_layers - 1, TRAIN_BY_ROW);
    train_loss(loss, w->net->act, b, s.first, s.last, s.p->a, s.l->ld, s.p->g,
               w->losses);

    if (s.p->split) {
        train_team_wait(w->team);
    }

    sum = 0;

    for (i = 0; w->id == 0 && i < b->rows; i++) {
        sum += w->losses[i];
    }

    return sum;
}


/* Gradients of rows that are short enough, and noise: its step is made even
 * where there are no rows, or it would tell that */

static void
backward_private(backward_t *s)
{
    size_t         i;
    train_pass_t   pass;
    train_work_t  *w;

    w = s->w;

    if (s->b->rows > 0) {
        backward_run(s);
        train_private_clip(w, s->b);
    }

    train_private_noise(w);
    train_team_wait(w->team);

    for (i = w->net->n_layers; i-- > 0; /* void */ ) {
        if (w->net->layers[i].size == 0) {
            continue;
        }

        if (s->b->rows > 0) {
            step_begin(&pass, w, s->b, i, TRAIN_BY_COLUMN);
            pass.l->op->gradient(&pass);
        } else {
            train_private_empty(w, i);
        }

        train_private_add(w, i);
        backward_update(s, i, 1);
    }
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
    s.clips = (w->optim.clip_norm > 0);
    s.row_clips = (w->optim.row_clip > 0);
    sum = 0;

    if (b->sparse) {
        train_columns_fill(&w->columns, b);
    }

    if (b->rows > 0) {
        train_forward(w, b);
        sum = backward_loss(w, b, loss);
    }

    w->optim.step++;
    train_optim_adam(&w->optim, lr, &s.adam);

    if (s.row_clips) {
        backward_private(&s);
        return sum;
    }

    backward_run(&s);

    if (s.clips) {
        factor = backward_factor(w);

        for (i = 0; i < w->net->n_layers; i++) {
            if (w->net->layers[i].size > 0) {
                backward_update(&s, i, factor);
            }
        }
    }

    return sum;
}
