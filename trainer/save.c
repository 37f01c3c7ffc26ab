/*
 * Files that are there as a whole or not at all.  What stands in them, and
 * where they may be, is not known here (save_path.c).
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util.h"


static int
save_sync_folder(const char *path)
{
    int          fd, rc;
    char        *folder;
    const char  *slash;

    slash = strrchr(path, '/');
    folder = (slash != NULL)
             ? train_format("%.*s", (int) (slash - path) + 1, path)
             : train_strdup(".");
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


/* As the file that it takes the place of; who may not give files away keeps
 * the new one */

static int
save_alike(int fd, const char *path, const char *target)
{
    struct stat  st, now;

    if (stat(target, &st) != 0) {
        return errno == ENOENT ? 0 : -1;
    }

    if (fstat(fd, &now) != 0) {
        return -1;
    }

    if ((st.st_uid != now.st_uid || st.st_gid != now.st_gid)
        && fchown(fd, st.st_uid, st.st_gid) != 0
        && (fchown(fd, (uid_t) -1, st.st_gid) != 0 || st.st_uid != now.st_uid))
    {
        train_warn("%s: its owner cannot be kept: %s", path, strerror(errno));
    }

    return fchmod(fd, st.st_mode & 0777);
}


/* A mount point cannot be renamed over: a single file that a container was
 * given.  Its bytes are changed where they are. */

static int
save_copy(const char *temp, const char *target)
{
    char     buf[65536];
    FILE    *from, *to;
    size_t   n;
    int      rc;

    from = fopen(temp, "rbe");
    to = fopen(target, "wbe");
    rc = (from != NULL && to != NULL) ? 0 : -1;

    while (rc == 0 && (n = fread(buf, 1, sizeof(buf), from)) > 0) {
        rc = fwrite(buf, 1, n, to) == n ? 0 : -1;
    }

    if (rc == 0 && (ferror(from) || fflush(to) != 0
                    || fsync(fileno(to)) != 0))
    {
        rc = -1;
    }

    if (from != NULL) {
        (void) fclose(from);
    }

    if (to != NULL && fclose(to) != 0) {
        rc = -1;
    }

    if (rc == 0) {
        (void) unlink(temp);
    }

    return rc;
}


int
train_out_open(train_out_t *o, const char *path)
{
    int          fd;
    struct stat  st;

    (void) memset(o, 0, sizeof(train_out_t));
    o->path = path;
    o->target = train_save_target(path, &fd);

    if (fd >= 0) {
        fd = dup(fd);

    } else if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);

    } else {
        o->temp = train_format("%s.tmp%ld", o->target, (long) getpid());
        fd = open(o->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    }

    o->f = (fd >= 0) ? fdopen(fd, "wb") : NULL;

    if (o->f == NULL) {
        train_free(o->temp);        /* is another's, if it is there */
        o->temp = NULL;
        train_out_drop(o);
        return -1;
    }

    return 0;
}


void
train_out_drop(train_out_t *o)
{
    int  why;

    why = errno;

    if (o->f != NULL) {
        (void) fclose(o->f);
    }

    if (o->temp != NULL) {
        (void) unlink(o->temp);
    }

    train_free(o->temp);
    train_free(o->target);
    (void) memset(o, 0, sizeof(train_out_t));
    errno = why;
}


int
train_out_close(train_out_t *o)
{
    int  rc, fd;

    rc = ferror(o->f) || fflush(o->f) != 0;
    fd = fileno(o->f);

    if (rc == 0 && o->temp != NULL) {
        rc = save_alike(fd, o->path, o->target) != 0 || fsync(fd) != 0;
    }

    rc |= (fclose(o->f) != 0);
    o->f = NULL;

    if (rc == 0 && o->temp != NULL) {
        rc = rename(o->temp, o->target) != 0
             && (errno != EBUSY || save_copy(o->temp, o->target) != 0);
    }

    if (rc != 0) {
        return -1;
    }

    if (o->temp != NULL && save_sync_folder(o->target) != 0) {
        train_die("%s: is written, but its folder cannot be synced: %s",
                  o->path, strerror(errno));
    }

    train_free(o->temp);
    train_free(o->target);

    return 0;
}


void
train_save(const char *path, const void *image, size_t size)
{
    int            whole;
    sigset_t       set, old;
    struct stat    st;
    train_out_t    o;
    void         (*pipe)(int signo);

    /* a signal must not leave a temporary file behind, what waits for a reader
     * can be ended, and a reader that goes away is a failure as any other */

    whole = (stat(path, &st) != 0 || S_ISREG(st.st_mode));
    pipe = signal(SIGPIPE, SIG_IGN);
    (void) sigemptyset(&set);

    if (whole) {
        (void) sigfillset(&set);
    }

    (void) sigprocmask(SIG_BLOCK, &set, &old);

    if (train_out_open(&o, path) != 0) {
        train_die("%s: cannot be written to: %s", path, strerror(errno));
    }

    if (fwrite(image, 1, size, o.f) != size || train_out_close(&o) != 0) {
        train_out_drop(&o);
        train_die("%s: cannot be written: %s%s", path, strerror(errno),
                  whole ? "; nothing was changed" : "");
    }

    (void) sigprocmask(SIG_SETMASK, &old, NULL);
    (void) signal(SIGPIPE, pipe);
}
