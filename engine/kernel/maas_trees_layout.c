/*
 * Pieces of trees in lanes and blocks, links between them, and all else that a
 * packed ensemble has, in one block of memory.
 * Not here: how it is run (maas_trees_avx2.c, maas_trees_avx512.c).
 */

#include "maas_trees_layout.h"
#include "maas_int.h"

#include <string.h>


#define TREES_BATCH_WIDTH 64           /* lanes of kernels that rank 16 rows */
#define TREES_NARROW      32           /* columns that leave room for 3 bits */
#define TREES_BYTE_IDS    MAAS_TREES_NO_ID
#define TREES_WORD_IDS    65535
#define TREES_LEAVES_MAX  512          /* a mean tree of more is walked */


static size_t
maas_trees_count(const uint32_t *first, size_t i)
{
    return first[i + 1] - first[i];
}


/* Trees of a group by falling number of pieces, otherwise in their order; lanes
 * of their pieces, from `lane` on.  next(starts + 2) zeroed.  The lane behind
 * them. */

static size_t
maas_trees_rank(maas_trees_layout_t *l, size_t g, size_t lane, uint32_t *next)
{
    size_t     i, p, at, end, most;
    uint32_t  *start;

    most = l->head.starts;
    start = l->start + g * most;
    i = l->group[g].first;
    end = i + l->group[g].trees;

    for (/* void */; i < end; i++) {
        next[maas_trees_count(l->piece_first, i)]++;
    }

    for (p = most, at = 0; p > 0; p--) {
        at += next[p];
        start[p - 1] = (uint32_t) at;      /* trees that have it */
        next[p] = (uint32_t) (at - next[p]);
    }

    for (p = 0; p < most; p++) {
        at = start[p];
        l->group[g].pieces += at > 0;
        start[p] = (uint32_t) lane;
        lane += at;
    }

    for (i = l->group[g].first; i < end; i++) {
        at = g * l->head.width + next[maas_trees_count(l->piece_first, i)]++;
        l->tree[at] = (uint32_t) i;
        l->rank[i] = (uint32_t) at;
    }

    memset(next, 0, (most + 2) * sizeof(uint32_t));

    return lane;
}


static int
maas_trees_groups(maas_trees_layout_t *l, maas_arena_t *a)
{
    size_t               i, p, g, n, lane, slots;
    uint32_t            *next;
    maas_trees_head_t   *h = &l->head;

    for (i = 0; i < h->trees; i++) {
        p = maas_trees_count(l->piece_first, i);
        h->starts = p > h->starts ? p : h->starts;
    }

    h->groups = (h->trees + h->width - 1) / h->width;
    n = (h->trees + h->groups - 1) / h->groups;
    slots = h->groups * h->width;

    l->tree = maas__arena_alloc(a, slots, sizeof(uint32_t));
    l->rank = maas__arena_alloc(a, h->trees, sizeof(uint32_t));
    l->start = maas__arena_alloc(a, h->groups * h->starts, sizeof(uint32_t));
    l->group = maas__arena_alloc(a, h->groups, sizeof(maas_trees_group_t));
    next = maas__arena_alloc(a, h->starts + 2, sizeof(uint32_t));

    if (l->tree == NULL || l->rank == NULL || l->start == NULL
        || l->group == NULL || next == NULL)
    {
        return -1;
    }

    memset(l->tree, 0xff, slots * sizeof(uint32_t));

    for (g = 0, lane = 0; g < h->groups; g++) {
        i = g * n < h->trees ? g * n : h->trees;
        l->group[g].first = (uint32_t) i;
        l->group[g].trees = (uint32_t) (h->trees - i < n ? h->trees - i : n);
        lane = maas_trees_rank(l, g, lane, next);
    }

    h->blocks = (l->pieces + h->width - 1) / h->width;

    return 0;
}


static size_t
maas_trees_lane(const maas_trees_layout_t *l, size_t piece)
{
    size_t  tree, rank;

    if (l->head.steps > 0) {
        return l->lane[piece];
    }

    tree = l->piece[piece].tree;
    rank = l->rank[tree];

    return l->start[rank / l->head.width * l->head.starts
                    + piece - l->piece_first[tree]]
           + rank % l->head.width;
}


/* Where the decisions of nodes of sets are */

static void
maas_trees_bits(maas_trees_layout_t *l)
{
    size_t                     p, j, lane;
    const maas_trees_piece_t  *piece;

    for (p = 0; p < l->pieces; p++) {
        piece = &l->piece[p];
        lane = maas_trees_lane(l, p);

        for (j = 0; j < piece->nodes; j++) {
            l->bit[piece->node[j]]
                = (uint32_t) ((lane / l->head.width * MAAS_TREES_SLOTS + j)
                              * l->head.width + lane % l->head.width);
        }
    }
}


/* Is the ensemble one for pieces?  The number of ids of the largest tree. */

static size_t
maas_trees_ids(const maas_trees_layout_t *l, const maas_trees_t *t)
{
    size_t  i, n, most;

    for (i = 0, most = 0; i < t->trees; i++) {
        n = maas_trees_count(l->exit_first, i);
        most = n > most ? n : most;
    }

    return most;
}


