/*
 * One epoch: the members of a team shuffle, fill batches and step.  What is
 * kept of it is in loop.c, how a step is made in net/.
 */

#include <signal.h>
#include <string.h>

#include "epoch.h"


#define EPOCH_STREAM      3
#define EPOCH_DROP        4         /* key of the dropout's streams */
#define EPOCH_SHORT_STEP  5e-4      /* seconds; with a long wait in so many */
#define EPOCH_WAITS       20        /*     steps it is tried who is faster */


volatile sig_atomic_t  train_interrupted;


void
train_order(const uint32_t *rows, size_t n, uint64_t seed, size_t epoch,
    uint32_t *order)
{
    train_rng_t  rng;

    (void) memcpy(order, rows, n * sizeof(uint32_t));
    train_rng_init(&rng, train_rng_at(seed, epoch), EPOCH_STREAM);
    train_rng_shuffle(&rng, order, n);
}


static double
epoch_penalty(const train_loop_t *l)
{
    double                sum;
    size_t                i, j;
    const float          *w;
    const train_layer_t  *y;

    sum = 0;

    for (i = 0; l->optim->l2 > 0 && i < l->net->n_layers; i++) {
        y = &l->net->layers[i];
        w = l->net->params + y->at;

        for (j = 0; j < y->rows * y->ld; j++) {
            sum += (double) w[j] * (double) w[j];
        }
    }

    return l->optim->l2 * sum;
}


/* A member's share of the rows of the step's batch; all of it if the batch is
 * its own.  Groups stay together: their lists end alike, twos may be mixed. */

static void
epoch_fill(train_loop_t *l, size_t id, size_t step)
{
    size_t  at, n, groups, from, to;

    at = l->begin[step];
    n = l->begin[step + 1] - at;

    if (!l->shared) {
        train_batch_fill(&l->batch[id], &l->source, l->order + at, n,
                         l->begin[l->steps] - at - n);
        return;
    }

    groups = (n + TRAIN_LISTS - 1) / TRAIN_LISTS;
    from = groups * id / l->n * TRAIN_LISTS;
    to = groups * (id + 1) / l->n * TRAIN_LISTS;
    train_batch_rows(&l->batch[step % 2], &l->source, l->order + at, n, 0,
                     from, (to < n) ? to : n);
}


/* Member 0 keeps the books */

static void
epoch_count(train_loop_t *l, train_batch_t *b, double sum, size_t step)
{
    train_batch_count(b);
    l->sum += sum;
    l->mass += b->mass;
    l->rows += b->rows;
    l->stop[step % 2] = (train_interrupted != 0);
    train_progress_batch(&l->progress, l->epoch, step + 1, l->sum / l->mass);
}


static void
epoch_member(void *ctx, size_t id)
{
    double          sum, average, all;
    size_t          step, done;
    train_loop_t         *l;
    train_work_t   *w;
    train_batch_t  *b;

    l = ctx;
    w = &l->work[id];

    if (l->shared) {
        epoch_fill(l, id, 0);
        train_team_wait(l->team);
    }

    for (step = 0; step < l->steps; step++) {
        b = l->shared ? &l->batch[step % 2] : &l->batch[id];

        if (!l->shared) {
            epoch_fill(l, id, step);
        }

        done = (l->epoch - 1) * l->steps + step;
        all = (double) done;
        average = (1 + all) / (10 + all);       /* of few, the later ones */
        w->ema_decay = (average < l->plan->ema) ? average : l->plan->ema;
        w->key = train_rng_at(train_rng_at(l->plan->seed, EPOCH_DROP), done);

        sum = train_step(w, b, l->plan->loss,
                         train_rate(l->plan, l->optim->lr, l->steps, done,
                                    l->state.plateau));

        if (id == 0) {
            epoch_count(l, b, sum, step);
        }

        if (l->shared && step + 1 < l->steps) {
            epoch_fill(l, id, step + 1);
        }

        train_team_wait(l->team);

        if (l->stop[step % 2]) {
            break;
        }
    }

    train_work_move(w, 1);
}


/* Each step sees each row with the same probability, whatever others do; the
 * seed must not tell which */

