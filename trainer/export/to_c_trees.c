/*
 * Ensembles of trees as C: tables, and the walk that maas_trees.c has, of which
 * only what the ensemble needs is written.
 * Not here: other layers (to_c_layers.c).
 */

#include <math.h>
#include <string.h>

#include "to_c.h"
#include "kernel/maas_trees.h"


typedef struct {
    const train_c_t  *c;
    size_t            layer;
    maas_trees_t      t;
    unsigned          any;             /* flags that some node has */
    unsigned          all;             /* that all have */
    const char       *sum;             /* type of values */
    const char       *f;               /* "f" of functions for it, or "" */
} to_trees_t;

/* A name, of at most 64 bytes, and what is behind it; a layer's number and a
 * width, too */

#define TO_TEXT    (MAAS_MAX_NAME + 128)

#define TO(x, ...)  (void) fprintf((x)->c->f, __VA_ARGS__)


static double
to_trees_number(maas_dtype_t type, const void *p, size_t i)
{
    return type == MAAS_F64 ? ((const double *) p)[i]
                            : (double) ((const float *) p)[i];
}


static void
to_trees_constant(const to_trees_t *x, maas_dtype_t type, double v)
{
    if (type == MAAS_F64) {
        train_c_double(x->c, v);
    } else {
        train_c_float(x->c, (float) v);
    }
}


static void
to_trees_reals(const to_trees_t *x, const char *name, maas_dtype_t type,
    const void *v, size_t n)
{
    size_t  i;

    TO(x, "static const %s %s_%s%zu[%zu] = {",
       type == MAAS_F64 ? "double" : "float", x->c->name, name, x->layer, n);

    for (i = 0; i < n; i++) {
        TO(x, "%s", i == 0 ? "\n    " : i % 4 == 0 ? ",\n    " : ", ");
        to_trees_constant(x, type, to_trees_number(type, v, i));
    }

    TO(x, "\n};\n\n");
}


static long
to_trees_u32(const void *of, size_t i)
{
    return (long) ((const uint32_t *) of)[i];
}


/* Nodes with children counted over all trees: a node, or ~leaf */

static void
to_trees_nodes(const to_trees_t *x)
{
    size_t               i, j, k, leaf;
    const maas_trees_t  *t;

    t = &x->t;
    TO(x, "static const struct {\n    %s  threshold;\n    uint32_t  feature;\n"
       "    int32_t  left, right;\n%s} %s_node%zu[%zu] = {",
       t->compare == MAAS_F64 ? "double" : "float",
       x->any != x->all ? "    uint8_t  flags;\n" : "", x->c->name, x->layer,
       t->nodes > 0 ? t->nodes : 1);

    if (t->nodes == 0) {
        TO(x, "\n    { 0 }");
    }

    for (i = 0, j = 0, leaf = 0; i < t->trees; i++) {
        for (k = 0; k < t->size[i]; k++) {
            TO(x, j + k == 0 ? "\n    { " : ",\n    { ");
            to_trees_constant(x, t->compare,
                              to_trees_number(t->compare, t->threshold,
                                              j + k));
            TO(x, ", %u, %ld, %ld", t->feature[j + k],
               (long) t->left[j + k] + (t->left[j + k] >= 0 ? (long) j
                                                            : -(long) leaf),
               (long) t->right[j + k] + (t->right[j + k] >= 0
                                         ? (long) j : -(long) leaf));
            if (x->any != x->all) {
                TO(x, ", %u", t->flags[j + k]);
            }
            TO(x, " }");
        }

        j += t->size[i];
        leaf += t->size[i] + 1;
    }

    TO(x, "\n};\n\n");
}


/* Where each tree begins: a node, or ~leaf if it is one leaf alone */

static long
to_trees_root(const void *of, size_t i)
{
    return ((const int32_t *) of)[i];
}


