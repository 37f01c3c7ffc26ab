/*
 * Where an integral over [0,1] is summed, and with which weights.
 * Not here: what is integrated (maas_shap_simd.h).
 */

#include "maas_shap.h"

#include <math.h>


/* Legendre's polynomial of degree n at x, by its recurrence, and its slope */

static double
shap_legendre(size_t n, double x, double *slope)
{
    size_t  k;
    double  p, before, next;

    p = x;
    before = 1;

    for (k = 2; k <= n; k++) {
        next = ((double) (2 * k - 1) * x * p - (double) (k - 1) * before)
               / (double) k;
        before = p;
        p = next;
    }

    *slope = (double) n * (x * p - before) / (x * x - 1);

    return p;
}


/* Newton's steps from a known neighbourhood of each root; 10 are many.  Once
 * one changes nothing, none does. */

void
maas__shap_rule(size_t n, double *t, double *weight)
{
    size_t  i, step;
    double  x, p, slope, next;

    for (i = 0; i < n; i++) {
        x = cos(M_PI * ((double) i + 0.75) / ((double) n + 0.5));
        slope = 1;

        for (step = 0; step < 10; step++) {
            p = shap_legendre(n, x, &slope);
            next = x - p / slope;

            if (next == x) {
                break;
            }

            x = next;
        }

        (void) shap_legendre(n, x, &slope);

        t[n - 1 - i] = (1 + x) / 2;
        weight[n - 1 - i] = 1 / ((1 - x * x) * slope * slope);
    }
}
