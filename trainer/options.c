/*
 * The settings of `fit`: one table for the command line, for --config files,
 * for --help and for the record in the model file.
 */

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "trainer.h"


#define OPTIONS_MAX_LINE  4096

typedef enum {
    OPT_TEXT,
    OPT_COUNT,                  /* size_t from min to max */
    OPT_NUMBER,                 /* double from min to max; NAN: by itself */
    OPT_CHOICE,                 /* int: place in choices */
    OPT_FLAG
} option_kind_t;

typedef struct {
    const char         *name;
    int                 letter;
    option_kind_t       kind;
    unsigned            record;     /* changes the weights */
    size_t              at;
    double              min, max;
    const char *const  *choices;
    size_t              n_choices;
    const char         *arg;
    const char         *help;
} option_t;

static const char *const  options_task[] = {
    "auto", "classification", "binary", "regression"
};
static const char *const  options_header[] = { "auto", "yes", "no" };
static const char *const  options_calibration[] = { "temperature", "none" };
static const char *const  options_target_scaling[] = { "standard", "none" };
static const char *const  options_error[] = { "stop", "skip" };
static const char *const  options_progress[] = { "auto", "none", "lines" };
static const char *const  options_init[] = { "auto", "he", "glorot" };

#define AT(field)        offsetof(train_options_t, field)
#define TEXT(f, r)       OPT_TEXT, r, AT(f), 0, 0, NULL, 0
#define COUNT(f, a, b)   OPT_COUNT, 1, AT(f), a, b, NULL, 0
#define NUMBER(f, a, b)  OPT_NUMBER, 1, AT(f), a, b, NULL, 0
#define CHOICE(f, c)     OPT_CHOICE, 1, AT(f), 0, 0, c, train_nelts(c)
#define LOOK(f, c)       OPT_CHOICE, 0, AT(f), 0, 0, c, train_nelts(c)
#define FLAG(f)          OPT_FLAG, 0, AT(f), 0, 0, NULL, 0

