/*
 * Sums of trees in an ONNX graph, as long as they are no layer.
 * Not here: operators that are run leaf by leaf (onnx_leaf_ops.c).
 */

#include "onnx_leaves.h"

#include <string.h>


#define LEAVES_MAX  ((size_t) 1 << 26) /* numbers of all leaves */


size_t
train_leaves_count(const train_onnx_member_t *m)
{
    return m->trees->size[0] + 1;
}


int
train_leaves_single(const train_onnx_value_t *v)
{
    return v->kind == ONNX_LEAVES && v->leaves->n_members == 1;
}


train_onnx_trees_t *
train_leaves_trees(train_onnx_t *o, size_t n_trees, size_t nodes, size_t out)
{
    train_onnx_trees_t  *t;

    t = train_import_alloc(o->m, 1, sizeof(*t));

    if (t != NULL) {
        t->size = train_import_alloc(o->m, n_trees, sizeof(size_t));
        t->output = train_import_alloc(o->m, n_trees, sizeof(size_t));
        t->base = train_import_alloc(o->m, out, sizeof(double));
        t->split = train_import_alloc(o->m, nodes, sizeof(*t->split));
        t->value = train_import_alloc(o->m, nodes + n_trees,
                                      out * sizeof(double));
    }

    if (t == NULL || t->size == NULL || t->output == NULL || t->base == NULL
        || t->split == NULL || t->value == NULL)
    {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    t->n_trees = n_trees;
    t->out = out;
    t->vector = out > 1;
    t->divide = 1;
    t->type = MAAS_F32;
    t->combine = MAAS_COMBINE_SUM;

    return t;
}


/* Members are to be set */

static train_onnx_value_t *
leaves_value(train_onnx_t *o, size_t n, size_t members)
{
    train_onnx_value_t   *y;
    train_onnx_leaves_t  *l;

    y = train_onnx_flat(o, ONNX_LEAVES, n);
    l = train_import_alloc(o->m, 1, sizeof(*l));
    if (y == NULL || l == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    l->n = n;
    l->n_members = members;
    l->member = train_import_alloc(o->m, members, sizeof(*l->member));
    l->base = train_import_alloc(o->m, n, sizeof(double));
    if (l->member == NULL || l->base == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    y->leaves = l;

    return y;
}


train_onnx_value_t *
train_leaves_new(train_onnx_t *o, const train_onnx_value_t *x,
    const train_onnx_trees_t *t)
{
    double              *table;
    size_t               i, k, leaves;
    train_onnx_value_t  *y;

    leaves = t->size[0] + 1;
    y = leaves_value(o, t->out, 1);
    table = train_import_alloc(o->m, leaves * t->out, sizeof(double));
    if (y == NULL || table == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    for (i = 0; i < leaves; i++) {
        for (k = 0; k < t->out; k++) {
            table[i * t->out + k] = t->base[k];

            if (t->vector) {
                table[i * t->out + k] += t->value[i * t->out + k];
            } else if (t->output[0] == k) {
                table[i * t->out + k] += t->value[i];
            }
        }
    }

    y->leaves->member[0].x = x;
    y->leaves->member[0].trees = t;
    y->leaves->member[0].table = table;

    return y;
}


train_onnx_value_t *
train_leaves_table(train_onnx_t *o, const train_onnx_value_t *v,
    const double *table, size_t n)
{
    train_onnx_value_t  *y;

    y = leaves_value(o, n, 1);

    if (y != NULL) {
        y->leaves->member[0] = v->leaves->member[0];
        y->leaves->member[0].table = table;
    }

    return y;
}


int
train_leaves_alike(const train_onnx_value_t *const *v, size_t count)
{
    size_t                      i;
    const train_onnx_member_t  *a, *b;

    for (i = 0; i < count; i++) {
        if (v[i]->kind != ONNX_LEAVES || v[i]->n != v[0]->n) {
            return 0;
        }

        a = &v[0]->leaves->member[0];
        b = &v[i]->leaves->member[0];

        if (a->trees->type != b->trees->type || a->x->kind != b->x->kind
            || (a->x->kind == ONNX_LAYER && a->x->layer != b->x->layer))
        {
            return 0;
        }
    }

    return 1;
}


const train_onnx_value_t *
train_leaves_sum(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *const *v, size_t count)
{
    size_t                      i, k, members;
    train_onnx_value_t         *y;
    const train_onnx_leaves_t  *l;

    for (members = i = 0; i < count; i++) {
        members += v[i]->leaves->n_members;
    }

    if (members > MAAS_MAX_WIDTH) {
        (void) train_onnx_refuse(o, n, "a sum of %zu trees", members);
        return NULL;
    }

    y = leaves_value(o, v[0]->n, members);
    if (y == NULL) {
        return NULL;
    }

    for (members = i = 0; i < count; i++) {
        l = v[i]->leaves;
        memcpy(y->leaves->member + members, l->member,
               l->n_members * sizeof(*l->member));
        members += l->n_members;

        for (k = 0; k < y->n; k++) {
            y->leaves->base[k] += l->base[k];
        }
    }

    return train_onnx_shaped(y, v[0]);
}


const train_onnx_value_t *
train_leaves_affine(train_onnx_t *o, const train_onnx_value_t *v,
    const double *a, const double *b)
{
    double                     *table, by, more;
    size_t                      i, j, k, m;
    train_onnx_value_t         *y;
    const train_onnx_leaves_t  *l;

    l = v->leaves;
    y = leaves_value(o, v->n, l->n_members);
    if (y == NULL) {
        return NULL;
    }

    for (m = 0; m < l->n_members; m++) {
        j = train_leaves_count(&l->member[m]) * v->n;
        table = train_import_alloc(o->m, j, sizeof(double));
        if (table == NULL) {
            (void) train_onnx_nomem(o);
            return NULL;
        }

        for (i = 0; i < j; i++) {
            k = i % v->n;
            by = a == NULL ? 1 : a[k];
            more = b == NULL || l->n_members > 1 ? 0 : b[k];
            table[i] = l->member[m].table[i] * by + more;
        }

        y->leaves->member[m] = l->member[m];
        y->leaves->member[m].table = table;
    }

    for (k = 0; k < v->n && l->n_members > 1; k++) {
        y->leaves->base[k] = l->base[k] * (a == NULL ? 1 : a[k])
                             + (b == NULL ? 0 : b[k]);
    }

    return train_onnx_shaped(y, v);
}


/* y(rows,out) = x(rows,n) w */

static void
leaves_times(const double *x, size_t rows, size_t n, const double *w,
    size_t out, double *y)
{
    size_t  i, j, k;

    for (i = 0; i < rows; i++) {
        for (k = 0; k < n; k++) {
            for (j = 0; j < out; j++) {
                y[i * out + j] += x[i * n + k] * w[k * out + j];
            }
        }
    }
}


const train_onnx_value_t *
train_leaves_linear(train_onnx_t *o, const train_onnx_value_t *v,
    const double *w, size_t out)
{
    double                     *table;
    size_t                      m, leaves;
    train_onnx_value_t         *y;
    const train_onnx_leaves_t  *l;

    l = v->leaves;
    y = leaves_value(o, out, l->n_members);
    if (y == NULL) {
        return NULL;
    }

    for (m = 0; m < l->n_members; m++) {
        leaves = train_leaves_count(&l->member[m]);
        table = train_import_alloc(o->m, leaves * out, sizeof(double));
        if (table == NULL) {
            (void) train_onnx_nomem(o);
            return NULL;
        }

        leaves_times(l->member[m].table, leaves, v->n, w, out, table);
        y->leaves->member[m] = l->member[m];
        y->leaves->member[m].table = table;
    }

    leaves_times(l->base, 1, v->n, w, out, y->leaves->base);

    return y;
}


void
train_leaves_range(const train_onnx_value_t *v, size_t k, double *least,
    double *most)
{
    size_t                      i, m;
    double                      x, low, high;
    const train_onnx_leaves_t  *l;
    const train_onnx_member_t  *r;

    l = v->leaves;
    *least = *most = l->base[k];

    for (m = 0; m < l->n_members; m++) {
        r = &l->member[m];
        low = high = r->table[k];

        for (i = 1; i < train_leaves_count(r); i++) {
            x = r->table[i * v->n + k];
            low = x < low ? x : low;
            high = x > high ? x : high;
        }

        *least += low;
        *most += high;
    }
}


double
train_leaves_least(const train_onnx_value_t *v)
{
    size_t                      i, k, m;
    double                      x, low, sum;
    const train_onnx_leaves_t  *l;
    const train_onnx_member_t  *r;

    l = v->leaves;

    for (sum = 0, k = 0; k < v->n; k++) {
        sum += l->base[k];
    }

    for (m = 0; m < l->n_members; m++) {
        r = &l->member[m];
        low = INFINITY;

        for (i = 0; i < train_leaves_count(r); i++) {
            for (x = 0, k = 0; k < v->n; k++) {
                x += r->table[i * v->n + k];
            }

            low = x < low ? x : low;
        }

        sum += low;
    }

    return sum;
}


static int
leaves_same_element(const train_onnx_element_t *a,
    const train_onnx_element_t *b)
{
    return a->column == b->column && a->rounded == b->rounded
           && a->filled == b->filled && (!a->filled || a->fill == b->fill)
           && a->shift == b->shift && a->factor == b->factor
           && a->list == b->list && a->k == b->k;
}


static int
leaves_same_input(const train_onnx_value_t *a, const train_onnx_value_t *b)
{
    size_t  i;

    for (i = 0; a->n == b->n && i < a->n
                && leaves_same_element(&a->element[i], &b->element[i]); i++)
    {
        /* void */
    }

    return a->n == b->n && i == a->n;
}


/* What all members look at: numbers of the row, each once.  place[i] of member
 * m's number i is where it went, at first[m]. */

static train_onnx_value_t *
leaves_inputs(train_onnx_t *o, const train_onnx_leaves_t *l, size_t *first,
    size_t **place)
{
    size_t                     i, k, m, total, n;
    train_onnx_value_t        *y;
    train_onnx_element_t      *all;
    const train_onnx_value_t  *x;

    for (total = m = 0; m < l->n_members; m++) {
        x = l->member[m].x;

        if (m > 0 && leaves_same_input(x, l->member[m - 1].x)) {
            first[m] = first[m - 1];
            continue;
        }

        first[m] = total;
        total += x->n;
    }

    *place = train_import_alloc(o->m, total, sizeof(size_t));
    all = train_import_alloc(o->m, total, sizeof(*all));
    if (*place == NULL || all == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    for (n = m = 0; m < l->n_members; m++) {
        x = l->member[m].x;

        for (i = 0; i < x->n && (m == 0 || first[m] != first[m - 1]); i++) {
            for (k = 0; k < n && !leaves_same_element(&all[k],
                                                      &x->element[i]); k++)
            {
                /* void */
            }

            if (k == n) {
                all[n++] = x->element[i];
            }

            (*place)[first[m] + i] = k;
        }
    }

    y = train_onnx_flat(o, ONNX_INPUT, n);

    if (y != NULL) {
        y->element = all;
    }

    return y;
}


/* Splits of all members behind one another, of what `x` has */

static maas_status_t
leaves_gather(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_leaves_t *l, const size_t *first, const size_t *place,
    train_onnx_trees_t *t)
{
    double                     *value;
    size_t                      i, m, k, nodes;
    train_onnx_split_t         *split;
    const train_onnx_member_t  *r;

    split = t->split;
    value = t->value;

    for (m = 0; m < l->n_members; m++) {
        r = &l->member[m];
        nodes = r->trees->size[0];
        t->size[m] = nodes;
        memcpy(split, r->trees->split, nodes * sizeof(*split));

        for (i = 0; i < nodes && place != NULL; i++) {
            split[i].feature = (uint32_t) place[first[m] + split[i].feature];
        }

        for (k = 0; k < (nodes + 1) * l->n; k++) {
            value[k] = r->table[k];

            if (!isfinite((float) value[k])) {
                return train_onnx_refuse(o, n, "takes %g of a leaf of a tree;"
                                         " is a number of the model divided by"
                                         " 0?", value[k]);
            }
        }

        split += nodes;
        value += (nodes + 1) * l->n;
    }

    return MAAS_OK;
}


static train_onnx_trees_t *
leaves_room(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_leaves_t *l)
{
    size_t               m, nodes;
    train_onnx_trees_t  *t;

    for (nodes = m = 0; m < l->n_members; m++) {
        nodes += l->member[m].trees->size[0];
    }

    if (nodes + l->n_members > LEAVES_MAX / l->n) {
        (void) train_onnx_refuse(o, n, "%zu leaves of %zu numbers",
                                 nodes + l->n_members, l->n);
        return NULL;
    }

    t = train_leaves_trees(o, l->n_members, nodes, l->n);

    if (t != NULL) {
        t->type = l->member[0].trees->type;
        t->base = l->base;
    }

    return t;
}


const train_onnx_value_t *
train_leaves_layer(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, maas_transform_t transform)
{
    size_t                    *first, *place;
    train_onnx_trees_t        *t;
    train_onnx_value_t        *y;
    train_onnx_leaves_t       *l;
    const train_onnx_value_t  *x;

    l = v->leaves;

    if (l->settled == NULL || transform != MAAS_TRANSFORM_NONE) {
        place = NULL;
        t = leaves_room(o, n, l);
        first = train_import_alloc(o->m, l->n_members, sizeof(size_t));
        x = t == NULL || first == NULL ? NULL
            : l->member[0].x->kind == ONNX_LAYER ? l->member[0].x
            : leaves_inputs(o, l, first, &place);

        if (x == NULL || leaves_gather(o, n, l, first, place, t) != MAAS_OK) {
            return NULL;
        }

        t->transform = transform;
        y = train_onnx_layer(o, n, ONNX_TREES, x, l->n);
        if (y == NULL) {
            return NULL;
        }

        if (x->kind == ONNX_LAYER) {
            o->layer[x->layer].shared = 1;
        }

        o->layer[y->layer].trees = t;
        o->layer[y->layer].shared = 1;

        if (transform == MAAS_TRANSFORM_NONE) {
            l->settled = y;
        }

    } else {
        y = train_onnx_copy(o, l->settled);
    }

    return train_onnx_shaped(y, v);
}
