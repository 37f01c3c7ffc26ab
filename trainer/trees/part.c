/*
 * The rows of a leaf, parted in two, in the order that they had; and the leaf
 * that a row is in.
 * Not here: which cut it is (cut.c).
 */

#include <string.h>

#include "grow.h"


#define PART_AHEAD  32


/* Left: to to[0].., right: to right[0]..; rows that went left.  `to` may be
 * row. */

static size_t
part_some(const train_bins_t *b, const train_cut_t *cut, const uint32_t *row,
    size_t n, uint32_t *to, uint32_t *right)
{
    size_t          i, l, r;
    uint8_t         left[TRAIN_TREES_BINS];
    uint32_t        ahead, at;
    const uint8_t  *bin;

    for (i = 0; i < TRAIN_TREES_BINS; i++) {
        left[i] = cut->set[i / 32] >> i % 32 & 1;
    }

    l = 0;
    r = 0;

    if (cut->slot >= b->dense) {
        for (i = 0; i < n; i++) {
            at = row[i];

            if (left[train_bins_at(b, at, cut->slot)]) {
                to[l++] = at;
            } else {
                right[r++] = at;
            }
        }

        return l;
    }

    bin = b->tile[cut->slot / TRAIN_TREES_TILE] + cut->slot % TRAIN_TREES_TILE;

    for (i = 0; i < n; i++) {
        ahead = row[(i + PART_AHEAD < n) ? i + PART_AHEAD : n - 1];
        __builtin_prefetch(bin + (size_t) ahead * TRAIN_TREES_TILE);
        at = row[i];
        to[l] = at;
        right[r] = at;
        l += left[bin[(size_t) at * TRAIN_TREES_TILE]];
        r = i + 1 - l;
    }

    return l;
}


/* Each member parts some rows, then all bring theirs to their place */

static size_t
part_shared(train_grower_t *g, size_t id, const train_grow_leaf_t *l,
    const train_cut_t *cut)
{
    size_t     i, from, n, all, left, right, mine;
    uint32_t  *order;

    order = g->order + l->from;
    from = cut->rows / g->members * id;
    n = (id + 1 < g->members) ? cut->rows / g->members : cut->rows - from;
    mine = part_some(g->b, cut, order + from, n, g->room[0] + from,
                     g->room[1] + from);
    g->member[id].n_left = mine;
    train_team_wait(g->team);

    for (i = 0, all = 0, left = 0; i < g->members; i++) {
        left += (i < id) ? g->member[i].n_left : 0;
        all += g->member[i].n_left;
    }

    right = all + from - left;
    (void) memcpy(order + left, g->room[0] + from, mine * sizeof(uint32_t));
    (void) memcpy(order + right, g->room[1] + from,
                  (n - mine) * sizeof(uint32_t));

    return all;
}


size_t
train_part_rows(train_grower_t *g, size_t id, const train_grow_leaf_t *l,
    const train_cut_t *cut)
{
    size_t     n;
    uint32_t  *order;

    if (g->members > 1 && cut->rows >= TRAIN_GROW_SPLIT) {
        n = part_shared(g, id, l, cut);
        train_team_wait(g->team);

        return n;
    }

    if (id != 0) {
        return 0;
    }

    order = g->order + l->from;
    n = part_some(g->b, cut, order, cut->rows, order, g->room[1]);
    (void) memcpy(order + n, g->room[1], (cut->rows - n) * sizeof(uint32_t));

    return n;
}


size_t
train_tree_leaf(const train_tree_t *t, const train_bins_t *b, size_t row)
{
    int32_t                   at;
    uint32_t                  bin;
    const train_tree_node_t  *n;

    if (t->n == 0) {
        return 0;
    }

    for (at = 0; at >= 0; /* void */) {
        n = &t->node[at];
        bin = train_bins_at(b, row, n->slot);
        at = (n->set[bin / 32] >> bin % 32 & 1) ? n->left : n->right;
    }

    return (size_t) ~at;
}
