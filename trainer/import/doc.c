/*
 * A document: which of the two ways it is written in.
 * Not here: the readers (doc_json.c, doc_ubjson.c).
 */

#include <string.h>

#include "doc.h"


maas_status_t
train_doc_read(maas_arena_t *a, const char *file, size_t size, int floats,
    const train_doc_t **root, maas_err_t *err)
{
    maas_status_t        rc;
    train_doc_reader_t  *r;

    r = maas__arena_alloc(a, 1, sizeof(train_doc_reader_t));
    if (r == NULL) {
        return maas__fail(err, MAAS_NOMEM, "no memory for the document");
    }

    r->arena = a;
    r->file = file;
    r->p = file;
    r->end = file + size;
    r->floats = floats;
    r->err = err;

    /* UBJSON has a type in front of the first name */

    rc = size > 1 && file[0] == '{' && file[1] != '\0'
         && memchr("iUIlL", file[1], 5) != NULL
         ? train_doc_ubjson(r) : train_doc_json(r);

    *root = r->root;

    return rc;
}
