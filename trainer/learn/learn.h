/*
 * Learners: from rows of values to layers that score such rows, and what the
 * portfolio has to know of them.  One file a family, and one row of the list.
 * Not here: which of them a file gets (portfolio/), and how any of them works.
 */

#ifndef TRAIN_LEARN_H
#define TRAIN_LEARN_H

#include "data/data.h"
#include "net/step.h"
#include "op/maas_op.h"


/*
 * What is to be learnt.  Rows are as train_scale_raw() makes them: values
 * themselves, codes of categories, NaN where there is nothing.  A score is what
 * the loss takes before any activation: a log-odds, one for each class, or a
 * number about 0 with deviation 1.  Of Poisson a target is a rate about 1, a
 * score its logarithm.  Targets are as data/transform.h makes them.
 */

typedef struct {
    const train_data_t   *data;
    const train_scale_t  *scale;        /* its columns, and where they stand */
    train_loss_t          loss;
    double                level;        /* of a quantile */
    size_t                out;          /* scores a row */
    const float          *target;       /* (rows,out), NULL: classes */
    const float          *weight;       /* (rows), NULL: all the same */
    const int8_t         *monotone;     /* (numbers a row) +1: scores rise with
                                           it, -1: they fall, 0; NULL: of none.
                                           Trees alone know it */

    const uint32_t       *row;          /* (n) to learn from */
    size_t                n;
    const uint32_t       *valid;        /* (n_valid) that say when to stop and
                                           are not learnt from.  0: as the
                                           recipe says */
    size_t                n_valid;

    uint64_t              seed;
    size_t                threads;      /* 0: all.  Changes no bit. */
    unsigned              stops;        /* stop() may follow */
    double                most;         /* work that it may take, as far as
                                           rounds can be fewer; 0: any */
} train_lesson_t;


/* What some of the rows to learn from say of each number of a row, (data->in):
 * what work is counted by.  To be given to train_free(). */

typedef struct {
    size_t    values;                   /* that differ, about */
    unsigned  missing;                  /* of some rows it is */
} train_seen_t;

train_seen_t *train_lesson_see(const train_lesson_t *l);


/* What came of it.  All memory is the arena's, made by the learner. */

typedef struct {
    maas_arena_t         *arena;
    maas_node_t          *nodes;        /* (n_nodes) from a row to its scores:
                                           inputs as in files, 0 is the row */
    size_t                n_nodes;
    float                *scores;       /* (n_valid,out) */
    double                loss;         /* mean of the valid rows; without any:
                                           of those learnt from */
    size_t                rounds;       /* trees or epochs that were best */
    double                work;         /* done, as train_family_t's */

    /* with `stops` of the lesson, else none: where it could have stopped */
    float                *curve;        /* (n_curve) loss of the valid rows */
    size_t                n_curve;
    void                 *kept;         /* the family's, for stop() */
    void                (*drop)(void *kept);
} train_learnt_t;

void train_learnt_free(train_learnt_t *l);
/* What was kept for stop() goes, with the curve. */
void train_learnt_settle(train_learnt_t *l);

/* Settings of a recipe, "leaves=31,rate=0.1" or NULL: set() is given each, and
 * may refuse it.  0, or -1 with a sentence in why, which begins with the name
 * of the family. */
int train_settings_read(const char *family, const char *text,
    int (*set)(void *to, const char *name, double v, char *why), void *to,
    char *why);


/* A way to do it: settings of its family, from one table so that a record and
 * a report can name them */

typedef struct train_family_s  train_family_t;

typedef struct {
    const train_family_t *family;
    const char           *name;         /* "trees", "bins 256 x 2", ... */
    const char           *settings;     /* "leaves=31,rate=0.1": what differs
                                           from the family's usual */
    size_t                rounds;       /* exactly so many; 0: until the valid
                                           rows say so */
} train_recipe_t;


/* A family, such as trees */

struct train_family_s {
    const char           *name;

    /* What a recipe costs here, about, in units of about a nanosecond of one
     * core of 2024: counted from sizes, the same everywhere. */
    double              (*work)(const train_recipe_t *r,
                                const train_lesson_t *l);

    /* Returns 0, or -1 with a sentence in why[TRAIN_WHY]: settings are wrong,
     * or nothing finite came of it. */
    int                 (*learn)(const train_recipe_t *r,
                                 const train_lesson_t *l,
                                 train_learnt_t *to, char *why);

    /* Of what was learnt from l: layers, scores, loss and rounds become those
     * of stop `at` < n_curve; what is kept, and work, stays.  As learn() else.
     */
    int                 (*stop)(const train_lesson_t *l, size_t at,
                                train_learnt_t *to, char *why);

    /* Several of one recipe (seeds, folds) -> layers, in `to`, that give the
     * sum of weight[i] times the scores of member i: packed, so that they cost
     * less than one after the other.  NULL: they cannot be packed. */
    int                 (*pack)(const train_learnt_t *member,
                                const double *weight, size_t n,
                                train_learnt_t *to, char *why);
};

#define TRAIN_FAMILIES(X)                                                     \
    X(network)                          /* learn_network.c */                 \
    X(trees)                            /* learn_trees.c */

#define TRAIN_FAMILY_DECLARE(name)  extern const train_family_t               \
    train_family_##name;
TRAIN_FAMILIES(TRAIN_FAMILY_DECLARE)


#endif /* TRAIN_LEARN_H */
