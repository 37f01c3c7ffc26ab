/*
 * Which rows train and which validate, which ones a fold of cross-validation
 * keeps back, and a process for each fold.
 * What is trained and measured in one is cmd_fit.c's matter.
 */

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "options.h"


#define FOLDS_SPLIT   1             /* streams of random numbers */
#define FOLDS_STREAM  5


/* All rows, shuffled */

static uint32_t *
folds_shuffled(size_t rows, uint64_t seed, uint64_t stream)
{
    size_t        i;
    uint32_t     *row;
    train_rng_t   rng;

    row = train_alloc(rows, sizeof(uint32_t));

    for (i = 0; i < rows; i++) {
        row[i] = (uint32_t) i;
    }

    train_rng_init(&rng, seed, stream);
    train_rng_shuffle(&rng, row, rows);

    return row;
}


size_t
train_split(const train_data_t *d, double share, uint64_t seed, uint32_t *row)
{
    size_t     i, c, n_classes, n_train, n_valid, quota, *left;
    uint32_t  *shuffled;

    shuffled = folds_shuffled(d->rows, seed, FOLDS_SPLIT);
    n_classes = (d->classes != NULL) ? d->n_labels : 1;
    left = train_alloc(n_classes, sizeof(size_t));

    for (i = 0; i < d->rows; i++) {
        left[(d->classes != NULL) ? d->classes[i] : 0]++;
    }

    /* each class gives its share, but never its last row */

    for (c = 0; c < n_classes; c++) {
        quota = (size_t) floor((double) left[c] * share + 0.5);
        left[c] = (quota < left[c]) ? quota : (left[c] ? left[c] - 1 : 0);
    }

    n_train = 0;
    n_valid = 0;

    for (i = 0; i < d->rows; i++) {
        c = (d->classes != NULL) ? d->classes[shuffled[i]] : 0;

        if (left[c] > 0) {
            left[c]--;
            row[d->rows - ++n_valid] = shuffled[i];

        } else {
            row[n_train++] = shuffled[i];
        }
    }

    train_free(left);
    train_free(shuffled);

    return n_train;
}


void
train_folds_deal(const train_data_t *d, uint64_t seed, uint32_t *order)
{
    size_t     i, c, n_classes, *at;
    uint32_t  *shuffled;

    shuffled = folds_shuffled(d->rows, seed, FOLDS_STREAM);
    n_classes = (d->classes != NULL) ? d->n_labels : 1;
    at = train_alloc(n_classes + 1, sizeof(size_t));

    for (i = 0; i < d->rows; i++) {
        at[(d->classes != NULL) ? d->classes[i] + 1 : 1]++;
    }

    for (c = 1; c <= n_classes; c++) {
        at[c] += at[c - 1];
    }

    for (i = 0; i < d->rows; i++) {
        c = (d->classes != NULL) ? d->classes[shuffled[i]] : 0;
        order[at[c]++] = shuffled[i];
    }

    train_free(at);
    train_free(shuffled);
}


void
train_folds_split(const uint32_t *order, size_t rows, size_t folds,
    size_t fold, double share, train_fold_rows_t *r)
{
    size_t  i, kept;

    r->test = train_alloc(rows, sizeof(uint32_t));
    r->valid = train_alloc(rows, sizeof(uint32_t));
    r->train = train_alloc(rows, sizeof(uint32_t));
    r->n_test = 0;
    r->n_valid = 0;
    r->n_train = 0;
    kept = 0;

    /* neighbours in the order are of one class: taking one of so many takes
     * the same share of each */

    for (i = 0; i < rows; i++) {
        if (i % folds == fold) {
            r->test[r->n_test++] = order[i];
            continue;
        }

        kept++;

        if (floor((double) kept * share) > floor((double) (kept - 1) * share))
        {
            r->valid[r->n_valid++] = order[i];
        } else {
            r->train[r->n_train++] = order[i];
        }
    }
}


/* A child that answers through a pipe; returns the end to read */

