/*
 * Confidence intervals: a figure on a scale on which its errors are alike,
 * give or take so many of its standard errors.  How many, drawing the rows
 * anew says, which knows that errors are skewed; of many rows, Student's t.
 * What a figure is, metrics.c knows, and its standard error influence.c.
 *
 * By simulations of 300 rows (t/unit/test_train_interval.c) the middle of the
 * figures of drawn rows would cover 83 of 100 times where a few errors are
 * large, and 91 of average precision.
 */

#include <math.h>
#include <string.h>

#include "metrics.h"
#include "util.h"


#define BOOTSTRAP_STREAM  20
#define BOOTSTRAP_LOST    0.01      /* rounds that may say nothing */
#define BOOTSTRAP_Z       1.959964  /* deviations: TRAIN_LEVEL of a normal */


/* Shares by their odds, losses by their logarithm, R2 by that of what is not
 * explained.  Average precision is far from its ends, where odds do harm. */

static double
bootstrap_scale(const train_figure_t *f, double v)
{
    if (f->draw == TRAIN_DRAW_PLAIN) {
        return v;
    }

    return isinf(f->least) ? -log(1 - v)
           : isinf(f->most) ? log(v)
           : log(v / (1 - v));
}


static double
bootstrap_back(const train_figure_t *f, double s)
{
    if (f->draw == TRAIN_DRAW_PLAIN) {
        return fmin(fmax(s, f->least), f->most);
    }

    return isinf(f->least) ? 1 - exp(-s)
           : isinf(f->most) ? exp(s)
           : 1 / (1 + exp(-s));
}


/* By how much the scale moves when the figure does */

static double
bootstrap_slope(const train_figure_t *f, double v)
{
    if (f->draw == TRAIN_DRAW_PLAIN) {
        return 1;
    }

    return isinf(f->least) ? 1 / (1 - v)
           : isinf(f->most) ? 1 / v
           : 1 / (v * (1 - v));
}


/* v(n) without what is not defined, largest first; returns how many are left */

static size_t
bootstrap_sort(train_rank_t *v, size_t n)
{
    size_t  i, k;

    k = 0;

    for (i = 0; i < n; i++) {
        if (isfinite(v[i].key)) {
            v[k++] = v[i];
        }
    }

    train_rank(v, k);

    return k;
}


/* Between neighbours; of n draws the least stands for 1 / (n + 1) */

static double
bootstrap_quantile(const train_rank_t *v, size_t n, double q)
{
    double  at, rest;
    size_t  i;

    at = fmin(fmax(q * (double) (n + 1) - 1, 0), (double) (n - 1));
    i = (size_t) at;
    rest = at - (double) i;
    v += n - 1 - i;                     /* the i-th from the least one */

    return (i + 1 < n) ? v->key + rest * (v[-1].key - v->key) : v->key;
}


/* So many rows speak for a figure at its end: of a class all that are there */

static double
bootstrap_rows(const train_judge_t *j, const train_figure_t *f,
    const train_metrics_t *m)
{
    size_t  c;
    double  least, rows;

    if (f->draw == TRAIN_DRAW_SHARE) {
        return (double) j->rows;
    }

    least = (double) j->rows;

    for (c = 0; c < m->classes; c++) {
        rows = train_metrics_class(m, c).rows / m->total * (double) j->rows;
        least = (rows > 0 && rows < least) ? rows : least;
    }

    return least;
}


/* No row speaks against the figure: all were right, or wrong.  Wilson's
 * interval of such a share. */

static void
bootstrap_end(const train_judge_t *j, const train_figure_t *f,
    const train_metrics_t *m, double *low, double *high)
{
    double  n, v, reach;

    v = train_figure(m, f);
    *low = v;
    *high = v;

    if (f->least == 0 && f->most == 1) {
        n = bootstrap_rows(j, f, m);
        reach = BOOTSTRAP_Z * BOOTSTRAP_Z / (n + BOOTSTRAP_Z * BOOTSTRAP_Z);
        *low = (v > 0.5) ? fmin(v, 1 - reach) : v;
        *high = (v > 0.5) ? v : fmax(v, reach);
    }
}


/* t(n): by how many of their own standard errors drawn figures were off */

