
/*
 * Answers: headers, bodies, what an error of the engine means to a client.
 * Not here: the text of predictions (engine/wire/), nginx's own error pages
 * (ngx_http_maas_errors.c).
 */


#include "ngx_http_maas_conf.h"
#include "ngx_http_maas_ctx.h"
#include "ngx_http_maas_response.h"


#define NGX_HTTP_MAAS_SENTENCE  200        /* bytes */
#define NGX_HTTP_MAAS_ID        80         /* of a request's id in the log */


/* indices of variables; of the second, NGX_ERROR: nothing is traced */

static ngx_int_t  ngx_http_maas_request_id;
static ngx_int_t  ngx_http_maas_log_trace;


ngx_str_t  ngx_http_maas_json_type = ngx_string("application/json");


ngx_int_t
ngx_http_maas_log_init(ngx_conf_t *cf)
{
    ngx_http_maas_main_conf_t  *mmcf;

    static ngx_str_t  name = ngx_string("request_id");
    static ngx_str_t  trace = ngx_string("maas_trace_id");

    ngx_http_maas_request_id = ngx_http_get_variable_index(cf, &name);
    ngx_http_maas_log_trace = NGX_ERROR;

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_maas_module);

    if (mmcf->trace != NGX_CONF_UNSET) {
        ngx_http_maas_log_trace = ngx_http_get_variable_index(cf, &trace);

        if (ngx_http_maas_log_trace == NGX_ERROR) {
            return NGX_ERROR;
        }
    }

    return ngx_http_maas_request_id == NGX_ERROR ? NGX_ERROR : NGX_OK;
}


ngx_int_t
ngx_http_maas_add_header(ngx_http_request_t *r, char *name, char *value)
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
    h->value.data = (u_char *) value;
    h->value.len = ngx_strlen(value);

    return NGX_OK;
}


void
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

void
ngx_http_maas_keep_plain(ngx_http_request_t *r)
{
    static ngx_table_elt_t  identity;

    ngx_str_set(&identity.key, "Content-Encoding");
    ngx_str_set(&identity.value, "identity");

    r->headers_out.content_encoding = &identity;
}


/* How much of an answer is JSON, where tensors stand behind it */

static ngx_int_t
ngx_http_maas_add_json_len(ngx_http_request_t *r, size_t json_len)
{
    u_char  *number;

    number = ngx_pnalloc(r->pool, NGX_SIZE_T_LEN + 1);
    if (number == NULL) {
        return NGX_ERROR;
    }

    ngx_sprintf(number, "%uz%Z", json_len);

    return ngx_http_maas_add_header(r, "Inference-Header-Content-Length",
                                    (char *) number);
}


/* Maas-Model, Maas-Version and Maas-File */

