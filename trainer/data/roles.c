/*
 * What the columns of a table are for, by what the user says.
 * What they look like is in roles_look.c, what a model expects in
 * roles_model.c.
 */

#define _GNU_SOURCE                     /* memrchr, strchrnul */

#include <stdio.h>
#include <string.h>

#include "table.h"
#include "util.h"


#define ROLES_FIELD(c, name)  [TRAIN_ROLE_##c] = name,

const char *const  train_role_names[] = {
    MAAS_FIELD_KINDS(ROLES_FIELD)
    [TRAIN_ROLE_IGNORE] = "ignore",
    [TRAIN_ROLE_ID] = "id",
    [TRAIN_ROLE_WEIGHT] = "weight"
};

_Static_assert(train_nelts(train_role_names) == TRAIN_N_ROLES,
               "a role without a name");


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

        i = train_roles_must_find(t, "columns", spec, (size_t) (eq - spec));
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

        train_role_set(t, i, (train_role_t) kind, "as --columns says");
    }
}


/* "NAME,NAME", or NULL */

static void
roles_list(train_table_t *t, const char *option, const char *list,
    train_role_t role)
{
    char         why[32];
    size_t       i;
    const char  *end;

    (void) snprintf(why, sizeof(why), "as --%s says", option);

    for ( /* void */ ; list != NULL && *list != '\0';
         list = end + (*end == ','))
    {
        end = strchrnul(list, ',');
        i = train_roles_must_find(t, option, list, (size_t) (end - list));
        train_role_set(t, i, role, why);
    }
}


/* A column of groups is no input unless somebody says so: of new groups it
 * tells nothing; nor is one of times beside the inputs of --features. */

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

    t->split = train_roles_must_find(t, "split", name, strlen(name));
    c = &t->columns[t->split];
    c->splits = 1;

    if (t->columns[t->split].role == TRAIN_ROLE_TARGET) {
        train_die("%s:1: --split: the column \"%s\" is the target", t->path,
                  c->name);
    }

    if (c->role != TRAIN_ROLE_AUTO) {
        return;
    }

    if (kind == TRAIN_SPLIT_GROUP) {
        train_role_set(t, t->split, TRAIN_ROLE_IGNORE, "the groups of --split");

    } else if (t->want->features != NULL && !c->inside) {
        train_role_set(t, t->split, TRAIN_ROLE_IGNORE, "the times of --split");
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


void
train_table_roles(train_table_t *t)
{
    size_t               i;
    const train_want_t  *w;

    if (t->want->model != NULL) {
        train_roles_target(t);
        train_roles_model(t, t->want->model);

        train_target_like(t);

    } else {
        w = t->want;
        roles_columns(t, w->columns);
        roles_list(t, "ignore", w->ignore, TRAIN_ROLE_IGNORE);
        roles_list(t, "id", w->id, TRAIN_ROLE_ID);
        roles_list(t, "weight", w->weight, TRAIN_ROLE_WEIGHT);
        train_roles_target(t);
        roles_split(t);
        train_table_roles_look(t);
        train_split_look(t);
        roles_places(t);
    }

    if (t->want->no_target && t->target != TRAIN_NO_COLUMN) {
        train_role_set(t, t->target, TRAIN_ROLE_IGNORE, "not asked for");
        t->target = TRAIN_NO_COLUMN;

        for (i = 0; i < t->n_more; i++) {
            train_role_set(t, t->more[i], TRAIN_ROLE_IGNORE, "not asked for");
        }

        t->n_more = 0;
    }

    for (i = 0; i < t->n; i++) {
        train_dict_free(&t->columns[i].dict);
    }
}
