/*
 * tune: random search with successive halving over the settings of `fit`.
 * Where it looks is in tune_space.c, how trials run in tune_run.c,
 * what is said of them in tune_result.c.
 */

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "cmd.h"
#include "save.h"
#include "util.h"
#include "data/data.h"
#include "fit/options.h"
#include "tune/tune.h"


#define TUNE_TRIALS  27


#define TEXT(f)         TRAIN_TEXT(train_tune_t, f, TRAIN_ARG_PLAIN)
#define COUNT(f, a, b)  TRAIN_COUNT(train_tune_t, f, a, b, TRAIN_ARG_PLAIN)
#define FLAG(f)         TRAIN_FLAG(train_tune_t, f, TRAIN_ARG_PLAIN)

static const train_arg_t  tune_rows[] = {
    { "output", 'o', TEXT(output), "CONFIG", "file to write" },
    { "trials", 0, COUNT(n, 1, 1e5), "N",
      "settings to try (" train_quote(TUNE_TRIALS) ")" },
    { "jobs", 0, COUNT(jobs, 0, 256), "N",
      "trials at a time, 0: one for each core (0)" },
    { "state", 0, TEXT(state), "FILE",
      "where trials are kept (CONFIG.trials)" },
    { "seed", 0, COUNT(seed, 0, 9007199254740992.0), "N",
      "of the search (1)" },
    { "json", 0, FLAG(json), NULL, "the table as JSON" },
    { "quiet", 'q', FLAG(quiet), NULL, "no progress" }
};

static const train_args_t  tune_args = {
    "tune", tune_rows, train_nelts(tune_rows),
    "usage: maas-trainer tune --data D -o CONFIG [OPTION]...\n"
    "Search hidden layers, dropout, learning rate, decay and batch; all "
    "trials get a\nninth of the epochs, the best third of them a third, and "
    "the best of these all.\nWrites the best as a file for fit --config.  "
    "What was tried is kept: the same\ncommand goes on where it was ended.\n",
    "\nAll other options are those of fit (see fit --help); what they say of "
    "hidden\nlayers, rate, decay or batch is not searched.", NULL, 0
};


/* What is for tune itself; the others stay for fit */

static void
tune_options(train_tune_t *t, int argc, char **argv)
{
    t->n = TUNE_TRIALS;
    t->seed = 1;
    t->argv = train_alloc((size_t) argc, sizeof(char *));
    t->argc = train_args_take(&tune_args, t, argc, argv, t->argv);

    if (t->output == NULL) {
        train_usage("tune", "--output is missing");
    }

    if (t->state == NULL) {
        t->state = train_format("%s.trials", t->output);
    }
}


/* The options of fit, read as fit would; what was said stays as it is */

static void
tune_fit_options(train_tune_t *t)
{
    int     i;
    char  **argv;

    argv = train_alloc((size_t) t->argc + 3, sizeof(char *));
    argv[0] = "maas-trainer tune";
    argv[1] = "--output=none";

    for (i = 0; i < t->argc; i++) {
        argv[i + 2] = t->argv[i];

        if (strncmp(t->argv[i], "--batch", 7) == 0
            || strncmp(t->argv[i], "-b", 2) == 0)
        {
            t->fixed_batch = 1;
        }
    }

    train_options_read(&t->o, t->argc + 2, argv);
    train_free(argv);

    if (t->o.report != NULL || t->o.log != NULL || t->o.checkpoint != NULL) {
        train_usage("tune", "--report, --log and --checkpoint are for one "
                    "training: give them to fit with the best settings");
    }

    if (t->o.valid == NULL && t->o.validation == 0) {
        train_usage("tune", "--validation 0 leaves nothing to choose by");
    }

    t->fixed_hidden = (t->o.hidden != NULL);
    t->fixed_lr = !isnan(t->o.lr);
    t->fixed_decay = !isnan(t->o.weight_decay);
    t->fixed_batch |= (t->o.batch != 32);
}


/* What fit would choose for these data is trial 0 and the middle of the
 * search */

static void
tune_look(train_tune_t *t)
{
    size_t        rung, epochs;
    train_want_t  want;
    train_data_t  data;

    train_options_want(&t->o, &want);
    train_data_read(t->o.data, TRAIN_PART_TRAIN, &want, &data);

    t->rows = data.rows;

    if (t->o.valid == NULL) {
        t->rows -= (size_t) ((double) data.rows * t->o.validation);
    }

    train_options_choose(&t->o, &data, t->rows);
    train_data_free(&data);

    epochs = t->o.epochs;

    for (rung = TRAIN_TUNE_RUNGS; rung-- > 0 && epochs > 0; /* void */) {
        t->epochs[rung] = epochs;
        t->rungs++;
        epochs /= TRAIN_TUNE_ETA;
    }
}


/* Best first: what got further, then what lost less */

