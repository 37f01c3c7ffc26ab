/*
 * Attributes of a node of an ONNX graph.
 * Not here: which ones an operator has.
 */

#include "onnx.h"

#include <string.h>


int
train_onnx_attr(const train_onnx_node_t *n, const char *name,
    maas_pb_t *a)
{
    maas_pb_t        p;
    maas_pb_field_t  f, s;

    for (p = n->body; maas_pb_next(&p, &f) > 0; /* void */) {
        if (f.number == 5 && maas_pb_find(f.bytes, 1, MAAS_PB_BYTES, &s)
            && maas_pb_is(s.bytes, name))
        {
            *a = f.bytes;
            return 1;
        }
    }

    return 0;
}


double
train_attr_float(const train_onnx_node_t *n, const char *name, double def)
{
    maas_pb_t        a;
    maas_pb_field_t  f;

    return train_onnx_attr(n, name, &a)
           && maas_pb_find(a, 2, MAAS_PB_FIXED32, &f)
           ? (double) maas_pb_float(f.value) : def;
}


int64_t
train_attr_int(const train_onnx_node_t *n, const char *name, int64_t def)
{
    maas_pb_t        a;
    maas_pb_field_t  f;

    return train_onnx_attr(n, name, &a)
           && maas_pb_find(a, 3, MAAS_PB_VARINT, &f)
           ? (int64_t) f.value : def;
}


maas_str_t
train_attr_text(const train_onnx_node_t *n, const char *name)
{
    maas_pb_t        a;
    maas_str_t       s;
    maas_pb_field_t  f;

    s.data = "";
    s.len = 0;

    if (train_onnx_attr(n, name, &a)
        && maas_pb_find(a, 4, MAAS_PB_BYTES, &f))
    {
        s = train_onnx_str(f.bytes);
    }

    return s;
}


/* *v NULL: there is none */

static maas_status_t
onnx_list(train_onnx_t *o, const train_onnx_node_t *n, const char *name,
    uint32_t number, maas_pb_wire_t wire, uint64_t **v, size_t *count)
{
    maas_pb_t       a;
    maas_pb_list_t  list;

    *v = NULL;
    *count = 0;

    if (!train_onnx_attr(n, name, &a)) {
        return MAAS_OK;
    }

    list = maas_pb_list(a, number, wire);
    *count = maas_pb_list_count(list);

    if (*count == SIZE_MAX) {
        return train_onnx_bad(o, n, "a broken list in %s", name);
    }

    if (*count == 0) {
        return MAAS_OK;
    }

    *v = train_import_alloc(o->m, *count, sizeof(uint64_t));
    if (*v == NULL) {
        return train_onnx_nomem(o);
    }

    maas_pb_list_read(list, *v, *count);

    return MAAS_OK;
}


maas_status_t
train_attr_floats(train_onnx_t *o, const train_onnx_node_t *n,
    const char *name, double **v, size_t *count)
{
    size_t          i;
    uint64_t       *bits;
    maas_status_t   rc;

    rc = onnx_list(o, n, name, 7, MAAS_PB_FIXED32, &bits, count);
    *v = NULL;

    if (rc != MAAS_OK || bits == NULL) {
        return rc;
    }

    *v = train_import_alloc(o->m, *count, sizeof(double));
    if (*v == NULL) {
        return train_onnx_nomem(o);
    }

    for (i = 0; i < *count; i++) {
        (*v)[i] = (double) maas_pb_float(bits[i]);
    }

    return MAAS_OK;
}


maas_status_t
train_attr_ints(train_onnx_t *o, const train_onnx_node_t *n, const char *name,
    int64_t **v, size_t *count)
{
    uint64_t       *bits;
    maas_status_t   rc;

    rc = onnx_list(o, n, name, 8, MAAS_PB_VARINT, &bits, count);
    *v = (int64_t *) bits;

    return rc;
}


maas_status_t
train_attr_texts(train_onnx_t *o, const train_onnx_node_t *n,
    const char *name, maas_str_t **v, size_t *count)
{
    size_t           i;
    maas_pb_t        a, p;
    maas_pb_field_t  f;

    *v = NULL;
    *count = 0;

    if (!train_onnx_attr(n, name, &a)) {
        return MAAS_OK;
    }

    for (p = a; maas_pb_next(&p, &f) > 0; /* void */) {
        *count += f.number == 9 && f.wire == MAAS_PB_BYTES;
    }

    if (*count == 0) {
        return MAAS_OK;
    }

    *v = train_import_alloc(o->m, *count, sizeof(maas_str_t));
    if (*v == NULL) {
        return train_onnx_nomem(o);
    }

    i = 0;

    for (p = a; maas_pb_next(&p, &f) > 0; /* void */) {
        if (f.number == 9 && f.wire == MAAS_PB_BYTES) {
            (*v)[i++] = train_onnx_str(f.bytes);
        }
    }

    return MAAS_OK;
}


maas_status_t
train_attr_axis(train_onnx_t *o, const train_onnx_node_t *n, int64_t *axis)
{
    size_t                      count;
    int64_t                    *axes;
    maas_status_t               rc;
    const train_onnx_tensor_t  *t;

    rc = train_attr_ints(o, n, "axes", &axes, &count);
    if (rc != MAAS_OK) {
        return rc;
    }

    *axis = count == 1 ? axes[0] : 0;

    if (count == 0 && train_onnx_has(n, 1)) {
        t = train_onnx_const(o, n, 1);
        if (t == NULL) {
            return o->err->code;
        }

        *axis = t->n == 1 ? (int64_t) t->number[0] : 0;
    }

    return MAAS_OK;
}


int
train_attr_first_axis(train_onnx_t *o, const train_onnx_node_t *n)
{
    size_t                      count;
    int64_t                    *axes;
    const train_onnx_tensor_t  *t;

    if (train_attr_ints(o, n, "axes", &axes, &count) != MAAS_OK) {
        return 0;
    }

    if (count > 0 || !train_onnx_has(n, 1)) {
        return count == 1 && axes[0] == 0;
    }

    t = train_onnx_const(o, n, 1);

    return t != NULL && t->n == 1 && t->number[0] == 0;
}
