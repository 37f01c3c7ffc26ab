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


/* A figure of drawn rows may be off on average: a calibration error cannot
 * fall below what chance makes of it, and is larger with rows drawn twice.
 * Where it is so, the interval is moved by as much. */

static void
bootstrap_interval(const train_figure_t *f, train_rank_t *v, size_t rounds,
    const train_metrics_t *m, train_metrics_t *low, train_metrics_t *high)
{
    double  figure, a, b, off;
    size_t  i, n;

    n = bootstrap_sort(v, rounds);
    figure = train_figure(m, f);
    a = bootstrap_quantile(v, n, (1 - TRAIN_LEVEL) / 2);
    b = bootstrap_quantile(v, n, (1 + TRAIN_LEVEL) / 2);

    if (n > 0 && (f->biased || figure < a || figure > b)) {
        off = -figure;

        for (i = 0; i < n; i++) {
            off += v[i].key / (double) n;
        }

        a = fmin(fmax(a - off, f->least), figure);
        b = fmax(fmin(b - off, f->most), figure);
    }

    train_figure(low, f) = a;
    train_figure(high, f) = b;
}


void
train_bootstrap(const train_judge_t *j, size_t rounds, uint64_t seed,
    train_metrics_t *low, train_metrics_t *high)
{
    size_t            i, k, rows;
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

    train_judge(j, NULL, &m);

    for (k = 0; k < TRAIN_N_FIGURES; k++) {
        bootstrap_interval(&train_figures[k], v + k * rounds, rounds, &m, low,
                           high);
    }

    train_metrics_free(&m);
    train_free(v);
    train_free(count);
}
