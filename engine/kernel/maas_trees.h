/*
 * Ensembles of decision trees: what one is, and the kernels that run it.
 * Not here: layers of kind "trees" (op/), files of other libraries (trainer).
 */

#ifndef MAAS_TREES_H
#define MAAS_TREES_H

#include "maas_dtype.h"
#include "maas_mem.h"


/* What a node does with a value x of its feature, flags.  In words:
 *
 *     if x is NaN and not MAAS_TREE_NAN: x = 0
 *     if x is NaN, or MAAS_TREE_ZERO and |x| <= MAAS_TREE_TINY: the way that
 *         MAAS_TREE_LEFT says
 *     MAAS_TREE_SET: left if floor(x) (MAAS_TREE_FLOOR, else x truncated) is
 *         in the set whose number is the threshold
 *     MAAS_TREE_EQUAL: left if x = threshold
 *     else left if x <= threshold
 *
 * "x < t" is "x <= the next number below t". */

#define MAAS_TREE_SET    0x01
#define MAAS_TREE_LEFT   0x02      /* missing goes left, else right */
#define MAAS_TREE_NAN    0x04      /* NaN is missing, else it is 0 */
#define MAAS_TREE_ZERO   0x08      /* 0 is missing as well */
#define MAAS_TREE_EQUAL  0x10
#define MAAS_TREE_FLOOR  0x20      /* of a set: -0.5 is no 0 */
#define MAAS_TREE_FLAGS  0x3f

#define MAAS_TREES_MOST  8         /* rows that have scratch of their own */

#define MAAS_TREE_TINY   1.0000000180025095e-35    /* LightGBM's zero */

/* What becomes of the sums, in their precision.  X(constant, name) */

#define MAAS_TRANSFORMS(X)                                                    \
    X(NONE,      "none")                                                      \
    X(SIGMOID,   "sigmoid")        /* 1 / (1 + exp(-slope s)), each */        \
    X(SOFTMAX,   "softmax")        /* over all outputs */                     \
    X(EXP,       "exp")                                                       \
    X(SOFTPLUS,  "softplus")       /* log(1 + exp(s)) */                      \
    X(SQUARE,    "signed_square")  /* sign(s) s^2 */                          \
    X(STEP,      "step")           /* s > 0 ? 1 : 0 */

#define MAAS_TRANSFORM_CONSTANT(c, name)  MAAS_TRANSFORM_##c,

typedef enum {
    MAAS_TRANSFORMS(MAAS_TRANSFORM_CONSTANT)
    MAAS_N_TRANSFORMS
} maas_transform_t;

/* What becomes of a row's trees, one after the other.  X(constant, name) */

#define MAAS_COMBINES(X)                                                      \
    X(SUM,  "sum")                                                            \
    X(MIN,  "min")                                                            \
    X(MAX,  "max")

#define MAAS_COMBINE_CONSTANT(c, name)  MAAS_COMBINE_##c,

typedef enum {
    MAAS_COMBINES(MAAS_COMBINE_CONSTANT)
    MAAS_N_COMBINES
} maas_combine_t;


/*
 * An ensemble as files have it.  Tree t has size[t] nodes, the first is its
 * root, and size[t] + 1 leaves; both follow those of tree t - 1.  A child is a
 * node of the same tree, counted from its first one and behind its parent, or
 * ~leaf, likewise; with size 0 the tree is its one leaf.
 *
 * The answer of a row, in the precision of `value`, one operation a tree, in
 * this order: score[o] = base[o] (base_last: 0; min, max: infinity); for each
 * tree t: score[o] = score[o] + leaf, or the smaller or larger of both, where
 * the leaf has one number for o = output[t], or, if `vector`, one for each o.
 * base_last: + base[o]; then / divide; then the transform.  A linear leaf gives
 * constant + sum of coefficient * x, in order, one rounding each, or its value
 * where one of those x is NaN.
 */

