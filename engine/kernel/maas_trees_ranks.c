/*
 * Thresholds of an ensemble to ranks: which columns of bytes a row has, and
 * what each node compares with.
 * Not here: ranks of a row (maas_trees_avx2.c, maas_trees_avx512.c).
 */

#include "maas_trees_layout.h"
#include "maas_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>


/* What NaN and zeros are to a node; a column has one of these */

#define TREES_AS_ZERO     0            /* NaN is 0 */
#define TREES_NAN_RIGHT   1
#define TREES_NAN_LEFT    2
#define TREES_ZERO_RIGHT  3            /* 0 and NaN are missing */
#define TREES_ZERO_LEFT   4

#define TREES_SMALL       15
#define TREES_MIDDLE      MAAS_TREES_PART
#define TREES_MAPPED      4096         /* and beyond, tables are too large */
#define TREES_DEAR        128      /* more are looked up more slowly */


/* By feature of the row; a cell is a column that may be, by part and kind */

typedef struct {
    size_t    *first;                  /* (in + 1) of its values */
    double    *value;                  /* (nodes) sorted, then distinct */
    uint32_t  *n;                      /* (in) distinct ones */
    size_t    *cell;                   /* (in + 1) its first cell */
    uint16_t  *cells;                  /* 0: none, 1: used, else 2 + column */
    uint32_t  *of;                     /* (nodes) their cells */
    uint16_t (*before)[MAAS_TREES_KINDS];
                                       /* of the values of each feature, and
                                          one more: those of each kind */
    int        nan;                    /* a threshold is no number */
    int        gaps;                   /* NaN has bits, not columns */
} trees_work_t;


static int
maas_trees_numeric(unsigned flags)
{
    return (flags & (MAAS_TREE_SET | MAAS_TREE_EQUAL)) == 0;
}


static unsigned
maas_trees_kind(unsigned flags)
{
    unsigned  left;

    left = (flags & MAAS_TREE_LEFT) != 0;

    return flags & MAAS_TREE_ZERO ? TREES_ZERO_RIGHT + left
           : flags & MAAS_TREE_NAN ? TREES_NAN_RIGHT + left : TREES_AS_ZERO;
}


double
maas__trees_bound(const maas_trees_t *t, size_t n)
{
    float   f;
    double  v;

    /* with `tiny` what lies among numbers about 0 moves beside them */

    v = t->compare == MAAS_F64 ? ((const double *) t->threshold)[n]
                               : (double) ((const float *) t->threshold)[n];

    if (t->tiny && fabs(v) <= MAAS_TREE_TINY) {
        v = v < 0 ? nextafter(-MAAS_TREE_TINY, -INFINITY) : MAAS_TREE_TINY;
    }

    if (t->x == MAAS_F64) {
        return v;
    }

    f = (float) v;

    return (double) f > v ? (double) nextafterf(f, -INFINITY) : (double) f;
}


static int
maas_trees_by_value(const void *a, const void *b)
{
    double  x, y;

    x = *(const double *) a;
    y = *(const double *) b;

    return (x > y) - (x < y);
}


/* Values of each feature, sorted, one of each */

static void
maas_trees_values(const maas_trees_t *t, trees_work_t *w)
{
    double  *v;
    size_t   n, f, i, k;

    for (n = 0; n < t->nodes; n++) {
        w->first[t->feature[n] + 1] += maas_trees_numeric(t->flags[n]);
    }

    for (f = 0; f < t->in; f++) {
        w->first[f + 1] += w->first[f];
    }

    for (n = 0; n < t->nodes; n++) {
        if (maas_trees_numeric(t->flags[n])) {
            f = t->feature[n];
            w->value[w->first[f] + w->n[f]++] = maas__trees_bound(t, n);
            w->nan |= isnan(maas__trees_bound(t, n));
        }
    }

    for (f = 0; f < t->in; f++) {
        v = w->value + w->first[f];
        qsort(v, w->n[f], sizeof(double), maas_trees_by_value);

        for (i = 0, k = 0; i < w->n[f]; i++) {
            if (k == 0 || v[i] != v[k - 1]) {
                v[k++] = v[i];
            }
        }

        w->n[f] = (uint32_t) k;
        w->cell[f + 1] = w->cell[f] + (k + MAAS_TREES_PART - 1)
                                      / MAAS_TREES_PART * MAAS_TREES_KINDS;
    }
}


static size_t
maas_trees_find(const double *v, size_t n, double x)
{
    size_t  low, middle;

    for (low = 0; n > 1; /* void */) {
        middle = n / 2;
        low += v[low + middle] <= x ? middle : 0;
        n -= middle;
    }

    return low;
}


