/*
 * One input of a ModelInferRequest: its fields, its parameters, and where its
 * elements are.
 * Not here: what they become (json/maas_json_v2_input.c).
 */

#include "maas_int.h"
#include "maas_grpc.h"


maas_status_t
maas__grpc_parameter(const maas_grpc_t *g, maas_pb_t entry, maas_pb_t *key,
    maas_pb_field_t *value)
{
    int              rc;
    maas_pb_t        m;
    maas_pb_field_t  f;

    static const maas_pb_wire_t  wires[] = {
        [PARAMETER_BOOL] = MAAS_PB_VARINT,
        [PARAMETER_INT64] = MAAS_PB_VARINT,
        [PARAMETER_STRING] = MAAS_PB_BYTES,
        [PARAMETER_DOUBLE] = MAAS_PB_FIXED64,
        [PARAMETER_UINT64] = MAAS_PB_VARINT
    };

    *value = (maas_pb_field_t) { 0 };

    if (!maas_pb_entry(entry, key, &m)) {
        return maas__grpc_bad(g->start, entry, g->v2.err);
    }

    while ((rc = maas_pb_next(&m, &f)) > 0) {
        if (f.number <= PARAMETER_UINT64 && f.wire == wires[f.number]) {
            *value = f;
        }
    }

    return rc < 0 ? maas__grpc_bad(g->start, m, g->v2.err) : MAAS_OK;
}


static maas_status_t
input_parameter(maas_grpc_t *g, maas_pb_t entry)
{
    maas_pb_t        key;
    maas_status_t    rc;
    maas_pb_field_t  value;

    rc = maas__grpc_parameter(g, entry, &key, &value);

    return rc != MAAS_OK || !maas_pb_is(key, "shared_memory_region") ? rc
           : maas__fail(g->v2.err, MAAS_UNSUPPORTED,
                        "shared memory is not supported");
}


/* Dimensions, packed or one by one */

