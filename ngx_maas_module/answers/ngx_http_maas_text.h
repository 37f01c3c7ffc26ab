
/*
 * Text that grows in a pool: JSON of metadata, status and errors.
 */


#ifndef _NGX_HTTP_MAAS_TEXT_H_INCLUDED_
#define _NGX_HTTP_MAAS_TEXT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/* Text that grows in a pool.  Puts never fail; the text is asked at the end. */

typedef struct {
    ngx_pool_t               *pool;
    u_char                   *start;
    u_char                   *pos;
    u_char                   *end;
    unsigned                  failed:1;
} ngx_http_maas_text_t;


/* As ngx_sprintf(); at most 512 bytes a call. */
void ngx_http_maas_put(ngx_http_maas_text_t *t, const char *fmt, ...);

/* The same bytes, however many */
void ngx_http_maas_put_text(ngx_http_maas_text_t *t, ngx_str_t *s);

/* A JSON string with quotes; "<" is escaped, so that it may stand in HTML. */
void ngx_http_maas_put_json(ngx_http_maas_text_t *t, const char *s);
void ngx_http_maas_put_quoted(ngx_http_maas_text_t *t, ngx_str_t *s);

/* ["a","b"] of n strings */
void ngx_http_maas_put_list(ngx_http_maas_text_t *t, const char *const *s,
    size_t n);

/* The text so far; NGX_ERROR if memory was out on the way. */
ngx_int_t ngx_http_maas_text(ngx_http_maas_text_t *t, ngx_str_t *out);


#endif /* _NGX_HTTP_MAAS_TEXT_H_INCLUDED_ */
