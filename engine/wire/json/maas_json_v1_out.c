/*
 * Rows of floats -> TensorFlow Serving's answers: predictions, outputs,
 * results.  No HTTP, and nothing is parsed.
 */

#include "maas_json_top.h"
#include "maas_json_v1.h"

#include <string.h>


#define V1_NUMBER  (MAAS_FLOAT_MAX + 3)        /* ".0" and a comma */


/* A row's part of the answer at p; returns its end. */
typedef char *(*v1_row_pt)(char *p, const maas_info_t *info, const float *y);


/* As that server writes floats: whole ones can be told from integers. */

static char *
v1_number(char *p, float v)
{
    size_t  len;

    len = maas__float_print(v, p);

    if (memchr(p, '.', len) == NULL && memchr(p, 'e', len) == NULL) {
        memcpy(p + len, ".0", 2);
        len += 2;
    }

    return p + len;
}


static char *
v1_row(char *p, const maas_info_t *info, const float *y)
{
    size_t  i;

    *p++ = '[';

    for (i = 0; i < info->out; i++) {
        p = v1_number(p, y[i]);
        *p++ = ',';
    }

    p[-1] = ']';

    return p;
}


/* Without labels a class goes by its number. */

static char *
v1_label(char *p, const maas_info_t *info, size_t class)
{
    char         digits[MAAS_SIZE_TEXT];
    const char  *label;

    if (class < info->n_labels) {
        label = info->labels[class];
        return p + maas__json_quote(label, strlen(label), p);
    }

    return p + maas__json_quote(digits, maas__size_print(class, digits), p);
}


/* [["label",score],...]; of a binary task y is that of class 1 */

static char *
v1_classes(char *p, const maas_info_t *info, const float *y)
{
    float   v;
    size_t  i, n;

    *p++ = '[';
    n = maas__top_classes(info);

    for (i = 0; i < n; i++) {
        v = info->task != MAAS_TASK_BINARY ? y[i] : i == 1 ? *y : 1.0f - *y;

        *p++ = '[';
        p = v1_label(p, info, i);
        *p++ = ',';
        p = v1_number(p, v);
        *p++ = ']';
        *p++ = ',';
    }

    p[-1] = ']';

    return p;
}


/* A regression is one number. */

static char *
v1_value(char *p, const maas_info_t *info, const float *y)
{
    return v1_number(p, *y);
}


/* All rows in the array that `head` opens */

static size_t
v1_write(const char *head, v1_row_pt row, const maas_info_t *info,
    const maas_request_t *req, const float *y, char *buf)
{
    char    *p;
    size_t   i, len;

    len = strlen(head);
    memcpy(buf, head, len);
    p = buf + len;

    for (i = 0; i < req->rows; i++) {
        p = row(p, info, y + i * info->out);
        *p++ = ',';
    }

    p -= req->rows > 0;
    memcpy(p, "]}", 2);

    return (size_t) (p + 2 - buf);
}


size_t
maas__v1_predict_size(const maas_info_t *info, const maas_request_t *req)
{
    return req->rows * (info->out * V1_NUMBER + 3)
           + sizeof("{\"predictions\":[]}");
}


size_t
maas__v1_predict_write(const maas_info_t *info, const maas_request_t *req,
    const float *y, char *buf, size_t *json_len)
{
    return v1_write(req->columns ? "{\"outputs\":[" : "{\"predictions\":[",
                    v1_row, info, req, y, buf);
}


size_t
maas__v1_classify_size(const maas_info_t *info, const maas_request_t *req)
{
    size_t  i, row;

    row = 3 + maas__top_classes(info) * (V1_NUMBER + MAAS_SIZE_TEXT + 6);

    for (i = 0; i < info->n_labels; i++) {
        row += 6 * strlen(info->labels[i]);
    }

    return req->rows * row + sizeof("{\"results\":[]}");
}


size_t
maas__v1_classify_write(const maas_info_t *info, const maas_request_t *req,
    const float *y, char *buf, size_t *json_len)
{
    return v1_write("{\"results\":[", v1_classes, info, req, y, buf);
}


size_t
maas__v1_regress_write(const maas_info_t *info, const maas_request_t *req,
    const float *y, char *buf, size_t *json_len)
{
    return v1_write("{\"results\":[", v1_value, info, req, y, buf);
}
