/*
 * An ONNX file as a graph: nodes, names, inputs and outputs, attributes.
 * Not here: what operators do.
 */

#include "onnx.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>


#define ONNX_MAX_NODES  (1u << 20)
#define ONNX_PRODUCER   100            /* bytes of a name that is told */


static maas_status_t
onnx_say(train_onnx_t *o, maas_status_t code, const train_onnx_node_t *n,
    const char *why)
{
    if (n == NULL) {
        return maas__fail(o->err, code, "%s", why);
    }

    if (n->name.len == 0) {
        return maas__fail(o->err, code, "%.*s: %s", (int) n->op.len,
                          n->op.data, why);
    }

    return maas__fail(o->err, code, "%.*s \"%.*s\": %s", (int) n->op.len,
                      n->op.data, n->name.len < 60 ? (int) n->name.len : 60,
                      n->name.data, why);
}


maas_status_t
train_onnx_refuse(train_onnx_t *o, const train_onnx_node_t *n, const char *fmt,
    ...)
{
    char     why[256];
    va_list  ap;

    va_start(ap, fmt);
    (void) vsnprintf(why, sizeof(why), fmt, ap);
    va_end(ap);

    return onnx_say(o, MAAS_UNSUPPORTED, n, why);
}


maas_status_t
train_onnx_bad(train_onnx_t *o, const train_onnx_node_t *n, const char *fmt,
    ...)
{
    char     why[256];
    va_list  ap;

    va_start(ap, fmt);
    (void) vsnprintf(why, sizeof(why), fmt, ap);
    va_end(ap);

    return onnx_say(o, MAAS_BADFILE, n, why);
}


maas_status_t
train_onnx_nomem(train_onnx_t *o)
{
    return maas__fail(o->err, MAAS_NOMEM, "not enough memory");
}


int
train_onnx_is(maas_str_t s, const char *text)
{
    return s.len == strlen(text) && memcmp(s.data, text, s.len) == 0;
}


/* Where the name is, or would be */

static train_onnx_name_t *
onnx_slot(const train_onnx_t *o, maas_str_t name)
{
    size_t              i, at;
    uint64_t            h;
    train_onnx_name_t  *e;

    h = 14695981039346656037ull;       /* FNV-1a */

    for (i = 0; i < name.len; i++) {
        h = (h ^ (uint8_t) name.data[i]) * 1099511628211ull;
    }

    for (at = (size_t) (h ^ h >> 29); /* void */; at++) {
        e = &o->names[at & (o->n_names - 1)];

        if (e->name.len == 0
            || (e->name.len == name.len
                && memcmp(e->name.data, name.data, name.len) == 0))
        {
            return e;
        }
    }
}


train_onnx_name_t *
train_onnx_find(const train_onnx_t *o, maas_str_t name)
{
    train_onnx_name_t  *e;

    e = name.len == 0 ? NULL : onnx_slot(o, name);

    return e == NULL || e->name.len == 0 ? NULL : e;
}


/* A node's texts; how many of them there are is known */

static maas_status_t
onnx_node(train_onnx_t *o, train_onnx_node_t *n)
{
    size_t           in, out;
    maas_pb_t        p;
    maas_pb_field_t  f;

    if (!maas_pb_whole(n->body)) {
        return train_onnx_bad(o, NULL, "a node at byte %td is broken",
                              n->body.p - o->file);
    }

    for (p = n->body; maas_pb_next(&p, &f) > 0; /* void */) {
        n->n_in += f.number == 1;
        n->n_out += f.number == 2;
    }

    n->in = train_import_alloc(o->m, n->n_in, sizeof(maas_str_t));
    n->out = train_import_alloc(o->m, n->n_out, sizeof(maas_str_t));
    if (n->in == NULL || n->out == NULL) {
        return train_onnx_nomem(o);
    }

    in = out = 0;

    for (p = n->body; maas_pb_next(&p, &f) > 0; /* void */) {
        switch (f.number) {
        case 1: n->in[in++] = train_onnx_str(f.bytes); break;
        case 2: n->out[out++] = train_onnx_str(f.bytes); break;
        case 3: n->name = train_onnx_str(f.bytes); break;
        case 4: n->op = train_onnx_str(f.bytes); break;
        case 7: n->domain = train_onnx_str(f.bytes); break;
        default: break;
        }
    }

    return MAAS_OK;
}


