/*
 * Rows that come as objects, value by value, as pictures, or by column.
 * Not here: protocols.
 */

#ifndef MAAS_JSON_RECORD_H
#define MAAS_JSON_RECORD_H

#include "text/maas_json.h"
#include "wire/maas_records.h"


/* The value at j->p -> the row x, begun before.  Of a tensor {input: value},
 * {"b64": picture}; of columns {name: value,...}, [value,...] of all in order,
 * or if there is one column its value.  What x has already is an error, or, if
 * `weak`, stays.  Unknown names are BADVALUE. */
maas_status_t maas__json_record(maas_json_t *j, maas_records_t *r,
    unsigned weak, float *x, maas_err_t *err);

/* An array of such rows; context: an object with what they do not say
 * themselves, or of length 0. */
maas_status_t maas__json_records(maas_json_t *j, maas_records_t *r,
    maas_str_t context, maas_err_t *err);

#define MAAS_NO_CONTEXT  ((maas_str_t) { NULL, 0 })


/* maas_json_picture.c: a picture as a string in base64, and in an object of
 * "b64" alone -> the row x of a model that takes pictures */
maas_status_t maas__json_base64(maas_json_t *j, maas_records_t *r, float *x,
    maas_err_t *err);
maas_status_t maas__json_picture(maas_json_t *j, maas_records_t *r, float *x,
    maas_err_t *err);


/* maas_json_columns.c: {column: [value,...],...}, all columns, each with a
 * value for each row.  Names that are no column's are passed over. */
maas_status_t maas__json_columns(maas_json_t *j, maas_records_t *r,
    maas_err_t *err);


#endif /* MAAS_JSON_RECORD_H */
