/*
 * Parts of the report on classes: what was taken for what, ROC and
 * precision-recall curves, and whether probabilities are what they say.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"


#define CLASSES_MATRIX  30      /* classes; with more, a list of mistakes */
#define CLASSES_PAIRS   20
#define CLASSES_CURVES  40
#define CLASSES_POINTS  250


static void
classes_matrix(FILE *f, const train_report_t *r)
{
    int                     own;
    double                  row, share;
    size_t                  i, j, k, n;
    uint64_t                v;
    const train_metrics_t  *m;

    m = r->m;
    n = m->classes;
    train_report_open(f, "Confusion", "Rows: what it was. Columns: what was "
                      "said. Colour: the share of the row.", n > 12);
    (void) fputs("<table class=\"matrix\"><tr><th></th>", f);

    for (j = 0; j < n; j++) {
        (void) fputs("<th>", f);
        train_report_text(f, r->data->labels[j]);
        (void) fputs("</th>", f);
    }

    (void) fputs("</tr>\n", f);

    for (i = 0; i < n; i++) {
        row = 0;

        for (k = 0; k < n; k++) {
            row += (double) m->confusion[i * n + k];
        }

        (void) fputs("<tr><th>", f);
        train_report_text(f, r->data->labels[i]);
        (void) fputs("</th>", f);

        for (j = 0; j < n; j++) {
            v = m->confusion[i * n + j];
            own = (i == j);
            share = (row > 0) ? (double) v / row : 0;

            /* a mistake in a hundred is to be seen as well */

            share = own ? share : sqrt(share);
            (void) fprintf(f, "<td class=\"%s\" style=\"background:"
                           "rgb(var(--%s)/%.2f)\">%llu</td>",
                           v == 0 ? "zero" : share > 0.5 ? "on" : "",
                           own ? "good" : "bad", share,
                           (unsigned long long) v);
        }

        (void) fputs("</tr>\n", f);
    }

    (void) fputs("</table>\n", f);
    train_report_close(f);
}


typedef struct {
    uint64_t  rows;
    size_t    is, said;
} classes_pair_t;


static int
classes_compare(const void *one, const void *two)
{
    const classes_pair_t  *a = one, *b = two;

    return (a->rows < b->rows) - (a->rows > b->rows);
}


/* Too many classes for a table: the mistakes that are made most */

