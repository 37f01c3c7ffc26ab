/*
 * Packing into strips, and the loops over rows and strips that all kernels of
 * whole numbers share.
 * Not here: instructions of any set.
 */

#include "maas_int8_strips.h"
#include "maas_int.h"
#include "maas_mem.h"


#define STRIPS_GROUP  (3u << 19)       /* bytes of rows that go together */


static size_t
strips_steps(size_t k, int alone)
{
    return alone ? k : (k + 3) / 4;
}


static size_t
strips_columns(size_t n)
{
    return (n + MAAS_INT8_STRIP - 1) / MAAS_INT8_STRIP * MAAS_INT8_STRIP;
}


size_t
maas__int8_strips_size(size_t k, size_t n, maas_int8_how_t how)
{
    int     alone = how == MAAS_INT8_ALONE;
    size_t  size;

    /* n is at most 2^20, as k */

    if (maas__mul(strips_steps(k, alone), alone ? 1 : 4, &size) != MAAS_OK
        || maas__add(size, 3 * sizeof(float), &size) != MAAS_OK
        || maas__mul(size, strips_columns(n), &size) != MAAS_OK)
    {
        return 0;
    }

    return size;
}


void
maas__int8_strips_pack(const maas_int8_weights_t *w, void *packed)
{
    int       alone;
    float    *factor, *bias;
    size_t    i, j, m, step, at;
    int8_t   *to, v;
    int32_t  *offset;

    m = strips_columns(w->n);
    factor = packed;
    bias = factor + m;
    offset = (int32_t *) (bias + m);
    to = (int8_t *) (offset + m);
    alone = w->input_scale == 0;
    step = alone ? 1 : 4;

    for (j = 0; j < w->n; j++) {
        factor[j] = alone ? w->scale[j] : w->input_scale * w->scale[j];
        bias[j] = w->bias[j];
        at = j / MAAS_INT8_STRIP * strips_steps(w->k, alone) * step
             * MAAS_INT8_STRIP + j % MAAS_INT8_STRIP * step;

        for (i = 0; i < w->k; i++) {
            v = w->w[i * w->n + j];
            to[at + i / step * step * MAAS_INT8_STRIP + i % step] = v;
            offset[j] += alone ? 0 : (int32_t) w->input_zero * v;
        }
    }
}


static maas_int8_block_t
strips_block(const void *packed, size_t k, size_t n,
    const maas_int8_pass_t *p, int alone)
{
    size_t             m;
    maas_int8_block_t  b = { .p = p };

    m = strips_columns(n);
    b.steps = strips_steps(k, alone);
    b.next = b.steps * (alone ? 1 : 4) * MAAS_INT8_STRIP;
    b.factor = packed;
    b.bias = b.factor + m;
    b.offset = (const int32_t *) (b.bias + m);
    b.w = (const int8_t *) (b.offset + m);
    b.ldx = p->ldx * (alone ? sizeof(float) : 1);

    return b;
}


/* The block of `cols` columns from `col` on, of what begins with b */

static maas_int8_block_t
strips_at(const maas_int8_block_t *b, size_t col, size_t cols)
{
    maas_int8_block_t  c = *b;

    c.w += col / MAAS_INT8_STRIP * b->next;
    c.factor += col;
    c.bias += col;
    c.offset += col;
    c.col = col;
    c.cols = cols;

    return c;
}


maas_int8_block_t
maas__int8_strips_block(const void *packed, size_t k, size_t n,
    const maas_int8_pass_t *p, size_t col, size_t cols)
{
    maas_int8_block_t  b;

    b = strips_block(packed, k, n, p, 0);

    return strips_at(&b, col, cols);
}


/* Rows [r, end) in tiles that are about alike, strip by strip: each is read
 * once, and while it is used the next one is fetched */

static void
strips_group(const maas_int8_strips_t *s, const maas_int8_block_t *all,
    size_t n, size_t r, size_t end, int alone)
{
    size_t              rows, tiles, t, from, to, col, width;
    const char         *ahead;
    maas_int8_block_t   b;

    rows = end - r;
    width = rows <= s->wide ? 2 * MAAS_INT8_STRIP : MAAS_INT8_STRIP;
    tiles = rows <= s->wide ? 1 : (rows + s->rows - 1) / s->rows;

    for (col = 0; col < n; col += width) {
        b = strips_at(all, col, n - col < width ? n - col : width);
        b.ahead_lines = tiles > 1 && col + width < n ? (8 + tiles - 1) / tiles
                                                     : 0;
        ahead = (const char *) b.w + b.next;

        for (t = 0; t < tiles; t++) {
            from = r + rows * t / tiles;
            to = r + rows * (t + 1) / tiles;
            b.ahead = ahead + b.steps / 4 * b.ahead_lines * t * MAAS_ALIGN;
            (alone ? s->tile_alone : s->tile)(&b, from, to - from,
                (const char *) all->p->x + from * all->ldx);
        }
    }
}


static void
strips_run(const maas_int8_strips_t *s, const maas_int8_block_t *b, size_t n,
    int alone)
{
    size_t  r, end, group;

    group = STRIPS_GROUP / (b->ldx + 1) / s->rows * s->rows;
    group = group < s->rows ? s->rows : group;

    for (r = 0; r < b->p->rows; r = end) {
        end = b->p->rows - r < group ? b->p->rows : r + group;
        strips_group(s, b, n, r, end, alone);
    }
}


void
maas__int8_strips_run(const maas_int8_strips_t *s, const void *packed,
    size_t k, size_t n, const maas_int8_pass_t *p)
{
    maas_int8_block_t  b;

    b = strips_block(packed, k, n, p, 0);

    strips_run(s, &b, n, 0);
}


void
maas__int8_strips_alone(const maas_int8_strips_t *s, const void *packed,
    size_t k, size_t n, const maas_int8_pass_t *p)
{
    maas_int8_block_t  b;

    b = strips_block(packed, k, n, p, 1);
    strips_run(s, &b, n, 1);
}
