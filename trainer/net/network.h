/*
 * A network: its layers, and where their numbers stand.  How it is run or
 * trained is in step.h.
 */

#ifndef MAAS_TRAIN_NETWORK_H
#define MAAS_TRAIN_NETWORK_H

#include "maas.h"
#include "util.h"
#include "kernel/maas_act.h"


/* network.c */

typedef enum {
    TRAIN_INIT_AUTO = 0,            /* he before relu and kin, else glorot */
    TRAIN_INIT_HE,
    TRAIN_INIT_GLOROT
} train_init_t;

typedef enum {
    TRAIN_NORM_NONE = 0,
    TRAIN_NORM_BATCH,               /* over the rows of a batch */
    TRAIN_NORM_LAYER                /* over the numbers of a row */
} train_norm_t;

/*
 * A layer: x W + b, then normalised, activated, some of it dropped, and the
 * output of the layer `skip` below added, as far as it has these.  Matrices
 * are padded: ld = train_pad(units) columns, the last ones zero.
 */

typedef struct {
    maas_act_t     act;
    float          alpha;
    train_norm_t   norm;
    float          eps;             /* of norm */
    float          drop;            /* share that is dropped in training */
    size_t         skip;            /* 0: nothing is added */
    train_init_t   init;

    size_t         in;
    size_t         units;
    size_t         ld;

    /* places in the parameters; from gamma on only with norm, mean and var
     * only with TRAIN_NORM_BATCH */
    size_t         at;              /* where the layer begins */
    size_t         size;            /* floats of it */
    size_t         w_at;            /* (in,ld), here the layer begins */
    size_t         b_at;            /* (ld) */
    size_t         gamma_at;        /* (ld), behind b */
    size_t         beta_at;         /* (ld), behind gamma */
    size_t         mean_at;         /* (ld) */
    size_t         var_at;          /* (ld) */

    unsigned       fed;             /* a layer above adds this one's output */
    unsigned       feeds_first;     /* of those that add the same output this
                                       is the highest */
} train_layer_t;

typedef struct {
    size_t         in;
    size_t         out;
    size_t         n_layers;
    train_layer_t  layers[TRAIN_MAX_NET + 1];
    size_t         n;               /* floats in params, padding counted */
    float         *params;
} train_net_t;

/* spec: layers like "64:relu:bn:drop=0.2", or "" for none; the output layer is
 * added: softmax, sigmoid or linear.  Returns 0, or -1 with a sentence in
 * why[160]. */
int train_net_create(train_net_t *net, size_t in, size_t out,
    maas_task_t task, const char *spec, char *why);
void train_net_init(train_net_t *net, train_init_t init, uint64_t seed);
void train_net_free(train_net_t *net);
/* The last layer, before its activation, gives factor times what it gave, plus
 * shift. */
void train_net_fold(train_net_t *net, double factor, double shift);
/* Without padding, as the file will have them. */
size_t train_net_parameters(const train_net_t *net);

/* spec.c: the hidden layers of a spec.  Returns as train_net_create(). */
int train_spec_read(train_net_t *net, const char *spec, char *why);


#endif /* MAAS_TRAIN_NETWORK_H */
