/*
 * Tables: the trainer's rows are the engine's bit for bit, scalings are what
 * their formulas say, weights and thresholds are the best there are.
 * Not here: files that cannot be read (t/11, t/17, t/18).
 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "util.h"
#include "judge/metrics.h"


#define ROWS  64


static const char *const  cells[][8] = {
    { "1.5", "yes", "DE", "some words in a row", "x1", "1.234,5 EUR",
      "31.12.2024", "a" },
    { "", "no", "FR", "other words in a line", "x2", "-7 EUR", "1.2.2023",
      "b" },
    { "-3e2", "", "", "", "", "-", "", "a" },
    { "0.1", "NO", "DE", "Gr\xc3\xbc\xc3\x9f" "e an all die Leute", "x3",
      "(0,5)", "30.6.2024 12:30", "b" },
    { "NA", "?", "IT", "the same words once more", "x1", "12", "NaT", "a" }
};


/* Rows of the table above, again and again */

static char *
write_csv(void)
{
    int        fd;
    char      *path;
    FILE      *f;
    size_t     i, j;

    path = train_format("%s/maas-table-XXXXXX", P_tmpdir);
    fd = mkstemp(path);
    assert_true(fd >= 0);
    f = fdopen(fd, "w");
    assert_non_null(f);
    (void) fputs("n;b;c;t;k;p;d;y\n", f);

    for (i = 0; i < ROWS; i++) {
        for (j = 0; j < 8; j++) {
            (void) fprintf(f, "%s%s", cells[i % 5][j], j < 7 ? ";" : "\n");
        }
    }

    assert_int_equal(fclose(f), 0);

    return path;
}


static maas_model_t *
model_of(const train_scale_t *s)
{
    float          *weight;
    maas_err_t      err;
    maas_desc_t     desc = { 0 };
    maas_node_t     node;
    maas_output_t   output = { "output", 1, 0 };
    maas_model_t   *m;

    weight = train_alloc(s->n + 1, sizeof(float));
    maas__node_init(&node, maas__op_find("dense"));
    (void) maas__node_set(&node, "units", 1);
    node.tensors[0].data = weight;
    node.tensors[1].data = weight;
    desc.name = "m";
    desc.task = MAAS_TASK_REGRESSION;
    desc.input = MAAS_INPUT_COLUMNS;
    desc.input_name = "input";
    desc.n_outputs = 1;
    desc.outputs = &output;
    desc.document = "{}";
    desc.shape = maas__shape_flat(MAAS_F32, s->n);
    desc.in = s->n;
    desc.out = 1;
    desc.n_columns = s->n_columns;
    desc.columns = s->columns;
    desc.n_nodes = 1;
    desc.nodes = &node;
    assert_int_equal(maas__node_shape(&node, 0, &desc.shape, &err), MAAS_OK);
    assert_int_equal(maas__model_plan(&desc, 0, MAAS_ISA_REF, &m, &err),
                     MAAS_OK);
    train_free(weight);

    return m;
}


static void
rows_are_the_engines(void **state)
{
    char          *path;
    float         *x, *y;
    size_t         i, j;
    uint32_t       row[ROWS];
    maas_err_t     err;
    train_data_t   d;
    train_want_t   want = { 0 };
    maas_model_t  *m;
    train_scale_t  s;

    (void) state;

    path = write_csv();
    want.one_hot = TRAIN_ONE_HOT;
    want.columns = "k=category,t=text";
    train_data_read(path, TRAIN_PART_TRAIN, &want, &d);
    (void) unlink(path);

    for (i = 0; i < ROWS; i++) {
        row[i] = (uint32_t) i;
    }

    train_scale_fit(&s, TRAIN_SCALE_ROBUST, &d, row, ROWS / 2);
    train_rows_fitted(&s, &d);
    m = model_of(&s);
    assert_int_equal(maas_model_info(m)->in, d.in);
    x = train_alloc(d.in, sizeof(float));
    y = train_alloc(d.in, sizeof(float));

    for (i = 0; i < ROWS; i++) {
        maas_row_clear(maas_model_info(m)->reader, x);

        for (j = 0; j < 7; j++) {
            assert_int_equal(maas_row_text(maas_model_info(m)->reader, j,
                                           cells[i % 5][j],
                                           strlen(cells[i % 5][j]), x, &err),
                             MAAS_OK);
        }

        assert_int_equal(maas_row_check(maas_model_info(m)->reader, x, &err),
                         MAAS_OK);
        train_data_row(&d, i, y);
        assert_memory_equal(x, y, d.in * sizeof(float));
    }

    /* and so they are through a model */

    train_data_row(&d, 3, x);
    train_rows_model(m, &d);
    train_data_row(&d, 3, y);
    assert_memory_equal(x, y, d.in * sizeof(float));

    /* the value of x1..x3 and DE, FR, IT, a stand-in that is the median */

    assert_int_equal(s.columns[2].n_values, 3);
    assert_string_equal(s.columns[2].values[0], "DE");
    assert_true(s.columns[0].missing == 0.1f);
    assert_true(s.columns[0].missing_slot);
    assert_true(s.columns[5].decimal == ',' && s.columns[5].thousands == '.');
    assert_string_equal(s.columns[5].blanks[0], "-");
    assert_int_equal(s.columns[6].kind, MAAS_FIELD_DATE);
    assert_int_equal(s.columns[6].date, MAAS_DATE_DMY);

    train_free(x);
    train_free(y);
    train_free(path);
    maas_model_free(m);
    train_scale_free(&s);
    train_data_free(&d);
}


