/*
 * Columns that need no test, among the training rows: the same value in all of
 * them, the same values as another column, numbers of rows.
 * Not here: what becomes of such a column (decide.c).
 */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "decide.h"
#include "util.h"


#define SAME_FEW   20               /* rows that count nothing */
#define SAME_REPEATED  3            /* rows of a value, on average */
#define SAME_STEP  3                /* numbers a row, at most, that count */


/* Is the value the same in both rows? */

static int
same_in_rows(const train_column_t *c, size_t a, size_t b)
{
    if (c->number == NULL) {
        return c->id[a] == c->id[b];
    }

    return isnan(c->number[a]) ? isnan(c->number[b])
                               : c->number[a] <= c->number[b]
                                 && c->number[a] >= c->number[b];
}


/* A number for each text.  Values of a category, of which there are few, by
 * when they come: other words for the same say the same.  Else by what is
 * written: where all texts differ, they would be the same as any that do. */

static uint32_t *
same_words(const train_column_t *c, const uint32_t *row, size_t n)
{
    size_t     i, seen;
    uint32_t  *word;

    word = train_alloc(c->dict.n + 1, sizeof(uint32_t));
    seen = 0;

    for (i = 0; i < n; i++) {
        if (c->id[row[i]] > 0 && word[c->id[row[i]]] == 0) {
            word[c->id[row[i]]] = (uint32_t) ++seen;
        }
    }

    if (c->role == TRAIN_ROLE_CATEGORY && seen <= n / SAME_REPEATED) {
        return word;
    }

    for (i = 0; i < c->dict.n; i++) {
        word[i + 1] = maas__field_hash(c->dict.text[i],
                                       strlen(c->dict.text[i]));
    }

    return word;
}


uint64_t
train_column_print(const train_column_t *c, const uint32_t *row, size_t n)
{
    float      x;
    size_t     i;
    uint32_t   bits, *word;
    uint64_t   print;

    print = (uint64_t) c->role;
    word = (c->number == NULL) ? same_words(c, row, n) : NULL;

    for (i = 0; i < n; i++) {
        if (word != NULL) {
            bits = word[c->id[row[i]]];

        } else {
            x = c->number[row[i]] + 0.0f;           /* of -0, too */
            (void) memcpy(&bits, &x, sizeof(bits));
            bits = isnan(x) ? UINT32_MAX : bits;
        }

        print = train_rng_mix(print + bits);
    }

    train_free(word);

    return print;
}


/* The same print is the same column, or a chance of 2^-64 for each pair */

int
train_column_same(const train_table_t *t, const uint64_t *print, size_t i,
    const uint32_t *row, size_t n, char *why)
{
    size_t                 j;
    const train_column_t  *c;

    c = &t->columns[i];

    for (j = 1; j < n && same_in_rows(c, row[0], row[j]); j++) {
        /* another row */
    }

    if (j == n) {
        (void) snprintf(why, TRAIN_WHY, "the same in all rows of the training");
        return 1;
    }

    for (j = 0; j < i; j++) {
        if (print[j] == print[i] && train_role_is_field(t->columns[j].role)) {
            (void) snprintf(why, TRAIN_WHY, "says the same as \"%.64s\"",
                            t->columns[j].name);
            return 1;
        }
    }

    return 0;
}


int
train_column_counts(const train_data_t *d, const train_column_t *c,
    const uint32_t *row, size_t n)
{
    int       up, down;
    size_t    i, last, first;
    uint8_t  *is;
    double    v, before;

    if (n < SAME_FEW || c->number == NULL) {
        return 0;
    }

    is = train_alloc(d->rows, 1);

    for (i = 0; i < n; i++) {
        is[row[i]] = 1;
    }

    up = 1;
    down = 1;
    first = d->rows;
    last = 0;
    before = 0;

    for (i = 0; i < d->rows && (up || down); i++) {
        if (!is[i]) {
            continue;
        }

        v = (double) c->number[i];

        if (isnan(v) || v < floor(v)) {
            up = 0;
            down = 0;
        }

        if (first < d->rows) {
            up &= (v > before);
            down &= (v < before);
        } else {
            first = i;
        }

        before = v;
        last = i;
    }

    train_free(is);

    return (up || down)
           && fabs(before - (double) c->number[first])
              <= SAME_STEP * (double) (last - first);
}
