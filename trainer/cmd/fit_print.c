/*
 * What `fit` says of its result.  Nothing is computed here but what is
 * printed.
 */

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>

#include "fit.h"
#include "maas_desc.h"
#include "data/data.h"
#include "fit/loop.h"
#include "fit/options.h"
#include "net/network.h"
#include "net/step.h"


static void
fit_figure(cJSON *o, const char *name, double v)
{
    if (isfinite(v)) {
        (void) cJSON_AddNumberToObject(o, name, v);
    } else {
        (void) cJSON_AddNullToObject(o, name);
    }
}


static void
fit_folds_json(cJSON *o, const train_fit_t *f)
{
    size_t   i;
    double   mean, deviation;
    cJSON   *folds, *scores;

    if (f->folds == NULL) {
        return;
    }

    train_folds_sum(f->folds, f->o.folds, &mean, &deviation);
    folds = cJSON_AddObjectToObject(o, "folds");
    fit_figure(folds, "mean", mean);
    fit_figure(folds, "deviation", deviation);
    scores = cJSON_AddArrayToObject(folds, "scores");

    for (i = 0; i < f->o.folds; i++) {
        (void) cJSON_AddItemToArray(scores,
                                    cJSON_CreateNumber(f->folds[i].score));
    }
}


static void
fit_test_json(cJSON *o, const train_fit_t *f)
{
    if (f->metrics.rows == 0) {
        return;
    }

    fit_figure(o, "test_rows", (double) f->metrics.rows);
    fit_figure(o, "test_loss", f->metrics.loss);

    if (f->data.classes != NULL) {
        fit_figure(o, "test_accuracy", f->metrics.accuracy);
    } else {
        fit_figure(o, "test_r2", f->metrics.r2);
        fit_figure(o, "test_rmse", f->metrics.rmse);
    }
}


static void
fit_json(const train_fit_t *f)
{
    char                  *text;
    cJSON                 *o;
    const train_result_t  *r;

    r = &f->result;
    o = cJSON_CreateObject();

    (void) cJSON_AddStringToObject(o, "file", f->o.output);
    (void) cJSON_AddStringToObject(o, "name", f->o.name);
    (void) cJSON_AddStringToObject(o, "task",
                                   maas__task_names[f->data.task]);
    fit_figure(o, "size", (double) f->size);
    fit_figure(o, "parameters", (double) train_net_parameters(&f->net));
    fit_figure(o, "rows", (double) f->data.rows);
    fit_figure(o, "epochs", (double) r->epochs);
    fit_figure(o, "best_epoch", (double) r->best_epoch);
    fit_figure(o, "training_loss", r->train_loss);
    fit_figure(o, "validation_loss", f->n_valid ? r->best_loss : NAN);
    fit_figure(o, "validation_score", r->best_score);
    fit_figure(o, "temperature", f->temperature);

    if (f->threshold > 0) {
        fit_figure(o, "threshold", (double) f->threshold);
    }

    train_columns_json(o, &f->data, &f->scale);
    fit_folds_json(o, f);
    fit_figure(o, "training_seconds", r->train_seconds);
    fit_figure(o, "seconds", r->seconds);
    (void) cJSON_AddBoolToObject(o, "interrupted", (int) r->interrupted);
    (void) cJSON_AddBoolToObject(o, "stopped_early", (int) r->stopped);

    fit_test_json(o, f);

    text = cJSON_PrintUnformatted(o);
    (void) puts(text != NULL ? text : "{}");
    cJSON_free(text);
    cJSON_Delete(o);
}


static void
fit_text_folds(const train_fit_t *f)
{
    size_t  i;
    double  mean, deviation;

    if (f->folds == NULL) {
        return;
    }

    train_folds_sum(f->folds, f->o.folds, &mean, &deviation);
    (void) printf("folds     %s %.4f, deviation %.4f, of %zu:",
                  f->data.classes != NULL ? "accuracy" : "R2", mean, deviation,
                  f->o.folds);

    for (i = 0; i < f->o.folds; i++) {
        (void) printf(" %.4f", f->folds[i].score);
    }

    (void) printf("\n");
}


static void
fit_text_data(const train_fit_t *f)
{
    const train_data_t  *d;

    d = &f->data;
    (void) printf("data      %zu rows of %zu %s, ", d->rows,
                  d->n_columns ? d->n_columns : d->in,
                  d->n_columns ? "columns" : "numbers");

    if (d->target != NULL) {
        (void) printf("target \"%s\": ", d->target);
    }

    if (d->classes != NULL) {
        (void) printf("%zu classes; ", d->n_labels);
    } else {
        (void) printf("numbers; ");
    }

    (void) printf("%zu for training, %zu for validation\n", f->n_train,
                  f->n_valid);
}


static void
fit_text_best(const train_fit_t *f)
{
    const train_result_t  *r;

    r = &f->result;
    (void) printf("best      epoch %zu of %zu%s, training loss %.4f",
                  r->best_epoch, r->epochs,
                  r->stopped ? " (stopped early)" : "", r->train_loss);

    if (f->n_valid > 0) {
        (void) printf(", validation loss %.4f", r->best_loss);

        if (!isnan(r->best_score)) {
            (void) printf(", %s %.4f",
                          f->data.classes != NULL ? "accuracy" : "R2",
                          r->best_score);
        }
    }

    if (f->temperature != 1) {
        (void) printf("\ncalibrated by a temperature of %.3f",
                      f->temperature);
    }

    if (f->threshold > 0) {
        (void) printf("\nthreshold %.6g: above it \"%s\" is said",
                      (double) f->threshold, f->data.labels[1]);
    }
}


static void
fit_text_test(const train_fit_t *f)
{
    if (f->metrics.rows > 0 && f->data.classes != NULL) {
        (void) printf("test accuracy %.4f (loss %.4f, %zu rows)\n",
                      f->metrics.accuracy, f->metrics.loss, f->metrics.rows);

    } else if (f->metrics.rows > 0) {
        (void) printf("test R2 %.4f (RMSE %.6g, %zu rows)\n", f->metrics.r2,
                      f->metrics.rmse, f->metrics.rows);
    }
}


static void
fit_text(const train_fit_t *f)
{
    size_t                 i;
    const train_result_t  *r;

    r = &f->result;
    fit_text_data(f);

    (void) printf("network   %zu", f->net.in);

    for (i = 0; i < f->net.n_layers; i++) {
        (void) printf("-%zu", f->net.layers[i].units);
    }

    (void) printf(", %zu parameters\n", train_net_parameters(&f->net));

    fit_text_folds(f);

    if (r->interrupted) {
        (void) printf("interrupted: the best weights so far are kept\n");
    }

    fit_text_best(f);
    (void) printf("\ntime      %.3f s of training, %.3f s an epoch; %.3f s "
                  "with validation\n", r->train_seconds,
                  r->train_seconds / (double) r->epochs, r->seconds);
    (void) printf("model     %s, %zu bytes\n", f->o.output, f->size);

    fit_text_test(f);
}


void
train_fit_print(const train_fit_t *f)
{
    if (f->o.json) {
        fit_json(f);
    } else {
        fit_text(f);
    }
}
