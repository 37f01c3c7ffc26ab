/*
 * The best threshold of a slot: what both parts of a leaf would be worth.
 * Not here: sets of codes (cut_set.c), sums (sums.c).
 */

#include <math.h>
#include <string.h>

#include "rng.h"
#include "trees.h"


#define CUT_TINY  1e-15


/* Sums up to a bin, as numbers */

typedef struct {
    size_t  n;
    double  slope[TRAIN_TREES_BINS];
    double  curve[TRAIN_TREES_BINS];
    double  rows[TRAIN_TREES_BINS];
    double  worth[TRAIN_TREES_BINS];
} cut_line_t;

typedef struct {
    double  slope, curve, rows;
    double  min_rows, min_curve, l2;    /* in the units of sums */
} cut_whole_t;


double
train_cut_answer(const train_cutter_t *c, train_sum_t sum, double l2,
    const train_leaf_t *l)
{
    double  v, n;

    v = -((double) sum[0] * c->unit[0])
        / (train_sum_curve(sum, c->bits) * c->unit[1] + l2 + CUT_TINY);

    if (c->set->smooth > 0) {
        n = (double) train_sum_rows(sum, c->bits) / c->set->smooth;
        v = v * (n / (n + 1)) + l->value / (n + 1);
    }

    return fmin(fmax(v, l->low), l->high);
}


double
train_cut_worth(const train_cutter_t *c, train_sum_t sum, double l2,
    double answer)
{
    double  slope, curve;

    slope = (double) sum[0] * c->unit[0];
    curve = train_sum_curve(sum, c->bits) * c->unit[1] + l2;

    return -(2 * slope * answer + curve * answer * answer);
}


/* Of all bins at once.  rows, curves: both sides have enough, or nothing */

TRAIN_VECTORS static void
cut_worth(cut_line_t *p, const cut_whole_t *w)
{
    size_t  i;
    double  a, b, h, k, v;

    for (i = 0; i < p->n; i++) {
        a = p->slope[i];
        b = w->slope - a;
        h = p->curve[i];
        k = w->curve - h;
        v = a * a / (h + w->l2) + b * b / (k + w->l2);
        v = (h >= w->min_curve) ? v : -1;
        v = (k >= w->min_curve) ? v : -1;
        v = (p->rows[i] >= w->min_rows) ? v : -1;
        p->worth[i] = (w->rows - p->rows[i] >= w->min_rows) ? v : -1;
    }
}


/* The first of the highest, or the one that chance names */

static size_t
cut_best(const cut_line_t *p, const train_grow_t *set, uint64_t random)
{
    size_t  i, best;

    if (set->extra) {
        return (size_t) (random % p->n);
    }

    for (i = 1, best = 0; i < p->n; i++) {
        best = (p->worth[i] > p->worth[best]) ? i : best;
    }

    return best;
}


/* With bounds of answers, and directions: one after the other */

static double
cut_bounded(const train_cutter_t *c, const train_leaf_t *l, train_sum_t left,
    int direction)
{
    double       a, b, l2;
    train_sum_t  right;

    right = l->sum - left;
    l2 = c->set->l2;
    a = train_cut_answer(c, left, l2, l);
    b = train_cut_answer(c, right, l2, l);

    if ((direction > 0 && a > b) || (direction < 0 && a < b)) {
        return 0;
    }

    return train_cut_worth(c, left, l2, a) + train_cut_worth(c, right, l2, b)
           - train_cut_worth(c, l->sum, l2,
                             train_cut_answer(c, l->sum, l2, l));
}


static int
cut_is_bounded(const train_cutter_t *c)
{
    return c->set->monotone != NULL || c->set->smooth > 0;
}


static void
cut_bounded_all(const train_cutter_t *c, const train_slot_t *s,
    const train_leaf_t *l, train_sum_t at, const train_sum_t *sum,
    cut_line_t *p)
{
    size_t  i;
    int     direction;

    direction = (c->set->monotone != NULL) ? c->set->monotone[s->slot] : 0;

    for (i = 0; i < p->n; i++) {
        at += sum[i + 1];

        if (p->worth[i] >= 0) {
            p->worth[i] = cut_bounded(c, l, at, direction);
        }
    }
}


/* Sums of bins 1.., each with those before; `at` is in all of them: what has
 * no value, or nothing */

static void
cut_line(const train_cutter_t *c, const train_sum_t *sum, size_t n,
    train_sum_t at, cut_line_t *p)
{
    size_t  i;

    p->n = n;

    for (i = 0; i < n; i++) {
        at += sum[i + 1];
        p->slope[i] = (double) at[0];
        p->curve[i] = train_sum_curve(at, c->bits);
        p->rows[i] = (double) train_sum_rows(at, c->bits);
    }
}


static void
cut_take(train_cut_t *best, double gain, uint32_t slot, size_t bin,
    unsigned left_missing, const train_sum_t *sum)
{
    size_t  i;

    (void) memset(best, 0, sizeof(train_cut_t));
    best->gain = gain;
    best->slot = slot;
    best->bin = (uint32_t) bin;
    best->left_missing = left_missing;

    for (i = !left_missing; i <= bin; i++) {
        best->left += sum[i];
        best->set[i / 32] |= 1u << i % 32;
    }
}


void
train_cut_number(const train_cutter_t *c, const train_slot_t *s,
    uint32_t slot, const train_sum_t *sum, const train_leaf_t *l,
    uint64_t random, train_cut_t *best)
{
    double       gain, unit;
    size_t       i, n, miss;
    unsigned     left;
    cut_line_t   p;
    cut_whole_t  w;
    train_sum_t  none = { 0, 0 };

    unit = c->unit[0] * c->unit[0] / c->unit[1];
    w = (cut_whole_t) {
        (double) l->sum[0], train_sum_curve(l->sum, c->bits),
        (double) train_sum_rows(l->sum, c->bits), (double) c->set->min_rows,
        c->set->min_curve / c->unit[1], c->set->l2 / c->unit[1] + CUT_TINY
    };

    miss = (size_t) train_sum_rows(sum[0], c->bits);

    for (left = 0; left <= (miss > 0); left++) {
        n = s->n - 2 + (!left && miss > 0 && !s->endless);

        if (n == 0) {
            continue;
        }

        cut_line(c, sum, n, left ? sum[0] : none, &p);
        cut_worth(&p, &w);

        if (cut_is_bounded(c)) {
            cut_bounded_all(c, s, l, left ? sum[0] : none, sum, &p);
            i = cut_best(&p, c->set, random);
            gain = p.worth[i];

        } else {
            i = cut_best(&p, c->set, random);
            gain = (p.worth[i] - w.slope * w.slope / (w.curve + w.l2)) * unit;
        }

        if (gain > best->gain) {
            cut_take(best, gain, slot, i + 1, left, sum);
        }
    }

    if (best->slot == slot && best->gain > 0 && miss == 0) {
        /* nobody has said: with most rows */
        best->left_missing = 2 * train_sum_rows(best->left, c->bits)
                             >= train_sum_rows(l->sum, c->bits);
        best->set[0] = (best->set[0] & ~1u) | best->left_missing;
    }
}
