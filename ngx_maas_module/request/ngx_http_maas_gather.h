
/*
 * How a body becomes one span: what its parts ask of each other.
 * Not here: what routes ask (ngx_http_maas_request.h).
 */


#ifndef _NGX_HTTP_MAAS_GATHER_H_INCLUDED_
#define _NGX_HTTP_MAAS_GATHER_H_INCLUDED_


#include "ngx_http_maas_ctx.h"


/* ngx_http_maas_body.c */

/* Begin with ctx->body, in the handler that is called when nginx has all of it.
 * OK: ctx->body.text is whole, or there is more to do.  NOMEM, BUSY, TOOBIG. */
maas_status_t ngx_http_maas_body_open(ngx_http_request_t *r,
    ngx_http_maas_ctx_t *ctx, maas_err_t *err);

/* Do more of it, in any thread: about `most` bytes, and a megabyte at most
 * beyond that.  INTERNAL, NOMEM, BUSY, TOOBIG, BADVALUE. */
maas_status_t ngx_http_maas_body_more(ngx_http_maas_ctx_t *ctx, size_t most,
    ngx_log_t *log, maas_err_t *err);

/* All of it at once, where it is not long, in the event loop; ctx is r's or any
 * other one.  As above, and TOOBIG for more than 64k. */
maas_status_t ngx_http_maas_body_short(ngx_http_request_t *r,
    ngx_http_maas_ctx_t *ctx, maas_err_t *err);

/* The body is not needed any more, nor is ctx->req.id, which is in there: its
 * memory goes back. */
void ngx_http_maas_body_close(ngx_http_maas_ctx_t *ctx);

/* Blocks of ctx are given back with r's pool, if they are still there.  NGX_OK
 * or NGX_ERROR. */
ngx_int_t ngx_http_maas_own(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx);


/* ngx_http_maas_headers.c */

typedef enum {
    NGX_HTTP_MAAS_IDENTITY = 0,
    NGX_HTTP_MAAS_GZIP,
    NGX_HTTP_MAAS_DEFLATE,
    NGX_HTTP_MAAS_OTHER_CODING
} ngx_http_maas_coding_e;

/* That of the body, which Content-Encoding says; and by its name, which is the
 * same in gRPC */
ngx_http_maas_coding_e ngx_http_maas_coding(ngx_http_request_t *r);
ngx_http_maas_coding_e ngx_http_maas_coding_of(ngx_str_t *name);


/* ngx_http_maas_grpc_frame.c */

/* The first 5 bytes of a body of `len`, or fewer if it has fewer, are the head
 * of the frame of one message, the rest is the message; *coding tells how it is
 * compressed.  BADVALUE, NOMEM, and UNSUPPORTED for a coding that is not read,
 * no message or several. */
maas_status_t ngx_http_maas_grpc_open(ngx_http_request_t *r,
    const u_char *head, size_t len, ngx_http_maas_coding_e *coding,
    maas_err_t *err);

/* grpc-timeout -> until when an answer is wanted, ngx_http_maas_now(), of a
 * request that begins now; 0: it does not say.  NGX_ERROR: it is not digits,
 * up to 8, and a unit. */
ngx_int_t ngx_http_maas_grpc_deadline(ngx_http_request_t *r,
    uint64_t *deadline);


/* ngx_http_maas_inflate.c */

/* ctx->body is compressed; plain it may have `limit` bytes.  NOMEM. */
maas_status_t ngx_http_maas_inflate_begin(ngx_http_request_t *r,
    ngx_http_maas_ctx_t *ctx, ngx_http_maas_coding_e coding, size_t limit,
    maas_err_t *err);

/* Memory for what comes next, where that takes long: up to *most bytes of the
 * text are moved, of which *most tells what is left.  NOMEM, BUSY, TOOBIG. */
maas_status_t ngx_http_maas_inflate_room(ngx_http_maas_ctx_t *ctx,
    size_t *most, maas_err_t *err);

/* The next n bytes, at most NGX_HTTP_MAAS_PIECE: what comes of them is behind
 * the text.  NOMEM, BUSY, TOOBIG, BADVALUE. */
maas_status_t ngx_http_maas_inflate_more(ngx_http_maas_ctx_t *ctx, u_char *p,
    size_t n, maas_err_t *err);

/* There is no more.  BADVALUE if it is cut off. */
maas_status_t ngx_http_maas_inflate_end(ngx_http_maas_ctx_t *ctx,
    maas_err_t *err);

/* Give zlib's memory back, at any time. */
void ngx_http_maas_inflate_close(ngx_http_maas_ctx_t *ctx);

/* bytes that are decompressed at a time: a megabyte comes of them at most */

#define NGX_HTTP_MAAS_PIECE  1024


/* bytes of a body that are a turn's work, and not worth a thread */

#define NGX_HTTP_MAAS_BODY_SLICE  65536


#endif /* _NGX_HTTP_MAAS_GATHER_H_INCLUDED_ */
