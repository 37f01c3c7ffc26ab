/*
 * Models of models against the same models run one after the other by hand: the
 * same bits for any number of rows, in any workspace, and not a byte beyond it.
 * Not here: columns that are read in several ways (t/64-pipeline-columns.t).
 */

#include "maas_desc.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>


#define ROWS   150
#define WIDTH  40
#define GUARD  256


static uint64_t  seed = 88172645463325252ull;


static float
uniform(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;

    return (float) (seed >> 40) / 8388608.0f - 1;
}


/* Two dense layers, or one if hidden is 0; all weights are `scale` * random */

static maas_model_t *
model(maas_task_t task, size_t in, size_t hidden, size_t out, float scale)
{
    float          weights[2 * WIDTH * WIDTH];
    size_t         i, k, used;
    maas_err_t     err;
    maas_desc_t    d;
    maas_node_t    nodes[2];
    maas_column_t  column;
    maas_model_t  *m;
    maas_output_t  output;

    static const char  *labels[] = { "a", "b", "c", "d", "e", "f" };

    memset(&d, 0, sizeof(d));
    memset(&column, 0, sizeof(column));
    memset(&output, 0, sizeof(output));

    d.name = "m";
    d.task = task;
    d.input_name = "input";
    d.document = "{}";
    d.shape = maas__shape_flat(MAAS_F32, in);
    d.in = in;
    d.out = out;
    d.nodes = nodes;
    d.columns = &column;
    d.n_columns = 1;
    d.outputs = &output;
    d.n_outputs = 1;
    d.labels = labels;
    d.n_labels = task == MAAS_TASK_REGRESSION ? 0
                 : task == MAAS_TASK_BINARY ? 2 : out;
    output.name = "output";
    column.shift = 0.25f;
    column.factor = 1.5f;
    used = 0;

    for (i = hidden == 0; i < 2; i++) {
        maas_node_t  *n = &nodes[d.n_nodes];

        maas__node_init(n, maas__op_find("dense"));
        n->act = i == 0 ? MAAS_ACT_RELU
                 : task == MAAS_TASK_CLASSIFICATION ? MAAS_ACT_SOFTMAX
                 : task == MAAS_TASK_BINARY ? MAAS_ACT_SIGMOID
                                            : MAAS_ACT_LINEAR;
        n->in[0] = (unsigned) d.n_nodes;
        (void) maas__node_set(n, "units", i == 0 ? (double) hidden
                                                 : (double) out);
        assert_int_equal(maas__node_shape(nodes, d.n_nodes, &d.shape, NULL),
                         MAAS_OK);

        for (k = 0; k < n->op->n_tensors; k++) {
            size_t  w, size;

            size = maas__numbers(n->tensors[k].rank, n->tensors[k].shape);
            n->tensors[k].data = weights + used;

            for (w = 0; w < size; w++) {
                weights[used++] = scale * uniform();
            }
        }

        d.n_nodes++;
        output.from = (unsigned) d.n_nodes;
    }

    assert_int_equal(maas__model_plan(&d, 1000, MAAS_ISA_AUTO, &m, &err),
                     MAAS_OK);
    return m;
}


/* In a workspace for so many rows, with guards behind it and behind y */

static void
run(const maas_model_t *m, const float *x, size_t rows, size_t cap, float *y)
{
    char        *ws;
    size_t       i, size, out;
    float       *own;
    maas_err_t   err;

    out = rows * maas_model_info(m)->out * sizeof(float);
    size = maas_workspace_size(m, cap);
    ws = aligned_alloc(64, (size + GUARD + 63) & ~(size_t) 63);
    own = malloc(out + GUARD);
    assert_non_null(ws);
    assert_non_null(own);
    memset(ws, 0xff, size);             /* NaN, if anybody reads it */
    memset(ws + size, 0x5a, GUARD);
    memset((char *) own + out, 0x5a, GUARD);

    assert_int_equal(maas_run(m, x, rows, own, ws, size, &err), MAAS_OK);

    for (i = 0; i < GUARD; i++) {
        assert_int_equal(ws[size + i], 0x5a);
        assert_int_equal(((char *) own)[out + i], 0x5a);
    }

    memcpy(y, own, out);
    free(own);
    free(ws);
}


static const size_t  counts[] = { 1, 2, 7, 64, ROWS };
static const size_t  caps[] = { 1, 3, 64, 200 };

#define COUNT(a)  (sizeof(a) / sizeof((a)[0]))


/* m says want(ROWS,out) of x(ROWS,in), in slices of any size */