static int
maas_trees_mapped(size_t n)
{
    return n > TREES_MIDDLE && n <= TREES_MAPPED;
}


/* Where NaN has bits it means one thing */

static unsigned
maas_trees_kind_here(const trees_work_t *w, unsigned flags)
{
    unsigned  kind;

    kind = maas_trees_kind(flags);

    return w->gaps && kind < TREES_NAN_LEFT ? TREES_NAN_LEFT : kind;
}


/* Of mapped features: how many values before one does each kind compare with?
 */

static void
maas_trees_kinds(const maas_trees_t *t, trees_work_t *w)
{
    size_t     n, f, i;
    unsigned   kind;
    uint16_t (*before)[MAAS_TREES_KINDS];

    for (n = 0; n < t->nodes; n++) {
        f = t->feature[n];

        if (maas_trees_numeric(t->flags[n]) && maas_trees_mapped(w->n[f])) {
            i = maas_trees_find(w->value + w->first[f], w->n[f],
                                maas__trees_bound(t, n));
            kind = maas_trees_kind_here(w, t->flags[n]);
            w->before[w->first[f] + f + i + 1][kind] = 1;
        }
    }

    for (f = 0; f < t->in; f++) {
        before = w->before + w->first[f] + f;

        for (i = 0; maas_trees_mapped(w->n[f]) && i < w->n[f]; i++) {
            for (kind = 0; kind < MAAS_TREES_KINDS; kind++) {
                before[i + 1][kind] = (uint16_t) (before[i + 1][kind]
                                                  + before[i][kind]);
            }
        }
    }
}


/* Cell and k of each node */

static void
maas_trees_cells(maas_trees_layout_t *l, const maas_trees_t *t, trees_work_t *w)
{
    size_t    n, f, i;
    unsigned  kind;

    maas_trees_kinds(t, w);

    for (n = 0; n < t->nodes; n++) {
        if (!maas_trees_numeric(t->flags[n])) {
            continue;
        }

        kind = maas_trees_kind_here(w, t->flags[n]);
        f = t->feature[n];
        i = maas_trees_find(w->value + w->first[f], w->n[f],
                            maas__trees_bound(t, n));

        if (maas_trees_mapped(w->n[f])) {
            i = w->before[w->first[f] + f + i][kind];
        }

        l->k[n] = (uint8_t) (i % MAAS_TREES_PART);
        w->of[n] = (uint32_t) (w->cell[f]
                               + i / MAAS_TREES_PART * MAAS_TREES_KINDS + kind);
        w->cells[w->of[n]] = 1;
    }
}


/* The byte of a cell's column for a rank of the feature */

static uint8_t
maas_trees_byte(const maas_trees_ranked_t *r, size_t cell, size_t rank)
{
    size_t  below;

    if (r->before != NULL) {
        rank = r->before[rank * MAAS_TREES_KINDS + cell % MAAS_TREES_KINDS];
    }

    below = cell / MAAS_TREES_KINDS * MAAS_TREES_PART;
    rank -= rank < below ? rank : below;

    return (uint8_t) (rank < MAAS_TREES_PART ? rank : MAAS_TREES_PART);
}


/* Bytes where x is missing; what is below 0 is told from a table of doubles */

static uint8_t
maas_trees_missing(const maas_trees_ranked_t *r, size_t cell)
{
    size_t  i;

    switch (cell % MAAS_TREES_KINDS) {

    case TREES_NAN_LEFT:
    case TREES_ZERO_LEFT:
        return 0;

    case TREES_NAN_RIGHT:
    case TREES_ZERO_RIGHT:
        return 255;

    default:
        for (i = 0; i < r->n && r->threshold[i] < 0; i++) { /* void */ }

        return maas_trees_byte(r, cell, i);
    }
}


static void
maas_trees_column(maas_trees_layout_t *l, trees_work_t *w, size_t feature,
    size_t cell, size_t at)
{
    unsigned            kind;
    maas_trees_head_t  *h = &l->head;

    kind = (unsigned) (cell % MAAS_TREES_KINDS);

    w->cells[w->cell[l->ranked[feature].feature] + cell] = (uint16_t) (2 + at);
    h->column_feature[at] = (uint8_t) feature;
    h->special[at] = maas_trees_missing(&l->ranked[feature], cell);
    h->repair |= h->special[at] != 0 || kind == TREES_ZERO_LEFT;

    if (kind == TREES_ZERO_LEFT || kind == TREES_ZERO_RIGHT) {
        h->zeros = 1;
        h->zero[at / 64] |= 1ull << at % 64;
    }
}


