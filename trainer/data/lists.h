/*
 * Rows in which most numbers are zero, as lists of the others: the same bits
 * in less memory.  Nothing of columns.
 */

#ifndef TRAIN_LISTS_H
#define TRAIN_LISTS_H

#include <stddef.h>


typedef struct train_lists_s  train_lists_t;

/* For so many rows of `in` numbers, none there yet. */
train_lists_t *train_lists_create(size_t rows, size_t in);
/* The next row, x(in). */
void train_lists_add(train_lists_t *l, const float *x);
/* That was the last one: what was for adding is given back. */
void train_lists_end(train_lists_t *l);
/* A row that was added before train_lists_end(), as x(in). */
void train_lists_row(const train_lists_t *l, size_t row, float *x);
/* NULL is nothing. */
void train_lists_free(train_lists_t *l);


#endif /* TRAIN_LISTS_H */
