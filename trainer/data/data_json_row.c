/*
 * An object as a row: its members are the values of the columns, and so are
 * those of objects in it, one level down; or of one such object alone
 * (--features).
 * What values mean is not known here (table.c).
 */

#define _GNU_SOURCE                     /* strchrnul, memrchr */

#include <stdio.h>
#include <string.h>

#include "data_json.h"
#include "join.h"
#include "util.h"


int
train_json_nested(const train_want_t *w)
{
    return w->features != NULL || w->features_recorded != NULL;
}


/* The name at hand stands once more, in an object or beside one */

static void
row_twice(train_json_t *j, const char *name, const char *in)
{
    size_t                n;
    const train_table_t  *t;

    t = j->table;
    n = t->objects.n;
    in = (in == NULL && n > 0) ? t->objects.text[n - 1] : in;

    if (t->want->features != NULL) {
        train_table_bad(j->table, j->line, TRAIN_NO_COLUMN, "the name "
                        "\"%.64s\" stands in \"%.64s\" and outside, where an "
                        "option asks for it: expected it once", name, in);
    } else {
        train_table_bad(j->table, j->line, TRAIN_NO_COLUMN, "the name "
                        "\"%.64s\" stands in \"%.64s\" and elsewhere: expected "
                        "it once, or --features NAME for the members of one "
                        "object alone", name, in);
    }
}


/* A value, at which the cursor is, of the row or of the object `in`; 0: it has
 * been said what is wrong */

static int
row_value(train_json_t *j, maas_str_t key, const char *in)
{
    size_t          column;
    const char     *wrong;
    train_cell_t    cell = { 0 }, *to;
    train_table_t  *t;

    t = j->table;

    if (!train_json_string(j, key, &cell)) {
        train_table_bad(t, j->line, TRAIN_NO_COLUMN,
                        "a name with a zero byte or half a character");
        return 0;
    }

    column = train_json_column(j, cell.s, cell.len);
    cell = (train_cell_t) { 0 };
    wrong = train_json_value(j, &cell);

    if (column == TRAIN_NO_COLUMN) {
        if (wrong != NULL) {
            train_table_bad(t, j->line, TRAIN_NO_COLUMN, "%s", wrong);
        }
        return wrong == NULL;
    }

    to = train_fields_cell(&j->row, column);

    if (wrong == NULL && to->s != NULL
        && (in != NULL || t->columns[column].inside))
    {
        row_twice(j, t->columns[column].name, in);
        return 0;
    }

    if (wrong == NULL && to->type != TRAIN_CELL_NULL) {
        wrong = "the same name twice";
    }

    if (wrong != NULL) {
        train_table_bad(t, j->line, column, "column \"%.64s\" holds %s",
                        t->columns[column].name, wrong);
        return 0;
    }

    *to = cell;
    t->columns[column].inside |= (in != NULL);

    return 1;
}


/* The members of an object, at whose "{" the cursor is */

static int
row_object(train_json_t *j, const char *in)
{
    int                 good;
    const char         *const none = NULL;
    maas_json_object_t  o = { .names = &none };

    good = 1;
    (void) train_dict_add(&j->table->objects, in);
    (void) maas__json_member(&j->at, &o, NULL);

    while (good && o.which != MAAS_JSON_END) {
        good = row_value(j, o.key, in);

        if (good) {
            (void) maas__json_member(&j->at, &o, NULL);
        }
    }

    return good;
}


/* Nothing, null or {}, of [p,end) or at its beginning */

static int
row_is_none(const char *p, const char *end)
{
    if (p < end && *p == '{') {
        do {
            p++;
        } while (p < end && memchr(" \t\r\n", *p, 4) != NULL);

        return p < end && *p == '}';
    }

    return p == end || (end - p >= 4 && memcmp(p, "null", 4) == 0);
}


/* A request that was given no features says nothing: the row is left out */

static void
row_featureless(train_json_t *j, const char *in)
{
    char           *why;
    train_table_t  *t;

    t = j->table;

    if (t->pass == TRAIN_TABLE_KEEP) {
        why = train_format("%s:%s%zu: \"%.64s\" is empty", t->path,
                           t->by_row ? " row " : "", j->line, in);
        train_table_skipped(t, why);
        train_free(why);
    }
}


/* The same where it is in a string, as escape=json of nginx has it */

