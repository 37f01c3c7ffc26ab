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

#include "cmd.h"
#include "util.h"
#include "data/data.h"
#include "export/model.h"
#include "fit/options.h"
#include "tune/tune.h"


#define TUNE_TRIALS  27


static void
tune_help(void)
{
    (void) printf(
        "usage: maas-trainer tune --data D -o CONFIG [OPTION]...\n"
        "Search hidden layers, dropout, learning rate, decay and batch; all "
        "trials get a\nninth of the epochs, the best third of them a third, "
        "and the best of these all.\nWrites the best as a file for fit "
        "--config.  What was tried is kept: the same\ncommand goes on where "
        "it was ended.\n\n"
        "  -o, --output=CONFIG      file to write\n"
        "      --trials=N           settings to try (%d)\n"
        "      --jobs=N             trials at a time, 0: one for each core "
        "(0)\n"
        "      --state=FILE         where trials are kept (CONFIG.trials)\n"
        "      --seed=N             of the search (1)\n"
        "      --json               the table as JSON\n"
        "  -q, --quiet              no progress\n\n"
        "All other options are those of fit (see fit --help); what they say "
        "of hidden\nlayers, rate, decay or batch is not searched.\n",
        TUNE_TRIALS);
    exit(TRAIN_EXIT_OK);
}


static size_t
tune_count(const char *name, const char *value, double min, double max)
{
    double  v;

    if (value == NULL || !train_number(value, &v) || v < min || v > max
        || v != floor(v))
    {
        train_usage("tune", "%s: \"%.40s\": expected a whole number from "
                    "%.16g to %.16g", name, value != NULL ? value : "", min,
                    max);
    }

    return (size_t) v;
}


/* "--name", "--name=value" or "--name value": returns the value and moves *i
 * over it; NULL if the argument is another */

static const char *
tune_own(int argc, char **argv, int *i, const char *name)
{
    size_t       n;
    const char  *arg;

    arg = argv[*i];
    n = strlen(name);

    if (strncmp(arg, name, n) != 0) {
        return NULL;
    }

    if (arg[n] == '=' && arg[1] == '-') {
        return arg + n + 1;
    }

    if (arg[n] != '\0') {
        return NULL;
    }

    if (*i + 1 == argc) {
        train_usage("tune", "%s: nothing follows", name);
    }

    return argv[++*i];
}


/* What is for tune itself; the others stay for fit */

static int
tune_options(tune_t *t, int argc, char **argv)
{
    int          i, json;
    const char  *v;

    t->n = TUNE_TRIALS;
    t->seed = 1;
    t->argv = train_alloc((size_t) argc, sizeof(char *));
    json = 0;

    for (i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            tune_help();

        } else if (strcmp(argv[i], "--json") == 0) {
            json = 1;

        } else if (strcmp(argv[i], "--quiet") == 0
                   || strcmp(argv[i], "-q") == 0)
        {
            t->quiet = 1;

        } else if ((v = tune_own(argc, argv, &i, "--output")) != NULL
                   || (v = tune_own(argc, argv, &i, "-o")) != NULL)
        {
            t->output = v;

        } else if ((v = tune_own(argc, argv, &i, "--trials")) != NULL) {
            t->n = tune_count("--trials", v, 1, 1e5);

        } else if ((v = tune_own(argc, argv, &i, "--jobs")) != NULL) {
            t->jobs = tune_count("--jobs", v, 0, 256);

        } else if ((v = tune_own(argc, argv, &i, "--seed")) != NULL) {
            t->seed = tune_count("--seed", v, 0, 9007199254740992.0);

        } else if ((v = tune_own(argc, argv, &i, "--state")) != NULL) {
            train_free(t->state);
            t->state = train_strdup(v);

        } else {
            t->argv[t->argc++] = argv[i];
        }
    }

    if (t->output == NULL) {
        train_usage("tune", "--output is missing");
    }

    if (t->state == NULL) {
        t->state = train_format("%s.trials", t->output);
    }

    return json;
}


/* The options of fit, read as fit would; what was said stays as it is */

static void
tune_fit_options(tune_t *t)
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
tune_look(tune_t *t)
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

    for (rung = TUNE_RUNGS; rung-- > 0 && epochs > 0; epochs /= TUNE_ETA) {
        t->epochs[rung] = epochs;
        t->rungs++;
    }
}


/* Best first: what got further, then what lost less */

static int
tune_compare(const void *one, const void *two)
{
    size_t               rung;
    const tune_trial_t  *a = one, *b = two;

    for (rung = TUNE_RUNGS; rung-- > 0; /* void */) {
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
tune_search(tune_t *t)
{
    size_t        i, n, rung, *list;
    tune_rank_t  *rank;

    n = t->n;
    list = train_alloc(n, sizeof(size_t));
    rank = train_alloc(n, sizeof(tune_rank_t));

    for (i = 0; i < n; i++) {
        list[i] = i;
    }

    for (rung = TUNE_RUNGS - t->rungs; rung < TUNE_RUNGS; rung++) {
        if (!tune_run(t, rung, list, n)) {
            break;
        }

        for (i = 0; i < n; i++) {
            rank[i].trial = list[i];
            rank[i].loss = t->trial[list[i]].loss[rung];
        }

        qsort(rank, n, sizeof(tune_rank_t), tune_rank);
        n = (n + TUNE_ETA - 1) / TUNE_ETA;

        for (i = 0; i < n; i++) {
            list[i] = rank[i].trial;
        }
    }

    train_free(list);
    train_free(rank);

    return rung == TUNE_RUNGS;
}


/* A folder beside the output, for models that nobody keeps */

static void
tune_folder(tune_t *t)
{
    t->folder = train_format("%s.tmpXXXXXX", t->output);

    if (mkdtemp(t->folder) == NULL) {
        train_die("%s: a folder cannot be made: %s", t->folder,
                  strerror(errno));
    }
}


static void
tune_folder_remove(const tune_t *t)
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
tune_free(tune_t *t)
{
    size_t  i;

    for (i = 0; i < t->n; i++) {
        train_free(t->trial[i].hidden);
    }

    (void) fclose(t->log);
    train_free(t->trial);
    train_free(t->argv);
    train_free(t->folder);
    train_free(t->state);
    train_options_free(&t->o);
}


int
cmd_tune(int argc, char **argv)
{
    int     json, whole;
    long    cores;
    size_t  k;
    tune_t  t = { 0 };

    json = tune_options(&t, argc, argv);
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

    t.trial = train_alloc(t.n, sizeof(tune_trial_t));

    for (k = 0; k < t.n; k++) {
        tune_draw(&t, k);
    }

    tune_state_open(&t);
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

    qsort(t.trial, t.n, sizeof(tune_trial_t), tune_compare);

    if (!isfinite(tune_loss(&t.trial[0]))) {
        train_die("no trial came to an end: fit with the same options says "
                  "why");
    }

    tune_write(&t);

    if (json) {
        tune_json(&t);
    } else {
        tune_table(&t);
    }

    tune_free(&t);

    return TRAIN_EXIT_OK;
}
