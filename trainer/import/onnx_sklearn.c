/*
 * Operators of ai.onnx.ml as skl2onnx writes them: linear models, what is done
 * to columns before a model, labels behind it.
 * Not here: categories (onnx_categories.c), trees.
 */

#include "onnx_leaves.h"

#include <string.h>


#define SKLEARN_ROUNDED    1e-5    /* leaves are shares in single precision */
#define SKLEARN_NEAR       1e-6    /* that a number is right within */


static maas_status_t
sklearn_labels_of(train_onnx_t *o, const train_onnx_node_t *n, size_t i,
    const train_onnx_value_t *v)
{
    maas_status_t        rc;
    train_onnx_value_t  *y;

    y = v == NULL ? NULL : train_onnx_copy(o, v);
    if (y == NULL) {
        return o->err->code;
    }

    rc = train_onnx_labels(o, n, y);

    return rc == MAAS_OK ? train_onnx_out(o, n, i, y) : rc;
}


static maas_status_t
sklearn_zipmap(train_onnx_t *o, const train_onnx_node_t *n)
{
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);

    return v != NULL && v->kind == ONNX_SCORE ? train_onnx_out(o, n, 0, v)
           : sklearn_labels_of(o, n, 0, v);
}


/* coefficients(rows,v->n) and intercepts(rows) as w(v->n,rows), b(rows) */

static maas_status_t
sklearn_matrix(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, double **w, double **b, size_t *rows)
{
    size_t          i, j, n_c, n_b;
    double         *c;
    maas_status_t   rc;

    rc = train_attr_floats(o, n, "coefficients", &c, &n_c);

    if (rc == MAAS_OK) {
        rc = train_attr_floats(o, n, "intercepts", b, &n_b);
    }

    if (rc != MAAS_OK) {
        return rc;
    }

    if (v->rank != 1 || n_c == 0 || n_c % v->n != 0
        || (n_b != 0 && n_b != n_c / v->n))
    {
        return train_onnx_bad(o, n, "%zu coefficients and %zu intercepts for"
                              " %zu numbers a row", n_c, n_b, v->n);
    }

    *rows = n_c / v->n;
    *w = train_import_alloc(o->m, n_c, sizeof(double));
    if (*w == NULL) {
        return train_onnx_nomem(o);
    }

    for (i = 0; i < *rows; i++) {
        for (j = 0; j < v->n; j++) {
            (*w)[j * *rows + i] = c[i * v->n + j];
        }
    }

    return MAAS_OK;
}


/* The second of two rows that are each other's negative */

static int
sklearn_one_row(const double *w, const double *b, size_t in, double *one)
{
    size_t  i;

    if (b != NULL && b[0] != -b[1]) {
        return 0;
    }

    for (i = 0; i < in; i++) {
        if (w[2 * i] != -w[2 * i + 1]) {
            return 0;
        }
    }

    for (i = 0; i < in; i++) {
        one[i] = w[2 * i + 1];
    }

    return 1;
}


static train_onnx_value_t *
sklearn_pair(train_onnx_t *o, const train_onnx_value_t *p)
{
    train_onnx_value_t  *y;

    y = p == NULL ? NULL : train_onnx_flat(o, ONNX_PAIR, 2);

    if (y != NULL) {
        y->of = p;
    }

    return y;
}


static maas_status_t
sklearn_classifier(train_onnx_t *o, const train_onnx_node_t *n)
{
    size_t                     rows;
    double                    *w, *b, *one;
    maas_str_t                 post;
    maas_status_t              rc;
    const train_onnx_value_t  *v, *y;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    rc = sklearn_matrix(o, n, v, &w, &b, &rows);
    if (rc != MAAS_OK) {
        return rc;
    }

    post = train_attr_text(n, "post_transform");
    one = train_import_alloc(o->m, v->n, sizeof(double));
    if (one == NULL) {
        return train_onnx_nomem(o);
    }

    if (train_onnx_is(post, "LOGISTIC") && rows == 2
        && sklearn_one_row(w, b, v->n, one))
    {
        y = train_onnx_linear(o, n, v, one, b == NULL ? NULL : b + 1, 1);
        y = y == NULL ? NULL : train_onnx_act(o, n, y, MAAS_ACT_SIGMOID, 1);

        return sklearn_labels_of(o, n, 1, sklearn_pair(o, y));
    }

    if (rows == 1) {
        return train_onnx_refuse(o, n, "one row of coefficients for two"
                                 " classes; convert the model with skl2onnx"
                                 " 1.10 or newer");
    }

    y = train_onnx_linear(o, n, v, w, b, rows);

    if (y != NULL && train_onnx_is(post, "LOGISTIC")) {
        y = train_onnx_act(o, n, y, MAAS_ACT_SIGMOID, 1);

    } else if (y != NULL && train_onnx_is(post, "SOFTMAX")) {
        y = train_onnx_act(o, n, y, MAAS_ACT_SOFTMAX, 1);

    } else if (y != NULL && post.len > 0 && !train_onnx_is(post, "NONE")) {
        return train_onnx_refuse(o, n, "post_transform %.*s", (int) post.len,
                                 post.data);
    }

    return sklearn_labels_of(o, n, 1, y);
}