static void
says(const maas_model_t *m, const float *x, const float *want)
{
    float               y[ROWS * WIDTH];
    size_t              i, k;
    const maas_info_t  *info;

    info = maas_model_info(m);

    for (i = 0; i < COUNT(counts); i++) {
        for (k = 0; k < COUNT(caps); k++) {
            run(m, x, counts[i], caps[k], y);
            assert_memory_equal(y, want, counts[i] * info->out
                                         * sizeof(float));
        }
    }
}


static maas_status_t
join(maas_join_t how, maas_model_t *const *parts, maas_model_t **m,
    maas_err_t *err)
{
    size_t              i;
    const char         *names[MAAS_JOIN_MOST + 1];
    const maas_model_t  *own[MAAS_JOIN_MOST + 1];

    for (i = 0; i < how.n; i++) {
        names[i] = i == 0 ? "one" : i == 1 ? "two" : "three";
        own[i] = parts[i];
    }

    how.parts = own;
    how.names = names;

    return maas_join(&how, m, err);
}


static void
rows(float *x, size_t n)
{
    while (n-- > 0) {
        x[n] = 3 * uniform();
    }
}


static void
chain(void **state)
{
    float          x[ROWS * WIDTH], y[ROWS * WIDTH], z[ROWS * WIDTH];
    size_t         t, i, n, in, mid;
    maas_err_t     err;
    maas_model_t  *m, *part[4];

    for (t = 0; t < 60; t++) {
        n = 2 + t % 3;
        mid = 1 + (size_t) (seed % 30);
        in = 1 + (size_t) (seed % 17);

        for (i = 0; i < n; i++) {
            part[i] = model(i + 1 < n || t % 2 ? MAAS_TASK_REGRESSION
                                               : MAAS_TASK_CLASSIFICATION,
                            i == 0 ? in : mid,
                            (t + i) % 3 == 0 ? 0 : 1 + seed % 33,
                            i + 1 < n ? mid : 1 + seed % 6, 0.5f);
        }

        assert_int_equal(join((maas_join_t) { .kind = MAAS_JOIN_CHAIN, .n = n },
                              part, &m, &err), MAAS_OK);
        assert_int_equal(maas_model_info(m)->in, in);
        assert_int_equal(maas_model_info(m)->task,
                         maas_model_info(part[n - 1])->task);

        rows(x, ROWS * in);
        memcpy(y, x, sizeof(x));

        for (i = 0; i < n; i++) {
            run(part[i], y, ROWS, 64, z);
            memcpy(y, z, sizeof(z));
        }

        says(m, x, y);
        maas_model_free(m);

        for (i = 0; i < n; i++) {
            maas_model_free(part[i]);
        }
    }
}


static void
mean(void **state)
{
    float          x[ROWS * WIDTH], y[3][ROWS * WIDTH], want[ROWS * WIDTH];
    size_t         t, i, k, n, in, out;
    double         w[3], sum, total;
    maas_err_t     err;
    maas_model_t  *m, *part[3];

    for (t = 0; t < 40; t++) {
        n = 2 + t % 2;
        in = 1 + (size_t) (seed % 17);
        out = 1 + (size_t) (seed % 6);
        rows(x, ROWS * in);

        for (i = 0; i < n; i++) {
            part[i] = model(MAAS_TASK_CLASSIFICATION, in, (t + i) % 9, out, 1);
            w[i] = t % 3 == 0 ? 1 : 1.25 + uniform();
            run(part[i], x, ROWS, 64, y[i]);
        }

        for (k = 0; k < ROWS * out; k++) {
            for (i = 0, sum = 0, total = 0; i < n; i++) {
                sum += w[i] * y[i][k];
                total += w[i];
            }

            want[k] = (float) (sum / total);
        }

        assert_int_equal(join((maas_join_t) { .kind = MAAS_JOIN_MEAN, .n = n,
                                              .weights = t % 3 ? w : NULL },
                              part, &m, &err), MAAS_OK);
        says(m, x, want);
        maas_model_free(m);

        for (i = 0; i < n; i++) {
            maas_model_free(part[i]);
        }
    }
}


