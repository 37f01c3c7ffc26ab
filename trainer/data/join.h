/*
 * Labels that come later, in a file of their own: what is to be predicted of
 * a row is found by a key that both files have.
 */

#ifndef TRAIN_JOIN_H
#define TRAIN_JOIN_H

#include "table.h"


typedef struct {
    uint32_t        hash;
    uint32_t        label;          /* place in labels + 1; 0: a free place */
    uint64_t        at : 63;        /* of its text */
    uint64_t        met : 1;        /* there was a row */
} train_join_key_t;

typedef struct train_join_s {
    char           *path;           /* of the labels */
    char           *on;             /* name of the key in both */
    char           *target;         /* name of the label */

    train_join_key_t  *keys;        /* (size) open addressing */
    size_t          size;           /* a power of two */
    size_t          n;              /* keys in it */
    char           *text;           /* of all keys, each with its NUL */
    size_t          used;           /* bytes of it */
    size_t          room;
    train_dict_t    labels;         /* type of the cell, then its text */
    char           *label;          /* the one at hand */
    size_t          label_room;
    size_t          key_at;         /* places in the file of the labels */
    size_t          label_at;

    size_t          key;            /* places in the file of the rows; */
    size_t          column;         /*     TRAIN_NO_COLUMN: not known yet */
    train_cell_t   *cell;           /* of the row at hand */
    size_t          cell_room;

    size_t          twice;          /* labels with a key that was there, */
    size_t          changed;        /*     and that say something else */
    size_t          keyed;          /* rows with a key */
    size_t          found;          /*     and a label */
    size_t          rows;
} train_join_t;


/* Is column i of the table the label of another file? */
#define train_table_is_joined(t, i)                                           \
    ((t)->join != NULL && (t)->join->column == (i))


/* join_read.c: the labels that w asks for, and *crc of their file; NULL: none
 * are.  To be given to train_join_free(). */
train_join_t *train_join_read(const train_want_t *w, uint32_t *crc);


/* join.c */

/* A row of the labels' file: of those with the same key the last one counts. */
void train_join_take(train_join_t *j, const train_cell_t *cells, size_t n);
/* cells(*n) with the label, if there is one for the key, in its place; valid
 * until the next call.  count: it counts. */
const train_cell_t *train_join_row(train_join_t *j, const train_cell_t *cells,
    size_t *n, int count);
void train_join_free(train_join_t *j);


#endif /* TRAIN_JOIN_H */
