/*
 * What the columns of a table are for: by what the user says or by what a
 * model expects.
 * What they look like is in roles_look.c.
 */

#define _GNU_SOURCE                     /* memrchr, strchrnul */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "table.h"
#include "util.h"
#include "field/maas_unknown.h"


#define ROLES_FIELD(c, name)  [TRAIN_ROLE_##c] = name,

const char *const  train_role_names[] = {
    MAAS_FIELD_KINDS(ROLES_FIELD)
    [TRAIN_ROLE_IGNORE] = "ignore",
    [TRAIN_ROLE_ID] = "id",
    [TRAIN_ROLE_WEIGHT] = "weight"
};

_Static_assert(train_nelts(train_role_names) == TRAIN_N_ROLES,
               "a role without a name");


/* A name, as a model records it */

static size_t
roles_find_name(const train_table_t *t, const char *s, size_t len)
{
    uint32_t  i;

    i = train_dict_find(&t->names, s, len);

    return i == UINT32_MAX ? TRAIN_NO_COLUMN : i;
}


/* A name, or the number of a column */

static size_t
roles_find(const train_table_t *t, const char *s, size_t len)
{
    char    buf[32];
    double  v;
    size_t  i;

    i = roles_find_name(t, s, len);

    if (i != TRAIN_NO_COLUMN) {
        return i;
    }

    (void) snprintf(buf, sizeof(buf), "%.*s", (int) (len < 31 ? len : 31), s);

    if (len < 31 && train_number(buf, &v) && v >= 1 && v <= (double) t->n
        && v == floor(v))
    {
        return (size_t) v - 1;
    }

    return TRAIN_NO_COLUMN;
}


static void __attribute__((noreturn))
roles_no_column(const train_table_t *t, const char *option, const char *s,
    size_t len)
{
    const char  *near;

    near = train_nearest(&t->names, s, len);
    train_die("%s:1: no column \"%.*s\" for --%s%s%s%s: expected one of "
              "the names (\"%s\" to \"%s\") or a number from 1 to %zu",
              t->path, (int) (len < 80 ? len : 80), s, option,
              near ? " (did you mean \"" : "", near ? near : "",
              near ? "\"?)" : "", t->columns[0].name,
              t->columns[t->n - 1].name, t->n);
}


static size_t
roles_must_find(const train_table_t *t, const char *option, const char *s,
    size_t len)
{
    size_t  i;

    i = roles_find(t, s, len);

    if (i == TRAIN_NO_COLUMN) {
        roles_no_column(t, option, s, len);
    }

    return i;
}


static void
roles_set(train_table_t *t, size_t i, train_role_t role, const char *why)
{
    train_column_t  *c;

    c = &t->columns[i];
    c->role = role;
    (void) snprintf(c->why, sizeof(c->why), "%s", why);

    if (role == TRAIN_ROLE_WEIGHT) {
        t->weight = i;
    }

    if (role == TRAIN_ROLE_ID) {
        c->names_rows = 1;
    }
}


/* "dmy" of "NAME=date:dmy" */

static void
roles_date(train_column_t *c, const char *s, size_t len)
{
    size_t  i;

    for (i = 0; i < MAAS_N_DATE_FORMS; i++) {
        if (strlen(maas__date_names[i]) == len
            && memcmp(maas__date_names[i], s, len) == 0)
        {
            c->format.date = (maas_date_form_t) i;
            c->asked = 1;
            return;
        }
    }

    train_usage("fit", "--columns: \"date:%.*s\": expected iso, dmy, mdy, "
                "unix or unix_ms", (int) (len < 40 ? len : 40), s);
}


/* "NAME=KIND,NAME=KIND", where a name may have "=" in it; or NULL */

