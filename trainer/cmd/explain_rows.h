/*
 * What the files of `explain` share; only cmd_explain.c and explain_*.c include
 * this.
 */

#ifndef TRAIN_CMD_EXPLAIN_H
#define TRAIN_CMD_EXPLAIN_H

#include <stdio.h>

#include "cmd.h"
#include "explain/explain.h"


/* explain_baseline.c: e->baseline as --baseline says: "mean", "zero", a file
 * with a row, or COLUMN=VALUE,... beside means; leaves with usage, or dies, if
 * it makes no sense. */
void train_explain_baseline(train_explain_t *e, const maas_model_t *m,
    const train_model_args_t *args);

/* explain_table.c: all rows of d on f, as CSV with a header or as a JSON object
 * a line; top: just that many columns of each row, 0: all. */
void train_explain_csv(train_explain_t *e, const train_data_t *d, size_t top,
    FILE *f);
void train_explain_jsonl(train_explain_t *e, const train_data_t *d,
    size_t top, FILE *f);


#endif /* TRAIN_CMD_EXPLAIN_H */
