/*
 * Shapes of the values that go from one layer to the next.
 * Not here: numbers.
 */

#ifndef MAAS_SHAPE_H
#define MAAS_SHAPE_H

#include "maas_dtype.h"


/* One row of a value; rows are not a dimension.  Ragged: each row has its own
 * dim[0] (words of a text), and the one here is the most. */

typedef struct {
    maas_dtype_t  dtype;               /* F32 or F64 */
    unsigned      ragged;
    size_t        rank;                /* 1 to MAAS_MAX_RANK */
    size_t        dim[MAAS_MAX_RANK];
} maas_shape_t;


/* Numbers in an array, SIZE_MAX if that is more. */
size_t maas__numbers(size_t rank, const size_t *dim);
/* Numbers a row. */
size_t maas__shape_numbers(const maas_shape_t *s);

/* A shape of n numbers in one dimension. */
maas_shape_t maas__shape_flat(maas_dtype_t dtype, size_t n);


#endif /* MAAS_SHAPE_H */
