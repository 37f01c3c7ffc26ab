/*
 * The first lines of a CSV file that no model knows: separator, comments,
 * names or values.
 */

#ifndef TRAIN_HEADER_H
#define TRAIN_HEADER_H

#include "table.h"
#include "text/maas_csv_text.h"


/* c, where maas__csv_start() left it, to the first row, whose separator is then
 * known; t->named: that row is names, by t->want->header or by what stands
 * below it.  hint: a separator, or 0.  What is not plain is said on stderr. */
void train_header_find(maas_csv_t *c, char hint, train_table_t *t);


#endif /* TRAIN_HEADER_H */
