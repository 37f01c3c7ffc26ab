/*
 * XGBoost's gblinear as trees of one leaf: base and bias, then a product a
 * feature, in order, each rounded to a float; a missing feature adds nothing.
 * A layer of kind dense would round once for two operations.
 * Not here: trees that split.
 */

#include <math.h>

#include "xgboost.h"


/* Base and bias.  XGBoost 3.2 starts all outputs from the first base score. */

static maas_status_t
linear_base(train_xgb_t *x, const train_doc_t *weights)
{
    int     differ;
    size_t  g;
    float   bias, first;

    first = (float) x->base[0];

    for (differ = 0, g = 0; g < x->out; g++) {
        differ |= (float) x->base[g] != first;
        bias = (float) train_doc_number(weights, x->features * x->out + g);
        x->base[g] = first + bias;
    }

    return !differ ? MAAS_OK
           : train_import_note(x->m, "gblinear with a base_score for each of "
                               "%zu outputs: all start from the first one, as "
                               "XGBoost 3.2 has it", x->out);
}


maas_status_t
train_xgb_linear(train_xgb_t *x)
{
    double              zero, w;
    size_t              f, g, n;
    uint32_t            feature;
    train_trees_t      *to;
    const train_doc_t  *d;

    d = train_doc_get(x->model, "weights");
    n = (x->features + 1) * x->out;

    if (!train_doc_is_numbers(d) || d->n != n) {
        return maas__fail(x->err, MAAS_BADFILE, "\"weights\" is %s of %zu: "
                          "expected %zu numbers, which are %zu features and a "
                          "bias for %zu outputs", train_doc_what(d),
                          d != NULL ? d->n : 0, n, x->features, x->out);
    }

    for (f = 0; f < n; f++) {
        if (!isfinite((float) train_doc_number(d, f))) {
            return maas__fail(x->err, MAAS_BADFILE, "weight %zu is no finite "
                              "number", f);
        }
    }

    to = train_trees_new(x->m, x->out, MAAS_F32, MAAS_F32, 0);
    if (to == NULL || linear_base(x, d) != MAAS_OK) {
        return maas__fail(x->err, MAAS_NOMEM, "no memory for the weights");
    }

    train_trees_base(to, x->base, 0);
    train_trees_options(to)->transform = x->transform;
    zero = 0;

    for (f = 0; f < x->features; f++) {
        for (g = 0; g < x->out; g++) {
            w = (float) train_doc_number(d, f * x->out + g);
            feature = (uint32_t) f;
            train_trees_tree(to, 0, g);
            train_trees_leaf(to, &zero, NAN);
            train_trees_linear(to, 0, &w, &feature, 1);
        }
    }

    return train_trees_layer(to, x->err);
}
