/*
 * Values of columns in JSON.
 * Not here: rows.
 */

#ifndef MAAS_JSON_FIELD_H
#define MAAS_JSON_FIELD_H

#include "field/maas_field.h"
#include "text/maas_json.h"


/* The value at j->p -> the slots of a column in the row x: a string, number,
 * true, false, null (missing), a list of one of these, or {"b64": string}. */
maas_status_t maas__json_field(maas_json_t *j, const maas_fields_t *f,
    size_t column, float *x, maas_err_t *err);

/* The column that a raw string names, SIZE_MAX if there is none. */
size_t maas__json_column(const maas_fields_t *f, maas_str_t raw);


#endif /* MAAS_JSON_FIELD_H */
