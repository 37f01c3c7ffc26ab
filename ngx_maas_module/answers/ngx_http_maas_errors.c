
/*
 * nginx's own error pages as JSON, where a location is ours.  ctx->ours lets an
 * answer pass as it is.
 * Not here: errors that are found in this module (ngx_http_maas_refuse.c).
 */


#include "ngx_http_maas_conf.h"
#include "ngx_http_maas_ctx.h"
#include "ngx_http_maas_response.h"


static ngx_http_output_header_filter_pt  ngx_http_maas_next_header_filter;
static ngx_http_output_body_filter_pt    ngx_http_maas_next_body_filter;


typedef struct {
    ngx_uint_t   status;
    ngx_str_t    body;
} ngx_http_maas_error_t;

#define ngx_http_maas_error(status, text)                                     \
    { status, ngx_string("{\"error\":\"" text "\"}") }

static ngx_http_maas_error_t  ngx_http_maas_errors[] = {
    ngx_http_maas_error(400, "Bad Request"),
    ngx_http_maas_error(401, "Unauthorized"),
    ngx_http_maas_error(402, "Payment Required"),
    ngx_http_maas_error(403, "Forbidden"),
    ngx_http_maas_error(404, "Not Found"),
    ngx_http_maas_error(405, "Method Not Allowed"),
    ngx_http_maas_error(406, "Not Acceptable"),
    ngx_http_maas_error(408, "Request Time-out"),
    ngx_http_maas_error(409, "Conflict"),
    ngx_http_maas_error(410, "Gone"),
    ngx_http_maas_error(411, "Length Required"),
    ngx_http_maas_error(412, "Precondition Failed"),
    ngx_http_maas_error(413, "Request Entity Too Large"),
    ngx_http_maas_error(414, "Request-URI Too Large"),
    ngx_http_maas_error(415, "Unsupported Media Type"),
    ngx_http_maas_error(416, "Requested Range Not Satisfiable"),
    ngx_http_maas_error(417, "Expectation Failed"),
    ngx_http_maas_error(418, "I'm a teapot"),
    ngx_http_maas_error(421, "Misdirected Request"),
    ngx_http_maas_error(422, "Unprocessable Content"),
    ngx_http_maas_error(423, "Locked"),
    ngx_http_maas_error(426, "Upgrade Required"),
    ngx_http_maas_error(428, "Precondition Required"),
    ngx_http_maas_error(429, "Too Many Requests"),
    ngx_http_maas_error(431, "Request Header Fields Too Large"),
    ngx_http_maas_error(451, "Unavailable For Legal Reasons"),
    ngx_http_maas_error(500, "Internal Server Error"),
    ngx_http_maas_error(501, "Not Implemented"),
    ngx_http_maas_error(502, "Bad Gateway"),
    ngx_http_maas_error(503, "Service Temporarily Unavailable"),
    ngx_http_maas_error(504, "Gateway Time-out"),
    ngx_http_maas_error(505, "HTTP Version Not Supported"),
    ngx_http_maas_error(507, "Insufficient Storage"),
    ngx_http_maas_error(0, "Error")
};


static ngx_str_t *
ngx_http_maas_error_body(ngx_uint_t status)
{
    ngx_http_maas_error_t  *e;

    for (e = ngx_http_maas_errors; e->status != 0; e++) {
        if (e->status == status) {
            break;
        }
    }

    return &e->body;
}


/* An error that a client of gRPC is to get, as a code: ours, or nginx's, whose
 * page is not sent. */

static ngx_int_t
ngx_http_maas_grpc_filter(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx)
{
    size_t      edge;
    ngx_str_t  *body;
    ngx_uint_t  status;

    status = r->headers_out.status;

    if (!ctx->ours) {
        body = ngx_http_maas_error_body(status);
        edge = sizeof("{\"error\":\"") - 1;

        if (ngx_http_maas_grpc_only(r, ngx_http_maas_grpc_code(status, 0),
                                    body->data + edge,
                                    body->len - edge - (sizeof("\"}") - 1))
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.status_line.len = 0;

    return ngx_http_maas_next_header_filter(r);
}


static ngx_int_t
ngx_http_maas_header_filter(ngx_http_request_t *r)
{
    ngx_http_maas_ctx_t       *ctx;
    ngx_http_maas_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    if (mlcf->kind == NGX_HTTP_MAAS_NONE
        || r->headers_out.status < NGX_HTTP_BAD_REQUEST || r != r->main)
    {
        return ngx_http_maas_next_header_filter(r);
    }

    ctx = ngx_http_maas_get_ctx(r);
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    if (ctx->grpc
        || (mlcf->kind == NGX_HTTP_MAAS_SERVE && !ctx->ours
            && ngx_http_maas_grpc_is(r)))
    {
        return ngx_http_maas_grpc_filter(r, ctx);
    }

    if (!ctx->ours) {
        ctx->replace = 1;

        ngx_http_clear_content_length(r);
        ngx_http_clear_accept_ranges(r);
        ngx_http_clear_last_modified(r);
        ngx_http_clear_etag(r);

        ngx_http_maas_keep_plain(r);
        ngx_http_maas_set_type(r, &ngx_http_maas_json_type);
        ngx_str_null(&r->headers_out.charset);
        r->headers_out.content_length_n = (off_t)
                       ngx_http_maas_error_body(r->headers_out.status)->len;
    }

    return ngx_http_maas_next_header_filter(r);
}


static ngx_int_t
ngx_http_maas_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_str_t            *body;
    ngx_buf_t            *b;
    ngx_chain_t           out, *cl;
    ngx_http_maas_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_maas_module);

    if (in == NULL || ctx == NULL || !ctx->replace) {
        return ngx_http_maas_next_body_filter(r, in);
    }

    for (cl = in; cl; cl = cl->next) {
        cl->buf->pos = cl->buf->last;
        cl->buf->file_pos = cl->buf->file_last;
    }

    if (ctx->replaced) {
        return NGX_OK;
    }

    ctx->replaced = 1;

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    body = ngx_http_maas_error_body(r->headers_out.status);

    b->pos = body->data;
    b->last = body->data + body->len;
    b->memory = 1;
    b->last_buf = 1;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_maas_next_body_filter(r, &out);
}


ngx_int_t
ngx_http_maas_filter_init(ngx_conf_t *cf)
{
    ngx_http_maas_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_maas_header_filter;

    ngx_http_maas_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_http_maas_body_filter;

    return ngx_http_maas_log_init(cf);
}
