/*
 * Memory of the engine: checked sizes, an arena, shared read-only pages.
 * The only engine file that allocates; no other may call malloc or mmap.
 */

#include "maas_int.h"
#include "maas_mem.h"
#include "maas_utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif


#define MAAS_ARENA_BLOCK  (16 * 1024)
#define MAAS_PAGE         ((size_t) 4096)
#define MAAS_HUGE         ((size_t) 2 << 20)


typedef struct maas_chunk_s  maas_chunk_t;

struct maas_chunk_s {
    maas_chunk_t  *next;
    size_t         size;           /* of the memory behind this header */
    size_t         used;
};

struct maas_arena_s {
    maas_chunk_t  *blocks;
    size_t         left;           /* bytes that may still be handed out */
    char          *place;          /* of the caller's, or NULL: where the next
                                      ones are */
    int            missed;         /* something did not fit */
};


/* Is the character p[0..n) one that does something to a terminal or a page
 * instead of standing there?  Bytes of UTF-8 are in the order of code
 * points. */

static int
mem_control(const char *p, size_t n)
{
    size_t  i;

    static const char *const  ranges[][2] = {
        { "\x01", "\x1f" },
        { "\x7f", "\x7f" },
        { "\xc2\x80", "\xc2\x9f" },                   /* C1 */
        { "\xd8\x9c", "\xd8\x9c" },                   /* directions */
        { "\xe2\x80\x8b", "\xe2\x80\x8f" },
        { "\xe2\x80\xa8", "\xe2\x80\xae" },
        { "\xe2\x81\xa0", "\xe2\x81\xaf" },
        { "\xef\xbb\xbf", "\xef\xbb\xbf" },
        { "\xf3\xa0\x80\x80", "\xf3\xa0\xbf\xbf" },   /* tags */
    };

    for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        if (strlen(ranges[i][0]) == n && memcmp(p, ranges[i][0], n) >= 0
            && memcmp(p, ranges[i][1], n) <= 0)
        {
            return 1;
        }
    }

    return 0;
}


maas_status_t
maas__fail(maas_err_t *err, maas_status_t code, const char *fmt, ...)
{
    char     *p, *end;
    size_t    n;
    va_list   args;

    if (err == NULL) {
        return code;
    }

    err->code = code;

    va_start(args, fmt);
    vsnprintf(err->msg, sizeof(err->msg), fmt, args);
    va_end(args);

    /* names from a file or a client end up in logs and JSON */

    end = err->msg + strlen(err->msg);

    for (p = err->msg; p < end; p += n) {
        n = 1;

        if (*p >= 0x20 && *p < 0x7f) {
            continue;
        }

        n = maas__utf8_char(p, (size_t) (end - p));

        if (n == 0 || mem_control(p, n)) {
            n = n > 0 ? n : 1;
            memset(p, '?', n);
        }
    }

    return code;
}


maas_arena_t *
maas__arena_create(size_t limit)
{
    maas_arena_t  *a;

    a = calloc(1, sizeof(maas_arena_t));
    if (a != NULL) {
        a->left = limit;
    }

    return a;
}


void
maas__arena_allow(maas_arena_t *a, size_t more)
{
    if (maas__add(a->left, more, &a->left) != MAAS_OK) {
        a->left = SIZE_MAX;
    }
}


maas_arena_t *
maas__arena_in(void *at, size_t size)
{
    size_t         self;
    maas_arena_t  *a;

    self = (sizeof(maas_arena_t) + MAAS_ALIGN - 1) & ~(size_t) (MAAS_ALIGN - 1);

    if (size < self) {
        return NULL;
    }

    a = at;
    a->place = (char *) at + self;
    a->left = size - self;

    return a;
}


size_t
maas__arena_used(const maas_arena_t *a)
{
    return (size_t) (a->place - (const char *) a);
}


int
maas__arena_short(const maas_arena_t *a)
{
    return a->missed;
}


