/*
 * The `maas` document of a model file -> description.
 * Not for others than maas_read.c.
 */

#ifndef MAAS_READ_DOC_H
#define MAAS_READ_DOC_H

#include "maas_desc.h"
#include "maas_read_container.h"


/* The document of an open container, checked (R14 to R30) and bound to its
 * tensors.  *out lives in the arena. */
maas_status_t maas__read_document(maas_read_t *r, const maas_container_t *c,
    maas_desc_t **out);


#endif /* MAAS_READ_DOC_H */
