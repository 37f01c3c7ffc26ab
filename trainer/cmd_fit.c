/*
 * fit: data -> split -> scaling -> training -> one checked model file.
 * The steps themselves are in their own files.
 */

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"


typedef struct {
    train_options_t  o;
    train_data_t     data;
    train_data_t     valid;         /* --valid, else empty */
    train_data_t     test;          /* a test part, else empty */
    uint32_t        *row;
    uint32_t        *valid_row;
    size_t           n_train;
    size_t           n_valid;
    train_scale_t    scale;
    train_net_t      net;
    train_optim_t    optim;
    train_plan_t     plan;
    train_history_t  history;
    train_result_t   result;
    train_metrics_t  metrics;       /* of the test part */
    double           temperature;
    float           *targets[2];    /* of data and valid, as they were read */
    double           mean, deviation;
    float            threshold;     /* 0: as usual */
    void            *image;
    size_t           size;
    train_fold_t    *folds;         /* NULL: none were asked for */
    uint32_t        *order;         /* of the rows, for folds */
} fit_t;


static void
fit_read_more(fit_t *f, const char *path, train_part_t part, train_data_t *d)
{
    maas_info_t   info;
    train_want_t  want = { 0 };

    train_data_info(&f->data, &info);
    want.model = &info;
    want.target = f->data.target;
    want.header = (train_tri_t) f->o.header;
    want.weight = f->o.weight;
    want.skip = (unsigned) f->o.on_error;

    train_data_read(path, part, &want, d);
}


