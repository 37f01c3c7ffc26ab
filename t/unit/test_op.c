/*
 * Kinds of layers one by one: shapes, attributes, numbers.
 * Not here: networks of them (test_model.c), files (test_read.c).
 */

#include "op/maas_op.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>


/* A node of that kind whose inputs are `input`; rc is what its shape gives */

static maas_node_t
node(const char *kind, const maas_shape_t *input, maas_status_t rc)
{
    maas_err_t   err;
    maas_node_t  n;

    maas__node_init(&n, maas__op_find(kind));
    (void) maas__node_set(&n, "units", 5);
    assert_int_equal(maas__node_shape(&n, 0, input, &err), rc);

    return n;
}


static void
names(void **state)
{
    assert_non_null(maas__op_find("dense"));
    assert_string_equal(maas__op_find("layer_norm")->name, "layer_norm");
    assert_null(maas__op_find(""));
    assert_null(maas__op_find("dens"));
    assert_null(maas__op_find("Dense"));
}


/* A dense layer takes all numbers of a row, others keep the shape. */

static void
shapes(void **state)
{
    size_t        i;
    maas_node_t   n;
    maas_shape_t  input = {
        .dtype = MAAS_F32, .rank = 3, .dim = { 4, 3, 2 }
    };

    static const char *const  keep[] = {
        "activation", "add", "normalize", "layer_norm"
    };

    n = node("dense", &input, MAAS_OK);
    assert_int_equal(n.shape.rank, 1);
    assert_int_equal(n.shape.dim[0], 5);
    assert_int_equal(n.tensors[0].rank, 2);
    assert_int_equal(n.tensors[0].shape[0], 24);
    assert_int_equal(n.tensors[0].shape[1], 5);
    assert_int_equal(n.tensors[1].rank, 1);
    assert_int_equal(n.tensors[1].shape[0], 5);

    for (i = 0; i < 4; i++) {
        n = node(keep[i], &input, MAAS_OK);
        assert_memory_equal(&n.shape, &input, sizeof(input));
    }

    assert_int_equal(n.tensors[0].rank, 1);
    assert_int_equal(n.tensors[0].shape[0], 24);

    input.dim[0] = SIZE_MAX / 2;
    assert_true(maas__shape_numbers(&input) == SIZE_MAX);
}


/* One dimension, of doubles as of floats; what is between rows stays. */

static void
flatten(void **state)
{
    size_t         i;
    float          x[2 * 30], y[2 * 25];
    double         v[2 * 30], w[2 * 25];
    maas_pass_t    p = { .rows = 2 };
    maas_step_t    s = { .kernel = NULL };
    maas_shape_t   input = {
        .dtype = MAAS_F32, .rank = 3, .dim = { 4, 3, 2 }
    };

    for (i = 0; i < 60; i++) {
        x[i] = (float) (i + 1);
        v[i] = (double) (i + 1) / 3;
    }

    memset(y, 0, sizeof(y));
    memset(w, 0, sizeof(w));
    p.in[0] = (maas_rows_t) { x, 30, NULL };
    p.out = (maas_rows_t) { y, 25, NULL };
    s.node = node("flatten", &input, MAAS_OK);
    s.node.op->run(&s, &p);

    assert_int_equal(s.node.shape.dtype, MAAS_F32);
    assert_int_equal(s.node.shape.rank, 1);
    assert_int_equal(s.node.shape.dim[0], 24);

    input.dtype = MAAS_F64;
    p.in[0].data = v;
    p.out.data = w;
    s.node = node("flatten", &input, MAAS_OK);
    s.node.op->run(&s, &p);

    assert_int_equal(s.node.shape.dtype, MAAS_F64);

    for (i = 0; i < 50; i++) {
        assert_true(y[i] == (i % 25 < 24 ? x[i / 25 * 30 + i % 25] : 0));
        assert_true(w[i] == (i % 25 < 24 ? v[i / 25 * 30 + i % 25] : 0));
    }

    input.ragged = 1;
    (void) node("flatten", &input, MAAS_BADSHAPE);
}


