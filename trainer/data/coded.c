/*
 * Rows made of columns: what each different text becomes is found once, by the
 * engine; a row is what is missing, written over by what there is.
 * Not here: what a column is for.
 */

#include <math.h>
#include <string.h>

#include "coded.h"
#include "util.h"


/* A column; of texts what differs from an empty field, text by text */

typedef struct {
    const float     *number;        /* (rows), or NULL: */
    const uint32_t  *id;            /* (rows) text + 1; 0: missing */
    size_t           at;            /* of its first slot in the row */
    unsigned         flag;          /* a second slot says that it is there */

    size_t           same;          /* slots that every text has, from `at`;
                                       0: lists */
    size_t          *end;           /* (texts + 1) of the lists */
    uint32_t        *slot;
    float           *value;         /* beside slot, or (texts,same) */
} coded_column_t;

struct train_coded_s {
    size_t           in;
    float           *clear;         /* (in) a row of nothing */
    size_t           n;
    coded_column_t  *columns;
};


/* Whose slots are x of a row with that text alone */

static void
coded_text(const maas_fields_t *f, const train_column_t *c, size_t text,
    float *x)
{
    const char  *s;
    maas_err_t   err = { 0 };

    s = c->dict.text[text];

    if (maas_row_text(f, c->place, s, strlen(s), x, &err) != MAAS_OK) {
        train_die("column \"%.64s\": %s", c->name, err.msg);
    }
}


/* Dates have a number in every slot */

static void
coded_dates(coded_column_t *to, const maas_fields_t *f,
    const train_column_t *c, const train_coded_t *all, float *x)
{
    size_t  i;

    to->same = f->columns[c->place].width;
    to->value = train_alloc((c->dict.n + 1) * to->same, sizeof(float));

    for (i = 0; i < c->dict.n; i++) {
        (void) memcpy(x, all->clear, all->in * sizeof(float));
        coded_text(f, c, i, x);
        (void) memcpy(to->value + i * to->same, x + to->at,
                      to->same * sizeof(float));
    }
}


static void
coded_lists(coded_column_t *to, const maas_fields_t *f,
    const train_column_t *c, const train_coded_t *all, float *x)
{
    size_t  i, j, n, width, room, value_room;

    width = f->columns[c->place].width;
    to->end = train_alloc(c->dict.n + 1, sizeof(size_t));
    room = 0;
    value_room = 0;
    n = 0;

    for (i = 0; i < c->dict.n; i++) {
        (void) memcpy(x + to->at, all->clear + to->at,
                      width * sizeof(float));
        coded_text(f, c, i, x);
        train_room(&to->slot, &room, n + width, sizeof(uint32_t));
        train_room(&to->value, &value_room, n + width, sizeof(float));

        for (j = to->at; j < to->at + width; j++) {
            if (memcmp(&x[j], &all->clear[j], sizeof(float)) != 0) {
                to->slot[n] = (uint32_t) j;
                to->value[n++] = x[j];
            }
        }

        to->end[i + 1] = n;
    }
}


train_coded_t *
train_coded_create(const maas_fields_t *f, const train_table_t *t)
{
    float                 *x;
    size_t                 j;
    coded_column_t        *to;
    train_coded_t         *all;
    const train_column_t  *c;

    all = train_alloc(1, sizeof(train_coded_t));
    all->in = f->in;
    all->clear = train_alloc(f->in, sizeof(float));
    all->columns = train_alloc(f->n, sizeof(coded_column_t));
    maas_row_clear(f, all->clear);
    x = train_alloc(f->in, sizeof(float));

    for (j = 0; j < t->n; j++) {
        c = &t->columns[j];

        if (!train_role_is_field(c->role)) {
            continue;
        }

        to = &all->columns[all->n++];
        to->at = f->columns[c->place].at;
        to->number = c->number;
        to->id = c->id;
        to->flag = (f->columns[c->place].missing_slot > 0);

        if (c->number != NULL) {
            continue;
        }

        (void) memcpy(x, all->clear, f->in * sizeof(float));

        if (c->role == TRAIN_ROLE_DATE) {
            coded_dates(to, f, c, all, x);
        } else {
            coded_lists(to, f, c, all, x);
        }
    }

    train_free(x);

    return all;
}


void
train_coded_row(const train_coded_t *all, size_t row, float *x)
{
    size_t                 j, k, id;
    const coded_column_t  *c;

    (void) memcpy(x, all->clear, all->in * sizeof(float));

    for (j = 0; j < all->n; j++) {
        c = &all->columns[j];

        if (c->number != NULL) {
            if (!isnan(c->number[row])) {
                x[c->at] = c->number[row];

                if (c->flag) {
                    x[c->at + 1] = 0;
                }
            }

            continue;
        }

        id = c->id[row];

        if (id > 0 && c->same > 0) {
            (void) memcpy(x + c->at, c->value + (id - 1) * c->same,
                          c->same * sizeof(float));

        } else if (id > 0) {
            for (k = c->end[id - 1]; k < c->end[id]; k++) {
                x[c->slot[k]] = c->value[k];
            }
        }
    }
}


void
train_coded_free(train_coded_t *all)
{
    size_t  j;

    if (all == NULL) {
        return;
    }

    for (j = 0; j < all->n; j++) {
        train_free(all->columns[j].end);
        train_free(all->columns[j].slot);
        train_free(all->columns[j].value);
    }

    train_free(all->columns);
    train_free(all->clear);
    train_free(all);
}
