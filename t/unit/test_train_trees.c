/*
 * Trees that are grown here: what the engine says of a row is what training
 * said, to the bit; and they learn what can be learnt.
 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "learn/learn.h"
#include "kernel/maas_trees.h"
#include "rng.h"


#define IN  12                      /* 0 to 5: numbers, 6 and 7: codes, others:
                                       nearly always 0 */

typedef struct {
    train_data_t    d;
    train_scale_t   scale;
    maas_column_t   columns[IN];
    train_lesson_t  l;
    uint32_t       *row, *all;
    float          *target;
    uint32_t       *classes;
} table_t;


/* Numbers of all kinds, ties, missing ones, codes with and without values */

static float
number(train_rng_t *rng, size_t j)
{
    double    z;
    uint32_t  k;

    k = train_rng_below(rng, 20);
    z = train_rng_normal(rng);

    if (j >= 8) {
        return (k < 2) ? (float) z : (k == 2) ? -0.0f : 0;
    }

    if (k == 0 && j % 2 == 1) {
        return NAN;
    }

    if (k < 5 && j == 4) {          /* neighbours: nothing is between */
        return (k < 3) ? 1 : nextafterf(1, 2);
    }

    return (j == 6) ? (float) train_rng_below(rng, 4)
           : (j == 7) ? (float) train_rng_below(rng, k < 19 ? 30 : 320)
           : (j == 0) ? (float) train_rng_below(rng, 7)
           : (float) (z * pow(10, (double) j - 3));
}


static void
make(table_t *t, size_t rows, size_t learn)
{
    float        *x, z;
    size_t        i, j;
    train_rng_t   rng;

    (void) memset(t, 0, sizeof(table_t));
    train_rng_init(&rng, 7, rows);
    t->d.rows = rows;
    t->d.in = IN;
    t->d.numbers = train_alloc(rows * IN, sizeof(float));
    t->target = train_alloc(rows, sizeof(float));
    t->classes = train_alloc(rows, sizeof(uint32_t));
    t->d.classes = t->classes;
    t->row = train_alloc(rows, sizeof(uint32_t));
    t->all = train_alloc(rows, sizeof(uint32_t));

    for (j = 0; j < IN; j++) {
        t->columns[j].at = j;
        t->columns[j].codes = (j == 6 || j == 7);
    }

    t->scale.n = IN;
    t->scale.n_columns = IN;
    t->scale.columns = t->columns;

    for (i = 0; i < rows; i++) {
        x = t->d.numbers + i * IN;

        for (j = 0; j < IN; j++) {
            x[j] = number(&rng, j);
        }

        x[0] += (i >= learn) ? 0.5f : 0;    /* on edges of bins */

        z = (isnan(x[3]) ? 1.5f : x[3]) + (!(x[7] < 30) ? 0
            : (int) x[7] % 3 == 1 ? 2.0f : -1.0f) + x[8] + x[0] / 4;
        t->target[i] = z + (float) (0.1 * train_rng_normal(&rng));
        t->classes[i] = (z > 0) + (z > 2);
        t->row[i] = t->all[i] = (uint32_t) i;
    }

    t->l = (train_lesson_t) {
        .data = &t->d, .scale = &t->scale, .loss = TRAIN_LOSS_MSE, .out = 1,
        .target = t->target, .row = t->row, .n = learn, .valid = t->all,
        .n_valid = rows, .seed = 3, .threads = 1
    };
}


static void
drop(table_t *t)
{
    train_free(t->d.numbers);
    train_free(t->target);
    train_free(t->classes);
    train_free(t->row);
    train_free(t->all);
}


static void
learn(const table_t *t, const char *settings, train_learnt_t *to)
{
    char            why[TRAIN_WHY] = "";
    train_recipe_t  r = { &train_family_trees, "trees", settings, 0 };

    if (train_family_trees.learn(&r, &t->l, to, why) != 0) {
        fail_msg("%s", why);
    }
}


/* What the engine says of all rows: s(rows,out) */

