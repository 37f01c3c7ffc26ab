
/*
 * JA4 and JA4_ro of a ClientHello.
 * Not here: how it is read (ngx_http_maas_hello.c).
 */


#include <stdlib.h>
#include <string.h>

#include "ngx_http_maas_hello.h"

#include <trust/maas_trust.h>


#define NGX_HTTP_MAAS_JA4_HASH  12     /* digits */
#define NGX_HTTP_MAAS_JA4_ITEM  5      /* four digits and a comma */


typedef enum {
    NGX_HTTP_MAAS_HELLO_NUMBERS = 0,   /* two bytes each */
    NGX_HTTP_MAAS_HELLO_ALL,           /* extensions: their numbers */
    NGX_HTTP_MAAS_HELLO_NO_NAMES       /* but for SNI and ALPN */
} ngx_http_maas_hello_kind_e;


static const char  ngx_http_maas_hello_digits[] = "0123456789abcdef";


/* The next number of a list that is not GREASE; 0: there is none */

static int
ngx_http_maas_hello_next(ngx_http_maas_span_t *list,
    ngx_http_maas_hello_kind_e kind, unsigned *n)
{
    size_t  size;

    while (list->len != 0) {
        *n = list->data[0] << 8 | list->data[1];
        size = 2;

        if (kind != NGX_HTTP_MAAS_HELLO_NUMBERS) {
            size = 4 + (list->data[2] << 8 | list->data[3]);
        }

        list->data += size;
        list->len -= size;

        if (!ngx_http_maas_hello_grease(*n)
            && (kind != NGX_HTTP_MAAS_HELLO_NO_NAMES
                || (*n != NGX_HTTP_MAAS_HELLO_SNI
                    && *n != NGX_HTTP_MAAS_HELLO_ALPN)))
        {
            return 1;
        }
    }

    return 0;
}


/* How many there are, as two digits: 99 are the most that JA4 says */

static void
ngx_http_maas_hello_count(ngx_http_maas_span_t list,
    ngx_http_maas_hello_kind_e kind, unsigned char *out)
{
    unsigned  i, n;

    for (i = 0; i < 99 && ngx_http_maas_hello_next(&list, kind, &n); i++) {
        /* void */
    }

    out[0] = '0' + i / 10;
    out[1] = '0' + i % 10;
}


/* Items "xxxx,"; returns how many */

static size_t
ngx_http_maas_hello_items(ngx_http_maas_span_t list,
    ngx_http_maas_hello_kind_e kind, unsigned char *out)
{
    size_t    items;
    unsigned  n;

    items = 0;

    while (ngx_http_maas_hello_next(&list, kind, &n)) {
        out[0] = ngx_http_maas_hello_digits[n >> 12];
        out[1] = ngx_http_maas_hello_digits[n >> 8 & 15];
        out[2] = ngx_http_maas_hello_digits[n >> 4 & 15];
        out[3] = ngx_http_maas_hello_digits[n & 15];
        out[4] = ',';
        out += NGX_HTTP_MAAS_JA4_ITEM;
        items++;
    }

    return items;
}


/* Items joined by commas; returns their length */

static size_t
ngx_http_maas_hello_list(ngx_http_maas_span_t list,
    ngx_http_maas_hello_kind_e kind, unsigned char *out)
{
    size_t  items;

    items = ngx_http_maas_hello_items(list, kind, out);

    return items == 0 ? 0 : items * NGX_HTTP_MAAS_JA4_ITEM - 1;
}


static int
ngx_http_maas_hello_order(const void *a, const void *b)
{
    return memcmp(a, b, NGX_HTTP_MAAS_JA4_ITEM);
}


static size_t
ngx_http_maas_hello_sorted(ngx_http_maas_span_t list,
    ngx_http_maas_hello_kind_e kind, unsigned char *out)
{
    size_t  items;

    items = ngx_http_maas_hello_items(list, kind, out);
    qsort(out, items, NGX_HTTP_MAAS_JA4_ITEM, ngx_http_maas_hello_order);

    return items == 0 ? 0 : items * NGX_HTTP_MAAS_JA4_ITEM - 1;
}


/* "_" and the algorithms of signatures, where there are some */

