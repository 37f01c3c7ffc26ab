/*
 * The family `trees`: boosted trees on rows of values.
 * Not here: how they grow (trees/), and who asks for them (portfolio/).
 */

#include <math.h>
#include <string.h>

#include "learn.h"
#include "trees/trees.h"


#define TREES_ALONE  100000         /* numbers that one thread does best */
#define TREES_STEPS  10             /* rounds times rate, where nobody says when
                                       to stop: LightGBM's 100 at 0.1 */
#define TREES_LEAVES  31            /* of a tree that is not small */
#define TREES_LEAST  20             /* rounds, however little work there is */
#define TREES_FASTEST  0.3          /* rate then, at most */
#define TREES_BIN_ROWS 3            /* in a bin at least */
#define TREES_FAR      1e6          /* numbers that no cache has */
#define TREES_MANY     20000        /* rows: leaves are far apart in them */


/* Settings of a recipe, what they are unless said, and what they may be:
 * LightGBM's, but for when to stop.  Beside these, on nine small tables by
 * folds, others gained so many points of accuracy or R2 on average:
 *
 *     leaves=8,min-rows=5             0.5    few rows, noise
 *     extra=1                         0.6    smooth targets
 *     extra=1,rate=0.05,columns=0.7   0.4
 *     leaves=8,l2=3                   0.4
 *     columns=0.5,rows=0.7            0.2
 *     set-rows=20                     0.1
 *     smooth=10, min-rows=5           0.0, -0.1
 *
 * but none on all of them, and the rows that measured it said when to stop, so
 * it flatters: which ones are worth it is for folds to say.
 * X(name, member, as what, usual, least, most) */

#define TREES_SETTINGS(X)                                                     \
    X("leaves",       grow.leaves,       size_t,   31,   2, 4096)             \
    X("depth",        grow.depth,        size_t,   0,    0, 4096)             \
    X("rate",         grow.rate,         double,   0.1,  1e-6, 1)             \
    X("min-rows",     grow.min_rows,     size_t,   20,   1, 1e9)              \
    X("min-curve",    grow.min_curve,    double,   1e-3, 1e-12, 1e9)          \
    X("l2",           grow.l2,           double,   0,    0, 1e9)              \
    X("min-gain",     grow.min_gain,     double,   0,    0, 1e9)              \
    X("rows",         grow.rows,         double,   1,    0.01, 1)             \
    X("columns",      grow.columns,      double,   1,    0.01, 1)             \
    X("node-columns", grow.node_columns, double,   1,    0.01, 1)             \
    X("extra",        grow.extra,        unsigned, 0,    0, 1)                \
    X("smooth",       grow.smooth,       double,   0,    0, 1e9)              \
    X("set-smooth",   grow.set_smooth,   double,   10,   0, 1e9)              \
    X("set-l2",       grow.set_l2,       double,   10,   0, 1e9)              \
    X("set-most",     grow.set_most,     size_t,   32,   1, 255)              \
    X("set-rows",     grow.set_rows,     size_t,   100,  1, 1e9)              \
    X("set-one",      grow.set_one,      size_t,   4,    0, 255)              \
    X("bins",         grow.bins,         size_t,   255,  2, 255)              \
    X("sums",         grow.sums,         size_t,   0,    0, 4096)             \
    X("rounds",       rounds,            size_t,   1000, 1, 100000)           \
    X("patience",     patience,          size_t,   50,   0, 100000)


static void
trees_usual(train_boost_t *b)
{
    (void) memset(b, 0, sizeof(train_boost_t));

#define TREES_USUAL(name, member, type, usual, least, most)                   \
    b->member = (type) (usual);

    TREES_SETTINGS(TREES_USUAL)
}


static int
trees_set(void *to, const char *name, double v, char *why)
{
    train_boost_t  *b = to;

#define TREES_SET(text, member, type, usual, least, most)                     \
    if (strcmp(name, text) == 0) {                                            \
        if (!(v >= (least) && v <= (most))) {                                 \
            return train_refuse(why, "trees: %s=%g is not from %g to %g",     \
                                name, v, (double) (least), (double) (most));  \
        }                                                                     \
                                                                              \
        b->member = (type) v;                                                 \
        return 0;                                                             \
    }

    TREES_SETTINGS(TREES_SET)

    return train_refuse(why, "trees: no setting \"%s\"", name);
}


