/*
 * Layers of networks as C: the same operations in the same order as the
 * engine's plain loops.
 * Not here: trees (to_c_trees.c).
 */

#include <string.h>

#include "to_c.h"


/* One row a kind and an activation: what it needs, which is written once if
 * some layer has it.  Sums begin with the bias and go up, one rounding a
 * step. */

static const char  c_dense[] =
    "/* y(n) = x(k) w(k,n) + b(n) */\n\n"
    "static void\n"
    "@_dense(const float *w, const float *b, size_t k, size_t n,\n"
    "    const float *x, float *y)\n"
    "{\n"
    "    size_t  i, j;\n\n"
    "    for (j = 0; j < n; j++) {\n"
    "        y[j] = b[j];\n"
    "    }\n\n"
    "    for (i = 0; i < k; i++, w += n) {\n"
    "        for (j = 0; j < n; j++) {\n"
    "            y[j] = MAAS_FMA(x[i], w[j], y[j]);\n"
    "        }\n"
    "    }\n\n"
    "    for (j = 0; j < n; j++) {\n"
    "        y[j] += 0.0f;\n"
    "    }\n"
    "}\n\n\n";

static const char  c_layer_norm[] =
    "/* y(n) = (x - mean) / sqrt(variance + epsilon) * w + b */\n\n"
    "static void\n"
    "@_norm(const float *w, const float *b, float epsilon, size_t n,\n"
    "    const float *x, float *y)\n"
    "{\n"
    "    size_t  i;\n"
    "    double  d, mean, var, scale;\n\n"
    "    mean = 0;\n"
    "    for (i = 0; i < n; i++) {\n"
    "        mean += x[i];\n"
    "    }\n\n"
    "    mean /= (double) n;\n\n"
    "    var = 0;\n"
    "    for (i = 0; i < n; i++) {\n"
    "        d = x[i] - mean;\n"
    "        var += d * d;\n"
    "    }\n\n"
    "    scale = 1 / sqrt(var / (double) n + (double) epsilon);\n\n"
    "    for (i = 0; i < n; i++) {\n"
    "        y[i] = (float) ((x[i] - mean) * scale) * w[i] + b[i];\n"
    "    }\n"
    "}\n\n\n";

static const char  c_normalize[] =
    "/* y(n) = x / its norm: 0 sum of |x|, 1 root of squares, 2 largest |x| */"
    "\n\n"
    "static void\n"
    "@_normalize(int by, size_t n, const float *x, float *y)\n"
    "{\n"
    "    size_t  i;\n"
    "    double  a, sum, most;\n\n"
    "    sum = most = 0;\n\n"
    "    for (i = 0; i < n; i++) {\n"
    "        a = fabs((double) x[i]);\n"
    "        sum += by == 1 ? a * a : a;\n"
    "        most = a > most ? a : most;\n"
    "    }\n\n"
    "    sum = by == 2 ? most : by == 1 ? sqrt(sum) : sum;\n\n"
    "    for (i = 0; i < n; i++) {\n"
    "        y[i] = sum == 0 ? x[i] : (float) (x[i] / sum);\n"
    "    }\n"
    "}\n\n\n";

static const char  c_clip[] =
    "/* y(n) = x, at least low and at most high */\n\n"
    "static void\n"
    "@_within(float low, float high, size_t n, const float *x, float *y)\n"
    "{\n"
    "    float   v;\n"
    "    size_t  i;\n\n"
    "    for (i = 0; i < n; i++) {\n"
    "        v = x[i] < low ? low : x[i];\n"
    "        y[i] = v > high ? high : v;\n"
    "    }\n"
    "}\n\n\n";

/* Of an activation: y[i] anew, of v = y[i] and alpha */

static const char *const  c_acts[MAAS_N_ACTS] = {
    [MAAS_ACT_RELU] = "v < 0.0f ? 0.0f : v",
    [MAAS_ACT_LEAKY_RELU] = "v < 0.0f ? alpha * v : v",
    [MAAS_ACT_ELU] = "v < 0.0f ? alpha * expm1f(v) : v",
    [MAAS_ACT_GELU] = "v < -15.0f ? 0.0f\n"
        "               : (float) (0.5 * v * erfc(v * -0.70710678118654752))",
    [MAAS_ACT_SILU] = "v < -120.0f ? 0.0f\n"
        "               : (float) (v / (1 + exp(-(double) v)))",
    [MAAS_ACT_SIGMOID] = "(float) (1 / (1 + exp(-(double) v)))",
    [MAAS_ACT_TANH] = "tanhf(v)"
};

static const char  c_softmax[] =
    "static void\n"
    "@_softmax(float *y, size_t n)\n"
    "{\n"
    "    float   max, sum;\n"
    "    size_t  i;\n\n"
    "    max = y[0];\n"
    "    for (i = 1; i < n; i++) {\n"
    "        max = y[i] > max ? y[i] : max;\n"
    "    }\n\n"
    "    sum = 0.0f;\n"
    "    for (i = 0; i < n; i++) {\n"
    "        y[i] = expf(y[i] - max);\n"
    "        sum += y[i];\n"
    "    }\n\n"
    "    for (i = 0; i < n; i++) {\n"
    "        y[i] /= sum;\n"
    "    }\n"
    "}\n\n\n";


static int
c_has(const train_c_t *c, const maas_op_t *op, int act)
{
    size_t  i;

    for (i = 0; i < c->d->n_nodes; i++) {
        if (op != NULL ? c->d->nodes[i].op == op
                       : (int) c->d->nodes[i].act == act)
        {
            return 1;
        }
    }

    return 0;
}


