/*
 * Dropout: a share of the numbers is zero in training, and what is left is so
 * much larger.  Which, depends on the step's key alone, not on who draws it.
 */

#include "op.h"


#define DROPOUT_MOST  0.95


static int
dropout_set(train_layer_t *l, const char *value, char *why)
{
    double  v;

    if (value == NULL) {
        return 0;
    }

    if (!train_number(value, &v) || v < 0 || v > DROPOUT_MOST) {
        return train_refuse(why, "drop=%.20s: expected a share from 0 to %g",
                            value, DROPOUT_MOST);
    }

    l->op = (v > 0) ? &train_op_dropout : NULL;
    l->drop.share = (float) v;

    return 1;
}


/* 0 or 1 / (1 - share) */

static void
dropout_mask(const train_pass_t *s, size_t row, uint64_t key, float *mask)
{
    float     keep;
    size_t    j;
    uint64_t  bits, limit;

    keep = 1 / (1 - s->l->drop.share);
    limit = (uint64_t) ((double) s->l->drop.share * 65536);
    bits = 0;

    for (j = s->from; j < s->to; j++, bits >>= 16) {
        if (j % 4 == 0) {
            bits = train_rng_at(key, (row * s->l->ld + j) / 4);
        }

        mask[j] = ((bits & 0xffff) < limit) ? 0 : keep;
    }
}


/* In place if nothing is dropped: outside of training */

static void
dropout_forward(const train_pass_t *s)
{
    float        *a, *mask;
    size_t        r, j, at;
    const float  *x;

    for (r = s->first; s->w->training && r < s->last; r++) {
        at = r * s->l->ld;
        mask = s->p->keep + at;
        a = s->p->a + at;
        x = s->p[-1].a + at;
        dropout_mask(s, r, s->w->key + s->l->hidden, mask);

        for (j = s->from; j < s->to; j++) {
            a[j] = x[j] * mask[j];
        }
    }
}


static void
dropout_backward(const train_pass_t *s)
{
    float        *g;
    size_t        r, j;
    const float  *mask;

    for (r = s->first; r < s->last; r++) {
        mask = s->p->keep + r * s->l->ld;
        g = s->p->g + r * s->l->ld;

        for (j = s->from; j < s->to; j++) {
            g[j] *= mask[j];
        }
    }
}


const train_op_t  train_op_dropout = {
    .place = TRAIN_PLACE_DROP,
    .items = "drop=X",
    .item = "drop",
    .keeps = 1,
    .set = dropout_set,
    .forward = dropout_forward,
    .backward = dropout_backward
};
