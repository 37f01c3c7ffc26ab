/*
 * CSV: names of columns, by the layout of the engine, and then the rows.
 * What a first row without a model is, is said in header.c; rows are read in
 * csv_rows.c.
 */

#include <stdio.h>
#include <string.h>

#include "csv_rows.h"
#include "header.h"
#include "table.h"
#include "util.h"
#include "field/maas_layout.h"
#include "text/maas_json.h"


#define CSV_LOOK  50                /* rows that say whether all end alike */


static void
csv_name(train_csv_t *f, size_t i, const char *name, size_t len)
{
    int             new;
    train_table_t  *t;

    t = f->table;

    if (len < 1 || len > MAAS_MAX_TEXT) {
        train_die("%s:%zu:%zu: a column's name of %zu bytes: expected 1 to "
                  "%d", t->path, f->line, i + 1, len, MAAS_MAX_TEXT);
    }

    if (!maas__utf8(name, len)) {
        train_die("%s:%zu:%zu: a column's name is not UTF-8", t->path,
                  f->line, i + 1);
    }

    (void) train_table_add(t, name, len, &new);

    if (!new) {
        train_die("%s:%zu:%zu: the name \"%.*s\" stands twice: expected "
                  "different names", t->path, f->line, i + 1,
                  (int) (len < 80 ? len : 80), name);
    }
}


/* A name for the field, "index" or by its number where it has none */

static void
csv_name_cell(train_csv_t *f, size_t i, const train_cell_t *cell)
{
    int   len;
    char  buf[32];

    if (cell != NULL && cell->len > 0) {
        csv_name(f, i, cell->s, cell->len);

    } else if (cell != NULL && i == 0) {
        csv_name(f, i, "index", 5);     /* as pandas writes it */

    } else {
        len = snprintf(buf, sizeof(buf), "column%zu", i + 1);
        csv_name(f, i, buf, (size_t) len);
    }
}


/* ".tsv" breaks a tie */

static char
csv_hint(const char *path)
{
    size_t  i;

    i = strlen(path);

    return (i > 4 && strcmp(path + i - 4, ".tsv") == 0)
           || (i > 7 && strcmp(path + i - 7, ".tsv.gz") == 0) ? '\t' : '\0';
}


/* Do the rows at hand end with a separator, or have a field less than n? */

static int
csv_ends_empty(const train_csv_t *f, size_t n)
{
    size_t            i, k, m;
    maas_csv_t        c;
    maas_csv_field_t  field = { 0 };

    c = f->at;

    for (k = 0; n > 1 && k < CSV_LOOK && maas__csv_row(&c); k++) {
        m = maas__csv_count(&c);

        for (i = 0; i < m; i++) {
            (void) maas__csv_next(&c, &field);
        }

        if (m + 1 != n && (m != n || field.s.len > 0 || field.quoted)) {
            return 0;
        }
    }

    return k > 0;
}


/* Names for `fit`, which knows no columns yet */

static void
csv_look(train_csv_t *f)
{
    size_t          i, n;
    maas_csv_t      row;
    train_table_t  *t;

    t = f->table;
    train_header_find(&f->at, csv_hint(t->path), t);

    row = f->at;

    if (!maas__csv_row(&row)) {
        return;
    }

    f->at = row;

    if (!train_csv_fields(f)) {
        train_die("%s:%zu: the first row cannot be read", t->path, row.line);
    }

    n = f->row.n;
    n -= f->row.cell[n - 1].len == 0 && csv_ends_empty(f, n);

    for (i = 0; i < n; i++) {
        csv_name_cell(f, i, t->named ? &f->row.cell[i] : NULL);
    }

    if (!t->named) {
        f->at = row;
    }
}


/* Names for a model, in whose words they are */

static void
csv_layout_names(train_csv_t *f, const maas_layout_t *l)
{
    size_t              i;
    uint32_t            place;
    train_csv_t          names;
    const maas_info_t  *info;

    info = l->info;
    names = *f;
    names.at = l->head;

    if (l->names) {
        (void) train_csv_fields(&names);
    }

    f->table->target_at = TRAIN_NO_COLUMN;
    f->row = names.row;             /* its memory may have grown */
    f->line = l->head.line;

    for (i = 0; i < l->n; i++) {
        place = l->place != NULL ? l->place[i] : (uint32_t) i;

        if (place == MAAS_LAYOUT_PASS) {
            csv_name_cell(f, i, l->names ? &f->row.cell[i] : NULL);

        } else if (place < info->n_columns) {
            csv_name(f, i, info->columns[place],
                     strlen(info->columns[place]));

        } else {
            place -= (uint32_t) info->n_columns;

            if (!l->names && info->others[place].role == MAAS_ROLE_TARGET) {
                f->table->target_at = i;
            }

            csv_name(f, i, info->others[place].name,
                     strlen(info->others[place].name));
        }
    }
}


