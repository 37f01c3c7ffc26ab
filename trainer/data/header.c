/*
 * Names or values?  By what stands above what: a text, or a date, above numbers
 * is a name, a text that stands below, too, is a value.
 * Rows for a model are not looked at so (maas_layout.c).
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "header.h"
#include "util.h"


#define HEADER_ROWS     200         /* that are looked at, */
#define HEADER_BYTES    (1u << 20)  /*     no more of them */
#define HEADER_COLUMNS  256         /* of which texts are kept */
#define HEADER_NUMBERS  0.8         /* share that makes a column of numbers */


typedef struct {
    char          *name;            /* the field in the first row */
    size_t         len;
    unsigned       filled;          /* fields below it */
    unsigned       numbers;
    unsigned       plain;           /* that are no dates, and have no unit */
    unsigned       same;            /* as the first */
    train_dict_t   dict;
} header_column_t;

typedef struct {
    size_t           n;
    size_t           room;
    header_column_t *columns;

    /* of the first row */
    size_t           over_numbers;  /* texts above numbers */
    size_t           below;         /* texts that stand below, too */
    size_t           above;         /* those above texts that come again */
    size_t           numbers;       /* numbers above numbers */
    size_t           values;        /* all numbers, and what is missing */
    unsigned         as_names;      /* they could be names: whole, different,
                                       or in even steps */
} header_t;


static int
header_is_number(const char *s, size_t len)
{
    return len > 0 && !((s[0] | 0x20) >= 'a' && (s[0] | 0x20) <= 'z')
           && maas__csv_numeric(s, len);
}


static int
header_is_date(const char *s, size_t len)
{
    size_t       i;
    float        v;
    maas_date_t  d;

    if (maas__field_number(s, len, &v) == MAAS_OK) {
        return 0;
    }

    for (i = 0; i <= MAAS_DATE_MDY; i++) {
        if (maas__date_text((maas_date_form_t) i, s, len, &d)) {
            return 1;
        }
    }

    return 0;
}


/* Words that stand for no value in the first line of data */

static int
header_is_missing(const char *s, size_t len)
{
    size_t                    i;
    static const char *const  words[] = {
        "-", "--", ".", "unknown", "missing", "n.a.", "nil"
    };

    for (i = 0; i < train_nelts(words); i++) {
        if (strlen(words[i]) == len && strncasecmp(words[i], s, len) == 0) {
            return 1;
        }
    }

    return maas__field_is_missing(s, len);
}


/* A field as text in memory of its own */

static char *
header_text(const maas_csv_field_t *f, size_t *len)
{
    char  *s;

    s = train_alloc(f->s.len + 1, 1);
    (void) memcpy(s, f->s.data, f->s.len);
    *len = f->doubled ? maas__csv_plain(f->s, s) : f->s.len;
    s[*len] = '\0';

    return s;
}


/* The first row; 0: it breaks the grammar */

static int
header_first(header_t *h, const maas_csv_t *first)
{
    maas_csv_t        c;
    header_column_t  *column;
    maas_csv_field_t  f;

    c = *first;

    do {
        if (maas__csv_next(&c, &f) != NULL) {
            return 0;
        }

        train_room(&h->columns, &h->room, h->n + 1, sizeof(header_column_t));
        column = &h->columns[h->n++];
        (void) memset(column, 0, sizeof(header_column_t));
        column->name = header_text(&f, &column->len);
    } while (!f.last);

    return 1;
}


static void
header_field(header_t *h, size_t n, const maas_csv_field_t *f)
{
    char             *s;
    float             v;
    size_t            len;
    header_column_t  *column;

    if (n >= h->n) {
        return;
    }

    s = header_text(f, &len);
    column = &h->columns[n];

    if (!header_is_missing(s, len)) {
        column->filled++;
        column->numbers += (unsigned) header_is_number(s, len);
        column->plain += (maas__field_number(s, len, &v) == MAAS_OK);
        column->same += (len == column->len && memcmp(s, column->name, len)
                                               == 0);

        if (n < HEADER_COLUMNS) {
            (void) train_dict_put(&column->dict, s, len);
        }
    }

    train_free(s);
}


