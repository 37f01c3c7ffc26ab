/*
 * Fails one allocation of a process: LD_PRELOAD it with FAILMALLOC naming a
 * file of three 64-bit numbers: pid to strike (-1: any), countdown, struck.
 * For t/93-torture.t; not for anything that is shipped.
 *
 * Only calls out of nginx, our module and cJSON count: the C library's name
 * service and OpenBLAS's start abort by themselves when memory is out.
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>


static struct {
    int64_t  pid;
    int64_t  left;
    int64_t  struck;
} *ctl;

#define STRIKE()  strike(__builtin_return_address(0))

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t n);
extern void *__libc_memalign(size_t align, size_t n);


__attribute__((constructor))
static void
attach(void)
{
    int          fd;
    void        *p;
    const char  *path;

    path = getenv("FAILMALLOC");
    fd = path == NULL ? -1 : open(path, O_RDWR);

    if (fd == -1) {
        return;
    }

    p = mmap(NULL, sizeof(*ctl), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);

    if (p != MAP_FAILED) {
        ctl = p;
    }
}


static int
strike(void *caller)
{
    Dl_info  where;

    if (ctl == NULL || ctl->pid == 0
        || (ctl->pid != -1 && ctl->pid != getpid()))
    {
        return 0;
    }

    /* nginx's title takes the place of its path */

    if (dladdr(caller, &where) == 0
        || (strstr(where.dli_fname, "nginx") == NULL
            && strstr(where.dli_fname, "ngx_http_maas") == NULL
            && strstr(where.dli_fname, "libcjson") == NULL))
    {
        return 0;
    }

    if (--ctl->left != 0) {
        return 0;
    }

    ctl->struck = 1;
    errno = ENOMEM;

    return 1;
}


void *
malloc(size_t n)
{
    return STRIKE() ? NULL : __libc_malloc(n);
}


void *
calloc(size_t n, size_t size)
{
    return STRIKE() ? NULL : __libc_calloc(n, size);
}


void *
realloc(void *p, size_t n)
{
    return STRIKE() ? NULL : __libc_realloc(p, n);
}


int
posix_memalign(void **out, size_t align, size_t n)
{
    void  *p;

    p = STRIKE() ? NULL : __libc_memalign(align, n);

    if (p == NULL) {
        return ENOMEM;
    }

    *out = p;

    return 0;
}


void *
memalign(size_t align, size_t n)
{
    return STRIKE() ? NULL : __libc_memalign(align, n);
}


void *
aligned_alloc(size_t align, size_t n)
{
    return STRIKE() ? NULL : __libc_memalign(align, n);
}