static int
row_object_text(train_json_t *j, const char *in)
{
    int          good, wrong;
    size_t       n;
    maas_str_t   raw;
    maas_err_t   err = { 0 };
    maas_json_t  outer;

    (void) maas__json_string(&j->at, &raw, &err);
    outer = j->at;
    train_room(&j->inner, &j->inner_room, raw.len + 1, 1);
    n = maas__json_text(raw, j->inner);
    maas__json_start(&j->at, j->inner, n);
    maas__json_space(&j->at);

    wrong = j->at.p < j->at.end
            && maas__json_check(j->inner, n, TRAIN_JSON_DEPTH, &err) != MAAS_OK;

    if (!wrong && row_is_none(j->at.p, j->at.end)) {
        row_featureless(j, in);
        return 0;
    }

    if (wrong || *j->at.p != '{') {
        train_table_bad(j->table, j->line, TRAIN_NO_COLUMN, "\"%.64s\" holds "
                        "a text that is no object: expected {\"name\": value, "
                        "...}, as it is or as a text", in);
        return 0;
    }

    good = row_object(j, in);
    j->at = outer;

    return good;
}


/* Is it one of "NAME,NAME", or of "NAME=KIND,NAME=KIND"? */

static int
row_listed(const char *list, const char *s, size_t len, int kinds)
{
    const char  *end, *stop;

    for ( /* void */ ; list != NULL && *list != '\0';
         list = end + (*end == ','))
    {
        end = strchrnul(list, ',');
        stop = kinds ? memrchr(list, '=', (size_t) (end - list)) : NULL;
        stop = (stop != NULL) ? stop : end;

        if ((size_t) (stop - list) == len && memcmp(list, s, len) == 0) {
            return 1;
        }
    }

    return 0;
}


/* Does an option, or a model, want what stands outside of the features? */

static int
row_asked(const train_table_t *t, const char *s, size_t len)
{
    size_t               i;
    const char          *split;
    const maas_other_t  *other;
    const train_want_t  *w = t->want;

    split = NULL;
    (void) train_split_read(w->split, &split);

    for (i = 0; w->model != NULL && i < w->model->n_others; i++) {
        other = &w->model->others[i];

        if (strlen(other->name) == len && memcmp(other->name, s, len) == 0
            && (other->role == MAAS_ROLE_ID
                || (other->role == MAAS_ROLE_WEIGHT
                    && w->weight_recorded != NULL)))
        {
            return 1;
        }
    }

    return (!w->no_target && t->join == NULL
            && row_listed(w->target, s, len, 0))
           || (t->join != NULL && row_listed(w->on, s, len, 0))
           || row_listed(split, s, len, 0) || row_listed(w->id, s, len, 0)
           || row_listed(w->weight, s, len, 0)
           || row_listed(w->weight_recorded, s, len, 0)
           || row_listed(w->ignore, s, len, 0)
           || row_listed(w->columns, s, len, 1);
}


/* A member beside the object of the features */

static int
row_outside(train_json_t *j, maas_str_t key)
{
    size_t         used;
    maas_err_t     err;
    train_cell_t   name = { 0 };

    used = j->row.used;

    if (train_json_string(j, key, &name)
        && row_asked(j->table, name.s, name.len))
    {
        j->row.used = used;
        return row_value(j, key, NULL);
    }

    if (j->table->pass != TRAIN_TABLE_KEEP && name.len > 0
        && j->table->outside.n < TRAIN_JSON_OUTSIDE
        && memchr(name.s, '\0', name.len) == NULL)
    {
        (void) train_dict_put(&j->table->outside, name.s, name.len);
    }

    j->row.used = used;
    (void) maas__json_skip(&j->at, TRAIN_JSON_DEPTH, &err);

    return 1;
}


/* A member where no object is asked for */