static size_t
maas_trees_features(const maas_trees_t *t, const trees_work_t *w,
    maas_trees_ranked_t *ranked, size_t at, size_t least, size_t most)
{
    size_t  f, n;

    for (f = 0, n = 0; f < t->in; f++) {
        if (w->n[f] < least || w->n[f] > most) {
            continue;
        }

        if (ranked != NULL) {
            ranked[at + n].feature = (uint32_t) f;
            ranked[at + n].n = w->n[f];
            ranked[at + n].threshold = w->value + w->first[f];
            ranked[at + n].before = maas_trees_mapped(w->n[f])
                                    ? w->before[w->first[f] + f] : NULL;
        }

        n++;
    }

    return n;
}


/* Other columns of features first..end than their own: copies of those, or
 * parts of large ones */

static int
maas_trees_columns(maas_trees_layout_t *l, trees_work_t *w, size_t first,
    size_t end, int large)
{
    size_t              i, c, f, seen, n;
    maas_trees_head_t  *h = &l->head;

    for (i = first; i < end; i++) {
        f = l->ranked[i].feature;
        n = w->cell[f + 1] - w->cell[f];
        seen = 0;

        for (c = 0; c < n; c++) {
            if (w->cells[w->cell[f] + c] == 0 || (!large && seen++ == 0)) {
                continue;
            }

            if (h->columns == MAAS_TREES_COLUMNS) {
                return 0;
            }

            if (large) {
                l->cell[h->parts] = (uint32_t) c;
                h->maps += l->ranked[i].before != NULL;
                h->part[h->parts] = (uint8_t) (i - first);
                h->part_group[h->parts++] = (uint16_t) (c / MAAS_TREES_KINDS);
            } else {
                h->copy[h->copies++] = h->own[i];
            }

            maas_trees_column(l, w, i, c, h->columns++);
        }
    }

    return 1;
}


/* The column of a feature's first cell: flat ones have the first, and those
 * between them in the row */

static void
maas_trees_own(maas_trees_layout_t *l, trees_work_t *w, size_t i)
{
    size_t              at, c;
    maas_trees_head_t  *h = &l->head;

    at = l->ranked[i].feature;
    c = w->cell[at];

    if (h->flat > 0 && !h->flat_apart && at >= h->flat_row
        && at < h->flat_row + h->flat_columns)
    {
        at -= h->flat_row;

    } else if (i >= h->small + h->middle + h->large) {
        at = i - h->small - h->middle - h->large;

    } else {
        at = h->columns++;
    }

    h->own[i] = (uint8_t) at;

    for (/* void */; w->cells[c] == 0; c++) { /* void */ }

    maas_trees_column(l, w, i, c - w->cell[l->ranked[i].feature], at);
}


static int
maas_trees_all_columns(maas_trees_layout_t *l, trees_work_t *w, size_t features)
{
    size_t              i, direct, flat;
    maas_trees_head_t  *h = &l->head;

    if (features > MAAS_TREES_COLUMNS) {
        return 0;
    }

    direct = h->small + h->middle;
    flat = direct + h->large;
    h->columns = h->flat_columns;

    for (i = 0; i < features; i++) {
        if (i < direct || i >= flat) {
            maas_trees_own(l, w, i);
        }
    }

    if (h->columns > MAAS_TREES_COLUMNS) {
        return 0;
    }

    h->direct = h->columns;

    return maas_trees_columns(l, w, 0, direct, 0)
           && maas_trees_columns(l, w, flat, features, 0)
           && maas_trees_columns(l, w, direct, flat, 1);
}


/* Are bits for NaN better than columns for all that it means?  Where sets have
 * bits anyway, or lookups are in half as many registers. */

static int
maas_trees_gappy(const maas_trees_head_t *h, const maas_trees_t *t)
{
    return h->copies > 0
           && (t->sets > 0
               || (h->columns > TREES_DEAR
                   && h->columns - h->copies <= TREES_DEAR));
}


/* Columns where NaN has bits */

static int
maas_trees_fewer_columns(maas_trees_layout_t *l, const maas_trees_t *t,
    trees_work_t *w, size_t features)
{
    maas_trees_head_t  *h = &l->head;

    memset(w->cells, 0, w->cell[t->in] * sizeof(uint16_t));
    memset(w->before, 0, (t->nodes + t->in) * sizeof(w->before[0]));
    memset(h->zero, 0, sizeof(h->zero));
    h->copies = 0;
    h->parts = 0;
    h->maps = 0;
    h->repair = 0;
    h->zeros = 0;
    h->gaps = features;
    w->gaps = 1;

    maas_trees_cells(l, t, w);

    return maas_trees_all_columns(l, w, features);
}


