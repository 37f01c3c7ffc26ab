/*
 * What other forms share with bare JSON: content types, rows of numbers,
 * answers, classes by rank, and which of them a text is of.
 */

#ifndef MAAS_JSON_ROWS_H
#define MAAS_JSON_ROWS_H

#include "maas_json_record.h"


/* Content types of JSON of any form */
extern const char *const  maas__json_types[];

typedef enum {
    MAAS_JSON_V2 = 0,
    MAAS_JSON_V1,                   /* predict: "instances" */
    MAAS_JSON_ROWS                  /* an array, or an object of columns */
} maas_json_kind_t;

/* Looks no further than up to the first member that tells. */
maas_json_kind_t maas__json_kind(const maas_info_t *info,
    const maas_body_t *body);

/* Numbers, nested or flat, at j->p -> rows.  MAAS_NUMBERS_ALONE: they are all
 * of the text; _ROWS: the outermost array is one of rows, never one row. */
typedef enum {
    MAAS_NUMBERS_ANY = 0,
    MAAS_NUMBERS_ALONE,
    MAAS_NUMBERS_ROWS
} maas_numbers_t;

maas_status_t maas__rows_numbers(maas_json_t *j, maas_records_t *r,
    maas_numbers_t kind, maas_err_t *err);

/* An array of rows of numbers, [[0.1,0.9],[0.8,0.2]], or "predictions" of an
 * object with "explanations"; as in maas_form_t. */
size_t maas__rows_size(const maas_info_t *info, const maas_request_t *req);
size_t maas__rows_write(const maas_info_t *info, const maas_request_t *req,
    const float *y, char *buf, size_t *json_len);


/* Classes that a model can rank: 0 if it does not classify. */

static inline size_t
maas__top_classes(const maas_info_t *info)
{
    return info->task == MAAS_TASK_CLASSIFICATION ? info->out
           : info->task == MAAS_TASK_BINARY ? 2 : 0;
}

/* The value of a class in the row y; of a binary task y[0] is that of class 1.
 */

static inline float
maas__top_value(const maas_info_t *info, const maas_request_t *req,
    const float *y, size_t class)
{
    float  v;

    if (info->task != MAAS_TASK_BINARY) {
        return y[class];
    }

    v = class == 1 ? y[0] : 1.0f - y[0];

    return req->blunt == NULL ? v : maas_blunt_round(req->blunt, v);
}

/* What is said of a row of y(req->rows,out) */

static inline size_t
maas__said(const maas_info_t *info, const maas_request_t *req, const float *y,
    size_t row)
{
    return req->said == NULL ? maas_decision(info, y + row * info->out)
                             : req->said[row];
}

/* maas_json_top.c */

/* The most bytes that a label takes in JSON, without quotes; 0: none has */
size_t maas__label_size(const maas_info_t *info);

/* Bytes that maas__top_write() needs, scratch memory included. */
size_t maas__top_size(const maas_info_t *info, const maas_request_t *req);

/* The req->top_k best classes of each row of y, "value:index:label", that of
 * maas__said() first and then the best: JSON strings with commas between
 * them, or where req->binary each one behind its length in 4 bytes. */
size_t maas__top_write(const maas_info_t *info, const maas_request_t *req,
    const float *y, char *buf);


#endif /* MAAS_JSON_ROWS_H */