/* Places of a row's scratch */

static void
maas_trees_scratch(maas_trees_head_t *h)
{
    size_t  at, id;

    at = 0;
    id = h->id;

    /* and one more, that is nobody's */

    (void) maas__trees_place(&at, MAAS_TREES_COLUMNS + 1, 1);
    h->bits_off = maas__trees_place(&at, h->bits ? h->row : 0, 1);
    h->exit_off = maas__trees_place(&at, h->steps > 0 ? 0 : (h->blocks + 1)
                                                            * h->width, id);
    h->id_off = maas__trees_place(&at, h->groups * h->width,
                                  h->quick ? sizeof(uint16_t) : id);
    h->scratch = at;
}


/* Everything takes its place behind the head; with `to` it is also there */

static void
maas_trees_places(maas_trees_layout_t *l, const maas_trees_t *t, void *to)
{
    size_t              at, g, id;
    maas_trees_head_t  *h = &l->head;

    at = 0;
    id = h->id;

    (void) maas__trees_place(&at, 1, sizeof(maas_trees_head_t));
    maas__trees_ranks_pack(l, &at, to);

    h->block_at = maas__trees_place(&at, h->blocks, h->block);
    h->start_at = maas__trees_place(&at, h->groups * h->starts,
                                    sizeof(uint32_t));
    h->block_step_at = maas__trees_place(&at, h->steps > 0 ? h->blocks + 1 : 0,
                                         sizeof(uint32_t));
    h->step_at = maas__trees_place(&at, h->steps, 2 * h->width);
    h->group_at = maas__trees_place(&at, h->groups,
                                    sizeof(maas_trees_group_t));
    h->place_at = maas__trees_place(&at, h->quick * h->groups,
                                     h->width * sizeof(uint16_t));

    for (g = 0; h->steps == 0 && g < h->groups; g++) {
        l->group[g].at = maas__trees_place(&at, l->group[g].pieces - 1,
                                           h->width * id);
    }

    maas__trees_codes_pack(l, t, &at, to);
    maas__trees_gaps_pack(l, t, &at, to);
    maas__trees_sums_pack(l, t, &at, to);
    h->size = at;
}


static int
maas_trees_lanes(maas_trees_layout_t *l, maas_arena_t *a, unsigned packed)
{
    maas_trees_head_t  *h = &l->head;

    if ((packed && h->id == 1 ? maas__trees_steps(l, a)
                              : maas_trees_groups(l, a)) != 0)
    {
        return -1;
    }

    h->block = h->width * (MAAS_TREES_SLOTS * (h->narrow ? 2 : 3)
                           + h->id);
    h->block = (h->block + MAAS_ALIGN - 1) / MAAS_ALIGN * MAAS_ALIGN;
    h->row = (h->blocks * MAAS_TREES_SLOTS * h->width / 8 + MAAS_ALIGN - 1)
             / MAAS_ALIGN * MAAS_ALIGN;

    return 0;
}


static void
maas_trees_head(maas_trees_head_t *h, const maas_trees_t *t, size_t width)
{
    h->wide = t->x == MAAS_F64;
    h->width = width;
    h->in = t->in;
    h->trees = t->trees;
}


maas_trees_layout_t *
maas__trees_layout(const maas_trees_t *t, maas_arena_t *a, size_t width,
    unsigned packed)
{
    size_t                ids;
    maas_trees_head_t    *h;
    maas_trees_layout_t  *l;

    l = maas__arena_alloc(a, 1, sizeof(maas_trees_layout_t));
    if (l == NULL) {
        return NULL;
    }

    h = &l->head;
    maas_trees_head(h, t, width);

    if (t->nodes / t->trees > TREES_LEAVES_MAX) {
        return maas__trees_walk_layout(t, a);
    }

    if (maas__trees_ranks(l, t, a) != 0 || maas__trees_codes(l, t, a) != 0
        || maas__trees_pieces(l, t, a) != 0)
    {
        return NULL;
    }

    ids = maas_trees_ids(l, t);

    if (h->walk || ids > TREES_WORD_IDS) {
        return maas__trees_walk_layout(t, a);
    }

    if (width == TREES_BATCH_WIDTH) {
        maas__trees_batch(l);
    }

    h->narrow = packed && h->columns <= TREES_NARROW;
    h->id = ids > TREES_BYTE_IDS ? 2 : 1;
    h->quick = packed && h->id == 1 && t->out == 1 && !t->vector
               && t->combine == MAAS_COMBINE_SUM && t->terms == 0;

    h->bits = h->sets > 0 || h->gaps > 0;

    if (maas_trees_lanes(l, a, packed) != 0) {
        return NULL;
    }

    if (!maas__trees_gaps_fit(h)) {
        return maas__trees_walk_layout(t, a);
    }

    maas_trees_bits(l);

    if (maas__trees_codes_rows(l, t, a) != 0) {
        return NULL;
    }

    if (h->walk) {
        return maas__trees_walk_layout(t, a);
    }

    maas_trees_scratch(h);
    maas_trees_places(l, t, NULL);

    return l;
}


