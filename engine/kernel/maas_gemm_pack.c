/*
 * How weights stand in memory for our own kernels: strips of columns.
 * Not here: what is done with them (maas_gemm_strips.c, maas_gemm_whole.c).
 */

#include "maas_int.h"
#include "maas_mem.h"
#include "maas_strips.h"

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
maas__strip_set(maas_block_t *b, const float *packed, size_t k, size_t n,
    size_t i, size_t j)
{
    b->cols = n - j < MAAS_STRIP ? n - j : MAAS_STRIP;
    b->width = (b->cols + MAAS_STRIP_PAD - 1) / MAAS_STRIP_PAD
               * MAAS_STRIP_PAD;
    b->bias = i == 0 ? packed + j * (k + 1) : NULL;
    b->w = packed + j * (k + 1) + (i + 1) * b->width;
}


void
maas__strips_pack(const float *w, const float *bias, size_t k, size_t n,
    void *packed)
{
    float         *to;
    size_t         i, j;
    maas_block_t   b;

    to = packed;

    for (j = 0; j < n; j += MAAS_STRIP) {
        maas__strip_set(&b, packed, k, n, 0, j);
        to = maas_strip_row(to, bias + j, b.cols, b.width);

        for (i = 0; i < k; i++) {
            to = maas_strip_row(to, w + i * n + j, b.cols, b.width);
        }
    }
}
