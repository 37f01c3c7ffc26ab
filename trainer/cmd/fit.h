/*
 * What the files of `fit` share: one training from its options to the bytes of
 * its file.  How a step is done is no matter of theirs; only cmd_fit.c and
 * fit_*.c include this.
 */

#ifndef TRAIN_FIT_H
#define TRAIN_FIT_H

#include "compress/compress.h"
#include "fit/edges.h"
#include "fit/options.h"
#include "judge/interval.h"
#include "portfolio/portfolio.h"


#define TRAIN_FIT_TINY  100     /* rows; from fewer a share is not known to
                                   a tenth: 1 / sqrt(100), two deviations */

/* Models whose answers are learnt beside the truth */

typedef struct {
    size_t           n;             /* 0: none */
    char            *names;         /* the paths, one behind the other */
    uint32_t        *crc32c;        /* (n) */
    train_side_t     side;          /* of all of them together */
    double           micros;        /* of the student, as side.micros */
    float           *y;             /* (rows of data and more,out) mean of what
                                       they say */
    train_metrics_t  metrics;       /* their own, by the rows that judge the
                                       student; rows 0: not measured */
} train_taught_t;

/* What a portfolio is given, and what it says of rows that judged */

typedef struct {
    train_portfolio_t  p;
    uint32_t          *row;         /* (n) of data, to learn from or judge */
    size_t             n;
    train_data_t       seen;        /* those, and behind them all of valid */
    unsigned           own;         /* its arrays are its own */
    uint32_t          *all;         /* (n) of seen: those of row */
    uint32_t          *judge;       /* (judges) of seen */
    size_t             judges;
    float             *scores;      /* (judges,out) of the blend */
    int8_t            *monotone;    /* (numbers a row); NULL: nothing */
} train_auto_t;

typedef struct {
    train_options_t  o;
    train_options_t  asked;         /* before the data had chosen */
    train_data_t     data;
    train_data_t     valid;         /* --valid, else empty */
    train_data_t     test;          /* a test part, else empty */
    train_data_t     more;          /* --unlabelled, else empty */
    train_taught_t   taught;
    uint32_t        *row;
    uint32_t        *valid_row;
    size_t           n_train;
    size_t           n_valid;
    train_scale_t    scale;
    float           *baseline;      /* (in) means of rows; NULL: not known */
    train_net_t      net;
    train_optim_t    optim;
    train_dp_t       dp;            /* with privacy */
    train_dp_spent_t spent;
    train_edges_t    edges;         /* that the network sees; else zeros */
    train_plan_t     plan;
    train_history_t  history;
    train_result_t   result;
    train_metrics_t  judged;        /* of the validation part, */
    train_gain_t     gain;
    train_spreads_t interval;      /* of those rows; out 0: none */
    train_metrics_t  metrics;       /*     of the test part */
    double           temperature;
    double          *shift;         /* (out) added to the last layer so that
                                       probabilities are as frequent as the
                                       classes; NULL: nothing */
    float           *targets[2];    /* of data and valid, as they were read */
    double          *mean;          /* (out) of the targets; NULL: as they
                                       are */
    double          *deviation;     /* (out), by which they were divided */
    float            threshold;     /* 0: as usual */
    float           *decision;      /* (out) weights of what is said, or NULL */
    void            *image;
    size_t           size;
    size_t           parameters;    /* numbers in its layers */
    float           *own[2];        /* weights of data and valid without those
                                       of classes; NULL: none */
    train_fold_t    *folds;         /* (n_folds), NULL: none */
    size_t           n_folds;
    uint32_t        *order;         /* of the rows, while there are folds */
    uint32_t        *test_row;      /* (n_test), in the process of one */
    size_t           n_test;
    train_auto_t    *autos;         /* a portfolio; NULL: one network */
    char           **warnings;      /* (n_warnings) sentences */
    size_t           n_warnings;
    size_t           warnings_room;
} train_fit_t;


/* cmd_fit.c: another file of the kind that f->data is of. */
void train_fit_read_more(train_fit_t *f, const char *path, train_part_t part,
    train_data_t *d);

/* fit_train.c: in this order; leaves with usage or dies if it cannot be */

void train_fit_split(train_fit_t *f);
/* A copy of the rows' weights, for those of classes go into them; NULL: there
 * are none. */