static maas_status_t
sklearn_regressor(train_onnx_t *o, const train_onnx_node_t *n)
{
    size_t                     rows;
    double                    *w, *b;
    maas_str_t                 post;
    maas_status_t              rc;
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    post = train_attr_text(n, "post_transform");

    if (post.len > 0 && !train_onnx_is(post, "NONE")) {
        return train_onnx_refuse(o, n, "post_transform %.*s", (int) post.len,
                                 post.data);
    }

    rc = sklearn_matrix(o, n, v, &w, &b, &rows);

    return rc == MAAS_OK
           ? train_onnx_out(o, n, 0, train_onnx_linear(o, n, v, w, b, rows))
           : rc;
}


/* A list of numbers for each of v, one for all or none */

static maas_status_t
sklearn_each(train_onnx_t *o, const train_onnx_node_t *n, const char *name,
    size_t want, double **v)
{
    size_t          i, count;
    double         *list;
    maas_status_t   rc;

    rc = train_attr_floats(o, n, name, &list, &count);
    *v = list;

    if (rc != MAAS_OK || count == want || count == 0) {
        return rc;
    }

    if (count != 1) {
        return train_onnx_bad(o, n, "%zu numbers in %s for %zu a row", count,
                              name, want);
    }

    *v = train_import_alloc(o->m, want, sizeof(double));

    for (i = 0; *v != NULL && i < want; i++) {
        (*v)[i] = list[0];
    }

    return *v == NULL ? train_onnx_nomem(o) : MAAS_OK;
}


/* (x - offset) * scale */

static maas_status_t
sklearn_scaler(train_onnx_t *o, const train_onnx_node_t *n)
{
    size_t                     i;
    double                    *offset, *scale;
    maas_status_t              rc;
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    rc = sklearn_each(o, n, "offset", v->n, &offset);

    if (rc == MAAS_OK) {
        rc = sklearn_each(o, n, "scale", v->n, &scale);
    }

    if (rc != MAAS_OK) {
        return rc;
    }

    for (i = 0; offset != NULL && i < v->n; i++) {
        offset[i] = -offset[i];
    }

    v = offset == NULL ? v : train_onnx_affine(o, n, v, NULL, offset);

    if (v != NULL && scale != NULL) {
        v = train_onnx_affine(o, n, v, scale, NULL);
    }

    return train_onnx_out(o, n, 0, v);
}


/* Missing is `fill`, behind what a scaler made of the column before: so is the
 * number that it makes `fill` of, if a float is near enough to it */

static int
sklearn_filled(train_onnx_element_t *e, double fill)
{
    double  by;

    if (e->filled || e->list != NULL) {
        return 0;
    }

    by = fabs(fill) > 1 ? fabs(fill) : 1;
    e->fill = (float) (fill / e->factor + e->shift);
    e->filled = 1;

    return isfinite(e->fill)
           && fabs((e->fill - e->shift) * e->factor - fill)
              <= SKLEARN_NEAR * by;
}


static maas_status_t
sklearn_imputer(train_onnx_t *o, const train_onnx_node_t *n)
{
    size_t                     i, count;
    double                    *fill;
    int64_t                   *ints;
    maas_status_t              rc;
    train_onnx_value_t        *y;
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    if (train_attr_ints(o, n, "imputed_value_int64s", &ints, &count) != MAAS_OK
        || count > 0
        || !isnan(train_attr_float(n, "replaced_value_float", 0)))
    {
        return train_onnx_refuse(o, n, "replaces a number, where missing"
                                 " values (NaN) were expected");
    }

    rc = sklearn_each(o, n, "imputed_value_floats", v->n, &fill);
    if (rc != MAAS_OK) {
        return rc;
    }

    if (v->kind != ONNX_INPUT || v->a != NULL || fill == NULL) {
        return train_onnx_refuse(o, n, "of what was computed before; missing"
                                 " values are replaced first of all here");
    }

    y = train_onnx_copy(o, v);
    if (y == NULL) {
        return o->err->code;
    }

    y->element = train_import_alloc(o->m, v->n, sizeof(*y->element));
    if (y->element == NULL) {
        return train_onnx_nomem(o);
    }

    memcpy(y->element, v->element, v->n * sizeof(*y->element));

    for (i = 0; i < v->n; i++) {
        if (isnan(fill[i])) {
            continue;                  /* it stays missing */
        }

        if (!isfinite(fill[i]) || !sklearn_filled(&y->element[i], fill[i])) {
            return train_onnx_refuse(o, n, "of what was computed before;"
                                     " missing values are replaced first of"
                                     " all here");
        }
    }

    return train_onnx_out(o, n, 0, y);
}


