/*
 * A table in blocks of rows, one after the other, in memory that does not grow
 * with the file; what is to be predicted, and how much rows count, is kept of
 * all.
 * What is done with a block is not known here.
 */

#include <string.h>

#include "coded.h"
#include "util.h"


#define BLOCKS_BYTES  (2u << 20)    /* of the file in a block */


struct train_blocks_s {
    train_text_t      text;
    train_table_t    *table;
    train_data_t     *data;
    train_reader_pt   reader;

    uint32_t        **id;           /* (columns)(rows of all blocks) of
                                       targets; else NULL */
    size_t           *id_room;
    float            *weight;       /* the same of weights */
    size_t            weight_room;
};


train_blocks_t *
train_blocks_open(const char *path, const train_want_t *want,
    train_data_t *d)
{
    train_blocks_t  *b;

    (void) memset(d, 0, sizeof(train_data_t));
    b = train_alloc(1, sizeof(train_blocks_t));
    b->data = d;
    b->table = train_table_open(path, want, &b->text, &b->reader, d);
    b->table->piece = BLOCKS_BYTES;
    b->id = train_alloc(b->table->n, sizeof(uint32_t *));
    b->id_room = train_alloc(b->table->n, sizeof(size_t));
    d->path = train_strdup(path);

    return b;
}


/* What is needed of the rows at hand when they are gone */

static void
blocks_keep(train_blocks_t *b)
{
    size_t                i;
    const train_table_t  *t = b->table;

    for (i = 0; i < t->n && t->rows > 0; i++) {
        if (t->columns[i].role == TRAIN_ROLE_TARGET) {
            train_room(&b->id[i], &b->id_room[i], t->before + t->rows,
                       sizeof(uint32_t));
            (void) memcpy(b->id[i] + t->before, t->columns[i].id,
                          t->rows * sizeof(uint32_t));
        }
    }

    if (t->weight != TRAIN_NO_COLUMN && t->rows > 0) {
        train_room(&b->weight, &b->weight_room, t->before + t->rows,
                   sizeof(float));
        (void) memcpy(b->weight + t->before, t->columns[t->weight].number,
                      t->rows * sizeof(float));
    }
}


int
train_blocks_next(train_blocks_t *b)
{
    train_table_t  *t = b->table;

    if (t->over) {
        return 0;
    }

    do {
        train_table_forget(t);
        b->reader(t, b->text.data, b->text.len);
        blocks_keep(b);
    } while (!t->over && t->rows == 0 && t->skipped == t->skipped_before);

    if (t->over) {
        train_text_free(&b->text);
        train_table_said(t);
    }

    b->data->before = t->before;
    b->data->rows = t->rows;

    return t->rows > 0 || t->skipped > t->skipped_before;
}


void
train_blocks_end(train_blocks_t *b)
{
    size_t           i;
    train_data_t    *d = b->data;
    train_table_t   *t = b->table;
    train_column_t  *c;

    for (i = 0; i < t->n; i++) {
        c = &t->columns[i];
        train_free(c->number);
        train_free(c->exact);
        train_free(c->id);
        train_free(c->written);
        c->number = (i == t->weight) ? b->weight : NULL;
        c->id = b->id[i];
        c->exact = NULL;
        c->written = NULL;
        c->names_rows = 0;
    }

    train_free(b->id);
    train_free(b->id_room);
    train_free(t->places);
    t->places = NULL;
    t->rows += t->before;
    t->before = 0;
    t->skipped_before = 0;
    train_free(d->numbers);
    train_free(d->exact);
    train_coded_free(d->coded);
    d->numbers = NULL;
    d->exact = NULL;
    d->coded = NULL;
    d->before = 0;
    train_table_finish(t, d);
    train_text_free(&b->text);
    train_free(b);
}
