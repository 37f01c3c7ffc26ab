/*
 * What is done before and after a training: targets in units that a network
 * likes, and a trained network measured and turned into the bytes of its file.
 * Nothing is trained or printed here; what the rows' own numbers become is
 * scale.c's matter.
 */

#include <math.h>

#include "fit.h"
#include "export/model.h"
#include "report/report.h"


#define FIT_BASELINE  4096             /* numbers */

#define FIT_WHAT_AUTO  "rows of the table, each by members that had not "     \
                       "learnt it, which also chose the members"


/* Of --loss=poisson */

static void
fit_rates(const train_data_t *d)
{
    size_t  i;

    for (i = 0; i < d->rows * d->out; i++) {
        if (d->targets[i] < 0) {
            train_die("--loss poisson: the target is %g in some row: expected "
                      "counts or rates of 0 or more",
                      (double) d->targets[i]);
        }
    }
}


/* Mean and deviation of target k of the training rows; of rates their mean is
 * the unit */

static void
fit_scale_of(train_fit_t *f, size_t k)
{
    double        mean, d, sq;
    size_t        i, n, out;
    const float  *t;

    t = f->data.targets + k;
    out = f->data.out;
    n = f->n_train;
    mean = sq = 0;

    for (i = 0; i < n; i++) {
        mean += t[f->row[i] * out] / (double) n;
    }

    for (i = 0; i < n; i++) {
        d = t[f->row[i] * out] - mean;
        sq += d * d;
    }

    f->mean[k] = mean;
    f->deviation[k] = (sq > 0) ? sqrt(sq / (double) n) : 1;

    if (f->plan.loss == TRAIN_LOSS_POISSON) {
        f->mean[k] = 0;
        f->deviation[k] = (mean > 0) ? mean : 1;
    }
}


/* Of the training rows, as a network likes its numbers; for these weights no
 * learning rate fits targets of any size. */

void
train_fit_scale(train_fit_t *f)
{
    size_t         i, c, k;
    train_data_t  *part[2] = { &f->data, &f->valid };

    f->net.rates = (f->plan.loss == TRAIN_LOSS_POISSON);

    for (k = 0; k < 2 && f->net.rates; k++) {
        fit_rates(part[k]);
    }

    if (f->data.targets == NULL || f->o.target_scaling != 0) {
        return;
    }

    f->mean = train_alloc(f->data.out, sizeof(double));
    f->deviation = train_alloc(f->data.out, sizeof(double));

    for (k = 0; k < f->data.out; k++) {
        fit_scale_of(f, k);
    }

    for (k = 0; k < 2; k++) {
        f->targets[k] = part[k]->targets;
        part[k]->targets = train_alloc(part[k]->rows * f->data.out,
                                       sizeof(float));

        for (i = 0; i < part[k]->rows * f->data.out; i++) {
            c = i % f->data.out;
            part[k]->targets[i] = (float) ((f->targets[k][i] - f->mean[c])
                                           / f->deviation[c]);
        }
    }
}


/* What a loss of one target is multiplied by; of several, each in its own
 * unit, it stays as it is */

static double
fit_unit(const train_fit_t *f)
{
    if (f->data.out > 1) {
        return 1;
    }

    switch (f->plan.loss) {

    case TRAIN_LOSS_MSE:
        return f->deviation[0] * f->deviation[0];

    case TRAIN_LOSS_MAE:
    case TRAIN_LOSS_QUANTILE:
    case TRAIN_LOSS_POISSON:
        return f->deviation[0];

    default:
        return 1;
    }
}


/* The network answers in the units of the data, and so do the losses that are
 * sums of squares or of distances. */

void
train_fit_unscale(train_fit_t *f)
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
    unit = fit_unit(f);

    for (i = 0; f->net.rates && i < f->data.out; i++) {
        f->mean[i] = log(f->deviation[i]);      /* before an exp() */
        f->deviation[i] = 1;
    }

    train_net_units(&f->net, f->deviation, f->mean);
    f->result.train_loss *= unit;
    f->result.best_loss *= unit;

    for (i = 0; i < f->history.n; i++) {
        f->history.epochs[i].loss *= unit;
        f->history.epochs[i].valid_loss *= unit;
    }
}


/* Means of the numbers of the training rows, which explanations begin at; the
 * document would be long if there were many. */

static void
fit_baseline(train_fit_t *f)
{
    float   *x;
    double  *sum;
    size_t   i, j, in, *count;

    in = f->data.in;

    if (f->baseline != NULL || in > FIT_BASELINE || f->n_train == 0
        || (f->plan.dp && !train_dp_public(&f->o, TRAIN_DP_PREPARE)))
    {
        return;
    }

    f->baseline = train_alloc(in, sizeof(float));
    x = train_alloc(in, sizeof(float));
    sum = train_alloc(in, sizeof(double));
    count = train_alloc(in, sizeof(size_t));

    for (i = 0; i < f->n_train; i++) {
        train_data_row(&f->data, f->row[i], x);

        for (j = 0; j < in; j++) {
            sum[j] += isnan(x[j]) ? 0 : (double) x[j];
            count[j] += !isnan(x[j]);
        }
    }

    for (j = 0; j < in; j++) {
        f->baseline[j] = (count[j] > 0) ? (float) (sum[j] / (double) count[j])
                                        : 0;
    }

    /* of codes the first: it is the most frequent */

    for (j = 0; j < f->scale.n_columns && f->scale.raw; j++) {
        if (f->scale.columns[j].codes && (f->scale.ordered == NULL
                                          || !f->scale.ordered[j]))
        {
            f->baseline[f->scale.columns[j].at] = 0;
        }
    }

    train_free(count);
    train_free(sum);
    train_free(x);
}