static const option_t  options_table[] = {
    { "data", 'd', TEXT(data, 0), "D",
      "CSV or JSON lines (plain, .gz, - for standard input), .npy or "
      "ROWS.npy,TARGETS.npy, folder with the MNIST names, IDX pair "
      "IMAGES,LABELS" },
    { "output", 'o', TEXT(output, 0), "FILE",
      "model file to write" },
    { "valid", 0, TEXT(valid, 0), "D",
      "validation data instead of a part of --data" },
    { "test", 0, TEXT(test, 0), "D",
      "measured once at the end; a folder's own test part without it" },
    { "target", 't', TEXT(target, 0), "COL",
      "column to predict: name, or number from 1 (last column)" },
    { "columns", 0, TEXT(columns, 1), "LIST",
      "COL=KIND,...: number, boolean, category, text, ignore, id or weight "
      "(by looking)" },
    { "ignore", 0, TEXT(ignore, 1), "LIST",
      "COL,...: columns that are not used" },
    { "id", 0, TEXT(id, 1), "COL",
      "column that only names the rows" },
    { "weight", 0, TEXT(weight, 1), "COL",
      "column that says how much a row counts" },
    { "one-hot", 0, COUNT(one_hot, 0, 65536), "N",
      "values of a category with a number each, more are hashed (64)" },
    { "hash", 0, COUNT(hash, 0, 65536), "N",
      "numbers of a hashed column (256, or 512 for a text)" },
    { "class-weight", 0, TEXT(class_weight, 1), "W",
      "balanced, or CLASS:X,...: how much rows of a class count" },
    { "cost", 0, TEXT(cost, 1), "X:Y",
      "what a false alarm and a miss cost: sets the threshold" },
    { "false-alarms", 0, NUMBER(false_alarms, 0, 1), "X",
      "share of them that is allowed: sets the threshold" },
    { "on-error", 0, CHOICE(on_error, options_error), NULL,
      "at a row that cannot be read (stop)" },
    { "header", 0, CHOICE(header, options_header), NULL,
      "does a CSV file begin with names?" },
    { "task", 0, CHOICE(task, options_task), NULL,
      "what the target means (auto: by looking at it)" },
    { "name", 0, TEXT(name, 0), "NAME",
      "name of the model (from the output file)" },
    { "scaling", 0, CHOICE(scaling, train_scaling_names), NULL,
      "numbers on their way in (auto: minmax for images, else standard, or "
      "quantile for a column with far ends)" },
    { "target-scaling", 0, CHOICE(target_scaling, options_target_scaling),
      NULL, "of numbers to predict, undone in the last layer (standard)" },
    { "hidden", 0, TEXT(hidden, 1), "SPEC",
      "hidden layers, or none, as in 64:relu:bn:drop=0.2,64:gelu:ln:res "
      "(by the data)" },
    { "init", 0, CHOICE(init, options_init), NULL,
      "first weights (auto: he before relu and its kin)" },
    { "loss", 0, CHOICE(loss, train_loss_names), NULL,
      "what is minimised (auto: by the task)" },
    { "optimizer", 0, CHOICE(optimizer, train_optim_names), NULL,
      "how (adam)" },
    { "lr", 0, NUMBER(lr, 0, 1e6), "X",
      "learning rate (0.001, adam on tables 0.002, sgd and its kin 0.01)" },
    { "schedule", 0, CHOICE(schedule, train_sched_names), NULL,
      "learning rate over the epochs (cosine)" },
    { "warmup", 0, NUMBER(warmup, 0, 1e6), "X",
      "epochs in which the rate rises from nothing (0)" },
    { "lr-final", 0, NUMBER(lr_final, 0, 1), "X",
      "share of the rate at the end of linear and cosine (0)" },
    { "step-every", 0, COUNT(step_every, 0, 1e6), "N",
      "epochs a step of schedule step; 0: a third of all (0)" },
    { "step-factor", 0, NUMBER(step_factor, 0, 1), "X",
      "what a step or a plateau multiplies the rate by (0.1)" },
    { "plateau", 0, COUNT(plateau, 1, 1e6), "N",
      "epochs without progress that lower the rate of plateau (5)" },
    { "epochs", 'e', COUNT(epochs, 1, 1e6), "N",
      "passes over the data at most (50, up to 200 for few rows)" },
    { "batch", 'b', COUNT(batch, 1, 65536), "N",
      "rows a step (32)" },
    { "validation", 0, NUMBER(validation, 0, 0.9), "X",
      "share of the rows kept for validation (0.1)" },
    { "folds", 0, OPT_COUNT, 0, AT(folds), 0, 1000, NULL, 0, "K",
      "cross-validation: first train K times on all rows but a K-th, measured with that K-th" },
    { "patience", 0, COUNT(patience, 0, 1e6), "N",
      "stop after so many epochs without progress, 0: never (10, or a fifth "
      "of --epochs)" },
    { "momentum", 0, NUMBER(momentum, 0, 1), "X",
      "of momentum and nesterov (0.9)" },
    { "rho", 0, NUMBER(rho, 0, 1), "X",
      "of rmsprop (0.9)" },
    { "beta1", 0, NUMBER(beta1, 0, 0.999999), "X",
      "of adam and adamw (0.9)" },
    { "beta2", 0, NUMBER(beta2, 0, 0.999999), "X",
      "of adam and adamw (0.999)" },
    { "epsilon", 0, NUMBER(epsilon, 1e-12, 1), "X",
      "of rmsprop, adam and adamw (1e-7)" },
    { "weight-decay", 0, NUMBER(weight_decay, 0, 1), "X",
      "decoupled decay of weights (adam: 2000 by the rows, at most 1)" },
    { "l2", 0, NUMBER(l2, 0, 1e6), "X",
      "loss += X * sum of squared weights (0)" },
    { "clip-norm", 0, NUMBER(clip_norm, 0, 1e9), "X",
      "longest gradient, 0: any (0)" },
    { "calibration", 0, CHOICE(calibration, options_calibration), NULL,
      "of probabilities, on 200 validation rows or more (temperature)" },
    { "ema", 0, NUMBER(ema, 0, 0.999999), "X",
      "use weights averaged with this decay, as 0.999; 0: the last (0)" },
    { "label-smoothing", 0, NUMBER(smoothing, 0, 0.9), "X",
      "so much of each class is spread over all (0)" },
    { "augment", 0, TEXT(augment, 1), "SPEC",
      "vary pictures: shift=2,rotate=10,scale=0.1,shear,elastic,noise" },
    { "mixup", 0, NUMBER(mixup, 0, 100), "X",
      "mix rows in twos by Beta(X,X), 0: never (0)" },
    { "seed", 0, COUNT(seed, 0, 9007199254740992.0), "N",
      "the same seed gives the same bits (1)" },
    { "config", 'c', TEXT(config, 0), "FILE",
      "lines \"option = value\"; the command line wins" },
    { "threads", 0, OPT_COUNT, 0, AT(threads), 0, 64, NULL, 0, "N",
      "cores to use, 0: all; changes no bit of the result (0)" },
    { "checkpoint", 0, TEXT(checkpoint, 0), "FILE",
      "write the state of training there after each epoch" },
    { "checkpoint-every", 0, OPT_COUNT, 0, AT(checkpoint_every), 1, 1e6, NULL,
      0, "N", "after so many epochs each (1)" },
    { "checkpoint-keep", 0, OPT_COUNT, 0, AT(checkpoint_keep), 1, 1000, NULL,
      0, "N", "files to keep, the older as FILE.1, FILE.2 (2)" },
    { "resume", 0, FLAG(resume), NULL,
      "go on from the checkpoint, if there is one" },
    { "report", 0, TEXT(report, 0), "FILE",
      "a page with plots of training and result, in one HTML file" },
    { "log", 0, TEXT(log, 0), "FILE",
      "a JSON line for each epoch" },
    { "json", 0, FLAG(json), NULL,
      "the result as JSON" },
    { "progress", 0, LOOK(progress, options_progress), NULL,
      "auto: a bar where stderr is a terminal" },
    { "quiet", 'q', FLAG(quiet), NULL,
      "as --progress none" }
};

