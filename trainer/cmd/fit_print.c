/*
 * What `fit` says of its result to people.  Nothing is computed here but what
 * is printed.
 * Not here: the same for programs (fit_json.c).
 */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fit.h"


/* Figures of the student by the rows that judged the teachers */

static void
fit_text_teacher(const train_fit_t *f)
{
    train_side_t            after;
    const train_metrics_t  *m;

    if (f->taught.n == 0) {
        return;
    }

    m = (f->metrics.rows > 0) ? &f->metrics : &f->judged;
    after = (train_side_t) { f->size, f->taught.micros, NAN };

    if (m->rows > 0) {
        after.score = (f->data.classes != NULL) ? m->accuracy : m->r2;
    }

    (void) printf("taught by %zu model%s: before is what %s, after this one\n",
                  f->taught.n, f->taught.n > 1 ? "s" : "",
                  f->taught.n > 1 ? "they are together" : "it is");
    train_sides_print(stdout, f->data.classes != NULL ? "accuracy" : "R2",
                      &f->taught.side, &after);
}


/* Figures for the table: the loss stands above, top-3 accuracy and calibration
 * are evaluate's */

static int
fit_shows(const train_fit_t *f, size_t figure)
{
    train_metrics_t        m = { .task = f->data.task };
    const train_figure_t  *p;

    p = &train_figures[figure];
    m.asked.kind = f->plan.loss == TRAIN_LOSS_QUANTILE ? TRAIN_ASKED_QUANTILE
                   : f->plan.loss == TRAIN_LOSS_POISSON ? TRAIN_ASKED_RATE
                                                        : TRAIN_ASKED_MEAN;
    m.classes = f->data.n_labels;

    return train_figure_of(p, &m)
           && strcmp(p->key, "loss") != 0 && strcmp(p->key, "mse") != 0
           && strcmp(p->key, "top_3_accuracy") != 0 && !p->biased;
}


/* So many rows were kept back in one or the other */

static double
fit_folds_rows(const train_fit_t *f)
{
    size_t  i;
    double  rows;

    rows = 0;

    for (i = 0; i < f->n_folds; i++) {
        rows += f->folds[i].gain.rows;
    }

    return rows;
}


static void
fit_text_folds(const train_fit_t *f)
{
    size_t  i;
    double  mean, deviation;

    if (f->folds == NULL) {
        return;
    }

    if (f->o.folds == TRAIN_BY_DATA) {
        (void) printf("folds     only %zu rows validate: %zu folds measure "
                      "%s%.0f (--folds 0: none)\n", f->n_valid, f->n_folds,
                      f->data.split == TRAIN_SPLIT_TIME ? "" : "all ",
                      fit_folds_rows(f));
    }

    train_folds_sum(f->folds, f->n_folds, TRAIN_N_FIGURES, &mean, &deviation);
    (void) printf("folds     %s %.4f, deviation %.4f, of %zu:",
                  f->data.classes != NULL ? "accuracy" : "R2", mean, deviation,
                  f->n_folds);

    for (i = 0; i < f->n_folds; i++) {
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
        (void) printf("target \"%s\": ", train_shown(d->target));
    }

    if (d->classes != NULL) {
        (void) printf("%zu classes; ", d->n_labels);
    } else {
        (void) printf("numbers; ");
    }

    if (f->autos != NULL && f->autos->p.parts_used > 1) {
        (void) printf("each judged once, by what was learnt of the others");

    } else {
        (void) printf("%zu for training, %zu for validation", f->n_train,
                      f->n_valid);
    }

    if (d->split == TRAIN_SPLIT_TIME) {
        (void) printf(", the newest");

    } else if (d->split == TRAIN_SPLIT_GROUP) {
        (void) printf(", of %zu groups whole ones", d->n_groups);
    }

    (void) printf("\n");
}


static void
fit_text_best(const train_fit_t *f)
{
    const train_result_t  *r;

    r = &f->result;
    (void) printf("best      epoch %zu of %zu%s", r->best_epoch, r->epochs,
                  r->stopped ? " (stopped early)"
                  : f->plan.dp_last ? " (the last: nothing chooses)" : "");

    if (!isnan(r->train_loss)) {
        (void) printf(", training loss %.4f", r->train_loss);
    }

    if (f->n_valid > 0) {
        (void) printf(", validation loss %.4f", r->best_loss);
    }

    (void) printf("\n");
}


static void
fit_text_said(const train_fit_t *f)
{
    if (f->temperature != 1) {
        (void) printf("calibrated by a temperature of %.3f\n",
                      f->temperature);
    }

    if (f->shift != NULL) {
        (void) printf("probabilities are as frequent as the classes\n");
    }

    if (f->threshold > 0) {
        (void) printf("threshold %.6g: above it \"%s\" is said\n",
                      (double) f->threshold,
                      train_shown(f->data.labels[1]));
    }
}


static int
fit_width(size_t figure)
{
    int  title;

    title = (int) strlen(train_figures[figure].title);

    return (title < 12) ? 12 : title + 2;
}


/* One figure of a row of the table */

