/*
 * Above which probability the second label of a binary model is said: by what
 * mistakes cost, or by a wanted rate of false alarms.
 * Figures about the result are in metrics.c.
 */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "metrics.h"
#include "util.h"


/* Between two probabilities, and strictly between 0 and 1 */

static float
threshold_between(double high, double low)
{
    float  t;

    t = (float) ((high + low) / 2);

    if (!(t < high)) {
        t = (float) low;                /* neighbours: "above" is what counts */
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


/* How much row i of d counts */

static double
threshold_weight(const train_data_t *d, size_t i)
{
    return (d->weights != NULL) ? (double) d->weights[i] : 1;
}


float
train_threshold(const train_data_t *d, const uint32_t *row, size_t n,
    const float *y, double alarm, double miss, double rate)
{
    size_t         i;
    float          best;
    double         w, negatives, alarms, misses, cost, least;
    train_rank_t  *r;

    r = train_alloc(n, sizeof(train_rank_t));
    negatives = 0;
    misses = 0;

    for (i = 0; i < n; i++) {
        r[i].key = y[i];
        r[i].at = row[i];
        w = threshold_weight(d, row[i]);
        negatives += d->classes[row[i]] ? 0 : w;
        misses += d->classes[row[i]] ? w : 0;
    }

    train_rank(r, n);

    /* above all of them first, then each gap on the way down */

    best = threshold_between(1, n ? r[0].key : 1);
    least = isnan(rate) ? miss * misses : misses;
    alarms = 0;

    for (i = 0; i < n; i++) {
        w = threshold_weight(d, r[i].at);
        alarms += d->classes[r[i].at] ? 0 : w;
        misses -= d->classes[r[i].at] ? w : 0;

        if (i + 1 < n && r[i + 1].key == r[i].key) {
            continue;
        }

        if (isnan(rate)) {
            cost = alarm * alarms + miss * misses;
        } else {
            cost = (alarms <= rate * negatives) ? misses : INFINITY;
        }

        if (cost < least) {
            least = cost;
            best = threshold_between(r[i].key, i + 1 < n ? r[i + 1].key : 0);
        }
    }

    train_free(r);

    return best;
}