static ngx_int_t
ngx_http_maas_add_model(ngx_http_request_t *r, ngx_http_maas_model_t *model)
{
    u_char  *sum;

    if (ngx_http_maas_add_header(r, "Maas-Model", (char *) model->name.data)
        != NGX_OK
        || ngx_http_maas_add_header(r, "Maas-Version",
                                    (char *) model->version.data)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    sum = model->sum.data;

    /* that of a generation may go before the request does */

    if (model->watch != NULL) {
        sum = ngx_pnalloc(r->pool, model->sum.len + 1);
        if (sum == NULL) {
            return NGX_ERROR;
        }

        (void) ngx_cpystrn(sum, model->sum.data, model->sum.len + 1);
    }

    return ngx_http_maas_add_header(r, "Maas-File", (char *) sum);
}


/* What all answers of ours have in common, once nothing can fail any more but
 * their headers */

static ngx_int_t
ngx_http_maas_answer(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_http_maas_loc_conf_t *mlcf, ngx_uint_t status)
{
    if (mlcf->headers && ctx->known.model != NULL
        && ngx_http_maas_add_model(r, ctx->known.model) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ctx->ours = 1;
    ngx_http_maas_count(ctx, status);

    /* the answer to a POST has no validators: no 304, no 412 */

    r->disable_not_modified = 1;

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_send(ngx_http_request_t *r, ngx_uint_t status, ngx_str_t *type,
    ngx_str_t *body, size_t json_len)
{
    ngx_buf_t                 *b;
    ngx_chain_t                out;
    ngx_http_maas_ctx_t       *ctx;
    ngx_http_maas_loc_conf_t  *mlcf;

    ctx = ngx_http_maas_get_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (json_len != 0 && ngx_http_maas_add_json_len(r, json_len) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
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

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    if (status != NGX_HTTP_OK || ctx->grpc
        || (ctx->model == NULL && mlcf->kind == NGX_HTTP_MAAS_SERVE))
    {
        ngx_http_maas_keep_plain(r);
    }

    r->headers_out.status = status;
    r->headers_out.content_length_n = (off_t) body->len;
    ngx_http_maas_set_type(r, type);

    if ((ctx->grpc && ngx_http_maas_grpc_trailers(r) != NGX_OK)
        || ngx_http_maas_answer(r, ctx, mlcf, status) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_maas_flush(r, &out);
}


ngx_int_t
ngx_http_maas_send_text(ngx_http_request_t *r, ngx_str_t *type,
    ngx_http_maas_text_t *text)
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

    return ngx_http_maas_send(r, NGX_HTTP_OK, type, &body, 0);
}


ngx_int_t
ngx_http_maas_send_message(ngx_http_request_t *r, ngx_str_t *message)
{
    ngx_int_t  rc;
    ngx_str_t  body;

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    body.data = ngx_pnalloc(r->pool, NGX_HTTP_MAAS_GRPC_HEAD + message->len);
    if (body.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memcpy(body.data + NGX_HTTP_MAAS_GRPC_HEAD, message->data,
               message->len);
    body.len = ngx_http_maas_grpc_frame(body.data, message->len);

    return ngx_http_maas_send(r, NGX_HTTP_OK, &ngx_http_maas_grpc_type, &body,
                              0);
}


/* A code of gRPC and its sentence; logs and counters have the HTTP status.  The
 * client's is 200: our filter makes it so, where the answer is not that of a
 * subrequest, whose status others look at. */

static ngx_int_t
ngx_http_maas_send_code(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_uint_t status, ngx_uint_t code, const char *text)
{
    ngx_http_maas_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    if (ngx_http_maas_grpc_only(r, code, (const u_char *) text,
                                ngx_strlen(text))
        != NGX_OK
        || ngx_http_maas_answer(r, ctx, mlcf, status) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->err_status = status;

    return ngx_http_maas_flush(r, NULL);
}


/* Will nginx show a page of the administrator's for it?  The conditions are
 * those of ngx_http_special_response_handler(). */

static ngx_uint_t
ngx_http_maas_has_page(ngx_http_request_t *r, ngx_uint_t status)
{
    ngx_uint_t                 i;
    ngx_http_err_page_t       *page;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (clcf->error_pages == NULL || r->error_page || r->uri_changes == 0) {
        return 0;
    }

    page = clcf->error_pages->elts;

    for (i = 0; i < clcf->error_pages->nelts; i++) {
        if (page[i].status == (ngx_int_t) status) {
            return 1;
        }
    }

    return 0;
}


ngx_int_t
ngx_http_maas_send_error(ngx_http_request_t *r, ngx_uint_t status,
    const char *text)
{
    ngx_str_t             body;
    ngx_http_maas_ctx_t  *ctx;
    ngx_http_maas_text_t  json;

    if (status == NGX_HTTP_SERVICE_UNAVAILABLE
        && ngx_http_maas_add_header(r, "Retry-After", "1") != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx = ngx_http_get_module_ctx(r, ngx_http_maas_module);

    if (ctx != NULL && ctx->grpc) {
        return ngx_http_maas_send_code(r, ctx, status,
                                       ngx_http_maas_grpc_code(status, 1),
                                       text);
    }

    if (ngx_http_maas_has_page(r, status)) {

        /* here it ends for us, however long the page takes */

        if (ctx != NULL) {
            ngx_http_maas_count(ctx, status);
        }

        return (ngx_int_t) status;
    }

    ngx_http_maas_text_init(&json, r->pool);
    ngx_http_maas_json_open(&json, NULL, "{");
    ngx_http_maas_json_string(&json, "error", text);
    ngx_http_maas_json_close(&json, "}");

    if (ngx_http_maas_text(&json, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_maas_send(r, status, &ngx_http_maas_json_type, &body, 0);
}


/* What is wrong, with the names that others know the request by: v2's id,
 * $request_id, which an access log or a header may have, and its trace */

static void
ngx_http_maas_log(ngx_http_request_t *r, ngx_uint_t level, const char *text)
{
    size_t                      i;
    u_char                      shown[NGX_HTTP_MAAS_ID];
    ngx_str_t                   id;
    ngx_http_maas_ctx_t        *ctx;
    ngx_http_variable_value_t  *v, *trace;

    if (r->connection->log->log_level < level) {
        return;
    }

    id.data = shown;
    id.len = 0;

    ctx = ngx_http_get_module_ctx(r, ngx_http_maas_module);

    if (ctx != NULL) {
        id.len = ngx_min(ctx->req.id.len, NGX_HTTP_MAAS_ID);
    }

    for (i = 0; i < id.len; i++) {
        shown[i] = (u_char) ctx->req.id.data[i];
        shown[i] = shown[i] < 0x20 || shown[i] > 0x7e ? '?' : shown[i];
    }

    v = ngx_http_get_indexed_variable(r, ngx_http_maas_request_id);
    trace = ngx_http_maas_log_trace == NGX_ERROR ? NULL
            : ngx_http_get_flushed_variable(r, ngx_http_maas_log_trace);

    ngx_log_error(level, r->connection->log, 0, "maas: %s%s%V%s%v%s%v", text,
                  id.len != 0 ? ", id: " : "", &id,
                  v != NULL && !v->not_found ? ", request_id: " : "",
                  v != NULL ? v : &ngx_http_variable_null_value,
                  trace != NULL && !trace->not_found ? ", trace_id: " : "",
                  trace != NULL ? trace : &ngx_http_variable_null_value);
}


/* A log has nothing of a body: a wrong name may be anything, such as a line of
 * values where names are read.  Its client is told. */

static const char *
ngx_http_maas_log_text(maas_err_t *err, char *text)
{
    char        *p, *expected;
    static char  mark[] = ", expected ";

    if (err->code != MAAS_BADNAME) {
        return err->msg;
    }

    expected = "";

    for (p = err->msg; (p = strstr(p, mark)) != NULL; p++) {
        expected = p;
    }

    *ngx_slprintf((u_char *) text, (u_char *) text + sizeof(err->msg) - 1,
                  "a name that the model has not%s", expected) = '\0';

    return text;
}


void
ngx_http_maas_fails(ngx_http_request_t *r, ngx_http_maas_reason_e why)
{
    ngx_http_maas_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_maas_module);

    if (ctx != NULL) {
        ctx->why = why;
        ctx->said_why = 1;
    }
}


ngx_int_t
ngx_http_maas_send_failure(ngx_http_request_t *r, maas_err_t *err)
{
    char                  text[sizeof(err->msg)];
    const char           *told;
    ngx_http_maas_ctx_t  *ctx;

    /* no text: the sentence is for the client */

    static const struct {
        ngx_uint_t               status;
        ngx_uint_t               level;
        ngx_http_maas_reason_e   why;
        const char              *text;
    } table[] = {

#define ngx_http_maas_row(status, level, why, text)                           \
    { status, NGX_LOG_##level, NGX_HTTP_MAAS_WHY_##why, text }

        [MAAS_OK] = ngx_http_maas_row(500, ERR, INTERNAL, "internal error"),
        [MAAS_NOMEM] = ngx_http_maas_row(500, ERR, MEMORY, "out of memory"),
        [MAAS_BADFILE] = ngx_http_maas_row(500, ERR, INTERNAL,
                                           "internal error"),
        [MAAS_BADSHAPE] = ngx_http_maas_row(400, INFO, SHAPE, NULL),
        [MAAS_BADVALUE] = ngx_http_maas_row(400, INFO, VALUE, NULL),
        [MAAS_BADNAME] = ngx_http_maas_row(400, INFO, COLUMN, NULL),
        [MAAS_TOOBIG] = ngx_http_maas_row(413, INFO, TOO_LARGE, NULL),
        [MAAS_UNSUPPORTED] = ngx_http_maas_row(400, INFO, UNSUPPORTED, NULL),
        [MAAS_BUSY] = ngx_http_maas_row(503, WARN, BUSY,
                                        "too busy, try again"),
        [MAAS_INTERNAL] = ngx_http_maas_row(500, ERR, INTERNAL,
                                            "internal error")

#undef ngx_http_maas_row

    };

    _Static_assert(sizeof(table) / sizeof(table[0]) == MAAS_INTERNAL + 1,
                   "a row for each status");

    ngx_http_maas_fails(r, table[err->code].why);
    ngx_http_maas_log(r, table[err->code].level,
                      ngx_http_maas_log_text(err, text));

    told = table[err->code].text != NULL ? table[err->code].text : err->msg;

    ctx = ngx_http_get_module_ctx(r, ngx_http_maas_module);

    /* what is not supported while nobody knows the model is how it came */

    if (ctx != NULL && ctx->grpc && ctx->model == NULL
        && err->code == MAAS_UNSUPPORTED)
    {
        return ngx_http_maas_send_code(r, ctx, table[err->code].status,
                                       NGX_HTTP_MAAS_GRPC_UNIMPLEMENTED, told);
    }

    return ngx_http_maas_send_error(r, table[err->code].status, told);
}


ngx_int_t
ngx_http_maas_refuse(ngx_http_request_t *r, ngx_uint_t status,
    const char *fmt, ...)
{
    u_char                text[NGX_HTTP_MAAS_SENTENCE];
    va_list               args;
    ngx_int_t             rc;
    ngx_http_maas_ctx_t  *ctx;

    va_start(args, fmt);
    *ngx_vslprintf(text, text + sizeof(text) - 1, fmt, args) = '\0';
    va_end(args);

    ngx_http_maas_log(r, NGX_LOG_INFO, (char *) text);

    /* whoever answers in our place may want the body */

    ctx = ngx_http_get_module_ctx(r, ngx_http_maas_module);

    if ((ctx != NULL && ctx->grpc) || !ngx_http_maas_has_page(r, status)) {
        rc = ngx_http_discard_request_body(r);
        if (rc != NGX_OK) {
            return rc;
        }
    }

    return ngx_http_maas_send_error(r, status, (char *) text);
}


ngx_int_t
ngx_http_maas_allow(ngx_http_request_t *r, ngx_uint_t allowed)
{
    char  *allow;

    if (r->method & allowed) {
        return NGX_DECLINED;
    }

    allow = allowed == NGX_HTTP_POST ? "POST" : "GET, HEAD";

    if (ngx_http_maas_add_header(r, "Allow", allow) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_maas_refuse(r, NGX_HTTP_NOT_ALLOWED,
                                "Method Not Allowed, expected %s", allow);
}