static size_t
ngx_http_maas_hello_signatures(const ngx_http_maas_hello_t *hello,
    unsigned char *out)
{
    size_t  len;

    len = ngx_http_maas_hello_list(hello->algorithms,
                                   NGX_HTTP_MAAS_HELLO_NUMBERS, out + 1);
    if (len == 0) {
        return 0;
    }

    out[0] = '_';

    return len + 1;
}


static void
ngx_http_maas_hello_hash(const unsigned char *text, size_t len,
    unsigned char *out)
{
    char  hex[MAAS_SHA256_HEX + 1];

    if (len == 0) {
        memset(out, '0', NGX_HTTP_MAAS_JA4_HASH);
        return;
    }

    maas_sha256(text, len, hex);
    memcpy(out, hex, NGX_HTTP_MAAS_JA4_HASH);
}


static const char *
ngx_http_maas_hello_version_text(unsigned version)
{
    switch (version) {
    case 0x0304:
        return "13";
    case 0x0303:
        return "12";
    case 0x0302:
        return "11";
    case 0x0301:
        return "10";
    case 0x0300:
        return "s3";
    case 0x0002:
        return "s2";
    case 0xfeff:
        return "d1";
    case 0xfefd:
        return "d2";
    case 0xfefc:
        return "d3";
    default:
        return "00";
    }
}


static int
ngx_http_maas_hello_is_alnum(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')
           || (c >= 'a' && c <= 'z');
}


/* First and last character of a protocol's name, or those of its hex digits */

static void
ngx_http_maas_hello_ends(ngx_http_maas_span_t alpn, unsigned char *out)
{
    unsigned char  first, last;

    if (alpn.len == 0) {
        memset(out, '0', 2);
        return;
    }

    first = alpn.data[0];
    last = alpn.data[alpn.len - 1];

    if (!ngx_http_maas_hello_is_alnum(first)
        || !ngx_http_maas_hello_is_alnum(last))
    {
        first = ngx_http_maas_hello_digits[first >> 4];
        last = ngx_http_maas_hello_digits[last & 15];
    }

    out[0] = first;
    out[1] = last;
}


/* JA4_a, ten bytes, and "_"; returns where it goes on */

static unsigned char *
ngx_http_maas_hello_a(const ngx_http_maas_hello_t *hello, int transport,
    unsigned char *out)
{
    out[0] = (unsigned char) transport;
    memcpy(out + 1, ngx_http_maas_hello_version_text(hello->version), 2);
    out[3] = hello->sni ? 'd' : 'i';

    ngx_http_maas_hello_count(hello->ciphers, NGX_HTTP_MAAS_HELLO_NUMBERS,
                              out + 4);
    ngx_http_maas_hello_count(hello->extensions, NGX_HTTP_MAAS_HELLO_ALL,
                              out + 6);
    ngx_http_maas_hello_ends(hello->alpn, out + 8);

    out[10] = '_';

    return out + 11;
}


void
ngx_http_maas_hello_ja4(const ngx_http_maas_hello_t *hello, int transport,
    unsigned char *out, unsigned char *work)
{
    size_t  len;

    out = ngx_http_maas_hello_a(hello, transport, out);

    len = ngx_http_maas_hello_sorted(hello->ciphers,
                                     NGX_HTTP_MAAS_HELLO_NUMBERS, work);
    ngx_http_maas_hello_hash(work, len, out);

    out += NGX_HTTP_MAAS_JA4_HASH;
    *out++ = '_';

    len = ngx_http_maas_hello_sorted(hello->extensions,
                                     NGX_HTTP_MAAS_HELLO_NO_NAMES, work);
    len += len == 0 ? 0 : ngx_http_maas_hello_signatures(hello, work + len);
    ngx_http_maas_hello_hash(work, len, out);
}


size_t
ngx_http_maas_hello_ja4_ro(const ngx_http_maas_hello_t *hello, int transport,
    unsigned char *out)
{
    unsigned char  *p;

    p = ngx_http_maas_hello_a(hello, transport, out);

    p += ngx_http_maas_hello_list(hello->ciphers, NGX_HTTP_MAAS_HELLO_NUMBERS,
                                  p);
    *p++ = '_';

    p += ngx_http_maas_hello_list(hello->extensions, NGX_HTTP_MAAS_HELLO_ALL,
                                  p);
    p += ngx_http_maas_hello_signatures(hello, p);

    return (size_t) (p - out);
}
