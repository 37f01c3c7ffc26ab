/*
 * Intervals of prediction: by simulation they cover what they say, everywhere;
 * what is written reads back; what cannot be is refused.
 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rng.h"
#include "judge/interval.h"
#include "util.h"


#define NEW  400

static float        y[2 * 4000], truth[2 * 4000];
static train_rng_t  rng;


static double
normal(void)
{
    return sqrt(-2 * log(train_rng_unit(&rng) + 1e-300))
           * cos(2 * M_PI * train_rng_unit(&rng));
}


/* Answers of two numbers: the first scattered the more the larger it is, the
 * second far to one side */

static void
draw(size_t n)
{
    size_t  i;
    double  x;

    for (i = 0; i < n; i++) {
        x = 10 * train_rng_unit(&rng);
        y[2 * i] = (float) x;
        y[2 * i + 1] = (float) (100 + x);
        truth[2 * i] = (float) (x + (0.2 + x) * normal());
        truth[2 * i + 1] = (float) (100 + x + exp(1.5 * normal()));
    }
}


/* Over many draws of so many rows, the share of new truths that is within */

static void
covers(size_t rows, double level, double near, double part_near)
{
    size_t             i, k, m, round, rounds, n[4] = { 0 };
    double             covered[2] = { 0 }, width[2] = { 0 }, part[4] = { 0 };
    double             low, high;
    train_covered_t    c;
    train_spreads_t   v;

    rounds = 200;

    for (round = 0; round < rounds; round++) {
        draw(rows);
        train_interval_fit(&v, y, truth, rows, 2);
        assert_int_equal(v.out, 2);
        draw(NEW);

        for (k = 0; k < 2; k++) {
            c = train_interval_covers(&v, k, level, y, truth, NULL, NEW);
            covered[k] += c.covered / (double) rounds;
            width[k] += c.width / (double) rounds;
        }

        for (i = 0; i < NEW; i++) {
            m = (size_t) (y[2 * i] / 2.5f);
            m = m < 4 ? m : 3;
            assert_true(train_interval_of(&v, 0, (double) y[2 * i], level,
                                          &low, &high));
            part[m] += (double) truth[2 * i] >= low
                       && (double) truth[2 * i] <= high;
            n[m]++;
        }

        train_interval_free(&v);
    }

    for (k = 0; k < 2; k++) {
        if (!(fabs(covered[k] - level) < near)) {
            fail_msg("%zu rows: %g %% cover %g", rows, 100 * level,
                     covered[k]);
        }
    }

    for (m = 0; m < 4; m++) {
        if (!(fabs(part[m] / (double) n[m] - level) < part_near)) {
            fail_msg("%zu rows: %g %% cover %g of quarter %zu", rows,
                     100 * level, part[m] / (double) n[m], m);
        }
    }
}


static void
coverage(void **state)
{
    (void) state;

    train_rng_init(&rng, 7, 1);
    covers(300, 0.9, 0.01, 1);
    covers(300, 0.95, 0.01, 1);
    covers(1000, 0.5, 0.01, 0.1);
    covers(1000, 0.8, 0.01, 0.08);
    covers(1000, 0.9, 0.01, 0.04);
    covers(1000, 0.87, 0.01, 0.05);        /* between two that are kept */
    covers(4000, 0.99, 0.005, 0.02);
    covers(50, 0.9, 0.015, 1);
}


/* What a few rows cannot say they do not */

static void
few(void **state)
{
    double             low, high;
    train_spreads_t   v;

    (void) state;

    train_rng_init(&rng, 7, 2);
    draw(30);
    train_interval_fit(&v, y, truth, 19, 2);
    assert_int_equal(v.out, 0);
    train_interval_fit(&v, y, truth, 30, 2);
    assert_true(fabs(train_interval_most(&v) - 0.92) < 1e-9);
    assert_int_equal(train_interval_of(&v, 0, 5, 0.92, &low, &high), 1);
    assert_int_equal(train_interval_of(&v, 0, 5, 0.95, &low, &high), 0);
    train_interval_free(&v);
}


/* Answers that are all the same are one part, as are few that come often */

static void
equal(void **state)
{
    size_t             i;
    double             low, high;
    train_spreads_t   v;

    (void) state;

    for (i = 0; i < 1000; i++) {
        y[i] = (float) (i % 2 == 0 ? 1 : i % 10);
        truth[i] = y[i] + (float) (i % 100) / 100;
    }

    train_interval_fit(&v, y, truth, 1000, 1);
    assert_true(v.spread[0].parts > 1 && v.spread[0].parts < 6);
    assert_int_equal(train_interval_of(&v, 0, 1, 0.9, &low, &high), 1);
    assert_true(low >= 1 && high <= 2);
    train_interval_free(&v);

    for (i = 0; i < 1000; i++) {
        y[i] = 3;
    }

    train_interval_fit(&v, y, truth, 1000, 1);
    assert_int_equal(v.spread[0].parts, 1);
    train_interval_free(&v);
}


/* To a document and back, and a document of another hand */

static void
document(void **state)
{
    char              *text, *bad, why[TRAIN_WHY];
    size_t             i, size;
    double             a[2], b[2];
    maas_writer_t      w;
    maas_info_t        info = { .out = 2 };
    train_spreads_t   v, read;

    static const char *const  was[] = { "0.005", "]]}", "\"rows\":[", "null",
                                        "\"outputs\":[{", "0.995" };
    static const char *const  is[] = { "0.006", "],[]]}", "\"rows\":[1,", "{}",
                                       "\"outputs\":[{},{", "0.995,1" };

    (void) state;

    train_rng_init(&rng, 7, 3);
    draw(640);
    train_interval_fit(&v, y, truth, 640, 2);
    v.spread[1].residual[0] = NAN;
    train_json_memory(&w, &text, &size);
    train_interval_json(&w, &v);
    train_json_done(&w);
    info.document = text;
    assert_int_equal(train_interval_read(&read, &info, why), 0);
    assert_int_equal(read.spread[0].parts, v.spread[0].parts);

    for (i = 0; i < 100; i++) {
        assert_int_equal(train_interval_of(&v, i % 2, (double) i, 0.8, &a[0],
                                           &a[1]), 1);
        assert_int_equal(train_interval_of(&read, i % 2, (double) i, 0.8,
                                           &b[0], &b[1]), 1);
        assert_true(fabs(a[0] - b[0]) < 1e-3 && fabs(a[1] - b[1]) < 1e-3);
    }

    train_interval_free(&read);

    for (i = 0; i < train_nelts(was); i++) {
        bad = strstr(text, was[i]);
        assert_non_null(bad);
        bad = train_format("%.*s%s%s", (int) (bad - text), text, is[i],
                           bad + strlen(was[i]));
        info.document = bad;
        assert_int_equal(train_interval_read(&read, &info, why), -1);
        assert_string_equal(why, "its member \"intervals\" is not as fit "
                            "writes it");
        train_free(bad);
    }

    info.document = "{}";
    assert_int_equal(train_interval_read(&read, &info, why), -1);
    assert_non_null(strstr(why, "no residuals"));
    train_interval_free(&v);
    train_free(text);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(coverage),
        cmocka_unit_test(few),
        cmocka_unit_test(equal),
        cmocka_unit_test(document)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
