/*
 * Epochs: shuffle, step, validate, keep the best, stop when it is time.
 * How a step is made is in forward.c, backward.c and optim.c.
 */

#include <math.h>
#include <string.h>

#include "trainer.h"


#define LOOP_STREAM      3
#define LOOP_EVAL_ROWS   256


const char *const  train_sched_names[3] = { "constant", "linear", "cosine" };

volatile sig_atomic_t  train_interrupted;


typedef struct {
    train_net_t           *net;
    train_optim_t         *optim;
    const train_plan_t    *plan;
    const train_source_t  *source;
    const train_source_t  *valid_source;
    uint32_t              *train;
    size_t                 n_train;
    const uint32_t        *valid;
    size_t                 n_valid;

    train_batch_t          batch;
    train_work_t           work;
    train_batch_t          eval_batch;
    train_work_t           eval_work;
    train_rng_t            rng;
    train_progress_t       progress;
    float                 *best;        /* parameters */
    double                 best_watch;
    size_t                 steps;       /* in all epochs */
    size_t                 step;
} loop_t;


static void
loop_on_interrupt(int signo)
{
    (void) signo;
    train_interrupted = 1;
}


static double
loop_rate(const loop_t *l)
{
    double  t;

    t = (double) l->step / (double) l->steps;

    switch (l->plan->schedule) {
    case TRAIN_SCHED_LINEAR:
        return l->optim->lr * (1 - t);
    case TRAIN_SCHED_COSINE:
        return l->optim->lr * 0.5 * (1 + cos(M_PI * t));
    default:
        return l->optim->lr;
    }
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
        w = l->net->params + y->w_at;

        for (j = 0; j < y->in * y->ld; j++) {
            sum += (double) w[j] * w[j];
        }
    }

    return l->optim->l2 * sum;
}


/* One pass over the training rows; the mean loss */

static double
loop_epoch(loop_t *l, size_t epoch, train_result_t *r)
{
    size_t                at, n, batch, rows, last;
    double                sum, mass, begin;
    const train_layer_t  *out;

    begin = train_now();
    sum = 0;
    mass = 0;
    rows = 0;
    batch = 0;
    last = l->net->n_layers - 1;
    out = &l->net->layers[last];

    train_rng_shuffle(&l->rng, l->train, l->n_train);

    for (at = 0; at < l->n_train && !train_interrupted; at += n) {
        n = l->n_train - at;
        n = (n < l->plan->batch) ? n : l->plan->batch;

        train_batch_fill(&l->batch, l->source, l->train + at, n,
                         l->n_train - at - n, 1);
        train_forward(&l->work, &l->batch);
        sum += train_loss(l->plan->loss, out->act, &l->batch,
                          l->work.a[last], out->ld, l->work.d[0]);
        train_backward(&l->work, &l->batch, l->net->params, l->optim,
                       loop_rate(l));

        rows += n;
        mass += l->batch.mass;
        l->step++;
        train_progress_batch(&l->progress, epoch, ++batch, sum / mass);
    }

    r->rows += rows;
    r->train_seconds += train_now() - begin;

    return rows ? sum / mass + loop_penalty(l) : NAN;
}


static int
loop_correct(const train_batch_t *b, size_t row, const float *y)
{
    size_t  j, best;

    if (b->out == 1) {
        return (y[0] > 0.5f) == (b->classes[row] == 1);
    }

    best = 0;

    for (j = 1; j < b->out; j++) {
        best = (y[j] > y[best]) ? j : best;
    }

    return best == b->classes[row];
}


/* Mean loss of the validation rows, and accuracy or R2 */

static void
loop_validate(loop_t *l, double *loss, double *score)
{
    float                *y;
    double                sum, mass, good, t, t1, t2, e, weight;
    size_t                at, n, i, last;
    train_batch_t        *b;
    const train_layer_t  *out;

    b = &l->eval_batch;
    last = l->net->n_layers - 1;
    out = &l->net->layers[last];
    y = l->eval_work.a[last];
    sum = 0;
    mass = 0;
    good = 0;
    e = 0;
    t1 = 0;
    t2 = 0;

    for (at = 0; at < l->n_valid; at += n) {
        n = l->n_valid - at;
        n = (n < LOOP_EVAL_ROWS) ? n : LOOP_EVAL_ROWS;

        train_batch_fill(b, l->valid_source, l->valid + at, n,
                         l->n_valid - at - n, 0);
        train_forward(&l->eval_work, b);
        sum += train_loss(l->plan->loss, out->act, b, y, out->ld, NULL);
        mass += b->mass;

        for (i = 0; i < n; i++) {
            weight = (b->weight != NULL) ? (double) b->weight[i] : 1;

            if (l->valid_source->data->classes != NULL) {
                good += weight * loop_correct(b, i, y + i * out->ld);
                continue;
            }

            t = b->targets[i];
            t1 += weight * t;
            t2 += weight * t * t;
            e += weight * (t - y[i * out->ld]) * (t - y[i * out->ld]);
        }
    }

    *loss = sum / mass;

    if (l->valid_source->data->classes != NULL) {
        *score = good / mass;

    } else {
        t2 -= t1 * t1 / mass;
        *score = (t2 > 0) ? 1 - e / t2 : NAN;
    }
}


