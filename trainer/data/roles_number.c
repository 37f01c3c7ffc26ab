/*
 * How the numbers of a column are written, by what stands in it, in its
 * neighbours and in the options; where two readings are left it ends with
 * both.
 * What else a column may be is in roles_look.c.
 */

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "table.h"
#include "util.h"


typedef enum {
    NUMBER_UNITS_NONE = 0,
    NUMBER_UNITS_ONE,               /* or several names of it */
    NUMBER_UNITS_DIFFER
} number_units_t;


/* Ways that the options leave */

static unsigned
number_allowed(const train_want_t *w)
{
    size_t                    i;
    unsigned                  bits;
    const train_way_signs_t  *s;

    bits = 0;

    for (i = 0; i < TRAIN_N_WAYS; i++) {
        s = &train_way_signs[i];

        if ((w->decimal == NULL || w->decimal[0] == s->decimal)
            && (w->thousands == NULL || w->thousands[0] == s->thousands))
        {
            bits |= 1u << i;
        }
    }

    return bits;
}


/* The way that reads most, the plainer first */

static train_way_t
number_best(const train_look_t *k, unsigned allowed)
{
    size_t  i, best;

    best = TRAIN_N_WAYS;

    for (i = 0; i < TRAIN_N_WAYS; i++) {
        if ((allowed >> i & 1)
            && (best == TRAIN_N_WAYS || k->way[i] > k->way[best]))
        {
            best = i;
        }
    }

    return (train_way_t) best;
}


static size_t
number_most(const train_look_t *k, char decimal)
{
    size_t  i, most;

    most = 0;

    for (i = 0; i < TRAIN_N_WAYS; i++) {
        if (train_way_signs[i].decimal == decimal && k->way[i] > most) {
            most = k->way[i];
        }
    }

    return most;
}


/* The sign of decimals in the file's other columns: '.' or ',', 0 if none has
 * any or they disagree */

static char
number_neighbours(const train_table_t *t)
{
    size_t               i, point, comma, points, commas;
    const train_look_t  *k;

    points = 0;
    commas = 0;

    for (i = 0; i < t->n; i++) {
        k = &t->columns[i].seen;
        point = number_most(k, '.');
        comma = number_most(k, ',');
        points += (point > comma && 10 * point >= 9 * k->filled);
        commas += (comma > point && 10 * comma >= 9 * k->filled);
    }

    if ((points > 0) == (commas > 0)) {
        return 0;
    }

    return points > 0 ? '.' : ',';
}


/* "1,234" as its two readings */

static void
number_ambiguous(const train_table_t *t, const train_column_t *c)
{
    char             a[96], b[96];
    size_t           i, j, n, m;
    train_written_t  w = { 0 };

    for (i = 0; i < c->dict.n; i++) {
        if (train_written(c->dict.text[i], strlen(c->dict.text[i]), &w)
            && memchr(w.digits, ',', w.digits_len) != NULL)
        {
            break;
        }
    }

    for (j = 0, n = 0, m = 0; j < w.digits_len; j++) {
        if (w.digits[j] != ',') {
            a[n++] = w.digits[j];
        }

        b[m++] = w.digits[j] == ',' ? '.' : w.digits[j];
    }

    train_die("%s: column \"%.64s\": \"%.40s\" may be %.*s or %.*s: expected "
              "--thousands , or --decimal , to say which", t->path, c->name,
              i < c->dict.n ? c->dict.text[i] : "", (int) n, a, (int) m, b);
}


static void
number_warn(const train_table_t *t, const train_column_t *c, const char *how,
    const char *why)
{
    train_warn("%s: column \"%.64s\": %s, as %s", t->path, c->name, how,
               why);
}


/* Money has no thousandths, but for prices of fuel: "75,043 EUR", "$1,234" */

