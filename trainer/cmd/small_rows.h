/*
 * The rows that commands which make a model smaller work with: some to see what
 * goes through it or to train it, others to see what was lost.
 * Not here: what is done with them.
 */

#ifndef TRAIN_SMALL_ROWS_H
#define TRAIN_SMALL_ROWS_H

#include "cmd.h"
#include "compress/compress.h"


/* What these commands ask for; options of their own follow it in a struct */

typedef struct {
    char          *output, *data, *valid, *target, *encoding;
    int            skip, header, json, known;
    size_t         seed;
} train_small_args_t;

#define TRAIN_SMALL_TEXT(s, f)                                                \
    TRAIN_TEXT(s, small.f, TRAIN_ARG_PLAIN)
#define TRAIN_SMALL_CHOICE(s, f, c)                                           \
    TRAIN_CHOICE(s, small.f, c, TRAIN_ARG_PLAIN)

/* Rows of all of them, for a struct s with a member `small` */

#define TRAIN_SMALL_ROWS(s)                                                   \
    { "target", 't', TRAIN_SMALL_TEXT(s, target), "COL",                      \
      "column with the truth (as in training)" },                             \
    { "on-error", 0, TRAIN_SMALL_CHOICE(s, skip, train_skip_names), NULL,     \
      "at what cannot be read: stop, skip the row, or take a value as "       \
      "missing (stop)", .expected = "stop, skip or missing" },                \
    { "header", 0, TRAIN_SMALL_CHOICE(s, header, train_tri_names), NULL,      \
      "does a CSV file begin with names?", .expected = "yes or no" },         \
    { "encoding", 0, TRAIN_SMALL_TEXT(s, encoding), "NAME",                   \
      "of a text file: utf-8, utf-16, latin1, ... (auto: by looking)" },      \
    { "seed", 0, TRAIN_COUNT(s, small.seed, 0, 9007199254740992.0,            \
                             TRAIN_ARG_PLAIN), "N",                           \
      "of which rows are for what (1)" },                                     \
    { "public", 0, TRAIN_FLAG(s, small.known, TRAIN_ARG_PLAIN), NULL,          \
      "of a model with privacy: the rows given here may be known" },          \
    { "json", 0, TRAIN_FLAG(s, small.json, TRAIN_ARG_PLAIN), NULL, "JSON" }


typedef struct {
    maas_model_t        *model;         /* as it was */
    train_data_t         data;
    train_data_t         apart;         /* --valid or a test part, else empty */
    uint32_t            *order;         /* of the rows of data, shuffled */
    size_t               n;             /* the first are to work with */
    const train_data_t  *judging;       /* data or apart */
    train_judged_t       judged;        /* rows 0: nothing to judge with */
} train_small_rows_t;

/* share: of the rows of --data that are kept to judge with if none are apart;
 * with no --data there is nothing to work with.  Dies or leaves with usage of
 * cmd.  To be given to train_small_rows_free(). */
void train_small_rows(train_small_rows_t *r, const char *cmd,
    const char *path, const train_small_args_t *a, double share);
void train_small_rows_free(train_small_rows_t *r);

/* drop: --max-drop, NAN: none.  Leaves with usage of cmd where it is asked for
 * and there is nothing to measure with. */
void train_small_measured(const train_small_rows_t *r, const char *cmd,
    double drop);

/* Where the output may be. */
void train_small_apart(const char *cmd, const char *path,
    const train_small_args_t *a);

/* After the work: file, size, time and score of it.  how(w) adds members of
 * what was done, for the record.  Returns the bytes, which load. */
void *train_small_finish(const train_small_t *s, maas_node_t *nodes,
    const train_small_rows_t *r, const char *did,
    void (*how)(void *ctx, maas_writer_t *w), void *ctx, train_side_t side[2],
    train_scored_t score[2], size_t *size);


#endif /* TRAIN_SMALL_ROWS_H */
