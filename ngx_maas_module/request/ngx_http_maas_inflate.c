
/*
 * Bodies that came compressed: gzip and deflate -> the plain bytes, no more of
 * them than a plain body may have.
 * Not here: answers, which nginx's own filter compresses where it may.
 */


#include "ngx_http_maas_gather.h"

#include <zlib.h>


/* bytes of the first piece of memory, at least; and what a piece may come to,
 * 1032 times its bytes: memory of more is moved in slices */

#define NGX_HTTP_MAAS_INFLATE        4096
#define NGX_HTTP_MAAS_INFLATE_PIECE  (1040 * NGX_HTTP_MAAS_PIECE)


typedef struct {
    z_stream                  z;
    ngx_uint_t                gzip;
    size_t                    limit;       /* most bytes of the plain body */
    ngx_http_maas_block_t     old;         /* is being moved, */
    size_t                    moved;       /*     so many bytes */
    unsigned                  grpc:1;      /* it is a message of gRPC */
    unsigned                  ended:1;     /* with a whole member */
    unsigned                  open:1;      /* zlib has memory */
} ngx_http_maas_inflate_t;


maas_status_t
ngx_http_maas_inflate_begin(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_http_maas_coding_e coding, size_t limit, maas_err_t *err)
{
    int                       bits;
    size_t                    size;
    ngx_http_maas_body_t     *body;
    ngx_http_maas_inflate_t  *in;

    body = &ctx->body;

    in = ngx_pcalloc(r->pool, sizeof(ngx_http_maas_inflate_t));
    if (in == NULL) {
        return ngx_http_maas_fail(err, MAAS_NOMEM, "no memory for a body");
    }

    body->inflate = in;

    in->limit = limit;
    in->gzip = coding == NGX_HTTP_MAAS_GZIP;
    in->grpc = ctx->grpc;

    size = ngx_max(4 * body->text.len, NGX_HTTP_MAAS_INFLATE);
    size = ngx_min(size, limit + 1);

    if (ngx_http_maas_block_text(body->memory, &body->block, size, err)
        != MAAS_OK)
    {
        return err->code;
    }

    body->text.data = body->block.data;
    body->text.len = 0;

    /* "deflate" is the zlib format, RFC 9110 8.4.1.2 */

    bits = in->gzip ? 16 + MAX_WBITS : MAX_WBITS;

    if (inflateInit2(&in->z, bits) != Z_OK) {
        return ngx_http_maas_fail(err, MAAS_NOMEM, "no memory for a body");
    }

    in->open = 1;

    return MAAS_OK;
}


static maas_status_t
ngx_http_maas_inflate_toobig(ngx_http_maas_inflate_t *in, maas_err_t *err)
{
    return ngx_http_maas_fail(err, MAAS_TOOBIG, "the body is more than %uz "
                              "bytes when it is decompressed", in->limit);
}


static maas_status_t
ngx_http_maas_inflate_broken(ngx_http_maas_inflate_t *in, maas_err_t *err)
{
    return ngx_http_maas_fail(err, MAAS_BADVALUE, "the %s is not whole %s "
                              "data, as %s says it is",
                              in->grpc ? "message" : "body",
                              in->gzip ? "gzip" : "zlib",
                              in->grpc ? "grpc-encoding"
                                       : "Content-Encoding");
}


/* Twice the memory, or less where there is less, but not more than tells that
 * the limit is passed: text is still in the old one. */

static maas_status_t
ngx_http_maas_inflate_grow(ngx_http_maas_body_t *body, maas_err_t *err)
{
    size_t                    size, more;
    ngx_http_maas_block_t     block;
    ngx_http_maas_inflate_t  *in;

    in = body->inflate;

    if (body->block.size > in->limit) {
        return ngx_http_maas_inflate_toobig(in, err);
    }

    for (more = body->block.size; /* void */ ; more /= 2) {
        size = ngx_min(body->block.size + more, in->limit + 1);

        if (ngx_http_maas_block_text(body->memory, &block, size, err)
            == MAAS_OK)
        {
            break;
        }

        if (more < 2 * NGX_HTTP_MAAS_INFLATE_PIECE) {
            (void) ngx_http_maas_memory_fits(body->memory,
                                             body->block.size + size, err);
            return err->code;
        }
    }

    in->old = body->block;
    in->moved = 0;

    body->block = block;
    body->text.data = block.data;

    return MAAS_OK;
}


