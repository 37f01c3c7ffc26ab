/*
 * Layers of trees in ONNX: x as the operator takes it, and what follows it.
 * Not here: the operator (to_onnx_forest.c), other layers (to_onnx_layers.c).
 */

#include <math.h>
#include <string.h>

#include "to_onnx_forest.h"


static void
forest_of(train_onnx_ensemble_t *f, train_onnx_t *g, size_t layer)
{
    (void) memset(f, 0, sizeof(train_onnx_ensemble_t));
    f->g = g;
    f->layer = layer;
    maas__trees_of(&g->d->nodes[layer], &f->t);

    f->type = f->t.compare == MAAS_F64 || f->t.sum == MAAS_F64
              || f->t.x == MAAS_F64 ? TRAIN_ONNX_DOUBLE : TRAIN_ONNX_FLOAT;
    f->five = f->t.sets > 0 || f->type == TRAIN_ONNX_DOUBLE;
    f->copies = f->five && f->t.vector ? f->t.out : 1;
}


int
train_onnx_trees_ml(const maas_node_t *n)
{
    maas_trees_t  t;

    maas__trees_of(n, &t);

    return t.sets > 0 || t.compare == MAAS_F64 || t.sum == MAAS_F64
           || t.x == MAAS_F64 ? TRAIN_ONNX_ML5 : TRAIN_ONNX_ML;
}


/* Features of which each node has the flag, as bools; -1: some have it and
 * some have not.  0: none has. */

static int
forest_masked(const train_onnx_ensemble_t *f, unsigned flag, uint8_t *mask)
{
    size_t   i;
    uint8_t  *without;
    int       any;

    any = 0;
    without = train_alloc(f->t.in, 1);
    (void) memset(mask, 0, f->t.in);

    for (i = 0; i < f->t.nodes; i++) {
        (f->t.flags[i] & flag ? mask : without)[f->t.feature[i]] = 1;
    }

    for (i = 0; i < f->t.in; i++) {
        any = any < 0 || (mask[i] && without[i]) ? -1 : any | mask[i];
    }

    train_free(without);

    return any;
}


static const char *
forest_mask(const train_onnx_ensemble_t *f, const uint8_t *mask)
{
    return train_onnx_cast(f->g, train_onnx_vector(f->g, TRAIN_ONNX_UINT8,
                                                   mask, f->t.in),
                           9 /* BOOL */);
}


/* NaN for what is as good as missing */

static const char *
forest_zeros(const train_onnx_ensemble_t *f, const uint8_t *mask, const char *x)
{
    const char  *zero;

    zero = train_onnx_two(f->g, "LessOrEqual", train_onnx_one(f->g, "Abs", x),
                          train_onnx_number(f->g, f->type, MAAS_TREE_TINY));
    zero = train_onnx_two(f->g, "And", zero, forest_mask(f, mask));

    return train_onnx_three(f->g, "Where", zero,
                            train_onnx_number(f->g, f->type, NAN), x);
}


/* Does one of them hold what is no place in a list? */

static int
forest_is_open(const train_onnx_ensemble_t *f, const uint8_t *mask)
{
    size_t                i, coded, masked;
    const maas_desc_t    *d;
    const maas_column_t  *c;

    d = f->g->d;
    coded = 0;
    masked = 0;

    for (i = 0; i < f->t.in; i++) {
        masked += mask[i];
    }

    for (i = 0; d->input == MAAS_INPUT_COLUMNS && i < d->n_columns; i++) {
        c = &d->columns[i];
        coded += c->codes && c->at < f->t.in && mask[c->at];
    }

    return coded < masked || f->g->e->tensor;
}


/* Whole numbers where sets are asked: members are compared exactly */

static const char *
forest_whole(const train_onnx_ensemble_t *f, const uint8_t *mask, int down,
    const char *x)
{
    const char  *whole;

    whole = train_onnx_one(f->g, "Floor", down ? x
                           : train_onnx_one(f->g, "Abs", x));

    if (!down) {
        whole = train_onnx_two(f->g, "Mul", whole,
                               train_onnx_one(f->g, "Sign", x));
    }

    return train_onnx_three(f->g, "Where", forest_mask(f, mask), whole, x);
}


/* x as the operator can take it; NULL with a sentence */

