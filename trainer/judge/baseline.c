/*
 * Baselines: the figures of an answer that is always the same, to hold those
 * of a model against.  What the model answers is not looked at.
 */

#include <math.h>
#include <stdlib.h>

#include "metrics.h"
#include "util.h"


static int
baseline_compare(const void *one, const void *two)
{
    const double  *a = one, *b = two;

    return (*a < *b) - (*a > *b);
}


static double
baseline_total(const train_judge_t *j)
{
    size_t  i;
    double  total;

    total = 0;

    for (i = 0; i < j->rows; i++) {
        total += train_judge_weight(j, i);
    }

    return total;
}


/* Always the largest class, with the shares of all for probabilities */

static void
baseline_classes(const train_judge_t *j, train_metrics_t *b)
{
    double  *share, total;
    size_t   i, n;

    share = train_alloc(j->classes, sizeof(double));
    total = baseline_total(j);

    for (i = 0; i < j->rows; i++) {
        share[j->class[i]] += train_judge_weight(j, i);
    }

    for (i = 0; i < j->classes; i++) {
        share[i] /= total;          /* of one class: 1, to the bit */
    }

    b->largest = 0;
    b->loss = 0;
    b->pr_auc = 0;
    n = 0;

    for (i = 0; i < j->classes; i++) {
        b->largest = (share[i] > share[b->largest]) ? i : b->largest;

        if (share[i] > 0) {
            b->loss -= share[i] * log(share[i]);
            b->pr_auc += share[i];
            n++;
        }
    }

    b->accuracy = share[b->largest];
    b->f1 = 2 * b->accuracy / (1 + b->accuracy) / (double) n;
    b->auc = (n > 1) ? 0.5 : NAN;
    b->pr_auc = (n < 2) ? NAN : (j->classes == 2) ? share[1]
                : b->pr_auc / (double) n;
    qsort(share, j->classes, sizeof(double), baseline_compare);
    b->top = 0;

    for (i = 0; i < j->classes && i < TRAIN_TOP_K; i++) {
        b->top += share[i];
    }

    train_free(share);
}


/* Always the mean */

static void
baseline_numbers(const train_judge_t *j, train_metrics_t *b)
{
    float   *constant;
    double   mean, t, k, n, total;
    size_t   i, c;

    total = baseline_total(j);
    n = total * (double) j->out;
    b->loss = 0;
    b->mae = 0;
    b->r2 = 0;

    for (c = 0; c < j->out; c++) {
        mean = 0;

        for (i = 0; i < j->rows; i++) {
            k = train_judge_weight(j, i);
            mean += k * j->target[i * j->out + c] / total;
        }

        for (i = 0; i < j->rows; i++) {
            k = train_judge_weight(j, i);
            t = j->target[i * j->out + c] - mean;
            b->loss += k * t * t / n;
            b->mae += k * fabs(t) / n;
        }
    }

    b->rmse = sqrt(b->loss);
    constant = train_alloc(j->out, sizeof(float));

    for (c = 0; c < j->out; c++) {
        constant[c] = (float) train_asked_constant(j, c);
    }

    train_asked_figures(j, NULL, constant, 0, b);
    train_free(constant);
}


void
train_baseline(const train_judge_t *j, train_metrics_t *b)
{
    if (j->classes > 0) {
        baseline_classes(j, b);
    } else {
        baseline_numbers(j, b);
    }
}


void
train_gain_add(train_gain_t *g, const train_judge_t *j)
{
    double           loss, hit, t, w, total;
    size_t           i, c;
    double          *mean;
    double          *count;
    train_metrics_t  b = { 0 };

    if (j->rows == 0) {
        return;
    }

    train_baseline(j, &b);
    mean = train_alloc(j->out, sizeof(double));
    count = train_alloc(j->classes + 1, sizeof(double));
    total = baseline_total(j);

    for (i = 0; i < j->rows; i++) {
        w = train_judge_weight(j, i) / total;

        count[j->classes > 0 ? j->class[i] : 0] += w;
    }

    for (c = 0; c < j->out && j->classes == 0; c++) {
        mean[c] = train_asked_constant(j, c);
    }

    for (i = 0; i < j->rows; i++) {
        w = train_judge_weight(j, i) * (double) j->rows / total;
        loss = 0;
        hit = 0;

        if (j->classes > 0 && w > 0) {
            loss = -log(count[j->class[i]]) - (double) j->loss[i];
            hit = (j->said[i] == j->class[i])
                  - (double) (b.largest == j->class[i]);
        }

        for (c = 0; c < j->out && j->classes == 0; c++) {
            t = (double) j->target[i * j->out + c];
            loss += train_asked_loss(&j->asked, t, mean[c])
                    - train_asked_loss(&j->asked, t,
                                       (double) j->y[i * j->out + c]);
        }

        g->rows++;
        g->loss += w * loss;
        g->loss_sq += w * loss * w * loss;
        g->hits += w * hit;
        g->hits_sq += w * hit * w * hit;
    }

    train_free(mean);
    train_free(count);
}


void
train_gain_sum(train_gain_t *g, const train_gain_t *other)
{
    g->rows += other->rows;
    g->loss += other->loss;
    g->loss_sq += other->loss_sq;
    g->hits += other->hits;
    g->hits_sq += other->hits_sq;
}


static double
gain_sure(double n, double sum, double sq)
{
    double  mean, variance;

    mean = sum / n;

    if (!(mean > 0)) {
        return 0;
    }

    variance = sq / n - mean * mean;

    return (variance > 0) ? mean * sqrt(n / variance) : INFINITY;
}


double
train_gain_sure(const train_gain_t *g)
{
    return fmax(gain_sure(g->rows, g->loss, g->loss_sq),
                gain_sure(g->rows, g->hits, g->hits_sq));
}
