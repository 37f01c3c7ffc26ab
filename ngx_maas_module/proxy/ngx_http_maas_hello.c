
/*
 * Reads a TLS ClientHello: where its lists are, all bounds checked.
 * Not here: what is made of them (ngx_http_maas_hello_ja4.c).
 */


#include <string.h>

#include "ngx_http_maas_hello.h"


#define NGX_HTTP_MAAS_HELLO_ALGORITHMS  0x000d
#define NGX_HTTP_MAAS_HELLO_VERSIONS    0x002b


int
ngx_http_maas_hello_grease(size_t n)
{
    return (n & 0x0f0f) == 0x0a0a && n >> 8 == (n & 0xff);
}


/* Takes n bytes from the front; 0: there are not so many */

static int
ngx_http_maas_hello_bytes(ngx_http_maas_span_t *from, size_t n,
    ngx_http_maas_span_t *to)
{
    if (n > from->len) {
        return 0;
    }

    to->data = from->data;
    to->len = n;
    from->data += n;
    from->len -= n;

    return 1;
}


/* A number of `width` bytes from the front */

static int
ngx_http_maas_hello_number(ngx_http_maas_span_t *from, size_t width,
    size_t *n)
{
    size_t                i;
    ngx_http_maas_span_t  bytes;

    if (!ngx_http_maas_hello_bytes(from, width, &bytes)) {
        return 0;
    }

    *n = 0;

    for (i = 0; i < width; i++) {
        *n = *n << 8 | bytes.data[i];
    }

    return 1;
}


/* A length of `width` bytes, and so many bytes */

static int
ngx_http_maas_hello_vector(ngx_http_maas_span_t *from, size_t width,
    ngx_http_maas_span_t *to)
{
    size_t  n;

    return ngx_http_maas_hello_number(from, width, &n)
           && ngx_http_maas_hello_bytes(from, n, to);
}


/* The highest of supported_versions; 0 where there is none */

static unsigned
ngx_http_maas_hello_version(ngx_http_maas_span_t body)
{
    size_t                n, version;
    ngx_http_maas_span_t  list;

    version = 0;

    if (!ngx_http_maas_hello_vector(&body, 1, &list)) {
        return 0;
    }

    while (ngx_http_maas_hello_number(&list, 2, &n)) {
        if (n > version && !ngx_http_maas_hello_grease(n)) {
            version = n;
        }
    }

    return (unsigned) version;
}


/* The first protocol of ALPN that is not GREASE */

static void
ngx_http_maas_hello_alpn(ngx_http_maas_span_t body, ngx_http_maas_span_t *alpn)
{
    ngx_http_maas_span_t  list;

    if (!ngx_http_maas_hello_vector(&body, 2, &list)) {
        return;
    }

    while (ngx_http_maas_hello_vector(&list, 1, alpn)) {
        if (alpn->len != 2
            || !ngx_http_maas_hello_grease(alpn->data[0] << 8 | alpn->data[1]))
        {
            return;
        }
    }

    alpn->len = 0;
}


/* What extensions say: each known one, its first time */

static int
ngx_http_maas_hello_extensions(ngx_http_maas_hello_t *hello)
{
    size_t                type;
    unsigned char         seen[NGX_HTTP_MAAS_HELLO_VERSIONS + 1];
    ngx_http_maas_span_t  rest, body, list;

    memset(seen, 0, sizeof(seen));
    rest = hello->extensions;

    while (rest.len != 0) {
        if (!ngx_http_maas_hello_number(&rest, 2, &type)
            || !ngx_http_maas_hello_vector(&rest, 2, &body))
        {
            return 0;
        }

        if (type > NGX_HTTP_MAAS_HELLO_VERSIONS || seen[type]) {
            continue;
        }

        seen[type] = 1;

        switch (type) {

        case NGX_HTTP_MAAS_HELLO_SNI:
            hello->sni = 1;
            break;

        case NGX_HTTP_MAAS_HELLO_ALGORITHMS:
            if (ngx_http_maas_hello_vector(&body, 2, &list)
                && list.len % 2 == 0)
            {
                hello->algorithms = list;
            }

            break;

        case NGX_HTTP_MAAS_HELLO_ALPN:
            ngx_http_maas_hello_alpn(body, &hello->alpn);
            break;

        case NGX_HTTP_MAAS_HELLO_VERSIONS:
            hello->version = ngx_http_maas_hello_version(body);
            break;
        }
    }

    return 1;
}


int
ngx_http_maas_hello_read(const unsigned char *msg, size_t size,
    ngx_http_maas_hello_t *hello)
{
    size_t                type, version;
    ngx_http_maas_span_t  rest, body, skipped;

    memset(hello, 0, sizeof(ngx_http_maas_hello_t));

    rest.data = msg;
    rest.len = size;

    if (!ngx_http_maas_hello_number(&rest, 1, &type) || type != 1
        || !ngx_http_maas_hello_vector(&rest, 3, &body) || rest.len != 0
        || !ngx_http_maas_hello_number(&body, 2, &version)
        || !ngx_http_maas_hello_bytes(&body, 32, &skipped)   /* random */
        || !ngx_http_maas_hello_vector(&body, 1, &skipped)   /* session */
        || !ngx_http_maas_hello_vector(&body, 2, &hello->ciphers)
        || hello->ciphers.len % 2 != 0
        || !ngx_http_maas_hello_vector(&body, 1, &skipped))  /* compression */
    {
        return 0;
    }

    hello->version = (unsigned) version;

    /* up to TLS 1.2 there may be none */

    if (body.len == 0) {
        return 1;
    }

    return ngx_http_maas_hello_vector(&body, 2, &hello->extensions)
           && body.len == 0
           && ngx_http_maas_hello_extensions(hello);
}
