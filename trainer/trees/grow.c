/*
 * A tree, leaf by leaf: the leaf that gains most is parted next.
 * Not here: which cut is best (cut.c), rows of leaves (part.c).
 */

#include <math.h>
#include <string.h>

#include "grow.h"
#include "rng.h"


#define GROW_SPLIT   16384          /* rows that members share among them */
#define GROW_ROOM    (256u << 20)   /* bytes of the sums of all leaves, */
#define GROW_LEAST   3              /*     of so many at least: two new ones and
                                           one more */


/* About as many bins for each member; tiles are whole */

static void
grow_bounds(train_grower_t *g)
{
    int                  past;
    size_t               i, s, end;
    const train_bins_t  *b;

    b = g->b;
    past = 0;

    for (i = 1, s = 0; i < g->members; i++) {
        end = b->all / g->members * i;

        while (s < b->n && b->slot[s].at < end) {
            s += (s < b->dense) ? TRAIN_TREES_TILE : 1;
            s = (s > b->dense && !past) ? b->dense : s;
            past = (s >= b->dense);
        }

        g->first[i] = (s < b->n) ? s : b->n;
    }

    g->first[g->members] = b->n;
}


/* No leaf has sums */

static void
grow_keep_none(train_grower_t *g)
{
    size_t  i;

    for (i = 0; i < g->set->leaves; i++) {
        if (g->leaf[i].sums != NULL) {
            g->free[g->n_free++] = g->leaf[i].sums;
            g->leaf[i].sums = NULL;
        }
    }
}


/* Sums for a leaf, of any content: of the leaf that is worth least, if there
 * may be no more, but of none of the two given */

static train_sum_t *
grow_take(train_grower_t *g, size_t but, size_t nor)
{
    size_t        i, least;
    train_cut_t  *cut;

    if (g->n_free > 0) {
        return g->free[--g->n_free];
    }

    cut = g->member[0].cut;
    least = SIZE_MAX;

    for (i = 0; i < g->leaves && g->made >= g->most; i++) {
        if (g->leaf[i].sums != NULL && i != but && i != nor
            && (least == SIZE_MAX || cut[i].gain < cut[least].gain))
        {
            least = i;
        }
    }

    if (least == SIZE_MAX) {
        g->made++;
        return train_alloc(g->b->all + 1, sizeof(train_sum_t));
    }

    g->free[0] = g->leaf[least].sums;
    g->leaf[least].sums = NULL;

    return g->free[0];
}


static size_t
grow_most(const train_bins_t *b, const train_grow_t *set)
{
    size_t  n;

    n = GROW_ROOM / ((b->all + 1) * sizeof(train_sum_t));
    n = (set->sums > 0) ? set->sums : n;

    return (n > GROW_LEAST) ? n : GROW_LEAST;
}


train_grower_t *
train_grower_create(const train_bins_t *b, const train_grow_t *set,
    size_t rows, train_team_t *team)
{
    size_t           i;
    train_grower_t  *g;

    g = train_alloc(1, sizeof(train_grower_t));
    g->b = b;
    g->set = set;
    g->team = team;
    g->members = (team != NULL) ? train_team_size(team) : 1;
    g->cutter.set = set;
    g->first = train_alloc(g->members + 1, sizeof(size_t));
    g->member = train_alloc(g->members, sizeof(train_grow_member_t));
    g->leaf = train_alloc(set->leaves, sizeof(train_grow_leaf_t));
    g->free = train_alloc(set->leaves + 1, sizeof(train_sum_t *));
    g->most = grow_most(b, set);
    g->order = train_alloc(rows + 1, sizeof(uint32_t));
    g->room[0] = train_alloc(rows + 1, sizeof(uint32_t));
    g->room[1] = train_alloc(rows + 1, sizeof(uint32_t));
    g->used = train_alloc(b->n + 1, 1);
    g->pick = train_alloc(b->n + 1, sizeof(uint32_t));
    g->tree.node = train_alloc(set->leaves, sizeof(train_tree_node_t));
    g->tree.value = train_alloc(set->leaves, sizeof(double));
    g->tree.cover = train_alloc(set->leaves, sizeof(uint32_t));

    for (i = 0; i < g->members; i++) {
        g->member[i].cut = train_alloc(set->leaves, sizeof(train_cut_t));
        g->member[i].sums = (g->members > 1 && rows >= GROW_SPLIT)
                            ? train_alloc(b->all + 1, sizeof(train_sum_t))
                            : NULL;
    }

    grow_bounds(g);

    return g;
}


void
train_grower_free(train_grower_t *g)
{
    size_t  i;

    for (i = 0; i < g->members; i++) {
        train_free(g->member[i].cut);
        train_free(g->member[i].sums);
    }

    grow_keep_none(g);

    while (g->n_free > 0) {
        train_free(g->free[--g->n_free]);
    }

    train_free(g->free);
    train_free(g->first);
    train_free(g->member);
    train_free(g->leaf);
    train_free(g->order);
    train_free(g->room[0]);
    train_free(g->room[1]);
    train_free(g->used);
    train_free(g->pick);
    train_free(g->tree.node);
    train_free(g->tree.value);
    train_free(g->tree.cover);
    train_free(g);
}


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

    grow_keep_none(g);
    l->sums = grow_take(g, 0, 0);
    l->l.value = train_cut_answer(&g->cutter, l->l.sum, g->set->l2, &l->l);
    grow_pick(g, lot->seed);
}


