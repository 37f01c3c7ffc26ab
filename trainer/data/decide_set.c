/*
 * Decisions of decide.c in the columns of a table: made, undone, and made of
 * other rows.
 * Not here: why.
 */

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "decide.h"
#include "util.h"


void
train_decide_set(train_column_t *c, train_role_t role, const char *fmt, ...)
{
    va_list  args;

    if (c->was_why == NULL) {
        c->was_why = train_strdup(c->why);
        c->was_role = c->role;
    }

    c->role = role;
    va_start(args, fmt);
    (void) vsnprintf(c->why, sizeof(c->why), fmt, args);
    va_end(args);
}


void
train_decide_category(train_column_t *c, size_t rows)
{
    char    text[MAAS_NUMBER_TEXT];
    size_t  i, len;

    c->was_number = c->number;
    c->number = NULL;
    c->id = train_alloc(rows, sizeof(uint32_t));

    for (i = 0; i < rows; i++) {
        if (!isnan(c->was_number[i])) {
            len = maas__field_print((double) c->was_number[i], text);
            c->id[i] = train_dict_put(&c->dict, text, len) + 1;
        }
    }

    c->format.compare = MAAS_COMPARE_NUMBER;
    c->format.kind = MAAS_FIELD_CATEGORY;
}


void
train_decide_undo(train_table_t *t)
{
    size_t           i;
    train_column_t  *c;

    for (i = 0; i < t->n; i++) {
        c = &t->columns[i];
        c->place = t->decided ? c->was_place : c->place;
        c->was_place = c->place;

        if (c->was_why == NULL) {
            continue;
        }

        (void) snprintf(c->why, sizeof(c->why), "%s", c->was_why);
        c->role = c->was_role;
        train_free(c->was_why);
        train_free(c->rank);
        c->was_why = NULL;
        c->rank = NULL;
        c->ordered = 0;
        c->slots = 0;

        if (c->was_number != NULL) {
            train_free(c->id);
            train_dict_free(&c->dict);
            c->id = NULL;
            c->number = c->was_number;
            c->was_number = NULL;
            c->format.compare = (maas_compare_t) 0;
            c->format.kind = MAAS_FIELD_NUMBER;
        }
    }

    t->decided = 1;
}


/* What was decided of column `as` */

static void
set_follow(train_column_t *c, const train_column_t *as, size_t rows)
{
    c->place = as->place;

    if (as->was_why == NULL) {
        return;
    }

    train_decide_set(c, as->role, "%s", as->why);

    if (as->was_number != NULL) {
        train_decide_category(c, rows);
    }
}


void
train_columns_follow(const train_data_t *d, train_data_t *other)
{
    size_t                 i, *at;
    train_column_t        *c;
    const train_table_t   *t = d->table;

    if (t == NULL || !t->decided || other->table == NULL) {
        return;
    }

    at = train_alloc(t->n, sizeof(size_t));
    train_decide_undo(other->table);

    for (i = 0; i < t->n; i++) {
        if (train_role_is_field(t->columns[i].was_why != NULL
                                ? t->columns[i].was_role
                                : t->columns[i].role))
        {
            at[t->columns[i].was_place] = i;
        }
    }

    for (i = 0; i < other->table->n; i++) {
        c = &other->table->columns[i];

        if (train_role_is_field(c->role)) {
            set_follow(c, &t->columns[at[c->place]], other->rows);
        }
    }

    train_free(at);

    for (i = 0; i < other->n_columns; i++) {
        train_free(other->columns[i]);
    }

    train_free(other->columns);
    train_free(other->fields);
    other->n_columns = d->n_columns;
    other->columns = train_alloc(d->n_columns + 1, sizeof(char *));
    other->fields = train_alloc(d->n_columns + 1, sizeof(maas_field_t));

    for (i = 0; i < d->n_columns; i++) {
        other->columns[i] = train_strdup(d->columns[i]);
        other->fields[i] = d->fields[i];
        other->fields[i].name = other->columns[i];
    }
}