/* What a kind does not take is refused before it runs. */

static void
types(void **state)
{
    size_t        i;
    maas_shape_t  doubles = maas__shape_flat(MAAS_F64, 4);
    maas_shape_t  ragged = {
        .dtype = MAAS_F32, .ragged = 1, .rank = 1, .dim = { 4 }
    };

    static const char *const  kinds[] = {
        "dense", "activation", "add", "layer_norm", "normalize"
    };

    for (i = 0; i < 5; i++) {
        (void) node(kinds[i], &doubles, MAAS_BADSHAPE);
        (void) node(kinds[i], &ragged, MAAS_BADSHAPE);
    }
}


static void
attributes(void **state)
{
    maas_node_t  n;

    maas__node_init(&n, maas__op_find("dense"));
    assert_int_equal(maas__node_set(&n, "units", 1), 1);
    assert_int_equal(maas__node_set(&n, "units", 1 << 20), 1);
    assert_int_equal(maas__node_set(&n, "units", 0), 0);
    assert_int_equal(maas__node_set(&n, "units", 1.5), 0);
    assert_int_equal(maas__node_set(&n, "units", (1 << 20) + 1), 0);
    assert_int_equal(maas__node_set(&n, "units", NAN), 0);
    assert_int_equal(maas__node_set(&n, "epsilon", 1), 0);
    assert_true(maas__attr_get(&n, &n.op->attrs[0]) == 1 << 20);

    maas__node_init(&n, maas__op_find("layer_norm"));
    assert_true(maas__attr_get(&n, &n.op->attrs[0]) == (double) 1e-5f);
    assert_int_equal(maas__node_set(&n, "epsilon", 0.1), 1);
    assert_true(maas__attr_get(&n, &n.op->attrs[0]) == (double) 0.1f);
    assert_int_equal(maas__node_set(&n, "epsilon", 1e-45), 1);
    assert_int_equal(maas__node_set(&n, "epsilon", 0), 0);
    assert_int_equal(maas__node_set(&n, "epsilon", 1e-46), 0);
    assert_int_equal(maas__node_set(&n, "epsilon", 1e39), 0);
}


/* y(rows,n) of strides n and n + 10 */

static void
norm(const maas_step_t *s, float *x, size_t rows, size_t n, float *y)
{
    maas_pass_t  p = {
        .rows = rows, .in = { { x, n, NULL } }, .out = { y, n + 10, NULL }
    };

    s->node.op->run(s, &p);
}


static void
norm_right(void **state)
{
    float         x[3 * 50], y[3 * 60], w[100], *b;
    size_t        n, r, i;
    double        mean, var, want;
    maas_step_t   s = { .packed = w };
    maas_shape_t  input;

    for (n = 1; n <= 50; n++) {
        b = w + n;

        for (i = 0; i < n; i++) {
            w[i] = (float) cos((double) i);
            b[i] = (float) sin((double) i);
        }

        for (i = 0; i < 3 * n; i++) {
            x[i] = (float) sin((double) (i * i)) * 3 + 1;
        }

        input = maas__shape_flat(MAAS_F32, n);
        s.node = node("layer_norm", &input, MAAS_OK);
        norm(&s, x, 3, n, y);

        for (r = 0; r < 3; r++) {
            for (mean = 0, i = 0; i < n; i++) {
                mean += (double) x[r * n + i] / (double) n;
            }

            for (var = 0, i = 0; i < n; i++) {
                var += pow((double) x[r * n + i] - mean, 2) / (double) n;
            }

            for (i = 0; i < n; i++) {
                want = ((double) x[r * n + i] - mean)
                       / sqrt(var + (double) 1e-5f) * (double) w[i]
                       + (double) b[i];
                assert_true(fabs((double) y[r * (n + 10) + i] - want) < 1e-6);
            }
        }
    }
}


/* By sum, root of squares, and largest; a row of zeros stays, and what is
 * between rows. */

