/*
 * Rounds of boosting: slopes, a tree for each output, new scores, and when it
 * was best.
 * Not here: how a tree grows (grow.c), what losses are (slopes.c).
 */

#include <math.h>
#include <string.h>

#include "rng.h"
#include "trees.h"


#define BOOST_BLOCK  2048           /* rows whose losses are a sum */
#define BOOST_UNITS  0x1p30         /* of the steepest slope */


typedef struct {
    const train_boost_t  *set;
    const train_bins_t   *b;
    const train_truth_t  *t;
    train_team_t         *team;
    size_t                members;
    train_forest_t       *f;
    train_grower_t       *grower;
    double               *scores;   /* (rows,out) */
    float                *shares;   /* (n,out) of softmax, else NULL */
    float                *first;    /* (n) slopes */
    float                *second;
    train_sum_t          *slope;    /* (n) the same as whole numbers */
    float               (*top)[2];  /* (members) the steepest of a member's */
    uint32_t             *bag;      /* (n) rows that a round's trees see, and
                                       behind them the others */
    size_t                n_bag;
    double              (*loss)[2]; /* (blocks) */
    train_lot_t           lot;
    size_t                since;    /* rounds without a better loss */
    int                   over;
} boost_t;


static size_t
boost_from(size_t n, size_t id, size_t members)
{
    return n / members * id + (id < n % members ? id : n % members);
}


/* Those that a round sees, rising, then the others */

static void
boost_bag(boost_t *x, uint64_t seed)
{
    size_t    i, in, out, n;
    uint64_t  key;

    n = x->t->n;

    if (x->set->grow.rows >= 1) {
        for (i = 0; i < n; i++) {
            x->bag[i] = (uint32_t) i;
        }

        x->n_bag = n;
        return;
    }

    key = train_rng_mix(seed ^ 0x62616773);
    in = 0;
    out = n;

    for (i = 0; i < n; i++) {
        if ((double) (train_rng_at(key, i) >> 11) * 0x1p-53
            < x->set->grow.rows)
        {
            x->bag[in++] = (uint32_t) i;
        } else {
            x->bag[--out] = (uint32_t) i;
        }
    }

    x->n_bag = in;
}


/* The largest of |v[from..to)| */

TRAIN_VECTORS static float
boost_top(const float *v, size_t from, size_t to)
{
    float   a, top;
    size_t  i;

    top = 0;

    for (i = from; i < to; i++) {
        a = fabsf(v[i]);
        top = (a > top) ? a : top;
    }

    return top;
}


/* v(n) * factor, rounded */

TRAIN_VECTORS static void
boost_round_all(const float *v, double factor, size_t n, int32_t *to)
{
    double  x;
    size_t  i;

    for (i = 0; i < n; i++) {
        x = (double) v[i] * factor;
        to[i] = (int32_t) (x + (x < 0 ? -0.5 : 0.5));
    }
}


/* Rows from..to, whole: first slopes, second ones with a row below them */

static void
boost_whole(boost_t *x, size_t from, size_t to, const double unit[2],
    unsigned bits)
{
    size_t   i, n;
    int32_t  a[BOOST_BLOCK], b[BOOST_BLOCK];

    for ( /* void */ ; from < to; from += n) {
        n = (to - from < BOOST_BLOCK) ? to - from : BOOST_BLOCK;
        boost_round_all(x->first + from, 1 / unit[0], n, a);
        boost_round_all(x->second + from, 1 / unit[1], n, b);

        for (i = 0; i < n; i++) {
            x->slope[from + i] = (train_sum_t) {
                a[i], (long long) b[i] << bits | 1
            };
        }
    }
}


/* Slopes as whole numbers: sums of them are the same in any order.  Those of
 * the second kind have the count of rows below them. */

static void
boost_slopes(boost_t *x, size_t id, size_t o)
{
    size_t    i, from, to;
    float     top[2];
    double    unit[2];
    unsigned  bits, room;

    from = boost_from(x->t->n, id, x->members);
    to = boost_from(x->t->n, id + 1, x->members);
    train_slopes(x->t, o, x->scores, x->shares, from, to, x->first,
                 x->second);
    top[0] = x->top[id][0] = boost_top(x->first, from, to);
    top[1] = x->top[id][1] = boost_top(x->second, from, to);
    train_team_wait(x->team);

    for (i = 0; i < x->members; i++) {
        top[0] = fmaxf(top[0], x->top[i][0]);
        top[1] = fmaxf(top[1], x->top[i][1]);
    }

    for (bits = 1; x->t->n >> bits > 0; bits++) { /* void */ }

    room = (64 - 2 * bits < 30) ? 64 - 2 * bits : 30;
    unit[0] = (top[0] > 0) ? (double) top[0] / BOOST_UNITS : 1;
    unit[1] = (top[1] > 0) ? (double) top[1] / (double) ((1u << room) - 1) : 1;
    boost_whole(x, from, to, unit, bits);

    if (id == 0) {
        x->lot = (train_lot_t) {
            x->slope, { unit[0], unit[1] }, bits, x->bag, x->n_bag, x->lot.seed
        };
    }

    train_team_wait(x->team);
}