static maas_status_t
input_shape(maas_grpc_t *g, maas_grpc_tensor_t *t, const maas_pb_field_t *f)
{
    maas_status_t    rc;
    maas_pb_list_t   list;
    maas_pb_field_t  dim;

    if (f->wire == MAAS_PB_VARINT) {
        return maas__grpc_dim(g, t, f->value);
    }

    list = (maas_pb_list_t) { .run = f->bytes, .wire = MAAS_PB_VARINT };

    while (list.run.p != list.run.end) {
        if (maas_pb_list_next(&list, &dim) < 0) {
            return maas__grpc_bad(g->start, list.run, g->v2.err);
        }

        rc = maas__grpc_dim(g, t, dim.value);
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    return MAAS_OK;
}


static maas_status_t
input_field(maas_grpc_t *g, maas_grpc_tensor_t *t, maas_pb_t *type,
    const maas_pb_field_t *f)
{
    if (f->number == TENSOR_SHAPE) {
        return input_shape(g, t, f);
    }

    if (f->wire != MAAS_PB_BYTES) {
        return MAAS_OK;
    }

    switch (f->number) {

    case TENSOR_NAME:
        t->name = f->bytes;
        break;

    case TENSOR_TYPE:
        *type = f->bytes;
        break;

    case TENSOR_PARAMETERS:
        return input_parameter(g, f->bytes);

    case TENSOR_CONTENTS:
        t->message = f->bytes;
        break;

    default:
        break;
    }

    return MAAS_OK;
}


static maas_status_t
input_fields(maas_grpc_t *g, maas_pb_t m, maas_grpc_tensor_t *t,
    maas_pb_t *type)
{
    int              rc;
    maas_status_t    status;
    maas_pb_field_t  f;

    while ((rc = maas_pb_next(&m, &f)) > 0) {
        status = input_field(g, t, type, &f);
        if (status != MAAS_OK) {
            return status;
        }
    }

    return rc < 0 ? maas__grpc_bad(g->start, m, g->v2.err) : MAAS_OK;
}


static maas_status_t
input_type(maas_grpc_t *g, maas_pb_t type)
{
    unsigned  i;

    if (type.p == type.end) {
        return MAAS_OK;                /* who is complete is asked later */
    }

    for (i = 0; i < MAAS_N_DTYPES; i++) {
        if (maas__dtypes[i].wire != NULL
            && maas_pb_is(type, maas__dtypes[i].wire))
        {
            return maas__v2_typed(&g->v2, (maas_dtype_t) i);
        }
    }

    return maas__fail(g->v2.err, MAAS_BADVALUE, "tensor \"%.64s\": unknown "
                      "datatype, expected one such as FP32, INT64 or BYTES",
                      maas__v2_name(&g->v2));
}


/* The elements of contents, all of one list */

static maas_status_t
input_contents(maas_grpc_t *g, const maas_grpc_tensor_t *t)
{
    uint32_t       field;
    maas_status_t  rc;
    maas_dtype_t   dt;

    dt = g->v2.in.dtype;
    field = maas__grpc_types[dt].contents;

    if (field == 0) {
        return maas__fail(g->v2.err, MAAS_BADVALUE, "tensor \"%.64s\": %s is "
                          "only in raw_input_contents", maas__v2_name(&g->v2),
                          maas__dtypes[dt].wire);
    }

    rc = maas__grpc_lists(g, t, field, maas__grpc_contents_name);

    if (rc == MAAS_OK && !maas__cells_list(dt, t->message, field, &g->cells)) {
        return maas__fail(g->v2.err, MAAS_BADVALUE, "tensor \"%.64s\": %s is "
                          "malformed", maas__v2_name(&g->v2),
                          maas__grpc_contents_name(field));
    }

    return rc;
}


static maas_status_t
input_elements(maas_grpc_t *g, const maas_grpc_tensor_t *t)
{
    maas_status_t  rc;

    rc = maas__grpc_dims(g, t);

    if (rc != MAAS_OK || !g->v2.in.has_dtype) {
        return rc;
    }

    if (!t->has_bytes) {
        return input_contents(g, t);
    }

    if (t->message.p != t->message.end) {
        return maas__fail(g->v2.err, MAAS_BADVALUE, "tensor \"%.64s\" has both "
                          "contents and raw_input_contents",
                          maas__v2_name(&g->v2));
    }

    g->cells = maas__cells_bytes(g->v2.in.dtype, t->bytes.p,
                                 maas_pb_len(t->bytes));

    return MAAS_OK;
}


/* The next raw_input_contents, of which there are as many as inputs, or none */

static void
input_raw(maas_grpc_t *g, maas_grpc_tensor_t *t)
{
    maas_pb_field_t  f;

    t->has_bytes = g->raws > 0;

    while (t->has_bytes && maas_pb_next(&g->raw, &f) > 0) {
        if (f.number == INFER_RAW && f.wire == MAAS_PB_BYTES) {
            t->bytes = f.bytes;
            return;
        }
    }
}


maas_status_t
maas__grpc_input(maas_grpc_t *g, maas_pb_t m)
{
    maas_pb_t           type = { NULL, NULL };
    maas_status_t       rc;
    maas_v2_input_t     last;
    maas_grpc_tensor_t  t = { 0 };

    last = g->v2.in;
    g->v2.in = (maas_v2_input_t) {
        .at = (size_t) (m.p - g->start), .column = SIZE_MAX
    };

    input_raw(g, &t);
    rc = input_fields(g, m, &t, &type);

    if (rc == MAAS_OK && t.name.p != t.name.end) {
        rc = maas__v2_named(&g->v2, maas__grpc_text(t.name));
    }

    if (rc == MAAS_OK && g->v2.in.named && !g->v2.in.other) {
        rc = input_type(g, type);

        if (rc == MAAS_OK) {
            rc = input_elements(g, &t);
        }
    }

    g->v2.cells = &g->cells;

    return rc == MAAS_OK
           ? maas__v2_input_end(&g->v2, &last, t.has_shape) : rc;
}


size_t
maas__grpc_input_dim(maas_pb_t m)
{
    maas_pb_list_t   list;
    maas_pb_field_t  f;

    list = maas_pb_list(m, TENSOR_SHAPE, MAAS_PB_VARINT);

    return maas_pb_list_next(&list, &f) > 0 && f.value <= INT64_MAX
           ? f.value : 0;
}
