/*
 * Files that are there as a whole or not at all.  What stands in them is not
 * known here.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util.h"


/* "." or all before the last slash; to be freed */

static char *
save_folder(const char *path)
{
    const char  *slash;

    slash = strrchr(path, '/');

    if (slash == NULL) {
        return train_strdup(".");
    }

    return train_format("%.*s", (int) (slash == path ? 1 : slash - path),
                        path);
}


void
train_save_check(const char *path)
{
    char         *folder;
    struct stat   st;

    if (path == NULL) {
        return;
    }

    if (path[0] == '\0' || path[strlen(path) - 1] == '/'
        || (stat(path, &st) == 0 && S_ISDIR(st.st_mode)))
    {
        train_die("%s: the name of a folder: expected the name of a file",
                  path);
    }

    folder = save_folder(path);

    if (access(folder, W_OK | X_OK) != 0) {
        train_die("%s: the folder %s cannot be written to: %s", path, folder,
                  strerror(errno));
    }

    train_free(folder);
}


/* One file by two names, or by one */

static int
save_same(const char *a, const char *b)
{
    struct stat   s, t;

    return stat(a, &s) == 0 && stat(b, &t) == 0 && s.st_dev == t.st_dev
           && s.st_ino == t.st_ino;
}


void
train_save_apart(const char *path, const char *input)
{
    int          same;
    char        *first;
    const char  *comma;

    if (path == NULL || input == NULL) {
        return;
    }

    same = save_same(path, input);
    comma = strchr(input, ',');

    if (comma != NULL) {
        first = train_format("%.*s", (int) (comma - input), input);
        same |= save_same(path, first) || save_same(path, comma + 1);
        train_free(first);
    }

    if (same) {
        train_die("%s: is read, too: expected another file to write to", path);
    }
}


static int
save_all(int fd, const char *p, size_t n)
{
    ssize_t  done;

    while (n > 0) {
        done = write(fd, p, n);

        if (done < 0) {
            if (errno == EINTR) {
                continue;
            }

            return -1;
        }

        p += done;
        n -= (size_t) done;
    }

    return 0;
}


static int
save_sync_folder(const char *path)
{
    int    fd, rc;
    char  *folder;

    folder = save_folder(path);
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    train_free(folder);

    if (fd < 0) {
        return -1;
    }

    rc = fsync(fd);

    /* some file systems cannot sync a folder: the file itself is safe */

    if (rc != 0 && (errno == EINVAL || errno == EROFS)) {
        rc = 0;
    }

    (void) close(fd);

    return rc;
}


void
train_save(const char *path, const void *image, size_t size)
{
    int        fd, why;
    char      *temp;
    sigset_t   set, old;

    temp = train_format("%s.tmp%ld", path, (long) getpid());

    /* a signal must not leave the temporary file behind */

    (void) sigfillset(&set);
    (void) sigprocmask(SIG_BLOCK, &set, &old);

    fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

    if (fd < 0) {
        train_die("%s: cannot be created: %s", temp, strerror(errno));
    }

    why = (save_all(fd, image, size) != 0 || fsync(fd) != 0) ? errno : 0;

    if (close(fd) != 0 && why == 0) {
        why = errno;
    }

    if (why == 0 && rename(temp, path) != 0) {
        why = errno;
    }

    if (why != 0) {
        (void) unlink(temp);
        train_die("%s: cannot be written: %s; nothing was changed", path,
                  strerror(why));
    }

    if (save_sync_folder(path) != 0) {
        train_die("%s: is written, but its folder cannot be synced: %s", path,
                  strerror(errno));
    }

    (void) sigprocmask(SIG_SETMASK, &old, NULL);
    train_free(temp);
}
