/*
 * What importers ask a tree of values.
 * Not here: how it came to be (doc_build.c).
 */

#include <math.h>
#include <string.h>

#include "doc.h"
#include "util.h"


const char *
train_doc_early(const char *file, size_t size, const char *what)
{
    size_t  i, len;

    len = strlen(what);
    size = size < TRAIN_DOC_EARLY ? size : TRAIN_DOC_EARLY;

    for (i = 0; i + len <= size; i++) {
        if (memcmp(file + i, what, len) == 0) {
            return file + i;
        }
    }

    return NULL;
}


static const train_doc_t *
doc_member(const train_doc_t *d, const char *name, size_t len)
{
    if (d == NULL || d->kind != TRAIN_DOC_OBJECT) {
        return NULL;
    }

    for (d = d->u.first; d != NULL; d = d->next) {
        if (d->name_len == len && memcmp(d->name, name, len) == 0) {
            return d;
        }
    }

    return NULL;
}


const train_doc_t *
train_doc_get(const train_doc_t *d, const char *name)
{
    return doc_member(d, name, strlen(name));
}


const train_doc_t *
train_doc_find(const train_doc_t *d, const char *path)
{
    size_t  len;

    for ( ;; ) {
        len = strcspn(path, ".");
        d = doc_member(d, path, len);

        if (path[len] == '\0') {
            return d;
        }

        path += len + 1;
    }
}


int
train_doc_is(const train_doc_t *d, const char *text)
{
    return d != NULL && d->kind == TRAIN_DOC_TEXT && d->n == strlen(text)
           && memcmp(d->u.text, text, d->n) == 0;
}


const char *
train_doc_text(maas_arena_t *a, const train_doc_t *d)
{
    return d != NULL && d->kind == TRAIN_DOC_TEXT
           ? maas__arena_strndup(a, d->u.text, d->n) : NULL;
}


/* Big-endian, as in the file, where nothing is aligned */

static uint64_t
doc_bits(const void *at, size_t bytes, size_t i)
{
    size_t                k;
    uint64_t              v;
    const unsigned char  *p;

    p = (const unsigned char *) at + i * bytes;

    for (v = 0, k = 0; k < bytes; k++) {
        v = v << 8 | p[k];
    }

    return v;
}


double
train_doc_number(const train_doc_t *d, size_t i)
{
    float        f;
    double       v;
    uint32_t     word;
    uint64_t     wide;
    const void  *p;

    p = d->u.numbers;

    switch (d->type) {

    case 'i':
        return (int8_t) doc_bits(p, 1, i);

    case 'U':
        return (uint8_t) doc_bits(p, 1, i);

    case 'I':
        return (int16_t) doc_bits(p, 2, i);

    case 'l':
        return (int32_t) doc_bits(p, 4, i);

    case 'L':
        return (double) (int64_t) doc_bits(p, 8, i);

    case 'd':
        word = (uint32_t) doc_bits(p, 4, i);
        memcpy(&f, &word, sizeof(f));
        return f;

    case 'D':
        wide = doc_bits(p, 8, i);
        memcpy(&v, &wide, sizeof(v));
        return v;

    default:
        return ((const double *) p)[i];
    }
}


int
train_doc_size(const train_doc_t *d, size_t low, size_t high, size_t *out)
{
    char    text[32];
    double  v;

    if (d == NULL) {
        return 0;
    }

    if (d->kind == TRAIN_DOC_TEXT && d->n < sizeof(text)) {
        memcpy(text, d->u.text, d->n);
        text[d->n] = '\0';

        if (strlen(text) != d->n || !train_number(text, &v)) {
            return 0;
        }

    } else if (d->kind == TRAIN_DOC_NUMBER) {
        v = d->u.number;

    } else {
        return 0;
    }

    if (!(v >= (double) low && v <= (double) high) || v != floor(v)) {
        return 0;
    }

    *out = (size_t) v;

    return 1;
}


const char *
train_doc_what(const train_doc_t *d)
{
    static const char *const  names[TRAIN_DOC_KINDS] = {
        [TRAIN_DOC_NULL] = "null",
        [TRAIN_DOC_FALSE] = "false",
        [TRAIN_DOC_TRUE] = "true",
        [TRAIN_DOC_NUMBER] = "a number",
        [TRAIN_DOC_TEXT] = "a text",
        [TRAIN_DOC_NUMBERS] = "a list of numbers",
        [TRAIN_DOC_LIST] = "a list",
        [TRAIN_DOC_OBJECT] = "an object"
    };

    return d == NULL ? "nothing" : names[d->kind];
}
