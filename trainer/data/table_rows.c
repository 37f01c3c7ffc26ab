/*
 * Where the rows of a table come from: their places and lines in the file,
 * which ones were skipped, and the texts that name them, as they stand there.
 * Values that a network sees are table.c's matter.
 */

#include <stdio.h>
#include <string.h>

#include "table.h"
#include "util.h"


/* Place in c->texts + 1 of a text as it was written: no number is spelt
 * anew; 0: nothing */

static uint32_t
rows_written(train_column_t *c, const train_cell_t *cell)
{
    char         buf[MAAS_NUMBER_TEXT];
    size_t       len;
    const char  *s;

    s = cell->s;
    len = cell->len;

    if (cell->type == TRAIN_CELL_NULL) {
        len = 0;

    } else if (s == NULL) {
        len = maas__field_print(cell->v, buf);
        s = buf;
    }

    c->quoted |= (len > 0 && cell->type == TRAIN_CELL_TEXT);

    return len ? train_dict_put(&c->texts, s, len) + 1 : 0;
}


void
train_table_kept(train_table_t *t, size_t line, const train_cell_t *cells,
    size_t n)
{
    size_t           i;
    train_column_t  *c;

    train_room(&t->places, &t->places_room, t->rows + 1,
               sizeof(train_origin_t));
    t->places[t->rows] = (train_origin_t) {
        .row = t->before + t->rows + t->untold + t->skipped + 1,
        .line = line
    };

    for (i = 0; i < t->n; i++) {
        c = &t->columns[i];

        if (c->names_rows || c->splits) {
            train_room(&c->written, &c->written_room, t->rows + 1,
                       sizeof(uint32_t));
            c->written[t->rows] = (i < n) ? rows_written(c, &cells[i]) : 0;
        }
    }

    t->rows++;
}


void
train_table_skipped(train_table_t *t, const char *why)
{
    train_room(&t->skips, &t->skips_room, t->skipped + 1,
               sizeof(train_skip_t));
    t->skips[t->skipped] = (train_skip_t) {
        .row = t->before + t->rows + t->untold + t->skipped + 1,
        .why = train_strdup(why)
    };
    t->skipped++;
}


void
train_table_skipped_cells(train_table_t *t, const train_cell_t *cells,
    size_t n)
{
    size_t         i, k;
    train_skip_t  *skip;

    skip = &t->skips[t->skipped - 1];
    skip->written = train_alloc(t->n, sizeof(uint32_t));

    for (i = 0, k = 0; i < t->n; i++) {
        if (t->columns[i].names_rows && i < n) {
            skip->written[k++] = rows_written(&t->columns[i], &cells[i]);
        }
    }
}


void
train_table_forget(train_table_t *t)
{
    size_t           i;
    train_column_t  *c;

    t->before += t->rows;
    t->skipped_before = t->skipped;
    t->rows = 0;

    for (i = 0; i < t->n; i++) {
        c = &t->columns[i];
        train_dict_free(&c->texts);

        if (c->role != TRAIN_ROLE_TARGET) {
            train_dict_free(&c->dict);
        }
    }
}


void
train_table_rows_free(train_table_t *t)
{
    size_t  i;

    for (i = 0; i < t->n; i++) {
        train_free(t->columns[i].written);
        train_dict_free(&t->columns[i].texts);
    }

    for (i = 0; i < t->skipped; i++) {
        train_free(t->skips[i].why);
        train_free(t->skips[i].written);
    }

    train_free(t->skips);
    train_free(t->places);
}


const train_origin_t *
train_table_origin(const train_table_t *t, size_t row)
{
    return (t != NULL && t->places != NULL) ? &t->places[row] : NULL;
}


const train_skip_t *
train_table_skips(const train_table_t *t, size_t *n)
{
    *n = (t != NULL) ? t->skipped - t->skipped_before : 0;

    return (*n > 0) ? t->skips + t->skipped_before : NULL;
}


int
train_table_name(const train_table_t *t, size_t k, train_row_name_t *name)
{
    size_t                 i, at;
    const train_column_t  *c;

    for (i = 0, at = 0; t != NULL && i < t->n; i++) {
        c = &t->columns[i];

        if (c->names_rows && at++ == k) {
            *name = (train_row_name_t) {
                .column = c->name, .at = i, .k = k,
                .quoted = c->quoted || !t->free_order
            };
            return 1;
        }
    }

    return 0;
}


const char *
train_table_weight(const train_table_t *t)
{
    return (t != NULL && t->weight != TRAIN_NO_COLUMN)
           ? t->columns[t->weight].name : NULL;
}


const char *
train_table_written(const train_table_t *t, const train_row_name_t *name,
    size_t row, const train_skip_t *skip)
{
    uint32_t               id;
    const train_column_t  *c;

    c = &t->columns[name->at];
    id = (skip == NULL) ? c->written[row]
         : (skip->written != NULL) ? skip->written[name->k] : 0;

    return (id > 0) ? c->texts.text[id - 1] : NULL;
}