static void
gate(void **state)
{
    int            own;
    float          x[ROWS * WIDTH], a[ROWS], b[ROWS * WIDTH];
    float          want[ROWS * WIDTH];
    size_t         t, i, in, out, passed;
    maas_err_t     err;
    maas_join_t    how;
    maas_model_t  *m, *part[2];

    static const float  otherwise[] = { 0, 0.5f, 1, 0.25f, 0, 0 };

    for (t = 0; t < 60; t++) {
        own = t % 3 == 0;
        in = 1 + (size_t) (seed % 17);
        out = own ? 1 : 1 + (size_t) (seed % 6);
        rows(x, ROWS * in);
        part[0] = model(MAAS_TASK_BINARY, in, t % 9, 1, 1);
        part[1] = model(own ? MAAS_TASK_BINARY : MAAS_TASK_CLASSIFICATION, in,
                        t % 7, out, 1);
        run(part[0], x, ROWS, 64, a);
        run(part[1], x, ROWS, 64, b);

        /* a number that some row has: equal is not above.  All and none */

        how = (maas_join_t) { .kind = MAAS_JOIN_GATE, .n = 2,
                              .otherwise = own ? NULL : otherwise,
                              .above = t == 50 ? -1 : t == 51 ? 2
                                       : a[seed % ROWS] };

        for (i = 0, passed = 0; i < ROWS; i++) {
            passed += a[i] > how.above;
            memcpy(want + i * out, a[i] > how.above ? b + i * out
                                   : own ? a + i : otherwise,
                   out * sizeof(float));
        }

        assert_true(t == 50 ? passed == ROWS : passed < ROWS);
        assert_int_equal(join(how, part, &m, &err), MAAS_OK);
        says(m, x, want);

        maas_model_free(m);
        maas_model_free(part[0]);
        maas_model_free(part[1]);
    }
}


/* What no layer behind makes a number of again */

static void
not_finite(void **state)
{
    float          x[ROWS], y[ROWS];
    size_t         i;
    maas_err_t     err;
    maas_model_t  *m, *part[2];

    part[0] = model(MAAS_TASK_REGRESSION, 1, 0, 1, 1e38f);
    part[1] = model(MAAS_TASK_BINARY, 1, 0, 1, 1);

    for (i = 0; i < ROWS; i++) {
        x[i] = i % 3 == 0 ? 1e6f : 0.25f;       /* 0 once it is scaled */
    }

    run(part[0], x, ROWS, 64, y);
    assert_true(isinf(y[0]));
    run(part[1], y, ROWS, 64, y);
    assert_true(y[0] == 0 || y[0] == 1);        /* a sigmoid of it */

    assert_int_equal(join((maas_join_t) { .kind = MAAS_JOIN_CHAIN, .n = 2 },
                          part, &m, &err), MAAS_OK);
    run(m, x, ROWS, 64, y);

    for (i = 0; i < ROWS; i++) {
        assert_int_equal(i % 3 == 0, isnan(y[i]) != 0);
    }

    maas_model_free(m);

    /* a gate that is none */

    assert_int_equal(join((maas_join_t) { .kind = MAAS_JOIN_GATE, .n = 2,
                                          .otherwise = (float[]) { 0 } },
                          part, &m, &err), MAAS_OK);
    run(m, x, ROWS, 64, y);

    for (i = 0; i < ROWS; i++) {
        assert_int_equal(i % 3 == 0, isnan(y[i]) != 0);
    }

    maas_model_free(m);
    maas_model_free(part[0]);
    maas_model_free(part[1]);
}


static void
nested(void **state)
{
    float          x[ROWS * 4], y[ROWS * WIDTH], z[ROWS * WIDTH];
    double         raw[1];
    maas_err_t     err;
    maas_layer_t   layer;
    maas_model_t  *m, *part[3], *inner[2];

    part[0] = model(MAAS_TASK_REGRESSION, 4, 5, 6, 1);
    part[1] = model(MAAS_TASK_REGRESSION, 6, 0, 3, 1);
    part[2] = model(MAAS_TASK_CLASSIFICATION, 3, 9, 2, 1);
    rows(x, ROWS * 4);

    assert_int_equal(join((maas_join_t) { .kind = MAAS_JOIN_CHAIN, .n = 2,
                                          .name = "inner" },
                          part, &inner[0], &err), MAAS_OK);
    inner[1] = part[2];
    assert_int_equal(join((maas_join_t) { .kind = MAAS_JOIN_CHAIN, .n = 2 },
                          inner, &m, &err), MAAS_OK);

    run(part[0], x, ROWS, 9, y);
    run(part[1], y, ROWS, 9, z);
    run(part[2], z, ROWS, 9, y);
    says(m, x, y);

    assert_string_equal(maas_model_info(inner[0])->name, "inner");
    assert_int_equal(maas_model_info(m)->layers, 5);
    assert_int_equal(maas_model_info(m)->file_size, 3000);
    layer = maas_model_layer(m, 2);             /* of the second part */
    assert_int_equal(layer.bytes, (6 * 3 + 3) * sizeof(float));
    layer = maas_model_layer(m, 4);
    assert_int_equal(layer.bytes, (9 * 2 + 2) * sizeof(float));

    assert_int_equal(maas_raw(m, x, 1, raw, y, sizeof(y), &err),
                     MAAS_UNSUPPORTED);
    assert_int_equal(maas_run(m, x, 1, z, y, maas_workspace_size(m, 1) - 1,
                              &err), MAAS_BADSHAPE);

    maas_model_free(m);
    maas_model_free(inner[0]);
    maas_model_free(part[0]);
    maas_model_free(part[1]);
    maas_model_free(part[2]);
}


