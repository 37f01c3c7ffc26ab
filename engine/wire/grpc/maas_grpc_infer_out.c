/*
 * Rows of floats -> ModelInferResponse; and lists of values for all messages
 * that have some.
 * Not here: which outputs there are (json/maas_json_v2_out.c).
 */

#include "maas_int.h"
#include "maas_grpc.h"

#include <string.h>


#define OUT_FRAME  256             /* bytes around an output, without names */


static unsigned
out_is_fixed(const maas_told_t *t)
{
    return t->dtype == MAAS_F32 || t->dtype == MAAS_F64;
}


static size_t
out_elements(const maas_told_t *t)
{
    size_t    n;
    unsigned  i;

    for (n = 1, i = 0; i < t->rank; i++) {
        n *= t->shape[i];
    }

    return n;
}


size_t
maas__grpc_outputs_size(const maas_info_t *info, const maas_request_t *req,
    size_t *scratch)
{
    size_t       size, room;
    unsigned     place;
    maas_told_t  t;

    size = *scratch = 0;
    place = 0;

    while (maas__v2_told(info, req, &place, &t)) {
        room = maas__v2_told_room(info, req, &t);
        size += OUT_FRAME + strlen(t.name) + room;

        if (!out_is_fixed(&t) && !req->binary) {
            /* a list takes at most a half more than its bytes, which are made
             * first */
            size += room / 2;
            *scratch = room > *scratch ? room : *scratch;
        }
    }

    return size + *scratch;
}


void
maas__grpc_put_name(maas_pb_out_t *o, uint32_t number, const maas_info_t *info,
    const maas_request_t *req)
{
    if (req->name.len > 0) {
        maas_pb_put_bytes(o, number, req->name.data, req->name.len);

    } else {
        maas_pb_put_text(o, number, info->name);
    }
}


/* Texts behind their lengths as fields, whole numbers of 64 bits as varints */

static void
out_convert(maas_pb_out_t *o, uint32_t number, maas_dtype_t dt, const char *p,
    const char *end)
{
    size_t    at;
    uint32_t  len;
    uint64_t  v;

    if (dt == MAAS_BYTES) {
        for ( /* void */ ; p < end; p += len) {
            memcpy(&len, p, sizeof(len));
            p += sizeof(len);
            maas_pb_put_bytes(o, number, p, len);
        }

        return;
    }

    at = maas_pb_open(o, number);

    for ( /* void */ ; p < end; p += sizeof(v)) {
        memcpy(&v, p, sizeof(v));
        maas_pb_packed(o, v);
    }

    maas_pb_close(o, at);
}


void
maas__grpc_list(maas_pb_out_t *o, uint32_t number, const maas_info_t *info,
    const maas_request_t *req, const maas_told_t *t, const float *y,
    char *scratch)
{
    char  *p;

    if (!out_is_fixed(t)) {
        p = maas__v2_told_bytes(info, req, t, y, scratch);
        out_convert(o, number, t->dtype, scratch, p);
        return;
    }

    p = maas_pb_put_room(o, number, out_elements(t)
                                    * (maas__dtypes[t->dtype].bits / 8));

    if (p != NULL) {
        (void) maas__v2_told_bytes(info, req, t, y, p);
    }
}


/* An output without its elements, or with them */

static void
infer_output(maas_pb_out_t *o, const maas_info_t *info,
    const maas_request_t *req, const maas_told_t *t, const float *y)
{
    size_t    at, list;
    unsigned  i;

    at = maas_pb_open(o, INFER_ANSWER_OUTPUTS);
    maas_pb_put_text(o, TENSOR_NAME, t->name);
    maas_pb_put_text(o, TENSOR_TYPE, maas__dtypes[t->dtype].wire);

    list = maas_pb_open(o, TENSOR_SHAPE);

    for (i = 0; i < t->rank; i++) {
        maas_pb_packed(o, t->shape[i]);
    }

    maas_pb_close(o, list);

    if (!req->binary && out_elements(t) > 0) {
        list = maas_pb_open(o, TENSOR_CONTENTS);
        maas__grpc_list(o, maas__grpc_types[t->dtype].contents, info, req, t,
                        y, o->buf + o->room);
        maas_pb_close(o, list);
    }

    maas_pb_close(o, at);
}


static void
infer_raw(maas_pb_out_t *o, const maas_info_t *info, const maas_request_t *req,
    const maas_told_t *t, const float *y)
{
    char    *p;
    size_t   at;

    if (out_is_fixed(t)) {
        p = maas_pb_put_room(o, INFER_ANSWER_RAW, out_elements(t)
                             * (maas__dtypes[t->dtype].bits / 8));
        if (p != NULL) {
            (void) maas__v2_told_bytes(info, req, t, y, p);
        }

        return;
    }

    at = maas_pb_open(o, INFER_ANSWER_RAW);
    p = maas__v2_told_bytes(info, req, t, y, o->buf + o->len);
    o->len = (size_t) (p - o->buf);
    maas_pb_close(o, at);
}


static size_t
infer_head_size(const maas_info_t *info, const maas_request_t *req)
{
    return OUT_FRAME + req->id.len + req->name.len + req->version.len
           + strlen(info->name);
}


size_t
maas__grpc_infer_size(const maas_info_t *info, const maas_request_t *req)
{
    size_t  scratch;

    return infer_head_size(info, req)
           + maas__grpc_outputs_size(info, req, &scratch);
}


size_t
maas__grpc_infer_write(const maas_info_t *info, const maas_request_t *req,
    const float *y, char *buf, size_t *json_len)
{
    size_t         scratch;
    unsigned       place;
    maas_told_t    t;
    maas_pb_out_t  o = { .buf = buf };

    o.room = infer_head_size(info, req)
             + maas__grpc_outputs_size(info, req, &scratch) - scratch;

    maas__grpc_put_name(&o, INFER_NAME, info, req);

    if (req->version.len > 0) {
        maas_pb_put_bytes(&o, INFER_VERSION, req->version.data,
                          req->version.len);
    }

    if (req->id.len > 0) {
        maas_pb_put_bytes(&o, INFER_ID, req->id.data, req->id.len);
    }

    for (place = 0; maas__v2_told(info, req, &place, &t); /* void */ ) {
        infer_output(&o, info, req, &t, y);
    }

    for (place = 0; req->binary && maas__v2_told(info, req, &place, &t);
         /* void */ )
    {
        infer_raw(&o, info, req, &t, y);
    }

    return o.len;
}
