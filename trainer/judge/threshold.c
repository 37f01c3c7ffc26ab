/*
 * Above which probability the second label of a binary model is said: by what
 * mistakes cost, or by a wanted rate of false alarms.
 * Figures about the result are in metrics.c.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics.h"
#include "util.h"


typedef struct {
    float     p;
    uint32_t  yes;
} threshold_row_t;


static int
threshold_compare(const void *one, const void *two)
{
    const threshold_row_t  *a = one, *b = two;

    return (a->p < b->p) - (a->p > b->p);       /* largest first */
}


/* Between two probabilities, and strictly between 0 and 1 */

static float
threshold_between(float high, float low)
{
    float  t;

    t = (float) (((double) high + low) / 2);

    if (!(t < high)) {
        t = low;                /* neighbours: "above" is what counts */
    }

    t = (t > 1e-6f) ? t : 1e-6f;

    return (t < 0.999999f) ? t : 0.999999f;
}


int
train_threshold_cost(const char *spec, double *alarm, double *miss)
{
    char         text[64];
    const char  *colon;

    colon = strchr(spec, ':');

    if (colon == NULL || (size_t) (colon - spec) >= sizeof(text)) {
        return 0;
    }

    (void) snprintf(text, sizeof(text), "%.*s", (int) (colon - spec), spec);

    return train_number(text, alarm) && train_number(colon + 1, miss)
           && *alarm >= 0 && *miss >= 0 && *alarm + *miss > 0;
}


float
train_threshold(const train_data_t *d, const uint32_t *row, size_t n,
    const float *y, double alarm, double miss, double rate)
{
    size_t            i;
    float             best;
    double            negatives, alarms, misses, cost, least;
    threshold_row_t  *r;

    r = train_alloc(n, sizeof(threshold_row_t));
    negatives = 0;
    misses = 0;

    for (i = 0; i < n; i++) {
        r[i].p = y[i];
        r[i].yes = d->classes[row[i]];
        negatives += !r[i].yes;
        misses += r[i].yes;
    }

    qsort(r, n, sizeof(threshold_row_t), threshold_compare);

    /* above all of them first, then each gap on the way down */

    best = threshold_between(1, n ? r[0].p : 1);
    least = isnan(rate) ? miss * misses : misses;
    alarms = 0;

    for (i = 0; i < n; i++) {
        alarms += !r[i].yes;
        misses -= r[i].yes;

        if (i + 1 < n && r[i + 1].p == r[i].p) {
            continue;
        }

        if (isnan(rate)) {
            cost = alarm * alarms + miss * misses;
        } else {
            cost = (alarms <= rate * negatives) ? misses : INFINITY;
        }

        if (cost < least) {
            least = cost;
            best = threshold_between(r[i].p, i + 1 < n ? r[i + 1].p : 0);
        }
    }

    train_free(r);

    return best;
}
