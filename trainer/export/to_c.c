/*
 * A model as one file of C99, which needs libm alone.
 * Not here: its parts (to_c_*.c).
 */

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "to_c.h"


#define TO_C_STACK  (1u << 20)         /* bytes: more is no small device's */


/* Letters, digits and _, a letter first */

static char *
to_c_name(const train_exported_t *e)
{
    char  *name, *s;

    if (e->name != NULL) {
        return train_strdup(e->name);
    }

    name = train_format("%s%s", isdigit((unsigned char) e->desc->name[0])
                                ? "m" : "", e->desc->name);

    for (s = name; *s != '\0'; s++) {
        if (!isalnum((unsigned char) *s)) {
            *s = '_';
        }
    }

    return name;
}


/* What the answer is, by number */

static void
to_c_answer(const train_c_t *c)
{
    size_t              i;
    const maas_desc_t  *d;

    d = c->d;
    (void) fprintf(c->f, " * y[%zu]: ", d->out);

    if (d->task == MAAS_TASK_BINARY) {
        (void) fputs("the probability", c->f);
        if (d->n_labels == 2) {
            (void) fputs(" of \"", c->f);
            train_c_comment(c, d->labels[1]);
            (void) fprintf(c->f, "\", which is said above %g",
                           (double) d->threshold);
        }
        (void) fputs("\n", c->f);
        return;
    }

    (void) fputs(d->task == MAAS_TASK_CLASSIFICATION ? "probabilities\n"
                                                     : "numbers\n", c->f);

    for (i = 0; i < d->n_labels; i++) {
        (void) fprintf(c->f, " *     y[%zu]  ", i);
        train_c_comment(c, d->labels[i]);
        if (d->decision != NULL) {
            (void) fprintf(c->f, "  (counts %.9g times in the decision)",
                           (double) d->decision[i]);
        }
        (void) fputs("\n", c->f);
    }
}


/* What a row is, by slots */

static void
to_c_row(const train_c_t *c)
{
    size_t                i;
    const maas_column_t  *v;

    (void) fprintf(c->f, " * x[%zu]: a row\n", c->d->in);

    for (i = 0; c->d->input == MAAS_INPUT_COLUMNS && i < c->d->n_columns; i++)
    {
        v = &c->d->columns[i];
        (void) fprintf(c->f, " *     x[%zu", v->at);
        if (v->width > 1) {
            (void) fprintf(c->f, "..%zu", v->at + v->width - 1);
        }
        (void) fputs("]  ", c->f);
        train_c_comment(c, v->name);
        (void) fprintf(c->f, ", %s%s\n", maas__field_names[v->kind],
                       v->codes ? ": place in its list, NAN if in none" : "");
    }
}


static void
to_c_head(const train_c_t *c)
{
    (void) fprintf(c->f, "/*\n * Model \"%s\", CRC-32C %08x, by " TRAIN_TOOL
                   " export.\n *\n", c->d->name, c->d->crc32c);
    train_c_code(c, " *     void @_predict(const $ *x, float *y);\n");

    if (c->d->input == MAAS_INPUT_COLUMNS && !c->e->tensor) {
        train_c_code(c, " *\n * A row by its columns, which @_columns names:"
            "\n *\n *     void @_clear($ *x);               no value in any"
            "\n *     int  @_number($ *x, int column, double v);"
            "\n *     int  @_text($ *x, int column, const char *s);"
            "\n *     void @_missing($ *x, int column);"
            "\n *     int  @_check(const $ *x);"
            "\n *\n * number and text return 0, or -1 if the column has no such"
            " value; check the"
            "\n * first column that must have a value and has none, or -1."
            "  NAN is no value.\n");
    }

    (void) fputs(" *\n", c->f);
    to_c_row(c);
    to_c_answer(c);
    (void) fprintf(c->f, " *\n * C99 and libm; no memory but about %zu bytes "
                   "of stack; any number of threads.\n"
                   " * Not to be compiled with -ffast-math.  Where the CPU has "
                   "no fmaf(), and the last\n * digits do not matter, "
                   "-D'MAAS_FMA(a,b,c)=((a)*(b)+(c))' is faster.\n */\n\n",
                   c->stack + 256);
    (void) fputs("#include <math.h>\n#include <stddef.h>\n#include <stdint.h>\n"
                 "#include <stdio.h>\n#include <stdlib.h>\n"
                 "#include <string.h>\n\n"
                 "#if defined(__clang__)\n#pragma STDC FP_CONTRACT OFF\n"
                 "#elif defined(__GNUC__)\n"
                 "#pragma GCC optimize (\"fp-contract=off\")\n#endif\n\n"
                 "#ifndef MAAS_FMA\n#define MAAS_FMA(a, b, c)  fmaf(a, b, c)\n"
                 "#endif\n\n\n", c->f);
}


static void
to_c_prototypes(const train_c_t *c)
{
    const maas_desc_t  *d;

    d = c->d;
    train_c_code(c, "void @_predict(const $ *x, float *y);\n");

    if (d->input == MAAS_INPUT_COLUMNS && !c->e->tensor) {
        train_c_code(c, "void @_clear($ *x);\n"
                     "int @_number($ *x, int column, double v);\n"
                     "int @_text($ *x, int column, const char *s);\n"
                     "void @_missing($ *x, int column);\n"
                     "int @_check(const $ *x);\n");
    }

    (void) fputs("\n\n", c->f);
}


