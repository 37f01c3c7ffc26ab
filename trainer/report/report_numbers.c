/*
 * Parts of the report on numbers: answers against the truth, and what is left
 * between them.
 */

#include <math.h>
#include <stdio.h>

#include "report.h"


#define NUMBERS_DOTS  1000      /* more make a page heavy, not clearer */
#define NUMBERS_BARS  30


/* Of the first target, as all pictures here */

static double
numbers_truth(const train_report_t *r, size_t i)
{
    return r->judge->target[i * r->judge->out];
}


static double
numbers_said(const train_report_t *r, size_t i)
{
    return r->judge->y[i * r->judge->out];
}


static double
numbers_left(const train_report_t *r, size_t i)
{
    return numbers_truth(r, i) - numbers_said(r, i);
}


/* A dot for each row, or for one of several, and a line where all answers
 * would be right.  left: what is left against what was said, else what was
 * said against the truth. */

static void
numbers_dots(const train_report_t *r, train_plot_t *p, int left)
{
    double   x[2], zero[2] = { 0, 0 };
    size_t   i, step;
    double (*of_x)(const train_report_t *r, size_t i);
    double (*of_y)(const train_report_t *r, size_t i);

    of_x = left ? numbers_said : numbers_truth;
    of_y = left ? numbers_left : numbers_said;
    step = (r->m->rows + NUMBERS_DOTS - 1) / NUMBERS_DOTS;
    p->x0 = p->y0 = INFINITY;
    p->x1 = p->y1 = -INFINITY;

    for (i = 0; i < r->m->rows; i += step) {
        train_plot_reach(&p->x0, &p->x1, of_x(r, i));
        train_plot_reach(&p->y0, &p->y1, of_y(r, i));
    }

    if (!left) {
        p->x0 = p->y0 = fmin(p->x0, p->y0);
        p->x1 = p->y1 = fmax(p->x1, p->y1);
    }

    x[0] = p->x0;
    x[1] = p->x1;
    train_plot_begin(p);
    train_plot_line(p, "dash", NULL, x, left ? zero : x, 2);

    for (i = 0; i < r->m->rows; i += step) {
        train_plot_dot(p, left ? "b faint" : "a faint", NULL, of_x(r, i),
                       of_y(r, i), 2.5);
    }

    train_plot_end(p);
}


static void
numbers_histogram(FILE *f, const train_report_t *r)
{
    char          tip[80];
    double        width, from, to;
    size_t        i, at, count[NUMBERS_BARS] = { 0 };
    train_plot_t  p = {
        .f = f, .title = "How far off", .x_label = "it was more by",
        .y_label = "rows", .x0 = INFINITY, .x1 = -INFINITY
    };

    for (i = 0; i < r->m->rows; i++) {
        train_plot_reach(&p.x0, &p.x1, numbers_left(r, i));
    }

    width = (p.x1 - p.x0) / NUMBERS_BARS;

    if (!(width > 0)) {
        return;
    }

    for (i = 0; i < r->m->rows; i++) {
        at = (size_t) ((numbers_left(r, i) - p.x0) / width);
        at = (at < NUMBERS_BARS) ? at : NUMBERS_BARS - 1;
        p.y1 = fmax(p.y1, (double) ++count[at]);
    }

    train_plot_begin(&p);

    for (i = 0; i < NUMBERS_BARS; i++) {
        from = p.x0 + width * (double) i;
        to = p.x0 + width * (double) (i + 1);
        (void) snprintf(tip, sizeof(tip), "%.4g to %.4g: %zu rows", from, to,
                        count[i]);
        train_plot_bar(&p, "b", tip, from, to, (double) count[i]);
    }

    train_plot_end(&p);
}


void
train_report_numbers(FILE *f, const train_report_t *r)
{
    train_plot_t  answers = {
        .f = f, .title = "Answers against the truth",
        .sentence = "On the line every answer would be right.",
        .x_label = "it was", .y_label = "said", .square = 1
    };
    train_plot_t  residuals = {
        .f = f, .title = "Residuals",
        .sentence = "What is left: the truth less what was said. A pattern "
                    "here is something not learned.",
        .x_label = "said", .y_label = "it was more by", .square = 1
    };

    numbers_dots(r, &answers, 0);
    numbers_dots(r, &residuals, 1);
    numbers_histogram(f, r);
}