static maas_status_t
onnx_shape(train_onnx_t *o, train_onnx_port_t *port, maas_pb_t p)
{
    maas_pb_t        q;
    maas_pb_field_t  f, d;

    while (maas_pb_next(&p, &f) > 0) {
        if (f.number != 1) {
            continue;
        }

        if (port->rank == TRAIN_ONNX_DIMS) {
            return train_onnx_refuse(o, NULL, "\"%.*s\" has more than %d"
                                     " dimensions", (int) port->name.len,
                                     port->name.data, TRAIN_ONNX_DIMS);
        }

        port->dim[port->rank] = TRAIN_ONNX_UNKNOWN;

        for (q = f.bytes; maas_pb_next(&q, &d) > 0; /* void */) {
            if (d.number == 1 && d.wire == MAAS_PB_VARINT && d.value > 0
                && d.value <= MAAS_MAX_WIDTH)
            {
                port->dim[port->rank] = (size_t) d.value;
            }
        }

        port->rank++;
    }

    return MAAS_OK;
}


/* ValueInfoProto: name, type { tensor_type { elem_type, shape } } */

static maas_status_t
onnx_port(train_onnx_t *o, train_onnx_port_t *port, maas_pb_t p)
{
    maas_pb_field_t  name, type, tensor, f;

    if (maas_pb_find(p, 1, MAAS_PB_BYTES, &name)) {
        port->name = train_onnx_str(name.bytes);
    }

    if (!maas_pb_find(p, 2, MAAS_PB_BYTES, &type)
        || !maas_pb_find(type.bytes, 1, MAAS_PB_BYTES, &tensor))
    {
        return MAAS_OK;
    }

    if (maas_pb_find(tensor.bytes, 1, MAAS_PB_VARINT, &f)) {
        port->type = f.value > 64 ? 0 : (int) f.value;
    }

    if (maas_pb_find(tensor.bytes, 2, MAAS_PB_BYTES, &f)) {
        return onnx_shape(o, port, f.bytes);
    }

    return MAAS_OK;
}


static maas_status_t
onnx_names(train_onnx_t *o, maas_pb_t graph)
{
    size_t              i, j, n;
    maas_pb_t           p;
    maas_pb_field_t     f, name;
    train_onnx_name_t  *e;

    n = o->n_outputs + o->n_inputs;

    for (p = graph; maas_pb_next(&p, &f) > 0; /* void */) {
        n += f.number == 5;
    }

    for (i = 0; i < o->n_nodes; i++) {
        n += o->node[i].n_in + o->node[i].n_out;
    }

    for (o->n_names = 16; o->n_names < 2 * n; o->n_names *= 2) { /* void */ }

    o->names = train_import_alloc(o->m, o->n_names,
                                  sizeof(train_onnx_name_t));
    if (o->names == NULL) {
        return train_onnx_nomem(o);
    }

    for (p = graph; maas_pb_next(&p, &f) > 0; /* void */) {
        if (f.number == 5 && maas_pb_find(f.bytes, 8, MAAS_PB_BYTES, &name)
            && name.bytes.p != name.bytes.end)
        {
            e = onnx_slot(o, train_onnx_str(name.bytes));
            e->name = train_onnx_str(name.bytes);
            e->tensor = f.bytes;
        }
    }

    for (i = 0; i < o->n_inputs; i++) {
        if (o->input[i].name.len > 0) {
            onnx_slot(o, o->input[i].name)->name = o->input[i].name;
        }
    }

    for (i = 0; i < o->n_nodes; i++) {
        for (j = 0; j < o->node[i].n_out; j++) {
            if (o->node[i].out[j].len == 0) {
                continue;
            }

            e = onnx_slot(o, o->node[i].out[j]);

            if (e->name.len > 0) {
                return train_onnx_bad(o, &o->node[i], "\"%.*s\" is made twice",
                                      (int) e->name.len, e->name.data);
            }

            e->name = o->node[i].out[j];
            e->from = &o->node[i];
        }
    }

    return MAAS_OK;
}


