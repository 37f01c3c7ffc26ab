/*
 * Large plain files as memory: mapped, and given back page by page as they have
 * been read.
 * Not here: what is in them.
 */

#define _GNU_SOURCE                     /* madvise */

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "table.h"
#include "util.h"


#define MAP_STEP   (1u << 20)       /* pages that go together */
#define MAP_LEAST  (4u << 20)       /* bytes of a file that is mapped */


/* A mapped file that becomes shorter: nothing else can be done about it */

static void
map_cut(int sig)
{
    static const char  why[] = "maas-trainer: a data file became shorter while "
                               "it was read\n";

    (void) sig;

    if (write(STDERR_FILENO, why, sizeof(why) - 1) > 0) {
        /* said */
    }

    _exit(TRAIN_EXIT_FAILED);
}


int
train_text_map(train_text_t *t, const char *path)
{
    int               fd;
    void             *p;
    struct stat       st;
    unsigned char     magic[2];
    struct sigaction  act = { .sa_handler = map_cut };

    fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        return 0;
    }

    p = MAP_FAILED;

    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)
        && (uint64_t) st.st_size >= MAP_LEAST
        && (uint64_t) st.st_size < SIZE_MAX
        && pread(fd, magic, 2, 0) == 2
        && (magic[0] != 0x1f || magic[1] != 0x8b))
    {
        p = mmap(NULL, (size_t) st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    }

    (void) close(fd);

    if (p == MAP_FAILED) {
        return 0;
    }

    (void) sigaction(SIGBUS, &act, NULL);
    (void) madvise(p, (size_t) st.st_size, MADV_SEQUENTIAL);
    *t = (train_text_t) {
        .data = p, .len = (size_t) st.st_size, .map = p,
        .mapped = (size_t) st.st_size
    };

    return 1;
}


void
train_text_done(train_text_t *t, const char *end)
{
    size_t  at;

    at = (t->map != NULL) ? (size_t) (end - t->map) / MAP_STEP * MAP_STEP
                          : 0;

    if (at < t->done) {
        t->done = 0;                /* it is read once more */
    }

    if (at > t->done) {
        (void) madvise(t->map + t->done, at - t->done, MADV_DONTNEED);
        t->done = at;
    }
}


void
train_text_free(train_text_t *t)
{
    if (t->map != NULL) {
        (void) munmap(t->map, t->mapped);
    }

    train_free(t->owned);
    (void) memset(t, 0, sizeof(train_text_t));
}