float *train_fit_weights(const train_data_t *d);
/* Preparation, network and optimiser; says what became of the columns. */
void train_fit_prepare(train_fit_t *f);
/* fit_teach.c: between them, what the teachers say; nothing without. */
void train_fit_teach(train_fit_t *f);
/* To s, which is of the training rows: spends f->taught.y. */
void train_fit_taught(train_fit_t *f, train_source_t *s);
void train_fit_teach_free(train_fit_t *f);
/* Rows, targets and weights are as they were, when it is done. */
void train_fit_train(train_fit_t *f);

/* fit_auto.c: may it be a portfolio, once rows are known?  Is it one?  Then
 * this instead of splitting, preparing and training. */
int train_fit_may_be_auto(const train_options_t *o);
int train_fit_is_auto(const train_fit_t *f);
void train_fit_auto(train_fit_t *f);
void train_fit_auto_free(train_fit_t *f);

/* fit_auto_rows.c: a->seen, of a->row; its weights without those of classes,
 * once f->data has its own again. */
void train_auto_see(train_fit_t *f, train_auto_t *a);
void train_auto_unweigh(train_fit_t *f, train_auto_t *a);
void train_auto_unsee(train_auto_t *a);

/* fit_monotone.c: what --monotone says, way(numbers a row), to be given to
 * train_free(); NULL: nothing.  Leaves with usage if it cannot be. */
int8_t *train_fit_monotone(const train_fit_t *f);

/* fit_auto_said.c: answers y(judges,out) of the blend for rows that it has not
 * learnt, to be freed: of scores / temperature + shift (NULL: nothing), or in
 * units of the target. */
float *train_auto_said(const train_fit_t *f, double temperature,
    const double *shift);
/* The layers of the file so far, and what stands in its record, which is to be
 * given to train_free(). */
void train_auto_layers(const train_fit_t *f, train_learnt_t *to);
char *train_auto_record(const train_fit_t *f);

/* fit_folds.c: cross-validation, if it is asked for or there are few rows, and
 * before a training: dies if there are too few for it. */
void train_fit_folds(train_fit_t *f);
void train_fit_folds_check(const train_fit_t *f);

/* fit_warn.c: what should be known before the model is believed, to
 * f->warnings, and from there to stderr. */
void train_fit_warn(train_fit_t *f, const maas_model_t *m);
void train_fit_warn_print(const train_fit_t *f);
void train_fit_warn_free(train_fit_t *f);


/* fit_check.c: targets of training and validation become numbers about 0
 * with deviation 1, as the training rows have them, or with --loss=poisson
 * rates about 1; nothing for classes or with --target-scaling=none. */
void train_fit_scale(train_fit_t *f);
/* Undo that: in the data, in the network's last layer and in the losses. */
void train_fit_unscale(train_fit_t *f);

/* fit_calibrate.c: m is the network as its file says.  They change the network
 * or the threshold, and return 1 if there is to be another file. */

/* Probabilities that the validation rows find right, without the weights of
 * classes.  They go into the last layer: who runs the model need not know. */
int train_fit_calibrate(train_fit_t *f, const maas_model_t *m);
/* After it: on average as frequent as the classes of the training rows, where
 * weights, smoothing or mixup have made them something else. */
int train_fit_frequencies(train_fit_t *f, const maas_model_t *m);
/* Above which probability the second label is said: by the validation rows,
 * or by the training rows if there are no others; or, of any number of
 * labels, by --class-weight. */
int train_fit_decide(train_fit_t *f, const maas_model_t *m);

/* fit_check.c: the network as the engine will serve it, calibrated and with
 * its threshold; to be given to maas_model_free(). */
maas_model_t *train_fit_model(train_fit_t *f);
/* Figures of it on the rows row(n) of d, NULL: all, with their own weights;
 * adds to gain. */
void train_fit_judge(const maas_model_t *m, const train_data_t *d,
    const uint32_t *row, size_t n, train_metrics_t *metrics,
    train_gain_t *gain);
/* That, judged by the validation rows and the test part; fills f->image, which
 * it has loaded.  Writes the report, if one is asked for.  Dies if no good
 * model file came of it. */
void train_fit_check(train_fit_t *f);

/* fit_print.c: the result on stdout, as text or with --json as one line */
void train_fit_print(const train_fit_t *f);

/* fit_json.c: the same line alone */
void train_fit_json(const train_fit_t *f);


#endif /* TRAIN_FIT_H */
