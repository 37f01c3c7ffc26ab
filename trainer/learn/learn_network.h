/*
 * What the files of the network family share: its settings, the embedding of
 * rows, and nodes that are joined.  Only network_*.c and learn_network.c
 * include this.
 */

#ifndef TRAIN_LEARN_NETWORK_H
#define TRAIN_LEARN_NETWORK_H

#include "fit/loop.h"
#include "learn/learn.h"
#include "net/embed.h"


/* A recipe, read */

typedef struct {
    double   width, depth;      /* of hidden layers */
    double   act;               /* maas_act_t */
    double   drop;              /* share of their numbers */
    double   bins;              /* of a number, at most; 0: none */
    double   waves, sums;       /* of a number: cosines, and sums of them */
    double   one_hot;           /* values of a category with a slot each; */
    double   table;             /*     more have so many numbers each */
    double   robust;            /* scaled by quartiles */
    double   clip;              /* soft bound of a scaled number; 0: none */
    double   batch;
    double   epochs;            /* 0: by the rows, `most` at most */
    double   most;
    double   lr, decay, beta2, warmup, ema;
    double   held;              /* decay is this by the rows, 1 at most; 0: as
                                   `decay` says */
    double   smooth;            /* this much of a class is everyone's */
    double   schedule;          /* train_sched_t */
    double   gain;              /* of the first weights */
    double   patience;          /* epochs; 0: by those that there are */
} train_network_t;


/* network_embed.c: items for the columns of the rows, by their values in the
 * lesson's rows of both parts; to be given to train_embed_free() */
void train_network_embed(const train_network_t *s, const train_lesson_t *l,
    train_embed_t *e);


/* network_nodes.c: to->nodes, in its arena, of a network on rows of `in`
 * values; of two logits where out is 1, their difference.  net->act becomes
 * none. */
void train_network_nodes(const train_embed_t *e, train_net_t *net, size_t out,
    size_t in, train_learnt_t *to);
/* As pack() of a family. */
int train_network_pack(const train_learnt_t *member, const double *weight,
    size_t n, train_learnt_t *to, char *why);


#endif /* TRAIN_LEARN_NETWORK_H */
