/*
 * Pieces of a table that are read side by side and put together in their order,
 * so that the table is the same for any number of threads.
 */

#ifndef TRAIN_TABLE_PART_H
#define TRAIN_TABLE_PART_H

#include "table.h"


/* An empty part of t, for the pass that t is in: a table of its own, in which
 * rows count from its begin.  t->part says that it is one; texts that t knows
 * already are known to it.  To be given to train_part_free(). */
train_table_t *train_part_create(const train_table_t *t);
/* Empty again, of t as it is now. */
void train_part_begin(train_table_t *p, const train_table_t *t);
/* What p has read comes behind what is in t; dies as t would have done.
 * Returns 0 if what was counted is not what t would have counted: the pass has
 * to be done again in one piece. */
int train_part_end(train_table_t *p, train_table_t *t);
void train_part_free(train_table_t *p);
/* t is as before the first pass. */
void train_part_undo(train_table_t *t);


#endif /* TRAIN_TABLE_PART_H */
