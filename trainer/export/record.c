/*
 * The document of a new model: how to run it, and the record of its training.
 * The file around it is made in write.c.
 */

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model.h"
#include "net/export.h"
#include "text/maas_json.h"


static void
record_float(cJSON *o, const char *name, float v)
{
    char    buf[MAAS_FLOAT_MAX + 1];

    buf[maas__float_print(v, buf)] = '\0';
    (void) cJSON_AddRawToObject(o, name, buf);
}


/* A measured figure: six digits are enough; none if it is not finite */

static void
record_figure(cJSON *o, const char *name, double v)
{
    char  buf[32];

    if (isfinite(v)) {
        (void) snprintf(buf, sizeof(buf), "%.6g", v);
        (void) cJSON_AddRawToObject(o, name, buf);
    }
}


static void
record_floats(cJSON *o, const char *name, const float *v, size_t n)
{
    char    buf[MAAS_FLOAT_MAX + 1];
    cJSON  *list;
    size_t  i;

    list = cJSON_AddArrayToObject(o, name);

    for (i = 0; i < n; i++) {
        buf[maas__float_print(v[i], buf)] = '\0';
        (void) cJSON_AddItemToArray(list, cJSON_CreateRaw(buf));
    }
}


static void
record_scaling(cJSON *o, const char *scaling, float shift, float factor)
{
    (void) cJSON_AddStringToObject(o, "scaling", scaling);
    record_float(o, "shift", shift);
    record_float(o, "factor", factor);
}


static void
record_values(cJSON *o, const maas_column_t *c)
{
    size_t   i;
    cJSON   *list;

    if (c->hash > 0) {
        (void) cJSON_AddNumberToObject(o, "hash", (double) c->hash);
    }

    if (c->longest > 0) {
        list = cJSON_AddArrayToObject(o, "ngrams");
        (void) cJSON_AddItemToArray(list, cJSON_CreateNumber(c->shortest));
        (void) cJSON_AddItemToArray(list, cJSON_CreateNumber(c->longest));
    }

    if (c->n_values > 0) {
        list = cJSON_AddArrayToObject(o, "values");

        for (i = 0; i < c->n_values; i++) {
            (void) cJSON_AddItemToArray(list,
                                        cJSON_CreateString(c->values[i]));
        }
    }

    if (c->other) {
        (void) cJSON_AddTrueToObject(o, "other");
    }
}


static cJSON *
record_column(const maas_column_t *c)
{
    cJSON  *o;

    o = cJSON_CreateObject();
    (void) cJSON_AddStringToObject(o, "name", c->name);
    (void) cJSON_AddStringToObject(o, "kind", maas__field_names[c->kind]);

    if (c->kind == MAAS_FIELD_NUMBER || c->kind == MAAS_FIELD_BOOLEAN) {
        record_scaling(o, c->scaling, c->shift, c->factor);

        if (c->n_knots > 0) {
            record_floats(o, "knots", c->knots, c->n_knots);
            record_floats(o, "levels", c->levels, c->n_knots);
        }

        if (c->clip > 0) {
            record_float(o, "clip", c->clip);
        }

        record_float(o, "missing", c->missing);

    } else {
        record_values(o, c);
    }

    if (c->missing_slot) {
        (void) cJSON_AddTrueToObject(o, "missing_slot");
    }

    return o;
}


static void
record_inputs(cJSON *doc, const train_record_t *r)
{
    size_t               i;
    cJSON               *in, *list;
    const train_data_t  *d;

    d = r->data;
    in = cJSON_AddObjectToObject(doc, "inputs");

    if (d->input == MAAS_INPUT_TENSOR) {
        (void) cJSON_AddStringToObject(in, "kind", "tensor");
        list = cJSON_AddArrayToObject(in, "shape");

        for (i = 0; i < d->rank; i++) {
            (void) cJSON_AddItemToArray(list,
                                   cJSON_CreateNumber((double) d->shape[i]));
        }

        if (d->image) {
            (void) cJSON_AddTrueToObject(in, "image");
        }

        record_scaling(in, train_scaling_names[r->scale->kind],
                       r->scale->shift[0], r->scale->factor[0]);
        return;
    }

    (void) cJSON_AddStringToObject(in, "kind", "columns");
    list = cJSON_AddArrayToObject(in, "columns");

    for (i = 0; i < r->scale->n_columns; i++) {
        (void) cJSON_AddItemToArray(list,
                                    record_column(&r->scale->columns[i]));
    }
}


/* "layers.N" is the name of layer N, "input" what all begin with */

static void
record_sources(cJSON *layer, const maas_node_t *n)
{
    char      name[32];
    cJSON    *list;
    unsigned  i;

    list = cJSON_AddArrayToObject(layer, "inputs");

    for (i = 0; i < n->n_in; i++) {
        (void) snprintf(name, sizeof(name), "layers.%u", n->in[i] - 1);
        (void) cJSON_AddItemToArray(list, cJSON_CreateString(
                                        n->in[i] == 0 ? "input" : name));
    }
}


static cJSON *
record_layer(const maas_node_t *n)
{
    cJSON              *layer;
    size_t              i;
    const maas_attr_t  *a;

    layer = cJSON_CreateObject();
    (void) cJSON_AddStringToObject(layer, "kind", n->op->name);

    for (i = 0; i < n->op->n_attrs; i++) {
        a = &n->op->attrs[i];

        if (a->type == MAAS_ATTR_FLOAT) {
            record_float(layer, a->name, (float) maas__attr_get(n, a));
        } else {
            (void) cJSON_AddNumberToObject(layer, a->name,
                                           maas__attr_get(n, a));
        }
    }

    if (n->n_in > 1) {
        record_sources(layer, n);
    }

    (void) cJSON_AddStringToObject(layer, "activation",
                                   maas__acts[n->act].name);

    if (maas__acts[n->act].has_alpha) {
        record_float(layer, "alpha", n->alpha);
    }

    return layer;
}


