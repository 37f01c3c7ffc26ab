/*
 * A tree, leaf by leaf: the leaf that gains most is parted next.
 * Not here: memory (grow_room.c), sums and cuts of a leaf (grow_look.c), rows
 * of leaves (part.c).
 */

#include <math.h>
#include <string.h>

#include "grow.h"
#include "rng.h"


/* The slots that this tree sees */

static void
grow_pick(train_grower_t *g, uint64_t seed)
{
    size_t       i, n;
    train_rng_t  rng;

    n = g->b->n;
    (void) memset(g->used, g->set->columns >= 1, n);

    if (g->set->columns >= 1) {
        return;
    }

    for (i = 0; i < n; i++) {
        g->pick[i] = (uint32_t) i;
    }

    train_rng_init(&rng, seed, 1);
    train_rng_shuffle(&rng, g->pick, n);
    n = (size_t) ceil(g->set->columns * (double) n);

    for (i = 0; i < n; i++) {
        g->used[g->pick[i]] = 1;
    }
}


/* All rows are in one leaf */

static void
grow_root(train_grower_t *g, const train_lot_t *lot)
{
    size_t              i;
    train_grow_leaf_t  *l;

    g->leaves = 1;
    g->tree.n = 0;
    g->cutter.unit[0] = lot->unit[0];
    g->cutter.unit[1] = lot->unit[1];
    g->cutter.bits = lot->bits;
    l = &g->leaf[0];
    l->from = 0;
    l->n = lot->n;
    l->depth = 0;
    l->parent = SIZE_MAX;
    l->l = (train_leaf_t) { .low = -INFINITY, .high = INFINITY };

    for (i = 0; i < lot->n; i++) {
        g->order[i] = lot->row[i];
        l->l.sum += lot->slope[lot->row[i]];
    }

    train_grow_forget(g);
    l->sums = train_grow_take(g, 0, 0);
    l->l.value = train_cut_answer(&g->cutter, l->l.sum, g->set->l2, &l->l);
    grow_pick(g, lot->seed);
}


static size_t
grow_best(const train_grower_t *g, size_t id, size_t leaves)
{
    size_t        i, best;
    train_cut_t  *cut;

    cut = g->member[id].cut;

    for (i = 1, best = 0; i < leaves; i++) {
        best = (cut[i].gain > cut[best].gain) ? i : best;
    }

    return best;
}


/* What a new leaf is: its answer and bounds */

static void
grow_child(train_grower_t *g, const train_leaf_t *parent, train_sum_t sum,
    double l2, train_leaf_t *to)
{
    *to = *parent;
    to->sum = sum;
    to->value = train_cut_answer(&g->cutter, sum, l2, parent);
}


static void
grow_direction(const train_grower_t *g, uint32_t slot, train_leaf_t *left,
    train_leaf_t *right)
{
    int     way;
    double  mid;

    way = (g->set->monotone != NULL) ? g->set->monotone[g->b->slot[slot].slot]
                                     : 0;
    mid = (left->value + right->value) / 2;

    if (way > 0) {
        left->high = mid;
        right->low = mid;

    } else if (way < 0) {
        left->low = mid;
        right->high = mid;
    }
}


/* A node where leaf `at` was; its right part is a new leaf, of the rows behind
 * the n_left first ones */

static void
grow_node(train_grower_t *g, size_t at, const train_cut_t *cut, size_t n_left)
{
    double              l2;
    train_leaf_t        parent;
    train_grow_leaf_t  *l, *r;
    train_tree_node_t  *n;

    l = &g->leaf[at];
    r = &g->leaf[g->leaves];
    n = &g->tree.node[g->tree.n];

    if (l->parent != SIZE_MAX) {
        *(l->is_right ? &g->tree.node[l->parent].right
                      : &g->tree.node[l->parent].left) = (int32_t) g->tree.n;
    }

    n->slot = cut->slot;
    n->bin = cut->bin;
    n->left = ~(int32_t) at;
    n->right = ~(int32_t) g->leaves;
    n->cover = (uint32_t) l->n;
    n->left_missing = cut->left_missing;
    (void) memcpy(n->set, cut->set, sizeof(n->set));

    parent = l->l;
    l2 = g->set->l2 + (cut->smooth_sets ? g->set->set_l2 : 0);
    grow_child(g, &parent, cut->left, l2, &l->l);
    grow_child(g, &parent, parent.sum - cut->left, l2, &r->l);
    grow_direction(g, cut->slot, &l->l, &r->l);

    r->from = l->from + n_left;
    r->n = l->n - n_left;
    l->n = n_left;
    r->depth = ++l->depth;
    l->parent = r->parent = g->tree.n++;
    l->is_right = 0;
    r->is_right = 1;
    g->leaves++;
}


/* The new leaf's rows, and who has the parent's sums */

static void
grow_part(train_grower_t *g, size_t id, size_t at, const train_cut_t *cut)
{
    size_t              n_left, new;
    train_sum_t        *sums;
    train_grow_leaf_t  *l, *r;

    n_left = train_part_rows(g, id, &g->leaf[at], cut);

    if (id == 0) {
        new = g->leaves;
        grow_node(g, at, cut, n_left);
        l = &g->leaf[at];
        r = &g->leaf[new];
        g->anew = (l->sums == NULL);
        r->sums = train_grow_take(g, at, new);

        if (g->anew) {
            l->sums = train_grow_take(g, at, new);

        } else if (l->n < r->n) {
            sums = l->sums;
            l->sums = r->sums;
            r->sums = sums;
        }
    }

    train_team_wait(g->team);
}


static void
grow_end(train_grower_t *g)
{
    size_t  i;

    for (i = 0; i < g->leaves; i++) {
        g->tree.value[i] = g->leaf[i].l.value * g->set->rate;
        g->tree.cover[i] = (uint32_t) g->leaf[i].n;
    }
}


/* The leaf is two from now on, the last one is new: their best cuts */

static void
grow_split(train_grower_t *g, size_t id, const train_lot_t *lot, size_t at,
    size_t leaves)
{
    size_t              small;
    train_grow_leaf_t  *l, *r;

    l = &g->leaf[at];
    r = &g->leaf[leaves - 1];
    small = l->n >= r->n;
    train_grow_look(g, id, lot, small ? r : l, small ? l : r);
    train_team_wait(g->team);
    train_grow_agree(g, id, small, at);
    train_grow_agree(g, id, !small, leaves - 1);
}


const train_tree_t *
train_grower_tree(train_grower_t *g, size_t id, const train_lot_t *lot)
{
    size_t       at, leaves;
    train_cut_t  cut;

    if (id == 0) {
        grow_root(g, lot);
    }

    train_team_wait(g->team);
    train_grow_look(g, id, lot, &g->leaf[0], NULL);
    train_team_wait(g->team);
    train_grow_agree(g, id, 0, 0);

    /* g->leaves is the first member's, who may be a step ahead */

    for (leaves = 1; leaves < g->set->leaves; leaves++) {
        at = grow_best(g, id, leaves);
        cut = g->member[id].cut[at];

        if (!(cut.gain > g->set->min_gain)) {
            break;
        }

        grow_part(g, id, at, &cut);

        if (leaves + 1 < g->set->leaves) {
            grow_split(g, id, lot, at, leaves + 1);
        }
    }

    if (id == 0) {
        grow_end(g);
    }

    train_team_wait(g->team);

    return &g->tree;
}


const uint32_t *
train_grower_rows(const train_grower_t *g, size_t leaf, size_t *n)
{
    *n = g->leaf[leaf].n;

    return g->order + g->leaf[leaf].from;
}
