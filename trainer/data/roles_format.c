/*
 * What the texts of a column mean, once it is known what the column is for, and
 * what is told of it.
 * How each kind is written is decided in roles_number.c, roles_date.c,
 * roles_values.c and roles_target.c.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "table.h"
#include "util.h"


/* More of why, as much as fits */

static void __attribute__((format(printf, 2, 3)))
roles_say(train_column_t *c, const char *fmt, ...)
{
    size_t   at;
    va_list  args;

    at = strlen(c->why);
    va_start(args, fmt);
    (void) vsnprintf(c->why + at, sizeof(c->why) - at, fmt, args);
    va_end(args);
}


/* Words that are missing, for people */

static void
roles_missing(train_column_t *c)
{
    char                 some[120];
    const train_look_t  *k = &c->seen;

    if (k->marks.all > 0) {
        train_counts_print(&k->marks, some, sizeof(some));
        roles_say(c, "; missing: %s", some);
    }

    if (k->missing.all > 0) {
        train_counts_print(&k->missing, some, sizeof(some));
        roles_say(c, "%s%s", k->marks.all > 0 ? ", " : "; missing: ", some);
    }
}


/* What was found beside plain numbers, for people */

static void
roles_number(train_column_t *c)
{
    char                       some[120];
    size_t                     i;
    const maas_column_t       *f = &c->format;
    static const char *const   signs[][2] = {
        { ",", "commas" }, { ".", "points" }, { " ", "blanks" },
        { "'", "'" }, { "_", "_" }
    };

    if (f->decimal == ',') {
        roles_say(c, "; decimal comma");
    }

    for (i = 0; i < train_nelts(signs); i++) {
        if (f->thousands == signs[i][0][0]) {
            roles_say(c, "; thousands by %s", signs[i][1]);
        }
    }

    if (f->n_units > 0) {
        train_counts_print(&c->seen.units, some, sizeof(some));
        roles_say(c, "; units %s", some);
    }

    if (c->seen.brackets > 0) {
        roles_say(c, "; (1) is -1");
    }

    if (c->seen.behind > 0) {
        roles_say(c, "; 1- is -1");
    }

    roles_missing(c);
}


/* What the texts of a column mean */

void
train_roles_format(train_table_t *t, train_column_t *c)
{
    char    some[120];
    size_t  len;

    switch (c->role) {

    case TRAIN_ROLE_NUMBER:
    case TRAIN_ROLE_WEIGHT:
        len = strlen(c->why);
        train_number_decide(t, c);
        roles_number(c);
        c->plain = (strlen(c->why) == len);
        break;

    case TRAIN_ROLE_DATE:
        train_date_decide(t, c);
        train_blanks_decide(t, c, 1);
        train_date_print(c, c->why, sizeof(c->why));
        roles_missing(c);
        break;

    case TRAIN_ROLE_CATEGORY:
    case TRAIN_ROLE_TEXT:
        train_blanks_decide(t, c, 0);
        train_values_decide(t, c);

        if (c->role == TRAIN_ROLE_CATEGORY
            && c->format.compare == MAAS_COMPARE_NUMBER)
        {
            roles_missing(c);
        }

        break;

    case TRAIN_ROLE_BOOLEAN:
        train_blanks_decide(t, c, 0);

        if (c->seen.missing.all > 0) {
            train_counts_print(&c->seen.missing, some, sizeof(some));
            roles_say(c, "; missing: %s", some);
        }

        break;

    case TRAIN_ROLE_TARGET:
        train_target_look(t, c);

        if (c->amounts) {
            roles_number(c);
        } else if (c->format.kind == MAAS_FIELD_NUMBER) {
            roles_missing(c);
        }

        break;

    default:
        train_blanks_decide(t, c, 0);
    }

    if (train_role_is_field(c->role)) {
        c->format.kind = (maas_field_kind_t) c->role;
    }
}
