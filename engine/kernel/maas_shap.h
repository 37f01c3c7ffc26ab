/*
 * What each feature of a row adds to the scores of an ensemble of trees: exact,
 * path-dependent SHAP values (Lundberg and others, arXiv 1802.03888).
 * Not here: where an ensemble comes from, and what its features are.
 */

#ifndef MAAS_SHAP_H
#define MAAS_SHAP_H

#include "maas_trees.h"


/*
 * The value of a set of features is what a row's score is expected to be if
 * only those are known: a node of a known feature sends the row on, one of
 * another feature is the mean of both children, each counted by its `cover`
 * (by half if nothing came there).  phi of a feature is its Shapley value
 * among them, so that the phi of a row and the bias, which is the value of
 * knowing nothing, add up to the score before the transform.
 */

typedef struct maas_shap_s  maas_shap_t;

/* maas_shap.c: tables of an ensemble, of which nothing is kept, in the arena.
 * isa: as for maas_model_load().  UNSUPPORTED and a sentence if the ensemble
 * has no cover, linear leaves, or is no sum, or if the CPU lacks the isa;
 * TOOBIG, NOMEM. */
maas_status_t maas__shap_create(const maas_trees_t *t, maas_isa_t isa,
    maas_arena_t *a, maas_shap_t **out, maas_err_t *err);

/* The bias of a score: what phi of any row has last. */
double maas__shap_bias(const maas_shap_t *s, size_t output);

/* Bytes of scratch memory for a run, a multiple of MAAS_ALIGN. */
size_t maas__shap_scratch(const maas_shap_t *s);

/* phi(rows,out,in + 1), the last number is the bias, of x(rows,in): ldx numbers
 * from row to row, of the type t->x.  A row gives the same bits whatever rows
 * it comes with and whatever runs it.  scratch: aligned, any content.
 * Allocates nothing, cannot fail. */
void maas__shap_run(const maas_shap_t *s, const void *x, size_t ldx,
    size_t rows, double *phi, void *scratch);
/* phi(in + 1) of one score of the row x: the same bits. */
void maas__shap_run_one(const maas_shap_t *s, const void *x, size_t output,
    double *phi, void *scratch);


/* maas_shap_rule.c: Gauss and Legendre's rule on [0,1]: the sum of
 * weight(n) * f(t(n)) is the integral of any polynomial f of a degree below
 * 2 n.  n is not 0. */
void maas__shap_rule(size_t n, double *t, double *weight);


#endif /* MAAS_SHAP_H */
