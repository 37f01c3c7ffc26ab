/*
 * Rows of a table: the first pass over a file counts what stands in each
 * column, the second keeps it by what the column is for.
 * File formats are not known here, nor how roles are found (roles.c).
 */

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "join.h"
#include "util.h"
#include "text/maas_json.h"


void
train_table_bad(train_table_t *t, size_t line, size_t column,
    const char *fmt, ...)
{
    char     what[640], where[32], *why;
    va_list  args;

    va_start(args, fmt);
    (void) vsnprintf(what, sizeof(what), fmt, args);
    va_end(args);

    where[0] = '\0';

    if (column != TRAIN_NO_COLUMN && !t->free_order) {
        (void) snprintf(where, sizeof(where), ":%zu", column + 1);
    }

    if (!t->want->skip && !t->part) {
        train_die("%s:%s%zu%s: %s", t->path, t->by_row ? " row " : "", line,
                  where, what);
    }

    why = train_format("%s:%s%zu%s: %s", t->path, t->by_row ? " row " : "",
                       line, where, what);

    if (!t->want->skip) {
        t->stop = why;              /* said when it is its turn */
        return;
    }

    if (t->pass == TRAIN_TABLE_KEEP) {
        train_table_skipped(t, why);

    } else if (t->first_bad == NULL) {
        t->first_bad = why;
        return;
    }

    train_free(why);
}


size_t
train_table_add(train_table_t *t, const char *name, size_t len, int *new)
{
    size_t           i;
    train_column_t  *c;

    i = train_dict_put(&t->names, name, len);
    *new = (i == t->n);

    if (!*new) {
        return i;
    }

    if (t->n == TRAIN_MAX_COLUMNS) {
        train_die("%s: more than %d columns", t->path, TRAIN_MAX_COLUMNS);
    }

    train_room(&t->columns, &t->n_room, t->n + 1, sizeof(train_column_t));
    c = &t->columns[t->n++];
    (void) memset(c, 0, sizeof(train_column_t));
    c->name = train_strdup(t->names.text[i]);
    c->role = TRAIN_ROLE_AUTO;

    return i;
}


/* Is it read for a model whose rows are doubles? */

static int
table_is_wide(const train_table_t *t)
{
    return t->want->model != NULL && t->want->model->wide;
}


void
train_table_room(train_table_t *t, size_t line, size_t n)
{
    size_t           i, room, most;     /* all columns have the same */
    train_column_t  *c;

    if (t->rows + n <= t->room) {
        return;
    }

    if (t->before + t->rows >= UINT32_MAX / 4) {
        train_die("%s:%zu: more rows than can be trained on", t->path, line);
    }

    most = t->rows + n;

    for (i = 0; i < t->n; i++) {
        c = &t->columns[i];
        room = t->room;

        if (c->role == TRAIN_ROLE_NUMBER || c->role == TRAIN_ROLE_BOOLEAN
            || c->role == TRAIN_ROLE_WEIGHT)
        {
            if (table_is_wide(t)) {
                train_room(&c->exact, &room, t->rows + n, sizeof(double));
                room = t->room;
            }

            train_room(&c->number, &room, t->rows + n, sizeof(float));

        } else if (c->role != TRAIN_ROLE_IGNORE
                   && c->role != TRAIN_ROLE_ID)
        {
            train_room(&c->id, &room, t->rows + n, sizeof(uint32_t));
        }

        most = (room > most) ? room : most;
    }

    t->room = most;
}


/* What else the first pass saw that is no number, and what to do about it */

static void
table_others(const train_column_t *c, char *out, size_t size)
{
    char                   some[160];
    const train_counts_t  *others;

    out[0] = '\0';
    others = (c->seen.others.all > 0 || c->format.n_units > 0)
             ? &c->seen.others : &c->seen.units;

    if (others->all > 0 && c->role == TRAIN_ROLE_NUMBER) {
        train_counts_print(others, some, sizeof(some));
        (void) snprintf(out, size, " (no numbers: %s; --na-values if they "
                        "mean missing)", some);
    }
}


/* A value that is none, which counts as missing where --on-error says so; 0:
 * it does not */

