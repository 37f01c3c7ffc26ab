/*
 * Preprocessing: the numbers that a client sends -> the network's input.
 * Not here: reading text or bytes (maas_json_in.c, maas_bytes.c), what
 * a column's value is as numbers (maas_fields.c).
 */

#include "maas_field.h"

#include <math.h>


/* -O2 of gcc 12 leaves loops of unknown length scalar: a picture's 784 numbers
 * took as long as half its forward pass */

#pragma GCC optimize ("O3")


void
maas__prep(const float *x, size_t rows, size_t in, const float *shift,
    const float *factor, size_t n, float *y)
{
    size_t  r, i;
    float   s, f;

    if (n == 1) {
        s = shift[0];
        f = factor[0];

        for (i = 0; i < rows * in; i++) {
            y[i] = (x[i] - s) * f;
        }

        return;
    }

    for (r = 0; r < rows; r++, x += in, y += in) {
        for (i = 0; i < in; i++) {
            y[i] = (x[i] - shift[i]) * factor[i];
        }
    }
}


/* Straight lines from knot to knot, level beyond the ends */

static float
prep_line(const maas_curve_t *c, float z)
{
    float   t;
    size_t  low, high, mid;

    low = 0;
    high = c->n_knots - 1;

    if (!(z > c->knots[low])) {
        return c->levels[low];
    }

    if (z >= c->knots[high]) {
        return c->levels[high];
    }

    while (high - low > 1) {
        mid = (low + high) / 2;

        if (z < c->knots[mid]) {
            high = mid;
        } else {
            low = mid;
        }
    }

    t = (z - c->knots[low]) / (c->knots[high] - c->knots[low]);

    return c->levels[low] + t * (c->levels[high] - c->levels[low]);
}


void
maas__prep_curves(const maas_curve_t *c, size_t n, float *y)
{
    float   z;
    double  t;
    size_t  i;

    for (i = 0; i < n; i++, c++) {
        z = y[c->slot];

        if (c->n_knots > 0) {
            z = prep_line(c, z);
        }

        if (c->clip > 0) {
            t = (double) z / c->clip;
            z = (float) (z / sqrt(1 + t * t));
        }

        y[c->slot] = z;
    }
}
