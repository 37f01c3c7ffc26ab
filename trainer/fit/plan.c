/*
 * From the settings of `fit` to a plan, an optimiser and a way to see the
 * training rows.  What was left to the data is chosen by
 * five-fold scores on small tables (bench/tables.py) and on MNIST; what the
 * settings are is options.c's matter.
 */

#include <math.h>
#include <string.h>

#include "options.h"


#define PLAN_EPOCHS       50    /* at least, and */
#define PLAN_MAX_EPOCHS   200   /*     at most for few rows, */
#define PLAN_STEPS        8000  /*     so that there are so many steps */
#define PLAN_PATIENCE     5     /* of so many epochs one without any, */
#define PLAN_LEAST        10    /*     but so many at least */
#define PLAN_SMALL        5000  /* rows of a table for one layer, not two */
#define PLAN_DECAY_ROWS   2000  /* decay is this by the rows, 1 at most */


/* Few rows make few steps an epoch: as many passes as it takes */

static size_t
plan_epochs(size_t rows, size_t batch)
{
    size_t  steps, epochs;

    steps = (rows + batch - 1) / batch;
    epochs = PLAN_STEPS / steps;
    epochs = (epochs < PLAN_MAX_EPOCHS) ? epochs : PLAN_MAX_EPOCHS;

    return (epochs > PLAN_EPOCHS) ? epochs : PLAN_EPOCHS;
}


void
train_options_choose(train_options_t *o, const train_data_t *d, size_t rows)
{
    int     adam, table;
    double  decay;

    table = (d->input == MAAS_INPUT_COLUMNS);
    adam = (o->optimizer >= TRAIN_OPT_ADAM);

    if (train_dp_asked(o)) {
        train_dp_choose(o, d, rows);
    }

    if (o->plan.epochs == 0) {
        o->plan.epochs = plan_epochs(rows, o->plan.batch);
    }

    if (o->plan.patience == TRAIN_BY_DATA) {
        o->plan.patience = o->plan.epochs / PLAN_PATIENCE;
        o->plan.patience = (o->plan.patience > PLAN_LEAST) ? o->plan.patience
                                                     : PLAN_LEAST;
    }

    if (o->hidden == NULL) {
        o->hidden = train_strdup(!table ? "64:relu,64:relu"
                                 : rows < PLAN_SMALL ? "128:relu"
                                 : "128:relu,128:relu");
    }

    if (isnan(o->lr)) {
        o->lr = train_optim_default_lr((train_optim_kind_t) o->optimizer);
        o->lr *= (table && adam) ? 2 : 1;
    }

    /* the fewer the rows, the more they leave to be believed beforehand */

    if (isnan(o->weight_decay)) {
        decay = (double) PLAN_DECAY_ROWS / (double) rows;
        o->weight_decay = !adam ? 0 : decay < 1 ? decay : 1;
    }
}


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
                        n_train, o->plan.seed);
    train_options_each(o, plan_setting, &text);

    return text;
}


void
train_plan_create(train_plan_t *p, const train_options_t *o,
    const train_data_t *d, size_t n_train)
{
    int  loss;

    *p = o->plan;
    loss = train_loss_choose((train_loss_t) o->loss, d->task);

    if (loss < 0) {
        train_usage("fit", "--loss: %s does not go with the task %s",
                    train_loss_names[o->loss], maas__task_names[d->task]);
    }

    p->loss = (train_loss_t) loss;
    p->batch = (o->plan.batch < n_train) ? o->plan.batch : n_train;
    p->progress = o->quiet ? TRAIN_PROGRESS_NONE : o->progress;
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
    char                 why[TRAIN_WHY];
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

    s->level = (float) o->level;
    s->smoothing = (float) o->smoothing;
    s->mixup = o->mixup;
    s->seed = o->plan.seed;

    if (s->augment.noise > 0) {
        s->sparse = 0;
    }
}
