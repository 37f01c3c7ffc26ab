/*
 * What a fuzz target gives: an entry point in libFuzzer's shape, and inputs
 * to begin with.  main.c drives it without clang; with clang, compile a
 * target with -fsanitize=fuzzer and leave main.c out.
 */

#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


/* One input, 0 always; whatever must not happen aborts. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The n-th valid input into buf; returns its size, 0 if there is none. */
size_t fuzz_seed(unsigned n, uint8_t *buf, size_t room);

/* Counts inputs that were accepted: each seed must be. */
extern unsigned long fuzz_accepted;

/* Aborts with a sentence if it does not hold. */
#define FUZZ_HOLDS(what)                                                      \
    do {                                                                      \
        if (!(what)) {                                                        \
            fprintf(stderr, "does not hold: %s\n", #what);                    \
            abort();                                                          \
        }                                                                     \
    } while (0)


/* A seed that is a text. */
static inline size_t
fuzz_text(const char *text, uint8_t *buf, size_t room)
{
    size_t  len;

    len = strlen(text);
    FUZZ_HOLDS(len <= room);
    memcpy(buf, text, len);

    return len;
}


#endif /* FUZZ_H */
