/*
 * An explainer: between maas_explain.c, which makes one, and those that know
 * one way to explain each.  Not for anyone else.
 */

#ifndef MAAS_EXPLAIN_H
#define MAAS_EXPLAIN_H

#include "maas_plan.h"
#include "kernel/maas_shap.h"


/* A step of a network as it is run to be explained: what is applied last is
 * told apart where its slope needs what was before it.  Values have rows of
 * `ld` floats, from row 0's place in the workspace, times rows, on. */

typedef struct {
    maas_step_t         step;
    maas_shap_t        *shap;          /* of trees: SHAP values of its sums */
    const float        *mean;          /* (width) what it makes in the mean of
                                          training; NULL: not known */
    maas_act_t          act;           /* behind run(); LINEAR: nothing */
    const maas_slope_t *slope;         /* of what is applied last; NULL: 1 */
    float               alpha;
    unsigned            root;          /* trees or an embedding of the input:
                                          the path is straight behind it */
    unsigned            first;         /* a root, or linear in the network's
                                          input alone: so is the path there */
    size_t              width;
    size_t              ld;
    size_t              value;         /* floats, behind what is applied */
    size_t              before;        /* before it; the same if not kept */
    size_t              slopes;
} maas_path_step_t;

typedef struct {
    const maas_model_t *model;
    size_t              n_steps;
    maas_path_step_t   *steps;
    unsigned            straight;      /* all is linear: one node is enough */
    unsigned            exact;         /* and all roots are trees */
    unsigned            roots;         /* there are some */
    const float        *usual;         /* a baseline whose embedding is the mean
                                          of training; NULL: there is none */
    size_t              shap;          /* bytes of scratch for SHAP values */
    unsigned            inputs;        /* rows of the input along the path are
                                          needed, and their slopes */
    size_t              ld;            /* of the input, */
    size_t              input;         /*     where it stands, */
    size_t              input_slopes;  /*     and its slopes */
    size_t              row;           /* floats of workspace by row, */
    size_t              scratch;       /*     bytes of steps by row, */
    size_t              fixed;         /*     and for all rows */
    size_t              sums;          /* numbers of all first steps */
    double             *t;             /* (MAAS_EXPLAIN_STEPS) nodes, */
    double             *weight;        /*     and weights */
} maas_path_t;

struct maas_explainer_s {
    maas_explain_t      how;
    maas_arena_t       *arena;         /* of all of it */
    const maas_model_t *model;
    size_t              size;          /* numbers of an attribution */
    maas_reasons_t     *reasons;       /* of trees */
    maas_path_t         path;          /* of networks */
    maas_model_t       *wide;          /* the one that has it, if weights have
                                          fewer bits than floats; or NULL */
    const float        *baseline;      /* (in) likewise */
};


/* maas_reasons.c: as maas_reasons_load(), of a description, in an arena that is
 * the caller's.  Then phi(in + 1) of one score of a row. */
maas_status_t maas__reasons_create(const maas_desc_t *d, maas_isa_t isa,
    maas_arena_t *a, maas_reasons_t **out, maas_err_t *err);
void maas__reasons_one(const maas_reasons_t *r, const void *x, size_t output,
    double *phi, void *ws);

/* maas_explain_base.c: the baseline of a network's rows, (in) floats in the
 * arena: the file's, else what training saw of columns.  NULL: no memory. */
float *maas__explain_base(const maas_model_t *m, const maas_desc_t *d,
    maas_arena_t *a);
/* x(in) = what is 0 for the network. */
void maas__explain_zero(const maas_model_t *m, float *x);

/* maas_explain_widen.c: has it weights of fewer bits than floats?  *out: the
 * same with floats, all in the arena or as it was.  NOMEM. */
int maas__explain_is_narrow(const maas_desc_t *d);
maas_status_t maas__explain_widen(const maas_desc_t *d, maas_arena_t *a,
    maas_desc_t *out, maas_err_t *err);

/* maas_explain_roots.c: does the step make what the path goes along of the
 * input, which may have no value?  Then tables of such steps, of trees without
 * transform, UNSUPPORTED, NOMEM; and the mean of training of embeddings: what
 * stands for the row `usual`, which lives longer.  NOMEM. */
int maas__explain_root(const maas_node_t *n);
maas_status_t maas__roots_create(maas_path_t *p, const maas_desc_t *d,
    maas_isa_t isa, maas_arena_t *a, maas_err_t *err);
maas_status_t maas__roots_means(maas_path_t *p, const float *usual,
    maas_arena_t *a);

/* maas_explain_mean.c: (units) of a step of kind embed, in the arena: what rows
 * of training are embedded as in the mean, by what the model knows of columns,
 * and else as the row `usual`.  NULL: no memory. */
float *maas__explain_mean(const maas_model_t *model, const maas_step_t *s,
    const float *usual, maas_arena_t *a);

/* maas_explain_path.c: how a model planned from d is explained: everything but
 * `usual` is filled.  UNSUPPORTED with a sentence, NOMEM. */
maas_status_t maas__path_create(maas_path_t *p, const maas_model_t *m,
    const maas_desc_t *d, maas_isa_t isa, maas_arena_t *a, maas_err_t *err);
/* Bytes of workspace: widths are bounded (R19), so that it cannot overflow. */
size_t maas__path_size(const maas_path_t *p, size_t steps);
/* maas_explain_path_run.c: slots(in), what each number adds to a score of x;
 * fills *out. */
void maas__path_run(const maas_path_t *p, const float *x,
    const float *baseline, size_t output, size_t steps, double *slots,
    maas_explained_t *out, void *ws);


#endif /* MAAS_EXPLAIN_H */
