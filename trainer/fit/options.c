/*
 * The settings of `fit`: from the command line, checked, and back to text.
 * What settings there are is in options_table.c.
 */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "options.h"


#define OPTIONS_LINE  4000          /* bytes of a value in a --config file */


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
        if (!maas_is_name(p, 1)) {
            *p = '_';
        }
    }

    if (!maas_is_model_name(name, strlen(name))) {
        train_free(name);
        return train_strdup("model");
    }

    return name;
}


static void
options_check_teacher(const train_options_t *o)
{
    if (o->teacher == NULL && (o->unlabelled != NULL || !isnan(o->temperature)
                               || !isnan(o->alpha)))
    {
        train_usage("fit", "--unlabelled, --temperature and --alpha: who "
                    "teaches?  --teacher is missing");
    }

    if (o->teacher != NULL && o->folds > 0 && o->folds != TRAIN_BY_DATA) {
        train_usage("fit", "--folds and --teacher: a fold would be measured "
                    "with rows that the teacher may know: expected one of "
                    "them");
    }

    if (o->teacher != NULL && train_dp_asked(o)) {
        train_usage("fit", "--teacher with privacy: what it knows of the rows "
                    "is in no budget: expected a teacher that was trained "
                    "with privacy, and no --dp-epsilon or --dp-noise for the "
                    "student, on rows that may be known");
    }

    if (o->teacher != NULL && strcmp(o->data, "-") == 0) {
        train_usage("fit", "--teacher: the data is read again for it: "
                    "expected a file, not standard input");
    }
}


/* What goes with one network alone, besides its settings */

static void
options_alone(train_options_t *o)
{
    size_t  i;
    const struct { int said; const char *name; }  alone[] = {
        { o->loss != TRAIN_LOSS_AUTO && o->loss != TRAIN_LOSS_QUANTILE
          && o->loss != TRAIN_LOSS_POISSON, "loss" },
        { o->teacher != NULL, "teacher" },
        { o->plan.checkpoint != NULL, "checkpoint" },
        { o->plan.resume, "resume" },
        { o->plan.portable, "portable" },
        { o->log != NULL, "log" }
    };

    for (i = 0; i < train_nelts(alone) && o->by_hand == NULL; i++) {
        o->by_hand = alone[i].said ? alone[i].name : NULL;
    }

    if (o->by_hand != NULL && o->model == TRAIN_MODEL_TREES) {
        train_usage("fit", "--model trees and --%s, which is of a network: "
                    "expected one of them", o->by_hand);
    }

    if (o->monotone != NULL && o->model != TRAIN_MODEL_TREES) {
        train_usage("fit", "--monotone is kept by trees alone: expected "
                    "--model trees with it");
    }
}


static void
options_check(train_options_t *o)
{
    double       alarm, miss;
    const char  *name;

    if (o->data == NULL) {
        train_usage("fit", "--data is missing");
    }

    if (o->output == NULL) {
        train_usage("fit", "--output is missing");
    }

    train_labels_check("fit", &o->want);

    /* losses of numbers alone say what a target of few whole numbers is */

    if (o->want.task == 0 && (o->loss == TRAIN_LOSS_QUANTILE
                              || o->loss == TRAIN_LOSS_POISSON))
    {
        o->want.task = MAAS_TASK_REGRESSION + 1;
    }

    if (o->want.features != NULL && o->want.target == NULL
        && o->want.labels == NULL)
    {
        train_usage("fit", "--features: what is to be predicted? --target or "
                    "--labels is missing");
    }

    if (o->want.labels != NULL && strcmp(o->want.labels, "-") == 0
        && strcmp(o->data, "-") == 0)
    {
        train_usage("fit", "--labels and --data: expected one of them from "
                    "standard input");
    }

    if (o->folds == 1
        || (o->folds > 0 && o->folds != TRAIN_BY_DATA && o->valid != NULL))
    {
        train_usage("fit", "--folds: expected 2 or more, and no --valid");
    }

    if (o->want.split != NULL && strcmp(o->want.split, "random") != 0) {
        if (train_split_read(o->want.split, &name) == TRAIN_SPLIT_RANDOM) {
            train_usage("fit", "--split: \"%.80s\": expected random, "
                        "time=COLUMN or group=COLUMN", o->want.split);
        }

        if (o->valid != NULL) {
            train_usage("fit", "--split and --valid: expected one of them");
        }
    }

    options_check_teacher(o);
    options_alone(o);

    if (o->plan.resume && o->plan.checkpoint == NULL) {
        train_usage("fit", "--resume: from where?  --checkpoint is missing");
    }

    if (o->hidden != NULL && strcmp(o->hidden, "none") == 0) {
        o->hidden[0] = '\0';
    }

    if (o->name == NULL) {
        o->name = options_name(o->output);
    }

    if (!maas_is_model_name(o->name, strlen(o->name))) {
        train_usage("fit", "--name: \"%.80s\": expected 1 to %d letters, "
                    "digits, _ . or -, and not \"" MAAS_RESERVED_NAME "\"",
                    o->name, MAAS_MAX_NAME);
    }

    if (o->cost != NULL && !train_threshold_cost(o->cost, &alarm, &miss)) {
        train_usage("fit", "--cost: \"%.40s\": expected X:Y, two numbers of "
                    "0 or more", o->cost);
    }

    if (o->cost != NULL && !isnan(o->false_alarms)) {
        train_usage("fit", "--cost and --false-alarms: expected one of them");
    }
}


