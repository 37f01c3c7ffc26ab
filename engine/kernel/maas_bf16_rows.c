/*
 * The loops around our own kernels of BF16: packed weights, tiles of rows, what
 * is fetched ahead, and rows that are rounded.
 * Not here: instructions of any set (maas_bf16_simd.h).
 */

#include "maas_bf16_rows.h"
#include "maas_int.h"
#include "maas_mem.h"

#include <string.h>


#define GROUP  (1536 * 1024)           /* bytes of rows that a strip meets
                                          together: L2, and some of L3 */
#define FAR    (12 * 1024 * 1024)      /* bytes of weights: not in L3 */


static size_t
bf16_steps(const maas_bf16_rows_t *s, size_t k)
{
    return s->per == 2 ? (k + 1) / 2 : s->swap ? (k + 1) / 2 * 2 : k;
}


/* The strip that begins at column j */

static void
bf16_strip(const maas_bf16_rows_t *s, maas_block_t *b, const float *packed,
    size_t k, size_t n, size_t j)
{
    size_t  width;

    b->k = bf16_steps(s, k);
    b->cols = n - j < s->cols ? n - j : s->cols;
    width = (b->cols + s->pad - 1) / s->pad * s->pad;
    b->bias = packed + j + j / 2 * s->per * b->k;
    b->w = b->bias + width;
    b->width = (b->cols + MAAS_STRIP_PAD - 1) / MAAS_STRIP_PAD
               * MAAS_STRIP_PAD;
}


size_t
maas__bf16_rows_size(const maas_bf16_rows_t *s, size_t k, size_t n)
{
    size_t  rows, cols, size;

    if (maas__add(k, 4, &rows) != MAAS_OK
        || maas__add(n, s->pad - 1, &cols) != MAAS_OK)
    {
        return 0;
    }

    cols -= cols % s->pad;

    if (maas__mul(bf16_steps(s, k) * s->per + 2, cols, &size) != MAAS_OK
        || maas__mul(size, sizeof(uint16_t), &size) != MAAS_OK)
    {
        return 0;
    }

    return size;
}


static uint16_t
bf16_weight(const uint16_t *w, size_t k, size_t n, size_t i, size_t j)
{
    uint16_t  h;

    if (i >= k || j >= n) {
        return 0;
    }

    memcpy(&h, (const char *) w + (i * n + j) * sizeof(h), sizeof(h));

    return h;
}


static uint32_t
bf16_dword(const maas_bf16_rows_t *s, const uint16_t *w, size_t k, size_t n,
    size_t step, size_t j, size_t d)
{
    size_t    i;
    uint32_t  low, high;

    if (s->per == 2) {
        low = bf16_weight(w, k, n, 2 * step, j + d);
        high = bf16_weight(w, k, n, 2 * step + 1, j + d);

    } else {
        i = s->swap ? step ^ 1 : step;
        j += d / s->lanes * 2 * s->lanes + d % s->lanes;
        low = bf16_weight(w, k, n, i, j);
        high = bf16_weight(w, k, n, i, j + s->lanes);
    }

    return high << 16 | low;
}


void
maas__bf16_rows_pack(const maas_bf16_rows_t *s, const uint16_t *w,
    const float *bias, size_t k, size_t n, void *packed)
{
    size_t        i, j, d, row;
    uint32_t      u, *to;
    maas_block_t  b;

    for (j = 0; j < n; j += s->cols) {
        bf16_strip(s, &b, packed, k, n, j);
        to = (uint32_t *) packed + (b.bias - (const float *) packed);

        for (d = 0; d < b.cols; d++) {
            memcpy(&u, &bias[j + d], sizeof(u));
            to[d] = (s->per == 2 || s->swap) && (u & 0x7f800000) == 0
                    ? u & 0x80000000 : u;
        }

        to += b.w - b.bias;
        row = (size_t) (b.w - b.bias) / 2 * s->per;

        for (i = 0; i < b.k; i++, to += row) {
            for (d = 0; d < row; d++) {
                to[d] = bf16_dword(s, w, k, n, i, j, d);
            }
        }
    }
}


/* Tiles of a strip fetch the next one, each a part of it.  The processor does
 * that by itself where rows are few, or weights near and read once. */

static void
bf16_ahead(const maas_bf16_rows_t *s, maas_block_t *b, const float *packed,
    size_t k, size_t n, size_t j, size_t rows, size_t tiles)
{
    maas_block_t  next;

    b->ahead_lines = 0;
    b->ahead = (const char *) b->w;

    if (j + s->cols < n && rows > MAAS_TILE_ROWS
        && (tiles > 1 || k * n * sizeof(uint16_t) > FAR))
    {
        bf16_strip(s, &next, packed, k, n, j + s->cols);
        b->ahead = (const char *) next.w;
        b->ahead_lines = (s->cols * 2 * s->per * 4 / MAAS_ALIGN + tiles - 1)
                         / tiles;
    }
}


static void
bf16_group(const maas_bf16_rows_t *s, const float *packed, size_t k, size_t n,
    const float *x, size_t rows, maas_block_t *b, float *y)
{
    size_t  j, r, h, tiles, left;

    tiles = (rows + s->most - 1) / s->most;

    for (j = 0; j < n; j += s->cols) {
        bf16_strip(s, b, packed, k, n, j);
        bf16_ahead(s, b, packed, k, n, j, rows, tiles);

        for (r = 0, left = tiles; left > 0; r += h, left--) {
            h = (rows - r + left - 1) / left;
            s->tile(b, h, x + r * b->ldx, y + r * b->ldy + j);
            b->ahead += b->ahead_lines * (b->k / 4) * MAAS_ALIGN;
        }
    }
}


void
maas__bf16_rows_run(const maas_bf16_rows_t *s, const float *packed, size_t k,
    size_t n, const float *x, size_t rows, maas_block_t *b, float *y)
{
    size_t  h, group;

    b->last = 1;
    group = GROUP / (bf16_steps(s, k) * sizeof(float)) / s->most * s->most;
    group = group < 2 * s->most ? 2 * s->most : group;

    for (/* void */; rows > 0; rows -= h, x += h * b->ldx, y += h * b->ldy) {
        h = rows < group ? rows : group;
        bf16_group(s, packed, k, n, x, h, b, y);
    }
}


/* To nearest, ties to even; what is denormal to 0; NaN stays one */

static uint16_t
bf16_rounded(float f)
{
    uint32_t  u;

    memcpy(&u, &f, sizeof(u));

    if ((u & 0x7fffffff) > 0x7f800000) {
        return (uint16_t) (u >> 16 | 0x40);
    }

    if ((u & 0x7f800000) == 0) {
        return u >> 16 & 0x8000;
    }

    return (uint16_t) ((u + 0x7fff + (u >> 16 & 1)) >> 16);
}


void
maas__bf16_round(const float *x, size_t k, void *to)
{
    size_t     i;
    uint16_t  *q = to;

    for (i = 0; i < k; i++) {
        q[i] = bf16_rounded(x[i]);
    }

    if (k % 2 != 0) {
        q[k] = 0;
    }
}


size_t
maas__bf16_row_wide(size_t k)
{
    return (k + 1) / 2 * 2;
}


void
maas__bf16_round_wide(const float *x, size_t k, void *to)
{
    size_t     i;
    uint32_t  *q = to;

    for (i = 0; i < k; i++) {
        q[i ^ 1] = (uint32_t) bf16_rounded(x[i]) << 16;
    }

    if (k % 2 != 0) {
        q[k - 1] = 0;
    }
}
