/*
 * Parts of the report on what a threshold costs: ROC and precision-recall
 * curves of the classes, and a table of thresholds for two.
 */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report.h"


#define CURVES_POINTS  250
#define CURVES_CLASSES 12       /* that can be told apart; of more the worst */


typedef struct {
    size_t          n;              /* curves that are drawn */
    train_rank_t   *class;          /* (n) key: minus the area of ROC */
    size_t          all;            /* classes that have a curve */
} curves_t;


/* Which classes, in their order */

static void
curves_choose(const train_report_t *r, curves_t *c)
{
    size_t  i, k;
    double  auc, pr_auc;

    *c = (curves_t) { .class = train_alloc(r->judge->ranked + 1,
                                           sizeof(train_rank_t)) };

    for (i = 0; i < r->judge->ranked; i++) {
        train_curve_areas(r->judge, i, NULL, &auc, &pr_auc);

        if (!isnan(auc)) {
            c->class[c->n++] = (train_rank_t) { .key = -auc, .at = i };
        }
    }

    c->all = c->n;

    if (c->n <= CURVES_CLASSES) {
        return;
    }

    train_rank(c->class, c->n);
    c->n = CURVES_CLASSES;

    for (k = 0; k < c->n; k++) {
        c->class[k].key = -(double) c->class[k].at;
    }

    train_rank(c->class, c->n);
}


/* A line as in the picture, the class and its area */

static void
curves_legend(const train_report_t *r, const curves_t *c, FILE *f, int pr)
{
    char    style[16];
    size_t  k;
    double  auc, pr_auc;

    (void) fputs("<div class=\"legend\">", f);

    for (k = 0; k < c->n; k++) {
        train_plot_style(k, style);
        train_curve_areas(r->judge, c->class[k].at, NULL, &auc, &pr_auc);
        train_report_print(f, "<span><svg viewBox=\"0 0 34 8\"><path "
                           "class=\"line %s\" d=\"M1 4H33\"/></svg>%s "
                           "<b>%.4f</b></span>\n", style,
                           r->data->labels[c->class[k].at],
                           pr ? pr_auc : auc);
    }

    (void) fputs("</div>\n", f);
}


static void
curves_line(const train_report_t *r, const train_plot_t *p, size_t class,
    const char *style, int pr)
{
    char           tip[160];
    double         x[CURVES_POINTS], y[CURVES_POINTS], auc, pr_auc;
    size_t         i, n;
    train_point_t  point[CURVES_POINTS];

    train_curve_areas(r->judge, class, NULL, &auc, &pr_auc);
    n = train_curve(r->judge, class, point, CURVES_POINTS);

    for (i = 0; i < n; i++) {
        x[i] = (double) (pr ? point[i].recall : point[i].fpr);
        y[i] = (double) (pr ? point[i].precision : point[i].recall);
    }

    (void) snprintf(tip, sizeof(tip), "%.100s: area %.4f",
                    r->data->labels[r->judge->ranked > 1 ? class : 1],
                    pr ? pr_auc : auc);
    train_plot_line(p, style, tip, x, y, n);
}


/* Chance: what is found if rows are taken blindly */

static void
curves_chance(const train_report_t *r, const train_plot_t *p, int pr)
{
    char    word[64];
    double  x[2] = { 0, 1 }, y[2] = { 0, 1 };

    if (pr && r->judge->ranked > 1) {
        return;                     /* each class has its own */
    }

    if (pr) {
        y[0] = y[1] = train_metrics_class(r->m, 1).rows / r->m->total;
        (void) snprintf(word, sizeof(word), "by chance %.3g", y[0]);
    }

    train_plot_line(p, "dash", pr ? word : "by chance", x, y, 2);

    if (pr) {
        train_plot_word(p, "c", word, 0.97, y[0], y[0] > 0.5);
    }
}


static void
curves_plot(const train_report_t *r, const curves_t *c, train_plot_t *p,
    int pr)
{
    int     many, two;
    char    word[64], style[16], sentence[160];
    size_t  k;

    many = (r->judge->ranked > 1);
    (void) snprintf(sentence, sizeof(sentence), "Each class against the "
                    "rest%s.", c->n < c->all
                    ? ", those with the least area below ROC" : "");
    p->sentence = many ? sentence : p->sentence;
    train_plot_begin(p);
    curves_chance(r, p, pr);

    for (k = 0; k < c->n; k++) {
        train_plot_style(k, style);
        curves_line(r, p, c->class[k].at, many ? style : "a", pr);
    }

    two = (pr && many && r->m->classes == 2);
    (void) snprintf(word, sizeof(word), "%.40s%sarea %.4f",
                    two ? r->data->labels[1] : "",
                    two ? ": " : many ? "mean " : "",
                    pr ? r->m->pr_auc : r->m->auc);
    train_plot_word(p, "a", word, pr ? 0.03 : 0.97, 0.06, 0);
    train_plot_close(p);

    if (many) {
        curves_legend(r, c, p->f, pr);
    }

    train_report_close(p->f);
}


