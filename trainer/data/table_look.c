/*
 * First pass over a table: what a text tells is found once, and counted as
 * often as it came; the first texts of a column are kept.
 * What one text tells is look.c's matter.
 */

#include <string.h>

#include "table.h"
#include "util.h"


#define TABLE_MANY   10000          /* different texts; more are not kept */
#define TABLE_KNOWN  (UINT32_MAX - 1)


/* A text that came n times */

static void
table_text(const train_table_t *t, train_column_t *c, const char *s, size_t n)
{
    train_look_t  one;

    (void) memset(&one, 0, sizeof(train_look_t));
    train_look_text(&one, s, strlen(s), t->want->na);
    train_look_add(&c->seen, &one, n);
    train_look_free(&one);
}


static void
table_looked(const train_table_t *t, train_column_t *c)
{
    size_t  i;

    for (i = 0; c->times != NULL && i < c->dict.n; i++) {
        if (c->times[i] > 0) {
            table_text(t, c, c->dict.text[i], c->times[i]);
            c->times[i] = 0;
        }
    }
}


void
train_table_looked(train_table_t *t)
{
    size_t  i;

    for (i = 0; i < t->n; i++) {
        table_looked(t, &t->columns[i]);
        train_free(t->columns[i].times);
        t->columns[i].times = NULL;
        t->columns[i].times_room = 0;
    }
}


static uint32_t
table_put(train_column_t *c, const char *s, size_t len)
{
    size_t    n;
    uint32_t  id;

    n = c->dict.n;
    id = train_dict_put(&c->dict, s, len);

    if (c->dict.n > n) {
        train_room(&c->times, &c->times_room, c->dict.n, sizeof(size_t));
        c->times[n] = 0;
    }

    return id;
}


/* Place of the text among those that are kept; or it was counted as one that
 * the whole of this part knows; UINT32_MAX: it is to be looked at */

static uint32_t
table_seen(const train_table_t *t, train_column_t *c, const char *s, size_t len)
{
    int       number;
    uint32_t  id;

    /* that is read in no more time than it takes to find it */

    number = ((s[0] >= '0' && s[0] <= '9') || s[0] == '-');

    if (c->shared != NULL) {
        if (c->shared->n == TABLE_MANY && number) {
            return UINT32_MAX;
        }

        id = train_dict_find(c->shared, s, len);

        if (id != UINT32_MAX) {
            c->known[id]++;
            return TABLE_KNOWN;
        }

        if (c->shared->n == TABLE_MANY) {
            return UINT32_MAX;
        }
    }

    if (c->dict.n == TABLE_MANY) {
        return number ? UINT32_MAX : train_dict_find(&c->dict, s, len);
    }

    id = table_put(c, s, len);

    if (c->dict.n == TABLE_MANY && c->shared == NULL) {
        table_looked(t, c);         /* in the order in which they came */
    }

    return id;
}


void
train_table_look(const train_table_t *t, train_column_t *c,
    const train_cell_t *cell)
{
    char         buf[MAAS_CANONICAL];
    size_t       len;
    uint32_t     id;
    const char  *s;

    train_cell_text(cell, buf, &s, &len);

    if (len == 0) {
        return;
    }

    id = table_seen(t, c, s, len);

    if (cell->type == TRAIN_CELL_NUMBER) {
        train_look_number(&c->seen, s, len);

    } else if (id == UINT32_MAX) {
        train_look_text(&c->seen, s, len, t->want->na);

    } else if (id != TABLE_KNOWN) {
        c->times[id]++;
    }
}


/* The same of the whole, in the order in which all came */

void
train_table_look_part(const train_table_t *t, train_column_t *c,
    const train_column_t *p, size_t shared)
{
    size_t    i;
    uint32_t  id;

    for (i = 0; i < shared; i++) {
        if (p->known[i] > 0 && c->times != NULL) {
            c->times[i] += p->known[i];
        }
    }

    for (i = 0; i < p->dict.n; i++) {
        id = (c->dict.n < TABLE_MANY)
             ? table_put(c, p->dict.text[i], strlen(p->dict.text[i]))
             : train_dict_find(&c->dict, p->dict.text[i],
                               strlen(p->dict.text[i]));

        if (id == UINT32_MAX) {
            table_text(t, c, p->dict.text[i], p->times[i]);
        } else {
            c->times[id] += p->times[i];
        }

        if (c->dict.n == TABLE_MANY) {
            table_looked(t, c);
        }
    }

    train_look_add(&c->seen, &p->seen, 1);
}
