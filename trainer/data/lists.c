/*
 * Rows in which most numbers are zero, as lists of the others.
 * What the numbers mean is not known here.
 */

#include <string.h>

#include "lists.h"
#include "util.h"


#define LISTS_BLOCK  1024           /* rows that have their memory together */


typedef struct {
    uint32_t   end[LISTS_BLOCK];    /* of each row's list */
    uint32_t  *at;
    float     *v;
} lists_block_t;

struct train_lists_s {
    size_t          in;
    size_t          rows;           /* so far */
    size_t          n;              /* numbers in the block at hand */
    size_t          room;
    size_t          v_room;
    uint32_t       *at;             /* the block at hand */
    float          *v;
    size_t          blocks;
    lists_block_t  *block;
};


train_lists_t *
train_lists_create(size_t rows, size_t in)
{
    train_lists_t  *l;

    l = train_alloc(1, sizeof(train_lists_t));
    l->in = in;
    l->blocks = rows / LISTS_BLOCK + 1;
    l->block = train_alloc(l->blocks, sizeof(lists_block_t));

    return l;
}


/* The block at hand has all its rows: it keeps what it needs */

static void
lists_close(train_lists_t *l, lists_block_t *b)
{
    b->at = train_alloc(l->n, sizeof(uint32_t));
    b->v = train_alloc(l->n, sizeof(float));

    if (l->n > 0) {
        (void) memcpy(b->at, l->at, l->n * sizeof(uint32_t));
        (void) memcpy(b->v, l->v, l->n * sizeof(float));
    }

    l->n = 0;
}


void
train_lists_add(train_lists_t *l, const float *x)
{
    size_t          j;
    uint32_t        bits;
    lists_block_t  *b;

    b = &l->block[l->rows / LISTS_BLOCK];
    train_room(&l->at, &l->room, l->n + l->in, sizeof(uint32_t));
    train_room(&l->v, &l->v_room, l->n + l->in, sizeof(float));

    for (j = 0; j < l->in; j++) {
        (void) memcpy(&bits, &x[j], sizeof(bits));

        if (bits != 0) {            /* -0 is kept: it is another number */
            l->at[l->n] = (uint32_t) j;
            l->v[l->n++] = x[j];
        }
    }

    b->end[l->rows++ % LISTS_BLOCK] = (uint32_t) l->n;

    if (l->rows % LISTS_BLOCK == 0) {
        lists_close(l, b);
    }
}


void
train_lists_end(train_lists_t *l)
{
    if (l->rows % LISTS_BLOCK != 0) {
        lists_close(l, &l->block[l->rows / LISTS_BLOCK]);
    }

    train_free(l->at);
    train_free(l->v);
    l->at = NULL;
    l->v = NULL;
}


void
train_lists_row(const train_lists_t *l, size_t row, float *x)
{
    size_t                k, end;
    const lists_block_t  *b;

    b = &l->block[row / LISTS_BLOCK];
    row %= LISTS_BLOCK;
    end = b->end[row];
    (void) memset(x, 0, l->in * sizeof(float));

    for (k = (row > 0) ? b->end[row - 1] : 0; k < end; k++) {
        x[b->at[k]] = b->v[k];
    }
}


void
train_lists_free(train_lists_t *l)
{
    size_t  i;

    if (l == NULL) {
        return;
    }

    for (i = 0; i < l->blocks; i++) {
        train_free(l->block[i].at);
        train_free(l->block[i].v);
    }

    train_free(l->block);
    train_free(l->at);
    train_free(l->v);
    train_free(l);
}