static int
number_is_money(const train_look_t *k)
{
    size_t       i;
    const char  *u;

    for (i = 0; i < k->units.n; i++) {
        u = k->units.item[i].text;

        if (!train_is_money(u, strlen(u)) || u[0] == '%'
            || strcmp(u, "\xe2\x80\xb0") == 0
            || (strchr(u, '$') == NULL && strcasecmp(u, "USD") != 0
                && strcmp(u, "\xc2\xa3") != 0 && strcasecmp(u, "GBP") != 0
                && k->tens == 0))
        {
            return 0;
        }
    }

    return k->units.n > 0 && k->bare == 0;
}


/* Two ways read as much, but not the same */

static train_way_t
number_decide(const train_table_t *t, const train_column_t *c,
    train_way_t best, unsigned allowed)
{
    int                  comma, point;
    const train_look_t  *k = &c->seen;

    comma = best == TRAIN_WAY_COMMA && k->either_comma > 0
            && (allowed & train_way_bit(POINT_COMMA))
            && k->way[TRAIN_WAY_POINT_COMMA] == k->way[best];
    point = best == TRAIN_WAY_POINT && k->either_point > 0
            && (allowed & train_way_bit(COMMA_POINT))
            && k->way[TRAIN_WAY_COMMA_POINT] == k->way[best];

    if (point && number_neighbours(t) == ',') {
        number_warn(t, c, "the point is taken as sign of thousands",
                    "other columns have decimal commas (--decimal .)");
        return TRAIN_WAY_COMMA_POINT;
    }

    if (point && k->small > 0 && k->large == 0) {
        number_warn(t, c, "the point is taken as sign of decimals",
                    "always, although all numbers without one are below 1000 "
                    "(--thousands .)");
    }

    if (!comma) {
        return best;
    }

    if (number_is_money(k)) {
        return TRAIN_WAY_POINT_COMMA;
    }

    if (k->small > 0 && k->large == 0) {
        number_warn(t, c, "the comma is taken as sign of thousands",
                    "all numbers without one are below 1000 (--decimal ,)");
        return TRAIN_WAY_POINT_COMMA;
    }

    switch (number_neighbours(t)) {

    case '.':
        number_warn(t, c, "the comma is taken as sign of thousands",
                    "other columns have decimal points (--decimal ,)");
        return TRAIN_WAY_POINT_COMMA;

    case ',':
        number_warn(t, c, "the comma is taken as sign of decimals",
                    "in other columns (--thousands ,)");
        return TRAIN_WAY_COMMA;

    default:
        number_ambiguous(t, c);
        return best;
    }
}


size_t
train_number_way(const train_table_t *t, const train_column_t *c,
    train_way_t *way)
{
    size_t               i;
    unsigned             allowed;
    train_way_t          best;
    const train_look_t  *k = &c->seen;

    allowed = number_allowed(t->want);
    best = number_best(k, allowed);
    *way = number_best(k, ~0u);

    if (best == TRAIN_N_WAYS || k->way[best] < k->way[*way]) {
        return k->way[*way];        /* not as the options say */
    }

    for (i = 0; i < TRAIN_N_WAYS; i++) {
        if (train_way_signs[i].decimal == train_way_signs[best].decimal
            && k->way[i] == k->way[best])
        {
            best = (train_way_t) i;     /* nothing of thousands in it */
            break;
        }
    }

    *way = best;

    return k->way[best];
}


/* Of the same money? */

static int
number_same_unit(const char *a, const char *b)
{
    size_t                    i, j;
    const char               *s[2] = { a, b };
    size_t                    group[2] = { 0, 0 };
    static const char *const  same[][3] = {
        { "$", "US$", "USD" }, { "\xe2\x82\xac", "EUR", "\xe2\x82\xac" },
        { "\xc2\xa3", "GBP", "\xc2\xa3" }, { "\xc2\xa5", "JPY", "CNY" },
        { "\xe2\x82\xb9", "INR", "Rs" }, { "CHF", "Fr", "SFr" }
    };

    if (strcasecmp(a, b) == 0) {
        return 1;
    }

    for (i = 0; i < 2; i++) {
        for (j = 0; j < 3 * train_nelts(same); j++) {
            if (strcasecmp(s[i], same[j / 3][j % 3]) == 0) {
                group[i] = j / 3 + 1;
            }
        }
    }

    return group[0] > 0 && group[0] == group[1];
}


