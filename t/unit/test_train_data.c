/*
 * Splits, scalings and targets: what the rows are before a network sees them.
 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fit/options.h"


/* 1000 rows: 700, 290 and 10 of three classes */

static void
classes_data(train_data_t *d)
{
    size_t  i;

    memset(d, 0, sizeof(train_data_t));
    d->rows = 1000;
    d->n_labels = 3;
    d->classes = train_alloc(d->rows, sizeof(uint32_t));

    for (i = 0; i < d->rows; i++) {
        d->classes[i] = (i % 100 == 7) ? 2 : (i % 10 < 3);
    }
}


static void
split_keeps_shares(void **state)
{
    size_t         i, n, train[3] = { 0 }, valid[3] = { 0 }, seen;
    uint32_t      *row, *other, *count;
    train_data_t   d;

    (void) state;

    classes_data(&d);
    row = train_alloc(d.rows, sizeof(uint32_t));
    other = train_alloc(d.rows, sizeof(uint32_t));
    count = train_alloc(d.rows, sizeof(uint32_t));

    n = train_split(&d, 0.1, 1, row);
    assert_int_equal(n, 900);

    for (i = 0; i < d.rows; i++) {
        count[row[i]]++;
        (i < n ? train : valid)[d.classes[row[i]]]++;
    }

    for (i = 0; i < d.rows; i++) {
        assert_int_equal(count[i], 1);      /* each row once */
    }

    assert_int_equal(valid[0], 69);
    assert_int_equal(valid[1], 30);
    assert_int_equal(valid[2], 1);

    /* the same again, and another for another seed */

    assert_int_equal(train_split(&d, 0.1, 1, other), n);
    assert_memory_equal(row, other, d.rows * sizeof(uint32_t));
    (void) train_split(&d, 0.1, 2, other);
    assert_memory_not_equal(row, other, d.rows * sizeof(uint32_t));

    /* no class loses its last row */

    n = train_split(&d, 0.96, 1, row);
    seen = 0;

    for (i = 0; i < n; i++) {
        seen |= (size_t) 1 << d.classes[row[i]];
    }

    assert_int_equal(seen, 7);
    assert_int_equal(train_split(&d, 0, 1, row), d.rows);

    train_free(row);
    train_free(other);
    train_free(count);
    d.n_labels = 0;                         /* they had no names */
    train_data_free(&d);
}


static void
scale_formulas(void **state)
{
    float          x[] = { 5, 1,  1, 1,  3, 1,  2, 1,  4, 1,  1e6f, 7 };
    uint32_t       row[] = { 0, 1, 2, 3, 4 };       /* not the last */
    train_data_t   d = { 0 };
    train_scale_t  s;

    (void) state;

    d.rows = 6;
    d.in = 2;
    d.input = MAAS_INPUT_COLUMNS;
    d.numbers = x;

    train_scale_fit(&s, TRAIN_SCALE_AUTO, &d, row, 5);
    assert_string_equal(s.columns[0].scaling, "standard");
    assert_true(s.shift[0] == 3);
    assert_true(fabs((double) s.factor[0] - 1 / sqrt(2)) < 1e-7);
    assert_true(s.shift[1] == 1 && s.factor[1] == 1);   /* constant */
    train_scale_free(&s);

    train_scale_fit(&s, TRAIN_SCALE_MINMAX, &d, row, 5);
    assert_true(s.shift[0] == 1 && s.factor[0] == 0.25f);
    train_scale_free(&s);

    train_scale_fit(&s, TRAIN_SCALE_ROBUST, &d, row, 5);
    assert_true(s.shift[0] == 3 && s.factor[0] == 0.5f);
    train_scale_free(&s);

    train_scale_fit(&s, TRAIN_SCALE_NONE, &d, row, 5);
    assert_true(s.shift[0] == 0 && s.factor[0] == 1);
    train_scale_free(&s);
}


static void
scale_bytes(void **state)
{
    uint8_t        x[] = { 0, 10, 20, 30 };
    uint32_t       row[] = { 0, 1 };
    train_data_t   d = { 0 };
    train_scale_t  s;

    (void) state;

    d.rows = 2;
    d.in = 2;
    d.input = MAAS_INPUT_TENSOR;
    d.bytes = x;

    train_scale_fit(&s, TRAIN_SCALE_AUTO, &d, row, 2);
    assert_int_equal(s.kind, TRAIN_SCALE_MINMAX);
    assert_int_equal(s.n, 1);
    assert_true(s.shift[0] == 0 && s.factor[0] == 1 / 255.0f);
    train_scale_free(&s);

    train_scale_fit(&s, TRAIN_SCALE_STANDARD, &d, row, 2);
    assert_true(s.shift[0] == 15);
    assert_true(fabs((double) s.factor[0] - 1 / sqrt(125)) < 1e-7);
    train_scale_free(&s);
}


typedef struct {
    const char   *text[4];
    int           want;             /* task asked for, or -1 */
    maas_task_t   task;
    const char   *labels[4];
} target_case_t;

