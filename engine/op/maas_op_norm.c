/*
 * Layer normalisation over a row.
 * Not here: other families of layers.
 */

#include "maas_op.h"

#include <math.h>


/* Sums in double and in order: the same bits on every CPU. */

void
maas__layer_norm(const float *x, size_t ldx, size_t rows, size_t n,
    float eps, const float *w, const float *b, float *y, size_t ldy)
{
    size_t  r, i;
    double  d, mean, var, scale;

    for (r = 0; r < rows; r++, x += ldx, y += ldy) {

        mean = 0;
        for (i = 0; i < n; i++) {
            mean += x[i];
        }

        mean /= (double) n;

        var = 0;
        for (i = 0; i < n; i++) {
            d = x[i] - mean;
            var += d * d;
        }

        scale = 1 / sqrt(var / (double) n + (double) eps);

        for (i = 0; i < n; i++) {
            y[i] = (float) ((x[i] - mean) * scale) * w[i] + b[i];
        }
    }
}