static void
to_trees_tables(const to_trees_t *x)
{
    size_t               i, leaves;
    int32_t             *root, node, leaf;
    const maas_trees_t  *t;

    t = &x->t;
    leaves = t->nodes + t->trees;
    root = train_alloc(t->trees, sizeof(int32_t));

    for (i = 0, node = 0, leaf = 0; i < t->trees; i++) {
        root[i] = t->size[i] > 0 ? node : ~leaf;
        node += (int32_t) t->size[i];
        leaf += (int32_t) t->size[i] + 1;
    }

    to_trees_nodes(x);
    train_c_numbers(x->c, "root", x->layer, to_trees_root, root, t->trees);
    to_trees_reals(x, "value", t->sum, t->value,
                   leaves * (t->vector ? t->out : 1));

    if (t->combine == MAAS_COMBINE_SUM || t->base_last) {
        to_trees_reals(x, "base", t->sum, t->base, t->out);
    }

    if (t->output != NULL) {
        train_c_numbers(x->c, "output", x->layer, to_trees_u32, t->output,
                        t->trees);
    }

    if (x->any & MAAS_TREE_SET) {
        train_c_numbers(x->c, "set", x->layer, to_trees_u32, t->set,
                        t->sets + 1);
        train_c_numbers(x->c, "word", x->layer, to_trees_u32, t->word,
                        t->words);
    }

    if (t->terms > 0) {
        train_c_numbers(x->c, "term", x->layer, to_trees_u32, t->term,
                        leaves + 1);
        train_c_numbers(x->c, "of", x->layer, to_trees_u32, t->term_feature,
                        t->terms);
        to_trees_reals(x, "coefficient", MAAS_F64, t->coefficient, t->terms);
        to_trees_reals(x, "constant", MAAS_F64, t->constant, leaves);
    }

    train_free(root);
}


/* "it has the flag", as an expression: 1 or 0 if all nodes agree */

static const char *
to_trees_flag(const to_trees_t *x, unsigned flag, char *buf, size_t size)
{
    if (!(x->any & flag)) {
        return "0";
    }

    if (x->all & flag) {
        return "1";
    }

    (void) snprintf(buf, size, "(%s_node%zu[at].flags & %u)", x->c->name,
                    x->layer, flag);
    return buf;
}


/* v is x of a feature, LightGBM's zero */

static void
to_trees_x(const to_trees_t *x, const char *feature)
{
    TO(x, "        v = x[%s];\n", feature);

    if (x->t.tiny) {
        TO(x, "        v = fabs((double) v) <= 1.0000000180025095e-35 ? 0 "
           ": v;\n");
    }
}


static void
to_trees_set(const to_trees_t *x)
{
    char  set[TO_TEXT], down[TO_TEXT];

    if (!(x->any & MAAS_TREE_SET)) {
        return;
    }

    TO(x, "        } else if (%s) {\n",
       to_trees_flag(x, MAAS_TREE_SET, set, sizeof(set)));
    TO(x, "            d = %s ? floor((double) v) : v < 0 ? ceil((double) v)\n"
       "                : floor((double) v);\n",
       to_trees_flag(x, MAAS_TREE_FLOOR, down, sizeof(down)));
    TO(x, "            set = (size_t) %s_node%zu[at].threshold;\n"
       "            left = d >= 0 && d < 32.0 * (%s_set%zu[set + 1]\n"
       "                                         - %s_set%zu[set])\n"
       "                   && (%s_word%zu[%s_set%zu[set] + (uint32_t) d / 32]"
       "\n                       >> (uint32_t) d %% 32 & 1);\n",
       x->c->name, x->layer, x->c->name, x->layer, x->c->name, x->layer,
       x->c->name, x->layer, x->c->name, x->layer);
}


/* The leaf of a tree that begins at `at` */

static void
to_trees_walk(const to_trees_t *x)
{
    char  nan[TO_TEXT], left[TO_TEXT], zero[TO_TEXT], equal[TO_TEXT];
    char  feature[TO_TEXT];

    TO(x, "static size_t\n%s_leaf%zu(const %s *x, int32_t at)\n{\n"
       "    int     left;\n    %s  v;\n", x->c->name, x->layer, x->c->row,
       x->c->row);

    if (x->any & MAAS_TREE_SET) {
        TO(x, "    double  d;\n    size_t  set;\n");
    }

    (void) to_trees_flag(x, MAAS_TREE_NAN, nan, sizeof(nan));
    TO(x, "\n    while (at >= 0) {\n");
    (void) snprintf(feature, sizeof(feature), "%s_node%zu[at].feature",
                    x->c->name, x->layer);
    to_trees_x(x, feature);

    if (!(x->all & MAAS_TREE_NAN)) {
        TO(x, "        if (v != v && !%s) {\n            v = 0;\n        }\n",
           to_trees_flag(x, MAAS_TREE_NAN, nan, sizeof(nan)));
    }

    TO(x, "\n        if (v != v");

    if (x->any & MAAS_TREE_ZERO) {
        TO(x, " || (%s && fabs((double) v) <= 1.0000000180025095e-35)",
           to_trees_flag(x, MAAS_TREE_ZERO, zero, sizeof(zero)));
    }

    TO(x, ") {\n            left = %s != 0;\n",
       to_trees_flag(x, MAAS_TREE_LEFT, left, sizeof(left)));
    to_trees_set(x);

    if (x->any & MAAS_TREE_EQUAL) {
        TO(x, "        } else if (%s) {\n            left = v == "
           "%s_node%zu[at].threshold;\n",
           to_trees_flag(x, MAAS_TREE_EQUAL, equal, sizeof(equal)),
           x->c->name, x->layer);
    }

    TO(x, "        } else {\n            left = v <= %s_node%zu[at].threshold;"
       "\n        }\n\n        at = left ? %s_node%zu[at].left : %s_node%zu[at]"
       ".right;\n    }\n\n    return (size_t) ~at;\n}\n\n\n", x->c->name,
       x->layer, x->c->name, x->layer, x->c->name, x->layer);
}


