/*
 * Layers of a document.
 * Not for others than maas_read_doc.c.
 */

#ifndef MAAS_READ_NODES_H
#define MAAS_READ_NODES_H

#include "maas_desc.h"
#include "maas_read_container.h"


/* Fills d's nodes, and where its outputs come from (R19 to R22, R24, R26). */
maas_status_t maas__read_nodes(maas_read_t *r, const maas_container_t *c,
    const cJSON *doc, maas_desc_t *d);
/* R20, R22: nothing may be left over. */
maas_status_t maas__read_unused(maas_read_t *r, const maas_container_t *c,
    const maas_desc_t *d);


#endif /* MAAS_READ_NODES_H */
