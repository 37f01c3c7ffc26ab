/*
 * Explanations: slopes of every kind and activation by differences of a plain
 * evaluation in double, sums, the same bits; products backwards; places.
 * Not here: files and columns (t/77-explain.t), SHAP values (test_shap.c).
 */

#include "maas_explain.h"
#include "kernel/maas_gemm.h"
#include "kernel/maas_shap.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>


#define LAYERS  8
#define WIDTH   80
#define NODES   40

static const maas_isa_t  isas[] = {
    MAAS_ISA_REF, MAAS_ISA_BLAS, MAAS_ISA_AVX2, MAAS_ISA_AVX512
};


typedef struct {
    maas_desc_t     desc;
    maas_node_t     nodes[LAYERS];
    maas_output_t   output;
    maas_column_t   columns[WIDTH];
    float           memory[LAYERS * (WIDTH + 1) * WIDTH];
    size_t          used;
} net_t;

static net_t     net;
static uint64_t  seed = 88172645463325252ull;


static float
uniform(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;

    return (float) (seed >> 40) / 8388608.0f - 1;
}


static void
net_init(size_t in)
{
    memset(&net, 0, sizeof(net));
    net.desc.name = "m";
    net.desc.task = MAAS_TASK_REGRESSION;
    net.desc.input_name = "input";
    net.desc.n_outputs = 1;
    net.desc.outputs = &net.output;
    net.output.name = "output";
    net.desc.document = "{}";
    net.desc.shape = maas__shape_flat(MAAS_F32, in);
    net.desc.in = in;
    net.desc.nodes = net.nodes;
    net.desc.columns = net.columns;
    net.desc.n_columns = 1;
    net.columns[0].factor = 1;
}


static void
net_layer(const char *kind, maas_act_t act, unsigned a, unsigned b,
    size_t units)
{
    size_t        i, j, k, n;
    float        *p;
    maas_node_t  *l;

    i = net.desc.n_nodes++;
    l = &net.nodes[i];
    maas__node_init(l, maas__op_find(kind));
    l->act = act;
    l->alpha = 0.3f;
    l->in[0] = a;
    l->in[1] = b;
    (void) maas__node_set(l, "units", (double) units);
    (void) maas__node_set(l, "by", (double) b);
    (void) maas__node_set(l, "low", -0.5);
    (void) maas__node_set(l, "high", b == 0 ? (double) INFINITY : 0.75);

    assert_int_equal(maas__node_shape(net.nodes, i, &net.desc.shape, NULL),
                     MAAS_OK);
    assert_int_equal(maas__shape_numbers(&l->shape), units);

    for (j = 0; j < l->op->n_tensors; j++) {
        n = maas__numbers(l->tensors[j].rank, l->tensors[j].shape);
        p = net.memory + net.used;
        net.used += n;
        l->tensors[j].data = p;

        for (k = 0; k < n; k++) {
            p[k] = uniform() * 0.5f;
        }
    }

    net.output.from = (unsigned) i + 1;
    net.desc.out = units;
}


/* Of n numbers, behind all others: knots of one line, bounds far away */

static void
net_target(unsigned form, size_t n)
{
    size_t        i, k;
    float        *p;
    maas_node_t  *l;

    i = net.desc.n_nodes++;
    l = &net.nodes[i];
    maas__node_init(l, maas__op_find("target"));
    l->in[0] = (unsigned) i;
    (void) maas__node_set(l, "form", form);
    (void) maas__node_set(l, "knots", form == 3 ? 5 : 0);
    assert_int_equal(maas__node_shape(net.nodes, i, &net.desc.shape, NULL),
                     MAAS_OK);
    p = net.memory + net.used;
    net.used += 6 * n + 10 * n;

    for (k = 0; k < 6 * n; k++) {
        p[k] = k < 4 * n ? uniform() : k < 5 * n ? -1e9f : 1e9f;
    }

    for (k = 0; k < 5 * n; k++) {
        p[6 * n + k] = ((float) (k % 5) - 2) * 8;
        p[11 * n + k] = 3 * p[6 * n + k] + 1;
    }

    l->tensors[0].data = p;
    l->tensors[1].data = p + 6 * n;
    l->tensors[2].data = p + 11 * n;
    net.output.from = (unsigned) i + 1;
    net.desc.out = n;
}


/* Activations and kinds in double, as their definitions are */

