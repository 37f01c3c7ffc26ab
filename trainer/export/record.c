/*
 * The document of a new model: how to run it, and the record of its training.
 * Inputs are record_inputs.c's matter, settings record_settings.c's, the file
 * around it write.c's.
 */

#include <math.h>
#include <string.h>

#include "model.h"
#include "net/export.h"


/* A measured figure: six digits are enough; none if it is not finite */

static void
record_figure(maas_writer_t *w, const char *name, double v)
{
    if (isfinite(v)) {
        maas_writer_key(w, name);
        maas_writer_value(w, "%.6g", v);
    }
}


/* Of layers that take values themselves: what came with version 3, or as late
 * as the latest of them */

static double
record_version_nodes(const train_record_t *r)
{
    size_t                i, k, version;
    const maas_op_t      *op;
    const maas_attr_t    *a;
    const maas_column_t  *c;

    version = 3;

    for (i = 0; i < r->n_nodes; i++) {
        op = r->nodes[i].op;
        version = (op->version > version) ? op->version : version;

        for (k = 0; k < op->n_attrs; k++) {
            a = &op->attrs[k];

            if (a->version > version
                && maas__attr_get(&r->nodes[i], a) != a->def)
            {
                version = a->version;
            }
        }
    }

    for (i = 0; i < r->scale->n_columns; i++) {
        c = &r->scale->columns[i];

        for (k = 0; k < c->n_parts; k++) {
            version = MAAS_PART_LATER(c->parts[k].kind) && version < 5
                      ? 5 : version;
        }
    }

    return (double) version;
}


/* Parts of dates as numbers are of version 5 */

static int
record_has_later_parts(const train_scale_t *s)
{
    size_t  i, k;

    for (i = 0; i < s->n_columns; i++) {
        for (k = 0; k < s->columns[i].n_parts; k++) {
            if (MAAS_PART_LATER(s->columns[i].parts[k].kind)) {
                return 1;
            }
        }
    }

    return 0;
}


/* The lowest version of the document that suffices */

static double
record_version(const train_record_t *r)
{
    size_t                i;
    const maas_column_t  *c;

    if (record_has_later_parts(r->scale)) {
        return 5;
    }

    if (r->net == NULL) {
        return record_version_nodes(r);
    }

    if (r->net->rates) {
        return 5;
    }

    if (r->decision != NULL) {
        return 2;
    }

    for (i = 0; i < r->scale->n_columns; i++) {
        c = &r->scale->columns[i];

        if (c->kind == MAAS_FIELD_DATE || c->compare != MAAS_COMPARE_DIGITS
            || c->decimal || c->thousands || c->n_units || c->n_blanks)
        {
            return 2;
        }
    }

    return 1;
}


void
train_record_layer(maas_writer_t *w, const maas_node_t *n, unsigned before)
{
    size_t              i;
    double              v;
    const maas_attr_t  *a;

    maas_writer_open(w, '{');
    train_json_text(w, "kind", n->op->name);

    for (i = 0; i < n->op->n_attrs; i++) {
        a = &n->op->attrs[i];
        v = maas__attr_get(n, a);

        if (v == a->def && (a->type != MAAS_ATTR_FLOAT || a->version > 0
                            || isinf(v)))
        {
            continue;

        } else if (a->type == MAAS_ATTR_FLOAT) {
            train_json_float(w, a->name, (float) v);

        } else if (a->type == MAAS_ATTR_CHOICE) {
            train_json_text(w, a->name, a->names[(size_t) v]);

        } else {
            train_json_number(w, a->name, v);
        }
    }

    if (n->n_in > 1 || n->in[0] != before) {
        train_json_open(w, "inputs", '[');

        for (i = 0; i < n->n_in; i++) {     /* 0 is what all begin with */
            maas_writer_value(w, n->in[i] > 0 ? "\"layers.%u\"" : "\"input\"",
                              n->in[i] - 1);
        }

        maas_writer_close(w, ']');
    }

    train_json_text(w, "activation", maas__acts[n->act].name);

    if (maas__acts[n->act].has_alpha) {
        train_json_float(w, "alpha", n->alpha);
    }

    maas_writer_close(w, '}');
}


static void
record_layers(maas_writer_t *w, const train_record_t *r)
{
    size_t           i;
    train_export_t  *e;

    train_json_open(w, "layers", '[');

    for (i = 0; i < r->n_nodes && r->net == NULL; i++) {
        train_record_layer(w, &r->nodes[i], (unsigned) i);
    }

    if (r->net == NULL) {
        maas_writer_close(w, ']');
        return;
    }

    e = train_export(r->net);

    for (i = 0; i < e->n; i++) {
        train_record_layer(w, &e->nodes[i], e->nodes[i].in[0]);
    }

    train_export_free(e);
    maas_writer_close(w, ']');
}


