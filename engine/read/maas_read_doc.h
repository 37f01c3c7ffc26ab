/*
 * The parts of the `maas` document of a model file.
 * Not for others than the files of this room.
 */

#ifndef MAAS_READ_DOC_H
#define MAAS_READ_DOC_H

#include "maas_desc.h"
#include "maas_read_container.h"


/* maas_read_inputs.c: fills d's inputs (R18, R27 to R29, R36). */
maas_status_t maas__read_inputs(maas_read_t *r, const cJSON *doc,
    maas_desc_t *d);
/* Its layers are known: where a row may have no value for a number, do all that
 * take it know that (R36)? */
maas_status_t maas__read_gaps(maas_read_t *r, const maas_desc_t *d);

/* maas_read_column.c: column i of a document of that version, all but its place
 * (R18, R27, R29, R33, R34). */
maas_status_t maas__read_column(maas_read_t *r, const cJSON *v,
    size_t version, size_t i, maas_column_t *col);
/* maas_read_value.c: what a text of column i means (R33, R34). */
maas_status_t maas__read_value(maas_read_t *r, const cJSON *v, size_t i,
    maas_column_t *col);
/* scaling, shift and factor of a column or of the tensor (R18). */
maas_status_t maas__read_scaling(maas_read_t *r, const cJSON *v,
    maas_column_t *col);

/* maas_read_records.c: columns of the training file that are no input (R31),
 * what values are usual, and what the training data was, which may be anything:
 * what is not as it should be is passed over. */
maas_status_t maas__read_others(maas_read_t *r, const cJSON *doc,
    maas_desc_t *d);
maas_status_t maas__read_usual(maas_read_t *r, const cJSON *doc,
    maas_desc_t *d);
maas_status_t maas__read_training(maas_read_t *r, const cJSON *doc,
    maas_desc_t *d);

/* maas_read_reference.c: how values of the inputs were spread, and the means of
 * a row's numbers (R35, R38). */
maas_status_t maas__read_reference(maas_read_t *r, const cJSON *doc,
    maas_desc_t *d);

/* maas_read_nodes.c: fills d's nodes, and where its outputs come from (R19 to
 * R22, R24, R26). */
maas_status_t maas__read_nodes(maas_read_t *r, const maas_container_t *c,
    const cJSON *doc, maas_desc_t *d);
/* R20, R22: nothing may be left over. */
maas_status_t maas__read_unused(maas_read_t *r, const maas_container_t *c,
    const maas_desc_t *d);


#endif /* MAAS_READ_DOC_H */