/* A node in slot j of a lane: three bytes, or two with the first exit that is
 * cleared in what the column leaves free */

static void
maas_trees_slot(const maas_trees_layout_t *l, const maas_trees_t *t,
    const maas_trees_piece_t *piece, size_t j, uint8_t *at)
{
    size_t   n, width;
    uint8_t  column, first, clear;

    width = l->head.width;
    at += j * width * (l->head.narrow ? 2 : 3);

    n = piece->node[j];
    first = piece->first[j];
    column = (uint8_t) l->column[n];

    clear = (uint8_t) ((2u << j) - (1u << first));

    at[0] = !l->head.narrow ? column
            : (uint8_t) (column | (j < 3 ? clear : first) << 5);
    at[width] = t->flags[n] & (MAAS_TREE_SET | MAAS_TREE_EQUAL) ? 255
                                                                : l->k[n];

    if (!l->head.narrow) {
        at[2 * width] = clear;
    }
}


static void
maas_trees_blocks_pack(const maas_trees_layout_t *l, const maas_trees_t *t,
    void *to)
{
    size_t                     p, j, lane, width, node;
    uint8_t                   *at, *base;
    const maas_trees_piece_t  *piece;

    width = l->head.width;
    node = width * (l->head.narrow ? 2 : 3);

    for (p = 0; p < l->head.blocks * MAAS_TREES_SLOTS; p++) {
        at = (uint8_t *) to + l->head.block_at
             + p / MAAS_TREES_SLOTS * l->head.block
             + p % MAAS_TREES_SLOTS * node;
        memset(at + width, 255, width);            /* none goes right */
    }

    for (p = 0; p < l->pieces; p++) {
        piece = &l->piece[p];
        lane = maas_trees_lane(l, p);
        at = (uint8_t *) to + l->head.block_at + lane / width * l->head.block;
        base = at + MAAS_TREES_SLOTS * node;

        for (j = 0; j < piece->nodes; j++) {
            maas_trees_slot(l, t, piece, j, at + lane % width);
        }

        if (l->head.id == 2) {
            ((uint16_t *) base)[lane % width] = (uint16_t) piece->base;
        } else {
            base[lane % width] = (uint8_t) piece->base;
        }
    }
}


/* Ids that lead to pieces, by group; others are none */

static void
maas_trees_links_pack(const maas_trees_layout_t *l, void *to)
{
    char                      *at;
    size_t                     g, p, i, r, link;
    const maas_trees_head_t   *h = &l->head;
    const maas_trees_piece_t  *piece;

    for (g = 0; h->steps == 0 && g < h->groups; g++) {
        at = (char *) to + l->group[g].at;

        for (p = 1; p < l->group[g].pieces; p++) {
            for (i = 0; i < h->width; i++) {
                r = l->tree[g * h->width + i];
                link = TREES_WORD_IDS;

                if (r != MAAS_TREES_NONE
                    && p < maas_trees_count(l->piece_first, r))
                {
                    piece = &l->piece[l->piece_first[r] + p];
                    link = piece->link;
                }

                if (h->id == 2) {
                    ((uint16_t *) at)[(p - 1) * h->width + i] = (uint16_t) link;
                } else {
                    ((uint8_t *) at)[(p - 1) * h->width + i] = (uint8_t) link;
                }
            }
        }
    }
}


/* Where the leaves of trees are */

static void
maas_trees_leaves_pack(const maas_trees_layout_t *l, void *to)
{
    size_t                     i, g;
    uint16_t                  *place;
    const maas_trees_head_t   *h = &l->head;
    const maas_trees_group_t  *group;

    for (g = 0; h->quick && g < h->groups; g++) {
        group = &l->group[g];
        place = (uint16_t *) ((char *) to + h->place_at) + g * h->width;

        for (i = 0; i < group->trees; i++) {
            place[i] = (uint16_t) (l->exit_first[group->first + i]
                                   - group->leaf);
        }
    }
}


void
maas__trees_pack(const maas_trees_t *t, const maas_trees_layout_t *layout,
    void *to)
{
    maas_trees_layout_t  l;

    if (layout->head.walk) {
        maas__trees_walk_pack(t, layout, to);
        return;
    }

    l = *layout;
    maas_trees_places(&l, t, to);
    maas_trees_blocks_pack(&l, t, to);
    maas_trees_links_pack(&l, to);
    maas_trees_leaves_pack(&l, to);

    if (l.head.steps > 0) {
        maas__trees_steps_pack(&l, to);
    } else {
        memcpy((char *) to + l.head.start_at, l.start,
               l.head.groups * l.head.starts * sizeof(uint32_t));
    }

    memcpy((char *) to + l.head.group_at, l.group,
           l.head.groups * sizeof(maas_trees_group_t));
    memcpy(to, &l.head, sizeof(maas_trees_head_t));
}
