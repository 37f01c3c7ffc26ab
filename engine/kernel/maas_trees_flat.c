/*
 * Ranks side by side: features of few thresholds, 8 or 16 in a vector, each
 * compared with its own ones.  Which features are worth it, and their tables.
 * Not here: the instructions (maas_trees_flat.h).
 */

#include "maas_trees_layout.h"
#include "maas_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>


/* What things cost, in tenths of a cycle: a threshold of a vector and what else
 * it takes, by lanes; a feature that is ranked alone; one that is copied.  So
 * much has to be saved. */

#define TREES_THRESHOLD(lanes)  ((lanes) > 8 ? 13 : 7)
#define TREES_VECTOR(lanes)     ((lanes) > 8 ? 80 : 50)
#define TREES_ALONE             50
#define TREES_COPIED            20
#define TREES_SAVED             200

#define TREES_ROW   4096               /* numbers of a row that is looked at */

#define TREES_SIGN  0x80000000u


/* Features that may be, by place in the row, or in the order that they are
 * copied in; lanes of a vector */

typedef struct {
    const maas_trees_ranked_t  **at;
    size_t                       n;
    size_t                       lanes;
    int                          apart;
} trees_lanes_t;


static int
maas_trees_is_flat(const maas_trees_ranked_t *r, size_t most)
{
    return r != NULL && r->n <= most;
}


/* Where the next vector begins, from *at on; 0: there is none.  The last one
 * does not go beyond the row. */

static int
maas_trees_flat_next(const trees_lanes_t *l, size_t most, size_t *at)
{
    while (*at < l->n && !maas_trees_is_flat(l->at[*at], most)) {
        ++*at;
    }

    if (*at >= l->n) {
        return 0;
    }

    if (*at + l->lanes > l->n) {
        *at = l->n - l->lanes;
    }

    return 1;
}


/* Thresholds of the vector that begins there: an even number */

static size_t
maas_trees_flat_most(const trees_lanes_t *l, size_t most, size_t at)
{
    size_t  i, n;

    for (i = at, n = 0; i < at + l->lanes; i++) {
        if (maas_trees_is_flat(l->at[i], most) && l->at[i]->n > n) {
            n = l->at[i]->n;
        }
    }

    return (n + 1) / 2 * 2;
}


static size_t
maas_trees_flat_cost(const trees_lanes_t *l, size_t most)
{
    size_t  at, i, cost;

    cost = 0;

    for (at = 0; maas_trees_flat_next(l, most, &at); at += l->lanes) {
        cost += TREES_VECTOR(l->lanes) + TREES_THRESHOLD(l->lanes)
                                         * maas_trees_flat_most(l, most, at);
    }

    for (i = 0; i < l->n; i++) {
        if (l->at[i] != NULL) {
            cost += !maas_trees_is_flat(l->at[i], most) ? TREES_ALONE
                    : l->apart ? TREES_COPIED : 0;
        }
    }

    return cost;
}


/* Features of up to how many thresholds are flat?  0: none is. */

static size_t
maas_trees_flat_limit(const trees_lanes_t *l, size_t *least)
{
    size_t  most, best, cost;

    best = 0;
    *least = maas_trees_flat_cost(l, 0);

    for (most = 1; l->n >= l->lanes && most <= MAAS_TREES_FLAT; most++) {
        cost = maas_trees_flat_cost(l, most);

        if (cost + (best == 0 ? TREES_SAVED : 0) < *least) {
            *least = cost;
            best = most;
        }
    }

    return best;
}


static int
maas_trees_by_count(const void *a, const void *b)
{
    const maas_trees_ranked_t  *x, *y;

    x = *(const maas_trees_ranked_t *const *) a;
    y = *(const maas_trees_ranked_t *const *) b;

    return x->n != y->n ? (x->n < y->n) - (x->n > y->n)
                        : (x->feature > y->feature) - (x->feature < y->feature);
}


/* What lookups among so many columns cost, as a number that rises with it */

