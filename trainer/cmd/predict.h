/*
 * What the files of `predict` share; only cmd_predict.c and predict_*.c
 * include this.
 */

#ifndef TRAIN_PREDICT_H
#define TRAIN_PREDICT_H

#include <stdio.h>

#include "judge/interval.h"
#include "text/maas_json_write.h"


typedef struct {
    const maas_info_t   *info;
    const train_data_t  *data;
    const float         *y;         /* (data->rows,info->out) */
    const uint8_t       *far;       /* (data->rows) those with none, or NULL */
    train_spreads_t    *interval;  /* columns low and high; NULL: none */
    double               level;
} train_predict_t;


/* predict_table.c: all rows of a block on stdout with names for everything,
 * those that were skipped, too: the lines are those of the file.  Dies if an
 * id column has a name of ours. */
void train_predict_csv(const train_predict_t *p, int first);
void train_predict_jsonl(const train_predict_t *p, int first);

/* predict_interval.c: v is that of the file.  Leaves with usage, or dies, if
 * the level is none or there are too few rows for it. */
void train_predict_interval(const char *cmd, const maas_model_t *m,
    double level, train_spreads_t *v);
/* Low and high of number k of a row's answer, each behind a comma; the same as
 * members of an object.  Nothing if there are none. */
void train_predict_interval_csv(const train_predict_t *p, size_t row,
    size_t k);
void train_predict_interval_json(maas_writer_t *w, const train_predict_t *p,
    size_t row, size_t k);
/* "low", or "low_NAME" where there are several, to be freed. */
char *train_predict_interval_name(const maas_info_t *info, const char *what,
    size_t k);

/* predict_reasons.c: for each row a line for each output, or a JSON object,
 * with its score and the `most` columns that add most to it.  path: the model's
 * file.  Dies if it has no reasons. */
void train_predict_reasons(const train_predict_t *p, const maas_model_t *m,
    const char *path, size_t most, int json);

/* predict_row.c: text of the first column that names the rows, NULL if there is
 * none; the label that is said of an answer y(out), NULL for numbers; a row's
 * JSON object, not closed. */
const char *train_predict_id(const train_data_t *d, size_t row);
const char *train_predict_label(const maas_info_t *info, const float *y);
void train_predict_json_begin(maas_writer_t *w, const maas_info_t *info,
    const char *id, const float *y);

/* A field of a CSV line, in quotes where it needs them (RFC 4180). */
void train_predict_field(FILE *f, const char *s);


#endif /* TRAIN_PREDICT_H */
