/*
 * Explanations of networks behind embeddings and trees, on one row: what they
 * add is that of their numbers times weights where all behind is linear, else
 * it adds up to the score.
 * Not here: other networks (test_explain.c), columns (81-embed-file.t).
 */

#include "maas_explain.h"
#include "kernel/maas_embed.h"
#include "kernel/maas_trees.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>


#define IN     3
#define UNITS  10

/* Items of number 0 (copied with 1), 1, 1, 2 (a code), 2, 0 */

static const uint8_t   item[] = { 0, 1, 3, 4, 5, 6 };
static const uint32_t  from[] = { 0, 1, 1, 2, 2, 0 };
static const uint32_t  width[] = { 2, 1, 2, 1, 2, 2 };
static const uint32_t  at[] = { 0, 2, 6, 9, 12, 13, 24 };
static const float     number[] = {
    0.5f, 2, 1, 0.25f, 3, -0.5f, -1, 0, 1, 5, -6, 7, 1,
    0.5f, 0.3f, 0, 0.25f, 1, 0.3f, 0.1f, 1, -2, 0.5f, 0.75f
};

/* 0: x0 <= 0.5 ? (x2 in {0, 2} ? 1 : -2) : 3; 1: x1 <= 1 ? 2 : -1 */

static const double    cover[] = { 9, 4, 3, 1, 5, 9, 2, 7 };
static const double    threshold[] = { 0.5, 0, 1 };
static const double    values[] = { 1, -2, 3, 2, -1 };
static const double    base[] = { 0.5, -0.5 };
static const uint32_t  sizes[] = { 2, 1 };
static const uint32_t  output[] = { 0, 1 };
static const uint32_t  feature[] = { 0, 2, 1 };
static const int32_t   left[] = { 1, -1, -1 };
static const int32_t   right[] = { -3, -2, -2 };
static const uint32_t  set[] = { 0, 1 };
static const uint32_t  word[] = { 5 };
static const uint8_t   flags[] = { 4, 5, 6 };

static const float  rows[][IN] = {
    { 0.25f, 0.5f, 2 }, { 2, NAN, 1 }, { -1, 7, NAN }, { NAN, 0.25f, 0 }
};

static maas_node_t    nodes[5];
static maas_output_t  out = { .name = "y" };
static maas_column_t  column = { .factor = 1 };
static float          weight[2][UNITS * UNITS], bias[UNITS];
static maas_desc_t    desc;


static double
number_at(size_t i)
{
    return sin((double) (i * i + 3 * i + 1)) / 2;
}


static maas_node_t *
next(const char *kind, unsigned in)
{
    maas_node_t  *n = &nodes[desc.n_nodes++];

    maas__node_init(n, maas__op_find(kind));
    n->in[0] = in;

    return n;
}


static void
shaped(maas_node_t *n)
{
    assert_int_equal(maas__node_shape(nodes, (size_t) (n - nodes),
                                      &desc.shape, NULL), MAAS_OK);
}


static void
dense(unsigned in, size_t units, maas_act_t act)
{
    maas_node_t  *n = next("dense", in);

    (void) maas__node_set(n, "units", (double) units);
    n->act = act;
    shaped(n);
    n->tensors[0].data = weight[in == 1 ? 0 : 1];
    n->tensors[1].data = bias;
}


/* embed -> dense(s) -> 2 scores, trees of 2; their sum */

static void
graph(maas_act_t act, int trees)
{
    size_t         i;
    maas_trees_t   t = {
        .in = IN, .out = 2, .x = MAAS_F32, .trees = 2, .nodes = 3,
        .divide = 1, .slope = 1, .compare = MAAS_F64, .sum = MAAS_F64,
        .size = sizes, .feature = feature, .threshold = threshold,
        .left = left, .right = right, .flags = flags, .value = values,
        .output = output, .base = base, .sets = 1, .words = 1, .set = set,
        .word = word, .cover = cover
    };
    maas_node_t   *n;

    memset(&desc, 0, sizeof(desc));
    memset(nodes, 0, sizeof(nodes));
    desc.name = "m";
    desc.task = MAAS_TASK_CLASSIFICATION;
    desc.input_name = "input";
    desc.document = "{}";
    desc.shape = maas__shape_flat(MAAS_F32, IN);
    desc.in = IN;
    desc.nodes = nodes;
    desc.n_columns = 1;
    desc.columns = &column;
    desc.n_outputs = 1;
    desc.outputs = &out;
    desc.out = 2;

    for (i = 0; i < UNITS * UNITS; i++) {
        weight[0][i] = (float) number_at(i);
        weight[1][i] = (float) number_at(i + 1000);
        bias[i % UNITS] = (float) number_at(i % UNITS + 100);
    }

    n = next("embed", 0);
    (void) maas__node_set(n, "units", UNITS);
    (void) maas__node_set(n, "items", 6);
    (void) maas__node_set(n, "numbers", 24);
    shaped(n);
    n->tensors[0].data = number;
    n->tensors[1].data = from;
    n->tensors[2].data = width;
    n->tensors[3].data = at;
    n->tensors[4].data = item;
    assert_int_equal(n->op->check(n, NULL, NULL), MAAS_OK);

    dense(1, UNITS, act);
    dense(2, 2, MAAS_ACT_LINEAR);

    if (trees) {
        n = next("trees", 0);
        assert_int_equal(maas__trees_to(&t, n), 1);
        shaped(n);
        n = next("add", 3);
        n->in[1] = 4;
        shaped(n);
    }

    n->act = MAAS_ACT_SOFTMAX;
    out.from = (unsigned) desc.n_nodes;
}


/* slots(IN), explained from the row `from_x`; mean: what is told as usual */

