/*
 * A training from its rows to the best weights: which rows are for what, what
 * their numbers become, and epochs.  What a network says is not looked at here.
 */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fit.h"


void
train_fit_split(train_fit_t *f)
{
    int     apart;
    size_t  i;

    apart = (f->o.valid != NULL);
    f->row = train_alloc(f->data.rows, sizeof(uint32_t));

    if (f->data.split_by == NULL && f->o.want.split != NULL
        && strcmp(f->o.want.split, "random") != 0)
    {
        train_die("--split %s: the data has no columns", f->o.want.split);
    }

    f->n_train = train_split_rows(&f->data, apart ? 0 : f->o.validation,
                                  f->o.plan.seed, f->row);
    f->n_valid = apart ? f->valid.rows : f->data.rows - f->n_train;
    f->valid_row = train_alloc(f->n_valid, sizeof(uint32_t));

    for (i = 0; i < f->n_valid; i++) {
        f->valid_row[i] = apart ? (uint32_t) i : f->row[f->n_train + i];
    }
}


float *
train_fit_weights(const train_data_t *d)
{
    float  *own;

    if (d->weights == NULL) {
        return NULL;
    }

    own = train_alloc(d->rows, sizeof(float));
    (void) memcpy(own, d->weights, d->rows * sizeof(float));

    return own;
}


static void
fit_prepare_rows(train_fit_t *f)
{
    const train_options_t  *o;

    o = &f->o;
    train_scale_fit(&f->scale, (train_scaling_t) o->scaling, &f->data, f->row,
                    f->n_train);
    train_rows_fitted(&f->scale, &f->data);
    train_rows_fitted(&f->scale, &f->valid);
    train_rows_fitted(&f->scale, &f->test);
    train_rows_fitted(&f->scale, &f->more);
    f->own[0] = train_fit_weights(&f->data);
    f->own[1] = train_fit_weights(&f->valid);
    train_weights(&f->data, o->class_weight, f->row, f->n_train);

    if (f->valid.rows > 0) {
        train_weights(&f->valid, o->class_weight, f->valid_row, f->n_valid);
    }
}


/* Numbers that come from the rows without noise, and layers that mix rows */

static void
fit_private(train_fit_t *f)
{
    int          known;
    const char  *items;

    if (!f->plan.dp) {
        return;
    }

    items = train_private_refuses(&f->net);

    if (items != NULL) {
        train_usage("fit", "--hidden: with privacy, what a row adds must not "
                    "depend on others: expected no %s (ln is possible)",
                    items);
    }

    known = (f->data.input == MAAS_INPUT_TENSOR
             && (f->o.scaling == TRAIN_SCALE_NONE
                 || (f->data.bytes != NULL
                     && (f->o.scaling == TRAIN_SCALE_AUTO
                         || f->o.scaling == TRAIN_SCALE_MINMAX)))
             && (f->data.targets == NULL || f->o.target_scaling != 0));

    if (!known && !train_dp_public(&f->o, TRAIN_DP_PREPARE)) {
        train_usage("fit", "with privacy: means, ranges and categories of "
                    "columns would come from the training rows without noise "
                    "and stand in the file: expected --dp-public prepare if "
                    "they may be known");
    }

    train_dp_budget(&f->o, &f->plan, f->n_train, &f->dp);
    f->optim.row_clip = f->o.dp_clip;
    f->optim.row_noise = f->dp.sigma;
    f->optim.row_expected = (double) f->plan.batch;
}


