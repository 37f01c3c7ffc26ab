/*
 * The columns of a table that go into a model, as train_data_t has them: names,
 * kinds, and what reads their texts.
 * Not here: what a column is for (roles.c, decide.c).
 */

#include "table.h"
#include "util.h"


/* Columns as they are read, each with as few slots as it may have */

static void
fields_reader(const train_table_t *t, train_data_t *d)
{
    size_t          i;
    maas_column_t  *columns, *c;
    static const maas_part_t  part = { MAAS_PART_SECONDS, 0, 1 };

    maas__arena_destroy(d->arena);
    d->arena = maas__arena_create(SIZE_MAX / 2);
    d->reader = NULL;
    columns = train_alloc(d->n_columns + 1, sizeof(maas_column_t));

    for (i = 0; i < t->n; i++) {
        if (train_role_is_field(t->columns[i].role)) {
            c = &columns[t->columns[i].place];
            *c = t->columns[i].format;
            c->name = t->columns[i].name;
            c->kind = (maas_field_kind_t) t->columns[i].role;
            c->hash = (c->kind >= MAAS_FIELD_CATEGORY);
            c->n_values = 0;
            c->n_knots = 0;
            c->parts = &part;
            c->n_parts = (c->kind == MAAS_FIELD_DATE);
        }
    }

    if (d->arena != NULL) {
        d->reader = maas__arena_alloc(d->arena, 1, sizeof(maas_fields_t));
    }

    if (d->reader == NULL
        || maas__fields_create(d->arena, columns, d->n_columns, d->reader)
           != MAAS_OK)
    {
        train_die("no memory for the columns of the table");
    }

    train_free(columns);
}


void
train_table_fields(train_data_t *d)
{
    size_t                i;
    const train_table_t  *t = d->table;
    const train_column_t *c;

    for (i = 0; i < d->n_columns; i++) {
        train_free(d->columns[i]);
    }

    train_free(d->columns);
    train_free(d->fields);
    d->columns = train_alloc(t->n, sizeof(char *));
    d->fields = train_alloc(t->n, sizeof(maas_field_t));
    d->n_columns = 0;

    for (i = 0; i < t->n; i++) {
        c = &t->columns[i];

        if (train_role_is_field(c->role)) {
            d->columns[c->place] = train_strdup(c->name);
            d->fields[c->place].name = d->columns[c->place];
            d->fields[c->place].kind = (maas_field_kind_t) c->role;
            d->n_columns++;
        }
    }

    fields_reader(t, d);
}
