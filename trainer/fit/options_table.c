/*
 * The settings of `fit`: one table for the command line, for --config files,
 * for --help and for the record in the model file.  Nothing is read or said
 * here.
 */

#include <math.h>
#include <string.h>

#include "options.h"


#define OPTIONS_TASK(c, name)  [1 + MAAS_TASK_##c] = name,

static const char *const  options_task[] = {
    "auto",                         /* and the tasks, from 1 */
    MAAS_TASKS(OPTIONS_TASK)
};

static const char *const  options_init[] = {
    [TRAIN_INIT_AUTO] = "auto",
    [TRAIN_INIT_HE] = "he",
    [TRAIN_INIT_GLOROT] = "glorot"
};

static const char *const  options_progress[] = {
    [TRAIN_PROGRESS_AUTO] = "auto",
    [TRAIN_PROGRESS_NONE] = "none",
    [TRAIN_PROGRESS_LINES] = "lines"
};

const char *const  train_model_names[TRAIN_N_MODELS] = {
    [TRAIN_MODEL_AUTO] = "auto",
    [TRAIN_MODEL_NETWORK] = "network",
    [TRAIN_MODEL_TREES] = "trees"
};

const char *const  train_effort_names[TRAIN_N_EFFORTS] = {
    [TRAIN_EFFORT_QUICK] = "quick",
    [TRAIN_EFFORT_NORMAL] = "normal",
    [TRAIN_EFFORT_BEST] = "best"
};

static const char *const  options_calibration[] = { "temperature", "none" };
static const char *const  options_target_scaling[] = { "standard", "none" };

static const char *const  options_features[] = {
    [TRAIN_DP_AUTO] = "auto",
    [TRAIN_DP_NONE] = "none",
    [TRAIN_DP_EDGES] = "edges"
};

static const char  options_network[] =
    "One network, alone, if something is said of it (docs/networks.md)";
static const char  options_any[] = "What validates any model";
static const char  options_running[] = "Running";

#define PLAIN    TRAIN_ARG_PLAIN
#define WEIGHTS  TRAIN_ARG_WEIGHTS
#define NETWORK  TRAIN_ARG_NETWORK
#define RUN      TRAIN_ARG_RUN

#define TEXT(f, r)          TRAIN_TEXT(train_options_t, f, r)
#define COUNT(f, a, b, r)   TRAIN_COUNT(train_options_t, f, a, b, r)
#define NUMBER(f, a, b, r)  TRAIN_NUMBER(train_options_t, f, a, b, r)
#define CHOICE(f, c, r)     TRAIN_CHOICE(train_options_t, f, c, r)
#define FLAG(f, r)          TRAIN_FLAG(train_options_t, f, r)