static double *
answers(const table_t *t, const maas_node_t *node,
    const maas_trees_kernel_t *k)
{
    void          *layout, *packed, *room;
    double        *s;
    size_t         i, size, scratch;
    maas_err_t     err;
    maas_arena_t  *a;
    maas_trees_t   e;

    maas__trees_of(node, &e);
    a = maas__arena_create(SIZE_MAX / 2);
    room = maas__arena_alloc(a, 2 * e.nodes + e.trees, 1);

    if (maas__trees_check(&e, room, &err) != MAAS_OK) {
        fail_msg("%s", err.msg);
    }

    k = (k != NULL) ? k : maas__trees_choose(&e, MAAS_ISA_AVX512);
    layout = k->layout(&e, a, &size, &scratch);
    assert_non_null(layout);
    packed = maas__arena_alloc(a, size, 1);
    k->pack(&e, layout, packed);
    room = maas__arena_alloc(a, scratch, 1);
    s = train_alloc(t->d.rows * e.out, sizeof(double));

    for (i = 0; i < t->d.rows; i++) {
        k->run(&e, packed, t->d.numbers + i * IN, IN, 1, s + i * e.out, room);
    }

    maas__arena_destroy(a);

    return s;
}


static void
engine_agrees(const table_t *t, const char *settings)
{
    double          *s;
    size_t           i, k;
    train_learnt_t   got;

    learn(t, settings, &got);
    assert_true(got.rounds > 3);

    for (k = 0; k < 2; k++) {
        s = answers(t, got.nodes, k ? NULL : &maas__trees_ref);

        for (i = 0; i < t->d.rows * t->l.out; i++) {
            if ((float) s[i] != got.scores[i]) {
                fail_msg("%s: row %zu: %.9g, not %.9g", settings, i,
                         (double) (float) s[i], (double) got.scores[i]);
            }
        }

        train_free(s);
    }

    maas__arena_destroy(got.arena);
}


/* Rows that were learnt from, others, and codes that nobody has seen */

static void
scores_are_the_engines(void **state)
{
    size_t   i;
    table_t  t;

    make(&t, 3000, 1000);
    engine_agrees(&t, "rounds=30");
    engine_agrees(&t, "rounds=30,rows=0.5,columns=0.5,node-columns=0.7");
    engine_agrees(&t, "rounds=30,extra=1,smooth=5,depth=4,l2=1");
    engine_agrees(&t, "rounds=30,set-one=0,set-rows=1,set-smooth=0,bins=9");
    engine_agrees(&t, "rounds=300,patience=20");

    t.l.loss = TRAIN_LOSS_MAE;
    engine_agrees(&t, "rounds=20");
    t.l.loss = TRAIN_LOSS_HUBER;
    engine_agrees(&t, "rounds=20");
    t.l.loss = TRAIN_LOSS_QUANTILE;
    t.l.level = 0.8;
    engine_agrees(&t, "rounds=20");

    for (i = 0; i < t.d.rows; i++) {
        t.target[i] = floorf(expf(t.target[i] / 3));
    }

    t.l.loss = TRAIN_LOSS_POISSON;
    engine_agrees(&t, "rounds=20");

    t.l.target = NULL;
    t.l.out = 3;
    t.l.loss = TRAIN_LOSS_SPARSE;
    engine_agrees(&t, "rounds=10,set-one=20");
    drop(&t);
}


/* So many rows that members share them, in sums and in parts */

static void
threads_change_no_bit(void **state)
{
    size_t          i, k;
    double         *one, *more;
    table_t         t;
    train_learnt_t  a, b;

    make(&t, 60000, 50000);
    learn(&t, "rounds=6,rows=0.9,columns=0.8", &a);
    one = answers(&t, a.nodes, NULL);

    /* sums of so few leaves are kept that others are made again */

    for (k = 2; k <= 5; k++) {
        t.l.threads = k;
        learn(&t, (k < 4) ? "rounds=6,rows=0.9,columns=0.8,sums=3"
              : "rounds=6,rows=0.9,columns=0.8", &b);
        more = answers(&t, b.nodes, NULL);

        for (i = 0; i < t.d.rows; i++) {
            assert_true(one[i] == more[i]);
        }

        assert_true(a.loss == b.loss);
        train_free(more);
        maas__arena_destroy(b.arena);
    }

    train_free(one);
    maas__arena_destroy(a.arena);
    drop(&t);
}


/* Numbers, what is missing, sets of codes and slots that are nearly always 0
 * are all in the target: who cannot use one of them does not come near */

