/*
 * Do the values of a column say more of the targets than their order does?  Two
 * ways to part them into a few groups, judged out of fold: intervals of the
 * order, and groups of values that have about the same mean.
 * Not here: what follows from it (decide.c).
 */

#include <math.h>
#include <string.h>

#include "decide.h"
#include "util.h"


#define ORDER_LEVELS  4             /* 2, 4, 8 and 16 groups */
#define ORDER_MOST    16
#define ORDER_FEW     3
#define ORDER_LEAST   5             /* rows of a group */
#define ORDER_PRIOR   10            /* rows that say a value is like others */


/* Values in some order, and the sums of one fold's training rows over them */

typedef struct {
    size_t           k;
    const uint32_t  *at;            /* (k) values in that order */
    const double    *rows;          /* (k) by value */
    const double    *sum;
    double          *mean;          /* (k) by value: what is said of it */
} order_line_t;

typedef struct {
    size_t  from, to;               /* places */
    double  rows, sum;
    double  gain;                   /* of the best split; 0: none */
    size_t  cut;
} order_leaf_t;


static void
order_split(const order_line_t *o, order_leaf_t *leaf)
{
    size_t  i;
    double  rows, sum, gain, other, whole;

    rows = 0;
    sum = 0;
    leaf->gain = 0;
    whole = (leaf->rows > 0) ? leaf->sum * leaf->sum / leaf->rows : 0;

    for (i = leaf->from; i + 1 < leaf->to; i++) {
        rows += o->rows[o->at[i]];
        sum += o->sum[o->at[i]];
        other = leaf->rows - rows;

        if (rows < ORDER_LEAST || other < ORDER_LEAST) {
            continue;
        }

        gain = sum * sum / rows
               + (leaf->sum - sum) * (leaf->sum - sum) / other - whole;

        if (gain > leaf->gain) {
            leaf->gain = gain;
            leaf->cut = i + 1;
        }
    }
}


static void
order_leaf(const order_line_t *o, order_leaf_t *leaf, size_t from, size_t to)
{
    size_t  i;

    *leaf = (order_leaf_t) { .from = from, .to = to };

    for (i = from; i < to; i++) {
        leaf->rows += o->rows[o->at[i]];
        leaf->sum += o->sum[o->at[i]];
    }

    order_split(o, leaf);
}


/* What a leaf says goes to its values */

static void
order_say(const order_line_t *o, const order_leaf_t *leaf, size_t n)
{
    size_t  i, j;
    double  mean;

    for (i = 0; i < n; i++) {
        mean = (leaf[i].rows > 0) ? leaf[i].sum / leaf[i].rows : 0;

        for (j = leaf[i].from; j < leaf[i].to; j++) {
            o->mean[o->at[j]] = mean;
        }
    }
}


/* Add the squared errors of the rows of the fold to error(n) */

static void
order_judge(const train_sample_t *s, const uint32_t *code, const float *y,
    size_t fold, const double *mean, float *error)
{
    size_t  i;
    double  e;

    for (i = s->at[fold]; i < s->at[fold + 1]; i++) {
        if (code[i] != TRAIN_DECIDE_NONE) {
            e = (double) y[i] - mean[code[i]];
            error[i] += (float) (e * e);
        }
    }
}


/* Up to `most` groups, the best split first; errors of 2, 4, 8, 16 of them to
 * error(ORDER_LEVELS,n) */

static void
order_grow(const train_sample_t *s, const uint32_t *code, const float *y,
    size_t fold, const order_line_t *o, size_t most, float *error)
{
    size_t        i, n, best, level;
    order_leaf_t  leaf[ORDER_MOST], old;

    order_leaf(o, &leaf[0], 0, o->k);
    n = 1;

    for (level = 0; level < ORDER_LEVELS; level++) {
        while (n < (2u << level) && n < most) {
            for (i = 1, best = 0; i < n; i++) {
                best = (leaf[i].gain > leaf[best].gain) ? i : best;
            }

            if (!(leaf[best].gain > 0)) {
                break;
            }

            old = leaf[best];
            order_leaf(o, &leaf[best], old.from, old.cut);
            order_leaf(o, &leaf[n++], old.cut, old.to);
        }

        order_say(o, leaf, n);
        order_judge(s, code, y, fold, o->mean, error + level * s->n);
    }
}


