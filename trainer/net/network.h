/*
 * A network: its layers, and where their numbers stand.  How it is run or
 * trained is in step.h.
 */

#ifndef TRAIN_NETWORK_H
#define TRAIN_NETWORK_H

#include "maas.h"
#include "kernel/maas_act.h"


typedef enum {
    TRAIN_INIT_AUTO = 0,            /* he before relu and kin, else glorot */
    TRAIN_INIT_HE,
    TRAIN_INIT_GLOROT
} train_init_t;

/* Which numbers of a layer that is split a member makes, forward and back */

typedef enum {
    TRAIN_BY_NUMBER = 0,            /* those whose inputs it made itself */
    TRAIN_BY_COLUMN,                /* own columns from own columns */
    TRAIN_BY_ROW,                   /* own rows from own rows */
    TRAIN_BY_ALL                    /* own columns from all numbers */
} train_by_t;

typedef struct train_op_s  train_op_t;          /* op.h: a kind of layer */

/*
 * Rows of `in` numbers become rows of `units`.  A hidden layer of a spec is
 * one or more of these.  Matrices are padded: ld = train_pad(units) columns,
 * the last ones zero.
 *
 * Parameters: rows of weights (rows,ld), then vectors (ld) that are trained,
 * then vectors that are only remembered, as a mean is.
 */

typedef struct {
    const train_op_t  *op;
    size_t             hidden;      /* hidden layer it belongs to, from 0; the
                                       output is the last */
    size_t             in;
    size_t             units;
    size_t             ld;

    size_t             at;          /* of its parameters among the network's */
    size_t             size;        /* floats of them */
    size_t             rows;
    size_t             vectors;
    size_t             kept;

    train_by_t         by;
    unsigned           reads_in;    /* back: wants its input, */
    unsigned           reads_out;   /*     its output */
    size_t             quiet;       /* of its output's gradient it wants none of
                                       so many first numbers: times of
                                       TRAIN_PAD */
    size_t             other;       /* the layer whose output is its second
                                       input, counted from 1; 0: none */
    unsigned           fed;         /* is such a layer */
    unsigned           feeds_first; /* of those with the same second input this
                                       is the highest */
    unsigned           he;          /* weights begin as He's */
    unsigned           relu;        /* relu follows and is done here */

    union {                         /* a kind's own */
        struct {
            train_init_t   init;
        } dense;
        struct {
            maas_act_t     kind;
            float          alpha;
            unsigned       done;    /* by the layer below */
        } act;
        struct {
            float          share;
        } drop;
        struct {
            size_t         skip;    /* hidden layers below */
        } add;
        const struct train_embed_s  *embed;
    };
} train_layer_t;

/* Vector k of a layer in p, which is as its parameters */
#define train_vector(l, p, k)  ((p) + ((l)->rows + (k)) * (l)->ld)

typedef struct {
    size_t          in;
    size_t          out;
    maas_act_t      act;            /* of the output; the loss applies it */
    unsigned        rates;          /* the answer is exp() of the output; the
                                       loss does that, too */
    size_t          n_layers;
    train_layer_t  *layers;
    size_t          n;              /* floats in params, padding counted */
    float          *params;
} train_net_t;


/* network.c */

/* spec: layers like "64:relu:bn:drop=0.2", or "" for none; the output layer is
 * added: softmax, sigmoid or linear.  Returns 0, or -1 with a sentence in
 * why[TRAIN_WHY]. */
int train_net_create(train_net_t *net, size_t in, size_t out,
    maas_task_t task, const char *spec, char *why);
/* The same on rows of values themselves, which e, kept by the caller, makes
 * into numbers. */
int train_net_create_on(train_net_t *net, const struct train_embed_s *e,
    size_t out, maas_task_t task, const char *spec, char *why);
void train_net_init(train_net_t *net, train_init_t init, uint64_t seed);
void train_net_free(train_net_t *net);
/* The network gives, before its activation, factor times what it gave, plus
 * shift. */
void train_net_fold(train_net_t *net, double factor, double shift);
/* The same of each number: factor(out), shift(out). */
void train_net_units(train_net_t *net, const double *factor,
    const double *shift);
/* As much more before its activation: shift(out). */
void train_net_shift(train_net_t *net, const double *shift);
/* Without padding, as the file will have them. */
size_t train_net_parameters(const train_net_t *net);

/* spec.c: the hidden layers of a spec, to net->layers, which gets room for one
 * more.  Returns as train_net_create(). */
int train_spec_read(train_net_t *net, const char *spec, char *why);


#endif /* TRAIN_NETWORK_H */
