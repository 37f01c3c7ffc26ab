/*
 * Operators that take some numbers of a row, or of a constant, and those that
 * add all of them up.
 * Not here: those that take all of them (onnx_shape.c).
 */

#include "onnx.h"

#include <math.h>
#include <string.h>


#define PICK_MAX_SUMS  ((size_t) 1 << 24)  /* numbers and sums */


/* Is the axis that of a row's numbers, or of a constant that is a list? */

static int
pick_over(const train_onnx_value_t *v, int64_t axis)
{
    if (v->kind == ONNX_CONST) {
        return v->rank == 1 && (axis == -1 || axis == 0);
    }

    return train_onnx_over_row(v, axis);
}


/* Of (1,n) comes (1,k) */

static const train_onnx_value_t *
pick_like(train_onnx_t *o, const train_onnx_value_t *y,
    const train_onnx_value_t *v)
{
    train_onnx_value_t  *like;

    if (y == NULL || v->rank != 2 || y->rank != 1) {
        return y;
    }

    like = train_onnx_copy(o, y);

    if (like != NULL) {
        like->rank = 2;
        like->dim[0] = 1;
        like->dim[1] = y->n;
    }

    return like;
}


/* Numbers place[count] of each row, count is not 0 */

static const train_onnx_value_t *
pick_row(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, const size_t *place, size_t count)
{
    size_t               i;
    double              *w;
    train_onnx_value_t  *y;

    if (v->kind == ONNX_PAIR && v->a == NULL && v->b == NULL && count == 1
        && place[0] == 1)
    {
        return v->of;
    }

    if (v->kind != ONNX_INPUT || v->a != NULL) {
        if (v->n > ((size_t) 1 << 24) / count) {
            (void) train_onnx_refuse(o, n, "%zu of %zu numbers that layers"
                                     " compute", count, v->n);
            return NULL;
        }

        w = train_import_alloc(o->m, v->n * count, sizeof(double));
        if (w == NULL) {
            (void) train_onnx_nomem(o);
            return NULL;
        }

        for (i = 0; i < count; i++) {
            w[place[i] * count + i] = 1;
        }

        return train_onnx_linear(o, n, v, w, NULL, count);
    }

    y = train_onnx_flat(o, ONNX_INPUT, count);
    if (y == NULL) {
        return NULL;
    }

    y->element = train_import_alloc(o->m, count, sizeof(*y->element));
    if (y->element == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    for (i = 0; i < count; i++) {
        y->element[i] = v->element[place[i]];
    }

    return y;
}


static maas_status_t
pick_gather(train_onnx_t *o, const train_onnx_node_t *n)
{
    int                         last;
    size_t                      i, *place;
    double                      at;
    int64_t                     axis;
    train_onnx_value_t         *y;
    const train_onnx_value_t   *v, *picked;
    const train_onnx_tensor_t  *t;

    v = train_onnx_in(o, n, 0);
    picked = v == NULL ? NULL : train_onnx_in(o, n, 1);

    if (picked != NULL && picked->kind == ONNX_NEAREST
        && train_onnx_is(n->op, "ArrayFeatureExtractor"))
    {
        return train_onnx_out(o, n, 0, train_onnx_nearest(o, n, v, picked));
    }

    t = picked == NULL ? NULL : train_onnx_const(o, n, 1);
    if (t == NULL) {
        return o->err->code;
    }

    last = train_onnx_is(n->op, "ArrayFeatureExtractor");
    axis = last ? -1 : train_attr_int(n, "axis", 0);

    if (!pick_over(v, axis)) {
        return train_onnx_refuse(o, n, "along axis %lld of %zu dimensions",
                                 (long long) axis, v->rank
                                 + (v->kind != ONNX_CONST));
    }

    place = train_import_alloc(o->m, t->n, sizeof(size_t));
    if (place == NULL || t->n == 0) {
        return place == NULL ? train_onnx_nomem(o)
               : train_onnx_bad(o, n, "takes nothing");
    }

    for (i = 0; i < t->n; i++) {
        at = t->number[i] < 0 ? t->number[i] + (double) v->n : t->number[i];

        if (!(at >= 0 && at < (double) v->n)) {
            return train_onnx_bad(o, n, "takes number %g of %zu", at, v->n);
        }

        place[i] = (size_t) at;
    }

    picked = v->kind == ONNX_CONST
             ? train_onnx_placed(o, v->tensor, t->rank > 1 ? 1 : t->rank, &t->n,
                           place)
             : pick_like(o, pick_row(o, n, v, place, t->n), v);
    if (picked == NULL || v->kind == ONNX_CONST || last || t->rank > 0) {
        return train_onnx_out(o, n, 0, picked);
    }

    y = train_onnx_copy(o, picked);

    if (y != NULL) {                   /* the axis is gone */
        y->rank = v->rank - 1;
    }

    return train_onnx_out(o, n, 0, y);
}


/* part: start, end, axis and step of the one axis that is not taken whole; all
 * that are after it are 1, or of rows */

static maas_status_t
pick_part(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, double *part)
{
    int                         rows;
    size_t                      i, k, count;
    double                      each[4];
    const train_onnx_tensor_t  *t[4] = { NULL };

    for (i = 0; i < 4 && (i < 2 || train_onnx_has(n, i + 1)); i++) {
        t[i] = train_onnx_const(o, n, i + 1);
        if (t[i] == NULL) {
            return o->err->code;
        }

        if (t[i]->n != t[0]->n) {
            return train_onnx_bad(o, n, "%zu starts and %zu others", t[0]->n,
                                  t[i]->n);
        }
    }

    for (count = k = 0; k < t[0]->n; k++) {
        each[2] = (double) k;
        each[3] = 1;

        for (i = 0; i < 4; i++) {
            each[i] = t[i] == NULL ? each[i] : t[i]->number[k];
        }

        rows = v->kind != ONNX_CONST && each[2] == 0;

        if (rows && each[0] == 0 && each[1] > 1e9 && each[3] == 1) {
            continue;                  /* all rows */
        }

        if (rows || count++ > 0) {
            return train_onnx_refuse(o, n, "along %zu axes, or of some rows",
                                     t[0]->n);
        }

        memcpy(part, each, sizeof(each));
    }

    part[3] = count == 0 ? 0 : part[3];

    return MAAS_OK;
}


/* starts, ends, axes and steps, inputs since opset 10 */

static maas_status_t
pick_slice(train_onnx_t *o, const train_onnx_node_t *n)
{
    size_t                     i, k, *place;
    double                     part[4] = { 0 }, size, at;
    maas_status_t              rc;
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    rc = v == NULL ? o->err->code : pick_part(o, n, v, part);

    if (rc != MAAS_OK) {
        return rc;
    }

    if (part[3] == 0 && part[2] == 0) {
        return train_onnx_out(o, n, 0, v);
    }

    if (!pick_over(v, (int64_t) part[2]) || part[3] == 0) {
        return train_onnx_refuse(o, n, "along axis %g of %zu dimensions",
                                 part[2], v->rank + (v->kind != ONNX_CONST));
    }

    /* the first and the last place, with a negative step one before */

    size = (double) v->n;

    for (i = 0; i < 2; i++) {
        part[i] += part[i] < 0 ? size : 0;
        part[i] = part[3] > 0 ? fmin(fmax(part[i], 0), size)
                  : fmin(fmax(part[i], -1), size - 1);
    }

    at = ceil((part[1] - part[0]) / part[3]);
    k = at > 0 ? (size_t) at : 0;
    place = train_import_alloc(o->m, k, sizeof(size_t));
    if (place == NULL || k == 0) {
        return place == NULL ? train_onnx_nomem(o)
               : train_onnx_bad(o, n, "takes nothing");
    }

    for (i = 0; i < k; i++) {
        place[i] = (size_t) (part[0] + (double) i * part[3]);
    }

    return train_onnx_out(o, n, 0, v->kind == ONNX_CONST
                          ? train_onnx_placed(o, v->tensor, 1, &k, place)
                          : pick_like(o, pick_row(o, n, v, place, k), v));
}


/* Sizes of the parts of a Split: an attribute until opset 12, then an input, or
 * as many as there are outputs, the last one smaller */

static maas_status_t
pick_sizes(train_onnx_t *o, const train_onnx_node_t *n, size_t all,
    size_t *size)
{
    size_t                      i, sum, each, count;
    int64_t                    *list;
    maas_status_t               rc;
    const train_onnx_tensor_t  *t;

    rc = train_attr_ints(o, n, "split", &list, &count);
    if (rc != MAAS_OK) {
        return rc;
    }

    t = NULL;

    if (count == 0 && train_onnx_has(n, 1)) {
        t = train_onnx_const(o, n, 1);
        if (t == NULL) {
            return o->err->code;
        }

        count = t->n;
    }

    each = n->n_out == 0 ? 0 : (all + n->n_out - 1) / n->n_out;

    for (sum = i = 0; i < n->n_out; i++) {
        size[i] = count == 0 ? (each < all - sum ? each : all - sum)
                  : i >= count ? 0
                  : (size_t) (t == NULL ? (double) list[i] : t->number[i]);

        if (size[i] == 0 || size[i] > all - sum) {
            break;
        }

        sum += size[i];
    }

    return i == n->n_out && sum == all && (count == 0 || count == n->n_out)
           ? MAAS_OK
           : train_onnx_bad(o, n, "%zu parts are not the %zu numbers of a row",
                            n->n_out, all);
}


static maas_status_t
pick_split(train_onnx_t *o, const train_onnx_node_t *n)
{
    size_t                     i, k, at, *size, *place;
    int64_t                    axis;
    maas_status_t              rc;
    const train_onnx_value_t  *v, *y;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    axis = train_attr_int(n, "axis", 0);

    if (v->kind == ONNX_CONST || !pick_over(v, axis)) {
        return train_onnx_refuse(o, n, "along axis %lld, which is not that of a"
                                 " row's numbers", (long long) axis);
    }

    size = train_import_alloc(o->m, n->n_out, sizeof(size_t));
    place = train_import_alloc(o->m, v->n, sizeof(size_t));
    if (size == NULL || place == NULL) {
        return train_onnx_nomem(o);
    }

    rc = pick_sizes(o, n, v->n, size);

    /* each part has a layer of its own, or columns */

    for (at = i = 0; rc == MAAS_OK && i < n->n_out; at += size[i++]) {
        for (k = 0; k < size[i]; k++) {
            place[k] = at + k;
        }

        y = pick_row(o, n, v, place, size[i]);
        rc = y == NULL ? o->err->code
             : train_onnx_out(o, n, i, pick_like(o, y, v));
    }

    return rc;
}


/* Of (k,n) numbers of a row, k sums */

static maas_status_t
pick_sums(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v)
{
    size_t   i, k;
    double  *w;

    k = v->dim[0];

    if (train_attr_int(n, "keepdims", 1) != 0) {
        return train_onnx_refuse(o, n, "sums in two dimensions");
    }

    w = v->n == 0 || k > PICK_MAX_SUMS / v->n ? NULL
        : train_import_alloc(o->m, v->n * k, sizeof(double));
    if (w == NULL) {
        return train_onnx_refuse(o, n, "%zu sums of %zu numbers", k, v->n);
    }

    for (i = 0; i < v->n; i++) {
        w[i * k + i / v->dim[1]] = 1;
    }

    return train_onnx_out(o, n, 0, train_onnx_linear(o, n, v, w, NULL, k));
}


/* Of a matrix of constants (k,n), n sums */

static maas_status_t
pick_sums_const(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v)
{
    size_t                i, j, dim[2];
    double               *sum;
    train_onnx_value_t   *y;
    train_onnx_tensor_t  *t;

    y = train_onnx_anew(o, v, &t);
    if (y == NULL) {
        return o->err->code;
    }

    dim[0] = 1;
    dim[1] = v->dim[1];
    sum = t->number;

    for (i = 0; i < v->dim[0]; i++) {
        for (j = 0; j < v->dim[1]; j++) {
            sum[j] += v->tensor->number[i * v->dim[1] + j];
        }
    }

    t->n = v->dim[1];

    return train_onnx_out(o, n, 0,
                          train_attr_int(n, "keepdims", 1) == 0
                          ? train_onnx_placed(o, t, 1, dim + 1, NULL)
                          : train_onnx_placed(o, t, 2, dim, NULL));
}


maas_status_t
train_onnx_out_of_row(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, train_onnx_kind_t kind)
{
    train_onnx_value_t  *y;

    y = train_onnx_flat(o, kind, 1);

    if (y != NULL) {
        y->of = v;
        y->rank = v->rank - (train_attr_int(n, "keepdims", 1) == 0);
        y->dim[1] = 1;
    }

    return train_onnx_out(o, n, 0, y);
}


/* All numbers of a row added up */

static maas_status_t
pick_sum(train_onnx_t *o, const train_onnx_node_t *n)
{
    int64_t                    axis;
    maas_status_t              rc;
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    rc = train_attr_axis(o, n, &axis);
    if (rc != MAAS_OK) {
        return rc;
    }

    if (v->kind != ONNX_CONST && v->rank == 2 && v->dim[0] > 1
        && (axis == 2 || axis == -1))
    {
        return pick_sums(o, n, v);
    }

    if (v->kind == ONNX_CONST && v->rank == 2 && v->tensor->number != NULL
        && train_attr_first_axis(o, n))
    {
        return pick_sums_const(o, n, v);
    }

    if (v->kind == ONNX_CONST || !pick_over(v, axis)) {
        return train_onnx_refuse(o, n, "over other than the numbers of a row");
    }

    return train_onnx_out_of_row(o, n, v, ONNX_TOTAL);
}


const train_onnx_op_t  train_onnx_picks[] = {
    { "Gather", pick_gather },
    { "ArrayFeatureExtractor", pick_gather },
    { "Slice", pick_slice },
    { "Split", pick_split },
    { "ReduceSum", pick_sum },
    { NULL, NULL }
};
