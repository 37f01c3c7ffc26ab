/*
 * Gradient-boosted trees on rows of values: bins, sums of slopes, splits, trees
 * that grow leaf by leaf, rounds, and the ensemble as the engine has it.
 * Not here: which settings are good (learn/), files (export/), and trees of
 * other libraries (import/).
 */

#ifndef TRAIN_TREES_H
#define TRAIN_TREES_H

#include "data/data.h"
#include "kernel/maas_trees.h"
#include "team.h"
#include "util.h"


#define TRAIN_TREES_BINS    256     /* of a slot at most: 0 is for missing */
#define TRAIN_TREES_TILE    8       /* slots whose bins stand together */
#define TRAIN_TREES_ROWS    ((1u << 24) - 1)    /* counted in a sum at most */


/* bins.c: what becomes of a number.  Bin 0: NaN.  Of numbers bin b >= 1 has
 * those in (upper[b - 2], upper[b - 1]]; of codes bin b has code b - 1, but the
 * last one has all that are left, which no set names. */

typedef struct {
    uint32_t   slot;                /* of the row */
    uint32_t   at;                  /* of its first bin among all */
    uint32_t   n;                   /* bins */
    unsigned   codes;
    unsigned   sparse;              /* rows whose bin is `usual` are no entry */
    unsigned   endless;             /* it has infinity: no "is there" */
    uint32_t   usual;
    uint32_t   zero;                /* the bin of 0 */
    float     *upper;               /* (n - 2), numbers */
} train_slot_t;

/* Bins of a slot, from v(n), which it sorts: no more than `most`, of 3 values
 * at least.  s->upper is to be given to train_free(). */
void train_bins_find(train_slot_t *s, float *v, size_t n, size_t most);
/* The bin of x. */
uint32_t train_bins_of(const train_slot_t *s, float x);

/* fill.c: the bins of all rows.  Of most slots by tiles, each a byte a row; of
 * slots that nearly always have one bin, the others as lists. */

typedef struct {
    size_t         rows;
    size_t         in;              /* slots of a row */
    size_t         n;               /* slots that differ at all */
    size_t         dense;           /* of those, the first ones are in tiles */
    size_t         all;             /* bins of all of them */
    train_slot_t  *slot;            /* (n) */
    size_t         tiles;
    uint8_t      **tile;            /* (tiles) (rows,TRAIN_TREES_TILE) */
    size_t        *from;            /* (rows + 1) of entries; NULL: none */
    uint32_t      *entry;           /* slot's at + bin, rising in a row */
} train_bins_t;

/* Of the rows row(n) of d, by bins of the first n_learn of them. */
void train_bins_create(train_bins_t *b, const train_data_t *d,
    const train_scale_t *scale, const uint32_t *row, size_t n, size_t n_learn,
    size_t most, train_team_t *team);
void train_bins_free(train_bins_t *b);
/* The bin that a row has of a slot that is kept as lists. */
uint32_t train_bins_listed(const train_bins_t *b, size_t row, size_t s);

/* The same of any, by its place among the n. */

static inline uint32_t
train_bins_at(const train_bins_t *b, size_t row, size_t s)
{
    return (s < b->dense)
           ? b->tile[s / TRAIN_TREES_TILE][row * TRAIN_TREES_TILE
                                           + s % TRAIN_TREES_TILE]
           : train_bins_listed(b, row, s);
}


/* grow.c: settings of a tree */

typedef struct {
    size_t         leaves;
    size_t         depth;           /* 0: any */
    double         rate;            /* what a leaf's answer is multiplied by */
    size_t         min_rows;        /* a leaf */
    double         min_curve;       /* a leaf's sum of second slopes */
    double         l2;
    double         min_gain;
    double         rows;            /* share that a tree sees */
    double         columns;         /* of slots that a tree sees */
    double         node_columns;    /* of those, that a split looks at */
    unsigned       extra;           /* thresholds at random */
    double         smooth;          /* a leaf of so many rows is half its
                                       parent's answer; 0: off */
    double         set_smooth;      /* of categories, as LightGBM's cat_ */
    double         set_l2;
    size_t         set_most;
    size_t         set_rows;
    size_t         set_one;
    size_t         bins;
    size_t         sums;            /* leaves whose sums are kept; 0: as many
                                       as there is room for.  Changes no bit */
    const int8_t  *monotone;        /* (in) +1, -1, 0; NULL: none */
} train_grow_t;

