/*
 * Memory of the engine: checked sizes, arenas, pages that processes share.
 * Not here: what is kept in it.
 */

#ifndef MAAS_MEM_H
#define MAAS_MEM_H

#include "maas.h"

#include <stdint.h>


/* *out = a * b or a + b; TOOBIG if that is over SIZE_MAX, *out untouched.
 * Here, and without a division, because each run asks them. */

static inline maas_status_t
maas__mul(size_t a, size_t b, size_t *out)
{
    size_t  n;

    if (__builtin_mul_overflow(a, b, &n)) {
        return MAAS_TOOBIG;
    }

    *out = n;
    return MAAS_OK;
}


static inline maas_status_t
maas__add(size_t a, size_t b, size_t *out)
{
    if (a > SIZE_MAX - b) {
        return MAAS_TOOBIG;
    }

    *out = a + b;
    return MAAS_OK;
}


/* An arena: many allocations, one release.  Blocks are zeroed and aligned
 * to MAAS_ALIGN.  `limit` is the most bytes it will ever hand out. */
typedef struct maas_arena_s  maas_arena_t;

maas_arena_t *maas__arena_create(size_t limit);
/* So many bytes more may be handed out. */
void maas__arena_allow(maas_arena_t *a, size_t more);
/* One in memory of the caller's, at[0..size), zeroed and on MAAS_ALIGN, itself
 * as well; size is its limit.  NULL: not even that fits. */
maas_arena_t *maas__arena_in(void *at, size_t size);
/* Memory of the caller's stays as it is. */
void maas__arena_destroy(maas_arena_t *a);
/* NULL if n*size overflows, is over the limit or memory is out. */
void *maas__arena_alloc(maas_arena_t *a, size_t n, size_t size);
/* Zeroed bytes on a page of their own: of maas_buffer(), or, where the arena is
 * the caller's, of it, which *owned tells.  NULL as above. */
void *maas__arena_pages(maas_arena_t *a, size_t size, int *owned);
/* Of an arena in memory of the caller's: bytes of it that are in use; was it
 * too small for something? */
size_t maas__arena_used(const maas_arena_t *a);
int maas__arena_short(const maas_arena_t *a);
/* A NUL-terminated copy of s[0..len). */
char *maas__arena_strndup(maas_arena_t *a, const char *s, size_t len);

/* From now on a write to maas_buffer()'s pages is a fault.  0 on success. */
int maas__pages_seal(void *p, size_t size);


#endif /* MAAS_MEM_H */