static void
roles_columns(train_table_t *t, const char *spec)
{
    size_t       i, n, kind;
    const char  *end, *eq, *form;

    for ( /* void */ ; spec != NULL && *spec != '\0';
         spec = end + (*end == ','))
    {
        end = strchrnul(spec, ',');
        eq = memrchr(spec, '=', (size_t) (end - spec));

        if (eq == NULL) {
            train_usage("fit", "--columns: \"%.*s\": expected NAME=KIND",
                        (int) (end - spec < 80 ? end - spec : 80), spec);
        }

        i = roles_must_find(t, "columns", spec, (size_t) (eq - spec));
        form = memchr(eq, ':', (size_t) (end - eq));
        n = (size_t) ((form != NULL ? form : end) - eq) - 1;

        for (kind = 0; kind < TRAIN_N_ROLES; kind++) {
            if (strlen(train_role_names[kind]) == n
                && memcmp(train_role_names[kind], eq + 1, n) == 0)
            {
                break;
            }
        }

        if (kind == TRAIN_N_ROLES
            || (form != NULL && kind != TRAIN_ROLE_DATE))
        {
            train_usage("fit", "--columns: \"%.*s\": expected number, "
                        "boolean, category, text, date, ignore, id or weight",
                        (int) (n < 40 ? n : 40), eq + 1);
        }

        if (form != NULL) {
            roles_date(&t->columns[i], form + 1, (size_t) (end - form) - 1);
        }

        roles_set(t, i, (train_role_t) kind, "as --columns says");
    }
}


/* "NAME,NAME", or NULL */

static void
roles_list(train_table_t *t, const char *option, const char *list,
    train_role_t role)
{
    char         why[32];
    const char  *end;

    (void) snprintf(why, sizeof(why), "as --%s says", option);

    for ( /* void */ ; list != NULL && *list != '\0';
         list = end + (*end == ','))
    {
        end = strchrnul(list, ',');
        roles_set(t, roles_must_find(t, option, list, (size_t) (end - list)),
                  role, why);
    }
}


static void
roles_target(train_table_t *t)
{
    const char  *target;

    target = t->want->target;

    if (target == NULL) {
        if (t->want->model != NULL) {
            return;
        }

        t->target = t->n - 1;

        while (t->target > 0 && t->columns[t->target].role != TRAIN_ROLE_AUTO) {
            t->target--;        /* the last that has nothing else to do */
        }

    } else {
        t->target = t->want->target_named
                    ? roles_find_name(t, target, strlen(target))
                    : roles_find(t, target, strlen(target));

        if (t->target == TRAIN_NO_COLUMN && !t->want->no_target) {
            roles_no_column(t, "target", target, strlen(target));
        }
    }

    if (t->target != TRAIN_NO_COLUMN) {
        roles_set(t, t->target, TRAIN_ROLE_TARGET, "to be predicted");
    }
}


/* A column of groups is no input unless somebody says so: of new groups it
 * tells nothing */

static void
roles_split(train_table_t *t)
{
    train_split_t    kind;
    const char      *name;
    train_column_t  *c;

    kind = train_split_read(t->want->split, &name);

    if (kind == TRAIN_SPLIT_RANDOM) {
        return;
    }

    t->split = roles_must_find(t, "split", name, strlen(name));
    c = &t->columns[t->split];
    c->splits = 1;

    if (t->split == t->target) {
        train_die("%s:1: --split: the column \"%s\" is the target", t->path,
                  c->name);
    }

    if (kind == TRAIN_SPLIT_GROUP && c->role == TRAIN_ROLE_AUTO) {
        roles_set(t, t->split, TRAIN_ROLE_IGNORE, "the groups of --split");
    }
}


/* A model knows its columns: by name, or by place if the file has no names */

static void
roles_field(train_table_t *t, size_t i, const maas_info_t *m, size_t field)
{
    roles_set(t, i, m->n_columns > 0
                    ? (train_role_t) m->fields[field].kind : TRAIN_ROLE_NUMBER,
              "as the model says");
    if (m->n_columns > 0 && m->reader != NULL) {
        t->columns[i].format = m->reader->columns[field];
    }

    t->columns[i].required = m->n_columns == 0
                             || m->fields[field].required;
}