/* A --config file, then the command line, which wins */

static void
options_gather(train_options_t *o, int argc, char **argv)
{
    int          at;
    const char  *said;

    at = train_args_read(&train_options_args, o, argc, argv, "config");

    if (at < argc) {
        train_usage("fit", "\"%.80s\" stands alone: expected options, "
                    "such as --data %.80s", argv[at], argv[at]);
    }

    if (o->config != NULL) {
        train_args_config(&train_options_args, o, o->config);
    }

    (void) train_args_read(&train_options_args, o, argc, argv, NULL);
    said = train_args_first(&train_options_args, TRAIN_ARG_NETWORK, argc, argv);
    o->by_hand = (said != NULL) ? said : o->by_hand;
}


void
train_options_read(train_options_t *o, int argc, char **argv)
{
    size_t           batch;
    double           validation;
    train_options_t  said;

    train_options_defaults(o);
    batch = o->plan.batch;
    validation = o->validation;

    o->plan.batch = 0;              /* which nobody can say */
    o->validation = NAN;
    options_gather(o, argc, argv);
    said = *o;

    o->plan.batch = o->plan.batch == 0 ? batch : o->plan.batch;
    o->says_validation = !isnan(o->validation);
    o->validation = isnan(o->validation) ? validation : o->validation;
    options_check(o);
    train_dp_options(o, &said);
}


int
train_options_says_batch(int argc, char **argv)
{
    int              said;
    train_options_t  o;

    train_options_defaults(&o);
    o.plan.batch = 0;               /* which nobody can say */
    options_gather(&o, argc, argv);
    said = (o.plan.batch != 0);
    train_options_free(&o);

    return said;
}


void
train_options_free(train_options_t *o)
{
    train_args_free(&train_options_args, o);
    (void) memset(o, 0, sizeof(train_options_t));
}


void
train_options_each(const train_options_t *o,
    void (*each)(void *ctx, const char *name, const char *value, int quoted),
    void *ctx)
{
    char                buf[TRAIN_ARG_VALUE];
    size_t              i;
    const char         *value;
    const train_arg_t  *t;

    for (i = 0; i < train_options_args.n; i++) {
        t = &train_options_args.rows[i];
        value = train_args_value(t, o, buf);

        if (value != NULL
            && (o->portfolio ? t->role == TRAIN_ARG_WEIGHTS
                             : train_arg_weighs(t)))
        {
            each(ctx, t->name, value, t->kind == TRAIN_ARG_TEXT
                                      || t->kind == TRAIN_ARG_CHOICE);
        }
    }
}


const char *
train_options_lost(const train_options_t *o)
{
    char                buf[TRAIN_ARG_VALUE];
    size_t              i, n;
    const char         *value;
    const train_arg_t  *t;

    for (i = 0; i < train_options_args.n; i++) {
        t = &train_options_args.rows[i];
        value = train_args_value(t, o, buf);
        n = (value != NULL) ? strlen(value) : 0;

        if (n > 0 && (strpbrk(value, "\r\n") != NULL || n > OPTIONS_LINE)) {
            return t->name;
        }
    }

    return NULL;
}


void
train_options_write(FILE *f, const train_options_t *o)
{
    char                a[TRAIN_ARG_VALUE], b[TRAIN_ARG_VALUE];
    size_t              i;
    const char         *value, *usual, *quote;
    train_options_t     defaults;
    const train_arg_t  *t;

    train_options_defaults(&defaults);

    for (i = 0; i < train_options_args.n; i++) {
        t = &train_options_args.rows[i];
        value = train_args_value(t, o, a);
        usual = train_args_value(t, &defaults, b);

        if (value == NULL || (usual != NULL && strcmp(value, usual) == 0)) {
            continue;
        }

        if (t->at == offsetof(train_options_t, hidden)) {
            value = (value[0] == '\0') ? "none" : value;
        }

        if ((t->role != TRAIN_ARG_RUN
             || t->at == offsetof(train_options_t, name))
            && value[0] != '\0')
        {
            quote = train_args_blank_ends(value) ? "\"" : "";
            (void) fprintf(f, "%s = %s%s%s\n", t->name, quote, value, quote);
        }
    }

    train_options_free(&defaults);
}