static void
header_below(header_t *h, const maas_csv_t *from)
{
    size_t            i, n;
    maas_csv_t        c, row;
    maas_csv_field_t  f;

    c = *from;

    for (i = 0; i < HEADER_ROWS && c.p - from->p < (ptrdiff_t) HEADER_BYTES
                && maas__csv_row(&c); i++)
    {
        row = c;

        if (!maas__csv_pass_row(&c)) {
            continue;
        }

        n = 0;

        do {
            (void) maas__csv_next(&row, &f);
            header_field(h, n++, &f);
        } while (!f.last);
    }
}


/* Whole numbers from 0 on, no two the same, could be names */

static int
header_as_name(const header_t *h, size_t i)
{
    size_t  k;

    if (strspn(h->columns[i].name, "0123456789") != h->columns[i].len) {
        return 0;
    }

    for (k = 0; k < i; k++) {
        if (strcmp(h->columns[k].name, h->columns[i].name) == 0) {
            return 0;
        }
    }

    return 1;
}


/* Numbers in even steps, such as the wavelengths of a spectrum: 400.5, 401,
 * 401.5 */

static int
header_is_even(const header_t *h)
{
    double                  v, last, step;
    size_t                  i, n;
    const header_column_t  *c;

    n = 0;
    last = 0;
    step = 0;

    for (i = 0; i < h->n; i++) {
        c = &h->columns[i];

        if (!header_is_number(c->name, c->len)) {
            continue;
        }

        if (!train_number(c->name, &v)
            || (n > 1 && fabs(v - last - step) > 1e-3 * fabs(step)))
        {
            return 0;
        }

        step = (n > 0) ? v - last : 0;
        last = v;
        n++;
    }

    return n >= 3 && step != 0;
}


static void
header_count(header_t *h)
{
    int                     even, numbers;
    size_t                  i;
    const header_column_t  *c;

    h->as_names = 1;
    even = header_is_even(h);

    for (i = 0; i < h->n; i++) {
        c = &h->columns[i];
        numbers = c->filled > 0
                  && c->numbers >= HEADER_NUMBERS * (double) c->filled;

        if (header_is_missing(c->name, c->len)) {
            h->values += c->len > 0 || (i > 0 && i + 1 < h->n);

        } else if (c->filled > 0 && c->plain == c->filled
                   && header_is_date(c->name, c->len))
        {
            h->over_numbers++;      /* sales of that day */

        } else if (header_is_number(c->name, c->len)) {
            h->values++;
            h->numbers += (size_t) numbers;
            h->as_names &= (unsigned) (even || header_as_name(h, i));

        } else if (numbers) {
            h->over_numbers++;

        } else if (c->same > 0) {
            h->below++;

        } else if (i < HEADER_COLUMNS && c->filled >= 4
                   && c->dict.n * 2 <= c->filled)
        {
            h->above++;
        }
    }
}


/* Whole numbers that count on, 0, 1, 2 or 1990, 1991, and no number beside
 * them; texts may be */

static int
header_counts(const header_t *h)
{
    char                    buf[24];
    size_t                  i, n;
    unsigned long           from;
    const header_column_t  *c;

    n = 0;
    from = 0;

    for (i = 0; i < h->n; i++) {
        c = &h->columns[i];

        if (c->len == 0 || !header_is_number(c->name, c->len)) {
            continue;
        }

        if (n == 0) {
            from = strtoul(c->name, NULL, 10);
        }

        (void) snprintf(buf, sizeof(buf), "%lu", from + n++);

        if (strcmp(buf, c->name) != 0) {
            return 0;
        }
    }

    return n >= 3;
}


/* Is the first row names?  *sure: nobody would doubt it. */

