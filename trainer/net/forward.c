/*
 * A batch forward through the network, layer by layer.  What a layer does is
 * its kind's matter.
 */

#include "op.h"


int
train_pass_waits(const train_layer_t *l, train_by_t at)
{
    return l->by != TRAIN_BY_NUMBER && at != TRAIN_BY_ALL && at != l->by;
}


train_by_t
train_pass_by(const train_layer_t *l, train_by_t at)
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


void
train_pass_begin(train_pass_t *s, train_work_t *w, const train_batch_t *b,
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

        if (train_pass_waits(l, at)) {
            train_team_wait(w->team);
        }

        at = train_pass_by(l, at);
        train_pass_begin(&s, w, b, i, at);
        l->op->forward(&s);
        at = s.p->split ? at : TRAIN_BY_ALL;
    }

    if (at != TRAIN_BY_ALL) {
        train_team_wait(w->team);
    }
}
