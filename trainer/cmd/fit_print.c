/*
 * What `fit` says of its result.  Nothing is computed here but what is
 * printed.
 */

#include <math.h>
#include <stdio.h>

#include "fit.h"


static void
fit_folds_json(maas_writer_t *w, const train_fit_t *f)
{
    size_t  i;
    double  mean, deviation, loss;

    if (f->folds == NULL) {
        return;
    }

    loss = 0;

    for (i = 0; i < f->o.folds; i++) {
        loss += f->folds[i].loss / (double) f->o.folds;
    }

    train_folds_sum(f->folds, f->o.folds, &mean, &deviation);
    train_json_open(w, "folds", '{');
    train_json_number(w, "loss", loss);
    train_json_number(w, "mean", mean);
    train_json_number(w, "deviation", deviation);
    train_json_open(w, "scores", '[');

    for (i = 0; i < f->o.folds; i++) {
        train_json_number(w, NULL, f->folds[i].score);
    }

    maas_writer_close(w, ']');
    maas_writer_close(w, '}');
}


static void
fit_test_json(maas_writer_t *w, const train_fit_t *f)
{
    if (f->metrics.rows == 0) {
        return;
    }

    train_json_number(w, "test_rows", (double) f->metrics.rows);
    train_json_number(w, "test_loss", f->metrics.loss);

    if (f->data.classes != NULL) {
        train_json_number(w, "test_accuracy", f->metrics.accuracy);
    } else {
        train_json_number(w, "test_r2", f->metrics.r2);
        train_json_number(w, "test_rmse", f->metrics.rmse);
    }
}


static void
fit_json(const train_fit_t *f)
{
    maas_writer_t          w;
    const train_result_t  *r;

    r = &f->result;

    train_json_begin(&w, stdout);
    train_json_text(&w, "file", f->o.output);
    train_json_text(&w, "name", f->o.name);
    train_json_text(&w, "task", maas__task_names[f->data.task]);
    train_json_number(&w, "size", (double) f->size);
    train_json_number(&w, "parameters",
                      (double) train_net_parameters(&f->net));
    train_json_number(&w, "rows", (double) f->data.rows);
    train_json_number(&w, "epochs", (double) r->epochs);
    train_json_number(&w, "best_epoch", (double) r->best_epoch);
    train_json_number(&w, "training_loss", r->train_loss);
    train_json_number(&w, "validation_loss", f->n_valid ? r->best_loss : NAN);
    train_json_number(&w, "validation_score", r->best_score);
    train_json_number(&w, "temperature", f->temperature);

    if (f->threshold > 0) {
        train_json_number(&w, "threshold", (double) f->threshold);
    }

    train_columns_json(&w, &f->data, &f->scale);
    fit_folds_json(&w, f);
    train_json_number(&w, "training_seconds", r->train_seconds);
    train_json_number(&w, "seconds", r->seconds);
    train_json_flag(&w, "interrupted", (int) r->interrupted);
    train_json_flag(&w, "stopped_early", (int) r->stopped);
    fit_test_json(&w, f);
    train_json_end(&w);
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

    if (f->shift != NULL) {
        (void) printf("\nprobabilities are as frequent as the classes");
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
    const train_layer_t   *l;
    const train_result_t  *r;

    r = &f->result;
    fit_text_data(f);

    (void) printf("network   %zu", f->net.in);

    for (i = 0; i < f->net.n_layers; i++) {
        l = &f->net.layers[i];

        if (i + 1 == f->net.n_layers || l[1].hidden != l->hidden) {
            (void) printf("-%zu", l->units);
        }
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