static void
explain(const float *x, const float *from_x, size_t which, size_t steps,
    double *slots, maas_explained_t *said, int how)
{
    void          *ws = NULL;
    maas_err_t     err;
    maas_path_t    p = { 0 };
    maas_model_t  *m;
    maas_arena_t  *arena;

    arena = maas__arena_create(1 << 24);
    assert_int_equal(maas__model_plan(&desc, 0, MAAS_ISA_AUTO, &m, &err),
                     MAAS_OK);
    assert_int_equal(maas__path_create(&p, m, &desc, MAAS_ISA_AUTO, arena,
                                       &err), MAAS_OK);
    assert_int_equal(p.straight, how);
    assert_int_equal(posix_memalign(&ws, 64, maas__path_size(&p, steps)), 0);
    memset(ws, 0xff, maas__path_size(&p, steps));
    maas__path_run(&p, x, from_x, which, steps, slots, said, ws);

    free(ws);
    maas__arena_destroy(arena);
    maas_model_free(m);
}


/* Both dense layers as one: the weight of embedded number i for a score */

static double
through(size_t i, size_t which)
{
    double  sum;
    size_t  j;

    for (sum = 0, j = 0; j < UNITS; j++) {
        sum += (double) weight[0][i * UNITS + j]
               * (double) weight[1][j * 2 + which];
    }

    return sum;
}


/* Weights times the way of embedded numbers, and SHAP values */

static void
linear(void **state)
{
    void                     *scratch = NULL;
    float                     a[UNITS], b[UNITS];
    double                    got[IN], want[IN], phi[2 * (IN + 1)], way;
    size_t                    r, i, k, o;
    maas_err_t                err;
    maas_shap_t              *s;
    maas_trees_t              t;
    maas_arena_t             *arena = maas__arena_create(1 << 24);
    maas_explained_t          said;
    maas_embed_item_t         e;

    graph(MAAS_ACT_LINEAR, 1);
    maas__trees_of(&nodes[3], &t);
    assert_int_equal(maas__shap_create(&t, MAAS_ISA_AUTO, arena, &s, &err),
                     MAAS_OK);
    assert_int_equal(posix_memalign(&scratch, 64, maas__shap_scratch(s)), 0);

    for (r = 0; r < 4; r++) {
        for (o = 0; o < 2; o++) {
            explain(rows[r], rows[(r + 1) % 4], o, 16, got, &said, 1);
            maas__shap_run(s, rows[r], IN, 1, phi, scratch);

            for (i = 0; i < IN; i++) {
                want[i] = phi[o * (IN + 1) + i];
            }

            for (i = 0, e.to = 0; i < 6; i++, e.to += e.width) {
                e.kind = item[i];
                e.from = from[i];
                e.width = width[i];
                e.rows = item[i] == 4 ? 3 : 1;
                e.number = number + at[i];
                maas__embed_one(&e, rows[r], a);
                maas__embed_one(&e, rows[(r + 1) % 4], b);

                for (k = e.to; k < e.to + e.width; k++) {
                    way = (double) a[k] - (double) b[k];
                    want[e.from + (item[i] == 0 ? k - e.to : 0)]
                        += through(k, o) * way;
                }
            }

            for (i = 0; i < IN; i++) {
                assert_true(fabs(got[i] - want[i]) < 1e-5);
            }

            assert_true(fabs(said.error) < 1e-5);
            assert_true(fabs(said.base + want[0] + want[1] + want[2]
                             - said.score) < 1e-5);
        }
    }

    free(scratch);
    maas__arena_destroy(arena);
}


/* Curves: all of it adds up, whatever is missing; the base is the sum of what
 * the trees expect and the network says of the baseline. */

static void
complete(void **state)
{
    int               trees;
    double            got[IN], sum;
    size_t            r, i;
    maas_explained_t  said;

    for (trees = 0; trees < 2; trees++) {
        graph(MAAS_ACT_TANH, trees);

        for (r = 0; r < 4; r++) {
            explain(rows[r], rows[(r + 1) % 4], MAAS_EXPLAIN_LIKELIEST, 64,
                    got, &said, 0);

            for (sum = 0, i = 0; i < IN; i++) {
                assert_true(isfinite(got[i]));
                sum += got[i];
            }

            assert_true(fabs(said.score - said.base - sum) < 1e-4);
            assert_true(fabs(said.score - said.base - sum - said.error)
                        < 1e-9);
        }

        /* nothing changed in the network: all is of the trees */

        explain(rows[0], rows[0], 0, 64, got, &said, 0);
        assert_true((got[0] != 0 || got[2] != 0) == trees);
        assert_true(got[1] == 0);
    }
}


/* A transform of trees is not undone. */

static void
refused(void **state)
{
    maas_err_t     err;
    maas_path_t    p = { 0 };
    maas_model_t  *m;
    maas_arena_t  *arena = maas__arena_create(1 << 24);

    graph(MAAS_ACT_TANH, 1);
    assert_int_equal(maas__node_set(&nodes[3], "transform",
                                    MAAS_TRANSFORM_SIGMOID), 1);
    assert_int_equal(maas__model_plan(&desc, 0, MAAS_ISA_AUTO, &m, &err),
                     MAAS_OK);
    assert_int_equal(maas__path_create(&p, m, &desc, MAAS_ISA_AUTO, arena,
                                       &err), MAAS_UNSUPPORTED);
    assert_non_null(strstr(err.msg, "a layer of kind \"trees\" has a "
                           "transform"));
    maas_model_free(m);
    maas__arena_destroy(arena);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(linear),
        cmocka_unit_test(complete),
        cmocka_unit_test(refused)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