static int
folds_start(void (*job)(void *ctx, size_t fold, train_fold_t *out), void *ctx,
    size_t fold, pid_t *pid)
{
    int           ends[2];
    train_fold_t  got = { 0 };

    (void) fflush(NULL);

    if (pipe(ends) != 0 || (*pid = fork()) < 0) {
        train_die("fold %zu cannot be started: %s", fold + 1, strerror(errno));
    }

    if (*pid == 0) {
        (void) close(ends[0]);
        job(ctx, fold, &got);
        _exit(write(ends[1], &got, sizeof(got)) == sizeof(got)
              ? TRAIN_EXIT_OK : TRAIN_EXIT_FAILED);
    }

    (void) close(ends[1]);

    return ends[0];
}


/* Was there an answer? */

static int
folds_end(int end, pid_t pid, train_fold_t *out)
{
    int      status;
    ssize_t  n;

    do {
        n = read(end, out, sizeof(train_fold_t));
    } while (n < 0 && errno == EINTR);

    (void) close(end);

    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
        /* void */
    }

    if (WIFEXITED(status) && WEXITSTATUS(status) == TRAIN_EXIT_USAGE) {
        exit(TRAIN_EXIT_USAGE);         /* it has said why */
    }

    return n == (ssize_t) sizeof(train_fold_t) && status == 0;
}


int
train_folds_run(size_t folds, size_t at_once,
    void (*job)(void *ctx, size_t fold, train_fold_t *out), void *ctx,
    train_fold_t *out)
{
    int      done, *ends;
    pid_t   *pids;
    size_t   i, begun;

    ends = train_alloc(folds, sizeof(int));
    pids = train_alloc(folds, sizeof(pid_t));
    begun = 0;
    done = 1;

    for (i = 0; i < folds && (done || i < begun); i++) {
        while (done && begun < folds && begun < i + at_once) {
            ends[begun] = folds_start(job, ctx, begun, &pids[begun]);
            begun++;
        }

        done &= folds_end(ends[i], pids[i], &out[i]);
    }

    train_free(ends);
    train_free(pids);

    return done;
}


static double
folds_figure(const train_fold_t *f, size_t figure)
{
    return (figure == TRAIN_N_FIGURES) ? f->score : f->figures[figure];
}


void
train_folds_sum(const train_fold_t *f, size_t n, size_t figure,
    double *mean, double *deviation)
{
    size_t  i;
    double  sum, sq;

    sum = 0;
    sq = 0;

    for (i = 0; i < n; i++) {
        sum += folds_figure(&f[i], figure) / (double) n;
    }

    for (i = 0; i < n; i++) {
        sq += (folds_figure(&f[i], figure) - sum)
              * (folds_figure(&f[i], figure) - sum);
    }

    *mean = sum;
    *deviation = sqrt(sq / (double) (n - 1));
}


void
train_folds_json(maas_writer_t *w, const train_data_t *d,
    const train_fold_t *f, size_t n)
{
    size_t           i;
    double           mean, deviation, loss;
    train_metrics_t  m = { .task = d->task };

    /* without top-3 accuracy: its mean is not kept */
    m.classes = (d->n_labels < TRAIN_TOP_K) ? d->n_labels : TRAIN_TOP_K;
    train_folds_sum(f, n, TRAIN_N_FIGURES, &mean, &deviation);
    loss = 0;

    for (i = 0; i < n; i++) {
        loss += f[i].loss / (double) n;
    }

    train_json_open(w, "folds", '{');
    train_json_number(w, "loss", loss);
    train_json_number(w, "mean", mean);
    train_json_number(w, "deviation", deviation);
    train_json_open(w, "scores", '[');

    for (i = 0; i < n; i++) {
        train_json_number(w, NULL, f[i].score);
    }

    maas_writer_close(w, ']');
    train_json_open(w, "figures", '{');

    for (i = 0; i < TRAIN_N_FIGURES; i++) {
        train_folds_sum(f, n, i, &mean, &deviation);

        if (isfinite(mean)
            && (train_figure_of(&train_figures[i], &m)
                || (m.task == MAAS_TASK_REGRESSION
                    && train_figures[i].numbers)))
        {
            train_json_open(w, train_figures[i].key, '{');
            train_json_number(w, "mean", mean);
            train_json_number(w, "deviation", deviation);
            maas_writer_close(w, '}');
        }
    }

    maas_writer_close(w, '}');
    maas_writer_close(w, '}');
}
