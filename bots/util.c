/*
 * Small things: failures, memory, draws.
 * Nothing of visitors.
 */

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#include "bots.h"


void
bots_die(const char *fmt, ...)
{
    va_list  args;

    (void) fputs("maas-bots: ", stderr);
    va_start(args, fmt);
    (void) vfprintf(stderr, fmt, args);
    va_end(args);
    (void) fputc('\n', stderr);
    exit(1);
}


void *
bots_alloc(size_t n, size_t size)
{
    void  *p;

    p = calloc(n ? n : 1, size);

    if (p == NULL) {
        bots_die("out of memory");
    }

    return p;
}


void *
bots_grow(void *p, size_t *room, size_t n, size_t size)
{
    if (n < *room) {
        return p;
    }

    *room = *room ? 2 * *room : 4096;
    p = realloc(p, *room * size);

    if (p == NULL) {
        bots_die("out of memory");
    }

    return p;
}


unsigned
bots_between(train_rng_t *r, unsigned a, unsigned b)
{
    return a + train_rng_below(r, b - a + 1);
}


unsigned
bots_chance(train_rng_t *r, double p)
{
    return train_rng_unit(r) < p;
}


double
bots_about(train_rng_t *r, double median, double sigma)
{
    return median * exp(sigma * train_rng_normal(r));
}


void
bots_hex(train_rng_t *r, char *to, size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        to[i] = "0123456789abcdef"[train_rng_below(r, 16)];
    }

    to[n] = '\0';
}


const char *
bots_pick(train_rng_t *r, const char *const *list, size_t n)
{
    return list[train_rng_below(r, (uint32_t) n)];
}
