/*
 * Rows of floats -> the Open Inference Protocol's infer response with its
 * binary tensors.  No HTTP, and nothing is parsed.
 */

#include "maas_json_rows.h"
#include "maas_json_v2.h"

#include <string.h>


/* The most that the JSON takes around the numbers. */

static size_t
v2_out_frame(const maas_info_t *info, const maas_request_t *req)
{
    return 256 + req->id.len + 6 * (strlen(info->name) + req->name.len
                                    + req->version.len
                                    + strlen(info->output_name))
           + 3 * MAAS_SIZE_TEXT;
}


size_t
maas__v2_size(const maas_info_t *info, const maas_request_t *req)
{
    size_t  size;

    if (req->top_k > 0) {
        size = maas__top_size(info, req);

    } else if (req->binary) {
        size = maas_form_bytes.size(info, req);

    } else {
        size = req->rows * info->out * (MAAS_FLOAT_MAX + 1);
    }

    return v2_out_frame(info, req) + size;
}


/* Everything up to the tensor's data. */

static char *
v2_out_head(const maas_info_t *info, const maas_request_t *req, char *p)
{
    *p++ = '{';

    if (req->id.len > 0) {
        p = stpcpy(p, "\"id\":");
        memcpy(p, req->id.data, req->id.len);
        p += req->id.len;
        *p++ = ',';
    }

    p = stpcpy(p, "\"model_name\":");
    p += req->name.len > 0
         ? maas__json_quote(req->name.data, req->name.len, p)
         : maas__json_quote(info->name, strlen(info->name), p);
    p = stpcpy(p, ",\"model_version\":");
    p += maas__json_quote(req->version.data, req->version.len, p);
    p = stpcpy(p, ",\"outputs\":[{\"name\":");
    p += maas__json_quote(info->output_name, strlen(info->output_name), p);
    p = stpcpy(p, req->top_k > 0 ? ",\"datatype\":\"BYTES\",\"shape\":["
                              : ",\"datatype\":\"FP32\",\"shape\":[");
    p += maas__size_print(req->rows, p);
    *p++ = ',';
    p += maas__size_print(req->top_k > 0 ? req->top_k : info->out, p);

    return stpcpy(p, "],");
}


size_t
maas__v2_write(const maas_info_t *info, const maas_request_t *req,
    const float *y, char *buf, size_t *json_len)
{
    char    *p, *tail;
    size_t   tail_len;

    p = v2_out_head(info, req, buf);

    if (req->binary) {
        /* its length is known once it is written, and stands before it */
        tail = buf + v2_out_frame(info, req);
        tail_len = req->top_k > 0
                   ? maas__top_write(info, req, y, tail)
                   : maas_form_bytes.write(info, req, y, tail, json_len);

        p = stpcpy(p, "\"parameters\":{\"binary_data_size\":");
        p += maas__size_print(tail_len, p);
        p = stpcpy(p, "}}]}");

        *json_len = (size_t) (p - buf);
        memmove(p, tail, tail_len);

        return *json_len + tail_len;
    }

    p = stpcpy(p, "\"data\":[");

    if (req->top_k > 0) {
        p += maas__top_write(info, req, y, p);

    } else {
        p += maas__floats_print(y, req->rows * info->out, p);
    }

    p = stpcpy(p, "]}]}");
    *json_len = (size_t) (p - buf);

    return *json_len;
}