static void
normalize_right(void **state)
{
    float         x[9] = { 3, -4, 0, 0, 0, 0, -1e30f, 1e30f, 0 }, y[39];
    size_t        k;
    maas_step_t   s = { .packed = NULL };
    maas_shape_t  input;

    static const float  want[3][6] = {
        { 3 / 7.0f, -4 / 7.0f, 0, -0.5f, 0.5f, 0 },
        { 0.6f, -0.8f, 0, -0.70710678f, 0.70710678f, 0 },
        { 0.75f, -1, 0, -1, 1, 0 }
    };

    input = maas__shape_flat(MAAS_F32, 3);

    for (k = 0; k < 3; k++) {
        memset(y, 0, sizeof(y));
        s.node = node("normalize", &input, MAAS_OK);
        assert_int_equal(maas__node_set(&s.node, "by", (double) k), 1);
        norm(&s, x, 3, 3, y);

        assert_memory_equal(y, want[k], 3 * sizeof(float));
        assert_true(y[13] == 0 && y[14] == 0 && y[15] == 0);
        assert_memory_equal(y + 26, want[k] + 3, 3 * sizeof(float));
        assert_true(y[3] == 0);
    }

    assert_int_equal(maas__node_set(&s.node, "by", 3), 0);
    assert_int_equal(maas__node_set(&s.node, "by", 0.5), 0);
}


/* Within bounds, one or both, of any width of vectors; NaN stays, and what is
 * between rows. */

static void
clip_right(void **state)
{
    float         x[3 * 40], y[3 * 50], want;
    size_t        k, n, r, i;
    maas_step_t   s = { .packed = NULL };
    maas_shape_t  input;

    static const float  bound[][2] = {
        { 0, 6 }, { -1, 1 }, { 0.1f, INFINITY }, { -INFINITY, -0.3f },
        { 2, 2 }, { -3e38f, 3e38f }
    };

    for (k = 0; k < sizeof(bound) / sizeof(bound[0]); k++) {
        for (n = 1; n <= 40; n++) {
            input = maas__shape_flat(MAAS_F32, n);
            maas__node_init(&s.node, maas__op_find("clip"));
            assert_int_equal(maas__node_set(&s.node, "low",
                                            (double) bound[k][0]), 1);
            assert_int_equal(maas__node_set(&s.node, "high",
                                            (double) bound[k][1]), 1);
            assert_int_equal(maas__node_shape(&s.node, 0, &input, NULL),
                             MAAS_OK);
            assert_memory_equal(&s.node.shape, &input, sizeof(input));

            for (i = 0; i < 3 * n; i++) {
                x[i] = i % 7 == 5 ? INFINITY : i % 7 == 6 ? -INFINITY
                       : (float) sin((double) (i * i)) * 9;
            }

            x[n / 2] = NAN;
            memset(y, 0, sizeof(y));
            norm(&s, x, 3, n, y);

            for (r = 0; r < 3; r++) {
                for (i = 0; i < n; i++) {
                    want = fminf(fmaxf(x[r * n + i], bound[k][0]),
                                 bound[k][1]);
                    assert_true(isnan(x[r * n + i])
                                ? isnan(y[r * (n + 10) + i])
                                : y[r * (n + 10) + i] == want);
                }

                assert_true(r == 2 || y[r * (n + 10) + n] == 0);
            }
        }
    }
}


static void
clip_wrong(void **state)
{
    maas_err_t    err;
    maas_node_t   n;
    maas_shape_t  input;

    input = maas__shape_flat(MAAS_F32, 3);
    n = node("clip", &input, MAAS_BADVALUE);
    assert_int_equal(maas__node_shape(&n, 0, &input, &err), MAAS_BADVALUE);
    assert_string_equal(err.msg, "has no bound: expected low, high or both");
    assert_int_equal(maas__node_set(&n, "low", 1e39), 0);
    assert_int_equal(maas__node_set(&n, "high", -1e39), 0);
    assert_int_equal(maas__node_set(&n, "low", NAN), 0);
    assert_int_equal(maas__node_set(&n, "low", 2), 1);
    assert_int_equal(maas__node_set(&n, "high", 1.5), 1);
    assert_int_equal(maas__node_shape(&n, 0, &input, &err), MAAS_BADVALUE);
    assert_string_equal(err.msg, "low 2 is above high 1.5");
    assert_int_equal(maas__node_set(&n, "high", 2), 1);
    assert_int_equal(maas__node_shape(&n, 0, &input, &err), MAAS_OK);
    assert_int_equal(maas__node_version(&n), 5);

    input.dtype = MAAS_F64;
    assert_int_equal(maas__node_shape(&n, 0, &input, &err), MAAS_BADSHAPE);
}


