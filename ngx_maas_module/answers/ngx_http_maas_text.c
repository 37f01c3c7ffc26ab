
/*
 * Text that grows in a pool: JSON of metadata, status and errors.
 * Not here: predictions, which the engine writes.
 */


#include "ngx_http_maas_response.h"


#define NGX_HTTP_MAAS_PUT  512


u_char *
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


static void
ngx_http_maas_text_append(void *ctx, const char *s, size_t len)
{
    ngx_http_maas_text_t  *t = ctx;

    u_char  *p;

    p = ngx_http_maas_text_reserve(t, len);
    if (p != NULL) {
        t->pos = ngx_cpymem(p, s, len);
    }
}


void
ngx_http_maas_text_init(ngx_http_maas_text_t *t, ngx_pool_t *pool)
{
    ngx_memzero(t, sizeof(ngx_http_maas_text_t));
    t->pool = pool;
    t->json.put = ngx_http_maas_text_append;
    t->json.ctx = t;
    t->json.page = 1;
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


static void
ngx_http_maas_text_format(ngx_http_maas_text_t *t, const char *fmt,
    va_list args)
{
    u_char  *p;

    p = ngx_http_maas_text_reserve(t, NGX_HTTP_MAAS_PUT);
    if (p != NULL) {
        t->pos = ngx_vslprintf(p, p + NGX_HTTP_MAAS_PUT, fmt, args);
    }
}


void
ngx_http_maas_put(ngx_http_maas_text_t *t, const char *fmt, ...)
{
    va_list  args;

    va_start(args, fmt);
    ngx_http_maas_text_format(t, fmt, args);
    va_end(args);
}


void
ngx_http_maas_put_text(ngx_http_maas_text_t *t, ngx_str_t *s)
{
    ngx_http_maas_text_append(t, (const char *) s->data, s->len);
}


static void
ngx_http_maas_json_key(ngx_http_maas_text_t *t, const char *key)
{
    if (key != NULL) {
        maas_writer_key(&t->json, key);
    }
}


void
ngx_http_maas_json_open(ngx_http_maas_text_t *t, const char *key,
    const char *kinds)
{
    ngx_http_maas_json_key(t, key);

    while (*kinds != '\0') {
        maas_writer_open(&t->json, *kinds++);
    }
}


void
ngx_http_maas_json_close(ngx_http_maas_text_t *t, const char *kinds)
{
    while (*kinds != '\0') {
        maas_writer_close(&t->json, *kinds++);
    }
}


void
ngx_http_maas_json_string(ngx_http_maas_text_t *t, const char *key,
    const char *value)
{
    ngx_http_maas_json_key(t, key);
    maas_writer_text(&t->json, value);
}


void
ngx_http_maas_json_value(ngx_http_maas_text_t *t, const char *key,
    const char *fmt, ...)
{
    va_list  args;

    ngx_http_maas_json_key(t, key);
    maas_writer_raw(&t->json, "", 0);

    va_start(args, fmt);
    ngx_http_maas_text_format(t, fmt, args);
    va_end(args);
}


void
ngx_http_maas_json_list(ngx_http_maas_text_t *t, const char *key,
    const char *const *values, size_t n)
{
    ngx_http_maas_json_key(t, key);
    maas_writer_list(&t->json, values, n);
}
