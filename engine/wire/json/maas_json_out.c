/*
 * Rows of floats -> JSON text: bare rows, and the Open Inference Protocol's
 * infer response with its binary tensors.  No HTTP, and nothing is parsed.
 */

#include "maas.h"
#include "maas_body.h"
#include "text/maas_json.h"

#include <string.h>


#define OUT_SIZE_DIGITS  20        /* of a size_t */


static char *out_text(char *p, const char *text);
static char *out_size(char *p, size_t n);
static char *out_numbers(char *p, const float *y, size_t n);


static char *
out_text(char *p, const char *text)
{
    size_t  len;

    len = strlen(text);
    memcpy(p, text, len);

    return p + len;
}


static char *
out_size(char *p, size_t n)
{
    char    digits[OUT_SIZE_DIGITS];
    size_t  i;

    i = OUT_SIZE_DIGITS;

    do {
        digits[--i] = (char) ('0' + n % 10);
        n /= 10;
    } while (n != 0);

    memcpy(p, digits + i, OUT_SIZE_DIGITS - i);

    return p + OUT_SIZE_DIGITS - i;
}


static char *
out_numbers(char *p, const float *y, size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        p += maas__float_print(y[i], p);
        *p++ = ',';
    }

    return n > 0 ? p - 1 : p;
}


size_t
maas__rows_size(const maas_info_t *info, const maas_request_t *req)
{
    return req->rows * (info->out * (MAAS_FLOAT_MAX + 1) + 3) + 2;
}


size_t
maas__rows_write(const maas_info_t *info, const maas_request_t *req,
    const float *y, char *buf)
{
    char    *p;
    size_t   i;

    p = buf;
    *p++ = '[';

    for (i = 0; i < req->rows; i++) {
        *p++ = '[';
        p = out_numbers(p, y + i * info->out, info->out);
        *p++ = ']';
        *p++ = ',';
    }

    p -= req->rows > 0;
    *p++ = ']';

    return (size_t) (p - buf);
}


/* The most that the JSON takes around the numbers. */

static size_t
out_v2_frame(const maas_info_t *info, maas_str_t version,
    const maas_request_t *req)
{
    return 256 + req->id.len + 6 * (strlen(info->name) + req->name.len
                                    + version.len
                                    + strlen(info->output_name))
           + 3 * OUT_SIZE_DIGITS;
}


size_t
maas__v2_size(const maas_info_t *info, maas_str_t version,
    const maas_request_t *req)
{
    size_t  size;

    if (req->top_k > 0) {
        size = maas__top_size(info, req);

    } else if (req->binary) {
        size = maas__bytes_size(info, req);

    } else {
        size = req->rows * info->out * (MAAS_FLOAT_MAX + 1);
    }

    return out_v2_frame(info, version, req) + size;
}


/* Everything up to the tensor's data. */

static char *
out_v2_head(const maas_info_t *info, maas_str_t version,
    const maas_request_t *req, char *p)
{
    *p++ = '{';

    if (req->id.len > 0) {
        p = out_text(p, "\"id\":");
        memcpy(p, req->id.data, req->id.len);
        p += req->id.len;
        *p++ = ',';
    }

    p = out_text(p, "\"model_name\":");
    p += req->name.len > 0
         ? maas__json_quote(req->name.data, req->name.len, p)
         : maas__json_quote(info->name, strlen(info->name), p);
    p = out_text(p, ",\"model_version\":");
    p += maas__json_quote(version.data, version.len, p);
    p = out_text(p, ",\"outputs\":[{\"name\":");
    p += maas__json_quote(info->output_name, strlen(info->output_name), p);
    p = out_text(p, req->top_k > 0 ? ",\"datatype\":\"BYTES\",\"shape\":["
                                   : ",\"datatype\":\"FP32\",\"shape\":[");
    p = out_size(p, req->rows);
    *p++ = ',';
    p = out_size(p, req->top_k > 0 ? req->top_k : info->out);

    return out_text(p, "],");
}


size_t
maas__v2_write(const maas_info_t *info, maas_str_t version,
    const maas_request_t *req, const float *y, char *buf, size_t *json_len)
{
    char    *p, *tail;
    size_t   tail_len;

    p = out_v2_head(info, version, req, buf);

    if (req->binary) {
        /* its length is known once it is written, and stands before it */
        tail = buf + out_v2_frame(info, version, req);
        tail_len = req->top_k > 0 ? maas__top_write(info, req, y, tail)
                                  : maas__bytes_write(info, req, y, tail);

        p = out_text(p, "\"parameters\":{\"binary_data_size\":");
        p = out_size(p, tail_len);
        p = out_text(p, "}}]}");

        *json_len = (size_t) (p - buf);
        memmove(p, tail, tail_len);

        return *json_len + tail_len;
    }

    p = out_text(p, "\"data\":[");

    if (req->top_k > 0) {
        p += maas__top_write(info, req, y, p);

    } else {
        p = out_numbers(p, y, req->rows * info->out);
    }

    p = out_text(p, "]}]}");
    *json_len = (size_t) (p - buf);

    return *json_len;
}
