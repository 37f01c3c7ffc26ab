/*
 * The loop around the steps: learning rates over time, shuffling, best weights
 * and patience, on a network so small that all of it is known beforehand.
 *
 * One column that is zero and a target far above: the slope of mae is -1 at
 * the bias, always, so that plain SGD moves the bias by the learning rate.
 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fit/loop.h"


#define ROWS    20
#define EPOCHS  3


typedef struct {
    train_data_t    data;
    train_scale_t   scale;
    train_source_t  source;
    train_net_t     net;
    train_optim_t   optim;
    train_plan_t    plan;
    train_result_t  result;
    uint32_t        row[ROWS];
    float           shift, factor;
} run_t;


static void
run_create(run_t *r, train_optim_kind_t kind)
{
    char    why[TRAIN_WHY];
    size_t  i;

    memset(r, 0, sizeof(run_t));

    r->data.rows = ROWS;
    r->data.in = 1;
    r->data.out = 1;
    r->data.input = MAAS_INPUT_COLUMNS;
    r->data.task = MAAS_TASK_REGRESSION;
    r->data.numbers = train_alloc(ROWS, sizeof(float));
    r->data.targets = train_alloc(ROWS, sizeof(float));
    r->factor = 1;
    r->scale.n = 1;
    r->scale.shift = &r->shift;
    r->scale.factor = &r->factor;

    for (i = 0; i < ROWS; i++) {
        r->data.targets[i] = 1000;
        r->row[i] = (uint32_t) i;
    }

    assert_int_equal(train_net_create(&r->net, 1, 1, MAAS_TASK_REGRESSION, "",
                                      why), 0);
    train_optim_create(&r->optim, kind, r->net.n);
    r->optim.lr = 0.5;
    r->plan.loss = TRAIN_LOSS_MAE;
    r->plan.epochs = EPOCHS;
    r->plan.batch = 8;
    r->plan.progress = TRAIN_PROGRESS_NONE;
    train_source_init(&r->source, &r->data, &r->scale);
}


static void
run_loop(run_t *r, size_t n_valid)
{
    train_loop(&r->net, &r->optim, &r->plan, &r->source, &r->source, r->row,
               ROWS - n_valid, r->row + ROWS - n_valid, n_valid, &r->result);
}


static void
run_free(run_t *r)
{
    train_optim_free(&r->optim);
    train_net_free(&r->net);
    train_data_free(&r->data);
}


static double
bias_of(const run_t *r)
{
    return (double) train_vector(&r->net.layers[0], r->net.params, 0)[0];
}


static void
schedules(void **state)
{
    int      kind;
    run_t    r;
    double   want, rate, m, t;
    size_t   i, steps;

    (void) state;

    for (kind = TRAIN_SCHED_CONSTANT; kind <= TRAIN_SCHED_COSINE; kind++) {

        /* momentum weighs early steps more: linear and cosine differ */

        run_create(&r, TRAIN_OPT_MOMENTUM);
        r.plan.schedule = (train_sched_t) kind;
        run_loop(&r, 0);

        steps = EPOCHS * 3;             /* 8 + 8 + 4 rows */
        want = 0;
        m = 0;

        for (i = 0; i < steps; i++) {
            t = (double) i / (double) steps;
            rate = (kind == TRAIN_SCHED_CONSTANT) ? 0.5
                   : (kind == TRAIN_SCHED_LINEAR) ? 0.5 * (1 - t)
                   : 0.25 * (1 + cos(3.14159265358979 * t));
            m = 0.9 * m + rate;
            want += m;
        }

        if (!(fabs(bias_of(&r) - want) < 1e-4)) {
            fail_msg("%s: the bias is %.6f, not %.6f",
                     train_sched_names[kind], bias_of(&r), want);
        }

        assert_int_equal(r.result.epochs, EPOCHS);
        assert_int_equal(r.result.rows, EPOCHS * ROWS);
        run_free(&r);
    }
}


/* Every schedule at its corners: 10 epochs of 100 steps */

static void
rates(void **state)
{
    train_plan_t  p = { 0 };

    (void) state;

    p.epochs = 10;
    p.step_factor = 0.1;
    p.schedule = TRAIN_SCHED_STEP;
    p.step_every = 4;
    assert_true(fabs(train_rate(&p, 2, 100, 399, 1) - 2) < 1e-12);
    assert_true(fabs(train_rate(&p, 2, 100, 400, 1) - 0.2) < 1e-12);
    assert_true(fabs(train_rate(&p, 2, 100, 999, 1) - 0.02) < 1e-12);
    p.step_every = 0;               /* a third of them */
    assert_true(fabs(train_rate(&p, 2, 100, 333, 1) - 2) < 1e-12);
    assert_true(fabs(train_rate(&p, 2, 100, 334, 1) - 0.2) < 1e-12);

    p.schedule = TRAIN_SCHED_ONE_CYCLE;
    assert_true(fabs(train_rate(&p, 2, 100, 0, 1) - 2 / 25.0) < 1e-12);
    assert_true(fabs(train_rate(&p, 2, 100, 300, 1) - 2) < 1e-12);
    assert_true(train_rate(&p, 2, 100, 150, 1) < 2);
    assert_true(train_rate(&p, 2, 100, 999, 1) < 0.001);

    p.schedule = TRAIN_SCHED_PLATEAU;
    assert_true(fabs(train_rate(&p, 2, 100, 500, 0.25) - 0.5) < 1e-12);

    p.schedule = TRAIN_SCHED_LINEAR;
    p.lr_final = 0.5;
    assert_true(fabs(train_rate(&p, 2, 100, 500, 1) - 1.5) < 1e-12);

    /* up in two epochs, then linear over the other eight */

    p.warmup = 2;
    assert_true(train_rate(&p, 2, 100, 0, 1) < 0.02);
    assert_true(fabs(train_rate(&p, 2, 100, 99, 1) - 2 * 100 / 201.0)
                < 1e-12);
    assert_true(fabs(train_rate(&p, 2, 100, 200, 1) - 2) < 1e-12);
    assert_true(fabs(train_rate(&p, 2, 100, 600, 1) - 1.5) < 1e-12);
}


