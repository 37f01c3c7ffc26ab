/*
 * Drawn digits: the tables are whole, the numbers are the same everywhere,
 * and the pictures are prepared as MNIST was.
 * Files and options are tested in t/15-synth.t.
 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "read/maas_crc.h"
#include "synth/synth.h"


#define PICTURES  2000


static void
test_tables(void **state)
{
    size_t               f, k, n, n0, i;
    unsigned             digit, first, shapes[10] = { 0 };
    const char          *text;
    train_synth_point_t  p[TRAIN_SYNTH_MAX_POINTS], p0[TRAIN_SYNTH_MAX_POINTS];

    for (f = 0; train_synth_shape(f, 0, &first) != NULL; f++) {
        n0 = train_synth_parse(train_synth_shape(f, 0, &first), p0);
        assert_true(n0 >= 2);
        assert_true(first < 10);

        for (k = 0; (text = train_synth_shape(f, k, &digit)) != NULL; k++) {
            n = train_synth_parse(text, p);
            assert_int_equal(n, n0);
            assert_int_equal(digit, first);
            shapes[digit]++;

            for (i = 0; i < n; i++) {
                assert_true(p[i].x <= 100 && p[i].y <= 100);
                assert_int_equal(p[i].corner, p0[i].corner);
                assert_int_equal(p[i].down, p0[i].down);
            }
        }
    }

    for (digit = 0; digit < 10; digit++) {
        assert_true(shapes[digit] >= 8);
    }
}


static void
test_parse(void **state)
{
    size_t                    i;
    char                      many[TRAIN_SYNTH_MAX_POINTS * 4 + 8];
    train_synth_point_t             p[TRAIN_SYNTH_MAX_POINTS];
    static const char *const  bad[] = {
        "", " 1,2", "1", "1,", ",2", "1,2 ", "1,2  3,4", "1,2!!", "1,2 x",
        "/ 1,2", "1,2 /", "1,2 /3,4", "-1,2", "1,2,3", "1,2x3,4"
    };

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(train_synth_parse(bad[i], p), 0);
    }

    assert_int_equal(train_synth_parse("1,2 30,4! / 5,66", p), 3);
    assert_true(p[0].x == 1 && p[0].y == 2 && p[0].down && !p[0].corner);
    assert_true(p[1].x == 30 && p[1].y == 4 && !p[1].down && p[1].corner);
    assert_true(p[2].x == 5 && p[2].y == 66 && p[2].down && !p[2].corner);

    for (i = 0; i <= TRAIN_SYNTH_MAX_POINTS; i++) {
        memcpy(many + 4 * i, "1,2 ", 4);
    }

    many[TRAIN_SYNTH_MAX_POINTS * 4 - 1] = '\0';
    assert_int_equal(train_synth_parse(many, p), TRAIN_SYNTH_MAX_POINTS);

    many[TRAIN_SYNTH_MAX_POINTS * 4 - 1] = ' ';
    many[TRAIN_SYNTH_MAX_POINTS * 4 + 3] = '\0';
    assert_int_equal(train_synth_parse(many, p), 0);
}


static void
test_numbers(void **state)
{
    int                i;
    float              v;
    double             sum, square, t;
    unsigned           k, seen[7] = { 0 };
    train_synth_rng_t  g, h;

    for (i = -4000; i <= 4000; i++) {
        t = i / 1000.0;
        assert_true(fabs(train_synth_sin((float) t)
                         - sin(t * 6.283185307179586))
                    < 1e-5);
    }

    train_synth_rng_init(&g, 1, 2, 3);
    train_synth_rng_init(&h, 1, 2, 4);
    assert_true(g.state != h.state);

    sum = square = 0;

    for (i = 0; i < 70000; i++) {
        v = train_synth_normal(&g);
        assert_true(v > -3.5f && v < 3.5f);
        sum += v;
        square += v * v;

        k = train_synth_pick(&g, 7);
        assert_true(k < 7);
        seen[k]++;

        v = train_synth_uniform(&g, -2, 3);
        assert_true(v >= -2 && v < 3);
    }

    assert_true(fabs(sum / 70000) < 0.02);
    assert_true(fabs(square / 70000 - 1) < 0.02);

    for (k = 0; k < 7; k++) {
        assert_true(seen[k] > 9500 && seen[k] < 10500);
    }
}


/* First and last row (or column) with ink; *mean is the centre of mass. */

