/*
 * From the settings of `fit` to a plan, an optimiser and a way to see the
 * training rows.  What the settings are is options.c's matter.
 */

#include <string.h>

#include "options.h"


static void
plan_setting(void *ctx, const char *name, const char *value, int quoted)
{
    char  *longer, **text;

    (void) quoted;
    text = ctx;
    longer = train_format("%s%s=%s\n", *text, name, value);
    train_free(*text);
    *text = longer;
}


/* All that decides about the bits of the result */

static char *
plan_identity(const train_options_t *o, const train_data_t *d,
    size_t n_train)
{
    char  *text;

    text = train_format("%s\n%s %08x %zu %zu %zu\nseed=%zu\n", TRAIN_TOOL,
                        d->target ? d->target : "", d->crc32c, d->rows, d->in,
                        n_train, o->seed);
    train_options_each(o, plan_setting, &text);

    return text;
}


void
train_plan_create(train_plan_t *p, const train_options_t *o,
    const train_data_t *d, size_t n_train)
{
    int  loss;

    (void) memset(p, 0, sizeof(train_plan_t));
    loss = train_loss_choose((train_loss_t) o->loss, d->task);

    if (loss < 0) {
        train_usage("fit", "--loss: %s does not go with the task %s",
                    train_loss_names[o->loss], maas__task_names[d->task]);
    }

    p->loss = (train_loss_t) loss;
    p->schedule = (train_sched_t) o->schedule;
    p->warmup = o->warmup;
    p->lr_final = o->lr_final;
    p->step_every = o->step_every;
    p->step_factor = o->step_factor;
    p->plateau = o->plateau;
    p->ema = o->ema;
    p->epochs = o->epochs;
    p->batch = (o->batch < n_train) ? o->batch : n_train;
    p->patience = o->patience;
    p->threads = o->threads;
    p->seed = o->seed;
    p->progress = o->quiet ? TRAIN_PROGRESS_NONE : o->progress;
    p->checkpoint = o->checkpoint;
    p->checkpoint_every = o->checkpoint_every;
    p->checkpoint_keep = o->checkpoint_keep;
    p->resume = (unsigned) o->resume;
    p->identity = plan_identity(o, d, n_train);
}


void
train_plan_free(train_plan_t *p)
{
    train_free(p->identity);
    p->identity = NULL;
}


void
train_plan_optim(train_optim_t *optim, const train_options_t *o, size_t n)
{
    train_optim_create(optim, (train_optim_kind_t) o->optimizer, n);
    optim->lr = o->lr;
    optim->momentum = o->momentum;
    optim->rho = o->rho;
    optim->beta1 = o->beta1;
    optim->beta2 = o->beta2;
    optim->eps = o->epsilon;
    optim->l2 = o->l2;
    optim->weight_decay = o->weight_decay;
    optim->clip_norm = o->clip_norm;
}


void
train_plan_source(train_source_t *s, const train_options_t *o)
{
    char                 why[160];
    const train_data_t  *d;

    d = s->data;

    if (train_augment_read(&s->augment, o->augment, why) != 0) {
        train_usage("fit", "--augment: %s", why);
    }

    if (s->augment.any && (d->input != MAAS_INPUT_TENSOR || d->rank != 2)) {
        train_usage("fit", "--augment: the data has no pictures: expected "
                    "rows of height x width");
    }

    if (o->smoothing > 0 && d->classes == NULL) {
        train_usage("fit", "--label-smoothing: the target is a number, not a "
                    "class");
    }

    s->smoothing = (float) o->smoothing;
    s->mixup = o->mixup;
    s->seed = o->seed;

    if (s->augment.noise > 0) {
        s->sparse = 0;
    }
}
