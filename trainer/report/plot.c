/*
 * A picture as SVG: values to places, axes with round numbers, marks.
 * What is drawn is decided elsewhere, its colours in the style sheet.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"


#define PLOT_WIDTH   460.0
#define PLOT_HEIGHT  280.0
#define PLOT_SQUARE  430.0
#define PLOT_STRIP   46.0
#define PLOT_LEFT    66.0
#define PLOT_RIGHT   14.0
#define PLOT_TOP     12.0
#define PLOT_BOTTOM  44.0
#define PLOT_TICKS   5
#define PLOT_COLOURS 8          /* and dashes of the style sheet, */
#define PLOT_DASHES  5          /*     which have no factor in common */


static double
plot_x(const train_plot_t *p, double v)
{
    double  left;

    v = (v - p->x0) / (p->x1 - p->x0);
    v = v < 0 ? 0 : v > 1 ? 1 : v;

    left = p->strips > 0 ? PLOT_RIGHT : PLOT_LEFT;

    return left + v * (PLOT_WIDTH - left - PLOT_RIGHT);
}


static double
plot_y(const train_plot_t *p, double v)
{
    if (p->log_y) {
        v = (log(v) - log(p->y0)) / (log(p->y1) - log(p->y0));
    } else {
        v = (v - p->y0) / (p->y1 - p->y0);
    }

    v = v < 0 ? 0 : v > 1 ? 1 : v;

    return p->height - PLOT_BOTTOM - v * (p->height - PLOT_TOP - PLOT_BOTTOM);
}


static void
plot_tick_x(const train_plot_t *p, double v)
{
    (void) fprintf(p->f, "<path class=\"grid\" d=\"M%.1f %.1fV%.1f\"/>"
                   "<text class=\"tick\" text-anchor=\"middle\" x=\"%.1f\" "
                   "y=\"%.1f\">%.6g</text>\n",
                   plot_x(p, v), PLOT_TOP, p->height - PLOT_BOTTOM,
                   plot_x(p, v), p->height - PLOT_BOTTOM + 16, v);
}


/* 1e9, not 1e+09: there is little room beside the name of the axis */

static void
plot_tick_y(const train_plot_t *p, double v)
{
    char  text[32], *e;

    (void) snprintf(text, sizeof(text), "%.6g", v);
    e = strstr(text, "e+");

    if (e != NULL) {
        (void) snprintf(e + 1, 8, "%ld", strtol(e + 2, NULL, 10));
    }

    (void) fprintf(p->f, "<path class=\"grid\" d=\"M%.1f %.1fH%.1f\"/>"
                   "<text class=\"tick\" text-anchor=\"end\" x=\"%.1f\" "
                   "y=\"%.1f\">%s</text>\n",
                   PLOT_LEFT, plot_y(p, v), PLOT_WIDTH - PLOT_RIGHT,
                   PLOT_LEFT - 6, plot_y(p, v) + 4, text);
}


/* 1, 2 and 5 with zeros, or 1 alone where that would be too many */

static void
plot_ticks_log(const train_plot_t *p)
{
    int                  i, few;
    double               power;
    static const double  at[] = { 1, 2, 5 };

    few = log10(p->y1 / p->y0) > 3;
    power = pow(10, floor(log10(p->y0)));

    for ( /* void */ ; power <= p->y1; power *= 10) {
        for (i = 0; i < (few ? 1 : 3); i++) {
            if (at[i] * power >= p->y0 * 0.999
                && at[i] * power <= p->y1 * 1.001)
            {
                plot_tick_y(p, at[i] * power);
            }
        }
    }
}


/* Steps of a round number: 1, 2 or 5 with zeros, PLOT_TICKS at most */

static void
plot_ticks(const train_plot_t *p, double from, double to,
    void (*tick)(const train_plot_t *p, double v))
{
    double  v, step, power;

    step = (to - from) / PLOT_TICKS;
    power = pow(10, floor(log10(step)));
    step /= power;
    step = (step <= 1 ? 1 : step <= 2 ? 2 : step <= 5 ? 5 : 10) * power;

    for (v = ceil(from / step - 1e-9) * step; v <= to + step * 1e-6; v += step)
    {
        tick(p, fabs(v) < step * 1e-6 ? 0 : v);
    }
}


void
train_plot_reach(double *low, double *high, double v)
{
    if (isfinite(v)) {
        *low = (v < *low) ? v : *low;
        *high = (v > *high) ? v : *high;
    }
}


