/*
 * The classification extension: the k best classes of a row as
 * "value:index:label", best first.  Needs scratch memory, but takes it from
 * the end of the output buffer: nothing is allocated.
 */

#include "maas_json_rows.h"

#include <string.h>


#define TOP_DIGITS  10             /* of a uint32_t */


/* A heap of class numbers, the best one at the root. */

typedef struct {
    const maas_info_t  *info;
    const float        *y;
    char               *heap;      /* uint32_t each, perhaps unaligned */
} top_t;


size_t
maas__top_classes(const maas_info_t *info)
{
    return info->task == MAAS_TASK_CLASSIFICATION ? info->out
           : info->task == MAAS_TASK_BINARY ? 2 : 0;
}


static uint32_t
top_get(const top_t *t, size_t i)
{
    uint32_t  class;

    memcpy(&class, t->heap + i * sizeof(class), sizeof(class));

    return class;
}


static void
top_set(top_t *t, size_t i, uint32_t class)
{
    memcpy(t->heap + i * sizeof(class), &class, sizeof(class));
}


/* Of equal ones the first. */

static int
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
            && top_better(t, top_get(t, child + 1), top_get(t, child)))
        {
            child++;
        }

        if (!top_better(t, top_get(t, child), class)) {
            break;
        }

        top_set(t, i, top_get(t, child));
        i = child;
    }

    top_set(t, i, class);
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
    t.heap = buf + req->rows * req->top_k * top_element_size(info);

    for (row = 0; row < req->rows; row++) {
        t.y = y + row * info->out;

        for (i = 0; i < classes; i++) {
            top_set(&t, i, (uint32_t) i);
        }

        for (i = classes / 2; i-- > 0; /* void */ ) {
            top_sift(&t, i, classes, top_get(&t, i));
        }

        for (i = 0, n = classes; i < req->top_k; i++) {
            p = top_element(&t, top_get(&t, 0), req->binary, p);

            if (!req->binary) {
                *p++ = ',';
            }

            n--;
            top_sift(&t, 0, n, top_get(&t, n));
        }
    }

    if (p != buf && !req->binary) {
        p--;
    }

    return (size_t) (p - buf);
}
