/*
 * Embeddings: what each kind of item writes, against its rule in double
 * precision; what a file may say of them; slopes; layers in groups.
 * Not here: files of them (81-embed-file.t).
 */

#include "kernel/maas_embed.h"
#include "kernel/maas_gemm.h"
#include "op/maas_op.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>


#define IN      6
#define ITEMS   8
#define UNITS   34
#define COUNT(a)  (sizeof(a) / sizeof((a)[0]))

/* One of each kind, and a table of one row; numbers by subject */

static const uint8_t   item[ITEMS] = { 0, 1, 2, 3, 4, 5, 6, 4 };
static const uint32_t  from[ITEMS] = { 0, 2, 2, 2, 3, 3, 4, 5 };
static const uint32_t  width[ITEMS] = { 2, 1, 1, 19, 3, 4, 3, 1 };
static const uint32_t  at[ITEMS + 1] = { 0, 2, 6, 6, 26, 35, 36, 54, 55 };

static const float  number[] = {
    0.5f, 2,                                            /* copy */
    1, 0.25f, 3, -0.5f,                                 /* number */
    -9, -8, -7, -6, -5, -4, -3, -2, -1, 0,              /* bins */
    0.5f, 0.75f, 1, 2, 3.5f, 4, 5, 6, 7, 1e9f,
    1, 2, 3, 4, 5, 6, 7, 8, 9,                          /* table */
    1,                                                  /* one-hot */
    0.5f, 1.5f, 0, 0.25f, 2,                            /* periodic */
    0.3f, -1.7f, 0.1f, 0.6f,
    1, -2, 0.5f, 0.25f, 3, -1.5f, 0.125f, -0.5f, 1e-3f,
    0.75f                                               /* table */
};


/* The layer; numbers may be others */

static maas_node_t
layer(const float *v, size_t n)
{
    maas_err_t    err;
    maas_node_t   l;
    maas_shape_t  in = maas__shape_flat(MAAS_F32, IN);

    maas__node_init(&l, maas__op_find("embed"));
    assert_int_equal(maas__node_set(&l, "units", UNITS), 1);
    assert_int_equal(maas__node_set(&l, "items", ITEMS), 1);
    assert_int_equal(maas__node_set(&l, "numbers", (double) n), 1);
    assert_int_equal(maas__node_shape(&l, 0, &in, &err), MAAS_OK);
    assert_int_equal(maas__node_version(&l), 5);

    l.tensors[0].data = v;
    l.tensors[1].data = from;
    l.tensors[2].data = width;
    l.tensors[3].data = at;
    l.tensors[4].data = item;

    return l;
}


/* Packed, for a kernel; to be freed: s.packed */

static maas_step_t
step(const maas_node_t *n, maas_isa_t isa)
{
    void         *p = NULL;
    size_t        size;
    maas_step_t   s = { .node = *n };

    s.kernel = n->op->kernel(n, isa);
    assert_non_null(s.kernel);
    size = n->op->size(&s);
    assert_int_equal(posix_memalign(&p, 64, size), 0);
    memset(p, 0, size);
    n->op->pack(&s, p);
    s.packed = p;

    return s;
}


/* Items of that row by the rules, in double precision */

static double
scaled(const float *v, float x)
{
    double  z;

    z = isnan(x) ? (double) v[3]
                 : ((double) x - (double) v[0]) * (double) v[1];

    return v[2] > 0 ? z / sqrt(1 + pow(z / (double) v[2], 2)) : z;
}


static size_t
coded(float x, size_t n)
{
    return x >= 0 && x < (float) n ? (size_t) x : n;
}


