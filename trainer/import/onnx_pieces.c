/*
 * Operators that make one number of each, in a few straight pieces: bounds,
 * comparisons, |x|.  They become an ensemble, a tree for each number, which is
 * exact and has no slopes.
 * Not here: activations that layers have (onnx_network.c).
 */

#include "onnx_leaves.h"

#include <string.h>


#define PIECES_MOST  1024              /* bins of a number */


/* Piece k of number i as a leaf */

static void
pieces_leaf(train_trees_t *t, const train_onnx_pieces_t *how, size_t k,
    size_t i)
{
    uint32_t  feature;

    feature = (uint32_t) i;
    train_trees_leaf(t, &how->constant[k], NAN);

    if (how->slope[k] != 0) {
        train_trees_linear(t, how->constant[k], &how->slope[k], &feature, 1);
    }
}


/* Cuts from the last one down: above it its piece, else what is left */

maas_status_t
train_onnx_emit_pieces(train_onnx_t *o, train_onnx_layer_t *l)
{
    size_t                      i, k, cuts;
    maas_node_t                *n;
    maas_status_t               rc;
    train_trees_t              *t;
    const train_onnx_pieces_t  *how;

    how = l->pieces;
    cuts = how->cuts;
    t = cuts == 0 ? train_trees_new(o->m, l->n, MAAS_F32, MAAS_F32, 0)
                  : train_trees_new(o->m, l->n, MAAS_F64, MAAS_F64, 0);
    if (t == NULL) {
        return train_onnx_nomem(o);
    }

    for (i = 0; i < l->n; i++) {
        train_trees_tree(t, cuts, i);

        for (k = cuts; k > 0; k--) {
            train_trees_node(t, i, how->cut[k - 1], 0,
                             k > 1 ? (int32_t) (cuts - k + 1) : -1,
                             -1 - (int32_t) k, NAN);
        }

        for (k = 0; k <= cuts; k++) {
            pieces_leaf(t, how, k, i);
        }
    }

    train_trees_options(t)->transform = how->transform;
    train_trees_options(t)->in = o->layer[l->in[0]->layer].place == 0
                                 ? 0 : l->n_in;
    rc = train_trees_layer(t, o->err);

    if (rc == MAAS_OK) {
        n = &o->m->nodes[o->m->n_nodes - 1];
        n->in[0] = o->layer[l->in[0]->layer].place;
    }

    return rc;
}


/* The next step of a table, of n numbers */

static train_onnx_value_t *
pieces_kind(train_onnx_t *o, const train_onnx_value_t *v,
    train_onnx_kind_t kind, size_t n)
{
    train_onnx_value_t  *y;

    y = train_onnx_flat(o, kind, n);

    if (y != NULL) {
        y->of = v->of;
        y->tensor = v->tensor;
    }

    return y;
}


static maas_status_t
pieces_abs(train_onnx_t *o, const train_onnx_node_t *n)
{
    const train_onnx_value_t  *v;

    static const train_onnx_pieces_t  how = { .cuts = 1, .slope = { -1, 1 } };

    v = train_onnx_in(o, n, 0);

    return v == NULL ? o->err->code
           : v->kind == ONNX_APART && v->a == NULL
           ? train_onnx_out(o, n, 0, pieces_kind(o, v, ONNX_FAR, v->n))
           : train_onnx_out(o, n, 0, train_onnx_piece(o, n, v, &how));
}


static maas_status_t
pieces_sign(train_onnx_t *o, const train_onnx_node_t *n)
{
    train_onnx_pieces_t        how = { .cuts = 2, .constant = { -1, 0, 1 } };
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    how.cut[0] = train_trees_below(0, MAAS_F64);

    return v == NULL ? o->err->code
           : train_onnx_out(o, n, 0, train_onnx_piece(o, n, v, &how));
}


/* The nearest point of a table */

static maas_status_t
pieces_nearest(train_onnx_t *o, const train_onnx_node_t *n)
{
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);

    return v == NULL ? o->err->code
           : v->kind != ONNX_FAR || v->a != NULL
             || !train_onnx_over_row(v, train_attr_int(n, "axis", 0))
             || train_attr_int(n, "select_last_index", 0) != 0
           ? train_onnx_unknown(o, n)
           : train_onnx_out(o, n, 0, pieces_kind(o, v, ONNX_NEAREST, 1));
}


/* 1 above a number, else 0; or the other way round */

static const train_onnx_value_t *
pieces_above(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, double bound, int above)
{
    train_onnx_pieces_t  how = { .cuts = 1 };

    how.cut[0] = bound;
    how.constant[above] = 1;

    return train_onnx_piece(o, n, v, &how);
}


static maas_status_t
pieces_binarizer(train_onnx_t *o, const train_onnx_node_t *n)
{
    double                     bound;
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    bound = train_attr_float(n, "threshold", 0);

    return v == NULL ? o->err->code
           : !isfinite(bound) ? train_onnx_bad(o, n, "threshold is %g", bound)
           : train_onnx_out(o, n, 0, pieces_above(o, n, v, bound, 1));
}


/* One number below each of a list that rises, as of bins; NULL: it is none, or
 * failed */

