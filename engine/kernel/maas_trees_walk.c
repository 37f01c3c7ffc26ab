/*
 * Trees that no pieces are made of: too large, too many columns.  Eight of them
 * are walked side by side, without branches but where nodes are special.
 * Not here: pieces (maas_trees_layout.c).
 */

#include "maas_trees_layout.h"
#include "maas_int.h"

#include <math.h>
#include <string.h>


#define INLINE  static inline __attribute__((always_inline))

#define TREES_SIDE     8               /* trees that are walked together */
#define TREES_STRIDE   4               /* steps between looks at the end */

/* What a node has beside its feature */

#define TREES_NAN_GOES_LEFT  0x80000000u
#define TREES_SPECIAL        0x40000000u       /* see operand and flags */
#define TREES_FEATURE        0x3fffffffu


/* Left is `child`, right the one behind it.  A leaf goes left, to itself. */

typedef struct {
    float     threshold;
    uint32_t  feature;
    uint32_t  child;
} maas_trees_step_float_t;

typedef struct {
    double    threshold;
    uint32_t  feature;
    uint32_t  child;
} maas_trees_step_double_t;


/* Nodes and leaves in pairs: where the children of each node stand, and how
 * many pairs are above the deepest leaf */

typedef struct {
    const maas_trees_t  *t;
    size_t               tree;
    size_t               node;         /* of all, the first one of the tree */
    size_t               leaf;
    size_t               at;           /* place of its root */
    uint32_t            *place;        /* (nodes of the tree) */
    uint32_t            *depth;        /* (nodes of the tree) */
} trees_path_t;


static double
maas_trees_real(maas_dtype_t type, const void *p, size_t i)
{
    return type == MAAS_F64 ? ((const double *) p)[i]
                            : (double) ((const float *) p)[i];
}


static int
maas_trees_plain(unsigned flags)
{
    return (flags & (MAAS_TREE_SET | MAAS_TREE_EQUAL | MAAS_TREE_ZERO)) == 0;
}


static void
maas_trees_step_put(const maas_trees_head_t *h, void *to, size_t at,
    double threshold, uint32_t feature, size_t child)
{
    maas_trees_step_float_t   *f;
    maas_trees_step_double_t  *d;

    f = (maas_trees_step_float_t *) ((char *) to + h->node_at) + at;
    d = (maas_trees_step_double_t *) ((char *) to + h->node_at) + at;

    if (h->wide) {
        d->threshold = threshold;
        d->feature = feature;
        d->child = (uint32_t) child;
    } else {
        f->threshold = (float) threshold;
        f->feature = feature;
        f->child = (uint32_t) child;
    }
}


static void
maas_trees_leaf_put(const maas_trees_head_t *h, void *to, size_t at,
    size_t leaf)
{
    maas_trees_step_put(h, to, at, INFINITY, TREES_NAN_GOES_LEFT, at);
    ((uint32_t *) ((char *) to + h->leaf_at))[at] = (uint32_t) leaf;
}


static void
maas_trees_node_put(const maas_trees_head_t *h, const maas_trees_t *t,
    size_t n, size_t at, size_t child, void *to)
{
    double    limit;
    uint32_t  feature;
    unsigned  flags;

    flags = t->flags[n];
    feature = t->feature[n];
    limit = maas__trees_bound(t, n);

    if (flags & MAAS_TREE_NAN ? flags & MAAS_TREE_LEFT : 0 <= limit) {
        feature |= TREES_NAN_GOES_LEFT;
    }

    if (!maas_trees_plain(flags)) {
        feature |= TREES_SPECIAL;
        limit = 0;
        ((double *) ((char *) to + h->operand_at))[at]
            = maas_trees_real(t->compare, t->threshold, n);
        ((uint8_t *) ((char *) to + h->flags_at))[at] = (uint8_t) flags;
    }

    maas_trees_step_put(h, to, at, limit, feature, child);
}


/* Tree p->tree, at its place; its depth.  Children stand behind parents. */

