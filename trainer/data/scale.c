/*
 * Scaling of numbers: shift, factor, soft bounds and quantiles, from the
 * numbers given and from no others.
 * Which numbers those are is not known here (prepare.c).
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data.h"
#include "util.h"


#define SCALE_CLIP   3              /* robust: soft bound, in quartiles' span */
#define SCALE_HEAVY  10             /* auto: deviations, then quantile */
#define SCALE_KNOTS  64             /* quantile: at most */

#define SCALE_NAME(c, name)  [TRAIN_SCALE_##c] = name,

const char *const  train_scaling_names[TRAIN_N_SCALINGS] = {
    [TRAIN_SCALE_AUTO] = "auto",
    MAAS_SCALINGS(SCALE_NAME)
};


static void
scale_set(maas_column_t *c, double shift, double width)
{
    float  f;

    f = (float) (1 / width);

    /* a constant column says nothing: it becomes zero by its shift */

    if (!(width > 0) || !isfinite(f)) {
        f = 1;
    }

    c->shift = (float) shift;
    c->factor = f;
}


static double
scale_quantile(const float *v, size_t n, double q)
{
    double  at, rest;
    size_t  i;

    at = q * (double) (n - 1);
    i = (size_t) at;
    rest = at - (double) i;

    return (i + 1 < n) ? v[i] + rest * ((double) v[i + 1] - v[i]) : v[i];
}


static void
scale_standard(maas_column_t *c, const float *v, size_t n)
{
    size_t  j;
    double  sum, sq, d;

    sum = 0;
    sq = 0;

    for (j = 0; j < n; j++) {
        sum += v[j];
    }

    sum /= (double) n;

    for (j = 0; j < n; j++) {
        d = v[j] - sum;
        sq += d * d;
    }

    scale_set(c, sum, sqrt(sq / (double) n));
    c->missing = (float) sum;
}


/* v is sorted */

static void
scale_robust(maas_column_t *c, const float *v, size_t n)
{
    double  d;

    d = scale_quantile(v, n, 0.75) - scale_quantile(v, n, 0.25);

    if (d <= 0) {
        d = ((double) v[n - 1] - v[0]) / 2;     /* mostly one value */
    }

    scale_set(c, c->missing, d);
    c->clip = SCALE_CLIP;
}


double
train_scale_normal(double p)
{
    int     i;
    double  low, high, mid;

    low = -10;
    high = 10;

    for (i = 0; i < 60; i++) {
        mid = (low + high) / 2;

        if (erfc(-mid / sqrt(2)) / 2 < p) {
            low = mid;
        } else {
            high = mid;
        }
    }

    return low;
}


/* v is sorted: what stands in the middle goes to 0, the rest by its rank */

static void
scale_knots(maas_column_t *c, const float *v, size_t n)
{
    float   *knots, *levels, x;
    size_t   i, k, first, last;

    knots = train_alloc(SCALE_KNOTS, sizeof(float));
    levels = train_alloc(SCALE_KNOTS, sizeof(float));
    k = 0;

    for (i = 0; i < SCALE_KNOTS; i++) {
        x = v[i * (n - 1) / (SCALE_KNOTS - 1)];

        if (k > 0 && !(x > knots[k - 1] && isnormal(x - knots[k - 1]))) {
            continue;
        }

        first = 0;

        while (v[first] < x) {
            first++;
        }

        for (last = first; last < n && v[last] == x; last++) {
            /* all that are the same */
        }

        knots[k] = x;
        levels[k++] = (float) train_scale_normal((double) (first + last)
                                                 / (2 * (double) n));
    }

    c->knots = knots;
    c->levels = levels;
    c->n_knots = k;

    if (k < 2) {
        c->n_knots = 0;
        scale_set(c, v[0], 0);
    }
}


/* A number many deviations from the mean would leave all the others close to
 * zero */

static int
scale_is_heavy(const maas_column_t *c, const float *v, size_t n)
{
    size_t  j;

    for (j = 0; j < n; j++) {
        if (fabsf((v[j] - c->shift) * c->factor) > SCALE_HEAVY) {
            return 1;
        }
    }

    return 0;
}


void
train_scale_numbers(maas_column_t *c, train_scaling_t kind, float *v, size_t n)
{
    if (kind == TRAIN_SCALE_AUTO) {
        kind = TRAIN_SCALE_STANDARD;

        if (n > 0) {
            scale_standard(c, v, n);
            kind = scale_is_heavy(c, v, n) ? TRAIN_SCALE_QUANTILE : kind;
        }
    }

    c->shift = 0;
    c->factor = 1;
    c->missing = 0;

    c->scaling = train_scaling_names[kind];

    if (n == 0) {
        return;
    }

    if (kind == TRAIN_SCALE_STANDARD) {
        scale_standard(c, v, n);
        return;
    }

    qsort(v, n, sizeof(float), train_by_float);
    c->missing = (float) scale_quantile(v, n, 0.5);

    if (kind == TRAIN_SCALE_MINMAX) {
        scale_set(c, v[0], (double) v[n - 1] - v[0]);

    } else if (kind == TRAIN_SCALE_ROBUST) {
        scale_robust(c, v, n);

    } else if (kind == TRAIN_SCALE_QUANTILE) {
        scale_knots(c, v, n);
    }
}
