/*
 * Input scaling: shift and factor of each column, or of a whole tensor,
 * from the rows given and from no others.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "trainer.h"


const char *const  train_scaling_names[5] = {
    "auto", "none", "standard", "minmax", "robust"
};


static void
scale_set(train_scale_t *s, size_t i, double shift, double width)
{
    float  f;

    f = (float) (1 / width);

    /* a constant column says nothing: it becomes zero by its shift */

    if (!(width > 0) || !isfinite(f)) {
        f = 1;
    }

    s->shift[i] = (float) shift;
    s->factor[i] = f;
}


static int
scale_compare(const void *one, const void *two)
{
    float  a, b;

    a = *(const float *) one;
    b = *(const float *) two;

    return (a > b) - (a < b);
}


static double
scale_quantile(const float *v, size_t n, double q)
{
    double  at, rest;
    size_t  i;

    at = q * (double) (n - 1);
    i = (size_t) at;
    rest = at - (double) i;

    return (i + 1 < n) ? v[i] + rest * ((double) v[i + 1] - v[i]) : v[i];
}


/* numbers v(n), which it may sort */

static void
scale_fit_one(train_scale_t *s, size_t i, float *v, size_t n)
{
    size_t  j;
    double  sum, sq, low, high, d;

    switch (s->kind) {

    case TRAIN_SCALE_STANDARD:
        sum = 0;
        sq = 0;

        for (j = 0; j < n; j++) {
            sum += v[j];
        }

        sum /= (double) n;

        for (j = 0; j < n; j++) {
            d = v[j] - sum;
            sq += d * d;
        }

        scale_set(s, i, sum, sqrt(sq / (double) n));
        return;

    case TRAIN_SCALE_MINMAX:
        low = v[0];
        high = v[0];

        for (j = 1; j < n; j++) {
            low = (v[j] < low) ? v[j] : low;
            high = (v[j] > high) ? v[j] : high;
        }

        scale_set(s, i, low, high - low);
        return;

    case TRAIN_SCALE_ROBUST:
        qsort(v, n, sizeof(float), scale_compare);
        d = scale_quantile(v, n, 0.75) - scale_quantile(v, n, 0.25);

        if (d <= 0) {
            d = (double) v[n - 1] - v[0];   /* mostly one value */
        }

        scale_set(s, i, scale_quantile(v, n, 0.5), d);
        return;

    default:
        scale_set(s, i, 0, 1);
    }
}


static void
scale_fit_tensor(train_scale_t *s, const train_data_t *d, const uint32_t *row,
    size_t n)
{
    float   *v, *x;
    size_t   i, j, step, rows;

    /* bytes have their range by nature */

    if (d->bytes != NULL && s->kind == TRAIN_SCALE_MINMAX) {
        scale_set(s, 0, 0, 255);
        return;
    }

    /* 10000 rows tell as much of one number as all of them would */

    step = n / 10000 + 1;
    rows = (n + step - 1) / step;
    v = train_alloc(rows * d->in, sizeof(float));
    x = v;

    for (i = 0, j = 0; j < rows; i += step, j++, x += d->in) {
        train_data_row(d, row[i], x);
    }

    scale_fit_one(s, 0, v, rows * d->in);
    train_free(v);
}


void
train_scale_fit(train_scale_t *s, train_scaling_t kind,
    const train_data_t *d, const uint32_t *row, size_t n)
{
    float   *v;
    size_t   i, j;

    if (kind == TRAIN_SCALE_AUTO) {
        kind = (d->bytes != NULL) ? TRAIN_SCALE_MINMAX : TRAIN_SCALE_STANDARD;
    }

    s->kind = kind;
    s->n = (d->input == MAAS_INPUT_TENSOR) ? 1 : d->in;
    s->shift = train_alloc(s->n, sizeof(float));
    s->factor = train_alloc(s->n, sizeof(float));

    if (s->n == 1 && d->input == MAAS_INPUT_TENSOR) {
        scale_fit_tensor(s, d, row, n);
        return;
    }

    v = train_alloc(n, sizeof(float));

    for (i = 0; i < d->in; i++) {
        for (j = 0; j < n; j++) {
            v[j] = d->numbers[row[j] * d->in + i];
        }

        scale_fit_one(s, i, v, n);
    }

    train_free(v);
}


void
train_scale_free(train_scale_t *s)
{
    train_free(s->shift);
    train_free(s->factor);
    (void) memset(s, 0, sizeof(train_scale_t));
}