static void
refused(maas_join_t how, maas_model_t *const *parts, maas_status_t rc,
    const char *why)
{
    maas_err_t     err;
    maas_model_t  *m;

    m = parts[0];
    assert_int_equal(join(how, parts, &m, &err), rc);
    assert_ptr_equal(m, parts[0]);              /* untouched */

    if (strstr(err.msg, why) == NULL) {
        fail_msg("\"%s\" is not in \"%s\"", why, err.msg);
    }
}


static void
misfits(void **state)
{
    size_t         i;
    maas_model_t  *four, *six, *binary, *many[MAAS_JOIN_MOST + 1];

    four = model(MAAS_TASK_REGRESSION, 4, 3, 5, 1);
    six = model(MAAS_TASK_CLASSIFICATION, 6, 3, 5, 1);
    binary = model(MAAS_TASK_BINARY, 4, 3, 1, 1);

    for (i = 0; i < COUNT(many); i++) {
        many[i] = binary;
    }

    refused((maas_join_t) { .kind = MAAS_JOIN_CHAIN, .n = 1 }, many,
            MAAS_BADSHAPE, "expected 2 to 64 models, not 1");
    refused((maas_join_t) { .kind = MAAS_JOIN_MEAN, .n = COUNT(many) }, many,
            MAAS_BADSHAPE, "not 65");
    refused((maas_join_t) { .kind = MAAS_JOIN_GATE, .n = 3 }, many,
            MAAS_BADSHAPE, "not 3");
    refused((maas_join_t) { .kind = MAAS_JOIN_CHAIN, .n = 2 },
            (maas_model_t *[]) { four, six }, MAAS_BADSHAPE,
            "\"one\" says (rows,5) and \"two\" takes (rows,6)");
    refused((maas_join_t) { .kind = MAAS_JOIN_MEAN, .n = 2 },
            (maas_model_t *[]) { four, six }, MAAS_BADSHAPE,
            "(rows,4) of FP32");
    refused((maas_join_t) { .kind = MAAS_JOIN_MEAN, .n = 2 },
            (maas_model_t *[]) { four, binary }, MAAS_BADSHAPE,
            "of task regression, \"two\" (rows,1) of task binary");
    refused((maas_join_t) { .kind = MAAS_JOIN_MEAN, .n = 2,
                            .weights = (double[]) { 1, 0 } }, many,
            MAAS_BADVALUE, "weight 2 is not above 0");
    refused((maas_join_t) { .kind = MAAS_JOIN_MEAN, .n = 2,
                            .weights = (double[]) { NAN, 1 } }, many,
            MAAS_BADVALUE, "weight 1 is not above 0");
    refused((maas_join_t) { .kind = MAAS_JOIN_GATE, .n = 2 },
            (maas_model_t *[]) { four, binary }, MAAS_BADSHAPE,
            "expected one number of a gate");
    refused((maas_join_t) { .kind = MAAS_JOIN_GATE, .n = 2, .above = NAN },
            many, MAAS_BADVALUE, "what is to be above is no number");
    refused((maas_join_t) { .kind = MAAS_JOIN_GATE, .n = 2,
                            .otherwise = (float[]) { 1.5f } }, many,
            MAAS_BADVALUE, "number 1 for rows that the gate stops");
    refused((maas_join_t) { .kind = MAAS_JOIN_GATE, .n = 2,
                            .otherwise = (float[]) { 0, 0, 0, 0, INFINITY } },
            (maas_model_t *[]) { binary, four }, MAAS_BADVALUE, "number 5 for");
    refused((maas_join_t) { .kind = MAAS_JOIN_GATE, .n = 2 },
            (maas_model_t *[]) { binary, four }, MAAS_BADSHAPE,
            "expected the same outputs");

    maas_model_free(four);
    maas_model_free(six);
    maas_model_free(binary);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(chain),
        cmocka_unit_test(mean),
        cmocka_unit_test(gate),
        cmocka_unit_test(not_finite),
        cmocka_unit_test(nested),
        cmocka_unit_test(misfits)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
