/*
 * A file of rows and columns from its path to train_data_t: two passes of a
 * reader, roles between them.
 * What a value means is not known here (table.c).
 */

#include <stdio.h>
#include <string.h>

#include "data_json.h"
#include "table.h"
#include "util.h"


typedef void (*table_read_pt)(train_table_t *t, const char *text, size_t len);


void
train_table_free(train_table_t *t)
{
    size_t  i;

    if (t == NULL) {
        return;
    }

    for (i = 0; i < t->n; i++) {
        train_free(t->columns[i].name);
        train_free(t->columns[i].number);
        train_free(t->columns[i].id);
        train_dict_free(&t->columns[i].dict);
        train_look_free(&t->columns[i].seen);
    }

    train_table_rows_free(t);
    train_dict_free(&t->names);
    maas__arena_destroy(t->arena);
    train_free(t->columns);
    train_free(t);
}


const maas_column_t *
train_data_target(const train_data_t *d)
{
    return d->table != NULL && d->table->target != TRAIN_NO_COLUMN
           ? &d->table->columns[d->table->target].format : NULL;
}


static void
table_said(const train_table_t *t)
{
    if (t->skipped > 0) {
        train_warn("%s: %zu row%s skipped; the first: %s", t->path,
                   t->skipped, t->skipped == 1 ? "" : "s", t->skips[0].why);
    }

    if (t->untold > 0) {
        train_warn("%s: %zu of %zu rows left out: no target in column "
                   "\"%s\"", t->path, t->untold, t->untold + t->rows,
                   t->columns[t->target].name);

        if (t->want->model == NULL && t->untold > t->rows) {
            train_die("%s: more than half of the rows have no target: "
                      "expected one in column \"%s\" (another --target?)",
                      t->path, t->columns[t->target].name);
        }
    }

    if (t->rows == 0 || t->n == 0) {
        train_die("%s: no rows: expected %s", t->path,
                  t->n == 0 ? "a CSV file with columns, or JSON lines"
                  : t->skipped ? "rows that can be read"
                  : t->untold ? "rows with a target"
                  : "rows of data below the names");
    }
}


train_table_t *
train_table_begin(const char *path, const train_want_t *want)
{
    train_table_t  *t;

    t = train_alloc(1, sizeof(train_table_t));
    *t = (train_table_t) {
        .path = path, .want = want, .target = TRAIN_NO_COLUMN,
        .target_at = TRAIN_NO_COLUMN,
        .weight = TRAIN_NO_COLUMN, .split = TRAIN_NO_COLUMN,
        .one_hot = want->one_hot,
        .hash = want->hash, .arena = maas__arena_create(SIZE_MAX / 2)
    };

    if (t->arena == NULL) {
        train_die("%s: no memory for a table", path);
    }

    return t;
}


/* Columns as they are read, each with as few slots as it may have */

static void
table_columns(const train_table_t *t, train_data_t *d)
{
    size_t          i;
    maas_column_t  *columns, *c;
    static const maas_part_t  part = { MAAS_PART_SECONDS, 0, 1 };

    d->arena = maas__arena_create(SIZE_MAX / 2);
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
        train_die("%s: no memory for its columns", t->path);
    }

    train_free(columns);
}


void
train_table_finish(train_table_t *t, train_data_t *d)
{
    size_t           i;
    uint32_t        *id;
    train_column_t  *c;

    table_said(t);

    d->rows = t->rows;
    d->table = t;
    d->input = MAAS_INPUT_COLUMNS;
    d->columns = train_alloc(t->n, sizeof(char *));
    d->fields = train_alloc(t->n, sizeof(maas_field_t));

    for (i = 0; i < t->n; i++) {
        c = &t->columns[i];

        if (train_role_is_field(c->role)) {
            d->columns[c->place] = train_strdup(c->name);
            d->fields[c->place].name = d->columns[c->place];
            d->fields[c->place].kind = (maas_field_kind_t) c->role;
            d->n_columns++;
        }
    }

    table_columns(t, d);

    if (t->target != TRAIN_NO_COLUMN) {
        c = &t->columns[t->target];
        d->target = train_strdup(c->name);
        id = train_alloc(t->rows, sizeof(uint32_t));

        for (i = 0; i < t->rows; i++) {
            id[i] = c->id[i] - 1;
        }

        train_target_set(d, t->want, &c->dict, id, t->path);
        train_free(id);

    } else if (!t->want->no_target) {
        train_die("%s: the target is not known: expected --target COLUMN",
                  t->path);
    }

    if (t->weight != TRAIN_NO_COLUMN) {
        d->weights = t->columns[t->weight].number;
        t->columns[t->weight].number = NULL;
    }

    train_split_keys(t, d);
    t->want = NULL;
    t->path = NULL;
}


/* Names that a model wants from rows which name their values themselves */

static void
table_expect(train_table_t *t)
{
    int                  new;
    size_t               i;
    const train_want_t  *w = t->want;

    if (w->model->n_columns == 0) {
        train_die("%s: rows with names, but the model \"%s\" has no columns",
                  t->path, w->model->name);
    }

    for (i = 0; i < w->model->n_columns; i++) {
        (void) train_table_add(t, w->model->columns[i],
                               strlen(w->model->columns[i]), &new);
    }

    if (w->target != NULL && !w->no_target) {
        (void) train_table_add(t, w->target, strlen(w->target), &new);
    }
}


/* Is it to be known which other names there are? */

static int
table_beside(const train_want_t *w)
{
    return w->id != NULL || w->id_recorded != NULL || w->weight != NULL
           || w->weight_recorded != NULL || w->model->n_others > 0;
}


/* What the text is, by its first bytes */

static table_read_pt
table_shape(const char *text, size_t len)
{
    size_t  i;

    for (i = 0; i < len && memchr(" \t\r\n", text[i], 4) != NULL; i++) {
        /* blanks */
    }

    if (train_json_is(text, len)) {
        return train_table_json;
    }

    return (i < len && text[i] == '{') ? train_table_jsonl : train_table_csv;
}


void
train_table_read(const char *path, const train_want_t *want, train_data_t *d)
{
    char           *text;
    size_t          len;
    train_table_t  *t;
    table_read_pt   reader;

    text = train_table_slurp(path, want->encoding, &len, &d->crc32c);

    reader = table_shape(text, len);
    t = train_table_begin(path, want);
    t->free_order = (reader != train_table_csv);
    t->named = t->free_order;

    t->pass = (want->model != NULL) ? TRAIN_TABLE_NAMES : TRAIN_TABLE_LOOK;

    if (t->free_order && want->model != NULL) {
        table_expect(t);
    }

    if (!t->free_order || want->model == NULL || table_beside(want)) {
        reader(t, text, len);
    }

    if (t->n == 0 || (t->rows == 0 && want->model == NULL)) {
        table_said(t);
    }

    train_table_roles(t);

    t->pass = TRAIN_TABLE_KEEP;
    t->rows = 0;
    t->closed = 1;
    reader(t, text, len);
    train_free(text);
    train_table_finish(t, d);
}
