/*
 * The report: one HTML page with everything in it.  Contracts between the
 * files that write its parts; only report_*.c and the commands include this.
 */

#ifndef TRAIN_REPORT_H
#define TRAIN_REPORT_H

#include <stdio.h>

#include "fit/loop.h"
#include "judge/attack.h"
#include "judge/explained.h"
#include "judge/metrics.h"


/* What attacks found, as `audit` says it */

typedef struct {
    size_t                 members, others, shadows;
    const train_attack_t  *loss;
    const train_attack_t  *shadow;          /* NULL: no shadows */
    double                 epsilon;         /* of the record; NAN: none */
    double                 most[TRAIN_ATTACK_RATES];    /* found, by epsilon */
} train_audited_t;

typedef struct {
    const char                *title;       /* the model's name */
    const char                *what;        /* whose rows are judged */
    const maas_info_t         *info;
    const train_history_t     *history;     /* NULL: none */
    double                     usual;       /* validation score of the largest
                                               class or the mean; NAN */
    const train_data_t        *trained;     /* rows of training, or NULL */
    int                        withheld;    /* nor is said what is in data */

    /* what was judged, all of it or m == NULL */
    const train_data_t        *data;
    const uint32_t            *row;         /* (rows) of data; NULL: all */
    const train_judge_t       *judge;
    const train_metrics_t     *m;
    const train_metrics_t     *low;         /* NULL: no intervals */
    const train_metrics_t     *high;
    const train_importance_t  *importance;  /* NULL: none */
    size_t                     n_importance;
    const train_explained_t   *explained;   /* of data; NULL: not */
    const train_audited_t     *audited;     /* NULL: not */
} train_report_t;

/* report.c: the whole page or none; dies if it cannot be written */
void train_report_write(const char *path, const train_report_t *r);

/* report_text.c: as fprintf(), of which it has %s, %zu, %f and %g; texts become
 * text of HTML, also for quoted attributes */
void train_report_print(FILE *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The style sheet, with its element. */
void train_report_style(FILE *f);
/* A card with a heading and, if not NULL, a sentence below; wide: over all
 * columns.  train_report_close() ends it. */
void train_report_open(FILE *f, const char *title, const char *sentence,
    int wide);
void train_report_close(FILE *f);

/* report_classes.c: confusion and reliability, as cards */
void train_report_classes(FILE *f, const train_report_t *r);
/* report_curves.c: ROC and precision-recall curves, and what a threshold would
 * find, as cards */
void train_report_curves(FILE *f, const train_report_t *r);
void train_report_thresholds(FILE *f, const train_report_t *r);
/* report_columns.c: what stands in the columns of the table */
void train_report_columns(FILE *f, const train_report_t *r);
/* report_numbers.c: what was said against the truth, and what is left */
void train_report_numbers(FILE *f, const train_report_t *r);
/* report_training.c: losses and scores by epoch; permutation importance */
void train_report_history(FILE *f, const train_report_t *r);
void train_report_importance(FILE *f, const train_report_t *r);
/* report_tried.c: what a portfolio tried; nothing if there was none */
void train_report_tried(FILE *f, const train_report_t *r);
/* report_smaller.c: what it was before it was made smaller; nothing if it was
 * not */
void train_report_smaller(FILE *f, const train_report_t *r);
/* report_audit.c: what attacks find; nothing if there were none */
void train_report_audit(FILE *f, const train_report_t *r);
/* report_reasons.c: what columns add to scores, as cards */
void train_report_reasons(FILE *f, const train_report_t *r);
/* report_picture.c: an <img> of x(height,width), from black to white; bytes:
 * 255 is white, else the greatest, and the least, of 0 and less, is black */
void train_report_picture(FILE *f, size_t height, size_t width,
    const float *x, int bytes);
/* report_mistakes.c: the rows with the greatest loss, with their pictures or
 * values */
void train_report_mistakes(FILE *f, const train_report_t *r);


/* plot.c: a card with axes and marks of one SVG picture */

typedef struct {
    FILE        *f;
    const char  *title, *sentence;  /* as of train_report_open() */
    const char  *x_label, *y_label;
    unsigned     log_y;
    unsigned     square;            /* as high as it is wide */
    size_t       strips;            /* not 0: so many, each 1 high, and nothing
                                       up the side */
    double       x0, x1, y0, y1;    /* values at the edges */
    double       height;            /* set by train_plot_begin() */
} train_plot_t;

/* The range that holds v, too, if v is finite; from INFINITY and -INFINITY. */
void train_plot_reach(double *low, double *high, double v);
/* Frame, grid and labels.  Empty ranges are widened. */
void train_plot_begin(train_plot_t *p);
/* class: of the style sheet, "a" or "b" and more, or a style; tip: text that
 * shows below the pointer, or NULL */
void train_plot_line(const train_plot_t *p, const char *class,
    const char *tip, const double *x, const double *y, size_t n);
void train_plot_dot(const train_plot_t *p, const char *class,
    const char *tip, double x, double y, double radius);
/* Small ones, many of them */
void train_plot_dots(const train_plot_t *p, const char *class,
    const double *x, const double *y, size_t n);
/* From y = 0, or the lower edge, to y, between two x. */
void train_plot_bar(const train_plot_t *p, const char *class,
    const char *tip, double from, double to, double y);
/* A word in the picture, above a point or below */
void train_plot_word(const train_plot_t *p, const char *class,
    const char *word, double x, double y, int below);
/* Of the picture alone: more may follow in the card. */
void train_plot_close(const train_plot_t *p);
/* Of the picture and the card. */
void train_plot_end(const train_plot_t *p);
/* Style k as two classes for a line: 40 that differ in colour and dashes. */
void train_plot_style(size_t k, char class[16]);


#endif /* TRAIN_REPORT_H */
