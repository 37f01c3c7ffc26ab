/*
 * Inputs of a graph of ONNX: a tensor, or one for each column, and how values
 * of columns become slots.
 * Not here: scaling (to_onnx_prep.c).
 */

#include <math.h>
#include <string.h>

#include "to_onnx.h"
#include "field/maas_field.h"


/* Slots so far, and numbers that stand side by side until something else
 * comes */

typedef struct {
    train_onnx_t  *g;
    int            type;               /* of rows: FLOAT or DOUBLE */
    size_t         n_parts;
    const char   **parts;
    size_t         n_run;
    const char   **run;
    float         *missing;            /* (n_run) NAN: stays */
} inputs_t;


static const char *
inputs_declare(train_onnx_t *g, const char *name, int type, size_t rank,
    const size_t *dim)
{
    train_pb_t  info;

    info = train_onnx_info(name, type, rank, dim);
    train_pb_part(&g->inputs, 11, &info);

    return name;
}


/* v in place of NaN; v(n) */

static const char *
inputs_impute(inputs_t *x, const char *value, const float *v, size_t n)
{
    size_t       i;
    double      *wide;
    train_pb_t   a = { 0 };
    const char  *filled, *gaps;

    if (x->type == TRAIN_ONNX_FLOAT) {
        train_onnx_reals(&a, "imputed_value_floats", v, n);
        train_onnx_real(&a, "replaced_value_float", NAN);
        return train_onnx_node(x->g, "Imputer", 1, &value, 1, &a);
    }

    wide = train_alloc(n, sizeof(double));

    for (i = 0; i < n; i++) {
        wide[i] = v[i];
    }

    filled = train_onnx_vector(x->g, x->type, wide, n);
    train_free(wide);
    gaps = train_onnx_one(x->g, "IsNaN", value);

    return train_onnx_three(x->g, "Where", gaps, filled, value);
}


static void
inputs_flush(inputs_t *x)
{
    size_t       i;
    unsigned     any;
    const char  *value;

    if (x->n_run == 0) {
        return;
    }

    any = 0;
    value = train_onnx_concat(x->g, x->run, x->n_run);

    for (i = 0; i < x->n_run; i++) {
        any |= !isnan(x->missing[i]);
    }

    x->parts[x->n_parts++] = any ? inputs_impute(x, value, x->missing,
                                                 x->n_run) : value;
    x->n_run = 0;
}


/* NaN where it is one of the numbers that mean no value */

static const char *
inputs_blanks(inputs_t *x, const maas_column_t *c, const char *value)
{
    size_t       i;
    double       v;
    const char  *same;

    for (i = 0; c->kind == MAAS_FIELD_NUMBER && i < c->n_blanks; i++) {
        if (maas__field_double(c->blanks[i], strlen(c->blanks[i]), &v)) {
            same = train_onnx_two(x->g, "Equal", value,
                                  train_onnx_number(x->g, x->type, v));
            value = train_onnx_three(x->g, "Where", same,
                                     train_onnx_number(x->g, x->type, NAN),
                                     value);
        }
    }

    return value;
}


static void
inputs_number(inputs_t *x, const maas_column_t *c)
{
    float        missing;
    size_t       one;
    const char  *value, *gap;

    one = 1;
    value = inputs_declare(x->g, c->name, x->type, 1, &one);
    value = inputs_blanks(x, c, value);
    missing = isinf(c->missing) ? NAN : c->missing;

    if (!c->missing_slot && c->n_knots == 0) {
        x->run[x->n_run] = value;
        x->missing[x->n_run++] = missing;
        return;
    }

    inputs_flush(x);
    gap = c->missing_slot ? train_onnx_one(x->g, "IsNaN", value) : NULL;
    value = isnan(missing) ? value : inputs_impute(x, value, &missing, 1);
    x->parts[x->n_parts++] = c->n_knots > 0 ? train_onnx_bend(x->g, c, value)
                                            : value;

    if (gap != NULL) {
        x->parts[x->n_parts++] = train_onnx_cast(x->g, gap, x->type);
    }
}


/* Places of texts: in the list, behind it for others, one more for none */

static const char *
inputs_places(inputs_t *x, const maas_column_t *c, const char *value)
{
    size_t        i, n;
    int64_t      *place;
    train_pb_t    a = { 0 };
    const char  **key;

    n = c->n_values + c->n_blanks + 1;
    place = train_alloc(n, sizeof(int64_t));
    key = train_alloc(n, sizeof(char *));

    for (i = 0; i < n; i++) {
        key[i] = i < c->n_values ? c->values[i]
                 : i + 1 < n ? c->blanks[i - c->n_values] : "";
        place[i] = (int64_t) (i < c->n_values ? i : c->n_values + 1);
    }

    train_onnx_texts(&a, "keys_strings", key, n);
    train_onnx_ints(&a, "values_int64s", place, n);
    train_onnx_int(&a, "default_int64", (int64_t) c->n_values);
    train_free(place);
    train_free(key);

    return train_onnx_node(x->g, "LabelEncoder", 1, &value, 1, &a);
}


/* The place of a text as a number, NaN if it has none */

static const char *
inputs_code(inputs_t *x, const maas_column_t *c, const char *value)
{
    size_t       i;
    float       *place;
    train_pb_t   a = { 0 };

    place = train_alloc(c->n_values, sizeof(float));

    for (i = 0; i < c->n_values; i++) {
        place[i] = (float) i;
    }

    train_onnx_texts(&a, "keys_strings", c->values, c->n_values);
    train_onnx_reals(&a, "values_floats", place, c->n_values);
    train_onnx_real(&a, "default_float", NAN);
    train_free(place);
    value = train_onnx_node(x->g, "LabelEncoder", 1, &value, 1, &a);

    return x->type == TRAIN_ONNX_FLOAT ? value
                                       : train_onnx_cast(x->g, value, x->type);
}