static const train_onnx_value_t *
pieces_bins(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, const train_onnx_tensor_t *t, int equal)
{
    size_t               i, j;
    double              *cut, *table;
    train_onnx_value_t  *steps;

    if (v->n != 1 || t->number == NULL || t->rank == 0 || t->n == 0
        || t->dim[t->rank - 1] != t->n)
    {
        return NULL;
    }

    if (t->n > PIECES_MOST) {
        (void) train_onnx_refuse(o, n, "of %zu bins; up to %d are known", t->n,
                                 PIECES_MOST);
        return NULL;
    }

    for (i = 0; i < t->n; i++) {
        if (!isfinite(t->number[i])
            || (i > 0 && t->number[i] <= t->number[i - 1]))
        {
            return NULL;
        }
    }

    cut = train_onnx_all(o, t->n, 0);
    table = train_onnx_all(o, t->n * (t->n + 1), 0);
    if (cut == NULL || table == NULL) {
        return NULL;
    }

    for (i = 0; i < t->n; i++) {
        cut[i] = equal ? t->number[i]
                 : train_trees_below(t->number[i], MAAS_F32);
    }

    for (i = 0; i <= t->n; i++) {
        for (j = i; j < t->n; j++) {
            table[i * t->n + j] = 1;
        }
    }

    steps = train_onnx_steps(o, n, v, cut, t->n, MAAS_TREE_NAN);

    return steps == NULL ? NULL : train_leaves_table(o, steps, table, t->n);
}


/* x > c; c < x is the same, and x <= c what is left */

static maas_status_t
pieces_than(train_onnx_t *o, const train_onnx_node_t *n)
{
    int                         above, equal;
    double                      bound;
    const train_onnx_value_t   *v, *u, *y;
    const train_onnx_tensor_t  *t;

    v = train_onnx_in(o, n, 0);
    u = v == NULL ? NULL : train_onnx_in(o, n, 1);
    if (u == NULL) {
        return o->err->code;
    }

    above = n->op.data[0] == 'G';
    equal = n->op.len > strlen("Greater");

    if (v->kind == ONNX_CONST) {
        above = !above;
        t = v->tensor;
        v = u;
    } else {
        t = u->tensor;
    }

    y = v->kind != ONNX_CONST && t != NULL && !above
        ? pieces_bins(o, n, v, t, equal) : NULL;

    if (y != NULL || o->err->code != MAAS_OK) {
        return train_onnx_out(o, n, 0, y);
    }

    if (v->kind == ONNX_CONST || t == NULL || t->number == NULL || t->n != 1
        || !isfinite(t->number[0]))
    {
        return train_onnx_refuse(o, n, "of other than a row's numbers and one"
                                 " constant, or one number and bins that rise:"
                                 " let thresholds be columns before the model;"
                                 " trees find them themselves");
    }

    bound = above == equal ? train_trees_below(t->number[0], MAAS_F64)
                           : t->number[0];

    return train_onnx_out(o, n, 0, pieces_above(o, n, v, bound, above));
}


/* 1 - x, of 0 and 1 */

static maas_status_t
pieces_not(train_onnx_t *o, const train_onnx_node_t *n)
{
    train_onnx_value_t        *y;
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    if (v->kind == ONNX_SOME) {
        y = train_onnx_copy(o, v);

        if (y != NULL) {
            y->kind = ONNX_NONE;
        }

        return train_onnx_out(o, n, 0, y);
    }

    return v->kind != ONNX_LAYER || o->layer[v->layer].kind != ONNX_PIECES
           ? train_onnx_unknown(o, n)
           : train_onnx_out(o, n, 0, pieces_above(o, n, v, 0.5, 0));
}


/* What is at least 1 is not 0 */

static maas_status_t
pieces_equal(train_onnx_t *o, const train_onnx_node_t *n)
{
    train_onnx_value_t         *y;
    train_onnx_tensor_t        *t;
    const train_onnx_value_t   *v;
    const train_onnx_tensor_t  *zero;

    v = train_onnx_in(o, n, 0);

    if (v == NULL || v->kind != ONNX_WHOLE) {
        return v == NULL ? o->err->code : train_onnx_unknown(o, n);
    }

    zero = train_onnx_const(o, n, 1);
    if (zero == NULL) {
        return o->err->code;
    }

    if (zero->n != 1 || zero->number[0] >= 1) {
        return train_onnx_unknown(o, n);
    }

    y = train_onnx_flat(o, ONNX_CONST, 1);
    t = train_import_alloc(o->m, 1, sizeof(*t));
    if (y == NULL || t == NULL) {
        return train_onnx_nomem(o);
    }

    t->type = TRAIN_ONNX_BOOL;
    t->rank = t->dim[0] = t->n = 1;
    t->number = train_onnx_all(o, 1, 0);
    y->tensor = t;

    return t->number == NULL ? o->err->code : train_onnx_out(o, n, 0, y);
}


static maas_status_t
pieces_ramp(train_onnx_t *o, const train_onnx_node_t *n)
{
    train_onnx_pieces_t        how = { .cuts = 1, .slope = { 0, 1 } };
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    how.cut[0] = train_attr_float(n, "alpha", 1);

    return v == NULL ? o->err->code
           : !isfinite(how.cut[0])
           ? train_onnx_bad(o, n, "alpha is %g", how.cut[0])
           : train_onnx_out(o, n, 0, train_onnx_piece(o, n, v, &how));
}


const train_onnx_op_t  train_onnx_pieced[] = {
    { "Abs", pieces_abs },
    { "ArgMin", pieces_nearest },
    { "Binarizer", pieces_binarizer },
    { "Equal", pieces_equal },
    { "Greater", pieces_than },
    { "GreaterOrEqual", pieces_than },
    { "Less", pieces_than },
    { "LessOrEqual", pieces_than },
    { "Not", pieces_not },
    { "Sign", pieces_sign },
    { "ThresholdedRelu", pieces_ramp },
    { NULL, NULL }
};
