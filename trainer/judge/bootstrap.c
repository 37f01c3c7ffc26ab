/*
 * Confidence intervals: the rows are drawn anew, with repetition, and all
 * figures computed from each draw.  What a figure is, metrics.c knows.
 */

#include <math.h>
#include <string.h>

#include "metrics.h"
#include "util.h"


#define BOOTSTRAP_STREAM  20


/* v(n) without what is not defined, largest first; returns how many are left */

static size_t
bootstrap_sort(train_rank_t *v, size_t n)
{
    size_t  i, k;

    k = 0;

    for (i = 0; i < n; i++) {
        if (!isnan(v[i].key)) {
            v[k++] = v[i];
        }
    }

    train_rank(v, k);

    return k;
}


/* Between the neighbours, as everyone does by default */

static double
bootstrap_quantile(const train_rank_t *v, size_t n, double q)
{
    double  at, rest;
    size_t  i;

    if (n == 0) {
        return NAN;
    }

    at = q * (double) (n - 1);
    i = (size_t) at;
    rest = at - (double) i;
    v += n - 1 - i;                     /* the i-th from the least one */

    return (i + 1 < n) ? v->key + rest * (v[-1].key - v->key) : v->key;
}


void
train_bootstrap(const train_judge_t *j, size_t rounds, uint64_t seed,
    train_metrics_t *low, train_metrics_t *high)
{
    size_t            i, k, n, rows;
    uint32_t         *count;
    train_rng_t       rng;
    train_rank_t     *v;                /* (TRAIN_N_FIGURES,rounds) */
    train_metrics_t   m;

    rows = j->rows;
    count = train_alloc(rows, sizeof(uint32_t));
    v = train_alloc(TRAIN_N_FIGURES * rounds, sizeof(train_rank_t));
    train_rng_init(&rng, seed, BOOTSTRAP_STREAM);

    for (i = 0; i < rounds; i++) {
        (void) memset(count, 0, rows * sizeof(uint32_t));

        for (k = 0; k < rows; k++) {
            count[train_rng_below(&rng, (uint32_t) rows)]++;
        }

        train_judge(j, count, &m);

        for (k = 0; k < TRAIN_N_FIGURES; k++) {
            v[k * rounds + i].key = train_figure(&m, &train_figures[k]);
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
