
/*
 * The request as it came: body buffers (memory and file) -> one span, piece by
 * piece.
 * Not here: what the bytes mean, decompression (ngx_http_maas_inflate.c), what
 * headers and frames say of it.
 */


#include "ngx_http_maas_conf.h"
#include "ngx_http_maas_gather.h"
#include "ngx_http_maas_request.h"
#include "answers/ngx_http_maas_response.h"


/* n bytes from the at-th on of a body's file into p, in any thread */

static ngx_int_t
ngx_http_maas_body_file(ngx_buf_t *b, off_t at, u_char *p, size_t n,
    ngx_log_t *log)
{
    ssize_t     got;
    ngx_file_t  file;

    file = *b->file;
    file.log = log;

    if (file.fd == NGX_INVALID_FILE) {
        return NGX_ERROR;                  /* who sent it on has closed it */
    }

    for ( /* void */ ; n > 0; n -= got) {
        got = ngx_read_file(&file, p, n, b->file_pos + at);

        if (got <= 0) {
            if (got == 0) {
                ngx_log_error(NGX_LOG_CRIT, log, 0,
                              "request body file ended at byte %O of %O", at,
                              b->file_last - b->file_pos);
            }
            return NGX_ERROR;
        }

        p += got;
        at += got;
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_read_body(ngx_http_request_t *r,
    ngx_http_client_body_handler_pt handler)
{
    ngx_int_t               rc;
    ngx_http_maas_ctx_t    *ctx;
    ngx_http_maas_coding_e  coding;

    coding = ngx_http_maas_coding(r);
    ctx = ngx_http_get_module_ctx(r, ngx_http_maas_module);

    if (coding != NGX_HTTP_MAAS_IDENTITY && ctx != NULL && ctx->grpc) {
        return ngx_http_maas_refuse(r, NGX_HTTP_UNSUPPORTED_MEDIA_TYPE,
                                    "Content-Encoding is not read in gRPC, "
                                    "where messages are compressed, as "
                                    "grpc-encoding says");
    }

    if (coding == NGX_HTTP_MAAS_OTHER_CODING) {

        if (ngx_http_maas_add_header(r, "Accept-Encoding", "gzip, deflate")
            != NGX_OK)
        {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        return ngx_http_maas_refuse(r, NGX_HTTP_UNSUPPORTED_MEDIA_TYPE,
                                    "Content-Encoding is not gzip, deflate "
                                    "or identity");
    }

    r->request_body_in_single_buf = 1;

    rc = ngx_http_read_client_request_body(r, handler);

    return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
}


static maas_status_t
ngx_http_maas_body_begin(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_http_maas_coding_e coding, maas_err_t *err)
{
    size_t                     limit;
    ngx_http_core_loc_conf_t  *clcf;
    ngx_http_maas_loc_conf_t  *mlcf;

    if (ngx_http_maas_own(r, ctx) != NGX_OK) {
        return ngx_http_maas_fail(err, MAAS_NOMEM, "no memory for a body");
    }

    if (coding == NGX_HTTP_MAAS_IDENTITY) {
        return ngx_http_maas_block_text(ctx->body.memory, &ctx->body.block,
                                        ctx->body.text.len, err);
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);
    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    /* without a limit of the user's, the one that follows from the models */

    limit = clcf->client_max_body_size != 0
            ? (size_t) clcf->client_max_body_size
            : ngx_max(mlcf->body_size, NGX_HTTP_MAAS_BODY_SLICE);

    return ngx_http_maas_inflate_begin(r, ctx, coding, limit, err);
}


/* Up to n bytes of the buffer at hand into p */

static maas_status_t
ngx_http_maas_body_copy(ngx_http_maas_body_t *body, u_char *p, size_t n,
    ngx_log_t *log, maas_err_t *err)
{
    ngx_buf_t  *b;

    b = body->in->buf;

    if (ngx_buf_in_memory(b)) {
        ngx_memcpy(p, b->pos + body->at, n);

    } else if (n != 0          /* the last buffer of a chunked body has none */
               && ngx_http_maas_body_file(b, body->at, p, n, log) != NGX_OK)
    {
        return ngx_http_maas_fail(err, MAAS_INTERNAL,
                                  "the body could not be kept");
    }

    return MAAS_OK;
}


/* So many bytes of the buffer at hand are done. */

static void
ngx_http_maas_body_move(ngx_http_maas_body_t *body, size_t n)
{
    body->at += n;

    if (body->at == ngx_buf_size(body->in->buf)) {
        body->in = body->in->next;
        body->at = 0;
    }
}


/* The next n bytes, which are there, into p */

static maas_status_t
ngx_http_maas_body_head(ngx_http_maas_body_t *body, u_char *p, size_t n,
    ngx_log_t *log, maas_err_t *err)
{
    size_t  some;

    for ( /* void */ ; n > 0; n -= some) {
        some = (size_t) (ngx_buf_size(body->in->buf) - body->at);
        some = ngx_min(some, n);

        if (ngx_http_maas_body_copy(body, p, some, log, err) != MAAS_OK) {
            return err->code;
        }

        p += some;
        ngx_http_maas_body_move(body, some);
    }

    return MAAS_OK;
}


/* gRPC: the frame is taken off. */

static maas_status_t
ngx_http_maas_body_frame(ngx_http_request_t *r, ngx_http_maas_body_t *body,
    ngx_http_maas_coding_e *coding, maas_err_t *err)
{
    u_char  head[NGX_HTTP_MAAS_GRPC_HEAD];

    if (ngx_http_maas_body_head(body, head,
                                ngx_min(body->text.len, sizeof(head)),
                                r->connection->log, err)
        != MAAS_OK
        || ngx_http_maas_grpc_open(r, head, body->text.len, coding, err)
           != MAAS_OK)
    {
        return err->code;
    }

    body->text.len -= sizeof(head);

    return MAAS_OK;
}


/* Is all that is to come in one buffer? */

static ngx_uint_t
ngx_http_maas_body_single(ngx_http_maas_body_t *body)
{
    ngx_chain_t  *cl;

    for (cl = body->in->next; cl; cl = cl->next) {
        if (ngx_buf_size(cl->buf) != 0) {
            return 0;
        }
    }

    return ngx_buf_in_memory(body->in->buf);
}


maas_status_t
ngx_http_maas_body_open(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    maas_err_t *err)
{
    ngx_chain_t                *cl;
    ngx_http_maas_body_t       *body;
    ngx_http_maas_coding_e      coding;
    ngx_http_maas_main_conf_t  *mmcf;

    mmcf = ngx_http_get_module_main_conf(r, ngx_http_maas_module);

    body = &ctx->body;
    body->memory = &mmcf->memory;

    body->in = r->request_body == NULL ? NULL : r->request_body->bufs;

    for (cl = body->in; cl; cl = cl->next) {
        body->text.len += (size_t) ngx_buf_size(cl->buf);
    }

    if (ctx->grpc) {
        if (ngx_http_maas_body_frame(r, body, &coding, err) != MAAS_OK) {
            return err->code;
        }

    } else {
        coding = ngx_http_maas_coding(r);
    }

    if (body->text.len == 0 && (!ctx->grpc || coding == NGX_HTTP_MAAS_IDENTITY))
    {
        body->in = NULL;
        return MAAS_OK;
    }

    if (coding == NGX_HTTP_MAAS_IDENTITY && ngx_http_maas_body_single(body)) {
        body->text.data = body->in->buf->pos + body->at;
        body->in = NULL;
        return MAAS_OK;
    }

    if (ngx_http_maas_body_begin(r, ctx, coding, err) != MAAS_OK) {
        return err->code;
    }

    body->todo = 1;

    if (body->inflate == NULL) {
        body->text.data = body->block.data;
        body->text.len = 0;
    }

    return MAAS_OK;
}


/* A piece, of about `most` bytes; *most tells what is left of them. */

static maas_status_t
ngx_http_maas_body_piece(ngx_http_maas_ctx_t *ctx, size_t *most, ngx_log_t *log,
    maas_err_t *err)
{
    u_char                 piece[NGX_HTTP_MAAS_PIECE];
    size_t                 n, len;
    ngx_http_maas_body_t  *body;

    body = &ctx->body;

    n = (size_t) (ngx_buf_size(body->in->buf) - body->at);

    if (body->inflate == NULL) {
        n = ngx_min(n, *most);
        *most -= n;

        if (ngx_http_maas_body_copy(body, body->text.data + body->text.len, n,
                                    log, err)
            != MAAS_OK)
        {
            return err->code;
        }

        body->text.len += n;

    } else {
        n = ngx_min(n, NGX_HTTP_MAAS_PIECE);
        len = body->text.len;

        if (ngx_http_maas_body_copy(body, piece, n, log, err) != MAAS_OK
            || ngx_http_maas_inflate_more(ctx, piece, n, err) != MAAS_OK)
        {
            return err->code;
        }

        *most -= ngx_min(body->text.len - len, *most);
    }

    ngx_http_maas_body_move(body, n);

    return MAAS_OK;
}


maas_status_t
ngx_http_maas_body_more(ngx_http_maas_ctx_t *ctx, size_t most, ngx_log_t *log,
    maas_err_t *err)
{
    ngx_http_maas_body_t  *body;

    body = &ctx->body;

    while (body->in != NULL) {

        if (body->inflate != NULL
            && ngx_http_maas_inflate_room(ctx, &most, err) != MAAS_OK)
        {
            return err->code;
        }

        if (most == 0) {
            return MAAS_OK;
        }

        if (ngx_http_maas_body_piece(ctx, &most, log, err) != MAAS_OK) {
            return err->code;
        }
    }

    body->todo = 0;

    return body->inflate == NULL ? MAAS_OK
                                 : ngx_http_maas_inflate_end(ctx, err);
}


void
ngx_http_maas_body_close(ngx_http_maas_ctx_t *ctx)
{
    ngx_http_maas_inflate_close(ctx);
    ctx->req.id.len = 0;                   /* it was in there */

    /* a shadow is to see it */

    if (ctx->kept == NULL || ctx->kept->rows == 0
        || ctx->body.text.len > NGX_HTTP_MAAS_KEPT_BODY)
    {
        ngx_http_maas_block_give(ctx->body.memory, &ctx->body.block);
    }
}


maas_status_t
ngx_http_maas_body_short(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    maas_err_t *err)
{
    if (ngx_http_maas_body_open(r, ctx, err) != MAAS_OK
        || (ctx->body.todo
            && ngx_http_maas_body_more(ctx, NGX_HTTP_MAAS_BODY_SLICE,
                                       r->connection->log, err)
               != MAAS_OK))
    {
        return err->code;
    }

    if (ctx->body.todo || ctx->body.text.len > NGX_HTTP_MAAS_BODY_SLICE) {
        return ngx_http_maas_fail(err, MAAS_TOOBIG, "the body is more than %d "
                                  "bytes", NGX_HTTP_MAAS_BODY_SLICE);
    }

    return MAAS_OK;
}


maas_status_t
ngx_http_maas_body(ngx_http_request_t *r, ngx_str_t *body, maas_err_t *err)
{
    ngx_http_maas_ctx_t  *ctx;

    ctx = ngx_http_maas_get_ctx(r);
    if (ctx == NULL) {
        return ngx_http_maas_fail(err, MAAS_NOMEM, "no memory for a body");
    }

    if (ngx_http_maas_body_short(r, ctx, err) != MAAS_OK) {
        return err->code;
    }

    *body = ctx->body.text;

    return MAAS_OK;
}


static void
ngx_http_maas_own_cleanup(void *data)
{
    ngx_http_maas_ctx_t  *ctx = data;

    ngx_http_maas_inflate_close(ctx);
    ngx_http_maas_block_give(ctx->body.memory, &ctx->body.block);
    ngx_http_maas_block_give(ctx->body.memory, &ctx->rows);
    ngx_http_maas_block_give(ctx->body.memory, &ctx->text);
    ngx_http_maas_block_give(ctx->body.memory, &ctx->reasons);
}


ngx_int_t
ngx_http_maas_own(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx)
{
    ngx_pool_cleanup_t  *cln;

    if (ctx->owns) {
        return NGX_OK;
    }

    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_http_maas_own_cleanup;
    cln->data = ctx;
    ctx->owns = 1;

    return NGX_OK;
}
