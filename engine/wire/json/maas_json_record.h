/*
 * Rows in JSON: values of columns, arrays of numbers, rows that come as
 * objects, value by value, as pictures, or by column.
 * Not here: protocols.
 */

#ifndef MAAS_JSON_RECORD_H
#define MAAS_JSON_RECORD_H

#include "text/maas_json.h"
#include "wire/maas_records.h"


#define MAAS_WIRE_DEPTH  16        /* containers within containers: of a body */
#define MAAS_ROW_DEPTH   8         /* and of a value in a row */


/* maas_json_field.c */

/* The value at j->p -> the slots of a column in the row x: a string, number,
 * true, false, null (missing), a list of one of these, or {"b64": string}. */
maas_status_t maas__json_field(maas_json_t *j, const maas_fields_t *f,
    size_t column, void *x, maas_err_t *err);

/* What a raw string means, in `text` if it has escapes; itself if it is longer
 * than the name of a column may be. */
#define MAAS_NAME_TEXT   (6 * 256) /* MAAS_MAX_TEXT, all of it in escapes */
maas_str_t maas__json_name(maas_str_t raw, char text[MAAS_NAME_TEXT]);

/* The column that a raw string names, SIZE_MAX if there is none. */
size_t maas__json_column(const maas_fields_t *f, maas_str_t raw);

/* Is it the name of a column of the training data that is no input?  Its
 * values are passed over. */
int maas__json_other(const maas_fields_t *f, maas_str_t raw);

/* The string in an object of "b64" alone; on failure s->data is NULL if it has
 * not come yet. */
maas_status_t maas__json_b64(maas_json_t *j, maas_str_t *s, maas_err_t *err);


/* maas_json_row.c */

#define MAAS_JSON_RANK   (MAAS_MAX_RANK + 1)    /* rows and the model's shape */
#define MAAS_WIRE_DIMS   8                      /* in a declared shape */


/* What an array turned out to be: its nesting, and the numbers in it. */
typedef struct {
    size_t       n;
    unsigned     rank;
    size_t       dim[MAAS_JSON_RANK];
} maas_dims_t;

/* The array at j->p, nested or flat, of elements of one type -> x, which has
 * room for `room` numbers of rows; those beyond are checked and counted, not
 * stored.  BADSHAPE if it is ragged, too deep or mixes numbers and arrays. */
maas_status_t maas__json_tensor(maas_json_t *j, maas_dtype_t dt,
    const maas_info_t *info, void *x, size_t room, maas_dims_t *dims,
    maas_err_t *err);

/* Rows in a tensor of this shape for a model of `in` numbers a row: the first
 * dimension if the others make a row, or one row without a batch dimension.
 * BADSHAPE if it is neither. */
maas_status_t maas__wire_rows(const size_t *dim, unsigned rank, size_t in,
    size_t *rows, maas_err_t *err);

/* A shape as text, such as [1,784], for a sentence. */
#define MAAS_SHAPE_TEXT  48
const char *maas__shape_text(const size_t *dim, unsigned rank,
    char text[MAAS_SHAPE_TEXT]) __attribute__((cold));

/* A whole number of this type at p -> *v and *single, rounded once each;
 * returns the first byte after it, or NULL. */
const char *maas__json_whole(maas_dtype_t dt, const char *p, const char *end,
    double *v, float *single);


/* maas_json_record.c */

/* The value at j->p -> the next row.  Of a tensor {input: value}, {"b64":
 * picture}; of columns {name: value,...}, [value,...] of all in order, or if
 * there is one column its value.  context: an object with what the row does not
 * say itself, or of length 0.  Unknown names are BADVALUE. */
maas_status_t maas__json_one(maas_json_t *j, maas_records_t *r,
    maas_str_t context, maas_err_t *err);

/* A picture in base64, a string or an object of "b64" alone -> the row x */
maas_status_t maas__json_picture(maas_json_t *j, maas_records_t *r, void *x,
    maas_err_t *err);

/* An array of such rows */
maas_status_t maas__json_records(maas_json_t *j, maas_records_t *r,
    maas_str_t context, maas_err_t *err);

#define MAAS_NO_CONTEXT  ((maas_str_t) { NULL, 0 })


/* maas_json_columns.c: {column: [value,...],...}, all columns, each with a
 * value for each row.  Names that are no column's are passed over, but not
 * where the file names all columns of the training data. */
maas_status_t maas__json_columns(maas_json_t *j, maas_records_t *r,
    maas_err_t *err);


#endif /* MAAS_JSON_RECORD_H */
