/*
 * What makes rows different each time: pictures moved, turned and bent, rows
 * mixed in twos, and the numbers that decide about it.
 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/batch.h"


#define H  12
#define W  16


/* A bright square of four in the dark */

static void
picture(float *x)
{
    memset(x, 0, H * W * sizeof(float));
    x[5 * W + 7] = x[5 * W + 8] = x[6 * W + 7] = x[6 * W + 8] = 1;
}


/* Middle of what is bright, and how much there is */

static double
middle(const float *x, double *my, double *mx)
{
    double  sum;
    size_t  i, j;

    sum = 0;
    *my = 0;
    *mx = 0;

    for (i = 0; i < H; i++) {
        for (j = 0; j < W; j++) {
            sum += (double) x[i * W + j];
            *my += (double) x[i * W + j] * (double) i;
            *mx += (double) x[i * W + j] * (double) j;
        }
    }

    *my /= sum;
    *mx /= sum;

    return sum;
}


static void
pictures(void **state)
{
    float            x[H * W], before[H * W];
    double           my, mx, sum, far;
    size_t           i, k;
    train_rng_t      rng;
    train_augment_t  a = { 0 };

    (void) state;

    picture(before);
    train_rng_init(&rng, 1, 1);

    /* nothing asked for, nothing done */

    memcpy(x, before, sizeof(x));
    train_augment_row(&a, &rng, H, W, 0, x);

    for (i = 0; i < H * W; i++) {
        assert_true(fabsf(x[i] - before[i]) < 1e-5f);
    }

    /* moved by at most two pixels, and further than one at times */

    a.shift = 2;
    far = 0;

    for (k = 0; k < 200; k++) {
        picture(x);
        train_augment_row(&a, &rng, H, W, 0, x);
        sum = middle(x, &my, &mx);
        assert_true(fabs(sum - 4) < 1e-4);
        assert_true(fabs(my - 5.5) < 2.001 && fabs(mx - 7.5) < 2.001);
        far = fmax(far, fabs(mx - 7.5));
    }

    assert_true(far > 1.8);

    /* turned about its middle, which is the picture's */

    a.shift = 0;
    a.rotate = 45;

    for (k = 0; k < 50; k++) {
        picture(x);
        train_augment_row(&a, &rng, H, W, 0, x);
        (void) middle(x, &my, &mx);
        assert_true(fabs(my - 5.5) < 0.01 && fabs(mx - 7.5) < 0.01);
    }

    /* larger and smaller */

    a.rotate = 0;
    a.scale = 0.5;
    far = 4;

    for (k = 0; k < 50; k++) {
        picture(x);
        train_augment_row(&a, &rng, H, W, 0, x);
        far = fmax(far, middle(x, &my, &mx));
    }

    assert_true(far > 5 && far < 4 * 1.5 * 1.5 + 1);
}


/* The field has the deviation that was asked for: of a slope, grey values tell
 * places */

static void
bends(void **state)
{
    float            x[H * W];
    double           d, sq;
    size_t           i, k;
    train_rng_t      rng;
    train_augment_t  a = { 0 };

    (void) state;

    train_rng_init(&rng, 2, 2);
    a.elastic = 0.7;
    sq = 0;

    for (k = 0; k < 2000; k++) {
        for (i = 0; i < H * W; i++) {
            x[i] = (float) (i % W);
        }

        train_augment_row(&a, &rng, H, W, 0, x);
        d = (double) x[6 * W + 8] - 8;
        sq += d * d / 2000;
    }

    assert_true(fabs(sqrt(sq) - 0.7) < 0.1);
}


static void
draws(void **state)
{
    double       v, normal[2] = { 0 }, beta[2] = { 0 };
    size_t       i;
    train_rng_t  rng;

    (void) state;

    train_rng_init(&rng, 3, 3);

    for (i = 0; i < 20000; i++) {
        v = train_rng_normal(&rng);
        normal[0] += v / 20000;
        normal[1] += v * v / 20000;
        v = train_rng_beta(&rng, 0.4);
        assert_true(v >= 0 && v <= 1);
        beta[0] += v / 20000;
        beta[1] += (v - 0.5) * (v - 0.5) / 20000;
    }

    /* Beta(a,a): variance 1 / (4 (2 a + 1)) */

    assert_true(fabs(normal[0]) < 0.03 && fabs(normal[1] - 1) < 0.05);
    assert_true(fabs(beta[0] - 0.5) < 0.01);
    assert_true(fabs(beta[1] - 1 / 7.2) < 0.01);
    assert_true(train_rng_at(1, 2) != train_rng_at(1, 3));
    assert_true(train_rng_at(1, 2) != train_rng_at(2, 2));
}


/* Two rows become two mixtures: what one loses the other gets */

static void
mixtures(void **state)
{
    float           numbers[3 * 2] = { 1, 0, 0, 1, 5, 5 };
    float           shift = 0, factor = 1, f;
    uint32_t        classes[3] = { 0, 1, 1 }, row[3] = { 0, 1, 2 };
    train_data_t    d = { 0 };
    train_scale_t   scale = { 0 };
    train_batch_t   b;
    train_source_t  s;

    (void) state;

    d.rows = 3;
    d.in = 2;
    d.out = 2;
    d.input = MAAS_INPUT_COLUMNS;
    d.numbers = numbers;
    d.classes = classes;
    scale.n = 1;
    scale.shift = &shift;
    scale.factor = &factor;

    train_source_init(&s, &d, &scale);
    s.mixup = 0.5;
    s.smoothing = 0.2f;
    train_batch_create(&b, &s, 3);
    train_batch_fill(&b, &s, row, 3, 0);

    f = b.x[0];
    assert_true(f > 0 && f < 1 && b.soft);
    assert_true(fabsf(b.x[1] - (1 - f)) < 1e-6f);
    assert_true(fabsf(b.x[2] - (1 - f)) < 1e-6f && fabsf(b.x[3] - f) < 1e-6f);
    assert_true(fabsf(b.targets[0] - (0.9f * f + 0.1f * (1 - f))) < 1e-6f);
    assert_true(fabsf(b.targets[0] + b.targets[1] - 1) < 1e-6f);
    assert_true(b.x[4] == 5 && fabsf(b.targets[5] - 0.9f) < 1e-6f);

    train_batch_free(&b);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(pictures),
        cmocka_unit_test(bends),
        cmocka_unit_test(draws),
        cmocka_unit_test(mixtures)
    };

    return cmocka_run_group_tests_name("train vary", tests, NULL, NULL);
}
