/*
 * Intervals of 95 % contain the figure of all rows in 93 to 97 of 100 samples
 * of 300 rows, for every figure that has one, over several kinds of rows; a
 * figure's standard error is that of drawn rows.  A calibration error has no
 * interval: none would do.
 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util.h"
#include "judge/metrics.h"


#define ROWS       300
#define ALL        400000       /* so many rows are all rows */
#define SAMPLES    500          /* of a kind; chance is 0.01 then, */
#define CHANCE     0.04         /*     and hardly ever this */
#define ROUNDS     200
#define CLASSES    4


static train_rng_t  rng;


static double
uniform(void)
{
    return (train_rng_below(&rng, 1u << 30) + 0.5) / (1u << 30);
}


static double
normal(void)
{
    return sqrt(-2 * log(uniform())) * cos(2 * 3.14159265358979 * uniform());
}


/* Rows of a kind: answers y(rows,out) and the truth beside them */

typedef struct {
    const char     *name;
    void          (*row)(float *y, uint32_t *class, float *target);
    train_data_t    data;
    unsigned        weighted;
} kind_t;


/* As sure as it ought to be, half of them of each class */

static void
even(float *y, uint32_t *class, float *target)
{
    *y = (float) (1 / (1 + exp(-2 * normal())));
    *class = uniform() < (double) *y;
}


/* One in ten is of the second class */

static void
rare(float *y, uint32_t *class, float *target)
{
    *y = (float) (1 / (1 + exp(3 - 1.7 * normal())));
    *class = uniform() < (double) *y;
}


/* Surer than it ought to be */

static void
bold(float *y, uint32_t *class, float *target)
{
    double  z;

    z = 1.2 * normal() - 0.5;
    *y = (float) (1 / (1 + exp(-2 * z)));
    *class = uniform() < 1 / (1 + exp(-z));
}


/* Nearly always right */

static void
good(float *y, uint32_t *class, float *target)
{
    *y = (float) (1 / (1 + exp(1 - 5 * normal())));
    *class = uniform() < (double) *y;
}


static void
four(float *y, uint32_t *class, float *target)
{
    size_t  i;
    double  sum, u, e[CLASSES];

    sum = 0;

    for (i = 0; i < CLASSES; i++) {
        e[i] = exp(1.5 * normal() - (i == 3));
        sum += e[i];
    }

    u = sum * uniform();

    for (i = 0; i < CLASSES; i++) {
        y[i] = (float) (e[i] / sum);
    }

    for (i = 0; i < CLASSES - 1 && u > e[i]; i++) {
        u -= e[i];
    }

    *class = (uint32_t) i;
}


static void
numbers(float *y, uint32_t *class, float *target)
{
    *y = (float) normal();
    *target = *y + (float) (0.7 * normal());
}


/* Errors with longer tails than a normal has: two of them, both ways */

static void
tails(float *y, uint32_t *class, float *target)
{
    *y = (float) normal();
    *target = *y + (float) (0.5 * log(uniform() / uniform()));
}


static const kind_t  kinds[] = {
    { "even", even, { .task = MAAS_TASK_BINARY, .out = 1, .n_labels = 2 }, 0 },
    { "rare", rare, { .task = MAAS_TASK_BINARY, .out = 1, .n_labels = 2 }, 0 },
    { "bold", bold, { .task = MAAS_TASK_BINARY, .out = 1, .n_labels = 2 }, 0 },
    { "good", good, { .task = MAAS_TASK_BINARY, .out = 1, .n_labels = 2 }, 0 },
    { "weighted", even, { .task = MAAS_TASK_BINARY, .out = 1, .n_labels = 2 },
      1 },
    { "four", four, { .task = MAAS_TASK_CLASSIFICATION, .out = CLASSES,
                      .n_labels = CLASSES }, 0 },
    { "numbers", numbers, { .task = MAAS_TASK_REGRESSION, .out = 1 }, 0 },
    { "tails", tails, { .task = MAAS_TASK_REGRESSION, .out = 1 }, 0 }
};


typedef struct {
    train_data_t     data;
    float           *y, *weight;
    train_judge_t    judge;
    train_metrics_t  m;
} sample_t;


static void
sample_create(sample_t *s, const kind_t *k, size_t rows)
{
    size_t       i;
    maas_info_t  info;

    s->data = k->data;
    s->data.rows = rows;
    s->y = train_alloc(rows * k->data.out, sizeof(float));
    s->weight = train_alloc(rows, sizeof(float));
    s->data.classes = train_alloc(rows, sizeof(uint32_t));
    s->data.targets = train_alloc(rows, sizeof(float));

    for (i = 0; i < rows; i++) {
        k->row(s->y + i * k->data.out, &s->data.classes[i],
               &s->data.targets[i]);
        s->weight[i] = (float) (1 + train_rng_below(&rng, 3));
    }

    if (k->data.task == MAAS_TASK_REGRESSION) {
        train_free(s->data.classes);
        s->data.classes = NULL;
    }

    train_data_info(&s->data, &info);
    train_judge_create(&s->judge, &info, &s->data, NULL, 0, s->y);
    s->judge.weight = k->weighted ? s->weight : NULL;
    train_judge(&s->judge, NULL, &s->m);
}


static void
sample_free(sample_t *s)
{
    train_metrics_free(&s->m);
    train_judge_free(&s->judge);
    train_free(s->data.classes);
    train_free(s->data.targets);
    train_free(s->y);
    train_free(s->weight);
}


/* hit and all of each figure: samples with it, so far */

