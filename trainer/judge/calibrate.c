/*
 * Probabilities made as sure and as frequent as they ought to be: one number
 * that the logits are divided by, and one for each class that is added.  How
 * they get into a network is not known here.
 */

#include <math.h>
#include <string.h>

#include "metrics.h"
#include "util.h"


#define CALIBRATE_ROWS   200        /* with fewer it would be chance */
#define CALIBRATE_RANGE  3.0        /* the temperature is within e^-3..e^3 */
#define CALIBRATE_STEPS  25         /* of golden section: 4e-5 of T */
#define CALIBRATE_LEAST  1e-30
#define CALIBRATE_MEANS  40         /* rounds until the means are right */


typedef struct {
    const train_data_t  *data;
    const uint32_t      *row;           /* (n), or NULL */
    size_t               n;
    const float         *y;             /* (n,out) */
    const double        *shift;         /* (out), or NULL */
} calibrate_t;


/* Loss of a row when its probabilities are taken to the power of 1/T: the
 * logits, divided by T, up to what softmax does not see; and shifted. */

static double
calibrate_row(const float *y, size_t out, uint32_t class, double power,
    const double *shift)
{
    double  sum, most, p, q;
    size_t  k;

    if (out == 1) {
        p = (y[0] > CALIBRATE_LEAST) ? y[0] : CALIBRATE_LEAST;
        q = 1 - (double) y[0];
        q = (q > CALIBRATE_LEAST) ? q : CALIBRATE_LEAST;
        p = power * (log(q) - log(p));      /* minus the logit */
        p -= (shift != NULL) ? shift[0] : 0;
        p = class ? p : -p;

        return (p > 30) ? p : log1p(exp(p));
    }

    most = 0;
    sum = 0;

    for (k = 0; k < out; k++) {
        most = (y[k] > most) ? y[k] : most;
    }

    for (k = 0; k < out; k++) {
        p = pow(y[k] / most, power);
        sum += (shift != NULL) ? p * exp(shift[k]) : p;
    }

    p = y[class];
    p = (p > CALIBRATE_LEAST) ? p : CALIBRATE_LEAST;

    return log(sum) - power * log(p / most)
           - (shift != NULL ? shift[class] : 0);
}


static double
calibrate_loss(const calibrate_t *c, double log_t)
{
    double               sum, loss;
    size_t               i, at;
    const train_data_t  *d;

    d = c->data;
    sum = 0;

    for (i = 0; i < c->n; i++) {
        at = (c->row != NULL) ? c->row[i] : i;
        loss = calibrate_row(c->y + i * d->out, d->out, d->classes[at],
                             exp(-log_t), c->shift);
        sum += (d->weights != NULL) ? (double) d->weights[at] * loss : loss;
    }

    return sum;
}


/* Golden section: the loss has one minimum over log T */

double
train_temperature(const train_data_t *data, const uint32_t *row,
    size_t n, const float *y, const double *shift)
{
    double               a, b, c, d, fc, fd;
    size_t               i;
    calibrate_t          p = { data, row, n, y, shift };
    static const double  golden = 0.6180339887498949;

    p.n = (row != NULL) ? n : data->rows;

    if (data->classes == NULL || p.n < CALIBRATE_ROWS) {
        return 1;
    }

    a = -CALIBRATE_RANGE;
    b = CALIBRATE_RANGE;
    c = b - golden * (b - a);
    d = a + golden * (b - a);
    fc = calibrate_loss(&p, c);
    fd = calibrate_loss(&p, d);

    for (i = 0; i < CALIBRATE_STEPS; i++) {
        if (fc < fd) {
            b = d;
            d = c;
            fd = fc;
            c = b - golden * (b - a);
            fc = calibrate_loss(&p, c);

        } else {
            a = c;
            c = d;
            fc = fd;
            d = a + golden * (b - a);
            fd = calibrate_loss(&p, d);
        }
    }

    a = (a + b) / 2;

    return calibrate_loss(&p, a) < calibrate_loss(&p, 0) ? exp(a) : 1;
}


/* With weights w the loss is least where the probabilities are in proportion to
 * w p: the logits are off by log w.  A class that counted nothing is not known
 * to the network; it is not made likelier than it said. */

void
train_prior_shift(const double *weights, size_t n_labels, size_t out,
    double *shift)
{
    double  least, *s;
    size_t  k;

    s = train_alloc(n_labels, sizeof(double));
    least = INFINITY;

    for (k = 0; k < n_labels; k++) {
        s[k] = -log(weights[k]);
        least = fmin(least, s[k]);
    }

    for (k = 0; k < n_labels; k++) {
        s[k] = isfinite(s[k]) ? s[k] : least;
    }

    for (k = 0; k < out; k++) {
        shift[k] = (out > 1) ? s[k] : s[1] - s[0];
    }

    train_free(s);
}


/* One round of Newton's method for all classes beside each other, which is
 * half a step where they push each other.  Where rows are so sure that they
 * tell nothing, 0 is believed with deviation 1.  Returns the longest step. */

static double
calibrate_means(const train_data_t *d, const uint32_t *row, size_t n,
    const float *y, double *sum, double *sure, double *shift)
{
    double  p, w, counts, total, step, most;
    size_t  i, k, out;

    out = d->n_labels;
    w = 0;

    for (i = 0; i < n && d->weights != NULL; i++) {
        w += (double) d->weights[row[i]];
    }

    w = (w > 0) ? (double) n / w : 1;
    (void) memset(sum, 0, out * sizeof(double));
    (void) memset(sure, 0, out * sizeof(double));

    for (i = 0; i < n; i++) {
        total = 0;
        counts = (d->weights != NULL) ? w * (double) d->weights[row[i]] : 1;

        for (k = 0; k < out; k++) {
            p = (d->out > 1) ? y[i * out + k] : k ? y[i] : 1 - (double) y[i];
            total += p * exp(shift[k]);
        }

        for (k = 0; k < out; k++) {
            p = (d->out > 1) ? y[i * out + k] : k ? y[i] : 1 - (double) y[i];
            p *= exp(shift[k]) / total;
            sum[k] += counts * ((d->classes[row[i]] == k) - p);
            sure[k] += counts * p * (1 - p);
        }
    }

    most = 0;

    for (k = 0; k < out; k++) {
        step = 0.5 * (sum[k] - shift[k]) / (sure[k] + 1);
        step = fmin(fmax(step, -1), 1);
        shift[k] += step;
        most = fmax(most, fabs(step));
    }

    return most;
}


void
train_mean_shift(const train_data_t *d, const uint32_t *row, size_t n,
    const float *y, double *shift)
{
    double  *sum, *sure, *all;
    size_t   i;

    sum = train_alloc(d->n_labels, sizeof(double));
    sure = train_alloc(d->n_labels, sizeof(double));
    all = train_alloc(d->n_labels, sizeof(double));

    for (i = 0; i < CALIBRATE_MEANS; i++) {
        if (calibrate_means(d, row, n, y, sum, sure, all) < 1e-5) {
            break;
        }
    }

    for (i = 0; i < d->out; i++) {
        shift[i] = (d->out > 1) ? all[i] : all[1] - all[0];
    }

    train_free(sum);
    train_free(sure);
    train_free(all);
}
