/*
 * Networks on rows of values themselves: what the engine makes of their layers
 * is what the training said, with any number of threads, and several in one
 * pass give the sum of what they give.
 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "learn/learn_network.h"


#define ROWS   600
#define TRAIN  400
#define IN     5                /* three numbers, codes of few and many */


static const char *const  values[100] = { "" };


typedef struct {
    train_data_t    data;
    train_scale_t   scale;
    maas_column_t   columns[IN];
    float           numbers[ROWS * IN];
    float           target[ROWS];
    uint32_t        classes[ROWS];
    uint32_t        row[ROWS];
    train_lesson_t  lesson;
} table_t;

static table_t  table;


/* out: 0: a number is to be learnt, 1: two classes, 3 */

static void
table_make(size_t out)
{
    float           *x, y;
    size_t           i, j;
    train_rng_t      rng;
    train_lesson_t  *l;

    memset(&table, 0, sizeof(table_t));
    train_rng_init(&rng, 3, 1);

    for (i = 0; i < ROWS; i++) {
        x = table.numbers + i * IN;

        for (j = 0; j < 3; j++) {
            x[j] = (float) (1000 * train_rng_unit(&rng));
        }

        x[1] = (train_rng_below(&rng, 10) == 0) ? NAN : x[1];
        x[3] = (float) train_rng_below(&rng, 4);
        x[4] = (float) train_rng_below(&rng, 80);
        x[4] = (train_rng_below(&rng, 20) == 0) ? NAN : x[4];
        y = sinf(x[0] / 100) + (x[3] == 2) + (x[4] < 9)
            + (isnan(x[1]) ? 1 : x[1] / 500);
        table.target[i] = y - 2;
        table.classes[i] = (y > 1.5f) + (y > 2.5f && out > 1);
        table.row[i] = (uint32_t) i;
    }

    for (j = 0; j < IN; j++) {
        table.columns[j] = (maas_column_t) {
            .name = "c", .kind = (j < 3) ? MAAS_FIELD_NUMBER
                                         : MAAS_FIELD_CATEGORY,
            .at = j, .width = 1, .factor = 1, .codes = (j > 2),
            .values = values, .n_values = (j == 3) ? 4 : 80
        };
    }

    table.data = (train_data_t) {
        .rows = ROWS, .input = MAAS_INPUT_COLUMNS, .rank = 1,
        .shape = { IN }, .in = IN, .numbers = table.numbers,
        .task = (out == 0) ? MAAS_TASK_REGRESSION
                : (out == 1) ? MAAS_TASK_BINARY : MAAS_TASK_CLASSIFICATION,
        .out = (out > 0) ? out : 1, .n_labels = (out == 1) ? 2 : out,
        .classes = (out > 0) ? table.classes : NULL
    };

    table.scale.columns = table.columns;
    table.scale.n_columns = IN;
    l = &table.lesson;
    *l = (train_lesson_t) {
        .data = &table.data, .scale = &table.scale,
        .loss = (out == 0) ? TRAIN_LOSS_MSE
                : (out == 1) ? TRAIN_LOSS_BINARY : TRAIN_LOSS_SPARSE,
        .out = (out > 0) ? out : 1,
        .target = (out == 0) ? table.target : NULL,
        .row = table.row, .n = TRAIN, .valid = table.row + TRAIN,
        .n_valid = ROWS - TRAIN, .seed = 1, .threads = 1
    };
}


static void
learn(const char *settings, size_t rounds, train_learnt_t *to)
{
    char            why[TRAIN_WHY];
    train_recipe_t  r = { &train_family_network, "test", settings, rounds };

    if (train_family_network.learn(&r, &table.lesson, to, why) != 0) {
        fail_msg("%s", why);
    }
}


/* y(n,out): the layers of l on rows from TRAIN on, by the engine's planner
 * and kernels, layer by layer */