static int
table_forgive(train_table_t *t, size_t line, train_column_t *c,
    const train_cell_t *cell, const char *expected)
{
    char         buf[MAAS_CANONICAL];
    size_t       len;
    const char  *s;

    if (t->want->skip != TRAIN_ERROR_MISSING || c->required
        || !train_role_is_field(c->role))
    {
        return 0;
    }

    c->unread = 1;

    if (t->unread_why == NULL) {
        train_cell_text(cell, buf, &s, &len);
        t->unread_why = train_format("%s:%s%zu: column \"%.64s\" holds "
                                     "\"%.*s\": expected %s", t->path,
                                     t->by_row ? " row " : "", line, c->name,
                                     (int) train_cut(s, len, 40), s, expected);
    }

    return 1;
}


/* Could the number be kept?  It is, in place of the next row. */

static int
table_check_number(train_table_t *t, size_t line, size_t i,
    const train_cell_t *cell)
{
    char             buf[MAAS_CANONICAL], others[300];
    double           v;
    size_t           len;
    const char      *s, *expected;
    train_column_t  *c;

    c = &t->columns[i];
    expected = train_cell_number(c, cell, table_is_wide(t), &v);

    if (expected == NULL && c->role == TRAIN_ROLE_WEIGHT
        && !(isnan(v) || v >= 0))
    {
        expected = "a weight of 0 or more";
    }

    if (expected != NULL && table_forgive(t, line, c, cell, expected)) {
        expected = NULL;
        v = NAN;
    }

    if (expected != NULL) {
        train_cell_text(cell, buf, &s, &len);

        if (t->want->model != NULL && line == 1 && !t->by_row
            && !t->free_order)
        {
            /* a first line that has none of its names is taken for a row */

            (void) snprintf(others, sizeof(others), ", or names of the model's "
                            "columns in this line, such as \"%.64s\"",
                            c->name);
        } else {
            table_others(c, others, sizeof(others));
        }

        train_table_bad(t, line, i,
                        "column \"%.64s\" holds \"%.*s\": expected %s%s",
                        c->name, (int) (len < 40 ? len : 40), s, expected,
                        others);
        return 0;
    }

    if (isnan(v) && (c->required || c->role == TRAIN_ROLE_WEIGHT)) {
        train_table_bad(t, line, i,
                        "column \"%.64s\" is empty: expected a number",
                        c->name);
        return 0;
    }

    c->number[t->rows] = (float) v;

    if (c->exact != NULL) {
        c->exact[t->rows] = v;
    }

    return 1;
}


/* Is a target of numbers one, or missing?  Without --on-error skip target.c
 * says what it is of all. */

static int
table_is_amount(const train_table_t *t, const train_column_t *c,
    const train_cell_t *cell)
{
    char         buf[MAAS_CANONICAL];
    double       v;
    size_t       len;
    const char  *s;

    if (c->role != TRAIN_ROLE_TARGET || !c->amounts || !t->want->skip) {
        return 1;
    }

    train_cell_keep(c, cell, buf, &s, &len);

    return len == 0 || maas__field_double(s, len, &v);
}


/* Could the cell be kept? */

static int
table_check(train_table_t *t, size_t line, size_t i, const train_cell_t *cell)
{
    char             buf[MAAS_CANONICAL];
    size_t           len;
    const char      *s, *expected;
    train_column_t  *c;

    c = &t->columns[i];
    c->unread = 0;

    if (c->role == TRAIN_ROLE_IGNORE) {
        return 1;
    }

    if (c->role <= TRAIN_ROLE_BOOLEAN || c->role == TRAIN_ROLE_WEIGHT) {
        return table_check_number(t, line, i, cell);
    }

    train_cell_text(cell, buf, &s, &len);
    expected = (c->role == TRAIN_ROLE_DATE) ? train_cell_date(c, cell)
               : table_is_amount(t, c, cell) ? NULL : "a number";
    expected = (cell->type == TRAIN_CELL_NUMBER && cell->s == NULL
                && isinf(cell->v)) ? "a finite number" : expected;
    expected = (len > MAAS_MAX_VALUE) ? "a text of 1 MB at most" : expected;

    if (expected != NULL && table_forgive(t, line, c, cell, expected)) {
        return 1;
    }

    if (expected != NULL) {
        train_table_bad(t, line, i,
                        "column \"%.64s\" holds \"%.*s\": expected %s",
                        c->name, (int) (len < 40 ? len : 40), s, expected);
        return 0;
    }

    if (!maas__utf8(s, len)) {
        train_table_bad(t, line, i, "column \"%.64s\" holds bytes that are "
                        "not UTF-8", c->name);
        return 0;
    }

    return 1;
}


