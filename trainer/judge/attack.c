/*
 * How well somebody tells rows that a model was trained on from others, by a
 * score of each.
 * Not here: where scores come from (cmd_audit.c).
 */

#include <math.h>
#include <stdlib.h>

#include "attack.h"
#include "util.h"


#define ATTACK_SURE  1.96           /* deviations of 95 % */


const double  train_attack_rates[TRAIN_ATTACK_RATES] = { 0.001, 0.01 };


/* How many of v(n), which is sorted, are smaller, and equal */

static void
attack_below(const double *v, size_t n, double x, size_t *less, size_t *same)
{
    size_t  low, high, mid, end;

    for (low = 0, high = n; low < high; /* void */ ) {
        mid = low + (high - low) / 2;

        if (v[mid] < x) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }

    for (end = low; end < n && v[end] == x; end++) {
        /* void */
    }

    *less = low;
    *same = end - low;
}


/* Wilson's interval of a share */

static void
attack_share(double k, double n, train_interval_t *i)
{
    double  z, mid, half;

    z = ATTACK_SURE * ATTACK_SURE;
    mid = (k + z / 2) / (n + z);
    half = ATTACK_SURE / (n + z) * sqrt(k * (n - k) / n + z / 4);
    i->value = k / n;
    i->low = (k > 0) ? mid - half : 0;
    i->high = (k < n) ? mid + half : 1;
}


/* Hanley and McNeil (1982) */

static void
attack_area(double a, double n, double m, train_interval_t *i)
{
    double  q1, q2, d;

    q1 = a / (2 - a);
    q2 = 2 * a * a / (1 + a);
    d = sqrt((a * (1 - a) + (n - 1) * (q1 - a * a) + (m - 1) * (q2 - a * a))
             / (n * m));
    i->value = a;
    i->low = fmax(a - ATTACK_SURE * d, 0);
    i->high = fmin(a + ATTACK_SURE * d, 1);
}


void
train_attack(double *members, size_t n, double *others, size_t m,
    train_attack_t *t)
{
    double  sum;
    size_t  i, k, less, same, found;

    qsort(members, n, sizeof(double), train_by_double);
    qsort(others, m, sizeof(double), train_by_double);
    sum = 0;

    for (i = 0; i < n; i++) {
        attack_below(others, m, members[i], &less, &same);
        sum += (double) less + (double) same / 2;
    }

    attack_area(sum / (double) n / (double) m, (double) n, (double) m,
                &t->auc);

    for (k = 0; k < TRAIN_ATTACK_RATES; k++) {
        t->tpr[k] = (train_interval_t) { NAN, NAN, NAN };
        found = (size_t) floor(train_attack_rates[k] * (double) m + 1e-9);

        if (found == 0) {
            continue;               /* nobody could tell */
        }

        attack_below(members, n, others[m - 1 - found], &less, &same);
        attack_share((double) (n - less - same), (double) n, &t->tpr[k]);
    }
}
