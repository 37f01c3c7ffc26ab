/*
 * A file of rows and columns from its path to train_data_t: two passes of a
 * reader, roles between them.
 * What a value means is not known here (table.c).
 */

#include <stdio.h>
#include <string.h>

#include "data_json.h"
#include "join.h"
#include "util.h"


#define TABLE_SOME  8               /* texts of a column that are looked at */


maas_column_t *
train_data_target(const train_data_t *d, size_t *n)
{
    size_t                k;
    maas_column_t        *f;
    const train_table_t  *t;

    t = d->table;
    *n = 0;

    if (t == NULL || t->target == TRAIN_NO_COLUMN) {
        return NULL;
    }

    *n = t->n_more + 1;
    f = train_alloc(*n, sizeof(maas_column_t));

    for (k = 0; k < *n; k++) {
        f[k] = t->columns[k == 0 ? t->target : t->more[k - 1]].format;
    }

    return f;
}


/* Labels of another file: what was found of them */

static void
table_said_labels(const train_join_t *j, const char *path)
{
    if (j->changed > 0) {
        train_warn("%s: %zu label%s another than before for the same \"%s\": "
                   "the last one counts", j->path, j->changed,
                   j->changed == 1 ? " is" : "s are", j->on);
    }

    if (j->rows > 0 && j->found == 0) {
        train_die("%s: none of %zu rows has a label: expected values of "
                  "\"%s\" that stand in %s, too%s", path, j->rows, j->on,
                  j->path, j->keyed == 0 ? "; no row has one" : "");
    }
}


void
train_table_said(const train_table_t *t)
{
    size_t  rows;

    rows = t->before + t->rows;
    train_table_say_skipped(t);

    if (t->join != NULL) {
        table_said_labels(t->join, t->path);

    } else if (t->untold > 0) {
        train_warn("%s: %zu of %zu rows left out: no target in column "
                   "\"%s\"%s", t->path, t->untold, t->untold + rows,
                   t->columns[t->target].name,
                   t->n_more > 0 ? ", or in another of them" : "");

        if (t->want->model == NULL && t->untold > rows) {
            train_die("%s: more than half of the rows have no target: "
                      "expected one in column \"%s\" (another --target?)",
                      t->path, t->columns[t->target].name);
        }
    }

    if ((rows == 0 || t->n == 0) && t->first_bad != NULL) {
        train_die("%s: no row can be read; the first: %s", t->path,
                  t->first_bad);
    }

    if (rows == 0 || t->n == 0) {
        train_die("%s: no rows: expected %s", t->path,
                  t->n == 0 ? "a CSV file with columns, or JSON lines"
                  : t->skipped ? "rows that can be read"
                  : t->untold ? "rows with a target"
                  : "rows of data below the names");
    }
}


/* The texts of a column as numbers of its dict, to be given to train_free() */

static uint32_t *
table_ids(const train_table_t *t, const train_column_t *c)
{
    size_t     i;
    uint32_t  *id;

    id = train_alloc(t->rows, sizeof(uint32_t));

    for (i = 0; i < t->rows; i++) {
        id[i] = c->id[i] - 1;
    }

    return id;
}


/* Several numbers: their columns' names, with commas between, are the target's
 * name */

static void
table_targets(train_table_t *t, train_data_t *d)
{
    char                  *name;
    size_t                 k, n;
    uint32_t             **id;
    const char           **names;
    const train_dict_t   **dict;
    const train_column_t  *c;

    n = t->n_more + 1;
    id = train_alloc(n, sizeof(uint32_t *));
    names = train_alloc(n, sizeof(char *));
    dict = train_alloc(n, sizeof(train_dict_t *));

    for (k = 0; k < n; k++) {
        c = &t->columns[k == 0 ? t->target : t->more[k - 1]];
        id[k] = table_ids(t, c);
        names[k] = c->name;
        dict[k] = &c->dict;
        name = train_format("%s%s%s", k > 0 ? d->target : "", k > 0 ? "," : "",
                            c->name);
        train_free(d->target);
        d->target = name;
    }

    train_targets_set(d, t->want, dict, (const uint32_t *const *) id, names, n,
                      t->path);

    for (k = 0; k < n; k++) {
        train_free(id[k]);
    }

    train_free(id);
    train_free(names);
    train_free(dict);
}


static void
table_columns(train_table_t *t, train_data_t *d)
{
    d->table = t;
    d->input = MAAS_INPUT_COLUMNS;
    train_table_fields(d);
}


