/*
 * Rows of floats -> the Open Inference Protocol's infer response with its
 * binary tensors.
 * Not here: HTTP, classes by rank (maas_json_top.c); nothing is parsed.
 */

#include "maas_json_explain.h"
#include "maas_json_rows.h"
#include "maas_json_v2.h"

#include <string.h>


static inline unsigned
v2_out_n(const maas_request_t *req)
{
    return req->n_outputs > 0 ? req->n_outputs : 1;
}


/* The most that the JSON takes around the numbers. */

static size_t
v2_out_frame(const maas_info_t *info, const maas_request_t *req)
{
    return 128 + req->id.len + 6 * (strlen(info->name) + req->name.len
                                    + req->version.len
                                    + strlen(info->output_name))
           + v2_out_n(req) * (128 + 3 * MAAS_SIZE_TEXT);
}


/* Output i as a request of it alone: where none is named, req itself, whose
 * outputs[0] is 0, the numbers; else in *one. */

static const maas_request_t *
v2_out_one(const maas_request_t *req, unsigned i, maas_request_t *one)
{
    if (req->n_outputs == 0) {
        return req;
    }

    *one = *req;

    one->outputs[0] = req->outputs[i];
    one->binary = req->bytes >> i & 1;
    one->top_k = one->outputs[0] == MAAS_OUTPUT_NUMBERS ? req->top_k : 0;

    return one;
}


/* Of an output's data, in JSON or as bytes */

static size_t
v2_out_data_size(const maas_info_t *info, const maas_request_t *one)
{
    if (one->top_k > 0) {
        return maas__top_size(info, one);
    }

    switch (one->outputs[0]) {

    case MAAS_OUTPUT_LABEL:
        return one->rows * (maas__label_size(info) + 4);

    case MAAS_OUTPUT_DECISION:
        return one->rows * (MAAS_SIZE_TEXT + 1);

    default: /* MAAS_OUTPUT_NUMBERS */
        return one->binary ? maas_form_bytes.size(info, one)
                           : one->rows * info->out * (MAAS_FLOAT_MAX + 1);
    }
}


/* The JSON, whose end binary tensors are written behind */

static size_t
v2_out_json_size(const maas_info_t *info, const maas_request_t *req)
{
    size_t                 size;
    unsigned               i;
    maas_request_t         named;
    const maas_request_t  *one;

    size = v2_out_frame(info, req) + maas__v2_explained_size(info, req);

    for (i = 0; i < v2_out_n(req); i++) {
        one = v2_out_one(req, i, &named);
        size += one->binary ? 0 : v2_out_data_size(info, one);
    }

    return size;
}


size_t
maas__v2_size(const maas_info_t *info, const maas_request_t *req)
{
    size_t                 size;
    unsigned               i;
    maas_request_t         named;
    const maas_request_t  *one;

    size = v2_out_json_size(info, req);

    for (i = 0; i < v2_out_n(req); i++) {
        one = v2_out_one(req, i, &named);
        size += one->binary ? v2_out_data_size(info, one) : 0;
    }

    return size + maas__v2_explained_size(info, req);
}


/* Everything up to the outputs */

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

    return stpcpy(p, ",\"outputs\":[");
}


static void
v2_out_told(const maas_info_t *info, const maas_request_t *one, maas_told_t *t)
{
    t->name = maas_output_name(info, one->outputs[0]);
    t->dtype = MAAS_BYTES;
    t->rank = 2;
    t->shape[0] = one->rows;
    t->shape[1] = one->top_k > 0 ? one->top_k : 1;

    if (one->outputs[0] == MAAS_OUTPUT_DECISION) {
        t->dtype = MAAS_I64;

    } else if (one->outputs[0] == MAAS_OUTPUT_NUMBERS && one->top_k == 0) {
        t->dtype = MAAS_F32;
        t->shape[1] = info->out;
    }
}


/* An output up to its data */

static char *
v2_out_open(const maas_info_t *info, const maas_request_t *one, char *p)
{
    maas_told_t  t;

    v2_out_told(info, one, &t);

    p = stpcpy(p, "{\"name\":");
    p += maas__json_quote(t.name, strlen(t.name), p);
    p = stpcpy(p, ",\"datatype\":\"");
    p = stpcpy(p, maas__dtypes[t.dtype].wire);
    p = stpcpy(p, "\",\"shape\":[");
    p += maas__size_print(t.shape[0], p);
    *p++ = ',';
    p += maas__size_print(t.shape[1], p);

    return stpcpy(p, "],");
}


/* What is said of each row: a label, or its place */

