/*
 * Inputs of a document.
 * Not for others than maas_read_doc.c.
 */

#ifndef MAAS_READ_INPUTS_H
#define MAAS_READ_INPUTS_H

#include "maas_desc.h"
#include "maas_read_tree.h"


/* Fills d's inputs (R18, R27 to R29). */
maas_status_t maas__read_inputs(maas_read_t *r, const cJSON *doc,
    maas_desc_t *d);


#endif /* MAAS_READ_INPUTS_H */