static int
row_flat(train_json_t *j, maas_str_t key)
{
    char           c;
    size_t         used;
    train_cell_t   name = { 0 };
    train_table_t  *t;

    t = j->table;
    c = *j->at.p;

    if (c != '{' && t->objects.n == 0) {
        return row_value(j, key, NULL);
    }

    used = j->row.used;

    if (!train_json_string(j, key, &name)) {
        j->row.used = used;
        return row_value(j, key, NULL);     /* which says what is wrong */
    }

    j->row.used = used;

    if (c == '{' && train_dict_find(&t->names, name.s, name.len)
                    == UINT32_MAX)
    {
        (void) train_dict_put(&t->objects, name.s, name.len);
        return row_object(j, t->objects.text[train_dict_find(&t->objects,
                                                       name.s, name.len)]);
    }

    if (c != '{' && train_dict_find(&t->objects, name.s, name.len)
                    != UINT32_MAX)
    {
        train_table_bad(t, j->line, TRAIN_NO_COLUMN, "\"%.*s\" is an object "
                        "in other rows: expected one",
                        (int) (name.len < 64 ? name.len : 64), name.s);
        return 0;
    }

    return row_value(j, key, NULL);
}


/* The object whose members alone are wanted of this row; NULL: all are */

static const char *
row_only(const train_json_t *j)
{
    maas_json_t          at;
    maas_err_t           err;
    const char          *const none = NULL;
    maas_json_object_t   o = { .names = &none };
    const train_want_t  *w = j->table->want;

    if (w->features != NULL || w->features_recorded == NULL) {
        return w->features;
    }

    /* a model was trained with one, but rows may be flat, too */

    at = j->at;

    while (maas__json_member(&at, &o, &err) == MAAS_OK
           && o.which != MAAS_JSON_END)
    {
        if (maas__json_is(o.key, w->features_recorded)
            && (*at.p == '{' || *at.p == '"' || *at.p == 'n'))
        {
            return w->features_recorded;
        }

        (void) maas__json_skip(&at, TRAIN_JSON_DEPTH, &err);
    }

    return NULL;
}


static int
row_members(train_json_t *j, const char *only)
{
    int                 good, found;
    const char         *const none = NULL;
    maas_json_object_t  o = { .names = &none };

    good = 1;
    found = (only == NULL);
    (void) maas__json_member(&j->at, &o, NULL);

    while (good && o.which != MAAS_JSON_END) {

        if (only == NULL) {
            good = row_flat(j, o.key);

        } else if (!maas__json_is(o.key, only)) {
            good = row_outside(j, o.key);

        } else if (row_is_none(j->at.p, j->at.end)) {
            row_featureless(j, only);
            return 0;

        } else if (*j->at.p == '{' || *j->at.p == '"') {
            found = 1;
            good = (*j->at.p == '{') ? row_object(j, only)
                                     : row_object_text(j, only);

        } else {
            break;
        }

        if (good) {
            (void) maas__json_member(&j->at, &o, NULL);
        }
    }

    if (good && !found) {
        train_table_bad(j->table, j->line, TRAIN_NO_COLUMN, "no object "
                        "\"%.64s\": expected {\"%.64s\": {\"name\": value, "
                        "...}, ...}", only, only);
    }

    return good && found;
}


/* Is [p,end) an object?  If not, it has been said */

static int
row_check(train_json_t *j, const char *p, const char *end)
{
    maas_err_t  err;

    while (end > p && memchr(" \t\r\n", end[-1], 4) != NULL) {
        end--;
    }

    maas__json_start(&j->at, p, (size_t) (end - p));
    maas__json_space(&j->at);

    if (*j->at.p != '{') {
        train_table_bad(j->table, j->line, TRAIN_NO_COLUMN,
                        "no object: expected {\"name\": value, ...}");
        return 0;
    }

    p = j->at.p;
    maas__json_start(&j->at, p, (size_t) (end - p));

    if (maas__json_skip(&j->at, TRAIN_JSON_DEPTH, &err) != MAAS_OK
        || maas__json_finish(&j->at, &err) != MAAS_OK)
    {
        train_table_bad(j->table, j->line, TRAIN_NO_COLUMN, "not JSON: %s%s",
                        err.msg, j->at.p == end
                        ? " (--on-error skip leaves out what is not whole)"
                        : *j->at.p == '\\'
                        ? " (an object in nginx's log_format needs escape=none)"
                        : "");
        return 0;
    }

    maas__json_start(&j->at, p, (size_t) (end - p));

    return 1;
}


void
train_json_row(train_json_t *j, const char *p, const char *end)
{
    if (!row_check(j, p, end)) {
        return;
    }

    j->row.n = 0;
    j->row.used = 0;

    if (row_members(j, row_only(j))) {
        train_table_row(j->table, j->line, j->row.cell, j->row.n);
    }
}
