/*
 * A recipe learns a part of the rows, in a thread of its own where there are
 * others to be done.
 * Not here: which jobs there are (first.c, rest.c).
 */

#include <math.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "portfolio.h"


#define JOBS_SAMPLE  11             /* stream of random numbers */
#define JOBS_ALONE   4e7            /* numbers of all rows: one job at once,
                                       for each may need as much memory */

typedef struct {
    train_portfolio_t  *p;
    train_job_t        *job;
    size_t              n;
    size_t              threads;    /* of each */
    unsigned            line;       /* progress is shown */
    atomic_size_t       next;
    atomic_ullong       work;       /* that is done, for progress */
} jobs_t;


/* Another seed for each part, the same for all recipes but for their name */

static uint64_t
jobs_seed(const train_portfolio_t *p, size_t part)
{
    return p->lesson.seed * 1000003 + part;
}


void
train_jobs_lesson(const train_portfolio_t *p, size_t part, train_lesson_t *l)
{
    const train_part_rows_t  *rows;

    rows = &p->parts.part[part];
    *l = p->lesson;
    l->row = rows->learn;
    l->n = rows->n_learn;
    l->valid = rows->judge;
    l->n_valid = rows->n_judge;
    l->seed = jobs_seed(p, part);
    l->stops = (p->parts.first > 1);
}


/* Some of the rows, shuffled: each class or time as often as it is */

static uint32_t *
jobs_sample(const train_portfolio_t *p, const train_part_rows_t *part,
    size_t n)
{
    uint32_t     *row;
    train_rng_t   rng;

    (void) n;
    row = train_alloc(part->n_learn, sizeof(uint32_t));
    (void) memcpy(row, part->learn, part->n_learn * sizeof(uint32_t));
    train_rng_init(&rng, p->lesson.seed, JOBS_SAMPLE);
    train_rng_shuffle(&rng, row, part->n_learn);

    return row;
}


static void
jobs_one(jobs_t *jobs, train_job_t *job)
{
    int                        failed;
    uint32_t                  *row;
    train_tried_t             *t;
    train_lesson_t             l;
    train_learnt_t            *to;
    const train_part_rows_t   *part;

    t = job->tried;
    part = &jobs->p->parts.part[job->part];
    to = &t->member[job->part];
    train_jobs_lesson(jobs->p, job->part, &l);
    l.threads = jobs->threads;
    l.most = job->most;
    row = NULL;

    if (job->sample > 0 && job->sample < l.n) {
        row = jobs_sample(jobs->p, part, job->sample);
        l.row = row;
        l.n = job->sample;
    }

    failed = t->recipe->family->learn(t->recipe, &l, to, job->said);
    train_free(row);

    if (failed) {
        (void) memset(to, 0, sizeof(train_learnt_t));
        job->failed = 1;
        return;
    }

    (void) atomic_fetch_add(&jobs->work, (unsigned long long) to->work);
}


static void
jobs_show(jobs_t *jobs, size_t i)
{
    double  share;

    if (jobs->line) {
        share = ((double) jobs->work + jobs->p->work) / jobs->p->budget;
        (void) fprintf(stderr, "\rtrying %zu of %zu: %-26.26s %3.0f %% of the "
                       "work", i + 1, jobs->n,
                       jobs->job[i].tried->recipe->name, fmin(share, 1) * 100);
        (void) fflush(stderr);
    }
}


static void
jobs_member(void *ctx, size_t id)
{
    size_t    i;
    unsigned  before;
    jobs_t   *jobs;

    jobs = ctx;
    before = train_flush_denormals();

    for ( ;; ) {
        i = atomic_fetch_add(&jobs->next, 1);

        if (i >= jobs->n) {
            break;
        }

        if (jobs->p->stop != NULL && *jobs->p->stop) {
            jobs->job[i].skipped = 1;
            continue;
        }

        if (id == 0) {
            jobs_show(jobs, i);
        }

        jobs_one(jobs, &jobs->job[i]);
    }

    train_restore_denormals(before);
}


/* What came of them, in their order */

static void
jobs_take(train_portfolio_t *p, train_job_t *job)
{
    train_tried_t            *t;
    const train_learnt_t     *m;
    const train_part_rows_t  *part;

    t = job->tried;
    part = &p->parts.part[job->part];
    m = &t->member[job->part];

    if (job->skipped) {
        p->interrupted = 1;
        return;
    }

    if (job->failed) {
        t->why = "it failed";
        t->failed = 1;
        (void) memcpy(t->said, job->said, TRAIN_WHY);
        return;
    }

    t->work += m->work;
    p->work += m->work;
    t->parts++;
    t->looked = (t->parts > t->looked) ? t->parts : t->looked;
    (void) memcpy(t->scores + part->at * p->lesson.out, m->scores,
                  part->n_judge * p->lesson.out * sizeof(float));
}


void
train_jobs_run(train_portfolio_t *p, train_job_t *job, size_t n)
{
    size_t         i, at_once;
    jobs_t         jobs = { .p = p, .job = job, .n = n };
    train_team_t  *team;

    if (n == 0) {
        return;
    }

    team = train_team_create(p->lesson.threads);
    at_once = train_team_size(team);
    jobs.line = p->progress == TRAIN_PROGRESS_LINES
                || (p->progress == TRAIN_PROGRESS_AUTO
                    && isatty(STDERR_FILENO));

    if ((double) p->lesson.data->rows * (double) p->lesson.data->in
        > JOBS_ALONE || n == 1)
    {
        train_team_free(team);
        team = train_team_create(1);
        jobs.threads = at_once;

    } else {
        jobs.threads = 1;
    }

    train_team_run(team, jobs_member, &jobs);
    train_team_free(team);

    if (jobs.line) {
        (void) fprintf(stderr, "\r%-70s\r", "");
    }

    for (i = 0; i < n; i++) {
        jobs_take(p, &job[i]);
    }
}


void
train_tried_forget(const train_portfolio_t *p, train_tried_t *t)
{
    size_t  i;

    for (i = 0; i < p->parts.n; i++) {
        if (t->member[i].arena != NULL) {
            train_learnt_free(&t->member[i]);
            (void) memset(&t->member[i], 0, sizeof(train_learnt_t));
        }
    }

    t->parts = 0;
}
