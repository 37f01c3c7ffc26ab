/*
 * Operators of an ONNX graph on what depends on one tree alone: they are run
 * now, leaf by leaf, in single precision as ONNX Runtime would each time.
 * Not here: sums of several trees (onnx_leaves.c).
 */

#include "onnx_leaves.h"

#include <stdlib.h>
#include <string.h>


#define LEAF_ARGS     3
#define LEAF_MAX_KEY  9e18             /* an int64 has no more */
#define LEAF_MAX_INT  2147483648.0     /* nor an int32 */

/* An input: v[i * step + j * each] is number j of leaf i */

typedef struct {
    const double  *v;
    size_t         n;
    size_t         step;
    size_t         each;
    int            whole;
} leaf_arg_t;

typedef struct {
    const char    *name;
    size_t         args;
    double       (*of)(const double *x);
} leaf_op_t;

/* Of a LabelEncoder */

typedef struct {
    int64_t        key;
    double         value;
} leaf_key_t;

/* An operator on v, all numbers of a leaf of one tree; *done: it was run, or
 * else is left to the other operators */

typedef struct {
    const char    *name;
    maas_status_t (*run)(train_onnx_t *o, const train_onnx_node_t *n,
                         const train_onnx_value_t *v, int *done);
} leaf_whole_t;


static double
leaf_add(const double *x)
{
    return x[0] + x[1];
}


static double
leaf_sub(const double *x)
{
    return x[0] - x[1];
}


static double
leaf_mul(const double *x)
{
    return x[0] * x[1];
}


static double
leaf_div(const double *x)
{
    return x[0] / x[1];
}


static double
leaf_max(const double *x)
{
    return isnan(x[0]) || x[0] > x[1] ? x[0] : x[1];
}


static double
leaf_min(const double *x)
{
    return isnan(x[0]) || x[0] < x[1] ? x[0] : x[1];
}


static double
leaf_equal(const double *x)
{
    return x[0] == x[1];
}


static double
leaf_greater(const double *x)
{
    return x[0] > x[1];
}


static double
leaf_greater_equal(const double *x)
{
    return x[0] >= x[1];
}


static double
leaf_less(const double *x)
{
    return x[0] < x[1];
}


static double
leaf_less_equal(const double *x)
{
    return x[0] <= x[1];
}


static double
leaf_clip(const double *x)
{
    double  v;

    v = x[0] < x[1] ? x[1] : x[0];

    return v > x[2] ? x[2] : v;
}


static double
leaf_where(const double *x)
{
    return x[0] != 0 ? x[1] : x[2];
}


static double
leaf_not(const double *x)
{
    return x[0] == 0;
}


static double
leaf_abs(const double *x)
{
    return fabs(x[0]);
}


static double
leaf_neg(const double *x)
{
    return -x[0];
}


static double
leaf_log(const double *x)
{
    return log(x[0]);
}


static const leaf_op_t  leaf_ops[] = {
    { "Add", 2, leaf_add },
    { "Sub", 2, leaf_sub },
    { "Mul", 2, leaf_mul },
    { "Div", 2, leaf_div },
    { "Max", 2, leaf_max },
    { "Min", 2, leaf_min },
    { "Equal", 2, leaf_equal },
    { "Greater", 2, leaf_greater },
    { "GreaterOrEqual", 2, leaf_greater_equal },
    { "Less", 2, leaf_less },
    { "LessOrEqual", 2, leaf_less_equal },
    { "Clip", 3, leaf_clip },
    { "Where", 3, leaf_where },
    { "Not", 1, leaf_not },
    { "Abs", 1, leaf_abs },
    { "Neg", 1, leaf_neg },
    { "Log", 1, leaf_log },
    { NULL, 0, NULL }
};


static train_onnx_value_t *
leaf_made(train_onnx_value_t *y, int whole)
{
    if (y != NULL) {
        y->leaves->whole = whole;
    }

    return y;
}


/* 1 - p, p of one tree as two numbers; NULL without memory */

