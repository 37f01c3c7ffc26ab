/*
 * The parts of a graph of ONNX: names, constants, nodes and their attributes.
 * Numbers of fields are those of onnx.proto.
 * Not here: which nodes a model becomes.
 */

#include <string.h>

#include "to_onnx.h"


/* AttributeProto.AttributeType */

#define GRAPH_FLOAT    1
#define GRAPH_INT      2
#define GRAPH_STRING   3
#define GRAPH_TENSOR   4
#define GRAPH_FLOATS   6
#define GRAPH_INTS     7
#define GRAPH_STRINGS  8


/* No column's name begins as names of ours do */

void
train_onnx_begin(train_onnx_t *g, train_exported_t *e)
{
    char    *longer;
    size_t   i;

    (void) memset(g, 0, sizeof(train_onnx_t));
    g->e = e;
    g->d = e->desc;
    g->ml = TRAIN_ONNX_ML;
    g->prefix = train_strdup("/");

    for (i = 0; g->d->input == MAAS_INPUT_COLUMNS && i < g->d->n_columns; i++)
    {
        if (strncmp(g->d->columns[i].name, g->prefix, strlen(g->prefix)) == 0)
        {
            longer = train_format("%s/", g->prefix);
            train_free(g->prefix);
            g->prefix = longer;
            i = SIZE_MAX;              /* once more, from the first one */
        }
    }
}


void
train_onnx_end(train_onnx_t *g)
{
    size_t  i;

    for (i = 0; i < g->n_names; i++) {
        train_free(g->names[i]);
    }

    train_free(g->names);
    train_free(g->prefix);
    train_pb_free(&g->nodes);
    train_pb_free(&g->tensors);
    train_pb_free(&g->inputs);
}


const char *
train_onnx_keep(train_onnx_t *g, char *name)
{
    size_t  room;

    room = g->n_names;

    if ((g->n_names & (g->n_names - 1)) == 0) {
        train_room(&g->names, &room, 2 * g->n_names + 1, sizeof(char *));
    }

    g->names[g->n_names++] = name;

    return name;
}


static const char *
onnx_name(train_onnx_t *g)
{
    return train_onnx_keep(g, train_format("%s%zu", g->prefix, g->n_names));
}


static size_t
graph_size(int type)
{
    return type == TRAIN_ONNX_FLOAT ? 4 : type == TRAIN_ONNX_UINT8 ? 1 : 8;
}


static train_pb_t
graph_tensor(const char *name, int type, size_t rank, const size_t *dim,
    const void *data)
{
    size_t       i, n;
    train_pb_t   t = { 0 };

    n = 1;

    for (i = 0; i < rank; i++) {
        train_pb_whole(&t, 1, (int64_t) dim[i]);
        n *= dim[i];
    }

    train_pb_whole(&t, 2, type);

    for (i = 0; type == TRAIN_ONNX_STRING && i < n; i++) {
        train_pb_text(&t, 6, ((const char *const *) data)[i]);
    }

    train_pb_text(&t, 8, name);

    if (type != TRAIN_ONNX_STRING) {
        train_pb_bytes(&t, 9, data, n * graph_size(type));
    }

    return t;
}


const char *
train_onnx_tensor(train_onnx_t *g, int type, size_t rank, const size_t *dim,
    const void *data)
{
    train_pb_t   t;
    const char  *name;

    name = onnx_name(g);
    t = graph_tensor(name, type, rank, dim, data);
    train_pb_part(&g->tensors, 5, &t);

    return name;
}


const char *
train_onnx_vector(train_onnx_t *g, int type, const void *data, size_t n)
{
    return train_onnx_tensor(g, type, 1, &n, data);
}


const char *
train_onnx_number(train_onnx_t *g, int type, double v)
{
    float  f;

    f = (float) v;

    return train_onnx_tensor(g, type, 0, NULL,
                             type == TRAIN_ONNX_FLOAT ? (void *) &f
                                                      : (void *) &v);
}


train_pb_t
train_onnx_info(const char *name, int type, size_t rank, const size_t *dim)
{
    size_t       i;
    train_pb_t   info = { 0 }, what = { 0 }, tensor = { 0 }, shape = { 0 };
    train_pb_t   one = { 0 };

    train_pb_text(&one, 2, "N");
    train_pb_part(&shape, 1, &one);

    for (i = 0; i < rank; i++) {
        train_pb_whole(&one, 1, (int64_t) dim[i]);
        train_pb_part(&shape, 1, &one);
    }

    train_pb_whole(&tensor, 1, type);
    train_pb_part(&tensor, 2, &shape);
    train_pb_part(&what, 1, &tensor);
    train_pb_text(&info, 1, name);
    train_pb_part(&info, 2, &what);

    return info;
}