static void
fit_read(fit_t *f)
{
    train_want_t  want = { 0 };

    train_options_want(&f->o, &want);
    train_data_read(f->o.data, TRAIN_PART_TRAIN, &want, &f->data);

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
fit_split(fit_t *f)
{
    size_t  i;

    f->row = train_alloc(f->data.rows, sizeof(uint32_t));

    if (f->o.valid != NULL) {
        f->n_train = train_split(&f->data, 0, f->o.seed, f->row);
        f->n_valid = f->valid.rows;
        f->valid_row = train_alloc(f->n_valid, sizeof(uint32_t));

        for (i = 0; i < f->n_valid; i++) {
            f->valid_row[i] = (uint32_t) i;
        }

        return;
    }

    f->n_train = train_split(&f->data, f->o.validation, f->o.seed, f->row);
    f->n_valid = f->data.rows - f->n_train;
    f->valid_row = train_alloc(f->n_valid, sizeof(uint32_t));
    (void) memcpy(f->valid_row, f->row + f->n_train,
                  f->n_valid * sizeof(uint32_t));
}


/* Of the training rows, as a network likes its numbers; for these weights no
 * learning rate fits targets of any size. */

static void
fit_scale_targets(fit_t *f)
{
    double         d, sq;
    size_t         i, k, n;
    train_data_t  *part[2] = { &f->data, &f->valid };

    f->deviation = 1;

    if (f->data.targets == NULL || f->o.target_scaling != 0) {
        return;
    }

    n = f->n_train;
    sq = 0;

    for (i = 0; i < n; i++) {
        f->mean += f->data.targets[f->row[i]] / (double) n;
    }

    for (i = 0; i < n; i++) {
        d = f->data.targets[f->row[i]] - f->mean;
        sq += d * d;
    }

    f->deviation = (sq > 0) ? sqrt(sq / (double) n) : 1;

    for (k = 0; k < 2; k++) {
        f->targets[k] = part[k]->targets;
        part[k]->targets = train_alloc(part[k]->rows, sizeof(float));

        for (i = 0; i < part[k]->rows; i++) {
            part[k]->targets[i] = (float) ((f->targets[k][i] - f->mean)
                                           / f->deviation);
        }
    }
}


/* The network answers in the units of the data, and so do the losses that are
 * sums of squares or of distances. */

static void
fit_unscale_targets(fit_t *f)
{
    double  unit;
    size_t  i;

    if (f->targets[0] == NULL) {
        return;
    }

    train_free(f->data.targets);
    train_free(f->valid.targets);
    f->data.targets = f->targets[0];
    f->valid.targets = f->targets[1];

    train_net_fold(&f->net, f->deviation, f->mean);

    unit = (f->plan.loss == TRAIN_LOSS_MSE) ? f->deviation * f->deviation
           : (f->plan.loss == TRAIN_LOSS_MAE) ? f->deviation : 1;
    f->result.train_loss *= unit;
    f->result.best_loss *= unit;

    for (i = 0; i < f->history.n; i++) {
        f->history.epochs[i].loss *= unit;
        f->history.epochs[i].valid_loss *= unit;
    }
}


static void
fit_prepare(fit_t *f)
{
    char                    why[160];
    const train_options_t  *o;

    o = &f->o;
    train_options_choose(&f->o, &f->data, f->n_train);
    train_plan_create(&f->plan, o, &f->data, f->n_train);
    f->plan.history = &f->history;
    train_history_create(&f->history, o->log, o->resume,
                         f->data.classes != NULL);

    if (f->data.task != MAAS_TASK_BINARY
        && (o->cost != NULL || !isnan(o->false_alarms)))
    {
        train_usage("fit", "--%s is for two classes", o->cost != NULL
                    ? "cost" : "false-alarms");
    }

    train_scale_fit(&f->scale, (train_scaling_t) o->scaling, &f->data, f->row,
                    f->n_train);
    train_rows_fitted(&f->scale, &f->data);
    train_rows_fitted(&f->scale, &f->valid);
    train_rows_fitted(&f->scale, &f->test);
    train_weights(&f->data, o->class_weight, f->row, f->n_train);

    if (f->valid.rows > 0) {
        train_weights(&f->valid, o->class_weight, f->valid_row, f->n_valid);
    }

    if (!o->json) {
        train_columns_print(stdout, &f->data, &f->scale);
        (void) fflush(stdout);
    }

    if (train_net_create(&f->net, f->data.in, f->data.out, f->data.task,
                         o->hidden, why) != 0)
    {
        train_usage("fit", "--hidden: %s", why);
    }

    train_net_init(&f->net, (train_init_t) o->init, o->seed);
    fit_scale_targets(f);
    train_plan_optim(&f->optim, o, f->net.n);
}


static void
fit_train(fit_t *f)
{
    train_source_t  source, valid;

    train_source_init(&source, &f->data, &f->scale);

    if (f->valid.rows > 0) {
        train_source_init(&valid, &f->valid, &f->scale);
    } else {
        valid = source;
    }

    train_plan_source(&source, &f->o);

    train_loop(&f->net, &f->optim, &f->plan, &source, &valid, f->row,
               f->n_train, f->valid_row, f->n_valid, &f->result);
    fit_unscale_targets(f);

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
    fit_t              *f;
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
    f->o.checkpoint = NULL;         /*     nothing written */
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
fit_folds(fit_t *f)
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

    team = train_team_create(f->o.threads);
    at_once = train_team_size(team);
    train_team_free(team);

    f->order = train_alloc(f->data.rows, sizeof(uint32_t));
    f->folds = train_alloc(f->o.folds, sizeof(train_fold_t));
    train_folds_deal(&f->data, f->o.seed, f->order);

    threads = f->o.threads;
    f->o.threads = 1;
    train_folds_run(f->o.folds, at_once, fit_fold, f, f->folds);
    f->o.threads = threads;
}


static void
fit_image(fit_t *f)
{
    char            *document;
    train_record_t   r;

    r.options = &f->o;
    r.data = &f->data;
    r.scale = &f->scale;
    r.net = &f->net;
    r.result = &f->result;
    r.test = (f->metrics.rows > 0) ? &f->metrics : NULL;
    r.temperature = f->temperature;
    r.threshold = f->threshold;
    r.n_train = f->n_train;
    r.n_valid = f->n_valid;

    train_free(f->image);
    document = train_record(&r);
    f->image = train_image(&f->net, document, &f->size);
    train_free(document);
}


/* The bytes must load before they may replace a file that did */

static maas_model_t *
fit_load(fit_t *f)
{
    maas_err_t     err = { 0 };
    maas_model_t  *m;

    fit_image(f);

    if (maas_model_load(f->image, f->size, MAAS_ISA_AUTO, &m, &err)
        != MAAS_OK)
    {
        train_die("the trained network makes no good model file: %s",
                  err.msg);
    }

    return m;
}


/* Probabilities that the validation rows find right.  They go into the last
 * layer: who runs the model need not know. */

static maas_model_t *
fit_calibrate(fit_t *f, maas_model_t *m)
{
    float          *y;
    train_data_t   *d;
    train_truth_t   truth;

    if (f->o.calibration != 0 || f->n_valid == 0 || f->data.classes == NULL) {
        return m;
    }

    d = (f->valid.rows > 0) ? &f->valid : &f->data;
    y = train_model_run(m, d, f->valid_row, f->n_valid);
    train_truth_create(&truth, d, f->valid_row, f->n_valid);
    f->temperature = train_temperature(&truth, y);
    train_truth_free(&truth);
    train_free(y);

    if (f->temperature == 1) {
        return m;
    }

    train_net_fold(&f->net, 1 / f->temperature, 0);
    maas_model_free(m);

    return fit_load(f);
}


/* Above which probability the second label is said, by the validation rows;
 * by the training rows if there are no others */

static maas_model_t *
fit_threshold(fit_t *f, maas_model_t *m)
{
    float               *y;
    double               alarm, miss;
    size_t               n;
    const uint32_t      *row;
    const train_data_t  *d;

    if (f->o.cost == NULL && isnan(f->o.false_alarms)) {
        return m;
    }

    alarm = 0;
    miss = 0;

    if (f->o.cost != NULL) {
        (void) train_threshold_cost(f->o.cost, &alarm, &miss);
    }

    d = (f->valid.rows > 0) ? &f->valid : &f->data;
    row = (f->n_valid > 0) ? f->valid_row : f->row;
    n = (f->n_valid > 0) ? f->n_valid : f->n_train;

    y = train_model_run(m, d, row, n);
    f->threshold = train_threshold(d, row, n, y, alarm, miss,
                                   f->o.false_alarms);
    train_free(y);
    maas_model_free(m);

    return fit_load(f);
}


/* The test part is judged, or the validation rows, or nothing */

static void
fit_report_page(fit_t *f, const maas_model_t *m)
{
    float            *y;
    size_t            rows;
    train_judge_t     judge = { 0 };
    train_truth_t     truth = { 0 };
    train_report_t    r = { 0 };
    train_metrics_t   metrics, low, high;

    r.info = maas_model_info(m);
    r.title = f->o.name;
    r.history = &f->history;
    r.data = (f->test.rows > 0) ? &f->test
             : (f->valid.rows > 0) ? &f->valid : &f->data;
    r.row = (f->test.rows > 0) ? NULL : f->valid_row;
    r.what = (f->test.rows > 0) ? "the test part, seen once at the end"
             : "the validation rows, which also chose the best epoch";
    rows = (f->test.rows > 0) ? f->test.rows : f->n_valid;

    if (rows == 0) {
        train_report_write(f->o.report, &r);
        return;
    }

    y = train_model_run(m, r.data, r.row, rows);
    train_truth_create(&truth, r.data, r.row, rows);
    train_judge_create(&judge, &truth, y, (double) r.info->threshold);
    train_judge(&judge, NULL, &metrics);
    train_bootstrap(&judge, TRAIN_ROUNDS, f->o.seed, &low, &high);

    r.judge = &judge;
    r.m = &metrics;
    r.low = (rows >= TRAIN_INTERVALS) ? &low : NULL;
    r.high = &high;
    r.importance = train_importance(m, r.data, r.row, rows,
                                    (double) r.info->threshold, TRAIN_REPEATS,
                                    f->o.seed, &r.n_importance);
    train_report_write(f->o.report, &r);

    train_importance_free((train_importance_t *) r.importance,
                          r.n_importance);
    train_metrics_free(&metrics);
    train_judge_free(&judge);
    train_truth_free(&truth);
    train_free(y);
}


/* The test part is seen here for the first time, by the engine that will
 * serve. */

static void
fit_check(fit_t *f)
{
    float         *y;
    maas_model_t  *m;

    f->temperature = 1;
    m = fit_threshold(f, fit_calibrate(f, fit_load(f)));

    if (f->test.rows > 0) {
        y = train_model_run(m, &f->test, NULL, 0);
        train_metrics(&f->metrics, &f->test, y,
                      (double) maas_model_info(m)->threshold);
        train_free(y);
        fit_image(f);
        maas_model_free(m);
        m = fit_load(f);
    }

    if (f->o.report != NULL) {
        fit_report_page(f, m);
    }

    maas_model_free(m);
}


static void
fit_figure(cJSON *o, const char *name, double v)
{
    if (isfinite(v)) {
        (void) cJSON_AddNumberToObject(o, name, v);
    } else {
        (void) cJSON_AddNullToObject(o, name);
    }
}


static void
fit_folds_json(cJSON *o, const fit_t *f)
{
    size_t   i;
    double   mean, deviation;
    cJSON   *folds, *scores;

    if (f->folds == NULL) {
        return;
    }

    train_folds_sum(f->folds, f->o.folds, &mean, &deviation);
    folds = cJSON_AddObjectToObject(o, "folds");
    fit_figure(folds, "mean", mean);
    fit_figure(folds, "deviation", deviation);
    scores = cJSON_AddArrayToObject(folds, "scores");

    for (i = 0; i < f->o.folds; i++) {
        (void) cJSON_AddItemToArray(scores,
                                    cJSON_CreateNumber(f->folds[i].score));
    }
}


static void
fit_folds_print(const fit_t *f)
{
    size_t  i;
    double  mean, deviation;

    if (f->folds == NULL) {
        return;
    }

    train_folds_sum(f->folds, f->o.folds, &mean, &deviation);
    (void) printf("folds     %s %.4f, deviation %.4f, of %zu:",
                  f->data.classes != NULL ? "accuracy" : "R2", mean, deviation,
                  f->o.folds);

    for (i = 0; i < f->o.folds; i++) {
        (void) printf(" %.4f", f->folds[i].score);
    }

    (void) printf("\n");
}


static void
fit_report_json(const fit_t *f)
{
    char                  *text;
    cJSON                 *o;
    const train_result_t  *r;

    r = &f->result;
    o = cJSON_CreateObject();

    (void) cJSON_AddStringToObject(o, "file", f->o.output);
    (void) cJSON_AddStringToObject(o, "name", f->o.name);
    (void) cJSON_AddStringToObject(o, "task",
                                   maas__task_names[f->data.task]);
    fit_figure(o, "size", (double) f->size);
    fit_figure(o, "parameters", (double) train_net_parameters(&f->net));
    fit_figure(o, "rows", (double) f->data.rows);
    fit_figure(o, "epochs", (double) r->epochs);
    fit_figure(o, "best_epoch", (double) r->best_epoch);
    fit_figure(o, "training_loss", r->train_loss);
    fit_figure(o, "validation_loss", f->n_valid ? r->best_loss : NAN);
    fit_figure(o, "validation_score", r->best_score);
    fit_figure(o, "temperature", f->temperature);

    if (f->threshold > 0) {
        fit_figure(o, "threshold", (double) f->threshold);
    }

    train_columns_json(o, &f->data, &f->scale);
    fit_folds_json(o, f);
    fit_figure(o, "training_seconds", r->train_seconds);
    fit_figure(o, "seconds", r->seconds);
    (void) cJSON_AddBoolToObject(o, "interrupted", (int) r->interrupted);
    (void) cJSON_AddBoolToObject(o, "stopped_early", (int) r->stopped);

    if (f->metrics.rows > 0) {
        fit_figure(o, "test_rows", (double) f->metrics.rows);
        fit_figure(o, "test_loss", f->metrics.loss);

        if (f->data.classes != NULL) {
            fit_figure(o, "test_accuracy", f->metrics.accuracy);
        } else {
            fit_figure(o, "test_r2", f->metrics.r2);
            fit_figure(o, "test_rmse", f->metrics.rmse);
        }
    }

    text = cJSON_PrintUnformatted(o);
    (void) puts(text != NULL ? text : "{}");
    cJSON_free(text);
    cJSON_Delete(o);
}


static void
fit_report_data(const fit_t *f)
{
    const train_data_t  *d;

    d = &f->data;
    (void) printf("data      %zu rows of %zu %s, ", d->rows,
                  d->n_columns ? d->n_columns : d->in,
                  d->n_columns ? "columns" : "numbers");

    if (d->target != NULL) {
        (void) printf("target \"%s\": ", d->target);
    }

    if (d->classes != NULL) {
        (void) printf("%zu classes; ", d->n_labels);
    } else {
        (void) printf("numbers; ");
    }

    (void) printf("%zu for training, %zu for validation\n", f->n_train,
                  f->n_valid);
}


static void
fit_report(const fit_t *f)
{
    size_t                 i;
    const train_result_t  *r;

    r = &f->result;
    fit_report_data(f);

    (void) printf("network   %zu", f->net.in);

    for (i = 0; i < f->net.n_layers; i++) {
        (void) printf("-%zu", f->net.layers[i].units);
    }

    (void) printf(", %zu parameters\n", train_net_parameters(&f->net));

    fit_folds_print(f);

    if (r->interrupted) {
        (void) printf("interrupted: the best weights so far are kept\n");
    }

    (void) printf("best      epoch %zu of %zu%s, training loss %.4f",
                  r->best_epoch, r->epochs,
                  r->stopped ? " (stopped early)" : "", r->train_loss);

    if (f->n_valid > 0) {
        (void) printf(", validation loss %.4f", r->best_loss);

        if (!isnan(r->best_score)) {
            (void) printf(", %s %.4f",
                          f->data.classes != NULL ? "accuracy" : "R2",
                          r->best_score);
        }
    }

    if (f->temperature != 1) {
        (void) printf("\ncalibrated by a temperature of %.3f",
                      f->temperature);
    }

    if (f->threshold > 0) {
        (void) printf("\nthreshold %.6g: above it \"%s\" is said",
                      (double) f->threshold, f->data.labels[1]);
    }

    (void) printf("\ntime      %.3f s of training, %.3f s an epoch; %.3f s "
                  "with validation\n", r->train_seconds,
                  r->train_seconds / (double) r->epochs, r->seconds);
    (void) printf("model     %s, %zu bytes\n", f->o.output, f->size);

    if (f->metrics.rows > 0 && f->data.classes != NULL) {
        (void) printf("test accuracy %.4f (loss %.4f, %zu rows)\n",
                      f->metrics.accuracy, f->metrics.loss, f->metrics.rows);

    } else if (f->metrics.rows > 0) {
        (void) printf("test R2 %.4f (RMSE %.6g, %zu rows)\n", f->metrics.r2,
                      f->metrics.rmse, f->metrics.rows);
    }
}


/* Nothing that is read is written over */

static void
fit_apart(const train_options_t *o)
{
    size_t       i, k;
    const char  *out[] = { o->output, o->report, o->log, o->checkpoint };
    const char  *in[] = { o->data, o->valid, o->test, o->config };

    for (i = 0; i < train_nelts(out); i++) {
        for (k = 0; k < train_nelts(in); k++) {
            train_save_apart(out[i], in[k]);
        }
    }
}


int
cmd_fit(int argc, char **argv)
{
    fit_t  f;

    (void) memset(&f, 0, sizeof(fit_t));
    maas_single_thread();

    train_options_read(&f.o, argc, argv);
    train_save_check(f.o.output);

    if (f.o.report != NULL) {
        train_save_check(f.o.report);
    }

    fit_apart(&f.o);
    fit_read(&f);
    fit_folds(&f);
    fit_split(&f);
    fit_prepare(&f);
    fit_train(&f);
    fit_check(&f);
    train_save(f.o.output, f.image, f.size);

    if (f.o.json) {
        fit_report_json(&f);
    } else {
        fit_report(&f);
    }

    train_metrics_free(&f.metrics);
    train_history_free(&f.history);
    train_free(f.image);
    train_free(f.row);
    train_free(f.valid_row);
    train_free(f.folds);
    train_free(f.order);
    train_plan_free(&f.plan);
    train_optim_free(&f.optim);
    train_net_free(&f.net);
    train_scale_free(&f.scale);
    train_data_free(&f.data);
    train_data_free(&f.valid);
    train_data_free(&f.test);
    train_options_free(&f.o);

    return TRAIN_EXIT_OK;
}
