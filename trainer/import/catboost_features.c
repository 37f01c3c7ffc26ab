/*
 * CatBoost's features_info: numbers and what missing ones do, categories whose
 * values are there as hashes, and the texts of those.
 * Not here: trees.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catboost.h"
#include "import_columns.h"


#define CAT_NAMES   240            /* bytes of names in a sentence */

/* A text and its hash, of which the file has a list if it was saved with its
 * pool */

typedef struct {
    uint32_t            hash;
    const train_doc_t  *text;
} cat_hash_t;

typedef struct {
    size_t       n;
    cat_hash_t  *hash;                 /* (n) rising */
} cat_hashes_t;


static int
cat_by_hash(const void *a, const void *b)
{
    const cat_hash_t  *x, *y;

    x = a;
    y = b;

    return x->hash < y->hash ? -1 : x->hash > y->hash;
}


static maas_status_t
cat_hashes(train_cat_t *c, cat_hashes_t *h)
{
    size_t              hash;
    const train_doc_t  *d;

    d = train_doc_find(c->root, "features_info.cat_features_hash");

    if (d == NULL || d->kind != TRAIN_DOC_LIST) {
        return MAAS_OK;
    }

    h->hash = train_import_alloc(c->m, d->n, sizeof(cat_hash_t));

    if (h->hash == NULL) {
        return maas__fail(c->err, MAAS_NOMEM, "no memory for the categories");
    }

    for (d = d->u.first; d != NULL; d = d->next) {
        if (!train_doc_size(train_doc_get(d, "hash"), 0, UINT32_MAX, &hash)) {
            return maas__fail(c->err, MAAS_BADFILE, "cat_features_hash: hash "
                              "%zu is no number of 32 bits", h->n);
        }

        h->hash[h->n].hash = (uint32_t) hash;
        h->hash[h->n++].text = train_doc_get(d, "value");
    }

    qsort(h->hash, h->n, sizeof(cat_hash_t), cat_by_hash);

    return MAAS_OK;
}


/* Features of a list, by their feature_index */

static maas_status_t
cat_list(train_cat_t *c, const char *name, size_t *n,
    train_cat_feature_t **out)
{
    size_t                i, at;
    train_cat_feature_t  *f;
    const train_doc_t    *d;

    d = train_doc_get(train_doc_get(c->root, "features_info"), name);

    if (d == NULL || (d->kind == TRAIN_DOC_NUMBERS && d->n == 0)) {
        return MAAS_OK;
    }

    *n = d->kind == TRAIN_DOC_LIST ? d->n : 0;
    *out = train_import_alloc(c->m, *n, sizeof(train_cat_feature_t));

    if (*out == NULL || *n == 0) {
        return maas__fail(c->err, *n == 0 ? MAAS_BADFILE : MAAS_NOMEM,
                          "\"%s\" is no list of features", name);
    }

    for (d = d->u.first; d != NULL; d = d->next) {
        if (!train_doc_size(train_doc_get(d, "feature_index"), 0, *n - 1, &i)
            || !train_doc_size(train_doc_get(d, "flat_feature_index"), 0,
                               MAAS_MAX_WIDTH - 1, &at)
            || (*out)[i].doc != NULL)
        {
            return maas__fail(c->err, MAAS_BADFILE, "\"%s\": expected %zu "
                              "features, each with a feature_index of its own "
                              "and a flat_feature_index", name, *n);
        }

        f = &(*out)[i];
        f->doc = d;
        f->at = at;
        f->nan_right = train_doc_is(train_doc_get(d, "nan_value_treatment"),
                                    "AsTrue");
        c->m->in = at + 1 > c->m->in ? at + 1 : c->m->in;
    }

    return MAAS_OK;
}


static const train_doc_t *
cat_name(const train_doc_t *feature)
{
    const train_doc_t  *name;

    name = train_doc_get(feature, "feature_name");
    name = name != NULL ? name : train_doc_get(feature, "feature_id");

    return name != NULL && name->kind == TRAIN_DOC_TEXT && name->n > 0
           ? name : NULL;
}


/* Do all features have names, or none?  Of numbers "0", "1", ... are none. */

static int
cat_named(const train_cat_t *c)
{
    char                text[24];
    size_t              i;
    const train_doc_t  *name;

    for (i = 0; i < c->n_floats + c->n_cats; i++) {
        name = cat_name(i < c->n_floats ? c->floats[i].doc
                                        : c->cats[i - c->n_floats].doc);
        (void) snprintf(text, sizeof(text), "%zu",
                        i < c->n_floats ? c->floats[i].at
                                        : c->cats[i - c->n_floats].at);

        if (name != NULL && !train_doc_is(name, text)) {
            return 1;
        }
    }

    return 0;
}


