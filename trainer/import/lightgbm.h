/*
 * A LightGBM text file as it is read: lines, the header, blocks of trees, and
 * what becomes columns.
 * Not here: what other importers need.
 */

#ifndef TRAIN_LIGHTGBM_H
#define TRAIN_LIGHTGBM_H

#include "import.h"


/* Keys of the header and of the block of a tree.  X(constant, name) */

#define TRAIN_LIGHTGBM_HEAD(X)                                                \
    X(VERSION,      "version")                                                \
    X(NUM_CLASS,    "num_class")                                              \
    X(PER_ITERATION, "num_tree_per_iteration")                                \
    X(LABEL_INDEX,  "label_index")                                            \
    X(MAX_FEATURE,  "max_feature_idx")                                        \
    X(OBJECTIVE,    "objective")                                              \
    X(AVERAGE,      "average_output")                                         \
    X(NAMES,        "feature_names")                                          \
    X(MONOTONE,     "monotone_constraints")                                   \
    X(INFOS,        "feature_infos")                                          \
    X(SIZES,        "tree_sizes")

#define TRAIN_LIGHTGBM_TREE(X)                                                \
    X(LEAVES,       "num_leaves")                                             \
    X(CATS,         "num_cat")                                                \
    X(FEATURE,      "split_feature")                                          \
    X(THRESHOLD,    "threshold")                                              \
    X(DECISION,     "decision_type")                                          \
    X(LEFT,         "left_child")                                             \
    X(RIGHT,        "right_child")                                            \
    X(VALUE,        "leaf_value")                                             \
    X(LEAF_COUNT,   "leaf_count")                                             \
    X(COUNT,        "internal_count")                                         \
    X(BOUNDARIES,   "cat_boundaries")                                         \
    X(CAT_WORDS,    "cat_threshold")                                          \
    X(LINEAR,       "is_linear")                                              \
    X(LEAF_CONST,   "leaf_const")                                             \
    X(TERMS,        "num_features")                                           \
    X(LEAF_FEATURES, "leaf_features")                                         \
    X(LEAF_COEFF,   "leaf_coeff")                                             \
    X(SHRINKAGE,    "shrinkage")       /* from here on: not asked */          \
    X(GAIN,         "split_gain")                                             \
    X(LEAF_WEIGHT,  "leaf_weight")                                            \
    X(VALUES,       "internal_value")                                         \
    X(WEIGHT,       "internal_weight")                                        \
    X(PARENT,       "leaf_parent")     /* of version 2 */

#define TRAIN_LIGHTGBM_HEAD_CONSTANT(c, name)  TRAIN_LIGHTGBM_HEAD_##c,
#define TRAIN_LIGHTGBM_TREE_CONSTANT(c, name)  TRAIN_LIGHTGBM_TREE_##c,

typedef enum {
    TRAIN_LIGHTGBM_HEAD(TRAIN_LIGHTGBM_HEAD_CONSTANT)
    TRAIN_LIGHTGBM_N_HEAD
} train_lightgbm_head_t;

typedef enum {
    TRAIN_LIGHTGBM_TREE(TRAIN_LIGHTGBM_TREE_CONSTANT)
    TRAIN_LIGHTGBM_N_TREE
} train_lightgbm_tree_t;


/* A list of numbers in memory that the next tree takes over */

typedef struct {
    double         *v;
    size_t          room;
} train_lightgbm_list_t;

typedef struct {
    train_import_t *m;
    maas_err_t     *err;

    const char     *p;                 /* behind the line at hand */
    const char     *end;
    size_t          at;                /* its number, from 1 */
    maas_str_t      line;              /* without its end */

    maas_str_t      head[TRAIN_LIGHTGBM_N_HEAD];    /* data NULL: not there */
    size_t          features;
    size_t          out;               /* trees of an iteration */
    maas_str_t     *names;             /* (features) */
    maas_transform_t transform;
    double          slope;

    size_t          trees;             /* read so far */
    size_t          first;             /* line of the block at hand */
    size_t          linear;            /* trees with linear leaves */
    size_t          words;             /* of sets that no node has, yet */
    uint8_t        *category;          /* (features) some split is of a set */
    maas_str_t      tree[TRAIN_LIGHTGBM_N_TREE];
    train_lightgbm_list_t list[TRAIN_LIGHTGBM_N_TREE];

    /* behind the trees */
    maas_str_t      categories;        /* JSON of pandas_categorical */
    maas_str_t      declared;          /* categorical_feature */
    size_t          iterations;        /* asked for; 0: not said */
    int             early;             /* training, prediction could stop */
    int             early_predict;
    int             parser;
} train_lightgbm_t;


/* "line 12: ..." */
#define TRAIN_LIGHTGBM_BAD(r, line, fmt, ...)                                 \
    maas__fail((r)->err, MAAS_BADFILE, "line %zu: " fmt, line, __VA_ARGS__)
#define TRAIN_LIGHTGBM_OOM(r)                                                 \
    maas__fail((r)->err, MAAS_NOMEM, "out of memory")

/* So much of a foreign text is shown: for "%.*s" */
#define TRAIN_LIGHTGBM_SHOWN(s)                                               \
    (int) ((s).len < 40 ? (s).len : 40), (s).data


/* lightgbm_text.c */

/* The next line to r->line; 0: there is none. */
int train_lightgbm_line(train_lightgbm_t *r);
/* Is s the text? */
int train_lightgbm_is(maas_str_t s, const char *text);
/* Does s begin with it?  Then it is taken off. */
int train_lightgbm_begins(maas_str_t *s, const char *text);
/* The next word of *s, behind blanks, which is taken off; len 0: none. */
maas_str_t train_lightgbm_word(maas_str_t *s);
size_t train_lightgbm_words(maas_str_t s);
/* A finite decimal number; 0 if it is none. */
int train_lightgbm_number(maas_str_t s, double *out);
/* A whole number from 0 to max; 0 if it is none. */
int train_lightgbm_size(maas_str_t s, size_t max, size_t *out);

/* r->line is key=value: the value to value[], by the place of its key among
 * names(n).  A key that is not among them, or for the second time, is an
 * error.  where: "the header" */
maas_status_t train_lightgbm_key(train_lightgbm_t *r, const char *const *names,
    size_t n, maas_str_t *value, const char *where);


/* lightgbm_head.c: up to the first tree; then r->p is before it */
maas_status_t train_lightgbm_head(train_lightgbm_t *r);

/* lightgbm_tree.c: the block behind "Tree=N", which is the line at hand */
maas_status_t train_lightgbm_tree(train_lightgbm_t *r, train_trees_t *trees);

/* lightgbm_columns.c: r->m's columns, or none where features have no names;
 * what each is, as notes */
maas_status_t train_lightgbm_columns(train_lightgbm_t *r);

/* lightgbm_lists.c: pandas' lists of categories to the columns that they are
 * of */
maas_status_t train_lightgbm_lists(train_lightgbm_t *r);


#endif /* TRAIN_LIGHTGBM_H */
