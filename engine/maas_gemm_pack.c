/*
 * Weights in the order in which our kernels read them: strips of columns.
 * Not here: the products themselves (maas_gemm_avx*.c).
 */

#include "maas_int.h"

#include <string.h>


size_t
maas__strips_size(size_t k, size_t n)
{
    size_t  rows, cols, size;

    if (maas__add(k, 1, &rows) != MAAS_OK
        || maas__add(n, MAAS_STRIP_PAD - 1, &cols) != MAAS_OK)
    {
        return 0;
    }

    cols -= cols % MAAS_STRIP_PAD;

    if (maas__mul(rows, cols, &size) != MAAS_OK
        || maas__mul(size, sizeof(float), &size) != MAAS_OK)
    {
        return 0;
    }

    return size;
}


/* One row of a strip: n numbers, zeros up to width */

static float *
maas_strip_row(float *to, const float *from, size_t n, size_t width)
{
    memcpy(to, from, n * sizeof(float));
    memset(to + n, 0, (width - n) * sizeof(float));

    return to + width;
}


void
maas__strips_pack(const float *w, const float *bias, size_t k, size_t n,
    size_t strip, float *to)
{
    size_t  i, j, cols, width;

    for (j = 0; j < n; j += strip) {
        cols = n - j < strip ? n - j : strip;
        width = (cols + MAAS_STRIP_PAD - 1) & ~(size_t) (MAAS_STRIP_PAD - 1);

        to = maas_strip_row(to, bias + j, cols, width);

        for (i = 0; i < k; i++) {
            to = maas_strip_row(to, w + i * n + j, cols, width);
        }
    }
}
