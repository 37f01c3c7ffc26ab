/*
 * Plans and runs against a plain evaluation in double: wiring, slots, slices.
 * Not here: kernels (test_gemm.c), files (test_read.c).
 */

#include "maas_desc.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>


#define MAX_LAYERS  8
#define MAX_WIDTH   96


typedef struct {
    maas_desc_t    desc;
    maas_node_t    nodes[MAX_LAYERS];
    maas_output_t  output;
    maas_column_t  columns[MAX_WIDTH];
    float         *memory;
    size_t         used;
} net_t;


static uint64_t  seed = 88172645463325252ull;


static float
uniform(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;

    return (float) (seed >> 40) / 8388608.0f - 1;
}


static float *
numbers(net_t *net, size_t n)
{
    float   *p;
    size_t   i;

    p = net->memory + net->used;
    net->used += n;

    for (i = 0; i < n; i++) {
        p[i] = uniform();
    }

    return p;
}


static void
net_init(net_t *net, size_t in)
{
    memset(net, 0, sizeof(*net));
    net->memory = malloc(64 * MAX_WIDTH * MAX_WIDTH * sizeof(float));
    assert_non_null(net->memory);

    net->desc.name = "m";
    net->desc.task = MAAS_TASK_REGRESSION;
    net->desc.input_name = "input";
    net->desc.n_outputs = 1;
    net->desc.outputs = &net->output;
    net->output.name = "output";
    net->desc.document = "{}";
    net->desc.shape = maas__shape_flat(MAAS_F32, in);
    net->desc.in = in;
    net->desc.nodes = net->nodes;
    net->desc.columns = net->columns;
    net->desc.n_columns = 1;
    net->columns[0].factor = 1;
}


static void
net_node(net_t *net, const maas_op_t *op, maas_act_t act, unsigned a,
    unsigned b, size_t units)
{
    size_t        i, j, n;
    maas_node_t  *l;

    i = net->desc.n_nodes++;
    l = &net->nodes[i];
    maas__node_init(l, op);
    l->act = act;
    l->alpha = act == MAAS_ACT_ELU ? 1.0f : 0.01f;
    l->in[0] = a;
    l->in[1] = b;
    (void) maas__node_set(l, "units", (double) units);

    assert_int_equal(maas__node_shape(net->nodes, i, &net->desc.shape, NULL),
                     MAAS_OK);
    assert_int_equal(maas__shape_numbers(&l->shape), units);

    for (j = 0; j < l->op->n_tensors; j++) {
        n = maas__numbers(l->tensors[j].rank, l->tensors[j].shape);
        l->tensors[j].data = numbers(net, n);
    }

    net->output.from = (unsigned) i + 1;
    net->desc.out = units;
}


static void
net_layer(net_t *net, const char *kind, maas_act_t act, unsigned a,
    unsigned b, size_t units)
{
    net_node(net, maas__op_find(kind), act, a, b, units);
}


static const float *
tensor(const maas_node_t *l, size_t i)
{
    return l->tensors[i].data;
}


static double
plain_act(const maas_node_t *l, double v)
{
    switch (l->act) {
    case MAAS_ACT_RELU:       return v > 0 ? v : 0;
    case MAAS_ACT_LEAKY_RELU: return v > 0 ? v : (double) l->alpha * v;
    case MAAS_ACT_ELU:        return v > 0 ? v : l->alpha * expm1(v);
    case MAAS_ACT_GELU:       return 0.5 * v * (1 + erf(v / sqrt(2)));
    case MAAS_ACT_SILU:       return v / (1 + exp(-v));
    case MAAS_ACT_SIGMOID:    return 1 / (1 + exp(-v));
    case MAAS_ACT_TANH:       return tanh(v);
    default:                  return v;
    }
}


static void
plain_softmax(double *y, size_t n)
{
    double  sum;
    size_t  i;

    for (sum = 0, i = 0; i < n; i++) {
        sum += exp(y[i]);
    }

    for (i = 0; i < n; i++) {
        y[i] = exp(y[i]) / sum;
    }
}