/* Norms of a row, as layers of kind normalize count them */

static double
sklearn_norm(const train_onnx_node_t *n)
{
    maas_str_t  norm;

    if (train_onnx_is(n->op, "LpNormalization")) {
        return train_attr_int(n, "p", 2) == 1 ? 0 : 1;
    }

    norm = train_attr_text(n, "norm");

    return train_onnx_is(norm, "L1") ? 0 : train_onnx_is(norm, "L2") ? 1 : 2;
}


/* Is what trees add up from 0 to 1, whatever the row? */

static int
sklearn_trees_share(const train_onnx_trees_t *t)
{
    size_t         i, k;
    double         low, high, least, most;
    const double  *v;

    if (t->transform == MAAS_TRANSFORM_SIGMOID) {
        return 1;
    }

    if (t->transform != MAAS_TRANSFORM_NONE || t->out != 1
        || t->combine != MAAS_COMBINE_SUM)
    {
        return 0;
    }

    low = high = t->base[0];

    for (v = t->value, i = 0; i < t->n_trees; i++) {
        least = most = *v++;

        for (k = 0; k < t->size[i]; k++, v++) {
            least = *v < least ? *v : least;
            most = *v > most ? *v : most;
        }

        low += least;
        high += most;
    }

    return low >= 0 && high <= (1 + SKLEARN_ROUNDED) * (double) t->divide;
}


/* Is it a probability, so that it and 1 - it add up to 1? */

static int
sklearn_is_share(const train_onnx_t *o, const train_onnx_value_t *p)
{
    double                     least, most;
    const train_onnx_layer_t  *l;

    if (p->a != NULL || p->b != NULL) {
        return 0;
    }

    if (p->kind == ONNX_LEAVES && p->n == 1) {
        train_leaves_range(p, 0, &least, &most);
        return least >= 0 && most <= 1 + SKLEARN_ROUNDED;
    }

    if (p->kind != ONNX_LAYER) {
        return p->kind == ONNX_SIGMOID;
    }

    l = &o->layer[p->layer];

    return l->act == MAAS_ACT_SIGMOID
           || (l->kind == ONNX_TREES && sklearn_trees_share(l->trees));
}


/* What adds up to 1 already stays */

static maas_status_t
sklearn_normalizer(train_onnx_t *o, const train_onnx_node_t *n)
{
    double                     norm;
    train_onnx_value_t        *y;
    const train_onnx_value_t  *v, *x;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    norm = sklearn_norm(n);

    if (v->rank != 1) {
        return train_onnx_refuse(o, n, "not over the numbers of a row");
    }

    if (norm == 0
        && ((v->kind == ONNX_PAIR && v->a == NULL && v->b == NULL
             && sklearn_is_share(o, v->of))
            || (v->kind == ONNX_LAYER && v->a == NULL && v->b == NULL
                && o->layer[v->layer].act == MAAS_ACT_SOFTMAX)))
    {
        return train_onnx_out(o, n, 0, v);
    }

    if (norm == 2
        && train_import_note(o->m, "rows are divided by their largest |x|, as"
                             " scikit-learn does: ONNX Runtime takes the"
                             " largest x, which may be below 0") != MAAS_OK)
    {
        return train_onnx_nomem(o);
    }

    x = train_onnx_settle(o, n, v);
    y = x == NULL ? NULL : train_onnx_layer(o, n, ONNX_NORMALIZE, x, x->n);
    if (y == NULL) {
        return o->err->code;
    }

    o->layer[x->layer].shared = 1;
    o->layer[y->layer].number = norm;
    y->n_labels = v->n_labels;
    y->label = v->label;

    return train_onnx_out(o, n, 0, y);
}


const train_onnx_op_t  train_onnx_sklearns[] = {
    { "LinearClassifier", sklearn_classifier },
    { "LinearRegressor", sklearn_regressor },
    { "Scaler", sklearn_scaler },
    { "Imputer", sklearn_imputer },
    { "Normalizer", sklearn_normalizer },
    { "LpNormalization", sklearn_normalizer },
    { "ZipMap", sklearn_zipmap },
    { NULL, NULL }
};