/* The bias swings around its target by the rate: after two epochs without
 * progress that is a tenth, and the fifth epoch is the best */

static void
plateaus(void **state)
{
    run_t   r;
    size_t  i;

    (void) state;

    run_create(&r, TRAIN_OPT_SGD);
    r.plan.schedule = TRAIN_SCHED_PLATEAU;
    r.plan.step_factor = 0.1;
    r.plan.plateau = 2;
    r.plan.epochs = 5;

    for (i = 0; i < ROWS; i++) {
        r.data.targets[i] = 2.9f;
    }

    run_loop(&r, 1);

    /* 1.5, 3, 2.5, 3, then 2.95, 2.9 and that or one of its neighbours */

    assert_int_equal(r.result.best_epoch, 5);
    assert_true(r.result.best_loss < 0.06);
    run_free(&r);
}


/* Averaged weights: the first step counts 1/10 of the way, and so on */

static void
averages(void **state)
{
    run_t   r;
    size_t  i;
    double  w, e, d;

    (void) state;

    run_create(&r, TRAIN_OPT_SGD);
    r.plan.ema = 0.5;
    r.plan.epochs = 2;
    run_loop(&r, 0);
    w = 0;
    e = 0;

    for (i = 0; i < 6; i++) {
        w += 0.5;
        d = (1 + (double) i) / (10 + (double) i);
        e += (1 - (d < 0.5 ? d : 0.5)) * (w - e);
    }

    assert_true(fabs(bias_of(&r) - e) < 1e-5);
    run_free(&r);
}


static void
shuffles(void **state)
{
    size_t    i, moved, epoch;
    uint32_t  seen, rows[ROWS], order[3][ROWS];

    (void) state;

    for (i = 0; i < ROWS; i++) {
        rows[i] = (uint32_t) i;
    }

    for (epoch = 0; epoch < 3; epoch++) {
        train_order(rows, ROWS, 1, epoch, order[epoch]);
        seen = 0;
        moved = 0;

        for (i = 0; i < ROWS; i++) {
            seen |= (uint32_t) 1 << order[epoch][i];
            moved += (order[epoch][i] != i);
        }

        assert_int_equal(seen, (1u << ROWS) - 1);
        assert_true(moved > 8);
    }

    assert_memory_not_equal(order[0], order[1], sizeof(rows));
    assert_memory_not_equal(order[1], order[2], sizeof(rows));
    train_order(rows, ROWS, 1, 0, order[1]);
    assert_memory_equal(order[0], order[1], sizeof(rows));
    train_order(rows, ROWS, 2, 0, order[1]);
    assert_memory_not_equal(order[0], order[1], sizeof(rows));
}


/* The bias runs past the target of the validation rows: the best epoch is the
 * one in which it passed, and patience counts from there */

static void
keeps_the_best(void **state)
{
    run_t   r;
    size_t  i;

    (void) state;

    run_create(&r, TRAIN_OPT_SGD);
    r.plan.epochs = 100;
    r.plan.patience = 5;

    for (i = ROWS - 4; i < ROWS; i++) {
        r.data.targets[i] = 3.1f;       /* two steps, 0.5 each, an epoch */
    }

    run_loop(&r, 4);

    assert_int_equal(r.result.best_epoch, 3);
    assert_int_equal(r.result.epochs, 8);
    assert_true(r.result.stopped);
    assert_true(fabs(bias_of(&r) - 3) < 1e-5);
    assert_true(fabs(r.result.best_loss - 0.1) < 1e-5);
    run_free(&r);

    /* no patience: to the end, and still the best */

    run_create(&r, TRAIN_OPT_SGD);
    r.plan.epochs = 30;

    for (i = ROWS - 4; i < ROWS; i++) {
        r.data.targets[i] = 3.1f;
    }

    run_loop(&r, 4);
    assert_int_equal(r.result.epochs, 30);
    assert_int_equal(r.result.best_epoch, 3);
    assert_true(fabs(bias_of(&r) - 3) < 1e-5);
    assert_true(!r.result.stopped);
    run_free(&r);
}


/* A network that runs away keeps what it had, and has nothing if it never had
 * anything */

static void
runs_away(void **state)
{
    run_t  r;

    (void) state;

    run_create(&r, TRAIN_OPT_SGD);
    r.plan.loss = TRAIN_LOSS_MSE;
    r.optim.lr = 1e30;
    r.plan.batch = 2;
    run_loop(&r, 4);
    assert_int_equal(r.result.best_epoch, 0);
    assert_int_equal(r.result.epochs, 1);
    run_free(&r);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(schedules),
        cmocka_unit_test(rates),
        cmocka_unit_test(plateaus),
        cmocka_unit_test(averages),
        cmocka_unit_test(shuffles),
        cmocka_unit_test(keeps_the_best),
        cmocka_unit_test(runs_away)
    };

    return cmocka_run_group_tests_name("train loop", tests, NULL, NULL);
}
