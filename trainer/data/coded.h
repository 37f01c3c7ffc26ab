/*
 * Rows that are made when they are asked for, of the columns of a table: four
 * bytes a value, whatever the values become.
 * Not here: what they become (engine/field).
 */

#ifndef TRAIN_CODED_H
#define TRAIN_CODED_H

#include "table.h"


/* Of the table's rows as f reads them; f may go, the table has to stay. */
train_coded_t *train_coded_create(const maas_fields_t *f,
    const train_table_t *t);
/* A row, x(f->in).  Of any thread. */
void train_coded_row(const train_coded_t *c, size_t row, float *x);
/* NULL is nothing. */
void train_coded_free(train_coded_t *c);


#endif /* TRAIN_CODED_H */
