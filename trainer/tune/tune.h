/*
 * The search for settings of `fit`: where it looks, how trials run, what came
 * of them.
 */

#ifndef TRAIN_TUNE_H
#define TRAIN_TUNE_H

#include <math.h>
#include <stdio.h>

#include "fit/options.h"


#define TRAIN_TUNE_RUNGS  3     /* budgets: a ninth, a third, all epochs */
#define TRAIN_TUNE_ETA    3     /* of so many one goes on */

/* With fewer rows for validation, trials are compared by folds: the standard
 * error of an accuracy of 0.9 is 2 % with 200 rows, as much as settings differ
 * by, and by folds each row of the table counts. */
#define TRAIN_TUNE_VALID  200
#define TRAIN_TUNE_FOLDS  5


/* One point of the search and what came of it */

typedef struct {
    size_t    number;           /* 0: what `fit` would choose by itself */
    char     *hidden;
    double    lr;
    double    decay;
    size_t    batch;
    unsigned  done[TRAIN_TUNE_RUNGS];
    double    loss[TRAIN_TUNE_RUNGS];     /* of validation; INFINITY: failed */
    double    score[TRAIN_TUNE_RUNGS];
    double    deviation[TRAIN_TUNE_RUNGS];  /* of the folds' scores, or NAN */
} train_tune_trial_t;

/* The search itself */

typedef struct {
    int                  argc;  /* for `fit`, as the user gave them */
    char               **argv;
    train_options_t      o;     /* the same, read, with what fit would choose */
    unsigned             fixed_hidden, fixed_lr, fixed_decay, fixed_batch;
    size_t               rows;  /* for training, about */
    size_t               all;   /* rows of the data */
    uint32_t             crc32c;    /* of the data */
    size_t               folds; /* trials are compared by so many, 0: by the
                                   validation rows */
    size_t               epochs[TRAIN_TUNE_RUNGS];
    size_t               rungs; /* in use, the last TRAIN_TUNE_RUNGS of them */
    size_t               jobs;
    size_t               seed;
    int                  json, quiet;
    char                *output;
    char                *state; /* file of what was tried */
    FILE                *log;   /* the same, open for more */
    char                *folder; /* beside the output, for models that nobody
                                  keeps */
    train_tune_trial_t  *trial;       /* (n) */
    size_t               n;
    size_t               ran;   /* in this run of the program */
    unsigned             usage; /* fit refused its options */
    unsigned             said;  /* a trial, what it has to say of the data */
    train_dict_t         words; /* of trials, that were shown */
} train_tune_t;


/* tune_search.c: the whole search, on with what is left of an earlier one;
 * t->trial has the best first.  0 if fit refused its options, and said why;
 * dies if interrupted, or if no trial came to an end. */
int train_tune_search(train_tune_t *t);

/* tune_space.c: trial number k, from the seed and k alone; settings that the
 * user gave stay.  t->trial[k] is overwritten. */
void train_tune_draw(train_tune_t *t, size_t k);
/* Its settings as arguments of fit: writes at most 8 texts to argv, each to be
 * freed unless exec() follows, and returns how many. */
size_t train_tune_arguments(const train_tune_t *t,
    const train_tune_trial_t *trial, size_t rung, char **argv);

/* tune_state.c: read what an earlier run left, and go on writing there; dies
 * if it was another search */
void train_tune_state_open(train_tune_t *t);
void train_tune_state_add(train_tune_t *t, const train_tune_trial_t *trial,
    size_t rung, double seconds);

/* tune_run.c: run the trials list(n).at on one rung, so many at a time as there
 * are jobs, those that are done left out.  Returns 0 when interrupted. */
int train_tune_run(train_tune_t *t, size_t rung, const train_rank_t *list,
    size_t n);

/* tune_result.c: loss on the last rung that a trial reached */
double train_tune_loss(const train_tune_trial_t *trial);
/* Trials, best first, on standard output; the best one's settings in
 * t->output, as `fit --config` takes them. */
void train_tune_table(const train_tune_t *t);
void train_tune_json(const train_tune_t *t);
void train_tune_write(train_tune_t *t);


#endif /* TRAIN_TUNE_H */
