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


/* Always the largest class, with the shares of all for probabilities */

static void
baseline_classes(const train_judge_t *j, train_metrics_t *b)
{
    double  *share;
    size_t   i, n;

    share = train_alloc(j->classes, sizeof(double));

    for (i = 0; i < j->rows; i++) {
        share[j->class[i]] += 1 / (double) j->rows;
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
    b->pr_auc = (n < 2) ? NAN : (j->ranked == 1) ? share[1]
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
    double  mean, t, n;
    size_t  i, c;

    n = (double) (j->rows * j->out);
    b->loss = 0;
    b->mae = 0;
    b->r2 = 0;

    for (c = 0; c < j->out; c++) {
        mean = 0;

        for (i = 0; i < j->rows; i++) {
            mean += j->target[i * j->out + c] / (double) j->rows;
        }

        for (i = 0; i < j->rows; i++) {
            t = j->target[i * j->out + c] - mean;
            b->loss += t * t / n;
            b->mae += fabs(t) / n;
        }
    }

    b->rmse = sqrt(b->loss);
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