static void
classes_pairs(FILE *f, const train_report_t *r)
{
    size_t                  i, j, n;
    classes_pair_t         *pair;
    const train_metrics_t  *m;

    m = r->m;
    n = 0;
    pair = train_alloc(m->classes * m->classes, sizeof(classes_pair_t));

    for (i = 0; i < m->classes; i++) {
        for (j = 0; j < m->classes; j++) {
            if (i != j && m->confusion[i * m->classes + j] > 0) {
                pair[n].rows = m->confusion[i * m->classes + j];
                pair[n].is = i;
                pair[n++].said = j;
            }
        }
    }

    qsort(pair, n, sizeof(classes_pair_t), classes_compare);
    train_report_open(f, "What is mixed up most", NULL, 0);
    (void) fputs("<table><tr><th>it was</th><th>said</th><th>rows</th></tr>\n",
                 f);

    for (i = 0; i < n && i < CLASSES_PAIRS; i++) {
        (void) fputs("<tr><td>", f);
        train_report_text(f, r->data->labels[pair[i].is]);
        (void) fputs("</td><td>", f);
        train_report_text(f, r->data->labels[pair[i].said]);
        (void) fprintf(f, "</td><td>%llu</td></tr>\n",
                       (unsigned long long) pair[i].rows);
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
    double  precision, recall, f1;
    size_t  c, k;
    double  rows;

    train_report_open(f, "Class by class", NULL, 0);
    (void) fputs("<table><tr><th>class</th><th>rows</th><th>precision</th>"
                 "<th>recall</th><th>F1</th></tr>\n", f);

    for (c = 0; c < r->m->classes; c++) {
        rows = 0;

        for (k = 0; k < r->m->classes; k++) {
            rows += (double) r->m->confusion[c * r->m->classes + k];
        }

        train_metrics_class(r->m, c, &precision, &recall, &f1);
        (void) fputs("<tr><td>", f);
        train_report_text(f, r->data->labels[c]);
        (void) fprintf(f, "</td><td>%.0f</td>", rows);
        classes_rate(f, precision);
        classes_rate(f, recall);
        classes_rate(f, f1);
        (void) fputs("</tr>\n", f);
    }

    (void) fputs("</table>\n", f);
    train_report_close(f);
}


/* One curve of each class, all of them thin but one */

static void
classes_curve(FILE *f, const train_report_t *r, int pr)
{
    int             thin;
    char            tip[160];
    double          x[CLASSES_POINTS], y[CLASSES_POINTS], auc, pr_auc;
    size_t          c, i, n, class;
    train_plot_t    p = { 0 };
    train_point_t   point[CLASSES_POINTS];

    train_report_open(f, pr ? "Precision and recall" : "ROC",
                      r->judge->ranked > 1 ? "Each class against the rest."
                      : pr ? "Of those called out, how many are right; of "
                             "those there are, how many are found."
                           : "What is found, by the false alarms it costs.",
                      0);

    p.x1 = 1;
    p.y1 = 1;
    train_plot_begin(&p, f, pr ? "recall" : "false alarms",
                     pr ? "precision" : "recall", 1);

    if (!pr) {
        x[0] = 0;
        x[1] = 1;
        train_plot_line(&p, "dash", NULL, x, x, 2);
    }

    thin = (r->judge->ranked > 1);

    for (c = 0; c < r->judge->ranked && c < CLASSES_CURVES; c++) {
        train_curve_areas(r->judge, c, NULL, &auc, &pr_auc);

        if (isnan(auc)) {
            continue;
        }

        n = train_curve(r->judge, c, point, CLASSES_POINTS);

        for (i = 0; i < n; i++) {
            x[i] = pr ? (double) point[i].recall : (double) point[i].fpr;
            y[i] = pr ? (double) point[i].precision
                      : (double) point[i].recall;
        }

        class = (r->judge->ranked == 1) ? 1 : c;
        (void) snprintf(tip, sizeof(tip), "%.100s: area %.4f",
                        r->data->labels[class], pr ? pr_auc : auc);
        train_plot_line(&p, thin ? "a thin" : "a", tip, x, y, n);
    }

    (void) snprintf(tip, sizeof(tip), "%sarea %.4f", thin ? "mean " : "",
                    pr ? r->m->pr_auc : r->m->auc);
    train_plot_word(&p, "a", tip, pr ? 0.03 : 0.97, 0.06, 0);
    train_plot_end(&p);
    train_report_close(f);
}


static void
classes_reliability(FILE *f, const train_report_t *r)
{
    char                tip[160];
    double              x[2] = { 0, 1 }, most;
    size_t              i;
    train_plot_t        p = { 0 };
    const train_bin_t  *b;

    (void) snprintf(tip, sizeof(tip), "How often it is right when it is that "
                    "sure; larger dots are more rows. Calibration error "
                    "%.4f.", r->m->ece);
    train_report_open(f, "Reliability", tip, 0);

    p.x1 = 1;
    p.y1 = 1;
    train_plot_begin(&p, f, "probability of the answer", "share that is right",
                     1);
    train_plot_line(&p, "dash", NULL, x, x, 2);
    most = 1;

    for (i = 0; i < TRAIN_BINS; i++) {
        most = (r->m->bins[i].rows > most) ? r->m->bins[i].rows : most;
    }

    for (i = 0; i < TRAIN_BINS; i++) {
        b = &r->m->bins[i];

        if (b->rows > 0) {
            (void) snprintf(tip, sizeof(tip), "%.0f rows: sure by %.3f, right "
                            "in %.3f", b->rows, b->sure / b->rows,
                            b->hit / b->rows);
            train_plot_dot(&p, "a", tip, b->sure / b->rows, b->hit / b->rows,
                           3 + 8 * sqrt(b->rows / most));
        }
    }

    train_plot_end(&p);
    train_report_close(f);
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
    classes_curve(f, r, 0);
    classes_curve(f, r, 1);
    classes_reliability(f, r);
    (void) fputs("</div>\n", f);
}