static void
bootstrap_interval(const train_judge_t *j, const train_figure_t *f,
    const train_metrics_t *m, train_rank_t *t, size_t rounds, double *psi,
    double *low, double *high)
{
    double  v, error, n, less, more;
    size_t  left;

    v = train_figure(m, f);
    error = train_influence(j, NULL, m, f, psi) * bootstrap_slope(f, v);
    *low = NAN;
    *high = NAN;

    if (isnan(v) || f->biased) {
        return;
    }

    if (!isfinite(error) || error == 0 || !isfinite(bootstrap_scale(f, v))) {
        bootstrap_end(j, f, m, low, high);
        return;
    }

    /* Student's t, nearly, and a deviation by rows less one */

    n = (double) j->rows;
    more = BOOTSTRAP_Z * (1 + (BOOTSTRAP_Z * BOOTSTRAP_Z + 1) / (4 * n))
           * sqrt(n / (n - 1));
    less = -more;
    left = (f->draw <= TRAIN_DRAW_NONE) ? 0 : bootstrap_sort(t, rounds);

    if (left > 0
        && (double) (rounds - left) <= BOOTSTRAP_LOST * (double) rounds)
    {
        less = bootstrap_quantile(t, left, (1 - TRAIN_LEVEL) / 2);
        more = bootstrap_quantile(t, left, (1 + TRAIN_LEVEL) / 2);
    }

    v = bootstrap_scale(f, v);
    *low = fmin(bootstrap_back(f, v - more * error), train_figure(m, f));
    *high = fmax(bootstrap_back(f, v - less * error), train_figure(m, f));
}


/* A round: all figures of drawn rows, in t[figure * rounds] */

static void
bootstrap_round(const train_judge_t *j, const uint32_t *count,
    const train_metrics_t *all, double *psi, train_rank_t *t, size_t rounds)
{
    double                 v, error;
    size_t                 k;
    train_metrics_t        m;
    const train_figure_t  *f;

    train_judge(j, count, &m);

    for (k = 0; k < TRAIN_N_FIGURES; k++) {
        f = &train_figures[k];
        t[k * rounds].key = NAN;

        if (f->draw > TRAIN_DRAW_NONE && train_figure_of(f, all)) {
            v = train_figure(&m, f);
            error = train_influence(j, count, &m, f, psi)
                    * bootstrap_slope(f, v);
            t[k * rounds].key = (bootstrap_scale(f, v)
                                 - bootstrap_scale(f, train_figure(all, f)))
                                / error;
        }
    }

    train_metrics_free(&m);
}


void
train_bootstrap(const train_judge_t *j, size_t rounds, uint64_t seed,
    train_metrics_t *low, train_metrics_t *high)
{
    size_t            i, k, rows;
    double           *psi, a, b;
    uint32_t         *count;
    train_rng_t       rng;
    train_rank_t     *t;                /* (TRAIN_N_FIGURES,rounds) */
    train_metrics_t   m;

    rows = j->rows;
    rounds = (rows * (j->ranked + 1) > TRAIN_ROUNDS_CELLS) ? 0 : rounds;
    psi = train_alloc(rows, sizeof(double));
    count = train_alloc(rows, sizeof(uint32_t));
    t = train_alloc(TRAIN_N_FIGURES * rounds + 1, sizeof(train_rank_t));
    train_rng_init(&rng, seed, BOOTSTRAP_STREAM);
    train_judge(j, NULL, &m);

    for (i = 0; i < rounds; i++) {
        (void) memset(count, 0, rows * sizeof(uint32_t));

        for (k = 0; k < rows; k++) {
            count[train_rng_below(&rng, (uint32_t) rows)]++;
        }

        bootstrap_round(j, count, &m, psi, t + i, rounds);
    }

    (void) memset(low, 0, sizeof(train_metrics_t));
    (void) memset(high, 0, sizeof(train_metrics_t));

    for (k = 0; k < TRAIN_N_FIGURES; k++) {
        train_figure(low, &train_figures[k]) = NAN;
        train_figure(high, &train_figures[k]) = NAN;
    }

    for (k = 0; k < TRAIN_N_FIGURES; k++) {
        if (train_figure_of(&train_figures[k], &m)) {
            bootstrap_interval(j, &train_figures[k], &m, t + k * rounds,
                               rounds, psi, &a, &b);
            train_figure(low, &train_figures[k]) = a;
            train_figure(high, &train_figures[k]) = b;
        }
    }

    train_metrics_free(&m);
    train_free(t);
    train_free(count);
    train_free(psi);
}