static uint32_t
maas_trees_path(const maas_trees_head_t *h, trees_path_t *p, void *to)
{
    size_t    i, k, next, size;
    int32_t   child;
    uint32_t  depth;

    size = p->t->size[p->tree];
    next = p->at + 1;
    depth = 0;

    if (size == 0) {
        maas_trees_leaf_put(h, to, p->at, 0);
        return 0;
    }

    p->place[0] = (uint32_t) p->at;
    p->depth[0] = 1;

    for (i = 0; i < size; i++, next += 2) {
        maas_trees_node_put(h, p->t, p->node + i, p->place[i], next, to);
        depth = p->depth[i] > depth ? p->depth[i] : depth;

        for (k = 0; k < 2; k++) {
            child = k == 0 ? p->t->left[p->node + i]
                           : p->t->right[p->node + i];

            if (child < 0) {
                maas_trees_leaf_put(h, to, next + k, (size_t) ~child);
            } else {
                p->place[child] = (uint32_t) (next + k);
                p->depth[child] = p->depth[i] + 1;
            }
        }
    }

    return depth;
}


static size_t
maas_trees_sides(const maas_trees_t *t)
{
    return (t->trees + TREES_SIDE - 1) / TREES_SIDE;
}


static void
maas_trees_walk_places(maas_trees_layout_t *l, const maas_trees_t *t,
    void *to)
{
    size_t              at, steps, own;
    maas_trees_head_t  *h = &l->head;

    at = 0;
    steps = 2 * t->nodes + t->trees;
    own = h->special_nodes ? steps : 0;

    (void) maas__trees_place(&at, 1, sizeof(maas_trees_head_t));
    h->node_at = maas__trees_place(&at, steps, h->wide
                                   ? sizeof(maas_trees_step_double_t)
                                   : sizeof(maas_trees_step_float_t));
    h->leaf_at = maas__trees_place(&at, steps, sizeof(uint32_t));
    h->root_at = maas__trees_place(&at, maas_trees_sides(t) * TREES_SIDE,
                                   sizeof(uint32_t));
    h->depth_at = maas__trees_place(&at, maas_trees_sides(t),
                                    sizeof(uint32_t));
    h->operand_at = maas__trees_place(&at, own, sizeof(double));
    h->flags_at = maas__trees_place(&at, own, 1);
    h->offset_at = maas__trees_place(&at, own > 0 && t->sets > 0
                                          ? t->sets + 1 : 0,
                                     sizeof(uint32_t));
    h->word_at = maas__trees_place(&at, own > 0 ? t->words : 0,
                                   sizeof(uint32_t));
    maas__trees_sums_pack(l, t, &at, to);
    h->size = at;
}


maas_trees_layout_t *
maas__trees_walk_layout(const maas_trees_t *t, maas_arena_t *a)
{
    size_t                i, leaves;
    maas_trees_layout_t  *l;

    leaves = t->nodes + t->trees;
    l = maas__arena_alloc(a, 1, sizeof(maas_trees_layout_t));

    if (l == NULL) {
        return NULL;
    }

    l->exit_first = maas__arena_alloc(a, t->trees + 1, sizeof(uint32_t));
    l->exit_leaf = maas__arena_alloc(a, leaves, sizeof(uint32_t));
    l->rank = maas__arena_alloc(a, t->trees, sizeof(uint32_t));
    l->tree = maas__arena_alloc(a, 2 * t->nodes + 2, sizeof(uint32_t));

    if (l->exit_first == NULL || l->exit_leaf == NULL || l->rank == NULL
        || l->tree == NULL)
    {
        return NULL;
    }

    for (i = 0; i < t->trees; i++) {
        l->exit_first[i + 1] = l->exit_first[i] + t->size[i] + 1;
        l->rank[i] = (uint32_t) i;
    }

    for (i = 0; i < leaves; i++) {
        l->exit_leaf[i] = (uint32_t) i;
    }

    for (i = 0; i < t->nodes; i++) {
        l->head.special_nodes |= !maas_trees_plain(t->flags[i]);
    }

    l->head.walk = 1;
    l->head.wide = t->x == MAAS_F64;
    l->head.in = t->in;
    l->head.trees = t->trees;
    l->head.id = sizeof(uint32_t);
    l->head.scratch = (maas_trees_sides(t) * TREES_SIDE * sizeof(uint32_t)
                       + MAAS_ALIGN - 1) / MAAS_ALIGN * MAAS_ALIGN;
    maas_trees_walk_places(l, t, NULL);

    return l;
}