static void
they_learn(void **state)
{
    double          sum;
    size_t          i;
    table_t         t;
    train_learnt_t  got;

    make(&t, 6000, 4000);
    t.l.valid = t.all + 4000;
    t.l.n_valid = 2000;
    learn(&t, "rounds=400,patience=30,set-rows=10,set-l2=1", &got);

    for (i = 0, sum = 0; i < 2000; i++) {
        sum += pow((double) (got.scores[i] - t.target[4000 + i]), 2);
    }

    assert_true(fabs(sum / 2000 - got.loss) < 1e-6);
    assert_true(got.loss < 0.06);
    assert_true(got.work > 0 && got.rounds < 400);
    maas__arena_destroy(got.arena);
    drop(&t);
}


/* Of the rows as many are below a quantile as it says; the mean of a rate is
 * that of its counts */

static void
levels_and_rates(void **state)
{
    double          below, sum, rate;
    size_t          i;
    table_t         t;
    train_learnt_t  got;

    make(&t, 4000, 4000);
    t.l.n = 3000;
    t.l.valid = t.all + 3000;
    t.l.n_valid = 1000;
    t.l.loss = TRAIN_LOSS_QUANTILE;
    t.l.level = 0.9;
    learn(&t, "rounds=60", &got);

    for (i = 0, below = 0; i < 1000; i++) {
        below += (t.target[3000 + i] <= got.scores[i]);
    }

    assert_true(below > 830 && below < 950);
    maas__arena_destroy(got.arena);

    for (i = 0; i < t.d.rows; i++) {
        t.target[i] = floorf(expf(t.target[i] / 3));
    }

    t.l.loss = TRAIN_LOSS_POISSON;
    learn(&t, "rounds=60", &got);

    for (i = 0, sum = 0, rate = 0; i < 1000; i++) {
        sum += (double) t.target[3000 + i];
        rate += exp((double) got.scores[i]);
    }

    assert_true(fabs(rate / sum - 1) < 0.05);
    maas__arena_destroy(got.arena);
    drop(&t);
}


static void
directions_hold(void **state)
{
    float           before;
    size_t          i, k;
    double         *s;
    int8_t          way[IN] = { 0 };
    table_t         t;
    train_learnt_t  got;

    make(&t, 2000, 2000);

    for (i = 0; i < 2000; i++) {
        t.target[i] += 3 * sinf(t.d.numbers[i * IN + 2] * 20);
    }

    way[2] = -1;
    t.l.monotone = way;
    learn(&t, "rounds=50,min-rows=5", &got);

    /* one row, but for that number, which rises */

    for (k = 0; k < 5; k++) {
        for (i = 0; i < 2000; i++) {
            (void) memcpy(t.d.numbers + i * IN, t.d.numbers + k * IN,
                          IN * sizeof(float));
            t.d.numbers[i * IN + 2] = -0.5f + (float) i / 2000;
        }

        s = answers(&t, got.nodes, NULL);
        before = (float) s[0];

        for (i = 0; i < 2000; i++) {
            assert_true((float) s[i] <= before + 1e-6f);
            before = (float) s[i];
        }

        assert_true(s[0] > s[1999]);
        train_free(s);
    }

    maas__arena_destroy(got.arena);
    drop(&t);
}


/* A row that weighs nothing teaches nothing; where each has the same weight,
 * none has one */

static void
weights_count(void **state)
{
    float          *w;
    size_t          i;
    double         *s, *z;
    table_t         t;
    train_learnt_t  a, b;

    make(&t, 3000, 3000);
    w = train_alloc(3000, sizeof(float));
    learn(&t, "rounds=20,set-smooth=0,set-l2=0", &a);
    s = answers(&t, a.nodes, NULL);

    for (i = 0; i < 3000; i++) {
        w[i] = 2;
    }

    t.l.weight = w;
    learn(&t, "rounds=20,set-smooth=0,set-l2=0,min-curve=2e-3",
          &b);
    z = answers(&t, b.nodes, NULL);

    for (i = 0; i < 3000; i++) {
        assert_true(fabs(s[i] - z[i]) < 1e-6);
        w[i] = i % 2 ? 1 : 0;
        t.target[i] += i % 2 ? 0 : 1000;
    }

    maas__arena_destroy(b.arena);
    train_free(z);
    learn(&t, "rounds=20", &b);
    z = answers(&t, b.nodes, NULL);

    for (i = 0; i < 3000; i++) {
        assert_true(fabs(z[i]) < 100);
    }

    maas__arena_destroy(a.arena);
    maas__arena_destroy(b.arena);
    train_free(s);
    train_free(z);
    train_free(w);
    drop(&t);
}


