/*
 * The table of kinds of layers.  A kind's functions are in its own file.
 */

#include <stddef.h>

#include "op.h"


#define OP_ROW(name)  &train_op_##name,

const train_op_t *const  train_ops[] = { TRAIN_OPS(OP_ROW) NULL };
