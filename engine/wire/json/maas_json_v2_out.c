/*
 * Rows of floats -> the Open Inference Protocol's infer response with its
 * binary tensors, and its classification extension, the k best classes of a row
 * as "value:index:label".  No HTTP, and nothing is parsed.
 */

#include "maas_json_rows.h"
#include "maas_json_v2.h"

#include <string.h>


#define TOP_DIGITS  10             /* of a uint32_t */


/* Perhaps unaligned */
typedef uint32_t __attribute__((aligned(1), may_alias))  top_class_t;

/* A heap of class numbers, the best one at the root; its memory is taken from
 * the end of the output buffer: nothing is allocated. */

typedef struct {
    const maas_info_t  *info;
    const float        *y;
    top_class_t        *heap;
} top_t;


/* Of equal ones the first. */

static inline int
top_better(const top_t *t, uint32_t a, uint32_t b)
{
    float  va, vb;

    va = maas__top_value(t->info, t->y, a);
    vb = maas__top_value(t->info, t->y, b);

    return va > vb || (va == vb && a < b);
}


/* `class` goes to the hole at i, or below it. */

static void
top_sift(top_t *t, size_t i, size_t n, uint32_t class)
{
    size_t  child;

    while ((child = 2 * i + 1) < n) {

        if (child + 1 < n
            && top_better(t, t->heap[child + 1], t->heap[child]))
        {
            child++;
        }

        if (!top_better(t, t->heap[child], class)) {
            break;
        }

        t->heap[i] = t->heap[child];
        i = child;
    }

    t->heap[i] = class;
}


static char *
top_element(const top_t *t, uint32_t class, unsigned binary, char *start)
{
    char        *p;
    uint32_t     size;
    const char  *label;

    p = start + (binary ? sizeof(size) : 1);

    p += maas__float_print(maas__top_value(t->info, t->y, class), p);
    *p++ = ':';
    p += maas__size_print(class, p);

    label = class < t->info->n_labels ? t->info->labels[class] : NULL;

    if (!binary) {
        *start = '"';

        if (label == NULL) {
            *p++ = '"';
            return p;
        }

        /* of the label's quotes the first gives its place to the colon */
        size = (uint32_t) maas__json_quote(label, strlen(label), p);
        *p = ':';

        return p + size;
    }

    if (label != NULL) {
        *p++ = ':';
        size = (uint32_t) strlen(label);
        memcpy(p, label, size);
        p += size;
    }

    size = (uint32_t) (p - start - sizeof(size));
    memcpy(start, &size, sizeof(size));

    return p;
}


/* The most bytes of an element, with its length or quotes and a comma. */

static size_t
top_element_size(const maas_info_t *info)
{
    size_t  i, len, longest;

    for (longest = 0, i = 0; i < info->n_labels; i++) {
        len = strlen(info->labels[i]);
        longest = len > longest ? len : longest;
    }

    return 8 + MAAS_FLOAT_MAX + TOP_DIGITS + 6 * longest;
}


size_t
maas__top_size(const maas_info_t *info, const maas_request_t *req)
{
    return req->rows * req->top_k * top_element_size(info)
           + maas__top_classes(info) * sizeof(uint32_t);
}


size_t
maas__top_write(const maas_info_t *info, const maas_request_t *req,
    const float *y, char *buf)
{
    char    *p;
    top_t    t;
    size_t   row, i, n, classes;

    classes = maas__top_classes(info);
    p = buf;

    t.info = info;
    t.heap = (top_class_t *) (buf + req->rows * req->top_k
                                    * top_element_size(info));

    for (row = 0; row < req->rows; row++) {
        t.y = y + row * info->out;

        for (i = 0; i < classes; i++) {
            t.heap[i] = (uint32_t) i;
        }

        for (i = classes / 2; i-- > 0; /* void */ ) {
            top_sift(&t, i, classes, t.heap[i]);
        }

        for (i = 0, n = classes; i < req->top_k; i++) {
            p = top_element(&t, t.heap[0], req->binary, p);

            if (!req->binary) {
                *p++ = ',';
            }

            n--;
            top_sift(&t, 0, n, t.heap[n]);
        }
    }

    if (p != buf && !req->binary) {
        p--;
    }

    return (size_t) (p - buf);
}


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
    return v2_out_frame(info, req)
           + (req->top_k > 0 ? maas__top_size(info, req)
              : req->binary ? maas_form_bytes.size(info, req)
              : req->rows * info->out * (MAAS_FLOAT_MAX + 1));
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

    p += req->top_k > 0
         ? maas__top_write(info, req, y, p)
         : maas__floats_print(y, req->rows * info->out, p);
    p = stpcpy(p, "]}]}");
    *json_len = (size_t) (p - buf);

    return *json_len;
}