static void
packs_are_sums(void **state)
{
    size_t          i, k;
    char            why[TRAIN_WHY];
    double         *s, *part[3];
    table_t         t;
    train_learnt_t  all, one[3];
    static const double  weight[] = { 0.5, 0.25, 1.5 };

    make(&t, 1000, 800);

    for (k = 0; k < 3; k++) {
        t.l.seed = k;
        learn(&t, "rounds=12,rows=0.7", &one[k]);
        part[k] = answers(&t, one[k].nodes, NULL);
    }

    assert_int_equal(train_family_trees.pack(one, weight, 3, &all, why), 0);

    for (k = 0; k < 3; k++) {       /* what was packed stands alone */
        maas__arena_destroy(one[k].arena);
    }

    s = answers(&t, all.nodes, NULL);

    for (i = 0; i < 1000; i++) {
        assert_true(fabs(s[i] - weight[0] * part[0][i]
                         - weight[1] * part[1][i]
                         - weight[2] * part[2][i]) < 1e-9);
    }

    for (k = 0; k < 3; k++) {
        train_free(part[k]);
    }

    train_free(s);
    maas__arena_destroy(all.arena);
    drop(&t);
}


static void
refused(const table_t *t, const char *settings, const char *sentence)
{
    char            why[TRAIN_WHY] = "";
    train_learnt_t  got;
    train_recipe_t  r = { &train_family_trees, "trees", settings, 0 };

    assert_int_equal(train_family_trees.learn(&r, &t->l, &got, why), -1);
    assert_string_equal(why, sentence);
}


static void
wrong_settings_are_told(void **state)
{
    table_t  t;

    make(&t, 100, 100);
    refused(&t, "leafs=3", "trees: no setting \"leafs\"");
    refused(&t, "leaves=1", "trees: leaves=1 is not from 2 to 4096");
    refused(&t, "rate=fast", "trees: rate=fast is no number");
    refused(&t, "rate", "trees: expected NAME=NUMBER,..., not \"rate\"");
    t.l.n = 0;
    refused(&t, "", "trees: 0 rows; expected 1 to 16777215");
    drop(&t);
}


/* Nothing to part: the mean, in one leaf */

static void
nothing_to_learn(void **state)
{
    size_t          i;
    double         *s;
    table_t         t;
    train_learnt_t  got;

    make(&t, 50, 30);

    for (i = 0; i < 50 * IN; i++) {
        t.d.numbers[i] = 1;
    }

    learn(&t, "rounds=3", &got);
    s = answers(&t, got.nodes, NULL);

    for (i = 0; i < 50; i++) {
        assert_true((float) s[i] == got.scores[i]);
        assert_true(s[i] == s[0]);
    }

    train_free(s);
    maas__arena_destroy(got.arena);
    drop(&t);
}


/* Where work is short of rounds: as many as it is enough for, of longer steps;
 * never fewer than 20 */

static void
work_is_a_bound(void **state)
{
    size_t           i;
    double           whole;
    table_t          t;
    train_recipe_t   r = { &train_family_trees, "trees", "patience=0", 50 };
    train_learnt_t   got[5];

    (void) state;

    make(&t, 600, 500);
    t.l.n_valid = 100;
    t.l.valid = t.all + 500;
    whole = train_family_trees.work(&r, &t.l);

    for (i = 0; i < 4; i++) {
        t.l.most = (i == 0) ? 0 : (i == 1) ? whole : (i == 2) ? 1 : 1e15;
        learn(&t, "rounds=120,patience=0", &got[i]);
    }

    t.l.most = 0;
    learn(&t, "rounds=50,patience=0", &got[4]);

    assert_int_equal(got[0].rounds, 120);
    assert_in_range(got[1].rounds, 45, 55); /* by about as many bins */
    assert_int_equal(got[2].rounds, 20);
    assert_int_equal(got[3].rounds, 120);
    assert_memory_equal(got[0].scores, got[3].scores, 100 * sizeof(float));

    /* 50 of the usual steps are half of the usual way */

    assert_true(got[1].loss < got[4].loss);

    for (i = 0; i < 5; i++) {
        maas__arena_destroy(got[i].arena);
    }

    drop(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(scores_are_the_engines),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(they_learn),
        cmocka_unit_test(levels_and_rates),
        cmocka_unit_test(directions_hold),
        cmocka_unit_test(weights_count),
        cmocka_unit_test(packs_are_sums),
        cmocka_unit_test(wrong_settings_are_told),
        cmocka_unit_test(nothing_to_learn),
        cmocka_unit_test(work_is_a_bound)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