static double
plain_act(const maas_node_t *l, double v)
{
    switch (l->act) {
    case MAAS_ACT_RELU:       return v > 0 ? v : 0;
    case MAAS_ACT_LEAKY_RELU: return v > 0 ? v : (double) l->alpha * v;
    case MAAS_ACT_ELU:        return v > 0 ? v : (double) l->alpha * expm1(v);
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


static double
plain_norm(const maas_node_t *l, const double *a, size_t n, size_t by)
{
    double  sum, most;
    size_t  i;

    (void) l;
    sum = most = 0;

    for (i = 0; i < n; i++) {
        sum += by == 1 ? a[i] * a[i] : fabs(a[i]);
        most = fmax(most, fabs(a[i]));
    }

    return by == 2 ? most : by == 1 ? sqrt(sum) : sum;
}


/* Bounds apart, which no row of here comes to; levels: those of one line */

static double
plain_target(const maas_node_t *l, size_t i, size_t n, double x)
{
    double        z;
    size_t        form = *(const size_t *) l->attrs;
    const float  *p = (const float *) l->tensors[0].data + i;

    z = x * (double) p[0] + (double) p[n];
    z = form == 1 ? exp(z)
        : form == 2 ? (z < 0 ? 1 - exp(-z) : exp(z) - 1)
        : form == 3 ? 3 * z + 1
        : z;

    return z * (double) p[2 * n] + (double) p[3 * n];
}


static void
plain_layer(const maas_node_t *l, int last, const double *a, const double *b,
    double *y)
{
    double        mean, var;
    size_t        i, k, n;
    const char   *kind = l->op->name;
    const float  *w = l->tensors[0].data, *bias = l->tensors[1].data;

    n = maas__shape_numbers(&l->shape);
    mean = var = 0;

    for (i = 0; i < n; i++) {
        mean += a[i] / (double) n;
    }

    for (i = 0; i < n; i++) {
        var += (a[i] - mean) * (a[i] - mean) / (double) n;
    }

    for (i = 0; i < n; i++) {
        if (strcmp(kind, "dense") == 0) {
            y[i] = (double) bias[i];

            for (k = 0; k < l->tensors[0].shape[0]; k++) {
                y[i] += a[k] * (double) w[k * n + i];
            }

        } else if (strcmp(kind, "add") == 0) {
            y[i] = a[i] + b[i];

        } else if (strcmp(kind, "multiply") == 0) {
            y[i] = a[i] * b[i];

        } else if (strcmp(kind, "layer_norm") == 0) {
            y[i] = (a[i] - mean) / sqrt(var + (double) 1e-5f) * (double) w[i]
                   + (double) bias[i];

        } else if (strcmp(kind, "normalize") == 0) {
            y[i] = a[i] / plain_norm(l, a, n, *(const size_t *) l->attrs);

        } else if (strcmp(kind, "clip") == 0) {
            y[i] = fmin(fmax(a[i], -0.5),
                        (double) ((const float *) l->attrs)[1]);

        } else if (strcmp(kind, "target") == 0) {
            y[i] = plain_target(l, i, n, a[i]);

        } else {
            y[i] = a[i];
        }

        y[i] = last ? y[i] : plain_act(l, y[i]);
    }

    if (l->act == MAAS_ACT_SOFTMAX && !last) {
        plain_softmax(y, n);
    }
}


/* A score of the network's input v(in), before the last activation */

static double
plain_score(const double *v, size_t output)
{
    size_t              i;
    double              value[LAYERS + 1][WIDTH] = { { 0 } };
    const maas_node_t  *l;

    memcpy(value[0], v, net.desc.in * sizeof(double));

    for (i = 0; i < net.desc.n_nodes; i++) {
        l = &net.nodes[i];
        plain_layer(l, i + 1 == net.desc.n_nodes, value[l->in[0]],
                    value[l->in[1]], value[i + 1]);
    }

    return value[i][output];
}


static void
plain_input(const float *x, double *v)
{
    size_t                i;
    const maas_column_t  *c;

    for (i = 0; i < net.desc.in; i++) {
        c = &net.columns[net.desc.n_columns == 1 ? 0 : i];
        v[i] = ((double) x[i] - (double) c->shift) * (double) c->factor;
    }
}


/* Integrated gradients, slopes by differences */

static void
plain_explain(const float *x, const float *base, size_t output, size_t steps,
    double *slots)
{
    double  t[NODES], weight[NODES], from[WIDTH], to[WIDTH], v[WIDTH], up;
    size_t  i, j, k;

    maas__shap_rule(steps, t, weight);
    plain_input(base, from);
    plain_input(x, to);
    memset(slots, 0, net.desc.in * sizeof(double));

    for (k = 0; k < steps; k++) {
        for (i = 0; i < net.desc.in; i++) {
            for (j = 0; j < net.desc.in; j++) {
                v[j] = from[j] + t[k] * (to[j] - from[j]);
            }

            v[i] += 1e-5;
            up = plain_score(v, output);
            v[i] -= 2e-5;
            slots[i] += weight[k] * (to[i] - from[i])
                        * (up - plain_score(v, output)) / 2e-5;
        }
    }
}


static void
check_isa(maas_isa_t isa, size_t steps, double within, int straight)
{
    void             *ws = NULL;
    float             x[WIDTH], base[WIDTH];
    double            got[WIDTH], again[WIDTH], want[WIDTH], most, sum;
    size_t            i, output;
    maas_err_t        err;
    maas_path_t       p = { 0 };
    maas_model_t     *m;
    maas_arena_t     *arena;
    maas_explained_t  out;

    if (maas__model_plan(&net.desc, 0, isa, &m, &err) == MAAS_UNSUPPORTED) {
        return;
    }

    arena = maas__arena_create(1 << 24);
    assert_int_equal(maas__path_create(&p, m, &net.desc, isa, arena, &err),
                     MAAS_OK);
    assert_int_equal(p.straight, straight);

    assert_int_equal(posix_memalign(&ws, 64, maas__path_size(&p, steps)), 0);
    memset(ws, 0xff, maas__path_size(&p, steps));

    for (i = 0; i < net.desc.in; i++) {
        x[i] = uniform() * 2;
        base[i] = uniform();
    }

    output = net.desc.out - 1;
    plain_explain(x, base, output, steps, want);
    maas__path_run(&p, x, base, output, steps, got, &out, ws);
    most = sum = 0;

    for (i = 0; i < net.desc.in; i++) {
        most = fmax(most, fabs(want[i]));
        sum += got[i];
    }

    for (i = 0; i < net.desc.in; i++) {
        assert_true(fabs(got[i] - want[i]) <= within * most);
    }

    plain_input(x, want);
    assert_true(fabs(out.score - plain_score(want, output)) <= 1e-5);
    plain_input(base, want);
    assert_true(fabs(out.base - plain_score(want, output)) <= 1e-5);
    assert_int_equal(out.output, output);
    assert_true(out.error == out.score - out.base - sum);
    assert_true(!straight || fabs(out.error) <= 2e-6);

    /* any workspace, the same bits */

    memset(ws, 0x11, maas__path_size(&p, steps));
    maas__path_run(&p, x, base, output, steps, again, &out, ws);
    assert_memory_equal(got, again, net.desc.in * sizeof(double));

    free(ws);
    maas__arena_destroy(arena);
    maas_model_free(m);
}


static void
check(size_t steps, double within, int straight)
{
    size_t  i;

    for (i = 0; i < sizeof(isas) / sizeof(isas[0]); i++) {
        check_isa(isas[i], steps, within, straight);
    }
}


static void
every_activation(void **state)
{
    maas_act_t  act;

    for (act = 0; act < MAAS_N_ACTS; act++) {
        net_init(7);
        net_layer("dense", act, 0, 0, 21);
        net_layer("dense", act, 1, 0, 17);
        net_layer("dense", act, 2, 0, 3);
        check(act == MAAS_ACT_RELU ? 3 : 16, 1e-5, act == MAAS_ACT_LINEAR);
    }
}


/* Kinds whose slopes depend on where they are, behind the input and deeper */

static void
every_kind(void **state)
{
    unsigned  by;

    for (by = 0; by < 3; by++) {
        net_init(9);
        net_layer("normalize", MAAS_ACT_LINEAR, 0, by, 9);
        net_layer("dense", MAAS_ACT_TANH, 1, 0, 12);
        net_layer("normalize", MAAS_ACT_LINEAR, 2, by, 12);
        net_layer("dense", MAAS_ACT_LINEAR, 3, 0, 2);
        check(1, 2e-5, 0);
    }

    net_init(9);
    net_layer("layer_norm", MAAS_ACT_LINEAR, 0, 0, 9);
    net_layer("dense", MAAS_ACT_SILU, 1, 0, 12);
    net_layer("layer_norm", MAAS_ACT_TANH, 2, 0, 12);
    net_layer("activation", MAAS_ACT_GELU, 3, 0, 12);
    net_layer("flatten", MAAS_ACT_LINEAR, 4, 0, 12);
    net_layer("dense", MAAS_ACT_LINEAR, 5, 0, 2);
    check(16, 1e-5, 0);

    for (by = 0; by < 2; by++) {        /* with one bound and with two */
        net_init(9);
        net_layer("clip", MAAS_ACT_LINEAR, 0, by, 9);
        net_layer("dense", MAAS_ACT_LINEAR, 1, 0, 20);
        net_layer("clip", MAAS_ACT_TANH, 2, by, 20);
        net_layer("dense", MAAS_ACT_LINEAR, 3, 0, 2);
        check(16, 2e-5, 0);
    }

    for (by = 0; by < 4; by++) {
        net_init(9);
        net_layer("dense", MAAS_ACT_TANH, 0, 0, 12);
        net_layer("dense", MAAS_ACT_LINEAR, 1, 0, 2);
        net_target(by, 2);
        check(8, 2e-5, 0);
    }

    /* a score that is the last layer's in another way in each row */

    net_init(6);
    net_layer("dense", MAAS_ACT_TANH, 0, 0, 12);
    net_layer("layer_norm", MAAS_ACT_SIGMOID, 1, 0, 12);
    check(16, 1e-5, 0);
}


/* The input again, beside layers, and a value twice */

static void
wiring(void **state)
{
    net_init(8);
    net_layer("dense", MAAS_ACT_TANH, 0, 0, 8);
    net_layer("add", MAAS_ACT_SILU, 0, 1, 8);
    net_layer("add", MAAS_ACT_LINEAR, 2, 2, 8);
    net_layer("dense", MAAS_ACT_LINEAR, 3, 0, 3);
    net_layer("dense", MAAS_ACT_SOFTMAX, 0, 0, 3);
    net_layer("add", MAAS_ACT_LINEAR, 4, 5, 3);
    check(16, 1e-5, 0);

    net_init(8);                        /* a gate, the input's, a square */
    net_layer("dense", MAAS_ACT_LINEAR, 0, 0, 8);
    net_layer("dense", MAAS_ACT_SIGMOID, 0, 0, 8);
    net_layer("multiply", MAAS_ACT_TANH, 1, 2, 8);
    net_layer("multiply", MAAS_ACT_LINEAR, 3, 0, 8);
    net_layer("multiply", MAAS_ACT_LINEAR, 4, 4, 8);
    net_layer("dense", MAAS_ACT_LINEAR, 5, 0, 2);
    check(16, 1e-5, 0);

    net_init(8);
    net_layer("multiply", MAAS_ACT_LINEAR, 0, 0, 8);
    check(2, 1e-5, 0);

    net_init(8);
    net_layer("add", MAAS_ACT_GELU, 0, 0, 8);
    net_layer("add", MAAS_ACT_LINEAR, 0, 1, 8);
    check(16, 1e-5, 0);
}


static void
straight(void **state)
{
    net_init(5);
    net_layer("dense", MAAS_ACT_SOFTMAX, 0, 0, 3);
    check(16, 1e-5, 1);

    net_init(5);
    net_layer("dense", MAAS_ACT_LINEAR, 0, 0, 70);
    net_layer("dense", MAAS_ACT_LINEAR, 0, 0, 70);
    net_layer("add", MAAS_ACT_LINEAR, 1, 2, 70);
    net_layer("dense", MAAS_ACT_SIGMOID, 3, 0, 1);
    check(1, 1e-5, 1);
}


/* More nodes than run together, in slices that are not whole */

static void
slices(void **state)
{
    size_t                     i;
    static const size_t  steps[] = { 1, 2, 15, 17, 33, NODES };

    for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        net_init(5);
        net.columns[0].shift = 0.25f;
        net.columns[0].factor = 3;
        net_layer("dense", MAAS_ACT_TANH, 0, 0, 9);
        net_layer("layer_norm", MAAS_ACT_LINEAR, 1, 0, 9);
        net_layer("dense", MAAS_ACT_LINEAR, 2, 0, 2);
        check(steps[i], 1e-5, 0);
    }
}


/* dx += dy w^T of all shapes: what is right, and in any rows the same bits */

static void
product(const maas_gemm_t *g, size_t k, size_t n, size_t rows)
{
    static float  w[300 * 140], bias[140], dy[20 * 150], dx[20 * 310],
                  alone[310];
    void         *packed = NULL;
    double        want, scale;
    size_t        r, i, j;

    for (i = 0; i < k * n; i++) {
        w[i] = uniform();
    }

    for (i = 0; i < sizeof(dy) / sizeof(float); i++) {
        dy[i] = uniform();
    }

    for (i = 0; i < sizeof(dx) / sizeof(float); i++) {
        dx[i] = 0.5f;
    }

    assert_int_equal(posix_memalign(&packed, 64, g->packed_size(k, n)), 0);
    memset(packed, 0, g->packed_size(k, n));
    g->pack(w, bias, k, n, packed);
    g->back(packed, k, n, dy, n + 3, rows, dx, k + 5);

    for (r = 0; r < rows; r++) {
        for (i = 0; i < k; i++) {
            want = 0.5;
            scale = 1;

            for (j = 0; j < n; j++) {
                want += (double) dy[r * (n + 3) + j] * (double) w[i * n + j];
                scale += fabs((double) dy[r * (n + 3) + j]
                              * (double) w[i * n + j]);
            }

            assert_true(fabs((double) dx[r * (k + 5) + i] - want)
                        <= 1e-6 * scale);
        }

        for (i = 0; i < 5; i++) {
            assert_true(dx[r * (k + 5) + k + i] == 0.5f);
        }

        for (i = 0; i < k; i++) {
            alone[i] = 0.5f;
        }

        g->back(packed, k, n, dy + r * (n + 3), n + 3, 1, alone, k + 5);
        assert_memory_equal(alone, dx + r * (k + 5), k * sizeof(float));
    }

    free(packed);
}


static void
products(void **state)
{
    size_t              i, k, n, j;
    const maas_gemm_t  *g;

    static const size_t  more[][3] = {
        { 64, 64, 6 }, { 65, 63, 7 }, { 300, 140, 18 }, { 299, 129, 17 },
        { 33, 128, 5 }, { 16, 65, 4 }, { 1, 140, 20 }, { 300, 1, 20 }
    };

    for (i = 0; i < sizeof(isas) / sizeof(isas[0]); i++) {
        g = maas__gemm_choose(MAAS_F32, isas[i]);

        for (k = 1; g != NULL && k <= 19; k++) {
            for (n = 1; n <= 19; n++) {
                product(g, k, n, (k + n) % 9 + 1);
            }
        }

        for (j = 0; g != NULL && j < sizeof(more) / sizeof(more[0]); j++) {
            product(g, more[j][0], more[j][1], more[j][2]);
        }
    }
}


static void
places(void **state)
{
    size_t  p[6];

    static const double  a[] = { 1, -3, 0, 3, 2, -0.5, 0 };

    assert_int_equal(maas_explain_top(a, 7, 3, p), 3);
    assert_int_equal(p[0], 1);
    assert_int_equal(p[1], 3);
    assert_int_equal(p[2], 4);
    assert_int_equal(maas_explain_top(a, 7, 6, p), 5);
    assert_int_equal(p[3], 0);
    assert_int_equal(p[4], 5);
    assert_int_equal(maas_explain_top(a + 2, 1, 6, p), 0);
    assert_int_equal(maas_explain_top(a, 7, 0, p), 0);
    assert_int_equal(maas_explain_top(a, 7, 1, p), 1);
    assert_int_equal(p[0], 1);
}


/* A file of two numbers, tanh, one score, and what it says of it */

#define FILE_HEADER                                                           \
    "{\"__metadata__\":{\"maas\":\"{\\\"version\\\":1,\\\"name\\\":\\\"m\\\"," \
    "\\\"task\\\":\\\"regression\\\",\\\"inputs\\\":{\\\"kind\\\":"           \
    "\\\"tensor\\\",\\\"shape\\\":[2],\\\"shift\\\":1,\\\"factor\\\":2},"     \
    "\\\"layers\\\":[{\\\"kind\\\":\\\"dense\\\",\\\"units\\\":2,"            \
    "\\\"activation\\\":\\\"tanh\\\"},{\\\"kind\\\":\\\"dense\\\","           \
    "\\\"units\\\":1}],\\\"reference\\\":{\\\"baseline\\\":[3,4]}}\"},"       \
    "\"layers.0.weight\":{\"dtype\":\"F32\",\"shape\":[2,2],"                 \
    "\"data_offsets\":[0,16]},\"layers.0.bias\":{\"dtype\":\"F32\","          \
    "\"shape\":[2],\"data_offsets\":[16,24]},\"layers.1.weight\":{"           \
    "\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[24,32]},"            \
    "\"layers.1.bias\":{\"dtype\":\"F32\",\"shape\":[1],"                     \
    "\"data_offsets\":[32,36]}}"

static void
files(void **state)
{
    char               file[2048], other[2048], *room;
    void              *ws;
    size_t             i, size, used, ws_size;
    double             a[2], b[2];
    uint64_t           length = sizeof(FILE_HEADER) - 1;
    maas_err_t         err;
    const float       *base;
    maas_model_t      *m;
    maas_explained_t   out, at;
    maas_explainer_t  *e, *placed;

    static const float  w[9] = { 0.5, -0.25, 1, 0.125, 0.1, 0.2, 1, -2, 3 };
    static const float  x[2] = { 1.5, 2 };

    (void) state;
    memcpy(file, &length, 8);
    memcpy(file + 8, FILE_HEADER, length);
    memcpy(file + 8 + length, w, sizeof(w));
    size = 8 + length + sizeof(w);

    assert_int_equal(maas_model_load(file, size, MAAS_ISA_AUTO, &m, &err),
                     MAAS_OK);
    assert_int_equal(maas_explainer_load(m, file, size, MAAS_ISA_AUTO, &e,
                                         &err), MAAS_OK);
    assert_int_equal(maas_explainer_how(e), MAAS_EXPLAIN_GRADIENTS);
    assert_int_equal(maas_explainer_size(e), 2);
    base = maas_explainer_baseline(e);
    assert_true(base[0] == 3 && base[1] == 4);

    ws_size = maas_explain_workspace_size(e, 16);
    ws = NULL;
    assert_int_equal(posix_memalign(&ws, 64, ws_size), 0);
    assert_int_equal(maas_explain(e, x, NULL, MAAS_EXPLAIN_LIKELIEST, 16, a,
                                  &out, ws, ws_size, &err), MAAS_OK);
    assert_true(fabs(out.error) < 1e-6);

    /* in memory of one's own: the same, or too little of it */

    room = NULL;
    assert_int_equal(posix_memalign((void **) &room, 4096, 1 << 16), 0);
    memset(room, 0, 1 << 16);
    assert_int_equal(maas_explainer_load_at(m, file, size, MAAS_ISA_AUTO, room,
                                            1 << 16, &placed, &used, &err),
                     MAAS_OK);
    assert_true(used <= 1 << 16 && (char *) placed >= room
                && (char *) placed < room + used);
    assert_int_equal(maas_explain(placed, x, base, 0, 16, b, &at, ws, ws_size,
                                  &err), MAAS_OK);
    assert_memory_equal(a, b, sizeof(a));
    assert_memory_equal(&out, &at, sizeof(out));
    maas_explainer_free(placed);

    for (i = 64; i < used; i += 512) {
        memset(room, 0, 1 << 16);
        assert_int_equal(maas_explainer_load_at(m, file, size, MAAS_ISA_AUTO,
                                                room, i, &placed, &used, &err),
                         MAAS_TOOBIG);
    }

    /* what cannot be */

    assert_int_equal(maas_explain(e, x, NULL, 1, 16, a, &out, ws, ws_size,
                                  &err), MAAS_BADSHAPE);
    assert_int_equal(maas_explain(e, x, NULL, 0, 0, a, &out, ws, ws_size,
                                  &err), MAAS_BADSHAPE);
    assert_int_equal(maas_explain(e, x, NULL, 0, 257, a, &out, ws, ws_size,
                                  &err), MAAS_BADSHAPE);
    assert_int_equal(maas_explain(e, x, NULL, 0, 16, a, &out, ws, ws_size - 1,
                                  &err), MAAS_BADSHAPE);

    memcpy(other, file, size);
    other[size - 1] ^= 1;
    assert_int_equal(maas_explainer_load(m, other, size, MAAS_ISA_AUTO,
                                         &placed, &err), MAAS_BADFILE);

    maas_explainer_free(NULL);
    maas_explainer_free(e);
    maas_model_free(m);
    free(room);
    free(ws);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(every_activation),
        cmocka_unit_test(every_kind),
        cmocka_unit_test(wiring),
        cmocka_unit_test(straight),
        cmocka_unit_test(slices),
        cmocka_unit_test(products),
        cmocka_unit_test(places),
        cmocka_unit_test(files)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