static void
plain_layer(const maas_node_t *l, const double *a, const double *b,
    double *y)
{
    double       mean, var;
    size_t       i, k, units;
    const char  *kind;

    kind = l->op->name;
    units = maas__shape_numbers(&l->shape);
    mean = var = 0;

    for (i = 0; i < units; i++) {
        mean += a[i] / (double) units;
    }

    for (i = 0; i < units; i++) {
        var += (a[i] - mean) * (a[i] - mean) / (double) units;
    }

    for (i = 0; i < units; i++) {
        if (strcmp(kind, "dense") == 0) {
            y[i] = (double) tensor(l, 1)[i];
            for (k = 0; k < l->tensors[0].shape[0]; k++) {
                y[i] += a[k] * (double) tensor(l, 0)[k * units + i];
            }

        } else if (strcmp(kind, "add") == 0) {
            y[i] = a[i] + b[i];

        } else if (strcmp(kind, "layer_norm") == 0) {
            y[i] = (a[i] - mean) / sqrt(var + (double) 1e-5f)
                   * (double) tensor(l, 0)[i] + (double) tensor(l, 1)[i];

        } else {
            y[i] = a[i];
        }

        y[i] = plain_act(l, y[i]);
    }

    if (l->act == MAAS_ACT_SOFTMAX) {
        plain_softmax(y, units);
    }
}


static void
plain_run(const net_t *net, const float *x, double *y)
{
    size_t               i;
    double               v[MAX_LAYERS + 1][MAX_WIDTH] = { { 0 } };
    const maas_node_t   *l;
    const maas_column_t *c;

    for (i = 0; i < net->desc.in; i++) {
        c = &net->columns[net->desc.n_columns == 1 ? 0 : i];
        v[0][i] = ((double) x[i] - (double) c->shift) * (double) c->factor;
    }

    for (i = 0; i < net->desc.n_nodes; i++) {
        l = &net->nodes[i];
        plain_layer(l, v[l->in[0]], v[l->in[1]], v[i + 1]);
    }

    memcpy(y, v[i], net->desc.out * sizeof(double));
}


/* Runs `rows` rows in a workspace for `slice` at once: all equal the plain
 * evaluation, and each the same bits as on its own. */

static void
check(const net_t *net, size_t rows, size_t slice)
{
    void          *ws;
    float         *x, *y, alone[MAX_WIDTH];
    double         want[MAX_WIDTH];
    size_t         r, i, size;
    maas_err_t     err;
    maas_model_t  *m;

    assert_int_equal(maas__model_plan(&net->desc, 0, MAAS_ISA_AUTO, &m, &err),
                     MAAS_OK);

    ws = NULL;
    size = maas_workspace_size(m, slice);
    assert_true(size > 0);
    assert_int_equal(posix_memalign(&ws, 64, size), 0);
    memset(ws, 0xa5, size);

    x = malloc(rows * net->desc.in * sizeof(float));
    y = malloc(rows * net->desc.out * sizeof(float));
    assert_non_null(x);
    assert_non_null(y);

    for (i = 0; i < rows * net->desc.in; i++) {
        x[i] = uniform();
    }

    assert_int_equal(maas_run(m, x, rows, y, ws, size, &err), MAAS_OK);

    for (r = 0; r < rows; r++) {
        plain_run(net, x + r * net->desc.in, want);

        for (i = 0; i < net->desc.out; i++) {
            assert_true(fabs((double) y[r * net->desc.out + i] - want[i])
                        < 1e-4 * (1 + fabs(want[i])));
        }

        assert_int_equal(maas_run(m, x + r * net->desc.in, 1, alone, ws,
                                  maas_workspace_size(m, 1), &err), MAAS_OK);
        assert_memory_equal(alone, y + r * net->desc.out,
                            net->desc.out * sizeof(float));
    }

    free(ws);
    free(x);
    free(y);
    maas_model_free(m);
}


static void
test_every_activation(void **state)
{
    int    act;
    net_t  net;

    for (act = 0; act < MAAS_N_ACTS; act++) {
        net_init(&net, 7);
        net_layer(&net, "dense", (maas_act_t) act, 0, 0, 33);
        net_layer(&net, "dense", (maas_act_t) act, 1, 0, 5);
        check(&net, 9, 4);
        free(net.memory);
    }
}


static void
test_one_layer_needs_no_slot(void **state)
{
    net_t  net;

    net_init(&net, 5);
    net_layer(&net, "dense", MAAS_ACT_LINEAR, 0, 0, 3);
    check(&net, 3, 1);
    free(net.memory);
}


