/*
 * A writer of JSON text that owns its commas, for the module and the trainer.
 * Not here: where the text goes, and predictions, which have no time for it.
 */

#ifndef MAAS_JSON_WRITE_H
#define MAAS_JSON_WRITE_H

#include <stddef.h>

#include "maas.h"


/* Set put and ctx, the rest 0.  Between two values of an object or a list a
 * comma is written by itself; no blanks.  The writer allocates nothing; what
 * put() makes of a failure is its own matter. */

typedef struct {
    void      (*put)(void *ctx, const char *s, size_t len);
    void       *ctx;
    unsigned    page;              /* strings may stand in HTML: "<" is
                                      escaped, hex digits are A to F */
    unsigned    follows;           /* a value, so that a comma is due */
} maas_writer_t;

/* kind: '{' or '['; its end: '}' or ']'. */
void maas_writer_open(maas_writer_t *w, char kind);
void maas_writer_close(maas_writer_t *w, char kind);

/* A member's name; its value must follow. */
void maas_writer_key(maas_writer_t *w, const char *name);

/* Values.  Strings are UTF-8; value: a number or word, as printf has it, at
 * most 63 bytes; raw: JSON text as it is, one value or several with commas. */
void maas_writer_string(maas_writer_t *w, const char *s, size_t len);
void maas_writer_text(maas_writer_t *w, const char *s);
void maas_writer_value(maas_writer_t *w, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void maas_writer_raw(maas_writer_t *w, const char *s, size_t len);

/* A member whose value somebody else wrote: checked, then as it is.  BADVALUE,
 * and nothing is written: it is not one object, of strict JSON and at most
 * `depth` deep. */
maas_status_t maas_writer_object(maas_writer_t *w, const char *name,
    const char *s, size_t len, unsigned depth);

/* The shortest decimal that reads back to the same float, with NUL */
#define MAAS_FLOAT_TEXT  17
void maas_float_text(float v, char out[MAAS_FLOAT_TEXT]);
/* A list of n strings */
void maas_writer_list(maas_writer_t *w, const char *const *s, size_t n);


#endif /* MAAS_JSON_WRITE_H */
