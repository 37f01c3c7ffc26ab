/*
 * Rows of floats -> TensorFlow Serving's answers: predictions, outputs,
 * results.  No HTTP, and nothing is parsed.
 */

#include "maas.h"
#include "maas_body.h"
#include "text/maas_json.h"

#include <string.h>


#define V1_NUMBER  (MAAS_FLOAT_MAX + 3)        /* ".0" and a comma */
#define V1_INDEX   20                          /* digits of a size_t */


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
v1_row(char *p, const float *y, size_t n)
{
    size_t  i;

    *p++ = '[';

    for (i = 0; i < n; i++) {
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
    char         digits[V1_INDEX];
    size_t       i;
    const char  *label;

    if (class < info->n_labels) {
        label = info->labels[class];
        return p + maas__json_quote(label, strlen(label), p);
    }

    i = V1_INDEX;

    do {
        digits[--i] = (char) ('0' + class % 10);
        class /= 10;
    } while (class != 0);

    return p + maas__json_quote(digits + i, V1_INDEX - i, p);
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


static size_t
v1_classes_size(const maas_info_t *info)
{
    size_t  i, size;

    size = 3 + maas__top_classes(info) * (V1_NUMBER + V1_INDEX + 6);

    for (i = 0; i < info->n_labels; i++) {
        size += 6 * strlen(info->labels[i]);
    }

    return size;
}


size_t
maas__v1_size(const maas_info_t *info, maas_v1_t method,
    const maas_request_t *req)
{
    size_t  row;

    row = method == MAAS_V1_CLASSIFY ? v1_classes_size(info)
                                     : info->out * V1_NUMBER + 3;

    return req->rows * row + sizeof("{\"predictions\":[]}");
}


size_t
maas__v1_write(const maas_info_t *info, maas_v1_t method,
    const maas_request_t *req, const float *y, char *buf)
{
    char        *p;
    size_t       i, len;
    const char  *name;

    name = method != MAAS_V1_PREDICT ? "{\"results\":["
           : req->columns ? "{\"outputs\":[" : "{\"predictions\":[";

    len = strlen(name);
    memcpy(buf, name, len);
    p = buf + len;

    for (i = 0; i < req->rows; i++, y += info->out) {

        switch (method) {
        case MAAS_V1_PREDICT:
            p = v1_row(p, y, info->out);
            break;
        case MAAS_V1_CLASSIFY:
            p = v1_classes(p, info, y);
            break;
        case MAAS_V1_REGRESS:
            p = v1_number(p, *y);
        }

        *p++ = ',';
    }

    p -= req->rows > 0;
    memcpy(p, "]}", 2);

    return (size_t) (p + 2 - buf);
}
