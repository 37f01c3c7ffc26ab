/*
 * Which byte separates the fields of a CSV text, by its first rows.
 * Not here: names and kinds of columns, which fits() knows.
 */

#include "maas_csv_text.h"

#include <string.h>


#define GUESS_ROWS   50
#define GUESS_BYTES  65536         /* at most so many are looked at */
#define GUESS_FIRST  3             /* rows that must fit */

static const char  guess_bytes[] = { ',', ';', '\t', '|', ' ' };


/* What comes of one separator */

typedef struct {
    unsigned  rows;
    unsigned  agree;               /* rows with the most common number of
                                      fields */
    size_t    fields;              /* which is this */
    size_t    first;               /* that of the first */
    size_t    all;                 /* fields of all rows, */
    size_t    numbers;             /*     of which numbers */
} guess_t;


/* Does s[0..len) begin with a sign as stands beside numbers, such as those of
 * currencies, or a blank?  U+0080 to U+00BF, U+2000 to U+2FFF: no letters. */

static int
guess_sign(const char *s, size_t len)
{
    return (len >= 2 && s[0] == '\xc2') || (len >= 3 && s[0] == '\xe2');
}


int
maas__csv_numeric(const char *s, size_t len)
{
    size_t       i, digits, others;
    const char  *marks = " .,+-eE'_$%:/()";

    digits = 0;
    others = 0;

    for (i = 0; i < len; i++) {
        if (s[i] >= '0' && s[i] <= '9') {
            digits++;

        } else if (guess_sign(s + i, len - i)) {
            others++;
            i += s[i] == '\xc2' ? 1 : 2;

        } else if (s[i] == '\0' || strchr(marks, s[i]) == NULL) {
            others++;                  /* such as "EUR" */
        }
    }

    return digits > 0 && others <= 3 && others < digits + 1;
}


/* A number as a field has it: with a point or a comma, but nothing else */

static int
guess_number(maas_str_t s)
{
    size_t  i, digits, marks;

    digits = 0;
    marks = 0;

    for (i = 0; i < s.len; i++) {
        if (s.data[i] >= '0' && s.data[i] <= '9') {
            digits++;

        } else if (s.data[i] == '.' || s.data[i] == ',') {
            marks++;

        } else if (memchr("+-eE", s.data[i], 4) == NULL) {
            return 0;
        }
    }

    return digits > 0 && marks <= 1;
}


/* Fields of the row at *c, which moves on; 0: a bad one */

static size_t
guess_row(maas_csv_t *c, guess_t *g)
{
    size_t            n;
    maas_csv_field_t  f;

    n = 0;

    do {
        if (maas__csv_next(c, &f) != NULL) {
            return 0;
        }

        n++;
        g->numbers += (size_t) guess_number(f.s);
    } while (!f.last);

    g->all += n;

    return n;
}


static void
guess_count(const maas_csv_t *from, char by, guess_t *g)
{
    size_t      n, i, k, seen[GUESS_ROWS];
    unsigned    agree;
    maas_csv_t  c, row;

    memset(g, 0, sizeof(guess_t));
    c = *from;
    c.by = by;

    while (g->rows < GUESS_ROWS && c.p - from->p < GUESS_BYTES
           && maas__csv_row(&c))
    {
        row = c;
        n = guess_row(&c, g);

        if (n == 0) {
            c = row;
            maas__csv_pass(&c);
        }

        seen[g->rows++] = n;
    }

    g->first = g->rows > 0 ? seen[0] : 0;

    for (i = 0; i < g->rows; i++) {
        agree = 0;

        for (k = 0; k < g->rows; k++) {
            agree += seen[k] == seen[i];
        }

        if (seen[i] > 0 && agree > g->agree) {
            g->agree = agree;
            g->fields = seen[i];
        }
    }
}


/* Is a better than b?  Each has two fields or more. */

static int
guess_better(const guess_t *a, const guess_t *b)
{
    size_t  x, y;

    x = (size_t) a->agree * b->rows;
    y = (size_t) b->agree * a->rows;

    if (x != y) {
        return x > y;
    }

    return a->numbers * b->all > b->numbers * a->all;
}


char
maas__csv_guess(const maas_csv_t *c, char hint)
{
    char      best;
    size_t    i;
    guess_t   g, found;

    best = hint != '\0' ? hint : ',';
    guess_count(c, best, &found);
    found.agree = found.fields < 2 ? 0 : found.agree;

    for (i = 0; i < sizeof(guess_bytes) - 1; i++) {
        guess_count(c, guess_bytes[i], &g);

        if (g.fields >= 2
            && (found.agree == 0 || guess_better(&g, &found)))
        {
            best = guess_bytes[i];
            found = g;
        }
    }

    if (found.agree == 0) {
        guess_count(c, ' ', &g);

        /* R's names are one fewer */

        if (g.fields >= 2 && (g.agree == g.rows
                              || (g.agree + 1 == g.rows && g.agree > 1
                                  && g.first + 1 == g.fields)))
        {
            return ' ';
        }
    }

    return best;
}


static int
guess_fits(const maas_csv_t *from, char by, maas_csv_fits_pt fits, void *data)
{
    unsigned    n;
    maas_csv_t  c;

    c = *from;
    c.by = by;

    for (n = 0; n < GUESS_FIRST && maas__csv_row(&c); n++) {
        if (!fits(data, &c, n == 0) || !maas__csv_pass_row(&c)) {
            return 0;
        }
    }

    return n > 0;
}


char
maas__csv_choose(const maas_csv_t *c, char hint, maas_csv_fits_pt fits,
    void *data)
{
    size_t  i;

    if (hint != '\0' && guess_fits(c, hint, fits, data)) {
        return hint;
    }

    for (i = 0; i < sizeof(guess_bytes) - 1; i++) {
        if (guess_fits(c, guess_bytes[i], fits, data)) {
            return guess_bytes[i];
        }
    }

    return maas__csv_guess(c, hint) == ' ' && guess_fits(c, ' ', fits, data)
           ? ' ' : '\0';
}
