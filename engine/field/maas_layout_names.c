/*
 * Names in the first row of a CSV text, one by one.
 * Not here: rows without names (maas_layout.c).
 */

#include "maas_field.h"
#include "maas_int.h"
#include "maas_layout_names.h"
#include "maas_unknown.h"

#include <stdio.h>
#include <string.h>


#define NAMES_CLOSE  64            /* fields that may be misspelt names */

typedef struct {
    char        text[2 * MAAS_MAX_TEXT];
    maas_str_t  s;                 /* one quote for two */
    uint32_t    place;             /* PASS: of no column */
    unsigned    unnamed;           /* there is nothing */
    unsigned    value;             /* a number, or a word for "missing" */
} names_field_t;


int
maas__is_target(const maas_info_t *info, size_t other)
{
    return other < info->n_others
           && info->others[other].role == MAAS_ROLE_TARGET;
}


/* The same where the columns have no tables yet, first at that of the field */

static size_t
names_search(const maas_info_t *info, const char *s, size_t len, size_t field)
{
    size_t       i, k, n;
    const char  *name;

    n = info->n_columns + info->n_others;

    for (i = field < n ? 0 : 1; i <= n; i++) {
        k = i == 0 ? field : i - 1;
        name = k < info->n_columns ? info->columns[k]
                                   : info->others[k - info->n_columns].name;

        if (strnlen(name, len + 1) == len && memcmp(name, s, len) == 0) {
            return k;
        }
    }

    return SIZE_MAX;
}


/* A name's place among the columns and the others */

static uint32_t
names_find(const maas_info_t *info, const char *s, size_t len, size_t field)
{
    size_t  i;

    if (info->reader == NULL) {
        i = names_search(info, s, len, field);

    } else {
        i = maas_column_find(info->reader, s, len);

        if (i == SIZE_MAX) {
            i = maas_other_find(info->reader, s, len);
            i = i == SIZE_MAX ? i : info->n_columns + i;
        }
    }

    return i == SIZE_MAX ? MAAS_LAYOUT_PASS : (uint32_t) i;
}


/* A field as a name; NULL, or what is wrong with it */

static const char *
names_next(const maas_info_t *info, maas_csv_t *c, size_t n,
    maas_csv_field_t *f, names_field_t *name)
{
    int          len;
    float        v;
    const char  *wrong;

    wrong = maas__csv_next(c, f);
    if (wrong != NULL) {
        return wrong;
    }

    name->s = f->s;
    name->place = MAAS_LAYOUT_PASS;
    name->value = 0;
    name->unnamed = f->s.len == 0;

    /* longer ones are no names, and no text to be kept */

    if (f->s.len > sizeof(name->text)) {
        return NULL;
    }

    if (f->doubled) {
        name->s = (maas_str_t) { name->text,
                                 maas__csv_plain(f->s, name->text) };
    }

    if (name->unnamed) {
        if (n == 0) {
            name->place = names_find(info, "index", 5, n);
        }

        if (name->place == MAAS_LAYOUT_PASS) {
            len = snprintf(name->text, sizeof(name->text), "column%zu", n + 1);
            name->place = names_find(info, name->text, (size_t) len, n);
        }

        return NULL;
    }

    name->place = names_find(info, name->s.data, name->s.len, n);
    name->value = maas__field_number(name->s.data, name->s.len, &v)
                  != MAAS_BADVALUE
                  || maas__field_is_missing(name->s.data, name->s.len);

    return NULL;
}


/* Is it one that whoever asks knows of? */

static int
names_also(const maas_layout_want_t *want, maas_str_t s)
{
    size_t       i, n;
    const char  *p, *comma;

    for (i = 0; i < sizeof(want->also) / sizeof(want->also[0]); i++) {
        for (p = want->also[i]; p != NULL; p = comma ? comma + 1 : NULL) {
            comma = strchr(p, ',');
            n = comma ? (size_t) (comma - p) : strlen(p);

            if (n == s.len && n > 0 && memcmp(p, s.data, n) == 0) {
                return 1;
            }
        }
    }

    return 0;
}


int
maas__names_words(const maas_csv_t *row)
{
    float             v;
    maas_csv_t        c;
    maas_csv_field_t  f;

    c = *row;

    do {
        if (maas__csv_next(&c, &f) != NULL) {
            return 0;
        }

        maas__field_trim(&f.s.data, &f.s.len);

        if (maas__field_is_missing(f.s.data, f.s.len)
            || maas__field_number(f.s.data, f.s.len, &v) != MAAS_BADVALUE)
        {
            return 0;
        }
    } while (!f.last);

    return 1;
}


/* Names in the order of the training file: all columns, and of the others
 * those there are */

typedef struct {
    size_t    columns;             /* so far */
    size_t    at;                  /* where others may stand from here on */
    unsigned  broken;
} names_order_t;


static void
names_order(const maas_info_t *info, uint32_t place, names_order_t *order)
{
    size_t  at;

    if (place < info->n_columns) {
        order->broken |= place != order->columns++;

    } else {
        at = info->others[place - info->n_columns].at;
        order->broken |= at < order->at;
        order->at = at + 1;
    }
}


