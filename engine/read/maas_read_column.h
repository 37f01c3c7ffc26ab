/*
 * A column of a document.
 * Not for others than maas_read_inputs.c.
 */

#ifndef MAAS_READ_COLUMN_H
#define MAAS_READ_COLUMN_H

#include "maas_desc.h"
#include "maas_read_tree.h"


/* Column i, all but its place (R18, R27, R29). */
maas_status_t maas__read_column(maas_read_t *r, const cJSON *v, size_t i,
    maas_column_t *col);

/* scaling, shift and factor of a column or of the tensor (R18). */
maas_status_t maas__read_scaling(maas_read_t *r, const cJSON *v,
    maas_column_t *col);


#endif /* MAAS_READ_COLUMN_H */