static unsigned
maas_trees_flat_lookups(const maas_trees_head_t *h, size_t columns)
{
    return (columns > 32) + (columns > 128) + (columns > MAAS_TREES_COLUMNS)
           + (h->width == 32 && columns > 16)
           + (h->width == 32 && columns > 64);
}


/* Columns that there are if those of features stand as in the row */

static size_t
maas_trees_flat_columns(const trees_lanes_t *lanes, size_t most, size_t n)
{
    size_t  i, first, end;

    first = lanes->n;
    end = 0;

    for (i = 0; i < lanes->n; i++) {
        if (maas_trees_is_flat(lanes->at[i], most)) {
            first = i < first ? i : first;
            end = i + 1;
        }
    }

    for (i = first; i < end; i++) {
        n -= lanes->at[i] != NULL;
    }

    return end - first + n;
}


/* The better of both orders, as `to`, and the most thresholds of a feature; 0:
 * none is flat */

static size_t
maas_trees_flat_choose(const maas_trees_head_t *h, const trees_lanes_t *row,
    const trees_lanes_t *apart, size_t features, const trees_lanes_t **to)
{
    size_t  by_row, by_count, cost, other, columns;

    by_row = maas_trees_flat_limit(row, &cost);
    by_count = maas_trees_flat_limit(apart, &other);
    columns = maas_trees_flat_columns(row, by_row, features);

    if (by_row == 0
        || (by_count > 0 && other < cost)
        || maas_trees_flat_lookups(h, columns)
           > maas_trees_flat_lookups(h, features))
    {
        *to = apart;
        return by_count;
    }

    *to = row;
    return by_row;
}


/* Features that are flat behind all others, in the order of their lanes */

static void
maas_trees_flat_move(maas_trees_layout_t *l, const trees_lanes_t *lanes,
    size_t most, maas_trees_ranked_t *to)
{
    size_t              i, n, all, small, direct;
    maas_trees_head_t  *h = &l->head;

    small = h->small;
    direct = small + h->middle;
    all = direct + h->large;

    for (i = 0, n = 0; i < all; i++) {
        if (i < direct && l->ranked[i].n <= most) {
            h->small -= i < small;
            h->middle -= i >= small;
        } else {
            to[n++] = l->ranked[i];
        }
    }

    h->flat = all - n;

    for (i = 0; i < lanes->n; i++) {
        if (maas_trees_is_flat(lanes->at[i], most)) {
            to[n++] = *lanes->at[i];
        }
    }

    memcpy(l->ranked, to, all * sizeof(maas_trees_ranked_t));
}


/* Vectors, and where their columns are */

static void
maas_trees_flat_vectors(maas_trees_layout_t *l, const trees_lanes_t *lanes,
    size_t most)
{
    size_t              at, end, first;
    maas_trees_flat_t  *v;
    maas_trees_head_t  *h = &l->head;

    first = 0;
    end = 0;

    for (at = 0; maas_trees_flat_next(lanes, most, &at); at += lanes->lanes) {
        first = h->flat_vectors == 0 ? at : first;
        v = &l->flat[h->flat_vectors++];
        v->row = (uint32_t) (lanes->apart ? at - first : at);
        v->column = (uint16_t) (at - first);
        v->thresholds = (uint16_t) maas_trees_flat_most(lanes, most, at);
    }

    for (at = first; at < lanes->n; at++) {
        end = maas_trees_is_flat(lanes->at[at], most) ? at + 1 : end;
    }

    h->flat_apart = (unsigned) lanes->apart;
    h->flat_row = first;
    h->flat_columns = end - first;
    h->flat_lanes = lanes->lanes;

    for (h->flat_low = 1; h->flat_low < most; /* void */) {
        h->flat_low = 2 * h->flat_low + 1;
    }
}


