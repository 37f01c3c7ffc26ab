/*
 * Figures are those of scikit-learn, to 1e-5; intervals are as wide as
 * statistics says; the temperature is the best one.
 * Vectors: t/data/metrics.json, made by make_metrics_vectors.py beside it.
 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "util.h"
#include "judge/metrics.h"


#define VECTORS  "t/data/metrics.json"

#define near(a, b, e)  assert_true(fabs((double) (a) - (b)) <= (e))


static cJSON  *sets;


/* One set of the file */

typedef struct {
    const cJSON     *want;
    train_data_t     data;
    maas_info_t      info;
    float           *y;
    train_judge_t    judge;
    train_metrics_t  m;
} set_t;


static const cJSON *
member(const set_t *s, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(s->want, name);
}


static void
numbers(const cJSON *list, float *out, size_t columns)
{
    size_t        i, k;
    const cJSON  *v, *w;

    i = 0;

    cJSON_ArrayForEach(v, list) {
        k = 0;

        cJSON_ArrayForEach(w, v) {
            out[i * columns + k++] = (float) w->valuedouble;
        }

        i++;
    }
}


static void
set_create(set_t *s, int which)
{
    size_t        i;
    const char   *task;
    const cJSON  *v, *list;

    memset(s, 0, sizeof(set_t));
    s->want = cJSON_GetArrayItem(sets, which);
    list = member(s, "answers");
    task = cJSON_GetStringValue(member(s, "task"));

    s->data.rows = (size_t) cJSON_GetArraySize(list);
    s->data.out = (size_t) cJSON_GetArraySize(cJSON_GetArrayItem(list, 0));
    s->y = train_alloc(s->data.rows * s->data.out, sizeof(float));
    numbers(list, s->y, s->data.out);
    list = member(s, "truth");

    if (strcmp(task, "regression") == 0) {
        s->data.task = MAAS_TASK_REGRESSION;
        s->data.targets = train_alloc(s->data.rows * s->data.out,
                                      sizeof(float));
        numbers(list, s->data.targets, s->data.out);

    } else {
        s->data.task = (s->data.out == 1) ? MAAS_TASK_BINARY
                                          : MAAS_TASK_CLASSIFICATION;
        s->data.n_labels = (s->data.out == 1) ? 2 : s->data.out;
        s->data.classes = train_alloc(s->data.rows, sizeof(uint32_t));
        i = 0;

        cJSON_ArrayForEach(v, list) {
            s->data.classes[i++] = (uint32_t) v->valuedouble;
        }
    }

    train_data_info(&s->data, &s->info);
    train_judge_create(&s->judge, &s->info, &s->data, NULL, 0, s->y);
    train_judge(&s->judge, NULL, &s->m);
}


static void
set_free(set_t *s)
{
    train_metrics_free(&s->m);
    train_judge_free(&s->judge);
    train_free(s->data.classes);
    train_free(s->data.targets);
    train_free(s->y);
}


static void
figure(const set_t *s, const char *name, double got)
{
    double        want;
    const cJSON  *v;

    v = member(s, name);

    if (v != NULL) {
        want = v->valuedouble;

        if (!(fabs(got - want) <= 1e-5 * (1 + fabs(want)))) {
            fail_msg("%s: %.9g, scikit-learn says %.9g", name, got, want);
        }
    }
}


static void
test_figures(void **state)
{
    int     i;
    set_t   s;

    for (i = 0; i < cJSON_GetArraySize(sets); i++) {
        set_create(&s, i);

        figure(&s, "loss", s.m.loss);
        figure(&s, "accuracy", s.m.accuracy);
        figure(&s, "top", s.m.top);
        figure(&s, "f1", s.m.f1);
        figure(&s, "auc", s.m.auc);
        figure(&s, "pr_auc", s.m.pr_auc);
        figure(&s, "ece", s.m.ece);
        figure(&s, "mae", s.m.mae);
        figure(&s, "rmse", s.m.rmse);
        figure(&s, "r2", s.m.r2);

        set_free(&s);
    }
}


