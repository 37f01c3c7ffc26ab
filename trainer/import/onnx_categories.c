/*
 * Operators of ai.onnx.ml that make numbers of categories: a number for each
 * value, or its place in a list.
 * Not here: what becomes of columns (onnx_emit.c).
 */

#include "onnx.h"

#include <stdio.h>
#include <string.h>


/* A category as a text of ours; NULL: it failed */

static const char *
categories_text(train_onnx_t *o, const train_onnx_node_t *n, maas_str_t s)
{
    char  *text;

    text = train_import_text(o->m, s.data, s.len);

    if (text == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    if (s.len > 0
        && (s.len > MAAS_MAX_TEXT || strlen(text) != s.len
            || strchr(" \t\n\v\f\r", s.data[0]) != NULL
            || strchr(" \t\n\v\f\r", s.data[s.len - 1]) != NULL))
    {
        (void) train_onnx_refuse(o, n, "a category with blanks at its ends, or"
                                 " of more than %d bytes; strip the column"
                                 " before training", MAAS_MAX_TEXT);
        return NULL;
    }

    return text;
}


/* The texts of an attribute */

static maas_status_t
categories_texts(train_onnx_t *o, const train_onnx_node_t *n,
    const char *name, train_onnx_list_t *list)
{
    size_t          i;
    maas_status_t   rc;
    maas_str_t     *texts;

    list->missing = SIZE_MAX;
    list->compare = MAAS_COMPARE_TEXT;

    rc = train_attr_texts(o, n, name, &texts, &list->n);
    if (rc != MAAS_OK) {
        return rc;
    }

    list->value = train_import_alloc(o->m, list->n, sizeof(char *));
    if (list->value == NULL) {
        return train_onnx_nomem(o);
    }

    for (i = 0; i < list->n; i++) {
        list->value[i] = categories_text(o, n, texts[i]);

        if (list->value[i] == NULL) {
            return o->err->code;
        }

        if (texts[i].len == 0) {
            list->missing = i;
        }
    }

    return MAAS_OK;
}


/* Whole numbers as texts */

static maas_status_t
categories_ints(train_onnx_t *o, train_onnx_list_t *list, const int64_t *v,
    size_t n)
{
    char    digits[24];
    size_t  i;

    list->missing = SIZE_MAX;
    list->compare = MAAS_COMPARE_NUMBER;
    list->n = n;
    list->value = train_import_alloc(o->m, n, sizeof(char *));
    if (list->value == NULL) {
        return train_onnx_nomem(o);
    }

    for (i = 0; i < n; i++) {
        (void) snprintf(digits, sizeof(digits), "%lld", (long long) v[i]);
        list->value[i] = train_import_text(o->m, digits, strlen(digits));

        if (list->value[i] == NULL) {
            return train_onnx_nomem(o);
        }
    }

    return MAAS_OK;
}


static maas_status_t
categories_one_hot_list(train_onnx_t *o, const train_onnx_node_t *n,
    train_onnx_list_t *list)
{
    size_t          count;
    int64_t        *ints;
    maas_status_t   rc;

    rc = train_attr_ints(o, n, "cats_int64s", &ints, &count);
    if (rc != MAAS_OK) {
        return rc;
    }

    return count == 0 ? categories_texts(o, n, "cats_strings", list)
           : categories_ints(o, list, ints, count);
}


static int
categories_is_raw(const train_onnx_element_t *e)
{
    return e->list == NULL && !e->filled && e->factor == 1 && e->shift == 0;
}


static maas_status_t
categories_one_hot(train_onnx_t *o, const train_onnx_node_t *n)
{
    size_t                     i, k, dim[2];
    maas_status_t              rc;
    train_onnx_list_t         *list;
    train_onnx_value_t        *y;
    train_onnx_element_t      *e;
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    list = train_import_alloc(o->m, 1, sizeof(*list));
    if (v == NULL || list == NULL) {
        return v == NULL ? o->err->code : train_onnx_nomem(o);
    }

    rc = categories_one_hot_list(o, n, list);
    if (rc != MAAS_OK) {
        return rc;
    }

    if (v->kind != ONNX_INPUT || v->a != NULL || list->n == 0) {
        return train_onnx_refuse(o, n, "of what was computed before");
    }

    dim[0] = v->n;
    dim[1] = list->n;

    if (v->n > MAAS_MAX_WIDTH / list->n) {
        return train_onnx_refuse(o, n, "too many categories");
    }

    y = train_onnx_value(o, ONNX_INPUT, 2, dim);
    e = train_import_alloc(o->m, v->n * list->n, sizeof(*e));
    if (y == NULL || e == NULL) {
        return train_onnx_nomem(o);
    }

    for (i = 0; i < v->n; i++) {
        if (!categories_is_raw(&v->element[i])) {
            return train_onnx_refuse(o, n, "of what was computed before");
        }

        o->cut |= v->element[i].rounded;

        for (k = 0; k < list->n; k++) {
            e[i * list->n + k] = v->element[i];
            e[i * list->n + k].list = list;
            e[i * list->n + k].k = k;
        }
    }

    if (train_attr_int(n, "zeros", 1) == 0 && o->n_strict++ == 0) {
        o->strict = v->element[0].column;
    }

    y->element = e;

    return train_onnx_out(o, n, 0, y);
}


/* What values of the list become, as places: they have to be 0, 1, ... in any
 * order */

static maas_status_t
categories_places(train_onnx_t *o, const train_onnx_node_t *n,
    train_onnx_list_t *list)
{
    size_t         i, k, count;
    double        *v;
    int64_t       *ints;
    const char   **value;
    maas_status_t  rc;

    list->other = train_attr_float(n, "default_float", 0);
    rc = train_attr_floats(o, n, "values_floats", &v, &count);

    if (rc == MAAS_OK && count == 0) {
        list->other = (double) train_attr_int(n, "default_int64", -1);
        rc = train_attr_ints(o, n, "values_int64s", &ints, &count);
        v = train_import_alloc(o->m, count, sizeof(double));

        for (i = 0; rc == MAAS_OK && v != NULL && i < count; i++) {
            v[i] = (double) ints[i];
        }
    }

    value = train_import_alloc(o->m, list->n, sizeof(char *));

    if (rc != MAAS_OK || v == NULL || value == NULL) {
        return rc != MAAS_OK ? rc : train_onnx_nomem(o);
    }

    for (i = 0; count == list->n && i < count; i++) {
        k = v[i] >= 0 && v[i] < (double) count ? (size_t) v[i] : count;

        if (k == count || (double) k != v[i] || value[k] != NULL) {
            break;
        }

        value[k] = list->value[i];
    }

    if (i < list->n) {
        return train_onnx_refuse(o, n, "categories become numbers other than"
                                 " their places 0, 1, ... in a list; encode"
                                 " them with OrdinalEncoder or OneHotEncoder");
    }

    list->value = value;

    return MAAS_OK;
}


static maas_status_t
categories_keys(train_onnx_t *o, const train_onnx_node_t *n,
    train_onnx_list_t *list)
{
    size_t         count;
    int64_t       *ints;
    maas_status_t  rc;

    rc = train_attr_ints(o, n, "keys_int64s", &ints, &count);

    if (rc == MAAS_OK) {
        rc = count > 0 ? categories_ints(o, list, ints, count)
             : categories_texts(o, n, "keys_strings", list);
    }

    if (rc == MAAS_OK && (list->n == 0 || list->missing != SIZE_MAX)) {
        rc = train_onnx_refuse(o, n, list->n == 0
                               ? "categories are neither texts nor int64;"
                               " make texts of them before training"
                               : "the empty text, which is a missing value"
                               " here, is a category; give it a name before"
                               " training");
    }

    return rc;
}


/* Places in a list, which trees take */

static maas_status_t
categories_label(train_onnx_t *o, const train_onnx_node_t *n)
{
    size_t                     i;
    maas_status_t              rc;
    train_onnx_list_t         *list;
    train_onnx_value_t        *y;
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    list = train_import_alloc(o->m, 1, sizeof(*list));
    if (v == NULL || list == NULL) {
        return v == NULL ? o->err->code : train_onnx_nomem(o);
    }

    if (v->kind != ONNX_INPUT || v->a != NULL) {
        return train_onnx_refuse(o, n, "of what was computed before; only"
                                 " numbers of a row are computed here: export"
                                 " the probabilities, with"
                                 " options={id(model): {\"zipmap\": False}}");
    }

    list->codes = 1;
    rc = categories_keys(o, n, list);

    if (rc == MAAS_OK) {
        rc = categories_places(o, n, list);
    }

    if (rc != MAAS_OK) {
        return rc;
    }

    y = train_onnx_copy(o, v);

    if (y != NULL) {
        y->element = train_import_alloc(o->m, v->n, sizeof(*y->element));
    }

    if (y == NULL || y->element == NULL) {
        return train_onnx_nomem(o);
    }

    for (i = 0; i < v->n; i++) {
        if (!categories_is_raw(&v->element[i])) {
            return train_onnx_refuse(o, n, "of what was computed before");
        }

        o->cut |= v->element[i].rounded;
        y->element[i] = v->element[i];
        y->element[i].list = list;
    }

    return train_onnx_out(o, n, 0, y);
}


const train_onnx_op_t  train_onnx_encoders[] = {
    { "OneHotEncoder", categories_one_hot },
    { "LabelEncoder", categories_label },
    { NULL, NULL }
};