/* Has the row something in each column of a target? */

static int
table_has_target(const train_table_t *t, const train_cell_t *cells, size_t n)
{
    char                       buf[MAAS_CANONICAL];
    size_t                     at, k, len;
    const char                *s;
    static const train_cell_t  none = { 0 };

    for (k = 0; k <= t->n_more; k++) {
        at = (k == 0) ? t->target : t->more[k - 1];
        train_cell_keep(&t->columns[at], at < n ? &cells[at] : &none, buf, &s,
                        &len);

        if (len == 0) {
            return 0;
        }
    }

    return 1;
}


void
train_table_joined(train_table_t *t)
{
    int            new;
    train_join_t  *join = t->join;

    if (join->column == TRAIN_NO_COLUMN) {
        join->column = train_table_add(t, join->target, strlen(join->target),
                                       &new);

        if (!new) {
            train_die("%s: the column \"%s\" stands in %s, too: expected it in "
                      "one of them (--target names another)", t->path,
                      join->target, join->path);
        }
    }

    if (join->key == TRAIN_NO_COLUMN) {
        join->key = train_dict_find(&t->names, join->on, strlen(join->on));
        join->key = (join->key == UINT32_MAX) ? TRAIN_NO_COLUMN : join->key;
    }
}


/* The row with its label, if there are labels */

static void
table_join(train_table_t *t, size_t line, const train_cell_t **cells,
    size_t *n)
{
    train_join_t  *join = t->join;

    if (join == NULL) {
        return;
    }

    train_table_joined(t);

    if (join->column < *n && (*cells)[join->column].type != TRAIN_CELL_NULL) {
        train_die("%s:%zu: the column \"%s\" stands in %s, too: expected it in "
                  "one of them (--target names another)", t->path, line,
                  join->target, join->path);
    }

    *cells = train_join_row(join, *cells, n, t->pass == TRAIN_TABLE_KEEP);
}


/* In a part, texts of the whole first, then its own */

static uint32_t
table_id(train_column_t *c, const char *s, size_t len)
{
    uint32_t  id;

    if (c->shared == NULL) {
        return train_dict_put(&c->dict, s, len);
    }

    id = train_dict_find(c->shared, s, len);

    return id != UINT32_MAX
           ? id : (uint32_t) c->shared->n + train_dict_put(&c->dict, s, len);
}


void
train_table_row(train_table_t *t, size_t line, const train_cell_t *cells,
    size_t n)
{
    char                       buf[MAAS_CANONICAL];
    size_t                     i, len;
    const char                *s;
    train_column_t            *c;
    const train_cell_t        *cell;
    static const train_cell_t  none = { 0 };

    if (t->take != NULL) {
        t->take(t->to, cells, n);
        return;
    }

    table_join(t, line, &cells, &n);

    if (t->pass != TRAIN_TABLE_KEEP) {
        for (i = 0; i < n && t->pass == TRAIN_TABLE_LOOK; i++) {
            train_table_look(t, &t->columns[i], &cells[i]);
        }

        t->rows++;
        return;
    }

    train_table_room(t, line, 1);

    if (t->target != TRAIN_NO_COLUMN && !table_has_target(t, cells, n)) {
        t->untold++;
        return;
    }

    for (i = 0; i < t->n; i++) {
        if (!table_check(t, line, i, i < n ? &cells[i] : &none)) {
            if (t->stop == NULL) {
                train_table_skipped_cells(t, cells, n);
            }

            return;
        }
    }

    for (i = 0; i < t->n; i++) {
        c = &t->columns[i];
        t->unread += c->unread;

        if (c->id != NULL) {
            cell = (i < n && !c->unread) ? &cells[i] : &none;
            train_cell_keep(c, cell, buf, &s, &len);
            c->id[t->rows] = len ? table_id(c, s, len) + 1 : 0;
        }
    }

    train_table_kept(t, line, cells, n);
}
