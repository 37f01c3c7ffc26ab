/*
 * How good answers are, how sure that is and what it hangs on: contracts of
 * the files that judge.  Nothing here trains or prints, print_metrics.c aside.
 */

#ifndef TRAIN_METRICS_H
#define TRAIN_METRICS_H

#include <stdio.h>

#include "data/data.h"


#define TRAIN_BINS     15      /* of a probability */
#define TRAIN_TOP_K    3
#define TRAIN_ROUNDS   500     /* of the bootstrap */
#define TRAIN_LEVEL    0.95    /* of intervals, share that has the truth */
#define TRAIN_ROUNDS_CELLS 20000 /* rows by curves and one: with more, intervals
                                  need no rounds */
#define TRAIN_INTERVALS 20     /* rows; with fewer, intervals say nothing */
#define TRAIN_REPEATS  5       /* shuffles of a column, for its importance */
#define TRAIN_N_FIGURES 15
#define TRAIN_SURE     1.645   /* deviations: chance in one of 20 */


/* asked.c: what the answers of a regression are, as its file says */

typedef enum {
    TRAIN_ASKED_MEAN = 0,
    TRAIN_ASKED_QUANTILE,           /* below which a share `level` lies */
    TRAIN_ASKED_RATE                /* of counts: means of Poisson's loss */
} train_asked_kind_t;

typedef struct {
    train_asked_kind_t  kind;
    double              level;
} train_asked_t;

/* MEAN for classes and for files that say nothing. */
train_asked_t train_asked(const maas_info_t *info);
/* The square, the pinball loss or Poisson's deviance of one answer. */
double train_asked_loss(const train_asked_t *a, double truth, double said);


/* metrics.c: figures.  NAN where one is not defined. */

typedef struct {
    double          rows;
    double          sure;           /* sum of the probability: of the second
                                       class of two, of the likeliest of more */
    double          hit;            /* so many were of that class */
} train_bin_t;

/* Of one of several numbers, and the same of its mean */

typedef struct {
    double          mae, rmse, r2;
    double          base_mae, base_rmse;
} train_each_t;

typedef struct {
    maas_task_t     task;
    size_t          rows;
    double          total;          /* of their weights; rows without them */
    size_t          classes;
    double          loss;           /* cross-entropy, or MSE */
    double          accuracy;
    double          top;            /* the truth is among the top_k likeliest */
    double          f1;             /* mean of the classes that occur, */
    double          auc;            /*     as this: one against the rest */
    double          pr_auc;         /* average precision: of the second class
                                       of two, of more the mean of classes */
    double          ece;            /* expected calibration error */
    double          mae, rmse, r2;
    train_asked_t   asked;          /* what else is shown: of a quantile the
                                       mean loss and the share of truths that
                                       are not above, of rates the deviance */
    double          pinball, below, deviance;
    double         *confusion;      /* (true,said), NULL for numbers */
    size_t          out;            /* numbers an answer, */
    train_each_t   *each;           /* (out) of several; NULL of one, of classes
                                       and with counts */
    train_bin_t     bins[TRAIN_BINS];

    /* of who does not look at the rows: always says their largest class, with
     * the classes' shares for probabilities, or their mean.  As train_figures;
     * NAN with counts */
    double          base[TRAIN_N_FIGURES];
    size_t          largest;        /* class */
} train_metrics_t;

/* How drawn rows say what its interval is */

typedef enum {
    TRAIN_DRAW_SHARE = 0,           /* not at all: it is a share of rows, */
    TRAIN_DRAW_NONE,                /*     or as good as one */
    TRAIN_DRAW_SCALED,
    TRAIN_DRAW_PLAIN                /* as it is, on no other scale */
} train_draw_t;

/* The figures by name, for tables; `at` is the place of a double. */

typedef struct {
    const char     *key;
    const char     *title;
    unsigned        numbers;        /* of regression, else of classes: */
    size_t          least_classes;  /*     from so many */
    size_t          most_classes;   /*     to so many */
    unsigned        biased;         /* of some rows it is not that of all on
                                       average: it has no interval */
    double          least, most;    /* that it can be */
    size_t          at;
    train_draw_t    draw;
} train_figure_t;

extern const train_figure_t  train_figures[TRAIN_N_FIGURES];

#define train_figure(m, f)  (*(double *) ((char *) (m) + (f)->at))

/* Is figure f one of this judgement? */
int train_figure_of(const train_figure_t *f, const train_metrics_t *m);

