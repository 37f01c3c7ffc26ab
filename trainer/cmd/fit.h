/*
 * What the files of `fit` share: one training from its options to the bytes of
 * its file.  How a step is done is no matter of theirs; only cmd_fit.c and
 * fit_*.c include this.
 */

#ifndef TRAIN_FIT_H
#define TRAIN_FIT_H

#include "fit/options.h"
#include "judge/metrics.h"


typedef struct {
    train_options_t  o;
    train_data_t     data;
    train_data_t     valid;         /* --valid, else empty */
    train_data_t     test;          /* a test part, else empty */
    uint32_t        *row;
    uint32_t        *valid_row;
    size_t           n_train;
    size_t           n_valid;
    train_scale_t    scale;
    train_net_t      net;
    train_optim_t    optim;
    train_plan_t     plan;
    train_history_t  history;
    train_result_t   result;
    train_metrics_t  metrics;       /* of the test part */
    double           temperature;
    double          *shift;         /* (out) added to the last layer so that
                                       probabilities are as frequent as the
                                       classes; NULL: nothing */
    float           *targets[2];    /* of data and valid, as they were read */
    double           mean, deviation;
    float            threshold;     /* 0: as usual */
    void            *image;
    size_t           size;
    train_fold_t    *folds;         /* NULL: none were asked for */
    uint32_t        *order;         /* of the rows, for folds */
} train_fit_t;


/* fit_check.c: targets of training and validation become numbers about 0
 * with deviation 1, as the training rows have them; nothing for classes or
 * with --target-scaling=none. */
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
 * or by the training rows if there are no others; or by --class-weight. */
int train_fit_decide(train_fit_t *f, const maas_model_t *m);

/* fit_check.c: calibration, threshold and the test part, by the engine that
 * will serve; fills f->image, which it has loaded.  Writes the report, if one
 * is asked for.  Dies if no good model file came of it. */
void train_fit_check(train_fit_t *f);

/* fit_print.c: the result on stdout, as text or with --json as one line */
void train_fit_print(const train_fit_t *f);


#endif /* TRAIN_FIT_H */
