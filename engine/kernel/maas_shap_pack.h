/*
 * Tables of SHAP values while they are made: between maas_shap_pack.c, which
 * counts, and maas_shap_fill.c.  Not for anyone else.
 */

#ifndef MAAS_SHAP_PACK_H
#define MAAS_SHAP_PACK_H

#include "maas_shap_tables.h"

#include <math.h>


#define MAAS_SHAP_SEEN    (MAAS_TREE_LEFT | MAAS_TREE_NAN | MAAS_TREE_ZERO)
#define MAAS_SHAP_KINDS   (MAAS_SHAP_SEEN + 1)
#define MAAS_SHAP_ODD     (MAAS_TREE_SET | MAAS_TREE_EQUAL)
#define MAAS_SHAP_OFF     (2 * MAAS_SHAP_T * MAAS_SHAP_T)

/* A rule of q places, once a tree needs it */

typedef struct {
    double   *t;
    double   *weight;
    size_t    at;                      /* its weights in curves */
    size_t    plain;                   /* u and z where known is 1 */
} maas_shap_rule_t;

/* While tables are made: what is counted in a first walk over all trees, and
 * filled in a second. */

typedef struct {
    const maas_trees_t  *t;
    maas_arena_t        *arena;        /* of the tables */
    maas_arena_t        *room;         /* until they are made */
    maas_shap_t         *s;
    maas_shap_work_t    *work;
    maas_shap_rule_t    *rules;        /* (MAAS_SHAP_MAX_Q + 1) */
    uint32_t            *used;         /* (in) place in s->feature, from 1 */
    uint32_t            *column;       /* (in, MAAS_SHAP_KINDS) likewise */
    size_t               nodes, repeats, odds, values;
    size_t               curves;       /* those of rules; then of repeats */
    size_t               more;         /* of repeats */

    uint32_t            *at, *child[2], *phi, *curve, *feature;
    double              *threshold, *share[2], *value, *curves_of, *bias;
    float               *asked_f;
    double              *asked_d;
    uint8_t             *asked_flags;
    maas_shap_column_t  *columns;
    maas_shap_repeat_t  *repeat;
    maas_shap_odd_t     *odd;
    maas_shap_tree_t    *tree;
} maas_shap_pack_t;


static inline size_t
maas__shap_pad(size_t n)
{
    return (n + MAAS_SHAP_PAD - 1) / MAAS_SHAP_PAD * MAAS_SHAP_PAD;
}


static inline double
maas__shap_number(maas_dtype_t type, const void *p, size_t i)
{
    return type == MAAS_F64 ? ((const double *) p)[i]
                            : (double) ((const float *) p)[i];
}


/* A threshold that is no number has no order */

static inline int
maas__shap_is_odd(const maas_trees_t *t, size_t n)
{
    return (t->flags[n] & MAAS_SHAP_ODD)
           || isnan(maas__shap_number(t->compare, t->threshold, n));
}


/* Numbers of all leaves of a tree in `value` */

static inline size_t
maas__shap_values(const maas_trees_t *t, size_t single, size_t nodes)
{
    return (maas__shap_pad(single) + 2 * maas__shap_pad(nodes))
           * (t->vector ? t->out : 1);
}


/* maas_shap_fill.c: all that was counted into the tables.  next(out): where the
 * next tree of an output comes. */
void maas__shap_fill(maas_shap_pack_t *p, size_t *next);


#endif /* MAAS_SHAP_PACK_H */