static void
to_c_names(const train_c_t *c)
{
    size_t        i;
    const char  **names;

    if (c->d->n_labels > 0) {
        train_c_texts(c, "labels", c->d->labels, c->d->n_labels);
    }

    if (c->d->input == MAAS_INPUT_COLUMNS) {
        names = train_alloc(c->d->n_columns, sizeof(char *));

        for (i = 0; i < c->d->n_columns; i++) {
            names[i] = c->d->columns[i].name;
        }

        train_c_texts(c, "columns", names, c->d->n_columns);
        train_free(names);
    }
}


/* The value that a layer or the answer reads: 0: the network's input */

static void
to_c_value(char *buf, size_t size, unsigned from, int scales)
{
    if (from == 0) {
        (void) snprintf(buf, size, "%s", scales ? "z" : "x");
    } else {
        (void) snprintf(buf, size, "v%u", from - 1);
    }
}


static void
to_c_predict(const train_c_t *c)
{
    int                   scales;
    char                  in[MAAS_OP_INPUTS][32], out[32];
    size_t                i, j, n;
    const char           *inputs[MAAS_OP_INPUTS];
    const maas_node_t    *node;
    const maas_output_t  *o;

    scales = train_c_scales(c->d);
    train_c_code(c, "void\n@_predict(const $ *x, float *y)\n{\n"
                 "    size_t  i;\n");

    if (scales) {
        (void) fprintf(c->f, "    float   z[%zu];\n", c->d->in);
    }

    for (i = 0; i < c->d->n_nodes; i++) {
        (void) fprintf(c->f, "    float   v%zu[%zu];\n", i,
                       maas__shape_numbers(&c->d->nodes[i].shape));
    }

    (void) fputs("\n", c->f);

    if (scales) {
        train_c_code(c, "    @_scale(x, z);\n");
    }

    for (i = 0; i < c->d->n_nodes; i++) {
        node = &c->d->nodes[i];

        for (j = 0; j < node->n_in; j++) {
            to_c_value(in[j], sizeof(in[j]), node->in[j], scales);
            inputs[j] = in[j];
        }

        (void) snprintf(out, sizeof(out), "v%zu", i);
        train_c_layer(c, i, inputs, out);
    }

    for (i = 0; i < c->d->n_outputs; i++) {
        o = &c->d->outputs[i];
        to_c_value(out, sizeof(out), o->from, scales);
        n = o->from == 0 ? c->d->in
            : maas__shape_numbers(&c->d->nodes[o->from - 1].shape);
        (void) fprintf(c->f, "\n    for (i = 0; i < %zu; i++) {\n"
                       "        y[%zu + i] = %s[i];\n    }\n", n, o->at, out);
    }

    (void) fputs("}\n", c->f);
}


/* Why it cannot be done; 0: it can */

static int
to_c_refuse(train_c_t *c)
{
    size_t                i;
    const maas_column_t  *v;
    const maas_op_t      *op;

    v = c->e->tensor ? NULL : train_exported_odd(c->d, TRAIN_C_KINDS);

    if (v != NULL) {
        return train_refuse(c->e->why, "column \"%.64s\" is a %s, which has no "
                            "code in C: with --tensor the row of numbers that "
                            "columns become is the input", v->name,
                            maas__field_names[v->kind]);
    }

    c->stack = train_c_scales(c->d) ? c->d->in * sizeof(float) : 0;

    for (i = 0; i < c->d->n_nodes; i++) {
        op = c->d->nodes[i].op;
        c->stack += maas__shape_numbers(&c->d->nodes[i].shape)
                    * (op == &maas__op_trees ? 3 : 1) * sizeof(float);

        if (op != &maas__op_dense && op != &maas__op_activation
            && op != &maas__op_add && op != &maas__op_flatten
            && op != &maas__op_clip && op != &maas__op_multiply
            && op != &maas__op_layer_norm && op != &maas__op_normalize
            && op != &maas__op_trees && op != &maas__op_target
            && op != &maas__op_embed)
        {
            return train_refuse(c->e->why, "layer %zu is of kind %s, which has "
                                "no code in C: --to onnx may have it", i,
                                op->name);
        }
    }

    if (c->stack > TO_C_STACK) {
        return train_refuse(c->e->why, "its values take %zu bytes of stack, "
                            "more than the %u that an export to C may have: "
                            "--to onnx has no such limit", c->stack,
                            TO_C_STACK);
    }

    return 0;
}


static int
to_c_write(train_exported_t *e)
{
    size_t     i;
    train_c_t  c = { .e = e, .d = e->desc, .f = e->f };

    if (to_c_refuse(&c) != 0) {
        return -1;
    }

    c.row = e->desc->shape.dtype == MAAS_F64 ? "double" : "float";
    c.name = to_c_name(e);

    to_c_head(&c);
    to_c_prototypes(&c);
    to_c_names(&c);

    if (train_c_scales(e->desc)) {
        train_c_scale(&c);
    }

    train_c_layers(&c);
    train_c_targets(&c);
    train_c_embeds(&c);

    for (i = 0; i < e->desc->n_nodes; i++) {
        if (e->desc->nodes[i].op == &maas__op_trees) {
            train_c_trees(&c, i);
        }
    }

    if (e->desc->input == MAAS_INPUT_COLUMNS && !e->tensor) {
        train_c_columns(&c);
    }

    to_c_predict(&c);

    if (e->program) {
        (void) fputs("\n\n", c.f);
        train_c_main(&c);
    }

    train_exported_note(e, "void %s_predict(const %s x[%zu], float y[%zu])",
                        c.name, c.row, e->desc->in, e->desc->out);
    train_free(c.name);

    return 0;
}


const train_exporter_t  train_export_c = {
    .name = "c",
    .suffix = ".c",
    .what = "C",
    .write = to_c_write
};
