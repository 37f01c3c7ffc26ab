/*
 * Losses of boosted trees: slopes by a score, the constant that scores begin
 * with, and the mean loss.
 * Not here: rounds (boost.c).
 */

#include <math.h>
#include <stdlib.h>

#include "trees.h"


#define SLOPES_STEP   0.7           /* Poisson: a step is bounded, as LightGBM's
                                       poisson_max_delta_step */
#define SLOPES_SHARE  1e-15         /* of a class, at least */


typedef struct {
    double  rest;
    double  weight;
} slopes_rest_t;


static double
slopes_weight(const train_truth_t *t, size_t row)
{
    return (t->weight != NULL) ? t->weight[row] : 1;
}


static double
slopes_target(const train_truth_t *t, size_t row, size_t o)
{
    if (t->target != NULL) {
        return t->target[row * t->out + o];
    }

    return (t->loss == TRAIN_TREES_BINARY) ? t->classes[row] != 0
                                           : t->classes[row] == o;
}


static double
slopes_level(const train_truth_t *t)
{
    return (t->loss == TRAIN_TREES_QUANTILE) ? t->level : 0.5;
}


int
train_slopes_renews(const train_truth_t *t)
{
    return t->loss == TRAIN_TREES_MAE || t->loss == TRAIN_TREES_QUANTILE;
}


static int
slopes_compare(const void *one, const void *two)
{
    const slopes_rest_t  *a = one, *b = two;

    return (a->rest > b->rest) - (a->rest < b->rest);
}


/* The value below which there is that part of the weight, halfway between two
 * where it ends with one */

static double
slopes_quantile(slopes_rest_t *v, size_t n, double level)
{
    size_t  i;
    double  all, sum;

    qsort(v, n, sizeof(slopes_rest_t), slopes_compare);

    for (i = 0, all = 0; i < n; i++) {
        all += v[i].weight;
    }

    for (i = 0, sum = 0; i + 1 < n; i++) {
        sum += v[i].weight;

        if (sum > level * all) {
            return v[i].rest;
        }

        if (sum == level * all) {
            return (v[i].rest + v[i + 1].rest) / 2;
        }
    }

    return v[n - 1].rest;
}


double
train_slopes_renew(const train_truth_t *t, size_t o, const double *s,
    const uint32_t *row, size_t n)
{
    size_t          i, r;
    double          answer;
    slopes_rest_t  *v;

    v = train_alloc(n + 1, sizeof(slopes_rest_t));

    for (i = 0; i < n; i++) {
        r = (row != NULL) ? row[i] : i;
        v[i].rest = slopes_target(t, r, o)
                    - ((s != NULL) ? s[r * t->out + o] : 0);
        v[i].weight = slopes_weight(t, r);
    }

    answer = (n > 0) ? slopes_quantile(v, n, slopes_level(t)) : 0;
    train_free(v);

    return answer;
}


void
train_slopes_base(const train_truth_t *t, double *base)
{
    size_t  i, o;
    double  sum, weight, mean;

    for (o = 0; o < t->out; o++) {
        sum = 0;
        weight = 0;

        for (i = 0; i < t->n; i++) {
            sum += slopes_weight(t, i) * slopes_target(t, i, o);
            weight += slopes_weight(t, i);
        }

        mean = (weight > 0) ? sum / weight : 0;
        base[o] = mean;

        if (train_slopes_renews(t)) {
            base[o] = train_slopes_renew(t, o, NULL, NULL, t->n);

        } else if (t->loss == TRAIN_TREES_BINARY) {
            mean = fmin(fmax(mean, SLOPES_SHARE), 1 - SLOPES_SHARE);
            base[o] = log(mean / (1 - mean));

        } else if (t->loss == TRAIN_TREES_SOFTMAX
                   || t->loss == TRAIN_TREES_POISSON)
        {
            base[o] = log(fmax(mean, SLOPES_SHARE));
        }
    }
}


void
train_slopes_shares(const train_truth_t *t, const double *s, size_t from,
    size_t to, float *shares)
{
    float         *p;
    size_t         i, o;
    double         max, sum;
    const double  *z;

    for (i = from; i < to; i++) {
        z = s + i * t->out;
        p = shares + i * t->out;
        max = z[0];
        sum = 0;

        for (o = 1; o < t->out; o++) {
            max = (z[o] > max) ? z[o] : max;
        }

        for (o = 0; o < t->out; o++) {
            p[o] = expf((float) (z[o] - max));
            sum += (double) p[o];
        }

        for (o = 0; o < t->out; o++) {
            p[o] = (float) ((double) p[o] / sum);
        }
    }
}