static void
grow_clear(train_grower_t *g, train_sum_t *sums, size_t first, size_t last)
{
    const train_slot_t  *s = g->b->slot;

    if (first < last) {
        (void) memset(sums + s[first].at, 0,
                      (s[last - 1].at + s[last - 1].n - s[first].at)
                      * sizeof(train_sum_t));
    }
}


/* Sums of a leaf's rows for the member's own slots.  Of many rows each member
 * has a share first. */

static void
grow_sums(train_grower_t *g, size_t id, const train_lot_t *lot,
    train_grow_leaf_t *l)
{
    size_t               i, k, end, first, last, from, n;
    const train_slot_t  *s = g->b->slot;

    first = g->first[id];
    last = g->first[id + 1];
    grow_clear(g, l->sums, first, last);

    if (g->member[id].sums == NULL || l->n < GROW_SPLIT) {
        train_sums(g->b, l->sums, lot->slope, g->order + l->from, l->n, first,
                   last);
        return;
    }

    from = l->n / g->members * id;
    n = (id + 1 < g->members) ? l->n / g->members : l->n - from;
    grow_clear(g, g->member[id].sums, 0, g->b->n);
    train_sums(g->b, g->member[id].sums, lot->slope, g->order + l->from + from,
               n, 0, g->b->n);
    train_team_wait(g->team);

    end = (first < last) ? s[last - 1].at + s[last - 1].n : 0;

    for (i = 0; i < g->members && first < last; i++) {
        for (k = s[first].at; k < end; k++) {
            l->sums[k] += g->member[i].sums[k];
        }
    }
}


/* What lists have left out */

static void
grow_usual(const train_slot_t *s, train_sum_t *sums, train_sum_t all)
{
    uint32_t  i;

    for (i = 0; i < s->n; i++) {
        all -= (i != s->usual) ? sums[i] : (train_sum_t) { 0, 0 };
    }

    sums[s->usual] = all;
}


static int
grow_may(const train_grower_t *g, const train_grow_leaf_t *l)
{
    return l->n >= 2 * g->set->min_rows && l->n >= 2
           && (g->set->depth == 0 || l->depth < g->set->depth);
}


/* The best cut of a leaf by a slot */

static void
grow_cut(const train_grower_t *g, const train_lot_t *lot, size_t slot,
    const train_grow_leaf_t *l, train_cut_t *best)
{
    size_t               usual;
    uint64_t             random;
    const train_slot_t  *s = &g->b->slot[slot];

    random = train_rng_at(lot->seed, (l->from * g->set->leaves + l->n)
                                     * g->b->n + slot);

    /* whatever the cut, one side has the usual bin, and the other at most the
       rows that have not */

    usual = (s->sparse) ? train_sum_rows(l->sums[s->at + s->usual],
                                         g->cutter.bits) : 0;

    if (!g->used[slot] || !grow_may(g, l) || l->n - usual < g->set->min_rows
        || (g->set->node_columns < 1
            && (double) (random >> 11) * 0x1p-53 >= g->set->node_columns))
    {
        return;
    }

    if (s->codes) {
        train_cut_codes(&g->cutter, s, (uint32_t) slot, l->sums + s->at, &l->l,
                        best);
    } else {
        train_cut_number(&g->cutter, s, (uint32_t) slot, l->sums + s->at,
                         &l->l, train_rng_mix(random), best);
    }
}


/* Sums of the smaller one of two leaves and, by what is left of their parent's,
 * of the larger one; the best cuts of both by the member's own slots */

static void
grow_look(train_grower_t *g, size_t id, const train_lot_t *lot,
    train_grow_leaf_t *small, train_grow_leaf_t *large)
{
    size_t               i, k;
    train_cut_t         *cut;
    const train_slot_t  *s;

    cut = g->member[id].found;
    (void) memset(cut, 0, sizeof(g->member[id].found));
    grow_sums(g, id, lot, small);

    if (large != NULL && g->anew) {
        grow_sums(g, id, lot, large);
    }

    for (i = g->first[id]; i < g->first[id + 1]; i++) {
        s = &g->b->slot[i];

        if (s->sparse) {
            grow_usual(s, small->sums + s->at, small->l.sum);
        }

        grow_cut(g, lot, i, small, &cut[0]);

        if (large != NULL) {
            for (k = s->at; k < s->at + s->n && !g->anew; k++) {
                large->sums[k] -= small->sums[k];
            }

            if (s->sparse && g->anew) {
                grow_usual(s, large->sums + s->at, large->l.sum);
            }

            grow_cut(g, lot, i, large, &cut[1]);
        }
    }

    /* the first member may part a leaf while others still look at its cut */

    cut[0].rows = small->n;
    cut[1].rows = (large != NULL) ? large->n : 0;
}


/* The best of all members, which each finds for itself */

static void
grow_agree(train_grower_t *g, size_t id, size_t which, size_t leaf)
{
    size_t        i;
    train_cut_t  *best, *found;

    best = &g->member[id].cut[leaf];
    (void) memset(best, 0, sizeof(train_cut_t));

    for (i = 0; i < g->members; i++) {
        found = &g->member[i].found[which];

        if (found->gain > best->gain) {
            *best = *found;
        }
    }
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
        r->sums = grow_take(g, at, new);

        if (g->anew) {
            l->sums = grow_take(g, at, new);

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
    grow_look(g, id, lot, small ? r : l, small ? l : r);
    train_team_wait(g->team);
    grow_agree(g, id, small, at);
    grow_agree(g, id, !small, leaves - 1);
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
    grow_look(g, id, lot, &g->leaf[0], NULL);
    train_team_wait(g->team);
    grow_agree(g, id, 0, 0);

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