static int
trees_read(train_boost_t *b, const char *text, char *why)
{
    trees_usual(b);

    return train_settings_read("trees", text, trees_set, b, why);
}


static int
trees_loss(const train_lesson_t *l, train_trees_loss_t *to)
{
    switch (l->loss) {
    case TRAIN_LOSS_MSE:
        *to = TRAIN_TREES_SQUARES;
        return 1;

    case TRAIN_LOSS_MAE:
        *to = TRAIN_TREES_MAE;
        return 1;

    case TRAIN_LOSS_HUBER:
        *to = TRAIN_TREES_HUBER;
        return 1;

    case TRAIN_LOSS_BINARY:
        *to = TRAIN_TREES_BINARY;
        return 1;

    case TRAIN_LOSS_SPARSE:
    case TRAIN_LOSS_CATEGORICAL:
        *to = TRAIN_TREES_SOFTMAX;
        return 1;

    case TRAIN_LOSS_QUANTILE:
        *to = TRAIN_TREES_QUANTILE;
        return 1;

    case TRAIN_LOSS_POISSON:
        *to = TRAIN_TREES_POISSON;
        return 1;

    default:
        return 0;
    }
}


/* What is true of the lesson's rows: those to learn from, then the others */

typedef struct {
    train_truth_t   truth;
    uint32_t       *row;
    float          *target;
    float          *weight;
    uint32_t       *classes;
} trees_truth_t;

static int
trees_truth(const train_lesson_t *l, trees_truth_t *t, char *why)
{
    size_t          i, n;
    train_truth_t  *to;

    (void) memset(t, 0, sizeof(trees_truth_t));
    to = &t->truth;
    to->level = l->level;
    to->out = l->out;
    to->n = l->n;
    to->rows = n = l->n + l->n_valid;

    if (!trees_loss(l, &to->loss)) {
        return train_refuse(why, "trees: this loss is not for them");
    }

    if (l->n == 0 || l->n > TRAIN_TREES_ROWS) {
        return train_refuse(why, "trees: %zu rows; expected 1 to %u", l->n,
                            TRAIN_TREES_ROWS);
    }

    t->row = train_alloc(n, sizeof(uint32_t));
    (void) memcpy(t->row, l->row, l->n * sizeof(uint32_t));

    if (l->n_valid > 0) {
        (void) memcpy(t->row + l->n, l->valid, l->n_valid * sizeof(uint32_t));
    }

    if (l->target != NULL) {
        to->target = t->target = train_alloc(n * l->out, sizeof(float));
    } else {
        to->classes = t->classes = train_alloc(n, sizeof(uint32_t));
    }

    if (l->weight != NULL) {
        to->weight = t->weight = train_alloc(n, sizeof(float));
    }

    for (i = 0; i < n; i++) {
        if (l->target != NULL) {
            (void) memcpy(t->target + i * l->out,
                          l->target + (size_t) t->row[i] * l->out,
                          l->out * sizeof(float));
        } else {
            t->classes[i] = l->data->classes[t->row[i]];
        }

        if (l->weight != NULL) {
            t->weight[i] = l->weight[t->row[i]];
        }
    }

    return 0;
}


static void
trees_truth_free(trees_truth_t *t)
{
    train_free(t->row);
    train_free(t->target);
    train_free(t->weight);
    train_free(t->classes);
}


/* The ensemble as the one layer of what was learnt */

static int
boosted_layer(const maas_trees_t *e, train_learnt_t *to, char *why)
{
    maas_err_t    err;
    maas_shape_t  input;

    to->nodes = maas__arena_alloc(to->arena, 1, sizeof(maas_node_t));

    if (to->nodes == NULL) {
        return train_refuse(why, "trees: no memory");
    }

    maas__node_init(to->nodes, &maas__op_trees);
    to->nodes->n_in = 1;
    to->nodes->in[0] = 0;
    to->n_nodes = 1;

    if (!maas__trees_to(e, to->nodes)) {
        return train_refuse(why, "trees: more of them than a model may have");
    }

    input = maas__shape_flat(MAAS_F32, e->in);

    if (maas__node_shape(to->nodes, 0, &input, &err) != MAAS_OK) {
        return train_refuse(why, "trees: the layer %s", err.msg);
    }

    return 0;
}


