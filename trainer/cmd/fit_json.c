/*
 * What `fit --json` says of its result, as one line.
 * Not here: the same for people (fit_print.c).
 */

#include <math.h>

#include "fit.h"


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
fit_warnings_json(maas_writer_t *w, const train_fit_t *f)
{
    size_t  i;

    train_json_open(w, "warnings", '[');

    for (i = 0; i < f->n_warnings; i++) {
        train_json_text(w, NULL, f->warnings[i]);
    }

    maas_writer_close(w, ']');
}


static void
fit_teacher_json(maas_writer_t *w, const train_fit_t *f)
{
    const char  *score;

    if (f->taught.n == 0) {
        return;
    }

    score = (f->data.classes != NULL) ? "accuracy" : "r2";
    train_json_number(w, "teachers", (double) f->taught.n);
    train_side_json(w, "teacher", score, &f->taught.side);
    train_json_number(w, "unlabelled_rows", (double) f->more.rows);
    train_json_number(w, "microseconds", f->taught.micros);
}


void
train_fit_json(const train_fit_t *f)
{
    maas_writer_t          w;
    const train_result_t  *r;

    r = &f->result;

    train_json_begin(&w, stdout);
    train_json_text(&w, "file", f->o.output);
    train_json_text(&w, "name", f->o.name);
    train_json_text(&w, "task", maas__task_names[f->data.task]);
    train_json_number(&w, "size", (double) f->size);
    train_json_number(&w, "parameters", (double) f->parameters);
    train_json_number(&w, "rows", (double) f->data.rows);
    train_labels_json(&w, &f->data);

    if (f->autos != NULL) {
        train_json_open(&w, "portfolio", '{');
        train_portfolio_json(&w, &f->autos->p);
        maas_writer_close(&w, '}');
        train_json_number(&w, "microseconds", f->taught.micros);

    } else {
        train_json_number(&w, "epochs", (double) r->epochs);
        train_json_number(&w, "best_epoch", (double) r->best_epoch);
        train_json_number(&w, "training_loss", r->train_loss);
    }

    train_json_number(&w, "validation_loss", f->n_valid ? r->best_loss : NAN);
    train_json_number(&w, "validation_score", r->best_score);
    train_json_number(&w, "temperature", f->temperature);

    if (f->threshold > 0) {
        train_json_number(&w, "threshold", (double) f->threshold);
    }

    train_columns_json(&w, &f->data, &f->scale);

    if (f->folds != NULL) {
        train_folds_json(&w, &f->data, f->folds, f->n_folds);
    }

    if (f->plan.dp) {
        train_dp_json(&w, &f->o, &f->dp, &f->spent);
    }

    if (f->autos == NULL) {
        train_json_number(&w, "training_seconds", r->train_seconds);
    }

    train_json_number(&w, "seconds", r->seconds);
    fit_warnings_json(&w, f);
    train_json_flag(&w, "interrupted", (int) r->interrupted);

    if (f->autos == NULL) {
        train_json_flag(&w, "stopped_early", (int) r->stopped);
    }

    fit_test_json(&w, f);
    fit_teacher_json(&w, f);

    if (f->judged.rows > 0) {
        train_metrics_json(&w, "validation", &f->judged);
    }

    if (f->metrics.rows > 0) {
        train_metrics_json(&w, "test", &f->metrics);
    }

    train_json_end(&w);
}