static maas_status_t
onnx_graph(train_onnx_t *o, maas_pb_t graph)
{
    size_t           i, in, out;
    maas_pb_t        p;
    maas_status_t    rc;
    maas_pb_field_t  f;

    for (p = graph; maas_pb_next(&p, &f) > 0; /* void */) {
        o->n_nodes += f.number == 1;
        o->n_inputs += f.number == 11;
        o->n_outputs += f.number == 12;

        if (f.number == 15) {
            return train_onnx_refuse(o, NULL, "the graph has sparse tensors;"
                                     " export it with dense ones");
        }
    }

    if (o->n_nodes > ONNX_MAX_NODES) {
        return train_onnx_refuse(o, NULL, "more than %u nodes",
                                 ONNX_MAX_NODES);
    }

    o->node = train_import_alloc(o->m, o->n_nodes, sizeof(train_onnx_node_t));
    o->input = train_import_alloc(o->m, o->n_inputs,
                                  sizeof(train_onnx_port_t));
    o->output = train_import_alloc(o->m, o->n_outputs,
                                   sizeof(train_onnx_port_t));
    if (o->node == NULL || o->input == NULL || o->output == NULL) {
        return train_onnx_nomem(o);
    }

    i = in = out = 0;
    rc = MAAS_OK;

    for (p = graph; rc == MAAS_OK && maas_pb_next(&p, &f) > 0; /* void */) {
        if (f.number == 1) {
            o->node[i].body = f.bytes;
            rc = onnx_node(o, &o->node[i++]);

        } else if (f.number == 11) {
            rc = onnx_port(o, &o->input[in++], f.bytes);

        } else if (f.number == 12) {
            rc = onnx_port(o, &o->output[out++], f.bytes);
        }
    }

    return rc == MAAS_OK ? onnx_names(o, graph) : rc;
}


maas_status_t
train_onnx_model(train_onnx_t *o)
{
    maas_pb_t        p;
    maas_str_t       producer;
    maas_pb_field_t  graph, f;

    if (o->size > INT32_MAX) {         /* lengths are also given as int */
        return train_onnx_bad(o, NULL, "an ONNX file of more than 2 GB, which"
                              " protobuf does not have; are weights meant to"
                              " be in a file beside it?");
    }

    p.p = o->file;
    p.end = o->file + o->size;

    if (!maas_pb_whole(p)) {
        while (maas_pb_next(&p, &f) > 0) { /* void */ }

        return train_onnx_bad(o, NULL, "an ONNX file whose bytes from %td on"
                              " are broken; is it whole?", p.p - o->file);
    }

    if (!maas_pb_find(p, 7, MAAS_PB_BYTES, &graph)) {
        return train_onnx_bad(o, NULL, "an ONNX file without a graph");
    }

    if (!maas_pb_whole(graph.bytes)) {
        return train_onnx_bad(o, NULL, "an ONNX file whose graph is broken;"
                              " is it whole?");
    }

    if (maas_pb_find(p, 2, MAAS_PB_BYTES, &f)) {
        producer = train_onnx_str(f.bytes);

        if (producer.len > 0 && producer.len <= ONNX_PRODUCER
            && maas_is_text(producer.data, producer.len))
        {
            o->producer = train_import_text(o->m, producer.data, producer.len);
            if (o->producer == NULL) {
                return train_onnx_nomem(o);
            }
        }
    }

    return onnx_graph(o, graph.bytes);
}
