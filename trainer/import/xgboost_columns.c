/*
 * XGBoost's feature names and types as columns: numbers, and categories with
 * the lists of a data frame, whose places are the codes that trees know.
 * Not here: trees.
 */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "xgboost.h"
#include "import_columns.h"


/* What of the document tells the categories: those of a feature
 * are its enc. */

typedef struct {
    const train_doc_t  *enc;           /* the feature's; NULL: none */
    const train_doc_t  *types;         /* the feature's; NULL: none */
} xgb_cats_t;


static maas_status_t
xgb_refuse(train_xgb_t *x, size_t f, const char *what)
{
    return maas__fail(x->err, MAAS_BADFILE, "feature %zu: %s", f, what);
}


/* Text i of {offsets, values} to *out, which is NULL if it does not lie there.
 * XGBoost 3.2 counts characters where it should count bytes, so what stands
 * behind the first one that is not ASCII is cut elsewhere. */

static maas_status_t
xgb_category(train_xgb_t *x, size_t f, const train_doc_t *offsets,
    const train_doc_t *values, size_t i, const char **out)
{
    char    *text;
    size_t   k, n;
    double   from, to, v;

    from = train_doc_number(offsets, i);
    to = train_doc_number(offsets, i + 1);
    *out = NULL;

    if (!(from >= 0 && from <= to && to <= (double) values->n)) {
        return xgb_refuse(x, f, "its categories do not lie within their bytes");
    }

    n = (size_t) (to - from);
    text = train_import_alloc(x->m, n + 1, 1);

    for (k = 0; text != NULL && k < n; k++) {
        v = train_doc_number(values, (size_t) from + k);

        if (!(v >= 1 && v < 128)) {
            return xgb_refuse(x, f, "it has a category that is not ASCII, "
                              "which XGBoost cuts where it is saved: rename "
                              "it before training, or train with codes");
        }

        text[k] = (char) (int) v;
    }

    *out = text;

    return MAAS_OK;
}


/* The list of a feature, in the order of its codes.  *values is NULL if the
 * file has none. */

