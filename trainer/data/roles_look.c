/*
 * What the columns of a table are for, by what stands in them.
 * What the user says is not known here (roles.c), nor how texts are written
 * (roles_format.c).
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "table.h"
#include "util.h"


#define ROLES_SURE    0.9           /* share of numbers that makes a column */
#define ROLES_MOST    0.5           /* share of them that looks like one */
#define ROLES_FEW     20            /* different texts that are categories */
#define ROLES_WORDS   2.5           /* words that make a text, on average */
#define ROLES_BYTES   40            /*     or bytes */
#define ROLES_DECIDE  50            /* rows that say whether ids tell much */
#define ROLES_LONG    9007199254740992.0    /* 2^53: doubles skip numbers */


/* As "id", "customer_id", "Order ID", "userId"; not "paid"; and as pandas
 * calls an index that it has written and read again */

static int
roles_is_id_name(const char *name)
{
    size_t                    i, len;
    static const char *const  names[] = {
        "id", "index", "row", "rowid", "row_id", "uuid", "guid", "no", "nr",
        "rowname", "row_names", "row.names", "rownames", "row_number", "#"
    };

    if (strncmp(name, "Unnamed: ", 9) == 0) {
        return 1;
    }

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


/* Has the column one value only?  1 and 1.0 are one */

static int
roles_is_constant(const train_table_t *t, const train_column_t *c)
{
    size_t  i;

    if (c->seen.filled != t->rows || t->rows < 2 || c->dict.n == 0) {
        return 0;
    }

    for (i = 1; i < c->dict.n; i++) {
        if (!(c->dict.value[i] == c->dict.value[0])) {
            return 0;
        }
    }

    return 1;
}


/* Digits of one length, some with zeros in front, such as 01234: a code, of
 * which no sum is meant */

static int
roles_is_code(const train_column_t *c)
{
    size_t       i, len;
    const char  *s;

    if (c->seen.codes == 0 || c->dict.n <= 2) {
        return 0;
    }

    len = 0;

    for (i = 0; i < c->dict.n; i++) {
        s = c->dict.text[i];

        if (maas__field_is_missing(s, strlen(s))) {
            continue;
        }

        len = (len == 0) ? strlen(s) : len;

        if (strlen(s) != len || strspn(s, "0123456789") != len) {
            return 0;
        }
    }

    return 1;
}


/* Whole numbers that arithmetic takes for the same, or that are called an id
 * and are too long for it: what tells them apart would be lost */

static int
roles_is_long(const train_column_t *c)
{
    int          same;
    size_t       i, n, len;
    double      *v;
    const char  *s;

    v = train_alloc(c->dict.n + 1, sizeof(double));
    n = 0;

    for (i = 0; i < c->dict.n; i++) {
        s = c->dict.text[i];
        s += (*s == '-');
        len = strlen(s);

        if (len >= 16 && strspn(s, "0123456789") == len
            && fabs(c->dict.value[i]) >= ROLES_LONG)
        {
            v[n++] = c->dict.value[i];
        }
    }

    same = (n > 0 && roles_is_id_name(c->name));
    qsort(v, n, sizeof(double), train_by_double);

    for (i = 1; i < n && !same; i++) {
        same = !(v[i - 1] < v[i]);
    }

    train_free(v);

    return same;
}


/* A column with texts in it */

static train_role_t
roles_guess_texts(const train_table_t *t, train_column_t *c, size_t texts)
{
    double               words, bytes;
    const train_look_t  *k = &c->seen;

    words = (double) k->words / (double) texts;
    bytes = (double) k->bytes / (double) texts;
    (void) snprintf(c->why, sizeof(c->why),
                    "%zu%s different texts in %zu rows", c->dict.n,
                    c->dict.n >= 10000 ? " or more" : "", t->rows);

    if (c->dict.n <= ROLES_FEW) {
        return TRAIN_ROLE_CATEGORY;
    }

    if (c->dict.n == k->filled && words < 1.5 && bytes < ROLES_BYTES) {
        if (t->want->decides && c->dict.n >= ROLES_DECIDE) {
            c->unlike = 1;          /* pieces of it may tell something */
            return TRAIN_ROLE_TEXT;
        }

        (void) snprintf(c->why, sizeof(c->why), "an id: all values differ");
        return TRAIN_ROLE_IGNORE;
    }

    if ((words >= ROLES_WORDS && c->dict.n > k->filled / 20)
        || bytes >= ROLES_BYTES || c->dict.n > k->filled / 2)
    {
        return TRAIN_ROLE_TEXT;
    }

    return TRAIN_ROLE_CATEGORY;
}


static const char *
roles_word(const train_column_t *c)
{
    return c->role == TRAIN_ROLE_IGNORE ? "left out as an id"
           : c->unlike ? "a text, or an id"
           : c->role == TRAIN_ROLE_TEXT ? "read as texts"
                                        : "read as categories";
}


/* Numbers for the most part become a text: that is said */

static void
roles_almost(const train_table_t *t, const train_column_t *c, size_t read,
    size_t n)
{
    char                   some[160];
    const train_look_t    *k = &c->seen;
    const train_counts_t  *rest;

    rest = (k->others.all > 0) ? &k->others : &k->units;

    if (c->dict.n <= ROLES_FEW
        || (double) (read + train_money(c)) < ROLES_MOST * (double) n)
    {
        return;
    }

    if (rest->all == 0) {
        train_warn("%s: column \"%.64s\": %zu of %zu values are numbers, the "
                   "others with another sign of decimals or thousands: %s",
                   t->path, c->name, read, n, roles_word(c));
        return;
    }

    train_counts_print(rest, some, sizeof(some));
    train_warn("%s: column \"%.64s\": %zu of %zu values are numbers, but not "
               "%s%s: %s (--columns NAME=number and --na-values to read it as "
               "numbers)",
               t->path, c->name, read, n,
               rest == &k->units ? "of one unit, " : "", some, roles_word(c));
}


/* Digits in a form that is not known: that is said, too */

static void
roles_unread(const train_table_t *t, const train_column_t *c, size_t n)
{
    int     dates;
    size_t  digits;

    digits = c->seen.digits;

    if (train_money(c) == 0) {
        digits += c->seen.units.all;        /* of several kinds */
    }

    if (c->role == TRAIN_ROLE_CATEGORY
        || (double) digits < ROLES_SURE * (double) n)
    {
        return;
    }

    dates = (c->seen.date[MAAS_DATE_ISO] + c->seen.date[MAAS_DATE_DMY]
             + c->seen.date[MAAS_DATE_MDY] > 0);
    train_warn("%s: column \"%.64s\": values such as \"%s\" are %s: %s",
               t->path, c->name,
               c->seen.digits > 0 ? c->seen.others.item[0].text
                                  : c->dict.text[0],
               dates ? "dates of several forms"
                     : "neither numbers nor dates", roles_word(c));
}


/* By what the first pass has counted */

static train_role_t
roles_guess(const train_table_t *t, train_column_t *c)
{
    int                  is_long;
    size_t               n, len, there, read;
    maas_date_form_t     form;
    const train_look_t  *k = &c->seen;

    there = k->filled - k->missing.all;

    if (there == 0) {
        (void) snprintf(c->why, sizeof(c->why), "nothing in it");
        return TRAIN_ROLE_IGNORE;
    }

    is_long = roles_is_long(c);

    if (!is_long && roles_is_constant(t, c)) {
        c->constant = 1;
        (void) snprintf(c->why, sizeof(c->why), "all values are the same");
        return TRAIN_ROLE_IGNORE;
    }

    if (train_is_date(t, c, &form)) {
        return TRAIN_ROLE_DATE;
    }

    if (roles_is_id_name(c->name) && c->dict.n >= ROLES_FEW
        && (c->dict.n == k->filled || c->dict.n >= 10000))
    {
        (void) snprintf(c->why, sizeof(c->why), "an id: all values differ");
        return TRAIN_ROLE_IGNORE;
    }

    if (is_long || roles_is_code(c)) {
        c->role = roles_guess_texts(t, c, there);
        len = strlen(c->why);
        (void) snprintf(c->why + len, sizeof(c->why) - len, "; %s",
                        is_long ? "numbers of so many digits are no amounts"
                                : "a code, with zeros in front");

        return c->role;
    }

    read = train_numbers(t, c, &n);

    if (n > 0 && (double) read >= ROLES_SURE * (double) n) {
        (void) snprintf(c->why, sizeof(c->why),
                        read < n ? "most values are numbers"
                                 : "all values are numbers");
        return TRAIN_ROLE_NUMBER;
    }

    if (k->booleans == there && c->dict.n <= 4) {
        (void) snprintf(c->why, sizeof(c->why), "such as true and false");
        return TRAIN_ROLE_BOOLEAN;
    }

    c->role = roles_guess_texts(t, c, there - k->numbers);
    roles_almost(t, c, read, n);
    roles_unread(t, c, n);

    return c->role;
}


static void
roles_signs(const train_want_t *w)
{
    if (w->decimal != NULL && strcmp(w->decimal, ".") != 0
        && strcmp(w->decimal, ",") != 0)
    {
        train_usage("fit", "--decimal \"%.20s\": expected . or ,",
                    w->decimal);
    }

    if (w->thousands != NULL
        && (strlen(w->thousands) != 1
            || strchr(".,'_ ", w->thousands[0]) == NULL))
    {
        train_usage("fit", "--thousands \"%.20s\": expected . , ' _ or a "
                    "blank", w->thousands);
    }

    if (w->decimal != NULL && w->thousands != NULL
        && w->decimal[0] == w->thousands[0])
    {
        train_usage("fit", "--decimal and --thousands are both \"%s\": "
                    "expected two signs", w->decimal);
    }
}


void
train_table_roles_look(train_table_t *t)
{
    size_t           i;
    train_column_t  *c;

    roles_signs(t->want);

    for (i = 0; i < t->n; i++) {
        c = &t->columns[i];

        if (c->role == TRAIN_ROLE_AUTO) {
            c->role = roles_guess(t, c);
        } else {
            c->forced = 1;
        }

        train_roles_format(t, c);
    }
}