static void
rules(const float *x, double *y)
{
    size_t        i, k;
    double        c, t;
    const float  *v;

    for (i = 0; i < 2; i++) {
        *y++ = isnan(x[i]) ? 0 : ((double) x[i] - 0.5) * 2;
    }

    *y++ = scaled(number + 2, x[2]);
    *y++ = isnan(x[2]);
    v = number + 6;

    for (i = 0; i < 19; i++) {
        t = ((double) x[2] - (double) v[i]) / (double) (v[i + 1] - v[i]);
        *y++ = isnan(x[2]) ? 0 : t < 0 ? 0 : t > 1 ? 1 : t;
    }

    for (i = 0; i < 3; i++) {
        *y++ = (double) (3 * coded(x[3], 2) + i + 1);
    }

    for (i = 0; i < 4; i++) {
        *y++ = i == coded(x[3], 3);
    }

    v = number + 36;

    for (i = 0; i < 3; i++) {
        y[i] = (double) v[15 + i];
    }

    for (k = 0; k < 2; k++) {
        c = cos(2 * acos(-1.0) * ((double) v[5 + k] * scaled(v, x[4])
                                  + (double) v[7 + k]));

        for (i = 0; i < 3; i++) {
            y[i] += c * (double) v[9 + 3 * k + i];
        }
    }

    y[3] = 0.75;
}


static const float  rows[][IN] = {
    { 1, 2, 3, 0, 0.5f, 0 },
    { NAN, 2, NAN, 1, NAN, NAN },
    { -3, NAN, -8.5f, 2, 7, -1 },
    { 0, 0, 6.75f, NAN, -3.25f, 4 },
    { 5, 6, 100, -1, 1e4f, 1e30f },
    { 5, 6, -1e38f, 1.5f, -41, 0.5f },
    { 5, 6, 0.75f, 1e20f, 0.1f, 0.5f }
};

#define ROWS  COUNT(rows)


static void
right(void **state)
{
    float         y[ROWS][UNITS + 3];
    double        want[UNITS];
    size_t        r, i;
    maas_node_t   n = layer(number, COUNT(number));
    maas_step_t   s = step(&n, MAAS_ISA_REF);
    maas_pass_t   p = {
        .rows = ROWS, .in = { { (void *) rows, IN, NULL } },
        .out = { y, UNITS + 3, NULL }
    };

    assert_int_equal(COUNT(number), at[ITEMS]);
    memset(y, 0x5a, sizeof(y));
    n.op->run(&s, &p);

    for (r = 0; r < ROWS; r++) {
        rules(rows[r], want);

        for (i = 0; i < UNITS; i++) {
            /* of 1e4 turns, 1e-3 are left of a float */
            assert_true(fabs((double) y[r][i] - want[i])
                        <= (r == 4 && i > 29 ? 2e-2 : 2e-5)
                           * (1 + fabs(want[i])));
        }

        for (i = UNITS; i < UNITS + 3; i++) {
            assert_memory_equal(&y[r][i], "ZZZZ", 4);
        }
    }

    free((void *) s.packed);
}


/* The promised bound, and what is exact */

static void
cosine(void **state)
{
    float  t;
    int    i;

    for (i = -400000; i <= 400000; i++) {
        t = (float) i / 65536.0f * 1.3f;
        assert_true(fabs((double) maas__embed_cos(t)
                         - cos(2 * acos(-1.0) * (double) t)) < 2e-7);
    }

    assert_true(maas__embed_cos(0.25f) == 0);
    assert_true(maas__embed_cos(-0.75f) == 0);
    assert_true(maas__embed_cos(0.5f) == -maas__embed_cos(0));
    assert_true(maas__embed_cos(1e30f) == maas__embed_cos(0));
    assert_true(isnan(maas__embed_cos(INFINITY)));
}


/* All kernels write what the plain one does. */

static void
same_bits(void **state)
{
    float        y[UNITS], want[UNITS];
    size_t       r, k;
    maas_node_t  n = layer(number, COUNT(number));
    maas_step_t  plain = step(&n, MAAS_ISA_REF), s;
    maas_pass_t  p = { .rows = 1 };

    static const maas_isa_t  isas[] = {
        MAAS_ISA_AUTO, MAAS_ISA_AVX2, MAAS_ISA_AVX512, MAAS_ISA_BLAS
    };

    for (k = 0; k < COUNT(isas); k++) {
        s = step(&n, isas[k]);

        for (r = 0; r < ROWS; r++) {
            p.in[0] = (maas_rows_t) { (void *) rows[r], IN, NULL };
            p.out = (maas_rows_t) { y, UNITS, NULL };
            n.op->run(&s, &p);
            p.out.data = want;
            n.op->run(&plain, &p);
            assert_memory_equal(y, want, sizeof(y));
        }

        free((void *) s.packed);
    }

    free((void *) plain.packed);
}


