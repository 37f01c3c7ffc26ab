/*
 * Trees of a layer on their way to an operator of ONNX.
 * Not here: what other layers become (to_onnx.h).
 */

#ifndef TRAIN_TO_ONNX_FOREST_H
#define TRAIN_TO_ONNX_FOREST_H

#include "to_onnx.h"
#include "kernel/maas_trees.h"


/* What is written of trees, side by side */

typedef struct {
    train_onnx_t  *g;
    size_t         layer;
    maas_trees_t   t;
    int            type;               /* FLOAT or DOUBLE: of all numbers */
    int            five;               /* TreeEnsemble */
    size_t         copies;             /* of each tree: one an output */
} train_onnx_ensemble_t;


/* Number i of p, of type F32 or F64 */

static inline double
train_onnx_ensemble_number(maas_dtype_t type, const void *p, size_t i)
{
    return type == MAAS_F64 ? ((const double *) p)[i]
                            : (double) ((const float *) p)[i];
}


/* to_onnx_forest.c: the operator over x(rows,in), in which what counts as
 * missing is NaN and members of sets are whole; what its leaves add up to,
 * (rows,out), before base and transform. */
const char *train_onnx_ensemble(const train_onnx_ensemble_t *f, const char *x);


#endif /* TRAIN_TO_ONNX_FOREST_H */