void
train_report_curves(FILE *f, const train_report_t *r)
{
    curves_t      c;
    train_plot_t  roc = {
        .f = f, .title = "ROC",
        .sentence = "What is found, by the false alarms it costs.",
        .x_label = "false alarms", .y_label = "recall",
        .square = 1, .x1 = 1, .y1 = 1
    };
    train_plot_t  pr = {
        .f = f, .title = "Precision and recall",
        .sentence = "Of those called out, how many are right; of those there "
                    "are, how many are found.",
        .x_label = "recall", .y_label = "precision",
        .square = 1, .x1 = 1, .y1 = 1
    };

    curves_choose(r, &c);
    curves_plot(r, &c, &roc, 0);
    curves_plot(r, &c, &pr, 1);
    train_free(c.class);
}


typedef struct {
    double  threshold;
    double  found, alarms;          /* rows above it: of the class, others */
    int     own;                    /* the model's */
} curves_cut_t;


static void
curves_cut(const train_report_t *r, curves_cut_t *cut)
{
    double  k;
    size_t  i;

    cut->found = 0;
    cut->alarms = 0;

    for (i = 0; i < r->m->rows; i++) {
        if ((double) r->judge->y[i] > cut->threshold) {
            k = train_judge_weight(r->judge, i);
            cut->found += (r->judge->class[i] == 1) ? k : 0;
            cut->alarms += (r->judge->class[i] == 1) ? 0 : k;
        }
    }
}


static void
curves_cut_row(FILE *f, const train_report_t *r, const curves_cut_t *cut)
{
    double  there, said;

    there = train_metrics_class(r->m, 1).rows;
    said = cut->found + cut->alarms;
    train_report_print(f, "<tr%s><td>%.4g</td><td>%.6g (%.3g %%)</td>",
                       cut->own ? " class=own" : "", cut->threshold, said,
                       100 * said / r->m->total);

    if (said > 0) {
        train_report_print(f, "<td>%.3f</td>", cut->found / said);
    } else {
        (void) fputs("<td>-</td>", f);
    }

    train_report_print(f, "<td>%.3f</td><td>%.3f</td><td>%.3f</td></tr>\n",
                       there > 0 ? cut->found / there : 0,
                       said + there > 0 ? 2 * cut->found / (said + there) : 0,
                       r->m->total > there
                       ? cut->alarms / (r->m->total - there) : 0);
}


/* The usual ones and the model's own, without those that say the same as the
 * one before */

void
train_report_thresholds(FILE *f, const train_report_t *r)
{
    size_t               i, n;
    double               own;
    curves_cut_t         cut, last = { .found = -1 };
    char                 title[200];
    static const double  usual[] = {
        0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7,
        0.8, 0.9, 0.95, 0.99, 2
    };

    if (r->info->task != MAAS_TASK_BINARY || r->m->rows == 0) {
        return;
    }

    own = (double) r->info->threshold;
    n = train_nelts(usual);
    (void) snprintf(title, sizeof(title), "What comes of saying \"%.60s\" "
                    "above a threshold. Bold: the model's own.",
                    r->data->labels[1]);
    train_report_open(f, "Thresholds", title, 1);
    (void) fputs("<table><tr><th>threshold</th><th>flagged</th><th>precision"
                 "</th><th>recall</th><th>F1</th><th>false alarms</th></tr>\n",
                 f);

    for (i = 0; i < n; i++) {
        cut = (curves_cut_t) { .threshold = own, .own = 1 };

        if (own <= usual[i] && (i == 0 || own > usual[i - 1])) {
            curves_cut(r, &cut);
            curves_cut_row(f, r, &cut);
            last = cut;
        }

        cut = (curves_cut_t) { .threshold = usual[i] };
        curves_cut(r, &cut);

        if (i + 1 < n && usual[i] != own
            && (cut.found != last.found || cut.alarms != last.alarms))
        {
            curves_cut_row(f, r, &cut);
            last = cut;
        }
    }

    (void) fputs("</table>\n", f);
    train_report_close(f);
}