static maas_status_t
cat_column_name(train_cat_t *c, const train_cat_feature_t *f,
    const char **name)
{
    *name = train_doc_text(c->m->arena, cat_name(f->doc));

    return *name != NULL ? train_import_named(f->at, *name, c->err)
           : maas__fail(c->err, MAAS_BADFILE, "feature %zu has no name, but "
                        "others have", f->at);
}


/* The text of a hash, whole and UTF-8; NULL: it was said */

static const char *
cat_text(train_cat_t *c, const cat_hashes_t *h, const train_cat_feature_t *f,
    int32_t hash)
{
    cat_hash_t          key = { .hash = (uint32_t) hash };
    const char         *text;
    const cat_hash_t   *found;
    const train_doc_t  *name;

    found = h->n > 0 ? bsearch(&key, h->hash, h->n, sizeof(cat_hash_t),
                               cat_by_hash) : NULL;
    text = found != NULL ? train_doc_text(c->m->arena, found->text) : NULL;

    if (text == NULL) {
        name = cat_name(f->doc);
        maas__fail(c->err, MAAS_UNSUPPORTED, "categorical feature %zu "
                   "(\"%.*s\"): the file has hashes of its values, not the "
                   "values: call save_model(\"model.json\", format=\"json\", "
                   "pool=train_pool), which adds them", f->at,
                   name != NULL ? (int) (name->n < 80 ? name->n : 80) : 0,
                   name != NULL ? name->u.text : "");
        return NULL;
    }

    return train_import_named(f->at, text, c->err) == MAAS_OK ? text : NULL;
}


static int
cat_by_value(const void *a, const void *b)
{
    const train_cat_value_t  *x, *y;

    x = a;
    y = b;

    return x->hash < y->hash ? -1 : x->hash > y->hash;
}


const train_cat_value_t *
train_cat_value(const train_cat_feature_t *f, double hash)
{
    train_cat_value_t  key = { 0 };

    if (f->n == 0 || !(hash >= INT32_MIN && hash <= INT32_MAX)
        || hash != floor(hash))
    {
        return NULL;
    }

    key.hash = (int32_t) hash;

    return bsearch(&key, f->value, f->n, sizeof(train_cat_value_t),
                   cat_by_value);
}


/* A whole number as CatBoost makes a text of one */

static int
cat_whole(const char *text, double *v)
{
    char   back[32];
    char  *end;

    *v = strtod(text, &end);
    (void) snprintf(back, sizeof(back), "%.0f",
                    fabs(*v) < 16777216 ? *v : 0);

    return *end == '\0' && strcmp(back, text) == 0;
}


/* The values of a categorical feature that splits ask for */

static maas_status_t
cat_values(train_cat_t *c, const cat_hashes_t *h, train_cat_feature_t *f,
    int named)
{
    int                 whole;
    double              v;
    size_t              i;
    const char         *name, **values;
    maas_status_t       rc;
    const train_doc_t  *d;

    d = train_doc_get(f->doc, "values");
    f->n = train_doc_is_numbers(d) ? d->n : 0;
    values = train_import_alloc(c->m, f->n, sizeof(char *));
    f->value = train_import_alloc(c->m, f->n, sizeof(train_cat_value_t));

    if (values == NULL || f->value == NULL) {
        return maas__fail(c->err, MAAS_NOMEM, "no memory for the categories");
    }

    for (whole = 1, i = 0; i < f->n; i++) {
        v = train_doc_number(d, i);
        f->value[i].hash = v >= INT32_MIN && v <= INT32_MAX ? (int32_t) v : 0;
        values[i] = cat_text(c, h, f, f->value[i].hash);

        if (values[i] == NULL) {
            return c->err->code;
        }

        whole &= cat_whole(values[i], &v);
        f->value[i].code = named ? (double) i : v;
    }

    qsort(f->value, f->n, sizeof(train_cat_value_t), cat_by_value);

    if (!named) {
        return whole ? MAAS_OK
               : maas__fail(c->err, MAAS_UNSUPPORTED, "feature %zu is a "
                            "category of texts, but features have no names: "
                            "train with a DataFrame, or feature_names", f->at);
    }

    rc = cat_column_name(c, f, &name);
    if (rc != MAAS_OK) {
        return rc;
    }

    if (f->n == 0) {                   /* no split asks for it: as it comes */
        values = train_import_alloc(c->m, 1, sizeof(char *));

        if (values == NULL) {
            return maas__fail(c->err, MAAS_NOMEM, "no memory for the column");
        }

        values[0] = "-";
        whole = 0;
    }

    train_import_category(c->m, f->at, name, values, f->n > 0 ? f->n : 1,
                          whole ? MAAS_COMPARE_NUMBER : MAAS_COMPARE_TEXT);

    return MAAS_OK;
}


