/*
 * How good answers are: counts, rates and errors from answers and truth.
 * Where the answers come from is not known here.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "trainer.h"


#define METRICS_BINS   15
#define METRICS_TABLE  30       /* classes; larger tables are for --json */


typedef struct {
    float     score;
    unsigned  positive;
} metrics_pair_t;


static int
metrics_compare(const void *one, const void *two)
{
    float  a, b;

    a = ((const metrics_pair_t *) one)->score;
    b = ((const metrics_pair_t *) two)->score;

    return (a > b) - (a < b);
}


/* Mann and Whitney: the share of pairs in the right order, ties count half */

static double
metrics_auc(metrics_pair_t *p, size_t n)
{
    double  ranks, positives, negatives;
    size_t  i, j, k;

    qsort(p, n, sizeof(metrics_pair_t), metrics_compare);

    ranks = 0;
    positives = 0;

    for (i = 0; i < n; i = j) {
        for (j = i; j < n && p[j].score == p[i].score; j++) {
            /* void */
        }

        for (k = i; k < j; k++) {
            if (p[k].positive) {
                ranks += 0.5 * (double) (i + 1 + j);
                positives++;
            }
        }
    }

    negatives = (double) n - positives;

    if (positives == 0 || negatives == 0) {
        return NAN;
    }

    return (ranks - positives * (positives + 1) / 2)
           / (positives * negatives);
}


static double
metrics_mean_auc(const train_metrics_t *m, const train_data_t *d,
    const float *y)
{
    double           sum, auc;
    size_t           i, c, n;
    metrics_pair_t  *p;

    p = train_alloc(d->rows, sizeof(metrics_pair_t));
    sum = 0;
    n = 0;

    for (c = (d->out == 1) ? 1 : 0; c < m->classes; c++) {
        for (i = 0; i < d->rows; i++) {
            p[i].score = (d->out == 1) ? y[i] : y[i * d->out + c];
            p[i].positive = (d->classes[i] == c);
        }

        auc = metrics_auc(p, d->rows);

        if (!isnan(auc)) {
            sum += auc;
            n++;
        }
    }

    train_free(p);

    return n ? sum / (double) n : NAN;
}


/* The class said, and its probability */

static size_t
metrics_said(const float *y, size_t out, double *p)
{
    size_t  j, best;

    if (out == 1) {
        best = (y[0] > 0.5f);
        *p = best ? y[0] : 1 - (double) y[0];
        return best;
    }

    best = 0;

    for (j = 1; j < out; j++) {
        best = (y[j] > y[best]) ? j : best;
    }

    *p = y[best];

    return best;
}


static void
metrics_classes(train_metrics_t *m, const train_data_t *d, const float *y)
{
    double  p, q, right, sure[METRICS_BINS] = { 0 };
    double  hit[METRICS_BINS] = { 0 };
    size_t  i, bin, said;

    m->classes = d->n_labels;
    m->confusion = train_alloc(m->classes * m->classes, sizeof(uint64_t));
    right = 0;

    for (i = 0; i < d->rows; i++) {
        said = metrics_said(y + i * d->out, d->out, &p);
        m->confusion[d->classes[i] * m->classes + said]++;
        right += (said == d->classes[i]);

        bin = (size_t) (p * METRICS_BINS);
        bin = (bin < METRICS_BINS) ? bin : METRICS_BINS - 1;
        sure[bin] += p;
        hit[bin] += (said == d->classes[i]);

        if (d->out == 1) {
            q = d->classes[i] ? y[i] : 1 - (double) y[i];
        } else {
            q = y[i * d->out + d->classes[i]];
        }

        m->loss -= log(q > 1e-7 ? q : 1e-7);    /* Keras's epsilon */
    }

    m->loss /= (double) d->rows;
    m->accuracy = right / (double) d->rows;

    for (bin = 0; bin < METRICS_BINS; bin++) {
        m->ece += fabs(sure[bin] - hit[bin]) / (double) d->rows;
    }

    m->auc = metrics_mean_auc(m, d, y);
}


