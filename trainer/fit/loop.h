/*
 * Training as a whole: epochs and their rates, validation, checkpoints, and
 * what is seen and kept of them.  Nothing of files that are models.
 */

#ifndef TRAIN_LOOP_H
#define TRAIN_LOOP_H

#include <math.h>
#include <signal.h>
#include <stdio.h>

#include "net/step.h"


/* loop.c: epochs */

typedef enum {
    TRAIN_SCHED_CONSTANT = 0,
    TRAIN_SCHED_LINEAR,             /* to lr_final at the last epoch's end */
    TRAIN_SCHED_COSINE,
    TRAIN_SCHED_STEP,               /* times step_factor now and then */
    TRAIN_SCHED_ONE_CYCLE,          /* up, and down to almost nothing */
    TRAIN_SCHED_PLATEAU             /* times step_factor where it stands */
} train_sched_t;

#define TRAIN_N_SCHEDS  (TRAIN_SCHED_PLATEAU + 1)

extern const char *const train_sched_names[TRAIN_N_SCHEDS];

typedef struct {
    train_loss_t    loss;
    train_sched_t   schedule;
    double          warmup;         /* epochs in which the rate rises */
    double          lr_final;       /* share of the rate at the end */
    size_t          step_every;     /* epochs; 0: a third of them */
    double          step_factor;
    size_t          plateau;        /* epochs without progress */
    double          ema;            /* decay of averaged weights, 0: none */
    size_t          epochs;
    size_t          batch;
    size_t          patience;       /* 0: no early stopping */
    size_t          threads;        /* 0: one for each core */
    unsigned        dp;             /* rows of a step are drawn */
    unsigned        dp_last;        /* the last epoch is kept, not the best */
    unsigned        dp_losses;      /* of training may be in history and result
                                       with dp; else NAN */
    unsigned        guest;          /* SIGINT is the caller's: of loops side by
                                       side */
    int             portable;       /* the same bits with AVX2 and AVX-512 */
    uint64_t        seed;
    int             progress;       /* train_progress_mode_t */
    struct train_history_s  *history;   /* to be filled, or NULL */
    /* After each epoch, its loss and weights; NULL: nobody looks */
    void          (*look)(void *ctx, size_t epoch, double loss,
                          const float *params);
    void           *look_ctx;

    const char     *checkpoint;     /* NULL: none */
    size_t          checkpoint_every;
    size_t          checkpoint_keep;
    unsigned        resume;
    char           *identity;       /* of data and settings, with checkpoint */
} train_plan_t;

typedef struct {
    size_t          epochs;         /* begun */
    size_t          best_epoch;     /* from 1; 0: none was finished */
    double          best_loss;      /* of validation, or of training */
    double          best_score;     /* accuracy or R2; NAN without */
    double          train_loss;     /* of the best epoch */
    double          train_seconds;  /* gradient steps alone */
    double          seconds;
    uint64_t        rows;           /* trained on, in all epochs */
    unsigned        interrupted;
    unsigned        stopped;        /* by patience */
} train_result_t;

/* Best weights are in net->params on return.  train(n_train) and
 * valid(n_valid, may be 0) are rows of their sources.  The threads change no
 * bit of the result. */
void train_loop(train_net_t *net, train_optim_t *o, const train_plan_t *plan,
    const train_source_t *source, const train_source_t *valid_source,
    const uint32_t *train, size_t n_train, const uint32_t *valid,
    size_t n_valid, train_result_t *r);
/* epoch.c: the order of an epoch's rows: order(n) is rows(n) shuffled. */
void train_order(const uint32_t *rows, size_t n, uint64_t seed, size_t epoch,
    uint32_t *order);

/* schedule.c: the rate of a step, counted over all epochs of `steps` each;
 * plateau: product of the factors so far */
size_t train_steps(const train_plan_t *p, size_t n_train);  /* an epoch's */
double train_rate(const train_plan_t *p, double lr, size_t steps, size_t step,
    double plateau);


/* check.c: validation between epochs */

typedef struct train_check_part_s  train_check_part_t;

