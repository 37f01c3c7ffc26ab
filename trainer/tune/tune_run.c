/*
 * Trials run side by side: each is this program's own `fit` on one core, in a
 * process of its own.
 */

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tune.h"


#define RUN_MAX_JOBS  256


typedef struct {
    pid_t     pid;              /* 0: free */
    size_t    trial;
    FILE     *out, *err;
    double    begin;
} run_job_t;

typedef struct {
    train_tune_t  *t;
    size_t         rung;
    run_job_t      job[RUN_MAX_JOBS];
    size_t         running;
    size_t         finished;
    size_t         n;
    double         best;
    size_t         best_trial;
    unsigned       tty;
} run_t;


static volatile sig_atomic_t  run_interrupted;


static void
run_on_interrupt(int signo)
{
    (void) signo;
    run_interrupted = 1;
}


static char *
run_model(const run_t *r, size_t trial)
{
    return train_format("%s/%zu", r->t->folder, trial);
}


/* In the process of a trial: fit, with what it prints in the job's file */

static void __attribute__((noreturn))
run_fit(const run_t *r, const run_job_t *job)
{
    int     i, argc;
    char  **argv;

    (void) signal(SIGINT, SIG_IGN);             /* the parent sees to it */
    (void) setpgid(0, 0);                       /* its folds end with it */

    argv = train_alloc((size_t) r->t->argc + 24, sizeof(char *));
    argc = 0;
    argv[argc++] = train_strdup("maas-trainer");
    argv[argc++] = train_strdup("fit");

    for (i = 0; i < r->t->argc; i++) {
        argv[argc++] = r->t->argv[i];
    }

    argc += (int) train_tune_arguments(r->t, &r->t->trial[job->trial], r->rung,
                                       argv + argc);
    argv[argc++] = train_format("--output=%s", run_model(r, job->trial));
    argv[argc++] = train_strdup("--threads=1");
    argv[argc++] = train_strdup("--json");
    argv[argc++] = train_strdup("--quiet");

    (void) dup2(fileno(job->out), STDOUT_FILENO);
    (void) dup2(fileno(job->err), STDERR_FILENO);
    (void) execv("/proc/self/exe", argv);
    _exit(TRAIN_EXIT_FAILED);
}


static void
run_start(run_t *r, size_t k)
{
    run_job_t  *job;

    for (job = r->job; job->pid != 0; job++) {
        /* void */
    }

    job->out = tmpfile();
    job->err = tmpfile();

    if (job->out == NULL || job->err == NULL) {
        train_die("a temporary file cannot be made: %s", strerror(errno));
    }

    job->trial = k;
    job->begin = train_now();
    job->pid = fork();

    if (job->pid < 0) {
        train_die("a process cannot be made: %s", strerror(errno));
    }

    if (job->pid == 0) {
        run_fit(r, job);
    }

    (void) setpgid(job->pid, job->pid);         /* whoever is first */

    r->running++;
}


/* All that a trial wrote there, to be freed */

static char *
run_text(FILE *f)
{
    char    *text;
    size_t   n, room;

    text = NULL;
    room = 0;
    n = 0;
    rewind(f);

    do {
        train_room(&text, &room, n + BUFSIZ, 1);
        n += fread(text + n, 1, room - n - 1, f);
    } while (!feof(f) && !ferror(f));

    text[n] = '\0';

    return text;
}


/* What trials say on stderr is the same of all of them, but for failures */

static void
run_said(run_t *r, const run_job_t *job, int failed)
{
    char          *text;
    size_t         n;
    train_tune_t  *t;

    t = r->t;
    text = run_text(job->err);
    n = t->words.n;

    if (text[0] != '\0' && (!t->said || failed)
        && train_dict_add(&t->words, text) == n)
    {
        (void) fprintf(stderr, "%s%s", r->tty ? "\r\033[K" : "", text);
    }

    t->said = 1;
    train_free(text);
}


static double
run_number(const cJSON *o, const char *name, double none)
{
    const cJSON  *v;

    v = cJSON_GetObjectItemCaseSensitive(o, name);

    return cJSON_IsNumber(v) ? v->valuedouble : none;
}


/* What the trial printed.  Returns 0 if it was interrupted: no result then. */

