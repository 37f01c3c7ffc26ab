/*
 * Bins of a slot: about as many rows in each, whole values, and edges halfway
 * between two of them.
 * Not here: the bins of rows (fill.c).
 */

#include <math.h>
#include <string.h>

#include "trees.h"


#define BINS_ROWS    3              /* a bin at least */
#define BINS_DIGITS  2048


typedef struct {
    float     v;
    size_t    n;
    unsigned  big;                  /* a bin of its own */
} bins_value_t;

typedef struct {
    bins_value_t  *value;
    size_t         n;
    size_t         rows;
} bins_values_t;


/* Whole numbers in the order of floats: of one sign bits rise, of the other
 * they fall */

static inline uint32_t
bins_key(uint32_t bits)
{
    return bits ^ ((bits >> 31) ? UINT32_MAX : 1u << 31);
}


/* v(n), none of which is NaN, sorted: 11 bits of the keys at a time */

static void
bins_sort(float *v, size_t n)
{
    size_t     i, at, last, pass, count[3][BINS_DIGITS] = { 0 };
    uint32_t  *a, *b, *swap, k;

    a = train_alloc(2 * n + 1, sizeof(uint32_t));
    b = a + n;
    swap = a;

    for (i = 0; i < n; i++) {
        (void) memcpy(&k, &v[i], sizeof(k));
        a[i] = k = bins_key(k);

        for (pass = 0; pass < 3; pass++) {
            count[pass][k >> 11 * pass & (BINS_DIGITS - 1)]++;
        }
    }

    for (pass = 0; pass < 3; pass++) {
        for (i = 0, at = 0; i < BINS_DIGITS; i++) {
            last = count[pass][i];
            count[pass][i] = at;
            at += last;
        }

        for (i = 0; i < n; i++) {
            b[count[pass][a[i] >> 11 * pass & (BINS_DIGITS - 1)]++] = a[i];
        }

        swap = a;
        a = b;
        b = swap;
    }

    for (i = 0; i < n; i++) {
        k = a[i] ^ ((a[i] >> 31) ? 1u << 31 : UINT32_MAX);
        (void) memcpy(&v[i], &k, sizeof(k));
    }

    train_free((a < b) ? a : b);
}


/* An edge that a is below and b is not: halfway, as a float */

static float
bins_edge(float a, float b)
{
    float  edge;

    edge = (float) (((double) a + b) / 2);

    return (edge < b) ? edge : a;
}


/* Few values: each has a bin, but that bins have some rows */

static size_t
bins_each(const bins_values_t *d, float *upper)
{
    size_t  i, n, rows;

    n = 0;
    rows = 0;

    for (i = 0; i + 1 < d->n; i++) {
        rows += d->value[i].n;

        if (rows >= BINS_ROWS) {
            upper[n++] = bins_edge(d->value[i].v, d->value[i + 1].v);
            rows = 0;
        }
    }

    return n;
}


/* Many: frequent ones have a bin of their own, the others share alike what is
 * left */

static size_t
bins_share(const bins_values_t *d, size_t most, float *upper)
{
    size_t         i, n, bins, left, rows;
    double         mean;
    bins_value_t  *v;

    v = d->value;
    most = (d->rows / BINS_ROWS < most) ? d->rows / BINS_ROWS : most;
    most = (most > 1) ? most : 1;
    mean = (double) d->rows / (double) most;
    bins = most;
    left = d->rows;

    for (i = 0; i < d->n; i++) {
        v[i].big = ((double) v[i].n >= mean);

        if (v[i].big) {
            bins--;
            left -= v[i].n;
        }
    }

    mean = (bins > 0) ? (double) left / (double) bins : INFINITY;
    rows = 0;
    n = 0;

    for (i = 0; i + 1 < d->n && n + 1 < most; i++) {
        left -= v[i].big ? 0 : v[i].n;
        rows += v[i].n;

        if (v[i].big || (double) rows >= mean
            || (v[i + 1].big && (double) rows >= fmax(1, mean / 2)))
        {
            upper[n++] = bins_edge(v[i].v, v[i + 1].v);
            rows = 0;

            if (!v[i].big && bins > 1) {
                bins--;
                mean = (double) left / (double) bins;
            }
        }
    }

    return n;
}


/* Different values of sorted v(n), with their rows */

static void
bins_values(bins_values_t *d, const float *v, size_t n)
{
    size_t  i;

    d->value = train_alloc(n + 1, sizeof(bins_value_t));
    d->rows = n;
    d->n = 0;

    for (i = 0; i < n; i++) {
        if (i == 0 || v[i] != v[i - 1]) {
            d->value[d->n++].v = v[i];
        }

        d->value[d->n - 1].n++;
    }
}


/* Edges that are below x */

static uint32_t
bins_below(const train_slot_t *s, float x)
{
    uint32_t      n, half;
    const float  *base;

    base = s->upper;

    for (n = s->n - 2; n > 1; n -= half) {
        half = n / 2;
        base += (base[half - 1] < x) ? half : 0;
    }

    return (uint32_t) (base - s->upper) + (n == 1 && *base < x);
}


/* One for each code up to the highest one, and one for what may follow */

static void
bins_codes(train_slot_t *s, const float *v, size_t n)
{
    s->n = (n > 0) ? (uint32_t) fminf(v[n - 1], TRAIN_TREES_BINS - 3) + 3 : 2;
    s->zero = 1;
}


void
train_bins_find(train_slot_t *s, float *v, size_t n, size_t most)
{
    size_t         i, k;
    bins_values_t  d;

    for (i = 0, k = 0; i < n; i++) {
        if (!isnan(v[i])) {
            v[k++] = v[i];
        }
    }

    bins_sort(v, k);

    if (s->codes) {
        bins_codes(s, v, k);
        return;
    }

    bins_values(&d, v, k);
    s->upper = train_alloc(TRAIN_TREES_BINS, sizeof(float));
    s->endless = (k > 0 && isinf(v[k - 1]));
    most = (most < TRAIN_TREES_BINS - 1) ? most : TRAIN_TREES_BINS - 1;
    i = (d.n <= most) ? bins_each(&d, s->upper)
                      : bins_share(&d, most, s->upper);
    s->n = (uint32_t) i + 2;
    s->zero = bins_below(s, 0) + 1;
    train_free(d.value);
}


uint32_t
train_bins_of(const train_slot_t *s, float x)
{
    if (x == 0) {
        return s->zero;
    }

    if (isnan(x)) {
        return 0;
    }

    if (s->codes) {
        return (x < (float) (s->n - 2)) ? (uint32_t) x + 1 : s->n - 1;
    }

    return bins_below(s, x) + 1;
}