static void
roles_model_by_name(train_table_t *t, const maas_info_t *m)
{
    int       new;
    size_t    i, absent, some;
    uint32_t  at;

    absent = 0;
    some = 0;

    for (i = 0; i < m->n_columns; i++) {
        at = train_dict_find(&t->names, m->columns[i], strlen(m->columns[i]));

        if (at == UINT32_MAX && m->fields[i].required) {
            train_die("%s:1: no column \"%s\", which the model \"%s\" "
                      "expects", t->path, m->columns[i], m->name);
        }

        if (at == UINT32_MAX) {
            some = i;
            absent++;
            at = (uint32_t) train_table_add(t, m->columns[i],
                                            strlen(m->columns[i]), &new);
        }

        roles_field(t, at, m, i);
        t->columns[at].place = i;
    }

    if (absent == m->n_columns) {
        train_die("%s:1: no column \"%s\", which the model \"%s\" expects",
                  t->path, m->columns[0], m->name);
    }

    if (absent > 0) {
        train_warn("%s: no column \"%s\"%s: taken as missing", t->path,
                   m->columns[some], absent > 1 ? " and others" : "");
    }
}


static void
roles_model_by_place(train_table_t *t, const maas_info_t *m)
{
    size_t  i, j, n, others;

    n = (m->n_columns > 0) ? m->n_columns : m->in;
    others = t->n - (t->target != TRAIN_NO_COLUMN);

    if (others == n + 1 && t->target == TRAIN_NO_COLUMN && t->want->no_target
        && m->n_columns > 0 && m->n_others == 0)
    {
        others--;               /* a model of 0.1.0 says no more than that */
        t->target = t->n - 1;
        roles_set(t, t->target, TRAIN_ROLE_TARGET, "to be predicted");
        train_warn("%s: the last of %zu fields is taken for the target",
                   t->path, t->n);
    }

    if (others != n) {
        train_die("%s:1: %zu columns without the target: the model \"%s\" "
                  "expects %zu%s", t->path, others, m->name, n,
                  others == n + 1 && t->target == TRAIN_NO_COLUMN
                  ? "; --target says which is none of them" : "");
    }

    for (i = 0, j = 0; i < t->n; i++) {
        if (i != t->target) {
            roles_field(t, i, m, j);
            t->columns[i].place = j++;
        }
    }
}


/* Columns that go into the network, in the order of the file */

static void
roles_places(train_table_t *t)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < t->n; i++) {
        if (train_role_is_field(t->columns[i].role)) {
            t->columns[i].place = n++;
        }
    }

    if (n == 0) {
        for (i = 0; i < t->n && !t->columns[i].constant; i++) {
            /* one that might have been learned from */
        }

        train_die("%s:1: %s: expected columns to learn from beside the "
                  "target", t->path, t->n == 1 ? "one column only"
                  : i < t->n ? "nothing but a target and columns with one "
                               "value each"
                             : "nothing but a target");
    }
}


/* How much rows count: the user's word, or that of the training */

static void
roles_weight(train_table_t *t)
{
    size_t       i;
    const char  *name;

    if (t->want->no_target) {
        return;                     /* nothing is judged */
    }

    name = t->want->weight;

    if (name != NULL) {
        i = roles_must_find(t, "weight", name, strlen(name));

        if (t->columns[i].role != TRAIN_ROLE_AUTO) {
            train_die("%s:1: the column \"%s\" for --weight is %s: expected "
                      "another", t->path, t->columns[i].name,
                      t->columns[i].role == TRAIN_ROLE_TARGET
                      ? "the target" : "an input of the model");
        }

    } else {
        name = t->want->weight_recorded;
        i = (name != NULL) ? roles_find_name(t, name, strlen(name))
                           : TRAIN_NO_COLUMN;
    }

    if (i != TRAIN_NO_COLUMN && t->columns[i].role == TRAIN_ROLE_AUTO) {
        roles_set(t, i, TRAIN_ROLE_WEIGHT, "as in training");

        if (name == t->want->weight_recorded && t->want->weighed != NULL) {
            t->columns[i].format = *t->want->weighed;
        }
    }
}


static void
roles_id(train_table_t *t, size_t i)
{
    if (i == TRAIN_NO_COLUMN) {
        return;
    }

    if (t->columns[i].role == TRAIN_ROLE_AUTO) {
        roles_set(t, i, TRAIN_ROLE_ID, "as in training");
    }

    t->columns[i].names_rows = 1;
}


