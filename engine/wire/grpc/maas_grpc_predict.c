/*
 * The form of TensorFlow Serving's Predict over gRPC: the walk over a
 * PredictRequest.
 * Not here: which model is meant (maas_grpc_which.c), the answer
 * (maas_grpc_predict_out.c).
 */

#include "maas_int.h"
#include "maas_grpc.h"


/* Numbers that one value may stand for: 2^20, as many as a row may have */

#define PREDICT_REPEATS  MAAS_MAX_WIDTH


/* A TensorShapeProto's dimensions */

static maas_status_t
predict_shape(maas_grpc_t *g, maas_grpc_tensor_t *t, maas_pb_t m)
{
    int              rc;
    maas_pb_t        dim;
    maas_status_t    status;
    maas_pb_field_t  f, size;

    t->has_shape = 1;

    while ((rc = maas_pb_next(&m, &f)) > 0) {
        if (f.number == SHAPE_UNKNOWN && f.wire == MAAS_PB_VARINT
            && f.value != 0)
        {
            return maas__fail(g->v2.err, MAAS_BADSHAPE, "a tensor's shape has "
                              "no rank");
        }

        if (f.number != SHAPE_DIM || f.wire != MAAS_PB_BYTES) {
            continue;
        }

        dim = f.bytes;

        if (!maas_pb_whole(dim)) {
            return maas__grpc_bad(g->start, dim, g->v2.err);
        }

        status = maas__grpc_dim(g, t, maas_pb_find(dim, DIM_SIZE,
                                                   MAAS_PB_VARINT, &size)
                                      ? size.value : 0);
        if (status != MAAS_OK) {
            return status;
        }
    }

    return rc < 0 ? maas__grpc_bad(g->start, m, g->v2.err) : MAAS_OK;
}


static maas_status_t
predict_fields(maas_grpc_t *g, maas_grpc_tensor_t *t, uint64_t *type)
{
    int              rc;
    maas_pb_t        m;
    maas_status_t    status;
    maas_pb_field_t  f;

    m = t->message;

    while ((rc = maas_pb_next(&m, &f)) > 0) {
        if (f.number == VALUE_TYPE && f.wire == MAAS_PB_VARINT) {
            *type = f.value;

        } else if (f.number == VALUE_SHAPE && f.wire == MAAS_PB_BYTES) {
            g->v2.in.rank = 0;
            status = predict_shape(g, t, f.bytes);

            if (status != MAAS_OK) {
                return status;
            }

        } else if (f.number == VALUE_CONTENT && f.wire == MAAS_PB_BYTES) {
            t->has_bytes = maas_pb_len(f.bytes) > 0;
            t->bytes = f.bytes;
        }
    }

    return rc < 0 ? maas__grpc_bad(g->start, m, g->v2.err) : MAAS_OK;
}


static maas_status_t
predict_type(maas_grpc_t *g, uint64_t type)
{
    unsigned  i;

    if (type == 0) {
        return MAAS_OK;                /* who is complete is asked later */
    }

    for (i = 0; i < MAAS_N_DTYPES; i++) {
        if (maas__grpc_types[i].type == type) {
            return maas__v2_typed(&g->v2, (maas_dtype_t) i);
        }
    }

    return maas__fail(g->v2.err, MAAS_BADVALUE, "tensor \"%.64s\": dtype %llu "
                      "is not read, expected one such as DT_FLOAT (1)",
                      maas__v2_name(&g->v2),
                      (unsigned long long) type);
}


/* Values of one list, of which the last may stand for those that are not
 * there: tensor.proto */

static maas_status_t
predict_values(maas_grpc_t *g, const maas_grpc_tensor_t *t)
{
    size_t         n;
    uint32_t       field;
    unsigned       i;
    maas_status_t  rc;

    field = maas__grpc_types[g->v2.in.dtype].value;
    rc = maas__grpc_lists(g, t, field, maas__grpc_value_name);

    if (rc == MAAS_OK && !maas__cells_list(g->v2.in.dtype, t->message, field,
                                           &g->cells))
    {
        return maas__fail(g->v2.err, MAAS_BADVALUE, "tensor \"%.64s\": %s is "
                          "malformed", maas__v2_name(&g->v2),
                          maas__grpc_value_name(field));
    }

    for (n = 1, i = 0; i < g->v2.in.rank && rc == MAAS_OK; i++) {
        rc = maas__mul(n, g->v2.in.shape[i], &n);
    }

    if (rc != MAAS_OK || g->cells.count == 0 || g->cells.count >= n) {
        /* an overflow is seen where rows are counted */
        return rc == MAAS_TOOBIG ? MAAS_OK : rc;
    }

    if (n > PREDICT_REPEATS) {
        return maas__fail(g->v2.err, MAAS_TOOBIG, "tensor \"%.64s\": %zu "
                          "values, of which %s has %zu; the last one may stand "
                          "for %u at most", maas__v2_name(&g->v2), n,
                          maas__grpc_value_name(field), g->cells.count,
                          PREDICT_REPEATS);
    }

    maas__cells_repeat(&g->cells);

    return MAAS_OK;
}


static maas_status_t
predict_elements(maas_grpc_t *g, const maas_grpc_tensor_t *t)
{
    maas_status_t  rc;

    rc = maas__grpc_dims(g, t);

    if (rc != MAAS_OK || !g->v2.in.has_dtype) {
        return rc;
    }

    if (!t->has_bytes) {
        return predict_values(g, t);
    }

    if (g->v2.in.dtype == MAAS_BYTES) {
        return maas__fail(g->v2.err, MAAS_BADVALUE, "tensor \"%.64s\": "
                          "DT_STRING stands in string_val, got tensor_content",
                          maas__v2_name(&g->v2));
    }

    g->cells = maas__cells_bytes(g->v2.in.dtype, t->bytes.p,
                                 maas_pb_len(t->bytes));

    return MAAS_OK;
}


