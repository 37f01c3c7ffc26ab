/*
 * Columns of trees: numbers as they are, and categories that are the places of
 * their values.
 * Not here: which ones a file has.
 */

#include <string.h>

#include "import_columns.h"


void
train_import_number(train_import_t *m, size_t i, const char *name)
{
    maas_column_t  *c;

    c = &m->columns[i];
    c->name = name;
    c->kind = MAAS_FIELD_NUMBER;
    c->scaling = maas__scaling_names[MAAS_SCALING_NONE];
    c->factor = 1;
    c->missing = MAAS_KEEP;
    c->at = i;
    c->width = 1;
}


void
train_import_category(train_import_t *m, size_t i, const char *name,
    const char **values, size_t n, maas_compare_t compare)
{
    maas_column_t  *c;

    c = &m->columns[i];
    *c = (maas_column_t) { 0 };
    c->name = name;
    c->kind = MAAS_FIELD_CATEGORY;
    c->codes = 1;
    c->values = values;
    c->n_values = n;
    c->compare = compare;
    c->missing = NAN;
    c->at = i;
    c->width = 1;
}


maas_status_t
train_import_named(size_t i, const char *name, maas_err_t *err)
{
    size_t  len;

    len = strlen(name);

    if (len == 0 || len > MAAS_MAX_TEXT || !maas_is_text(name, len)) {
        return maas__fail(err, MAAS_BADFILE, "feature %zu: its name or one of "
                          "its values is no text of 1 to %d bytes in UTF-8: "
                          "rename it before training", i, MAAS_MAX_TEXT);
    }

    return MAAS_OK;
}