static void
metrics_numbers(train_metrics_t *m, const train_data_t *d, const float *y)
{
    double  e, t, sum, sq, n;
    size_t  i, j;

    n = (double) d->rows;
    m->r2 = 0;

    for (j = 0; j < d->out; j++) {
        sum = 0;
        sq = 0;
        e = 0;

        for (i = 0; i < d->rows; i++) {
            sum += d->targets[i * d->out + j];
        }

        sum /= n;

        for (i = 0; i < d->rows; i++) {
            t = d->targets[i * d->out + j] - sum;
            sq += t * t;
            t = (double) y[i * d->out + j] - d->targets[i * d->out + j];
            e += t * t;
            m->mae += fabs(t) / n / (double) d->out;
        }

        m->loss += e / n / (double) d->out;
        m->r2 += (sq > 0 ? 1 - e / sq : NAN) / (double) d->out;
    }

    m->rmse = sqrt(m->loss);
}


void
train_metrics(train_metrics_t *m, const train_data_t *d, const float *y)
{
    (void) memset(m, 0, sizeof(train_metrics_t));
    m->task = d->task;
    m->rows = d->rows;
    m->auc = NAN;

    if (d->classes != NULL) {
        metrics_classes(m, d, y);
    } else {
        metrics_numbers(m, d, y);
    }
}


void
train_metrics_free(train_metrics_t *m)
{
    train_free(m->confusion);
    m->confusion = NULL;
}


void
train_metrics_class(const train_metrics_t *m, size_t c, double *precision,
    double *recall, double *f1)
{
    size_t  i;
    double  hit, said, there;

    hit = (double) m->confusion[c * m->classes + c];
    said = 0;
    there = 0;

    for (i = 0; i < m->classes; i++) {
        said += (double) m->confusion[i * m->classes + c];
        there += (double) m->confusion[c * m->classes + i];
    }

    *precision = said > 0 ? hit / said : NAN;
    *recall = there > 0 ? hit / there : NAN;
    *f1 = said + there > 0 ? 2 * hit / (said + there) : NAN;
}


static void
metrics_rate(FILE *f, double v)
{
    if (isnan(v)) {
        (void) fprintf(f, "%10s", "-");
    } else {
        (void) fprintf(f, "%10.4f", v);
    }
}


static void
metrics_print_confusion(FILE *f, const train_metrics_t *m,
    const char *const *labels)
{
    size_t  i, j;

    (void) fprintf(f, "\nconfusion (row: true class, column: answer)\n%14s",
                   "");

    for (j = 0; j < m->classes; j++) {
        (void) fprintf(f, " %6.6s", labels[j]);
    }

    for (i = 0; i < m->classes; i++) {
        (void) fprintf(f, "\n%-14.14s", labels[i]);

        for (j = 0; j < m->classes; j++) {
            (void) fprintf(f, " %6llu",
                           (unsigned long long)
                           m->confusion[i * m->classes + j]);
        }
    }

    (void) fputc('\n', f);
}


void
train_metrics_print(FILE *f, const train_metrics_t *m,
    const char *const *labels)
{
    double  precision, recall, f1;
    size_t  c;

    (void) fprintf(f, "rows              %zu\n", m->rows);

    if (m->task == MAAS_TASK_REGRESSION) {
        (void) fprintf(f, "MSE               %.6g\nMAE               %.6g\n"
                       "RMSE              %.6g\nR2                %.4f\n",
                       m->loss, m->mae, m->rmse, m->r2);
        return;
    }

    (void) fprintf(f, "accuracy          %.4f\nloss              %.4f\n"
                   "AUC               %.4f\ncalibration error %.4f\n",
                   m->accuracy, m->loss, m->auc, m->ece);

    (void) fprintf(f, "\n%-14s %9s %9s %9s\n", "class", "precision",
                   "recall", "F1");

    for (c = 0; c < m->classes; c++) {
        train_metrics_class(m, c, &precision, &recall, &f1);
        (void) fprintf(f, "%-14.14s", labels[c]);
        metrics_rate(f, precision);
        metrics_rate(f, recall);
        metrics_rate(f, f1);
        (void) fputc('\n', f);
    }

    if (m->classes <= METRICS_TABLE) {
        metrics_print_confusion(f, m, labels);
    }
}