/* Each with its place, of rows apart; widths that differ are said. */

static void
multiply_right(void **state)
{
    float         a[3 * 9], b[3 * 4], y[3 * 6] = { 0 };
    size_t        r, i;
    maas_err_t    err;
    maas_node_t   n[3];
    maas_step_t   s = { .packed = NULL };
    maas_pass_t   p = {
        .rows = 3, .in = { { a, 9, NULL }, { b, 4, NULL } },
        .out = { y, 6, NULL }
    };
    maas_shape_t  input = {
        .dtype = MAAS_F32, .rank = 2, .dim = { 2, 2 }
    };

    for (i = 0; i < 27; i++) {
        a[i] = (float) i - 11.25f;
        b[i % 12] = 0.5f * (float) (i % 12) - 2;
    }

    s.node = node("multiply", &input, MAAS_OK);
    assert_memory_equal(&s.node.shape, &input, sizeof(input));
    assert_int_equal(maas__node_version(&s.node), 5);
    s.node.op->run(&s, &p);

    for (r = 0; r < 3; r++) {
        for (i = 0; i < 6; i++) {
            assert_true(y[r * 6 + i]
                        == (i < 4 ? a[r * 9 + i] * b[r * 4 + i] : 0));
        }
    }

    n[0] = node("dense", &input, MAAS_OK);
    maas__node_init(&n[1], maas__op_find("multiply"));
    n[1].in[1] = 1;
    assert_int_equal(maas__node_shape(n, 1, &input, &err), MAAS_BADSHAPE);
    assert_string_equal(err.msg, "multiplies 4 numbers by 5");
}


static double
plain_line(const float *knot, const float *level, double z)
{
    size_t  i;

    if (z <= (double) knot[0]) {
        return (double) level[0];
    }

    for (i = 1; i < 4; i++) {
        if (z <= (double) knot[i]) {
            return (double) level[i - 1]
                   + (z - (double) knot[i - 1])
                     / ((double) knot[i] - (double) knot[i - 1])
                     * ((double) level[i] - (double) level[i - 1]);
        }
    }

    return (double) level[3];
}


/* Each form against its definition, and within low and high; NaN stays. */