/* Answers beside the truth, sorted once so that they can be judged often */

typedef struct {
    maas_task_t     task;
    size_t          rows;
    size_t          out;            /* numbers an answer */
    size_t          classes;        /* 0: numbers */
    uint32_t       *class;          /* (rows), what it was */
    float          *target;         /* (rows,out), the same of numbers */
    train_asked_t   asked;          /* to be set, as the weight; else MEAN */
    const float    *y;              /* (rows,out), what was answered */
    uint32_t       *said;           /* (rows) */
    float          *sure;           /* (rows) of what was said */
    float          *shown;          /* (rows) the probability whose bins are
                                       kept, */
    uint8_t        *came;           /*     and whether it came so */
    float          *loss;           /* (rows) */
    uint8_t        *in_top;         /* (rows) */
    uint32_t       *order;          /* (ranked,rows) by falling probability */
    size_t          ranked;         /* classes, 1 for binary */
    const float    *weight;         /* (rows) how much a row counts; NULL: all
                                       the same.  To be set by who wants it */
} train_judge_t;

/* How much row i counts, and if it is there count[i] times (NULL: once) */
#define train_judge_weight(j, i)                                              \
    ((j)->weight != NULL ? (double) (j)->weight[i] : 1)
#define train_judge_counts(j, count, i)                                       \
    (((count) != NULL ? (double) (count)[i] : 1) * train_judge_weight(j, i))

/* The rows row(n) of d, or all for NULL; info: of the model that answered, for
 * what it says.  y(rows,out) is kept, not copied; to be freed. */
void train_judge_create(train_judge_t *j, const maas_info_t *info,
    const train_data_t *d, const uint32_t *row, size_t n, const float *y);
void train_judge_free(train_judge_t *j);
/* count(rows): how often each row is there; NULL: once, and with baselines.
 * m->confusion belongs to the caller until train_metrics_free(). */
void train_judge(const train_judge_t *j, const uint32_t *count,
    train_metrics_t *m);
void train_metrics_free(train_metrics_t *m);

/* Of one class; NAN where one is not defined. */

typedef struct {
    double          rows;           /* that are of the class */
    double          precision, recall, f1;
} train_class_t;

/* From m->confusion; c < m->classes. */
train_class_t train_metrics_class(const train_metrics_t *m, size_t c);


/* The baseline of accuracy or R2 */
double train_base(const train_metrics_t *m);

/* asked.c: the figures of m->asked, by answers y(rows,out), `step` apart: 0 if
 * they are always the same; nothing of means. */
void train_asked_figures(const train_judge_t *j, const uint32_t *count,
    const float *y, size_t step, train_metrics_t *m);
/* The best constant for number c of the answers. */
double train_asked_constant(const train_judge_t *j, size_t c);

/* By what trainings of one target are compared, least is best: cross-entropy or
 * squares; of a quantile and of rates their own loss; of several numbers the
 * share of the variances that is not explained. */
double train_asked_compared(const train_metrics_t *m);

/* baseline.c: the figures of an answer that is always the same, and the
 * largest class; what is not defined is left as it is. */
void train_baseline(const train_judge_t *j, train_metrics_t *b);

/* How much less is lost with the answers than with the constant, row by row:
 * sums over rows, which may be of several judgements */

typedef struct {
    double          rows;
    double          loss, loss_sq;  /* cross-entropy or squares gained */
    double          hits, hits_sq;  /* rows right; 0 for numbers */
} train_gain_t;

/* Adds the rows of j, those of another. */
void train_gain_add(train_gain_t *g, const train_judge_t *j);
void train_gain_sum(train_gain_t *g, const train_gain_t *other);
/* By how many deviations of chance the better of the two is above nothing;
 * 0: it is not. */
double train_gain_sure(const train_gain_t *g);


/* curves.c: classes by falling probability */

/* Fills j->order and j->ranked; equal probabilities stand by row. */
void train_curve_order(train_judge_t *j);
/* Areas under ROC and precision-recall curves of the place `rank` of
 * j->order; NAN if all rows or none are of the class. */
void train_curve_areas(const train_judge_t *j, size_t rank,
    const uint32_t *count, double *auc, double *pr_auc);

typedef struct {
    float           fpr;            /* false alarms among the others */
    float           recall;
    float           precision;
} train_point_t;

/* The curve itself: at most max points, max >= 3, from no row to all of them.
 * Returns how many. */
size_t train_curve(const train_judge_t *j, size_t rank, train_point_t *p,
    size_t max);