static int
maas_trees_work(trees_work_t *w, const maas_trees_t *t, maas_arena_t *a)
{
    w->nan = 0;
    w->gaps = 0;
    w->first = maas__arena_alloc(a, t->in + 1, sizeof(size_t));
    w->value = maas__arena_alloc(a, t->nodes + 1, sizeof(double));
    w->n = maas__arena_alloc(a, t->in, sizeof(uint32_t));
    w->cell = maas__arena_alloc(a, t->in + 1, sizeof(size_t));
    w->of = maas__arena_alloc(a, t->nodes + 1, sizeof(uint32_t));
    w->before = maas__arena_alloc(a, t->nodes + t->in + 1,
                                  sizeof(w->before[0]));

    return w->first != NULL && w->value != NULL && w->n != NULL
           && w->cell != NULL && w->of != NULL && w->before != NULL;
}


int
maas__trees_ranks(maas_trees_layout_t *l, const maas_trees_t *t,
    maas_arena_t *a)
{
    size_t              n, features;
    trees_work_t        w;
    maas_trees_head_t  *h = &l->head;

    l->column = maas__arena_alloc(a, t->nodes + 1, sizeof(uint16_t));
    l->k = maas__arena_alloc(a, t->nodes + 1, 1);

    if (!maas_trees_work(&w, t, a) || l->column == NULL || l->k == NULL) {
        return -1;
    }

    maas_trees_values(t, &w);

    if (w.nan) {
        h->walk = 1;
        return 0;
    }

    w.cells = maas__arena_alloc(a, w.cell[t->in] + 1, sizeof(uint16_t));
    features = maas_trees_features(t, &w, NULL, 0, 1, UINT32_MAX);
    l->ranked = maas__arena_alloc(a, features + 1,
                                  sizeof(maas_trees_ranked_t));

    if (w.cells == NULL || l->ranked == NULL) {
        return -1;
    }

    maas_trees_cells(l, t, &w);

    h->small = maas_trees_features(t, &w, l->ranked, 0, 1, TREES_SMALL);
    h->middle = maas_trees_features(t, &w, l->ranked, h->small, TREES_SMALL + 1,
                               TREES_MIDDLE);
    h->large = maas_trees_features(t, &w, l->ranked, h->small + h->middle,
                                   TREES_MIDDLE + 1, TREES_MAPPED);
    h->large += maas_trees_features(t, &w, l->ranked,
                                    h->small + h->middle + h->large,
                                    TREES_MAPPED + 1, UINT32_MAX);

    if (maas__trees_flat(l, a) != 0 || maas__trees_near(l, a) != 0) {
        return -1;
    }

    if ((!maas_trees_all_columns(l, &w, features) || maas_trees_gappy(h, t))
        && !maas_trees_fewer_columns(l, t, &w, features))
    {
        h->walk = 1;
        return 0;
    }

    for (n = 0; n < t->nodes; n++) {
        if (maas_trees_numeric(t->flags[n])) {
            l->column[n] = (uint16_t) (w.cells[w.of[n]] - 2);
        }
    }

    return 0;
}


/* Chunks of thresholds: those of fine lists, then coarse ones of the middle
 * features, of the large ones, and what is on top of those */

static size_t
maas_trees_fine_chunks(const maas_trees_ranked_t *r)
{
    return r->n / MAAS_TREES_STEP + 1;
}


static size_t
maas_trees_blocks(const maas_trees_ranked_t *r)
{
    return r->n / (MAAS_TREES_STEP * MAAS_TREES_STEP) + 1;
}


static size_t
maas_trees_top_chunks(const maas_trees_ranked_t *r)
{
    return (maas_trees_blocks(r) + MAAS_TREES_STEP - 1) / MAAS_TREES_STEP;
}


static void
maas_trees_ranks_place(maas_trees_layout_t *l, size_t *at)
{
    size_t              i, direct, features, chunks;
    maas_trees_head_t  *h = &l->head;

    direct = h->small + h->middle;
    features = direct + h->large + h->flat;
    chunks = 0;

    for (i = 0; i < features; i++) {
        chunks += maas_trees_fine_chunks(&l->ranked[i]);
    }

    h->coarse_chunk = chunks;
    chunks += h->middle;

    for (i = direct; i < direct + h->large; i++) {
        chunks += maas_trees_blocks(&l->ranked[i])
                  + maas_trees_top_chunks(&l->ranked[i]);
    }

    h->feature_at = maas__trees_place(at, features, sizeof(uint32_t));
    h->fine_at = maas__trees_place(at, features, sizeof(uint32_t));
    h->top_at = maas__trees_place(at, h->large, sizeof(uint32_t));
    h->top_chunks_at = maas__trees_place(at, h->large, sizeof(uint32_t));
    h->coarse_at = maas__trees_place(at, h->large, sizeof(uint32_t));
    h->table_at = maas__trees_place(at, chunks * MAAS_TREES_STEP,
                                    h->wide ? sizeof(double) : sizeof(float));
}