static void
loop_start(loop_t *l)
{
    size_t                batches;
    const train_plan_t   *plan;

    plan = l->plan;
    batches = (l->n_train + plan->batch - 1) / plan->batch;

    l->steps = batches * plan->epochs;
    l->best_watch = INFINITY;
    l->best = train_alloc(l->net->n, sizeof(float));

    train_rng_init(&l->rng, plan->seed, LOOP_STREAM);
    train_batch_create(&l->batch, l->source, plan->batch);
    train_work_create(&l->work, l->net, plan->batch, 1);

    if (l->n_valid > 0) {
        train_batch_create(&l->eval_batch, l->valid_source, LOOP_EVAL_ROWS);
        train_work_create(&l->eval_work, l->net, LOOP_EVAL_ROWS, 0);
    }

    train_progress_begin(&l->progress, plan->epochs, batches,
                         l->source->data->classes != NULL ? "accuracy" : "R2",
                         (int) plan->quiet);
}


static void
loop_end(loop_t *l)
{
    if (l->n_valid > 0) {
        train_batch_free(&l->eval_batch);
        train_work_free(&l->eval_work);
    }

    train_batch_free(&l->batch);
    train_work_free(&l->work);
    train_free(l->best);
}


/* Is this the best so far?  Then its weights are kept. */

static int
loop_keep(loop_t *l, train_result_t *r, double loss, double valid_loss,
    double score)
{
    double  watch;

    watch = isnan(valid_loss) ? loss : valid_loss;

    if (!isfinite(watch) || !(watch < l->best_watch)) {
        return 0;
    }

    l->best_watch = watch;
    (void) memcpy(l->best, l->net->params, l->net->n * sizeof(float));

    r->best_epoch = r->epochs;
    r->best_loss = watch;
    r->best_score = score;
    r->train_loss = loss;

    return 1;
}


static void
loop_run(loop_t *l, train_result_t *r)
{
    int     best;
    double  loss, valid_loss, score, before;
    size_t  epoch;

    for (epoch = 1; epoch <= l->plan->epochs; epoch++) {
        before = r->train_seconds;
        valid_loss = NAN;
        score = NAN;
        r->epochs = epoch;

        loss = loop_epoch(l, epoch, r);

        if (l->n_valid > 0) {
            loop_validate(l, &valid_loss, &score);
        }

        best = loop_keep(l, r, loss, valid_loss, score);

        train_progress_epoch(&l->progress, epoch, loss, valid_loss, score,
                             (double) l->n_train
                             / (r->train_seconds - before + 1e-9), best);

        if (train_interrupted) {
            r->interrupted = 1;
            return;
        }

        if (!isfinite(loss)) {
            return;
        }

        if (l->plan->patience > 0
            && epoch - r->best_epoch >= l->plan->patience
            && epoch < l->plan->epochs)
        {
            r->stopped = 1;
            return;
        }
    }
}


void
train_loop(train_net_t *net, train_optim_t *o, const train_plan_t *plan,
    const train_source_t *source, const train_source_t *valid_source,
    uint32_t *train, size_t n_train, const uint32_t *valid, size_t n_valid,
    train_result_t *r)
{
    loop_t            l = { 0 };
    double            begin;
    unsigned          denormals;
    struct sigaction  sa = { 0 }, old;

    begin = train_now();
    (void) memset(r, 0, sizeof(train_result_t));
    r->best_score = NAN;

    l.net = net;
    l.optim = o;
    l.plan = plan;
    l.source = source;
    l.valid_source = valid_source;
    l.train = train;
    l.n_train = n_train;
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

    loop_run(&l, r);

    (void) sigaction(SIGINT, &old, NULL);

    if (r->best_epoch > 0) {
        (void) memcpy(net->params, l.best, net->n * sizeof(float));
    }

    loop_end(&l);
    train_restore_denormals(denormals);
    r->seconds = train_now() - begin;
}