maas_names_kind_t
maas__names_look(const maas_info_t *info, const maas_layout_want_t *want,
    const maas_csv_t *row)
{
    size_t            n, words, unknown, near;
    maas_csv_t        c;
    names_field_t     name;
    names_order_t     order = { 0 };
    maas_csv_field_t  f;

    if (info->n_columns == 0) {        /* it has no names: any will do */
        return maas__names_words(row) ? MAAS_NAMES_KNOWN : MAAS_NAMES_NONE;
    }

    c = *row;
    words = unknown = near = n = 0;

    do {
        if (names_next(info, &c, n, &f, &name) != NULL) {
            return words > 0 ? MAAS_NAMES_WRONG : MAAS_NAMES_NONE;
        }

        if (name.place != MAAS_LAYOUT_PASS) {
            words += !name.value && !name.unnamed;
            names_order(info, name.place, &order);

        } else if (names_also(want, name.s)) {
            words += !name.value;

        } else if (name.value) {
            return MAAS_NAMES_NONE;

        } else if (name.unnamed) {
            order.broken = 1;

        } else {
            unknown++;
            near += n < NAMES_CLOSE && near == 0
                    && maas__column_near(info, name.s) != NULL;
        }

        n++;
    } while (!f.last);

    /* numbers are names only where all of them stand in order */

    if (words == 0 && (unknown > 0 || order.broken
                       || order.columns != info->n_columns))
    {
        return near > 0 ? MAAS_NAMES_WRONG : MAAS_NAMES_NONE;
    }

    return unknown > 0 ? MAAS_NAMES_WRONG : MAAS_NAMES_KNOWN;
}


/* Names of columns into place[]; seen[] has a byte for each there is */

static maas_status_t
names_places(maas_layout_t *l, maas_csv_t *c, uint32_t *place, char *seen,
    maas_err_t *err)
{
    const char        *wrong;
    names_field_t      name;
    maas_csv_field_t   f;

    l->field = 0;

    do {
        wrong = names_next(l->info, c, l->field, &f, &name);
        l->at = f.at;
        l->line = f.line;

        if (wrong != NULL) {
            return maas__fail(err, MAAS_BADVALUE, "%s", wrong);
        }

        if (l->field == l->n) {
            return MAAS_OK;
        }

        place[l->field++] = name.place;

        if (name.place != MAAS_LAYOUT_PASS && seen[name.place]++) {
            l->field--;
            return maas__fail(err, MAAS_BADVALUE, "the name \"%.*s\" stands "
                              "twice: expected different names",
                              (int) (name.s.len < 64 ? name.s.len : 64),
                              name.s.data);
        }
    } while (!f.last);

    return MAAS_OK;
}


/* No name is unknown; where others may be, none is that of a column but for a
 * slip */

static maas_status_t
names_check(maas_layout_t *l, const maas_layout_want_t *want,
    const maas_csv_t *row, const char *seen, maas_err_t *err)
{
    maas_csv_t         c;
    const char        *near;
    names_field_t      name;
    maas_csv_field_t   f;

    c = *row;
    l->field = 0;

    do {
        (void) names_next(l->info, &c, l->field, &f, &name);
        l->at = f.at;
        l->line = f.line;

        if (name.place == MAAS_LAYOUT_PASS && !name.unnamed
            && !names_also(want, name.s))
        {
            near = maas__column_near(l->info, name.s);

            if (!want->lenient || (near != NULL
                             && !seen[names_find(l->info, near,
                                                       strlen(near), 0)]))
            {
                return maas__misspelt_column(l->info, name.s, err);
            }
        }

        l->field++;
    } while (!f.last);

    return MAAS_OK;
}


maas_status_t
maas__names_refuse(maas_layout_t *l, const maas_layout_want_t *want,
    const maas_csv_t *row, maas_err_t *err)
{
    return names_check(l, want, row, "", err);
}


/* A separator at the end of the names alone is no column */

static void
names_count(maas_layout_t *l, const maas_csv_t *row)
{
    size_t            n;
    maas_csv_t        c;
    maas_csv_field_t  f = { 0 };

    l->n = maas__csv_count(row);

    if (l->n == 0) {
        l->n = MAAS_LAYOUT_MAX;        /* a bad one is found on the way */
        return;
    }

    for (c = *row, n = 0; n < l->n; n++) {
        (void) maas__csv_next(&c, &f);
    }

    if (l->n > 1 && f.s.len == 0 && !f.quoted && maas__csv_row(&c)
        && maas__csv_count(&c) + 1 == l->n)
    {
        l->n--;
    }
}


maas_status_t
maas__names_read(maas_layout_t *l, const maas_layout_want_t *want,
    maas_csv_t *c, maas_arena_t *a, maas_err_t *err)
{
    char               *seen;
    uint32_t           *place;
    maas_csv_t          row;
    maas_status_t       rc;
    const maas_info_t  *info;

    info = l->info;
    row = *c;

    if (want->header == MAAS_HEADER_NO
        || (want->header == MAAS_HEADER_AUTO
            && maas__names_look(info, want, c) == MAAS_NAMES_NONE))
    {
        return MAAS_OK;
    }

    names_count(l, c);
    l->names = 1;

    if (l->n > MAAS_LAYOUT_MAX) {
        return maas__fail(err, MAAS_TOOBIG, "more than %d columns",
                          MAAS_LAYOUT_MAX);
    }

    if (info->n_columns == 0) {
        maas__csv_pass_row(c);
        l->n = info->in;
        return MAAS_OK;
    }

    place = maas__arena_alloc(a, l->n + 1, sizeof(uint32_t));
    seen = maas__arena_alloc(a, info->n_columns + info->n_others, 1);

    if (place == NULL || seen == NULL) {
        return maas__fail(err, MAAS_NOMEM, "no memory for the columns");
    }

    l->place = place;

    rc = names_places(l, c, place, seen, err);

    return rc == MAAS_OK ? names_check(l, want, &row, seen, err) : rc;
}