void
maas__arena_destroy(maas_arena_t *a)
{
    maas_chunk_t  *b, *next;

    if (a == NULL || a->place != NULL) {
        return;
    }

    for (b = a->blocks; b != NULL; b = next) {
        next = b->next;
        free(b);
    }

    free(a);
}


/* A block begins with its header, padded to MAAS_ALIGN. */

static maas_chunk_t *
maas_block_create(size_t size)
{
    void          *p;
    size_t         total;
    maas_chunk_t  *b;

    if (maas__add(size, MAAS_ALIGN, &total) != MAAS_OK
        || posix_memalign(&p, MAAS_ALIGN, total) != 0)
    {
        return NULL;
    }

    b = memset(p, 0, total);
    b->size = size;

    return b;
}


void *
maas__arena_alloc(maas_arena_t *a, size_t n, size_t size)
{
    char          *p;
    size_t         need;
    maas_chunk_t  *b;

    if (maas__mul(n, size, &need) != MAAS_OK
        || maas__add(need, MAAS_ALIGN - 1, &need) != MAAS_OK)
    {
        return NULL;
    }

    need &= ~(size_t) (MAAS_ALIGN - 1);

    if (need > a->left) {
        a->missed = 1;
        return NULL;
    }

    if (a->place != NULL) {
        p = a->place;
        a->place += need;
        a->left -= need;

        return p;
    }

    b = a->blocks;

    if (b == NULL || b->size - b->used < need) {
        b = maas_block_create(need > MAAS_ARENA_BLOCK ? need
                                                      : MAAS_ARENA_BLOCK);
        if (b == NULL) {
            return NULL;
        }

        b->next = a->blocks;
        a->blocks = b;
    }

    p = (char *) b + MAAS_ALIGN + b->used;
    b->used += need;
    a->left -= need;

    return p;
}


char *
maas__arena_strndup(maas_arena_t *a, const char *s, size_t len)
{
    char  *p;

    p = maas__arena_alloc(a, len + 1, 1);
    if (p != NULL) {
        memcpy(p, s, len);
    }

    return p;
}


/*
 * Private pages stay one physical copy after fork() as long as nobody writes
 * to them, and unlike shared ones they may be huge: fewer faults when they are
 * filled, fewer TLB misses when they are read.
 */

void *
maas_buffer(size_t size)
{
    char    *p;
    size_t   head, total;

    if (maas__add(size, MAAS_HUGE, &total) != MAAS_OK) {
        return NULL;
    }

    p = mmap(NULL, total, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) {
        return NULL;
    }

    /* only [p, p + size) stays, from a multiple of MAAS_HUGE on */

    head = -(uintptr_t) p & (MAAS_HUGE - 1);
    size = (size + MAAS_PAGE - 1) & ~(size_t) (MAAS_PAGE - 1);

    if (head > 0) {
        munmap(p, head);
    }

    if (head + size < total) {
        munmap(p + head + size, total - head - size);
    }

    (void) madvise(p + head, size, MADV_HUGEPAGE);     /* a wish */

    return p + head;
}


void *
maas__arena_pages(maas_arena_t *a, size_t size, int *owned)
{
    char    *p;
    size_t   head, total;

    *owned = a->place == NULL;

    if (*owned) {
        return maas_buffer(size);
    }

    head = -(uintptr_t) a->place & (MAAS_PAGE - 1);

    if (maas__add(size, head, &total) != MAAS_OK) {
        return NULL;
    }

    p = maas__arena_alloc(a, total, 1);

    return p == NULL ? NULL : p + head;
}


int
maas__pages_seal(void *p, size_t size)
{
    return mprotect(p, size, PROT_READ);
}


void
maas_buffer_free(void *p, size_t size)
{
    if (p != NULL) {
        munmap(p, size);
    }
}


void
maas_keep_heap(void)
{
#if defined(__GLIBC__)
    /* setting one of these also ends their automatic growth */

    mallopt(M_TRIM_THRESHOLD, 64 << 20);
    mallopt(M_TOP_PAD, 1 << 20);
    mallopt(M_MMAP_THRESHOLD, 4 << 20);
#endif
}
