/*
 * What the columns of a file are for to a model that was trained before: by
 * their names, or by their places if the file has none.
 * What the user says of them is in roles.c.
 */

#include <string.h>

#include "table.h"
#include "util.h"
#include "field/maas_unknown.h"


/* A model knows its columns: by name, or by place if the file has no names */

static void
roles_field(train_table_t *t, size_t i, const maas_info_t *m, size_t field)
{
    train_role_set(t, i, m->n_columns > 0
                         ? (train_role_t) m->fields[field].kind
                         : TRAIN_ROLE_NUMBER, "as the model says");

    if (m->n_columns > 0 && m->reader != NULL) {
        t->columns[i].format = m->reader->columns[field];
    }

    t->columns[i].required = m->n_columns == 0
                             ? !m->nan : m->fields[field].required;
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
    others = t->n - (t->target != TRAIN_NO_COLUMN) - t->n_more;

    if (others == n + 1 && t->target == TRAIN_NO_COLUMN && t->want->no_target
        && m->n_columns > 0 && m->n_others == 0)
    {
        others--;               /* a model of 0.1.0 says no more than that */
        t->target = t->n - 1;
        train_role_set(t, t->target, TRAIN_ROLE_TARGET, "to be predicted");
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
        if (t->columns[i].role != TRAIN_ROLE_TARGET) {
            roles_field(t, i, m, j);
            t->columns[i].place = j++;
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


void
train_roles_model(train_table_t *t, const maas_info_t *m)
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

        train_roles_ids(t);
        train_roles_weight(t);

    } else {
        roles_model_by_place(t, m);
    }

    for (i = 0; i < t->n; i++) {
        if (t->columns[i].role == TRAIN_ROLE_AUTO) {
            roles_unknown(t, m, t->columns[i].name);
            train_role_set(t, i, TRAIN_ROLE_IGNORE, "not in the model");
        }
    }
}
