/*
 * Layers with weights of I8: rules of their files, what they compute against a
 * plain evaluation, the same bits in any batch.
 * Not here: kernels one by one (test_int8_kernel.c).
 */

#include "op/maas_op.h"
#include "text/maas_json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>


#define IN      70
#define HIDDEN  37
#define OUT     5
#define ROWS    30


/* A model of two layers: each tensor's bytes, in the order of the file */

typedef struct {
    float   x[ROWS * IN];
    int8_t  w0[IN * HIDDEN], w1[HIDDEN * OUT];
    float   b0[HIDDEN], s0[HIDDEN], b1[OUT], s1[OUT];
} net_t;

static net_t     net;
static uint64_t  seed = 88172645463325252ull;


static uint32_t
rnd(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;

    return (uint32_t) (seed >> 33);
}


static float
uniform(void)
{
    return (float) (rnd() >> 7) / 8388608.0f - 1;
}


static void
fill(int8_t *w, size_t k, size_t n, float *bias, float *scale)
{
    size_t  i;

    for (i = 0; i < k * n; i++) {
        w[i] = (int8_t) (rnd() % 256);
    }

    for (i = 0; i < n; i++) {
        bias[i] = uniform();
        scale[i] = 0.001f + 0.001f * (float) (rnd() % 16);
    }
}


static int
setup(void **state)
{
    size_t  i;

    for (i = 0; i < ROWS * IN; i++) {
        net.x[i] = rnd() % 3 ? 2 * uniform() : 0;
    }

    fill(net.w0, IN, HIDDEN, net.b0, net.s0);
    fill(net.w1, HIDDEN, OUT, net.b1, net.s1);

    return 0;
}


/* `text` with from -> to; malloc()ed */

static char *
edit(const char *text, const char *from, const char *to)
{
    char        *out;
    const char  *p;

    p = strstr(text, from);
    assert_non_null(p);
    out = malloc(strlen(text) + strlen(to) + 1);
    (void) snprintf(out, strlen(text) + strlen(to) + 1, "%.*s%s%s",
                    (int) (p - text), text, to, p + strlen(from));

    return out;
}


#define HEADER                                                                \
    "{\"__metadata__\":{\"maas\":@DOC@},"                                     \
    "\"layers.0.weight\":{\"dtype\":\"I8\",\"shape\":[70,37],"                \
    "\"data_offsets\":[0,2590]},"                                             \
    "\"layers.1.weight\":{\"dtype\":\"I8\",\"shape\":[37,5],"                 \
    "\"data_offsets\":[2590,2775]},"                                          \
    "\"layers.0.bias\":{\"dtype\":\"F32\",\"shape\":[37],"                    \
    "\"data_offsets\":[2775,2923]},"                                          \
    "\"layers.0.scale\":{\"dtype\":\"F32\",\"shape\":[37],"                   \
    "\"data_offsets\":[2923,3071]},"                                          \
    "\"layers.1.bias\":{\"dtype\":\"F32\",\"shape\":[5],"                     \
    "\"data_offsets\":[3071,3091]},"                                          \
    "\"layers.1.scale\":{\"dtype\":\"F32\",\"shape\":[5],"                    \
    "\"data_offsets\":[3091,3111]}}"

#define DOC                                                                   \
    "{\"version\":4,\"name\":\"m\",\"task\":\"regression\",\"inputs\":"       \
    "{\"kind\":\"tensor\",\"shape\":[70],\"shift\":0.25,\"factor\":1.5},"     \
    "\"layers\":[{\"kind\":\"dense\",\"units\":37,\"activation\":\"relu\","   \
    "\"input_scale\":0.03,\"input_zero\":128,\"output_scale\":0.02},"         \
    "{\"kind\":\"dense\",\"units\":5,\"input_scale\":0.02}],\"outputs\":{}}"


static maas_status_t
load(const char *header, const char *doc, maas_isa_t isa, maas_model_t **m,
    maas_err_t *err)
{
    char           *quoted, *text;
    size_t          i, n;
    unsigned char  *file, *p;
    maas_status_t   rc;

    quoted = malloc(6 * strlen(doc) + 3);
    quoted[maas__json_quote(doc, strlen(doc), quoted)] = '\0';
    text = edit(header, "@DOC@", quoted);
    n = strlen(text);
    file = malloc(8 + n + 3111);

    for (i = 0; i < 8; i++) {
        file[i] = (unsigned char) ((uint64_t) n >> (8 * i));
    }

    memcpy(file + 8, text, n);
    p = file + 8 + n;

#define PUT(a)  memcpy(p, a, sizeof(a)); p += sizeof(a)
    PUT(net.w0);
    PUT(net.w1);
    PUT(net.b0);
    PUT(net.s0);
    PUT(net.b1);
    PUT(net.s1);

    *m = NULL;
    err->msg[0] = '\0';
    rc = maas_model_load(file, (size_t) (p - file), isa, m, err);

    free(quoted);
    free(text);
    free(file);

    return rc;
}


