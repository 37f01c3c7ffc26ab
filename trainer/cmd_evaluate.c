/*
 * evaluate: how good a model's answers are on a data set.
 */

#include <cjson/cJSON.h>
#include <math.h>

#include "trainer.h"


static void
evaluate_add(cJSON *o, const char *name, double v)
{
    if (isfinite(v)) {
        (void) cJSON_AddNumberToObject(o, name, v);
    } else {
        (void) cJSON_AddNullToObject(o, name);
    }
}


static void
evaluate_classes(cJSON *o, const train_metrics_t *m, const train_data_t *d)
{
    cJSON   *classes, *class, *table, *line;
    double   precision, recall, f1;
    size_t   i, j;

    evaluate_add(o, "accuracy", m->accuracy);
    evaluate_add(o, "loss", m->loss);
    evaluate_add(o, "auc", m->auc);
    evaluate_add(o, "calibration_error", m->ece);
    classes = cJSON_AddArrayToObject(o, "classes");
    table = cJSON_AddArrayToObject(o, "confusion");

    for (i = 0; i < m->classes; i++) {
        train_metrics_class(m, i, &precision, &recall, &f1);
        class = cJSON_CreateObject();
        (void) cJSON_AddStringToObject(class, "label", d->labels[i]);
        evaluate_add(class, "precision", precision);
        evaluate_add(class, "recall", recall);
        evaluate_add(class, "f1", f1);
        (void) cJSON_AddItemToArray(classes, class);

        line = cJSON_CreateArray();

        for (j = 0; j < m->classes; j++) {
            (void) cJSON_AddItemToArray(line, cJSON_CreateNumber(
                                (double) m->confusion[i * m->classes + j]));
        }

        (void) cJSON_AddItemToArray(table, line);
    }
}


static void
evaluate_json(const train_metrics_t *m, const train_data_t *d)
{
    char   *text;
    cJSON  *o;

    o = cJSON_CreateObject();
    (void) cJSON_AddStringToObject(o, "task", maas__task_names[m->task]);
    evaluate_add(o, "rows", (double) m->rows);

    if (d->classes != NULL) {
        evaluate_classes(o, m, d);

    } else {
        evaluate_add(o, "mse", m->loss);
        evaluate_add(o, "mae", m->mae);
        evaluate_add(o, "rmse", m->rmse);
        evaluate_add(o, "r2", m->r2);
    }

    text = cJSON_PrintUnformatted(o);
    (void) puts(text != NULL ? text : "{}");
    cJSON_free(text);
    cJSON_Delete(o);
}


int
cmd_evaluate(int argc, char **argv)
{
    float               *y;
    maas_model_t        *m;
    train_data_t         d;
    train_metrics_t      metrics;
    train_model_args_t   args;

    maas_single_thread();
    train_model_args(&args, argc, argv,
                     "Measure a model on data that it has not seen.");

    m = train_model_open(args.model);
    train_model_data(&args, maas_model_info(m), &d);

    y = train_model_run(m, &d);
    train_metrics(&metrics, &d, y);

    if (args.json) {
        evaluate_json(&metrics, &d);
    } else {
        train_metrics_print(stdout, &metrics, (const char *const *) d.labels);
    }

    train_metrics_free(&metrics);
    train_free(y);
    train_data_free(&d);
    maas_model_free(m);

    return TRAIN_EXIT_OK;
}
