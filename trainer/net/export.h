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

/* Another layer, which reads the one before it; `kind` as in the file. */
void train_export_next(train_export_t *e, const char *kind);

/* The rest is about the last one. */

/* An attribute as in the file, "units". */
void train_export_set(train_export_t *e, const char *attr, double v);
/* p(rows,ld) is copied, without padding: the kind's first tensor, or next. */
void train_export_tensor(train_export_t *e, size_t which, const float *p,
    size_t rows, size_t units, size_t ld);
/* The copy (rows,units), to change it. */
float *train_export_floats(train_export_t *e, size_t which);
/* It also reads the output of this layer of the network, from 1. */
void train_export_input(train_export_t *e, size_t layer);
void train_export_act(train_export_t *e, maas_act_t act, float alpha);


#endif /* TRAIN_EXPORT_H */
