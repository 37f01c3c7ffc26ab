/*
 * A tree in the making: leaves, their rows, their sums.
 * Private to the files that grow one; not here: what a cut is (trees.h).
 */

#ifndef TRAIN_GROW_H
#define TRAIN_GROW_H

#include "trees.h"


typedef struct {
    size_t         from;            /* of its rows in the order */
    size_t         n;
    size_t         depth;
    size_t         parent;          /* SIZE_MAX: it is the root */
    unsigned       is_right;
    train_leaf_t   l;
    train_sum_t   *sums;            /* (all bins), NULL: not kept */
} train_grow_leaf_t;

/* What a member of the team has for itself */

typedef struct {
    train_sum_t   *sums;            /* (all bins) of its rows; NULL: never */
    train_cut_t    found[2];        /* by its slots, of two new leaves */
    train_cut_t   *cut;             /* (leaves) the best of all members */
    size_t         n_left;
} train_grow_member_t;

/* Of so many rows and more, members share the rows, not only the slots */
#define TRAIN_GROW_SPLIT  16384

struct train_grower_s {
    const train_bins_t   *b;
    const train_grow_t   *set;
    train_team_t         *team;
    size_t                members;
    size_t               *first;    /* (members + 1) slots of each */
    train_grow_member_t  *member;
    train_cutter_t        cutter;
    size_t                leaves;
    train_grow_leaf_t    *leaf;
    train_sum_t         **free;     /* (n_free) sums that no leaf has, */
    size_t                n_free;
    size_t                made;     /*     of those that there are, */
    size_t                most;     /*     and may be */
    int                   anew;     /* both new leaves are summed */
    uint32_t             *order;    /* rows, by leaf */
    uint32_t             *room[2];
    uint8_t              *used;     /* (slots) by this tree */
    uint32_t             *pick;
    train_tree_t          tree;
};


/* grow_room.c */

/* No leaf has sums any more. */
void train_grow_forget(train_grower_t *g);
/* Sums for a leaf, of any content: those of the leaf that is worth least, if
 * there may be no more, but of none of the two given. */
train_sum_t *train_grow_take(train_grower_t *g, size_t but, size_t nor);


/* grow_look.c: called by all members */

/* Sums of the smaller one of two leaves and, by what is left of their parent's,
 * of the larger one, NULL: there is none; the best cuts of both by the member's
 * own slots, in its found[]. */
void train_grow_look(train_grower_t *g, size_t id, const train_lot_t *lot,
    train_grow_leaf_t *small, train_grow_leaf_t *large);
/* The best of found[which] of all members is the cut of that leaf; each finds
 * it for itself. */
void train_grow_agree(train_grower_t *g, size_t id, size_t which,
    size_t leaf);


/* part.c: the leaf's rows in order, those first that go left, which are
 * counted.  Called by all members; the order is that of all only when they have
 * waited for each other. */
size_t train_part_rows(train_grower_t *g, size_t id,
    const train_grow_leaf_t *l, const train_cut_t *cut);


#endif /* TRAIN_GROW_H */
