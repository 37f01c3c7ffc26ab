/*
 * What the training rows say of columns: which are left out, which numbers are
 * codes, which categories have an order.  Where looks leave two readings, the
 * targets decide, out of fold.
 * What a column looks like is in roles_look.c; how values are judged in
 * decide_order.c.
 */

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "decide.h"
#include "util.h"


#define DECIDE_ROWS    20000        /* of a sample, */
#define DECIDE_FEW     1000         /*     and of a table of many columns, */
#define DECIDE_CELLS   10000000     /*     where that many numbers are seen */
#define DECIDE_LEAST   50           /* rows that say something */
#define DECIDE_CODES   4096         /* values that have a place of their own */
#define DECIDE_EXACT   16777216.0f  /* 2^24: floats skip whole numbers */
#define DECIDE_MIDDLE  5            /* values, from which on order may matter */
#define DECIDE_REPEAT  3            /* rows of a value, on average */

/* What values must tell beyond their order: a share of the variance, a share of
 * what the order tells, and in deviations of the difference; and the same where
 * the name says that they are codes */
#define DECIDE_GAIN    0.005
#define DECIDE_SHARE   0.1
#define DECIDE_SURE    4
#define DECIDE_GAIN_NAMED  0.001
#define DECIDE_SURE_NAMED  2

/* What texts must tell of what other columns leave: names, and texts of some
 * words, for which one knows beforehand; and more slots of what fewer leave */
#define DECIDE_TEXT        0.01
#define DECIDE_TEXT_SURE   3
#define DECIDE_TEXT_MORE   0.01
#define DECIDE_TEXT_SURE_MORE  2
#define DECIDE_WORDS       4        /* a value, on average */
#define DECIDE_BYTES       1000000  /* of a sample of texts, */
#define DECIDE_TEXTS       10000    /*     and its rows */
#define DECIDE_NUMBERS     100000000    /* of all rows with more slots */


static void __attribute__((format(printf, 3, 4)))
decide_set(train_column_t *c, train_role_t role, const char *fmt, ...)
{
    va_list  args;

    if (c->was_why == NULL) {
        c->was_why = train_strdup(c->why);
        c->was_role = c->role;
    }

    c->role = role;
    va_start(args, fmt);
    (void) vsnprintf(c->why, sizeof(c->why), fmt, args);
    va_end(args);
}


/* A name such as zip, area_code or shopType: the last word tells */

static int
decide_is_code_name(const char *name)
{
    size_t                    i, n, at;
    static const char *const  words[] = {
        "zip", "zipcode", "postcode", "postal", "plz", "code", "codes", "id",
        "ids", "type", "class", "category", "cat", "group", "area", "region",
        "sector", "naics", "sic", "fips", "kind", "key", "cluster", "segment",
        "branch", "store", "shop", "channel", "district", "zone"
    };

    n = strlen(name);

    for (i = 0; i < train_nelts(words); i++) {
        at = n - strlen(words[i]);

        if (strlen(words[i]) <= n && strcasecmp(name + at, words[i]) == 0
            && (at == 0 || strchr("_- .", name[at - 1]) != NULL
                || (name[at] >= 'A' && name[at] <= 'Z'
                    && name[at - 1] >= 'a' && name[at - 1] <= 'z')))
        {
            return 1;
        }
    }

    return 0;
}


/* Do they say so much more than their order? */

static int
decide_are_codes(const train_told_t *told, int named)
{
    double  gain;

    gain = told->values - told->order;

    return named ? gain > DECIDE_GAIN_NAMED && told->sure > DECIDE_SURE_NAMED
                 : gain > DECIDE_GAIN && told->sure > DECIDE_SURE
                   && gain > DECIDE_SHARE * told->order;
}


static int
decide_compare(const void *a, const void *b)
{
    float  x = *(const float *) a, y = *(const float *) b;

    return (x > y) - (x < y);
}


/* code(n) of whole numbers, by size; how many there are, 0: they are no whole
 * numbers, or lost digits */

static size_t
decide_number_codes(const train_sample_t *s, const train_column_t *c,
    uint32_t *code)
{
    float   *v, x, *at;
    size_t   i, n, k;

    v = train_alloc(s->n + 1, sizeof(float));

    for (i = 0, n = 0; i < s->n; i++) {
        x = c->number[s->row[i]];

        if (!isnan(x)) {
            if (x < floorf(x) || x > floorf(x) || fabsf(x) >= DECIDE_EXACT) {
                train_free(v);
                return 0;
            }

            v[n++] = x;
        }
    }

    qsort(v, n, sizeof(float), decide_compare);

    for (i = 0, k = 0; i < n; i++) {
        if (k == 0 || v[i] > v[k - 1]) {
            v[k++] = v[i];
        }
    }

    for (i = 0; i < s->n; i++) {
        x = c->number[s->row[i]];
        at = isnan(x) ? NULL : bsearch(&x, v, k, sizeof(float),
                                       decide_compare);
        code[i] = (at != NULL) ? (uint32_t) (at - v) : TRAIN_DECIDE_NONE;
    }

    train_free(v);

    return k;
}