static int
run_result(run_job_t *job, train_tune_trial_t *trial, size_t rung)
{
    int           whole;
    char         *text;
    cJSON        *o;
    const cJSON  *folds;

    text = run_text(job->out);
    o = cJSON_Parse(text);

    folds = cJSON_GetObjectItemCaseSensitive(o, "folds");

    if (folds != NULL) {
        trial->loss[rung] = run_number(folds, "loss", INFINITY);
        trial->score[rung] = run_number(folds, "mean", NAN);
        trial->deviation[rung] = run_number(folds, "deviation", NAN);

    } else {
        trial->loss[rung] = run_number(o, "validation_loss", INFINITY);
        trial->score[rung] = run_number(o, "validation_score", NAN);
    }

    whole = !cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, "interrupted"));

    cJSON_Delete(o);
    train_free(text);

    return whole;
}


static void
run_note(run_t *r, const train_tune_trial_t *trial)
{
    r->finished++;

    if (trial->loss[r->rung] < r->best) {
        r->best = trial->loss[r->rung];
        r->best_trial = trial->number;
    }

    if (!r->tty) {
        return;
    }

    (void) fprintf(stderr, "\r%zu epochs: %zu of %zu trials",
                   r->t->epochs[r->rung], r->finished, r->n);

    if (isfinite(r->best)) {
        (void) fprintf(stderr, "  best loss %.4g (trial %zu)", r->best,
                       r->best_trial);
    }

    (void) fputs("\033[K", stderr);
    (void) fflush(stderr);
}


static void
run_wait(run_t *r)
{
    int                  status;
    char                *model;
    pid_t                pid;
    run_job_t           *job;
    train_tune_trial_t  *trial;

    pid = waitpid(-1, &status, 0);

    if (pid < 0) {
        if (errno == EINTR) {
            return;
        }

        train_die("waiting for a trial: %s", strerror(errno));
    }

    for (job = r->job; job->pid != pid; job++) {
        /* void */
    }

    trial = &r->t->trial[job->trial];
    model = run_model(r, job->trial);
    (void) unlink(model);
    train_free(model);

    /* wrong usage is wrong for all of them; it has said why */

    if (WIFEXITED(status) && WEXITSTATUS(status) == TRAIN_EXIT_USAGE) {
        r->t->usage = 1;
        run_interrupted = 1;
    }

    if (WIFEXITED(status)) {
        run_said(r, job, status != 0);
    }

    if (WIFEXITED(status) && !run_interrupted
        && run_result(job, trial, r->rung))
    {
        trial->done[r->rung] = 1;
        train_tune_state_add(r->t, trial, r->rung, train_now() - job->begin);
        run_note(r, trial);
    }

    (void) fclose(job->out);
    (void) fclose(job->err);
    *job = (run_job_t) { 0 };
    r->running--;
    r->t->ran++;
}


static void
run_stop(run_t *r)
{
    size_t  i;

    for (i = 0; i < RUN_MAX_JOBS; i++) {
        if (r->job[i].pid > 0) {
            (void) kill(-r->job[i].pid, SIGTERM);
        }
    }
}


int
train_tune_run(train_tune_t *t, size_t rung, const train_rank_t *list,
    size_t n)
{
    size_t            i;
    run_t            *r;
    struct sigaction  sa = { 0 }, old;

    r = train_alloc(1, sizeof(run_t));
    *r = (run_t) {
        .t = t, .rung = rung, .n = n, .best = INFINITY,
        .tty = !t->quiet && isatty(STDERR_FILENO) == 1
    };

    run_interrupted = 0;
    sa.sa_handler = run_on_interrupt;
    (void) sigemptyset(&sa.sa_mask);
    (void) sigaction(SIGINT, &sa, &old);

    for (i = 0; i < n && !run_interrupted; i++) {
        if (t->trial[list[i].at].done[rung]) {
            run_note(r, &t->trial[list[i].at]);
            continue;
        }

        while (r->running >= t->jobs && !run_interrupted) {
            run_wait(r);
        }

        if (!run_interrupted) {
            run_start(r, list[i].at);
        }
    }

    while (r->running > 0) {
        if (run_interrupted) {
            run_stop(r);
        }

        run_wait(r);
    }

    (void) sigaction(SIGINT, &old, NULL);

    if (r->tty) {
        (void) fputs("\r\033[K", stderr);
    }

    train_free(r);

    return !run_interrupted;
}