void
maas__trees_walk_pack(const maas_trees_t *t, const maas_trees_layout_t *layout,
    void *to)
{
    size_t                i;
    uint32_t             *root, *depth, d;
    trees_path_t          p;
    maas_trees_head_t    *h;
    maas_trees_layout_t   l;

    l = *layout;
    h = &l.head;
    maas_trees_walk_places(&l, t, to);

    memset(&p, 0, sizeof(trees_path_t));
    p.t = t;
    p.place = l.tree;
    p.depth = l.tree + t->nodes + 1;

    root = (uint32_t *) ((char *) to + h->root_at);
    depth = (uint32_t *) ((char *) to + h->depth_at);

    for (i = 0; i < t->trees; i++) {
        p.tree = i;
        root[i] = (uint32_t) p.at;
        d = maas_trees_path(h, &p, to);
        depth[i / TREES_SIDE] = d > depth[i / TREES_SIDE]
                                ? d : depth[i / TREES_SIDE];
        p.at += 2 * (size_t) t->size[i] + 1;
        p.node += t->size[i];
    }

    /* those that fill up the last ones: no further than the first leaf */

    for (/* void */; i < maas_trees_sides(t) * TREES_SIDE; i++) {
        root[i] = root[0];
    }

    if (h->special_nodes && t->sets > 0) {
        memcpy((char *) to + h->offset_at, t->set,
               (t->sets + 1) * sizeof(uint32_t));
        memcpy((char *) to + h->word_at, t->word,
               t->words * sizeof(uint32_t));
    }

    memcpy(to, h, sizeof(maas_trees_head_t));
}


/* What maas__trees_left() takes of an ensemble, for special nodes */

static void
maas_trees_special(const maas_trees_head_t *h, maas_trees_t *t)
{
    memset(t, 0, sizeof(maas_trees_t));

    t->tiny = h->tiny;
    t->compare = MAAS_F64;
    t->threshold = MAAS_TREES_AT(h, operand_at, double);
    t->flags = MAAS_TREES_AT(h, flags_at, uint8_t);
    t->set = MAAS_TREES_AT(h, offset_at, uint32_t);
    t->word = MAAS_TREES_AT(h, word_at, uint32_t);
}


static unsigned
maas_trees_special_right(const maas_trees_t *t, size_t at, double x)
{
    size_t           set;
    uint32_t         k, words;
    const uint32_t  *word;

    /* most are codes in sets */

    if ((t->flags[at] & MAAS_TREE_SET) && x >= 0.5) {
        set = (size_t) ((const double *) t->threshold)[at];
        word = t->word + t->set[set];
        words = t->set[set + 1] - t->set[set];

        if (!(x < 32.0 * words)) {
            return 1;
        }

        k = (uint32_t) x;
        return ~word[k / 32] >> k % 32 & 1;
    }

    return !maas__trees_left(t, at, t->tiny && fabs(x) <= MAAS_TREE_TINY ? 0
                                                                         : x);
}


/* How a row is walked: as numbers, with NaN among them, or with nodes that are
 * special.  A step goes one down in TREES_SIDE trees; `watch`: is one of them
 * not at a leaf? */

enum { TREES_NUMBERS = 0, TREES_NANS, TREES_ANY };

#define MAAS_TREES_WALK(T)                                                    \
                                                                              \
INLINE unsigned                                                               \
maas_trees_step_##T(const maas_trees_t *t, const T *x,                        \
    const maas_trees_step_##T##_t *step, uint32_t *at, const int how,         \
    const int watch)                                                          \
{                                                                             \
    T         v;                                                              \
    size_t    i;                                                              \
    uint32_t  f, next;                                                        \
    unsigned  right, moved;                                                   \
                                                                              \
    moved = 0;                                                                \
                                                                              \
    _Pragma("GCC unroll 8")                                                   \
    for (i = 0; i < TREES_SIDE; i++) {                                        \
        f = step[at[i]].feature;                                              \
        v = x[f & TREES_FEATURE];                                             \
                                                                              \
        if (how == TREES_NUMBERS) {                                           \
            right = v > step[at[i]].threshold;                                \
        } else {                                                              \
            right = 1 ^ ((unsigned) (v <= step[at[i]].threshold)              \
                         | ((unsigned) (v != v) & f >> 31));                  \
        }                                                                     \
                                                                              \
        if (how == TREES_ANY && (f & TREES_SPECIAL)) {                        \
            right = maas_trees_special_right(t, at[i], (double) v);           \
        }                                                                     \
                                                                              \
        next = step[at[i]].child + right;                                     \
        moved |= watch ? next ^ at[i] : 0;                                    \
        at[i] = next;                                                         \
    }                                                                         \
                                                                              \
    return moved;                                                             \
}                                                                             \
                                                                              \
                                                                              \
