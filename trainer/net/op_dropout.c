/*
 * Dropout: a share of the numbers is zero in training, and what is left is so
 * much larger.  Which, depends on the step's key alone, not on who draws it.
 */

#include "op.h"


#define DROPOUT_MOST  0.95
#define DROPOUT_PART  64        /* numbers drawn together, times of TRAIN_PAD */


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


/* Numbers of a stream from `at` on, 16 bits each, four of one draw */

TRAIN_VECTORS
static void
dropout_draw(uint64_t key, uint64_t at, size_t n, uint16_t *to)
{
    size_t    i, j;
    uint64_t  bits[DROPOUT_PART / 4];

    for (i = 0; i < n / 4; i++) {
        bits[i] = train_rng_at(key, at / 4 + i);
    }

    for (i = 0; i < n / 4; i++) {
        for (j = 0; j < 4; j++) {
            to[4 * i + j] = (uint16_t) (bits[i] >> (16 * j));
        }
    }
}


TRAIN_VECTORS
static void
dropout_part(const uint16_t *drawn, size_t n, uint32_t limit, float keep,
    float *mask)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        mask[i] = (drawn[i] < limit) ? 0 : keep;
    }
}


/* 0 or 1 / (1 - share) */

static void
dropout_mask(const train_pass_t *s, size_t row, uint64_t key, float *mask)
{
    float     keep;
    size_t    j, n;
    uint16_t  drawn[DROPOUT_PART];

    keep = 1 / (1 - s->l->drop.share);

    for (j = s->from; j < s->to; j += n) {
        n = (s->to - j < DROPOUT_PART) ? s->to - j : DROPOUT_PART;
        dropout_draw(key, row * s->l->ld + j, n, drawn);
        dropout_part(drawn, n, (uint32_t) (s->l->drop.share * 65536), keep,
                     mask + j);
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
