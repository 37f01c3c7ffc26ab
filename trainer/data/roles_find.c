/*
 * Columns that the user or a model names: the target, what counts rows and what
 * names them.
 * What the others are for is in roles.c and roles_model.c.
 */

#define _GNU_SOURCE                     /* strchrnul */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "join.h"
#include "util.h"


/* A name, as a model records it */

static size_t
roles_find_name(const train_table_t *t, const char *s, size_t len)
{
    uint32_t  i;

    i = train_dict_find(&t->names, s, len);

    return i == UINT32_MAX ? TRAIN_NO_COLUMN : i;
}


/* A name, or the number of a column; or TRAIN_NO_COLUMN */

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


size_t
train_roles_must_find(const train_table_t *t, const char *option,
    const char *s, size_t len)
{
    size_t  i;

    i = roles_find(t, s, len);

    if (i == TRAIN_NO_COLUMN) {
        roles_no_column(t, option, s, len);
    }

    return i;
}


void
train_role_set(train_table_t *t, size_t i, train_role_t role, const char *why)
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


/* Labels of another file: their place, and the key, which names the rows to
 * whom it is of use */

static void
roles_joined(train_table_t *t)
{
    train_column_t  *c;

    t->target = t->join->column;
    c = &t->columns[t->join->key];

    if (c->role == TRAIN_ROLE_AUTO) {
        train_role_set(t, t->join->key, TRAIN_ROLE_ID, "the key of --labels");
        c->names_rows = (t->want->model != NULL);
    }
}


/* One of several targets; `first` is not set yet */

static void
roles_one_of(train_table_t *t, const char *s, size_t len)
{
    size_t  i;

    i = t->want->no_target || t->want->target_named
        ? roles_find(t, s, len)
        : train_roles_must_find(t, "target", s, len);

    if (i == TRAIN_NO_COLUMN && t->want->no_target) {
        return;
    }

    if (i == TRAIN_NO_COLUMN) {
        roles_no_column(t, "target", s, len);
    }

    if (t->columns[i].role == TRAIN_ROLE_TARGET) {
        train_die("%s:1: --target: \"%s\" stands there twice", t->path,
                  t->columns[i].name);
    }

    train_role_set(t, i, TRAIN_ROLE_TARGET, "to be predicted");

    if (t->target == TRAIN_NO_COLUMN) {
        t->target = i;
        return;
    }

    if (t->more == NULL) {
        t->more = maas__arena_alloc(t->arena, t->n, sizeof(size_t));

        if (t->more == NULL) {
            train_die("out of memory");
        }
    }

    t->more[t->n_more++] = i;
}


/* "NAME,...", or the names that a model has for its numbers; 0: it is one
 * column */

static int
roles_several(train_table_t *t, const char *list)
{
    size_t              k;
    const char         *end;
    const maas_info_t  *m;

    m = t->want->model;

    if (m != NULL && m->task == MAAS_TASK_REGRESSION && m->out > 1
        && m->n_labels == m->out && t->want->target_named)
    {
        for (k = 0; k < m->out; k++) {
            roles_one_of(t, m->labels[k], strlen(m->labels[k]));
        }

        return 1;
    }

    if (strchr(list, ',') == NULL
        || roles_find(t, list, strlen(list)) != TRAIN_NO_COLUMN)
    {
        return 0;
    }

    for ( /* void */ ; *list != '\0'; list = end + (*end == ',')) {
        end = strchrnul(list, ',');
        roles_one_of(t, list, (size_t) (end - list));
    }

    return 1;
}


void
train_roles_target(train_table_t *t)
{
    const char  *target;

    target = t->want->target;

    if (t->join != NULL) {
        roles_joined(t);

    } else if (target == NULL) {
        if (t->want->model != NULL) {
            return;
        }

        t->target = t->n - 1;

        while (t->target > 0 && t->columns[t->target].role != TRAIN_ROLE_AUTO) {
            t->target--;        /* the last that has nothing else to do */
        }

    } else if (!roles_several(t, target)) {
        t->target = t->want->target_named
                    ? roles_find_name(t, target, strlen(target))
                    : roles_find(t, target, strlen(target));

        if (t->target == TRAIN_NO_COLUMN && !t->want->no_target) {
            roles_no_column(t, "target", target, strlen(target));
        }
    }

    if (t->target != TRAIN_NO_COLUMN) {
        train_role_set(t, t->target, TRAIN_ROLE_TARGET, "to be predicted");
    }

    if (t->want->model != NULL && !t->want->no_target
        && t->want->model->task == MAAS_TASK_REGRESSION
        && t->want->model->out != t->n_more + 1)
    {
        train_die("%s: the model \"%s\" answers with %zu numbers, --target "
                  "names %zu column%s: expected as many", t->path,
                  t->want->model->name, t->want->model->out, t->n_more + 1,
                  t->n_more ? "s" : "");
    }
}


/* How much rows count: the user's word, or that of the training */

void
train_roles_weight(train_table_t *t)
{
    size_t       i;
    const char  *name;

    if (t->want->no_target) {
        return;                     /* nothing is judged */
    }

    name = t->want->weight;

    if (name != NULL) {
        i = train_roles_must_find(t, "weight", name, strlen(name));

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
        train_role_set(t, i, TRAIN_ROLE_WEIGHT, "as in training");

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
        train_role_set(t, i, TRAIN_ROLE_ID, "as in training");
    }

    t->columns[i].names_rows = 1;
}


/* Columns that name the rows: the user's own words, which must be there, or
 * those of the training.  An input of the model may be one too. */

void
train_roles_ids(train_table_t *t)
{
    size_t              i;
    const char         *list, *end;
    const maas_info_t  *m;

    for (list = t->want->id; list != NULL && *list != '\0';
         list = end + (*end == ','))
    {
        end = strchrnul(list, ',');
        roles_id(t, train_roles_must_find(t, "id", list,
                                          (size_t) (end - list)));
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
