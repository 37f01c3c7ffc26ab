/*
 * What growing a tree takes: memory for all trees of a training, bins for each
 * member of the team, and sums that leaves lend each other.
 * Not here: what is done with it (grow.c).
 */

#include <string.h>

#include "grow.h"


#define GROW_ROOM   (256u << 20)    /* bytes of the sums of all leaves, */
#define GROW_LEAST  3               /*     of so many at least: two new ones and
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


void
train_grow_forget(train_grower_t *g)
{
    size_t  i;

    for (i = 0; i < g->set->leaves; i++) {
        if (g->leaf[i].sums != NULL) {
            g->free[g->n_free++] = g->leaf[i].sums;
            g->leaf[i].sums = NULL;
        }
    }
}


train_sum_t *
train_grow_take(train_grower_t *g, size_t but, size_t nor)
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
        g->member[i].sums = (g->members > 1 && rows >= TRAIN_GROW_SPLIT)
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

    train_grow_forget(g);

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