/* Edits of the header ('h') or the document ('d'), each of which breaks that
 * rule alone */

typedef struct {
    int          rule;
    char         where;
    const char  *from;
    const char  *to;
} edit_t;

#define LAST  ",\"input_scale\":0.02}]"

static const edit_t  edits[] = {
    { 39, 'd', "\"version\":4", "\"version\":3" },
    { 39, 'd', DOC, "{\"version\":3,\"name\":\"m\",\"task\":\"regression\","
      "\"inputs\":{\"kind\":\"tensor\",\"shape\":[70]},\"layers\":[{\"kind\":"
      "\"dense\",\"units\":37},{\"kind\":\"dense\",\"units\":5}]}" },
    { 19, 'd', "\"input_scale\":0.03", "\"input_scale\":-1" },
    { 19, 'd', "\"input_scale\":0.03", "\"input_scale\":\"1\"" },
    { 19, 'd', "\"input_scale\":0.03", "\"input_scale\":2e18" },
    { 19, 'd', "\"input_zero\":128", "\"input_zero\":129" },
    { 19, 'd', "\"input_zero\":128", "\"input_zero\":0.5" },
    { 19, 'd', LAST, ",\"input_scale\":0.02,\"activations\":\"f\"}]" },
    { 21, 'd', "{\"kind\":\"dense\",\"units\":5,\"input_scale\":0.02}",
      "{\"kind\":\"activation\"}" },
    { 22, 'h', "\"layers.1.scale\"", "\"layers.1.scales\"" },
    { 22, 'h', "\"I8\",\"shape\":[37,5]", "\"I8\",\"shape\":[5,37]" },
    { 40, 'd', "\"input_scale\":0.03", "\"input_scale\":8e-19" },
    { 40, 'd', "\"input_zero\":128", "\"input_zero\":127" },
    { 40, 'd', "\"input_scale\":0.03", "\"input_scale\":0" },
    { 40, 'd', "\"input_scale\":0.03,\"input_zero\":128,", "" },
    { 40, 'd', "\"output_scale\":0.02", "\"output_scale\":0.021" },
    { 40, 'd', "\"output_scale\":0.02",
      "\"output_scale\":0.02,\"output_zero\":128" },
    { 40, 'd', "\"output_scale\":0.02", "\"output_zero\":128" },
    { 40, 'd', LAST, ",\"input_scale\":0.02,\"activations\":\"bf16\"}]" },
    { 40, 'd', LAST, "}]" },
    { 41, 'd', LAST, ",\"input_scale\":0.02,\"output_scale\":1}]" },
};


static void
broken(const edit_t *e)
{
    char           want[8], *text;
    maas_err_t     err;
    maas_model_t  *m;

    (void) snprintf(want, sizeof(want), "R%d:", e->rule);
    text = edit(e->where == 'h' ? HEADER : DOC, e->from, e->to);

    if (load(e->where == 'h' ? text : HEADER, e->where == 'd' ? text : DOC,
             MAAS_ISA_REF, &m, &err) == MAAS_OK
        || strncmp(err.msg, want, strlen(want)) != 0)
    {
        fail_msg("%s -> %s: %s\"%s\"", e->from, e->to, want, err.msg);
    }

    free(text);
}


static void
rule(int rule)
{
    size_t  i, n;

    for (n = i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
        if (edits[i].rule == rule) {
            broken(&edits[i]);
            n++;
        }
    }

    assert_true(n > 0);
}


static void
test_r19_r21_r22(void **state)
{
    rule(19);
    rule(21);
    rule(22);
}


static void
test_r39_version(void **state)
{
    rule(39);
}


