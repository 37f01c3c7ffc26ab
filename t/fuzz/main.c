/*
 * Drives a fuzz target without clang: mutates its seeds a number of times.
 * No coverage feedback; for that there is libFuzzer.
 *
 *     fuzz_x [runs [seed]]     mutate; a crash leaves fuzz_x.crash behind
 *     fuzz_x -r file...        replay
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"


#define ROOM  8192

static uint64_t  state;
static uint8_t   input[ROOM];
static size_t    input_size;
static char      kept[4096];


static uint64_t
next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;

    return state;
}


static size_t
below(size_t n)
{
    return n == 0 ? 0 : next() % n;
}


/* What parsers stumble over */

static const char *const  words[] = {
    "[", "]", "{", "}", ",", ":", "\"", "\\", "\\u0000", "\xff", "-", "0",
    "1e999", "-1", "4294967296", "18446744073709551615", "1e-400", "null",
    "true", "\xf0\x9f\x98\x80", "[[[[[[[[[[[[[[[[", "shape", "data", "F32",
    "FP32", "BYTES", "inputs", "parameters", "binary_data_size", "layers",
    "\"explain\":", "top=", "&label=", "%zz", "steps=257",
    "0.0000000000000000000000000000000000000000000001401298464324817",
};


static void
insert(size_t at, const void *p, size_t n)
{
    if (input_size + n > ROOM) {
        return;
    }

    memmove(input + at + n, input + at, input_size - at);
    memcpy(input + at, p, n);
    input_size += n;
}


static void
mutate(void)
{
    size_t       at, n;
    uint8_t      piece[64];
    const char  *word;

    at = below(input_size + 1);

    switch (below(7)) {

    case 0:
        word = words[below(sizeof(words) / sizeof(words[0]))];
        insert(at, word, strlen(word));
        return;

    case 1:                             /* cut off, at times */
        if (below(4) == 0) {
            input_size = at;
        }
        return;

    case 2:                             /* take out */
        n = below(16);
        n = n > input_size - at ? input_size - at : n;
        memmove(input + at, input + at + n, input_size - at - n);
        input_size -= n;
        return;

    case 3:                             /* say again */
        n = below(sizeof(piece));
        n = n > input_size - at ? input_size - at : n;
        memcpy(piece, input + at, n);
        insert(below(input_size + 1), piece, n);
        return;

    default:
        if (at == input_size) {
            return;
        }

        switch (below(3)) {
        case 0:
            input[at] ^= 1 << below(8);
            break;
        case 1:
            input[at] = (uint8_t) next();
            break;
        default:
            input[at] = "0123456789-.eE[]{},:\" "[below(22)];
        }
    }
}


static void
run(void)
{
    uint8_t  *exact;

    /* of just that size, so that a byte too far is seen */

    exact = malloc(input_size ? input_size : 1);
    if (exact == NULL) {
        return;
    }

    memcpy(exact, input, input_size);
    (void) LLVMFuzzerTestOneInput(exact, input_size);
    free(exact);
}


static void
keep(int signo)
{
    FILE  *f;

    f = fopen(kept, "wb");

    if (f != NULL) {
        fwrite(input, 1, input_size, f);
        fclose(f);
    }

    signal(signo, SIG_DFL);
    raise(signo);
}


static int
replay(int n, char **paths)
{
    int    i;
    FILE  *f;

    for (i = 0; i < n; i++) {
        f = fopen(paths[i], "rb");

        if (f == NULL) {
            perror(paths[i]);
            return 1;
        }

        input_size = fread(input, 1, ROOM, f);
        fclose(f);
        run();
    }

    printf("%d replayed\n", n);

    return 0;
}


int
main(int argc, char **argv)
{
    unsigned long  i, runs, accepted;
    unsigned       seeds;
    size_t         n;

    (void) snprintf(kept, sizeof(kept), "%s.crash", argv[0]);
    signal(SIGABRT, keep);
    signal(SIGSEGV, keep);

    if (argc > 2 && strcmp(argv[1], "-r") == 0) {
        return replay(argc - 2, argv + 2);
    }

    runs = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000;
    state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    state = state * 0x9e3779b97f4a7c15ull + 1;

    for (seeds = 0; fuzz_seed(seeds, input, ROOM) != 0; seeds++) {
        input_size = fuzz_seed(seeds, input, ROOM);
        accepted = fuzz_accepted;
        run();
        FUZZ_HOLDS(fuzz_accepted > accepted);
    }

    for (i = 0; i < runs; i++) {
        input_size = fuzz_seed((unsigned) below(seeds), input, ROOM);

        for (n = 1 + below(6); n > 0; n--) {
            mutate();
        }

        run();
    }

    printf("%u seeds, %lu mutations, %lu accepted\n", seeds, runs,
           fuzz_accepted);

    return 0;
}
