/*
 * What nodes do where a value is missing as bits, for ensembles that have many
 * columns and whose missing values go either way.
 * Not here: columns for that (maas_trees_ranks.c).
 */

#include "maas_trees_layout.h"
#include "maas_int.h"


#define TREES_GAPS_MAX  (32u << 20)    /* bytes of all rows */


int
maas__trees_gaps_fit(const maas_trees_head_t *h)
{
    return h->gaps == 0 || h->gaps < TREES_GAPS_MAX / h->row;
}


/* Does NaN go right, other than the lowest rank? */

static int
maas_trees_gap_right(const maas_trees_t *t, size_t n)
{
    if (t->flags[n] & (MAAS_TREE_SET | MAAS_TREE_EQUAL | MAAS_TREE_ZERO)) {
        return 0;
    }

    return t->flags[n] & MAAS_TREE_NAN ? !(t->flags[n] & MAAS_TREE_LEFT)
                                       : maas__trees_bound(t, n) < 0;
}


void
maas__trees_gaps_pack(maas_trees_layout_t *l, const maas_trees_t *t,
    size_t *at, void *to)
{
    size_t              i, n, bit;
    uint8_t            *row;
    uint32_t           *gap;
    maas_trees_head_t  *h = &l->head;

    if (h->gaps == 0) {
        return;
    }

    h->gap_at = maas__trees_place(at, h->in, sizeof(uint32_t));
    h->gap_row_at = maas__trees_place(at, 1 + h->gaps, h->row);

    if (to == NULL) {
        return;
    }

    gap = (uint32_t *) ((char *) to + h->gap_at);
    row = (uint8_t *) to + h->gap_row_at;

    for (i = 0; i < h->gaps; i++) {
        gap[l->ranked[i].feature] = (uint32_t) (1 + i);
    }

    for (n = 0; n < t->nodes; n++) {
        if (maas_trees_gap_right(t, n)) {
            bit = l->bit[n];
            row[gap[t->feature[n]] * h->row + bit / 8]
                |= (uint8_t) (1u << bit % 8);
        }
    }
}