/* Is each place of a row one feature's? */

static maas_status_t
cat_places(train_cat_t *c)
{
    size_t    i, at;
    uint8_t  *seen;

    seen = train_import_alloc(c->m, c->m->in, 1);

    if (seen == NULL || c->m->in == 0) {
        return maas__fail(c->err, seen == NULL ? MAAS_NOMEM : MAAS_BADFILE,
                          "features_info has no features");
    }

    for (i = 0; i < c->n_floats + c->n_cats; i++) {
        at = i < c->n_floats ? c->floats[i].at : c->cats[i - c->n_floats].at;
        seen[at]++;
    }

    for (i = 0; i < c->m->in; i++) {
        if (seen[i] != 1) {
            return maas__fail(c->err, MAAS_UNSUPPORTED, "feature %zu is %s: "
                              "texts and embeddings are not supported", i,
                              seen[i] == 0 ? "no number and no category"
                                           : "there twice");
        }
    }

    return MAAS_OK;
}


maas_status_t
train_cat_features(train_cat_t *c)
{
    int             named;
    size_t          i;
    const char     *name;
    cat_hashes_t    h = { 0 };
    maas_status_t   rc;

    if ((rc = cat_list(c, "float_features", &c->n_floats, &c->floats))
        != MAAS_OK
        || (rc = cat_list(c, "categorical_features", &c->n_cats, &c->cats))
           != MAAS_OK
        || (rc = cat_places(c)) != MAAS_OK
        || (rc = cat_hashes(c, &h)) != MAAS_OK)
    {
        return rc;
    }

    named = cat_named(c);
    c->m->missing = !named;
    c->m->n_columns = named ? c->m->in : 0;
    c->m->columns = named ? train_import_alloc(c->m, c->m->in,
                                               sizeof(maas_column_t)) : NULL;

    if (named && c->m->columns == NULL) {
        return maas__fail(c->err, MAAS_NOMEM, "no memory for the columns");
    }

    for (i = 0; named && i < c->n_floats; i++) {
        rc = cat_column_name(c, &c->floats[i], &name);
        if (rc != MAAS_OK) {
            return rc;
        }

        train_import_number(c->m, c->floats[i].at, name);
    }

    if (train_doc_find(c->root, "features_info.ctrs") != NULL
        && train_doc_find(c->root, "features_info.ctrs")->n > 0)
    {
        return train_cat_counters(c);
    }

    for (i = 0; i < c->n_cats; i++) {
        rc = cat_values(c, &h, &c->cats[i], named);
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    return MAAS_OK;
}


maas_status_t
train_cat_counters(train_cat_t *c)
{
    char                names[CAT_NAMES];
    size_t              i, len, room;
    uint8_t            *used;
    const train_doc_t  *d, *e, *name;

    used = train_import_alloc(c->m, c->n_cats, 1);
    d = train_doc_find(c->root, "features_info.ctrs");

    for (d = d != NULL && d->kind == TRAIN_DOC_LIST ? d->u.first : NULL;
         d != NULL && used != NULL; d = d->next)
    {
        e = train_doc_get(d, "elements");

        for (e = e != NULL && e->kind == TRAIN_DOC_LIST ? e->u.first : NULL;
             e != NULL; e = e->next)
        {
            if (train_doc_size(train_doc_get(e, "cat_feature_index"), 0,
                               c->n_cats, &i)
                && i < c->n_cats)
            {
                used[i] = 1;
            }
        }
    }

    for (names[0] = '\0', len = 0, i = 0; used != NULL && i < c->n_cats; i++) {
        name = used[i] ? cat_name(c->cats[i].doc) : NULL;
        room = sizeof(names) - len;

        if (!used[i] || room < 90) {
            continue;
        }

        len += (size_t) (name != NULL
               ? snprintf(names + len, room, "%s%.*s", len > 0 ? ", " : "",
                          (int) (name->n < 80 ? name->n : 80), name->u.text)
               : snprintf(names + len, room, "%sfeature %zu",
                          len > 0 ? ", " : "", c->cats[i].at));
    }

    return maas__fail(c->err, MAAS_UNSUPPORTED, "splits by statistics of "
                      "categories (OnlineCtr) are not supported: %s: train "
                      "with one_hot_max_size of as many as they have values, "
                      "or make numbers of them", names);
}
