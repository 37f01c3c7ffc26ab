/*
 * fit: data -> split -> scaling -> training -> one checked model file.
 * This is the walk alone: a step is in a file of its own.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "fit.h"


static void
fit_read_more(train_fit_t *f, const char *path, train_part_t part,
    train_data_t *d)
{
    maas_info_t   info;
    train_want_t  want = { 0 };

    train_data_info(&f->data, &info);
    want.model = &info;
    want.target = f->data.target;
    want.header = f->o.want.header;
    want.weight_recorded = f->o.want.weight;
    want.skip = f->o.want.skip;

    train_data_read(path, part, &want, d);
}


static void
fit_read(train_fit_t *f)
{
    train_data_read(f->o.data, TRAIN_PART_TRAIN, &f->o.want, &f->data);

    if (f->o.valid != NULL) {
        fit_read_more(f, f->o.valid, TRAIN_PART_TRAIN, &f->valid);
    }

    if (f->o.test != NULL) {
        fit_read_more(f, f->o.test, TRAIN_PART_TEST, &f->test);

    } else if (train_data_has_test(f->o.data)) {
        fit_read_more(f, f->o.data, TRAIN_PART_TEST, &f->test);
    }
}


static void
fit_split(train_fit_t *f)
{
    int     apart;
    size_t  i;

    apart = (f->o.valid != NULL);
    f->row = train_alloc(f->data.rows, sizeof(uint32_t));
    f->n_train = train_split(&f->data, apart ? 0 : f->o.validation,
                             f->o.plan.seed, f->row);
    f->n_valid = apart ? f->valid.rows : f->data.rows - f->n_train;
    f->valid_row = train_alloc(f->n_valid, sizeof(uint32_t));

    for (i = 0; i < f->n_valid; i++) {
        f->valid_row[i] = apart ? (uint32_t) i : f->row[f->n_train + i];
    }
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
    train_weights(&f->data, o->class_weight, f->row, f->n_train);

    if (f->valid.rows > 0) {
        train_weights(&f->valid, o->class_weight, f->valid_row, f->n_valid);
    }
}


static void
fit_prepare(train_fit_t *f)
{
    char                    why[160];
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

    if (train_net_create(&f->net, f->data.in, f->data.out, f->data.task,
                         o->hidden, why) != 0)
    {
        train_usage("fit", "--hidden: %s", why);
    }

    train_net_init(&f->net, (train_init_t) o->init, o->plan.seed);
    train_fit_scale(f);
    train_plan_optim(&f->optim, o, f->net.n);
}


static void
fit_train(train_fit_t *f)
{
    train_source_t  source, valid;

    train_source_init(&source, &f->data, &f->scale);
    train_source_init(&valid, f->valid.rows > 0 ? &f->valid : &f->data,
                      &f->scale);
    train_plan_source(&source, &f->o);

    train_loop(&f->net, &f->optim, &f->plan, &source, &valid, f->row,
               f->n_train, f->valid_row, f->n_valid, &f->result);
    train_fit_unscale(f);

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


/* One fold, in a process of its own: all of fit but the file */

static void
fit_fold(void *ctx, size_t fold, train_fold_t *out)
{
    train_fit_t        *f;
    train_team_t       *team;
    train_check_t       check;
    train_source_t      source;
    train_fold_rows_t   rows;

    f = ctx;
    train_folds_split(f->order, f->data.rows, f->o.folds, fold,
                      f->o.validation, &rows);
    f->row = rows.train;
    f->n_train = rows.n_train;
    f->valid_row = rows.valid;
    f->n_valid = rows.n_valid;
    f->o.json = 1;                  /* nothing is printed, */
    f->o.quiet = 1;
    f->o.plan.checkpoint = NULL;         /*     nothing written */
    f->o.log = NULL;

    fit_prepare(f);
    fit_train(f);

    team = train_team_create(1);
    train_source_init(&source, &f->data, &f->scale);
    train_check_create(&check, team, &f->net, f->plan.loss, &source, rows.test,
                       rows.n_test);
    train_check(&check, &out->loss, &out->score);
    out->epochs = f->result.best_epoch;
}


/* Folds side by side, a core each: threads change no bit */

static void
fit_folds(train_fit_t *f)
{
    size_t         at_once, threads;
    train_team_t  *team;

    if (f->o.folds == 0) {
        return;
    }

    if (f->o.folds * 2 > f->data.rows) {
        train_die("--folds %zu: there are only %zu rows", f->o.folds,
                  f->data.rows);
    }

    team = train_team_create(f->o.plan.threads);
    at_once = train_team_size(team);
    train_team_free(team);

    f->order = train_alloc(f->data.rows, sizeof(uint32_t));
    f->folds = train_alloc(f->o.folds, sizeof(train_fold_t));
    train_folds_deal(&f->data, f->o.plan.seed, f->order);

    threads = f->o.plan.threads;
    f->o.plan.threads = 1;
    train_folds_run(f->o.folds, at_once, fit_fold, f, f->folds);
    f->o.plan.threads = threads;
}


/* Nothing that is read is written over, nothing written twice */

static void
fit_apart(const train_options_t *o)
{
    size_t       i, k, n, keep;
    char       **older;
    const char **out;
    const char  *in[] = { o->data, o->valid, o->test, o->config };

    keep = (o->plan.checkpoint != NULL) ? o->plan.checkpoint_keep : 1;
    out = train_alloc(keep + 3, sizeof(char *));
    older = train_alloc(keep, sizeof(char *));
    out[0] = o->output;
    out[1] = o->report;
    out[2] = o->log;
    out[3] = o->plan.checkpoint;
    n = 4;

    for (i = 1; i < keep; i++) {
        older[i] = train_checkpoint_older(&o->plan, i);
        out[n++] = older[i];
    }

    train_save_once(out, n);

    for (i = 0; i < n; i++) {
        if (out[i] != o->log) {
            train_save_check(out[i]);   /* a log is opened soon enough */
        }

        for (k = 0; k < train_nelts(in); k++) {
            train_data_apart(out[i], in[k]);
        }
    }

    for (i = 1; i < keep; i++) {
        train_free(older[i]);
    }

    train_free(older);
    train_free(out);
}


static void
fit_free(train_fit_t *f)
{
    train_metrics_free(&f->metrics);
    train_history_free(&f->history);
    train_free(f->image);
    train_free(f->shift);
    train_free(f->row);
    train_free(f->valid_row);
    train_free(f->folds);
    train_free(f->order);
    train_plan_free(&f->plan);
    train_optim_free(&f->optim);
    train_net_free(&f->net);
    train_scale_free(&f->scale);
    train_data_free(&f->data);
    train_data_free(&f->valid);
    train_data_free(&f->test);
    train_options_free(&f->o);
}


int
train_cmd_fit(int argc, char **argv)
{
    train_fit_t  f;

    (void) memset(&f, 0, sizeof(train_fit_t));
    maas_single_thread();

    train_options_read(&f.o, argc, argv);
    fit_apart(&f.o);
    fit_read(&f);
    fit_folds(&f);
    fit_split(&f);
    fit_prepare(&f);
    fit_train(&f);
    train_fit_check(&f);
    train_save(f.o.output, f.image, f.size);
    train_fit_print(&f);
    fit_free(&f);

    return TRAIN_EXIT_OK;
}