static void
record_outputs(maas_writer_t *w, const train_record_t *r)
{
    const train_data_t  *d;

    d = r->data;
    train_json_open(w, "outputs", '{');

    if (d->task != MAAS_TASK_REGRESSION) {
        train_json_text(w, "name", "probabilities");
        train_json_texts(w, "labels", d->labels, d->n_labels);

        if (r->threshold > 0) {
            train_json_float(w, "threshold", r->threshold);
        }

        if (r->decision != NULL) {
            train_json_floats(w, "decision_weights", r->decision, d->n_labels);
        }

    } else {
        train_json_text(w, "name", "values");

        if (d->n_labels > 0) {
            train_json_texts(w, "labels", d->labels, d->n_labels);

        } else if (d->target != NULL) {
            train_json_texts(w, "labels", &d->target, 1);
        }
    }

    maas_writer_close(w, '}');
}


static void
record_data(maas_writer_t *w, const train_record_t *r)
{
    const char  *name;

    train_json_open(w, "data", '{');
    name = strrchr(r->data->path, '/');
    name = (name != NULL && name[1] != '\0') ? name + 1 : r->data->path;

    train_json_text(w, "name", name);

    if (r->dp == NULL) {            /* it would tell if a guess is right */
        maas_writer_key(w, "crc32c");
        maas_writer_value(w, "\"%08x\"", r->data->crc32c);
    }

    train_json_number(w, "rows", (double) r->data->rows);
    train_labels_json(w, r->data);
    train_json_number(w, "training_rows", (double) r->n_train);
    train_json_number(w, "validation_rows", (double) r->n_valid);

    if (r->data->target != NULL) {
        train_json_text(w, "target", r->data->target);
    }

    if (r->options->want.id != NULL) {
        train_json_text(w, "id", r->options->want.id);
    }

    maas_writer_close(w, '}');
}


static void
record_metrics(maas_writer_t *w, const train_record_t *r)
{
    int                    classes;
    const train_result_t  *res;

    res = r->result;
    classes = (r->data->classes != NULL);
    train_json_open(w, "metrics", '{');

    if (r->net != NULL) {
        train_json_number(w, "epochs", (double) res->epochs);
        train_json_number(w, "best_epoch", (double) res->best_epoch);
        record_figure(w, "training_loss", res->train_loss);
    }

    if (r->n_valid > 0) {
        record_figure(w, "validation_loss", res->best_loss);
        record_figure(w, classes ? "validation_accuracy" : "validation_r2",
                      r->judged == NULL ? res->best_score
                      : !classes && r->data->out > 1 ? r->judged->r2
                      : r->data->class_weights != NULL ? r->judged->accuracy
                                                       : res->best_score);
    }

    if (r->test != NULL) {
        train_json_number(w, "test_rows", (double) r->test->rows);
        record_figure(w, "test_loss", r->test->loss);
        record_figure(w, classes ? "test_accuracy" : "test_r2",
                      classes ? r->test->accuracy : r->test->r2);
    }

    maas_writer_close(w, '}');
}


/* Beside the metrics, which older programs show: all figures of the finished
 * model, with baselines */

static void
record_results(maas_writer_t *w, const train_record_t *r)
{
    size_t  i;

    if (r->temperature != 1) {
        record_figure(w, "temperature", r->temperature);
    }

    if (r->judged != NULL) {
        train_metrics_json(w, "validation", r->judged);
    }

    if (r->test != NULL) {
        train_metrics_json(w, "test", r->test);
    }

    if (r->n_folds > 0) {
        train_folds_json(w, r->data, r->folds, r->n_folds);
    }

    train_json_open(w, "warnings", '[');

    for (i = 0; i < r->n_warnings; i++) {
        train_json_text(w, NULL, r->warnings[i]);
    }

    maas_writer_close(w, ']');
}


char *
train_record(const train_record_t *r)
{
    char           *text;
    size_t          size;
    maas_writer_t   w;

    train_json_memory(&w, &text, &size);
    train_json_number(&w, "version", record_version(r));
    train_json_text(&w, "name", r->options->name);
    train_json_text(&w, "task", maas__task_names[r->data->task]);
    train_record_inputs(&w, r);
    record_layers(&w, r);
    record_outputs(&w, r);
    train_columns_record(&w, r->data, r->scale, r->baseline,
                         r->dp == NULL || train_dp_public(r->options,
                                                      TRAIN_DP_REFERENCE));

    if (r->interval != NULL) {
        train_interval_json(&w, r->interval);
    }

    train_json_open(&w, "training", '{');
    train_json_text(&w, "tool", TRAIN_TOOL);
    train_json_number(&w, "seed", (double) r->options->plan.seed);
    record_data(&w, r);
    train_columns_decided(&w, r->data->table);
    train_record_settings(&w, r);

    if (r->dp != NULL) {
        train_dp_json(&w, r->options, r->dp, r->spent);
    }

    if (r->portfolio != NULL) {
        maas_writer_key(&w, "portfolio");
        maas_writer_raw(&w, r->portfolio, strlen(r->portfolio));
    }

    record_metrics(&w, r);
    record_results(&w, r);
    train_record_teacher(&w, r);
    maas_writer_close(&w, '}');
    train_json_done(&w);

    return text;
}