static void
target_right(void **state)
{
    double        z, u, want;
    float         x[7] = { 0.5f, -0.5f, 3, -3, 0, 200, -200 }, y[7 * 13];
    float         scale[18] = {
        2, 1, 0.5f,  1, 0, 0,  3, 2, -1,  -1, 5, 0,
        -4, -1e30f, -2,  100, 1e30f, 2
    };
    float         line[12] = { -1, 0, 2, 3,  -9, 9, 10, 11,  0, 1, 2, 4 };
    float         level[12] = { 5, 6, 6, 0,  -1, 1, 2, 3,  0, 1, 4, 16 };
    float         packed[18 + 24];
    size_t        form, r, k;
    maas_step_t   s = { .packed = packed };
    maas_pass_t   p = { .rows = 7 };
    maas_shape_t  input = maas__shape_flat(MAAS_F32, 3);
    float         in[7 * 3];

    for (r = 0; r < 21; r++) {
        in[r] = x[r / 3];
    }

    in[4] = NAN;
    p.in[0] = (maas_rows_t) { in, 3, NULL };
    p.out = (maas_rows_t) { y, 13, NULL };

    for (form = 0; form < 4; form++) {
        maas__node_init(&s.node, maas__op_find("target"));
        assert_int_equal(maas__node_set(&s.node, "form", (double) form), 1);
        (void) maas__node_set(&s.node, "knots", form == 3 ? 4 : 0);
        assert_int_equal(maas__node_shape(&s.node, 0, &input, NULL), MAAS_OK);
        assert_int_equal(s.node.shape.dim[0], 3);
        s.node.tensors[0].data = scale;
        s.node.tensors[1].data = line;
        s.node.tensors[2].data = level;
        assert_int_equal(s.node.op->size(&s),
                         (form == 3 ? 42 : 18) * sizeof(float));
        s.node.op->pack(&s, packed);
        memset(y, 0, sizeof(y));
        s.node.op->run(&s, &p);

        for (r = 0; r < 21; r++) {
            k = r % 3;
            z = (double) in[r] * (double) scale[k] + (double) scale[3 + k];
            u = form == 0 ? z : form == 1 ? exp(z)
                : form == 2 ? (z < 0 ? 1 - exp(-z) : exp(z) - 1)
                : plain_line(line + 4 * k, level + 4 * k, z);
            want = u * (double) scale[6 + k] + (double) scale[9 + k];
            want = want < (double) scale[12 + k] ? (double) scale[12 + k]
                   : want > (double) scale[15 + k] ? (double) scale[15 + k]
                   : want;

            if (r == 4) {
                assert_true(isnan(y[13 + 1]));
                continue;
            }

            assert_true(fabs((double) y[r / 3 * 13 + k] - want)
                        <= 1e-6 * fabs(want) + 1e-37);
        }

        assert_true(y[3] == 0);
    }
}


/* What does not go together, and numbers that cannot be meant */

static void
target_wrong(void **state)
{
    float         scale[6] = { 1, 0, 1, 0, 2, 1 }, line[3] = { 0, 1, 1 };
    size_t        i;
    maas_err_t    err;
    maas_node_t   n;
    maas_shape_t  input = maas__shape_flat(MAAS_F32, 1);

    static const double  form[] = { 0, 3, 3, 1 };
    static const double  knots[] = { 2, 0, 1, 9 };

    for (i = 0; i < 4; i++) {
        maas__node_init(&n, maas__op_find("target"));
        assert_int_equal(maas__node_set(&n, "form", form[i]), 1);
        assert_int_equal(maas__node_set(&n, "knots", knots[i]), 1);
        assert_int_equal(maas__node_shape(&n, 0, &input, &err),
                         MAAS_BADVALUE);
    }

    assert_int_equal(maas__node_set(&n, "form", 4), 0);
    assert_int_equal(maas__node_set(&n, "knots", 257), 0);
    assert_int_equal(maas__node_set(&n, "form", 3), 1);
    assert_int_equal(maas__node_set(&n, "knots", 3), 1);
    assert_int_equal(maas__node_shape(&n, 0, &input, &err), MAAS_OK);
    n.tensors[0].data = scale;
    n.tensors[1].data = line;
    n.tensors[2].data = line;
    assert_int_equal(n.op->check(&n, NULL, &err), MAAS_BADVALUE);
    assert_string_equal(err.msg, "number 0: low is above high");
    scale[5] = 2;
    assert_int_equal(n.op->check(&n, NULL, &err), MAAS_BADVALUE);
    assert_string_equal(err.msg, "number 0: knot 2 is not above the one "
                        "before");
    line[2] = 2;
    assert_int_equal(n.op->check(&n, NULL, &err), MAAS_OK);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(shapes),
        cmocka_unit_test(flatten),
        cmocka_unit_test(types),
        cmocka_unit_test(attributes),
        cmocka_unit_test(norm_right),
        cmocka_unit_test(normalize_right),
        cmocka_unit_test(clip_right),
        cmocka_unit_test(clip_wrong),
        cmocka_unit_test(multiply_right),
        cmocka_unit_test(target_right),
        cmocka_unit_test(target_wrong)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