/* A linear leaf's value */

static void
to_trees_linear(const to_trees_t *x)
{
    char  feature[TO_TEXT];

    if (x->t.terms == 0) {
        return;
    }

    (void) snprintf(feature, sizeof(feature), "%s_of%zu[i]", x->c->name,
                    x->layer);
    TO(x, "static double\n%s_linear%zu(const %s *x, size_t leaf)\n{\n"
       "    size_t  i;\n    %s  v;\n    double  sum;\n\n"
       "    sum = %s_constant%zu[leaf];\n\n"
       "    for (i = %s_term%zu[leaf]; i < %s_term%zu[leaf + 1]; i++) {\n",
       x->c->name, x->layer, x->c->row, x->c->row, x->c->name, x->layer,
       x->c->name, x->layer, x->c->name, x->layer);
    to_trees_x(x, feature);
    TO(x, "        if (v != v) {\n            return %s_value%zu[leaf];\n"
       "        }\n        sum += %s_coefficient%zu[i] * v;\n    }\n\n"
       "    return sum;\n}\n\n\n", x->c->name, x->layer, x->c->name, x->layer);
}


/* What a tree does to a sum, given `what` it adds */

static void
to_trees_add(const to_trees_t *x, const char *pad, const char *o,
    const char *what)
{
    if (x->t.combine == MAAS_COMBINE_SUM) {
        TO(x, "%ss[%s] += %s%s;\n", pad, o,
           x->t.terms > 0 && x->t.sum == MAAS_F32 ? "(float) " : "", what);
        return;
    }

    TO(x, "%sv = %s%s;\n%ss[%s] = v %s s[%s] ? v : s[%s];\n", pad,
       x->t.terms > 0 ? "(float) " : "", what, pad, o,
       x->t.combine == MAAS_COMBINE_MIN ? "<" : ">=", o, o);
}


static void
to_trees_finish(const to_trees_t *x)
{
    if (!x->t.base_last && x->t.divide == 1) {
        return;
    }

    TO(x, "    for (i = 0; i < %zu; i++) {\n", x->t.out);

    if (x->t.base_last) {
        TO(x, "        s[i] += %s_base%zu[i];\n", x->c->name, x->layer);
    }

    if (x->t.divide != 1) {
        TO(x, "        s[i] /= (%s) %zu;\n", x->sum, x->t.divide);
    }

    TO(x, "    }\n");
}


/* s(out): the sums */

static void
to_trees_sums(const to_trees_t *x)
{
    char                 value[TO_TEXT];
    size_t               l;
    const maas_trees_t  *t;

    t = &x->t;
    l = x->layer;
    TO(x, "/* The scores s(%zu) before the transform */\n\nstatic void\n"
       "%s_sums%zu(const %s *x, %s *s)\n{\n    size_t  i, leaf;\n%s", t->out,
       x->c->name, l, x->c->row, x->sum, t->vector ? "    size_t  o;\n" : "");

    if (t->combine != MAAS_COMBINE_SUM) {
        TO(x, "    %s  v;\n", x->sum);
    }

    TO(x, "\n    for (i = 0; i < %zu; i++) {\n        s[i] = ", t->out);

    if (t->combine != MAAS_COMBINE_SUM) {
        TO(x, "%s(%s) HUGE_VAL", t->combine == MAAS_COMBINE_MIN ? "" : "-",
           x->sum);
    } else if (t->base_last) {
        TO(x, "0");
    } else {
        TO(x, "%s_base%zu[i]", x->c->name, l);
    }

    TO(x, ";\n    }\n\n    for (i = 0; i < %zu; i++) {\n"
       "        leaf = %s_leaf%zu(x, %s_root%zu[i]);\n", t->trees, x->c->name,
       l, x->c->name, l);

    if (t->vector) {
        TO(x, "\n        for (o = 0; o < %zu; o++) {\n", t->out);
        (void) snprintf(value, sizeof(value), "%s_value%zu[leaf * %zu + o]",
                        x->c->name, l, t->out);
        to_trees_add(x, "            ", "o", value);
        TO(x, "        }\n");

    } else {
        char  o[TO_TEXT] = "0";

        if (t->output != NULL) {
            (void) snprintf(o, sizeof(o), "%s_output%zu[i]", x->c->name, l);
        }

        (void) snprintf(value, sizeof(value), t->terms > 0
                        ? "%s_linear%zu(x, leaf)" : "%s_value%zu[leaf]",
                        x->c->name, l);
        to_trees_add(x, "        ", o, value);
    }

    TO(x, "    }\n\n");
    to_trees_finish(x);
    TO(x, "}\n\n\n");
}


