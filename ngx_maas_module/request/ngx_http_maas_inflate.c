
/*
 * Bodies that came compressed: gzip and deflate -> the plain bytes, no more of
 * them than a plain body may have.
 * Not here: answers, which nginx's own filter compresses where it may.
 */


#include <zlib.h>

#include "ngx_http_maas_request.h"
#include "answers/ngx_http_maas_response.h"


/* bytes of the first piece of memory, at least */

#define NGX_HTTP_MAAS_INFLATE  4096


typedef struct {
    z_stream                  z;
    ngx_pool_t               *pool;
    u_char                   *start;
    size_t                    size;        /* of memory at start */
    size_t                    limit;       /* most bytes of the plain body */
} ngx_http_maas_inflate_t;


static void *
ngx_http_maas_inflate_alloc(void *opaque, u_int items, u_int size)
{
    return ngx_palloc(opaque, (size_t) items * size);
}


static void
ngx_http_maas_inflate_free(void *opaque, void *address)
{
    (void) ngx_pfree(opaque, address);
}


/* Twice the memory, but not more than tells that the limit is passed. */

static ngx_int_t
ngx_http_maas_inflate_grow(ngx_http_maas_inflate_t *in)
{
    u_char  *p;
    size_t   size, used;

    used = in->start == NULL ? 0 : in->z.next_out - in->start;
    size = ngx_min(2 * in->size, in->limit + 1);

    p = ngx_palloc(in->pool, size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    if (used != 0) {
        ngx_memcpy(p, in->start, used);
        (void) ngx_pfree(in->pool, in->start);
    }

    in->start = p;
    in->size = size;
    in->z.next_out = p + used;
    in->z.avail_out = (uInt) (size - used);

    return NGX_OK;
}


static maas_status_t
ngx_http_maas_inflate_run(ngx_http_maas_inflate_t *in, ngx_uint_t members)
{
    int  rc;

    for ( ;; ) {

        if (in->z.avail_out == 0) {

            if (in->start != NULL && in->size > in->limit) {
                return MAAS_TOOBIG;
            }

            if (ngx_http_maas_inflate_grow(in) != NGX_OK) {
                return MAAS_NOMEM;
            }
        }

        rc = inflate(&in->z, Z_NO_FLUSH);

        if (rc == Z_STREAM_END) {

            if (in->z.avail_in == 0) {
                break;
            }

            /* a gzip file may be several behind each other */

            if (!members || inflateReset(&in->z) != Z_OK) {
                return MAAS_BADVALUE;
            }

        } else if (rc == Z_MEM_ERROR) {
            return MAAS_NOMEM;

        } else if (rc != Z_OK || (in->z.avail_in == 0
                                  && in->z.avail_out != 0))
        {
            /* broken, or cut off */
            return MAAS_BADVALUE;
        }
    }

    return (size_t) (in->z.next_out - in->start) > in->limit ? MAAS_TOOBIG
                                                              : MAAS_OK;
}


maas_status_t
ngx_http_maas_inflate(ngx_http_request_t *r, ngx_http_maas_coding_e coding,
    size_t limit, ngx_str_t *body, maas_err_t *err)
{
    int                       bits;
    maas_status_t             rc;
    ngx_http_maas_inflate_t   in;

    ngx_memzero(&in, sizeof(in));
    in.pool = r->pool;
    in.limit = ngx_min(limit, NGX_MAX_INT32_VALUE - 1);
    in.size = ngx_max(2 * body->len, NGX_HTTP_MAAS_INFLATE / 2);

    in.z.zalloc = ngx_http_maas_inflate_alloc;
    in.z.zfree = ngx_http_maas_inflate_free;
    in.z.opaque = r->pool;
    in.z.next_in = body->data;
    in.z.avail_in = (uInt) body->len;

    /* "deflate" is the zlib format, RFC 9110 8.4.1.2 */

    bits = coding == NGX_HTTP_MAAS_GZIP ? 16 + MAX_WBITS : MAX_WBITS;

    if (body->len > NGX_MAX_INT32_VALUE) {
        rc = MAAS_TOOBIG;

    } else if (inflateInit2(&in.z, bits) != Z_OK) {
        rc = MAAS_NOMEM;

    } else {
        rc = ngx_http_maas_inflate_run(&in, coding == NGX_HTTP_MAAS_GZIP);
        (void) inflateEnd(&in.z);
    }

    if (rc == MAAS_OK) {
        body->data = in.start;
        body->len = in.z.next_out - in.start;
        return MAAS_OK;
    }

    switch (rc) {

    case MAAS_TOOBIG:
        return ngx_http_maas_fail(err, rc, "the body is more than %uz bytes "
                                  "when it is decompressed", limit);

    case MAAS_NOMEM:
        return ngx_http_maas_fail(err, rc, "out of memory");

    default: /* MAAS_BADVALUE */
        return ngx_http_maas_fail(err, rc, "the body is not whole %s data, as "
                                  "Content-Encoding says it is",
                                  coding == NGX_HTTP_MAAS_GZIP ? "gzip"
                                                               : "zlib");
    }
}
