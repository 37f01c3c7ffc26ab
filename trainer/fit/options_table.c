/*
 * The settings of `fit`: one table for the command line, for --config files,
 * for --help and for the record in the model file.  Nothing is read or said
 * here.
 */

#include <math.h>
#include <string.h>

#include "loop.h"
#include "options.h"
#include "options_table.h"
#include "util.h"
#include "data/data.h"
#include "net/step.h"


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

static const train_option_t  options_table[] = {
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
      "cross-validation: first train K times on all rows but a K-th, measured "
      "with that K-th" },
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

_Static_assert(train_nelts(options_table) == TRAIN_N_OPTIONS,
               "TRAIN_N_OPTIONS is not what there is");

const train_option_t *const  train_options_table = options_table;


void
train_options_defaults(train_options_t *o)
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
