/*
 * What the training rows say of columns: which are left out, which numbers are
 * codes, which categories have an order.  Where looks leave two readings, the
 * targets decide, out of fold.
 * Not here: what a column looks like (roles_look.c), and how values are judged
 * (decide_order.c).
 */

#include <stdio.h>
#include <string.h>

#include "decide.h"
#include "util.h"


#define DECIDE_ROWS    20000        /* of a sample, */
#define DECIDE_FEW     1000         /*     and of a table of many columns, */
#define DECIDE_CELLS   10000000     /*     where that many numbers are seen */

/* What texts must tell of what other columns leave: names, and texts of some
 * words, for which one knows beforehand; and more slots of what fewer leave */
#define DECIDE_TEXT        0.01
#define DECIDE_TEXT_SURE   3
#define DECIDE_TEXT_MORE   0.01
#define DECIDE_TEXT_SURE_MORE  2
#define DECIDE_WORDS       4        /* a value, on average */
#define DECIDE_LOOKED      10000    /* different values that looks know of */
#define DECIDE_BYTES       1000000  /* of a sample of texts, */
#define DECIDE_TEXTS       10000    /*     and its rows */
#define DECIDE_NUMBERS     20000000     /* of all rows with so many slots, or
                                           twice as many with half of them */


static const char  decide_id[] = "an id: all values differ";


/* Texts: do they tell what other columns do not, in how many slots? */

static void
decide_text(train_column_t *c, const train_table_t *t,
    const train_sample_t *s, const float *base, size_t n)
{
    size_t             more;
    double             words;
    train_text_told_t  told;

    more = (n <= DECIDE_NUMBERS / TRAIN_PIECES_MORE) ? TRAIN_PIECES_MORE
                                                     : TRAIN_PIECES_MORE / 2;
    train_text_told(s, base, c, TRAIN_PIECES, more, &told);
    words = (double) c->seen.words / (double) (c->seen.filled
                                               + !c->seen.filled);

    if (t->hash == 0 && n <= 2 * DECIDE_NUMBERS / more
        && told.better > DECIDE_TEXT_MORE
        && told.sure_better > DECIDE_TEXT_SURE_MORE)
    {
        c->slots = more;
        told.share = told.share_more;
        told.sure = told.sure_more;
    }

    if (c->was_why == NULL) {
        c->was_why = train_strdup(c->why);
        c->was_role = c->role;
    }

    if (words >= DECIDE_WORDS ? told.share > 0
                              : told.share > DECIDE_TEXT
                                && told.sure > DECIDE_TEXT_SURE)
    {
        train_decide_set(c, c->role, "%.120s; they tell %.1f %% of what "
                         "other columns leave", c->was_why, 100 * told.share);
        return;
    }

    c->slots = 0;

    if (c->unlike) {
        train_decide_set(c, TRAIN_ROLE_IGNORE, "%s", decide_id);
        return;
    }

    train_decide_set(c, TRAIN_ROLE_IGNORE, "%.100s, which tell nothing that "
                     "other columns do not (--columns %.64s=text)", c->was_why,
                     c->name);
}


static void
decide_texts(train_data_t *d, const uint32_t *row, size_t n, uint64_t seed)
{
    float           *base;
    size_t           i, bytes, most;
    train_table_t   *t = d->table;
    train_column_t  *c;
    train_sample_t   s;

    bytes = 0;

    for (i = 0; i < t->n; i++) {
        c = &t->columns[i];

        if (c->role == TRAIN_ROLE_TEXT && !c->forced) {
            most = c->seen.bytes / (c->seen.filled + !c->seen.filled) + 1;
            bytes = (most > bytes) ? most : bytes;
        }
    }

    if (bytes == 0) {
        return;
    }

    most = DECIDE_BYTES / bytes;
    most = (most < DECIDE_FEW) ? DECIDE_FEW
           : (most > DECIDE_TEXTS) ? DECIDE_TEXTS : most;
    train_sample_make(&s, d, row, n, most, seed);
    base = (s.n >= TRAIN_DECIDE_LEAST && s.out > 0) ? train_text_base(&s)
                                                    : NULL;

    for (i = 0; i < t->n; i++) {
        c = &t->columns[i];

        if (c->role != TRAIN_ROLE_TEXT || c->forced) {
            continue;
        }

        if (base != NULL) {
            decide_text(c, t, &s, base, n);

        } else if (c->unlike) {
            train_decide_set(c, TRAIN_ROLE_IGNORE, "%s", decide_id);
        }
    }

    train_free(base);
    train_sample_free(&s);
}


