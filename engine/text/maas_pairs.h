/*
 * Forms as browsers send them, name=value&..., as text: a cursor, and what
 * escapes stand for.
 * Not here: what names and values mean.
 */

#ifndef MAAS_PAIRS_H
#define MAAS_PAIRS_H

#include "maas.h"


/* A cursor that walks pairs, copying nothing */

typedef struct {
    const char  *p;                /* next byte */
    const char  *end;
    const char  *start;
} maas_pairs_t;

typedef struct {
    maas_str_t   name;             /* as they stand there */
    maas_str_t   value;
    size_t       at;               /* where it begins, from start */
} maas_pair_t;

void maas__pairs_start(maas_pairs_t *c, const char *text, size_t len);

/* The next pair, or 0: there is none.  What is empty between two "&" is none,
 * what has no "=" has no value. */
int maas__pairs_next(maas_pairs_t *c, maas_pair_t *pair);

/* s, which stands in the text of c, with its "+" and "%41" -> out, which has
 * room for s.len bytes; *len of them.  BADVALUE: "byte N: a bad escape". */
maas_status_t maas__pairs_plain(const maas_pairs_t *c, maas_str_t s, char *out,
    size_t *len, maas_err_t *err);


#endif /* MAAS_PAIRS_H */
