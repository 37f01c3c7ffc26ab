/*
 * What targets become before they are learnt: there and back, bounds, which
 * ways suit which numbers, means.
 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/transform.h"
#include "util.h"


#define ROWS  400

static float     y[2 * ROWS], z[2 * ROWS], back[2 * ROWS];
static uint32_t  row[ROWS];


/* Rising numbers of a distribution about 0 of deviation 1, in another order */

static double
normal(size_t i)
{
    double  p, low, high, mid;

    p = ((double) (i * 37 % ROWS) + 0.5) / ROWS;
    low = -9;
    high = 9;

    while (high - low > 1e-9) {
        mid = (low + high) / 2;

        if (erfc(-mid / sqrt(2)) / 2 < p) {
            low = mid;
        } else {
            high = mid;
        }
    }

    return low;
}


/* First number: a normal one; the second by `kind`: 0 the same, 1 exp, 2 exp
 * with zeros, 3 far on both sides */

static void
fill(int kind)
{
    size_t  i;
    double  v;

    for (i = 0; i < ROWS; i++) {
        row[i] = (uint32_t) i;
        v = normal(i);
        y[2 * i] = (float) (100 + 3 * v);
        y[2 * i + 1] = (float) (kind == 1 ? 50 * exp(1.5 * v)
                                : kind == 2 ? (v < 0 ? 0 : exp(2 * v) - 1)
                                : kind == 3 ? v * v * v * v * v : v);
    }
}


static void
there_and_back(void **state)
{
    int                 kind;
    char                why[TRAIN_WHY];
    size_t              i, k;
    double              mean[2], sq[2];
    train_transform_t   t;

    static const int  numbers[] = { 3, 1, 3, 3, 1 };

    (void) state;

    for (kind = 0; kind < TRAIN_N_TARGETS; kind++) {
        fill(numbers[kind]);
        assert_int_equal(train_transform_fit(&t, (train_target_kind_t) kind,
                                             y, 2, row, ROWS, why), 0);
        train_transform_forward(&t, y, ROWS, z);
        memset(mean, 0, sizeof(mean));
        memset(sq, 0, sizeof(sq));

        for (i = 0; i < 2 * ROWS; i++) {
            mean[i % 2] += (double) z[i] / ROWS;
            sq[i % 2] += (double) z[i] * (double) z[i] / ROWS;

            if (kind == TRAIN_TARGET_RATE) {    /* of Poisson: a rate, whose
                                                   score is a logarithm */
                z[i] = logf(z[i]);
            }
        }

        train_transform_back(&t, z, ROWS, back);

        for (i = 0; i < 2 * ROWS; i++) {
            assert_true(fabs((double) back[i] - (double) y[i])
                        <= 3e-5 * (fabs((double) y[i]) + 0.1));
        }

        for (k = 0; k < 2; k++) {
            if (kind == TRAIN_TARGET_RATE) {
                assert_true(fabs(mean[k] - 1) < 1e-5);
                continue;
            }

            assert_true(fabs(mean[k]) < 0.02);
            assert_true(fabs(sqrt(sq[k] - mean[k] * mean[k]) - 1) < 0.06);
        }

        train_transform_free(&t);
    }
}


/* A little beyond the range, not beyond 0, and every score has an answer */

static void
bounds(void **state)
{
    int                 kind;
    char                why[TRAIN_WHY];
    float               far[4] = { 1e6f, 1e6f, -1e6f, -1e6f }, out[4];
    size_t              i, k;
    float               low[2], high[2];
    train_transform_t   t;

    (void) state;
    fill(1);

    for (k = 0; k < 2; k++) {
        low[k] = high[k] = y[k];

        for (i = 0; i < ROWS; i++) {
            low[k] = fminf(low[k], y[2 * i + k]);
            high[k] = fmaxf(high[k], y[2 * i + k]);
        }
    }

    for (kind = 0; kind < TRAIN_N_TARGETS; kind++) {
        assert_int_equal(train_transform_fit(&t, (train_target_kind_t) kind,
                                             y, 2, row, ROWS, why), 0);
        train_transform_back(&t, far, 2, out);

        for (k = 0; k < 2; k++) {
            assert_true(out[k] >= high[k]
                        && out[k] <= high[k] + 0.051f * (high[k] - low[k]));
            assert_true(out[2 + k] <= low[k] && out[2 + k] >= 0);
        }

        train_transform_free(&t);
    }
}


static void
suited(void **state)
{
    size_t               i, n;
    train_target_kind_t  to[TRAIN_TARGET_CANDIDATES];

    static const train_target_kind_t  want[4][3] = {
        { TRAIN_TARGET_STANDARD },
        { TRAIN_TARGET_STANDARD, TRAIN_TARGET_LOG, TRAIN_TARGET_RANK },
        { TRAIN_TARGET_STANDARD, TRAIN_TARGET_SYMLOG, TRAIN_TARGET_RANK },
        { TRAIN_TARGET_STANDARD, TRAIN_TARGET_RANK }
    };
    static const size_t  many[] = { 1, 3, 3, 2 };

    (void) state;

    for (i = 0; i < 4; i++) {
        fill((int) i);
        n = train_transform_candidates(y, 2, row, ROWS, to);
        assert_int_equal(n, many[i]);
        assert_memory_equal(to, want[i], n * sizeof(to[0]));
    }

    fill(1);
    assert_int_equal(train_transform_candidates(y, 2, row, 20, to), 1);
}


/* A score that is the mean of logarithms: its level is not the mean */

static void
means(void **state)
{
    char                why[TRAIN_WHY];
    size_t              i;
    double              truth, said;
    train_transform_t   t;

    (void) state;
    fill(1);
    assert_int_equal(train_transform_fit(&t, TRAIN_TARGET_LOG, y, 2, row,
                                         ROWS, why), 0);
    train_transform_forward(&t, y, ROWS, z);

    for (i = 0; i < 2 * ROWS; i++) {
        z[i] *= 0.8f;               /* as a learner shrinks them */
    }

    train_transform_level(&t, z, y, ROWS);
    train_transform_back(&t, z, ROWS, back);
    truth = said = 0;

    for (i = 0; i < ROWS; i++) {
        truth += (double) y[2 * i + 1];
        said += (double) back[2 * i + 1];
    }

    assert_true(fabs(said / truth - 1) < 0.02);
    train_transform_free(&t);
}


static void
wrong(void **state)
{
    char                why[TRAIN_WHY];
    train_transform_t   t;

    (void) state;
    fill(2);
    assert_int_equal(train_transform_fit(&t, TRAIN_TARGET_LOG, y, 2, row,
                                         ROWS, why), -1);
    assert_string_equal(why, "a logarithm: the target has 0: expected numbers "
                        "above 0");
    fill(3);
    assert_int_equal(train_transform_fit(&t, TRAIN_TARGET_RATE, y, 2, row,
                                         ROWS, why), -1);
    assert_non_null(strstr(why, "expected counts or rates of 0 or more"));

    /* one value alone is no reason to fail */

    memset(y, 0, sizeof(y));
    assert_int_equal(train_transform_fit(&t, TRAIN_TARGET_RANK, y, 2, row,
                                         ROWS, why), 0);
    train_transform_forward(&t, y, ROWS, z);
    train_transform_back(&t, z, ROWS, back);
    assert_true(back[0] == 0 && back[5] == 0);
    train_transform_free(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(there_and_back),
        cmocka_unit_test(bounds),
        cmocka_unit_test(suited),
        cmocka_unit_test(means),
        cmocka_unit_test(wrong)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
