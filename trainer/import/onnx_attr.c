/*
 * Attributes of a node of an ONNX graph.
 * Not here: which ones an operator has.
 */

#include "onnx.h"

#include <string.h>


int
train_onnx_attr(const train_onnx_node_t *n, const char *name,
    train_proto_t *a)
{
    size_t         len;
    train_field_t  f, s;
    train_proto_t  p;

    len = strlen(name);

    for (p = n->body; train_proto_next(&p, &f) > 0; /* void */) {
        if (f.number == 5 && train_proto_find(f.bytes, 1, &s)
            && (size_t) (s.bytes.end - s.bytes.at) == len
            && memcmp(s.bytes.at, name, len) == 0)
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
    train_field_t  f;
    train_proto_t  a;

    return train_onnx_attr(n, name, &a) && train_proto_find(a, 2, &f)
           ? (double) train_proto_float(f.value) : def;
}


int64_t
train_attr_int(const train_onnx_node_t *n, const char *name, int64_t def)
{
    train_field_t  f;
    train_proto_t  a;

    return train_onnx_attr(n, name, &a) && train_proto_find(a, 3, &f)
           ? (int64_t) f.value : def;
}


maas_str_t
train_attr_text(const train_onnx_node_t *n, const char *name)
{
    maas_str_t     s;
    train_field_t  f;
    train_proto_t  a;

    s.data = "";
    s.len = 0;

    if (train_onnx_attr(n, name, &a) && train_proto_find(a, 4, &f)
        && f.wire == TRAIN_PROTO_BYTES)
    {
        s.data = (const char *) f.bytes.at;
        s.len = (size_t) (f.bytes.end - f.bytes.at);
    }

    return s;
}


/* *v NULL: there is none */

static maas_status_t
onnx_list(train_onnx_t *o, const train_onnx_node_t *n, const char *name,
    uint32_t number, unsigned wire, uint64_t **v, size_t *count)
{
    train_proto_t  a;

    *v = NULL;
    *count = 0;

    if (!train_onnx_attr(n, name, &a)) {
        return MAAS_OK;
    }

    *count = train_proto_count(a, number, wire);
    if (*count == 0) {
        return MAAS_OK;
    }

    *v = train_import_alloc(o->m, *count, sizeof(uint64_t));
    if (*v == NULL) {
        return train_onnx_nomem(o);
    }

    train_proto_numbers(a, number, wire, *v);

    return MAAS_OK;
}


maas_status_t
train_attr_floats(train_onnx_t *o, const train_onnx_node_t *n,
    const char *name, double **v, size_t *count)
{
    size_t          i;
    uint64_t       *bits;
    maas_status_t   rc;

    rc = onnx_list(o, n, name, 7, TRAIN_PROTO_32, &bits, count);
    *v = NULL;

    if (rc != MAAS_OK || bits == NULL) {
        return rc;
    }

    *v = train_import_alloc(o->m, *count, sizeof(double));
    if (*v == NULL) {
        return train_onnx_nomem(o);
    }

    for (i = 0; i < *count; i++) {
        (*v)[i] = (double) train_proto_float(bits[i]);
    }

    return MAAS_OK;
}


maas_status_t
train_attr_ints(train_onnx_t *o, const train_onnx_node_t *n, const char *name,
    int64_t **v, size_t *count)
{
    uint64_t       *bits;
    maas_status_t   rc;

    rc = onnx_list(o, n, name, 8, TRAIN_PROTO_VARINT, &bits, count);
    *v = (int64_t *) bits;

    return rc;
}


maas_status_t
train_attr_texts(train_onnx_t *o, const train_onnx_node_t *n,
    const char *name, maas_str_t **v, size_t *count)
{
    size_t         i;
    train_field_t  f;
    train_proto_t  a, p;

    *v = NULL;
    *count = 0;

    if (!train_onnx_attr(n, name, &a)) {
        return MAAS_OK;
    }

    for (p = a; train_proto_next(&p, &f) > 0; /* void */) {
        *count += f.number == 9 && f.wire == TRAIN_PROTO_BYTES;
    }

    if (*count == 0) {
        return MAAS_OK;
    }

    *v = train_import_alloc(o->m, *count, sizeof(maas_str_t));
    if (*v == NULL) {
        return train_onnx_nomem(o);
    }

    i = 0;

    for (p = a; train_proto_next(&p, &f) > 0; /* void */) {
        if (f.number == 9 && f.wire == TRAIN_PROTO_BYTES) {
            (*v)[i].data = (const char *) f.bytes.at;
            (*v)[i++].len = (size_t) (f.bytes.end - f.bytes.at);
        }
    }

    return MAAS_OK;
}
