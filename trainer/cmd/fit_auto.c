/*
 * fit of a table without settings by hand: a portfolio instead of one network.
 * Not here: what is tried and what is kept (portfolio/), and what is done to
 * any trained model (fit_check.c, fit_calibrate.c).
 */

#include <math.h>
#include <signal.h>
#include <string.h>

#include "fit.h"
#include "portfolio/portfolio.h"


#define AUTO_FOLDS  20000           /* rows; with fewer each one judges */
#define AUTO_WORK   1e9             /* of learn.h, a second */


static void
auto_on_interrupt(int signo)
{
    (void) signo;
    train_interrupted = 1;
}


/* Where much was asked for, it is told why there is one network */

static void
auto_alone(const train_fit_t *f)
{
    if (f->o.effort != TRAIN_EFFORT_BEST) {
        return;
    }

    if (f->o.by_hand != NULL) {
        train_warn("--%s is of one network, which is trained alone: --effort "
                   "best tries nothing", f->o.by_hand);

    } else {
        train_warn("%s %s: one network is trained, --effort best tries nothing",
                   train_shown(f->data.path),
                   f->data.input != MAAS_INPUT_COLUMNS ? "has no columns"
                   : "has too few rows to choose among models");
    }
}


int
train_fit_may_be_auto(const train_options_t *o)
{
    return o->model == TRAIN_MODEL_TREES
           || (o->by_hand == NULL && o->effort > TRAIN_EFFORT_QUICK);
}


int
train_fit_is_auto(const train_fit_t *f)
{
    const train_options_t  *o;

    o = &f->o;

    if (o->model == TRAIN_MODEL_TREES) {
        if (f->data.input != MAAS_INPUT_COLUMNS) {
            train_die("--model trees: %s has no columns: expected a table, or "
                      "no --model", train_shown(f->data.path));
        }

        return 1;
    }

    if (f->data.input == MAAS_INPUT_COLUMNS && train_fit_may_be_auto(o)
        && f->data.rows >= TRAIN_PORTFOLIO_ROWS)
    {
        return 1;
    }

    auto_alone(f);

    return 0;
}


/* Which rows there are: in a fold those that are not kept back */

static void
auto_rows(train_fit_t *f, train_auto_t *a)
{
    size_t  i, n;

    n = (f->test_row != NULL) ? f->n_train + f->n_valid : f->data.rows;
    a->row = train_alloc(n, sizeof(uint32_t));
    a->n = n;

    for (i = 0; i < n; i++) {
        a->row[i] = (f->test_row == NULL) ? (uint32_t) i
                    : (i < f->n_train) ? f->row[i]
                    : f->valid_row[i - f->n_train];
    }
}


static void
auto_prepare(train_fit_t *f, train_auto_t *a)
{
    train_data_t           *part[] = { &f->data, &f->valid, &f->test };
    size_t                  i;
    const train_options_t  *o;

    o = &f->o;
    auto_rows(f, a);
    train_plan_create(&f->plan, o, &f->data, a->n);

    if (f->data.task != MAAS_TASK_BINARY
        && (o->cost != NULL || !isnan(o->false_alarms)))
    {
        train_usage("fit", "--%s is for two classes", o->cost != NULL
                    ? "cost" : "false-alarms");
    }

    train_columns_decide(&f->data, a->row, a->n, o->plan.seed);
    train_columns_follow(&f->data, &f->valid);
    train_columns_follow(&f->data, &f->test);
    train_scale_raw(&f->scale, &f->data, a->row, a->n);

    for (i = 0; i < train_nelts(part); i++) {
        train_rows_fitted(&f->scale, part[i]);
    }

    f->own[0] = train_fit_weights(&f->data);
    f->own[1] = train_fit_weights(&f->valid);
    train_weights(&f->data, o->class_weight, a->row, a->n);

    if (!o->json) {
        train_columns_print(stdout, &f->data, &f->scale);
        (void) fflush(stdout);
    }

    train_auto_see(f, a);
    a->all = train_alloc(a->n, sizeof(uint32_t));

    for (i = 0; i < a->n; i++) {
        a->all[i] = (uint32_t) i;
    }
}


static void
auto_lesson(const train_fit_t *f, const train_auto_t *a, train_lesson_t *l)
{
    l->data = &a->seen;
    l->scale = &f->scale;
    l->loss = f->plan.loss;
    l->level = f->o.level;
    l->out = f->data.out;
    l->weight = a->seen.weights;
    l->monotone = a->monotone;
    l->seed = f->o.plan.seed;
    l->threads = f->o.plan.threads;
}


/* A part that is kept back, where one was asked for or rows are many; else each
 * judges once, of few often */

static void
auto_parts(train_fit_t *f, train_auto_t *a)
{
    double  share;

    share = f->o.validation;

    if (f->test_row == NULL && f->data.split_by != NULL
        && f->data.split == TRAIN_SPLIT_GROUP && f->data.n_groups < 2)
    {
        train_die("--split: all rows have the same group: there is nothing to "
                  "validate with");
    }

    if (f->data.split != TRAIN_SPLIT_TIME && !f->o.says_validation
        && a->n <= AUTO_FOLDS)
    {
        share = TRAIN_BY_FOLDS;
    }

    train_parts_create(&a->p.parts, &a->seen,
                       f->valid.rows > 0 ? a->n : 0,
                       share == 0 ? TRAIN_BY_FOLDS : share, 1,
                       f->o.plan.seed);
}


