/*
 * Parts of the report on classes: what was taken for what, and whether
 * probabilities are what they say.
 */

#include <math.h>
#include <stdio.h>

#include "report.h"


#define CLASSES_MATRIX  30      /* classes; with more, a list of mistakes */
#define CLASSES_PAIRS   20


static void
classes_matrix(FILE *f, const train_report_t *r)
{
    double                  rows, share, v;
    size_t                  i, j, n;
    const train_metrics_t  *m;

    m = r->m;
    n = m->classes;
    train_report_open(f, "Confusion", "Rows: what it was. Columns: what was "
                      "said. Colour: the share of the row.", n > 12);
    (void) fputs("<table class=\"matrix\"><tr><th></th>", f);

    for (j = 0; j < n; j++) {
        train_report_print(f, "<th>%s</th>", r->data->labels[j]);
    }

    (void) fputs("</tr>\n", f);

    for (i = 0; i < n; i++) {
        rows = train_metrics_class(m, i).rows;
        train_report_print(f, "<tr><th>%s</th>", r->data->labels[i]);

        for (j = 0; j < n; j++) {
            v = m->confusion[i * n + j];
            share = (rows > 0) ? v / rows : 0;

            /* a mistake in a hundred is to be seen as well */

            share = (i == j) ? share : sqrt(share);
            train_report_print(f, "<td class=\"%s\" style=\"background:"
                               "rgb(var(--%s)/%.2f)\">%.6g</td>",
                               v == 0 ? "zero" : share > 0.5 ? "on" : "",
                               i == j ? "good" : "bad", share, v);
        }

        (void) fputs("</tr>\n", f);
    }

    (void) fputs("</table>\n", f);
    train_report_close(f);
}


/* Too many classes for a table: the mistakes that are made most */

static void
classes_pairs(FILE *f, const train_report_t *r)
{
    size_t         i, n, classes;
    train_rank_t  *pair;

    classes = r->m->classes;
    n = 0;
    pair = train_alloc(classes * classes, sizeof(train_rank_t));

    for (i = 0; i < classes * classes; i++) {
        if (i / classes != i % classes && r->m->confusion[i] > 0) {
            pair[n].key = r->m->confusion[i];
            pair[n++].at = i;
        }
    }

    train_rank(pair, n);
    train_report_open(f, "What is mixed up most", NULL, 0);
    (void) fputs("<table><tr><th>it was</th><th>said</th><th>rows</th></tr>\n",
                 f);

    for (i = 0; i < n && i < CLASSES_PAIRS; i++) {
        train_report_print(f, "<tr><td>%s</td><td>%s</td><td>%.6g</td></tr>\n",
                           r->data->labels[pair[i].at / classes],
                           r->data->labels[pair[i].at % classes], pair[i].key);
    }

    (void) fputs("</table>\n", f);
    train_report_close(f);
    train_free(pair);
}


static void
classes_rate(FILE *f, double v)
{
    if (isnan(v)) {
        (void) fputs("<td>-</td>", f);
    } else {
        (void) fprintf(f, "<td>%.4f</td>", v);
    }
}


static void
classes_table(FILE *f, const train_report_t *r)
{
    size_t         c;
    train_class_t  k;

    train_report_open(f, "Class by class", NULL, 0);
    (void) fputs("<table><tr><th>class</th><th>rows</th><th>precision</th>"
                 "<th>recall</th><th>F1</th></tr>\n", f);

    for (c = 0; c < r->m->classes; c++) {
        k = train_metrics_class(r->m, c);
        train_report_print(f, "<tr><td>%s</td><td>%.0f</td>",
                           r->data->labels[c], k.rows);
        classes_rate(f, k.precision);
        classes_rate(f, k.recall);
        classes_rate(f, k.f1);
        (void) fputs("</tr>\n", f);
    }

    (void) fputs("</table>\n", f);
    train_report_close(f);
}


static void
classes_reliability(FILE *f, const train_report_t *r)
{
    int                 two;
    char                tip[160], label[96];
    double              x[2] = { 0, 1 }, most;
    size_t              i;
    const train_bin_t  *b;
    train_plot_t        p = {
        .f = f, .title = "Reliability", .sentence = tip,
        .x_label = "probability of the answer",
        .y_label = "share that is right", .square = 1, .x1 = 1, .y1 = 1
    };

    two = (r->m->classes == 2);
    (void) snprintf(tip, sizeof(tip), "How often it %s when that is said to be "
                    "so probable; larger dots are more rows. Calibration error "
                    "%.4f.", two ? "comes" : "is right", r->m->ece);

    if (two) {
        p.x_label = label;
        p.y_label = "share that came";
        (void) snprintf(label, sizeof(label), "probability of %.60s",
                        r->data->labels[1]);
    }

    train_plot_begin(&p);
    train_plot_line(&p, "dash", NULL, x, x, 2);
    most = 1;

    for (i = 0; i < TRAIN_BINS; i++) {
        most = fmax(most, r->m->bins[i].rows);
    }

    for (i = 0; i < TRAIN_BINS; i++) {
        b = &r->m->bins[i];

        if (b->rows > 0) {
            (void) snprintf(tip, sizeof(tip), "%.0f rows: %.3f said, %.3f "
                            "came", b->rows, b->sure / b->rows,
                            b->hit / b->rows);
            train_plot_dot(&p, "a", tip, b->sure / b->rows, b->hit / b->rows,
                           3 + 8 * sqrt(b->rows / most));
        }
    }

    train_plot_end(&p);
}


void
train_report_classes(FILE *f, const train_report_t *r)
{
    if (r->m->classes <= CLASSES_MATRIX) {
        classes_matrix(f, r);
        classes_table(f, r);
    } else {
        classes_pairs(f, r);
    }

    (void) fputs("<div class=\"three wide\">\n", f);
    train_report_curves(f, r);
    classes_reliability(f, r);
    (void) fputs("</div>\n", f);
    train_report_thresholds(f, r);
}
