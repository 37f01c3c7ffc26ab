/*
 * How readers build a tree of values.
 * Not here: what stands in a file (doc_json.c, doc_ubjson.c).
 */

#include "doc.h"


maas_status_t
train_doc_expected(train_doc_reader_t *r, const char *what)
{
    return maas__fail(r->err, MAAS_BADFILE, "byte %zu: expected %s%s",
                      (size_t) (r->p - r->file), what,
                      r->p >= r->end ? ", but the file ends here" : "");
}


train_doc_t *
train_doc_add(train_doc_reader_t *r, train_doc_kind_t kind)
{
    train_doc_t  *d, *within;

    d = maas__arena_alloc(r->arena, 1, sizeof(train_doc_t));
    if (d == NULL) {
        maas__fail(r->err, MAAS_NOMEM, "no memory for the document");
        return NULL;
    }

    d->kind = (uint8_t) kind;

    if (r->depth == 0) {
        r->root = d;

    } else {
        within = r->open[r->depth - 1];
        within->n++;

        if (within->kind == TRAIN_DOC_OBJECT) {
            d->name = r->name;
            d->name_len = (uint32_t) r->name_len;
        }

        if (r->last[r->depth - 1] == NULL) {
            within->u.first = d;

        } else {
            r->last[r->depth - 1]->next = d;
        }

        r->last[r->depth - 1] = d;
    }

    if (kind == TRAIN_DOC_LIST || kind == TRAIN_DOC_OBJECT) {
        if (r->depth == TRAIN_DOC_DEPTH) {
            maas__fail(r->err, MAAS_BADFILE, "byte %zu: more than %d lists "
                       "and objects within each other",
                       (size_t) (r->p - r->file), TRAIN_DOC_DEPTH);
            return NULL;
        }

        r->open[r->depth] = d;
        r->last[r->depth] = NULL;
        r->left[r->depth] = SIZE_MAX;
        r->depth++;
    }

    return d;
}


/* A list of numbers one by one, or of true and false, as an array */

static maas_status_t
doc_pack(train_doc_reader_t *r, train_doc_t *list)
{
    int                 flags;
    double             *x;
    size_t              i;
    const train_doc_t  *d;

    flags = list->n > 0 && (list->u.first->kind == TRAIN_DOC_FALSE
                            || list->u.first->kind == TRAIN_DOC_TRUE);

    for (d = list->u.first; d != NULL; d = d->next) {
        if (flags ? d->kind != TRAIN_DOC_FALSE && d->kind != TRAIN_DOC_TRUE
                  : d->kind != TRAIN_DOC_NUMBER)
        {
            return MAAS_OK;
        }
    }

    x = maas__arena_alloc(r->arena, list->n + 1, sizeof(double));
    if (x == NULL) {
        return maas__fail(r->err, MAAS_NOMEM, "no memory for the document");
    }

    for (i = 0, d = list->u.first; d != NULL; i++, d = d->next) {
        x[i] = flags ? d->kind == TRAIN_DOC_TRUE : d->u.number;
    }

    list->kind = TRAIN_DOC_NUMBERS;
    list->type = 'M';
    list->u.numbers = x;

    return MAAS_OK;
}


maas_status_t
train_doc_close(train_doc_reader_t *r)
{
    train_doc_t  *d;

    d = r->open[--r->depth];

    return d->kind == TRAIN_DOC_LIST ? doc_pack(r, d) : MAAS_OK;
}
