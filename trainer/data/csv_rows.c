/*
 * Rows of CSV: text to fields, by the grammar of the engine, and on to the
 * table.
 * Names are not known here (data_csv.c), nor what fields mean (table.c).
 */

#include <string.h>

#include "csv_rows.h"
#include "util.h"
#include "field/maas_layout.h"


#define ROWS_DONE  (1 << 20)        /* bytes that are given back together */


/* A field as the text of a cell */

static void
csv_cell(train_csv_t *f, const maas_csv_field_t *field)
{
    train_cell_t  *cell;

    if (f->row.n == TRAIN_MAX_COLUMNS) {
        train_die("%s:%zu: more than %d columns", f->table->path, f->at.line,
                  TRAIN_MAX_COLUMNS);
    }

    cell = train_fields_cell(&f->row, f->row.n);
    cell->type = TRAIN_CELL_TEXT;
    cell->s = field->s.data;
    cell->len = field->s.len;

    if (field->doubled) {
        cell->s = f->row.text + f->row.used;
        cell->len = maas__csv_plain(field->s, f->row.text + f->row.used);
        f->row.used += cell->len;
    }
}


/* The fields of the row at hand; 0: it is bad, which was said, and the next
 * line is at hand */

int
train_csv_fields(train_csv_t *f)
{
    size_t             n;
    const char        *wrong;
    maas_csv_t         row;
    maas_csv_field_t   field;

    row = f->at;
    f->line = row.line;
    f->row.n = 0;
    f->row.used = 0;
    n = 0;

    do {
        wrong = maas__csv_next(&f->at, &field);

        if (wrong != NULL) {
            train_table_bad(f->table, field.line, n, "%s", wrong);
            f->at = row;
            maas__csv_pass(&f->at);
            return 0;
        }

        csv_cell(f, &field);
        n++;
    } while (!field.last);

    return 1;
}


/* In rows without names, nothing but its values says which is the target */

static int
csv_target_is(train_csv_t *f)
{
    size_t               at;
    maas_err_t           err;
    train_table_t       *t;
    const train_cell_t  *cell;

    t = f->table;
    at = t->target_at;

    if (t->want->model == NULL || !t->want->no_target || at >= f->row.n) {
        return 1;
    }

    cell = &f->row.cell[at];

    if (maas__layout_is_target(t->want->model, t->columns[at].name, cell->s,
                               cell->len, &err)
        == MAAS_OK)
    {
        return 1;
    }

    train_table_bad(t, f->line, at, "%s", err.msg);

    return 0;
}


maas_csv_t
train_csv_rows(train_table_t *t, maas_csv_t at, const char *end)
{
    size_t        n;
    train_csv_t   f = { .table = t, .at = at };
    const char   *done;

    done = at.p;
    train_fields_begin(&f.row, (size_t) (at.end - at.p));

    while (t->stop == NULL && f.at.p < end && maas__csv_row(&f.at)
           && f.at.p < end)
    {
        if (!train_csv_fields(&f)) {
            continue;
        }

        if (t->text != NULL && f.at.p - done > ROWS_DONE) {
            done = f.at.p;
            train_text_done(t->text, done);
        }

        n = f.row.n;
        n -= (n == t->width + 1 && f.row.cell[n - 1].len == 0);

        if (n != t->width) {
            train_table_bad(t, f.line, n < t->width ? n - 1 : t->width,
                            "%zu fields: expected %zu as in the first row", n,
                            t->width);
        } else if (csv_target_is(&f)) {
            train_table_row(t, f.line, f.row.cell, n);
        }
    }

    train_fields_free(&f.row);

    return f.at;
}
