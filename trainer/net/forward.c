/*
 * A batch forward through the network, keeping what backward.c needs.
 */

#include <string.h>

#include "batch.h"
#include "kernel.h"
#include "network.h"
#include "rng.h"
#include "step.h"
#include "team.h"
#include "kernel/maas_act.h"


/* x(rows,units below) W + b into own columns of h */

static void
forward_product(train_work_t *w, const train_batch_t *b, size_t i, int relu)
{
    size_t                n;
    const float          *weight, *bias;
    train_product_t       q = { 0 };
    train_part_work_t    *p;
    const train_layer_t  *l;

    l = &w->net->layers[i];
    p = &w->part[i];
    n = p->to - p->from;
    weight = p->w;
    bias = p->p + (l->b_at - l->at) + p->from;

    if (i == 0 && b->sparse) {
        train_kernel()->sparse(b, weight, p->ldw, n, bias, relu,
                               p->h + p->from, l->ld);
        return;
    }

    q.rows = b->rows;
    q.k = l->in;
    q.n = n;
    q.a = (i == 0) ? b->x : w->part[i - 1].a;
    q.ai = (i == 0) ? l->in : w->net->layers[i - 1].ld;
    q.as = 1;
    q.b = weight;
    q.ldb = p->ldw;
    q.init = bias;
    q.relu = relu;
    q.c = p->h + p->from;
    q.ldc = l->ld;

    train_product(&q, &w->pack);
}


/* 0 or 1 / (1 - drop), the same whoever draws it */

static void
forward_mask(const train_layer_t *l, float *mask, uint64_t key, size_t row,
    size_t from, size_t to)
{
    float     keep;
    size_t    j;
    uint64_t  bits, limit;

    keep = 1 / (1 - l->drop);
    limit = (uint64_t) ((double) l->drop * 65536);
    bits = 0;

    for (j = from; j < to; j++, bits >>= 16) {
        if (j % 4 == 0) {
            bits = train_rng_at(key, (row * l->ld + j) / 4);
        }

        mask[row * l->ld + j] = ((bits & 0xffff) < limit) ? 0 : keep;
    }
}


/* What follows the product, in one row's columns from..to */

static void
forward_row(train_work_t *w, size_t i, size_t row, size_t from, size_t to)
{
    float                *h, *a;
    size_t                j, at, units;
    const float          *below;
    train_part_work_t    *p;
    const train_layer_t  *l;

    l = &w->net->layers[i];
    p = &w->part[i];
    at = row * l->ld;
    h = p->h + at;
    a = p->a + at;
    units = (to < l->units) ? to : l->units;

    if (p->z != NULL) {
        (void) memcpy(p->z + at + from, h + from, (to - from) * sizeof(float));
    }

    if (l->act == MAAS_ACT_SOFTMAX) {
        maas__softmax(h, 1, l->units, l->ld);

    } else if (from < units && l->act != MAAS_ACT_LINEAR
               && !(l->act == MAAS_ACT_RELU && l->norm == TRAIN_NORM_NONE))
    {
        maas__act(l->act, l->alpha, h + from, units - from);
    }

    if (p->mask != NULL) {
        forward_mask(l, p->mask, w->key + i, row, from, to);

        for (j = from; j < to; j++) {
            a[j] = h[j] * p->mask[at + j];
        }

    } else if (a != h) {
        (void) memcpy(a + from, h + from, (to - from) * sizeof(float));
    }

    if (l->skip > 0) {
        below = w->part[i - l->skip].a + at;

        for (j = from; j < to; j++) {
            a[j] += below[j];
        }
    }
}


/* Is there anything behind the product and batch norm? */

static int
forward_is_plain(const train_layer_t *l, const train_part_work_t *p)
{
    return p->z == NULL && p->mask == NULL && l->skip == 0
           && (l->act == MAAS_ACT_LINEAR
               || (l->act == MAAS_ACT_RELU && l->norm == TRAIN_NORM_NONE));
}


static void
forward_rest(train_work_t *w, const train_batch_t *b, size_t i)
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

    if (l->norm == TRAIN_NORM_BATCH) {
        train_norm_batch(l, p, b->rows, (int) w->training);
    }

    if (train_work_by_rows(l)) {
        if (p->split) {
            train_team_wait(w->team);
            first = b->rows * w->id / w->n;
            last = b->rows * (w->id + 1) / w->n;
            from = 0;
            to = l->ld;
        }

        if (l->norm == TRAIN_NORM_LAYER) {
            train_norm_layer(l, p, first, last);
        }

    } else if (forward_is_plain(l, p)) {
        return;
    }

    for (row = first; row < last; row++) {
        forward_row(w, i, row, from, to);
    }
}


void
train_forward(train_work_t *w, const train_batch_t *b)
{
    size_t                i;
    const train_layer_t  *l;

    for (i = 0; i < w->net->n_layers; i++) {
        l = &w->net->layers[i];

        forward_product(w, b, i, l->act == MAAS_ACT_RELU
                                 && l->norm == TRAIN_NORM_NONE);

        if (i + 1 < w->net->n_layers) {
            forward_rest(w, b, i);
        }

        if (w->part[i].split) {
            train_team_wait(w->team);
        }
    }
}