/* Bins of all numbers, about */

static double
trees_bins(const train_boost_t *b, const train_lesson_t *l)
{
    double         sum, most;
    size_t         i;
    train_seen_t  *seen;

    seen = train_lesson_see(l);
    most = fmin((double) b->grow.bins, (double) l->n / TREES_BIN_ROWS);
    sum = 0;

    for (i = 0; i < l->data->in; i++) {
        sum += fmin((double) seen[i].values, most) + 2;
    }

    train_free(seen);

    return sum;
}


/* Of `bins`: a row's bin in a sum, of which memory is far away where there are
 * many, and of many rows the farther the more leaves they are in; what else is
 * done with a row; a leaf, whose bins are looked through.  Measured: 19 tables
 * of 140 to 5600 rows and three recipes, within two thirds; 75 ms of a tree for
 * 375 000 rows of 43 columns (this says 71); for 450 000 of 39, 8 to 127
 * leaves: 34 to 109 ms (38 to 122). */

static double
trees_cost(const train_boost_t *b, const train_lesson_t *l, double bins,
    double rounds)
{
    double  rows, in, leaves, each;

    rows = (double) l->n * b->grow.rows;
    in = (double) l->scale->n;
    leaves = fmin((double) b->grow.leaves, rows / (double) b->grow.min_rows);
    each = (rows * in > TREES_FAR) ? 3 : 1.6;
    each *= (l->n > TREES_MANY)
            ? sqrt((double) b->grow.leaves / TREES_LEAVES) : 1;

    return rounds * (double) l->out
           * (rows * (in * each + 26)
              + leaves * (2.9 * bins + 700));
}


/* As many rounds as asked for; or until rows say so; or what is usual.  Where
 * work is short of them, longer steps: of many rows, to go as far. */

static void
trees_rounds(const train_recipe_t *r, const train_lesson_t *l, double bins,
    train_boost_t *b)
{
    size_t  usual;
    double  most, as_far;

    if (r->rounds > 0) {
        b->rounds = r->rounds;
        b->patience = 0;

    } else if (b->patience > 0 && l->n_valid == 0) {
        usual = (size_t) (TREES_STEPS / b->grow.rate);
        b->rounds = (usual < b->rounds) ? usual : b->rounds;
        b->patience = 0;
    }

    if (r->rounds == 0 && l->most > 0) {
        most = fmax(floor(l->most / trees_cost(b, l, bins, 1)), TREES_LEAST);

        if (most < (double) b->rounds) {
            as_far = l->n > TREES_MANY ? b->grow.rate * (double) b->rounds
                                       : TREES_STEPS;
            b->grow.rate = fmax(b->grow.rate, fmin(as_far / most,
                                                   TREES_FASTEST));
            b->rounds = (size_t) most;
        }
    }
}


/* Hardly any table wants twice as many rounds as usual before it stops, but
 * that small trees are more of them */

static double
trees_work(const train_recipe_t *r, const train_lesson_t *l)
{
    char           why[TRAIN_WHY];
    double         rounds, bins;
    train_boost_t  b;

    if (trees_read(&b, r->settings, why) != 0) {
        return 0;
    }

    bins = trees_bins(&b, l);
    trees_rounds(r, l, bins, &b);
    rounds = (double) b.rounds;

    if (b.patience > 0) {
        rounds = fmin(rounds, 2 * TREES_STEPS / b.grow.rate
                              * fmax(1, sqrt(TREES_LEAVES
                                             / (double) b.grow.leaves)));
    }

    return trees_cost(&b, l, bins, rounds);
}


static int
trees_made(const train_forest_t *f, const train_bins_t *b, size_t n_valid,
    train_learnt_t *to, char *why)
{
    size_t          i;
    maas_trees_t    e;
    train_forest_t  best;

    best = *f;
    best.n = f->rounds * f->out;
    to->arena = maas__arena_create(SIZE_MAX / 2);

    if (to->arena == NULL || !train_forest_to(&best, b, to->arena, &e)) {
        return train_refuse(why, "trees: no memory");
    }

    to->loss = f->loss;
    to->rounds = f->rounds;
    to->scores = maas__arena_alloc(to->arena, n_valid * f->out + 1,
                                   sizeof(float));

    for (i = 0; to->scores != NULL && i < n_valid * f->out; i++) {
        to->scores[i] = (float) f->scores[i];
    }

    return boosted_layer(&e, to, why);
}


