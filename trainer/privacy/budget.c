/*
 * Budgets by both accountants, and the noise that keeps one.
 * Not here: how they count (rdp.c, pld.c).
 */

#include <math.h>

#include "privacy.h"


#define BUDGET_CLOSE  1e-4          /* of sigma */


void
train_dp_spent(const train_dp_t *d, train_dp_spent_t *s)
{
    double  order;

    s->epsilon = train_dp_pld_epsilon(d);
    s->rdp = train_dp_rdp_epsilon(d, 0, &s->order);
    s->classic = train_dp_rdp_epsilon(d, 1, &order);
}


/* Between two that enclose it, epsilon is nearly a power of sigma: a step of
 * the secant, kept within them; halves if that does not come near */

double
train_dp_sigma(const train_dp_t *d, double epsilon)
{
    double      low, high, low_eps, high_eps, eps, t;
    size_t      i;
    train_dp_t  try;

    try = *d;
    low = TRAIN_DP_MIN_SIGMA;
    low_eps = INFINITY;

    for (high = 1; /* void */ ; high *= 2) {
        try.sigma = high;
        high_eps = train_dp_pld_epsilon(&try);

        if (high_eps <= epsilon) {
            break;
        }

        if (high > TRAIN_DP_MAX_SIGMA) {
            return NAN;
        }

        low = high;
        low_eps = high_eps;
    }

    for (i = 0; high / low > 1 + BUDGET_CLOSE && i < 60; i++) {
        t = 0.5;

        if (isfinite(low_eps) && i % 3 != 2 && high_eps > 0) {
            t = log(low_eps / epsilon) / log(low_eps / high_eps);
            t = fmin(fmax(t + 0.02, 0.05), 0.95);
        }

        try.sigma = low * pow(high / low, t);
        eps = train_dp_pld_epsilon(&try);

        if (eps <= epsilon) {
            high = try.sigma;
            high_eps = eps;

        } else {
            low = try.sigma;
            low_eps = eps;
        }
    }

    return high;
}