static void
test_scaling_per_column(void **state)
{
    size_t  i;
    net_t   net;

    net_init(&net, 6);
    net.desc.input = MAAS_INPUT_COLUMNS;
    net.desc.n_columns = 6;
    for (i = 0; i < 6; i++) {
        net.columns[i].name = "column";
        net.columns[i].shift = uniform();
        net.columns[i].factor = 1 + uniform() / 2;
    }
    net_layer(&net, "dense", MAAS_ACT_TANH, 0, 0, 4);
    check(&net, 5, 2);
    free(net.memory);
}


/* A residual keeps a value alive past the next layer: its slot must not be
 * taken meanwhile. */

static void
test_residual(void **state)
{
    net_t  net;

    net_init(&net, 8);
    net.columns[0].shift = 0.25f;
    net.columns[0].factor = 2;
    net_layer(&net, "dense", MAAS_ACT_RELU, 0, 0, 16);
    net_layer(&net, "dense", MAAS_ACT_GELU, 1, 0, 40);
    net_layer(&net, "dense", MAAS_ACT_LINEAR, 2, 0, 16);
    net_layer(&net, "add", MAAS_ACT_RELU, 3, 1, 16);
    net_layer(&net, "layer_norm", MAAS_ACT_LINEAR, 4, 0, 16);
    net_layer(&net, "activation", MAAS_ACT_ELU, 5, 0, 16);
    net_layer(&net, "add", MAAS_ACT_LINEAR, 6, 1, 16);
    net_layer(&net, "dense", MAAS_ACT_SOFTMAX, 7, 0, 3);
    check(&net, 11, 3);
    free(net.memory);
}


/* Rows of three dimensions, which a layer keeps and the next takes away */

static void
test_flatten(void **state)
{
    net_t  net;

    net_init(&net, 24);
    net.columns[0].factor = 2;
    net.desc.shape = (maas_shape_t) {
        .dtype = MAAS_F32, .rank = 3, .dim = { 4, 3, 2 }
    };
    net_layer(&net, "activation", MAAS_ACT_TANH, 0, 0, 24);
    net_layer(&net, "flatten", MAAS_ACT_RELU, 1, 0, 24);
    net_layer(&net, "dense", MAAS_ACT_LINEAR, 2, 0, 5);

    assert_int_equal(net.nodes[0].shape.rank, 3);
    assert_int_equal(net.nodes[1].shape.rank, 1);
    check(&net, 7, 3);
    free(net.memory);
}


/* Two values of a network as its answer: each as if it were alone. */

static void
test_two_outputs(void **state)
{
    net_t          net;
    size_t         i, j;
    float          x[3 * 8], y[3][3 * 20];
    float          ws[4096] __attribute__((aligned(64)));
    maas_model_t  *m;
    maas_output_t  both[2] = { { "a", 1, 0 }, { "b", 3, 16 } };

    net_init(&net, 8);
    net.columns[0].factor = 2;
    net_layer(&net, "dense", MAAS_ACT_RELU, 0, 0, 16);
    net_layer(&net, "dense", MAAS_ACT_TANH, 1, 0, 16);
    net_layer(&net, "dense", MAAS_ACT_SOFTMAX, 2, 0, 4);

    for (i = 0; i < 3 * 8; i++) {
        x[i] = uniform();
    }

    for (i = 0; i < 3; i++) {
        net.desc.n_outputs = i < 2 ? 1 : 2;
        net.desc.outputs = i < 2 ? &net.output : both;
        net.output.from = both[i % 2].from;
        net.desc.out = i == 0 ? 16 : i == 1 ? 4 : 20;

        assert_int_equal(maas__model_plan(&net.desc, 0, MAAS_ISA_AUTO, &m,
                                          NULL), MAAS_OK);
        assert_int_equal(maas_run(m, x, 3, y[i], ws,
                                  maas_workspace_size(m, 2), NULL), MAAS_OK);
        maas_model_free(m);
    }

    for (j = 0; j < 3; j++) {
        assert_memory_equal(y[2] + j * 20, y[0] + j * 16, 16 * sizeof(float));
        assert_memory_equal(y[2] + j * 20 + 16, y[1] + j * 4,
                            4 * sizeof(float));
    }

    free(net.memory);
}


