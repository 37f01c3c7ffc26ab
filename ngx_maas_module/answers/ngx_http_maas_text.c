
/*
 * Text that grows in a pool: JSON of metadata, status and errors.
 * Not here: predictions, which the engine writes.
 */


#include "ngx_http_maas_text.h"


#define NGX_HTTP_MAAS_PUT  512


/* Room for len more bytes */

static u_char *
ngx_http_maas_text_reserve(ngx_http_maas_text_t *t, size_t len)
{
    u_char  *p;
    size_t   used, size;

    if (t->failed) {
        return NULL;
    }

    used = t->pos - t->start;
    size = t->end - t->start;

    if (t->start == NULL || size - used < len) {
        size = 2 * size + len + 1024;

        p = ngx_pnalloc(t->pool, size);
        if (p == NULL) {
            t->failed = 1;
            return NULL;
        }

        if (used > 0) {
            ngx_memcpy(p, t->start, used);
        }

        t->start = p;
        t->pos = p + used;
        t->end = p + size;
    }

    return t->pos;
}


void
ngx_http_maas_put(ngx_http_maas_text_t *t, const char *fmt, ...)
{
    u_char   *p;
    va_list   args;

    p = ngx_http_maas_text_reserve(t, NGX_HTTP_MAAS_PUT);
    if (p == NULL) {
        return;
    }

    va_start(args, fmt);
    t->pos = ngx_vslprintf(p, p + NGX_HTTP_MAAS_PUT, fmt, args);
    va_end(args);
}


void
ngx_http_maas_put_text(ngx_http_maas_text_t *t, ngx_str_t *s)
{
    u_char  *p;

    p = ngx_http_maas_text_reserve(t, s->len);
    if (p == NULL) {
        return;
    }

    t->pos = ngx_cpymem(p, s->data, s->len);
}


void
ngx_http_maas_put_quoted(ngx_http_maas_text_t *t, ngx_str_t *s)
{
    u_char  *p;
    size_t   i;

    p = ngx_http_maas_text_reserve(t, 6 * s->len + 2);
    if (p == NULL) {
        return;
    }

    *p++ = '"';

    for (i = 0; i < s->len; i++) {
        if (s->data[i] == '<') {
            p = ngx_cpymem(p, "\\u003c", 6);
        } else {
            p = (u_char *) ngx_escape_json(p, &s->data[i], 1);
        }
    }

    *p++ = '"';
    t->pos = p;
}


void
ngx_http_maas_put_json(ngx_http_maas_text_t *t, const char *s)
{
    ngx_str_t  str;

    str.data = (u_char *) s;
    str.len = ngx_strlen(s);

    ngx_http_maas_put_quoted(t, &str);
}


void
ngx_http_maas_put_list(ngx_http_maas_text_t *t, const char *const *s,
    size_t n)
{
    size_t  i;

    ngx_http_maas_put(t, "[");

    for (i = 0; i < n; i++) {
        if (i != 0) {
            ngx_http_maas_put(t, ",");
        }
        ngx_http_maas_put_json(t, s[i]);
    }

    ngx_http_maas_put(t, "]");
}


ngx_int_t
ngx_http_maas_text(ngx_http_maas_text_t *t, ngx_str_t *out)
{
    if (t->failed) {
        return NGX_ERROR;
    }

    out->data = t->start;
    out->len = t->pos - t->start;

    return NGX_OK;
}