static const train_onnx_value_t *
leaf_pair(train_onnx_t *o, const train_onnx_value_t *v)
{
    double                     *table;
    size_t                      i, leaves;
    const train_onnx_member_t  *m;

    m = &v->of->leaves->member[0];
    leaves = train_leaves_count(m);
    table = train_import_alloc(o->m, leaves, 2 * sizeof(double));
    if (table == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    for (i = 0; i < leaves; i++) {
        table[2 * i] = (float) (1 - m->table[i]);
        table[2 * i + 1] = m->table[i];
    }

    return train_leaves_table(o, v->of, table, 2);
}


/* What is known of input i; NULL: nothing yet */

static const train_onnx_value_t *
leaf_known(const train_onnx_t *o, const train_onnx_node_t *n, size_t i)
{
    const train_onnx_name_t  *e;

    e = train_onnx_has(n, i) ? train_onnx_find(o, n->in[i]) : NULL;

    return e == NULL ? NULL : e->value;
}


static int
leaf_is_pair(const train_onnx_value_t *v)
{
    return v->kind == ONNX_PAIR && v->a == NULL && v->b == NULL
           && train_leaves_single(v->of);
}


/* A constant in one dimension, but for those of 1 before it */

static int
leaf_is_list(const train_onnx_value_t *v)
{
    return v->kind == ONNX_CONST && v->tensor->number != NULL
           && (v->rank == 0 || v->dim[v->rank - 1] == v->n);
}


static int
leaf_is_whole(const train_onnx_tensor_t *t)
{
    return t->type == TRAIN_ONNX_INT64 || t->type == TRAIN_ONNX_INT32;
}


/* Inputs of a node as arguments; *of: the tree's value.  0: they are not of
 * one tree and constants, or it failed, and was said. */

static int
leaf_args(train_onnx_t *o, const train_onnx_node_t *n, size_t args,
    leaf_arg_t *arg, const train_onnx_value_t **of)
{
    size_t                     i;
    const train_onnx_value_t  *v;

    *of = NULL;

    for (i = 0; i < args; i++) {
        v = train_onnx_in(o, n, i);
        if (v == NULL) {
            return 0;
        }

        arg[i].n = v->n;
        arg[i].each = v->n > 1;

        if (leaf_is_list(v)) {
            arg[i].v = v->tensor->number;
            arg[i].step = 0;
            arg[i].whole = leaf_is_whole(v->tensor);
            continue;
        }

        if (!train_leaves_single(v) || v->rank > 1
            || (*of != NULL && (*of)->leaves->member[0].trees
                               != v->leaves->member[0].trees))
        {
            return 0;
        }

        *of = v;
        arg[i].v = v->leaves->member[0].table;
        arg[i].step = v->n;
        arg[i].whole = v->leaves->whole;
    }

    return *of != NULL;
}


/* Of one number; whole ones divide as such, and are not rounded to floats */

static double
leaf_number(const leaf_op_t *op, const double *x, maas_dtype_t type, int whole)
{
    double  y;

    y = op->of(x);

    return whole ? op->of == leaf_div ? trunc(y) : y
           : type == MAAS_F64 ? y : (float) y;
}


static maas_status_t
leaf_each(train_onnx_t *o, const train_onnx_node_t *n, const leaf_op_t *op,
    int *done)
{
    int                         whole;
    double                     *table, x[LEAF_ARGS];
    size_t                      i, j, k, width, leaves;
    leaf_arg_t                  arg[LEAF_ARGS];
    train_onnx_value_t         *y;
    const train_onnx_value_t   *v;
    const train_onnx_member_t  *m;

    if (n->n_in != op->args || !leaf_args(o, n, op->args, arg, &v)) {
        return o->err->code;
    }

    for (width = 1, whole = 0, k = 0; k < op->args; k++) {
        width = arg[k].n > width ? arg[k].n : width;
        whole |= arg[k].whole;
    }

    for (k = 0; k < op->args; k++) {
        if (arg[k].n != 1 && arg[k].n != width) {
            return MAAS_OK;
        }
    }

    m = &v->leaves->member[0];
    leaves = train_leaves_count(m);
    table = train_import_alloc(o->m, leaves * width, sizeof(double));
    if (table == NULL) {
        return train_onnx_nomem(o);
    }

    for (i = 0; i < leaves; i++) {
        for (j = 0; j < width; j++) {
            for (k = 0; k < op->args; k++) {
                x[k] = arg[k].v[i * arg[k].step + j * arg[k].each];
            }

            table[i * width + j] = leaf_number(op, x, m->trees->type, whole);
        }
    }

    *done = 1;
    y = leaf_made(train_leaves_table(o, v, table, width), whole);

    return train_onnx_out(o, n, 0,
                          width == v->n ? train_onnx_shaped(y, v) : y);
}


/* To a whole number, or a truth, or from one to a float */

static maas_status_t
leaf_cast(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, int *done)
{
    int                         whole;
    double                     *table, x, most;
    size_t                      i, count;
    int64_t                     to;
    train_onnx_value_t         *y;
    const train_onnx_member_t  *m;

    to = train_attr_int(n, "to", 0);
    whole = to == TRAIN_ONNX_INT64 || to == TRAIN_ONNX_INT32;

    if (!whole && to != TRAIN_ONNX_BOOL
        && !(to == TRAIN_ONNX_FLOAT && v->leaves->whole))
    {
        return MAAS_OK;
    }

    most = to == TRAIN_ONNX_INT32 ? LEAF_MAX_INT : LEAF_MAX_KEY;
    m = &v->leaves->member[0];
    count = train_leaves_count(m) * v->n;
    table = train_import_alloc(o->m, count, sizeof(double));
    if (table == NULL) {
        return train_onnx_nomem(o);
    }

    for (i = 0; i < count; i++) {
        x = m->table[i];

        if (whole && !(fabs(x) < most)) {
            return train_onnx_refuse(o, n, "makes a whole number of %g, which"
                                     " is beyond those of its type", x);
        }

        table[i] = to == TRAIN_ONNX_BOOL ? x != 0 : whole ? trunc(x)
                   : (float) x;
    }

    *done = 1;
    y = leaf_made(train_leaves_table(o, v, table, v->n), whole);

    return train_onnx_out(o, n, 0, train_onnx_shaped(y, v));
}


/* The place of the first that is largest, or smallest, of a leaf's numbers */

static maas_status_t
leaf_place(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, int *done)
{
    int                         least;
    double                     *table;
    size_t                      i, k, best;
    const double               *x;
    train_onnx_value_t         *y;
    const train_onnx_member_t  *m;

    if (!train_onnx_over_row(v, train_attr_int(n, "axis", 0))
        || train_attr_int(n, "select_last_index", 0) != 0)
    {
        return MAAS_OK;
    }

    least = train_onnx_is(n->op, "ArgMin");
    o->nearest |= least;
    m = &v->leaves->member[0];
    table = train_import_alloc(o->m, train_leaves_count(m), sizeof(double));
    if (table == NULL) {
        return train_onnx_nomem(o);
    }

    for (i = 0; i < train_leaves_count(m); i++) {
        x = m->table + i * v->n;

        for (best = 0, k = 1; k < v->n; k++) {
            if (least ? x[k] < x[best] : x[k] > x[best]) {
                best = k;
            }
        }

        table[i] = (double) best;
    }

    *done = 1;
    y = leaf_made(train_leaves_table(o, v, table, 1), 1);

    if (y != NULL && train_attr_int(n, "keepdims", 1) == 0) {
        y->rank = 0;
    }

    return train_onnx_out(o, n, 0, y);
}


/* What stands in a list of constants at a leaf's place */

static maas_status_t
leaf_pick(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *list, const train_onnx_value_t *v, int *done)
{
    double                     *table, at;
    size_t                      i;
    const train_onnx_member_t  *m;

    if (!leaf_is_list(list) || v->n != 1) {
        return MAAS_OK;
    }

    m = &v->leaves->member[0];
    table = train_import_alloc(o->m, train_leaves_count(m), sizeof(double));
    if (table == NULL) {
        return train_onnx_nomem(o);
    }

    for (i = 0; i < train_leaves_count(m); i++) {
        at = m->table[i];

        if (!(at >= 0 && at < (double) list->n)) {
            return train_onnx_bad(o, n, "takes number %g of %zu", at, list->n);
        }

        table[i] = list->tensor->number[(size_t) at];
    }

    *done = 1;

    return train_onnx_out(o, n, 0,
                          leaf_made(train_leaves_table(o, v, table, 1),
                                    leaf_is_whole(list->tensor)));
}


static int
leaf_by_key(const void *a, const void *b)
{
    const leaf_key_t  *x = a, *y = b;

    return x->key < y->key ? -1 : x->key > y->key;
}


/* Numbers of a LabelEncoder by its keys, which are whole numbers; *whole: so
 * are those */

static maas_status_t
leaf_keys(train_onnx_t *o, const train_onnx_node_t *n, leaf_key_t **keys,
    size_t *count, double *other, int *whole)
{
    size_t          i, n_v;
    double         *v;
    int64_t        *key, *ints;
    maas_status_t   rc;

    rc = train_attr_ints(o, n, "keys_int64s", &key, count);

    if (rc == MAAS_OK) {
        rc = train_attr_floats(o, n, "values_floats", &v, &n_v);
    }

    *other = train_attr_float(n, "default_float", -0.0);

    if (rc != MAAS_OK) {
        return rc;
    }

    *whole = n_v == 0;

    if (*whole) {
        *other = (double) train_attr_int(n, "default_int64", -1);
        rc = train_attr_ints(o, n, "values_int64s", &ints, &n_v);
        v = train_import_alloc(o->m, n_v, sizeof(double));

        for (i = 0; rc == MAAS_OK && v != NULL && i < n_v; i++) {
            v[i] = (double) ints[i];
        }
    }

    *keys = train_import_alloc(o->m, *count, sizeof(leaf_key_t));

    if (rc != MAAS_OK || v == NULL || *keys == NULL) {
        return rc != MAAS_OK ? rc : train_onnx_nomem(o);
    }

    if (n_v != *count || n_v == 0) {
        return train_onnx_refuse(o, n, "%zu whole numbers as keys and %zu"
                                 " numbers as values of a leaf", *count, n_v);
    }

    for (i = 0; i < n_v; i++) {
        (*keys)[i].key = key[i];
        (*keys)[i].value = v[i];
    }

    qsort(*keys, n_v, sizeof(leaf_key_t), leaf_by_key);

    for (i = 1; i < n_v; i++) {
        if ((*keys)[i].key == (*keys)[i - 1].key) {
            return train_onnx_refuse(o, n, "has the key %lld twice",
                                     (long long) (*keys)[i].key);
        }
    }

    return MAAS_OK;
}


static maas_status_t
leaf_label(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, int *done)
{
    int                         whole;
    size_t                      i, leaves, count;
    double                     *table, other;
    leaf_key_t                 *keys, *found, key;
    maas_status_t               rc;
    train_onnx_value_t         *y;
    const train_onnx_member_t  *m;

    m = &v->leaves->member[0];
    leaves = train_leaves_count(m) * v->n;
    rc = leaf_keys(o, n, &keys, &count, &other, &whole);
    table = rc == MAAS_OK
            ? train_import_alloc(o->m, leaves, sizeof(double)) : NULL;
    if (table == NULL) {
        return rc != MAAS_OK ? rc : train_onnx_nomem(o);
    }

    for (i = 0; i < leaves; i++) {
        if (!(fabs(m->table[i]) < LEAF_MAX_KEY)) {
            return train_onnx_bad(o, n, "looks up %g", m->table[i]);
        }

        key.key = (int64_t) m->table[i];
        found = bsearch(&key, keys, count, sizeof(key), leaf_by_key);
        table[i] = found == NULL ? other : found->value;
    }

    *done = 1;
    y = leaf_made(train_leaves_table(o, v, table, v->n), whole);

    return train_onnx_out(o, n, 0, train_onnx_shaped(y, v));
}


/* A number for each value of a list of whole numbers */

static maas_status_t
leaf_one_hot(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, int *done)
{
    size_t                      i, k, count, found, dim[2];
    double                     *table;
    int64_t                    *value;
    maas_status_t               rc;
    train_onnx_value_t         *y;
    const train_onnx_member_t  *m;

    rc = train_attr_ints(o, n, "cats_int64s", &value, &count);

    if (rc != MAAS_OK || count == 0 || v->n != 1 || count > MAAS_MAX_WIDTH) {
        return rc;
    }

    m = &v->leaves->member[0];
    table = train_import_alloc(o->m, train_leaves_count(m),
                               count * sizeof(double));
    if (table == NULL) {
        return train_onnx_nomem(o);
    }

    for (i = 0; i < train_leaves_count(m); i++) {
        for (found = 0, k = 0; k < count; k++) {
            table[i * count + k] = m->table[i] == (double) value[k];
            found += table[i * count + k] != 0;
        }

        if (found > 1
            || (found == 0 && train_attr_int(n, "zeros", 1) == 0))
        {
            return train_onnx_bad(o, n, "has the category %g %s", m->table[i],
                                  found > 1 ? "twice" : "of a tree not");
        }
    }

    *done = 1;
    dim[0] = 1;
    dim[1] = count;
    y = train_leaves_table(o, v, table, count);

    if (y != NULL) {
        y->rank = 2;
        memcpy(y->dim, dim, sizeof(dim));
    }

    return train_onnx_out(o, n, 0, y);
}


/* Is it the same for all rows, as 0 * x + 1 is? */

static int
leaf_is_fixed(const train_onnx_value_t *v)
{
    size_t  i;

    for (i = 0; v->a != NULL && v->b != NULL && i < v->n && v->a[i] == 0; i++)
    {
        /* void */
    }

    return v->kind == ONNX_INPUT && v->a != NULL && i == v->n;
}


/* Numbers of one tree, and those that are the same for all rows, behind one
 * another */

static maas_status_t
leaf_concat(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, int *done)
{
    double                     *table;
    size_t                      i, j, k, at, width;
    const train_onnx_value_t   *u;
    const train_onnx_member_t  *m;

    u = leaf_known(o, n, 1);

    if (u == NULL || !leaf_is_fixed(u)) {
        return MAAS_OK;
    }

    m = &v->leaves->member[0];

    for (width = k = 0; k < n->n_in; k++) {
        u = leaf_known(o, n, k);

        if (u == NULL || u->rank != 1
            || (!leaf_is_fixed(u)
                && (!train_leaves_single(u)
                    || u->leaves->member[0].trees != m->trees)))
        {
            return MAAS_OK;
        }

        width += u->n;
    }

    if (width > MAAS_MAX_WIDTH
        || !train_onnx_over_row(v, train_attr_int(n, "axis", 1)))
    {
        return MAAS_OK;
    }

    table = train_import_alloc(o->m, train_leaves_count(m) * width,
                               sizeof(double));
    if (table == NULL) {
        return train_onnx_nomem(o);
    }

    for (at = k = 0; k < n->n_in; at += u->n, k++) {
        u = leaf_known(o, n, k);

        for (i = 0; i < train_leaves_count(m); i++) {
            for (j = 0; j < u->n; j++) {
                table[i * width + at + j] = u->kind != ONNX_LEAVES ? u->b[j]
                    : u->leaves->member[0].table[i * u->n + j];
            }
        }
    }

    *done = 1;

    return train_onnx_out(o, n, 0, train_leaves_table(o, v, table, width));
}


static const leaf_whole_t  leaf_wholes[] = {
    { "Cast", leaf_cast },
    { "OneHotEncoder", leaf_one_hot },
    { "Concat", leaf_concat },
    { "LabelEncoder", leaf_label },
    { "ArgMax", leaf_place },
    { "ArgMin", leaf_place },
    { NULL, NULL }
};


maas_status_t
train_leaves_run(train_onnx_t *o, const train_onnx_node_t *n, int *done)
{
    size_t                     i;
    const leaf_op_t           *op;
    const leaf_whole_t        *whole;
    const train_onnx_value_t  *v, *u;

    *done = 0;
    v = leaf_known(o, n, 0);
    u = leaf_known(o, n, 1);

    if (v != NULL && leaf_is_pair(v)
        && (train_onnx_is(n->op, "ArgMax") || train_onnx_is(n->op, "ArgMin")))
    {
        v = leaf_pair(o, v);
        if (v == NULL) {
            return o->err->code;
        }
    }

    if (u != NULL && train_leaves_single(u)
        && train_onnx_is(n->op, "ArrayFeatureExtractor"))
    {
        v = train_onnx_in(o, n, 0);

        return v == NULL ? o->err->code : leaf_pick(o, n, v, u, done);
    }

    for (i = 0; i < LEAF_ARGS && (leaf_known(o, n, i) == NULL
                                  || !train_leaves_single(leaf_known(o, n,
                                                                     i)));
         i++)
    {
        /* void */
    }

    for (op = leaf_ops; i < LEAF_ARGS && op->name != NULL; op++) {
        if (train_onnx_is(n->op, op->name)) {
            return leaf_each(o, n, op, done);
        }
    }

    for (whole = leaf_wholes; v != NULL && train_leaves_single(v)
                              && whole->name != NULL; whole++)
    {
        if (train_onnx_is(n->op, whole->name)) {
            return whole->run(o, n, v, done);
        }
    }

    return MAAS_OK;
}