/* Values themselves, for layers that scale for themselves */

static void
raw_rows(void **state)
{
    char                 *path;
    float                *x;
    size_t                i;
    uint32_t              row[ROWS];
    train_data_t          d;
    train_want_t          want = { 0 };
    train_scale_t         s;
    const maas_column_t  *c;

    (void) state;

    path = write_csv();
    want.one_hot = 2;               /* is of no matter here */
    want.columns = "k=category,t=text";
    train_data_read(path, TRAIN_PART_TRAIN, &want, &d);
    (void) unlink(path);
    train_free(path);

    for (i = 0; i < ROWS; i++) {
        row[i] = (uint32_t) i;
    }

    train_scale_raw(&s, &d, row, ROWS);
    train_rows_fitted(&s, &d);
    x = train_alloc(d.in, sizeof(float));

    for (i = 0; i < s.n_columns; i++) {
        c = &s.columns[i];

        if (c->kind == MAAS_FIELD_NUMBER) {
            assert_true(c->width == 1 && c->missing == (float) MAAS_KEEP);
            assert_true(c->shift == 0 && c->factor == 1 && !c->missing_slot);
        }
    }

    c = &s.columns[2];
    assert_true(c->codes && c->width == 1 && !c->other && !c->hash);
    assert_int_equal(c->n_values, 3);

    for (i = 0; i < ROWS; i++) {
        train_data_row(&d, i, x);

        if (cells[i % 5][2][0] == '\0') {
            assert_true(isnan(x[c->at]));
        } else {
            assert_string_equal(c->values[(size_t) x[c->at]],
                                cells[i % 5][2]);
        }

        if (i % 5 == 1 || i % 5 == 4) {
            assert_true(isnan(x[s.columns[0].at]));
        } else {
            assert_true(x[s.columns[0].at] == strtof(cells[i % 5][0], NULL));
        }
    }

    train_free(x);
    train_scale_free(&s);
    train_data_free(&d);
}


static void
scale_one(maas_column_t *c, train_scaling_t kind, const float *v, size_t n)
{
    float  *copy;

    copy = train_alloc(n, sizeof(float));
    (void) memcpy(copy, v, n * sizeof(float));
    (void) memset(c, 0, sizeof(maas_column_t));
    train_scale_numbers(c, kind, copy, n);
    train_free(copy);
}


static void
scaling_formulas(void **state)
{
    float          far[200];
    size_t         i;
    maas_column_t  c;
    static const float  v[] = { 4, 1, 3, 2, 5 }, one[] = { 7, 7, 7 },
                        most[] = { 1, 1, 1, 1, 1, 1, 9 };

    (void) state;

    scale_one(&c, TRAIN_SCALE_ROBUST, v, 5);
    assert_true(c.shift == 3 && c.factor == 0.5f && c.clip == 3
                && c.missing == 3);

    scale_one(&c, TRAIN_SCALE_ROBUST, most, 7);
    assert_true(c.shift == 1 && c.factor == 0.25f);

    scale_one(&c, TRAIN_SCALE_ROBUST, one, 3);
    assert_true(c.shift == 7 && c.factor == 1);

    scale_one(&c, TRAIN_SCALE_STANDARD, v, 5);
    assert_true(c.missing == 3);

    /* by rank: 0.1, 0.3, 0.5, 0.7, 0.9 of a normal distribution are below */

    scale_one(&c, TRAIN_SCALE_QUANTILE, v, 5);
    assert_int_equal(c.n_knots, 5);

    for (i = 0; i < 5; i++) {
        assert_true(c.knots[i] == (float) (i + 1));
        assert_true(fabs(erfc(-(double) c.levels[i] / sqrt(2)) / 2
                         - (0.1 + 0.2 * (double) i)) < 1e-6);
    }

    train_free((void *) c.knots);
    train_free((void *) c.levels);

    scale_one(&c, TRAIN_SCALE_QUANTILE, one, 3);
    assert_true(c.n_knots == 0 && c.shift == 7);
    train_free((void *) c.knots);
    train_free((void *) c.levels);

    /* by itself: by deviations, but by rank where one number is far out */

    scale_one(&c, TRAIN_SCALE_AUTO, v, 5);
    assert_string_equal(c.scaling, "standard");
    assert_true(c.shift == 3 && c.n_knots == 0);

    for (i = 0; i < 200; i++) {
        far[i] = (float) (i % 7);
    }

    far[199] = 1e6f;
    scale_one(&c, TRAIN_SCALE_AUTO, far, 200);
    assert_string_equal(c.scaling, "quantile");
    assert_true(c.shift == 0 && c.factor == 1 && c.n_knots == 8);
    train_free((void *) c.knots);
    train_free((void *) c.levels);

    /* nothing there: nothing to divide by */

    scale_one(&c, TRAIN_SCALE_STANDARD, v, 0);
    assert_true(c.shift == 0 && c.factor == 1 && c.missing == 0);
}


