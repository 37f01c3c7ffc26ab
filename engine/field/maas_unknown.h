/*
 * What is said of a name that the model has not.
 */

#ifndef MAAS_UNKNOWN_H
#define MAAS_UNKNOWN_H

#include "maas.h"


/* BADNAME with the name, a text, and with those that are valid, as many as a
 * sentence holds. */
maas_status_t maas__unknown_column(const maas_info_t *info, maas_str_t name,
    maas_err_t *err);
maas_status_t maas__unknown_input(const maas_info_t *info, maas_str_t name,
    maas_err_t *err) __attribute__((cold));

/* The same of a column, with the one that was meant where there is one. */
maas_status_t maas__misspelt_column(const maas_info_t *info, maas_str_t name,
    maas_err_t *err);

/* The name, also of a column that is no input, which differs from s in case,
 * blanks, "_", "-" and "." alone; NULL: none. */
const char *maas__column_near(const maas_info_t *info, maas_str_t s);

/* May rows come as bare numbers?  BADVALUE with the columns if not: the slots
 * of a row are nobody's business but the model's. */
maas_status_t maas__raw_numbers(const maas_info_t *info, maas_err_t *err);


#endif /* MAAS_UNKNOWN_H */