static void
coverage(const kind_t *k, size_t *hits, size_t *all)
{
    size_t           i, f, hit[TRAIN_N_FIGURES] = { 0 };
    double           v, truth[TRAIN_N_FIGURES], share;
    sample_t         s;
    train_metrics_t  low, high;

    sample_create(&s, k, ALL);

    for (f = 0; f < TRAIN_N_FIGURES; f++) {
        truth[f] = train_figure_of(&train_figures[f], &s.m)
                   ? train_figure(&s.m, &train_figures[f]) : NAN;
    }

    sample_free(&s);

    for (i = 0; i < SAMPLES; i++) {
        sample_create(&s, k, ROWS);
        train_bootstrap(&s.judge, ROUNDS, i, &low, &high);

        for (f = 0; f < TRAIN_N_FIGURES; f++) {
            if (!isnan(truth[f])) {
                v = train_figure(&s.m, &train_figures[f]);
                hit[f] += train_figure(&low, &train_figures[f]) <= truth[f]
                          && train_figure(&high, &train_figures[f])
                             >= truth[f];
                assert_true(!(train_figure(&low, &train_figures[f]) > v));
                assert_true(!(train_figure(&high, &train_figures[f]) < v));
            }
        }

        sample_free(&s);
    }

    for (f = 0; f < TRAIN_N_FIGURES; f++) {
        share = (double) hit[f] / SAMPLES;

        if (isnan(truth[f])) {
            continue;
        }

        print_message("%s: %s %.4f: %.3f\n", k->name, train_figures[f].key,
                      truth[f], share);
        hits[f] += hit[f];
        all[f] += SAMPLES;
        assert_true(train_figures[f].biased ? hit[f] == 0
                    : fabs(share - 0.95) < CHANCE);
    }
}


static void
test_coverage(void **state)
{
    size_t    i, f, hits[TRAIN_N_FIGURES] = { 0 }, all[TRAIN_N_FIGURES] = { 0 };
    double    share;
    unsigned  bad;

    for (i = 0; i < train_nelts(kinds); i++) {
        train_rng_init(&rng, i + 31, 97);
        coverage(&kinds[i], hits, all);
    }

    bad = 0;

    for (f = 0; f < TRAIN_N_FIGURES; f++) {
        share = (double) hits[f] / (double) all[f];

        if (all[f] > 0 && !train_figures[f].biased) {
            print_message("%s: %.3f\n", train_figures[f].key, share);
            bad += share < 0.93 || share > 0.97;
        }
    }

    assert_int_equal(bad, 0);
}


/* Of drawn rows the figures vary by the standard error */

static void
test_influence(void **state)
{
    double           mean, sq, v, error, psi[ROWS];
    size_t           i, f, k, n;
    uint32_t         count[ROWS];
    sample_t         s;
    train_metrics_t  m;

    for (k = 0; k < train_nelts(kinds); k++) {
        train_rng_init(&rng, k + 11, 97);
        sample_create(&s, &kinds[k], ROWS);

        for (f = 0; f < TRAIN_N_FIGURES; f++) {
            error = train_influence(&s.judge, NULL, &s.m, &train_figures[f],
                                    psi);

            if (!train_figure_of(&train_figures[f], &s.m)
                || train_figures[f].biased)
            {
                assert_true(isnan(error) || !train_figures[f].biased);
                continue;
            }

            mean = 0;
            sq = 0;

            for (n = 0; n < 1000; n++) {
                memset(count, 0, sizeof(count));

                for (i = 0; i < ROWS; i++) {
                    count[train_rng_below(&rng, ROWS)]++;
                }

                train_judge(&s.judge, count, &m);
                v = train_figure(&m, &train_figures[f])
                    - train_figure(&s.m, &train_figures[f]);
                mean += v / 1000;
                sq += v * v / 1000;
                train_metrics_free(&m);
            }

            if (fabs(sqrt(sq - mean * mean) / error - 1) > 0.15) {
                fail_msg("%s: %s: %g, drawn %g", kinds[k].name,
                         train_figures[f].key, error, sqrt(sq - mean * mean));
            }

            /* they are deviations: nothing in all */

            for (mean = 0, i = 0; i < ROWS; i++) {
                mean += psi[i] * train_judge_weight(&s.judge, i) / s.m.total;
            }

            assert_true(fabs(mean) < 1e-6 * (1 + s.m.loss));
        }

        sample_free(&s);
    }
}


/* Figures at their ends: an interval all the same, as wide as rows are few */

static void
test_ends(void **state)
{
    size_t           i, k;
    double           wide;
    sample_t         s;
    maas_info_t      info;
    train_metrics_t  low, high;

    train_rng_init(&rng, 5, 97);
    wide = 1;

    for (i = 60; i <= 240; i += 180) {
        sample_create(&s, &kinds[3], i);
        train_judge_free(&s.judge);
        train_metrics_free(&s.m);

        for (k = 0; k < i; k++) {
            s.data.classes[k] = k & 1;
            s.y[k] = (k & 1) ? 0.9f : 0.1f;
        }

        train_data_info(&s.data, &info);
        train_judge_create(&s.judge, &info, &s.data, NULL, 0, s.y);
        train_judge(&s.judge, NULL, &s.m);
        train_bootstrap(&s.judge, 50, 1, &low, &high);
        assert_true(s.m.accuracy == 1 && high.accuracy == 1);
        assert_true(low.accuracy > 0.9 && low.accuracy < 1);
        assert_true(low.auc > 0.8 && low.auc < low.accuracy);
        assert_true(1 - low.accuracy < wide);
        wide = 1 - low.accuracy;
        sample_free(&s);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_coverage),
        cmocka_unit_test(test_influence),
        cmocka_unit_test(test_ends)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
