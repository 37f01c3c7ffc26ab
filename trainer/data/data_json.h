/*
 * What readers of JSON share: an object as a row, and a value as a cell.
 */

#ifndef TRAIN_DATA_JSON_H
#define TRAIN_DATA_JSON_H

#include "table.h"
#include "text/maas_json.h"


#define TRAIN_JSON_DEPTH  16

typedef struct {
    train_table_t  *table;
    size_t          line;           /* or row, of messages */
    maas_json_t     at;             /* in good JSON */
    train_fields_t  row;            /* a cell for each column, if any */
    char           *inner;          /* an object that stood in a string */
    size_t          inner_room;
    char           *repaired;       /* a line that was no UTF-8 */
    size_t          repaired_room;
} train_json_t;

#define TRAIN_JSON_OUTSIDE  64      /* names beside the features, to be told */


/* data_json_row.c: j is zeroed, with its table and train_fields_begin(),
 * before */

/* The object in [p,end), which needs not be one, as a row. */
void train_json_row(train_json_t *j, const char *p, const char *end);
/* May the columns stand in an object of the rows, as --features says? */
int train_json_nested(const train_want_t *w);


/* data_json_value.c */

/* The value at hand; NULL, or what is wrong with it. */
const char *train_json_value(train_json_t *j, train_cell_t *cell);
/* A string without its escapes as the text of a cell; 0 if there is a zero byte
 * in it. */
int train_json_string(train_json_t *j, maas_str_t raw, train_cell_t *cell);
/* Place of a name among the columns, added in the first pass; TRAIN_NO_COLUMN:
 * nobody wants it. */
size_t train_json_column(train_json_t *j, const char *name, size_t len);
void train_json_free(train_json_t *j);


/* data_json.c: is it one JSON value of rows: an array of objects, or an object
 * of columns, or of "columns" and "data"?  nested: rows on lines may begin
 * with an object. */
int train_json_is(const char *text, size_t len, int nested);


#endif /* TRAIN_DATA_JSON_H */
