/*
 * Operators that move numbers of a row, or constants, and change none.
 * Not here: arithmetic.
 */

#include "onnx_leaves.h"

#include <math.h>
#include <string.h>


/* TensorProto.DataType of onnx.proto */

#define SHAPE_HALF      10
#define SHAPE_BFLOAT    16

#define SHAPE_MAX_FILL  (1 << 20)      /* numbers of one that is repeated */
#define SHAPE_NEAR      2e-7           /* that floats add up to 1 within */


const train_onnx_value_t *
train_onnx_placed(train_onnx_t *o, const train_onnx_tensor_t *t, size_t rank,
    const size_t *dim, const size_t *place)
{
    size_t                i;
    train_onnx_value_t   *v;
    train_onnx_tensor_t  *to;

    v = train_onnx_value(o, ONNX_CONST, rank, dim);
    to = train_import_alloc(o->m, 1, sizeof(*to));
    if (v == NULL || to == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    *to = *t;
    to->rank = rank;
    memcpy(to->dim, dim, rank * sizeof(size_t));
    to->n = v->n;
    v->tensor = to;

    if (place == NULL) {
        return v;
    }

    if (t->number != NULL) {
        to->number = train_import_alloc(o->m, v->n, sizeof(double));
    } else {
        to->text = train_import_alloc(o->m, v->n, sizeof(maas_str_t));
    }

    if (to->number == NULL && to->text == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    for (i = 0; i < v->n; i++) {
        if (t->number != NULL) {
            to->number[i] = t->number[place[i]];
        } else {
            to->text[i] = t->text[place[i]];
        }
    }

    return v;
}


static maas_status_t
shape_same(train_onnx_t *o, const train_onnx_node_t *n)
{
    return train_onnx_out(o, n, 0, train_onnx_in(o, n, 0));
}


/* Columns that were numbers with a fraction and are whole ones now: what is
 * looked up in a list may be that, nothing may be computed with it */

static const train_onnx_value_t *
shape_rounded(train_onnx_t *o, const train_onnx_value_t *v, int64_t to)
{
    size_t               i;
    train_onnx_value_t  *y;

    y = train_onnx_copy(o, v);
    if (y == NULL) {
        return NULL;
    }

    y->element = train_import_alloc(o->m, v->n, sizeof(*y->element));
    if (y->element == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    for (i = 0; i < v->n; i++) {
        y->element[i] = v->element[i];
        y->element[i].rounded |= to == TRAIN_ONNX_BOOL
            ? !o->column[v->element[i].column].truth
            : !o->column[v->element[i].column].whole;
    }

    return y;
}


/* Whole numbers, or the truth, of constants */

static const train_onnx_value_t *
shape_rounded_const(train_onnx_t *o, const train_onnx_value_t *v, int64_t to)
{
    size_t                i;
    double                x;
    train_onnx_value_t   *y;
    train_onnx_tensor_t  *t;

    y = train_onnx_anew(o, v, &t);
    if (y == NULL) {
        return NULL;
    }

    for (i = 0; i < v->n; i++) {
        x = v->tensor->number[i];
        t->number[i] = to == SHAPE_HALF || to == SHAPE_BFLOAT ? x
                       : to == TRAIN_ONNX_BOOL ? x != 0 : trunc(x);
    }

    t->type = (int) to;

    return y;
}


/* Is it a sum of exp(x) of trees that is never below 1?  It is no smaller than
 * n exp(mean of x). */

static int
shape_is_whole(const train_onnx_value_t *v)
{
    const train_onnx_value_t  *x;

    if (v->kind != ONNX_TOTAL || v->a != NULL || v->b != NULL
        || v->of->kind != ONNX_EXP || v->of->a != NULL || v->of->b != NULL
        || v->of->of->kind != ONNX_LEAVES)
    {
        return 0;
    }

    x = v->of->of;

    return (double) x->n * exp(train_leaves_least(x) / (double) x->n) > 1.001;
}


/* Is it a comparison, or a sign, which is a whole number that stays what it is
 * as one of that type? */

static int
shape_is_truth(const train_onnx_t *o, const train_onnx_value_t *v, int64_t to)
{
    size_t                      i;
    double                      least;
    const train_onnx_pieces_t  *how;

    if (v->kind != ONNX_LAYER || o->layer[v->layer].kind != ONNX_PIECES
        || v->a != NULL || v->b != NULL)
    {
        return 0;
    }

    how = o->layer[v->layer].pieces;
    least = to == TRAIN_ONNX_INT64 || to == TRAIN_ONNX_INT32 ? -1 : 0;

    for (i = 0; i <= how->cuts && how->slope[i] == 0
                && how->constant[i] >= least && how->constant[i] <= 1
                && how->constant[i] == trunc(how->constant[i]); i++)
    {
        /* void */
    }

    return i > how->cuts && how->transform == MAAS_TRANSFORM_NONE;
}


static maas_status_t
shape_cast(train_onnx_t *o, const train_onnx_node_t *n)
{
    int64_t                    to;
    maas_str_t                 name;
    train_onnx_value_t        *y;
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    to = train_attr_int(n, "to", 0);
    name = train_attr_text(n, "to");

    if (name.len > 0) {                /* of ai.onnx.ml 1 */
        to = TRAIN_ONNX_FLOAT;
    }

    if (v == NULL || to == TRAIN_ONNX_FLOAT || to == TRAIN_ONNX_DOUBLE
        || to == TRAIN_ONNX_STRING)
    {
        if (v != NULL && to == TRAIN_ONNX_STRING && v->kind != ONNX_CONST
            && v->kind != ONNX_INPUT)
        {
            return train_onnx_refuse(o, n, "makes texts of what layers"
                                     " compute, which is not done here");
        }

        return train_onnx_out(o, n, 0, v);
    }

    if (v->kind == ONNX_INPUT && to != SHAPE_HALF && to != SHAPE_BFLOAT) {
        return train_onnx_out(o, n, 0, shape_rounded(o, v, to));
    }

    if (v->kind == ONNX_CONST && v->tensor->number != NULL) {
        return train_onnx_out(o, n, 0, shape_rounded_const(o, v, to));
    }

    if (v->kind == ONNX_TOTAL && v->a == NULL && v->b == NULL
        && to == TRAIN_ONNX_BOOL)
    {
        y = train_onnx_copy(o, v);

        if (y != NULL) {
            y->kind = ONNX_SOME;
        }

        return train_onnx_out(o, n, 0, y);
    }

    if (shape_is_truth(o, v, to) && to != SHAPE_HALF && to != SHAPE_BFLOAT) {
        return train_onnx_out(o, n, 0, v);
    }

    if (shape_is_whole(v) && to != SHAPE_HALF && to != SHAPE_BFLOAT) {
        y = train_onnx_copy(o, v);

        if (y != NULL) {
            y->kind = ONNX_WHOLE;
        }

        return train_onnx_out(o, n, 0, y);
    }

    return v->kind == ONNX_CONST ? train_onnx_out(o, n, 0, v)
           : train_onnx_refuse(o, n, "rounds numbers of a row to whole ones or"
                               " to half precision, which is not done here:"
                               " export the model in single precision");
}


static maas_status_t
shape_constant(train_onnx_t *o, const train_onnx_node_t *n)
{
    double                scalar;
    maas_pb_t             a;
    maas_status_t         rc;
    maas_pb_field_t       f;
    train_onnx_value_t   *v;
    train_onnx_tensor_t  *t;

    if (train_onnx_attr(n, "value", &a)) {
        if (!maas_pb_find(a, 5, MAAS_PB_BYTES, &f)) {
            return train_onnx_bad(o, n, "no tensor in its value");
        }

        rc = train_onnx_decode(o, n, f.bytes, &t);
        if (rc != MAAS_OK) {
            return rc;
        }

    } else {
        t = train_import_alloc(o->m, 1, sizeof(*t));
        if (t == NULL) {
            return train_onnx_nomem(o);
        }

        t->type = TRAIN_ONNX_FLOAT;
        t->rank = 1;
        rc = train_attr_floats(o, n, "value_floats", &t->number, &t->n);

        if (rc == MAAS_OK && t->number == NULL) {
            scalar = train_attr_float(n, "value_float",
                                      (double) train_attr_int(n, "value_int",
                                                              0));
            t->rank = 0;
            t->n = 1;
            t->number = train_import_alloc(o->m, 1, sizeof(double));

            if (t->number == NULL) {
                return train_onnx_nomem(o);
            }

            t->number[0] = scalar;

            if (train_onnx_attr(n, "value_ints", &a)
                || train_onnx_attr(n, "value_strings", &a))
            {
                return train_onnx_refuse(o, n, "a list that is not read");
            }
        }

        t->dim[0] = t->n;
    }

    v = train_onnx_value(o, ONNX_CONST, t->rank, t->dim);

    if (v != NULL) {
        v->tensor = t;
    }

    return rc == MAAS_OK ? train_onnx_out(o, n, 0, v) : rc;
}


/* Of a row: as many numbers, in one dimension or as said; -1 are the rows */

static maas_status_t
shape_shape(train_onnx_t *o, const train_onnx_node_t *n)
{
    size_t                     i, dim;
    train_onnx_value_t        *y;
    train_onnx_tensor_t       *t;
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    t = train_import_alloc(o->m, 1, sizeof(*t));
    dim = v->rank + (v->kind != ONNX_CONST);
    y = train_onnx_flat(o, ONNX_CONST, dim);

    if (t != NULL) {
        t->number = train_import_alloc(o->m, dim, sizeof(double));
    }

    if (y == NULL || t == NULL || t->number == NULL) {
        return train_onnx_nomem(o);
    }

    t->type = TRAIN_ONNX_INT64;
    t->rank = 1;
    t->dim[0] = t->n = dim;
    t->number[0] = -1;

    for (i = 0; i < v->rank; i++) {
        t->number[i + (v->kind != ONNX_CONST)] = (double) v->dim[i];
    }

    y->tensor = t;

    return train_onnx_out(o, n, 0, y);
}


static maas_status_t
shape_to(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, size_t rank, const size_t *dim)
{
    train_onnx_value_t  *y;

    y = train_onnx_copy(o, v);
    if (y == NULL) {
        return o->err->code;
    }

    y->rank = rank;
    memcpy(y->dim, dim, rank * sizeof(size_t));

    return train_onnx_out(o, n, 0, y);
}


static maas_status_t
shape_flatten(train_onnx_t *o, const train_onnx_node_t *n)
{
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    if (v->kind == ONNX_CONST || train_attr_int(n, "axis", 1) != 1) {
        return train_onnx_refuse(o, n, "an axis other than 1");
    }

    return shape_to(o, n, v, 1, &v->n);
}


/* Dimensions that a list of numbers asks for, of which -1 is what is left */

static int
shape_dims(const double *ask, size_t rank, const size_t *old, size_t n_old,
    size_t n, size_t *dim)
{
    size_t  i, left, product;

    left = rank;
    product = 1;

    for (i = 0; i < rank; i++) {
        if (ask[i] == -1 && left == rank) {
            left = i;
            continue;
        }

        dim[i] = ask[i] == 0 && i < n_old ? old[i]
                 : ask[i] > 0 && ask[i] < 1e9 ? (size_t) ask[i] : 0;

        if (dim[i] == 0 || product > n / dim[i]) {
            return 0;
        }

        product *= dim[i];
    }

    if (left < rank) {
        dim[left] = n / product;
        product *= dim[left];
    }

    return product == n;
}


/* Do all rows become one, with as many parts as there are rows?  Of a graph for
 * one row it is that row. */

static int
shape_all_rows(const train_onnx_t *o, const train_onnx_tensor_t *t)
{
    int     left;
    size_t  i, any;

    for (any = i = 0; i < o->n_inputs; i++) {
        any += o->input[i].rank > 0
               && o->input[i].dim[0] == TRAIN_ONNX_UNKNOWN;
    }

    for (left = 0, i = 1; i < t->n; i++) {
        left |= t->number[i] == -1;
    }

    return any > 0 && t->number[0] == 1 && left;
}


/* (1,rows,n), which are to be put one above another; k: all of them */

static const train_onnx_value_t *
shape_stack(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, size_t k)
{
    size_t                     i;
    train_onnx_value_t        *y;
    const train_onnx_value_t  *p;

    y = train_onnx_flat(o, ONNX_STACK, v->n);

    if (y != NULL) {
        y->n_parts = k;
        y->part = train_import_alloc(o->m, k, sizeof(y->part[0]));
    }

    if (y == NULL || y->part == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    y->part[0] = v;

    for (i = 0; v->kind == ONNX_STACK && i < k; i++) {
        p = train_onnx_in(o, n, i);

        if (p == NULL || p->kind != ONNX_STACK || p->n_parts != 1
            || p->n != v->n)
        {
            if (p != NULL) {
                (void) train_onnx_refuse(o, n, "of numbers whose rows are"
                                         " mixed, and others");
            }

            return NULL;
        }

        y->part[i] = p->part[0];
    }

    return y;
}


static maas_status_t
shape_reshape(train_onnx_t *o, const train_onnx_node_t *n)
{
    size_t                      dim[TRAIN_ONNX_DIMS];
    const train_onnx_value_t   *v;
    const train_onnx_tensor_t  *t;

    v = train_onnx_in(o, n, 0);
    t = v == NULL ? NULL : train_onnx_const(o, n, 1);
    if (t == NULL) {
        return o->err->code;
    }

    if (t->n > TRAIN_ONNX_DIMS) {
        return train_onnx_refuse(o, n, "to %zu dimensions", t->n);
    }

    if (v->kind == ONNX_CONST) {
        if (shape_dims(t->number, t->n, v->dim, v->rank, v->n, dim)) {
            return train_onnx_out(o, n, 0,
                                  train_onnx_placed(o, v->tensor, t->n, dim,
                                                    NULL));
        }

    } else if (t->n == 1 && v->n == 1 && t->number[0] == -1) {
        return shape_to(o, n, v, 0, dim);

    } else if (t->n > 0 && t->number[0] <= 1 && !shape_all_rows(o, t)
               && shape_dims(t->number + 1, t->n - 1, v->dim, v->rank, v->n,
                             dim))
    {
        return shape_to(o, n, v, t->n - 1, dim);
    }

    if (v->rank == 1 && v->kind != ONNX_CONST && t->n == 3
        && t->number[0] == 1 && t->number[1] == -1
        && t->number[2] == (double) v->n)
    {
        return train_onnx_out(o, n, 0, shape_stack(o, n, v, 1));
    }

    return train_onnx_refuse(o, n, "%zu numbers a row get a shape in which"
                             " rows are mixed, which is not done here", v->n);
}


/* Axes, an attribute until opset 12 and then an input, as dimensions of a row
 * from 0 on, or of a constant, of `rank`; none: *count 0.  The rows themselves
 * are no dimension of a row. */

static maas_status_t
shape_axes(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, size_t rank, size_t *axis, size_t *count)
{
    size_t                      i, all;
    double                      at;
    int64_t                    *list;
    maas_status_t               rc;
    const train_onnx_tensor_t  *t;

    rc = train_attr_ints(o, n, "axes", &list, count);
    if (rc != MAAS_OK) {
        return rc;
    }

    t = NULL;
    all = rank + (v->kind != ONNX_CONST);

    if (*count == 0 && train_onnx_has(n, 1)) {
        t = train_onnx_const(o, n, 1);
        if (t == NULL) {
            return o->err->code;
        }

        *count = t->n;
    }

    if (*count > TRAIN_ONNX_DIMS) {
        return train_onnx_refuse(o, n, "of %zu axes", *count);
    }

    for (i = 0; i < *count; i++) {
        at = t == NULL ? (double) list[i] : t->number[i];
        at += at < 0 ? (double) all : 0;
        at -= v->kind != ONNX_CONST;

        if (!(at >= 0 && at < (double) rank)) {
            return train_onnx_refuse(o, n, "of an axis that is the rows', or"
                                     " none");
        }

        axis[i] = (size_t) at;
    }

    return MAAS_OK;
}


/* Dimensions of 1, those of `axes` or all */

static maas_status_t
shape_squeeze(train_onnx_t *o, const train_onnx_node_t *n)
{
    size_t                     i, k, count, rank, dim[TRAIN_ONNX_DIMS];
    size_t                     axis[TRAIN_ONNX_DIMS];
    maas_status_t              rc;
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    rc = shape_axes(o, n, v, v->rank, axis, &count);
    if (rc != MAAS_OK) {
        return rc;
    }

    rank = 0;

    for (i = 0; i < v->rank; i++) {
        for (k = 0; k < count && axis[k] != i; k++) { /* void */ }

        if (v->dim[i] != 1 || (count > 0 && k == count)) {
            dim[rank++] = v->dim[i];
        }
    }

    return v->kind == ONNX_CONST
           ? train_onnx_out(o, n, 0, train_onnx_placed(o, v->tensor, rank, dim,
                                                 NULL))
           : shape_to(o, n, v, rank, dim);
}


/* A new dimension of 1: numbers of a row side by side, (1,n), or one below
 * another, (n,1), which is not the same to what comes after */

static maas_status_t
shape_unsqueeze(train_onnx_t *o, const train_onnx_node_t *n)
{
    size_t                     i, k, at, count, rank, dim[TRAIN_ONNX_DIMS];
    size_t                     axis[TRAIN_ONNX_DIMS];
    maas_status_t              rc;
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    /* negative axes count from the end of what comes out */

    rc = shape_axes(o, n, v, TRAIN_ONNX_DIMS, axis, &count);

    if (rc == MAAS_OK && v->rank + count < TRAIN_ONNX_DIMS) {
        rc = shape_axes(o, n, v, v->rank + count, axis, &count);

    } else if (rc == MAAS_OK) {
        rc = train_onnx_refuse(o, n, "of %zu dimensions", v->rank);
    }

    if (rc != MAAS_OK) {
        return rc;
    }

    rank = v->rank + count;

    for (at = i = 0; i < rank; i++) {
        for (k = 0; k < count && axis[k] != i; k++) { /* void */ }

        if (k == count && at == v->rank) {
            return train_onnx_bad(o, n, "an axis twice");
        }

        dim[i] = k < count ? 1 : v->dim[at++];
    }

    return v->kind == ONNX_CONST
           ? train_onnx_out(o, n, 0, train_onnx_placed(o, v->tensor, rank, dim,
                                                 NULL))
           : shape_to(o, n, v, rank, dim);
}


static maas_status_t
shape_transpose(train_onnx_t *o, const train_onnx_node_t *n)
{
    size_t                     i, j, count, *place, dim[2];
    int64_t                   *perm;
    maas_status_t              rc;
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    if (v->kind != ONNX_CONST || v->rank != 2) {
        return train_onnx_refuse(o, n, "of what depends on the row");
    }

    rc = train_attr_ints(o, n, "perm", &perm, &count);
    if (rc != MAAS_OK) {
        return rc;
    }

    if (count == 2 && perm[0] == 0 && perm[1] == 1) {
        return train_onnx_out(o, n, 0, v);
    }

    if (count != 0 && (count != 2 || perm[0] != 1 || perm[1] != 0)) {
        return train_onnx_bad(o, n, "perm is no order of two dimensions");
    }

    place = train_import_alloc(o->m, v->n, sizeof(size_t));
    if (place == NULL) {
        return train_onnx_nomem(o);
    }

    dim[0] = v->dim[1];
    dim[1] = v->dim[0];

    for (i = 0; i < dim[0]; i++) {
        for (j = 0; j < dim[1]; j++) {
            place[i * dim[1] + j] = j * dim[0] + i;
        }
    }

    return train_onnx_out(o, n, 0, train_onnx_placed(o, v->tensor, 2, dim,
                                                     place));
}


/* One number in a shape; what is of rows is a row */

static maas_status_t
shape_fill(train_onnx_t *o, const train_onnx_node_t *n)
{
    double                      fill;
    size_t                      i, all, dim[TRAIN_ONNX_DIMS];
    maas_pb_t                   a;
    maas_pb_field_t             f;
    train_onnx_value_t         *y;
    train_onnx_tensor_t        *t;
    const train_onnx_tensor_t  *shape;

    shape = train_onnx_const(o, n, 0);
    if (shape == NULL) {
        return o->err->code;
    }

    for (all = 1, i = 0; i < shape->n && i < TRAIN_ONNX_DIMS; i++) {
        dim[i] = i == 0 && shape->number[i] == -1 ? 1
                 : shape->number[i] > 0 && shape->number[i] <= SHAPE_MAX_FILL
                 ? (size_t) shape->number[i] : 0;
        all *= dim[i];                 /* of two that are at most 2^20 */

        if (all == 0 || all > SHAPE_MAX_FILL
            || (i > 0 && dim[i] > 1 && dim[0] > 1))
        {
            break;
        }
    }

    if (i < shape->n) {
        return train_onnx_refuse(o, n, "%g numbers along axis %zu:"
                                 " expected %d at most in all, of a row",
                                 shape->number[i], i, SHAPE_MAX_FILL);
    }

    fill = 0;

    if (train_onnx_attr(n, "value", &a)
        && maas_pb_find(a, 5, MAAS_PB_BYTES, &f))
    {
        if (train_onnx_decode(o, n, f.bytes, &t) != MAAS_OK) {
            return o->err->code;
        }

        fill = t->n == 1 && t->number != NULL ? t->number[0] : 0;
    }

    y = train_onnx_value(o, ONNX_CONST, shape->n, dim);
    t = train_import_alloc(o->m, 1, sizeof(*t));
    if (y == NULL || t == NULL) {
        return train_onnx_nomem(o);
    }

    t->type = TRAIN_ONNX_FLOAT;
    t->rank = y->rank;
    memcpy(t->dim, dim, shape->n * sizeof(size_t));
    t->n = y->n;
    t->number = train_onnx_all(o, y->n, fill);
    y->tensor = t;

    return t->number == NULL ? o->err->code : train_onnx_out(o, n, 0, y);
}


/* Do all leaves of one tree have 1 - p and p? */

static int
shape_is_leaf_pair(const train_onnx_value_t *u, const train_onnx_value_t *v)
{
    size_t                      i;
    const train_onnx_member_t  *a, *b;

    if (!train_leaves_single(u) || !train_leaves_single(v)) {
        return 0;
    }

    a = &u->leaves->member[0];
    b = &v->leaves->member[0];

    for (i = 0; a->trees == b->trees && i < train_leaves_count(a)
                && fabs(a->table[i] + b->table[i] - 1) < SHAPE_NEAR; i++)
    {
        /* void */
    }

    return a->trees == b->trees && i == train_leaves_count(a);
}


static int
shape_is_same(const train_onnx_value_t *u, const train_onnx_value_t *v)
{
    return u->kind == v->kind
           && (u->kind == ONNX_LAYER ? u->layer == v->layer
               : u->kind == ONNX_SIGMOID && u->of == v->of);
}


/* 1 - p, p */

static int
shape_is_pair(const train_onnx_value_t *u, const train_onnx_value_t *v)
{
    if (u->n == 1 && v->n == 1 && shape_is_leaf_pair(u, v)) {
        return 1;
    }

    return u->n == 1 && v->n == 1 && shape_is_same(u, v) && v->a == NULL
           && u->a != NULL && u->a[0] == -1 && u->b[0] == 1;
}


static const train_onnx_value_t *
shape_join_inputs(train_onnx_t *o, const train_onnx_value_t *c)
{
    size_t               i, at;
    train_onnx_value_t  *y;

    y = train_onnx_value(o, ONNX_INPUT, c->rank, c->dim);
    if (y == NULL) {
        return NULL;
    }

    y->element = train_import_alloc(o->m, c->n, sizeof(*y->element));
    if (y->element == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    for (i = at = 0; i < c->n_parts; at += c->part[i++]->n) {
        memcpy(y->element + at, c->part[i]->element,
               c->part[i]->n * sizeof(*y->element));
    }

    return y;
}


static maas_status_t
shape_concat_consts(train_onnx_t *o, const train_onnx_node_t *n)
{
    size_t                      i, j, at, total;
    train_onnx_value_t         *y;
    train_onnx_tensor_t        *to;
    const train_onnx_tensor_t  *t;

    total = 0;

    for (i = 0; i < n->n_in; i++) {
        t = train_onnx_const(o, n, i);
        if (t == NULL) {
            return o->err->code;
        }

        if (t->rank > 1) {
            return train_onnx_refuse(o, n, "of constants in two dimensions");
        }

        total += t->n;
    }

    y = train_onnx_flat(o, ONNX_CONST, total);
    to = train_import_alloc(o->m, 1, sizeof(*to));
    if (to != NULL) {
        to->number = train_import_alloc(o->m, total, sizeof(double));
    }

    if (y == NULL || to == NULL || to->number == NULL) {
        return train_onnx_nomem(o);
    }

    for (i = at = 0; i < n->n_in; i++) {
        t = train_onnx_const(o, n, i);
        to->type = t->type;

        for (j = 0; j < t->n; j++) {
            to->number[at++] = t->number[j];
        }
    }

    to->rank = 1;
    to->dim[0] = to->n = total;
    y->tensor = to;

    return train_onnx_out(o, n, 0, y);
}


/* The parts of all inputs, in order, into c->part if it is there */

static maas_status_t
shape_parts(train_onnx_t *o, const train_onnx_node_t *n, train_onnx_value_t *c,
    int *inputs)
{
    size_t                     i, j, at, parts;
    const train_onnx_value_t  *v, *p;

    parts = c->n = 0;
    *inputs = 1;

    for (i = 0; i < n->n_in; i++) {
        v = train_onnx_in(o, n, i);
        if (v == NULL) {
            return o->err->code;
        }

        if (v->kind == ONNX_CONST || v->kind == ONNX_STACK || v->rank > 2
            || (v->rank == 2 && v->dim[0] != 1))
        {
            return train_onnx_refuse(o, n, "of constants and numbers of a row,"
                                     " or of more than one dimension: join"
                                     " numbers of a row along that row");
        }

        at = 0;

        for (j = 0; j < (v->kind == ONNX_CONCAT ? v->n_parts : 1); j++) {
            p = v->kind == ONNX_CONCAT ? v->part[j] : v;

            if (c->part != NULL && v->kind == ONNX_CONCAT
                && (v->a != NULL || v->b != NULL))
            {
                p = train_onnx_affine(o, n, p, v->a == NULL ? NULL : v->a + at,
                                      v->b == NULL ? NULL : v->b + at);
                if (p == NULL) {
                    return o->err->code;
                }
            }

            if (c->part != NULL) {
                c->part[parts] = p;
            }

            *inputs &= p->kind == ONNX_INPUT && p->a == NULL && p->b == NULL;
            at += p->n;
            parts++;
        }

        c->n += v->n;

        if (c->n > MAAS_MAX_WIDTH || parts > MAAS_MAX_WIDTH) {
            return train_onnx_refuse(o, n, "of more than %u numbers a row",
                                     MAAS_MAX_WIDTH);
        }
    }

    c->n_parts = parts;

    return MAAS_OK;
}


static maas_status_t
shape_concat(train_onnx_t *o, const train_onnx_node_t *n)
{
    int                        inputs, below;
    int64_t                    axis;
    maas_status_t              rc;
    train_onnx_value_t        *c;
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    if (v->kind == ONNX_CONST) {
        return shape_concat_consts(o, n);
    }

    axis = train_onnx_is(n->op, "FeatureVectorizer") ? -1
           : train_attr_int(n, "axis", 1);

    if (v->kind == ONNX_STACK && axis == 0) {
        return train_onnx_out(o, n, 0, shape_stack(o, n, v, n->n_in));
    }

    /* (1,n) below one another are (k,n), in the same order */

    below = v->rank == 2 && v->dim[0] == 1 && axis == 1;

    if (axis != -1 && axis != (int64_t) v->rank && !below) {
        return train_onnx_refuse(o, n, "along axis %lld, which is not that of a"
                                 " row's numbers", (long long) axis);
    }

    c = train_onnx_flat(o, ONNX_CONCAT, 1);
    if (c == NULL) {
        return o->err->code;
    }

    rc = shape_parts(o, n, c, &inputs);
    if (rc != MAAS_OK) {
        return rc;
    }

    c->part = train_import_alloc(o->m, c->n_parts, sizeof(c->part[0]));
    if (c->part == NULL) {
        return train_onnx_nomem(o);
    }

    rc = shape_parts(o, n, c, &inputs);
    if (rc != MAAS_OK) {
        return rc;
    }

    if (below && v->n * n->n_in != c->n) {
        return train_onnx_bad(o, n, "of rows of different lengths");
    }

    c->rank = v->rank < 2 ? 1 : 2;
    c->dim[0] = c->rank == 1 ? c->n : below ? n->n_in : 1;
    c->dim[1] = c->n / c->dim[0];

    if (inputs) {
        return train_onnx_out(o, n, 0, shape_join_inputs(o, c));
    }

    if (c->n_parts == 1) {
        return train_onnx_out(o, n, 0, c->part[0]);
    }

    if (c->n_parts == 2 && shape_is_pair(c->part[0], c->part[1])) {
        c->kind = ONNX_PAIR;
        c->of = c->part[1];
        c->n_parts = 0;
    }

    return train_onnx_out(o, n, 0, c);
}


const train_onnx_op_t  train_onnx_shapes[] = {
    { "Identity", shape_same },
    { "Dropout", shape_same },
    { "Cast", shape_cast },
    { "Constant", shape_constant },
    { "Shape", shape_shape },
    { "ConstantOfShape", shape_fill },
    { "Flatten", shape_flatten },
    { "Reshape", shape_reshape },
    { "Squeeze", shape_squeeze },
    { "Unsqueeze", shape_unsqueeze },
    { "Transpose", shape_transpose },
    { "Concat", shape_concat },
    { "FeatureVectorizer", shape_concat },
    { NULL, NULL }
};
