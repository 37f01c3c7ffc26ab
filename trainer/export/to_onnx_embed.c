/*
 * Layers of kind embed as nodes of ONNX: the same items, by operators; bits may
 * differ, since cosines and products are the runtime's.
 * Not here: other layers (to_onnx_layers.c).
 */

#include "to_onnx.h"
#include "kernel/maas_embed.h"


/* Constants of an embedding */

static const char *
piece_number(train_onnx_t *g, double v)
{
    return train_onnx_number(g, TRAIN_ONNX_FLOAT, v);
}


static const char *
piece_matrix(train_onnx_t *g, const float *v, size_t rows, size_t columns)
{
    size_t  dim[] = { rows, columns };

    return train_onnx_tensor(g, TRAIN_ONNX_FLOAT, 2, dim, v);
}


static const char *
piece_vector(train_onnx_t *g, const float *v, size_t n)
{
    return train_onnx_vector(g, TRAIN_ONNX_FLOAT, v, n);
}


/* Numbers of x(rows,in) from one on, (rows,n) */

static const char *
piece_slice(train_onnx_t *g, const char *x, size_t from, size_t n)
{
    size_t       i;
    int64_t     *at;
    train_pb_t   a = { 0 };
    const char  *in[2];

    at = train_alloc(n, sizeof(int64_t));

    for (i = 0; i < n; i++) {
        at[i] = (int64_t) (from + i);
    }

    in[0] = x;
    in[1] = train_onnx_vector(g, TRAIN_ONNX_INT64, at, n);
    train_onnx_int(&a, "axis", 1);
    train_free(at);

    return train_onnx_node(g, "Gather", 0, in, 2, &a);
}


/* y, but `none` where x is no value */

static const char *
piece_where(train_onnx_t *g, const char *x, double none, const char *y)
{
    return train_onnx_three(g, "Where", train_onnx_one(g, "IsNaN", x),
                            piece_number(g, none), y);
}


/* (x - v[0]) * v[1] */

static const char *
piece_moved(train_onnx_t *g, const float *v, const char *x)
{
    x = train_onnx_two(g, "Sub", x, piece_number(g, (double) v[0]));

    return train_onnx_two(g, "Mul", x, piece_number(g, (double) v[1]));
}


/* shift, factor, clip, fill: the clip in double precision */

static const char *
piece_scaled(train_onnx_t *g, const float *v, const char *x)
{
    const char  *z, *t;

    z = piece_where(g, x, (double) v[3], piece_moved(g, v, x));

    if (!(v[2] > 0)) {
        return z;
    }

    z = train_onnx_cast(g, z, TRAIN_ONNX_DOUBLE);
    t = train_onnx_two(g, "Div", z, train_onnx_number(g, TRAIN_ONNX_DOUBLE,
                                                      (double) v[2]));
    t = train_onnx_two(g, "Mul", t, t);
    t = train_onnx_two(g, "Add", t, train_onnx_number(g, TRAIN_ONNX_DOUBLE,
                                                      1));
    z = train_onnx_two(g, "Div", z, train_onnx_one(g, "Sqrt", t));

    return train_onnx_cast(g, z, TRAIN_ONNX_FLOAT);
}


static const char *
piece_bins(train_onnx_t *g, const maas_embed_item_t *e, const char *x)
{
    float       *wide;
    size_t       i;
    const char  *t;

    wide = train_alloc(e->width, sizeof(float));

    for (i = 0; i < e->width; i++) {
        wide[i] = e->number[i + 1] - e->number[i];
    }

    t = train_onnx_two(g, "Sub", x, piece_vector(g, e->number, e->width));
    t = train_onnx_two(g, "Div", t, piece_vector(g, wide, e->width));
    t = train_onnx_three(g, "Clip", t, piece_number(g, 0), piece_number(g, 1));
    train_free(wide);

    return piece_where(g, x, 0, t);
}


/* Which of so many rows a code means, the last if none: (rows,1), whole */

