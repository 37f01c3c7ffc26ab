/*
 * What is asked for: the settings of `fit`, what they mean for training, and
 * cross-validation.  Nothing is trained here.
 */

#ifndef TRAIN_OPTIONS_H
#define TRAIN_OPTIONS_H

#include <math.h>
#include <stdio.h>

#include "args.h"
#include "loop.h"
#include "judge/metrics.h"
#include "privacy/privacy.h"


/* options.c: fit's settings, from the command line and from a file */

#define TRAIN_BY_DATA   SIZE_MAX    /* what nobody asked for */

typedef enum {
    TRAIN_MODEL_AUTO = 0,           /* trees and networks, as the rows say */
    TRAIN_MODEL_NETWORK,
    TRAIN_MODEL_TREES
} train_model_kind_t;

#define TRAIN_N_MODELS  (TRAIN_MODEL_TREES + 1)

typedef enum {
    TRAIN_EFFORT_QUICK = 0,         /* one training, as it is set */
    TRAIN_EFFORT_NORMAL,
    TRAIN_EFFORT_BEST
} train_effort_t;

#define TRAIN_N_EFFORTS  (TRAIN_EFFORT_BEST + 1)

extern const char *const train_model_names[TRAIN_N_MODELS];
extern const char *const train_effort_names[TRAIN_N_EFFORTS];

typedef struct {
    char      *data, *valid, *test, *output, *name, *hidden, *config;
    char      *augment, *log, *report;
    unsigned   layers;              /* hidden is from `layer` lines */
    char      *class_weight, *cost;
    double     false_alarms;
    int        scaling, init, loss, optimizer;
    int        calibration, target_scaling;
    double     level;               /* of loss quantile */
    double     lr, momentum, rho, beta1, beta2, epsilon, weight_decay, l2;
    double     clip_norm, validation;
    double     smoothing, mixup;
    char      *teacher, *unlabelled;    /* NULL: none */
    double     temperature, alpha;      /* of the teacher; NAN: by itself */
    double     dp_epsilon, dp_delta, dp_clip, dp_noise;
    char      *dp_public;
    int        dp_features;         /* train_dp_features_t */
    size_t     folds;
    int        model, effort;       /* train_model_kind_t, train_effort_t */
    char      *monotone;            /* "NAME=+1,..."; NULL: nothing */
    const char *by_hand;            /* a setting of one network that was said,
                                       such as "lr"; NULL: none */
    unsigned   says_validation;     /* --validation was said */
    unsigned   portfolio;           /* there is no one network: its settings
                                       say nothing */
    int        progress, json, quiet;
    train_plan_t  plan;             /* as it was said: its settings alone */

    train_want_t  want;             /* how to read the training data */
} train_options_t;

/* Leaves with usage if they make no sense; --help is printed here too. */
void train_options_read(train_options_t *o, int argc, char **argv);
/* Is --batch among them?  Its value does not tell.  To be asked after they were
 * read. */
int train_options_says_batch(int argc, char **argv);
void train_options_free(train_options_t *o);
/* as_before.c: those of the record in a model file, which is to be one of
 * `fit`. */
void train_options_recorded(train_options_t *o, const maas_info_t *info);
int train_options_has_record(const maas_info_t *info);
/* Into how many parts a portfolio dealt its rows, 0: it is none. */
size_t train_options_portfolio(const maas_info_t *info);
/* What differs from the usual as lines of a --config file, but for what is of
 * this run alone (output, report, ...). */
void train_options_write(FILE *f, const train_options_t *o);
/* An option whose value would not read back from there, or NULL. */
const char *train_options_lost(const train_options_t *o);
/* plan.c: fill in what was left to the data, of which so many rows are for
 * training. */
void train_options_choose(train_options_t *o, const train_data_t *d,
    size_t rows);
/* Calls each() with every setting that changes the weights and the text of
 * its value, which is valid during the call. */
void train_options_each(const train_options_t *o,
    void (*each)(void *ctx, const char *name, const char *value, int quoted),
    void *ctx);

/* dp.c: privacy, if it was asked for */

/* What may be known of the rows by the user's word: means, ranges, categories
 * and counts of classes; how values were spread, in the file; the validation
 * rows; losses of the training rows. */
#define TRAIN_DP_PREPARE     "prepare"
#define TRAIN_DP_REFERENCE   "reference"
#define TRAIN_DP_VALIDATION  "validation"
#define TRAIN_DP_LOSSES      "losses"