static int
header_decide(const header_t *h, unsigned *sure)
{
    *sure = 0;

    if (h->over_numbers > 0 && h->below <= h->over_numbers) {
        *sure = h->numbers == 0 && h->below == 0;
        return h->numbers == 0 || h->as_names;
    }

    if (h->below > 0) {
        *sure = h->values > 0;
        return 0;
    }

    if (h->above > 0) {
        *sure = h->values == 0;
        return h->values == 0 || (h->as_names && h->numbers > 0);
    }

    if (h->values == 0) {
        *sure = h->n > 0 && h->columns[0].filled == 0;
        return 1;
    }

    if (h->numbers > 0 && header_counts(h)) {
        return 1;
    }

    /* numbers as names may have, beside a text that does not come again */

    *sure = !h->as_names || h->numbers == 0 || h->values == h->n;

    return 0;
}


/* Are those at `first` names of what is at `below`? */

static int
header_look(const maas_csv_t *first, const maas_csv_t *below, unsigned *sure)
{
    int       names;
    size_t    i;
    header_t  h = { 0 };

    *sure = 1;
    names = header_first(&h, first);

    if (names) {
        header_below(&h, below);
        header_count(&h);
        names = header_decide(&h, sure);
    }

    for (i = 0; i < h.n; i++) {
        train_free(h.columns[i].name);
        train_dict_free(&h.columns[i].dict);
    }

    train_free(h.columns);

    return names;
}


/* Of the row at c against those behind it */

static int
header_of(const maas_csv_t *c, unsigned *sure)
{
    maas_csv_t  below;

    below = *c;
    (void) maas__csv_pass_row(&below);

    return header_look(c, &below, sure);
}


/* Lines that begin with # before the first row that does not: names if the
 * last one has as many fields as that row and looks like it, rows if it does
 * not, else comments */

static int
header_comments(maas_csv_t *c, const maas_csv_t *body, unsigned *sure)
{
    size_t      n;
    maas_csv_t  last, row;

    n = maas__csv_count(body);

    for (row = *c; maas__csv_row(&row) && row.p < body->p;
         maas__csv_pass(&row))
    {
        last = row;
    }

    if (n < 2 || maas__csv_count(&last) != n) {
        *c = *body;
        return 0;
    }

    row = last;
    maas__csv_uncomment(&row);

    if (header_look(&row, body, sure)) {
        *c = row;
        return 1;
    }

    while (maas__csv_row(c) && maas__csv_count(c) != n) {
        maas__csv_pass(c);
    }

    return 0;
}


static void
header_said(const train_table_t *t, const maas_csv_t *c, size_t from,
    unsigned sure)
{
    if (c->line > from) {
        train_warn("%s: %zu line%s before line %zu passed over", t->path,
                   c->line - from, c->line - from == 1 ? "" : "s", c->line);
    }

    if (c->by == ' ') {
        train_warn("%s: fields are separated by blanks", t->path);
    }

    if (!sure) {
        train_warn("%s:%zu: taken for %s; --header %s says otherwise",
                   t->path, c->line,
                   t->named ? "names, by what stands below"
                            : "a row, by what stands below",
                   t->named ? "no" : "yes");
    }
}


void
train_header_find(maas_csv_t *c, char hint, train_table_t *t)
{
    size_t      from;
    unsigned    sure;
    maas_csv_t  body;

    body = *c;
    maas__csv_body(&body);

    if (c->by == '\0') {
        c->by = maas__csv_guess(&body, hint);
    }

    body.by = c->by;
    sure = 1;

    if (!maas__csv_row(c) || !maas__csv_row(&body)) {
        t->named = (t->want->header != TRAIN_NO);
        return;
    }

    from = c->line;

    if (t->want->header != TRAIN_AUTO) {
        t->named = (t->want->header == TRAIN_YES);
        *c = body;

    } else if (header_of(&body, &sure)) {
        t->named = 1;
        *c = body;

    } else if (body.p > c->p) {
        t->named = (unsigned) header_comments(c, &body, &sure);

    } else {
        t->named = 0;
    }

    header_said(t, c, from, sure);
}
