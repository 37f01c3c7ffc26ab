/*
 * Memory, errors, clock and small parsing for all of the trainer.
 * Nothing here knows data or networks.
 */

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include "maas_int.h"
#include "maas_mem.h"
#include "util.h"


#define UTIL_PAGE  ((size_t) 2 << 20)      /* a large page */
#define UTIL_HUGE  (2 * UTIL_PAGE)         /* from here on they pay */
#define UTIL_ROOM  16                      /* more than the first ones */
#define UTIL_STEP  65536                   /* bytes of a file at a time */
#define UTIL_ENDLESS  ((size_t) 256 << 20) /* and of a pipe at most */


/* A sentence may repeat names out of files */

static void
util_say(const char *fmt, va_list args)
{
    int      n;
    char    *text;
    va_list  again;

    va_copy(again, args);
    n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);

    /* not train_alloc(): it may be what has failed */

    text = (n >= 0) ? malloc((size_t) (n + 1) * (TRAIN_ESCAPED + 1)) : NULL;

    if (text == NULL) {
        (void) vfprintf(stderr, fmt, args);
        return;
    }

    (void) vsnprintf(text, (size_t) n + 1, fmt, args);
    train_escape(text + n + 1, text, 0);
    (void) fputs(text + n + 1, stderr);
    free(text);
}


static void
util_line(const char *fmt, va_list args)
{
    (void) fflush(stdout);
    (void) fputs("maas-trainer: ", stderr);
    util_say(fmt, args);
    (void) fputc('\n', stderr);
}


void
train_die(const char *fmt, ...)
{
    va_list  args;

    va_start(args, fmt);
    util_line(fmt, args);
    va_end(args);

    (void) fflush(stderr);

    /* whatever is still held goes with the process */

    _exit(TRAIN_EXIT_FAILED);
}


void
train_warn(const char *fmt, ...)
{
    va_list  args;

    va_start(args, fmt);
    util_line(fmt, args);
    va_end(args);
}


void
train_usage(const char *cmd, const char *fmt, ...)
{
    va_list  args;

    va_start(args, fmt);
    (void) fprintf(stderr, "maas-trainer %s: ", cmd);
    util_say(fmt, args);
    (void) fprintf(stderr, "\ntry: maas-trainer %s --help\n", cmd);
    va_end(args);

    (void) fflush(stderr);

    _exit(TRAIN_EXIT_USAGE);
}


int
train_refuse(char *why, const char *fmt, ...)
{
    va_list  args;

    va_start(args, fmt);
    (void) vsnprintf(why, TRAIN_WHY, fmt, args);
    va_end(args);

    return -1;
}


void *
train_alloc(size_t n, size_t size)
{
    void    *p;
    size_t   bytes, align, room;

    if (maas__mul(n, size, &bytes) != MAAS_OK
        || maas__add(bytes, UTIL_PAGE, &room) != MAAS_OK)
    {
        train_die("%zu x %zu bytes of memory are more than can be counted",
                  n, size);
    }

    align = (bytes < UTIL_HUGE) ? MAAS_ALIGN : UTIL_PAGE;
    bytes = (bytes / align + 1) * align;
    p = aligned_alloc(align, bytes);

    if (p == NULL) {
        train_die("no memory: %zu bytes were needed", bytes);
    }

    /* rows are read in any order: large pages spare most of the misses */

    if (align == UTIL_PAGE) {
        (void) madvise(p, bytes, MADV_HUGEPAGE);
    }

    return memset(p, 0, bytes);
}


void
train_room(void *p, size_t *room, size_t n, size_t size)
{
    void    *grown;
    size_t   bytes;

    if (n <= *room) {
        return;
    }

    n = (n < 2 * *room) ? 2 * *room : n + UTIL_ROOM;

    if (maas__mul(n, size, &bytes) != MAAS_OK) {
        train_die("%zu x %zu bytes of memory are more than can be counted",
                  n, size);
    }

    (void) memcpy(&grown, p, sizeof(void *));
    grown = realloc(grown, bytes);

    if (grown == NULL) {
        train_die("no memory: %zu bytes were needed", bytes);
    }

    (void) memcpy(p, &grown, sizeof(void *));
    *room = n;
}


char *
train_strdup(const char *s)
{
    return train_format("%s", s);
}


char *
train_format(const char *fmt, ...)
{
    int       n;
    char     *p;
    va_list   args;

    va_start(args, fmt);
    n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);

    if (n < 0) {
        train_die("a text could not be formatted");
    }

    p = train_alloc((size_t) n + 1, 1);

    va_start(args, fmt);
    (void) vsnprintf(p, (size_t) n + 1, fmt, args);
    va_end(args);

    return p;
}


void
train_free(void *p)
{
    free(p);
}


double
train_now(void)
{
    struct timespec  t;

    (void) clock_gettime(CLOCK_MONOTONIC, &t);

    return (double) t.tv_sec + (double) t.tv_nsec * 1e-9;
}


int
train_number(const char *s, double *out)
{
    char    *end;
    double   v;

    s += strspn(s, " \t");

    /* strtod alone would also take hexadecimal, inf and nan */

    if (s[strspn(s, "0123456789+-.eE \t")] != '\0') {
        return 0;
    }

    v = strtod(s, &end);

    if (end == s || !isfinite(v) || end[strspn(end, " \t")] != '\0') {
        return 0;
    }

    *out = v;

    return 1;
}


int
train_by_float(const void *one, const void *two)
{
    float  a, b;

    a = *(const float *) one;
    b = *(const float *) two;

    return (a > b) - (a < b);
}


int
train_by_double(const void *one, const void *two)
{
    double  a, b;

    a = *(const double *) one;
    b = *(const double *) two;

    return (a > b) - (a < b);
}


static int
util_compare(const void *one, const void *two)
{
    const train_rank_t  *a = one, *b = two;

    if (a->key != b->key) {
        return (a->key < b->key) - (a->key > b->key);
    }

    return (a->at > b->at) - (a->at < b->at);
}


void
train_rank(train_rank_t *r, size_t n)
{
    qsort(r, n, sizeof(train_rank_t), util_compare);
}


void *
train_slurp(const char *path, size_t *size)
{
    int           plain;
    FILE         *f;
    char         *p;
    size_t        n, have, room;
    struct stat   st;

    f = fopen(path, "rb");

    if (f == NULL) {
        train_die("%s: cannot be opened: %s", path, strerror(errno));
    }

    p = NULL;
    have = 0;
    room = 0;

    plain = fstat(fileno(f), &st) == 0 && S_ISREG(st.st_mode);

    do {
        train_room(&p, &room, have + UTIL_STEP, 1);
        n = fread(p + have, 1, room - have, f);
        have += n;
    } while (n > 0 && (plain || have <= UTIL_ENDLESS));

    if (n > 0) {
        train_die("%s: over %zu MB and no regular file: expected one", path,
                  UTIL_ENDLESS >> 20);
    }

    if (ferror(f)) {
        train_die("%s: cannot be read: %s", path, strerror(errno));
    }

    (void) fclose(f);

    *size = have;

    return p;
}


unsigned
train_flush_denormals(void)
{
#if defined(__x86_64__)
    unsigned  before;

    before = _mm_getcsr();
    _mm_setcsr(before | 0x8040);            /* FTZ, DAZ */

    return before;
#else
    return 0;
#endif
}


void
train_restore_denormals(unsigned before)
{
#if defined(__x86_64__)
    _mm_setcsr(before);
#endif
}