/* What stop() needs */

typedef struct {
    train_forest_t  f;
    train_bins_t    b;
} trees_kept_t;

static void
trees_drop(void *kept)
{
    trees_kept_t  *k;

    k = kept;
    train_forest_free(&k->f);
    train_bins_free(&k->b);
    train_free(k);
}


static void
trees_keep(const train_forest_t *f, const train_bins_t *b, train_learnt_t *to)
{
    trees_kept_t  *k;

    k = train_alloc(1, sizeof(trees_kept_t));
    k->f = *f;
    k->b = *b;
    to->kept = k;
    to->drop = trees_drop;
    to->curve = f->curve;
    to->n_curve = f->n_curve;
}


/* Scores of the valid rows by the first f->rounds rounds, added as when they
 * were grown */

static void
trees_again(train_forest_t *f, const train_bins_t *b, const train_lesson_t *l)
{
    size_t               i, k;
    double              *to;
    const train_tree_t  *t;

    for (i = 0; i < l->n_valid; i++) {
        to = f->scores + i * f->out;
        (void) memcpy(to, f->base, f->out * sizeof(double));

        for (k = 0; k < f->rounds * f->out; k++) {
            t = &f->tree[k];
            to[t->output] += t->value[train_tree_leaf(t, b, l->n + i)];
        }
    }
}


static int
trees_stop(const train_lesson_t *l, size_t at, train_learnt_t *to, char *why)
{
    trees_kept_t  *k;

    k = to->kept;
    k->f.rounds = at + 1;
    k->f.loss = (double) k->f.curve[at];
    trees_again(&k->f, &k->b, l);
    maas__arena_destroy(to->arena);

    return trees_made(&k->f, &k->b, l->n_valid, to, why);
}


/* Of few numbers, members would wait for each other more than they work */

static size_t
trees_threads(const train_lesson_t *l)
{
    return ((double) l->n * (double) l->data->in < TREES_ALONE) ? 1
           : l->threads;
}


static int
trees_learn(const train_recipe_t *r, const train_lesson_t *l,
    train_learnt_t *to, char *why)
{
    int             rc;
    train_bins_t    b;
    train_team_t   *team;
    train_boost_t   set;
    trees_truth_t   t;
    train_forest_t  f;

    (void) memset(to, 0, sizeof(train_learnt_t));

    if (trees_read(&set, r->settings, why) != 0
        || trees_truth(l, &t, why) != 0)
    {
        return -1;
    }

    set.seed = l->seed;
    set.grow.monotone = l->monotone;
    set.whole = l->stops;

    team = train_team_create(trees_threads(l));
    train_bins_create(&b, l->data, l->scale, t.row, t.truth.rows, l->n,
                      set.grow.bins, team);
    trees_rounds(r, l, (double) b.all, &set);
    rc = train_boost(&set, &b, &t.truth, team, &f, why);

    if (rc == 0) {
        rc = trees_made(&f, &b, l->n_valid, to, why);
        to->work = trees_cost(&set, l, (double) b.all,
                              fmin((double) (f.rounds + set.patience),
                                   (double) set.rounds));
    }

    if (rc == 0 && l->stops) {
        trees_keep(&f, &b, to);

    } else {
        train_forest_free(&f);
        train_bins_free(&b);
    }

    trees_truth_free(&t);
    train_team_free(team);

    return rc;
}


static int
boosted_pack(const train_learnt_t *member, const double *weight, size_t n,
    train_learnt_t *to, char *why)
{
    int            rc;
    size_t         i;
    maas_trees_t  *from, all;

    (void) memset(to, 0, sizeof(train_learnt_t));
    to->arena = maas__arena_create(SIZE_MAX / 2);
    from = train_alloc(n, sizeof(maas_trees_t));

    for (i = 0; i < n; i++) {
        maas__trees_of(member[i].nodes, &from[i]);
    }

    rc = (to->arena != NULL
          && train_ensemble_join(from, weight, n, to->arena, &all))
         ? boosted_layer(&all, to, why) : train_refuse(why, "trees: no memory");
    train_free(from);

    return rc;
}


const train_family_t  train_family_trees = {
    "trees", trees_work, trees_learn, trees_stop, boosted_pack
};
