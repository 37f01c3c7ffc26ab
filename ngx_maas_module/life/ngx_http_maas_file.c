
/*
 * Reads files, in the master or in a thread of a worker.
 * Not here: who logs what is wrong.
 */


#include "ngx_http_maas_file.h"

#include <maas.h>


/* the most that a model file may have, bytes: R26 and room for text */

#define NGX_HTTP_MAAS_MAX_FILE  ((off_t) 1 << 33)

/* bytes of a read: a thread that reads is not to keep a disk for itself */

#define NGX_HTTP_MAAS_READ      (64 * 1024)


ngx_int_t
ngx_http_maas_why(ngx_http_maas_why_t *why, ngx_err_t error, const char *fmt,
    ...)
{
    u_char   *last;
    va_list   args;

    why->error = error;

    va_start(args, fmt);
    last = ngx_vslprintf(why->text, why->text + sizeof(why->text) - 1, fmt,
                         args);
    va_end(args);

    *last = '\0';

    return NGX_ERROR;
}


void
ngx_http_maas_ident(u_char *path, ngx_http_maas_ident_t *ident)
{
    struct stat  st;

    ngx_memzero(ident, sizeof(ngx_http_maas_ident_t));

    if (stat((char *) path, &st) != 0) {
        ident->error = ngx_errno;
        return;
    }

    ident->device = st.st_dev;
    ident->uniq = st.st_ino;
    ident->size = st.st_size;
    ident->written = st.st_mtim;
    ident->changed = st.st_ctim;
}


ngx_uint_t
ngx_http_maas_ident_same(const ngx_http_maas_ident_t *a,
    const ngx_http_maas_ident_t *b)
{
    return a->error == b->error && a->device == b->device
           && a->uniq == b->uniq && a->size == b->size
           && a->written.tv_sec == b->written.tv_sec
           && a->written.tv_nsec == b->written.tv_nsec
           && a->changed.tv_sec == b->changed.tv_sec
           && a->changed.tv_nsec == b->changed.tv_nsec
           && a->signature.error == b->signature.error
           && a->signature.uniq == b->signature.uniq
           && a->signature.changed.tv_sec == b->signature.changed.tv_sec
           && a->signature.changed.tv_nsec == b->signature.changed.tv_nsec;
}


/* All of an open file, since mapped pages would follow one that is overwritten
 * in place */

static ngx_int_t
ngx_http_maas_file_fill(ngx_fd_t fd, u_char *path, ngx_http_maas_file_t *file,
    ngx_http_maas_why_t *why)
{
    size_t   done;
    ssize_t  n;

    file->data = maas_buffer(file->size + 1);
    if (file->data == NULL) {
        return ngx_http_maas_why(why, ngx_errno, "no memory for \"%s\", %uz "
                                 "bytes", path, file->size);
    }

    for (done = 0; done < file->size; done += n) {
        n = ngx_read_fd(fd, file->data + done,
                        ngx_min(file->size - done, NGX_HTTP_MAAS_READ));

        if (n == -1 && ngx_errno == NGX_EINTR) {
            n = 0;
            continue;
        }

        if (n <= 0) {
            (void) ngx_http_maas_why(why, n == 0 ? 0 : ngx_errno,
                                     "read of \"%s\" ended at byte %uz of %uz",
                                     path, done, file->size);
            ngx_http_maas_file_free(file);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_file_read(u_char *path, ngx_http_maas_file_t *file,
    ngx_http_maas_why_t *why)
{
    return ngx_http_maas_file_read_most(path, NGX_HTTP_MAAS_MAX_FILE, file,
                                        why);
}


ngx_int_t
ngx_http_maas_file_read_most(u_char *path, off_t most,
    ngx_http_maas_file_t *file, ngx_http_maas_why_t *why)
{
    ngx_fd_t          fd;
    ngx_int_t         rc;
    ngx_file_info_t   fi;

    file->data = NULL;

    /* not blocked by a FIFO */

    fd = ngx_open_file(path, NGX_FILE_RDONLY|NGX_FILE_NONBLOCK, NGX_FILE_OPEN,
                       0);
    if (fd == NGX_INVALID_FILE) {
        return ngx_http_maas_why(why, ngx_errno, "open \"%s\" failed", path);
    }

    if (ngx_fd_info(fd, &fi) == NGX_FILE_ERROR || !ngx_is_file(&fi)
        || ngx_file_size(&fi) > most)
    {
        rc = ngx_http_maas_why(why, 0, "\"%s\" is not a regular file of at "
                               "most %O%s", path,
                               most >> 30 ? most >> 30 : most >> 10,
                               most >> 30 ? "g" : "k");

    } else {
        file->size = (size_t) ngx_file_size(&fi);
        file->written = ngx_file_mtime(&fi);

        rc = ngx_http_maas_file_fill(fd, path, file, why);
    }

    (void) ngx_close_file(fd);

    return rc;
}


void
ngx_http_maas_file_free(ngx_http_maas_file_t *file)
{
    maas_buffer_free(file->data, file->size + 1);
    file->data = NULL;
}


/* As a worker does it, for an instant: whoever else asks is asked, too (ACLs,
 * security modules).  The master has one thread. */

static ngx_err_t
ngx_http_maas_file_try(ngx_core_conf_t *ccf, u_char *path, gid_t *groups, int n)
{
    ngx_fd_t   fd;
    ngx_err_t  error;

    if (setegid(ccf->group) != 0 || initgroups(ccf->username, ccf->group) != 0
        || seteuid(ccf->user) != 0)
    {
        error = ngx_errno;

    } else {
        fd = ngx_open_file(path, NGX_FILE_RDONLY|NGX_FILE_NONBLOCK,
                           NGX_FILE_OPEN, 0);
        error = fd == NGX_INVALID_FILE ? ngx_errno : 0;

        if (fd != NGX_INVALID_FILE) {
            (void) ngx_close_file(fd);
        }
    }

    if (seteuid(0) != 0 || setegid(getgid()) != 0
        || setgroups((size_t) n, groups) != 0)
    {
        error = ngx_errno;
    }

    return error;
}


ngx_int_t
ngx_http_maas_file_readable(ngx_cycle_t *cycle, u_char *path,
    ngx_http_maas_why_t *why)
{
    int               n;
    gid_t             groups[NGROUPS_MAX > 1024 ? 1024 : NGROUPS_MAX];
    ngx_err_t         error;
    ngx_core_conf_t  *ccf;

    ccf = (ngx_core_conf_t *) ngx_get_conf(cycle->conf_ctx, ngx_core_module);

    if (geteuid() != 0 || ccf->user == (ngx_uid_t) NGX_CONF_UNSET_UINT
        || ccf->user == 0 || ccf->username == NULL)
    {
        return NGX_OK;                     /* it was read as who they are */
    }

    n = getgroups(sizeof(groups) / sizeof(gid_t), groups);
    if (n < 0) {
        return NGX_OK;
    }

    error = ngx_http_maas_file_try(ccf, path, groups, n);

    return error == 0 ? NGX_OK
           : ngx_http_maas_why(why, error, "workers, which are of user \"%s\", "
                               "cannot read \"%s\", as watch= needs",
                               ccf->username, path);
}