#define OPTIONS_N       train_nelts(options_table)
#define OPTIONS_WIDTH   80          /* of --help */
#define OPTIONS_INDENT  27          /* where its texts begin */


static void options_refuse(const char *where, const char *fmt, ...)
    __attribute__((noreturn, format(printf, 2, 3)));


/* Goes on with a text at a column of the terminal: the column behind it */

static size_t
options_words(const char *text, const char *end, size_t at)
{
    size_t  n, all;

    while (*text != '\0') {
        n = strcspn(text, " ");
        all = n + (text[n] == '\0' ? strlen(end) : 0);

        if (at + 1 + all > OPTIONS_WIDTH) {
            (void) printf("\n%*s", OPTIONS_INDENT - 1, "");
            at = OPTIONS_INDENT - 1;
        }

        (void) printf(" %.*s", (int) n, text);
        at += 1 + n;
        text += n;
        text += strspn(text, " ");
    }

    (void) fputs(end, stdout);

    return at + strlen(end);
}


static void
options_heading(const char *first)
{
    size_t  i;

    static const char *const  headings[][2] = {
        { "data", "Data (docs/data.md)" },
        { "hidden", "Network and training (docs/networks.md)" },
        { "config", "Running" },
        { "report", "What is said" }
    };

    for (i = 0; i < train_nelts(headings); i++) {
        if (strcmp(headings[i][0], first) == 0) {
            (void) printf("\n%s:\n", headings[i][1]);
        }
    }
}


static void
options_help(void)
{
    size_t           i, j, at;
    char             left[64];
    const option_t  *t;

    (void) puts("usage: maas-trainer fit --data D -o MODEL [OPTION]...\n"
                "Train a network on a data set and write a model file, as in\n"
                "\n"
                "  maas-trainer fit --data payments.csv --target outcome "
                "-o payments.safetensors\n"
                "\n"
                "In brackets: what an option is when it is not given.");

    for (i = 0; i < OPTIONS_N; i++) {
        t = &options_table[i];
        options_heading(t->name);

        (void) snprintf(left, sizeof(left), "%c%c%c --%s%s%s",
                        t->letter ? '-' : ' ', t->letter ? t->letter : ' ',
                        t->letter ? ',' : ' ', t->name,
                        t->kind == OPT_FLAG ? "" : "=",
                        t->kind == OPT_FLAG ? ""
                        : t->arg != NULL ? t->arg : "...");
        (void) printf("  %-24s", left);
        at = options_words(t->help, "", OPTIONS_INDENT - 1);

        for (j = 0; j < t->n_choices; j++) {
            at = options_words(t->choices[j], j + 1 < t->n_choices ? "," : "",
                               j ? at : OPTIONS_WIDTH);
        }

        (void) putchar('\n');
    }

    (void) puts("\nCtrl-C ends training early: the best weights so far are "
                "written.");
}


/* where: "--lr", or "file:3: lr" */

static void
options_refuse(const char *where, const char *fmt, ...)
{
    char     why[512];
    va_list  args;

    va_start(args, fmt);
    (void) vsnprintf(why, sizeof(why), fmt, args);
    va_end(args);

    train_usage("fit", "%s: %s", where, why);
}


