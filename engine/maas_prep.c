/*
 * Preprocessing: the numbers that a client sends -> the network's input.
 * Not here: reading text or bytes (maas_json_in.c, maas_tensor_bytes.c).
 */

#include "maas_int.h"


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