typedef enum {
    TRAIN_DP_AUTO = 0,              /* edges, if nothing else was said */
    TRAIN_DP_NONE,
    TRAIN_DP_EDGES                  /* of pictures: edges.h */
} train_dp_features_t;

int train_dp_asked(const train_options_t *o);
int train_dp_public(const train_options_t *o, const char *what);
/* Leaves with usage if settings do not go with it.  said: what was said alone,
 * batch 0, validation NAN and patience TRAIN_BY_DATA if nothing. */
void train_dp_options(train_options_t *o, const train_options_t *said);
/* What it means for the other settings, if it was asked for. */
void train_dp_apply(train_options_t *o);
/* What was left open, for so many rows; of a training with privacy alone. */
void train_dp_choose(train_options_t *o, const train_data_t *d, size_t rows);
/* The mechanism that the plan is, with the noise that the budget needs. */
void train_dp_budget(const train_options_t *o, const train_plan_t *p,
    size_t n_train, train_dp_t *d);
/* What it has spent: a member "privacy", or lines of text. */
void train_dp_json(maas_writer_t *w, const train_options_t *o,
    const train_dp_t *d, const train_dp_spent_t *s);
void train_dp_print(FILE *f, const train_options_t *o, const train_dp_t *d,
    const train_dp_spent_t *s);


/* options_table.c: of train_options_t; options.c, as_before.c ask for it */
extern const train_args_t  train_options_args;
/* What each setting is before anybody says anything. */
void train_options_defaults(train_options_t *o);


/* folds.c: which rows are for what */

/* Shuffle 0..rows and put about `share` of them at the end, the same share of
 * each class.  row(rows).  Returns how many come first. */
size_t train_split(const train_data_t *d, double share, uint64_t seed,
    uint32_t *row);
/* split.c: the same as d->split has it: the newest rows, or whole groups.  Dies
 * if that cannot be. */
size_t train_split_rows(const train_data_t *d, double share, uint64_t seed,
    uint32_t *row);

/* Cross-validation */

typedef struct {
    double        score;            /* accuracy or R2 of the rows kept back */
    double        loss;             /* cross-entropy or squares */
    double        figures[TRAIN_N_FIGURES];     /* all of them, */
    double        base[TRAIN_N_FIGURES];        /*     their baselines */
    train_gain_t  gain;
    uint64_t      epochs;           /* until the best */
} train_fold_t;

typedef struct {
    uint32_t  *train, *valid, *test;
    size_t     n_train, n_valid, n_test;
} train_fold_rows_t;

/* order(rows): shuffled, but the rows of a class together */
void train_folds_deal(const train_data_t *d, uint64_t seed, uint32_t *order);
/* A fold's three parts: every folds-th row is for the test, a share of the
 * others for validation. */
void train_folds_split(const uint32_t *order, size_t rows, size_t folds,
    size_t fold, double share, train_fold_rows_t *r);
/* split.c: the same as d->split has it: a fold is a part of the groups, or a
 * span of time behind those that it is trained on.  Dies if that cannot be. */
void train_folds_rows(const train_data_t *d, const uint32_t *order,
    size_t folds, size_t fold, double share, uint64_t seed,
    train_fold_rows_t *r);
/* So many folds there can be at most. */
size_t train_folds_most(const train_data_t *d);
/* job() in a process of its own for each fold, so many at once; out(folds).
 * 0 if one fails, which has said why. */
int train_folds_run(size_t folds, size_t at_once,
    void (*job)(void *ctx, size_t fold, train_fold_t *out), void *ctx,
    train_fold_t *out);
/* Of the scores, or of a figure < TRAIN_N_FIGURES; n > 1. */
void train_folds_sum(const train_fold_t *f, size_t n, size_t figure,
    double *mean, double *deviation);
/* "folds": loss, mean, deviation and scores; mean and deviation of each
 * figure. */
void train_folds_json(maas_writer_t *w, const train_data_t *d,
    const train_fold_t *f, size_t n);


/* plan.c: what the settings mean for training; leaves with usage if they do
 * not go with the data */

void train_plan_create(train_plan_t *p, const train_options_t *o,
    const train_data_t *d, size_t n_train);
void train_plan_free(train_plan_t *p);
void train_plan_optim(train_optim_t *optim, const train_options_t *o,
    size_t n);
/* s: of the training rows */
void train_plan_source(train_source_t *s, const train_options_t *o);


#endif /* TRAIN_OPTIONS_H */