static void
test_r40_scales(void **state)
{
    size_t         i;
    float          was;
    maas_err_t     err;
    maas_model_t  *m;

    static const float  bad[] = { 0, -1, 8e-19f, 2e18f, -0.0f };

    static const char *const  says[] = {
        "R40: layer 1: the scale of column 4 is 0: expected 2^-60 to 2^60",
        "R40: layer 1: the scale of column 4 is -1: expected 2^-60 to 2^60",
        "R40: layer 1: the scale of column 4 is 8e-19: expected 2^-60 to 2^60",
        "R40: layer 1: the scale of column 4 is 2e+18: expected 2^-60 to 2^60",
        "R40: layer 1: the scale of column 4 is -0: expected 2^-60 to 2^60"
    };

    rule(40);

    for (i = 0; i < 5; i++) {
        was = net.s1[4];
        net.s1[4] = bad[i];
        assert_int_equal(load(HEADER, DOC, MAAS_ISA_REF, &m, &err),
                         MAAS_BADFILE);
        assert_string_equal(err.msg, says[i]);
        net.s1[4] = was;
    }
}


static void
test_r40_too_many_numbers(void **state)
{
    maas_err_t    err;
    maas_node_t   n;
    maas_shape_t  in = maas__shape_flat(MAAS_F32, 65537);

    maas__node_init(&n, maas__op_find("dense"));
    n.tensors[0].dtype = MAAS_I8;
    (void) maas__node_set(&n, "units", 2);
    assert_int_equal(maas__node_shape(&n, 0, &in, &err), MAAS_OK);
    assert_int_equal(maas__node_version(&n), 4);

    (void) maas__node_set(&n, "input_scale", 1);
    assert_int_equal(maas__node_shape(&n, 0, &in, &err), MAAS_BADVALUE);
    assert_string_equal(err.msg, "input_scale is for at most 65536 numbers a "
                        "row");
}


static void
test_r41_answer(void **state)
{
    rule(41);
}


/* What the document says, step by step; the order of floats is that of
 * docs/model-format.md */

typedef enum { LINEAR, RELU, LEAKY, TANH } act_t;


static unsigned
code(float x, float scale, unsigned zero)
{
    float  v;

    v = rintf(x * (1 / scale)) + (float) zero;

    return v < 0 ? 0 : v > 255 ? 255 : (unsigned) v;
}


static float
act_one(act_t act, float v)
{
    switch (act) {
    case RELU:   return v < 0 ? 0 : v;
    case LEAKY:  return v < 0 ? 0.01f * v : v;
    case TANH:   return tanhf(v);
    default:     return v;
    }
}


/* y(n) of x(k), floats; in or out 0: not quantized */

static void
plain(const float *x, size_t k, size_t n, const int8_t *w, const float *bias,
    const float *scale, act_t act, float in, unsigned zero, float *y)
{
    float    sum;
    size_t   i, j;
    int64_t  whole;

    for (j = 0; j < n; j++) {
        whole = 0;
        sum = 0;

        for (i = 0; i < k; i++) {
            whole += ((int) code(x[i], in, zero) - (int) zero)
                     * (int64_t) w[i * n + j];
            sum = fmaf(x[i], w[i * n + j], sum);
        }

        y[j] = act_one(act, in > 0 ? fmaf((float) whole, in * scale[j],
                                          bias[j])
                                   : fmaf(sum, scale[j], bias[j]));
    }
}


static void
run(maas_model_t *m, const float *x, size_t rows, float *y)
{
    void        *ws;
    size_t       size;
    maas_err_t   err;

    size = maas_workspace_size(m, rows < 7 ? rows : 7);
    ws = aligned_alloc(64, (size + 63) / 64 * 64);
    memset(ws, 0xff, size);
    assert_int_equal(maas_run(m, x, rows, y, ws, size, &err), MAAS_OK);
    free(ws);
}


typedef struct {
    const char  *layers;
    act_t        act;
    float        in, out;          /* scales of the first; 0: none */
    unsigned     in_zero, out_zero;
    float        error;            /* allowed, of a step of out; 0: none */
} case_t;

static const case_t  cases[] = {
    { "\"activation\":\"relu\",\"input_scale\":0.03,\"input_zero\":128,"
      "\"output_scale\":0.02", RELU, 0.03f, 0.02f, 128, 0, 0 },
    { "\"activation\":\"relu\",\"input_scale\":0.01,\"output_scale\":0.5",
      RELU, 0.01f, 0.5f, 0, 0, 0 },
    { "\"input_scale\":0.03,\"input_zero\":128,\"output_scale\":0.04,"
      "\"output_zero\":128", LINEAR, 0.03f, 0.04f, 128, 128, 0 },
    { "\"activation\":\"leaky_relu\",\"input_scale\":0.03,\"output_scale\":"
      "0.04,\"output_zero\":128", LEAKY, 0.03f, 0.04f, 0, 128, 0 },
    { "\"activation\":\"tanh\",\"input_scale\":0.03,\"output_scale\":0.0078,"
      "\"output_zero\":128", TANH, 0.03f, 0.0078f, 0, 128, 0.02f },
    { "\"activation\":\"relu\",\"input_scale\":0.03", RELU, 0.03f, 0, 0, 0, 0 },
    { "\"activation\":\"relu\"", RELU, 0, 0, 0, 0, 0 },
};


