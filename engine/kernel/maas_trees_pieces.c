/*
 * Trees cut into pieces of at most 8 exits, and ids for the exits.
 * Not here: where pieces stand (maas_trees_layout.c).
 */

#include "maas_trees_layout.h"
#include "maas_int.h"

#include <string.h>


#define TREES_EXITS  (MAAS_TREES_SLOTS + 1)


/* A tree: where its things begin in all arrays */

typedef struct {
    const maas_trees_t  *t;
    size_t               tree;
    size_t               node;
    size_t               leaf;
    uint8_t             *exits;        /* (nodes of the tree) of the piece that
                                          ends at a node; 0: cut off above */
} trees_cut_t;


static unsigned
maas_trees_exits(const trees_cut_t *c, int32_t child)
{
    return child < 0 || c->exits[child] == 0 ? 1 : c->exits[child];
}


/* Bottom-up: where both sides are too many, the larger one becomes a link.  The
 * pieces: they begin at the root and at nodes with 0 exits. */

static size_t
maas_trees_cut(trees_cut_t *c)
{
    size_t    i, n, pieces;
    int32_t   left, right;
    unsigned  l, r;

    n = c->t->size[c->tree];
    pieces = 1;

    for (i = n; i-- > 0; /* void */) {
        left = c->t->left[c->node + i];
        right = c->t->right[c->node + i];
        l = maas_trees_exits(c, left);
        r = maas_trees_exits(c, right);

        while (l + r > TREES_EXITS) {
            if (l >= r) {
                c->exits[left] = 0;
                l = 1;
            } else {
                c->exits[right] = 0;
                r = 1;
            }

            pieces++;
        }

        c->exits[i] = (uint8_t) (l + r);
    }

    return pieces;
}


/* The piece with root `at` in order; its exits get ids from base on.  Links go
 * to the end of the list of pieces. */

typedef struct {
    maas_trees_piece_t  *piece;
    size_t               n;            /* pieces so far */
    uint32_t            *leaf;         /* of exits */
    size_t               exits;        /* so far */
    int32_t             *root;         /* (pieces) nodes */
} trees_list_t;


static void
maas_trees_exit(const trees_cut_t *c, trees_list_t *list, int32_t child)
{
    if (child < 0) {
        list->leaf[list->exits++] = (uint32_t) (c->leaf + (size_t) ~child);
        return;
    }

    list->root[list->n] = child;
    list->piece[list->n].link = (uint32_t) list->exits;
    list->n++;

    list->leaf[list->exits++] = MAAS_TREES_NONE;
}


static void
maas_trees_piece(const trees_cut_t *c, trees_list_t *list, size_t p)
{
    int32_t              at, stack[TREES_EXITS];
    uint8_t              first[TREES_EXITS];
    unsigned             depth;
    maas_trees_piece_t  *piece;

    piece = &list->piece[p];
    piece->tree = (uint32_t) c->tree;
    piece->base = (uint32_t) list->exits;
    at = list->root[p];
    depth = 0;

    if (at < 0) {                      /* a tree that is a leaf */
        maas_trees_exit(c, list, at);
        return;
    }

    for ( ;; ) {

        while (at >= 0 && (c->exits[at] != 0 || at == list->root[p])) {
            first[depth] = (uint8_t) (list->exits - piece->base);
            stack[depth++] = at;
            at = c->t->left[c->node + (size_t) at];
        }

        maas_trees_exit(c, list, at);

        if (depth == 0) {
            return;
        }

        at = stack[--depth];
        piece->node[piece->nodes] = (uint32_t) (c->node + (size_t) at);
        piece->first[piece->nodes] = first[depth];
        piece->nodes++;
        at = c->t->right[c->node + (size_t) at];
    }
}


static size_t
maas_trees_most(const maas_trees_t *t)
{
    size_t  i, most;

    for (i = 0, most = 0; i < t->trees; i++) {
        most = t->size[i] > most ? t->size[i] : most;
    }

    return most;
}


/* c->exits of all trees, one after the other, in `exits` */

static void
maas_trees_name(maas_trees_layout_t *l, trees_cut_t *c, trees_list_t *list,
    uint8_t *exits)
{
    size_t  i, p;

    c->node = 0;
    c->leaf = 0;
    list->n = 0;

    for (i = 0; i < c->t->trees; i++) {
        c->tree = i;
        c->exits = exits + c->node;

        list->piece = l->piece + l->piece_first[i];
        list->leaf = l->exit_leaf + l->exit_first[i];
        list->root[0] = c->t->size[i] == 0 ? ~0 : 0;
        list->n = 1;
        list->exits = 0;

        for (p = 0; p < list->n; p++) {
            maas_trees_piece(c, list, p);
        }

        c->node += c->t->size[i];
        c->leaf += c->t->size[i] + 1;
    }
}


int
maas__trees_pieces(maas_trees_layout_t *l, const maas_trees_t *t,
    maas_arena_t *a)
{
    size_t        i, n;
    uint8_t      *exits;
    trees_cut_t   c;
    trees_list_t  list;

    memset(&c, 0, sizeof(trees_cut_t));
    memset(&list, 0, sizeof(trees_list_t));
    c.t = t;

    exits = maas__arena_alloc(a, t->nodes + 1, 1);
    l->piece_first = maas__arena_alloc(a, t->trees + 1, sizeof(uint32_t));
    l->exit_first = maas__arena_alloc(a, t->trees + 1, sizeof(uint32_t));
    list.root = maas__arena_alloc(a, maas_trees_most(t) + 1, sizeof(int32_t));

    if (exits == NULL || l->piece_first == NULL || l->exit_first == NULL
        || list.root == NULL)
    {
        return -1;
    }

    for (i = 0; i < t->trees; i++) {
        c.tree = i;
        c.exits = exits + c.node;
        n = maas_trees_cut(&c);
        c.node += t->size[i];

        l->piece_first[i + 1] = l->piece_first[i] + (uint32_t) n;
        l->exit_first[i + 1] = l->exit_first[i] + t->size[i] + (uint32_t) n;
    }

    l->pieces = l->piece_first[t->trees];
    l->piece = maas__arena_alloc(a, l->pieces, sizeof(maas_trees_piece_t));
    l->exit_leaf = maas__arena_alloc(a, l->exit_first[t->trees],
                                     sizeof(uint32_t));

    if (l->piece == NULL || l->exit_leaf == NULL) {
        return -1;
    }

    maas_trees_name(l, &c, &list, exits);

    return 0;
}