typedef struct {
    train_team_t           *team;
    const train_net_t      *net;
    train_loss_t            loss;
    maas_info_t             said;       /* what its answers say, by default */
    const train_source_t   *source;
    const uint32_t         *row;        /* (n) */
    size_t                  n;
    size_t                  members;
    train_work_t           *work;       /* (members) */
    train_batch_t          *batch;
    train_check_part_t     *parts;
} train_check_t;

/* Keeps the pointers.  n may be 0: then there is nothing to be said. */
void train_check_create(train_check_t *j, train_team_t *team,
    const train_net_t *net, train_loss_t loss, const train_source_t *source,
    const uint32_t *row, size_t n);
void train_check_free(train_check_t *j);
/* Mean loss, and accuracy or R2; untouched if n is 0. */
void train_check(train_check_t *j, double *loss, double *score);


/* checkpoint.c: a loop between two epochs, as a file */

typedef struct {
    train_result_t  result;
    uint64_t        step;           /* of the optimiser */
    double          best_watch;
    double          plateau_watch;
    double          plateau;
    uint64_t        plateau_wait;
} train_state_t;

#define TRAIN_STATE_ARRAYS  5       /* each of n floats, or NULL */

/* FILE.i, to be given to train_free(); NULL if FILE is no regular file.  Dies
 * if what is there is none. */
char *train_checkpoint_older(const train_plan_t *p, size_t i);
/* Older files move to FILE.1, FILE.2, as many as are kept; dies on failure. */
void train_checkpoint_write(const train_plan_t *p, const train_state_t *state,
    float *const *arrays, size_t n);
/* 0 if there is none; dies if it is damaged or of another training. */
int train_checkpoint_read(const train_plan_t *p, train_state_t *state,
    float *const *arrays, size_t n);

/* Set by SIGINT while a loop runs. */
extern volatile sig_atomic_t train_interrupted;


/* progress.c */

typedef struct {
    size_t          epoch;          /* from 1 */
    double          loss;
    double          valid_loss;     /* NAN without validation */
    double          score;          /* accuracy or R2, or NAN */
    double          rate;           /* of learning, at its end */
    double          seconds;        /* since the start, of training alone */
    unsigned        best;           /* of all so far */
} train_epoch_t;

typedef enum {
    TRAIN_PROGRESS_AUTO = 0,        /* a bar on a terminal, else nothing */
    TRAIN_PROGRESS_NONE,
    TRAIN_PROGRESS_LINES            /* one for each epoch, anywhere */
} train_progress_mode_t;

typedef struct {
    unsigned        bar;
    unsigned        lines;
    size_t          columns;        /* of the terminal */
    double          begin;
    double          last;           /* when something was drawn, */
    double          last_line;      /*     a line that stays */
    size_t          first;          /* epoch, 0: none yet */
    size_t          epochs;
    size_t          batches;
    const char     *score_name;
    size_t          best_epoch;
    double          best;
    double          rate;           /* rows a second in the last epoch */
} train_progress_t;

/* Start of what a person sees on stderr.  score_name is kept, not copied. */
void train_progress_begin(train_progress_t *p, size_t epochs, size_t batches,
    const char *score_name, int mode);
/* Within an epoch, as often as you like. */
void train_progress_batch(train_progress_t *p, size_t epoch, size_t batch,
    double loss);
void train_progress_epoch(train_progress_t *p, const train_epoch_t *e,
    double rows_per_second);
/* Wipe the bar. */
void train_progress_end(train_progress_t *p);


/* What each epoch brought */

typedef struct train_history_s {
    train_epoch_t  *epochs;
    size_t          n;
    size_t          size;
    const char     *score_name;     /* "accuracy" or "r2" */
    FILE           *log;            /* NULL: none */
} train_history_t;

/* log: file for a JSON line an epoch, or NULL; dies if it cannot be written.
 * append: to what is there.  To be freed, which closes it. */
void train_history_create(train_history_t *h, const char *log, int append,
    int classes);
void train_history_add(train_history_t *h, const train_epoch_t *e);
void train_history_free(train_history_t *h);


#endif /* TRAIN_LOOP_H */
