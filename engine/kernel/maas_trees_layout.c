/*
 * Pieces of trees in lanes and blocks, links between them, and all else that a
 * packed ensemble has, in one block of memory.
 * Not here: how it is run (maas_trees_avx2.c, maas_trees_avx512.c).
 */

#include "maas_trees_layout.h"
#include "maas_int.h"

#include <string.h>


#define TREES_NARROW      32           /* columns that leave room for 3 bits */
#define TREES_BYTE_IDS    255          /* and 255 is none */
#define TREES_WORD_IDS    65535
#define TREES_LEAVES_MAX  512          /* a mean tree of more is walked */


static size_t
maas_trees_count(const uint32_t *first, size_t i)
{
    return first[i + 1] - first[i];
}


/* Trees by falling number of pieces, otherwise in their order; start of each
 * piece's lanes */

static uint32_t *
maas_trees_rank(maas_trees_layout_t *l, maas_arena_t *a)
{
    size_t     i, p, at, most;
    uint32_t  *start, *next;

    for (i = 0, most = 0; i < l->head.trees; i++) {
        p = maas_trees_count(l->piece_first, i);
        most = p > most ? p : most;
    }

    l->head.starts = most;
    l->tree = maas__arena_alloc(a, l->head.trees, sizeof(uint32_t));
    l->rank = maas__arena_alloc(a, l->head.trees, sizeof(uint32_t));
    start = maas__arena_alloc(a, most + 1, sizeof(uint32_t));
    next = maas__arena_alloc(a, most + 2, sizeof(uint32_t));

    if (l->tree == NULL || l->rank == NULL || start == NULL || next == NULL) {
        return NULL;
    }

    /* start[p + 1]: trees that have a piece p */

    for (i = 0; i < l->head.trees; i++) {
        next[maas_trees_count(l->piece_first, i)]++;
    }

    for (p = most, at = 0; p > 0; p--) {
        at += next[p];
        start[p] = (uint32_t) at;
        next[p] = (uint32_t) (at - next[p]);
    }

    for (p = 0; p < most; p++) {
        start[p + 1] += start[p];
    }

    for (i = 0; i < l->head.trees; i++) {
        at = next[maas_trees_count(l->piece_first, i)]++;
        l->tree[at] = (uint32_t) i;
        l->rank[i] = (uint32_t) at;
    }

    return start;
}


static size_t
maas_trees_lane(const maas_trees_layout_t *l, size_t piece)
{
    size_t  tree;

    tree = l->piece[piece].tree;

    return l->start[piece - l->piece_first[tree]] + l->rank[tree];
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

    (void) maas__trees_place(&at, MAAS_TREES_COLUMNS, 1);
    h->bits_off = maas__trees_place(&at, h->sets > 0 ? h->row : 0, 1);
    h->exit_off = maas__trees_place(&at, (h->blocks + 1) * h->width, id);
    h->id_off = maas__trees_place(&at, h->groups * h->width, id);
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
    h->start_at = maas__trees_place(&at, h->starts, sizeof(uint32_t));
    h->group_at = maas__trees_place(&at, h->groups,
                                    sizeof(maas_trees_group_t));

    for (g = 0; g < h->groups; g++) {
        l->group[g].at = maas__trees_place(&at, l->group[g].pieces - 1,
                                           h->width * id);
    }

    maas__trees_codes_pack(l, t, &at, to);
    maas__trees_sums_pack(l, t, &at, to);
    h->size = at;
}


static int
maas_trees_lanes(maas_trees_layout_t *l, maas_arena_t *a)
{
    size_t              g, most;
    maas_trees_head_t  *h = &l->head;

    l->start = maas_trees_rank(l, a);
    h->groups = (h->trees + h->width - 1) / h->width;
    l->group = maas__arena_alloc(a, h->groups, sizeof(maas_trees_group_t));

    if (l->start == NULL || l->group == NULL) {
        return -1;
    }

    for (g = 0; g < h->groups; g++) {
        most = maas_trees_count(l->piece_first, l->tree[g * h->width]);
        l->group[g].pieces = (uint32_t) most;
    }

    h->blocks = (l->pieces + h->width - 1) / h->width;
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
    unsigned narrow)
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

    h->narrow = narrow && h->columns <= TREES_NARROW;
    h->id = ids > TREES_BYTE_IDS ? 2 : 1;

    if (maas_trees_lanes(l, a) != 0) {
        return NULL;
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
    uint8_t  column, first;

    width = l->head.width;
    at += j * width * (l->head.narrow ? 2 : 3);

    if (j >= piece->nodes) {
        at[width] = 255;
        return;
    }

    n = piece->node[j];
    first = piece->first[j];
    column = (uint8_t) l->column[n];

    at[0] = l->head.narrow ? (uint8_t) (column | first << 5) : column;
    at[width] = t->flags[n] & (MAAS_TREE_SET | MAAS_TREE_EQUAL) ? 255
                                                                : l->k[n];

    if (!l->head.narrow) {
        at[2 * width] = (uint8_t) ((2u << j) - (1u << first));
    }
}


static void
maas_trees_blocks_pack(const maas_trees_layout_t *l, const maas_trees_t *t,
    void *to)
{
    size_t                     p, j, lane, width;
    uint8_t                   *at, *base;
    const maas_trees_piece_t  *piece;
    const maas_trees_piece_t   none = { .nodes = 0 };

    width = l->head.width;

    for (p = 0; p < l->head.blocks * width; p++) {
        piece = p < l->pieces ? &l->piece[p] : &none;
        lane = p < l->pieces ? maas_trees_lane(l, p) : p;
        at = (uint8_t *) to + l->head.block_at + lane / width * l->head.block;
        base = at + MAAS_TREES_SLOTS * width * (l->head.narrow ? 2 : 3);

        for (j = 0; j < MAAS_TREES_SLOTS; j++) {
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

    for (g = 0; g < h->groups; g++) {
        at = (char *) to + l->group[g].at;

        for (p = 1; p < l->group[g].pieces; p++) {
            for (i = 0; i < h->width; i++) {
                r = g * h->width + i;
                link = TREES_WORD_IDS;

                if (r < h->trees
                    && p < maas_trees_count(l->piece_first, l->tree[r]))
                {
                    piece = &l->piece[l->piece_first[l->tree[r]] + p];
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

    memcpy((char *) to + l.head.start_at, l.start,
           l.head.starts * sizeof(uint32_t));
    memcpy((char *) to + l.head.group_at, l.group,
           l.head.groups * sizeof(maas_trees_group_t));
    memcpy(to, &l.head, sizeof(maas_trees_head_t));
}
