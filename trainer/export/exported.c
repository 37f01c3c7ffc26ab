/*
 * What exporters share: notes for people, and columns that they cannot do.
 * Not here: any kind of file.
 */

#include <stdarg.h>
#include <string.h>

#include "exporter.h"


void
train_exported_note(train_exported_t *e, const char *fmt, ...)
{
    char     text[2 * TRAIN_WHY];
    size_t   room;
    va_list  args;

    va_start(args, fmt);
    (void) vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);

    room = e->n_notes;
    train_room(&e->notes, &room, e->n_notes + 1, sizeof(char *));
    e->notes[e->n_notes++] = train_strdup(text);
}


const maas_column_t *
train_exported_odd(const maas_desc_t *d, unsigned kinds)
{
    size_t  i;

    for (i = 0; d->input == MAAS_INPUT_COLUMNS && i < d->n_columns; i++) {
        if (!(kinds >> d->columns[i].kind & 1)) {
            return &d->columns[i];
        }
    }

    return NULL;
}