static void
extent(const unsigned char *px, unsigned size, size_t across, size_t along,
    unsigned *lo, unsigned *hi, double *mean)
{
    double    sum, moment;
    unsigned  i, j, ink;

    *lo = size;
    *hi = 0;
    sum = moment = 0;

    for (i = 0; i < size; i++) {
        for (ink = 0, j = 0; j < size; j++) {
            ink += px[i * along + j * across];
        }

        if (ink != 0) {
            *lo = *lo == size ? i : *lo;
            *hi = i;
        }

        sum += ink;
        moment += (double) ink * i;
    }

    *mean = moment / sum;
}


static void
prepared(unsigned size, unsigned box)
{
    double         cx, cy;
    unsigned       i, x0, x1, y0, y1, w, h, off, narrow;
    unsigned char  px[TRAIN_SYNTH_MAX_SIZE * TRAIN_SYNTH_MAX_SIZE];

    for (off = 0, narrow = 0, i = 0; i < PICTURES; i++) {
        (void) train_synth_draw(7, 0, i, size, px);
        extent(px, size, 1, size, &y0, &y1, &cy);
        extent(px, size, size, 1, &x0, &x1, &cx);
        w = x1 - x0 + 1;
        h = y1 - y0 + 1;

        /* the longer side fills the box, but for a faint rim */

        assert_true(w <= box && h <= box);
        assert_true(w >= box - 1 || h >= box - 1);

        narrow += w < box && h < box;

        /* a box at the edge of the picture cannot move on: rare */

        off += fabs(cx - size / 2) > 0.5001 || fabs(cy - size / 2) > 0.5001;
    }

    assert_true(off < PICTURES / 200);
    assert_true(narrow < PICTURES / 20);
}


static void
test_prepared(void **state)
{
    prepared(28, 20);
    prepared(14, 10);
    prepared(56, 40);
}


static void
test_balanced(void **state)
{
    unsigned       i, k, seen, orders;
    unsigned char  px[28 * 28];
    unsigned       label[2][10] = { { 0 } };

    for (orders = 0, i = 0; i < 20; i++) {

        for (seen = 0, k = 0; k < 10; k++) {
            label[i & 1][k] = train_synth_draw(1, 0, i * 10 + k, 28, px);
            seen |= 1u << label[i & 1][k];
        }

        assert_int_equal(seen, 0x3ff);
        orders += memcmp(label[0], label[1], sizeof(label[0])) != 0;
    }

    assert_true(orders >= 19);
}


static void
test_seeds(void **state)
{
    unsigned       i, label, same;
    unsigned char  a[28 * 28], b[28 * 28];

    for (same = 0, i = 0; i < 200; i++) {
        label = train_synth_draw(1, 0, i, 28, a);
        (void) train_synth_draw(1, 0, i + 1, 28, b);
        assert_int_equal(train_synth_draw(1, 0, i, 28, b), label);
        assert_memory_equal(a, b, sizeof(a));

        /* the same digit, drawn by another seed and for another set */

        if (train_synth_draw(2, 0, i, 28, b) == label) {
            same++;
            assert_memory_not_equal(a, b, sizeof(a));
        }

        if (train_synth_draw(1, 1, i, 28, b) == label) {
            same++;
            assert_memory_not_equal(a, b, sizeof(a));
        }
    }

    assert_true(same >= 20);
}


/* The same bits on every machine.  A change of tables or hands changes the
 * number; then the model of the demo is another one, too. */

static void
test_same_bits(void **state)
{
    uint32_t       crc;
    unsigned       i;
    unsigned char  px[28 * 28];

    for (crc = 0, i = 0; i < PICTURES; i++) {
        (void) train_synth_draw(1, 0, i, 28, px);
        crc = maas__crc32c(crc, px, sizeof(px));
    }

    assert_int_equal(crc, 0xa20a772f);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_prepared),
        cmocka_unit_test(test_balanced),
        cmocka_unit_test(test_seeds),
        cmocka_unit_test(test_same_bits)
    };

    return cmocka_run_group_tests_name("synth", tests, NULL, NULL);
}
