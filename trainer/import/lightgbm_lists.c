/*
 * pandas_categorical, the categories that a data frame had, -> the columns that
 * they are of.  The file has the lists in the order of columns, but not whose
 * they are.
 * Not here: columns of numbers.
 */

#include "lightgbm.h"
#include "import_columns.h"
#include "field/maas_field.h"
#include "text/maas_json.h"

#include <math.h>
#include <string.h>


#define LIGHTGBM_FEW  3                /* values of a list that are told */

typedef struct {
    size_t           n;
    const char     **values;
    maas_compare_t   compare;
} lightgbm_categories_t;

/* What training saw of a feature: `none`, `[min:max]`, or categories. */

typedef struct {
    int              category;
    int              whole;            /* codes, as far as one can see */
    double           max;              /* -1: nothing was seen */
} lightgbm_seen_t;


/* One value, as it is compared, or a sentence */

static maas_status_t
lightgbm_value(train_lightgbm_t *r, maas_json_t *j, size_t list,
    maas_compare_t *compare, const char **out)
{
    char           buf[MAAS_CANONICAL];
    size_t         len;
    unsigned       flag;
    maas_str_t     raw;
    const char    *s, *end;
    maas_status_t  rc;

    s = buf;

    if (j->p < j->end && *j->p == '"') {
        rc = maas__json_string(j, &raw, r->err);
        if (rc != MAAS_OK) {
            return rc;
        }

        *compare = MAAS_COMPARE_TEXT;
        s = train_import_alloc(r->m, raw.len + 1, 1);
        if (s == NULL) {
            return TRAIN_LIGHTGBM_OOM(r);
        }

        len = maas__json_text(raw, (char *) s);

    } else if (j->p < j->end && (*j->p == 't' || *j->p == 'f')) {
        rc = maas__json_bool(j, &flag, r->err);
        if (rc != MAAS_OK) {
            return rc;
        }

        *compare = MAAS_COMPARE_BOOLEAN;
        s = flag ? "true" : "false";
        len = strlen(s);

    } else {
        end = maas__json_number(j->p, j->end);
        len = end == NULL || end - j->p > MAAS_MAX_DIGITS ? 0
              : maas__field_canonical(j->p, (size_t) (end - j->p), buf);

        if (len == 0) {
            return maas__json_expected(j, "a text, a number, true or false",
                                       r->err);
        }

        *compare = MAAS_COMPARE_NUMBER;
        j->p = end;
    }

    *out = train_import_text(r->m, s, len);
    if (*out == NULL) {
        return TRAIN_LIGHTGBM_OOM(r);
    }

    end = s + len;
    maas__field_trim(&s, &len);

    if (len == 0 || len > MAAS_MAX_TEXT || s + len != end
        || strlen(*out) != len)
    {
        return maas__fail(r->err, MAAS_UNSUPPORTED, "pandas_categorical: list "
                          "%zu has \"%.40s\", but a category is a text of 1 to "
                          "%d bytes without blanks around it: rename it before "
                          "training", list, *out, MAAS_MAX_TEXT);
    }

    return MAAS_OK;
}


/* One list, from behind its `[` */