typedef struct maas_trees_s {
    size_t           in;           /* numbers a row */
    size_t           out;          /* numbers of the answer */
    maas_dtype_t     x;            /* F32 or F64: of a row */
    size_t           trees;
    size_t           nodes;        /* of all trees; leaves: nodes + trees */
    unsigned         vector;
    unsigned         tiny;         /* first of all each |x| <= MAAS_TREE_TINY
                                      becomes 0 */
    unsigned         base_last;
    size_t           divide;       /* 1: nothing */
    maas_combine_t   combine;
    maas_transform_t transform;
    double           slope;

    maas_dtype_t     compare;      /* F32 or F64: of thresholds; an x of F32 is
                                      widened for F64, never narrowed */
    maas_dtype_t     sum;          /* F32 or F64: of value and base */

    const uint32_t  *size;         /* (trees) */
    const uint32_t  *feature;      /* (nodes) below in */
    const void      *threshold;    /* (nodes) */
    const int32_t   *left;         /* (nodes) */
    const int32_t   *right;        /* (nodes) */
    const uint8_t   *flags;        /* (nodes) */
    const void      *value;        /* (leaves, vector ? out : 1) */
    const uint32_t  *output;       /* (trees) below out; NULL if vector or
                                      out = 1 */
    const void      *base;         /* (out) */

    size_t           sets;
    size_t           words;
    const uint32_t  *set;          /* (sets + 1) where its words begin; NULL if
                                      there is none */
    const uint32_t  *word;         /* (words) bit b of word w: number 32 w + b
                                      is in the set */

    size_t           terms;        /* of all linear leaves; 0: none is linear */
    const uint32_t  *term;         /* (leaves + 1) where a leaf's begin: one
                                      that has none gives its constant */
    const uint32_t  *term_feature; /* (terms) */
    const double    *coefficient;  /* (terms) */
    const double    *constant;     /* (leaves) */

    const double    *cover;        /* (nodes + leaves) rows of training, by
                                      tree: its nodes, then its leaves; NULL:
                                      not known */
} maas_trees_t;


/* maas_trees.c */

/* Is every number in the bounds that are said above, and every tree a tree:
 * each node and leaf but the root the child of one node?  BADVALUE and a
 * sentence such as "tree 3, node 2: feature 31 of 30".  room: for marks,
 * (2 * nodes + trees) zeroed bytes. */
maas_status_t maas__trees_check(const maas_trees_t *t, uint8_t *room,
    maas_err_t *err);

/* How it is meant: every kernel finds the same.  Number f of a row, widened,
 * `tiny` applied; does a node, counted over all trees, send it left? */
double maas__trees_x(const maas_trees_t *t, const void *x, size_t f);
int maas__trees_left(const maas_trees_t *t, size_t node, double x);

/* Leaf that tree i has for a row, counted over all trees; `node` and `leaf`:
 * the first of the tree's. */
size_t maas__trees_leaf(const maas_trees_t *t, size_t i, size_t node,
    size_t leaf, const void *x);

/* What a linear leaf, counted over all trees, gives; terms is not 0. */
double maas__trees_linear(const maas_trees_t *t, size_t leaf, const void *x);

/* In place, s(rows,out) of type `sum`, after a kernel: base_last and divide;
 * then the transform. */
void maas__trees_divide(const maas_trees_t *t, void *s, size_t rows);
void maas__trees_transform(const maas_trees_t *t, void *s, size_t rows);


/*
 * A kernel.  An ensemble is laid out (what it takes is known then), packed, and
 * run.  The scores have the bits of maas__trees_ref, whatever rows they come
 * with.
 */

typedef struct {
    const char   *name;            /* such as "avx512" */
    maas_isa_t    isa;

    /* on this CPU, and for what the ensemble needs: the plain one always is */
    int         (*usable)(const maas_trees_t *t);

    /* how it will be packed, in the arena, or NULL: no memory.  *size: bytes
     * that pack() writes, *scratch: bytes a row, up to MAAS_TREES_MOST, of
     * scratch that run() needs, both multiples of MAAS_ALIGN, not 0 */
    void       *(*layout)(const maas_trees_t *t, maas_arena_t *a,
                          size_t *size, size_t *scratch);

    /* to: MAAS_ALIGN aligned, zeroed; keeps nothing of t */
    void        (*pack)(const maas_trees_t *t, const void *layout, void *to);

    /* s(rows,out) dense, of type `sum`: base, if it is not the last, and trees
     * are in it.  x(rows,in): ldx numbers from row to row, of the type t->x.
     * scratch: bytes a row, as above, aligned, of any content.  t: as packed,
     * its arrays are not there any more. */
    void        (*run)(const maas_trees_t *t, const void *packed,
                       const void *x, size_t ldx, size_t rows, void *s,
                       void *scratch);
} maas_trees_kernel_t;

extern const maas_trees_kernel_t maas__trees_ref;      /* maas_trees.c */
extern const maas_trees_kernel_t maas__trees_walk;     /* maas_trees_walk.c */
extern const maas_trees_kernel_t maas__trees_avx2;     /* maas_trees_avx2.c */
extern const maas_trees_kernel_t maas__trees_avx512;   /* maas_trees_avx512.c */

/* The fastest one at hand that needs no more than isa. */
const maas_trees_kernel_t *maas__trees_choose(const maas_trees_t *t,
    maas_isa_t isa);


#endif /* MAAS_TREES_H */