static void
test_classes(void **state)
{
    int             i;
    set_t           s;
    size_t          c, k;
    const cJSON    *row;
    train_class_t   figures;

    for (i = 0; i < 3; i++) {
        set_create(&s, i);

        for (c = 0; c < s.m.classes; c++) {
            row = cJSON_GetArrayItem(member(&s, "confusion"), (int) c);

            for (k = 0; k < s.m.classes; k++) {
                assert_int_equal(s.m.confusion[c * s.m.classes + k],
                            cJSON_GetArrayItem(row, (int) k)->valuedouble);
            }

            figures = train_metrics_class(&s.m, c);
            near(figures.precision,
                 cJSON_GetArrayItem(member(&s, "precision"),
                                    (int) c)->valuedouble, 1e-9);
            near(figures.recall,
                 cJSON_GetArrayItem(member(&s, "recall"),
                                    (int) c)->valuedouble, 1e-9);
        }

        set_free(&s);
    }
}


/* Every point of the curve is one of scikit-learn's, both ends are there */

static void
test_curve(void **state)
{
    set_t          s;
    size_t         i, n;
    const cJSON   *fpr, *tpr;
    train_point_t  p[200];

    set_create(&s, 2);
    n = train_curve(&s.judge, 0, p, 200);
    fpr = member(&s, "fpr")->child;
    tpr = member(&s, "tpr")->child;
    i = 0;

    for ( /* void */ ; fpr != NULL; fpr = fpr->next, tpr = tpr->next) {
        if (i < n && fabs(p[i].fpr - fpr->valuedouble) < 1e-6
            && fabs(p[i].recall - tpr->valuedouble) < 1e-6)
        {
            i++;
        }
    }

    assert_int_equal(i, n);
    assert_true(n > 50);
    near(p[n - 1].fpr, 1, 0);
    near(p[n - 1].recall, 1, 0);

    n = train_curve(&s.judge, 0, p, 10);
    assert_in_range(n, 3, 10);
    near(p[n - 1].recall, 1, 0);

    set_free(&s);
}


static void
test_temperature(void **state)
{
    int     i;
    set_t   s;
    double  t;

    for (i = 0; i < 3; i++) {
        set_create(&s, i);
        t = train_temperature(&s.data, NULL, 0, s.y, NULL);
        near(t, member(&s, "temperature")->valuedouble, 2e-3);

        /* chance is not calibrated, numbers are not either */

        s.data.rows = 150;
        near(train_temperature(&s.data, NULL, 0, s.y, NULL), 1, 0);
        s.data.rows = 240;
        set_free(&s);
    }

    set_create(&s, 3);
    near(train_temperature(&s.data, NULL, 0, s.y, NULL), 1, 0);
    set_free(&s);
}


/* A row that counts twice is one that is there twice */

static void
test_temperature_weights(void **state)
{
    set_t     s;
    float     w[240], y[480 * 6];
    double    t;
    size_t    i, k, n, out;
    uint32_t  row[480];

    set_create(&s, 0);
    s.data.weights = w;
    out = s.data.out;
    assert_in_range(out, 1, 6);
    n = 0;

    for (i = 0; i < 240; i++) {
        w[i] = (float) (i % 3);

        for (k = 0; k < i % 3; k++) {
            row[n] = (uint32_t) i;
            (void) memcpy(y + n++ * out, s.y + i * out, out * sizeof(float));
        }
    }

    t = train_temperature(&s.data, NULL, 0, s.y, NULL);
    s.data.weights = NULL;
    near(t, train_temperature(&s.data, row, n, y, NULL), 1e-4);
    assert_true(fabs(t - train_temperature(&s.data, NULL, 0, s.y, NULL))
                > 1e-3);
    set_free(&s);
}


/* Three classes that were trained with weights: without them they are as
 * frequent as they are, whatever they counted */

