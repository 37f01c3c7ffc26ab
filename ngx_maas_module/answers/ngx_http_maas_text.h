
/*
 * Text that grows in a pool: JSON of metadata, status and errors.
 */


#ifndef _NGX_HTTP_MAAS_TEXT_H_INCLUDED_
#define _NGX_HTTP_MAAS_TEXT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include <text/maas_json_write.h>


/* Text that grows in a pool.  Puts never fail; the text is asked at the end. */

typedef struct {
    ngx_pool_t               *pool;
    u_char                   *start;
    u_char                   *pos;
    u_char                   *end;
    maas_writer_t             json;        /* that writes here */
    unsigned                  failed:1;
} ngx_http_maas_text_t;


/* An empty text */
void ngx_http_maas_text_init(ngx_http_maas_text_t *t, ngx_pool_t *pool);

/* The text so far; NGX_ERROR if memory was out on the way. */
ngx_int_t ngx_http_maas_text(ngx_http_maas_text_t *t, ngx_str_t *out);

/* As ngx_sprintf(); at most 512 bytes a call. */
void ngx_http_maas_put(ngx_http_maas_text_t *t, const char *fmt, ...);

/* The same bytes, however many */
void ngx_http_maas_put_text(ngx_http_maas_text_t *t, ngx_str_t *s);

/*
 * JSON, with commas where they are due: a member `key` of an object, or a value
 * without a name if that is NULL.  "<" is escaped in strings, so that they may
 * stand in HTML.  kinds: "{", "[" or several, such as "[{", closed with "}]";
 * fmt: JSON as ngx_http_maas_put() writes it.
 */
void ngx_http_maas_json_open(ngx_http_maas_text_t *t, const char *key,
    const char *kinds);
void ngx_http_maas_json_close(ngx_http_maas_text_t *t, const char *kinds);
void ngx_http_maas_json_string(ngx_http_maas_text_t *t, const char *key,
    const char *value);
void ngx_http_maas_json_value(ngx_http_maas_text_t *t, const char *key,
    const char *fmt, ...);
void ngx_http_maas_json_list(ngx_http_maas_text_t *t, const char *key,
    const char *const *values, size_t n);


#endif /* _NGX_HTTP_MAAS_TEXT_H_INCLUDED_ */
