/*
 * The loops around our own kernels: blocks of weights, rows, lists of inputs.
 * Not here: instructions of any set (maas_simd_avx*.c), few rows without
 * lists (maas_gemm_whole.c).
 *
 * Every output is one chain, bias first, then k ascending, a fused step each,
 * however it is cut up: the bits equal those of the oracle.  Weights are
 * finite, so that a step whose x is 0 changes nothing but perhaps the sign of
 * a sum that is 0, and kernels take that sign off at the end.  So steps with
 * x = 0 may be done or left out, as is quicker.
 */

#include "maas_int.h"
#include "maas_strips.h"


#define KC        128                  /* k of a block: 32 KB, about L1 */
#define KC_NEAR   800                  /* where L2 has all the weights */
#define LIST      4096                 /* k of a block for a row alone */
#define NEAR      (512 * 1024)         /* bytes of weights that stay in L2 */
#define FAR       (8 * 1024 * 1024)    /* bytes of weights: not in L3 */
#define FAR_ROWS  16
#define SAMPLE    32                   /* inputs of a block */
#define LIST_PAD  (MAAS_LIST_AHEAD + 16)


/* What comes after block (i,j), for fetching it in time */

static const char *
maas_strip_next(const maas_block_t *b, const float *packed, size_t k,
    size_t n, size_t i, size_t j)
{
    maas_block_t  next;

    if (j + MAAS_STRIP < n) {
        j += MAAS_STRIP;

    } else {
        j = 0;
        i += b->k;
    }

    maas__strip_set(&next, packed, k, n, i, j);

    return (const char *) next.w;
}


/* Weights that stay in L2 need no fetching ahead. */

static int
maas_strips_near(size_t k, size_t n)
{
    return k * n <= NEAR / sizeof(float);
}


/* A row alone: only the weights of inputs that are not 0 are read. */

static void
maas_strips_row(const maas_strips_t *s, const float *packed, size_t k,
    size_t n, const float *x, maas_block_t *b, float *y)
{
    int       fetch;
    size_t    i, j, entries;
    uint16_t  list[LIST + LIST_PAD];

    fetch = !maas_strips_near(k, n);

    for (i = 0; i < k; i += LIST) {
        b->k = k - i < LIST ? k - i : LIST;
        b->last = i + b->k == k;

        entries = s->list(x + i, x + i, b->k, list);

        for (j = 0; fetch && j < MAAS_LIST_AHEAD; j++) {
            list[entries + j] = j < entries ? list[j] : 0;
        }

        for (j = 0; j < n; j += MAAS_STRIP) {
            maas__strip_set(b, packed, k, n, i, j);
            b->ahead = maas_strip_next(b, packed, k, n, i, j);
            s->walk(b, list, entries, fetch, x + i, y + j);
        }
    }
}


/*
 * Rows together are cut into tiles of about equal height.  A tile is done
 * whole, or, if most of its inputs are 0 (images, what relu leaves), row by
 * row along lists.
 */

#define GROUP       120                /* rows */
#define GROUP_NEAR  24                 /* so that their lists take 38 KB */
#define TILES       (GROUP / MAAS_TILE_ROWS)
#define MANY        4                  /* tiles */

typedef struct {
    size_t    n;                       /* tiles */
    size_t    base, extra;             /* base rows a tile, extra have 1 more */
    size_t    entries[GROUP];          /* of each row's list */
    int       may_list;
    char      listed[TILES];           /* tile goes row by row */
    size_t    kc;
    uint16_t  lists[GROUP_NEAR * KC_NEAR + 16];    /* >= GROUP * KC */
} maas_tiles_t;


static size_t
maas_tile_height(const maas_tiles_t *t, size_t tile)
{
    return t->base + (tile < t->extra);
}


/* Rows that go along one list: two, where the kernel can and there are two */

static size_t
maas_tile_pair(const maas_strips_t *s, size_t row, size_t end)
{
    return s->walk_pair != NULL && row + 1 < end ? 2 : 1;
}


/* An entry of a list costs about 1.7 of a step in a tile, more where few rows
 * share what comes from far.  A guess from some of the inputs is good enough:
 * either way gives the same bits. */

