/*
 * Leaves that are new: sums of their rows by bin, and the best cut of each.
 * Not here: which cut of a column is best (cut.c), what sums are (sums.c).
 */

#include <string.h>

#include "grow.h"
#include "rng.h"


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

    if (g->member[id].sums == NULL || l->n < TRAIN_GROW_SPLIT) {
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


void
train_grow_look(train_grower_t *g, size_t id, const train_lot_t *lot,
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


void
train_grow_agree(train_grower_t *g, size_t id, size_t which, size_t leaf)
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