static void
run(const train_learnt_t *l, size_t out, float *y)
{
    size_t         i, k, n, in;
    char          *fixed, *scratch;
    float         *from, *to, *first;
    maas_step_t    s;
    maas_arena_t  *a;
    maas_pass_t    p;

    n = ROWS - TRAIN;
    in = IN;
    first = from = table.numbers + TRAIN * IN;

    for (i = 0; i < l->n_nodes; i++) {
        a = maas__arena_create(SIZE_MAX / 2);
        memset(&s, 0, sizeof(s));
        s.node = l->nodes[i];
        k = s.node.shape.dim[0];
        to = maas__arena_alloc(a, n * k, sizeof(float));
        s.kernel = s.node.op->kernel(&s.node, MAAS_ISA_AUTO);

        if (s.node.op->layout != NULL) {
            assert_int_equal(s.node.op->layout(&s, a), MAAS_OK);
        }

        fixed = maas__arena_alloc(a, s.node.op->size(&s) + 64, 1);
        s.node.op->pack(&s, fixed);
        s.packed = fixed;
        scratch = maas__arena_alloc(a, s.scratch * n + 64, 1);
        memset(&p, 0, sizeof(p));
        p.rows = n;
        p.in[0].data = from;
        p.in[0].ld = in;
        p.out.data = to;
        p.out.ld = k;
        p.scratch = scratch;
        p.fixed = maas__arena_alloc(a, s.fixed + 64, 1);
        s.node.op->run(&s, &p);

        if (!s.node.op->fused || !maas__acts[s.node.act].fused) {
            maas__act(s.node.act, s.node.alpha, to, n * k);
        }

        if (from != first) {
            free(from);
        }

        from = malloc(n * k * sizeof(float));
        memcpy(from, to, n * k * sizeof(float));
        in = k;
        maas__arena_destroy(a);
    }

    assert_int_equal(in, out);
    memcpy(y, from, n * out * sizeof(float));
    free(from);
}


static void
near(const float *a, const float *b, size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        assert_true(fabsf(a[i] - b[i]) < 1e-4f * (1 + fabsf(b[i])));
    }
}


static const char *const  recipes[] = {
    "width=32,bins=8,one_hot=100,epochs=20",
    "width=32,act=5,drop=0.1,waves=8,one_hot=8,table=4,epochs=20",
    "width=48,depth=3,bins=5,waves=4,one_hot=100,epochs=20,robust=1"
};


static void
test_engine(void **state)
{
    size_t          i, out;
    float           y[3 * (ROWS - TRAIN)];
    train_learnt_t  l;

    for (out = 0; out <= 3; out += 1 + (out > 0)) {
        for (i = 0; i < train_nelts(recipes); i++) {
            table_make(out);
            learn(recipes[i], 0, &l);
            run(&l, table.lesson.out, y);
            near(y, l.scores, table.lesson.out * (ROWS - TRAIN));
            assert_true(l.loss < (out < 2 ? 0.5 : 0.8));
            assert_in_range(l.rounds, 2, 20);
            train_learnt_free(&l);
        }
    }
}


static void
test_threads(void **state)
{
    size_t          i;
    train_learnt_t  one, more;

    table_make(1);

    for (i = 0; i < train_nelts(recipes); i++) {
        table.lesson.threads = 1;
        learn(recipes[i], 3, &one);
        table.lesson.threads = 3;
        learn(recipes[i], 3, &more);
        assert_memory_equal(one.scores, more.scores,
                            (ROWS - TRAIN) * sizeof(float));
        assert_int_equal(one.rounds <= 3, 1);
        train_learnt_free(&one);
        train_learnt_free(&more);
    }
}


/* Members of seeds, and of other rows: with one embedding and with three */

