/*
 * Cross-validation: all of a training but the file, once for each fold, in a
 * process of its own.
 * Which rows a fold keeps back is fit/folds.c's matter.
 */

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "fit.h"
#include "export/model.h"


#define FOLDS_USUAL  5
#define FOLDS_ROWS   1000       /* of all: with fewer, folds by default */


static volatile sig_atomic_t  folds_interrupted;


static void
folds_on_interrupt(int signo)
{
    (void) signo;
    folds_interrupted = 1;
}


/* As before the training: what was asked for, and the rows of the fold */

static void
folds_begin(train_fit_t *f, size_t fold)
{
    train_fold_rows_t  rows;

    f->o = f->asked;
    train_folds_rows(&f->data, f->order, f->n_folds, fold, f->o.validation,
                     f->o.plan.seed, &rows);
    f->row = rows.train;
    f->n_train = rows.n_train;
    f->valid_row = rows.valid;
    f->n_valid = rows.n_valid;
    f->test_row = rows.test;
    f->n_test = rows.n_test;

    f->o.json = 1;                  /* nothing is printed, */
    f->o.quiet = 1;
    f->o.plan.checkpoint = NULL;    /*     nothing written, */
    f->o.plan.threads = 1;          /*     a core for each */
    f->o.log = NULL;

    f->data.class_weights = NULL;
    f->test = (train_data_t) { 0 };
    f->mean = NULL;
    f->deviation = NULL;
    f->targets[0] = NULL;
}


/* The file's own answers for the rows that were kept back */

static void
folds_job(void *ctx, size_t fold, train_fold_t *out)
{
    size_t            i;
    train_fit_t      *f;
    maas_model_t     *m;
    train_metrics_t   metrics;

    f = ctx;
    (void) signal(SIGINT, SIG_DFL);
    folds_begin(f, fold);

    if (f->autos != NULL) {
        train_fit_auto(f);

    } else {
        train_fit_prepare(f);
        train_fit_train(f);
    }

    if (f->result.interrupted) {
        _exit(TRAIN_EXIT_FAILED);
    }

    m = train_fit_model(f);

    train_fit_judge(m, &f->data, f->test_row, f->n_test, &metrics, &out->gain);

    for (i = 0; i < TRAIN_N_FIGURES; i++) {
        out->figures[i] = train_figure(&metrics, &train_figures[i]);
        out->base[i] = metrics.base[i];
    }

    out->loss = train_asked_compared(&metrics);
    out->score = (f->data.classes != NULL) ? metrics.accuracy : metrics.r2;
    out->epochs = f->result.best_epoch;
}


/* As many as were asked for; else where so few rows validate that the figures
 * say little, and there are few rows at all */

static size_t
folds_number(const train_fit_t *f)
{
    if (f->o.folds != TRAIN_BY_DATA) {
        return f->o.folds;
    }

    return (f->taught.n == 0 && f->autos == NULL && f->valid.rows == 0
            && f->test.rows == 0 && f->n_valid < TRAIN_FIT_TINY
            && f->data.rows < FOLDS_ROWS
            && FOLDS_USUAL <= train_folds_most(&f->data)) ? FOLDS_USUAL : 0;
}


void
train_fit_folds_check(const train_fit_t *f)
{
    int  groups;

    groups = (f->data.split == TRAIN_SPLIT_GROUP
              && f->data.n_groups < f->data.rows / 2);

    if (f->o.folds != TRAIN_BY_DATA
        && f->o.folds > train_folds_most(&f->data))
    {
        train_die("--folds %zu: there are only %zu %s", f->o.folds,
                  groups ? f->data.n_groups : f->data.rows,
                  groups ? "groups" : "rows");
    }
}


void
train_fit_folds(train_fit_t *f)
{
    int                done;
    size_t             at_once;
    train_team_t      *team;
    struct sigaction   sa = { 0 }, old;

    f->n_folds = f->result.interrupted ? 0 : folds_number(f);

    if (f->n_folds == 0) {
        return;
    }

    team = train_team_create(f->o.plan.threads);
    at_once = train_team_size(team);
    train_team_free(team);

    f->order = train_alloc(f->data.rows, sizeof(uint32_t));
    f->folds = train_alloc(f->n_folds, sizeof(train_fold_t));
    train_folds_deal(&f->data, f->o.plan.seed, f->order);

    /* Ctrl-C ends them and not the model that there is */

    sa.sa_handler = folds_on_interrupt;
    (void) sigemptyset(&sa.sa_mask);
    (void) sigaction(SIGINT, &sa, &old);
    done = train_folds_run(f->n_folds, at_once, folds_job, f, f->folds);
    (void) sigaction(SIGINT, &old, NULL);
    train_free(f->order);
    f->order = NULL;

    if (done) {
        return;
    }

    if (f->o.folds != TRAIN_BY_DATA && !folds_interrupted) {
        train_die("a fold failed: nothing is written");
    }

    train_warn("the folds %s: the model is written without them",
               folds_interrupted ? "were interrupted" : "failed");

    train_free(f->folds);
    f->folds = NULL;
    f->n_folds = 0;
}
