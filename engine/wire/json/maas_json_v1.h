/*
 * What the files about TensorFlow Serving's protocol share.
 * Not for others.
 */

#ifndef MAAS_JSON_V1_H
#define MAAS_JSON_V1_H

#include "text/maas_json.h"
#include "wire/maas_records.h"


typedef struct {
    maas_json_t         j;
    maas_err_t         *err;
    maas_records_t      r;         /* where rows go */

    /* of predict */

    unsigned            format;    /* "instances" or "inputs" was there */
    unsigned            columns;   /* the latter */

    /* of classify and regress: values as text */

    maas_str_t          context;
    maas_str_t          examples;
} maas_v1_t;


/* maas_json_v1_predict.c: a predict request at v->j.p -> v->r */
maas_status_t maas__v1_predict(maas_v1_t *v);

/* The value of "signature_name" */
maas_status_t maas__v1_signature(maas_v1_t *v);

/* The first byte of the first element of the array at v->j.p; 0: it is
 * empty. */
char maas__v1_peek(const maas_v1_t *v);


#endif /* MAAS_JSON_V1_H */
