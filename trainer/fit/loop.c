/*
 * Epochs: shuffle, step, validate, keep the best, stop when it is time.
 * How a step is made is in forward.c, backward.c and optim.c.
 */

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "loop.h"


#define LOOP_STREAM      3
#define LOOP_DROP        4          /* key of the dropout's streams */
#define LOOP_SHORT_STEP  5e-4       /* seconds; with a long wait in so many */
#define LOOP_WAITS       20         /*     steps it is tried who is faster */


volatile sig_atomic_t  train_interrupted;


/* Small steps wait more than they work where cores are far apart or others
 * want them: then an epoch by all and one alone tell who goes on */

typedef enum {
    LOOP_TOGETHER = 0,
    LOOP_ALONE,
    LOOP_DECIDED
} loop_trial_t;


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

    uint32_t              *order;       /* (n_train) of this epoch */
    size_t                 steps;       /* in an epoch */
    float                 *ema;         /* NULL: none */
    float                 *best;        /* parameters */
    train_state_t          state;
    train_progress_t       progress;

    size_t                 most;        /* members that may be worth it */
    loop_trial_t           trial;
    double                 together;    /* seconds of an epoch by all */
    size_t                 waits;       /* long ones, before this epoch */

    /* of the epoch at work; member 0 writes */
    size_t                 epoch;
    double                 sum;
    double                 mass;
    size_t                 rows;
    unsigned               stop[2];     /* of even and odd steps */
} loop_t;


static void
loop_on_interrupt(int signo)
{
    (void) signo;
    train_interrupted = 1;
}


void
train_order(const uint32_t *rows, size_t n, uint64_t seed, size_t epoch,
    uint32_t *order)
{
    train_rng_t  rng;

    (void) memcpy(order, rows, n * sizeof(uint32_t));
    train_rng_init(&rng, train_rng_at(seed, epoch), LOOP_STREAM);
    train_rng_shuffle(&rng, order, n);
}


