/*
 * Confidence intervals: the rows are drawn anew, with repetition, and all
 * figures computed from each draw.  What a figure is, metrics.c knows.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics.h"
#include "rng.h"
#include "util.h"


#define BOOTSTRAP_STREAM  20


static int
bootstrap_compare(const void *one, const void *two)
{
    double  a, b;

    a = *(const double *) one;
    b = *(const double *) two;

    return (a > b) - (a < b);
}


/* v(n) without what is not defined, sorted; returns how many are left */

static size_t
bootstrap_sort(double *v, size_t n)
{
    size_t  i, k;

    k = 0;

    for (i = 0; i < n; i++) {
        if (!isnan(v[i])) {
            v[k++] = v[i];
        }
    }

    qsort(v, k, sizeof(double), bootstrap_compare);

    return k;
}


/* Between the neighbours, as everyone does by default */

static double
bootstrap_quantile(const double *v, size_t n, double q)
{
    double  at, rest;
    size_t  i;

    if (n == 0) {
        return NAN;
    }

    at = q * (double) (n - 1);
    i = (size_t) at;
    rest = at - (double) i;

    return (i + 1 < n) ? v[i] + rest * (v[i + 1] - v[i]) : v[i];
}


void
train_bootstrap(const train_judge_t *j, size_t rounds, uint64_t seed,
    train_metrics_t *low, train_metrics_t *high)
{
    size_t            i, k, n, rows;
    double           *v;                /* (TRAIN_N_FIGURES,rounds) */
    uint32_t         *count;
    train_rng_t       rng;
    train_metrics_t   m;

    rows = j->truth->rows;
    count = train_alloc(rows, sizeof(uint32_t));
    v = train_alloc(TRAIN_N_FIGURES * rounds, sizeof(double));
    train_rng_init(&rng, seed, BOOTSTRAP_STREAM);

    for (i = 0; i < rounds; i++) {
        (void) memset(count, 0, rows * sizeof(uint32_t));

        for (k = 0; k < rows; k++) {
            count[train_rng_below(&rng, (uint32_t) rows)]++;
        }

        train_judge(j, count, &m);

        for (k = 0; k < TRAIN_N_FIGURES; k++) {
            v[k * rounds + i] = train_figure(&m, &train_figures[k]);
        }

        train_metrics_free(&m);
    }

    (void) memset(low, 0, sizeof(train_metrics_t));
    (void) memset(high, 0, sizeof(train_metrics_t));

    for (k = 0; k < TRAIN_N_FIGURES; k++) {
        n = bootstrap_sort(v + k * rounds, rounds);

        train_figure(low, &train_figures[k])
            = bootstrap_quantile(v + k * rounds, n, (1 - TRAIN_LEVEL) / 2);
        train_figure(high, &train_figures[k])
            = bootstrap_quantile(v + k * rounds, n, (1 + TRAIN_LEVEL) / 2);
    }

    train_free(v);
    train_free(count);
}