static maas_status_t
predict_input(maas_grpc_t *g, maas_pb_t entry)
{
    uint64_t            type;
    maas_status_t       rc;
    maas_v2_input_t     last;
    maas_grpc_tensor_t  t = { 0 };

    last = g->v2.in;
    g->v2.in = (maas_v2_input_t) {
        .at = (size_t) (entry.p - g->start), .column = SIZE_MAX
    };

    if (!maas_pb_entry(entry, &t.name, &t.message)) {
        return maas__grpc_bad(g->start, entry, g->v2.err);
    }

    type = 0;
    rc = predict_fields(g, &t, &type);

    if (rc == MAAS_OK && t.name.p != t.name.end) {
        rc = maas__v2_named(&g->v2, maas__grpc_text(t.name));
    }

    if (rc == MAAS_OK && g->v2.in.named && !g->v2.in.other) {
        rc = predict_type(g, type);

        if (rc == MAAS_OK) {
            rc = predict_elements(g, &t);
        }
    }

    g->v2.cells = &g->cells;

    return rc == MAAS_OK
           ? maas__v2_input_end(&g->v2, &last, t.has_shape) : rc;
}


static maas_status_t
predict_signature(maas_grpc_t *g, maas_pb_t spec)
{
    maas_pb_field_t  f;

    if (maas_pb_find(spec, SPEC_SIGNATURE, MAAS_PB_BYTES, &f)
        && maas_pb_len(f.bytes) > 0
        && !maas_pb_is(f.bytes, "serving_default"))
    {
        return maas__fail(g->v2.err, MAAS_BADVALUE, "Serving signature key not "
                          "found, there is only \"serving_default\"");
    }

    return MAAS_OK;
}


static maas_status_t
predict_asked(maas_grpc_t *g, maas_pb_t name)
{
    maas_status_t  rc;

    g->v2.out = (maas_v2_output_t) { .at = (size_t) (name.p - g->start) };
    rc = maas__v2_asked_name(&g->v2, maas__grpc_text(name));

    return rc == MAAS_OK ? maas__v2_asked_end(&g->v2, 1) : rc;
}


static maas_status_t
predict_field(maas_grpc_t *g, const maas_pb_field_t *f)
{
    if (f->wire != MAAS_PB_BYTES) {
        return MAAS_OK;
    }

    switch (f->number) {

    case PREDICT_SPEC:
        return predict_signature(g, f->bytes);

    case PREDICT_INPUTS:
        g->inputs++;
        return predict_input(g, f->bytes);

    case PREDICT_FILTER:
        return predict_asked(g, f->bytes);

    default:
        return MAAS_OK;
    }
}


/* The first dimension of an entry's tensor */

static size_t
predict_dim(maas_pb_t entry)
{
    maas_pb_t        key, value, m;
    maas_pb_field_t  f, dim;

    if (!maas_pb_entry(entry, &key, &value)
        || !maas_pb_find(value, VALUE_SHAPE, MAAS_PB_BYTES, &f))
    {
        return 0;
    }

    m = f.bytes;

    while (maas_pb_next(&m, &dim) > 0) {
        if (dim.number == SHAPE_DIM && dim.wire == MAAS_PB_BYTES) {
            return maas_pb_find(dim.bytes, DIM_SIZE, MAAS_PB_VARINT, &f)
                   && f.value <= INT64_MAX ? f.value : 0;
        }
    }

    return 0;
}


static size_t
predict_bound(const maas_info_t *info, const maas_body_t *body)
{
    size_t           dim, one;
    maas_pb_t        m;
    maas_pb_field_t  f;

    m = maas__grpc_message(body);

    for (dim = 0; maas_pb_next(&m, &f) > 0; /* void */ ) {
        if (f.number == PREDICT_INPUTS && f.wire == MAAS_PB_BYTES) {
            one = predict_dim(f.bytes);
            dim = one > dim ? one : dim;
        }
    }

    return maas__grpc_bound(info, body, dim, PREDICT_REPEATS);
}


static maas_status_t
predict_read(const maas_info_t *info, const maas_body_t *body, void *x,
    maas_request_t *req, maas_err_t *err)
{
    int              rc;
    maas_pb_t        m;
    maas_grpc_t      g;
    maas_status_t    status;
    maas_pb_field_t  f;

    maas__grpc_start(&g, info, body, predict_bound(info, body), x, err);
    m = maas__grpc_message(body);

    while ((rc = maas_pb_next(&m, &f)) > 0) {
        status = predict_field(&g, &f);
        if (status != MAAS_OK) {
            return status;
        }
    }

    if (rc < 0) {
        return maas__grpc_bad(g.start, m, err);
    }

    if (g.inputs == 0) {
        return maas__fail(err, MAAS_BADVALUE, "the request has no \"inputs\"");
    }

    status = maas__v2_inputs_end(&g.v2);

    if (status == MAAS_OK) {
        g.v2.req.rows = g.v2.rows;
        *req = g.v2.req;
    }

    return status;
}


const maas_form_t  maas_form_grpc_predict = {
    .name = "grpc_predict",
    .answer = "application/grpc",
    .bound = predict_bound,
    .explains = 1,
    .read = predict_read,
    .size = maas__grpc_predict_size,
    .write = maas__grpc_predict_write
};
