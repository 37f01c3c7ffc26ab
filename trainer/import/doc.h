/*
 * Documents of other libraries, JSON or UBJSON, as one tree of values.
 * Untrusted bytes: depth is bounded, and nothing is allocated that the file
 * does not have the bytes for.
 * Not here: what the members mean (xgboost*.c, catboost*.c).
 */

#ifndef TRAIN_DOC_H
#define TRAIN_DOC_H

#include "maas_int.h"
#include "maas_mem.h"


#define TRAIN_DOC_DEPTH  256       /* containers within each other */
#define TRAIN_DOC_EARLY  4096      /* bytes that tell what a file is */

typedef enum {
    TRAIN_DOC_NULL = 0,
    TRAIN_DOC_FALSE,
    TRAIN_DOC_TRUE,
    TRAIN_DOC_NUMBER,
    TRAIN_DOC_TEXT,
    TRAIN_DOC_NUMBERS,             /* a list of nothing but numbers, or empty */
    TRAIN_DOC_LIST,
    TRAIN_DOC_OBJECT,
    TRAIN_DOC_KINDS
} train_doc_kind_t;

/* A value.  Its texts are not NUL-terminated; they and UBJSON's numbers are
 * those of the file, which must stay. */

typedef struct train_doc_s  train_doc_t;

struct train_doc_s {
    const train_doc_t  *next;      /* in the same list or object */
    const char         *name;      /* of a member */
    uint32_t            name_len;
    uint8_t             kind;      /* train_doc_kind_t */
    char                type;      /* of numbers: as UBJSON calls it; or 'M',
                                      doubles of this machine */
    size_t              n;         /* elements, members, bytes of a text */
    union {
        double              number;
        const char         *text;
        const void         *numbers;
        const train_doc_t  *first; /* of n */
    } u;
};


/* doc.c */

/* file[0..size) -> *root.  floats: a decimal number that is no whole one is
 * rounded to a float, once; else to a double.  Numbers that are not finite are
 * values as well.  BADFILE "byte N: ...", NOMEM. */
maas_status_t train_doc_read(maas_arena_t *a, const char *file, size_t size,
    int floats, const train_doc_t **root, maas_err_t *err);


/* doc_ask.c */

/* Where `what` stands in the first bytes of a file; NULL: nowhere. */
const char *train_doc_early(const char *file, size_t size, const char *what);

/* A member, the first of that name; NULL: there is none, or no object. */
const train_doc_t *train_doc_get(const train_doc_t *d, const char *name);
/* The same, by a way through objects: "learner.objective.name". */
const train_doc_t *train_doc_find(const train_doc_t *d, const char *path);

/* Is it that text?  d may be NULL. */
int train_doc_is(const train_doc_t *d, const char *text);

/* A text as a NUL-terminated copy; NULL: it is none, or no memory. */
const char *train_doc_text(maas_arena_t *a, const train_doc_t *d);

/* Is it a list of nothing but numbers?  d may be NULL. */
static inline int
train_doc_is_numbers(const train_doc_t *d)
{
    return d != NULL && d->kind == TRAIN_DOC_NUMBERS;
}

/* Number i of a list of numbers, i < n. */
double train_doc_number(const train_doc_t *d, size_t i);

/* A number, or a text that is one (XGBoost's parameters), which lies in
 * low..high and is whole.  0: it is not. */
int train_doc_size(const train_doc_t *d, size_t low, size_t high, size_t *out);

/* "an object", for sentences; d may be NULL: "nothing" */
const char *train_doc_what(const train_doc_t *d);


/* doc_build.c: what both readers build with */

typedef struct {
    maas_arena_t  *arena;
    const char    *file;           /* for places */
    const char    *end;
    const char    *p;
    int            floats;
    train_doc_t   *root;
    size_t         depth;
    train_doc_t   *open[TRAIN_DOC_DEPTH];
    train_doc_t   *last[TRAIN_DOC_DEPTH];      /* element of each */
    size_t         left[TRAIN_DOC_DEPTH];      /* UBJSON: elements to come */
    const char    *name;           /* of the member that comes */
    size_t         name_len;
    maas_err_t    *err;
} train_doc_reader_t;

/* The value behind what there is; a container is open from now on.  NULL: it
 * was said. */
train_doc_t *train_doc_add(train_doc_reader_t *r, train_doc_kind_t kind);

/* The last container is complete. */
maas_status_t train_doc_close(train_doc_reader_t *r);

/* BADFILE "byte N: expected ..." */
maas_status_t train_doc_expected(train_doc_reader_t *r, const char *what);

/* doc_json.c, doc_ubjson.c: all of r->p up to r->end */
maas_status_t train_doc_json(train_doc_reader_t *r);
maas_status_t train_doc_ubjson(train_doc_reader_t *r);


#endif /* TRAIN_DOC_H */
