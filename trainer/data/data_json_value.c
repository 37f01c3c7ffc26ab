/*
 * Values and names of JSON as cells and columns of a table.
 * What rows are is in data_json_row.c, what cells mean in table.c.
 */

#include <string.h>

#include "data_json.h"
#include "util.h"
#include "field/maas_layout.h"


int
train_json_string(train_json_t *j, maas_str_t raw, train_cell_t *cell)
{
    char  *out;

    out = j->row.text + j->row.used;
    cell->type = TRAIN_CELL_TEXT;
    cell->len = maas__json_text(raw, out);
    cell->s = out;
    j->row.used += cell->len;

    return memchr(out, '\0', cell->len) == NULL;
}


const char *
train_json_value(train_json_t *j, train_cell_t *cell)
{
    maas_err_t  err;
    maas_str_t  raw;

    switch (*j->at.p) {

    case '"':
        (void) maas__json_string(&j->at, &raw, &err);
        return train_json_string(j, raw, cell) ? NULL
                                          : "an escape that is no character";

    case '{':
    case '[':
        return "an object or a list: expected a number, a text, true, false "
               "or null";

    case 't':
    case 'f':
        cell->type = TRAIN_CELL_BOOL;
        break;

    case 'n':
        cell->type = TRAIN_CELL_NULL;
        break;

    default:
        cell->type = TRAIN_CELL_NUMBER;
    }

    cell->s = j->at.p;
    (void) maas__json_skip(&j->at, 1, &err);
    cell->len = (size_t) (j->at.p - cell->s);

    return NULL;
}


size_t
train_json_column(train_json_t *j, const char *name, size_t len)
{
    int             new;
    uint32_t        place;
    train_table_t  *t;

    t = j->table;

    if (t->closed) {
        place = train_dict_find(&t->names, name, len);
        return (place != UINT32_MAX) ? place : TRAIN_NO_COLUMN;
    }

    if (len < 1 || len > MAAS_MAX_TEXT) {
        train_die("%s:%zu: a name of %zu bytes: expected 1 to %d", t->path,
                  j->line, len, MAAS_MAX_TEXT);
    }

    return train_table_add(t, name, len, &new);
}


void
train_json_free(train_json_t *j)
{
    train_fields_free(&j->row);
    train_free(j->inner);
    train_free(j->repaired);
}
