/*
 * What the columns of a table are for, by what stands in them.
 * What the user says is not known here (roles.c).
 */

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "table.h"
#include "util.h"


#define ROLES_SURE    0.9           /* share of numbers that makes a column */
#define ROLES_FEW     20            /* different texts that are categories */
#define ROLES_WORDS   2.5           /* words that make a text, on average */
#define ROLES_BYTES   40            /*     or bytes */


/* As "id", "customer_id", "Order ID", "userId"; not "paid" */

static int
roles_is_id_name(const char *name)
{
    size_t                    i, len;
    static const char *const  names[] = {
        "id", "index", "row", "rowid", "row_id", "uuid", "guid", "no", "nr"
    };

    for (i = 0; i < train_nelts(names); i++) {
        if (strcasecmp(name, names[i]) == 0) {
            return 1;
        }
    }

    len = strlen(name);

    if (len < 3 || (name[len - 1] | 0x20) != 'd'
        || (name[len - 2] | 0x20) != 'i')
    {
        return 0;
    }

    if (strchr("_- .", name[len - 3]) != NULL) {
        return 1;
    }

    return name[len - 2] == 'I' && name[len - 3] >= 'a'
           && name[len - 3] <= 'z';
}


/* A column with texts in it */

static train_role_t
roles_guess_texts(const train_table_t *t, const train_column_t *c,
    size_t texts, char *why, size_t room)
{
    double  words, bytes;

    words = (double) c->words / (double) texts;
    bytes = (double) c->bytes / (double) texts;
    (void) snprintf(why, room, "%zu%s different texts in %zu rows",
                    c->dict.n, c->dict.n >= 10000 ? " or more" : "",
                    t->rows);

    if (c->dict.n <= ROLES_FEW) {
        return TRAIN_ROLE_CATEGORY;
    }

    if (c->dict.n == c->filled && words < 1.5 && bytes < ROLES_BYTES) {
        (void) snprintf(why, room, "an id: all values differ");
        return TRAIN_ROLE_IGNORE;
    }

    if ((words >= ROLES_WORDS && c->dict.n > c->filled / 20)
        || bytes >= ROLES_BYTES || c->dict.n > c->filled / 2)
    {
        return TRAIN_ROLE_TEXT;
    }

    return TRAIN_ROLE_CATEGORY;
}


/* By what the first pass has counted */

static train_role_t
roles_guess(const train_table_t *t, const train_column_t *c, char *why,
    size_t room)
{
    size_t  n, texts;

    n = c->filled - c->blanks;
    texts = n - c->numbers;

    if (n == 0) {
        (void) snprintf(why, room, "nothing in it");
        return TRAIN_ROLE_IGNORE;
    }

    if (roles_is_id_name(c->name) && c->dict.n >= ROLES_FEW
        && (c->dict.n == c->filled || c->dict.n >= 10000))
    {
        (void) snprintf(why, room, "an id: all values differ");
        return TRAIN_ROLE_IGNORE;
    }

    if ((double) c->numbers >= ROLES_SURE * (double) n) {
        (void) snprintf(why, room, texts ? "most values are numbers"
                                         : "all values are numbers");
        return TRAIN_ROLE_NUMBER;
    }

    if (c->booleans == n && c->dict.n <= 4) {
        (void) snprintf(why, room, "such as true and false");
        return TRAIN_ROLE_BOOLEAN;
    }

    return roles_guess_texts(t, c, texts, why, room);
}


void
train_table_roles_look(train_table_t *t)
{
    size_t           i;
    train_column_t  *c;

    for (i = 0; i < t->n; i++) {
        c = &t->columns[i];

        if (c->role == TRAIN_ROLE_AUTO) {
            c->role = roles_guess(t, c, c->why, sizeof(c->why));
        }
    }
}