/* From numbers to their texts */

static void
decide_category(train_column_t *c, size_t rows)
{
    char    text[MAAS_NUMBER_TEXT];
    size_t  i, len;

    c->was_number = c->number;
    c->number = NULL;
    c->id = train_alloc(rows, sizeof(uint32_t));

    for (i = 0; i < rows; i++) {
        if (!isnan(c->was_number[i])) {
            len = maas__field_print((double) c->was_number[i], text);
            c->id[i] = train_dict_put(&c->dict, text, len) + 1;
        }
    }

    c->format.compare = MAAS_COMPARE_NUMBER;
    c->format.kind = MAAS_FIELD_CATEGORY;
}


/* Numbers: amounts, codes, or such that count the rows */

static void
decide_number(train_data_t *d, train_column_t *c, const train_sample_t *s,
    uint32_t *code, const uint32_t *row, size_t n)
{
    int           named;
    size_t        k;
    train_told_t  told;

    k = (c->format.decimal == '\0' && c->format.thousands == '\0'
         && c->format.n_units == 0) ? decide_number_codes(s, c, code) : 0;

    if (k == s->n && train_column_counts(d, c, row, n)) {
        decide_set(c, TRAIN_ROLE_IGNORE, "counts the rows of the file");
        return;
    }

    if (k < DECIDE_MIDDLE || k > DECIDE_CODES || k > s->n / DECIDE_REPEAT
        || s->n < DECIDE_LEAST)
    {
        return;
    }

    named = decide_is_code_name(c->name);
    train_order_told(s, code, k, &told);

    if (decide_are_codes(&told, named)) {
        decide_set(c, TRAIN_ROLE_CATEGORY, "a code: values tell %.1f %% of the "
                   "target, their order %.1f %% (--columns %.64s=number)",
                   100 * fmax(told.values, 0), 100 * fmax(told.order, 0),
                   c->name);
        decide_category(c, d->rows);
    }
}


/* "low, medium, high" behind what is said already */

static void
decide_say_order(train_column_t *c, const char *const *text, size_t k)
{
    char    some[120];
    size_t  i, n, len;

    some[0] = '\0';

    for (i = 0, n = 0; i < k; i++) {
        len = strlen(text[i]);

        if (len + 8 > sizeof(some) - n) {
            n += (size_t) snprintf(some + n, sizeof(some) - n, ", ...");
            break;
        }

        n += (size_t) snprintf(some + n, sizeof(some) - n, "%s%s",
                               i ? ", " : "", text[i]);
    }

    c->was_why = train_strdup(c->why);
    c->was_role = c->role;
    decide_set(c, c->role, "%.100s; in order: %s", c->was_why, some);
}


/* A category: do its values have an order, and do they say no more without? */

static void
decide_values(train_column_t *c, const train_sample_t *s, uint32_t *code,
    const uint32_t *row, size_t n)
{
    char         **text;
    size_t         i, k;
    uint32_t      *place, *of, *rank;
    const char   **sorted;
    train_told_t   told;

    place = train_alloc(c->dict.n + 1, sizeof(uint32_t));
    of = train_alloc(c->dict.n + 1, sizeof(uint32_t));
    text = train_alloc(c->dict.n + 1, sizeof(char *));
    k = 0;

    for (i = 0; i < n; i++) {
        if (c->id[row[i]] > 0 && place[c->id[row[i]]] == 0) {
            of[k] = c->id[row[i]] - 1;
            text[k] = c->dict.text[of[k]];
            k++;
            place[c->id[row[i]]] = (uint32_t) k;
        }
    }

    rank = train_alloc(k + 1, sizeof(uint32_t));
    sorted = train_alloc(k + 1, sizeof(char *));

    if (train_scale_known(text, k, rank)) {
        for (i = 0; i < s->n; i++) {
            code[i] = c->id[s->row[i]] > 0 ? rank[place[c->id[s->row[i]]] - 1]
                                           : TRAIN_DECIDE_NONE;
        }

        train_order_told(s, code, k, &told);

        if (!decide_are_codes(&told, 0)) {
            c->rank = train_alloc(c->dict.n, sizeof(uint32_t));
            c->ordered = 1;
            (void) memset(c->rank, 0xff, c->dict.n * sizeof(uint32_t));

            for (i = 0; i < k; i++) {
                c->rank[of[i]] = rank[i];
                sorted[rank[i]] = text[i];
            }

            decide_say_order(c, sorted, k);
        }
    }

    train_free(place);
    train_free(of);
    train_free(text);
    train_free(rank);
    train_free(sorted);
}


/* Texts: do they tell what other columns do not, in how many slots? */