static void
fit_image(train_fit_t *f)
{
    char            *document, *portfolio;
    train_learnt_t   all = { 0 };
    train_record_t   r = {
        .options = &f->o, .data = &f->data, .scale = &f->scale,
        .net = (f->autos != NULL) ? NULL : &f->net,
        .loss = f->plan.loss, .result = &f->result,
        .interval = &f->interval,
        .judged = (f->judged.rows > 0) ? &f->judged : NULL,
        .test = (f->metrics.rows > 0) ? &f->metrics : NULL,
        .folds = f->folds, .n_folds = f->n_folds,
        .warnings = f->warnings, .n_warnings = f->n_warnings,
        .temperature = f->temperature, .threshold = f->threshold,
        .decision = f->decision,
        .n_train = f->n_train, .n_valid = f->n_valid,
        .n_teachers = f->taught.n, .teacher_crc32c = f->taught.crc32c,
        .teacher_bytes = f->taught.side.bytes,
        .taught = (f->taught.metrics.rows > 0) ? &f->taught.metrics : NULL,
        .more = (f->more.rows > 0) ? &f->more : NULL,
        .dp = f->plan.dp ? &f->dp : NULL, .spent = &f->spent
    };

    fit_baseline(f);
    r.baseline = f->baseline;
    train_free(f->image);
    portfolio = NULL;

    if (f->autos != NULL) {
        portfolio = train_auto_record(f);
        train_auto_layers(f, &all);
        r.portfolio = portfolio;
        r.nodes = all.nodes;
        r.n_nodes = all.n_nodes;
    }

    document = train_record(&r);
    f->image = (f->autos != NULL)
               ? train_image_of(all.nodes, all.n_nodes, document, &f->size)
               : train_image(&f->net, document, &f->size);
    train_free(document);
    train_free(portfolio);

    if (f->autos != NULL) {
        train_learnt_free(&all);
    }
}


static maas_isa_t
fit_isa(const train_fit_t *f)
{
    return f->o.plan.portable ? MAAS_ISA_REF : MAAS_ISA_AUTO;
}


/* The bytes must load before they may replace a file that did */

static maas_model_t *
fit_load(train_fit_t *f)
{
    maas_err_t     err = { 0 };
    maas_model_t  *m;

    fit_image(f);

    if (maas_model_load(f->image, f->size, fit_isa(f), &m, &err) != MAAS_OK) {
        train_die("the trained network makes no good model file: %s",
                  err.msg);
    }

    return m;
}


/* The test part is judged, or the validation rows, or nothing */

static void
fit_report_page(train_fit_t *f, const maas_model_t *m)
{
    float              *y;
    size_t              rows;
    train_judge_t       judge = { 0 };
    train_report_t      r = { 0 };
    train_metrics_t     metrics, low, high;
    train_explained_t   explained = { 0 };

    r.info = maas_model_info(m);
    r.title = f->o.name;
    r.history = &f->history;
    r.usual = (f->n_valid > 0) ? train_base(&f->judged) : NAN;
    r.trained = (!f->plan.dp || train_dp_public(&f->o, TRAIN_DP_REFERENCE))
                ? &f->data : NULL;
    r.withheld = r.trained == NULL && f->test.rows == 0;
    r.history = (f->plan.dp && !f->plan.dp_losses && f->n_valid == 0)
                ? NULL : r.history;
    r.data = (f->test.rows > 0) ? &f->test
             : (f->valid.rows > 0) ? &f->valid : &f->data;
    r.row = (f->test.rows > 0) ? NULL : f->valid_row;
    r.what = (f->test.rows > 0) ? "the test part, seen once at the end"
             : "the validation rows, which also chose the best epoch";
    rows = (f->test.rows > 0) ? f->test.rows : f->n_valid;

    if (f->autos != NULL) {
        r.history = NULL;
        r.what = (f->test.rows > 0) ? r.what : FIT_WHAT_AUTO;
    }

    if (rows == 0) {
        train_report_write(f->o.report, &r);
        return;
    }

    y = (f->autos != NULL && f->test.rows == 0)
        ? train_auto_said(f, f->temperature, f->shift)
        : train_model_run(m, r.data, r.row, rows);
    train_judge_create(&judge, r.info, r.data, r.row, rows, y);
    judge.asked = train_asked(r.info);
    train_judge(&judge, NULL, &metrics);
    train_bootstrap(&judge, TRAIN_ROUNDS, f->o.plan.seed, &low, &high);

    r.judge = &judge;
    r.m = &metrics;
    r.low = (rows >= TRAIN_INTERVALS) ? &low : NULL;
    r.high = &high;
    r.importance = train_importance(m, r.info, r.data, NULL, r.row, rows,
                                    TRAIN_REPEATS, f->o.plan.seed,
                                    &r.n_importance);

    if (train_explained(m, f->image, f->size, fit_isa(f), r.data, r.row, rows,
                        &explained))
    {
        r.explained = &explained;
    }

    train_report_write(f->o.report, &r);

    train_explained_free(&explained);
    train_importance_free((train_importance_t *) r.importance,
                          r.n_importance);
    train_metrics_free(&metrics);
    train_judge_free(&judge);
    train_free(y);
}


