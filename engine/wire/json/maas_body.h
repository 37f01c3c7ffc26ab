/*
 * What readers and writers of bodies share: arrays of numbers, values of
 * columns, rows that come as objects.
 * Not for others: they know maas.h.
 */

#ifndef MAAS_BODY_H
#define MAAS_BODY_H

#include "maas.h"
#include "maas_dtype.h"
#include "field/maas_field.h"
#include "text/maas_json.h"


#define MAAS_JSON_RANK   (MAAS_MAX_RANK + 1)    /* rows and the model's shape */
#define MAAS_WIRE_DIMS   8                      /* in a declared shape */


/* maas_json_row.c: arrays of numbers */

/* What an array turned out to be: its nesting, and the numbers in it. */
typedef struct {
    size_t       n;
    unsigned     rank;
    size_t       dim[MAAS_JSON_RANK];
} maas_dims_t;

/* The array at j->p, nested or flat, of elements of one type -> x, which has
 * room for `room` numbers; those beyond are checked and counted, not stored.
 * BADSHAPE if it is ragged, too deep or mixes numbers and arrays. */
maas_status_t maas__json_tensor(maas_json_t *j, maas_dtype_t dt, float *x,
    size_t room, maas_dims_t *dims, maas_err_t *err);

/* Numbers and the commas between them, from the first number up to the `]`,
 * where the cursor is left.  *n is added to; numbers from *n = room on are
 * not stored.  x(room) may be written anywhere. */
typedef maas_status_t (*maas_json_run_pt)(maas_json_t *j, float *x, size_t room,
    size_t *n, maas_err_t *err);

/* Byte by byte: the oracle, and for CPUs that lack what others need. */
maas_status_t maas__json_run_plain(maas_json_t *j, float *x, size_t room,
    size_t *n, maas_err_t *err);

/* The same, but at the first number at or behind `until` the cursor stops:
 * *more = 1; else 0. */
maas_status_t maas__json_run_some(maas_json_t *j, float *x, size_t room,
    size_t *n, const char *until, unsigned *more, maas_err_t *err);

/* maas_json_num_avx512.c: the same as the plain one, 64 bytes a step; only
 * where maas__json_has_avx512().  Reads nothing behind the text. */
maas_status_t maas__json_run_avx512(maas_json_t *j, float *x, size_t room,
    size_t *n, maas_err_t *err);

/* Does this CPU have what that takes? */
int maas__json_has_avx512(void);

/* Rows in a tensor of this shape for a model of `in` numbers a row: the first
 * dimension if the others make a row, or one row without a batch dimension.
 * BADSHAPE if it is neither. */
maas_status_t maas__wire_rows(const size_t *dim, unsigned rank, size_t in,
    size_t *rows, maas_err_t *err);

/* A shape as text, such as [1,784], for a sentence. */
#define MAAS_SHAPE_TEXT  48
const char *maas__shape_text(const size_t *dim, unsigned rank,
    char text[MAAS_SHAPE_TEXT]);


/* maas_json_field.c: values of columns */

/* The value at j->p -> the slots of a column in the row x: a string, number,
 * true, false, null (missing), a list of one of these, or {"b64": string}. */
maas_status_t maas__json_field(maas_json_t *j, const maas_fields_t *f,
    size_t column, float *x, maas_err_t *err);

/* A raw string as the text of a column. */
maas_status_t maas__json_field_text(const maas_fields_t *f, size_t column,
    maas_str_t raw, float *x, maas_err_t *err);

/* The column that a raw string names, SIZE_MAX if there is none. */
size_t maas__json_column(const maas_fields_t *f, maas_str_t raw);


/* maas_json_record.c: rows that come as objects, or value by value */

typedef struct {
    const maas_info_t    *info;
    const maas_fields_t  *fields;      /* NULL: the model takes a tensor */
    float                *x;
    size_t                room;        /* rows in x */
    size_t                max_rows;
    size_t                rows;        /* read so far */
    size_t                pixels;      /* of pictures */
} maas_records_t;

/* The same as maas_objects_bound(). */
size_t maas__objects_bound(const maas_info_t *info, const char *body,
    size_t len, size_t max_rows);

/* Where the next row goes: TOOBIG if there are max_rows. */
maas_status_t maas__record_begin(maas_records_t *r, float **x,
    maas_err_t *err);

/* The value at j->p -> the row x, begun before.  Of a tensor {input: value},
 * {"b64": picture}; of columns {name: value,...}, [value,...] of all in order,
 * or if there is one column its value.  What x has already is an error, or, if
 * `weak`, stays.  Unknown names are BADVALUE. */