typedef struct {
    uint32_t       slot;            /* among those of bins */
    uint32_t       bin;             /* numbers: left up to it */
    int32_t        left, right;     /* a later node, or ~leaf */
    uint32_t       cover;           /* rows */
    unsigned       left_missing;
    uint32_t       set[TRAIN_TREES_BINS / 32];  /* bins that go left */
} train_tree_node_t;

typedef struct {
    size_t              n;          /* nodes; a leaf more */
    size_t              output;
    train_tree_node_t  *node;       /* (n) */
    double             *value;      /* (n + 1) */
    uint32_t           *cover;      /* (n + 1) */
} train_tree_t;

/* Sums of a bin: [0] first slopes, [1] second ones and, in the low bits, rows.
 * Whole numbers: they are the same in any order. */

typedef long long  train_sum_t  __attribute__((vector_size(16)));

typedef struct train_grower_s  train_grower_t;

/* For so many rows to learn from, the first ones of b; their order in leaves,
 * sums and room are the grower's. */
train_grower_t *train_grower_create(const train_bins_t *b,
    const train_grow_t *set, size_t rows, train_team_t *team);
void train_grower_free(train_grower_t *g);

/* What a tree is grown from.  slope(rows): whole numbers, of which one is
 * unit[0] and unit[1]; bits: of counts in their second ones. */

typedef struct {
    const train_sum_t  *slope;
    double              unit[2];
    unsigned            bits;
    const uint32_t     *row;        /* (n) rising */
    size_t              n;
    uint64_t            seed;
} train_lot_t;

/* To be called by all members of the team; the tree is the grower's until the
 * next call. */
const train_tree_t *train_grower_tree(train_grower_t *g, size_t id,
    const train_lot_t *lot);
/* Rows of a leaf of the last tree. */
const uint32_t *train_grower_rows(const train_grower_t *g, size_t leaf,
    size_t *n);
/* The leaf that a row is in, by its bins. */
size_t train_tree_leaf(const train_tree_t *t, const train_bins_t *b,
    size_t row);


/* sums.c: to(all) += slopes of the rows row(n), for slots first..last, where
 * tiles are whole.  The usual bin of a sparse slot stays as it is. */
void train_sums(const train_bins_t *b, train_sum_t *to,
    const train_sum_t *slope, const uint32_t *row, size_t n, size_t first,
    size_t last);


/* cut.c: the best way to part a leaf by a slot */

typedef struct {
    double         gain;            /* 0: none */
    uint32_t       slot;
    uint32_t       bin;
    unsigned       left_missing;
    unsigned       smooth_sets;     /* of several codes: l2 has set_l2 */
    uint32_t       set[TRAIN_TREES_BINS / 32];
    train_sum_t    left;            /* sums of the left part */
    size_t         rows;            /* of the leaf, once it was chosen */
} train_cut_t;

/* A leaf that may be parted */

typedef struct {
    train_sum_t    sum;
    double         value;           /* what it answers, before the rate */
    double         low, high;       /* between which its answers must be */
} train_leaf_t;

typedef struct {
    const train_grow_t  *set;
    double               unit[2];
    unsigned             bits;      /* of counts in a sum */
} train_cutter_t;

/* Is cut c of leaf l by slot s, whose sums are sum(s->n), better than *best?
 * Then it is *best.  random: of `extra`. */
void train_cut_number(const train_cutter_t *c, const train_slot_t *s,
    uint32_t slot, const train_sum_t *sum, const train_leaf_t *l,
    uint64_t random, train_cut_t *best);
/* cut_set.c: the same by a set of codes */
void train_cut_codes(const train_cutter_t *c, const train_slot_t *s,
    uint32_t slot, const train_sum_t *sum, const train_leaf_t *l,
    train_cut_t *best);

/* The answer of rows of such sums in a leaf or a part of it, and what it is
 * worth. */
double train_cut_answer(const train_cutter_t *c, train_sum_t sum, double l2,
    const train_leaf_t *l);