static char *
v2_out_said(const maas_info_t *info, const maas_request_t *one, const float *y,
    char *p)
{
    size_t       row, said;
    uint32_t     len;
    const char  *label;

    for (row = 0; row < one->rows; row++) {
        said = maas__said(info, one, y, row);

        if (one->outputs[0] == MAAS_OUTPUT_DECISION) {
            if (one->binary) {
                memcpy(p, &(uint64_t) { said }, sizeof(uint64_t));
                p += sizeof(uint64_t);

            } else {
                p += maas__size_print(said, p);
                *p++ = ',';
            }

            continue;
        }

        label = info->labels[said];
        len = (uint32_t) strlen(label);

        if (one->binary) {
            memcpy(p, &len, sizeof(len));
            memcpy(p + sizeof(len), label, len);
            p += sizeof(len) + len;

        } else {
            p += maas__json_quote(label, len, p);
            *p++ = ',';
        }
    }

    return p - (one->rows > 0 && !one->binary);
}


static char *
v2_out_data(const maas_info_t *info, const maas_request_t *one, const float *y,
    char *p)
{
    if (one->outputs[0] != MAAS_OUTPUT_NUMBERS) {
        return v2_out_said(info, one, y, p);
    }

    return p + (one->top_k > 0 ? maas__top_write(info, one, y, p)
                : one->binary ? maas_form_bytes.write(info, one, y, p, NULL)
                : maas__floats_print(y, one->rows * info->out, p));
}


int
maas__v2_told(const maas_info_t *info, const maas_request_t *req,
    unsigned *place, maas_told_t *t)
{
    unsigned        i;
    maas_request_t  named;

    i = (*place)++;
    t->place = i;

    if (i < v2_out_n(req)) {
        v2_out_told(info, v2_out_one(req, i, &named), t);
        return 1;
    }

    for (i -= v2_out_n(req); i < MAAS_N_EXPLAINED; i++) {
        if (maas__v2_explained_told(info, req, i, t)) {
            t->place = i + v2_out_n(req);
            *place = t->place + 1;
            return 1;
        }
    }

    return 0;
}


/* Output i alone, as bytes whatever the request says */

static const maas_request_t *
v2_out_binary(const maas_request_t *req, unsigned i, maas_request_t *named)
{
    const maas_request_t  *one;

    one = v2_out_one(req, i, named);

    if (one->binary) {
        return one;
    }

    if (one != named) {
        *named = *one;
    }

    named->binary = 1;

    return named;
}


size_t
maas__v2_told_room(const maas_info_t *info, const maas_request_t *req,
    const maas_told_t *t)
{
    maas_request_t  named;

    if (t->place >= v2_out_n(req)) {
        return maas__v2_explained_room(info, req, t->place - v2_out_n(req));
    }

    return v2_out_data_size(info, v2_out_binary(req, t->place, &named));
}


char *
maas__v2_told_bytes(const maas_info_t *info, const maas_request_t *req,
    const maas_told_t *t, const float *y, char *p)
{
    maas_request_t  named;

    if (t->place >= v2_out_n(req)) {
        return maas__v2_explained_bytes(info, req, t->place - v2_out_n(req), p);
    }

    return v2_out_data(info, v2_out_binary(req, t->place, &named), y, p);
}


size_t
maas__v2_write(const maas_info_t *info, const maas_request_t *req,
    const float *y, char *buf, size_t *json_len)
{
    char                  *p, *tail, *start, *end;
    unsigned               i;
    maas_request_t         named;
    const maas_request_t  *one;

    p = v2_out_head(info, req, buf);
    start = end = buf + v2_out_json_size(info, req);

    for (i = 0; i < v2_out_n(req); i++) {
        one = v2_out_one(req, i, &named);

        p = v2_out_open(info, one, p);

        if (one->binary) {
            /* its length is known once it is written, and stands before it */
            tail = end;
            end = v2_out_data(info, one, y, tail);

            p = stpcpy(p, "\"parameters\":{\"binary_data_size\":");
            p += maas__size_print((size_t) (end - tail), p);
            p = stpcpy(p, "}},");

        } else {
            p = stpcpy(p, "\"data\":[");
            p = v2_out_data(info, one, y, p);
            p = stpcpy(p, "]},");
        }
    }

    p--;

    if (req->explained != NULL) {
        p = maas__v2_explained_write(info, req, p, &end);
    }

    p = stpcpy(p, "]}");
    *json_len = (size_t) (p - buf);
    memmove(p, start, (size_t) (end - start));

    return *json_len + (size_t) (end - start);
}