static void
test_pack(void **state)
{
    char            why[TRAIN_WHY];
    size_t          i, k, m, out;
    float           y[3 * (ROWS - TRAIN)], sum[3 * (ROWS - TRAIN)];
    train_learnt_t  l[3], all;
    const double    weight[3] = { 0.5, 0.25, 0.75 };

    for (out = 0; out <= 3; out += 1 + (out > 0)) {
        for (i = 0; i < train_nelts(recipes); i++) {
            table_make(out);
            memset(sum, 0, sizeof(sum));

            for (m = 0; m < 3; m++) {
                table.lesson.seed = m + 1;
                learn(recipes[i], 2, &l[m]);

                for (k = 0; k < table.lesson.out * (ROWS - TRAIN); k++) {
                    sum[k] += (float) weight[m] * l[m].scores[k];
                }
            }

            assert_int_equal(train_family_network.pack(l, weight, 3, &all,
                                                       why), 0);
            assert_int_equal(all.nodes[0].shape.dim[0],
                             l[0].nodes[0].shape.dim[0] * (i == 0 ? 1 : 3));
            run(&all, table.lesson.out, y);
            near(y, sum, k);
            train_learnt_free(&all);

            for (m = 0; m < 3; m++) {
                train_learnt_free(&l[m]);
            }
        }
    }
}


/* One that has never seen a value missing has one number less */

static void
test_pack_uneven(void **state)
{
    char            why[TRAIN_WHY];
    float           y[ROWS - TRAIN], sum[ROWS - TRAIN];
    size_t          i, k, m, n;
    train_learnt_t  l[3], all;
    const double    weight[3] = { 0.5, 0.25, 0.75 };

    for (i = 0; i < train_nelts(recipes); i++) {
        table_make(1);
        memset(sum, 0, sizeof(sum));

        for (m = 0; m < 3; m++) {
            if (m == 1) {
                for (k = 0, n = 0; k < TRAIN; k++) {
                    if (!isnan(table.numbers[k * IN + 1])) {
                        table.row[n++] = (uint32_t) k;
                    }
                }

                table.lesson.n = n;
                table.lesson.n_valid = 0;
            }

            learn(recipes[i], 2, &l[m]);
            run(&l[m], 1, y);

            for (k = 0; k < ROWS - TRAIN; k++) {
                sum[k] += (float) weight[m] * y[k];
            }
        }

        assert_true(l[1].nodes[0].shape.dim[0] < l[0].nodes[0].shape.dim[0]);
        assert_int_equal(train_family_network.pack(l, weight, 3, &all, why),
                         0);
        run(&all, 1, y);
        near(y, sum, ROWS - TRAIN);
        train_learnt_free(&all);

        for (m = 0; m < 3; m++) {
            train_learnt_free(&l[m]);
        }
    }
}


/* Nothing to stop by: the last round is taken, and it is that many */

static void
test_rounds(void **state)
{
    train_learnt_t  l;

    table_make(0);
    table.lesson.n_valid = 0;
    learn(recipes[0], 7, &l);
    assert_int_equal(l.rounds, 7);
    assert_true(isfinite(l.loss));
    train_learnt_free(&l);
}


/* Stopped elsewhere, layers still give the scores that are told, and the loss
 * is that of the curve; one that is not asked for stops keeps nothing */

static void
test_stops(void **state)
{
    char                   why[TRAIN_WHY];
    float                  y[ROWS - TRAIN], loss;
    size_t                 i, k, at;
    train_learnt_t         l;
    const train_recipe_t   r[] = {
        { &train_family_network, "test", "width=32,bins=8,epochs=40,"
          "patience=40", 0 },
        { &train_family_trees, "test", "", 0 }
    };

    for (i = 0; i < train_nelts(r); i++) {
        table_make(1);
        assert_int_equal(r[i].family->learn(&r[i], &table.lesson, &l, why), 0);
        assert_null(l.kept);
        assert_int_equal(l.n_curve, 0);
        train_learnt_free(&l);

        table.lesson.stops = 1;
        assert_int_equal(r[i].family->learn(&r[i], &table.lesson, &l, why), 0);
        assert_true(l.n_curve >= 16);

        for (k = 0; k < 3; k++) {
            at = (k == 0) ? l.n_curve - 1 : (k == 1) ? 0 : 5;
            loss = l.curve[at];
            assert_int_equal(r[i].family->stop(&table.lesson, at, &l, why), 0);
            assert_true((float) l.loss == loss);
            run(&l, 1, y);
            near(y, l.scores, ROWS - TRAIN);
        }

        train_learnt_settle(&l);
        assert_null(l.kept);
        train_learnt_free(&l);
    }
}


