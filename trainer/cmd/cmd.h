/*
 * The subcommands, as main.c calls them, and the command line of those that
 * use a model on data.
 * Not here: what they do.
 */

#ifndef TRAIN_CMD_H
#define TRAIN_CMD_H

#include "args.h"
#include "data/data.h"


/* One file cmd_NAME.c each: main() of a subcommand; argv[0] is its name.
 * Returns an exit code. */

int train_cmd_fit(int argc, char **argv);
int train_cmd_evaluate(int argc, char **argv);
int train_cmd_predict(int argc, char **argv);
int train_cmd_inspect(int argc, char **argv);
int train_cmd_synth(int argc, char **argv);
int train_cmd_tune(int argc, char **argv);
int train_cmd_import(int argc, char **argv);
int train_cmd_export(int argc, char **argv);
int train_cmd_explain(int argc, char **argv);
int train_cmd_quantize(int argc, char **argv);
int train_cmd_prune(int argc, char **argv);
int train_cmd_distil(int argc, char **argv);
int train_cmd_privacy(int argc, char **argv);
int train_cmd_audit(int argc, char **argv);
int train_cmd_sign(int argc, char **argv);
int train_cmd_verify(int argc, char **argv);
int train_cmd_encrypt(int argc, char **argv);
int train_cmd_card(int argc, char **argv);


typedef struct {
    const char    *model;
    char          *data;
    train_want_t   want;            /* no_target is no option */
    int            part;            /* train_part_t */
    int            json;

    /* predict alone */
    int            format;
    int            raw;             /* scores before the transform */
    size_t         reasons;         /* of a row, the largest; 0: none */
    double         interval;        /* and evaluate: share of the truths that is
                                       to be within; NAN: not asked for */

    /* explain alone */
    char          *output;          /* file, or NULL */
    size_t         top;             /* columns of a row, 0: all */
    size_t         steps;
    char          *label;
    char          *baseline;

    /* evaluate alone */
    char          *report;          /* file, or NULL */
    int            importance;
    size_t         rounds;          /* of the bootstrap; 0: none */
    size_t         repeats;         /* of a column's shuffling */
    size_t         seed;
    double         threshold;       /* NAN: the model's */
    int            unweighted;
} train_model_args_t;

#define TRAIN_MODEL_TEXT(f)                                                   \
    TRAIN_TEXT(train_model_args_t, f, TRAIN_ARG_PLAIN)
#define TRAIN_MODEL_COUNT(f, min, max)                                        \
    TRAIN_COUNT(train_model_args_t, f, min, max, TRAIN_ARG_PLAIN)
#define TRAIN_MODEL_NUMBER(f, min, max)                                       \
    TRAIN_NUMBER(train_model_args_t, f, min, max, TRAIN_ARG_PLAIN)
#define TRAIN_MODEL_CHOICE(f, list)                                           \
    TRAIN_CHOICE(train_model_args_t, f, list, TRAIN_ARG_PLAIN)
#define TRAIN_MODEL_FLAG(f)                                                   \
    TRAIN_FLAG(train_model_args_t, f, TRAIN_ARG_PLAIN)

/* Rows of all of them */

#define TRAIN_MODEL_ROWS                                                      \
    { "data", 'd', TRAIN_MODEL_TEXT(data), "D",                               \
      "as for fit: CSV, JSON, .npy, IDX pair, - for standard input; of a "    \
      "folder its test part" },                                               \
    { "part", 0, TRAIN_MODEL_CHOICE(part, train_part_names), "PART",          \
      "of a folder (test)", .expected = "test or train" },                    \
    { "target", 't', TRAIN_MODEL_TEXT(want.target), "COL",                    \
      "column with the truth (as in training)" },                             \
    { "id", 0, TRAIN_MODEL_TEXT(want.id), "COL",                              \
      "column that names the rows (as in training)" },                        \
    { "features", 0, TRAIN_MODEL_TEXT(want.features), "NAME",                 \
      "of JSON: the object whose members are the inputs (as in training, "    \
      "if it is there)" },                                                    \
    { "on-error", 0, TRAIN_MODEL_CHOICE(want.skip, train_skip_names), NULL,   \
      "at what cannot be read: stop, skip the row, or take a value as "       \
      "missing (stop)", .expected = "stop, skip or missing" },                \
    { "header", 0, TRAIN_MODEL_CHOICE(want.header, train_tri_names), NULL,    \
      "does a CSV file begin with names?", .expected = "yes or no" },         \
    { "encoding", 0, TRAIN_MODEL_TEXT(want.encoding), "NAME",                 \
      "of a text file: utf-8, utf-16, latin1, ... (auto: by looking)" },      \
    { "json", 0, TRAIN_MODEL_FLAG(json), NULL, "JSON" }


/* model_args.c: leaves with usage if they make no sense.  To be given to
 * train_args_free(). */
void train_model_args(train_model_args_t *a, const train_args_t *rows,
    int argc, char **argv);
/* The column that said in training how much rows count, or NULL; to be
 * freed. */
char *train_model_weight(const maas_info_t *info);
/* Read the data for the model, as rows that it can run. */
void train_model_data(const train_model_args_t *a, const maas_model_t *m,
    train_data_t *d);

/* The same of rows that come in blocks, where they are of a table: */
typedef struct train_model_blocks_s  train_model_blocks_t;

train_model_blocks_t *train_model_blocks(const train_model_args_t *a,
    const maas_model_t *m, train_data_t *d);
/* d has the next rows, or none but such as were skipped; 0: there are none. */
int train_model_blocks_next(train_model_blocks_t *b);
/* d has what is to be predicted, and weights, of all rows. */
void train_model_blocks_end(train_model_blocks_t *b);


#endif /* TRAIN_CMD_H */
