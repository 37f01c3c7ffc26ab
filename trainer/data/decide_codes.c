/*
 * What values say of a column: numbers that are codes, categories whose values
 * have an order.  Where looks leave two readings, the targets decide, out of
 * fold.
 * Not here: how values are judged (decide_order.c), and which orders are known
 * (decide_scale.c).
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "decide.h"
#include "util.h"


#define CODES_MOST    4096         /* values that have a place of their own */
#define CODES_EXACT   16777216.0f  /* 2^24: floats skip whole numbers */
#define CODES_MIDDLE  5            /* values, from which on order may matter */
#define CODES_REPEAT  3            /* rows of a value, on average */

/* What values must tell beyond their order: a share of the variance, a share of
 * what the order tells, and in deviations of the difference; and the same where
 * the name says that they are codes */
#define CODES_GAIN    0.005
#define CODES_SHARE   0.1
#define CODES_SURE    4
#define CODES_GAIN_NAMED  0.001
#define CODES_SURE_NAMED  2


/* A name such as zip, area_code or shopType: the last word tells */

static int
codes_is_name(const char *name)
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
codes_tell(const train_told_t *told, int named)
{
    double  gain;

    gain = told->values - told->order;

    return named ? gain > CODES_GAIN_NAMED && told->sure > CODES_SURE_NAMED
                 : gain > CODES_GAIN && told->sure > CODES_SURE
                   && gain > CODES_SHARE * told->order;
}


/* code(n) of whole numbers, by size; how many there are, 0: they are no whole
 * numbers, or lost digits */

static size_t
codes_number_codes(const train_sample_t *s, const train_column_t *c,
    uint32_t *code)
{
    float   *v, x, *at;
    size_t   i, n, k;

    v = train_alloc(s->n + 1, sizeof(float));

    for (i = 0, n = 0; i < s->n; i++) {
        x = c->number[s->row[i]];

        if (!isnan(x)) {
            if (x < floorf(x) || x > floorf(x) || fabsf(x) >= CODES_EXACT) {
                train_free(v);
                return 0;
            }

            v[n++] = x;
        }
    }

    qsort(v, n, sizeof(float), train_by_float);

    for (i = 0, k = 0; i < n; i++) {
        if (k == 0 || v[i] > v[k - 1]) {
            v[k++] = v[i];
        }
    }

    for (i = 0; i < s->n; i++) {
        x = c->number[s->row[i]];
        at = isnan(x) ? NULL : bsearch(&x, v, k, sizeof(float),
                                       train_by_float);
        code[i] = (at != NULL) ? (uint32_t) (at - v) : TRAIN_DECIDE_NONE;
    }

    train_free(v);

    return k;
}


/* Codes by their name, of which there are too many to learn from each: one that
 * tells nothing by its order either is an id */

static void
codes_many(train_column_t *c, const train_sample_t *s, const uint32_t *code,
    size_t k)
{
    train_told_t  told;

    train_order_told(s, code, k, &told);

    if (!(told.order > 0) && !(told.values > 0)) {
        train_decide_set(c, TRAIN_ROLE_IGNORE, "an id: neither values nor "
                         "their order tell anything of the target (--columns "
                         "%.64s=number)", c->name);
    }
}


/* Numbers: amounts, codes, or such that count the rows */

void
train_decide_number(const train_data_t *d, train_column_t *c,
    const train_sample_t *s,
    uint32_t *code, const uint32_t *row, size_t n)
{
    int           named;
    size_t        k;
    train_told_t  told;

    k = (c->format.decimal == '\0' && c->format.thousands == '\0'
         && c->format.n_units == 0) ? codes_number_codes(s, c, code) : 0;

    if (k == s->n && train_column_counts(d, c, row, n)) {
        train_decide_set(c, TRAIN_ROLE_IGNORE, "counts the rows of the file");
        return;
    }

    if (k < CODES_MIDDLE || s->n < TRAIN_DECIDE_LEAST) {
        return;
    }

    named = codes_is_name(c->name);

    if (k > CODES_MOST || k > s->n / CODES_REPEAT) {
        if (named) {
            codes_many(c, s, code, k);
        }

        return;
    }

    train_order_told(s, code, k, &told);

    if (codes_tell(&told, named)) {
        train_decide_set(c, TRAIN_ROLE_CATEGORY, "a code: values tell %.1f %% "
                         "of the target, their order %.1f %% (--columns "
                         "%.64s=number)", 100 * fmax(told.values, 0),
                         100 * fmax(told.order, 0), c->name);
        train_decide_category(c, d->rows);
    }
}


/* "low, medium, high" behind what is said already */

static void
codes_say_order(train_column_t *c, const char *const *text, size_t k)
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
    train_decide_set(c, c->role, "%.100s; in order: %s", c->was_why, some);
}


/* Does an order that may mean nothing tell about all that values do? */

static int
codes_order_tells(const train_told_t *told)
{
    return told->order > CODES_GAIN
           && told->values - told->order <= CODES_SHARE * told->order;
}


/* A category: do its values have an order, and do they say no more without? */

void
train_decide_values(train_column_t *c, const train_sample_t *s, uint32_t *code,
    const uint32_t *row, size_t n)
{
    char         **text;
    size_t         i, k;
    uint32_t      *place, *of, *rank;
    const char   **sorted;
    train_told_t   told;
    train_order_t  order;

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

    order = train_scale_known(text, k, rank);

    if (order != TRAIN_ORDER_NONE) {
        for (i = 0; i < s->n; i++) {
            code[i] = c->id[s->row[i]] > 0 ? rank[place[c->id[s->row[i]]] - 1]
                                           : TRAIN_DECIDE_NONE;
        }

        train_order_told(s, code, k, &told);

        if (order == TRAIN_ORDER_KNOWN ? !codes_tell(&told, 0)
                                       : codes_order_tells(&told))
        {
            c->rank = train_alloc(c->dict.n, sizeof(uint32_t));
            c->ordered = 1;
            (void) memset(c->rank, 0xff, c->dict.n * sizeof(uint32_t));

            for (i = 0; i < k; i++) {
                c->rank[of[i]] = rank[i];
                sorted[rank[i]] = text[i];
            }

            codes_say_order(c, sorted, k);
        }
    }

    train_free(place);
    train_free(of);
    train_free(text);
    train_free(rank);
    train_free(sorted);
}
