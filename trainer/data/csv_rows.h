/*
 * Rows of CSV behind the names, all of them or those of a part.
 */

#ifndef TRAIN_CSV_ROWS_H
#define TRAIN_CSV_ROWS_H

#include "table.h"


typedef struct {
    train_table_t  *table;
    maas_csv_t      at;
    size_t          line;           /* of the row at hand */
    train_fields_t  row;
} train_csv_t;


/* csv_rows.c: the fields of the row at hand; 0: it is bad, which was said, and
 * the next line is at hand. */
int train_csv_fields(train_csv_t *f);
/* Rows from `at` on that begin before `end`, given to t; returns where it came
 * to. */
maas_csv_t train_csv_rows(train_table_t *t, maas_csv_t at, const char *end);

/* csv_parts.c: rows from t->body on: t->piece bytes, or all, side by side where
 * there are many. */
void train_csv_parts(train_table_t *t);


#endif /* TRAIN_CSV_ROWS_H */
