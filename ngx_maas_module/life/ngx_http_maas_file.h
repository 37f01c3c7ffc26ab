
/*
 * A file as a whole in memory, and how one tells that it is another one now.
 * Not here: what is in it.
 */


#ifndef _NGX_HTTP_MAAS_FILE_H_INCLUDED_
#define _NGX_HTTP_MAAS_FILE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/* What a path led to */

typedef struct {
    dev_t                     device;
    ngx_file_uniq_t           uniq;
    off_t                     size;
    struct timespec           written;
    struct timespec           changed;
    ngx_err_t                 error;       /* of stat(); 0: the rest is known */

    struct {
        ngx_file_uniq_t       uniq;
        struct timespec       changed;
        ngx_err_t             error;
    } signature;                           /* zeros: none is asked for */
} ngx_http_maas_ident_t;


typedef struct {
    u_char                   *data;        /* of maas_buffer(), or NULL */
    size_t                    size;
    time_t                    written;
} ngx_http_maas_file_t;


/* Why not: text and errno, 0 if there is none */

typedef struct {
    ngx_err_t                 error;
    u_char                    text[NGX_MAX_PATH + 128];
} ngx_http_maas_why_t;


/* As ngx_sprintf(), with NUL behind it.  NGX_ERROR */
ngx_int_t ngx_http_maas_why(ngx_http_maas_why_t *why, ngx_err_t error,
    const char *fmt, ...);

/* In any thread: what is at `path`, which ends with NUL, now. */
void ngx_http_maas_ident(u_char *path, ngx_http_maas_ident_t *ident);
ngx_uint_t ngx_http_maas_ident_same(const ngx_http_maas_ident_t *a,
    const ngx_http_maas_ident_t *b);

/* In any thread: read it, a regular file of up to 8g, or `most` bytes, into
 * memory that ngx_http_maas_file_free() gives back.  NGX_ERROR: why not. */
ngx_int_t ngx_http_maas_file_read(u_char *path, ngx_http_maas_file_t *file,
    ngx_http_maas_why_t *why);
ngx_int_t ngx_http_maas_file_read_most(u_char *path, off_t most,
    ngx_http_maas_file_t *file, ngx_http_maas_why_t *why);
void ngx_http_maas_file_free(ngx_http_maas_file_t *file);

/* In the master, which may be root: can a worker of the user read the file?
 * NGX_ERROR: why not. */
ngx_int_t ngx_http_maas_file_readable(ngx_cycle_t *cycle, u_char *path,
    ngx_http_maas_why_t *why);


#endif /* _NGX_HTTP_MAAS_FILE_H_INCLUDED_ */