/* One more tree of the forest's own */

static void
boost_keep(train_forest_t *f, const train_tree_t *t, size_t output)
{
    train_tree_t  *to;

    train_room(&f->tree, &f->room, f->n + 1, sizeof(train_tree_t));
    to = &f->tree[f->n++];
    to->n = t->n;
    to->output = output;
    to->node = train_alloc(t->n + 1, sizeof(train_tree_node_t));
    to->value = train_alloc(t->n + 1, sizeof(double));
    to->cover = train_alloc(t->n + 1, sizeof(uint32_t));
    (void) memcpy(to->node, t->node, t->n * sizeof(train_tree_node_t));
    (void) memcpy(to->value, t->value, (t->n + 1) * sizeof(double));
    (void) memcpy(to->cover, t->cover, (t->n + 1) * sizeof(uint32_t));
}


static void
boost_renew(boost_t *x, size_t id, train_tree_t *t)
{
    size_t           i, n;
    const uint32_t  *row;

    for (i = id; i <= t->n; i += x->members) {
        row = train_grower_rows(x->grower, i, &n);
        t->value[i] = x->set->grow.rate
                      * train_slopes_renew(x->t, t->output, x->scores, row, n);
    }

    train_team_wait(x->team);
}


/* What a tree adds: rows that it has seen are in its leaves, the others look
 * for theirs */

static void
boost_add(boost_t *x, size_t id, const train_tree_t *t)
{
    size_t           i, k, n, out;
    double          *to;
    const uint32_t  *row;

    out = x->t->out;
    to = x->scores + t->output;

    for (i = 0; i <= t->n; i++) {
        row = train_grower_rows(x->grower, i, &n);

        for (k = boost_from(n, id, x->members);
             k < boost_from(n, id + 1, x->members); k++)
        {
            to[row[k] * out] += t->value[i];
        }
    }

    n = x->t->rows - x->n_bag;

    for (k = boost_from(n, id, x->members);
         k < boost_from(n, id + 1, x->members); k++)
    {
        i = x->n_bag + k;
        i = (i < x->t->n) ? x->bag[i] : i;
        to[i * out] += t->value[train_tree_leaf(t, x->b, i)];
    }
}


/* The mean loss of rows from..to, by blocks: whoever adds them */

static double
boost_loss(boost_t *x, size_t id, size_t from, size_t to)
{
    size_t  i, n, end;
    double  sum[2] = { 0, 0 };

    n = (to - from + BOOST_BLOCK - 1) / BOOST_BLOCK;

    for (i = id; i < n; i += x->members) {
        end = from + (i + 1) * BOOST_BLOCK;
        train_slopes_loss(x->t, x->scores, from + i * BOOST_BLOCK,
                          (end < to) ? end : to, x->loss[i]);
    }

    train_team_wait(x->team);

    for (i = 0; i < n; i++) {
        sum[0] += x->loss[i][0];
        sum[1] += x->loss[i][1];
    }

    return (sum[1] > 0) ? sum[0] / sum[1] : 0;
}


/* Is it better than ever?  Then its scores are kept. */

static void
boost_judge(boost_t *x, size_t id, size_t round)
{
    double           loss;
    train_forest_t  *f;

    f = x->f;

    if (x->t->rows == x->t->n) {
        if (id == 0) {
            f->rounds = round;
        }

        return;
    }

    loss = boost_loss(x, id, x->t->n, x->t->rows);
    train_team_wait(x->team);

    if (id != 0) {
        return;
    }

    if (x->set->whole && round > 0) {
        train_room(&f->curve, &f->curve_room, f->n_curve + 1, sizeof(float));
        f->curve[f->n_curve++] = (float) loss;
    }

    x->since++;

    if (round == 0 || loss < f->loss || x->set->patience == 0) {
        f->loss = loss;
        f->rounds = round;
        x->since = 0;
        (void) memcpy(f->scores, x->scores + x->t->n * x->t->out,
                      (x->t->rows - x->t->n) * x->t->out * sizeof(double));
    }

    x->over = !isfinite(loss)
              || (x->set->patience > 0 && x->since >= x->set->patience);
}


