/*
 * The Renyi accountant of the sampled Gaussian mechanism.
 * Not here: the tight one (pld.c).
 */

#include <math.h>

#include "privacy.h"


#define RDP_TENTHS    109           /* orders 1.1 .. 10.9 in tenths, */
#define RDP_ORDERS    63            /*     then whole ones up to this */
#define RDP_TERMS     100000        /* of a series, at most */
#define RDP_ENOUGH    (-40)         /* logarithm of what is left out */
#define RDP_FAR       20            /* erfc(20) is 5e-176 */


/* ln(e^a + e^b) */

static double
rdp_add(double a, double b)
{
    double  most;

    most = fmax(a, b);

    return isinf(most) ? most : most + log1p(exp(fmin(a, b) - most));
}


/* ln erfc(x); where that is no number any more, by its asymptotic series */

static double
rdp_log_erfc(double x)
{
    double  y;

    if (x < RDP_FAR) {
        return log(erfc(x));
    }

    y = 1 / (2 * x * x);

    return -x * x - log(x * sqrt(M_PI))
           + log1p(-y * (1 - 3 * y * (1 - 5 * y * (1 - 7 * y))));
}


/* ln of sum C(a,k) (1-q)^(a-k) q^k exp(k (k-1) / (2 sigma^2)) */

static double
rdp_whole(double q, double sigma, size_t a)
{
    double  sum, term;
    size_t  k;

    sum = -INFINITY;

    for (k = 0; k <= a; k++) {
        term = lgamma((double) a + 1) - lgamma((double) k + 1)
               - lgamma((double) (a - k) + 1) + (double) k * log(q)
               + (double) (a - k) * log1p(-q)
               + (double) k * ((double) k - 1) / (2 * sigma * sigma);
        sum = rdp_add(sum, term);
    }

    return sum;
}


/* The same for any a: on each side of where both densities are alike, one is
 * the larger, and a binomial series in their ratio converges.  Where terms
 * change their sign they are added all the same, which bounds the sum from
 * above: so do other libraries, whose figures are ours. */

static double
rdp_series(double q, double sigma, double a)
{
    double  coef, z, j, lower, upper, sum;
    size_t  k;

    z = sigma * sigma * log(1 / q - 1) + 0.5;
    coef = -M_LN2;
    sum = -INFINITY;

    for (k = 0; k < RDP_TERMS; k++) {
        j = a - (double) k;
        lower = coef + (double) k * log(q) + j * log1p(-q)
                + (double) k * ((double) k - 1) / (2 * sigma * sigma)
                + rdp_log_erfc(((double) k - z) / (M_SQRT2 * sigma));
        upper = coef + j * log(q) + (double) k * log1p(-q)
                + j * (j - 1) / (2 * sigma * sigma)
                + rdp_log_erfc((z - j) / (M_SQRT2 * sigma));
        sum = rdp_add(sum, rdp_add(lower, upper));

        if ((double) k > a && fmax(lower, upper) < sum + RDP_ENOUGH) {
            break;
        }

        coef += log(fabs(j)) - log((double) k + 1);
    }

    return sum;
}


double
train_dp_rdp(double q, double sigma, double a)
{
    double  r;

    if (q == 1) {
        return a / (2 * sigma * sigma);
    }

    r = (a == floor(a)) ? rdp_whole(q, sigma, (size_t) a)
                        : rdp_series(q, sigma, a);

    return isfinite(r) ? fmax(r, 0) / (a - 1) : INFINITY;
}


double
train_dp_rdp_epsilon(const train_dp_t *d, int classic, double *order)
{
    double  a, r, eps, best;
    size_t  i;

    best = INFINITY;
    *order = NAN;

    for (i = 11; i <= RDP_TENTHS + RDP_ORDERS - 10; i++) {
        a = (i <= RDP_TENTHS) ? (double) i / 10
                              : (double) (i - RDP_TENTHS) + 10;
        r = (double) d->steps * train_dp_rdp(d->q, d->sigma, a);
        eps = classic ? r - log(d->delta) / (a - 1)
                      : r - (log(d->delta) + log(a)) / (a - 1)
                        + log((a - 1) / a);

        if (eps < best) {
            best = eps;
            *order = a;
        }
    }

    return fmax(best, 0);
}