size_t
train_money(const train_column_t *c)
{
    size_t                 i;
    const train_counts_t  *u = &c->seen.units;

    for (i = 0; i < u->n; i++) {
        if (!train_is_money(u->item[i].text, strlen(u->item[i].text))) {
            return 0;
        }
    }

    return u->all;
}


static number_units_t
number_units_of(const train_column_t *c)
{
    size_t                 i;
    const train_counts_t  *u = &c->seen.units;

    for (i = 1; i < u->n; i++) {
        if (!number_same_unit(u->item[0].text, u->item[i].text)) {
            return NUMBER_UNITS_DIFFER;
        }
    }

    if (u->n == 0) {
        return NUMBER_UNITS_NONE;
    }

    /* a word that is in no list is one if it is behind every number */

    return c->seen.bare == 0 || train_is_money(u->item[0].text,
                                               strlen(u->item[0].text))
           ? NUMBER_UNITS_ONE : NUMBER_UNITS_DIFFER;
}


size_t
train_numbers(const train_table_t *t, const train_column_t *c, size_t *n)
{
    size_t       read;
    train_way_t  way;

    read = train_number_way(t, c, &way);

    if (number_units_of(c) == NUMBER_UNITS_DIFFER) {
        read -= (c->seen.units.all < read) ? c->seen.units.all : read;
    }

    *n = c->seen.filled - c->seen.missing.all - c->seen.marks.all;

    return read;
}


static void
number_units(train_table_t *t, train_column_t *c)
{
    size_t                 i;
    const char           **units;
    const train_counts_t  *u = &c->seen.units;

    units = maas__arena_alloc(t->arena, u->n + 1, sizeof(char *));

    for (i = 0; i < u->n && units != NULL; i++) {
        units[i] = maas__arena_strndup(t->arena, u->item[i].text,
                                       strlen(u->item[i].text));
        if (units[i] == NULL) {
            break;
        }
    }

    if (units == NULL || i < u->n) {
        train_die("no memory for the formats of columns");
    }

    c->format.units = units;
    c->format.n_units = u->n;
}


/* 5 % and 0.05 in one column are five and a twentieth */

static void
number_percent(const train_table_t *t, const train_column_t *c)
{
    const train_counts_t  *u = &c->seen.units;

    if (c->seen.bare > 0 && strcmp(u->item[0].text, "%") == 0) {
        train_warn("%s: column \"%.64s\": %zu values have a %%, %zu have "
                   "none: both are read as they stand, 5 %% as 5", t->path,
                   c->name, u->all, c->seen.bare);
    }
}


void
train_number_decide(train_table_t *t, train_column_t *c)
{
    train_way_t               way;
    number_units_t             units;
    const train_way_signs_t  *signs;

    (void) train_number_way(t, c, &way);
    way = number_decide(t, c, way, number_allowed(t->want));
    signs = &train_way_signs[way];

    /* an explicit point lets the engine read "(5)" and U+2212, too */

    c->format.decimal = signs->decimal == ',' || c->seen.odd > 0
                        ? signs->decimal : '\0';
    c->format.thousands = signs->thousands;

    units = number_units_of(c);

    if (units == NUMBER_UNITS_ONE
        || (units == NUMBER_UNITS_DIFFER && c->forced
            && c->role == TRAIN_ROLE_NUMBER))
    {
        number_units(t, c);
        number_percent(t, c);
    }

    train_blanks_decide(t, c, 1);
}