static int
tune_compare(const void *one, const void *two)
{
    size_t                     rung;
    const train_tune_trial_t  *a = one, *b = two;

    for (rung = TRAIN_TUNE_RUNGS; rung-- > 0; /* void */) {
        if (a->done[rung] != b->done[rung]) {
            return a->done[rung] ? -1 : 1;
        }

        if (a->done[rung] && a->loss[rung] != b->loss[rung]) {
            return a->loss[rung] < b->loss[rung] ? -1 : 1;
        }
    }

    return (a->number > b->number) - (a->number < b->number);
}


typedef struct {
    double  loss;
    size_t  trial;
} tune_rank_t;


static int
tune_rank(const void *one, const void *two)
{
    const tune_rank_t  *a = one, *b = two;

    if (a->loss != b->loss) {
        return a->loss < b->loss ? -1 : 1;
    }

    return (a->trial > b->trial) - (a->trial < b->trial);
}


/* All rungs; returns 0 when interrupted */

static int
tune_search(train_tune_t *t)
{
    size_t        i, n, rung, *list;
    tune_rank_t  *rank;

    n = t->n;
    list = train_alloc(n, sizeof(size_t));
    rank = train_alloc(n, sizeof(tune_rank_t));

    for (i = 0; i < n; i++) {
        list[i] = i;
    }

    for (rung = TRAIN_TUNE_RUNGS - t->rungs; rung < TRAIN_TUNE_RUNGS; rung++) {
        if (!train_tune_run(t, rung, list, n)) {
            break;
        }

        for (i = 0; i < n; i++) {
            rank[i].trial = list[i];
            rank[i].loss = t->trial[list[i]].loss[rung];
        }

        qsort(rank, n, sizeof(tune_rank_t), tune_rank);
        n = (n + TRAIN_TUNE_ETA - 1) / TRAIN_TUNE_ETA;

        for (i = 0; i < n; i++) {
            list[i] = rank[i].trial;
        }
    }

    train_free(list);
    train_free(rank);

    return rung == TRAIN_TUNE_RUNGS;
}


/* A folder beside the output, for models that nobody keeps */

static void
tune_folder(train_tune_t *t)
{
    t->folder = train_format("%s.tmpXXXXXX", t->output);

    if (mkdtemp(t->folder) == NULL) {
        train_die("%s: a folder cannot be made: %s", t->folder,
                  strerror(errno));
    }
}


static void
tune_folder_remove(const train_tune_t *t)
{
    DIR            *d;
    char           *path;
    struct dirent  *e;

    d = opendir(t->folder);

    while (d != NULL && (e = readdir(d)) != NULL) {
        path = train_format("%s/%s", t->folder, e->d_name);
        (void) unlink(path);
        train_free(path);
    }

    if (d != NULL) {
        (void) closedir(d);
    }

    (void) rmdir(t->folder);
}


static void
tune_free(train_tune_t *t)
{
    size_t  i;

    for (i = 0; i < t->n; i++) {
        train_free(t->trial[i].hidden);
    }

    (void) fclose(t->log);
    train_free(t->trial);
    train_free(t->argv);
    train_free(t->folder);
    train_args_free(&tune_args, t);
    train_options_free(&t->o);
}


int
train_cmd_tune(int argc, char **argv)
{
    int           whole;
    long          cores;
    size_t        k;
    train_tune_t  t = { 0 };

    tune_options(&t, argc, argv);
    tune_fit_options(&t);
    train_save_check(t.output);
    train_save_apart(t.output, t.o.data);
    train_save_apart(t.output, t.o.valid);
    train_save_apart(t.state, t.o.data);
    train_save_apart(t.state, t.o.valid);
    tune_look(&t);

    if (t.jobs == 0) {
        cores = sysconf(_SC_NPROCESSORS_ONLN);
        t.jobs = (cores > 0 && cores < 256) ? (size_t) cores : 1;
    }

    t.trial = train_alloc(t.n, sizeof(train_tune_trial_t));

    for (k = 0; k < t.n; k++) {
        train_tune_draw(&t, k);
    }

    train_tune_state_open(&t);
    tune_folder(&t);
    whole = tune_search(&t);
    tune_folder_remove(&t);

    if (t.usage) {
        return TRAIN_EXIT_USAGE;
    }

    if (!whole) {
        train_die("interrupted: %s has the trials so far, the same command "
                  "goes on", t.state);
    }

    qsort(t.trial, t.n, sizeof(train_tune_trial_t), tune_compare);

    if (!isfinite(train_tune_loss(&t.trial[0]))) {
        train_die("no trial came to an end: fit with the same options says "
                  "why");
    }

    train_tune_write(&t);

    if (t.json) {
        train_tune_json(&t);
    } else {
        train_tune_table(&t);
    }

    tune_free(&t);

    return TRAIN_EXIT_OK;
}