/* influence.c: the standard error of figure f of m = train_judge(j, count);
 * psi(rows) gets what each row adds to the figure, as its share of all rows
 * grows.  NAN where none is known, as of a calibration error. */
double train_influence(const train_judge_t *j, const uint32_t *count,
    const train_metrics_t *m, const train_figure_t *f, double *psi);


/* bootstrap.c: the figures' intervals, which contain the figure of all rows of
 * the kind TRAIN_LEVEL of the times, by drawing the rows anew in so many
 * rounds; without rounds where they are many (TRAIN_ROUNDS_CELLS).  low and
 * high have no confusion, and NAN where there is no figure or no interval. */
void train_bootstrap(const train_judge_t *j, size_t rounds, uint64_t seed,
    train_metrics_t *low, train_metrics_t *high);


/* importance.c: permutation importance, what is lost when the values of a
 * column are shuffled among the rows */

typedef struct {
    char           *name;
    double          drop;           /* of accuracy or R2, mean of repeats */
    double          deviation;      /* of the repeats */
    double          rise;           /* of the loss */
} train_importance_t;

/* One for each column of the model, largest drop first, NULL and 0 if it has
 * none.  On rows row(rows) of d, NULL: all; at most 5000 are used.  info: as
 * for train_judge_create(); weight: of all rows of d, or NULL.  To be freed
 * with the next. */
train_importance_t *train_importance(const maas_model_t *m,
    const maas_info_t *info, const train_data_t *d, const float *weight,
    const uint32_t *row, size_t rows, size_t repeats, uint64_t seed,
    size_t *n);
void train_importance_free(train_importance_t *list, size_t n);


/* leak.c: columns that give away the target alone */

typedef struct {
    size_t          column;         /* of the model */
    double          sure;           /* share of the mistakes, or of the
                                       variance, that it leaves not */
} train_leak_t;

/* The column with the largest share, on rows row(n) of d, of which at most 5000
 * are used; share NAN if there are too few to tell it from chance, or no
 * columns. */
train_leak_t train_leak(const maas_info_t *info, const train_data_t *d,
    const uint32_t *row, size_t n);


/* threshold.c */

/* "X:Y", what a false alarm and a miss cost; 0 if it is not that */
int train_threshold_cost(const char *spec, double *alarm, double *miss);
/* The best for the n rows of d that row[] names, with probabilities y(n): the
 * least cost, or, unless `rate` is NAN, the fewest misses with at most that
 * share of false alarms; rows count by their weights.  Above 0, below 1. */
float train_threshold(const train_data_t *d, const uint32_t *row, size_t n,
    const float *y, double alarm, double miss, double rate);


/* calibrate.c */

/* The temperature T for which softmax(z / T + shift), or sigmoid, has the least
 * loss on these answers y(n,out), which are softmax(z), for the rows row(n) of
 * data, or for all for NULL; 1 if there is nothing to gain, for numbers, and
 * for so few rows that it would be chance.  shift(out), or NULL: nothing. */
double train_temperature(const train_data_t *data, const uint32_t *row,
    size_t n, const float *y, const double *shift);
/* What the last layer has to add, shift(out), so that probabilities which were
 * trained with weights(n_labels) for the classes are those of the data. */
void train_prior_shift(const double *weights, size_t n_labels, size_t out,
    double *shift);
/* What the last layer has to add so that the classes' probabilities y(n,out)
 * are on average as frequent as the classes are in the rows row(n) of d, each
 * counted with its weight. */
void train_mean_shift(const train_data_t *d, const uint32_t *row, size_t n,
    const float *y, double *shift);


/* print_metrics.c: a printf form for v: form, some "%.5g", or whole numbers
 * where that would write an exponent that nobody needs */
const char *train_number_form(double v, const char *form);
/* Figures as text; low and high may be NULL.  Lists may be NULL too. */
void train_metrics_print(FILE *f, const train_metrics_t *m,
    const train_metrics_t *low, const train_metrics_t *high,
    const char *const *labels);
/* The member numbers, figures of each of several; else nothing. */
void train_metrics_each_json(maas_writer_t *w, const train_metrics_t *m);
/* rows, figures and "baseline": an object of w called name */
void train_metrics_json(maas_writer_t *w, const char *name,
    const train_metrics_t *m);
void train_importance_print(FILE *f, const train_importance_t *list,
    size_t n, int classes);


#endif /* TRAIN_METRICS_H */
