/*
 * Classes by rank: the k best of a row as "value:index:label", that which the
 * model says first.
 * Not here: the response around them (maas_json_v2_out.c).
 */

#include "maas_json_rows.h"

#include <string.h>


#define TOP_DIGITS  10             /* of a uint32_t */


/* Perhaps unaligned */
typedef uint32_t __attribute__((aligned(1), may_alias))  top_class_t;

/* A heap of class numbers, the best one at the root; its memory is taken from
 * the end of the output buffer: nothing is allocated. */

typedef struct {
    const maas_info_t     *info;
    const maas_request_t  *req;
    const float           *y;
    top_class_t           *heap;
} top_t;


/* Of equal ones the first. */

static inline int
top_better(const top_t *t, uint32_t a, uint32_t b)
{
    float  va, vb;

    va = maas__top_value(t->info, t->req, t->y, a);
    vb = maas__top_value(t->info, t->req, t->y, b);

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

    p += maas__float_print(maas__top_value(t->info, t->req, t->y, class), p);
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


size_t
maas__label_size(const maas_info_t *info)
{
    size_t  i, len, longest;

    for (longest = 0, i = 0; i < info->n_labels; i++) {
        len = strlen(info->labels[i]);
        longest = len > longest ? len : longest;
    }

    return 6 * longest;
}


/* The most bytes of an element, with its length or quotes and a comma. */

static size_t
top_element_size(const maas_info_t *info)
{
    return 8 + MAAS_FLOAT_MAX + TOP_DIGITS + maas__label_size(info);
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
    size_t   row, i, n, classes, said;

    classes = maas__top_classes(info);
    p = buf;

    t.info = info;
    t.req = req;
    t.heap = (top_class_t *) (buf + req->rows * req->top_k
                                    * top_element_size(info));

    for (row = 0; row < req->rows; row++) {
        t.y = y + row * info->out;
        said = maas__said(info, req, y, row);

        /* what is said comes first, whatever its probability */

        for (n = 0, i = 0; i < classes; i++) {
            t.heap[n] = (uint32_t) i;
            n += i != said;
        }

        for (i = n / 2; i-- > 0; /* void */ ) {
            top_sift(&t, i, n, t.heap[i]);
        }

        for (i = 0; i < req->top_k; i++) {
            p = top_element(&t, i == 0 ? (uint32_t) said : t.heap[0],
                            req->binary, p);

            if (!req->binary) {
                *p++ = ',';
            }

            if (i > 0) {
                n--;
                top_sift(&t, 0, n, t.heap[n]);
            }
        }
    }

    if (p != buf && !req->binary) {
        p--;
    }

    return (size_t) (p - buf);
}
