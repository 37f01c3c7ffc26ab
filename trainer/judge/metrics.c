/*
 * How good answers are: counts, rates and errors from answers and truth.
 * Where the answers come from is not known here.
 */

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "metrics.h"
#include "util.h"


#define METRICS_LEAST  1e-7         /* probability in a logarithm: Keras's */

#define AT(field)  offsetof(train_metrics_t, field)

#define MANY  SIZE_MAX

const train_figure_t  train_figures[] = {
    { "accuracy", "accuracy", 0, 1, MANY, 0, 0, 1, AT(accuracy),
      TRAIN_DRAW_SHARE },
    { "top_3_accuracy", "top-3 accuracy", 0, TRAIN_TOP_K + 1, MANY, 0, 0, 1,
      AT(top), TRAIN_DRAW_SHARE },
    { "loss", "loss", 0, 1, MANY, 0, 0, INFINITY, AT(loss),
      TRAIN_DRAW_SCALED },
    { "f1", "F1", 0, 1, MANY, 0, 0, 1, AT(f1),
      TRAIN_DRAW_NONE },
    { "auc", "AUC", 0, 1, MANY, 0, 0, 1, AT(auc),
      TRAIN_DRAW_SCALED },
    { "pr_auc", "PR AUC", 0, 1, 2, 0, 0, 1, AT(pr_auc),
      TRAIN_DRAW_PLAIN },
    { "pr_auc_macro", "macro PR AUC", 0, 3, MANY, 0, 0, 1, AT(pr_auc),
      TRAIN_DRAW_PLAIN },
    { "calibration_error", "calibration error", 0, 1, MANY, 1, 0, 1, AT(ece),
      TRAIN_DRAW_NONE },
    { "mse", "MSE", 1, 0, 0, 0, 0, INFINITY, AT(loss),
      TRAIN_DRAW_SCALED },
    { "mae", "MAE", 1, 0, 0, 0, 0, INFINITY, AT(mae),
      TRAIN_DRAW_SCALED },
    { "rmse", "RMSE", 1, 0, 0, 0, 0, INFINITY, AT(rmse),
      TRAIN_DRAW_SCALED },
    { "r2", "R2", 1, 0, 0, 0, -INFINITY, 1, AT(r2),
      TRAIN_DRAW_SCALED },
    { "pinball", "pinball", 1, 0, 0, 0, 0, INFINITY, AT(pinball),
      TRAIN_DRAW_SCALED },
    { "below", "below", 1, 0, 0, 0, 0, 1, AT(below),
      TRAIN_DRAW_SHARE },
    { "deviance", "deviance", 1, 0, 0, 0, 0, INFINITY, AT(deviance),
      TRAIN_DRAW_SCALED }
};

_Static_assert(train_nelts(train_figures) == TRAIN_N_FIGURES,
               "TRAIN_N_FIGURES is not what there is");
_Static_assert(TRAIN_TOP_K == 3, "the names say so");


int
train_figure_of(const train_figure_t *f, const train_metrics_t *m)
{
    if (f->at == AT(pinball) || f->at == AT(below)) {
        return m->asked.kind == TRAIN_ASKED_QUANTILE;
    }

    if (f->at == AT(deviance)) {
        return m->asked.kind == TRAIN_ASKED_RATE;
    }

    return f->numbers == (m->task == MAAS_TASK_REGRESSION)
           && (f->numbers || (m->classes >= f->least_classes
                              && m->classes <= f->most_classes));
}


double
train_base(const train_metrics_t *m)
{
    size_t  i, at;

    at = (m->classes > 0) ? AT(accuracy) : AT(r2);

    for (i = 0; train_figures[i].at != at; i++) {
        /* void */
    }

    return m->base[i];
}


/* One row of answers y(out) */

static void
judge_row(train_judge_t *j, const maas_info_t *info, size_t i)
{
    double        q;
    size_t        k, before, right;
    const float  *y;

    y = j->y + i * j->out;
    right = j->class[i];
    j->said[i] = (uint32_t) maas_decision(info, y);

    if (j->task == MAAS_TASK_BINARY) {
        j->sure[i] = j->said[i] ? y[0] : 1 - y[0];
        j->shown[i] = y[0];
        j->came[i] = (uint8_t) right;
        j->in_top[i] = 1;
        q = right ? y[0] : 1 - (double) y[0];

    } else {
        before = 0;

        for (k = 0; k < j->out; k++) {
            before += y[k] > y[right] || (y[k] == y[right] && k < right);
            j->shown[i] = (y[k] > j->shown[i]) ? y[k] : j->shown[i];
        }

        j->sure[i] = y[j->said[i]];
        j->came[i] = (before == 0);

        if (j->classes == 2) {
            j->shown[i] = y[1];
            j->came[i] = (uint8_t) right;
        }

        j->in_top[i] = (before < TRAIN_TOP_K);
        q = y[right];
    }

    j->loss[i] = (float) -log(q > METRICS_LEAST ? q : METRICS_LEAST);
}