static void
options_choice(const option_t *t, int *out, const char *value,
    const char *where)
{
    char    list[256];
    size_t  i, n;

    n = 0;

    for (i = 0; i < t->n_choices; i++) {
        if (strcmp(t->choices[i], value) == 0) {
            *out = (int) i;
            return;
        }

        n += (size_t) snprintf(list + n, sizeof(list) - n, "%s%s",
                               i ? ", " : "", t->choices[i]);
    }

    options_refuse(where, "\"%.40s\": expected one of %s", value, list);
}


static void
options_set(train_options_t *o, const option_t *t, const char *value,
    const char *where)
{
    char    **text;
    double    v;

    switch (t->kind) {

    case OPT_TEXT:
        text = (char **) ((char *) o + t->at);
        train_free(*text);
        *text = train_strdup(value);
        return;

    case OPT_CHOICE:
        options_choice(t, (int *) ((char *) o + t->at), value, where);
        return;

    case OPT_FLAG:
        if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0) {
            options_refuse(where, "\"%.40s\": expected yes or no", value);
        }

        *(int *) ((char *) o + t->at) = (strcmp(value, "yes") == 0);
        return;

    default:
        if (!train_number(value, &v) || v < t->min || v > t->max
            || (t->kind == OPT_COUNT && v != floor(v)))
        {
            options_refuse(where, "\"%.40s\": expected a %s from %.16g to "
                           "%.16g", value, t->kind == OPT_COUNT
                           ? "whole number" : "number", t->min, t->max);
        }
    }

    if (t->kind == OPT_COUNT) {
        *(size_t *) ((char *) o + t->at) = (size_t) v;
    } else {
        *(double *) ((char *) o + t->at) = v;
    }
}


static char *
options_trim(char *s)
{
    char  *end;

    s += strspn(s, " \t\r\n");
    end = s + strlen(s);

    while (end > s && strchr(" \t\r\n", end[-1]) != NULL) {
        *--end = '\0';
    }

    return s;
}


/* "layer = 64 relu bn": one more hidden layer, instead of the default ones */

static void
options_layer(train_options_t *o, const char *value)
{
    char    *spec, *p;
    size_t   n;

    spec = o->layers ? train_format("%s,%s", o->hidden, value)
                     : train_strdup(value);
    n = 0;

    for (p = spec; *p != '\0'; p++) {
        if (*p != ' ' && *p != '\t') {
            spec[n++] = *p;

        } else if (spec[n - 1] != ':') {
            spec[n++] = ':';
        }
    }

    spec[n] = '\0';
    train_free(o->hidden);
    o->hidden = spec;
    o->layers = 1;
}


static void
options_config_line(train_options_t *o, const char *path, size_t n,
    char *line)
{
    char    where[320], *value;
    size_t  i;

    (void) snprintf(where, sizeof(where), "%.200s:%zu", path, n);
    line = options_trim(line);

    if (*line == '\0' || *line == '#') {
        return;
    }

    value = strchr(line, '=');

    if (value == NULL) {
        options_refuse(where, "expected \"option = value\"");
    }

    *value++ = '\0';
    line = options_trim(line);
    value = options_trim(value);

    if (strcmp(line, "layer") == 0) {
        options_layer(o, value);
        return;
    }

    for (i = 0; i < OPTIONS_N; i++) {
        if (strcmp(options_table[i].name, line) == 0
            && strcmp(line, "config") != 0)
        {
            (void) snprintf(where, sizeof(where), "%.200s:%zu: %s", path, n,
                            options_table[i].name);
            options_set(o, &options_table[i], value, where);
            return;
        }
    }

    options_refuse(where, "unknown option \"%.40s\"", line);
}


static void
options_config(train_options_t *o, const char *path)
{
    FILE    *f;
    char     line[OPTIONS_MAX_LINE];
    size_t   n;

    f = fopen(path, "r");

    if (f == NULL) {
        train_die("%s: cannot be opened: %s", path, strerror(errno));
    }

    for (n = 1; fgets(line, sizeof(line), f) != NULL; n++) {
        if (strlen(line) + 1 == sizeof(line)) {
            train_die("%s:%zu: a line over %d bytes", path, n,
                      OPTIONS_MAX_LINE - 2);
        }

        options_config_line(o, path, n, line);
    }

    if (ferror(f)) {
        train_die("%s: cannot be read: %s", path, strerror(errno));
    }

    (void) fclose(f);
}