/* Columns that name the rows: the user's own words, which must be there, or
 * those of the training.  An input of the model may be one too. */

static void
roles_ids(train_table_t *t)
{
    size_t              i;
    const char         *list, *end;
    const maas_info_t  *m;

    for (list = t->want->id; list != NULL && *list != '\0';
         list = end + (*end == ','))
    {
        end = strchrnul(list, ',');
        roles_id(t, roles_must_find(t, "id", list, (size_t) (end - list)));
    }

    if (t->want->id != NULL) {
        return;
    }

    m = t->want->model;
    list = t->want->id_recorded;

    if (list != NULL && m->n_others == 0) {     /* of 0.1.0 */
        roles_id(t, roles_find_name(t, list, strlen(list)));
    }

    for (i = 0; i < m->n_others; i++) {
        if (m->others[i].role == MAAS_ROLE_ID) {
            roles_id(t, roles_find_name(t, m->others[i].name,
                                        strlen(m->others[i].name)));
        }
    }
}


/* A file without names that has more than the model wants: "column3" and such
 * are in their places if the model was made of a file like it */

static int
roles_numbered(const train_table_t *t, const maas_info_t *m)
{
    size_t  i;

    if (t->n <= m->n_columns + 1) {
        return 0;
    }

    for (i = 0; i < m->n_columns; i++) {
        if (train_dict_find(&t->names, m->columns[i], strlen(m->columns[i]))
            == UINT32_MAX)
        {
            return 0;
        }
    }

    return 1;
}


/* A name in JSON, or one beside the user's own, that neither the model knows
 * nor its training did; who says what a model was trained beside knows all
 * others */

static void
roles_unknown(const train_table_t *t, const maas_info_t *m, const char *name)
{
    maas_err_t  err;

    if ((t->free_order || t->beside) && m->n_others > 0
        && maas_other_find(m->reader, name, strlen(name)) == SIZE_MAX)
    {
        (void) maas__misspelt_column(m, (maas_str_t) { name, strlen(name) },
                                     &err);
        train_die("%s: %s", t->path, err.msg);
    }
}


static void
roles_model(train_table_t *t, const maas_info_t *m)
{
    size_t  i;

    if (m->n_columns > 0 && (t->named || roles_numbered(t, m))) {
        roles_model_by_name(t, m);

        if (t->target != TRAIN_NO_COLUMN
            && train_role_is_field(t->columns[t->target].role))
        {
            train_die("%s:1: the column \"%s\" for --target is an input of "
                      "the model: expected another", t->path,
                      t->columns[t->target].name);
        }

        roles_ids(t);
        roles_weight(t);

    } else {
        roles_model_by_place(t, m);
    }

    for (i = 0; i < t->n; i++) {
        if (t->columns[i].role == TRAIN_ROLE_AUTO) {
            roles_unknown(t, m, t->columns[i].name);
            roles_set(t, i, TRAIN_ROLE_IGNORE, "not in the model");
        }
    }
}


void
train_table_roles(train_table_t *t)
{
    size_t               i;
    const train_want_t  *w;

    if (t->want->model != NULL) {
        roles_target(t);
        roles_model(t, t->want->model);

        if (t->target != TRAIN_NO_COLUMN) {
            train_target_like(t, &t->columns[t->target]);
        }

    } else {
        w = t->want;
        roles_columns(t, w->columns);
        roles_list(t, "ignore", w->ignore, TRAIN_ROLE_IGNORE);
        roles_list(t, "id", w->id, TRAIN_ROLE_ID);
        roles_list(t, "weight", w->weight, TRAIN_ROLE_WEIGHT);
        roles_target(t);
        roles_split(t);
        train_table_roles_look(t);
        train_split_look(t);
        roles_places(t);
    }

    if (t->want->no_target && t->target != TRAIN_NO_COLUMN) {
        roles_set(t, t->target, TRAIN_ROLE_IGNORE, "not asked for");
        t->target = TRAIN_NO_COLUMN;
    }

    for (i = 0; i < t->n; i++) {
        train_dict_free(&t->columns[i].dict);
    }
}