static void
test_shift(void **state)
{
    float         y[300 * 3];
    double        w[3] = { 1, 0.5, 0 }, shift[3], sum, mean[3] = { 0 };
    size_t        i, k;
    uint32_t      class[300], row[300];
    train_rng_t   rng;
    train_data_t  d = {
        .rows = 300, .out = 3, .task = MAAS_TASK_CLASSIFICATION,
        .n_labels = 3, .classes = class
    };

    train_prior_shift(w, 3, 3, shift);
    near(shift[0], 0, 1e-12);
    near(shift[1], log(2), 1e-12);
    near(shift[2], 0, 1e-12);           /* it is not made likelier */
    train_prior_shift(w, 2, 1, shift);
    near(shift[0], log(2), 1e-12);

    train_rng_init(&rng, 1, 98);

    for (i = 0; i < 300; i++) {
        row[i] = (uint32_t) i;
        class[i] = (i < 210) ? 0 : (i < 290) ? 1 : 2;
        sum = 0;

        for (k = 0; k < 3; k++) {
            y[3 * i + k] = (float) (1 + train_rng_below(&rng, 100)
                                    + 50 * (k == class[i]));
            sum += (double) y[3 * i + k];
        }

        for (k = 0; k < 3; k++) {
            y[3 * i + k] /= (float) sum;
        }
    }

    train_mean_shift(&d, row, 300, y, shift);

    for (i = 0; i < 300; i++) {
        sum = 0;

        for (k = 0; k < 3; k++) {
            sum += (double) y[3 * i + k] * exp(shift[k]);
        }

        for (k = 0; k < 3; k++) {
            mean[k] += (double) y[3 * i + k] * exp(shift[k]) / sum / 300;
        }
    }

    near(mean[0], 0.7, 0.02);
    near(mean[1], 80.0 / 300, 0.02);
    near(mean[2], 10.0 / 300, 0.02);

    /* all of them sure and one of them wrong: no ground for a great shift */

    d = (train_data_t) { .rows = 300, .out = 1, .task = MAAS_TASK_BINARY,
                         .n_labels = 2, .classes = class };

    for (i = 0; i < 300; i++) {
        class[i] = (i < 100);
        y[i] = (i < 99) ? 1 : 1e-9f;
    }

    train_mean_shift(&d, row, 300, y, shift);
    assert_true(shift[0] > 0 && shift[0] < 3);
}


/* The mean of n losses has the deviation sd / sqrt(n), and the shares of a
 * binomial theirs */

static void
test_bootstrap(void **state)
{
    set_t            s;
    size_t           i;
    double           n, sd, width;
    train_metrics_t  low, high, low2, high2;

    set_create(&s, 0);
    n = (double) s.data.rows;
    train_bootstrap(&s.judge, 2000, 5, &low, &high);

    width = 2 * 1.96 * sqrt(s.m.accuracy * (1 - s.m.accuracy) / n);
    near((high.accuracy - low.accuracy) / width, 1, 0.1);

    for (sd = 0, i = 0; i < s.data.rows; i++) {
        sd += pow(s.judge.loss[i] - s.m.loss, 2) / n;
    }

    width = 2 * 1.96 * sqrt(sd / n);
    near((high.loss - low.loss) / width, 1, 0.1);

    assert_true(low.auc < s.m.auc && s.m.auc < high.auc);
    assert_true(low.pr_auc < s.m.pr_auc && s.m.pr_auc < high.pr_auc);
    assert_true(isnan(low.rmse));

    train_bootstrap(&s.judge, 2000, 5, &low2, &high2);
    assert_memory_equal(&low, &low2, sizeof(low));
    train_bootstrap(&s.judge, 2000, 6, &low2, &high2);
    assert_memory_not_equal(&low, &low2, sizeof(low));
    set_free(&s);

    set_create(&s, 3);
    train_bootstrap(&s.judge, 500, 5, &low, &high);
    assert_true(low.r2 < s.m.r2 && s.m.r2 < high.r2);
    assert_true(low.mae < s.m.mae && s.m.mae < high.mae);
    set_free(&s);
}


/* Answers that are as sure as they ought to be: their calibration error is
 * chance, of which no interval is known */

