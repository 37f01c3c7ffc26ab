/*
 * Columns of trees, as importers make them.
 * Not here: which ones a file has.
 */

#ifndef TRAIN_IMPORT_COLUMNS_H
#define TRAIN_IMPORT_COLUMNS_H

#include "import.h"


/* import_columns.c */

/* Column i of m: a number as it is, NaN if missing. */
void train_import_number(train_import_t *m, size_t i, const char *name);

/* A category, whatever column i was before: the place of a value among
 * values(n), NaN if it is missing or not there. */
void train_import_category(train_import_t *m, size_t i, const char *name,
    const char **values, size_t n, maas_compare_t compare);

/* Can `name` be the name of column i, or a value?  BADFILE "feature 3: ...". */
maas_status_t train_import_named(size_t i, const char *name, maas_err_t *err);


#endif /* TRAIN_IMPORT_COLUMNS_H */
