/*
 * Is a row of a CSV text names, and whose?  For maas_layout.c alone.
 */

#ifndef MAAS_LAYOUT_NAMES_H
#define MAAS_LAYOUT_NAMES_H

#include "maas_layout.h"


typedef enum {
    MAAS_NAMES_NONE = 0,           /* values */
    MAAS_NAMES_KNOWN,              /* names, all of them known */
    MAAS_NAMES_WRONG               /* names, but not all are known */
} maas_names_kind_t;


/* Is it a target that info->others[other] is? */
int maas__is_target(const maas_info_t *info, size_t other);

/* What the row is. */
maas_names_kind_t maas__names_look(const maas_info_t *info,
    const maas_layout_want_t *want, const maas_csv_t *row);

/* Has the row neither a number nor a missing value? */
int maas__names_words(const maas_csv_t *row);

/* BADVALUE: the first name in the row that is unknown. */
maas_status_t maas__names_refuse(maas_layout_t *l,
    const maas_layout_want_t *want, const maas_csv_t *row, maas_err_t *err);

/* The row at c, if it is names: l->names, n and place; c is then at the next
 * row. */
maas_status_t maas__names_read(maas_layout_t *l, const maas_layout_want_t *want,
    maas_csv_t *c, maas_arena_t *a, maas_err_t *err);


#endif /* MAAS_LAYOUT_NAMES_H */