static void
test_interval(void **state)
{
    float            y[3000];
    size_t           i, k;
    uint64_t         seed;
    uint32_t         class[3000];
    train_rng_t      rng;
    train_judge_t    j;
    train_metrics_t  m, low, high;
    train_data_t     d = {
        .rows = 3000, .out = 1, .task = MAAS_TASK_BINARY, .n_labels = 2,
        .classes = class
    };
    maas_info_t      info;

    train_data_info(&d, &info);

    for (seed = 1; seed < 6; seed++) {
        train_rng_init(&rng, seed, 99);

        for (i = 0; i < d.rows; i++) {
            y[i] = (float) pow(train_rng_below(&rng, 1000) / 1000.0, 4);
            class[i] = train_rng_below(&rng, 1000000)
                       < (uint32_t) (1e6f * y[i]);
        }

        train_judge_create(&j, &info, &d, NULL, 0, y);
        train_judge(&j, NULL, &m);
        train_bootstrap(&j, 200, seed, &low, &high);

        for (k = 0; k < TRAIN_N_FIGURES; k++) {
            if (train_figure_of(&train_figures[k], &m)
                && !train_figures[k].biased)
            {
                assert_true(train_figure(&low, &train_figures[k])
                            <= train_figure(&m, &train_figures[k]));
                assert_true(train_figure(&high, &train_figures[k])
                            >= train_figure(&m, &train_figures[k]));
            }
        }

        assert_true(m.ece < 0.03);
        assert_true(isnan(low.ece) && isnan(high.ece));
        train_metrics_free(&m);
        train_judge_free(&j);
    }
}


/* Too high everywhere; in bins of the likelier class, where 0.35 and 0.65 fall
 * together, the one error would make up for the other */

static void
test_shown(void **state)
{
    float            y[1000];
    size_t           i;
    uint32_t         class[1000];
    train_judge_t    j;
    train_metrics_t  m;
    train_data_t     d = {
        .rows = 1000, .out = 1, .task = MAAS_TASK_BINARY, .n_labels = 2,
        .classes = class
    };
    maas_info_t      info;

    train_data_info(&d, &info);

    for (i = 0; i < d.rows; i++) {
        class[i] = (i < 500) ? i < 10 : i < 660;
        y[i] = (i < 500) ? 0.35f : 0.65f;
    }

    train_judge_create(&j, &info, &d, NULL, 0, y);
    train_judge(&j, NULL, &m);
    train_judge_free(&j);
    near(m.ece, 0.33, 1e-6);
    train_metrics_free(&m);
}


/* The figures of train_judge() itself when the answers are the constant */

static void
test_baseline(void **state)
{
    int              i;
    set_t            s;
    float           *y, *share;
    size_t           k, c;
    train_judge_t    j;
    train_metrics_t  m;

    for (i = 0; i < cJSON_GetArraySize(sets); i++) {
        set_create(&s, i);
        y = train_alloc(s.data.rows * s.data.out, sizeof(float));
        share = train_alloc(s.m.classes + s.data.out, sizeof(float));

        for (k = 0; k < s.data.rows; k++) {
            for (c = 0; c < s.m.classes; c++) {
                share[c] += (s.data.classes[k] == c) / 240.0f;
            }

            for (c = 0; c < s.data.out && s.m.classes == 0; c++) {
                share[c] += s.data.targets[k * s.data.out + c] / 240;
            }
        }

        for (k = 0; k < s.data.rows * s.data.out; k++) {
            y[k] = (s.data.out == 1) ? share[s.m.classes > 0]
                                     : share[k % s.data.out];
        }

        train_judge_create(&j, &s.info, &s.data, NULL, 0, y);
        train_judge(&j, NULL, &m);

        for (k = 0; k < TRAIN_N_FIGURES; k++) {
            if (train_figure_of(&train_figures[k], &m)) {
                if (train_figures[k].biased) {
                    assert_true(isnan(s.m.base[k]));
                    continue;
                }

                near(s.m.base[k], train_figure(&m, &train_figures[k]), 1e-4);
            }
        }

        train_metrics_free(&m);
        train_judge_free(&j);
        train_free(y);
        train_free(share);
        set_free(&s);
    }
}


/* Two classes are judged alike whether each has a number or only the second */