static void
class_weights(void **state)
{
    size_t         i;
    double         sum[2];
    uint32_t       row[9], class[10] = { 0, 0, 0, 0, 0, 0, 1, 1, 1, 1 };
    train_data_t   d = { 0 };
    char          *labels[] = { "x:y", "z" };

    (void) state;

    d.rows = 10;
    d.classes = class;
    d.n_labels = 2;
    d.labels = labels;

    for (i = 0; i < 9; i++) {
        row[i] = (uint32_t) i;      /* 6 and 3 train */
    }

    train_weights(&d, NULL, row, 9);
    assert_null(d.weights);

    train_weights(&d, "balanced", row, 9);
    sum[0] = sum[1] = 0;

    for (i = 0; i < 9; i++) {
        sum[class[i]] += (double) d.weights[i];
    }

    assert_true(fabs(sum[0] - 4.5) < 1e-5 && fabs(sum[1] - 4.5) < 1e-5);
    assert_true(d.weights[9] == d.weights[8]);

    for (i = 0; i < 10; i++) {
        d.weights[i] = (float) (i + 1);
    }

    train_weights(&d, "x:y:3", row, 9);
    assert_true(fabs((double) (d.weights[1] / d.weights[6]) - 6.0 / 7) < 1e-6);
    assert_true(d.class_weights[0] == 3 && d.class_weights[1] == 1);
    train_free(d.class_weights);
    train_free(d.weights);
}


/* All thresholds are tried by hand */

static void
best_threshold(void **state)
{
    int            k;
    float          y[200], t;
    size_t         i, j;
    double         alarms, misses, least, got, negatives;
    uint32_t       class[200], row[200];
    train_rng_t    rng;
    train_data_t   d = { 0 };

    (void) state;

    train_rng_init(&rng, 1, 1);
    d.classes = class;
    negatives = 0;

    for (i = 0; i < 200; i++) {
        row[i] = (uint32_t) i;
        class[i] = train_rng_below(&rng, 3) == 0;
        negatives += !class[i];
        y[i] = (float) (train_rng_below(&rng, 50) / 50.0 * 0.7
                        + 0.25 * class[i]);
    }

    for (k = 0; k < 6; k++) {
        static const double  alarm[] = { 1, 1, 1, 5, 0, 0 },
                             miss[] = { 1, 3, 20, 1, 0, 0 },
                             rate[] = { NAN, NAN, NAN, NAN, 0.1, 0 };

        t = train_threshold(&d, row, 200, y, alarm[k], miss[k], rate[k]);
        assert_true(t > 0 && t < 1);
        least = INFINITY;
        got = INFINITY;

        for (j = 0; j <= 200; j++) {
            alarms = misses = 0;

            for (i = 0; i < 200; i++) {
                alarms += y[i] > (j < 200 ? y[j] : t) && !class[i];
                misses += !(y[i] > (j < 200 ? y[j] : t)) && class[i];
            }

            got = isnan(rate[k]) ? alarm[k] * alarms + miss[k] * misses
                  : alarms <= rate[k] * negatives ? misses : INFINITY;
            least = (j < 200 && got < least) ? got : least;
        }

        assert_true(got <= least);      /* the last was t */
    }

    assert_true(train_threshold_cost("1:20", &alarms, &misses));
    assert_true(alarms == 1 && misses == 20);
    assert_false(train_threshold_cost("1", &alarms, &misses));
    assert_false(train_threshold_cost("1:x", &alarms, &misses));
    assert_false(train_threshold_cost("-1:2", &alarms, &misses));
    assert_false(train_threshold_cost("0:0", &alarms, &misses));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(rows_are_the_engines),
        cmocka_unit_test(raw_rows),
        cmocka_unit_test(scaling_formulas),
        cmocka_unit_test(class_weights),
        cmocka_unit_test(best_threshold)
    };

    return cmocka_run_group_tests_name("train table", tests, NULL, NULL);
}
