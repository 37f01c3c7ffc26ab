/*
 * Operators on rows.
 * Not here: which rows, and in what order (maas_run.c).
 */

#ifndef MAAS_OP_H
#define MAAS_OP_H

#include <stddef.h>



/* maas_op_norm.c: y(rows,n) = (x - mean) / sqrt(var + eps) * w + b */
void maas__layer_norm(const float *x, size_t ldx, size_t rows, size_t n,
    float eps, const float *w, const float *b, float *y, size_t ldy);


#endif /* MAAS_OP_H */