static void
options_defaults(train_options_t *o)
{
    (void) memset(o, 0, sizeof(train_options_t));

    o->optimizer = TRAIN_OPT_ADAM;
    o->schedule = TRAIN_SCHED_COSINE;
    o->batch = 32;
    o->patience = TRAIN_BY_DATA;
    o->seed = 1;
    o->validation = 0.1;
    o->lr = NAN;
    o->momentum = 0.9;
    o->rho = 0.9;
    o->beta1 = 0.9;
    o->beta2 = 0.999;
    o->epsilon = 1e-7;
    o->weight_decay = NAN;
    o->augment = train_strdup("");
    o->step_factor = 0.1;
    o->plateau = 5;
    o->checkpoint_every = 1;
    o->checkpoint_keep = 2;
    o->false_alarms = NAN;
    o->one_hot = TRAIN_ONE_HOT;
}


static void
options_getopt_table(struct option *longs, char *letters)
{
    size_t  i;

    for (i = 0; i < OPTIONS_N; i++) {
        longs[i].name = options_table[i].name;
        longs[i].has_arg = (options_table[i].kind == OPT_FLAG)
                           ? no_argument : required_argument;
        longs[i].flag = NULL;
        longs[i].val = 1000 + (int) i;

        if (options_table[i].letter != 0) {
            *letters++ = (char) options_table[i].letter;

            if (options_table[i].kind != OPT_FLAG) {
                *letters++ = ':';
            }
        }
    }

    longs[i].name = "help";
    longs[i].has_arg = no_argument;
    longs[i].val = 'h';
    *letters++ = 'h';
    *letters = '\0';
}


/* only: set just this option; NULL: all */

static void
options_command_line(train_options_t *o, int argc, char **argv,
    const char *only)
{
    int             c;
    char            letters[3 * OPTIONS_N], where[80];
    size_t          i;
    struct option   longs[OPTIONS_N + 2] = { 0 };

    options_getopt_table(longs, letters);
    optind = 1;

    while ((c = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        if (c == 'h') {
            options_help();
            exit(TRAIN_EXIT_OK);
        }

        if (c == '?') {
            (void) fputs("try: maas-trainer fit --help\n", stderr);
            exit(TRAIN_EXIT_USAGE);
        }

        for (i = 0; i < OPTIONS_N; i++) {
            if (c == 1000 + (int) i || c == options_table[i].letter) {
                break;
            }
        }

        if (only != NULL && strcmp(options_table[i].name, only) != 0) {
            continue;
        }

        (void) snprintf(where, sizeof(where), "--%s", options_table[i].name);
        options_set(o, &options_table[i], optarg != NULL ? optarg : "yes",
                    where);
    }

    if (optind < argc) {
        train_usage("fit", "\"%.80s\": no such argument expected",
                    argv[optind]);
    }
}


/* A name that R16 of the model format allows, from the output file's */

static char *
options_name(const char *output)
{
    char        *name, *p;
    size_t       n;
    const char  *base;

    base = strrchr(output, '/');
    base = (base != NULL) ? base + 1 : output;
    n = strlen(base);

    if (n > 12 && strcmp(base + n - 12, ".safetensors") == 0) {
        n -= 12;
    }

    n = (n < MAAS_MAX_NAME) ? n : MAAS_MAX_NAME;
    name = train_format("%.*s", (int) n, base);

    for (p = name; *p != '\0'; p++) {
        if (strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                   "0123456789_.-") == 0)
        {
            *p = '_';
        }
    }

    if (name[0] == '\0' || strcmp(name, "stats") == 0) {
        train_free(name);
        return train_strdup("model");
    }

    return name;
}