/* The same of items of any size, one of a row of values that rise */

static void
any_size(void **state)
{
    float                       x[2 * 70], y[70], want[70], v[5 + 70 * 72];
    size_t                      i, k, n;
    maas_embed_item_t           e = { .number = v };
    const maas_embed_kernel_t  *kernel;

    static const maas_isa_t  isas[] = { MAAS_ISA_AVX2, MAAS_ISA_AVX512 };

    for (n = 1; n < 70; n++) {
        for (i = 0; i < COUNT(v); i++) {
            v[i] = (float) sin((double) (i * (n + 3)));
        }

        for (i = 0; i < 2 * n; i++) {
            x[i] = i % 5 == 1 ? NAN : (float) cos((double) i) * 3;
        }

        e.width = (uint32_t) n;
        e.rows = (uint32_t) (71 - n);
        v[2] = n % 3 == 0 ? 2 : 0;
        x[0] = n % 7 == 0 ? NAN : x[0];

        for (k = 0; k < MAAS_N_EMBEDS * COUNT(isas); k++) {
            e.kind = (maas_embed_kind_t) (k / COUNT(isas));
            kernel = maas__embed_choose(isas[k % COUNT(isas)]);

            for (i = 0; e.kind == MAAS_EMBED_BINS && i <= n; i++) {
                v[i] = (float) i / 8 - 2;
            }

            memset(y, 0, sizeof(y));
            memset(want, 0, sizeof(want));
            maas__embed_one(&e, x, want);
            kernel->run(&e, 1, x, y);
            assert_memory_equal(y, want, sizeof(y));
        }
    }
}


/* Slopes against differences, of the numbers in the middle of what they
 * stand between; codes and what is missing have none. */

static void
slopes(void **state)
{
    float        x[IN], y[UNITS], dy[UNITS], dx[IN];
    double       sum[2], h;
    size_t       r, i, j, k;
    maas_node_t  n = layer(number, COUNT(number));
    maas_step_t  s = step(&n, MAAS_ISA_REF);
    maas_pass_t  slope = {
        .rows = 1, .in = { { dx, IN, NULL } }, .out = { dy, UNITS, NULL }
    };
    maas_pass_t  p = {
        .rows = 1, .in = { { x, IN, NULL } }, .out = { y, UNITS, NULL }
    };

    for (i = 0; i < UNITS; i++) {
        dy[i] = (float) sin((double) (7 * i + 1));
    }

    for (r = 0; r < 4; r++) {
        memcpy(x, rows[r], sizeof(x));
        memset(dx, 0, sizeof(dx));
        n.op->back(&s, &p, &slope);

        for (j = 0; j < IN; j++) {
            if (isnan(x[j]) || j == 3 || j == 5) {
                assert_true(dx[j] == 0);
                continue;
            }

            h = 1.0 / 256;

            for (k = 0; k < 2; k++) {
                x[j] = rows[r][j] + (float) (k ? h : -h);
                n.op->run(&s, &p);

                for (sum[k] = 0, i = 0; i < UNITS; i++) {
                    sum[k] += (double) y[i] * (double) dy[i];
                }
            }

            x[j] = rows[r][j];

            if (j == 2 && r == 0) {
                continue;                       /* as 3 is: no knot there */
            }

            assert_true(fabs((sum[1] - sum[0]) / (2 * h) - (double) dx[j])
                        < 1e-2 * (1 + fabs((double) dx[j])));
        }
    }

    free((void *) s.packed);
}


