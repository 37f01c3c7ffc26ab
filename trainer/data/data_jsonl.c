/*
 * JSON lines: an object a line, its members are the values of the columns.
 * What they mean is not known here (table.c).
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


/* A member, at whose value the cursor is; NULL, or what is wrong; *column is
 * then its place, or TRAIN_NO_COLUMN */

static const char *
jsonl_member(train_json_t *j, maas_str_t name, size_t *column)
{
    const char    *wrong;
    train_cell_t   cell = { 0 }, *to;

    *column = TRAIN_NO_COLUMN;

    if (!train_json_string(j, name, &cell)) {
        return "a name with a zero byte or half a character";
    }

    *column = train_json_column(j, cell.s, cell.len);
    cell = (train_cell_t) { 0 };
    wrong = train_json_value(j, &cell);

    if (wrong != NULL || *column == TRAIN_NO_COLUMN) {
        return wrong;
    }

    to = train_fields_cell(&j->row, *column);

    if (to->type != TRAIN_CELL_NULL) {
        return "the same name twice";
    }

    *to = cell;

    return NULL;
}


void
train_json_row(train_json_t *j, const char *p, const char *end)
{
    size_t              column;
    maas_err_t          err;
    const char         *wrong, *const none = NULL;
    train_table_t      *t;
    maas_json_object_t  o = { .names = &none };

    t = j->table;
    maas__json_start(&j->at, p, (size_t) (end - p));
    maas__json_space(&j->at);

    if (*j->at.p != '{') {
        train_table_bad(t, j->line, TRAIN_NO_COLUMN,
                        "no object: expected {\"name\": value, ...}");
        return;
    }

    if (maas__json_check(j->at.p, (size_t) (j->at.end - j->at.p),
                         TRAIN_JSON_DEPTH, &err)
        != MAAS_OK)
    {
        train_table_bad(t, j->line, TRAIN_NO_COLUMN, "not JSON: %s", err.msg);
        return;
    }

    j->row.n = 0;
    j->row.used = 0;
    wrong = NULL;
    (void) maas__json_member(&j->at, &o, &err);

    while (o.which != MAAS_JSON_END && wrong == NULL) {
        wrong = jsonl_member(j, o.key, &column);
        (void) maas__json_member(&j->at, &o, &err);
    }

    if (wrong == NULL) {
        train_table_row(t, j->line, j->row.cell, j->row.n);

    } else if (column != TRAIN_NO_COLUMN) {
        train_table_bad(t, j->line, column, "column \"%.64s\" holds %s",
                        t->columns[column].name, wrong);

    } else {
        train_table_bad(t, j->line, TRAIN_NO_COLUMN, "%s", wrong);
    }
}


void
train_table_jsonl(train_table_t *t, const char *text, size_t len)
{
    size_t         i;
    const char    *end, *next;
    train_json_t   j = { .table = t };

    train_fields_begin(&j.row, len);

    for (end = text + len; text < end; text = next) {
        next = memchr(text, '\n', (size_t) (end - text));
        next = (next != NULL) ? next + 1 : end;
        j.line++;
        i = 0;

        while (text + i < next && memchr(" \t\r\n", text[i], 4) != NULL) {
            i++;
        }

        if (text + i < next) {
            train_json_row(&j, text, next);
        }
    }

    train_fields_free(&j.row);
}
