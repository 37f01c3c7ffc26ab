/*
 * Fails one allocation of a process: LD_PRELOAD it with FAILMALLOC naming a
 * file of three 64-bit numbers: pid to strike (-1: any), countdown, struck.
 * For t/93-torture.t; not for anything that is shipped.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>


static struct {
    int64_t  pid;
    int64_t  left;
    int64_t  struck;
} *ctl;

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
strike(void)
{
    if (ctl == NULL || ctl->pid == 0
        || (ctl->pid != -1 && ctl->pid != getpid())
        || --ctl->left != 0)
    {
        return 0;
    }

    ctl->struck = 1;
    errno = ENOMEM;

    return 1;
}


void *
malloc(size_t n)
{
    return strike() ? NULL : __libc_malloc(n);
}


void *
calloc(size_t n, size_t size)
{
    return strike() ? NULL : __libc_calloc(n, size);
}


void *
realloc(void *p, size_t n)
{
    return strike() ? NULL : __libc_realloc(p, n);
}


int
posix_memalign(void **out, size_t align, size_t n)
{
    void  *p;

    p = strike() ? NULL : __libc_memalign(align, n);

    if (p == NULL) {
        return ENOMEM;
    }

    *out = p;

    return 0;
}


void *
memalign(size_t align, size_t n)
{
    return strike() ? NULL : __libc_memalign(align, n);
}


void *
aligned_alloc(size_t align, size_t n)
{
    return strike() ? NULL : __libc_memalign(align, n);
}