/* What is said of an item that is not as it has to be */

typedef struct {
    size_t       which;                /* 0: number, 1: from, ... */
    size_t       at;
    double       to;
    const char  *says;
} wrong_t;

static const wrong_t  wrongs[] = {
    { 4, 0, 7, "item 0 is of kind 7: expected 0 to 6" },
    { 4, 0, 1, "item 0 of kind 1 and width 2 does not have 2 numbers" },
    { 4, 1, 3, "item 1 of kind 3 and width 1 does not have 4 numbers" },
    { 1, 0, 5, "item 0 reads from number 5 of 6 and writes 2 of 34 that are "
               "left" },
    { 1, 4, 6, "item 4 reads from number 6 of 6 and writes 3 of 11 that are "
               "left" },
    { 1, 7, 4294967295.0, "item 7 reads from number 4294967295 of 6 and "
               "writes 1 of 1 that are left" },
    { 2, 0, 0, "item 0 reads from number 0 of 6 and writes 0 of 34 that are "
               "left" },
    { 2, 3, 4294967295.0, "item 3 reads from number 2 of 6 and writes "
               "4294967295 of 30 that are left" },
    { 2, 4, 10, "item 4 of kind 4 and width 10 does not have 9 numbers" },
    { 2, 5, 3, "its items write 33 of 34 numbers and have 55 of 55" },
    { 3, 1, 60, "item 0: \"at\" does not rise to 55" },
    { 3, 2, 1, "item 1: \"at\" does not rise to 55" },
    { 3, 2, 5, "item 1 of kind 1 and width 1 does not have 3 numbers" },
    { 3, 8, 53, "item 7: \"at\" does not rise to 55" },
    { 3, 8, 54, "item 7 of kind 4 and width 1 does not have 0 numbers" },
    { 0, 4, -1, "item 1: its clip is below 0" },
    { 0, 8, -8, "item 3: its knots do not rise by normal numbers" },
    { 0, 8, -9, "item 3: its knots do not rise by normal numbers" },
    { 0, 35, 0.5, "item 5: its number \"other\" is neither 0 nor 1" },
    { 0, 38, -2, "item 6: its clip is below 0" },
    { 0, 40, 3, "item 6 of kind 6 and width 3 does not have 18 numbers" },
    { 0, 40, 1.5, "item 6 of kind 6 and width 3 does not have 18 numbers" },
    { 0, 40, 1e30, "item 6 of kind 6 and width 3 does not have 18 numbers" },
    { 0, 40, 0, "item 6 of kind 6 and width 3 does not have 18 numbers" }
};


static void
refused(void **state)
{
    float          v[COUNT(number)] = { 0 };
    size_t         i;
    uint8_t        kinds[ITEMS];
    uint32_t       words[3][ITEMS + 1];
    maas_err_t     err;
    maas_node_t    n = layer(v, COUNT(number));

    for (i = 0; i < 3; i++) {
        n.tensors[i + 1].data = words[i];
    }

    n.tensors[4].data = kinds;

    for (i = 0; i <= COUNT(wrongs); i++) {
        memcpy(v, number, sizeof(v));
        memcpy(words[0], from, sizeof(from));
        memcpy(words[1], width, sizeof(width));
        memcpy(words[2], at, sizeof(at));
        memcpy(kinds, item, sizeof(kinds));

        if (i == COUNT(wrongs)) {
            break;
        }

        if (wrongs[i].which == 0) {
            v[wrongs[i].at] = (float) wrongs[i].to;
        } else if (wrongs[i].which == 4) {
            kinds[wrongs[i].at] = (uint8_t) wrongs[i].to;
        } else {
            words[wrongs[i].which - 1][wrongs[i].at]
                = (uint32_t) wrongs[i].to;
        }

        assert_int_equal(n.op->check(&n, NULL, &err), MAAS_BADVALUE);
        assert_string_equal(err.msg, wrongs[i].says);
    }

    assert_int_equal(n.op->check(&n, NULL, &err), MAAS_OK);
}


