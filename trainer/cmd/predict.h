/*
 * What the files of `predict` share; only cmd_predict.c and predict_*.c
 * include this.
 */

#ifndef TRAIN_PREDICT_H
#define TRAIN_PREDICT_H

#include "data/data.h"


typedef struct {
    const maas_info_t   *info;
    const train_data_t  *data;
    const float         *y;         /* (data->rows,info->out) */
} train_predict_t;


/* predict_table.c: all rows on stdout with names for everything, those that
 * were skipped, too: the lines are those of the file.  Dies if an id column
 * has a name of ours. */
void train_predict_csv(const train_predict_t *p);
void train_predict_jsonl(const train_predict_t *p);

/* A field of a CSV line, in quotes where it needs them (RFC 4180). */
void train_predict_field(const char *s);


#endif /* TRAIN_PREDICT_H */