static maas_status_t
xgb_values(train_xgb_t *x, size_t f, const train_doc_t *enc,
    const char ***values, size_t *n, maas_compare_t *compare)
{
    char                text[32];
    size_t              i;
    maas_status_t       rc;
    const train_doc_t  *v, *offsets;

    *values = NULL;
    *n = 0;
    v = train_doc_get(enc, "values");
    offsets = train_doc_get(enc, "offsets");

    if (v == NULL || (v->kind == TRAIN_DOC_NUMBERS && v->n == 0
                      && (offsets == NULL || offsets->n < 2)))
    {
        return MAAS_OK;
    }

    if (!train_doc_is_numbers(v)
        || (offsets != NULL && (!train_doc_is_numbers(offsets)
                                || offsets->n < 2)))
    {
        return xgb_refuse(x, f, "its categories are no lists of numbers");
    }

    *compare = offsets != NULL ? MAAS_COMPARE_TEXT : MAAS_COMPARE_NUMBER;
    *n = offsets != NULL ? offsets->n - 1 : v->n;
    *values = train_import_alloc(x->m, *n, sizeof(char *));

    for (i = 0; *values != NULL && i < *n; i++) {
        if (offsets != NULL) {
            rc = xgb_category(x, f, offsets, v, i, &(*values)[i]);
            if (rc != MAAS_OK) {
                return rc;
            }

        } else {
            (void) snprintf(text, sizeof(text), "%.17g",
                            train_doc_number(v, i));
            (*values)[i] = train_import_text(x->m, text, strlen(text));
        }

        if ((*values)[i] == NULL) {
            break;
        }

        rc = train_import_named(f, (*values)[i], x->err);
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    return *values != NULL && i == *n ? MAAS_OK
           : maas__fail(x->err, MAAS_NOMEM, "no memory for the categories");
}


static maas_status_t
xgb_column(train_xgb_t *x, size_t f, const char *name, const xgb_cats_t *cats)
{
    int               category;
    size_t            n;
    const char      **values;
    maas_status_t     rc;
    maas_compare_t    compare;

    category = train_doc_is(cats->types, "c");

    if (cats->types != NULL && !category && !train_doc_is(cats->types, "q")
        && !train_doc_is(cats->types, "float")
        && !train_doc_is(cats->types, "int")
        && !train_doc_is(cats->types, "i"))
    {
        return maas__fail(x->err, MAAS_UNSUPPORTED, "feature \"%.80s\" has a "
                          "type that is not float, q, int, i or c", name);
    }

    compare = MAAS_COMPARE_TEXT;
    rc = xgb_values(x, f, category ? cats->enc : NULL, &values, &n, &compare);

    if (rc != MAAS_OK) {
        return rc;
    }

    if (values != NULL) {
        train_import_category(x->m, f, name, values, n, compare);
        return MAAS_OK;
    }

    train_import_number(x->m, f, name);

    return !category && !x->sets[f] ? MAAS_OK
           : train_import_note(x->m, "column \"%s\" is a category whose "
                               "values the file does not list: send the codes "
                               "of training, 0, 1, 2, ...; a DataFrame with a "
                               "column of dtype category, in XGBoost 3.1 or "
                               "newer, brings the list along", name);
}


/* No names: a tensor */

static maas_status_t
xgb_tensor(train_xgb_t *x)
{
    size_t  f, n;

    for (n = 0, f = 0; f < x->features; f++) {
        n += x->sets[f];
    }

    return n == 0 ? MAAS_OK
           : train_import_note(x->m, "%zu of the numbers are categories: they "
                               "are the codes of training, 0, 1, 2, ...", n);
}


static maas_status_t
xgb_named(train_xgb_t *x, const train_doc_t *names, const train_doc_t *types,
    const train_doc_t *enc)
{
    size_t              f;
    xgb_cats_t          cats = { 0 };
    const char         *name;
    maas_status_t       rc;
    const train_doc_t  *d;

    x->m->n_columns = x->features;
    x->m->columns = train_import_alloc(x->m, x->features,
                                       sizeof(maas_column_t));

    if (x->m->columns == NULL) {
        return maas__fail(x->err, MAAS_NOMEM, "no memory for the columns");
    }

    cats.types = types;
    cats.enc = enc;

    for (f = 0, d = names; f < x->features; f++, d = d->next) {
        name = train_doc_text(x->m->arena, d);

        if (name == NULL) {
            return xgb_refuse(x, f, "its name is no text");
        }

        if ((rc = train_import_named(f, name, x->err)) != MAAS_OK
            || (rc = xgb_column(x, f, name, &cats)) != MAAS_OK)
        {
            return rc;
        }

        cats.types = cats.types != NULL ? cats.types->next : NULL;
        cats.enc = cats.enc != NULL ? cats.enc->next : NULL;
    }

    return MAAS_OK;
}


/* A list of so many elements, or of none */

static maas_status_t
xgb_elements(train_xgb_t *x, const train_doc_t *d, const char *what,
    const train_doc_t **first)
{
    *first = NULL;

    if (d == NULL || (d->kind == TRAIN_DOC_NUMBERS && d->n == 0)) {
        return MAAS_OK;
    }

    if (d->kind != TRAIN_DOC_LIST || d->n != x->features) {
        return maas__fail(x->err, MAAS_BADFILE, "\"%s\" is %s of %zu: expected "
                          "%zu, one a feature", what, train_doc_what(d), d->n,
                          x->features);
    }

    *first = d->u.first;

    return MAAS_OK;
}


maas_status_t
train_xgb_columns(train_xgb_t *x)
{
    maas_status_t       rc;
    const train_doc_t  *names, *types, *enc;

    if ((rc = xgb_elements(x, train_doc_get(x->learner, "feature_names"),
                           "feature_names", &names)) != MAAS_OK
        || (rc = xgb_elements(x, train_doc_get(x->learner, "feature_types"),
                              "feature_types", &types)) != MAAS_OK
        || (rc = xgb_elements(x, train_doc_find(x->model, "cats.enc"),
                              "enc", &enc)) != MAAS_OK)
    {
        return rc;
    }

    return names == NULL ? xgb_tensor(x) : xgb_named(x, names, types, enc);
}
