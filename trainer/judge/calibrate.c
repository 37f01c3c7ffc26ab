/*
 * Temperature scaling: one number that makes probabilities as sure as they
 * ought to be and changes no ranking.  How it gets into a network is not
 * known here.
 */

#include <math.h>

#include "metrics.h"


#define CALIBRATE_ROWS   200        /* with fewer it would be chance */
#define CALIBRATE_RANGE  3.0        /* the temperature is within e^-3..e^3 */
#define CALIBRATE_STEPS  25         /* of golden section: 4e-5 of T */
#define CALIBRATE_LEAST  1e-30


/* Loss of a row when its probabilities are taken to the power of 1/T: the
 * logits, divided by T, up to what softmax does not see. */

static double
calibrate_row(const float *y, size_t out, uint32_t class, double power)
{
    double  sum, most, p, q;
    size_t  k;

    if (out == 1) {
        p = (y[0] > CALIBRATE_LEAST) ? y[0] : CALIBRATE_LEAST;
        q = 1 - (double) y[0];
        q = (q > CALIBRATE_LEAST) ? q : CALIBRATE_LEAST;
        p = power * (log(q) - log(p));      /* minus the logit */
        p = class ? p : -p;

        return (p > 30) ? p : log1p(exp(p));
    }

    most = 0;
    sum = 0;

    for (k = 0; k < out; k++) {
        most = (y[k] > most) ? y[k] : most;
    }

    for (k = 0; k < out; k++) {
        sum += pow(y[k] / most, power);
    }

    p = y[class];
    p = (p > CALIBRATE_LEAST) ? p : CALIBRATE_LEAST;

    return log(sum) - power * log(p / most);
}


static double
calibrate_loss(const train_data_t *d, const uint32_t *row, size_t n,
    const float *y, double log_t)
{
    double  sum;
    size_t  i;

    sum = 0;

    for (i = 0; i < n; i++) {
        sum += calibrate_row(y + i * d->out, d->out,
                             d->classes[(row != NULL) ? row[i] : i],
                             exp(-log_t));
    }

    return sum;
}


/* Golden section: the loss has one minimum over log T */

double
train_temperature(const train_data_t *data, const uint32_t *row,
    size_t n, const float *y)
{
    double              a, b, c, d, fc, fd;
    size_t              i;
    static const double  golden = 0.6180339887498949;

    n = (row != NULL) ? n : data->rows;

    if (data->classes == NULL || n < CALIBRATE_ROWS) {
        return 1;
    }

    a = -CALIBRATE_RANGE;
    b = CALIBRATE_RANGE;
    c = b - golden * (b - a);
    d = a + golden * (b - a);
    fc = calibrate_loss(data, row, n, y, c);
    fd = calibrate_loss(data, row, n, y, d);

    for (i = 0; i < CALIBRATE_STEPS; i++) {
        if (fc < fd) {
            b = d;
            d = c;
            fd = fc;
            c = b - golden * (b - a);
            fc = calibrate_loss(data, row, n, y, c);

        } else {
            a = c;
            c = d;
            fc = fd;
            d = a + golden * (b - a);
            fd = calibrate_loss(data, row, n, y, d);
        }
    }

    a = (a + b) / 2;

    return calibrate_loss(data, row, n, y, a)
           < calibrate_loss(data, row, n, y, 0)
           ? exp(a) : 1;
}