void
train_judge_create(train_judge_t *j, const maas_info_t *info,
    const train_data_t *d, const uint32_t *row, size_t n, const float *y)
{
    size_t  i, at;

    *j = (train_judge_t) {
        .task = d->task, .rows = (row != NULL) ? n : d->rows, .out = d->out,
        .y = y
    };

    if (d->classes == NULL) {
        j->target = train_alloc(j->rows * j->out, sizeof(float));

        for (i = 0; i < j->rows; i++) {
            at = (row != NULL) ? row[i] : i;
            (void) memcpy(j->target + i * j->out, d->targets + at * j->out,
                          j->out * sizeof(float));
        }

        return;
    }

    j->classes = d->n_labels;
    j->class = train_alloc(j->rows, sizeof(uint32_t));
    j->said = train_alloc(j->rows, sizeof(uint32_t));
    j->sure = train_alloc(j->rows, sizeof(float));
    j->shown = train_alloc(j->rows, sizeof(float));
    j->came = train_alloc(j->rows, 1);
    j->loss = train_alloc(j->rows, sizeof(float));
    j->in_top = train_alloc(j->rows, 1);

    for (i = 0; i < j->rows; i++) {
        j->class[i] = d->classes[(row != NULL) ? row[i] : i];
        judge_row(j, info, i);
    }

    train_curve_order(j);
}


void
train_judge_free(train_judge_t *j)
{
    train_free(j->class);
    train_free(j->target);
    train_free(j->said);
    train_free(j->sure);
    train_free(j->shown);
    train_free(j->came);
    train_free(j->loss);
    train_free(j->in_top);
    train_free(j->order);
    (void) memset(j, 0, sizeof(train_judge_t));
}


/* Mean over the classes that have a figure at all; of two classes the curve of
 * precision is that of the second, whether it has a number of its own or not */

static void
judge_means(const train_judge_t *j, const uint32_t *count, train_metrics_t *m)
{
    double  f1, auc, pr_auc, sum;
    size_t  c, n_f1, n_auc;

    m->f1 = 0;
    m->auc = 0;
    m->pr_auc = NAN;
    sum = 0;
    n_f1 = 0;
    n_auc = 0;

    for (c = 0; c < m->classes; c++) {
        f1 = train_metrics_class(m, c).f1;

        if (!isnan(f1)) {
            m->f1 += f1;
            n_f1++;
        }
    }

    for (c = 0; c < j->ranked; c++) {
        train_curve_areas(j, c, count, &auc, &pr_auc);

        if (!isnan(auc)) {
            m->auc += auc;
            sum += pr_auc;
            n_auc++;
        }

        m->pr_auc = pr_auc;
    }

    m->f1 = n_f1 ? m->f1 / (double) n_f1 : NAN;
    m->auc = n_auc ? m->auc / (double) n_auc : NAN;
    m->pr_auc = (m->classes <= 2) ? m->pr_auc
                : n_auc ? sum / (double) n_auc : NAN;
}


static void
judge_classes(const train_judge_t *j, const uint32_t *count,
    train_metrics_t *m)
{
    double  k, n, top, right;
    size_t  i, hit, bin;

    m->confusion = train_alloc(m->classes * m->classes, sizeof(double));
    right = 0;
    top = 0;

    for (i = 0; i < m->rows; i++) {
        k = train_judge_counts(j, count, i);
        hit = (j->said[i] == j->class[i]);

        m->confusion[j->class[i] * m->classes + j->said[i]] += k;
        right += hit ? k : 0;
        top += k * j->in_top[i];
        m->loss += k * j->loss[i];

        bin = (size_t) ((double) j->shown[i] * TRAIN_BINS);
        bin = (bin < TRAIN_BINS) ? bin : TRAIN_BINS - 1;
        m->bins[bin].rows += k;
        m->bins[bin].sure += k * j->shown[i];
        m->bins[bin].hit += k * j->came[i];
    }

    n = m->total;
    m->loss /= n;
    m->accuracy = right / n;
    m->top = top / n;
    m->ece = 0;

    for (bin = 0; bin < TRAIN_BINS; bin++) {
        m->ece += fabs(m->bins[bin].sure - m->bins[bin].hit) / n;
    }

    judge_means(j, count, m);
}


/* Are truths of number c different?  Else the squares about their mean are what
 * it was rounded by */

