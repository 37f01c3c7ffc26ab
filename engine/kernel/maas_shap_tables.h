/*
 * An ensemble as tables for SHAP values: between maas_shap_pack.c, which makes
 * them, maas_shap.c and the kernels.  Not for anyone else.
 */

#ifndef MAAS_SHAP_TABLES_H
#define MAAS_SHAP_TABLES_H

#include "maas_shap.h"


/*
 * How it is done.  For a leaf and a feature j on its path let w_j be the
 * product of the shares of j's edges, and o_j 1 if the row takes all of them,
 * else 0.  phi of feature i has from each leaf
 *
 *     leaf * (o_i - w_i) * integral over t of prod_{j != i} (w_j (1-t) + o_j t)
 *
 * which a rule of q places of t has exactly if no path has more than 2 q
 * features.  Two passes over the nodes sum that up for all leaves at once.
 */

#define MAAS_SHAP_T      8         /* places of t in a piece of a rule */
#define MAAS_SHAP_MAX_Q  1024      /* of a rule: paths of 2048 features */
#define MAAS_SHAP_PAD    8         /* nodes of a tree, rounded up */


/* What is compared: a feature, as nodes with these flags see it.  A value that
 * is missing is -INFINITY where that is left, else NaN: so all that is left is
 * x <= threshold. */

typedef struct {
    uint32_t   feature;
    uint32_t   flags;
} maas_shap_column_t;

/* A node whose feature was met above: at node `above`, on whose right side it
 * is if flip is 0xff, on its left one if that is 0.  Nodes count from the first
 * one of the tree. */

typedef struct {
    uint32_t   node;
    uint32_t   above;
    uint32_t   flip;
} maas_shap_repeat_t;

/* A node that is asked in another way: maas__trees_left(). */

typedef struct {
    uint32_t   node;               /* from the first of the tree */
    uint32_t   feature;            /* of a row */
} maas_shap_odd_t;

/* Nodes that have a node below come first, parents before children; those with
 * two leaves follow.  Child k of a tree's nodes n is node k, or k - n among the
 * single leaves, of nodes of the first kind. */

typedef struct {
    size_t     node;               /* place of the first one */
    size_t     odd;
    size_t     repeat;
    size_t     value;
    size_t     weight;             /* in curve, (q) */
    uint32_t   nodes;              /* not 0 */
    uint32_t   wide;               /* so many have a node below */
    uint32_t   single;
    uint32_t   odds;
    uint32_t   repeats;
    uint32_t   q;
} maas_shap_tree_t;

typedef struct maas_shap_kernel_s  maas_shap_kernel_t;

struct maas_shap_s {
    const maas_shap_kernel_t  *kernel;
    size_t                     bytes;

    size_t                     in;
    size_t                     out;
    maas_dtype_t               x;
    unsigned                   tiny;
    double                     divide;
    const double              *bias;       /* (out) */

    size_t                     used;       /* features that trees have */
    const uint32_t            *feature;    /* (used) of a row */

    size_t                     columns;
    const maas_shap_column_t  *column;

    size_t                     odds;
    const maas_shap_odd_t     *odd;
    maas_trees_t               asked;      /* node i is odd[i]'s */

    const maas_shap_repeat_t  *repeat;

    size_t                     trees;
    const maas_shap_tree_t    *tree;       /* by output */
    const size_t              *first;      /* (out + 1) trees of an output; of
                                              vectors: all are each one's */
    unsigned                   vector;

    /* nodes, MAAS_SHAP_PAD of them reserved where a tree has fewer */
    const uint32_t            *at;         /* column */
    const double              *threshold;
    const double              *share[2];   /* of the left child, the right */
    const uint32_t            *child[2];
    const uint32_t            *phi;        /* place of the feature in used */
    const uint32_t            *curve;      /* place in curves */

    /* single leaves; then left and right leaves, by node.  Of vectors an output
     * after the other. */
    const double              *value;

    /* of a node: u and z, MAAS_SHAP_T of each or, in the last piece, as many
     * as are left; at 2 * MAAS_SHAP_T * (n - 1) for n places: (n) ones and (n)
     * zeros */
    const double              *curves;

    size_t                     max_nodes;  /* of a tree, padded */
    size_t                     max_slots;  /* nodes and single leaves */
    size_t                     max_rows;   /* the same times places of t */
};


/* What works on a tree.  v: values by column, for rows() `lanes` numbers each;
 * asked: left or not of the tree's odd nodes, a bit a row; phi(used,
 * MAAS_SHAP_T), for rows() `lanes` numbers each, is added to; output: of
 * vectors, else 0. */

struct maas_shap_kernel_s {
    const char   *name;
    maas_isa_t    isa;
    size_t        lanes;           /* 1 to 8 rows at a time */
    int         (*usable)(void);
    void        (*one)(const maas_shap_t *s, const maas_shap_tree_t *t,
                       size_t output, const double *v, const uint8_t *asked,
                       double *phi, void *scratch);
    void        (*rows)(const maas_shap_t *s, const maas_shap_tree_t *t,
                        size_t output, const double *v, const uint8_t *asked,
                        double *phi, void *scratch);
};

extern const maas_shap_kernel_t  maas__shap_plain;     /* maas_shap_plain.c */
extern const maas_shap_kernel_t  maas__shap_avx2;      /* maas_shap_avx2.c */
extern const maas_shap_kernel_t  maas__shap_avx512;    /* maas_shap_avx512.c */


/* maas_shap_pack.c: all of s but its kernel, zeroed before.  As
 * maas__shap_create(). */
maas_status_t maas__shap_pack(const maas_trees_t *t, maas_arena_t *a,
    maas_shap_t *s, maas_err_t *err);

/* maas_shap_tree.c: a tree as it comes -> as it is walked, see above.  Arrays
 * are by place, not by node of the file. */

typedef struct {
    size_t          n;             /* nodes */
    size_t          wide;
    size_t          single;
    size_t          q;
    const uint32_t *order;         /* (n) node of the file that comes there */
    const uint32_t *child[2];      /* (n) as above; of two leaves, the leaves */
    const uint32_t *leaf;          /* (single) of the file */
    const double   *share[2];      /* (n) */
    const double   *reach;         /* (n) share of the rows that come, 1: all */
    const double   *known;         /* (n) product of the shares of the edges of
                                      its feature above */
    const uint32_t *above;         /* (n) last node of its feature above, or
                                      UINT32_MAX */
    const uint8_t  *side;          /* (n) is it on the right of that? */
} maas_shap_shape_t;

/* Memory for trees of up to n nodes, with `in` features. */
typedef struct maas_shap_work_s  maas_shap_work_t;
maas_shap_work_t *maas__shap_work(size_t n, size_t in, maas_arena_t *a);

/* Tree i of t with n nodes, not 0; `node`: its first one, over all trees.  The
 * answer is good until the next call. */
void maas__shap_shape(maas_shap_work_t *w, const maas_trees_t *t, size_t i,
    size_t node, maas_shap_shape_t *s);


#endif /* MAAS_SHAP_TABLES_H */