static const char *
forest_input(const train_onnx_ensemble_t *f, const char *x)
{
    int       zero, set, down;
    uint8_t  *mask;

    if (f->type == TRAIN_ONNX_DOUBLE && f->t.x == MAAS_F32) {
        x = train_onnx_cast(f->g, x, TRAIN_ONNX_DOUBLE);
    }

    mask = train_alloc(f->t.in, 1);
    zero = forest_masked(f, MAAS_TREE_ZERO, mask);

    if (zero > 0) {
        x = forest_zeros(f, mask, x);
    }

    down = forest_masked(f, MAAS_TREE_FLOOR, mask);
    set = forest_masked(f, MAAS_TREE_SET, mask);

    if (set > 0 && down >= 0 && forest_is_open(f, mask)) {
        x = forest_whole(f, mask, down, x);
    }

    train_free(mask);

    if (zero >= 0 && set >= 0 && down >= 0 && f->t.terms == 0) {
        return x;
    }

    (void) train_refuse(f->g->e->why, "layer %zu: %s, which no operator of "
                        "ONNX does: --to c has it", f->layer, f->t.terms > 0
                        ? "its leaves are linear"
                        : "one of its features is read in two ways");
    return NULL;
}


static const char *
forest_base(const train_onnx_ensemble_t *f, const char *s)
{
    size_t    o;
    float    *narrow;
    double   *base;
    unsigned  any;

    base = train_alloc(f->t.out, sizeof(double));
    narrow = train_alloc(f->t.out, sizeof(float));
    any = 0;

    for (o = 0; o < f->t.out; o++) {
        base[o] = train_onnx_ensemble_number(f->t.sum, f->t.base, o);
        narrow[o] = (float) base[o];
        any |= base[o] != 0;
    }

    if (any) {
        s = train_onnx_two(f->g, "Add", s, train_onnx_vector(f->g, f->type,
                           f->type == TRAIN_ONNX_FLOAT ? (void *) narrow
                                                       : (void *) base,
                           f->t.out));
    }

    train_free(base);
    train_free(narrow);

    return s;
}


static const char *
forest_transform(const train_onnx_ensemble_t *f, const char *s)
{
    train_onnx_t  *g;
    const char    *t;

    g = f->g;

    switch (f->t.transform) {

    case MAAS_TRANSFORM_SIGMOID:
        if (f->t.slope != 1) {
            s = train_onnx_two(g, "Mul", s, train_onnx_number(g, f->type,
                                                              f->t.slope));
        }
        return train_onnx_one(g, "Sigmoid", s);

    case MAAS_TRANSFORM_SOFTMAX:
        return train_onnx_with(g, "Softmax", s, "axis", -1);

    case MAAS_TRANSFORM_EXP:
        return train_onnx_one(g, "Exp", s);

    case MAAS_TRANSFORM_SOFTPLUS:
        if (f->type == TRAIN_ONNX_FLOAT) {
            return train_onnx_one(g, "Softplus", s);
        }

        /* max(s, 0) + log(1 + exp(-|s|)): exp(s) may be infinite */

        t = train_onnx_one(g, "Neg", train_onnx_one(g, "Abs", s));
        t = train_onnx_two(g, "Add", train_onnx_one(g, "Exp", t),
                           train_onnx_number(g, f->type, 1));
        return train_onnx_two(g, "Add", train_onnx_one(g, "Log", t),
                              train_onnx_two(g, "Max", s, train_onnx_number(
                                  g, f->type, 0)));

    case MAAS_TRANSFORM_SQUARE:
        return train_onnx_two(g, "Mul", s, train_onnx_one(g, "Abs", s));

    case MAAS_TRANSFORM_STEP:
        t = train_onnx_two(g, "Greater", s, train_onnx_number(g, f->type, 0));
        return train_onnx_cast(g, t, f->type);

    default:
        return s;
    }
}


const char *
train_onnx_trees(train_onnx_t *g, size_t i, const char *x)
{
    const char             *s;
    train_onnx_ensemble_t   f;

    forest_of(&f, g, i);
    x = forest_input(&f, x);

    if (x == NULL) {
        return NULL;
    }

    s = train_onnx_ensemble(&f, x);
    s = forest_base(&f, s);

    if (f.t.divide != 1) {
        s = train_onnx_two(g, "Div", s, train_onnx_number(g, f.type,
                           (double) f.t.divide));
    }

    s = forest_transform(&f, s);

    return f.type == TRAIN_ONNX_FLOAT
           ? s : train_onnx_cast(g, s, TRAIN_ONNX_FLOAT);
}