/* By their means, those of few rows in the middle */

static void
order_by_mean(size_t k, const double *rows, const double *sum, uint32_t *at)
{
    size_t         i;
    train_rank_t  *r;

    r = train_alloc(k, sizeof(train_rank_t));

    for (i = 0; i < k; i++) {
        r[i].key = sum[i] / (rows[i] + ORDER_PRIOR);
        r[i].at = i;
    }

    train_rank(r, k);

    for (i = 0; i < k; i++) {
        at[i] = (uint32_t) r[i].at;
    }

    train_free(r);
}


/* One target, one fold */

static void
order_fold(const train_sample_t *s, const uint32_t *code, size_t k,
    const float *y, size_t fold, float *error)
{
    size_t        i, most;
    double       *number;
    uint32_t     *at;
    order_line_t  o;

    number = train_alloc(3 * k, sizeof(double));
    at = train_alloc(k, sizeof(uint32_t));
    o = (order_line_t) { k, at, number, number + k, number + 2 * k };

    for (i = 0; i < s->n; i++) {
        if (i == s->at[fold]) {
            i = s->at[fold + 1];
        }

        if (i < s->n && code[i] != TRAIN_DECIDE_NONE) {
            number[code[i]]++;
            number[k + code[i]] += (double) y[i];
        }
    }

    for (i = 0; i < k; i++) {
        at[i] = (uint32_t) i;
    }

    /* of few values a few groups, or each would have its own */

    most = (k / 3 < ORDER_FEW) ? ORDER_FEW
           : (k / 3 < ORDER_MOST) ? k / 3 : ORDER_MOST;
    order_grow(s, code, y, fold, &o, most, error);
    order_by_mean(k, number, number + k, at);
    order_grow(s, code, y, fold, &o, most, error + ORDER_LEVELS * s->n);
    train_free(number);
    train_free(at);
}


/* The number of groups that erred least, of one way; *sum: how much */

static const float *
order_best(const train_sample_t *s, const float *error, double *sum)
{
    size_t  i, level, best;
    double  sums[ORDER_LEVELS] = { 0 };

    best = 0;

    for (level = 0; level < ORDER_LEVELS; level++) {
        for (i = 0; i < s->n; i++) {
            sums[level] += (double) error[level * s->n + i];
        }

        best = (sums[level] < sums[best]) ? level : best;
    }

    *sum = sums[best];

    return error + best * s->n;
}


static void
order_compare(const train_sample_t *s, const uint32_t *code,
    const float *error, train_told_t *told)
{
    size_t        i, j, n;
    double        a, b, whole, d, sum, squares;
    const float  *order, *values;

    order = order_best(s, error, &a);
    values = order_best(s, error + ORDER_LEVELS * s->n, &b);
    whole = 0;
    sum = 0;
    squares = 0;
    n = 0;

    for (i = 0; i < s->n; i++) {
        if (code[i] == TRAIN_DECIDE_NONE) {
            continue;
        }

        for (j = 0; j < s->out; j++) {
            d = (double) s->y[j * s->n + i];
            whole += d * d;
        }

        d = (double) (order[i] - values[i]);
        sum += d;
        squares += d * d;
        n++;
    }

    if (n < 2 || !(whole > 0)) {
        return;
    }

    d = squares / (double) n - sum / (double) n * (sum / (double) n);
    told->order = 1 - a / whole;
    told->values = 1 - b / whole;
    told->sure = (d > 0) ? sum / sqrt(d * (double) n) : 0;
}


void
train_order_told(const train_sample_t *s, const uint32_t *code, size_t k,
    train_told_t *told)
{
    float   *error;
    size_t   j, fold;

    *told = (train_told_t) { 0 };

    if (k == 0 || s->out == 0) {
        return;
    }

    error = train_alloc(2 * ORDER_LEVELS * s->n, sizeof(float));

    for (j = 0; j < s->out; j++) {
        for (fold = 0; fold < TRAIN_DECIDE_FOLDS; fold++) {
            order_fold(s, code, k, s->y + j * s->n, fold, error);
        }
    }

    order_compare(s, code, error, told);
    train_free(error);
}
