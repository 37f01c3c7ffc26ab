/*
 * What the fuzz targets of importers of documents share: a file is read to a
 * sentence or to a model file, and a document in JSON said again in UBJSON.
 * Not here: seeds.
 */

#ifndef FUZZ_DOCUMENT_H
#define FUZZ_DOCUMENT_H

#include "fuzz.h"
#include "import/doc.h"
#include "import/import.h"
#include "util.h"


unsigned long  fuzz_accepted;


/* One file.  A model is taken by the engine, or refused with a sentence. */

static inline void
fuzz_import(const train_importer_t *importer, const uint8_t *data, size_t size)
{
    void            *file;
    size_t           n;
    maas_err_t       err = { 0 };
    maas_status_t    rc;
    train_import_t   m = { .folder = "." };

    m.arena = maas__arena_create((size_t) 256 << 20);
    FUZZ_HOLDS(m.arena != NULL);
    (void) importer->is((const char *) data, size);

    rc = importer->read(&m, (const char *) data, size, &err);
    FUZZ_HOLDS((rc == MAAS_OK) == (err.msg[0] == '\0'));

    if (rc == MAAS_OK) {
        FUZZ_HOLDS(m.n_nodes > 0 && m.in > 0 && m.source != NULL);
        rc = train_import_file(&m, "m", &file, &n, &err);
        FUZZ_HOLDS((rc == MAAS_OK) == (err.msg[0] == '\0'));

        if (rc == MAAS_OK) {
            fuzz_accepted++;
            train_free(file);
        }
    }

    maas__arena_destroy(m.arena);
}


typedef struct {
    uint8_t  *p;
    size_t    n, room;
} fuzz_bytes_t;

static inline void
fuzz_put(fuzz_bytes_t *b, const void *p, size_t n)
{
    FUZZ_HOLDS(b->n + n <= b->room);
    memcpy(b->p + b->n, p, n);
    b->n += n;
}


static inline void
fuzz_put_size(fuzz_bytes_t *b, size_t v)
{
    uint8_t  w[9] = { 'L' };

    for (int i = 0; i < 8; i++) {
        w[1 + i] = (uint8_t) (v >> (56 - 8 * i));
    }

    fuzz_put(b, w, sizeof(w));
}


/* Lists of whole numbers as int32, others as floats, as XGBoost does */

static inline void
fuzz_put_numbers(fuzz_bytes_t *b, const train_doc_t *d)
{
    int       whole;
    float     f;
    size_t    i;
    uint8_t   w[4];
    uint32_t  v;

    for (whole = 1, i = 0; i < d->n; i++) {
        whole &= train_doc_number(d, i) == (int32_t) train_doc_number(d, i);
    }

    fuzz_put(b, whole ? "[$l#" : "[$d#", 4);
    fuzz_put_size(b, d->n);

    for (i = 0; i < d->n; i++) {
        f = (float) train_doc_number(d, i);
        v = (uint32_t) (int32_t) (whole ? f : 0);

        if (!whole) {
            memcpy(&v, &f, sizeof(v));
        }

        for (int k = 0; k < 4; k++) {
            w[k] = (uint8_t) (v >> (24 - 8 * k));
        }

        fuzz_put(b, w, sizeof(w));
    }
}


/* d and all within it; of seeds only, whose depth is known */

static inline void
fuzz_put_ubjson(fuzz_bytes_t *b, const train_doc_t *d)
{
    const train_doc_t  *e;

    switch (d->kind) {

    case TRAIN_DOC_TEXT:
        fuzz_put(b, "S", 1);
        fuzz_put_size(b, d->n);
        fuzz_put(b, d->u.text, d->n);
        return;

    case TRAIN_DOC_NUMBERS:
        fuzz_put_numbers(b, d);
        return;

    case TRAIN_DOC_LIST:
        fuzz_put(b, "[#", 2);
        fuzz_put_size(b, d->n);
        break;

    case TRAIN_DOC_OBJECT:
        fuzz_put(b, "{", 1);
        break;

    default:
        fuzz_put(b, "Z", 1);
        return;
    }

    for (e = d->u.first; e != NULL; e = e->next) {
        if (d->kind == TRAIN_DOC_OBJECT) {
            fuzz_put_size(b, e->name_len);
            fuzz_put(b, e->name, e->name_len);
        }

        fuzz_put_ubjson(b, e);
    }

    if (d->kind == TRAIN_DOC_OBJECT) {
        fuzz_put(b, "}", 1);
    }
}


/* The same document in UBJSON; returns its bytes */

static inline size_t
fuzz_ubjson(const char *json, uint8_t *buf, size_t room)
{
    fuzz_bytes_t        b = { buf, 0, room };
    maas_err_t          err;
    maas_arena_t       *a;
    const train_doc_t  *root;

    a = maas__arena_create((size_t) 16 << 20);
    FUZZ_HOLDS(a != NULL);
    FUZZ_HOLDS(train_doc_read(a, json, strlen(json), 1, &root, &err)
               == MAAS_OK);
    fuzz_put_ubjson(&b, root);
    maas__arena_destroy(a);

    return b.n;
}


#endif /* FUZZ_DOCUMENT_H */
