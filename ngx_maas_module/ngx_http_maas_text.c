
/*
 * Text that grows in a pool: JSON of metadata, status and errors.
 * Not here: predictions, which the engine writes.
 */


#include "ngx_http_maas_module.h"


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
ngx_http_maas_put_json(ngx_http_maas_text_t *t, const char *s)
{
    u_char  *p;
    size_t   len;

    len = ngx_strlen(s);

    p = ngx_http_maas_text_reserve(t, 6 * len + 2);
    if (p == NULL) {
        return;
    }

    *p++ = '"';

    while (len) {
        if (*s == '<') {
            p = ngx_cpymem(p, "\\u003c", 6);
        } else {
            p = (u_char *) ngx_escape_json(p, (u_char *) s, 1);
        }
        s++;
        len--;
    }

    *p++ = '"';
    t->pos = p;
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