static train_pb_t
graph_attr(const char *name, int type)
{
    train_pb_t  a = { 0 };

    train_pb_text(&a, 1, name);
    train_pb_whole(&a, 20, type);

    return a;
}


void
train_onnx_int(train_pb_t *a, const char *name, int64_t v)
{
    train_pb_t  t;

    t = graph_attr(name, GRAPH_INT);
    train_pb_whole(&t, 3, v);
    train_pb_part(a, 5, &t);
}


void
train_onnx_real(train_pb_t *a, const char *name, float v)
{
    train_pb_t  t;

    t = graph_attr(name, GRAPH_FLOAT);
    train_pb_float(&t, 2, v);
    train_pb_part(a, 5, &t);
}


void
train_onnx_ints(train_pb_t *a, const char *name, const int64_t *v, size_t n)
{
    train_pb_t  t;

    t = graph_attr(name, GRAPH_INTS);
    train_pb_wholes(&t, 8, v, n);
    train_pb_part(a, 5, &t);
}


void
train_onnx_reals(train_pb_t *a, const char *name, const float *v, size_t n)
{
    train_pb_t  t;

    t = graph_attr(name, GRAPH_FLOATS);
    train_pb_bytes(&t, 7, v, n * sizeof(float));
    train_pb_part(a, 5, &t);
}


void
train_onnx_text(train_pb_t *a, const char *name, const char *s)
{
    train_pb_t  t;

    t = graph_attr(name, GRAPH_STRING);
    train_pb_text(&t, 4, s);
    train_pb_part(a, 5, &t);
}


void
train_onnx_texts(train_pb_t *a, const char *name, const char *const *s,
    size_t n)
{
    size_t      i;
    train_pb_t  t;

    t = graph_attr(name, GRAPH_STRINGS);

    for (i = 0; i < n; i++) {
        train_pb_text(&t, 9, s[i]);
    }

    train_pb_part(a, 5, &t);
}


void
train_onnx_data(train_pb_t *a, const char *name, int type, const void *data,
    size_t n)
{
    train_pb_t  t, data_of;

    t = graph_attr(name, GRAPH_TENSOR);
    data_of = graph_tensor(name, type, 1, &n, data);
    train_pb_part(&t, 5, &data_of);
    train_pb_part(a, 5, &t);
}


const char *
train_onnx_node(train_onnx_t *g, const char *op, int ml,
    const char *const *in, size_t n, train_pb_t *a)
{
    size_t       i;
    train_pb_t   t = { 0 };
    const char  *name;

    for (i = 0; i < n; i++) {
        train_pb_text(&t, 1, in[i]);
    }

    name = onnx_name(g);
    train_pb_text(&t, 2, name);
    train_pb_text(&t, 3, name);
    train_pb_text(&t, 4, op);

    if (a != NULL) {
        train_pb_join(&t, a);
    }

    if (ml) {
        train_pb_text(&t, 7, "ai.onnx.ml");
    }

    train_pb_part(&g->nodes, 1, &t);

    return name;
}


const char *
train_onnx_one(train_onnx_t *g, const char *op, const char *x)
{
    return train_onnx_node(g, op, 0, &x, 1, NULL);
}


const char *
train_onnx_two(train_onnx_t *g, const char *op, const char *x, const char *y)
{
    const char  *in[] = { x, y };

    return train_onnx_node(g, op, 0, in, 2, NULL);
}


const char *
train_onnx_three(train_onnx_t *g, const char *op, const char *x,
    const char *y, const char *z)
{
    const char  *in[] = { x, y, z };

    return train_onnx_node(g, op, 0, in, 3, NULL);
}


const char *
train_onnx_with(train_onnx_t *g, const char *op, const char *x,
    const char *attr, int64_t v)
{
    train_pb_t  a = { 0 };

    train_onnx_int(&a, attr, v);

    return train_onnx_node(g, op, 0, &x, 1, &a);
}


const char *
train_onnx_cast(train_onnx_t *g, const char *x, int type)
{
    return train_onnx_with(g, "Cast", x, "to", type);
}


const char *
train_onnx_concat(train_onnx_t *g, const char *const *x, size_t n)
{
    train_pb_t  a = { 0 };

    if (n == 1) {
        return x[0];
    }

    train_onnx_int(&a, "axis", 1);

    return train_onnx_node(g, "Concat", 0, x, n, &a);
}


void
train_onnx_alias(train_onnx_t *g, const char *x, const char *name)
{
    train_pb_t  t = { 0 };

    train_pb_text(&t, 1, x);
    train_pb_text(&t, 2, name);
    train_pb_text(&t, 3, name);
    train_pb_text(&t, 4, "Identity");
    train_pb_part(&g->nodes, 1, &t);
}