double train_cut_worth(const train_cutter_t *c, train_sum_t sum, double l2,
    double answer);

static inline uint64_t
train_sum_rows(train_sum_t s, unsigned bits)
{
    return (uint64_t) s[1] & ((1ull << bits) - 1);
}

static inline double
train_sum_curve(train_sum_t s, unsigned bits)
{
    return (double) ((uint64_t) s[1] >> bits);
}


/* slopes.c: losses, their slopes, and where scores begin */

typedef enum {
    TRAIN_TREES_SQUARES = 0,
    TRAIN_TREES_MAE,
    TRAIN_TREES_HUBER,              /* delta 1 */
    TRAIN_TREES_BINARY,
    TRAIN_TREES_SOFTMAX,
    TRAIN_TREES_POISSON,            /* the score is a logarithm; half of the
                                       deviance */
    TRAIN_TREES_QUANTILE,
    TRAIN_TREES_LOSSES
} train_trees_loss_t;

typedef struct {
    train_trees_loss_t   loss;
    double               level;     /* of a quantile */
    size_t               out;       /* scores a row */
    size_t               rows;      /* all, */
    size_t               n;         /*     of which the first ones are learnt
                                           from */
    const float         *target;    /* (rows,out), or */
    const uint32_t      *classes;   /* (rows) */
    const float         *weight;    /* (rows); NULL: 1 */
} train_truth_t;

/* base(out): the best constant scores of the n rows. */
void train_slopes_base(const train_truth_t *t, double *base);
/* Of rows from..to of s(rows,out): shares(rows,out) of classes, of softmax
 * alone, which the slopes of all its outputs are made of. */
void train_slopes_shares(const train_truth_t *t, const double *s, size_t from,
    size_t to, float *shares);
/* Of rows from..to, by output o: first and second slopes. */
void train_slopes(const train_truth_t *t, size_t o, const double *s,
    const float *shares, size_t from, size_t to, float *first, float *second);
/* Sum of the weighted losses of rows from..to, and of weights. */
void train_slopes_loss(const train_truth_t *t, const double *s, size_t from,
    size_t to, double sum[2]);
/* Is a leaf's best answer no step by slopes, but a quantile? */
int train_slopes_renews(const train_truth_t *t);
/* That answer for the rows row(n), by their scores. */
double train_slopes_renew(const train_truth_t *t, size_t o, const double *s,
    const uint32_t *row, size_t n);


/* boost.c: rounds */

typedef struct {
    train_grow_t   grow;
    size_t         rounds;          /* exactly, or at most */
    size_t         patience;        /* rounds without a better loss of the rows
                                       that are not learnt from; 0: exactly */
    uint64_t       seed;
    unsigned       whole;           /* the curve is wanted, and the trees of
                                       rounds behind the best one stay */
} train_boost_t;

typedef struct {
    size_t         out;
    double        *base;            /* (out) */
    size_t         n;               /* trees, by rounds */
    size_t         room;
    train_tree_t  *tree;            /* (n) */
    size_t         rounds;          /* that were best: trees / out */
    double         loss;            /* mean of the rows not learnt from, or of
                                       all */
    double        *scores;          /* (rows - n,out) of those rows, then */
    float         *curve;           /* (n_curve) their loss after each round */
    size_t         n_curve;
    size_t         curve_room;
} train_forest_t;

/* Returns 0, or -1: nothing finite came of it, with a sentence in
 * why[TRAIN_WHY].  *f is to be given to train_forest_free() in any case. */
int train_boost(const train_boost_t *set, const train_bins_t *b,
    const train_truth_t *t, train_team_t *team, train_forest_t *f, char *why);
void train_forest_free(train_forest_t *f);

/* ensemble.c: as the engine has it: f(n), leaves and bases multiplied by
 * weight[i], one after the other, in arrays of the arena's.  0 if there is no
 * memory. */
int train_forest_to(const train_forest_t *f, const train_bins_t *b,
    maas_arena_t *a, maas_trees_t *to);
/* The sum of weight[i] times from[i], of the same rows. */
int train_ensemble_join(const maas_trees_t *from, const double *weight,
    size_t n, maas_arena_t *a, maas_trees_t *to);


#endif /* TRAIN_TREES_H */