static void
to_trees_softmax(const to_trees_t *x)
{
    TO(x, "    double  sum;\n    %s  most;\n\n"
       "    %s_sums%zu(x, s);\n\n    most = s[0];\n"
       "    for (i = 1; i < %zu; i++) {\n"
       "        most = s[i] > most ? s[i] : most;\n    }\n\n    sum = 0;\n"
       "    for (i = 0; i < %zu; i++) {\n"
       "        s[i] = exp%s(s[i] - most);\n        sum += s[i];\n    }\n\n"
       "    for (i = 0; i < %zu; i++) {\n"
       "        y[i] = (float) (s[i] / (%s) sum);\n    }\n}\n\n\n", x->sum,
       x->c->name, x->layer, x->t.out, x->t.out, x->f, x->t.out, x->sum);
}


/* The answer y(out) of a row */

static void
to_trees_answer(const to_trees_t *x)
{
    const maas_trees_t  *t;

    t = &x->t;
    TO(x, "static void\n%s_trees%zu(const %s *x, float *y)\n{\n"
       "    size_t  i;\n    %s  s[%zu];\n", x->c->name, x->layer, x->c->row,
       x->sum, t->out);

    if (t->transform == MAAS_TRANSFORM_SOFTMAX) {
        to_trees_softmax(x);
        return;
    }

    TO(x, "%s\n    %s_sums%zu(x, s);\n\n    for (i = 0; i < %zu; i++) {\n",
       t->transform == MAAS_TRANSFORM_SIGMOID
       || t->transform == MAAS_TRANSFORM_SOFTPLUS ? t->sum == MAAS_F64
       ? "    double  v;\n" : "    float  v;\n" : "", x->c->name, x->layer,
       t->out);

    switch (t->transform) {

    case MAAS_TRANSFORM_SIGMOID:
        if (t->sum == MAAS_F64) {
            TO(x, "        v = -");
            train_c_double(x->c, t->slope);
            TO(x, " * s[i];\n");
        } else {
            TO(x, "        v = -s[i] * ");
            train_c_float(x->c, (float) t->slope);
            TO(x, ";\n        v = v > 88.7f ? 88.7f : v;\n");
        }
        TO(x, "        y[i] = (float) (1 / (1 + exp%s(v)));\n", x->f);
        break;

    case MAAS_TRANSFORM_EXP:
        TO(x, "        y[i] = (float) exp%s(s[i]);\n", x->f);
        break;

    case MAAS_TRANSFORM_SOFTPLUS:
        TO(x, "        v = exp%s(s[i]);\n", x->f);
        TO(x, "        y[i] = (float) (isinf(v) ? s[i] : log1p%s(v));\n",
           x->f);
        break;

    case MAAS_TRANSFORM_SQUARE:
        TO(x, "        y[i] = (float) (s[i] * fabs%s(s[i]));\n", x->f);
        break;

    case MAAS_TRANSFORM_STEP:
        TO(x, "        y[i] = s[i] > 0 ? 1.0f : 0.0f;\n");
        break;

    default:
        TO(x, "        y[i] = (float) s[i];\n");
    }

    TO(x, "    }\n}\n\n\n");
}


void
train_c_trees(const train_c_t *c, size_t i)
{
    size_t      k;
    to_trees_t  x = { .c = c, .layer = i };

    maas__trees_of(&c->d->nodes[i], &x.t);

    x.all = x.t.nodes > 0 ? MAAS_TREE_FLAGS : 0;

    for (k = 0; k < x.t.nodes; k++) {
        x.any |= x.t.flags[k];
        x.all &= x.t.flags[k];
    }

    x.sum = x.t.sum == MAAS_F64 ? "double" : "float";
    x.f = x.t.sum == MAAS_F64 ? "" : "f";

    to_trees_tables(&x);
    to_trees_walk(&x);
    to_trees_linear(&x);
    to_trees_sums(&x);
    to_trees_answer(&x);
}