/* Bytes of columns by rank */

static void
maas_trees_maps_pack(const maas_trees_layout_t *l, size_t *at, void *to)
{
    size_t                      e, i;
    uint8_t                    *map;
    maas_trees_head_t          *h = (maas_trees_head_t *) &l->head;
    const maas_trees_ranked_t  *r;

    h->map_at = *at;

    for (e = 0; e < h->maps; e++) {
        r = &l->ranked[h->small + h->middle + h->part[e]];
        h->map[e] = (uint32_t) (*at - h->map_at);
        map = (uint8_t *) to + *at;
        *at += r->n + 1;

        for (i = 0; to != NULL && i <= r->n; i++) {
            map[i] = maas_trees_byte(r, l->cell[e], i);
        }
    }

    *at = (*at + MAAS_ALIGN - 1) / MAAS_ALIGN * MAAS_ALIGN;
}


/* Every `step`th threshold, from the last one of the first `step` on, into
 * chunks, which are filled up */

static void
maas_trees_every(const maas_trees_head_t *h, const maas_trees_ranked_t *r,
    size_t step, size_t chunk, size_t chunks, void *to)
{
    float   *f;
    size_t   i, n;
    double  *d, v;

    f = (float *) ((char *) to + h->table_at) + chunk * MAAS_TREES_STEP;
    d = (double *) ((char *) to + h->table_at) + chunk * MAAS_TREES_STEP;
    n = r->n / step;

    for (i = 0; i < chunks * MAAS_TREES_STEP; i++) {
        v = i < n ? r->threshold[(i + 1) * step - 1] : INFINITY;

        if (h->wide) {
            d[i] = v;
        } else {
            f[i] = (float) v;
        }
    }
}


static void
maas_trees_large_pack(const maas_trees_layout_t *l, size_t chunk, void *to)
{
    size_t                      i, n;
    uint32_t                   *top, *tops, *coarse;
    const maas_trees_head_t    *h = &l->head;
    const maas_trees_ranked_t  *r;

    top = (uint32_t *) ((char *) to + h->top_at);
    tops = (uint32_t *) ((char *) to + h->top_chunks_at);
    coarse = (uint32_t *) ((char *) to + h->coarse_at);

    for (i = 0; i < h->large; i++) {
        r = &l->ranked[h->small + h->middle + i];

        n = maas_trees_blocks(r);
        coarse[i] = (uint32_t) chunk;
        maas_trees_every(h, r, MAAS_TREES_STEP, chunk, n, to);
        chunk += n;

        n = maas_trees_top_chunks(r);
        top[i] = (uint32_t) chunk;
        tops[i] = (uint32_t) n;
        maas_trees_every(h, r, MAAS_TREES_STEP * MAAS_TREES_STEP, chunk, n,
                         to);
        chunk += n;
    }
}


void
maas__trees_ranks_pack(maas_trees_layout_t *l, size_t *at, void *to)
{
    size_t                      i, n, chunk;
    uint32_t                   *feature, *fine;
    const maas_trees_head_t    *h = &l->head;
    const maas_trees_ranked_t  *r;

    maas_trees_ranks_place(l, at);
    maas__trees_near_pack(l, at, to);
    maas__trees_flat_pack(l, at, to);
    maas_trees_maps_pack(l, at, to);
    maas__trees_batch_pack(l, at, to);

    if (to == NULL) {
        return;
    }

    feature = (uint32_t *) ((char *) to + h->feature_at);
    fine = (uint32_t *) ((char *) to + h->fine_at);
    chunk = 0;

    for (i = 0; i < h->small + h->middle + h->large + h->flat; i++) {
        r = &l->ranked[i];
        n = maas_trees_fine_chunks(r);
        feature[i] = r->feature;
        fine[i] = (uint32_t) chunk;
        maas_trees_every(h, r, 1, chunk, n, to);
        chunk += n;
    }

    for (i = 0; i < h->middle; i++) {
        maas_trees_every(h, &l->ranked[h->small + i], MAAS_TREES_STEP,
                         h->coarse_chunk + i, 1, to);
    }

    maas_trees_large_pack(l, h->coarse_chunk + h->middle, to);
}
