/*
 * The rate of each step of training.
 * Not here: what a validation says of it (loop.c).
 */

#include <math.h>

#include "loop.h"


#define SCHEDULE_RISE   0.3         /* of one-cycle's steps go up, */
#define SCHEDULE_FROM   (1 / 25.0)  /*     from this share of the rate, */
#define SCHEDULE_TO     1e-4        /*     and down to that one */


const char *const  train_sched_names[] = {
    [TRAIN_SCHED_CONSTANT] = "constant", [TRAIN_SCHED_LINEAR] = "linear",
    [TRAIN_SCHED_COSINE] = "cosine", [TRAIN_SCHED_STEP] = "step",
    [TRAIN_SCHED_ONE_CYCLE] = "one-cycle", [TRAIN_SCHED_PLATEAU] = "plateau"
};

_Static_assert(train_nelts(train_sched_names) == TRAIN_N_SCHEDS,
               "a schedule without a name");


/* From a at t = 0 to b at t = 1 */

static double
schedule_cosine(double a, double b, double t)
{
    return b + (a - b) * 0.5 * (1 + cos(M_PI * t));
}


size_t
train_steps(const train_plan_t *p, size_t n_train)
{
    size_t  n;

    n = (n_train + (p->dp ? p->batch / 2 : p->batch - 1)) / p->batch;

    return (n > 0) ? n : 1;
}


double
train_rate(const train_plan_t *p, double lr, size_t steps, size_t step,
    double plateau)
{
    double  t, warm, end, each;

    warm = p->warmup * (double) steps;
    end = lr * p->lr_final;

    if ((double) step < warm) {
        return lr * ((double) step + 1) / (warm + 1);
    }

    t = ((double) step - warm) / ((double) (steps * p->epochs) - warm);

    switch (p->schedule) {

    case TRAIN_SCHED_LINEAR:
        return lr + (end - lr) * t;

    case TRAIN_SCHED_COSINE:
        return schedule_cosine(lr, end, t);

    case TRAIN_SCHED_STEP:
        each = p->step_every ? (double) p->step_every
                             : (double) p->epochs / 3;
        return lr * pow(p->step_factor,
                        floor((double) step / ((double) steps * each)));

    case TRAIN_SCHED_ONE_CYCLE:
        return (t < SCHEDULE_RISE)
               ? schedule_cosine(lr * SCHEDULE_FROM, lr, t / SCHEDULE_RISE)
               : schedule_cosine(lr, lr * SCHEDULE_TO,
                                 (t - SCHEDULE_RISE) / (1 - SCHEDULE_RISE));

    case TRAIN_SCHED_PLATEAU:
        return lr * plateau;

    case TRAIN_SCHED_CONSTANT:
        break;
    }

    return lr;
}
