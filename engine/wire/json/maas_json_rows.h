/*
 * What other forms share with bare JSON: content types, answers, and which of
 * them a text is of.
 */

#ifndef MAAS_JSON_ROWS_H
#define MAAS_JSON_ROWS_H

#include "maas_form.h"


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

/* An array of rows of numbers, [[0.1,0.9],[0.8,0.2]]; as in maas_form_t. */
size_t maas__rows_size(const maas_info_t *info, const maas_request_t *req);
size_t maas__rows_write(const maas_info_t *info, const maas_request_t *req,
    const float *y, char *buf, size_t *json_len);


#endif /* MAAS_JSON_ROWS_H */
