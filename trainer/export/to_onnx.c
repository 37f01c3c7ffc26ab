/*
 * A model as a file of ONNX.
 * Not here: its nodes (to_onnx_*.c).
 */

#include <string.h>

#include "to_onnx.h"


#define ONNX_IR     8                  /* with opset 17 */
#define ONNX_IR5    10                 /* with version 5 of ai.onnx.ml */
#define ONNX_LIMIT  0x7fffffff         /* bytes of a message of protobuf */


static void
to_onnx_opset(train_pb_t *model, const char *domain, int version)
{
    train_pb_t  set = { 0 };

    train_pb_text(&set, 1, domain);
    train_pb_whole(&set, 2, version);
    train_pb_part(model, 8, &set);
}


static void
to_onnx_prop(train_pb_t *model, const char *key, const char *value)
{
    train_pb_t  prop = { 0 };

    train_pb_text(&prop, 1, key);
    train_pb_text(&prop, 2, value);
    train_pb_part(model, 14, &prop);
}


/* A list of JSON without the object that the writer wants around it */

static void
to_onnx_list(train_pb_t *model, const char *key, const char *const *labels,
    const float *weights, size_t n)
{
    char           *text, *list;
    size_t          size;
    maas_writer_t   w;

    train_json_memory(&w, &text, &size);

    if (labels != NULL) {
        train_json_texts(&w, "v", labels, n);
    } else {
        train_json_floats(&w, "v", weights, n);
    }

    train_json_done(&w);
    text[size - 1] = '\0';             /* {"v":[...]} */
    list = strchr(text, '[');
    to_onnx_prop(model, key, list);
    train_free(text);
}


/* What a graph has no place for */

static void
to_onnx_props(const train_onnx_t *g, train_pb_t *model)
{
    char                crc[16], threshold[MAAS_FLOAT_TEXT];
    const maas_desc_t  *d;

    d = g->d;
    (void) snprintf(crc, sizeof(crc), "%08x", d->crc32c);
    to_onnx_prop(model, "maas_name", d->name);
    to_onnx_prop(model, "maas_crc32c", crc);
    to_onnx_prop(model, "task", maas__task_names[d->task]);

    if (d->n_labels > 0) {
        to_onnx_list(model, "labels", d->labels, NULL, d->n_labels);
    }

    if (d->task == MAAS_TASK_BINARY) {
        maas_float_text(d->threshold, threshold);
        to_onnx_prop(model, "threshold", threshold);
    }

    if (d->decision != NULL) {
        to_onnx_list(model, "decision_weights", NULL, d->decision, d->out);
    }
}


/* Values of outputs side by side, under a name that no input has */

static const char *
to_onnx_outputs(train_onnx_t *g, const char *const *value)
{
    char        *name;
    size_t       i;
    const char  *y, **part;

    part = train_alloc(g->d->n_outputs, sizeof(char *));

    for (i = 0; i < g->d->n_outputs; i++) {
        part[i] = train_onnx_with(g, "Flatten",
                                  value[g->d->outputs[i].from], "axis", 1);
    }

    y = train_onnx_concat(g, part, g->d->n_outputs);
    train_free(part);
    name = train_strdup(g->d->outputs[0].name);

    for (i = 0; i < g->d->n_columns; i++) {
        if (strcmp(name, g->d->input == MAAS_INPUT_TENSOR || g->e->tensor
                         ? g->d->input_name : g->d->columns[i].name) == 0)
        {
            train_free(name);
            name = train_format("%s_", g->d->outputs[0].name);
            train_exported_note(g->e, "the output is \"%s\": an input has the "
                                "name \"%s\"", name, g->d->outputs[0].name);
            break;
        }
    }

    train_onnx_alias(g, y, name);

    return train_onnx_keep(g, name);
}


static void
to_onnx_file(train_onnx_t *g, const char *output, train_pb_t *model)
{
    train_pb_t  graph = { 0 }, info;

    train_pb_join(&graph, &g->nodes);
    train_pb_text(&graph, 2, g->d->name);
    train_pb_join(&graph, &g->tensors);
    train_pb_join(&graph, &g->inputs);
    info = train_onnx_info(output, TRAIN_ONNX_FLOAT, 1, &g->d->out);
    train_pb_part(&graph, 12, &info);

    train_pb_whole(model, 1, g->ml == TRAIN_ONNX_ML ? ONNX_IR : ONNX_IR5);
    train_pb_text(model, 2, "maas-trainer");
    train_pb_text(model, 3, MAAS_VERSION);
    train_pb_part(model, 7, &graph);
    to_onnx_opset(model, "", TRAIN_ONNX_OPSET);
    to_onnx_opset(model, "ai.onnx.ml", g->ml);
    to_onnx_props(g, model);
}


static int
to_onnx_nodes(train_onnx_t *g, train_pb_t *model)
{
    int           rc;
    size_t        i;
    const char  **value;

    for (i = 0; i < g->d->n_nodes; i++) {
        if (g->d->nodes[i].op == &maas__op_trees
            && train_onnx_trees_ml(&g->d->nodes[i]) > g->ml)
        {
            g->ml = TRAIN_ONNX_ML5;
        }
    }

    value = train_alloc(g->d->n_nodes + 1, sizeof(char *));
    value[0] = train_onnx_input(g);
    rc = value[0] != NULL ? train_onnx_layers(g, value) : -1;

    if (rc == 0) {
        to_onnx_file(g, to_onnx_outputs(g, value), model);
    }

    train_free(value);

    return rc;
}


static int
to_onnx_write(train_exported_t *e)
{
    int           rc;
    train_pb_t    model = { 0 };
    train_onnx_t  g;

    train_onnx_begin(&g, e);
    rc = to_onnx_nodes(&g, &model);

    if (rc == 0 && model.n > ONNX_LIMIT) {
        rc = train_refuse(e->why, "%zu bytes are more than a file of ONNX may "
                          "have in one piece: --to c has no limit", model.n);
    }

    if (rc == 0) {
        (void) fwrite(model.p, 1, model.n, e->f);
        train_exported_note(e, "opset %d, ai.onnx.ml %d%s", TRAIN_ONNX_OPSET,
                            g.ml, g.ml == TRAIN_ONNX_ML5
                            ? ": ONNX Runtime 1.20 or newer" : "");
    }

    train_onnx_end(&g);
    train_pb_free(&model);

    return rc;
}


const train_exporter_t  train_export_onnx = {
    .name = "onnx",
    .suffix = ".onnx",
    .what = "ONNX",
    .write = to_onnx_write
};
