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

#include "table.h"
#include "util.h"
#include "text/maas_json.h"


#define TABLE_MANY  10000           /* different texts; more are not counted */


void
train_table_bad(train_table_t *t, size_t line, size_t column,
    const char *fmt, ...)
{
    char     what[320], where[32], *why;
    va_list  args;

    va_start(args, fmt);
    (void) vsnprintf(what, sizeof(what), fmt, args);
    va_end(args);

    where[0] = '\0';

    if (column != TRAIN_NO_COLUMN && !t->free_order) {
        (void) snprintf(where, sizeof(where), ":%zu", column + 1);
    }

    if (!t->want->skip) {
        train_die("%s:%zu%s: %s", t->path, line, where, what);
    }

    if (t->pass == TRAIN_TABLE_KEEP) {
        why = train_format("%s:%zu%s: %s", t->path, line, where, what);
        train_table_skipped(t, why);
        train_free(why);
    }
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


/* Text of a cell for a category: into buf if it has none of its own */

static void
table_text(const train_cell_t *cell, char buf[MAAS_NUMBER_TEXT],
    const char **s, size_t *len)
{
    char    text[400];
    double  v;

    *s = cell->s;
    *len = cell->len;

    if (cell->type == TRAIN_CELL_NUMBER) {
        v = cell->v;

        if (cell->s != NULL) {
            (void) snprintf(text, sizeof(text), "%.*s", (int) cell->len,
                            cell->s);
            v = strtod(text, NULL);
        }

        *len = maas__field_print(v, buf);
        *s = buf;

    } else if (cell->type == TRAIN_CELL_NULL) {
        *len = 0;
    }

    maas__field_trim(s, len);
}


static size_t
table_words(const char *s, size_t len)
{
    size_t  i, n;

    n = (len > 0);

    for (i = 1; i < len; i++) {
        n += (s[i - 1] == ' ' && s[i] != ' ');
    }

    return n;
}


/* First pass */

static void
table_look(train_column_t *c, const train_cell_t *cell)
{
    char         buf[MAAS_NUMBER_TEXT];
    float        v;
    size_t       len;
    const char  *s;

    table_text(cell, buf, &s, &len);

    if (len == 0) {
        return;
    }

    c->filled++;
    c->booleans += (maas__field_boolean(s, len) >= 0);

    if (cell->type == TRAIN_CELL_NUMBER
        || (cell->type == TRAIN_CELL_TEXT
            && maas__field_number(s, len, &v) != MAAS_BADVALUE))
    {
        c->numbers++;

    } else if (cell->type == TRAIN_CELL_TEXT
               && maas__field_is_missing(s, len))
    {
        c->blanks++;

    } else {
        c->words += table_words(s, len);
        c->bytes += len;
    }

    if (c->dict.n < TABLE_MANY) {
        (void) train_dict_put(&c->dict, s, len);
    }
}


static void
table_room(train_table_t *t, size_t line)
{
    size_t           i, room, most;     /* all columns have the same */
    train_column_t  *c;

    if (t->rows < t->room) {
        return;
    }

    if (t->rows >= UINT32_MAX / 4) {
        train_die("%s:%zu: more rows than can be trained on", t->path, line);
    }

    most = t->rows + 1;

    for (i = 0; i < t->n; i++) {
        c = &t->columns[i];
        room = t->room;

        if (c->role == TRAIN_ROLE_NUMBER || c->role == TRAIN_ROLE_BOOLEAN
            || c->role == TRAIN_ROLE_WEIGHT)
        {
            train_room(&c->number, &room, t->rows + 1, sizeof(float));

        } else if (c->role != TRAIN_ROLE_IGNORE
                   && c->role != TRAIN_ROLE_ID)
        {
            train_room(&c->id, &room, t->rows + 1, sizeof(uint32_t));
        }

        most = (room > most) ? room : most;
    }

    t->room = most;
}


/* Number, boolean or weight -> *out, NAN where it is missing; or a sentence */

static const char *
table_number(const train_column_t *c, const train_cell_t *cell, float *out)
{
    int            yes;
    size_t         len;
    const char    *s;
    maas_status_t  rc;

    s = cell->s;
    len = (cell->type == TRAIN_CELL_NULL) ? 0 : cell->len;
    *out = NAN;

    if (cell->type == TRAIN_CELL_NUMBER && s == NULL) {
        *out = (float) cell->v;
        return isfinite(*out) ? NULL : "a number that fits in single "
                                       "precision";
    }

    maas__field_trim(&s, &len);

    if (cell->type == TRAIN_CELL_BOOL) {
        *out = (s[0] == 't');
        return NULL;
    }

    if (len == 0 || (cell->type == TRAIN_CELL_TEXT
                     && maas__field_is_missing(s, len)))
    {
        return NULL;
    }

    if (c->role == TRAIN_ROLE_BOOLEAN) {
        yes = maas__field_boolean(s, len);
        *out = (float) yes;
        return yes < 0 ? "true or false, yes or no, 1 or 0" : NULL;
    }

    rc = maas__field_number(s, len, out);

    if (rc == MAAS_OK) {
        return NULL;
    }

    return rc == MAAS_TOOBIG ? "a number that fits in single precision"
                             : "a number";
}


/* Could the number be kept?  It is, in place of the next row. */

static int
table_check_number(train_table_t *t, size_t line, size_t i,
    const train_cell_t *cell)
{
    char             buf[MAAS_NUMBER_TEXT];
    float            v;
    size_t           len;
    const char      *s, *expected;
    train_column_t  *c;

    c = &t->columns[i];
    expected = table_number(c, cell, &v);

    if (expected == NULL && c->role == TRAIN_ROLE_WEIGHT
        && !(isnan(v) || v >= 0))
    {
        expected = "a weight of 0 or more";
    }

    if (expected != NULL) {
        table_text(cell, buf, &s, &len);
        train_table_bad(t, line, i,
                        "column \"%.64s\" holds \"%.*s\": expected %s",
                        c->name, (int) (len < 40 ? len : 40), s, expected);
        return 0;
    }

    if (isnan(v) && (c->required || c->role == TRAIN_ROLE_WEIGHT)) {
        train_table_bad(t, line, i,
                        "column \"%.64s\" is empty: expected a number",
                        c->name);
        return 0;
    }

    c->number[t->rows] = v;

    return 1;
}


/* Could the cell be kept? */

static int
table_check(train_table_t *t, size_t line, size_t i, const train_cell_t *cell)
{
    char             buf[MAAS_NUMBER_TEXT];
    size_t           len;
    const char      *s;
    train_column_t  *c;

    c = &t->columns[i];

    if (c->role == TRAIN_ROLE_IGNORE) {
        return 1;
    }

    if (c->role <= TRAIN_ROLE_BOOLEAN || c->role == TRAIN_ROLE_WEIGHT) {
        return table_check_number(t, line, i, cell);
    }

    table_text(cell, buf, &s, &len);

    if (!maas__utf8(s, len) || len > MAAS_MAX_VALUE) {
        train_table_bad(t, line, i, "column \"%.64s\" holds %s", c->name,
                        len > MAAS_MAX_VALUE ? "a text over 1 MB"
                                             : "bytes that are not UTF-8");
        return 0;
    }

    if (c->role == TRAIN_ROLE_TARGET && len == 0) {
        train_table_bad(t, line, i, "the target \"%.64s\" is empty", c->name);
        return 0;
    }

    return 1;
}


void
train_table_row(train_table_t *t, size_t line, const train_cell_t *cells,
    size_t n)
{
    char                       buf[MAAS_NUMBER_TEXT];
    size_t                     i, len;
    const char                *s;
    train_column_t            *c;
    static const train_cell_t  none = { 0 };

    if (t->pass != TRAIN_TABLE_KEEP) {
        for (i = 0; i < n && t->pass == TRAIN_TABLE_LOOK; i++) {
            table_look(&t->columns[i], &cells[i]);
        }

        t->rows++;
        return;
    }

    table_room(t, line);

    for (i = 0; i < t->n; i++) {
        if (!table_check(t, line, i, i < n ? &cells[i] : &none)) {
            train_table_skipped_cells(t, cells, n);
            return;
        }
    }

    for (i = 0; i < t->n; i++) {
        c = &t->columns[i];

        if (c->id != NULL) {
            table_text(i < n ? &cells[i] : &none, buf, &s, &len);
            c->id[t->rows] = len ? train_dict_put(&c->dict, s, len) + 1 : 0;
        }
    }

    train_table_kept(t, line, cells, n);
}
