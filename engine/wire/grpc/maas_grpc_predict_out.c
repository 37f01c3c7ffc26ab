/*
 * Rows of floats -> TensorFlow Serving's PredictResponse.
 * Not here: which outputs there are (json/maas_json_v2_out.c).
 */

#include "maas_int.h"
#include "maas_grpc.h"

#include <string.h>


#define PREDICT_FRAME   256            /* of the answer without names */
#define PREDICT_DIGITS  19             /* of INT64_MAX */


/* Digits, as the module has them of a model; 0: none */

static uint64_t
predict_version(maas_str_t text)
{
    size_t    i;
    uint64_t  v;

    for (v = 0, i = 0; i < text.len && i < PREDICT_DIGITS; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return 0;
        }

        v = v * 10 + (uint64_t) (text.data[i] - '0');
    }

    return v;
}


static void
predict_spec(maas_pb_out_t *o, const maas_info_t *info,
    const maas_request_t *req)
{
    size_t    at, inner;
    uint64_t  version;

    at = maas_pb_open(o, PREDICT_ANSWER_SPEC);
    maas__grpc_put_name(o, SPEC_NAME, info, req);

    inner = maas_pb_open(o, SPEC_VERSION);
    version = predict_version(req->version);

    if (version > 0) {
        maas_pb_put_varint(o, SPEC_NUMBER, version);
    }

    maas_pb_close(o, inner);
    maas_pb_put_text(o, SPEC_SIGNATURE, "serving_default");
    maas_pb_close(o, at);
}


static void
predict_tensor(maas_pb_out_t *o, const maas_info_t *info,
    const maas_request_t *req, const maas_told_t *t, const float *y)
{
    size_t    shape, dim, n;
    unsigned  i;

    maas_pb_put_varint(o, VALUE_TYPE, maas__grpc_types[t->dtype].type);
    shape = maas_pb_open(o, VALUE_SHAPE);

    for (n = 1, i = 0; i < t->rank; i++) {
        n *= t->shape[i];
        dim = maas_pb_open(o, SHAPE_DIM);

        if (t->shape[i] > 0) {
            maas_pb_put_varint(o, DIM_SIZE, t->shape[i]);
        }

        maas_pb_close(o, dim);
    }

    maas_pb_close(o, shape);

    if (n > 0) {
        maas__grpc_list(o, maas__grpc_types[t->dtype].value, info, req, t, y,
                        o->buf + o->room);
    }
}


static size_t
predict_head_size(const maas_info_t *info, const maas_request_t *req)
{
    return PREDICT_FRAME + req->name.len + strlen(info->name);
}


size_t
maas__grpc_predict_size(const maas_info_t *info, const maas_request_t *req)
{
    size_t  scratch;

    return predict_head_size(info, req)
           + maas__grpc_outputs_size(info, req, &scratch);
}


size_t
maas__grpc_predict_write(const maas_info_t *info, const maas_request_t *req,
    const float *y, char *buf, size_t *json_len)
{
    size_t         entry, value, scratch;
    unsigned       place;
    maas_told_t    t;
    maas_pb_out_t  o = { .buf = buf };

    o.room = predict_head_size(info, req)
             + maas__grpc_outputs_size(info, req, &scratch) - scratch;
    place = 0;

    while (maas__v2_told(info, req, &place, &t)) {
        entry = maas_pb_open(&o, PREDICT_ANSWER_OUTPUTS);
        maas_pb_put_text(&o, ENTRY_KEY, t.name);
        value = maas_pb_open(&o, ENTRY_VALUE);
        predict_tensor(&o, info, req, &t, y);
        maas_pb_close(&o, value);
        maas_pb_close(&o, entry);
    }

    predict_spec(&o, info, req);

    return o.len;
}
