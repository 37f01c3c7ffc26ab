/*
 * Parts of a table: rows of each are read as those of the whole, and then put
 * behind it.
 * Who reads them, and when, is not known here.
 */

#include <string.h>

#include "table_part.h"
#include "util.h"


/* A column of a part without what it has read; its memory stays */

static void
part_column(train_column_t *p, const train_column_t *c, int look)
{
    size_t          i;
    train_column_t  old;

    train_dict_free(&p->dict);
    train_dict_free(&p->texts);
    train_look_free(&p->seen);
    old = *p;
    *p = *c;
    p->number = old.number;
    p->exact = old.exact;
    p->id = old.id;
    p->dict = old.dict;
    p->texts = old.texts;
    p->written = old.written;
    p->written_room = old.written_room;
    p->times = old.times;
    p->times_room = old.times_room;
    p->known = old.known;
    p->known_room = old.known_room;
    p->shared = &c->dict;
    p->shared_n = c->dict.n;
    (void) memset(&p->seen, 0, sizeof(train_look_t));

    if (look) {
        train_room(&p->known, &p->known_room, c->dict.n + 1, sizeof(size_t));

        for (i = 0; i < c->dict.n; i++) {
            p->known[i] = 0;
        }
    }

    /* which texts are counted; later, what messages tell of them */

    train_look_add(&p->seen, &c->seen, look ? 0 : 1);
}


void
train_part_begin(train_table_t *p, const train_table_t *t)
{
    size_t          i;
    train_table_t   old;

    old = *p;
    *p = *t;
    p->columns = old.columns;
    p->room = old.room;
    p->places = old.places;
    p->places_room = old.places_room;
    p->skips = old.skips;
    p->skips_room = old.skips_room;
    p->part = 1;
    p->rows = 0;
    p->before = 0;
    p->untold = 0;
    p->skipped = 0;
    p->skipped_before = 0;
    p->unread = 0;
    p->unread_why = NULL;
    p->first_bad = NULL;
    p->stop = NULL;
    p->text = NULL;
    p->over = 0;
    p->piece = 0;

    for (i = 0; i < t->n; i++) {
        part_column(&p->columns[i], &t->columns[i],
                    t->pass == TRAIN_TABLE_LOOK);
    }
}


train_table_t *
train_part_create(const train_table_t *t)
{
    train_table_t  *p;

    p = train_alloc(1, sizeof(train_table_t));
    p->columns = train_alloc(t->n, sizeof(train_column_t));
    p->n = t->n;

    return p;
}


/* Were texts left out that the whole counts? */

static int
part_left_out(const train_counts_t *p, const train_counts_t *t)
{
    size_t  i, k, n;

    for (i = 0, n = 0; i < p->n; i++) {
        n += p->item[i].n;
    }

    if (n == p->all) {
        return 0;
    }

    for (i = 0; i < t->n; i++) {
        for (k = 0; k < p->n && strcmp(p->item[k].text, t->item[i].text); k++) {
            /* another */
        }

        if (k == p->n) {
            return 1;
        }
    }

    return t->n < TRAIN_COUNTS_KEPT;
}


static int
part_looked(train_table_t *p, train_table_t *t)
{
    int                  bad;
    size_t               i;
    train_column_t      *c;
    const train_look_t  *a, *b;

    bad = 0;

    for (i = 0; i < t->n; i++) {
        c = &t->columns[i];
        a = &p->columns[i].seen;
        b = &c->seen;
        bad |= part_left_out(&a->missing, &b->missing)
               || part_left_out(&a->marks, &b->marks)
               || part_left_out(&a->units, &b->units)
               || part_left_out(&a->others, &b->others);
        train_table_look_part(t, c, &p->columns[i], p->columns[i].shared_n);
    }

    t->rows += p->rows;

    if (t->first_bad == NULL) {
        t->first_bad = p->first_bad;
    } else {
        train_free(p->first_bad);
    }

    return !bad;
}


/* Places in the whole of the texts of a part; the first n are as they were */

static uint32_t *
part_texts(train_dict_t *to, const train_dict_t *from)
{
    size_t     i;
    uint32_t  *at;

    at = train_alloc(from->n + 1, sizeof(uint32_t));

    for (i = 0; i < from->n; i++) {
        at[i] = train_dict_put(to, from->text[i], strlen(from->text[i]));
    }

    return at;
}


