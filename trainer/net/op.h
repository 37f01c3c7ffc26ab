/*
 * Kinds of layers: what a row of the table says, and what its functions are
 * given.  One file a kind; reading a spec, memory, steps and the layers of the
 * model file walk the table.  When a layer runs is step.c's matter.
 */

#ifndef TRAIN_OP_H
#define TRAIN_OP_H

#include "export.h"
#include "step.h"


/* Of what a hidden layer is made: one at most at each place, in this order */

typedef enum {
    TRAIN_PLACE_PRODUCT = 0,
    TRAIN_PLACE_NORM,
    TRAIN_PLACE_ACT,
    TRAIN_PLACE_DROP,
    TRAIN_PLACE_ADD,
    TRAIN_N_PLACES
} train_place_t;

/* A layer at work: what a member makes of it at a time.  The layers below are
 * l[-1] and p[-1], if i > 0. */

typedef struct {
    train_work_t         *w;
    const train_batch_t  *b;
    const train_layer_t  *l;
    train_share_t        *p;
    size_t                i;
    size_t                first, last;  /* rows */
    size_t                from, to;     /* columns; `to` may count padding */
    const train_adam_t   *adam;         /* of weights; back alone */
} train_pass_t;


/* A kind.  Functions may be NULL, but for forward and backward. */

struct train_op_s {
    train_place_t   place;
    const char     *items;          /* of a spec, for people */
    train_by_t      by;
    unsigned        vectors;        /* of its parameters, as in the layer */
    unsigned        kept;
    float           first[4];       /* value of each vector */

    unsigned        new_out;        /* forward() never works in place, */
    unsigned        new_grad;       /*     backward() neither; both where a
                                           hidden layer begins */
    unsigned        relu;           /* forward() does a relu that follows */
    unsigned        spends;         /* gradient() can make steps of Adam */
    unsigned        whole;          /* is never split */
    unsigned        folds;          /* has no parameters in a model file */
    unsigned        keeps;          /* wants p->keep: (max_rows,ld), */
    unsigned        stats;          /*     so many p->stats of each row or
                                           column */

    /* How a spec has it, "item" or "item=value"; NULL: as read() says. */
    const char     *item;
    /* value: NULL without one.  Returns 1; 0 if that is no such item; -1 with
     * a sentence in why[TRAIN_WHY]. */
    int           (*set)(train_layer_t *l, const char *value, char *why);
    /* The same of a whole item, number `nth` of a hidden layer: 0 is what it
     * begins with.  l is what stands at the place so far. */
    int           (*read)(train_layer_t *l, const char *item, size_t nth,
                          char *why);

    /* What depends on the layers below: units, rows, by, reads_*, other of
     * layer i.  0, or -1 with a sentence. */
    int           (*shape)(train_net_t *net, size_t i, char *why);
    /* First values of the weights w(rows,ld), all 0. */
    void          (*init)(const train_layer_t *l, train_init_t init,
                          train_rng_t *rng, float *w);

    /* p[-1].a, the output of the layer below -> p->a, rows first..last,
     * columns from..to; both may be one. */
    void          (*forward)(const train_pass_t *s);
    /* p->g, the gradient by p->a -> p[-1].g, likewise. */
    void          (*backward)(const train_pass_t *s);
    /* Then: gradients by columns from..to of the parameters, of all rows, to
     * p->grad and p->small; if p->spends, a step instead of p->grad. */
    void          (*gradient)(const train_pass_t *s);

    /* Before it: squared length of each row's gradient of the parameters, added
     * to sum(rows), rows first..last; NULL: each row's depends on others, or
     * there are no parameters. */
    void          (*squares)(const train_pass_t *s, double *sum);

    /* Layers of the model file; p: its parameters. */
    void          (*file)(const train_layer_t *l, const float *p,
                          train_export_t *e);
};

/* One row a kind, and nothing else lists them: train_op_NAME is in op_NAME.c,
 * spec.c walks them.  In the order in which items are told to people. */

#define TRAIN_OPS(X)                                                          \
    X(act)                          /* an activation */                       \
    X(batch_norm)                                                             \
    X(layer_norm)                                                             \
    X(dropout)                                                                \
    X(add)                          /* the output of a layer below */         \
    X(dense)                        /* x W + b */

#define TRAIN_OP_DECLARE(name)  extern const train_op_t  train_op_##name;
TRAIN_OPS(TRAIN_OP_DECLARE)

/* of no spec: the first layer of a network on rows of values themselves */
extern const train_op_t  train_op_embed;            /* op_embed.c */


/* Normalisation: x -> gamma x' + beta; vectors of its parameters */
#define TRAIN_NORM_GAMMA  0
#define TRAIN_NORM_BETA   1

/* op_layer_norm.c: gradient() of any that has x' in p->keep */
void train_norm_gradient(const train_pass_t *s);


#endif /* TRAIN_OP_H */