maas_status_t maas__json_record(maas_json_t *j, maas_records_t *r,
    unsigned weak, float *x, maas_err_t *err);

/* The last value is in: counts the row, unless it is not complete.  `at` is
 * its place in the text, for the sentence. */
maas_status_t maas__record_end(maas_records_t *r, float *x, size_t at,
    maas_err_t *err);

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


/* maas_base64.c: a string, as maas__json_string() gives it, -> bytes; out has
 * room for raw.len / 4 * 3 + 3.  BADVALUE; padding may be left out. */
maas_status_t maas__base64(maas_str_t raw, char *out, size_t *n);


/* The wire functions of maas.h, each with the contract that it has there, on
 * what a model says of itself, and its columns or NULL: maas_wire.c hands that
 * over. */

/* The same as maas_rows_bound(). */
size_t maas__rows_bound(const maas_info_t *info, size_t len, size_t max_rows);

/* The same as maas_v2_read(). */
maas_status_t maas__v2_read(const maas_info_t *info,
    const maas_fields_t *fields, const char *body, size_t len,
    size_t json_len, size_t max_rows, float *x, maas_request_t *req,
    maas_err_t *err);

/* The same as maas_rows_read(). */
maas_status_t maas__rows_read(const maas_info_t *info,
    const maas_fields_t *fields, const char *body, size_t len,
    size_t max_rows, float *x, maas_request_t *req, maas_err_t *err);

/* The same as maas_bytes_read(). */
maas_status_t maas__bytes_read(const maas_info_t *info, const char *body,
    size_t len, size_t max_rows, float *x, maas_request_t *req,
    maas_err_t *err);

/* The same as maas_v1_read(). */
maas_status_t maas__v1_read(const maas_info_t *info,
    const maas_fields_t *fields, maas_v1_t method, const char *body,
    size_t len, size_t max_rows, float *x, maas_request_t *req,
    maas_err_t *err);

/* The same as maas_json_form(). */
maas_json_form_t maas__json_form(const maas_fields_t *fields,
    const char *body, size_t len);

/* The same as maas_csv_bound(). */
size_t maas__csv_bound(const char *body, size_t len, size_t max_rows);

/* The same as maas_csv_read(). */
maas_status_t maas__csv_read(const maas_info_t *info,
    const maas_fields_t *fields, const char *body, size_t len,
    size_t max_rows, float *x, maas_request_t *req, maas_err_t *err);

/* The same as maas_csv_size(). */
size_t maas__csv_size(const maas_info_t *info, const maas_request_t *req);

/* The same as maas_csv_write(). */
size_t maas__csv_write(const maas_info_t *info, const maas_request_t *req,
    const float *y, char *buf);

/* The same as maas_form_read(). */
maas_status_t maas__form_read(const maas_info_t *info,
    const maas_fields_t *fields, const char *body, size_t len, float *x,
    maas_request_t *req, maas_err_t *err);

/* The same as maas_v1_size(). */
size_t maas__v1_size(const maas_info_t *info, maas_v1_t method,
    const maas_request_t *req);

/* The same as maas_v1_write(). */
size_t maas__v1_write(const maas_info_t *info, maas_v1_t method,
    const maas_request_t *req, const float *y, char *buf);

/* The same as maas_v2_size(). */
size_t maas__v2_size(const maas_info_t *info, maas_str_t version,
    const maas_request_t *req);

/* The same as maas_v2_write(). */
size_t maas__v2_write(const maas_info_t *info, maas_str_t version,
    const maas_request_t *req, const float *y, char *buf, size_t *json_len);

/* The same as maas_rows_size(). */
size_t maas__rows_size(const maas_info_t *info, const maas_request_t *req);

/* The same as maas_rows_write(). */
size_t maas__rows_write(const maas_info_t *info, const maas_request_t *req,
    const float *y, char *buf);

/* The same as maas_bytes_size(). */
size_t maas__bytes_size(const maas_info_t *info, const maas_request_t *req);

/* The same as maas_bytes_write(). */
size_t maas__bytes_write(const maas_info_t *info, const maas_request_t *req,
    const float *y, char *buf);


/* maas_json_top.c: the classification extension */

/* Classes that a model can rank: 0 if it does not classify. */
size_t maas__top_classes(const maas_info_t *info);

/* Bytes that maas__top_write() needs, scratch memory included. */
size_t maas__top_size(const maas_info_t *info, const maas_request_t *req);

/* The req->top_k best classes of each row of y, "value:index:label", best
 * first: JSON strings with commas between them, or where req->binary each one
 * behind its length in 4 bytes. */
size_t maas__top_write(const maas_info_t *info, const maas_request_t *req,
    const float *y, char *buf);


#endif /* MAAS_BODY_H */
