/*
 * Lanes for the pieces of trees, and steps that find ids from their exits while
 * these are in registers: in a step each tree of a group has at most one piece,
 * of any lane of one block.
 * Not here: pieces that wait in memory for all others (maas_trees_layout.c).
 */

#include "maas_trees_layout.h"
#include "maas_int.h"

#include <string.h>


#define TREES_APART   48               /* trees that make it worth to begin the
                                          sum before all are known, */
#define TREES_BEGIN   3                /*     with the first of so many parts */
#define TREES_EVEN    4                /* leaves are added so many at once */

typedef struct {
    maas_trees_layout_t  *l;
    size_t                block;       /* the next one */
    size_t                steps;       /* so far */
    uint32_t             *next;        /* (width) of trees: the next piece */
} trees_steps_t;


static size_t
maas_trees_left(const trees_steps_t *s, size_t first, size_t i)
{
    return s->l->piece_first[first + i + 1] - s->next[i];
}


/* A piece of each of n trees, as far as there are lanes, those first that have
 * most left.  The lanes that are used then. */

static size_t
maas_trees_level(trees_steps_t *s, size_t first, size_t n, size_t lane)
{
    size_t                i, left, most;
    maas_trees_layout_t  *l = s->l;

    for (i = 0, most = 0; i < n; i++) {
        left = maas_trees_left(s, first, i);
        most = left > most ? left : most;
    }

    for (left = most; left > 0; left--) {
        for (i = 0; i < n && lane < l->head.width; i++) {
            if (maas_trees_left(s, first, i) == left
                && l->step[s->next[i]] == 0)
            {
                l->lane[s->next[i]]
                    = (uint32_t) (s->block * l->head.width + lane++);
                l->step[s->next[i]] = (uint32_t) s->steps + 1;
            }
        }
    }

    for (i = 0; i < n; i++) {
        s->next[i] += maas_trees_left(s, first, i) > 0
                      && l->step[s->next[i]] != 0;
    }

    s->steps++;

    return lane;
}


/* The blocks and steps of n trees */

static void
maas_trees_group(trees_steps_t *s, size_t first, size_t n)
{
    size_t                i, lane, pieces;
    maas_trees_layout_t  *l = s->l;

    pieces = l->piece_first[first + n] - l->piece_first[first];

    for (i = 0; i < n; i++) {
        s->next[i] = l->piece_first[first + i];
        l->rank[first + i]
            = (uint32_t) (l->head.groups * l->head.width + i);
    }

    for (/* void */; pieces > 0; pieces -= lane) {
        lane = 0;

        while (lane < l->head.width && lane < pieces) {
            lane = maas_trees_level(s, first, n, lane);
        }

        l->block_step[++s->block] = (uint32_t) s->steps;
    }

    l->group[l->head.groups].first = (uint32_t) first;
    l->group[l->head.groups].trees = (uint32_t) n;
    l->group[l->head.groups].leaf = l->exit_first[first];
    l->group[l->head.groups].blocks = (uint32_t) s->block;
    l->head.groups++;
}


/* Trees of the next group: as many as there are lanes, of the first one as few
 * as leave no more groups, but they fill its blocks */

static size_t
maas_trees_take(const maas_trees_layout_t *l, size_t first)
{
    size_t  n, least, lanes, left, width;

    width = l->head.width;
    left = l->head.trees - first;

    if (first > 0 || left < TREES_APART) {
        return left < width ? left : width;
    }

    least = (left - 1) % width + 1;

    if (left <= width || (left < 2 * width && least < left / TREES_BEGIN)) {
        least = left / TREES_BEGIN;
    }

    lanes = (l->piece_first[least] + width - 1) / width * width;

    for (n = least; n < width && n < left; n++) {
        if (l->piece_first[n + 1] > lanes) {
            break;
        }
    }

    return n - n % TREES_EVEN < least ? n : n - n % TREES_EVEN;
}


int
maas__trees_steps(maas_trees_layout_t *l, maas_arena_t *a)
{
    size_t              i, n;
    trees_steps_t       s;
    maas_trees_head_t  *h = &l->head;

    memset(&s, 0, sizeof(trees_steps_t));
    s.l = l;
    s.next = maas__arena_alloc(a, h->width, sizeof(uint32_t));

    l->lane = maas__arena_alloc(a, l->pieces, sizeof(uint32_t));
    l->step = maas__arena_alloc(a, l->pieces, sizeof(uint32_t));
    l->block_step = maas__arena_alloc(a, l->pieces + 1, sizeof(uint32_t));
    l->rank = maas__arena_alloc(a, h->trees, sizeof(uint32_t));
    l->group = maas__arena_alloc(a, h->trees, sizeof(maas_trees_group_t));

    if (s.next == NULL || l->lane == NULL || l->step == NULL
        || l->block_step == NULL || l->rank == NULL || l->group == NULL)
    {
        return -1;
    }

    for (i = 0; i < h->trees; i += n) {
        n = maas_trees_take(l, i);
        maas_trees_group(&s, i, n);
    }

    h->blocks = s.block;
    h->steps = s.steps;

    return 0;
}


/* link(width) from(width) of each; a lane whose id is link has from now on that
 * of lane `from` of the block */

void
maas__trees_steps_pack(const maas_trees_layout_t *l, void *to)
{
    size_t                      p, tree;
    uint8_t                    *at;
    const maas_trees_head_t    *h = &l->head;
    const maas_trees_piece_t   *piece;

    memcpy((char *) to + h->block_step_at, l->block_step,
           (h->blocks + 1) * sizeof(uint32_t));

    for (p = 0; p < h->steps; p++) {
        at = (uint8_t *) to + h->step_at + 2 * p * h->width;
        memset(at, MAAS_TREES_NO_ID, h->width);
    }

    for (p = 0; p < l->pieces; p++) {
        piece = &l->piece[p];
        tree = l->rank[piece->tree] % h->width;
        at = (uint8_t *) to + h->step_at + 2 * (l->step[p] - 1) * h->width
             + tree;
        at[0] = (uint8_t) (p == l->piece_first[piece->tree]
                           ? MAAS_TREES_NEW_ID : piece->link);
        at[h->width] = (uint8_t) (l->lane[p] % h->width);
    }
}