static const train_arg_t  options_rows[] = {
    { "data", 'd', TEXT(data, PLAIN), "D",
      "CSV, JSON or JSON lines (plain, .gz, - for standard input), .npy or "
      "ROWS.npy,TARGETS.npy, folder with the MNIST names, IDX pair "
      "IMAGES,LABELS", .group = "Data (docs/data.md)" },
    { "output", 'o', TEXT(output, RUN), "FILE",
      "model file to write" },
    { "valid", 0, TEXT(valid, PLAIN), "D",
      "validation data instead of a part of --data" },
    { "test", 0, TEXT(test, PLAIN), "D",
      "measured once at the end; a folder's own test part without it" },
    { "target", 't', TEXT(want.target, PLAIN), "COL",
      "column to predict: name, or number from 1 (last column); several "
      "numbers: COL,..." },
    { "labels", 0, TEXT(want.labels, PLAIN), "FILE",
      "table with the target, of which rows are found by --on" },
    { "on", 0, TEXT(want.on, PLAIN), "COL",
      "column that --data and --labels share; it is no input" },
    { "features", 0, TEXT(want.features, WEIGHTS), "NAME",
      "of JSON: only the members of that object are inputs" },
    { "columns", 0, TEXT(want.columns, WEIGHTS), "LIST",
      "COL=KIND,...: number, boolean, category, text, date, ignore, id or "
      "weight; date:dmy or date:mdy says the order (by looking)" },
    { "ignore", 0, TEXT(want.ignore, WEIGHTS), "LIST",
      "COL,...: columns that are not used" },
    { "id", 0, TEXT(want.id, WEIGHTS), "COL",
      "column that only names the rows" },
    { "weight", 0, TEXT(want.weight, WEIGHTS), "COL",
      "column that says how much a row counts" },
    { "decimal", 0, TEXT(want.decimal, WEIGHTS), "C",
      "sign of decimals, . or , (by looking)" },
    { "thousands", 0, TEXT(want.thousands, WEIGHTS), "C",
      "sign of thousands, . , ' _ or a blank (by looking)" },
    { "na-values", 0, TEXT(want.na, WEIGHTS), "LIST",
      "TEXT,...: what else means that a value is missing" },
    { "one-hot", 0, COUNT(want.one_hot, 0, 65536, NETWORK), "N",
      "values of a category with a number each, more are hashed (64)" },
    { "hash", 0, COUNT(want.hash, 0, 65536, WEIGHTS), "N",
      "numbers of a hashed column (256, or 512 for a text)" },
    { "class-weight", 0, TEXT(class_weight, WEIGHTS), "W",
      "balanced, or CLASS:X,...: how much rows of a class count" },
    { "cost", 0, TEXT(cost, WEIGHTS), "X:Y",
      "what a false alarm and a miss cost: sets the threshold" },
    { "false-alarms", 0, NUMBER(false_alarms, 0, 1, WEIGHTS), "X",
      "share of them that is allowed: sets the threshold" },
    { "on-error", 0, CHOICE(want.skip, train_skip_names, WEIGHTS), NULL,
      "at what cannot be read: stop, skip the row, or take a value of an input "
      "as missing (stop)" },
    { "header", 0, CHOICE(want.header, train_tri_names, WEIGHTS), NULL,
      "does a CSV file begin with names?" },
    { "encoding", 0, TEXT(want.encoding, WEIGHTS), "NAME",
      "of a text file: utf-8, utf-16, latin1, ... (auto: by looking)" },
    { "task", 0, CHOICE(want.task, options_task, WEIGHTS), NULL,
      "what the target means (auto: by looking at it)" },
    { "name", 0, TEXT(name, RUN), "NAME",
      "name of the model (from the output file)" },
    { "scaling", 0, CHOICE(scaling, train_scaling_names, NETWORK), NULL,
      "numbers on their way in (auto: minmax for images, else standard, or "
      "quantile for a column with far ends)" },
    { "target-scaling", 0,
      CHOICE(target_scaling, options_target_scaling, NETWORK), NULL,
      "of numbers to predict, undone in the last layer (standard)" },
    { "model", 0, CHOICE(model, train_model_names, PLAIN), NULL,
      "of a table: networks, trees, or both (auto)",
      .group = "Model of a table (docs/tables.md)" },
    { "effort", 0, CHOICE(effort, train_effort_names, PLAIN), NULL,
      "how much is tried: about 1, 20 or 200 times the work of one network "
      "(normal)" },
    { "monotone", 0, TEXT(monotone, WEIGHTS), "LIST",
      "NAME=+1,...: of --model trees: answers rise with this column, or fall "
      "with -1, whatever the rows say" },
    { "hidden", 0, TEXT(hidden, NETWORK), "SPEC",
      "hidden layers, or none, as in 64:relu:bn:drop=0.2,64:gelu:ln:res "
      "(by the data)", .group = options_network },
    { "init", 0, CHOICE(init, options_init, NETWORK), NULL,
      "first weights (auto: he before relu and its kin)" },
    { "loss", 0, CHOICE(loss, train_loss_names, WEIGHTS), NULL,
      "what is minimised; quantile=X is the number that a share X is below "
      "(auto: by the task)",
      .with = TRAIN_LOSS_QUANTILE, .max = 1,
      .with_at = offsetof(train_options_t, level) },
    { "optimizer", 0, CHOICE(optimizer, train_optim_names, NETWORK), NULL,
      "how (adam)" },
    { "lr", 0, NUMBER(lr, 0, 1e6, NETWORK), "X",
      "learning rate (0.001, adam on tables 0.002, sgd and its kin 0.01)" },
    { "schedule", 0, CHOICE(plan.schedule, train_sched_names, NETWORK), NULL,
      "learning rate over the epochs (cosine)" },
    { "warmup", 0, NUMBER(plan.warmup, 0, 1e6, NETWORK), "X",
      "epochs in which the rate rises from nothing (0)" },
    { "lr-final", 0, NUMBER(plan.lr_final, 0, 1, NETWORK), "X",
      "share of the rate at the end of linear and cosine (0)" },
    { "step-every", 0, COUNT(plan.step_every, 0, 1e6, NETWORK), "N",
      "epochs a step of schedule step; 0: a third of all (0)" },
    { "step-factor", 0, NUMBER(plan.step_factor, 0, 1, NETWORK), "X",
      "what a step or a plateau multiplies the rate by (0.1)" },
    { "plateau", 0, COUNT(plan.plateau, 1, 1e6, NETWORK), "N",
      "epochs without progress that lower the rate of plateau (5)" },
    { "epochs", 'e', COUNT(plan.epochs, 1, 1e6, NETWORK), "N",
      "passes over the data at most (50, up to 200 for few rows)" },
    { "batch", 'b', COUNT(plan.batch, 1, 65536, NETWORK), "N",
      "rows a step (32)" },
    { "validation", 0, NUMBER(validation, 0, 0.9, WEIGHTS), "X",
      "share of the rows kept for validation (0.1)",
      .group = options_any },
    { "split", 0, TEXT(want.split, WEIGHTS), "HOW",
      "which rows validate: random, time=COL (the newest) or group=COL (no "
      "group is in both parts, nor in two folds) (random)" },
    { "folds", 0, COUNT(folds, 0, 1000, PLAIN), "K",
      "cross-validation: also train K times on all rows but a K-th, measured "
      "with that K-th (5 for few rows, else 0)" },
    { "patience", 0, COUNT(plan.patience, 0, 1e6, NETWORK), "N",
      "stop after so many epochs without progress, 0: never (10, or a fifth "
      "of --epochs)", .group = options_network },
    { "momentum", 0, NUMBER(momentum, 0, 1, NETWORK), "X",
      "of momentum and nesterov (0.9)" },
    { "rho", 0, NUMBER(rho, 0, 1, NETWORK), "X",
      "of rmsprop (0.9)" },
    { "beta1", 0, NUMBER(beta1, 0, 0.999999, NETWORK), "X",
      "of adam and adamw (0.9)" },
    { "beta2", 0, NUMBER(beta2, 0, 0.999999, NETWORK), "X",
      "of adam and adamw (0.999)" },
    { "epsilon", 0, NUMBER(epsilon, 1e-12, 1, NETWORK), "X",
      "of rmsprop, adam and adamw (1e-7)" },
    { "weight-decay", 0, NUMBER(weight_decay, 0, 1, NETWORK), "X",
      "decoupled decay of weights (adam: 2000 by the rows, at most 1)" },
    { "l2", 0, NUMBER(l2, 0, 1e6, NETWORK), "X",
      "loss += X * sum of squared weights (0)" },
    { "clip-norm", 0, NUMBER(clip_norm, 0, 1e9, NETWORK), "X",
      "longest gradient, 0: any (0)" },
    { "calibration", 0, CHOICE(calibration, options_calibration, WEIGHTS), NULL,
      "of probabilities, on 200 validation rows or more (temperature)",
      .group = options_any },
    { "ema", 0, NUMBER(plan.ema, 0, 0.999999, NETWORK), "X",
      "use weights averaged with this decay, as 0.999; 0: the last (0)",
      .group = options_network },
    { "label-smoothing", 0, NUMBER(smoothing, 0, 0.9, NETWORK), "X",
      "so much of each class is spread over all (0)" },
    { "augment", 0, TEXT(augment, NETWORK), "SPEC",
      "vary pictures: shift=2,rotate=10,scale=0.1,shear,elastic,noise" },
    { "mixup", 0, NUMBER(mixup, 0, 100, NETWORK), "X",
      "mix rows in twos by Beta(X,X), 0: never (0)" },
    { "teacher", 0, TEXT(teacher, PLAIN), "MODEL",
      "a model whose answers are learnt beside the truth, or several with "
      "commas between them: the mean of theirs (docs/compress.md)" },
    { "unlabelled", 0, TEXT(unlabelled, PLAIN), "D",
      "rows without a truth, for which the teacher's answer is it" },
    { "temperature", 0, NUMBER(temperature, 0.1, 100, NETWORK), "T",
      "at which the teacher's probabilities are learnt (2)" },
    { "alpha", 0, NUMBER(alpha, 0, 1, NETWORK), "X",
      "the teacher's part of the loss, the rest is the truth's (0.9)" },
    { "seed", 0, COUNT(plan.seed, 0, 9007199254740992.0, PLAIN), "N",
      "the same seed gives the same bits (1)", .group = options_running },
    { "dp-epsilon", 0, NUMBER(dp_epsilon, 1e-3, 1e3, NETWORK), "E",
      "train with differential privacy: spend this much of it at most",
      .group = "Privacy (docs/privacy.md)" },
    { "dp-delta", 0, NUMBER(dp_delta, TRAIN_DP_MIN_DELTA, 0.5, NETWORK), "D",
      "chance that epsilon may fail with: less than 1 by the rows" },
    { "dp-noise", 0, NUMBER(dp_noise, TRAIN_DP_MIN_SIGMA, TRAIN_DP_MAX_SIGMA,
                            NETWORK), "S",
      "instead of --dp-epsilon: deviation of the noise by --dp-clip" },
    { "dp-clip", 0, NUMBER(dp_clip, 1e-6, 1e6, NETWORK), "C",
      "length that each row's gradient is clipped to (1)" },
    { "dp-public", 0, TEXT(dp_public, NETWORK), "LIST",
      "what of the rows may be known without noise: prepare (means, ranges, "
      "categories), reference (counts of values in the file), validation (the "
      "best epoch, calibration and figures), losses (of training) (nothing)" },
    { "dp-features", 0, CHOICE(dp_features, options_features, NETWORK), NULL,
      "what the network sees of pictures: edges (a first layer that is not "
      "trained), or none: their pixels (auto: edges without --hidden)" },
    { "config", 'c', TEXT(config, RUN), "FILE",
      "lines \"option = value\"; the command line wins",
      .group = options_running },
    { "threads", 0, COUNT(plan.threads, 0, 64, RUN), "N",
      "cores to use, 0: all; changes no bit of the result (0)" },
    { "portable", 0, FLAG(plan.portable, RUN), NULL,
      "the same file with AVX2 and AVX-512, several times slower" },
    { "checkpoint", 0, TEXT(plan.checkpoint, RUN), "FILE",
      "write the state of training there after each epoch" },
    { "checkpoint-every", 0, COUNT(plan.checkpoint_every, 1, 1e6, RUN), "N",
      "after so many epochs each (1)" },
    { "checkpoint-keep", 0, COUNT(plan.checkpoint_keep, 1, 1000, RUN), "N",
      "files to keep, the older as FILE.1, FILE.2 (2)" },
    { "resume", 0, FLAG(plan.resume, RUN), NULL,
      "go on from the checkpoint, if there is one" },
    { "report", 0, TEXT(report, RUN), "FILE",
      "a page with plots of training and result, in one HTML file",
      .group = "What is said" },
    { "log", 0, TEXT(log, RUN), "FILE",
      "a JSON line for each epoch" },
    { "json", 0, FLAG(json, RUN), NULL,
      "the result as JSON" },
    { "progress", 0, CHOICE(progress, options_progress, RUN), NULL,
      "auto: a bar where stderr is a terminal" },
    { "quiet", 'q', FLAG(quiet, RUN), NULL,
      "as --progress none" }
};