static const char *
piece_row(train_onnx_t *g, size_t rows, const char *x)
{
    const char  *low, *high, *last;

    last = piece_number(g, (double) (rows - 1));
    low = train_onnx_two(g, "GreaterOrEqual", x, piece_number(g, 0));
    high = train_onnx_two(g, "Less", x, last);
    x = train_onnx_three(g, "Where", train_onnx_two(g, "And", low, high), x,
                         last);

    return train_onnx_cast(g, x, TRAIN_ONNX_INT64);
}


static const char *
piece_table(train_onnx_t *g, const maas_embed_item_t *e, const char *x)
{
    const char  *y;

    y = train_onnx_two(g, "Gather", piece_matrix(g, e->number, e->rows,
                                                 e->width),
                       piece_row(g, e->rows, x));

    return train_onnx_with(g, "Flatten", y, "axis", 1);
}


static const char *
piece_one_hot(train_onnx_t *g, const maas_embed_item_t *e, const char *x)
{
    size_t       i;
    int64_t     *place;
    const char  *y;

    place = train_alloc(e->width, sizeof(int64_t));

    for (i = 0; i < e->width; i++) {
        place[i] = (int64_t) i;
    }

    y = train_onnx_two(g, "Equal",
                       piece_row(g, e->width + (e->number[0] == 0), x),
                       train_onnx_vector(g, TRAIN_ONNX_INT64, place,
                                         e->width));
    train_free(place);

    return train_onnx_cast(g, y, TRAIN_ONNX_FLOAT);
}


static const char *
piece_periodic(train_onnx_t *g, const maas_embed_item_t *e, const char *x)
{
    const char   *t;
    const float  *w;

    w = e->number + MAAS_EMBED_WAVES;
    t = train_onnx_two(g, "Mul", piece_scaled(g, e->number, x),
                       piece_vector(g, w, e->rows));
    t = train_onnx_two(g, "Add", t, piece_vector(g, w + e->rows, e->rows));
    t = train_onnx_two(g, "Sub", t, train_onnx_one(g, "Round", t));
    t = train_onnx_two(g, "Mul", t, piece_number(g, 6.283185307179586));
    t = train_onnx_one(g, "Cos", t);
    w += 2 * e->rows;

    return train_onnx_three(g, "Gemm", t,
                            piece_matrix(g, w, e->rows, e->width),
                            piece_vector(g, w + (size_t) e->rows * e->width,
                                         e->width));
}


static const char *
piece_item(train_onnx_t *g, const maas_embed_item_t *e, const char *x)
{
    x = piece_slice(g, x, e->from,
                    e->kind == MAAS_EMBED_COPY ? e->width : 1);

    switch (e->kind) {

    case MAAS_EMBED_COPY:
        return piece_where(g, x, 0, piece_moved(g, e->number, x));

    case MAAS_EMBED_NUMBER:
        return piece_scaled(g, e->number, x);

    case MAAS_EMBED_MISSING:
        return train_onnx_cast(g, train_onnx_one(g, "IsNaN", x),
                               TRAIN_ONNX_FLOAT);

    case MAAS_EMBED_BINS:
        return piece_bins(g, e, x);

    case MAAS_EMBED_TABLE:
        return piece_table(g, e, x);

    case MAAS_EMBED_ONE_HOT:
        return piece_one_hot(g, e, x);

    default:
        return piece_periodic(g, e, x);
    }
}


const char *
train_onnx_embed(train_onnx_t *g, const maas_node_t *n, const char *x)
{
    size_t               i, items;
    const char         **y, *all;
    maas_embed_item_t   *e;

    items = n->tensors[1].shape[0];
    e = train_alloc(items, sizeof(maas_embed_item_t));
    y = train_alloc(items, sizeof(char *));
    maas__embed_items(n, n->tensors[0].data, e);

    for (i = 0; i < items; i++) {
        y[i] = piece_item(g, &e[i], x);
    }

    all = train_onnx_concat(g, y, items);
    train_free(e);
    train_free(y);

    return all;
}