static void
c_act(const train_c_t *c, int act)
{
    const maas_act_row_t  *row;

    row = &maas__acts[act];

    (void) fprintf(c->f, "static void\n%s_%s(float *y, size_t n%s)\n"
                   "{\n    float   v;\n    size_t  i;\n\n"
                   "    for (i = 0; i < n; i++) {\n        v = y[i];\n"
                   "        y[i] = %s;\n    }\n}\n\n\n", c->name, row->name,
                   row->has_alpha ? ", float alpha" : "", c_acts[act]);
}


/* Weights of a layer, two tensors */

static void
c_weights(const train_c_t *c, size_t i)
{
    size_t                j;
    const maas_tensor_t  *t;

    for (j = 0; j < 2; j++) {
        t = &c->d->nodes[i].tensors[j];
        train_c_floats(c, j == 0 ? "weight" : "bias", i, t->data,
                       maas__numbers(t->rank, t->shape));
    }
}


void
train_c_layers(const train_c_t *c)
{
    int                 act;
    size_t              i;
    const maas_node_t  *n;

    if (c_has(c, &maas__op_dense, 0)) {
        train_c_code(c, c_dense);
    }

    if (c_has(c, &maas__op_layer_norm, 0)) {
        train_c_code(c, c_layer_norm);
    }

    if (c_has(c, &maas__op_normalize, 0)) {
        train_c_code(c, c_normalize);
    }

    if (c_has(c, &maas__op_clip, 0)) {
        train_c_code(c, c_clip);
    }

    for (act = 0; act < MAAS_N_ACTS; act++) {
        if (c_acts[act] != NULL && c_has(c, NULL, act)) {
            c_act(c, act);
        }
    }

    if (c_has(c, NULL, MAAS_ACT_SOFTMAX)) {
        train_c_code(c, c_softmax);
    }

    for (i = 0; i < c->d->n_nodes; i++) {
        n = &c->d->nodes[i];

        if (n->op == &maas__op_dense || n->op == &maas__op_layer_norm) {
            c_weights(c, i);
        }
    }
}


static void
c_call_dense(const train_c_t *c, size_t i, const char *in, const char *out)
{
    size_t              k, n, groups;
    const maas_node_t  *node;

    node = &c->d->nodes[i];
    n = node->tensors[0].shape[1];
    groups = maas__shape_numbers(&node->shape) / n;
    k = node->tensors[0].shape[0] / groups;

    if (groups == 1) {
        (void) fprintf(c->f, "    %s_dense(%s_weight%zu, %s_bias%zu, %zu, %zu, "
                       "%s, %s);\n", c->name, c->name, i, c->name, i, k, n, in,
                       out);
        return;
    }

    (void) fprintf(c->f, "\n    for (i = 0; i < %zu; i++) {\n"
                   "        %s_dense(%s_weight%zu + i * %zu, %s_bias%zu + i * "
                   "%zu,\n            %zu, %zu, %s + i * %zu, %s + i * %zu);\n"
                   "    }\n\n", groups, c->name, c->name, i, k * n, c->name, i,
                   n, k, n, in, k, out, n);
}


static void
c_call_act(const train_c_t *c, const maas_node_t *n, const char *out)
{
    if (n->act == MAAS_ACT_LINEAR) {
        return;
    }

    (void) fprintf(c->f, "    %s_%s(%s, %zu", c->name,
                   maas__acts[n->act].name, out,
                   maas__shape_numbers(&n->shape));

    if (maas__acts[n->act].has_alpha) {
        (void) fputs(", ", c->f);
        train_c_float(c, n->alpha);
    }

    (void) fputs(");\n", c->f);
}


void
train_c_layer(const train_c_t *c, size_t i, const char *const *in,
    const char *out)
{
    size_t              width;
    const maas_node_t  *n;

    n = &c->d->nodes[i];
    width = maas__shape_numbers(&n->shape);

    if (n->op == &maas__op_dense) {
        c_call_dense(c, i, in[0], out);

    } else if (n->op == &maas__op_embed) {
        train_c_embed(c, i, in[0], out);

    } else if (n->op == &maas__op_layer_norm) {
        (void) fprintf(c->f, "    %s_norm(%s_weight%zu, %s_bias%zu, ", c->name,
                       c->name, i, c->name, i);
        train_c_float(c, (float) maas__attr_get(n, &n->op->attrs[0]));
        (void) fprintf(c->f, ", %zu, %s, %s);\n", width, in[0], out);

    } else if (n->op == &maas__op_normalize) {
        (void) fprintf(c->f, "    %s_normalize(%d, %zu, %s, %s);\n", c->name,
                       (int) maas__attr_get(n, &n->op->attrs[0]), width, in[0],
                       out);

    } else if (n->op == &maas__op_clip) {
        (void) fprintf(c->f, "    %s_within(", c->name);
        train_c_float(c, (float) maas__attr_get(n, &n->op->attrs[0]));
        (void) fputs(", ", c->f);
        train_c_float(c, (float) maas__attr_get(n, &n->op->attrs[1]));
        (void) fprintf(c->f, ", %zu, %s, %s);\n", width, in[0], out);

    } else if (n->op == &maas__op_target) {
        train_c_target(c, i, in[0], out);

    } else if (n->op == &maas__op_trees) {
        (void) fprintf(c->f, "    %s_trees%zu(%s, %s);\n", c->name, i, in[0],
                       out);

    } else {
        (void) fprintf(c->f, "\n    for (i = 0; i < %zu; i++) {\n"
                       "        %s[i] = %s[i]", width, out, in[0]);

        if (n->n_in == 2) {
            (void) fprintf(c->f, " %c %s[i]", n->op == &maas__op_add ? '+'
                           : '*', in[1]);
        }

        (void) fputs(";\n    }\n\n", c->f);
    }

    c_call_act(c, n, out);
}
