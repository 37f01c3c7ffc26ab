/*
 * A Fourier transform, for sums of many random numbers.
 * Not here: what is transformed (pld.c).
 */

#include <math.h>

#include "privacy.h"
#include "util.h"


static void
fft_swap(double *x, size_t n)
{
    double  t;
    size_t  i, j, k, bit;

    for (i = 1, j = 0; i < n; i++) {
        for (bit = n >> 1; j & bit; bit >>= 1) {
            j ^= bit;
        }

        j ^= bit;

        for (k = 0; i < j && k < 2; k++) {
            t = x[2 * i + k];
            x[2 * i + k] = x[2 * j + k];
            x[2 * j + k] = t;
        }
    }
}


/* Pairs of blocks of `half`; w: roots of unity, `stride` apart */

static void
fft_level(double *x, size_t n, size_t half, const double *w, int back)
{
    double  re, im, wr, wi, *a, *b;
    size_t  i, j, stride;

    stride = n / 2 / half;

    for (i = 0; i < n; i += 2 * half) {
        for (j = 0; j < half; j++) {
            a = x + 2 * (i + j);
            b = a + 2 * half;
            wr = w[2 * j * stride];
            wi = back ? -w[2 * j * stride + 1] : w[2 * j * stride + 1];
            re = b[0] * wr - b[1] * wi;
            im = b[0] * wi + b[1] * wr;
            b[0] = a[0] - re;
            b[1] = a[1] - im;
            a[0] += re;
            a[1] += im;
        }
    }
}


void
train_dp_fft(double *x, size_t n, int back)
{
    double  *w;
    size_t   i, half;

    w = train_alloc(n, sizeof(double));

    for (i = 0; i < n / 2; i++) {
        w[2 * i] = cos(2 * M_PI * (double) i / (double) n);
        w[2 * i + 1] = -sin(2 * M_PI * (double) i / (double) n);
    }

    fft_swap(x, n);

    for (half = 1; half < n; half *= 2) {
        fft_level(x, n, half, w, back);
    }

    train_free(w);
}