static int
judge_varies(const train_judge_t *j, const uint32_t *count, size_t c)
{
    size_t  i, first;

    first = j->rows;

    for (i = 0; i < j->rows; i++) {
        if (!(train_judge_counts(j, count, i) > 0)) {
            continue;
        }

        first = (first == j->rows) ? i : first;

        if (j->target[i * j->out + c] < j->target[first * j->out + c]
            || j->target[i * j->out + c] > j->target[first * j->out + c])
        {
            return 1;
        }
    }

    return 0;
}


static void
judge_numbers(const train_judge_t *j, const uint32_t *count,
    train_metrics_t *m)
{
    double        k, e, t, mean, sq, n, out;
    size_t        i, c;
    const float  *truth;

    truth = j->target;
    n = m->total;
    out = (double) j->out;
    m->mae = 0;
    m->r2 = 0;

    for (c = 0; c < j->out; c++) {
        mean = 0;
        sq = 0;
        e = 0;

        for (i = 0; i < m->rows; i++) {
            k = train_judge_counts(j, count, i);
            mean += k * truth[i * j->out + c] / n;
        }

        for (i = 0; i < m->rows; i++) {
            k = train_judge_counts(j, count, i);
            t = truth[i * j->out + c] - mean;
            sq += k * t * t;
            t = (double) j->y[i * j->out + c] - truth[i * j->out + c];
            e += k * t * t;
            m->mae += k * fabs(t) / n / out;
        }

        m->loss += e / n / out;
        m->r2 += (sq > 0 && judge_varies(j, count, c) ? 1 - e / sq : NAN) / out;
    }

    m->rmse = sqrt(m->loss);
    train_asked_figures(j, count, j->y, j->out, m);
}


/* Number c alone */

static train_each_t
judge_one(const train_judge_t *j, size_t c)
{
    double        k, t, e, mean, sq, n;
    size_t        i;
    train_each_t  a = { 0 };

    mean = sq = e = n = 0;

    for (i = 0; i < j->rows; i++) {
        k = train_judge_weight(j, i);
        n += k;
        mean += k * (double) j->target[i * j->out + c];
    }

    mean /= n;

    for (i = 0; i < j->rows; i++) {
        k = train_judge_weight(j, i);
        t = (double) j->target[i * j->out + c] - mean;
        sq += k * t * t;
        a.base_mae += k * fabs(t) / n;
        t = (double) j->y[i * j->out + c]
            - (double) j->target[i * j->out + c];
        e += k * t * t;
        a.mae += k * fabs(t) / n;
    }

    a.rmse = sqrt(e / n);
    a.base_rmse = sqrt(sq / n);
    a.r2 = sq > 0 && judge_varies(j, NULL, c) ? 1 - e / sq : NAN;

    return a;
}


void
train_judge(const train_judge_t *j, const uint32_t *count, train_metrics_t *m)
{
    size_t           i;
    train_metrics_t  b;

    *m = (train_metrics_t) {
        .task = j->task, .rows = j->rows, .classes = j->classes,
        .asked = j->asked
    };

    for (i = 0; i < TRAIN_N_FIGURES; i++) {
        train_figure(m, &train_figures[i]) = NAN;
        m->base[i] = NAN;
    }

    b = *m;

    m->loss = 0;

    for (i = 0; i < j->rows; i++) {
        m->total += train_judge_counts(j, count, i);
    }

    if (m->classes > 0) {
        judge_classes(j, count, m);
    } else {
        judge_numbers(j, count, m);
    }

    if (count != NULL) {
        return;
    }

    train_baseline(j, &b);
    m->largest = b.largest;
    m->out = j->out;

    if (j->classes == 0 && j->out > 1) {
        m->each = train_alloc(j->out, sizeof(train_each_t));

        for (i = 0; i < j->out; i++) {
            m->each[i] = judge_one(j, i);
        }
    }

    for (i = 0; i < TRAIN_N_FIGURES; i++) {
        m->base[i] = train_figure(&b, &train_figures[i]);
    }
}


void
train_metrics_free(train_metrics_t *m)
{
    train_free(m->confusion);
    train_free(m->each);
    m->confusion = NULL;
    m->each = NULL;
}


train_class_t
train_metrics_class(const train_metrics_t *m, size_t c)
{
    size_t         i;
    double         hit, said;
    train_class_t  k = { 0 };

    hit = m->confusion[c * m->classes + c];
    said = 0;

    for (i = 0; i < m->classes; i++) {
        said += m->confusion[i * m->classes + c];
        k.rows += m->confusion[c * m->classes + i];
    }

    k.precision = said > 0 ? hit / said : NAN;
    k.recall = k.rows > 0 ? hit / k.rows : NAN;
    k.f1 = said + k.rows > 0 ? 2 * hit / (said + k.rows) : NAN;

    return k;
}