/* A quantile has its share of the rows below, a rate is positive */

static void
test_losses(void **state)
{
    size_t          i, below;
    double          mean, sum;
    train_learnt_t  l;

    table_make(0);
    table.lesson.loss = TRAIN_LOSS_QUANTILE;
    table.lesson.level = 0.8;
    learn("width=32,bins=8,epochs=30", 0, &l);

    for (i = 0, below = 0; i < ROWS - TRAIN; i++) {
        below += (table.target[TRAIN + i] < l.scores[i]);
    }

    assert_in_range(below, 0.7 * (ROWS - TRAIN), 0.9 * (ROWS - TRAIN));
    train_learnt_free(&l);

    table.lesson.loss = TRAIN_LOSS_POISSON;

    for (i = 0, mean = 0; i < ROWS; i++) {
        table.target[i] = expf(table.target[i]);
        mean += (double) table.target[i] / ROWS;
    }

    learn("width=32,bins=8,epochs=30", 0, &l);

    for (i = 0, sum = 0; i < ROWS - TRAIN; i++) {
        sum += exp((double) l.scores[i]) / (ROWS - TRAIN);
    }

    assert_true(fabs(sum / mean - 1) < 0.2);
    train_learnt_free(&l);
}


/* Of many numbers each has few bins, of very many none; and as many waves */

static void
test_wide(void **state)
{
    size_t          i, k, in, units;
    float          *x;
    maas_column_t  *c;
    train_learnt_t  l;

    for (k = 0; k < 2; k++) {
        table_make(0);
        in = (k == 0) ? 200 : 600;
        x = train_alloc(ROWS * in, sizeof(float));
        c = train_alloc(in, sizeof(maas_column_t));

        for (i = 0; i < ROWS * in; i++) {
            x[i] = table.numbers[i % (ROWS * IN)] + (float) (i % 77);
            x[i] = isnan(x[i]) ? 0 : x[i];
        }

        for (i = 0; i < in; i++) {
            c[i] = table.columns[0];
            c[i].at = i;
        }

        table.data.numbers = x;
        table.data.in = in;
        table.data.shape[0] = in;
        table.scale.columns = c;
        table.scale.n_columns = in;
        learn("width=16,bins=50,waves=16", 1, &l);
        units = l.nodes[0].shape.dim[0];

        if (k == 0) {
            assert_in_range(units, 5 * in, 1 + in + 3 * in + 2048);
        } else {
            assert_int_equal(units, in);
        }

        train_learnt_free(&l);
        train_free(x);
        train_free(c);
    }
}


/* It ends when nothing gets better, and has cost less then; noise does not */

static void
test_patience(void **state)
{
    size_t           i;
    train_rng_t      rng;
    train_learnt_t   l;
    train_recipe_t   r = { &train_family_network, "test", "width=8,most=200",
                           0 };

    table_make(1);
    train_rng_init(&rng, 5, 1);

    for (i = 0; i < ROWS; i++) {
        table.classes[i] = (uint32_t) train_rng_below(&rng, 2);
    }

    learn(r.settings, 0, &l);
    assert_true(l.work < 0.8 * train_family_network.work(&r, &table.lesson));
    train_learnt_free(&l);
    learn("width=8,most=200,patience=1000", 0, &l);
    assert_true(l.work > 0.99 * train_family_network.work(&r, &table.lesson));
    train_learnt_free(&l);
}