/* Each row that judged once, with the mean of what was said of it */

static void
auto_answers(train_auto_t *a, size_t out)
{
    size_t                    i, j, k, *count;
    uint32_t                 *at;
    const float              *z;
    const train_part_rows_t  *part;

    at = train_alloc(a->seen.rows, sizeof(uint32_t));
    count = train_alloc(a->seen.rows, sizeof(size_t));
    a->judge = train_alloc(a->seen.rows, sizeof(uint32_t));
    a->scores = train_alloc(a->seen.rows * out, sizeof(float));

    for (i = 0; i < a->p.parts_used; i++) {
        part = &a->p.parts.part[i];
        z = a->p.scores + part->at * out;

        for (j = 0; j < part->n_judge; j++, z += out) {
            if (count[part->judge[j]]++ == 0) {
                at[part->judge[j]] = (uint32_t) a->judges;
                a->judge[a->judges++] = part->judge[j];
            }

            for (k = 0; k < out; k++) {
                a->scores[at[part->judge[j]] * out + k] += z[k];
            }
        }
    }

    for (i = 0; i < a->judges; i++) {
        for (k = 0; k < out; k++) {
            a->scores[i * out + k] /= (float) count[a->judge[i]];
        }
    }

    train_free(at);
    train_free(count);
}


/* As the other files of `fit` know them */

static void
auto_done(train_fit_t *f, train_auto_t *a)
{
    size_t                    i;
    const train_part_rows_t  *part;

    part = &a->p.parts.part[0];
    f->n_train = (a->p.parts.first > 1) ? a->n : part->n_learn;
    f->row = train_alloc(a->n, sizeof(uint32_t));
    f->n_valid = a->judges;
    f->valid_row = train_alloc(a->judges, sizeof(uint32_t));

    for (i = 0; i < f->n_train; i++) {
        f->row[i] = a->row[a->p.parts.first > 1 ? i : part->learn[i]];
    }

    for (i = 0; i < a->judges; i++) {
        f->valid_row[i] = (a->judge[i] < a->n) ? a->row[a->judge[i]]
                          : a->judge[i] - (uint32_t) a->n;
    }

    f->result.best_loss = a->p.loss;
    f->result.best_score = a->p.score;
    f->result.interrupted = a->p.interrupted;

    train_free(f->data.weights);
    train_free(f->valid.weights);
    f->data.weights = f->own[0];
    f->valid.weights = f->own[1];
    train_auto_unweigh(f, a);
}


/* What is about to happen: a person waits */

static void
auto_print(const train_fit_t *f)
{
    double                  seconds;
    const train_options_t  *o;

    o = &f->o;

    if (!o->json && o->effort > TRAIN_EFFORT_QUICK) {
        seconds = train_portfolio_budget(&f->autos->p) / AUTO_WORK;
        seconds *= (o->folds == TRAIN_BY_DATA) ? 1 : 1 + (double) o->folds;
        (void) printf("search    %s, at most about %.0f s of a core; "
                      "--effort quick: %s\n",
                      o->model == TRAIN_MODEL_NETWORK ? "networks"
                      : o->model == TRAIN_MODEL_TREES ? "boosted trees"
                      : "boosted trees and networks", ceil(seconds),
                      o->model == TRAIN_MODEL_TREES ? "one kind"
                      : "one network");
        (void) fflush(stdout);
    }
}


void
train_fit_auto(train_fit_t *f)
{
    int                failed;
    double             begin;
    train_auto_t      *a;
    struct sigaction   sa = { 0 }, old;

    begin = train_now();
    a = train_alloc(1, sizeof(train_auto_t));
    f->autos = a;
    f->o.portfolio = 1;
    auto_prepare(f, a);
    a->monotone = train_fit_monotone(f);
    auto_lesson(f, a, &a->p.lesson);
    auto_parts(f, a);
    a->p.y = a->seen.targets;
    a->p.row = a->all;
    a->p.n_row = a->n;
    a->p.model = f->o.model;
    a->p.effort = f->o.effort;
    a->p.stop = &train_interrupted;
    a->p.progress = f->o.quiet ? TRAIN_PROGRESS_NONE : f->o.progress;

    auto_print(f);

    train_interrupted = 0;
    sa.sa_handler = auto_on_interrupt;
    sa.sa_flags = (int) SA_RESETHAND;      /* the second ends the program */
    (void) sigemptyset(&sa.sa_mask);
    (void) sigaction(SIGINT, &sa, &old);
    failed = train_portfolio_run(&a->p);
    (void) sigaction(SIGINT, &old, NULL);

    if (failed) {
        train_die("%s%s: nothing is written", a->p.interrupted
                  ? "interrupted " : "", a->p.why);
    }

    f->temperature = 1;
    auto_answers(a, f->data.out);
    auto_done(f, a);
    f->result.seconds = train_now() - begin;
}


void
train_fit_auto_free(train_fit_t *f)
{
    train_auto_t  *a;

    a = f->autos;

    if (a == NULL) {
        return;
    }

    train_portfolio_free(&a->p);
    train_auto_unsee(a);
    train_free(a->row);
    train_free(a->all);
    train_free(a->judge);
    train_free(a->scores);
    train_free(a->monotone);
    train_free(a);
}
