/*
 * tune: the command line of a search over the settings of `fit`.
 * The search itself is in tune_search.c.
 */

#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd.h"
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


/* What each trial reads must be there more than once */

static void
tune_again(const char *path, const char *option)
{
    struct stat  st;

    if (path != NULL
        && (strcmp(path, "-") == 0
            || (stat(path, &st) == 0 && !S_ISREG(st.st_mode)
                && !S_ISDIR(st.st_mode))))
    {
        train_usage("tune", "--%s: \"%.80s\" can be read only once, and each "
                    "trial reads it: expected a file", option, path);
    }
}


/* The options of fit, read as fit would; what was said stays as it is */

static void
tune_fit_options(train_tune_t *t)
{
    int          i;
    char       **argv;
    const char  *lost;

    argv = train_alloc((size_t) t->argc + 3, sizeof(char *));
    argv[0] = "maas-trainer tune";
    argv[1] = "--output=none";

    for (i = 0; i < t->argc; i++) {
        argv[i + 2] = t->argv[i];
    }

    train_options_read(&t->o, t->argc + 2, argv);

    if (t->o.model == TRAIN_MODEL_TREES) {
        train_usage("tune", "--model trees: settings of a network are "
                    "searched: expected no --model, or fit");
    }

    t->fixed_batch = (unsigned) train_options_says_batch(t->argc + 2, argv);
    train_free(argv);

    if (strcmp(t->o.name, "none") == 0) {
        train_free(t->o.name);                  /* the output's, made up */
        t->o.name = NULL;
    }

    if (t->o.report != NULL || t->o.log != NULL
        || t->o.plan.checkpoint != NULL)
    {
        train_usage("tune", "--report, --log and --checkpoint are for one "
                    "training: give them to fit with the best settings");
    }

    if (t->o.teacher != NULL) {
        train_usage("tune", "--teacher: trials may be measured by folds, whose "
                    "rows a teacher may know: search without, and give it to "
                    "fit with the best settings");
    }

    if (train_dp_asked(&t->o)) {
        train_usage("tune", "--dp-%s: each trial would spend the budget again: "
                    "expected fit, with settings that other data were tuned "
                    "with", isnan(t->o.dp_noise) ? "epsilon" : "noise");
    }

    if (t->o.valid == NULL && t->o.validation == 0) {
        train_usage("tune", "--validation 0 leaves nothing to choose by");
    }

    lost = train_options_lost(&t->o);

    if (lost != NULL) {
        train_usage("tune", "--%s: a value with line ends, or a very long one, "
                    "cannot stand in a --config file: expected another", lost);
    }

    tune_again(t->o.data, "data");
    tune_again(t->o.valid, "valid");
    tune_again(t->o.test, "test");
    tune_again(t->o.want.labels, "labels");

    t->fixed_hidden = (t->o.hidden != NULL);
    t->fixed_lr = !isnan(t->o.lr);
    t->fixed_decay = !isnan(t->o.weight_decay);
}


/* Nothing that is read is written over, nothing written twice */

static void
tune_files(const train_tune_t *t)
{
    size_t       i, k;
    const char  *out[] = { t->output, t->state };
    const char  *in[] = { t->o.data, t->o.valid, t->o.test,
                         t->o.want.labels, t->o.config };

    train_save_once(out, train_nelts(out));
    train_save_check(t->output);

    for (i = 0; i < train_nelts(out); i++) {
        for (k = 0; k < train_nelts(in); k++) {
            train_data_apart(out[i], in[k]);
        }
    }
}


static void
tune_free(train_tune_t *t)
{
    size_t  i;

    for (i = 0; i < t->n; i++) {
        train_free(t->trial[i].hidden);
    }

    (void) fclose(t->log);
    train_dict_free(&t->words);
    train_free(t->trial);
    train_free(t->argv);
    train_free(t->folder);
    train_args_free(&tune_args, t);
    train_options_free(&t->o);
}


int
train_cmd_tune(int argc, char **argv)
{
    train_tune_t  t = { 0 };

    tune_options(&t, argc, argv);
    tune_fit_options(&t);
    tune_files(&t);

    if (!train_tune_search(&t)) {
        return TRAIN_EXIT_USAGE;
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