static void
test_forms(void **state)
{
    set_t            s;
    float           *y;
    size_t           i, k;
    double           auc, pr_auc;
    train_judge_t    j;
    train_metrics_t  m;

    set_create(&s, 2);
    y = train_alloc(2 * s.data.rows, sizeof(float));

    for (i = 0; i < s.data.rows; i++) {
        y[2 * i] = 1 - s.y[i];
        y[2 * i + 1] = s.y[i];
    }

    s.data.task = MAAS_TASK_CLASSIFICATION;
    s.data.out = 2;
    train_data_info(&s.data, &s.info);
    train_judge_create(&j, &s.info, &s.data, NULL, 0, y);
    train_judge(&j, NULL, &m);
    assert_int_equal(j.ranked, 2);

    for (k = 0; k < TRAIN_N_FIGURES; k++) {
        assert_int_equal(train_figure_of(&train_figures[k], &m),
                         train_figure_of(&train_figures[k], &s.m));

        if (train_figure_of(&train_figures[k], &m)) {
            near(train_figure(&m, &train_figures[k]),
                 train_figure(&s.m, &train_figures[k]), 1e-6);
            assert_true(isnan(m.base[k]) == isnan(s.m.base[k]));
            assert_true(isnan(m.base[k])
                        || fabs(m.base[k] - s.m.base[k]) < 1e-12);
        }
    }

    train_curve_areas(&j, 1, NULL, &auc, &pr_auc);
    near(m.pr_auc, pr_auc, 0);          /* not the mean of both */
    train_curve_areas(&j, 0, NULL, &auc, &pr_auc);
    assert_true(fabs(pr_auc - m.pr_auc) > 1e-3);

    train_metrics_free(&m);
    train_judge_free(&j);
    train_free(y);
    set_free(&s);
}


/* The name says which: of two classes or the mean of more */

static void
test_names(void **state)
{
    size_t                 k;
    train_metrics_t        m = { .task = MAAS_TASK_CLASSIFICATION };
    const train_figure_t  *f;

    for (m.classes = 2; m.classes < 5; m.classes++) {
        for (k = 0; k < TRAIN_N_FIGURES; k++) {
            f = &train_figures[k];

            if (strcmp(f->key, "pr_auc") == 0) {
                assert_int_equal(train_figure_of(f, &m), m.classes == 2);
            } else if (strcmp(f->key, "pr_auc_macro") == 0) {
                assert_int_equal(train_figure_of(f, &m), m.classes > 2);
            } else if (strcmp(f->key, "top_3_accuracy") == 0) {
                assert_int_equal(train_figure_of(f, &m), m.classes > 3);
            }
        }
    }
}


/* A row that is drawn twice counts as two */

static void
test_counts(void **state)
{
    set_t            s;
    size_t           i;
    uint32_t         count[240];
    train_metrics_t  m;

    set_create(&s, 1);

    for (i = 0; i < 240; i++) {
        count[i] = (i < 120) ? 2 : 0;
    }

    train_judge(&s.judge, count, &m);
    s.data.rows = 120;
    train_judge_free(&s.judge);
    train_metrics_free(&s.m);
    train_judge_create(&s.judge, &s.info, &s.data, NULL, 0, s.y);
    train_judge(&s.judge, NULL, &s.m);

    for (i = 0; i < TRAIN_N_FIGURES; i++) {
        if (!train_figures[i].numbers) {
            near(train_figure(&m, &train_figures[i]),
                 train_figure(&s.m, &train_figures[i]), 1e-9);
        }
    }

    train_metrics_free(&m);
    set_free(&s);
}


/* Another threshold changes what is said, not how sure it was */

static void
test_threshold(void **state)
{
    set_t            s;
    train_metrics_t  m;

    set_create(&s, 2);
    train_judge_free(&s.judge);
    s.info.threshold = 0.9f;
    train_judge_create(&s.judge, &s.info, &s.data, NULL, 0, s.y);
    train_judge(&s.judge, NULL, &m);

    assert_true(m.confusion[1] < s.m.confusion[1]);
    assert_true(m.confusion[3] < s.m.confusion[3]);
    near(m.ece, s.m.ece, 0);
    near(m.auc, s.m.auc, 0);

    train_metrics_free(&m);
    set_free(&s);
}


int
main(void)
{
    int                      rc;
    char                    *text;
    size_t                   size;
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_curve),
        cmocka_unit_test(test_temperature),
        cmocka_unit_test(test_temperature_weights),
        cmocka_unit_test(test_shift),
        cmocka_unit_test(test_bootstrap),
        cmocka_unit_test(test_baseline),
        cmocka_unit_test(test_interval),
        cmocka_unit_test(test_shown),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_threshold)
    };

    text = train_slurp(VECTORS, &size);
    sets = cJSON_ParseWithLength(text, size);
    train_free(text);

    rc = cmocka_run_group_tests(tests, NULL, NULL);
    cJSON_Delete(sets);

    return rc;
}
