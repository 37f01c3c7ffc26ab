/*
 * Models trained as the one that is audited, but each on half of its rows: what
 * they say of a row that they have not seen is what it looks like to a
 * stranger.
 * Not here: what that tells (cmd_audit.c).
 */

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit.h"
#include "fit.h"


#define SHADOWS_STREAM  41          /* which half a row is in */


typedef struct {
    train_audit_t  *a;
    train_fit_t     f;
    FILE           *file;           /* scores (shadows,rows + others) */
} shadows_t;


/* The settings of the file, and the rows that it was split into */

static void
shadows_begin(train_fit_t *f, const train_audit_t *a, const char *train)
{
    (void) memset(f, 0, sizeof(train_fit_t));
    train_options_recorded(&f->o, a->info);
    f->o.data = train_strdup(train);
    f->o.json = 1;                  /* nothing is printed */
    f->o.quiet = 1;
    train_data_read(train, TRAIN_PART_TRAIN, &f->o.want, &f->data);
}


void
train_audit_members(train_audit_t *a, const train_data_t *d)
{
    size_t       i;
    train_fit_t  f;

    a->rows = d->rows;
    a->members = d->rows;
    a->member = train_alloc(d->rows, sizeof(uint32_t));

    for (i = 0; i < d->rows; i++) {
        a->member[i] = (uint32_t) i;
    }

    /* of a portfolio in folds each row is learnt by some member */

    if (!train_options_has_record(a->info)
        || train_options_portfolio(a->info) > 1)
    {
        return;
    }

    shadows_begin(&f, a, a->train);

    if (f.data.rows == d->rows) {
        a->members = train_split_rows(&f.data, f.o.validation, f.o.plan.seed,
                                      a->member);
    }

    train_data_free(&f.data);
    train_options_free(&f.o);
}


static int
shadows_in(size_t shadow, size_t row)
{
    return (int) (train_rng_at(train_rng_at(SHADOWS_STREAM, shadow), row) & 1);
}


/* In a process of its own: a model of half of the members */

static void
shadows_job(void *ctx, size_t k, train_fold_t *out)
{
    float         *y, *score;
    size_t         i, n, size;
    shadows_t     *s;
    train_fit_t   *f;
    maas_model_t  *m;

    s = ctx;
    f = &s->f;
    f->row = train_alloc(s->a->members, sizeof(uint32_t));
    f->valid_row = train_alloc(s->a->members, sizeof(uint32_t));
    n = 0;

    for (i = 0; i < s->a->members; i++) {
        if (shadows_in(k, i)) {
            f->row[n++] = s->a->member[i];
        }
    }

    f->n_valid = (size_t) (f->o.validation * (double) n);
    f->n_train = n - f->n_valid;

    for (i = 0; i < f->n_valid; i++) {
        f->valid_row[i] = f->row[f->n_train + i];
    }

    if (f->n_train < 2) {
        train_die("audit: too few rows for half of them to be trained on");
    }

    f->o.plan.threads = 1;
    f->o.plan.seed = k + 1;
    train_fit_prepare(f);
    train_fit_train(f);
    m = train_fit_model(f);

    size = s->a->rows + s->a->others;
    score = train_alloc(size, sizeof(float));
    y = train_model_run(m, &f->data, NULL, 0);
    train_audit_scores(&f->data, y, score);
    train_free(y);
    y = train_model_run(m, &f->test, NULL, 0);
    train_audit_scores(&f->test, y, score + s->a->rows);
    train_free(y);

    size *= sizeof(float);

    if (pwrite(fileno(s->file), score, size, (off_t) (k * size))
        != (ssize_t) size)
    {
        train_die("audit: a temporary file cannot be written: %s",
                  strerror(errno));
    }

    out->score = 1;
}


/* Mean over the shadows that a row was not given to; of a row that was held
 * out, over those that it would not have been given to */

static void
shadows_mean(shadows_t *s)
{
    float    *score;
    double   *sum;
    size_t    i, k, n, row, *count;
    train_audit_t  *a;

    a = s->a;
    n = a->members + a->others;
    sum = train_alloc(n, sizeof(double));
    count = train_alloc(n, sizeof(size_t));
    score = train_alloc(a->rows + a->others, sizeof(float));
    rewind(s->file);

    for (k = 0; k < a->shadows; k++) {
        if (fread(score, sizeof(float), a->rows + a->others, s->file)
            != a->rows + a->others)
        {
            train_die("audit: a temporary file cannot be read");
        }

        for (i = 0; i < n; i++) {
            row = (i < a->members) ? a->member[i] : a->rows + i - a->members;

            if (!shadows_in(k, i)) {
                sum[i] += (double) score[row];
                count[i]++;
            }
        }
    }

    a->out = train_alloc(n, sizeof(float));

    for (i = 0; i < n; i++) {
        a->out[i] = (count[i] > 0) ? (float) (sum[i] / (double) count[i])
                                   : NAN;
    }

    train_free(sum);
    train_free(count);
    train_free(score);
}


void
train_audit_shadows(train_audit_t *a)
{
    int            done;
    size_t         at_once;
    shadows_t      s = { .a = a };
    train_fold_t  *folds;
    train_team_t  *team;

    if (!train_options_has_record(a->info)) {
        train_die("--shadows: the file has no record of its training: "
                  "expected a file of fit, or no --shadows");
    }

    if (train_options_portfolio(a->info) > 0) {
        train_die("--shadows: the file has many models, which were chosen by "
                  "the rows, and a shadow is one network: expected a file of "
                  "fit --effort quick, or no --shadows");
    }

    shadows_begin(&s.f, a, a->train);
    train_fit_read_more(&s.f, a->held_out, TRAIN_PART_TEST, &s.f.test);

    if (s.f.data.rows != a->rows || s.f.test.rows != a->others) {
        train_die("--shadows: the rows that can be read differ between the "
                  "model and a training: expected files without faulty rows");
    }

    s.file = tmpfile();

    if (s.file == NULL) {
        train_die("a temporary file cannot be made: %s", strerror(errno));
    }

    team = train_team_create(0);
    at_once = train_team_size(team);
    train_team_free(team);
    folds = train_alloc(a->shadows, sizeof(train_fold_t));
    done = train_folds_run(a->shadows, at_once, shadows_job, &s, folds);
    train_free(folds);

    if (!done) {
        train_die("--shadows: a training failed");
    }

    shadows_mean(&s);
    (void) fclose(s.file);
    train_data_free(&s.f.data);
    train_data_free(&s.f.test);
    train_options_free(&s.f.o);
}