static double
loop_penalty(const loop_t *l)
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
loop_fill(loop_t *l, size_t id, size_t step)
{
    size_t  at, n, groups, from, to;

    at = step * l->plan->batch;
    n = l->n_train - at;
    n = (n < l->plan->batch) ? n : l->plan->batch;

    if (!l->shared) {
        train_batch_fill(&l->batch[id], &l->source, l->order + at, n,
                         l->n_train - at - n);
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
loop_count(loop_t *l, train_batch_t *b, double sum, size_t step)
{
    train_batch_count(b);
    l->sum += sum;
    l->mass += b->mass;
    l->rows += b->rows;
    l->stop[step % 2] = (train_interrupted != 0);
    train_progress_batch(&l->progress, l->epoch, step + 1, l->sum / l->mass);
}


static void
loop_member(void *ctx, size_t id)
{
    double          sum, average, all;
    size_t          step, done;
    loop_t         *l;
    train_work_t   *w;
    train_batch_t  *b;

    l = ctx;
    w = &l->work[id];

    if (l->shared) {
        loop_fill(l, id, 0);
        train_team_wait(l->team);
    }

    for (step = 0; step < l->steps; step++) {
        b = l->shared ? &l->batch[step % 2] : &l->batch[id];

        if (!l->shared) {
            loop_fill(l, id, step);
        }

        done = (l->epoch - 1) * l->steps + step;
        all = (double) done;
        average = (1 + all) / (10 + all);       /* of few, the later ones */
        w->ema_decay = (average < l->plan->ema) ? average : l->plan->ema;
        w->key = train_rng_at(train_rng_at(l->plan->seed, LOOP_DROP), done);

        sum = train_step(w, b, l->plan->loss,
                         train_rate(l->plan, l->optim->lr, l->steps, done,
                                    l->state.plateau));

        if (id == 0) {
            loop_count(l, b, sum, step);
        }

        if (l->shared && step + 1 < l->steps) {
            loop_fill(l, id, step + 1);
        }

        train_team_wait(l->team);

        if (l->stop[step % 2]) {
            break;
        }
    }

    train_work_publish(w);
}


/* One pass over the training rows; the mean loss */

static double
loop_epoch(loop_t *l, size_t epoch)
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

    train_order(l->train, l->n_train, l->plan->seed, epoch, l->order);
    train_team_run(l->team, loop_member, l);

    l->optim->step = l->work[0].optim.step;
    l->state.result.rows += l->rows;
    l->state.result.train_seconds += train_now() - begin;

    return l->sum / l->mass + loop_penalty(l);
}


/* What a checkpoint holds beside the state */

static void
loop_arrays(const loop_t *l, float **arrays)
{
    arrays[0] = l->net->params;
    arrays[1] = l->optim->m;
    arrays[2] = l->optim->v;
    arrays[3] = l->ema;
    arrays[4] = l->best;
}


static void
loop_resume(loop_t *l)
{
    float  *arrays[TRAIN_STATE_ARRAYS];

    if (l->plan->checkpoint == NULL || !l->plan->resume) {
        return;
    }

    loop_arrays(l, arrays);

    if (!train_checkpoint_read(l->plan, &l->state, arrays, l->net->n)) {
        return;
    }

    l->optim->step = l->state.step;

    if (l->plan->progress != TRAIN_PROGRESS_NONE) {
        (void) fprintf(stderr, "resumed after epoch %zu\n",
                       l->state.result.epochs);
    }
}


/* n members and what they work with; their numbers are the network's */

static void
loop_gather(loop_t *l, size_t n)
{
    size_t               i;
    const train_plan_t  *plan;

    plan = l->plan;
    l->n = n;
    l->team = train_team_create(n);
    l->work = train_alloc(n, sizeof(train_work_t));
    train_work_team(l->work, n, l->team, l->net, l->optim, l->ema,
                    plan->batch);

    /* lists of bytes are made faster than they are handed over */

    l->shared = n > 1 && !(l->source.sparse && l->source.data->bytes != NULL
                           && !l->source.augment.any
                           && l->source.mixup == 0);
    l->n_batches = l->shared ? 2 : n;
    l->batch = train_alloc(l->n_batches, sizeof(train_batch_t));

    for (i = 0; i < l->n_batches; i++) {
        train_batch_create(&l->batch[i], &l->source, plan->batch);
    }

    train_check_create(&l->check, l->team, &l->checked, plan->loss,
                       l->valid_source, l->valid, l->n_valid);
}


static void
loop_dismiss(loop_t *l)
{
    size_t  i;

    train_check_free(&l->check);

    for (i = 0; i < l->n_batches; i++) {
        train_batch_free(&l->batch[i]);
    }

    train_work_free(l->work, l->n);
    train_team_free(l->team);
    train_free(l->batch);
    train_free(l->work);
}


/* After an epoch of so many seconds; who makes the next changes no bit */

static void
loop_try(loop_t *l, double seconds)
{
    size_t  next, waits;

    next = l->n;

    if (l->trial == LOOP_TOGETHER) {
        waits = train_team_waits(l->team) - l->waits;
        l->waits += waits;
        l->together = seconds;

        if (l->n > 1 && seconds < LOOP_SHORT_STEP * (double) l->steps
            && waits > l->steps / LOOP_WAITS)
        {
            l->trial = LOOP_ALONE;
            next = 1;
        }

    } else if (l->trial == LOOP_ALONE) {
        l->trial = LOOP_DECIDED;
        next = (seconds < l->together) ? 1 : l->most;
    }

    if (next != l->n) {
        loop_dismiss(l);
        loop_gather(l, next);
    }
}


static void
loop_start(loop_t *l)
{
    train_team_t        *team;
    const train_plan_t  *plan;

    plan = l->plan;
    l->steps = (l->n_train + plan->batch - 1) / plan->batch;
    l->state.best_watch = INFINITY;
    l->state.plateau_watch = INFINITY;
    l->state.plateau = 1;
    l->state.result.best_score = NAN;
    l->best = train_alloc(l->net->n, sizeof(float));
    l->order = train_alloc(l->n_train, sizeof(uint32_t));
    l->checked = *l->net;

    if (plan->ema > 0) {
        l->ema = train_alloc(l->net->n, sizeof(float));
        (void) memcpy(l->ema, l->net->params, l->net->n * sizeof(float));
        l->checked.params = l->ema;
    }

    loop_resume(l);

    team = train_team_create(plan->threads);
    l->most = train_work_members(l->net, plan->batch, train_team_size(team));
    train_team_free(team);

    loop_gather(l, l->most);
    train_progress_begin(&l->progress, plan->epochs, l->steps,
                         l->source.data->classes != NULL ? "accuracy" : "R2",
                         plan->progress);
}


static void
loop_end(loop_t *l)
{
    loop_dismiss(l);
    train_free(l->best);
    train_free(l->order);
    train_free(l->ema);
}


/* Is this the best so far?  Then its weights are kept. */

static int
loop_keep(loop_t *l, double loss, double valid_loss, double score)
{
    double           watch;
    train_result_t  *r;

    r = &l->state.result;
    watch = isnan(valid_loss) ? loss : valid_loss;

    if (!isfinite(watch) || !(watch < l->state.best_watch)) {
        return 0;
    }

    l->state.best_watch = watch;
    (void) memcpy(l->best, l->checked.params, l->net->n * sizeof(float));

    r->best_epoch = r->epochs;
    r->best_loss = watch;
    r->best_score = score;
    r->train_loss = loss;

    return 1;
}


/* Lower rates where nothing got better for a while */

static void
loop_plateau(loop_t *l, double watch)
{
    if (watch < l->state.plateau_watch) {
        l->state.plateau_watch = watch;
        l->state.plateau_wait = 0;
        return;
    }

    if (++l->state.plateau_wait >= l->plan->plateau) {
        l->state.plateau *= l->plan->step_factor;
        l->state.plateau_wait = 0;
    }
}


static void
loop_checkpoint(loop_t *l, size_t epoch)
{
    float               *arrays[TRAIN_STATE_ARRAYS];
    const train_plan_t  *p;

    p = l->plan;

    if (p->checkpoint == NULL
        || (epoch % p->checkpoint_every != 0 && epoch != p->epochs
            && !l->state.result.stopped))
    {
        return;
    }

    loop_arrays(l, arrays);
    l->state.step = l->optim->step;
    train_checkpoint_write(p, &l->state, arrays, l->net->n);
}


static void
loop_run(loop_t *l)
{
    int              best;
    double           loss, valid_loss, score, before;
    size_t           epoch;
    train_epoch_t    e;
    train_result_t  *r;

    r = &l->state.result;

    for (epoch = r->epochs + 1; epoch <= l->plan->epochs && !r->stopped;
         epoch++)
    {
        before = r->train_seconds;
        valid_loss = NAN;
        score = NAN;
        r->epochs = epoch;

        loss = loop_epoch(l, epoch);
        train_check(&l->check, &valid_loss, &score);
        best = loop_keep(l, loss, valid_loss, score);
        loop_plateau(l, isnan(valid_loss) ? loss : valid_loss);

        train_progress_epoch(&l->progress, epoch, loss, valid_loss, score,
                             (double) l->n_train
                             / (r->train_seconds - before + 1e-9), best);

        if (l->plan->history != NULL) {
            e.epoch = epoch;
            e.loss = loss;
            e.valid_loss = valid_loss;
            e.score = score;
            e.rate = train_rate(l->plan, l->optim->lr, l->steps,
                                epoch * l->steps, l->state.plateau);
            e.seconds = r->train_seconds;
            e.best = (unsigned) best;
            train_history_add(l->plan->history, &e);
        }

        if (train_interrupted) {
            r->interrupted = 1;
            return;
        }

        if (!isfinite(loss)) {
            return;
        }

        r->stopped = l->plan->patience > 0
                     && epoch - r->best_epoch >= l->plan->patience
                     && epoch < l->plan->epochs;
        loop_checkpoint(l, epoch);
        loop_try(l, r->train_seconds - before);
    }
}


void
train_loop(train_net_t *net, train_optim_t *o, const train_plan_t *plan,
    const train_source_t *source, const train_source_t *valid_source,
    const uint32_t *train, size_t n_train, const uint32_t *valid,
    size_t n_valid, train_result_t *r)
{
    loop_t            l = { 0 };
    double            begin;
    unsigned          denormals;
    struct sigaction  sa = { 0 }, old;

    begin = train_now();
    l.net = net;
    l.optim = o;
    l.plan = plan;
    l.source = *source;
    l.train = train;
    l.n_train = n_train;
    l.valid_source = valid_source;
    l.valid = valid;
    l.n_valid = n_valid;

    denormals = train_flush_denormals();
    loop_start(&l);

    /* the second Ctrl-C ends the program */

    train_interrupted = 0;
    sa.sa_handler = loop_on_interrupt;
    sa.sa_flags = (int) SA_RESETHAND;
    (void) sigemptyset(&sa.sa_mask);
    (void) sigaction(SIGINT, &sa, &old);

    loop_run(&l);

    (void) sigaction(SIGINT, &old, NULL);

    *r = l.state.result;

    if (r->best_epoch > 0) {
        (void) memcpy(net->params, l.best, net->n * sizeof(float));
    }

    train_progress_end(&l.progress);
    loop_end(&l);
    train_restore_denormals(denormals);
    r->seconds = train_now() - begin;
}