/* A group is a layer of its own, in every bit, and so are its slopes. */

static void
groups(void **state)
{
    float         x[2 * 12], w[12 * 5], b[15], y[2 * 15], alone[2 * 5];
    float         dy[30], dx[24] = { 0 }, part[8] = { 0 };
    size_t        g, i, r;
    maas_err_t    err;
    maas_node_t   n, one;
    maas_step_t   s, t;
    maas_shape_t  in = maas__shape_flat(MAAS_F32, 12);
    maas_shape_t  few = maas__shape_flat(MAAS_F32, 4);
    maas_pass_t   p = { .rows = 2 }, d = { .rows = 2 };

    for (i = 0; i < 60; i++) {
        w[i] = (float) sin((double) i);
        x[i % 24] = (float) cos((double) i);
        b[i % 15] = (float) (i % 15) - 7;
        dy[i % 30] = (float) sin((double) (i * i));
    }

    maas__node_init(&n, maas__op_find("dense"));
    n.act = MAAS_ACT_RELU;
    one = n;
    assert_int_equal(maas__node_set(&n, "units", 15), 1);
    assert_int_equal(maas__node_set(&n, "groups", 5), 1);
    assert_int_equal(maas__node_shape(&n, 0, &in, &err), MAAS_BADSHAPE);
    assert_string_equal(err.msg, "has 5 groups, which do not divide its 12 "
                        "numbers and 15 units");
    assert_int_equal(maas__node_set(&n, "groups", 3), 1);
    assert_int_equal(maas__node_shape(&n, 0, &in, &err), MAAS_OK);
    assert_int_equal(n.tensors[0].shape[0], 12);
    assert_int_equal(n.tensors[0].shape[1], 5);
    assert_int_equal(maas__node_version(&n), 5);
    assert_int_equal(maas__node_set(&one, "units", 5), 1);
    assert_int_equal(maas__node_shape(&one, 0, &few, &err), MAAS_OK);
    assert_int_equal(maas__node_version(&one), 1);

    n.tensors[0].data = w;
    n.tensors[1].data = b;
    s = step(&n, MAAS_ISA_AUTO);
    p.in[0] = (maas_rows_t) { x, 12, NULL };
    p.out = (maas_rows_t) { y, 15, NULL };
    n.op->run(&s, &p);
    d.in[0] = (maas_rows_t) { dx, 12, NULL };
    d.out = (maas_rows_t) { dy, 15, NULL };
    n.op->back(&s, &p, &d);

    for (g = 0; g < 3; g++) {
        one.tensors[0].data = w + g * 4 * 5;
        one.tensors[1].data = b + g * 5;
        t = step(&one, MAAS_ISA_AUTO);
        p.in[0] = (maas_rows_t) { x + g * 4, 12, NULL };
        p.out = (maas_rows_t) { alone, 5, NULL };
        one.op->run(&t, &p);
        memset(part, 0, sizeof(part));
        d.in[0] = (maas_rows_t) { part, 4, NULL };
        d.out = (maas_rows_t) { dy + g * 5, 15, NULL };
        one.op->back(&t, &p, &d);

        for (r = 0; r < 2; r++) {
            assert_memory_equal(y + r * 15 + g * 5, alone + r * 5,
                                5 * sizeof(float));
            assert_memory_equal(dx + r * 12 + g * 4, part + r * 4,
                                4 * sizeof(float));
        }

        free((void *) t.packed);
    }

    free((void *) s.packed);
    n.tensors[0].dtype = MAAS_I8;
    assert_int_equal(maas__node_shape(&n, 0, &in, &err), MAAS_BADVALUE);
    assert_string_equal(err.msg, "\"groups\" is for weights of F32");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(right),
        cmocka_unit_test(cosine),
        cmocka_unit_test(same_bits),
        cmocka_unit_test(any_size),
        cmocka_unit_test(slopes),
        cmocka_unit_test(refused),
        cmocka_unit_test(groups)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
