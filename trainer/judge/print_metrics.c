/*
 * Figures as text for people, and as JSON.
 * What they mean, metrics.c knows.
 */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "metrics.h"
#include "util.h"


#define PRINT_TABLE    30       /* classes; larger tables are for --json */
#define PRINT_COLUMNS  20       /* of importance */


const char *
train_number_form(double v, const char *form)
{
    return fabs(v) >= 99999.5 && fabs(v) < 1e9 ? "%.0f" : form;
}


static void
print_rate(FILE *f, double v)
{
    if (isnan(v)) {
        (void) fprintf(f, "%10s", "-");
    } else {
        (void) fprintf(f, "%10.4f", v);
    }
}


static void
print_confusion(FILE *f, const train_metrics_t *m, const char *const *labels)
{
    double  v;
    size_t  i, j;

    (void) fprintf(f, "\nconfusion (row: true class, column: answer)\n%14s",
                   "");

    for (j = 0; j < m->classes; j++) {
        (void) fputc(' ', f);
        train_put_cell(f, labels[j], 6);
    }

    for (i = 0; i < m->classes; i++) {
        (void) fputc('\n', f);
        train_put_cell(f, labels[i], -14);

        for (j = 0; j < m->classes; j++) {
            v = m->confusion[i * m->classes + j];
            (void) fprintf(f, v == floor(v) ? " %6.0f" : " %6.1f", v);
        }
    }

    (void) fputc('\n', f);
}


static void
print_one(FILE *f, const char *form, double v)
{
    if (isnan(v)) {
        (void) fputc('-', f);
    } else {
        (void) fprintf(f, train_number_form(v, form), v);
    }
}


/* Shares and R2 have four digits behind the point, errors six of any kind */

static void
print_figure(FILE *f, const train_figure_t *figure, const train_metrics_t *m,
    const train_metrics_t *low, const train_metrics_t *high)
{
    double       base;
    const char  *form;

    form = (figure->numbers && figure->most > 1) ? "%.6g" : "%.4f";

    (void) fprintf(f, "%-17s ", figure->title);
    print_one(f, form, train_figure(m, figure));

    if (low != NULL && !isnan(train_figure(low, figure))) {
        (void) fputs("  (", f);
        print_one(f, form, train_figure(low, figure));
        (void) fputs(" to ", f);
        print_one(f, form, train_figure(high, figure));
        (void) fputc(')', f);
    }

    base = m->base[figure - train_figures];

    if (!isnan(base)) {
        (void) fputs("  baseline ", f);
        print_one(f, form, base);
    }

    (void) fputc('\n', f);
}


/* Of several numbers each in its own unit */

static void
print_each(FILE *f, const train_metrics_t *m, const char *const *labels)
{
    char    text[24];
    size_t  c, k;

    (void) fprintf(f, "The mean of %zu numbers; of each:\n%-17s", m->out, "");
    (void) fprintf(f, "%11s%11s%11s%11s%11s\n", "MAE", "baseline", "RMSE",
                   "baseline", "R2");

    for (c = 0; c < m->out; c++) {
        const double  v[] = {
            m->each[c].mae, m->each[c].base_mae, m->each[c].rmse,
            m->each[c].base_rmse, m->each[c].r2
        };

        if (labels != NULL) {
            train_put_cell(f, labels[c], -17);
        } else {
            (void) fprintf(f, "%-17zu", c + 1);
        }

        for (k = 0; k < train_nelts(v); k++) {
            (void) snprintf(text, sizeof(text),
                            train_number_form(v[k], "%.5g"), v[k]);
            (void) fprintf(f, "%11s", isnan(v[k]) ? "-" : text);
        }

        (void) fputc('\n', f);
    }
}


void
train_metrics_print(FILE *f, const train_metrics_t *m,
    const train_metrics_t *low, const train_metrics_t *high,
    const char *const *labels)
{
    size_t         c, i;
    train_class_t  k;

    (void) fprintf(f, "%-17s %zu\n", "rows", m->rows);

    for (i = 0; i < TRAIN_N_FIGURES; i++) {
        if (train_figure_of(&train_figures[i], m)) {
            print_figure(f, &train_figures[i], m, low, high);
        }
    }

    if (low != NULL) {
        (void) fprintf(f, "In brackets: where the figure of all such rows is, "
                       "right %g %% of the times.\n", 100 * TRAIN_LEVEL);
    }

    if (m->each != NULL) {
        print_each(f, m, labels);
    }

    if (m->classes == 0) {
        (void) fprintf(f, "Baseline: always their mean%s.\n",
                       m->asked.kind == TRAIN_ASKED_QUANTILE
                       ? ", or quantile" : "");
        return;
    }

    (void) fprintf(f, "Baseline: always \"%s\".\n",
                   train_shown(labels[m->largest]));

    (void) fprintf(f, "\n%-14s %9s %9s %9s\n", "class", "precision",
                   "recall", "F1");

    for (c = 0; c < m->classes; c++) {
        k = train_metrics_class(m, c);
        train_put_cell(f, labels[c], -14);
        print_rate(f, k.precision);
        print_rate(f, k.recall);
        print_rate(f, k.f1);
        (void) fputc('\n', f);
    }

    if (m->classes <= PRINT_TABLE) {
        print_confusion(f, m, labels);
    }
}


static void
print_json(maas_writer_t *w, const char *key, double v)
{
    if (isfinite(v)) {
        maas_writer_key(w, key);
        maas_writer_value(w, "%.6g", v);
    }
}


void
train_metrics_each_json(maas_writer_t *w, const train_metrics_t *m)
{
    size_t  c;

    if (m->each == NULL) {
        return;
    }

    train_json_open(w, "numbers", '[');

    for (c = 0; c < m->out; c++) {
        train_json_open(w, NULL, '{');
        print_json(w, "mae", m->each[c].mae);
        print_json(w, "rmse", m->each[c].rmse);
        print_json(w, "r2", m->each[c].r2);
        maas_writer_close(w, '}');
    }

    maas_writer_close(w, ']');
}


void
train_metrics_json(maas_writer_t *w, const char *name,
    const train_metrics_t *m)
{
    size_t  i;

    train_json_open(w, name, '{');
    train_json_number(w, "rows", (double) m->rows);

    for (i = 0; i < TRAIN_N_FIGURES; i++) {
        if (train_figure_of(&train_figures[i], m)) {
            print_json(w, train_figures[i].key,
                       train_figure(m, &train_figures[i]));
        }
    }

    train_metrics_each_json(w, m);
    train_json_open(w, "baseline", '{');

    for (i = 0; i < TRAIN_N_FIGURES; i++) {
        if (train_figure_of(&train_figures[i], m)) {
            print_json(w, train_figures[i].key, m->base[i]);
        }
    }

    maas_writer_close(w, '}');
    maas_writer_close(w, '}');
}


void
train_importance_print(FILE *f, const train_importance_t *list, size_t n,
    int classes)
{
    size_t  i;

    (void) fprintf(f, "\n%-28s %13s %10s %12s\n", "without the column",
                   classes ? "accuracy lost" : "R2 lost", "+-", "loss gained");

    for (i = 0; i < n && i < PRINT_COLUMNS; i++) {
        train_put_cell(f, list[i].name, -28);
        (void) fprintf(f, " %13.4f %10.4f %12.4g\n", list[i].drop,
                       list[i].deviation, list[i].rise);
    }

    if (n > PRINT_COLUMNS) {
        (void) fprintf(f, "... and %zu less important ones, see --json\n",
                       n - PRINT_COLUMNS);
    }
}