static void
record_layers(cJSON *doc, const train_net_t *net)
{
    size_t           i;
    cJSON           *list;
    train_export_t  *e;

    list = cJSON_AddArrayToObject(doc, "layers");
    e = train_export(net);

    for (i = 0; i < e->n; i++) {
        (void) cJSON_AddItemToArray(list, record_layer(&e->nodes[i]));
    }

    train_export_free(e);
}


static void
record_outputs(cJSON *doc, const train_record_t *r)
{
    size_t               i;
    cJSON               *out, *labels;
    const train_data_t  *d;

    d = r->data;

    out = cJSON_AddObjectToObject(doc, "outputs");

    if (d->task != MAAS_TASK_REGRESSION) {
        (void) cJSON_AddStringToObject(out, "name", "probabilities");
        labels = cJSON_AddArrayToObject(out, "labels");

        for (i = 0; i < d->n_labels; i++) {
            (void) cJSON_AddItemToArray(labels,
                                        cJSON_CreateString(d->labels[i]));
        }

        if (r->threshold > 0) {
            record_float(out, "threshold", r->threshold);
        }

        return;
    }

    (void) cJSON_AddStringToObject(out, "name", "values");

    if (d->target != NULL) {
        labels = cJSON_AddArrayToObject(out, "labels");
        (void) cJSON_AddItemToArray(labels, cJSON_CreateString(d->target));
    }
}


static void
record_setting(void *ctx, const char *name, const char *value, int quoted)
{
    if (quoted) {
        (void) cJSON_AddStringToObject(ctx, name, value);
    } else {
        (void) cJSON_AddRawToObject(ctx, name, value);
    }
}


static void
record_data(cJSON *training, const train_record_t *r)
{
    char         crc[9];
    cJSON       *data;
    const char  *name;

    data = cJSON_AddObjectToObject(training, "data");
    name = strrchr(r->data->path, '/');
    name = (name != NULL && name[1] != '\0') ? name + 1 : r->data->path;

    (void) snprintf(crc, sizeof(crc), "%08x", r->data->crc32c);
    (void) cJSON_AddStringToObject(data, "name", name);
    (void) cJSON_AddStringToObject(data, "crc32c", crc);
    (void) cJSON_AddNumberToObject(data, "rows", (double) r->data->rows);
    (void) cJSON_AddNumberToObject(data, "training_rows",
                                   (double) r->n_train);
    (void) cJSON_AddNumberToObject(data, "validation_rows",
                                   (double) r->n_valid);

    if (r->data->target != NULL) {
        (void) cJSON_AddStringToObject(data, "target", r->data->target);
    }

    if (r->options->id != NULL) {
        (void) cJSON_AddStringToObject(data, "id", r->options->id);
    }
}


static void
record_metrics(cJSON *training, const train_record_t *r)
{
    int                    classes;
    cJSON                 *m;
    const char            *score;
    const train_result_t  *res;

    res = r->result;
    classes = (r->data->classes != NULL);
    score = classes ? "validation_accuracy" : "validation_r2";
    m = cJSON_AddObjectToObject(training, "metrics");

    (void) cJSON_AddNumberToObject(m, "epochs", (double) res->epochs);
    (void) cJSON_AddNumberToObject(m, "best_epoch",
                                   (double) res->best_epoch);
    record_figure(m, "training_loss", res->train_loss);

    if (r->n_valid > 0) {
        record_figure(m, "validation_loss", res->best_loss);
        record_figure(m, score, res->best_score);
    }

    if (r->test != NULL) {
        (void) cJSON_AddNumberToObject(m, "test_rows",
                                       (double) r->test->rows);
        record_figure(m, "test_loss", r->test->loss);
        record_figure(m, classes ? "test_accuracy" : "test_r2",
                      classes ? r->test->accuracy : r->test->r2);
    }
}


char *
train_record(const train_record_t *r)
{
    char   *text, *copy;
    cJSON  *doc, *training, *settings;

    doc = cJSON_CreateObject();
    (void) cJSON_AddNumberToObject(doc, "version", 1);
    (void) cJSON_AddStringToObject(doc, "name", r->options->name);
    (void) cJSON_AddStringToObject(doc, "task",
                                   maas__task_names[r->data->task]);
    record_inputs(doc, r);
    record_layers(doc, r->net);
    record_outputs(doc, r);

    training = cJSON_AddObjectToObject(doc, "training");
    (void) cJSON_AddStringToObject(training, "tool", TRAIN_TOOL);
    (void) cJSON_AddNumberToObject(training, "seed",
                                   (double) r->options->seed);
    record_data(training, r);
    settings = cJSON_AddObjectToObject(training, "settings");
    train_options_each(r->options, record_setting, settings);
    record_metrics(training, r);

    if (r->temperature != 1) {
        record_figure(training, "temperature", r->temperature);
    }

    text = cJSON_PrintUnformatted(doc);
    cJSON_Delete(doc);

    if (text == NULL) {
        train_die("no memory for the document of a model");
    }

    copy = train_strdup(text);
    cJSON_free(text);

    return copy;
}
