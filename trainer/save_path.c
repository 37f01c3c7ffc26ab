/*
 * Which file a path of an output stands for, and whether it may be written.
 * Nothing is written here (save.c).
 */

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "util.h"


#define PATH_LINKS  40              /* as Linux follows */
#define PATH_PROC   0x9fa0          /* PROC_SUPER_MAGIC of <linux/magic.h> */


/* A file that need not be there yet */

typedef struct {
    dev_t        dev;
    ino_t        ino;               /* of the folder if there is a name */
    const char  *name;              /* in target; NULL: it is there */
    unsigned     device;            /* of characters: takes any number */
    char        *target;
} path_place_t;

/* Standard output, while texts go to standard error; -1: they do not */

static int  path_stdout = -1;


/* "." or all before the last slash; to be freed */

static char *
path_folder(const char *path)
{
    const char  *slash;

    slash = strrchr(path, '/');

    if (slash == NULL) {
        return train_strdup(".");
    }

    return train_format("%.*s", (int) (slash == path ? 1 : slash - path),
                        path);
}


/* Links in /proc/self/fd are open files, whatever they read */

static int
path_descriptor(const char *path)
{
    int             proc;
    long            fd;
    char           *folder, *end;
    const char     *name;
    struct stat     st;
    struct statfs   fs;

    folder = path_folder(path);
    proc = (statfs(folder, &fs) == 0 && fs.f_type == PATH_PROC);
    train_free(folder);

    if (!proc) {
        return -1;
    }

    name = strrchr(path, '/');
    name = (name != NULL) ? name + 1 : path;
    fd = strtol(name, &end, 10);

    return (*name >= '0' && *name <= '9' && *end == '\0' && fd <= INT_MAX
            && fstat((int) fd, &st) == 0) ? (int) fd : -1;
}


char *
train_save_target(const char *path, int *fd)
{
    char     *at, *folder, to[PATH_MAX];
    ssize_t   n;
    unsigned  i;

    at = train_strdup(path);
    *fd = -1;

    for (i = 0; i < PATH_LINKS; i++) {
        n = readlink(at, to, sizeof(to) - 1);

        if (n < 0) {
            break;
        }

        to[n] = '\0';
        *fd = path_descriptor(at);

        if (*fd >= 0) {
            *fd = (*fd == STDOUT_FILENO && path_stdout >= 0) ? path_stdout
                                                             : *fd;
            break;
        }

        folder = path_folder(at);
        train_free(at);
        at = (to[0] == '/') ? train_strdup(to)
                            : train_format("%s/%s", folder, to);
        train_free(folder);
    }

    return at;
}


static int
path_place(const char *path, path_place_t *p)
{
    int           fd, rc;
    char         *folder;
    struct stat   st;

    p->target = train_save_target(path, &fd);
    p->name = NULL;
    rc = (fd >= 0) ? fstat(fd, &st) : stat(p->target, &st);
    p->device = (rc == 0 && S_ISCHR(st.st_mode));

    if (rc != 0) {
        folder = path_folder(p->target);
        rc = stat(folder, &st);
        train_free(folder);
        p->name = strrchr(p->target, '/');
        p->name = (p->name != NULL) ? p->name + 1 : p->target;
    }

    p->dev = st.st_dev;
    p->ino = st.st_ino;

    return rc;
}


/* Do both paths lead to one file, or would they? */

static int
path_same(const char *a, const char *b)
{
    int           same;
    path_place_t  p, q;

    same = path_place(a, &p) == 0;
    same &= path_place(b, &q) == 0;
    same = same && p.dev == q.dev && p.ino == q.ino && !p.device
           && (p.name == NULL) == (q.name == NULL)
           && (p.name == NULL || strcmp(p.name, q.name) == 0);

    train_free(p.target);
    train_free(q.target);

    return same;
}


/* Text and a file cannot both go to one place */

static void
path_check_stdout(const char *path, int fd)
{
    struct stat  st, out;

    if (fstat(STDOUT_FILENO, &out) != 0 || S_ISCHR(out.st_mode)) {
        return;
    }

    if (fd == STDOUT_FILENO) {
        (void) fflush(stdout);
        path_stdout = dup(STDOUT_FILENO);

        if (path_stdout < 0
            || dup2(STDERR_FILENO, STDOUT_FILENO) != STDOUT_FILENO)
        {
            train_die("%s: cannot be written to: %s", path, strerror(errno));
        }

        return;
    }

    if (fd < 0 && stat(path, &st) == 0 && st.st_dev == out.st_dev
        && st.st_ino == out.st_ino)
    {
        train_die("%s: is standard output, too: expected another file to "
                  "write to", path);
    }
}


static void
path_check_folder(const char *path, const char *target)
{
    char  *folder;

    folder = path_folder(target);

    if (access(folder, W_OK | X_OK) != 0) {
        train_die("%s: the folder %s cannot be written to: %s", path, folder,
                  strerror(errno));
    }

    train_free(folder);
}


void
train_save_check(const char *path)
{
    int           fd, there;
    char         *target;
    struct stat   st;

    if (path == NULL) {
        return;
    }

    there = (stat(path, &st) == 0);

    if (!there && (errno == ELOOP || errno == ENAMETOOLONG)) {
        train_die("%s: cannot be written to: %s", path, strerror(errno));
    }

    if (path[0] == '\0' || path[strlen(path) - 1] == '/'
        || (there && S_ISDIR(st.st_mode)))
    {
        train_die("%s: the name of a folder: expected the name of a file",
                  path);
    }

    target = train_save_target(path, &fd);

    if (fd < 0 && there && S_ISSOCK(st.st_mode)) {
        train_die("%s: a socket: expected a file, a pipe or a device", path);
    }

    if (fd < 0 && there && !S_ISREG(st.st_mode) && access(path, W_OK) != 0) {
        train_die("%s: cannot be written to: %s", path, strerror(errno));
    }

    if (fd < 0 && (!there || S_ISREG(st.st_mode))) {
        path_check_folder(path, target);
    }

    path_check_stdout(path, fd);
    train_free(target);
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

    same = path_same(path, input);
    comma = strchr(input, ',');

    if (comma != NULL) {
        first = train_format("%.*s", (int) (comma - input), input);
        same |= path_same(path, first) || path_same(path, comma + 1);
        train_free(first);
    }

    if (same) {
        train_die("%s: is read, too: expected another file to write to", path);
    }
}


void
train_save_once(const char *const *path, size_t n)
{
    size_t  i, k;

    for (i = 0; i < n; i++) {
        for (k = i + 1; k < n; k++) {
            if (path[i] != NULL && path[k] != NULL
                && path_same(path[i], path[k]))
            {
                train_die("%s: would be written twice, also as %s: expected "
                          "a file for each", path[k], path[i]);
            }
        }
    }
}