/* More different values than the first look keeps: hardly any comes again, and
 * pieces of them may tell what values cannot */

static void
decide_unlike(train_column_t *c)
{
    if (c->dict.n > DECIDE_LOOKED && c->dict.n > c->seen.filled / 2
        && c->format.compare != MAAS_COMPARE_NUMBER
        && c->format.compare != MAAS_COMPARE_BOOLEAN)
    {
        train_decide_set(c, TRAIN_ROLE_TEXT, "%zu different texts in %zu rows",
                         c->dict.n, c->seen.filled);
    }
}


/* New places, in the order of the file; 0: no column is left */

static size_t
decide_places(train_table_t *t)
{
    size_t  i, n;

    for (i = 0, n = 0; i < t->n; i++) {
        if (train_role_is_field(t->columns[i].role)) {
            t->columns[i].place = n++;
        }
    }

    return n;
}


static void
decide_column(train_data_t *d, size_t i, const train_sample_t *s,
    uint64_t *print, uint32_t *code, const uint32_t *row, size_t n)
{
    char             why[TRAIN_WHY];
    train_column_t  *c;

    c = &d->table->columns[i];

    if (!train_role_is_field(c->role)) {
        return;
    }

    print[i] = train_column_print(c, row, n);

    if (c->forced) {
        return;
    }

    if (train_column_same(d->table, print, i, row, n, why)) {
        train_decide_set(c, TRAIN_ROLE_IGNORE, "%.200s", why);

    } else if (c->role == TRAIN_ROLE_NUMBER) {
        train_decide_number(d, c, s, code, row, n);

    } else if (c->role == TRAIN_ROLE_CATEGORY) {
        decide_unlike(c);

        if (c->role == TRAIN_ROLE_CATEGORY) {
            train_decide_values(c, s, code, row, n);
        }
    }
}


void
train_columns_decide(train_data_t *d, const uint32_t *row, size_t n,
    uint64_t seed)
{
    size_t           i, most;
    uint32_t        *code;
    uint64_t        *print;
    train_table_t   *t = d->table;
    train_sample_t   s;

    if (t == NULL || n == 0 || d->input != MAAS_INPUT_COLUMNS) {
        return;
    }

    train_decide_undo(t);
    most = DECIDE_CELLS / (t->n + 1) / ((d->out < 8) ? d->out + !d->out : 8);
    most = (most < DECIDE_FEW) ? DECIDE_FEW
           : (most > DECIDE_ROWS) ? DECIDE_ROWS : most;
    train_sample_make(&s, d, row, n, most, seed);
    code = train_alloc(s.n, sizeof(uint32_t));
    print = train_alloc(t->n, sizeof(uint64_t));

    for (i = 0; i < t->n; i++) {
        decide_column(d, i, &s, print, code, row, n);
    }

    train_free(code);
    train_free(print);
    train_sample_free(&s);
    decide_texts(d, row, n, seed);

    if (decide_places(t) == 0) {
        train_decide_undo(t);           /* something must be there */

        for (i = 0; i < t->n && (!train_role_is_field(t->columns[i].role)
                                 || t->columns[i].unlike); i++)
        {
            /* void */
        }

        if (i == t->n) {
            train_die("%s:1: nothing but a target and ids: expected columns to "
                      "learn from beside the target", d->path);
        }
    }

    train_table_fields(d);
}