static void
ngx_http_maas_inflate_move(ngx_http_maas_body_t *body, size_t most)
{
    size_t                    n;
    ngx_http_maas_inflate_t  *in;

    in = body->inflate;
    n = ngx_min(body->text.len - in->moved, most);

    ngx_memcpy(body->text.data + in->moved, (u_char *) in->old.data + in->moved,
               n);
    in->moved += n;

    if (in->moved == body->text.len) {
        ngx_http_maas_block_give(body->memory, &in->old);
    }
}


maas_status_t
ngx_http_maas_inflate_room(ngx_http_maas_ctx_t *ctx, size_t *most,
    maas_err_t *err)
{
    size_t                    used;
    ngx_http_maas_body_t     *body;
    ngx_http_maas_inflate_t  *in;

    body = &ctx->body;
    in = body->inflate;

    if (in->old.data == NULL
        && (body->block.size < NGX_HTTP_MAAS_INFLATE_PIECE
            || body->block.size > in->limit
            || body->block.size - body->text.len
               >= NGX_HTTP_MAAS_INFLATE_PIECE))
    {
        return MAAS_OK;
    }

    if (in->old.data == NULL
        && ngx_http_maas_inflate_grow(body, err) != MAAS_OK)
    {
        return err->code;
    }

    used = in->moved;
    ngx_http_maas_inflate_move(body, *most);
    *most -= in->moved - used;

    return MAAS_OK;
}


/* Room for more text, and the end of it as zlib's */

static maas_status_t
ngx_http_maas_inflate_out(ngx_http_maas_body_t *body, maas_err_t *err)
{
    size_t                    n;
    ngx_http_maas_inflate_t  *in;

    in = body->inflate;

    if (body->text.len == body->block.size) {

        if (ngx_http_maas_inflate_grow(body, err) != MAAS_OK) {
            return err->code;
        }

        ngx_http_maas_inflate_move(body, body->text.len);
    }

    n = ngx_min(body->block.size - body->text.len, NGX_MAX_INT32_VALUE);

    in->z.next_out = body->text.data + body->text.len;
    in->z.avail_out = (uInt) n;

    return MAAS_OK;
}


maas_status_t
ngx_http_maas_inflate_more(ngx_http_maas_ctx_t *ctx, u_char *p, size_t n,
    maas_err_t *err)
{
    int                       rc;
    ngx_http_maas_body_t     *body;
    ngx_http_maas_inflate_t  *in;

    body = &ctx->body;
    in = body->inflate;

    in->z.next_in = p;
    in->z.avail_in = (uInt) n;

    for ( ;; ) {

        if (in->ended) {

            if (in->z.avail_in == 0) {
                return MAAS_OK;
            }

            /* a gzip file may be several behind each other */

            if (!in->gzip || inflateReset(&in->z) != Z_OK) {
                return ngx_http_maas_inflate_broken(in, err);
            }

            in->ended = 0;
        }

        if (ngx_http_maas_inflate_out(body, err) != MAAS_OK) {
            return err->code;
        }

        rc = inflate(&in->z, Z_NO_FLUSH);

        body->text.len = (size_t) (in->z.next_out - body->text.data);

        if (rc == Z_STREAM_END) {
            in->ended = 1;

        } else if (rc == Z_MEM_ERROR) {
            return ngx_http_maas_fail(err, MAAS_NOMEM, "no memory for a body");

        } else if (rc != Z_OK && rc != Z_BUF_ERROR) {
            return ngx_http_maas_inflate_broken(in, err);

        } else if (in->z.avail_out != 0) {
            break;                         /* all of the piece is out */
        }
    }

    return body->text.len > in->limit ? ngx_http_maas_inflate_toobig(in, err)
                                      : MAAS_OK;
}


maas_status_t
ngx_http_maas_inflate_end(ngx_http_maas_ctx_t *ctx, maas_err_t *err)
{
    ngx_http_maas_inflate_t  *in;

    in = ctx->body.inflate;

    if (!in->ended) {
        return ngx_http_maas_inflate_broken(in, err);
    }

    ngx_http_maas_inflate_close(ctx);

    return ctx->body.text.len > in->limit
           ? ngx_http_maas_inflate_toobig(in, err) : MAAS_OK;
}


void
ngx_http_maas_inflate_close(ngx_http_maas_ctx_t *ctx)
{
    ngx_http_maas_inflate_t  *in;

    in = ctx->body.inflate;

    if (in == NULL) {
        return;
    }

    ngx_http_maas_block_give(ctx->body.memory, &in->old);

    if (in->open) {
        (void) inflateEnd(&in->z);
        in->open = 0;
    }
}