static void
epoch_sample(train_loop_t *l)
{
    size_t  i, k, at;
    double  q;

    q = (double) l->plan->batch / (double) l->n_train;
    at = 0;

    for (i = 0; i < l->steps; i++) {
        l->begin[i] = at;
        train_room(&l->order, &l->order_room, at + l->most_rows,
                   sizeof(uint32_t));
        at += train_secret_sample(l->secret[0], l->n_train, q, l->order + at,
                                  l->most_rows);
    }

    l->begin[l->steps] = at;

    for (k = 0; k < at; k++) {
        l->order[k] = l->train[l->order[k]];
    }
}


static void
epoch_shuffle(train_loop_t *l, size_t epoch)
{
    size_t  i, at;

    train_order(l->train, l->n_train, l->plan->seed, epoch, l->order);

    for (i = 0; i <= l->steps; i++) {
        at = i * l->plan->batch;
        l->begin[i] = (at < l->n_train) ? at : l->n_train;
    }
}


double
train_epoch_run(train_loop_t *l, size_t epoch)
{
    double  begin;

    begin = train_now();
    l->epoch = epoch;
    l->source.epoch = epoch;
    l->sum = 0;
    l->mass = 0;
    l->rows = 0;
    l->stop[0] = 0;
    l->stop[1] = 0;

    if (l->secret != NULL) {
        epoch_sample(l);
    } else {
        epoch_shuffle(l, epoch);
    }

    train_team_run(l->team, epoch_member, l);

    l->optim->step = l->work[0].optim.step;
    l->state.result.rows += l->rows;
    l->state.result.train_seconds += train_now() - begin;

    return (l->mass > 0 ? l->sum / l->mass : 0) + epoch_penalty(l);
}


void
train_epoch_gather(train_loop_t *l, size_t n)
{
    size_t               i;
    const train_plan_t  *plan;

    plan = l->plan;
    l->n = n;
    l->team = train_team_create(n);
    l->work = train_alloc(n, sizeof(train_work_t));
    train_work_create(l->work, n, l->team, l->net, l->optim, l->ema,
                      l->most_rows, 1);

    if (plan->dp) {
        l->secret = train_alloc(n, sizeof(train_secret_t *));
    }

    for (i = 0; i < n && l->secret != NULL; i++) {
        l->secret[i] = train_secret_create();
        l->work[i].secret = l->secret[i];
    }

    /* lists of bytes are made faster than they are handed over */

    l->shared = n > 1 && !(l->source.sparse && l->source.data->bytes != NULL
                           && !l->source.augment.any
                           && l->source.mixup == 0);
    l->n_batches = l->shared ? 2 : n;
    l->batch = train_alloc(l->n_batches, sizeof(train_batch_t));

    for (i = 0; i < l->n_batches; i++) {
        train_batch_create(&l->batch[i], &l->source, l->most_rows);
    }

    train_check_create(&l->check, l->team, &l->checked, plan->loss,
                       l->valid_source, l->valid, l->n_valid);
}


void
train_epoch_dismiss(train_loop_t *l)
{
    size_t  i;

    train_check_free(&l->check);

    for (i = 0; i < l->n_batches; i++) {
        train_batch_free(&l->batch[i]);
    }

    for (i = 0; i < l->n && l->secret != NULL; i++) {
        train_secret_free(l->secret[i]);
    }

    train_free(l->secret);
    l->secret = NULL;
    train_work_free(l->work, l->n);
    train_team_free(l->team);
    train_free(l->batch);
    train_free(l->work);
}


void
train_epoch_try(train_loop_t *l, double seconds)
{
    size_t  next, waits;

    next = l->n;

    if (l->trial == TRAIN_TOGETHER) {
        waits = train_team_waits(l->team) - l->waits;
        l->waits += waits;
        l->together = seconds;

        if (l->n > 1 && seconds < EPOCH_SHORT_STEP * (double) l->steps
            && waits > l->steps / EPOCH_WAITS)
        {
            l->trial = TRAIN_ALONE;
            next = 1;
        }

    } else if (l->trial == TRAIN_ALONE) {
        l->trial = TRAIN_DECIDED;
        next = (seconds < l->together) ? 1 : l->most;
    }

    if (next != l->n) {
        train_epoch_dismiss(l);
        train_epoch_gather(l, next);
    }
}
