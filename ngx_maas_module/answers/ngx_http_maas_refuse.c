
/*
 * Requests that are refused or fail: what an error of the engine means to a
 * client, and what is logged of it.
 * Not here: how it is sent (ngx_http_maas_response.c), nginx's own error pages
 * (ngx_http_maas_errors.c).
 */


#include "ngx_http_maas_conf.h"
#include "ngx_http_maas_ctx.h"
#include "ngx_http_maas_response.h"


#define NGX_HTTP_MAAS_SENTENCE  200        /* bytes */
#define NGX_HTTP_MAAS_ID        80         /* of a request's id in the log */


ngx_int_t
ngx_http_maas_log_init(ngx_conf_t *cf)
{
    ngx_http_maas_main_conf_t  *mmcf;

    static ngx_str_t  name = ngx_string("request_id");
    static ngx_str_t  trace = ngx_string("maas_trace_id");

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_maas_module);

    mmcf->log_id = ngx_http_get_variable_index(cf, &name);
    mmcf->log_trace = NGX_ERROR;

    if (mmcf->trace != NGX_CONF_UNSET) {
        mmcf->log_trace = ngx_http_get_variable_index(cf, &trace);

        if (mmcf->log_trace == NGX_ERROR) {
            return NGX_ERROR;
        }
    }

    return mmcf->log_id == NGX_ERROR ? NGX_ERROR : NGX_OK;
}


/* A code of gRPC and its sentence; logs and counters have the HTTP status.  The
 * client's is 200: our filter makes it so, where the answer is not that of a
 * subrequest, whose status others look at. */

static ngx_int_t
ngx_http_maas_send_code(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_uint_t status, ngx_uint_t code, const char *text)
{
    if (ngx_http_maas_grpc_only(r, code, (const u_char *) text,
                                ngx_strlen(text))
        != NGX_OK
        || ngx_http_maas_answer(r, ctx, status) != NGX_OK)
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
    ngx_http_maas_main_conf_t  *mmcf;
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

    mmcf = ngx_http_get_module_main_conf(r, ngx_http_maas_module);

    v = ngx_http_get_indexed_variable(r, mmcf->log_id);
    trace = mmcf->log_trace == NGX_ERROR ? NULL
            : ngx_http_get_flushed_variable(r, mmcf->log_trace);

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