static void
maas_tiles_list(const maas_strips_t *s, maas_tiles_t *t, const float *x,
    size_t ldx, size_t k)
{
    size_t  tile, r, h, row, sum, sample, step;

    sample = t->may_list ? k < SAMPLE ? k : SAMPLE : 0;

    for (tile = 0, row = 0; tile < t->n; tile++, row += h) {
        h = maas_tile_height(t, tile);
        sum = 0;

        for (r = row; r < row + h; r++) {
            sum += s->count(x + r * ldx, sample);
        }

        t->listed[tile] = sum * 5 < h * sample * (t->n < MANY ? 2 : 3);

        for (r = row; t->listed[tile] && r < row + h; r += step) {
            step = maas_tile_pair(s, r, row + h);
            t->entries[r] = s->list(x + r * ldx, x + (r + step - 1) * ldx, k,
                                    t->lists + r * t->kc);
        }
    }
}


static void
maas_fetch(const char *p, size_t lines)
{
    size_t  i;

    for (i = 0; i < lines; i++) {
        __builtin_prefetch(p + i * MAAS_ALIGN, 0, 2);
    }
}


/* A tile by its lists */

static void
maas_tiles_walk(const maas_strips_t *s, const maas_tiles_t *t,
    const maas_block_t *b, size_t row, size_t h, size_t lines, const float *x,
    float *y)
{
    size_t           r, step;
    const char      *ahead;
    const uint16_t  *list;

    ahead = b->ahead;

    for (r = row; r < row + h; r += step) {
        step = maas_tile_pair(s, r, row + h);
        list = t->lists + r * t->kc;

        maas_fetch(ahead, step * lines / h);
        ahead += step * lines / h * MAAS_ALIGN;

        if (step == 2) {
            s->walk_pair(b, list, t->entries[r], x + r * b->ldx,
                         y + r * b->ldy);
        } else {
            s->walk(b, list, t->entries[r], 0, x + r * b->ldx,
                    y + r * b->ldy);
        }
    }
}


static void
maas_tiles_block(const maas_strips_t *s, const maas_tiles_t *t,
    maas_block_t *b, const float *x, float *y)
{
    size_t  tile, h, row, lines;

    lines = b->ahead_lines * (b->k / 4);

    for (tile = 0, row = 0; tile < t->n; tile++, row += h) {
        h = maas_tile_height(t, tile);

        if (!t->listed[tile]) {
            s->tile(b, h, x + row * b->ldx, y + row * b->ldy);

        } else {
            maas_tiles_walk(s, t, b, row, h, lines, x, y);
        }

        b->ahead += lines * MAAS_ALIGN;
    }
}


static void
maas_strips_rows(const maas_strips_t *s, const float *packed, size_t k,
    size_t n, const float *x, size_t rows, maas_block_t *b, float *y)
{
    size_t        i, j;
    maas_tiles_t  t;

    t.n = (rows + MAAS_TILE_ROWS - 1) / MAAS_TILE_ROWS;
    t.base = rows / t.n;
    t.extra = rows % t.n;
    t.kc = maas_strips_near(k, n) ? KC_NEAR : KC;

    /* a list costs more than it spares where columns are few, and where the
     * weights come from memory, rows are few and wait for nothing else */

    t.may_list = n > MAAS_STRIP / 2
                 && (rows > FAR_ROWS || k * n <= FAR / sizeof(float));

    /* a step is 4 lines */
    b->ahead_lines = maas_strips_near(k, n) ? 0 : (4 * 4 + t.n - 1) / t.n;

    for (i = 0; i < k; i += t.kc) {
        b->k = k - i < t.kc ? k - i : t.kc;
        b->last = i + b->k == k;
        maas_tiles_list(s, &t, x + i, b->ldx, b->k);

        for (j = 0; j < n; j += MAAS_STRIP) {
            maas__strip_set(b, packed, k, n, i, j);
            b->ahead = maas_strip_next(b, packed, k, n, i, j);
            maas_tiles_block(s, &t, b, x + i, y + j);
        }
    }
}


void
maas__strips_run(const maas_strips_t *s, const float *packed, size_t k,
    size_t n, const float *x, size_t rows, maas_block_t *b, float *y)
{
    size_t  h, group;

    if (maas__whole_wins(s, k, n, x, b->ldx, rows)) {
        maas__whole_run(s, packed, k, n, x, rows, b, y);
        return;
    }

    if (rows == 1) {
        maas_strips_row(s, packed, k, n, x, b, y);
        return;
    }

    group = maas_strips_near(k, n) ? GROUP_NEAR : GROUP;

    for (/* void */; rows > 0; rows -= h, x += h * b->ldx, y += h * b->ldy) {
        h = rows < group ? rows : group;
        maas_strips_rows(s, packed, k, n, x, h, b, y);
    }
}