/* One row's, by score and target, or by shares */

static inline __attribute__((always_inline)) double
slopes_one(train_trees_loss_t loss, double level, double z, double y,
    double share, double *second)
{
    double  p, d;

    d = z - y;
    *second = 1;

    switch (loss) {
    case TRAIN_TREES_MAE:
        return (d > 0) - (d < 0);

    case TRAIN_TREES_QUANTILE:
        return (d >= 0) ? 1 - level : -level;

    case TRAIN_TREES_HUBER:
        return (d > 1) ? 1 : (d < -1) ? -1 : d;

    case TRAIN_TREES_BINARY:
        p = 1 / (1 + (double) expf((float) -z));
        *second = p * (1 - p);
        return p - y;

    case TRAIN_TREES_SOFTMAX:
        *second = share * (1 - share);
        return share - y;

    case TRAIN_TREES_POISSON:
        *second = exp(z + SLOPES_STEP);
        return exp(z) - y;

    default:
        return d;
    }
}


/* By a loss that the compiler knows */

static inline __attribute__((always_inline)) void
slopes_rows(const train_truth_t *t, train_trees_loss_t loss, size_t o,
    const double *s, const float *shares, size_t from, size_t to, float *first,
    float *second)
{
    size_t  i, at;
    double  a, b, w, many;

    many = (loss == TRAIN_TREES_SOFTMAX)
           ? (double) t->out / (double) (t->out - 1) : 1;

    for (i = from, at = from * t->out + o; i < to; i++, at += t->out) {
        a = slopes_one(loss, t->level, s[at], slopes_target(t, i, o),
                       (shares != NULL) ? (double) shares[at] : 0, &b);
        w = slopes_weight(t, i);
        first[i] = (float) (a * w);
        second[i] = (float) (b * w * many);
    }
}


void
train_slopes(const train_truth_t *t, size_t o, const double *s,
    const float *shares, size_t from, size_t to, float *first, float *second)
{
#define SLOPES_OF(loss)                                                       \
    case loss:                                                                \
        slopes_rows(t, loss, o, s, shares, from, to, first, second);          \
        break;

    switch (t->loss) {
    SLOPES_OF(TRAIN_TREES_SQUARES)
    SLOPES_OF(TRAIN_TREES_BINARY)
    SLOPES_OF(TRAIN_TREES_SOFTMAX)
    default:
        slopes_rows(t, t->loss, o, s, shares, from, to, first, second);
    }
}


static double
slopes_softmax(const train_truth_t *t, const double *z, size_t row)
{
    size_t  o;
    double  max, sum, loss, share;

    max = z[0];
    sum = 0;
    loss = 0;

    for (o = 1; o < t->out; o++) {
        max = (z[o] > max) ? z[o] : max;
    }

    for (o = 0; o < t->out; o++) {
        sum += (double) expf((float) (z[o] - max));
    }

    for (o = 0; o < t->out; o++) {
        share = slopes_target(t, row, o);
        loss += share * (max + log(sum) - z[o]);
    }

    return loss;
}


static double
slopes_loss(const train_truth_t *t, double z, double y)
{
    double  d;

    d = z - y;

    switch (t->loss) {
    case TRAIN_TREES_MAE:
        return fabs(d);

    case TRAIN_TREES_QUANTILE:
        return (d >= 0) ? (1 - t->level) * d : -t->level * d;

    case TRAIN_TREES_HUBER:
        return (fabs(d) <= 1) ? d * d / 2 : fabs(d) - 0.5;

    case TRAIN_TREES_BINARY:
        return fmax(z, 0) - z * y + log1p(exp(-fabs(z)));

    case TRAIN_TREES_POISSON:
        return exp(z) - y * z - y + (y > 0 ? y * log(y) : 0);

    default:
        return d * d;
    }
}


void
train_slopes_loss(const train_truth_t *t, const double *s, size_t from,
    size_t to, double sum[2])
{
    size_t  i, o;
    double  loss;

    sum[0] = 0;
    sum[1] = 0;

    for (i = from; i < to; i++) {
        if (t->loss == TRAIN_TREES_SOFTMAX) {
            loss = slopes_softmax(t, s + i * t->out, i);

        } else {
            for (o = 0, loss = 0; o < t->out; o++) {
                loss += slopes_loss(t, s[i * t->out + o],
                                    slopes_target(t, i, o))
                        / (double) t->out;
            }
        }

        sum[0] += slopes_weight(t, i) * loss;
        sum[1] += slopes_weight(t, i);
    }
}
