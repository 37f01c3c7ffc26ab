/*
 * Where the fields of a body go; what readers of them have for one another.
 */

#ifndef MAAS_BODY_FIELDS_H
#define MAAS_BODY_FIELDS_H

#include "maas_form.h"


typedef struct {
    maas_body_field_pt   each;
    void                *data;
    char                *scratch;  /* where the next decoded text goes */
} maas_fields_to_t;


/* maas_body_csv.c: text/csv, as in maas_body_fields() */
maas_status_t maas__body_csv(maas_str_t text, maas_fields_to_t *b,
    maas_err_t *err);


#endif /* MAAS_BODY_FIELDS_H */
