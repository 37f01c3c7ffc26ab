/*
 * UBJSON as XGBoost writes it into a tree of values: big-endian, names without
 * a type, lists with a type, with a count, or open.
 * Not here: H, N and counted objects, which XGBoost does not write.
 */

#include <string.h>

#include "doc.h"


/* Bytes of a number of a type, 0: no number */

static size_t
ubj_width(char type)
{
    switch (type) {

    case 'i':
    case 'U':
        return 1;

    case 'I':
        return 2;

    case 'l':
    case 'd':
        return 4;

    case 'L':
    case 'D':
        return 8;

    default:
        return 0;
    }
}


/* A number of a type at r->p */

static maas_status_t
ubj_take(train_doc_reader_t *r, char type, double *out)
{
    size_t       width;
    train_doc_t  d;

    width = ubj_width(type);

    if (width == 0 || (size_t) (r->end - r->p) < width) {
        r->p = width == 0 ? r->p - 1 : r->end;
        return train_doc_expected(r, "a number");
    }

    d.type = type;
    d.u.numbers = r->p;
    *out = train_doc_number(&d, 0);
    r->p += width;

    return MAAS_OK;
}


/* A type and a length, of which there are as many bytes or more */

static maas_status_t
ubj_length(train_doc_reader_t *r, size_t *out)
{
    double         v;
    maas_status_t  rc;

    if (r->p == r->end || *r->p == '\0'
        || memchr("iUIlL", *r->p, 5) == NULL)
    {
        return train_doc_expected(r, "a length");
    }

    r->p++;

    rc = ubj_take(r, r->p[-1], &v);
    if (rc != MAAS_OK) {
        return rc;
    }

    if (!(v >= 0 && v <= (double) (r->end - r->p))) {
        return train_doc_expected(r, "a length that the file has bytes for");
    }

    *out = (size_t) v;

    return MAAS_OK;
}


static maas_status_t
ubj_bytes(train_doc_reader_t *r, const char **text, size_t *len)
{
    maas_status_t  rc;

    rc = ubj_length(r, len);
    if (rc != MAAS_OK) {
        return rc;
    }

    if (*len > UINT32_MAX) {
        return train_doc_expected(r, "a text of less than 4 GB");
    }

    *text = r->p;
    r->p += *len;

    return MAAS_OK;
}


/* Behind the `[` */

static maas_status_t
ubj_list(train_doc_reader_t *r)
{
    char           type;
    size_t         n, width;
    train_doc_t   *d;
    maas_status_t  rc;

    type = '\0';
    width = 0;

    if (r->end - r->p >= 2 && *r->p == '$') {
        type = r->p[1];
        width = ubj_width(type);

        if (width == 0) {
            r->p++;
            return train_doc_expected(r, "a type of numbers");
        }

        r->p += 2;
    }

    n = SIZE_MAX;

    if (r->p < r->end && *r->p == '#') {
        r->p++;

        rc = ubj_length(r, &n);
        if (rc != MAAS_OK) {
            return rc;
        }

    } else if (type != '\0') {
        return train_doc_expected(r, "# and a count");
    }

    if (type == '\0') {
        if (train_doc_add(r, TRAIN_DOC_LIST) == NULL) {
            return r->err->code;
        }

        r->left[r->depth - 1] = n;
        return MAAS_OK;
    }

    if (n > (size_t) (r->end - r->p) / width) {
        return train_doc_expected(r, "a count that the file has bytes for");
    }

    d = train_doc_add(r, TRAIN_DOC_NUMBERS);
    if (d == NULL) {
        return r->err->code;
    }

    d->type = type;
    d->n = n;
    d->u.numbers = r->p;
    r->p += n * width;

    return MAAS_OK;
}


/* A text, or of one byte */

static maas_status_t
ubj_text(train_doc_reader_t *r, char type)
{
    size_t         n;
    const char    *text;
    train_doc_t   *d;
    maas_status_t  rc;

    text = r->p;

    if (type == 'S') {
        rc = ubj_bytes(r, &text, &n);
        if (rc != MAAS_OK) {
            return rc;
        }

    } else {
        if (r->p == r->end) {
            return train_doc_expected(r, "a character");
        }

        r->p++;
        n = 1;
    }

    d = train_doc_add(r, TRAIN_DOC_TEXT);
    if (d == NULL) {
        return r->err->code;
    }

    d->u.text = text;
    d->n = n;

    return MAAS_OK;
}


static maas_status_t
ubj_value(train_doc_reader_t *r)
{
    char           type;
    double         v;
    train_doc_t   *d;
    maas_status_t  rc;

    if (r->p == r->end) {
        return train_doc_expected(r, "a value");
    }

    type = *r->p++;

    switch (type) {

    case '{':
        return train_doc_add(r, TRAIN_DOC_OBJECT) ? MAAS_OK : r->err->code;

    case '[':
        return ubj_list(r);

    case 'S':
    case 'C':
        return ubj_text(r, type);

    case 'T':
        return train_doc_add(r, TRAIN_DOC_TRUE) ? MAAS_OK : r->err->code;

    case 'F':
        return train_doc_add(r, TRAIN_DOC_FALSE) ? MAAS_OK : r->err->code;

    case 'Z':
        return train_doc_add(r, TRAIN_DOC_NULL) ? MAAS_OK : r->err->code;
    }

    if (ubj_width(type) == 0) {
        r->p--;
        return train_doc_expected(r, "a value");
    }

    rc = ubj_take(r, type, &v);
    if (rc != MAAS_OK) {
        return rc;
    }

    d = train_doc_add(r, TRAIN_DOC_NUMBER);
    if (d == NULL) {
        return r->err->code;
    }

    d->u.number = v;

    return MAAS_OK;
}


/* Within a container: the name, or its end.  *end: it was. */

static maas_status_t
ubj_between(train_doc_reader_t *r, int *end)
{
    int      object;
    size_t  *left;

    object = r->open[r->depth - 1]->kind == TRAIN_DOC_OBJECT;
    left = &r->left[r->depth - 1];
    *end = 1;

    if (*left == 0) {
        return train_doc_close(r);
    }

    if (*left == SIZE_MAX && r->p < r->end && *r->p == (object ? '}' : ']')) {
        r->p++;
        return train_doc_close(r);
    }

    *end = 0;
    *left -= *left != SIZE_MAX;

    return object ? ubj_bytes(r, &r->name, &r->name_len) : MAAS_OK;
}


maas_status_t
train_doc_ubjson(train_doc_reader_t *r)
{
    int            end;
    maas_status_t  rc;

    rc = ubj_value(r);

    while (rc == MAAS_OK && r->depth > 0) {
        rc = ubj_between(r, &end);

        if (rc == MAAS_OK && !end) {
            rc = ubj_value(r);
        }
    }

    if (rc != MAAS_OK) {
        return rc;
    }

    return r->p == r->end ? MAAS_OK
           : train_doc_expected(r, "the end of the file");
}
