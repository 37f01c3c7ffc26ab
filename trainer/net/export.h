/*
 * A trained network in the layers of the model file.  What stands around them
 * in the file is record.c's and write.c's matter.
 */

#ifndef TRAIN_EXPORT_H
#define TRAIN_EXPORT_H

#include "network.h"
#include "op/maas_op.h"


typedef struct {
    size_t         n;
    maas_node_t   *nodes;
    unsigned      *output;          /* of network layer i - 1, as in nodes */
} train_export_t;

/* To be given to train_export_free(). */
train_export_t *train_export(const train_net_t *net);
void train_export_free(train_export_t *e);


/* For the kinds' file(): */

#define train_export_last(e)  (&(e)->nodes[(e)->n - 1])

/* Another layer, which reads the one before it; `kind` as in the file. */
maas_node_t *train_export_next(train_export_t *e, const char *kind);
/* An attribute as in the file, "units". */
void train_export_set(maas_node_t *n, const char *attr, double v);
/* p(rows,ld) is copied, without padding: the kind's first tensor, or next. */
void train_export_tensor(maas_node_t *n, size_t which, const train_layer_t *l,
    const float *p, size_t rows);


#endif /* TRAIN_EXPORT_H */