maas_model_t *
train_fit_model(train_fit_t *f)
{
    size_t         i;
    maas_model_t  *m;
    int          (*step[])(train_fit_t *f, const maas_model_t *m) = {
        train_fit_calibrate, train_fit_frequencies, train_fit_decide
    };

    m = fit_load(f);

    for (i = 0; i < train_nelts(step); i++) {
        if (step[i](f, m)) {
            maas_model_free(m);
            m = fit_load(f);
        }
    }

    return m;
}


static void
fit_judge(const maas_model_t *m, const train_data_t *d, const uint32_t *row,
    size_t n, const float *y, train_metrics_t *metrics, train_gain_t *gain)
{
    float          *weight;
    size_t          i;
    train_judge_t   j;

    train_judge_create(&j, maas_model_info(m), d, row, n, y);
    j.asked = train_asked(maas_model_info(m));
    weight = train_alloc(j.rows, sizeof(float));

    for (i = 0; i < j.rows && d->weights != NULL; i++) {
        weight[i] = d->weights[row != NULL ? row[i] : i];
    }

    j.weight = (d->weights != NULL) ? weight : NULL;
    train_judge(&j, NULL, metrics);
    train_gain_add(gain, &j);
    train_judge_free(&j);
    train_free(weight);
}


void
train_fit_judge(const maas_model_t *m, const train_data_t *d,
    const uint32_t *row, size_t n, train_metrics_t *metrics,
    train_gain_t *gain)
{
    float  *y;

    y = train_model_run(m, d, row, n);
    fit_judge(m, d, row, n, y, metrics, gain);
    train_free(y);
}


/* By what was said of each row by those that had not learnt it */

static void
fit_judge_auto(train_fit_t *f, const maas_model_t *m)
{
    float               *y;
    const train_auto_t  *a;

    a = f->autos;
    y = train_auto_said(f, f->temperature, f->shift);
    fit_judge(m, &a->seen, a->judge, a->judges, y, &f->judged, &f->gain);
    train_free(y);
}


/* How far the truths of the rows that validate are from the answers; who may
 * not know these rows may not know that */

static void
fit_interval(train_fit_t *f, const maas_model_t *m)
{
    float               *y, *truth;
    size_t               i, out;
    const train_data_t  *d;

    if (f->data.targets == NULL || f->plan.loss == TRAIN_LOSS_QUANTILE
        || (f->plan.dp && !train_dp_public(&f->o, TRAIN_DP_VALIDATION)))
    {
        return;
    }

    d = (f->valid.rows > 0) ? &f->valid : &f->data;
    out = d->out;
    y = (f->autos != NULL) ? train_auto_said(f, 1, NULL)
                           : train_model_run(m, d, f->valid_row, f->n_valid);
    truth = train_alloc(f->n_valid * out, sizeof(float));

    for (i = 0; i < f->n_valid * out; i++) {
        truth[i] = d->targets[f->valid_row[i / out] * out + i % out];
    }

    train_interval_fit(&f->interval, y, truth, f->n_valid, out);
    train_free(truth);
    train_free(y);
}


/* The test part is seen here for the first time */

void
train_fit_check(train_fit_t *f)
{
    maas_model_t  *m;

    m = train_fit_model(f);

    if (f->autos != NULL) {
        fit_judge_auto(f, m);
        fit_interval(f, m);

    } else if (f->n_valid > 0) {
        train_fit_judge(m, f->valid.rows > 0 ? &f->valid : &f->data,
                        f->valid_row, f->n_valid, &f->judged, &f->gain);
        fit_interval(f, m);
    }

    if (f->test.rows > 0) {
        f->gain = (train_gain_t) { 0 };
        train_fit_judge(m, &f->test, NULL, 0, &f->metrics, &f->gain);
    }

    train_fit_warn(f, m);
    maas_model_free(m);
    m = fit_load(f);
    f->parameters = (f->autos != NULL) ? maas_model_info(m)->parameters
                    : train_net_parameters(&f->net);

    if (f->o.report != NULL) {
        fit_report_page(f, m);
    }

    if (f->taught.n > 0 || f->autos != NULL) {
        f->taught.micros = train_micros(m, &f->data);
    }

    maas_model_free(m);
}
