/*
 * A loop at work, between loop.c, which says what becomes of an epoch, and
 * epoch.c, which makes one.  Only these two include this.
 */

#ifndef TRAIN_EPOCH_H
#define TRAIN_EPOCH_H

#include "loop.h"


/* Small steps wait more than they work where cores are far apart or others
 * want them: then an epoch by all and one alone tell who goes on */

typedef enum {
    TRAIN_TOGETHER = 0,
    TRAIN_ALONE,
    TRAIN_DECIDED
} train_trial_t;


typedef struct {
    train_net_t           *net;
    train_optim_t         *optim;
    const train_plan_t    *plan;
    train_source_t         source;
    const uint32_t        *train;
    size_t                 n_train;
    const train_source_t  *valid_source;
    const uint32_t        *valid;
    size_t                 n_valid;

    train_team_t          *team;
    size_t                 n;           /* members */
    train_work_t          *work;        /* (n) */
    unsigned               shared;      /* a batch is filled by all */
    train_batch_t         *batch;       /* two in turn, or each has its own */
    size_t                 n_batches;
    train_check_t          check;
    train_net_t            checked;     /* net, or with averaged weights */

    uint32_t              *order;       /* rows of this epoch, */
    size_t                 order_room;
    size_t                *begin;       /* (steps + 1) of a step among them */
    size_t                 steps;       /* in an epoch */
    size_t                 most_rows;   /* of a step */
    train_secret_t       **secret;      /* (n) with privacy, else NULL */
    float                 *ema;         /* NULL: none */
    float                 *best;        /* parameters */
    train_state_t          state;
    train_progress_t       progress;

    size_t                 most;        /* members that may be worth it */
    train_trial_t          trial;
    double                 together;    /* seconds of an epoch by all */
    size_t                 waits;       /* long ones, before this epoch */

    /* of the epoch at work; member 0 writes */
    size_t                 epoch;
    double                 sum;
    double                 mass;
    size_t                 rows;
    unsigned               stop[2];     /* of even and odd steps */
} train_loop_t;


/* epoch.c */

/* n members and what they work with; their numbers are the network's. */
void train_epoch_gather(train_loop_t *l, size_t n);
void train_epoch_dismiss(train_loop_t *l);
/* One pass over the training rows; the mean loss. */
double train_epoch_run(train_loop_t *l, size_t epoch);
/* After an epoch of so many seconds; who makes the next changes no bit. */
void train_epoch_try(train_loop_t *l, double seconds);


#endif /* TRAIN_EPOCH_H */