/* Kinds of no file, whose value between them is of doubles */

static maas_status_t
third_shape(maas_node_t *n, const maas_shape_t *in, maas_err_t *err)
{
    n->shape = in[0];
    n->shape.dtype = in[0].dtype == MAAS_F32 ? MAAS_F64 : MAAS_F32;

    return MAAS_OK;
}


static void
third_run(const maas_step_t *s, const maas_pass_t *p)
{
    size_t  r, i;

    for (r = 0; r < p->rows; r++) {
        for (i = 0; i < s->node.shape.dim[0]; i++) {
            if (s->node.shape.dtype == MAAS_F64) {
                ((double *) p->out.data)[r * p->out.ld + i] =
                    (double) ((float *) p->in[0].data)[r * p->in[0].ld + i]
                    / 3;
            } else {
                ((float *) p->out.data)[r * p->out.ld + i] = (float)
                    (((double *) p->in[0].data)[r * p->in[0].ld + i] * 3);
            }
        }
    }
}


static void
test_doubles(void **state)
{
    net_t                   net;
    maas_err_t              err;
    maas_model_t           *m;
    static const maas_op_t  third = {
        .name = "third", .n_in = 1, .takes = 1 << MAAS_F32 | 1 << MAAS_F64,
        .shape = third_shape, .run = third_run
    };

    net_init(&net, 17);
    net_layer(&net, "dense", MAAS_ACT_RELU, 0, 0, 33);
    net_node(&net, &third, MAAS_ACT_LINEAR, 1, 0, 33);
    net_node(&net, &third, MAAS_ACT_LINEAR, 2, 0, 33);
    net_layer(&net, "dense", MAAS_ACT_TANH, 3, 0, 40);
    net_layer(&net, "add", MAAS_ACT_LINEAR, 4, 4, 40);
    check(&net, 11, 4);
    free(net.memory);

    net_init(&net, 17);
    net_node(&net, &third, MAAS_ACT_LINEAR, 0, 0, 17);
    assert_int_equal(maas__model_plan(&net.desc, 0, MAAS_ISA_REF, &m, &err),
                     MAAS_UNSUPPORTED);
    assert_string_equal(err.msg, "a layer or an output of a type that is not "
                        "run here");
    free(net.memory);
}


static void
test_workspace_too_small(void **state)
{
    net_t          net;
    float          x[5], y[3], ws[256] __attribute__((aligned(64)));
    maas_err_t     err;
    maas_model_t  *m;

    net_init(&net, 5);
    net_layer(&net, "dense", MAAS_ACT_RELU, 0, 0, 64);
    net_layer(&net, "dense", MAAS_ACT_LINEAR, 1, 0, 3);

    assert_int_equal(maas__model_plan(&net.desc, 0, MAAS_ISA_REF, &m, &err),
                     MAAS_OK);
    memset(x, 0, sizeof(x));

    assert_int_equal(maas_run(m, x, 1, y, ws, maas_workspace_size(m, 1) - 1,
                              &err), MAAS_BADSHAPE);
    assert_int_equal(maas_run(m, x, 1, y, ws, maas_workspace_size(m, 1),
                              &err), MAAS_OK);
    assert_int_equal(maas_workspace_size(m, SIZE_MAX / 8), 0);

    maas_model_free(m);
    free(net.memory);
}


static void
test_is_finite(void **state)
{
    float  x[3] = { 0, 3.4e38f, -1e-45f };

    assert_true(maas_is_finite(x, 3));
    x[2] = NAN;
    assert_false(maas_is_finite(x, 3));
    assert_true(maas_is_finite(x, 2));
    x[2] = -INFINITY;
    assert_false(maas_is_finite(x, 3));
    assert_true(maas_is_finite(x, 0));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_every_activation),
        cmocka_unit_test(test_one_layer_needs_no_slot),
        cmocka_unit_test(test_scaling_per_column),
        cmocka_unit_test(test_residual),
        cmocka_unit_test(test_flatten),
        cmocka_unit_test(test_two_outputs),
        cmocka_unit_test(test_doubles),
        cmocka_unit_test(test_workspace_too_small),
        cmocka_unit_test(test_is_finite)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