/* A number that names the target of rows without names, from 0 */

static size_t
csv_target(const train_want_t *want)
{
    double              v;
    size_t              i;
    const char         *s, *name;
    const maas_info_t  *info;

    s = want->target;
    info = want->model;

    if (s == NULL || want->target_named || want->labels != NULL
        || !train_number(s, &v) || v < 1 || v > TRAIN_MAX_COLUMNS)
    {
        return TRAIN_NO_COLUMN;
    }

    for (i = 0; i < info->n_columns + info->n_others; i++) {
        name = i < info->n_columns ? info->columns[i]
                                   : info->others[i - info->n_columns].name;

        if (strcmp(name, s) == 0) {
            return TRAIN_NO_COLUMN;
        }
    }

    return (size_t) v - 1;
}


/* "NAME,NAME", or NULL: does the user name a column that the model has not? */

static unsigned
csv_beside(const maas_info_t *info, const char *list)
{
    size_t       n;
    const char  *end;

    for ( /* void */ ; list != NULL && *list != '\0' && info->reader != NULL;
         list = end + (*end == ','))
    {
        end = list + strcspn(list, ",");
        n = (size_t) (end - list);

        if (maas_column_find(info->reader, list, n) == SIZE_MAX
            && maas_other_find(info->reader, list, n) == SIZE_MAX)
        {
            return 1;
        }
    }

    return 0;
}


/* Cells by place, n of them, where the model knows no names, or is of the first
 * version, which does not say what else the training file had: then the rest is
 * found by place (roles.c).  A first row of words is names. */

static void
csv_model_places(train_csv_t *f, size_t n, unsigned words)
{
    size_t          i;
    maas_csv_t      row;
    train_table_t  *t;

    t = f->table;
    t->named = words && t->want->model->n_columns > 0;
    row = f->at;

    if (t->named) {
        (void) train_csv_fields(f);
    }

    for (i = 0; i < n; i++) {
        csv_name_cell(f, i, t->named ? &f->row.cell[i] : NULL);
    }

    f->at = t->named ? f->at : row;
}


/* Names and places for a model */

static void
csv_model(train_csv_t *f)
{
    size_t               n;
    maas_err_t           err;
    maas_arena_t        *a;
    train_table_t       *t;
    maas_layout_t        l;
    const maas_info_t   *info;
    maas_layout_want_t   want;

    t = f->table;
    info = t->want->model;
    t->beside = csv_beside(info, t->want->id)
                || csv_beside(info, t->want->weight)
                || csv_beside(info, t->want->target)
                || csv_beside(info, t->want->on);
    want = (maas_layout_want_t) {
        .header = (maas_header_t) t->want->header,
        .lenient = (info->n_others == 0 || t->beside),
        .hint = csv_hint(t->path), .target = csv_target(t->want),
        .also = { t->want->target, t->want->id, t->want->weight,
                  t->want->on }
    };

    a = maas__arena_create(maas__layout_size(info));

    if (a == NULL
        || maas__layout_find(&l, info, &want, &f->at, a, &err) == MAAS_NOMEM)
    {
        train_die("out of memory");
    }

    if (l.failed) {
        train_die("%s:%zu:%zu: %s", t->path, l.line, l.field + 1, err.msg);
    }

    n = maas__csv_count(&l.head);
    t->beside &= l.names;

    if (info->n_columns == 0
        || (!l.names && info->n_others == 0 && n != info->n_columns))
    {
        csv_model_places(f, n > 0 ? n : l.n, l.words);

    } else {
        t->named = 1;
        csv_layout_names(f, &l);
    }

    if (l.comments > 0) {
        train_warn("%s: %u line%s before line %zu passed over", t->path,
                   l.comments, l.comments == 1 ? "" : "s", l.head.line);
    }

    maas__arena_destroy(a);
}


void
train_table_csv(train_table_t *t, const char *text, size_t len)
{
    train_csv_t  f = { .table = t };

    if (!t->closed) {
        train_fields_begin(&f.row, len);
        maas__csv_start(&f.at, text, len);

        if (t->want->model != NULL) {
            csv_model(&f);
        } else {
            csv_look(&f);
        }

        t->body = f.at;
        t->width = t->n;
        t->closed = 1;
        train_fields_free(&f.row);
    }

    if (t->pass != TRAIN_TABLE_NAMES) {
        train_csv_parts(t);
    }
}