static maas_status_t
lightgbm_list(train_lightgbm_t *r, maas_json_t *j, size_t list,
    lightgbm_categories_t *c)
{
    size_t           room;
    unsigned         more;
    maas_json_t      ahead;
    maas_status_t    rc;
    maas_compare_t   compare;

    ahead = *j;
    compare = MAAS_COMPARE_TEXT;
    more = 0;

    for (room = 0; (rc = maas__json_element(&ahead, &more, r->err)) == MAAS_OK
                   && more; room++)
    {
        rc = maas__json_skip(&ahead, 1, r->err);
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    if (rc != MAAS_OK) {
        return rc;
    }

    c->values = train_import_alloc(r->m, room, sizeof(char *));
    if (c->values == NULL) {
        return TRAIN_LIGHTGBM_OOM(r);
    }

    for (more = 0; (rc = maas__json_element(j, &more, r->err)) == MAAS_OK
                   && more; c->n++)
    {
        rc = lightgbm_value(r, j, list, &compare, &c->values[c->n]);
        if (rc != MAAS_OK) {
            return rc;
        }

        if (c->n > 0 && compare != c->compare) {
            return maas__fail(r->err, MAAS_UNSUPPORTED, "pandas_categorical: "
                              "list %zu has values of several types: make them "
                              "all texts before training", list);
        }

        c->compare = compare;
    }

    return rc;
}


/* All lists; NULL, 0: the file says null */

static maas_status_t
lightgbm_lists_read(train_lightgbm_t *r, lightgbm_categories_t **out,
    size_t *n)
{
    size_t                  lists;
    unsigned                more;
    maas_json_t             j;
    maas_status_t           rc;
    lightgbm_categories_t  *c;

    *out = NULL;
    *n = 0;

    if (train_lightgbm_is(r->categories, "null")) {
        return MAAS_OK;
    }

    /* each list has a bracket, and each value of one a comma or its end */

    c = train_import_alloc(r->m, r->features, sizeof(lightgbm_categories_t));
    if (c == NULL) {
        return TRAIN_LIGHTGBM_OOM(r);
    }

    maas__json_start(&j, r->categories.data, r->categories.len);
    more = 0;

    for (lists = 0; (rc = maas__json_element(&j, &more, r->err)) == MAAS_OK
                    && more; lists++)
    {
        if (lists == r->features) {
            return maas__fail(r->err, MAAS_BADFILE, "pandas_categorical has "
                              "more lists than the %zu features", lists);
        }

        rc = lightgbm_list(r, &j, lists, &c[lists]);
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    if (rc == MAAS_OK) {
        rc = maas__json_finish(&j, r->err);
    }

    *out = c;
    *n = lists;

    return rc;
}


/* A word of feature_infos */

static maas_status_t
lightgbm_seen(train_lightgbm_t *r, size_t i, maas_str_t word,
    lightgbm_seen_t *seen)
{
    size_t      at;
    double      v, low;
    maas_str_t  part;

    *seen = (lightgbm_seen_t) { .whole = 1, .max = -1 };

    if (train_lightgbm_is(word, "none")) {
        return MAAS_OK;
    }

    part = word;

    if (train_lightgbm_begins(&part, "[") && part.len > 0) {
        part.len--;                    /* ] */
    } else {
        seen->category = 1;
    }

    for (low = 0; part.len > 0; part.data += at, part.len -= at) {
        for (at = 0; at < part.len && part.data[at] != ':'; at++) { /* void */ }

        if (!train_lightgbm_number((maas_str_t) { part.data, at }, &v)) {
            return maas__fail(r->err, MAAS_BADFILE, "feature_infos: \"%.*s\" "
                              "of feature %zu is neither none, [min:max] nor "
                              "categories", TRAIN_LIGHTGBM_SHOWN(word), i);
        }

        seen->whole &= v == floor(v);
        seen->max = v > seen->max ? v : seen->max;
        low = v < low ? v : low;
        at += at < part.len;
    }

    /* -1 stands for missing among categories */

    seen->whole &= low >= (seen->category ? -1 : 0);

    return MAAS_OK;
}


static maas_status_t
lightgbm_seen_all(train_lightgbm_t *r, lightgbm_seen_t **out)
{
    size_t            i, n;
    maas_str_t        s, word;
    maas_status_t     rc;
    lightgbm_seen_t  *seen;

    s = r->head[TRAIN_LIGHTGBM_HEAD_INFOS];
    n = train_lightgbm_words(s);

    if (n != r->features) {
        return maas__fail(r->err, MAAS_BADFILE, "feature_infos is of %zu "
                          "features, max_feature_idx says %zu", n,
                          r->features);
    }

    seen = train_import_alloc(r->m, n, sizeof(lightgbm_seen_t));
    if (seen == NULL) {
        return TRAIN_LIGHTGBM_OOM(r);
    }

    for (i = 0; i < n; i++) {
        rc = lightgbm_seen(r, i, train_lightgbm_word(&s), &seen[i]);
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    /* what training was told: a category of which nothing was seen is one */

    for (s = r->declared; s.len > 0; s.data += n, s.len -= n) {
        for (n = 0; n < s.len && s.data[n] != ','; n++) { /* void */ }

        word = (maas_str_t) { s.data, n };
        n += n < s.len;

        if (train_lightgbm_size(word, r->features - 1, &i)) {
            seen[i].category = 1;
        }
    }

    *out = seen;

    return MAAS_OK;
}


static int
lightgbm_fits(const lightgbm_seen_t *s, const lightgbm_categories_t *c)
{
    return s->whole && s->max < (double) c->n;
}


/* at[k]: the feature of list k.  Those that are split by category are as many
 * as lists, or there is but one way to lay the lists on them and on features of
 * ordered categories, which are split as numbers are.  Else 0. */

static int
lightgbm_match(const train_lightgbm_t *r, const lightgbm_seen_t *seen,
    const lightgbm_categories_t *c, size_t n, size_t *at)
{
    size_t  i, k, last;

    for (i = 0, k = 0, last = 0; i < r->features; i++) {
        last += seen[i].category != 0;

        if (seen[i].category && k < n && lightgbm_fits(&seen[i], &c[k])) {
            at[k++] = i;
        }
    }

    if (k == n && last == n) {
        return 1;
    }

    /* the first place of each, and the last: are they the same? */

    for (i = 0, k = 0; i < r->features && k < n; i++) {
        if (lightgbm_fits(&seen[i], &c[k])) {
            at[k++] = i;
        }
    }

    if (k < n) {
        return 0;
    }

    for (i = 0, k = 0; i < r->features; i++) {
        if (k < n && at[k] == i) {
            k++;

        } else if (seen[i].category) {
            return 0;
        }
    }

    for (i = r->features; i > 0 && k > 0; i--) {
        if (lightgbm_fits(&seen[i - 1], &c[k - 1]) && at[--k] != i - 1) {
            return 0;
        }
    }

    return k == 0;
}


static maas_status_t
lightgbm_list_note(train_lightgbm_t *r, const maas_column_t *c)
{
    size_t         i, len;
    char           text[LIGHTGBM_FEW * (MAAS_MAX_TEXT + 2) + 1];
    maas_status_t  rc;

    for (i = 0, len = 0; i < c->n_values && i < LIGHTGBM_FEW; i++) {
        memcpy(text + len, ", ", 2);
        memcpy(text + len + 2, c->values[i], strlen(c->values[i]));
        len += strlen(c->values[i]) + 2;
    }

    text[len] = '\0';
    rc = train_import_note(r->m, "column %s: %zu categories of pandas: %s%s",
                           c->name, c->n_values, text + 2,
                           c->n_values > LIGHTGBM_FEW ? ", ..." : "");

    return rc == MAAS_OK ? MAAS_OK : TRAIN_LIGHTGBM_OOM(r);
}


static maas_status_t
lightgbm_lists_take(train_lightgbm_t *r, const lightgbm_categories_t *list,
    const size_t *at, size_t n)
{
    size_t          k;
    maas_column_t  *c;
    maas_status_t   rc;

    for (k = 0; k < n; k++) {
        c = &r->m->columns[at[k]];

        if (list[k].n == 0) {          /* never a value: any is NaN */
            continue;
        }

        train_import_category(r->m, at[k], c->name, list[k].values, list[k].n,
                              list[k].compare);

        rc = lightgbm_list_note(r, c);
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    return MAAS_OK;
}


maas_status_t
train_lightgbm_lists(train_lightgbm_t *r)
{
    size_t                  n, *at;
    maas_err_t              why;
    maas_status_t           rc;
    lightgbm_seen_t        *seen;
    lightgbm_categories_t  *list;

    rc = lightgbm_lists_read(r, &list, &n);

    if (rc == MAAS_BADVALUE) {         /* JSON's sentences */
        why = *r->err;
        return maas__fail(r->err, MAAS_BADFILE, "pandas_categorical, the last "
                          "line: %s", why.msg);
    }

    if (rc != MAAS_OK || n == 0) {
        return rc;
    }

    seen = NULL;
    rc = lightgbm_seen_all(r, &seen);
    if (rc != MAAS_OK) {
        return rc;
    }

    at = train_import_alloc(r->m, n, sizeof(size_t));
    if (at == NULL) {
        return TRAIN_LIGHTGBM_OOM(r);
    }

    if (!lightgbm_match(r, seen, list, n, at)) {
        return maas__fail(r->err, MAAS_UNSUPPORTED, "pandas_categorical has "
                          "%zu lists, and the file does not say which columns "
                          "they are of: train with unordered categories, or "
                          "with their codes as numbers", n);
    }

    return lightgbm_lists_take(r, list, at, n);
}
