
/*
 * Answers: headers, bodies, the error table; nginx's own error pages as JSON.
 * Not here: the text of predictions (engine/wire).
 */


#include <maas.h>

#include "ngx_http_maas_conf.h"
#include "ngx_http_maas_count.h"
#include "ngx_http_maas_ctx.h"
#include "ngx_http_maas_response.h"
#include "ngx_http_maas_text.h"


/* ctx->ours makes the filters below let an answer pass as it is. */


static ngx_int_t ngx_http_maas_header_filter(ngx_http_request_t *r);
static ngx_int_t ngx_http_maas_body_filter(ngx_http_request_t *r,
    ngx_chain_t *in);


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;
static ngx_http_output_body_filter_pt    ngx_http_next_body_filter;


static ngx_str_t  ngx_http_maas_json_type = ngx_string("application/json");


typedef struct {
    ngx_uint_t   status;
    ngx_str_t    body;
} ngx_http_maas_error_t;

#define ngx_http_maas_error(status, text)                                     \
    { status, ngx_string("{\"error\":\"" text "\"}") }

/* what nginx itself raises */

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


static ngx_int_t
ngx_http_maas_add(ngx_http_request_t *r, char *name, ngx_str_t *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    h->hash = 1;
#if (nginx_version >= 1023000)
    h->next = NULL;
#endif
    h->key.data = (u_char *) name;
    h->key.len = ngx_strlen(name);
    h->value = *value;

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_add_header(ngx_http_request_t *r, char *name, char *value)
{
    ngx_str_t  s;

    s.data = (u_char *) value;
    s.len = ngx_strlen(value);

    return ngx_http_maas_add(r, name, &s);
}


static void
ngx_http_maas_set_type(ngx_http_request_t *r, ngx_str_t *type)
{
    r->headers_out.content_type = *type;
    r->headers_out.content_type_len = type->len;
    r->headers_out.content_type_lowcase = NULL;
}


/*
 * Clients that read compressed predictions may not read compressed metadata
 * or errors: tritonclient's asyncio flavour asks for gzip always and undoes
 * it in infer() alone.  An answer that is said to be encoded is not encoded
 * again, by whatever module; the header is in no list, so that it is not sent.
 */

static void
ngx_http_maas_keep_plain(ngx_http_request_t *r)
{
    static ngx_table_elt_t  identity;

    ngx_str_set(&identity.key, "Content-Encoding");
    ngx_str_set(&identity.value, "identity");

    r->headers_out.content_encoding = &identity;
}


ngx_int_t
ngx_http_maas_send(ngx_http_request_t *r, ngx_uint_t status, ngx_str_t *type,
    ngx_str_t *body, size_t json_len)
{
    ngx_int_t                  rc;
    ngx_buf_t                 *b;
    ngx_chain_t                out;
    ngx_str_t                  number;
    ngx_http_maas_ctx_t       *ctx;
    ngx_http_maas_loc_conf_t  *mlcf;

    ctx = ngx_http_maas_get_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (json_len != 0) {
        number.data = ngx_pnalloc(r->pool, NGX_SIZE_T_LEN);
        if (number.data == NULL) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        number.len = ngx_sprintf(number.data, "%uz", json_len) - number.data;

        if (ngx_http_maas_add(r, "Inference-Header-Content-Length", &number)
            != NGX_OK)
        {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    b->pos = body->data;
    b->last = body->data + body->len;
    b->memory = body->len > 0;
    b->last_buf = (r == r->main);
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    ctx->ours = 1;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    if (ctx->model != NULL) {
        ctx->at.sent = ngx_http_maas_now();
    }

    if (status != NGX_HTTP_OK
        || (ctx->model == NULL && mlcf->kind == NGX_HTTP_MAAS_SERVE))
    {
        ngx_http_maas_keep_plain(r);
    }

    r->headers_out.status = status;
    r->headers_out.content_length_n = (off_t) body->len;
    ngx_http_maas_set_type(r, type);

    /* the answer to a POST has no validators: no 304, no 412 */

    r->disable_not_modified = 1;

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    return ngx_http_output_filter(r, &out);
}


ngx_int_t
ngx_http_maas_send_json(ngx_http_request_t *r, ngx_uint_t status,
    ngx_str_t *json)
{
    return ngx_http_maas_send(r, status, &ngx_http_maas_json_type, json, 0);
}


ngx_int_t
ngx_http_maas_send_text(ngx_http_request_t *r, ngx_http_maas_text_t *text)
{
    ngx_int_t  rc;
    ngx_str_t  body;

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_http_maas_text(text, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_maas_send_json(r, NGX_HTTP_OK, &body);
}


ngx_int_t
ngx_http_maas_send_error(ngx_http_request_t *r, ngx_uint_t status,
    const char *text)
{
    ngx_str_t             body;
    ngx_http_maas_text_t  json;

    ngx_http_maas_text_init(&json, r->pool);
    ngx_http_maas_json_open(&json, NULL, "{");
    ngx_http_maas_json_string(&json, "error", text);
    ngx_http_maas_json_close(&json, "}");

    if (ngx_http_maas_text(&json, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (status == NGX_HTTP_SERVICE_UNAVAILABLE
        && ngx_http_maas_add_header(r, "Retry-After", "1") != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_maas_send_json(r, status, &body);
}


maas_status_t
ngx_http_maas_fail(maas_err_t *err, maas_status_t code, const char *fmt, ...)
{
    u_char   *p, *last;
    va_list   args;

    err->code = code;
    p = (u_char *) err->msg;
    last = p + sizeof(err->msg) - 1;

    va_start(args, fmt);
    p = ngx_vslprintf(p, last, fmt, args);
    va_end(args);

    *p = '\0';

    return code;
}


ngx_int_t
ngx_http_maas_send_failure(ngx_http_request_t *r, maas_err_t *err)
{
    ngx_uint_t   level, status;
    const char  *text;

    /* in the order of maas_status_t; NULL: the sentence is for the client */

    static const struct {
        ngx_uint_t   status;
        ngx_uint_t   level;
        const char  *text;
    } table[] = {
        { 500, NGX_LOG_ERR,  "internal error" },          /* OK */
        { 500, NGX_LOG_ERR,  "out of memory" },           /* NOMEM */
        { 500, NGX_LOG_ERR,  "internal error" },          /* BADFILE */
        { 400, NGX_LOG_INFO, NULL },                      /* BADSHAPE */
        { 400, NGX_LOG_INFO, NULL },                      /* BADVALUE */
        { 413, NGX_LOG_INFO, NULL },                      /* TOOBIG */
        { 400, NGX_LOG_INFO, NULL },                      /* UNSUPPORTED */
        { 503, NGX_LOG_WARN, "too busy, try again" },     /* BUSY */
        { 500, NGX_LOG_ERR,  "internal error" }           /* INTERNAL */
    };

    status = table[err->code].status;
    level = table[err->code].level;
    text = table[err->code].text != NULL ? table[err->code].text : err->msg;

    ngx_log_error(level, r->connection->log, 0, "maas: %s", err->msg);

    return ngx_http_maas_send_error(r, status, text);
}


ngx_int_t
ngx_http_maas_refuse(ngx_http_request_t *r, ngx_uint_t status,
    const char *text)
{
    ngx_int_t  rc;

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    ngx_log_error(NGX_LOG_INFO, r->connection->log, 0, "maas: %s", text);

    return ngx_http_maas_send_error(r, status, text);
}


ngx_int_t
ngx_http_maas_allow(ngx_http_request_t *r, ngx_uint_t allowed,
    const char *text, ngx_uint_t *answered)
{
    *answered = !(r->method & allowed);

    if (!*answered) {
        return NGX_OK;
    }

    if (ngx_http_maas_add_header(r, "Allow", (char *) text) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_maas_refuse(r, NGX_HTTP_NOT_ALLOWED,
                                "Method Not Allowed");
}


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


static ngx_int_t
ngx_http_maas_header_filter(ngx_http_request_t *r)
{
    ngx_http_maas_ctx_t       *ctx;
    ngx_http_maas_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    if (mlcf->kind == NGX_HTTP_MAAS_NONE
        || r->headers_out.status < NGX_HTTP_BAD_REQUEST || r != r->main)
    {
        return ngx_http_next_header_filter(r);
    }

    ctx = ngx_http_maas_get_ctx(r);
    if (ctx == NULL) {
        return NGX_ERROR;
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

    return ngx_http_next_header_filter(r);
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
        return ngx_http_next_body_filter(r, in);
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

    return ngx_http_next_body_filter(r, &out);
}


ngx_int_t
ngx_http_maas_filter_init(ngx_conf_t *cf)
{
    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_maas_header_filter;

    ngx_http_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_http_maas_body_filter;

    return NGX_OK;
}
