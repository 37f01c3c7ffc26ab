/*
 * The table of kinds of layers.  A kind's functions are in its own file.
 */

#include <stddef.h>

#include "op.h"


const train_op_t *const  train_ops[] = {
    &train_op_act,
    &train_op_batch_norm,
    &train_op_layer_norm,
    &train_op_dropout,
    &train_op_add,
    &train_op_dense,
    NULL
};