/* Decay by the rows is that decay; one of more than 1 is 1 */

static void
test_held(void **state)
{
    size_t          i;
    train_learnt_t  a, b;
    static const char *const  same[][2] = {
        { "width=8,held=100", "width=8,decay=0.25" },
        { "width=8,held=4000", "width=8,decay=1" },
        { "width=8", "width=8,clip=3" }
    };

    table_make(0);

    for (i = 0; i < train_nelts(same); i++) {
        learn(same[i][0], 3, &a);
        learn(same[i][1], 3, &b);
        assert_memory_equal(a.scores, b.scores,
                            (ROWS - TRAIN) * sizeof(float));
        train_learnt_free(&b);
        learn("width=8,clip=0.1,decay=0.3", 3, &b);
        assert_memory_not_equal(a.scores, b.scores,
                                (ROWS - TRAIN) * sizeof(float));
        train_learnt_free(&a);
        train_learnt_free(&b);
    }
}


/* What work is counted by: values of each number, and holes */

static void
test_seen(void **state)
{
    train_seen_t  *seen;

    table_make(0);
    seen = train_lesson_see(&table.lesson);
    assert_int_equal(seen[0].values, TRAIN);
    assert_int_equal(seen[0].missing, 0);
    assert_int_equal(seen[1].missing, 1);
    assert_int_equal(seen[3].values, 4);
    assert_in_range(seen[4].values, 60, 80);
    train_free(seen);
}


/* Numbers that are made once are those of each batch */

static void
test_known(void **state)
{
    size_t           i, k;
    train_batch_t    b[2];
    train_embed_t    e;
    train_scale_t    scale = { 0 };
    train_source_t   s[2];
    train_network_t  set = { .bins = 5, .one_hot = 32, .table = 3, .clip = 3,
                             .waves = 2, .sums = 3 };

    table_make(0);
    train_network_embed(&set, &table.lesson, &e);

    for (k = 0; k < 2; k++) {
        train_source_init(&s[k], &table.data, &scale);
        train_source_embed(&s[k], &e);
    }

    train_source_know(&s[1], table.lesson.row, TRAIN);
    train_source_know(&s[1], table.lesson.valid, ROWS - TRAIN);
    assert_non_null(s[1].known);
    table.data.numbers[0]++;

    for (k = 0; k < 2; k++) {
        train_batch_create(&b[k], &s[k], ROWS);
        train_batch_fill(&b[k], &s[k], table.row, ROWS, 0);
    }

    assert_memory_equal(b[0].x + e.units, b[1].x + e.units,
                        (ROWS - 1) * e.units * sizeof(float));
    assert_memory_not_equal(b[0].x, b[1].x, e.units * sizeof(float));

    for (i = 0; i < 2; i++) {
        train_batch_free(&b[i]);
        train_source_forget(&s[i]);
        assert_null(s[i].known);
    }

    train_embed_free(&e);
}


static void
test_refused(void **state)
{
    char            why[TRAIN_WHY];
    size_t          i;
    train_learnt_t  l;
    const char     *wrong[] = { "width=0", "widthh=3", "width", "width=3,x",
                                "width=nan", "drop=1", "width=" };
    train_recipe_t  r = { &train_family_network, "test", NULL, 1 };

    table_make(0);

    for (i = 0; i < train_nelts(wrong); i++) {
        r.settings = wrong[i];
        assert_int_equal(train_family_network.learn(&r, &table.lesson, &l,
                                                    why), -1);
        assert_non_null(strncmp(why, "network: ", 9) == 0 ? why : NULL);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_engine),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_pack),
        cmocka_unit_test(test_pack_uneven),
        cmocka_unit_test(test_rounds),
        cmocka_unit_test(test_stops),
        cmocka_unit_test(test_losses),
        cmocka_unit_test(test_wide),
        cmocka_unit_test(test_patience),
        cmocka_unit_test(test_held),
        cmocka_unit_test(test_seen),
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_refused)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