static void
part_values(train_column_t *c, const train_column_t *p, size_t at, size_t rows)
{
    size_t     i, shared = p->shared_n;
    uint32_t  *text, id;

    if (p->number != NULL && rows > 0) {
        (void) memcpy(c->number + at, p->number, rows * sizeof(float));
    }

    if (p->exact != NULL && rows > 0) {
        (void) memcpy(c->exact + at, p->exact, rows * sizeof(double));
    }

    if (p->id == NULL || rows == 0) {
        return;
    }

    text = part_texts(&c->dict, &p->dict);

    for (i = 0; i < rows; i++) {
        id = p->id[i];
        c->id[at + i] = (id <= shared) ? id : text[id - shared - 1] + 1;
    }

    train_free(text);
}


/* What names rows: of those that were kept and those that were skipped */

static void
part_written(train_table_t *t, const train_table_t *p, size_t column,
    size_t *k)
{
    size_t           i;
    uint32_t        *text, *id;
    train_column_t  *c = &t->columns[column];

    if (!c->names_rows && !c->splits) {
        return;
    }

    c->quoted |= p->columns[column].quoted;
    text = part_texts(&c->texts, &p->columns[column].texts);
    train_room(&c->written, &c->written_room, t->rows + p->rows + 1,
               sizeof(uint32_t));

    for (i = 0; i < p->rows; i++) {
        id = &p->columns[column].written[i];
        c->written[t->rows + i] = (*id > 0) ? text[*id - 1] + 1 : 0;
    }

    for (i = 0; c->names_rows && i < p->skipped; i++) {
        id = p->skips[i].written;

        if (id != NULL && id[*k] > 0) {
            id[*k] = text[id[*k] - 1] + 1;
        }
    }

    *k += c->names_rows;
    train_free(text);
}


static void
part_origins(train_table_t *t, const train_table_t *p)
{
    size_t  i, before;

    before = t->before + t->rows + t->untold + t->skipped;
    train_room(&t->places, &t->places_room, t->rows + p->rows + 1,
               sizeof(train_origin_t));
    train_room(&t->skips, &t->skips_room, t->skipped + p->skipped + 1,
               sizeof(train_skip_t));

    for (i = 0; i < p->rows; i++) {
        t->places[t->rows + i] = p->places[i];
        t->places[t->rows + i].row += before;
    }

    for (i = 0; i < p->skipped; i++) {
        t->skips[t->skipped + i] = p->skips[i];
        t->skips[t->skipped + i].row += before;
    }
}


static void
part_kept(train_table_t *p, train_table_t *t)
{
    size_t  i, k;

    train_table_room(t, p->rows > 0 ? p->places[0].line : 0, p->rows);

    for (i = 0, k = 0; i < t->n; i++) {
        part_values(&t->columns[i], &p->columns[i], t->rows, p->rows);
        part_written(t, p, i, &k);
    }

    part_origins(t, p);
    t->rows += p->rows;
    t->untold += p->untold;
    t->skipped += p->skipped;
    t->unread += p->unread;

    if (t->unread_why == NULL) {
        t->unread_why = p->unread_why;
    } else {
        train_free(p->unread_why);
    }
}


int
train_part_end(train_table_t *p, train_table_t *t)
{
    if (p->stop != NULL) {
        train_die("%s", p->stop);
    }

    if (t->pass == TRAIN_TABLE_LOOK) {
        return part_looked(p, t);
    }

    part_kept(p, t);

    return 1;
}


void
train_part_free(train_table_t *p)
{
    size_t           i;
    train_column_t  *c;

    for (i = 0; i < p->n; i++) {
        c = &p->columns[i];
        train_free(c->number);
        train_free(c->exact);
        train_free(c->id);
        train_free(c->written);
        train_free(c->times);
        train_free(c->known);
        train_dict_free(&c->dict);
        train_dict_free(&c->texts);
        train_look_free(&c->seen);
    }

    train_free(p->columns);
    train_free(p->places);
    train_free(p->skips);
    train_free(p);
}


void
train_part_undo(train_table_t *t)
{
    size_t           i;
    train_column_t  *c;

    for (i = 0; i < t->n; i++) {
        c = &t->columns[i];
        train_dict_free(&c->dict);
        train_look_free(&c->seen);
        (void) memset(&c->seen, 0, sizeof(train_look_t));
        train_free(c->times);
        c->times = NULL;
        c->times_room = 0;
    }

    train_free(t->first_bad);
    t->first_bad = NULL;
    t->rows = 0;
}
