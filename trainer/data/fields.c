/*
 * The row that a reader has at hand: cells, and texts that grow as they come.
 */

#include <string.h>

#include "table.h"
#include "util.h"


char *
train_fields_room(train_fields_t *f, size_t bytes)
{
    train_room(&f->text, &f->room, f->used + bytes, 1);

    return f->text + f->used;
}


train_cell_t *
train_fields_cell(train_fields_t *f, size_t i)
{
    train_room(&f->cell, &f->n_room, i + 1, sizeof(train_cell_t));

    for ( /* void */ ; f->n <= i; f->n++) {
        (void) memset(&f->cell[f->n], 0, sizeof(train_cell_t));
    }

    return &f->cell[i];
}


void
train_fields_end(train_fields_t *f)
{
    size_t  i;

    for (i = 0; i < f->n; i++) {
        if (f->cell[i].type == TRAIN_CELL_TEXT) {
            f->cell[i].s = f->text + f->cell[i].at;
        }
    }
}


void
train_fields_clear(train_fields_t *f)
{
    f->n = 0;
    f->used = 0;
}


void
train_fields_free(train_fields_t *f)
{
    train_free(f->text);
    train_free(f->cell);
}
