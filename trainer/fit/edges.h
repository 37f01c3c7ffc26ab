/*
 * Numbers of pictures that no training row has decided about.
 * Not here: how they are computed (edges.c).
 */

#ifndef TRAIN_EDGES_H
#define TRAIN_EDGES_H

#include "net/network.h"
#include "data/data.h"


typedef struct {
    size_t   in, n_first, n;        /* pixels, edges, numbers of regions */
    float   *first;                 /* (in,n_first) */
    size_t   ld;
    float   *regions;               /* (n_first,ld) */
} train_edges_t;

/* How many numbers pictures of d become; 0: they are none of bytes, or too
 * small. */
size_t train_edges_count(const train_data_t *d);
void train_edges_create(train_edges_t *e, const train_data_t *d);
void train_edges_free(train_edges_t *e);
/* to: d with these numbers, which are to be given to train_free(); all else is
 * d's. */
void train_edges_data(const train_edges_t *e, const train_data_t *d,
    train_data_t *to);
/* A network of them, with hidden layers spec, becomes one of pixels. */
void train_edges_net(const train_edges_t *e, train_net_t *net,
    maas_task_t task, const char *spec);


#endif /* TRAIN_EDGES_H */