void
train_table_finish(train_table_t *t, train_data_t *d)
{
    uint32_t        *id;
    train_column_t  *c;

    if (d->table == NULL) {
        train_table_said(t);        /* of an array: it was not opened */
        table_columns(t, d);
    }

    d->rows = t->rows;

    if (t->n_more > 0) {
        table_targets(t, d);

    } else if (t->target != TRAIN_NO_COLUMN) {
        c = &t->columns[t->target];
        d->target = train_strdup(c->name);
        id = table_ids(t, c);
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
    t->text = NULL;
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

    for (i = 0; w->target != NULL && w->target_named && !w->no_target
                && i < w->model->n_labels && w->model->out > 1
                && w->model->task == MAAS_TASK_REGRESSION; i++)
    {
        (void) train_table_add(t, w->model->labels[i],
                               strlen(w->model->labels[i]), &new);
    }

    if (i == 0 && w->target != NULL && !w->no_target && t->join == NULL) {
        (void) train_table_add(t, w->target, strlen(w->target), &new);
    }

    if (t->join != NULL) {
        (void) train_table_add(t, w->on, strlen(w->on), &new);
    }
}


/* Is it to be known which other names there are? */

static int
table_beside(const train_want_t *w)
{
    return w->id != NULL || w->id_recorded != NULL || w->weight != NULL
           || w->weight_recorded != NULL || w->model->n_others > 0;
}


/* Objects within texts, as escape=json of nginx has them, would be texts */

static void
table_texts(const train_table_t *t)
{
    size_t                 i, k;
    const char            *s;
    const train_column_t  *c;

    for (i = 0; i < t->n; i++) {
        c = &t->columns[i];

        for (k = 0; k < c->dict.n && k < TABLE_SOME; k++) {
            s = c->dict.text[k];

            if (s[0] != '{' || maas__json_check(s, strlen(s), TRAIN_JSON_DEPTH,
                                                NULL) != MAAS_OK)
            {
                break;
            }
        }

        if (k > 0 && (k == c->dict.n || k == TABLE_SOME)) {
            train_warn("%s: \"%s\" is taken for a text, though it holds "
                       "objects of JSON: --features %s has their members for "
                       "columns", t->path, c->name, c->name);
        }
    }
}


/* Inputs beside an object of JSON: nobody has said so */

static void
table_beside_objects(const train_table_t *t)
{
    size_t       i, n;
    const char  *first;

    first = NULL;
    n = 0;

    for (i = 0; i < t->n; i++) {
        if (train_role_is_field(t->columns[i].role) && !t->columns[i].inside) {
            first = n++ ? first : t->columns[i].name;
        }
    }

    if (n > 0 && t->objects.n > 0 && t->want->model == NULL) {
        train_warn("%s: \"%s\"%s beside the object \"%s\" %s, too: if only its "
                   "members are to be, --features %s", t->path, first,
                   n > 1 ? " and others" : "", t->objects.text[0],
                   n > 1 ? "are inputs" : "is an input", t->objects.text[0]);
    }
}


/* Is the column there that --on speaks of? */

static void
table_named(train_table_t *t)
{
    if (t->join == NULL) {
        return;
    }

    train_table_joined(t);

    if (t->join->key == TRAIN_NO_COLUMN) {
        train_die("%s:1: no column \"%.80s\" for --on: expected it in this "
                  "file and in %s", t->path, t->join->on, t->join->path);
    }
}


train_table_t *
train_table_open(const char *path, const train_want_t *want,
    train_text_t *text, train_reader_pt *reader, train_data_t *d)
{
    train_join_t   *join;
    train_table_t  *t;

    join = train_join_read(want, &d->crc32c);
    train_text_read(text, path, want->encoding, train_json_nested(want),
                    &d->crc32c);

    *reader = train_table_reader(text->data, text->len,
                                 train_json_nested(want));
    t = train_table_begin(path, want);
    t->join = join;
    t->text = text;
    t->free_order = (*reader != train_table_csv);
    t->named = t->free_order;

    if (want->features != NULL && !t->free_order) {
        train_die("%s: --features is for JSON: expected rows that are "
                  "{\"%.64s\": {\"name\": value, ...}, ...}", path,
                  want->features);
    }

    t->pass = (want->model != NULL) ? TRAIN_TABLE_NAMES : TRAIN_TABLE_LOOK;

    if (t->free_order && want->model != NULL) {
        table_expect(t);
    }

    if (!t->free_order || want->model == NULL || table_beside(want)) {
        (*reader)(t, text->data, text->len);
        train_table_looked(t);
    }

    if (t->n == 0 || (t->rows == 0 && want->model == NULL)) {
        train_table_said(t);
    }

    table_named(t);
    table_texts(t);
    train_table_roles(t);
    table_beside_objects(t);

    t->pass = TRAIN_TABLE_KEEP;
    t->rows = 0;
    t->over = 0;
    t->closed = 1;
    table_columns(t, d);

    return t;
}


void
train_table_read(const char *path, const train_want_t *want, train_data_t *d)
{
    train_text_t      text;
    train_table_t    *t;
    train_reader_pt   reader;

    t = train_table_open(path, want, &text, &reader, d);
    reader(t, text.data, text.len);
    train_text_free(&text);
    train_table_said(t);
    train_table_finish(t, d);
}