static void
options_check(train_options_t *o)
{
    double  alarm, miss;
    size_t  n;

    if (o->data == NULL) {
        train_usage("fit", "--data is missing");
    }

    if (o->output == NULL) {
        train_usage("fit", "--output is missing");
    }

    if (o->folds == 1 || (o->folds > 0 && o->valid != NULL)) {
        train_usage("fit", "--folds: expected 2 or more, and no --valid");
    }

    if (o->resume && o->checkpoint == NULL) {
        train_usage("fit", "--resume: from where?  --checkpoint is missing");
    }

    if (o->hidden != NULL && strcmp(o->hidden, "none") == 0) {
        o->hidden[0] = '\0';
    }

    if (o->name == NULL) {
        o->name = options_name(o->output);
    }

    n = strspn(o->name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
               "0123456789_.-");

    if (n == 0 || n > MAAS_MAX_NAME || o->name[n] != '\0'
        || strcmp(o->name, "stats") == 0)
    {
        train_usage("fit", "--name: \"%.80s\": expected 1 to %d letters, "
                    "digits, _ . or -, and not \"stats\"", o->name,
                    MAAS_MAX_NAME);
    }

    if (o->cost != NULL && !train_threshold_cost(o->cost, &alarm, &miss)) {
        train_usage("fit", "--cost: \"%.40s\": expected X:Y, two numbers of "
                    "0 or more", o->cost);
    }

    if (o->cost != NULL && !isnan(o->false_alarms)) {
        train_usage("fit", "--cost and --false-alarms: expected one of them");
    }
}


void
train_options_read(train_options_t *o, int argc, char **argv)
{
    options_defaults(o);
    options_command_line(o, argc, argv, "config");

    if (o->config != NULL) {
        options_config(o, o->config);
        options_command_line(o, argc, argv, NULL);

    } else {
        options_command_line(o, argc, argv, NULL);
    }

    options_check(o);
}


void
train_options_free(train_options_t *o)
{
    size_t  i;

    for (i = 0; i < OPTIONS_N; i++) {
        if (options_table[i].kind == OPT_TEXT) {
            train_free(*(char **) ((char *) o + options_table[i].at));
        }
    }

    (void) memset(o, 0, sizeof(train_options_t));
}


/* The value as text that options_set() reads back, NULL if there is none;
 * buf has 64 bytes */

static const char *
options_value(const train_options_t *o, const option_t *t, char *buf)
{
    const char  *p;

    p = (const char *) o + t->at;

    switch (t->kind) {

    case OPT_TEXT:
        return *(char *const *) p;

    case OPT_CHOICE:
        return t->choices[*(const int *) p];

    case OPT_FLAG:
        return *(const int *) p ? "yes" : "no";

    case OPT_COUNT:
        (void) snprintf(buf, 64, "%zu", *(const size_t *) p);
        return buf;

    default:
        if (isnan(*(const double *) p)) {
            return NULL;
        }

        (void) snprintf(buf, 64, "%.9g", *(const double *) p);
        return buf;
    }
}


void
train_options_want(const train_options_t *o, train_want_t *want)
{
    (void) memset(want, 0, sizeof(train_want_t));

    want->target = o->target;
    want->header = (train_tri_t) o->header;
    want->task = o->task - 1;
    want->columns = o->columns;
    want->one_hot = o->one_hot;
    want->hash = o->hash;
    want->ignore = o->ignore;
    want->id = o->id;
    want->weight = o->weight;
    want->skip = (unsigned) o->on_error;
}


void
train_options_each(const train_options_t *o,
    void (*each)(void *ctx, const char *name, const char *value, int quoted),
    void *ctx)
{
    char             buf[64];
    size_t           i;
    const char      *value;
    const option_t  *t;

    for (i = 0; i < OPTIONS_N; i++) {
        t = &options_table[i];
        value = options_value(o, t, buf);

        if (t->record && value != NULL && strcmp(t->name, "seed") != 0) {
            each(ctx, t->name, value,
                 t->kind == OPT_TEXT || t->kind == OPT_CHOICE);
        }
    }
}


void
train_options_write(FILE *f, const train_options_t *o)
{
    char                      a[64], b[64];
    size_t                    i, k;
    const char               *value, *usual;
    const option_t           *t;
    train_options_t           defaults;
    static const char *const  run[] = {     /* of one run, not of a model */
        "output", "name", "config", "threads", "checkpoint",
        "checkpoint-every", "checkpoint-keep", "resume", "report", "log",
        "json", "progress", "quiet"
    };

    options_defaults(&defaults);

    for (i = 0; i < OPTIONS_N; i++) {
        t = &options_table[i];
        value = options_value(o, t, a);
        usual = options_value(&defaults, t, b);

        for (k = 0; k < train_nelts(run); k++) {
            if (strcmp(run[k], t->name) == 0) {
                break;
            }
        }

        if (k == train_nelts(run) && value != NULL
            && (usual == NULL || strcmp(value, usual) != 0))
        {
            (void) fprintf(f, "%s = %s\n", t->name,
                           value[0] == '\0' ? "none" : value);
        }
    }

    train_options_free(&defaults);
}