void
train_fit_prepare(train_fit_t *f)
{
    char                    why[TRAIN_WHY];
    const train_options_t  *o;

    o = &f->o;
    train_options_choose(&f->o, &f->data, f->n_train);
    train_plan_create(&f->plan, o, &f->data, f->n_train);
    f->plan.history = &f->history;
    train_history_create(&f->history, o->log, o->plan.resume,
                         f->data.classes != NULL);

    if (f->data.task != MAAS_TASK_BINARY
        && (o->cost != NULL || !isnan(o->false_alarms)))
    {
        train_usage("fit", "--%s is for two classes", o->cost != NULL
                    ? "cost" : "false-alarms");
    }

    fit_prepare_rows(f);

    if (!o->json) {
        train_columns_print(stdout, &f->data, &f->scale);
        (void) fflush(stdout);
    }

    if (o->dp_features == TRAIN_DP_EDGES) {
        train_edges_create(&f->edges, &f->data);
    }

    if (train_net_create(&f->net, f->edges.n > 0 ? f->edges.n : f->data.in,
                         f->data.out, f->data.task,
                         o->hidden, why) != 0)
    {
        train_usage("fit", "--hidden: %s", why);
    }

    train_net_init(&f->net, (train_init_t) o->init, o->plan.seed);
    train_fit_scale(f);
    train_plan_optim(&f->optim, o, f->net.n);
    fit_private(f);
}


/* The rows as the network sees them: as they are, or numbers of regions */

typedef struct {
    train_data_t    data, valid;
    train_scale_t   scale;
    float           shift, factor;
} fit_seen_t;


static void
fit_see(train_fit_t *f, fit_seen_t *s, train_source_t *source,
    train_source_t *valid)
{
    if (f->edges.n == 0) {
        train_source_init(source, &f->data, &f->scale);
        train_source_init(valid, f->valid.rows > 0 ? &f->valid : &f->data,
                          &f->scale);
        return;
    }

    s->factor = 1;
    s->scale.kind = TRAIN_SCALE_NONE;
    s->scale.n = 1;
    s->scale.shift = &s->shift;
    s->scale.factor = &s->factor;
    train_edges_data(&f->edges, &f->data, &s->data);

    if (f->valid.rows > 0) {
        train_edges_data(&f->edges, &f->valid, &s->valid);
    }

    train_source_init(source, &s->data, &s->scale);
    train_source_init(valid, f->valid.rows > 0 ? &s->valid : &s->data,
                      &s->scale);
}


/* The trained network sees the rows themselves */

static void
fit_seen(train_fit_t *f, fit_seen_t *s)
{
    if (f->edges.n > 0) {
        train_edges_net(&f->edges, &f->net, f->data.task, f->o.hidden);
        train_free(s->data.numbers);
        train_free(s->valid.numbers);
        train_edges_free(&f->edges);
    }
}


void
train_fit_train(train_fit_t *f)
{
    size_t           i, n;
    uint32_t        *row;
    fit_seen_t       seen = { 0 };
    train_source_t   source, valid;

    fit_see(f, &seen, &source, &valid);
    train_plan_source(&source, &f->o);
    valid.level = source.level;
    train_fit_taught(f, &source);

    /* rows without a truth are for training alone */

    n = f->n_train + f->more.rows;
    row = train_alloc(n, sizeof(uint32_t));

    for (i = 0; i < n; i++) {
        row[i] = (i < f->n_train) ? f->row[i]
                 : (uint32_t) (f->data.rows + i - f->n_train);
    }

    train_loop(&f->net, &f->optim, &f->plan, &source, &valid, row, n,
               f->valid_row, f->n_valid, &f->result);
    train_free(row);
    fit_seen(f, &seen);
    train_fit_unscale(f);

    if (f->plan.dp && f->optim.step > 0) {
        f->dp.steps = f->optim.step;
        train_dp_spent(&f->dp, &f->spent);
    }

    train_free(f->data.weights);
    train_free(f->valid.weights);
    f->data.weights = f->own[0];
    f->valid.weights = f->own[1];

    if (f->result.best_epoch == 0) {
        if (f->result.interrupted) {
            train_die("interrupted before a first step was made: nothing is "
                      "written");
        }

        train_die("the loss is not finite from the first epoch on: a lower "
                  "--lr, --clip-norm or another --scaling may help; nothing "
                  "is written");
    }
}