static const target_case_t  target_cases[] = {
    { { "b", "a", "b", "a" }, -1, MAAS_TASK_BINARY, { "a", "b" } },
    { { "b", "a", "c", "a" }, -1, MAAS_TASK_CLASSIFICATION,
      { "a", "b", "c" } },
    { { "10", "9", "-1", "9" }, -1, MAAS_TASK_CLASSIFICATION,
      { "-1", "9", "10" } },
    { { "1", "0", "1", "1" }, -1, MAAS_TASK_BINARY, { "0", "1" } },
    { { "1", "x", "10", "9" }, -1, MAAS_TASK_CLASSIFICATION,
      { "1", "9", "10", "x" } },
    { { "1.5", "2", "1", "1" }, -1, MAAS_TASK_REGRESSION, { NULL } },
    { { "1", "0", "1", "1" }, MAAS_TASK_REGRESSION, MAAS_TASK_REGRESSION,
      { NULL } },
    { { "1.5", "2", "2", "2" }, MAAS_TASK_CLASSIFICATION,
      MAAS_TASK_CLASSIFICATION, { "1.5", "2" } }
};


static void
targets(void **state)
{
    size_t                i, j;
    uint32_t              id[4];
    train_dict_t          dict;
    train_data_t          d;
    train_want_t          want = { 0 };
    const target_case_t  *c;

    (void) state;

    for (i = 0; i < train_nelts(target_cases); i++) {
        c = &target_cases[i];
        memset(&dict, 0, sizeof(dict));
        memset(&d, 0, sizeof(d));
        d.rows = 4;
        want.task = c->want + 1;

        for (j = 0; j < 4; j++) {
            id[j] = train_dict_add(&dict, c->text[j]);
        }

        train_target_set(&d, &want, &dict, id, "here");
        assert_int_equal(d.task, c->task);

        for (j = 0; j < 4 && c->labels[j] != NULL; j++) {
            assert_string_equal(d.labels[j], c->labels[j]);
        }

        assert_int_equal(d.n_labels, j);

        for (j = 0; j < 4; j++) {
            if (d.task == MAAS_TASK_REGRESSION) {
                assert_true((double) d.targets[j] == strtod(c->text[j], NULL));
            } else {
                assert_string_equal(d.labels[d.classes[j]], c->text[j]);
            }
        }

        train_dict_free(&dict);
        train_data_free(&d);
    }
}


/* Many whole numbers are numbers; the dictionary grows */

static void
many_numbers(void **state)
{
    char           text[16];
    size_t         i;
    uint32_t       id[1000];
    train_dict_t   dict = { 0 };
    train_data_t   d = { 0 };
    train_want_t   want = { 0 };

    (void) state;

    d.rows = 1000;

    for (i = 0; i < 1000; i++) {
        (void) snprintf(text, sizeof(text), "%zu", i % 500);
        id[i] = train_dict_add(&dict, text);
        assert_int_equal(id[i], i % 500);
    }

    assert_int_equal(dict.n, 500);
    train_target_set(&d, &want, &dict, id, "here");
    assert_int_equal(d.task, MAAS_TASK_REGRESSION);
    assert_true(d.targets[999] == 499);

    train_dict_free(&dict);
    train_data_free(&d);
}


static void
numbers(void **state)
{
    double                    v;
    size_t                    i;
    static const char *const  bad[] = {
        "", " ", "x", "1x", "0x1", "nan", "inf", "1e999", "1 2", "--1", "1e",
        ".", "+"
    };

    (void) state;

    assert_true(train_number("1", &v) && v == 1);
    assert_true(train_number(" -2.5e1 ", &v) && v == -25);
    assert_true(train_number("+.5", &v) && v == 0.5);

    for (i = 0; i < train_nelts(bad); i++) {
        if (train_number(bad[i], &v)) {
            fail_msg("\"%s\" is no number", bad[i]);
        }
    }
}


/* The generator is the published one: first outputs of xoshiro256** for a
 * state of 1, 2, 3, 4 */

static void
generator(void **state)
{
    int          i, n[5] = { 0 };
    train_rng_t  r = { { 1, 2, 3, 4 } }, s;

    (void) state;

    assert_true(train_rng_u64(&r) == 11520);
    assert_true(train_rng_u64(&r) == 0);
    assert_true(train_rng_u64(&r) == 1509978240);
    assert_true(train_rng_u64(&r) == 1215971899390074240ull);

    train_rng_init(&r, 1, 1);
    train_rng_init(&s, 1, 2);
    assert_true(train_rng_u64(&r) != train_rng_u64(&s));

    for (i = 0; i < 5000; i++) {
        n[train_rng_below(&r, 5)]++;
        assert_true(train_rng_unit(&r) < 1);
    }

    for (i = 0; i < 5; i++) {
        assert_in_range(n[i], 850, 1150);       /* five sigma */
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(split_keeps_shares),
        cmocka_unit_test(scale_formulas),
        cmocka_unit_test(scale_bytes),
        cmocka_unit_test(targets),
        cmocka_unit_test(many_numbers),
        cmocka_unit_test(numbers),
        cmocka_unit_test(generator)
    };

    return cmocka_run_group_tests_name("train data", tests, NULL, NULL);
}
