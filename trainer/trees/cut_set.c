/*
 * The best set of codes: one against the others where there are few, else many
 * against many, in the order of their slopes.
 * Not here: thresholds (cut.c).
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "trees.h"


typedef struct {
    double       key;               /* slope by curve, smoothed */
    uint32_t     bin;
    train_sum_t  sum;
} set_code_t;

typedef struct {
    const train_cutter_t  *c;
    const train_leaf_t    *l;
    uint32_t               slot;
    uint32_t               n;       /* bins that a set may have */
    double                 parent;  /* worth of the leaf as it is */
    train_cut_t           *best;
} set_search_t;


static int
set_compare(const void *one, const void *two)
{
    const set_code_t  *a = one, *b = two;

    if (a->key != b->key) {
        return (a->key > b->key) ? 1 : -1;
    }

    return (a->bin > b->bin) - (a->bin < b->bin);
}


/* Gain of a part, 0 where one of both is too small */

static double
set_gain(const set_search_t *f, train_sum_t left, double l2)
{
    double                 min;
    train_sum_t            right;
    const train_cutter_t  *c;

    c = f->c;
    right = f->l->sum - left;
    min = c->set->min_curve;

    if (train_sum_rows(left, c->bits) < c->set->min_rows
        || train_sum_rows(right, c->bits) < c->set->min_rows
        || train_sum_curve(left, c->bits) * c->unit[1] < min
        || train_sum_curve(right, c->bits) * c->unit[1] < min)
    {
        return 0;
    }

    return train_cut_worth(c, left, l2, train_cut_answer(c, left, l2, f->l))
           + train_cut_worth(c, right, l2, train_cut_answer(c, right, l2, f->l))
           - f->parent;
}


/* The codes code[0..n), each `step` from the one before, are the set */

static void
set_take(const set_search_t *f, double gain, const set_code_t *code,
    long step, size_t n, int smooth)
{
    size_t        i;
    uint32_t      bin;
    train_cut_t  *best;

    best = f->best;
    (void) memset(best, 0, sizeof(train_cut_t));
    best->gain = gain;
    best->slot = f->slot;
    best->smooth_sets = smooth != 0;

    for (i = 0; i < n; i++, code += step) {
        bin = code->bin;
        best->set[bin / 32] |= 1u << bin % 32;
        best->left += code->sum;
    }

    best->left_missing = best->set[0] & 1;
}


static void
set_one(const set_search_t *f, const train_sum_t *sum)
{
    double      gain;
    uint32_t    i;
    set_code_t  code;

    for (i = 0; i < f->n; i++) {
        gain = set_gain(f, sum[i], f->c->set->l2);

        if (gain > f->best->gain) {
            code = (set_code_t) { 0, i, sum[i] };
            set_take(f, gain, &code, 1, 1, 0);
        }
    }
}


static void
set_many(const set_search_t *f, const set_code_t *code, size_t n, long step)
{
    double                 gain, l2;
    size_t                 i, most, group;
    train_sum_t            left = { 0, 0 }, right;
    const set_code_t      *first;
    const train_cutter_t  *c;

    c = f->c;
    l2 = c->set->l2 + c->set->set_l2;
    most = (n + 1) / 2;
    most = (most < c->set->set_most) ? most : c->set->set_most;
    first = code;
    group = 0;

    for (i = 0; i < most; i++, code += step) {
        left += code->sum;
        group += train_sum_rows(code->sum, c->bits);
        right = f->l->sum - left;

        if (train_sum_rows(right, c->bits) < c->set->set_rows) {
            break;
        }

        if (group < c->set->set_rows) {
            continue;
        }

        group = 0;
        gain = set_gain(f, left, l2);

        if (gain > f->best->gain) {
            set_take(f, gain, first, step, i + 1, 1);
        }
    }
}


void
train_cut_codes(const train_cutter_t *c, const train_slot_t *s,
    uint32_t slot, const train_sum_t *sum, const train_leaf_t *l,
    train_cut_t *best)
{
    size_t        n;
    double        slope, curve;
    uint32_t      i;
    set_code_t    code[TRAIN_TREES_BINS];
    set_search_t  f = { c, l, slot, s->n - 1, 0, best };

    f.parent = train_cut_worth(c, l->sum, c->set->l2,
                               train_cut_answer(c, l->sum, c->set->l2, l));

    for (i = 0, n = 0; i < f.n; i++) {
        if ((double) train_sum_rows(sum[i], c->bits) >= c->set->set_smooth
            && train_sum_rows(sum[i], c->bits) > 0)
        {
            slope = (double) sum[i][0] * c->unit[0];
            curve = train_sum_curve(sum[i], c->bits) * c->unit[1];
            code[n++] = (set_code_t) {
                slope / (curve + c->set->set_smooth), i, sum[i]
            };
        }
    }

    if (f.n <= c->set->set_one) {
        set_one(&f, sum);

    } else if (n > 0) {
        qsort(code, n, sizeof(set_code_t), set_compare);
        set_many(&f, code, n, 1);
        set_many(&f, code + n - 1, n, -1);
    }
}
