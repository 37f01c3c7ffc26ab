/*
 * Arrays of numbers in JSON, and the rows in their shapes.
 * Not here: what an array is of.
 */

#ifndef MAAS_JSON_ROW_H
#define MAAS_JSON_ROW_H

#include "maas_dtype.h"
#include "text/maas_json.h"


#define MAAS_JSON_RANK   (MAAS_MAX_RANK + 1)    /* rows and the model's shape */
#define MAAS_WIRE_DIMS   8                      /* in a declared shape */


/* What an array turned out to be: its nesting, and the numbers in it. */
typedef struct {
    size_t       n;
    unsigned     rank;
    size_t       dim[MAAS_JSON_RANK];
} maas_dims_t;

/* The array at j->p, nested or flat, of elements of one type -> x, which has
 * room for `room` numbers; those beyond are checked and counted, not stored.
 * BADSHAPE if it is ragged, too deep or mixes numbers and arrays. */
maas_status_t maas__json_tensor(maas_json_t *j, maas_dtype_t dt, float *x,
    size_t room, maas_dims_t *dims, maas_err_t *err);

/* Rows in a tensor of this shape for a model of `in` numbers a row: the first
 * dimension if the others make a row, or one row without a batch dimension.
 * BADSHAPE if it is neither. */
maas_status_t maas__wire_rows(const size_t *dim, unsigned rank, size_t in,
    size_t *rows, maas_err_t *err);

/* A shape as text, such as [1,784], for a sentence. */
#define MAAS_SHAPE_TEXT  48
const char *maas__shape_text(const size_t *dim, unsigned rank,
    char text[MAAS_SHAPE_TEXT]);


#endif /* MAAS_JSON_ROW_H */