static void
inputs_category(inputs_t *x, const maas_column_t *c)
{
    size_t       n, one;
    int64_t     *slot;
    train_pb_t   a = { 0 };
    const char  *value;

    one = 1;
    value = inputs_declare(x->g, c->name, TRAIN_ONNX_STRING, 1, &one);

    if (c->codes) {
        x->run[x->n_run] = inputs_code(x, c, value);
        x->missing[x->n_run++] = NAN;
        return;
    }

    inputs_flush(x);

    if (!c->other && !c->missing_slot) {
        train_onnx_texts(&a, "cats_strings", c->values, c->n_values);

    } else {
        value = inputs_places(x, c, value);
        slot = train_alloc(c->n_values + 2, sizeof(int64_t));

        for (n = 0; n < c->n_values + c->other; n++) {
            slot[n] = (int64_t) n;
        }

        if (c->missing_slot) {
            slot[n++] = (int64_t) c->n_values + 1;
        }

        train_onnx_ints(&a, "cats_int64s", slot, n);
        train_free(slot);
    }

    train_onnx_int(&a, "zeros", 1);
    value = train_onnx_node(x->g, "OneHotEncoder", 1, &value, 1, &a);
    value = train_onnx_with(x->g, "Flatten", value, "axis", 1);
    x->parts[x->n_parts++] = x->type == TRAIN_ONNX_FLOAT
                             ? value : train_onnx_cast(x->g, value, x->type);
}


static const char *
inputs_of_columns(train_onnx_t *g, int type)
{
    size_t                i;
    inputs_t              x = { .g = g, .type = type };
    const char           *value;
    const maas_column_t  *c;

    x.parts = train_alloc(2 * g->d->n_columns, sizeof(char *));
    x.run = train_alloc(g->d->n_columns, sizeof(char *));
    x.missing = train_alloc(g->d->n_columns, sizeof(float));

    for (i = 0; i < g->d->n_columns; i++) {
        c = &g->d->columns[i];

        if (c->kind == MAAS_FIELD_CATEGORY) {
            inputs_category(&x, c);
        } else {
            inputs_number(&x, c);
        }
    }

    inputs_flush(&x);
    value = train_onnx_concat(g, x.parts, x.n_parts);

    train_free(x.parts);
    train_free(x.run);
    train_free(x.missing);

    return value;
}


/* Slots [from, to) of a row */

static const char *
inputs_slice(train_onnx_t *g, const char *x, size_t from, size_t to)
{
    int64_t      v[3];
    const char  *in[4];

    v[0] = (int64_t) from;
    v[1] = (int64_t) to;
    v[2] = 1;
    in[0] = x;
    in[1] = train_onnx_vector(g, TRAIN_ONNX_INT64, v, 1);
    in[2] = train_onnx_vector(g, TRAIN_ONNX_INT64, v + 1, 1);
    in[3] = train_onnx_vector(g, TRAIN_ONNX_INT64, v + 2, 1);

    return train_onnx_node(g, "Slice", 0, in, 4, NULL);
}


/* Columns with knots are taken out of a row of slots, and put in again */

static const char *
inputs_slots(train_onnx_t *g, const char *x)
{
    size_t                i, n, at;
    const char           *value, **part;
    const maas_column_t  *c;

    part = train_alloc(2 * g->d->n_columns + 1, sizeof(char *));
    n = 0;
    at = 0;

    for (i = 0; i < g->d->n_columns; i++) {
        c = &g->d->columns[i];

        if (c->n_knots > 0) {
            if (c->at > at) {
                part[n++] = inputs_slice(g, x, at, c->at);
            }

            part[n++] = train_onnx_bend(g, c, inputs_slice(g, x, c->at,
                                                           c->at + 1));
            at = c->at + 1;
        }
    }

    if (at < g->d->in && at > 0) {
        part[n++] = inputs_slice(g, x, at, g->d->in);
    }

    value = n > 0 ? train_onnx_concat(g, part, n) : x;
    train_free(part);

    return value;
}


const char *
train_onnx_input(train_onnx_t *g)
{
    int                   type;
    size_t                i;
    const char           *x;
    const maas_column_t  *c;

    type = g->d->shape.dtype == MAAS_F64 ? TRAIN_ONNX_DOUBLE
                                         : TRAIN_ONNX_FLOAT;

    if (g->d->input == MAAS_INPUT_TENSOR || g->e->tensor) {
        x = inputs_declare(g, g->d->input_name, type, g->d->shape.rank,
                           g->d->shape.dim);

        return train_onnx_scale(g, g->d->input == MAAS_INPUT_TENSOR
                                   ? x : inputs_slots(g, x));
    }

    for (i = 0; i < g->d->n_columns; i++) {
        c = &g->d->columns[i];

        if (c->kind == MAAS_FIELD_TEXT || c->kind == MAAS_FIELD_DATE
            || c->hash > 0)
        {
            (void) train_refuse(g->e->why, "column \"%.64s\" is a %s%s, which "
                                "ONNX has no operator for: with --tensor the "
                                "row of numbers that columns become is the "
                                "input", c->name, c->kind ==
                                MAAS_FIELD_CATEGORY ? "hashed " : "",
                                maas__field_names[c->kind]);
            return NULL;
        }
    }

    return train_onnx_scale(g, inputs_of_columns(g, type));
}