/* The second layer takes the first one's codes, or floats */

static char *
case_doc(const case_t *c)
{
    char  second[128], *doc, *text;

    (void) snprintf(second, sizeof(second), "\"units\":5,\"input_scale\":%.9g,"
                    "\"input_zero\":%u", c->out, c->out_zero);
    text = edit(DOC, "\"units\":5,\"input_scale\":0.02",
                c->out > 0 ? second : "\"units\":5");
    doc = edit(text, "\"activation\":\"relu\",\"input_scale\":0.03,"
               "\"input_zero\":128,\"output_scale\":0.02", c->layers);
    free(text);

    return doc;
}


static void
case_want(const case_t *c, const float *x, float *y)
{
    float   z[IN], h[HIDDEN];
    size_t  i;

    for (i = 0; i < IN; i++) {
        z[i] = (x[i] - 0.25f) * 1.5f;
    }

    plain(z, IN, HIDDEN, net.w0, net.b0, net.s0, c->act, c->in, c->in_zero, h);
    plain(h, HIDDEN, OUT, net.w1, net.b1, net.s1, LINEAR, c->out, c->out_zero,
          y);
}


static void
computes(void **state)
{
    char          *doc;
    float          y[ROWS * OUT], one[OUT], want[OUT];
    size_t         i, j, r, isa;
    maas_err_t     err;
    maas_model_t  *m;

    static const maas_isa_t  isas[] = {
        MAAS_ISA_REF, MAAS_ISA_BLAS, MAAS_ISA_AVX2, MAAS_ISA_AVX512,
        MAAS_ISA_AUTO
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        doc = case_doc(&cases[i]);

        for (isa = 0; isa < 5; isa++) {
            if (load(HEADER, doc, isas[isa], &m, &err) == MAAS_UNSUPPORTED) {
                continue;
            }

            assert_string_equal(err.msg, "");
            run(m, net.x, ROWS, y);

            for (r = 0; r < ROWS; r++) {
                case_want(&cases[i], net.x + r * IN, want);
                run(m, net.x + r * IN, 1, one);
                assert_memory_equal(one, y + r * OUT, sizeof(one));

                for (j = 0; j < OUT; j++) {
                    if (!(fabsf(one[j] - want[j]) <= cases[i].error)) {
                        fail_msg("case %zu, row %zu: %a, expected %a", i, r,
                                 (double) one[j], (double) want[j]);
                    }
                }
            }

            maas_model_free(m);
        }

        free(doc);
    }
}


/* Beyond all codes, and not a number: clamped, 0 */

static void
extremes(void **state)
{
    float          x[IN], y[OUT], want[OUT], near[IN];
    size_t         i;
    maas_err_t     err;
    maas_model_t  *m;

    for (i = 0; i < IN; i++) {
        x[i] = i % 3 == 0 ? 3e38f : i % 3 == 1 ? -3e38f : NAN;
        near[i] = i % 3 == 0 ? 1000 : -1000;
    }

    assert_int_equal(load(HEADER, DOC, MAAS_ISA_AUTO, &m, &err), MAAS_OK);
    run(m, x, 1, y);
    run(m, near, 1, want);
    assert_memory_equal(y, want, sizeof(y));
    maas_model_free(m);
}


static void
says(void **state)
{
    maas_err_t     err;
    maas_layer_t   l;
    maas_model_t  *m;

    assert_int_equal(load(HEADER, DOC, MAAS_ISA_AUTO, &m, &err), MAAS_OK);
    l = maas_model_layer(m, 0);
    assert_string_equal(l.kind, "dense");
    assert_string_equal(l.weights, "I8");
    assert_string_equal(l.rows, "U8");
    assert_int_equal(l.bytes, IN * HIDDEN + 2 * 4 * HIDDEN);
    maas_model_free(m);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_r19_r21_r22),
        cmocka_unit_test(test_r39_version),
        cmocka_unit_test(test_r40_scales),
        cmocka_unit_test(test_r40_too_many_numbers),
        cmocka_unit_test(test_r41_answer),
        cmocka_unit_test(computes),
        cmocka_unit_test(extremes),
        cmocka_unit_test(says)
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