INLINE void                                                                   \
maas_trees_walk_##T(const maas_trees_head_t *h, const T *x, uint32_t *id,     \
    const int how)                                                            \
{                                                                             \
    size_t                          g, i, d;                                  \
    uint32_t                        at[TREES_SIDE];                           \
    maas_trees_t                    t;                                        \
    const uint32_t                 *leaf;                                     \
    const maas_trees_step_##T##_t  *step;                                     \
                                                                              \
    maas_trees_special(h, &t);                                                \
    leaf = MAAS_TREES_AT(h, leaf_at, uint32_t);                               \
    step = MAAS_TREES_AT(h, node_at, maas_trees_step_##T##_t);                \
                                                                              \
    for (g = 0; g * TREES_SIDE < h->trees; g++) {                             \
        memcpy(at, MAAS_TREES_AT(h, root_at, uint32_t) + g * TREES_SIDE,      \
               sizeof(at));                                                   \
                                                                              \
        for (d = MAAS_TREES_AT(h, depth_at, uint32_t)[g]; d > 0; d--) {       \
            if (d % TREES_STRIDE != 0) {                                      \
                (void) maas_trees_step_##T(&t, x, step, at, how, 0);           \
            } else if (maas_trees_step_##T(&t, x, step, at, how, 1) == 0) {    \
                break;                                                        \
            }                                                                 \
        }                                                                     \
                                                                              \
        for (i = 0; i < TREES_SIDE; i++) {                                    \
            id[g * TREES_SIDE + i] = leaf[at[i]];                             \
        }                                                                     \
    }                                                                         \
}                                                                             \
                                                                              \
                                                                              \
static void                                                                   \
maas_trees_row_##T(const maas_trees_head_t *h, const T *x, uint32_t *id)      \
{                                                                             \
    size_t  i;                                                                \
                                                                              \
    for (i = 0; i < h->in && x[i] == x[i]; i++) { /* void */ }                \
                                                                              \
    if (h->special_nodes) {                                                   \
        maas_trees_walk_##T(h, x, id, TREES_ANY);                             \
    } else if (i < h->in) {                                                   \
        maas_trees_walk_##T(h, x, id, TREES_NANS);                            \
    } else {                                                                  \
        maas_trees_walk_##T(h, x, id, TREES_NUMBERS);                         \
    }                                                                         \
}

MAAS_TREES_WALK(double)
MAAS_TREES_WALK(float)


void
maas__trees_walk_run(const maas_trees_head_t *h, const void *x, size_t ldx,
    size_t rows, void *s, void *scratch)
{
    size_t  r, row, sums;

    row = ldx * (h->wide ? sizeof(double) : sizeof(float));
    sums = h->out * (h->wide_sum ? sizeof(double) : sizeof(float));

    for (r = 0; r < rows; r++) {
        if (h->wide) {
            maas_trees_row_double(h, x, scratch);
        } else {
            maas_trees_row_float(h, x, scratch);
        }

        maas__trees_sums(h, scratch, 0, x, ldx, 1, s);
        x = (const char *) x + row;
        s = (char *) s + sums;
    }
}


static int
maas_trees_walk_usable(const maas_trees_t *t)
{
    return 1;
}


static void *
maas_trees_walk_layout(const maas_trees_t *t, maas_arena_t *a, size_t *size,
    size_t *scratch)
{
    maas_trees_layout_t  *l;

    l = maas__trees_walk_layout(t, a);

    if (l != NULL) {
        *size = l->head.size;
        *scratch = l->head.scratch;
    }

    return l;
}


static void
maas_trees_walk_pack(const maas_trees_t *t, const void *layout, void *to)
{
    maas__trees_walk_pack(t, layout, to);
}


static void
maas_trees_walk_run(const maas_trees_t *t, const void *packed, const void *x,
    size_t ldx, size_t rows, void *s, void *scratch)
{
    maas__trees_walk_run(packed, x, ldx, rows, s, scratch);
}


const maas_trees_kernel_t  maas__trees_walk = {
    .name = "walk",
    .isa = MAAS_ISA_BLAS,
    .usable = maas_trees_walk_usable,
    .layout = maas_trees_walk_layout,
    .pack = maas_trees_walk_pack,
    .run = maas_trees_walk_run
};
