/*
 * What batch and layer normalisation share: x -> gamma x' + beta, where x' is
 * x normalised.  How, is in op_batch_norm.c and op_layer_norm.c.
 */

#ifndef TRAIN_NORM_H
#define TRAIN_NORM_H

#include "op.h"


/* vectors of the parameters */
#define TRAIN_NORM_GAMMA  0
#define TRAIN_NORM_BETA   1

/* gradient() of a norm that has x' in p->keep */
void train_norm_gradient(const train_pass_t *s);


#endif /* TRAIN_NORM_H */