static void
boost_round(boost_t *x, size_t id, size_t round)
{
    size_t               o;
    train_tree_t        *mine;
    const train_tree_t  *t;

    if (id == 0 && (round == 0 || x->set->grow.rows < 1)) {
        boost_bag(x, train_rng_at(x->set->seed, round));
    }

    if (x->shares != NULL) {
        train_slopes_shares(x->t, x->scores,
                            boost_from(x->t->n, id, x->members),
                            boost_from(x->t->n, id + 1, x->members),
                            x->shares);
    }

    for (o = 0; o < x->t->out; o++) {
        if (id == 0) {
            x->lot.seed = train_rng_at(x->set->seed, round * x->t->out + o);
        }

        train_team_wait(x->team);
        boost_slopes(x, id, o);
        t = train_grower_tree(x->grower, id, &x->lot);

        if (id == 0) {
            boost_keep(x->f, t, o);
        }

        train_team_wait(x->team);
        mine = &x->f->tree[x->f->n - 1];

        if (train_slopes_renews(x->t) && x->set->grow.monotone == NULL) {
            boost_renew(x, id, mine);
        }

        boost_add(x, id, mine);
    }

    train_team_wait(x->team);
    boost_judge(x, id, round + 1);
    train_team_wait(x->team);
}


static void
boost_member(void *ctx, size_t id)
{
    size_t    round;
    double    loss;
    boost_t  *x = ctx;

    boost_judge(x, id, 0);
    train_team_wait(x->team);

    for (round = 0; round < x->set->rounds && !x->over; round++) {
        boost_round(x, id, round);
    }

    if (x->t->rows == x->t->n) {
        loss = boost_loss(x, id, 0, x->t->n);

        if (id == 0) {
            x->f->loss = loss;
        }
    }
}


static void
boost_begin(boost_t *x)
{
    size_t                i, o;
    const train_truth_t  *t;

    t = x->t;
    x->scores = train_alloc(t->rows * t->out, sizeof(double));
    x->first = train_alloc(t->n, sizeof(float));
    x->second = train_alloc(t->n, sizeof(float));
    x->slope = train_alloc(t->n, sizeof(train_sum_t));
    x->bag = train_alloc(t->n, sizeof(uint32_t));
    x->top = train_alloc(x->members, sizeof(*x->top));
    x->loss = train_alloc(t->rows / BOOST_BLOCK + 1, sizeof(*x->loss));
    x->shares = (t->loss == TRAIN_TREES_SOFTMAX)
                ? train_alloc(t->n * t->out, sizeof(float)) : NULL;
    x->grower = train_grower_create(x->b, &x->set->grow, t->n, x->team);

    x->f->out = t->out;
    x->f->base = train_alloc(t->out, sizeof(double));
    x->f->scores = train_alloc((t->rows - t->n) * t->out + 1, sizeof(double));
    train_slopes_base(t, x->f->base);

    for (i = 0; i < t->rows; i++) {
        for (o = 0; o < t->out; o++) {
            x->scores[i * t->out + o] = x->f->base[o];
        }
    }
}


static void
boost_end(boost_t *x)
{
    train_free(x->scores);
    train_free(x->first);
    train_free(x->second);
    train_free(x->slope);
    train_free(x->bag);
    train_free(x->top);
    train_free(x->loss);
    train_free(x->shares);
    train_grower_free(x->grower);
}


/* The trees of rounds behind the best one go */

static void
boost_cut(train_forest_t *f, size_t n)
{
    while (f->n > n) {
        f->n--;
        train_free(f->tree[f->n].node);
        train_free(f->tree[f->n].value);
        train_free(f->tree[f->n].cover);
    }
}


int
train_boost(const train_boost_t *set, const train_bins_t *b,
    const train_truth_t *t, train_team_t *team, train_forest_t *f, char *why)
{
    boost_t  x = {
        .set = set, .b = b, .t = t, .team = team,
        .members = train_team_size(team), .f = f
    };

    (void) memset(f, 0, sizeof(train_forest_t));
    boost_begin(&x);
    train_team_run(team, boost_member, &x);
    boost_end(&x);

    if (!set->whole) {
        boost_cut(f, f->rounds * t->out);
    }

    if (!isfinite(f->loss)) {
        return train_refuse(why, "trees: the loss is not finite: targets are "
                            "too far from each other");
    }

    return 0;
}


void
train_forest_free(train_forest_t *f)
{
    boost_cut(f, 0);
    train_free(f->tree);
    train_free(f->base);
    train_free(f->scores);
    train_free(f->curve);
    (void) memset(f, 0, sizeof(train_forest_t));
}