void
train_plot_begin(train_plot_t *p)
{
    double  middle;

    p->height = p->square ? PLOT_SQUARE
                : p->strips > 0
                  ? PLOT_TOP + PLOT_BOTTOM + PLOT_STRIP * (double) p->strips
                  : PLOT_HEIGHT;
    middle = (PLOT_TOP + p->height - PLOT_BOTTOM) / 2;

    if (!(p->x1 > p->x0)) {
        p->x0 -= 0.5;
        p->x1 = p->x0 + 1;
    }

    if (!(p->y1 > p->y0)) {
        p->y0 = p->log_y ? p->y0 / 2 : p->y0 - 0.5;
        p->y1 = p->log_y ? p->y0 * 4 : p->y0 + 1;
    }

    train_report_open(p->f, p->title, p->sentence, 0);
    (void) fprintf(p->f, "<svg viewBox=\"0 0 %g %g\" role=\"img\">\n",
                   PLOT_WIDTH, p->height);
    plot_ticks(p, p->x0, p->x1, plot_tick_x);

    if (p->log_y) {
        plot_ticks_log(p);
    } else if (p->strips == 0) {
        plot_ticks(p, p->y0, p->y1, plot_tick_y);
    }

    train_report_print(p->f, "<text class=\"label\" text-anchor=\"middle\" "
                       "x=\"%.1f\" y=\"%.1f\">%s</text>\n",
                       (PLOT_LEFT + PLOT_WIDTH - PLOT_RIGHT) / 2,
                       p->height - 8, p->x_label);

    if (p->strips > 0) {
        return;
    }

    train_report_print(p->f, "<text class=\"label\" text-anchor=\"middle\" "
                       "x=\"12\" y=\"%.1f\" transform=\"rotate(-90 12 %.1f)"
                       "\">%s</text>\n", middle, middle, p->y_label);
}


static void
plot_mark_end(FILE *f, const char *element, const char *tip)
{
    if (tip == NULL) {
        (void) fputs("/>\n", f);
        return;
    }

    train_report_print(f, "><title>%s</title></%s>\n", tip, element);
}


void
train_plot_line(const train_plot_t *p, const char *class, const char *tip,
    const double *x, const double *y, size_t n)
{
    int     begun;
    size_t  i;

    begun = 0;
    (void) fprintf(p->f, "<path class=\"line %s\" d=\"", class);

    for (i = 0; i < n; i++) {
        if (!isfinite(y[i]) || (p->log_y && y[i] <= 0)) {
            begun = 0;
            continue;
        }

        (void) fprintf(p->f, "%c%.1f %.1f", begun ? 'L' : 'M',
                       plot_x(p, x[i]), plot_y(p, y[i]));
        begun = 1;
    }

    (void) fputc('"', p->f);
    plot_mark_end(p->f, "path", tip);
}


void
train_plot_dot(const train_plot_t *p, const char *class, const char *tip,
    double x, double y, double radius)
{
    (void) fprintf(p->f, "<circle class=\"dot %s\" cx=\"%.1f\" cy=\"%.1f\" "
                   "r=\"%.1f\"", class, plot_x(p, x), plot_y(p, y), radius);
    plot_mark_end(p->f, "circle", tip);
}


/* Lines of no length, whose ends are round */

void
train_plot_dots(const train_plot_t *p, const char *class, const double *x,
    const double *y, size_t n)
{
    size_t  i;

    if (n == 0) {
        return;
    }

    (void) fprintf(p->f, "<path class=\"dots %s\" d=\"", class);

    for (i = 0; i < n; i++) {
        (void) fprintf(p->f, "M%.1f %.1fh0", plot_x(p, x[i]),
                       plot_y(p, y[i]));
    }

    (void) fputs("\"/>\n", p->f);
}


void
train_plot_bar(const train_plot_t *p, const char *class, const char *tip,
    double from, double to, double y)
{
    double  x, low, high;

    x = plot_x(p, from);
    low = plot_y(p, p->y0 > 0 ? p->y0 : 0);
    high = plot_y(p, y);

    (void) fprintf(p->f, "<rect class=\"bar %s\" x=\"%.1f\" y=\"%.1f\" "
                   "width=\"%.1f\" height=\"%.1f\"", class, x + 0.5, high,
                   plot_x(p, to) - x - 1, low - high);
    plot_mark_end(p->f, "rect", tip);
}


void
train_plot_word(const train_plot_t *p, const char *class, const char *word,
    double x, double y, int below)
{
    double  at;

    at = plot_x(p, x);

    /* on the side where there is room */

    train_report_print(p->f, "<text class=\"word %s\" text-anchor=\"%s\" "
                       "x=\"%.1f\" y=\"%.1f\">%s</text>\n", class,
                       at > 0.6 * PLOT_WIDTH ? "end" : "start",
                       at > 0.6 * PLOT_WIDTH ? at - 6 : at + 6,
                       plot_y(p, y) + (below ? 16 : -6), word);
}


void
train_plot_close(const train_plot_t *p)
{
    (void) fputs("</svg>\n", p->f);
}


void
train_plot_end(const train_plot_t *p)
{
    train_plot_close(p);
    train_report_close(p->f);
}


/* Neighbours differ in both */

void
train_plot_style(size_t k, char class[16])
{
    (void) snprintf(class, 16, "c%zu d%zu", k % PLOT_COLOURS, k % PLOT_DASHES);
}