int
maas__trees_flat(maas_trees_layout_t *l, maas_arena_t *a)
{
    size_t                i, n, features, most;
    trees_lanes_t         row, apart;
    maas_trees_head_t    *h = &l->head;
    const trees_lanes_t  *lanes;
    maas_trees_ranked_t  *to;

    n = h->small + h->middle;
    features = n + h->large;

    if (features > MAAS_TREES_COLUMNS) {
        return 0;
    }

    row.apart = 0;
    row.lanes = h->wide ? h->width / 4 : 8;
    row.n = h->in > TREES_ROW ? 0 : h->in;
    row.at = maas__arena_alloc(a, row.n + 1, sizeof(void *));

    /* and lanes that are nobody's behind them */

    apart.apart = 1;
    apart.lanes = row.lanes;
    apart.n = n + apart.lanes;
    apart.at = maas__arena_alloc(a, apart.n, sizeof(void *));

    to = maas__arena_alloc(a, features + 1, sizeof(maas_trees_ranked_t));
    l->flat = maas__arena_alloc(a, n + 1, sizeof(maas_trees_flat_t));

    if (row.at == NULL || apart.at == NULL || to == NULL || l->flat == NULL) {
        return -1;
    }

    for (i = 0; i < n; i++) {
        if (row.n > 0) {
            row.at[l->ranked[i].feature] = &l->ranked[i];
        }

        apart.at[i] = &l->ranked[i];
    }

    qsort(apart.at, n, sizeof(void *), maas_trees_by_count);
    most = maas_trees_flat_choose(h, &row, &apart, features, &lanes);

    if (most > 0) {
        maas_trees_flat_vectors(l, lanes, most);
        maas_trees_flat_move(l, lanes, most, to);
    }

    return 0;
}


/* A float as a whole number that rises with it; what is as large as 0 has one,
 * but not what only became it */

static uint32_t
maas_trees_flat_key(double x)
{
    float     f;
    uint32_t  u;

    f = x == 0 ? 0 : (float) x;
    memcpy(&u, &f, sizeof(u));

    return u & TREES_SIGN ? ~u : u | TREES_SIGN;
}


/* Thresholds of a lane, and, up to n, what no number is above */

static void
maas_trees_flat_put(const maas_trees_head_t *h, const maas_trees_ranked_t *r,
    size_t n, uint32_t *to)
{
    size_t  k;
    float   f;

    for (k = 0; k < n; k++, to += h->flat_lanes) {
        if (h->wide) {
            *to = k < r->n ? (maas_trees_flat_key(r->threshold[k])
                              & ~h->flat_low) | (uint32_t) (k + 1) : 0;
        } else {
            f = k < r->n ? (float) r->threshold[k] : INFINITY;
            memcpy(to, &f, sizeof(f));
        }
    }
}


/* The feature that has a lane, or one without thresholds */

static const maas_trees_ranked_t *
maas_trees_flat_find(const maas_trees_layout_t *l, size_t place)
{
    size_t                            i;
    const maas_trees_head_t          *h = &l->head;
    const maas_trees_ranked_t        *r;
    static const maas_trees_ranked_t  none;

    r = l->ranked + h->small + h->middle + h->large;

    for (i = 0; i < h->flat; i++) {
        if ((h->flat_apart ? i : r[i].feature) == place) {
            return &r[i];
        }
    }

    return &none;
}


void
maas__trees_flat_pack(maas_trees_layout_t *l, size_t *at, void *to)
{
    size_t              v, j, n;
    uint32_t           *table;
    maas_trees_head_t  *h = &l->head;

    for (v = 0, n = 0; v < h->flat_vectors; v++) {
        n += l->flat[v].thresholds;
    }

    h->flat_at = maas__trees_place(at, h->flat_vectors,
                                   sizeof(maas_trees_flat_t));
    h->flat_table_at = maas__trees_place(at, n * h->flat_lanes,
                                         sizeof(uint32_t));

    if (to == NULL) {
        return;
    }

    memcpy((char *) to + h->flat_at, l->flat,
           h->flat_vectors * sizeof(maas_trees_flat_t));
    table = (uint32_t *) ((char *) to + h->flat_table_at);

    for (v = 0; v < h->flat_vectors; v++) {
        n = l->flat[v].thresholds;

        for (j = 0; j < h->flat_lanes; j++) {
            maas_trees_flat_put(h, maas_trees_flat_find(l, l->flat[v].row + j),
                                n, table + j);
        }

        table += n * h->flat_lanes;
    }
}
