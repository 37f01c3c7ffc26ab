
/*
 * $maas_header_order: a hash of the names of a request's headers, in the order
 * in which the client's software writes them.
 * Not here: their values.
 */


#include "ngx_http_maas_ja4.h"

#include <trust/maas_trust.h>


#define NGX_HTTP_MAAS_ORDER_HASH  12     /* digits */


/* Names that say where a visit stands and what a request carries, not who
 * wrote it: one client sends them with one request and not with the next.
 * A dash at the end: all that begin so.  The list is part of the hash, as
 * models learn it: it may not change. */

static const ngx_str_t  ngx_http_maas_order_omitted[] = {
    ngx_string("authorization"),         /* who is logged in */
    ngx_string("cache-control"),         /* a reload, a cache */
    ngx_string("content-"),              /* a body */
    ngx_string("cookie"),
    ngx_string("expect"),                /* a body */
    ngx_string("if-"),                   /* a cache */
    ngx_string("origin"),                /* the page before */
    ngx_string("pragma"),                /* a reload */
    ngx_string("proxy-authorization"),
    ngx_string("range"),                 /* a download that goes on */
    ngx_string("referer"),               /* the page before */
    ngx_string("transfer-encoding")      /* a body */
};


static ngx_uint_t
ngx_http_maas_order_omits(ngx_http_request_t *r, const ngx_table_elt_t *h)
{
    size_t            n;
    ngx_uint_t        i;
    const ngx_str_t  *name;

    n = sizeof(ngx_http_maas_order_omitted) / sizeof(ngx_str_t);

    for (i = 0; i < n; i++) {
        name = &ngx_http_maas_order_omitted[i];

        if (h->lowcase_key[0] == name->data[0]
            && (h->key.len == name->len
                || (h->key.len > name->len
                    && name->data[name->len - 1] == '-'))
            && ngx_memcmp(h->lowcase_key, name->data, name->len) == 0)
        {
            return 1;
        }
    }

    /* HTTP/2 has it in front, as a name of its own that versions of nginx put
     * or do not put among the others */

    return r->http_version >= NGX_HTTP_VERSION_20
           && h->key.len == sizeof("host") - 1
           && ngx_memcmp(h->lowcase_key, "host", h->key.len) == 0;
}


/* Bytes that are enough for all names */

static size_t
ngx_http_maas_order_room(ngx_http_request_t *r)
{
    size_t            room;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    room = 0;

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            room += h[i].key.len + 1;
        }
    }

    return room;
}


/* The names that count, each with a comma behind it; returns their end */

static u_char *
ngx_http_maas_order_names(ngx_http_request_t *r, u_char *p)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (h[i].key.len == 0 || h[i].lowcase_key == NULL
                || ngx_http_maas_order_omits(r, &h[i]))
            {
                continue;
            }

            p = ngx_cpymem(p, h[i].lowcase_key, h[i].key.len);
            *p++ = ',';
        }
    }

    return p;
}


static ngx_int_t
ngx_http_maas_order_get(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    u_char  *names, *end, *hex;

    /* a request whose first line cannot be read has no headers yet */

    if (r->headers_in.headers.part.elts == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    hex = ngx_pnalloc(r->pool, MAAS_SHA256_HEX + 1
                               + ngx_http_maas_order_room(r));
    if (hex == NULL) {
        return NGX_ERROR;
    }

    names = hex + MAAS_SHA256_HEX + 1;
    end = ngx_http_maas_order_names(r, names);

    if (end == names) {
        ngx_memset(hex, '0', NGX_HTTP_MAAS_ORDER_HASH);

    } else {
        maas_sha256(names, end - names - 1, (char *) hex);
    }

    v->data = hex;
    v->len = NGX_HTTP_MAAS_ORDER_HASH;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_header_order_variable(ngx_conf_t *cf)
{
    ngx_str_t             name = ngx_string("maas_header_order");
    ngx_http_variable_t  *v;

    v = ngx_http_add_variable(cf, &name, 0);
    if (v == NULL) {
        return NGX_ERROR;
    }

    v->get_handler = ngx_http_maas_order_get;

    return NGX_OK;
}
