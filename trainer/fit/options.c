/*
 * The settings of `fit`: from the command line, checked, and back to text.
 * What settings there are is in options_table.c.
 */

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "maas.h"
#include "options.h"
#include "options_table.h"
#include "util.h"
#include "data/data.h"
#include "judge/metrics.h"


static void
options_getopt_table(struct option *longs, char *letters)
{
    size_t  i;

    for (i = 0; i < TRAIN_N_OPTIONS; i++) {
        longs[i].name = train_options_table[i].name;
        longs[i].has_arg = (train_options_table[i].kind == OPT_FLAG)
                           ? no_argument : required_argument;
        longs[i].flag = NULL;
        longs[i].val = 1000 + (int) i;

        if (train_options_table[i].letter != 0) {
            *letters++ = (char) train_options_table[i].letter;

            if (train_options_table[i].kind != OPT_FLAG) {
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
    int                    c;
    char                   letters[3 * TRAIN_N_OPTIONS], where[80];
    size_t                 i;
    struct option          longs[TRAIN_N_OPTIONS + 2] = { 0 };
    const train_option_t  *t;

    options_getopt_table(longs, letters);
    optind = 1;

    while ((c = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        if (c == 'h') {
            train_options_help();
            exit(TRAIN_EXIT_OK);
        }

        if (c == '?') {
            (void) fputs("try: maas-trainer fit --help\n", stderr);
            exit(TRAIN_EXIT_USAGE);
        }

        for (i = 0; i < TRAIN_N_OPTIONS; i++) {
            if (c == 1000 + (int) i || c == train_options_table[i].letter) {
                break;
            }
        }

        t = &train_options_table[i];

        if (only != NULL && strcmp(t->name, only) != 0) {
            continue;
        }

        (void) snprintf(where, sizeof(where), "--%s", t->name);
        train_options_set(o, t, optarg != NULL ? optarg : "yes", where);
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
    train_options_defaults(o);
    options_command_line(o, argc, argv, "config");

    if (o->config != NULL) {
        train_options_config(o, o->config);
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

    for (i = 0; i < TRAIN_N_OPTIONS; i++) {
        if (train_options_table[i].kind == OPT_TEXT) {
            train_free(*(char **) ((char *) o + train_options_table[i].at));
        }
    }

    (void) memset(o, 0, sizeof(train_options_t));
}


/* The value as text that train_options_set() reads back, NULL if there is
 * none; buf has 64 bytes */

static const char *
options_value(const train_options_t *o, const train_option_t *t, char *buf)
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
    char                   buf[64];
    size_t                 i;
    const char            *value;
    const train_option_t  *t;

    for (i = 0; i < TRAIN_N_OPTIONS; i++) {
        t = &train_options_table[i];
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
    const train_option_t     *t;
    train_options_t           defaults;
    static const char *const  run[] = {     /* of one run, not of a model */
        "output", "name", "config", "threads", "checkpoint",
        "checkpoint-every", "checkpoint-keep", "resume", "report", "log",
        "json", "progress", "quiet"
    };

    train_options_defaults(&defaults);

    for (i = 0; i < TRAIN_N_OPTIONS; i++) {
        t = &train_options_table[i];
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
