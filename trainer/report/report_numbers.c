/*
 * Parts of the report on numbers: answers against the truth, and what is left
 * between them.
 */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report.h"


#define NUMBERS_DOTS  1000      /* more make a page heavy, not clearer */
#define NUMBERS_BARS  30


static void
numbers_range(double *low, double *high, double v)
{
    *low = (v < *low) ? v : *low;
    *high = (v > *high) ? v : *high;
}


/* Of the first target, as all pictures here */

static double
numbers_truth(const train_report_t *r, size_t i)
{
    return r->judge->truth->target[i * r->judge->truth->out];
}


static double
numbers_said(const train_report_t *r, size_t i)
{
    return r->judge->y[i * r->judge->truth->out];
}


static void
numbers_scatter(FILE *f, const train_report_t *r, size_t step)
{
    double        x[2];
    size_t        i;
    train_plot_t  p = { 0 };

    p.x0 = INFINITY;
    p.x1 = -INFINITY;

    for (i = 0; i < r->m->rows; i += step) {
        numbers_range(&p.x0, &p.x1, numbers_truth(r, i));
        numbers_range(&p.x0, &p.x1, numbers_said(r, i));
    }

    p.y0 = p.x0;
    p.y1 = p.x1;
    x[0] = p.x0;
    x[1] = p.x1;

    train_report_open(f, "Answers against the truth",
                      "On the line every answer would be right.", 0);
    train_plot_begin(&p, f, "it was", "said", 1);
    train_plot_line(&p, "dash", NULL, x, x, 2);

    for (i = 0; i < r->m->rows; i += step) {
        train_plot_dot(&p, "a faint", NULL, numbers_truth(r, i),
                       numbers_said(r, i), 2.5);
    }

    train_plot_end(&p);
    train_report_close(f);
}


static void
numbers_residuals(FILE *f, const train_report_t *r, size_t step)
{
    double        x[2], y[2] = { 0, 0 }, v;
    size_t        i;
    train_plot_t  p = { 0 };

    p.x0 = INFINITY;
    p.x1 = -INFINITY;
    p.y0 = INFINITY;
    p.y1 = -INFINITY;

    for (i = 0; i < r->m->rows; i += step) {
        v = numbers_said(r, i);
        numbers_range(&p.x0, &p.x1, v);
        numbers_range(&p.y0, &p.y1, numbers_truth(r, i) - v);
    }

    x[0] = p.x0;
    x[1] = p.x1;

    train_report_open(f, "Residuals", "What is left: the truth less what was "
                      "said. A pattern here is something not learned.", 0);
    train_plot_begin(&p, f, "said", "it was more by", 1);
    train_plot_line(&p, "dash", NULL, x, y, 2);

    for (i = 0; i < r->m->rows; i += step) {
        v = numbers_said(r, i);
        train_plot_dot(&p, "b faint", NULL, v, numbers_truth(r, i) - v, 2.5);
    }

    train_plot_end(&p);
    train_report_close(f);
}


static void
numbers_histogram(FILE *f, const train_report_t *r)
{
    char          tip[80];
    double        low, high, width, v;
    size_t        i, at, count[NUMBERS_BARS] = { 0 }, most;
    train_plot_t  p = { 0 };

    low = INFINITY;
    high = -INFINITY;
    most = 0;

    for (i = 0; i < r->m->rows; i++) {
        numbers_range(&low, &high, numbers_truth(r, i) - numbers_said(r, i));
    }

    width = (high - low) / NUMBERS_BARS;

    if (!(width > 0)) {
        return;
    }

    for (i = 0; i < r->m->rows; i++) {
        v = numbers_truth(r, i) - numbers_said(r, i);
        at = (size_t) ((v - low) / width);
        at = (at < NUMBERS_BARS) ? at : NUMBERS_BARS - 1;
        most = (++count[at] > most) ? count[at] : most;
    }

    train_report_open(f, "How far off", NULL, 0);
    p.x0 = low;
    p.x1 = high;
    p.y1 = (double) most;
    train_plot_begin(&p, f, "it was more by", "rows", 0);

    for (i = 0; i < NUMBERS_BARS; i++) {
        (void) snprintf(tip, sizeof(tip), "%.4g to %.4g: %zu rows",
                        low + width * (double) i,
                        low + width * (double) (i + 1), count[i]);
        train_plot_bar(&p, "b", tip, low + width * (double) i,
                       low + width * (double) (i + 1), (double) count[i]);
    }

    train_plot_end(&p);
    train_report_close(f);
}


void
train_report_numbers(FILE *f, const train_report_t *r)
{
    size_t  step;

    step = (r->m->rows + NUMBERS_DOTS - 1) / NUMBERS_DOTS;

    numbers_scatter(f, r, step);
    numbers_residuals(f, r, step);
    numbers_histogram(f, r);
}