/* A setting of one network: no other is tried */

static void
options_said(train_options_t *o, const char *name)
{
    size_t  i;

    for (i = 0; i < train_nelts(options_rows); i++) {
        if (options_rows[i].role == NETWORK
            && strcmp(options_rows[i].name, name) == 0)
        {
            o->by_hand = options_rows[i].name;
        }
    }
}


/* "layer = 64 relu bn" of a --config file: one more hidden layer, not those by
 * default; 0 for any other line */

static int
options_line(void *to, const char *name, const char *value)
{
    char             *spec, *p;
    size_t            n;
    train_options_t  *o;

    o = to;

    if (strcmp(name, "layer") != 0) {
        options_said(o, name);
        return 0;
    }

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
    o->by_hand = "hidden";

    return 1;
}


const train_args_t  train_options_args = {
    "fit", options_rows, train_nelts(options_rows),
    "usage: maas-trainer fit --data D -o MODEL [OPTION]...\n"
    "Find the best model of a data set and write its file, as in\n"
    "\n"
    "  maas-trainer fit --data payments.csv --target outcome "
    "-o payments.safetensors\n"
    "\n"
    "In brackets: what an option is when it is not given.",
    "\nCtrl-C ends training early: the best weights so far are written.",
    options_line, 0
};


void
train_options_defaults(train_options_t *o)
{
    (void) memset(o, 0, sizeof(train_options_t));

    o->optimizer = TRAIN_OPT_ADAM;
    o->plan.schedule = TRAIN_SCHED_COSINE;
    o->plan.batch = 32;
    o->plan.patience = TRAIN_BY_DATA;
    o->plan.seed = 1;
    o->validation = 0.1;
    o->folds = TRAIN_BY_DATA;
    o->effort = TRAIN_EFFORT_NORMAL;
    o->lr = NAN;
    o->momentum = 0.9;
    o->rho = 0.9;
    o->beta1 = 0.9;
    o->beta2 = 0.999;
    o->epsilon = 1e-7;
    o->weight_decay = NAN;
    o->augment = train_strdup("");
    o->plan.step_factor = 0.1;
    o->plan.plateau = 5;
    o->plan.checkpoint_every = 1;
    o->plan.checkpoint_keep = 2;
    o->false_alarms = NAN;
    o->temperature = NAN;
    o->alpha = NAN;
    o->dp_epsilon = NAN;
    o->dp_delta = NAN;
    o->dp_clip = NAN;
    o->dp_noise = NAN;
    o->want.one_hot = TRAIN_ONE_HOT;
}