static void
fit_cell(const train_fit_t *f, size_t figure, double v)
{
    int   width;
    char  text[32];

    width = fit_width(figure);

    if (isnan(v)) {
        (void) printf("%*s", width, "-");
    } else {
        (void) snprintf(text, sizeof(text), f->data.classes != NULL
                        ? "%.4f" : train_number_form(v, "%.5g"), v);
        (void) printf("%*s", width, text);
    }
}


static void
fit_row(const train_fit_t *f, const char *what, const train_metrics_t *m)
{
    size_t  i;

    if (m->rows == 0) {
        return;
    }

    (void) printf("%-10s%8zu", what, m->rows);

    for (i = 0; i < TRAIN_N_FIGURES; i++) {
        if (fit_shows(f, i)) {
            fit_cell(f, i, train_figure(m, &train_figures[i]));
        }
    }

    (void) printf("\n%-18s", "  baseline");

    for (i = 0; i < TRAIN_N_FIGURES; i++) {
        if (fit_shows(f, i)) {
            fit_cell(f, i, m->base[i]);
        }
    }

    (void) printf("  %s%s%s\n", m->classes ? "always \""
                  : m->asked.kind == TRAIN_ASKED_QUANTILE
                    ? "always the mean, or quantile" : "always the mean",
                  m->classes ? train_shown(f->data.labels[m->largest]) : "",
                  m->classes ? "\"" : "");
}


/* Those of several numbers, each in its own unit */

static void
fit_each(const train_fit_t *f)
{
    size_t                  i, c;
    const train_metrics_t  *m;

    m = (f->metrics.rows > 0) ? &f->metrics : &f->judged;

    for (c = 0; m->each != NULL && c < m->out; c++) {
        (void) printf("  ");
        train_put_cell(stdout, f->data.labels[c], -16);

        for (i = 0; i < TRAIN_N_FIGURES; i++) {
            if (fit_shows(f, i)) {
                fit_cell(f, i, strcmp(train_figures[i].key, "mae") == 0
                            ? m->each[c].mae
                            : strcmp(train_figures[i].key, "rmse") == 0
                            ? m->each[c].rmse
                            : strcmp(train_figures[i].key, "r2") == 0
                            ? m->each[c].r2 : NAN);
            }
        }

        (void) printf("\n");
    }
}


/* Figures of the finished model, as it will be served */

static void
fit_text_figures(const train_fit_t *f)
{
    size_t  i;
    double  mean, deviation;

    if (f->judged.rows == 0 && f->metrics.rows == 0 && f->n_folds == 0) {
        return;
    }

    (void) printf("%-10s%8s", "figures", "rows");

    for (i = 0; i < TRAIN_N_FIGURES; i++) {
        if (fit_shows(f, i)) {
            (void) printf("%*s", fit_width(i), train_figures[i].title);
        }
    }

    (void) printf("\n");
    fit_row(f, "validation", &f->judged);
    fit_row(f, "test", &f->metrics);
    fit_each(f);

    if (f->n_folds == 0) {
        return;
    }

    (void) printf("%-10s%8.0f", "folds", fit_folds_rows(f));

    for (i = 0; i < TRAIN_N_FIGURES; i++) {
        if (fit_shows(f, i)) {
            train_folds_sum(f->folds, f->n_folds, i, &mean, &deviation);
            fit_cell(f, i, mean);
        }
    }

    (void) printf("  mean of %zu\n", f->n_folds);
}


static void
fit_text_network(const train_fit_t *f)
{
    size_t                i;
    const train_layer_t  *l;

    (void) printf("network   %zu", f->net.in);

    for (i = 0; i < f->net.n_layers; i++) {
        l = &f->net.layers[i];

        if (i + 1 == f->net.n_layers || l[1].hidden != l->hidden) {
            (void) printf("-%zu", l->units);
        }
    }

    (void) printf(", %zu parameters\n", train_net_parameters(&f->net));
}


static void
fit_text(const train_fit_t *f)
{
    const train_result_t  *r;

    r = &f->result;
    train_labels_print(stdout, &f->data, 10);
    fit_text_data(f);

    if (f->autos != NULL) {
        train_portfolio_print(stdout, &f->autos->p);
    } else {
        fit_text_network(f);
    }

    fit_text_folds(f);

    if (r->interrupted) {
        (void) printf("interrupted: the best %s so far are kept\n",
                      f->autos != NULL ? "members" : "weights");
    }

    if (f->autos == NULL) {
        fit_text_best(f);
    }

    fit_text_said(f);

    if (f->plan.dp) {
        train_dp_print(stdout, &f->o, &f->dp, &f->spent);
    }

    fit_text_figures(f);
    fit_text_teacher(f);

    if (f->autos != NULL) {
        (void) printf("time      %.3f s\n", r->seconds);

    } else {
        (void) printf("time      %.3f s of training, %.3f s an epoch; %.3f s "
                      "with validation\n", r->train_seconds,
                      r->train_seconds / (double) r->epochs, r->seconds);
    }

    (void) printf("model     %s, %zu bytes", train_shown(f->o.output),
                  f->size);

    if (f->autos != NULL) {
        (void) printf(", a row takes %.3g us", f->taught.micros);
    }

    (void) printf("\n");
}


void
train_fit_print(const train_fit_t *f)
{
    if (f->o.json) {
        train_fit_json(f);
    } else {
        fit_text(f);
    }
}
