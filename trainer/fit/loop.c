/*
 * Epochs: validate after each, keep the best, stop when it is time.
 * How one is made is in epoch.c.
 */

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "epoch.h"
#include "loop.h"


static void
loop_on_interrupt(int signo)
{
    (void) signo;
    train_interrupted = 1;
}


/* What a checkpoint holds beside the state */

static void
loop_arrays(const train_loop_t *l, float **arrays)
{
    arrays[0] = l->net->params;
    arrays[1] = l->optim->m;
    arrays[2] = l->optim->v;
    arrays[3] = l->ema;
    arrays[4] = l->best;
}


static void
loop_resume(train_loop_t *l)
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


static void
loop_start(train_loop_t *l)
{
    train_team_t        *team;
    const train_plan_t  *plan;

    plan = l->plan;
    l->steps = train_steps(plan, l->n_train);
    l->most_rows = plan->batch;

    if (plan->dp) {
        l->most_rows = train_secret_most((double) plan->batch);
        l->most_rows = (l->most_rows < l->n_train) ? l->most_rows : l->n_train;
    }

    l->begin = train_alloc(l->steps + 1, sizeof(size_t));
    l->state.best_watch = INFINITY;
    l->state.plateau_watch = INFINITY;
    l->state.plateau = 1;
    l->state.result.best_score = NAN;
    l->best = train_alloc(l->net->n, sizeof(float));
    train_room(&l->order, &l->order_room, l->n_train, sizeof(uint32_t));
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

    train_epoch_gather(l, l->most);
    train_progress_begin(&l->progress, plan->epochs, l->steps,
                         l->source.data->classes != NULL ? "accuracy" : "R2",
                         plan->progress);
}


static void
loop_end(train_loop_t *l)
{
    train_epoch_dismiss(l);
    train_free(l->best);
    train_free(l->order);
    train_free(l->begin);
    train_free(l->ema);
}


/* Is this the best so far?  Then its weights are kept. */

static unsigned
loop_keep(train_loop_t *l, const train_epoch_t *e, double watch)
{
    train_result_t  *r;

    r = &l->state.result;

    if (!isfinite(watch)
        || !(watch < l->state.best_watch || l->plan->dp_last))
    {
        return 0;
    }

    l->state.best_watch = watch;
    (void) memcpy(l->best, l->checked.params, l->net->n * sizeof(float));

    r->best_epoch = e->epoch;
    r->best_loss = watch;
    r->best_score = e->score;
    r->train_loss = e->loss;

    if (l->plan->dp && !l->plan->dp_losses) {
        r->train_loss = NAN;
        r->best_loss = e->valid_loss;
    }

    return 1;
}


/* Lower rates where nothing got better for a while */

static void
loop_plateau(train_loop_t *l, double watch)
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
loop_checkpoint(train_loop_t *l, size_t epoch)
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
loop_run(train_loop_t *l)
{
    double           watch, before;
    size_t           epoch;
    train_epoch_t    e, shown;
    train_result_t  *r;

    r = &l->state.result;

    for (epoch = r->epochs + 1; epoch <= l->plan->epochs && !r->stopped;
         epoch++)
    {
        before = r->train_seconds;
        r->epochs = epoch;

        e = (train_epoch_t) { .epoch = epoch, .valid_loss = NAN, .score = NAN };
        e.loss = train_epoch_run(l, epoch);
        e.seconds = r->train_seconds;
        train_check(&l->check, &e.valid_loss, &e.score);
        watch = isnan(e.valid_loss) ? e.loss : e.valid_loss;
        e.best = loop_keep(l, &e, watch);
        loop_plateau(l, watch);

        if (l->plan->look != NULL) {
            l->plan->look(l->plan->look_ctx, epoch, watch, l->checked.params);
        }

        e.rate = train_rate(l->plan, l->optim->lr, l->steps, epoch * l->steps,
                            l->state.plateau);

        train_progress_epoch(&l->progress, &e, (double) l->n_train
                                               / (e.seconds - before + 1e-9));

        if (l->plan->history != NULL) {
            shown = e;
            shown.loss = (l->plan->dp && !l->plan->dp_losses) ? NAN : e.loss;
            train_history_add(l->plan->history, &shown);
        }

        if (train_interrupted) {
            r->interrupted = 1;
            return;
        }

        if (!isfinite(e.loss)) {
            return;
        }

        r->stopped = l->plan->patience > 0
                     && epoch - r->best_epoch >= l->plan->patience
                     && epoch < l->plan->epochs;
        loop_checkpoint(l, epoch);
        train_epoch_try(l, e.seconds - before);
    }
}


void
train_loop(train_net_t *net, train_optim_t *o, const train_plan_t *plan,
    const train_source_t *source, const train_source_t *valid_source,
    const uint32_t *train, size_t n_train, const uint32_t *valid,
    size_t n_valid, train_result_t *r)
{
    double            begin;
    unsigned          denormals;
    train_loop_t      l = {
        .net = net, .optim = o, .plan = plan, .source = *source,
        .train = train, .n_train = n_train, .valid_source = valid_source,
        .valid = valid, .n_valid = n_valid
    };
    struct sigaction  sa = { 0 }, old;

    begin = train_now();
    denormals = train_flush_denormals();
    loop_start(&l);

    /* the second Ctrl-C ends the program */

    sa.sa_handler = loop_on_interrupt;
    sa.sa_flags = (int) SA_RESETHAND;
    (void) sigemptyset(&sa.sa_mask);

    if (!plan->guest) {
        train_interrupted = 0;
        (void) sigaction(SIGINT, &sa, &old);
    }

    loop_run(&l);

    if (!plan->guest) {
        (void) sigaction(SIGINT, &old, NULL);
    }

    *r = l.state.result;

    if (r->best_epoch > 0) {
        (void) memcpy(net->params, l.best, net->n * sizeof(float));
    }

    train_progress_end(&l.progress);
    loop_end(&l);
    train_restore_denormals(denormals);
    r->seconds = train_now() - begin;
}