static void
decide_text(train_column_t *c, const train_table_t *t,
    const train_sample_t *s, const float *base, size_t n)
{
    double             words;
    train_text_told_t  told;

    train_text_told(s, base, c, TRAIN_PIECES, TRAIN_PIECES_MORE, &told);
    words = (double) c->seen.words / (double) (c->seen.filled
                                               + !c->seen.filled);

    if (t->hash == 0 && n <= DECIDE_NUMBERS / TRAIN_PIECES_MORE
        && told.better > DECIDE_TEXT_MORE
        && told.sure_better > DECIDE_TEXT_SURE_MORE)
    {
        c->slots = TRAIN_PIECES_MORE;
        told.share = told.share_more;
        told.sure = told.sure_more;
    }

    c->was_why = train_strdup(c->why);
    c->was_role = c->role;

    if (words >= DECIDE_WORDS ? told.share > 0
                              : told.share > DECIDE_TEXT
                                && told.sure > DECIDE_TEXT_SURE)
    {
        decide_set(c, c->role, "%.120s; they tell %.1f %% of what other "
                   "columns leave", c->was_why, 100 * told.share);
        return;
    }

    c->slots = 0;
    decide_set(c, TRAIN_ROLE_IGNORE, "%.100s, which tell nothing that other "
               "columns do not (--columns %.64s=text)", c->was_why, c->name);
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
    base = (s.n >= DECIDE_LEAST && s.out > 0) ? train_text_base(&s) : NULL;

    for (i = 0; base != NULL && i < t->n; i++) {
        c = &t->columns[i];

        if (c->role == TRAIN_ROLE_TEXT && !c->forced) {
            decide_text(c, t, &s, base, n);
        }
    }

    train_free(base);
    train_sample_free(&s);
}


/* As it was by its looks */

static void
decide_undo(train_table_t *t)
{
    size_t           i;
    train_column_t  *c;

    for (i = 0; i < t->n; i++) {
        c = &t->columns[i];
        c->place = t->decided ? c->was_place : c->place;
        c->was_place = c->place;

        if (c->was_why == NULL) {
            continue;
        }

        (void) snprintf(c->why, sizeof(c->why), "%s", c->was_why);
        c->role = c->was_role;
        train_free(c->was_why);
        train_free(c->rank);
        c->was_why = NULL;
        c->rank = NULL;
        c->ordered = 0;
        c->slots = 0;

        if (c->was_number != NULL) {
            train_free(c->id);
            train_dict_free(&c->dict);
            c->id = NULL;
            c->number = c->was_number;
            c->was_number = NULL;
            c->format.compare = (maas_compare_t) 0;
            c->format.kind = MAAS_FIELD_NUMBER;
        }
    }

    t->decided = 1;
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
        decide_set(c, TRAIN_ROLE_IGNORE, "%.200s", why);

    } else if (c->role == TRAIN_ROLE_NUMBER) {
        decide_number(d, c, s, code, row, n);

    } else if (c->role == TRAIN_ROLE_CATEGORY) {
        decide_values(c, s, code, row, n);
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

    decide_undo(t);
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
        t->decided = 1;
        decide_undo(t);                 /* something must be there */
    }

    train_table_fields(d);
}


/* What was decided of column `as` */

static void
decide_follow(train_column_t *c, const train_column_t *as, size_t rows)
{
    c->place = as->place;

    if (as->was_why == NULL) {
        return;
    }

    decide_set(c, as->role, "%s", as->why);

    if (as->was_number != NULL) {
        decide_category(c, rows);
    }
}


void
train_columns_follow(const train_data_t *d, train_data_t *other)
{
    size_t                 i, *at;
    train_column_t        *c;
    const train_table_t   *t = d->table;

    if (t == NULL || !t->decided || other->table == NULL) {
        return;
    }

    at = train_alloc(t->n, sizeof(size_t));
    decide_undo(other->table);

    for (i = 0; i < t->n; i++) {
        if (train_role_is_field(t->columns[i].was_why != NULL
                                ? t->columns[i].was_role
                                : t->columns[i].role))
        {
            at[t->columns[i].was_place] = i;
        }
    }

    for (i = 0; i < other->table->n; i++) {
        c = &other->table->columns[i];

        if (train_role_is_field(c->role)) {
            decide_follow(c, &t->columns[at[c->place]], other->rows);
        }
    }

    train_free(at);

    for (i = 0; i < other->n_columns; i++) {
        train_free(other->columns[i]);
    }

    train_free(other->columns);
    train_free(other->fields);
    other->n_columns = d->n_columns;
    other->columns = train_alloc(d->n_columns + 1, sizeof(char *));
    other->fields = train_alloc(d->n_columns + 1, sizeof(maas_field_t));

    for (i = 0; i < d->n_columns; i++) {
        other->columns[i] = train_strdup(d->columns[i]);
        other->fields[i] = d->fields[i];
        other->fields[i].name = other->columns[i];
    }
}
