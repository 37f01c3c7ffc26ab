
/*
 * A request as a span, by OpenTelemetry's semantic conventions for servers of
 * HTTP.  Nothing of bodies, arguments, headers and addresses.
 * Not here: what is below it (ngx_http_maas_trace_parts.c).
 */


#include "ngx_http_maas_trace.h"


#define NGX_HTTP_MAAS_SPAN_ROOM  3072      /* bytes of most lines */


/* Method of the client's own request: redirects change r->method. */

static ngx_str_t
ngx_http_maas_span_method(ngx_http_request_t *r)
{
    u_char     *p;
    ngx_str_t   method;

    if (r != r->main) {
        return r->method_name;
    }

    method = r->request_line;
    p = ngx_strlchr(method.data, method.data + method.len, ' ');
    method.len = p == NULL ? 0 : p - method.data;

    return method;
}


/* As it is, or the word for one that is not well known, so that there are few
 * names */

static ngx_str_t
ngx_http_maas_span_known(ngx_str_t *method)
{
    ngx_uint_t  i;

    static const ngx_str_t  known[] = {
        ngx_string("GET"), ngx_string("HEAD"), ngx_string("POST"),
        ngx_string("PUT"), ngx_string("DELETE"), ngx_string("CONNECT"),
        ngx_string("OPTIONS"), ngx_string("TRACE"), ngx_string("PATCH")
    };

    static const ngx_str_t  other = ngx_string("_OTHER");

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (ngx_http_maas_text_same(method, &known[i])) {
            return known[i];
        }
    }

    return other;
}


/* What was asked for, without arguments */

static ngx_str_t
ngx_http_maas_span_path(ngx_http_request_t *r)
{
    size_t     i;
    ngx_str_t  path;

    if (r != r->main) {
        return r->uri;
    }

    path = r->unparsed_uri;

    for (i = 0; i < path.len; i++) {
        if (path.data[i] == '?' || path.data[i] == '#') {
            path.len = i;
        }
    }

    return path;
}


/* As $status has it; 0: none is known */

static ngx_uint_t
ngx_http_maas_span_status(ngx_http_request_t *r)
{
    return r->err_status ? r->err_status : r->headers_out.status;
}


static void
ngx_http_maas_span_protocol(ngx_http_request_t *r, ngx_http_maas_text_t *t)
{
    ngx_uint_t  i;

    static const struct {
        ngx_uint_t  version;
        ngx_str_t   text;
    } known[] = {
        { 9,    ngx_string("0.9") },
        { 1000, ngx_string("1.0") },
        { 1001, ngx_string("1.1") },
        { 2000, ngx_string("2") },
        { 3000, ngx_string("3") }
    };

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (known[i].version == r->http_version) {
            ngx_http_maas_trace_word(t, "network.protocol.version",
                                     &known[i].text);
        }
    }
}


static void
ngx_http_maas_span_http(ngx_http_request_t *r, ngx_http_maas_text_t *t,
    const char *failed)
{
    ngx_str_t                  method, known, scheme, path;
    ngx_uint_t                 status;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    method = ngx_http_maas_span_method(r);
    known = ngx_http_maas_span_known(&method);
    ngx_http_maas_trace_word(t, "http.request.method", &known);

    if (method.len > 0 && !ngx_http_maas_text_same(&method, &known)) {
        ngx_http_maas_trace_text(t, "http.request.method_original",
                                 method.data, method.len);
    }

    ngx_str_set(&scheme, "http");

#if (NGX_HTTP_SSL)
    if (r->connection->ssl != NULL) {
        ngx_str_set(&scheme, "https");
    }
#endif

    ngx_http_maas_trace_word(t, "url.scheme", &scheme);

    path = ngx_http_maas_span_path(r);
    ngx_http_maas_trace_text(t, "url.path", path.data, path.len);

    if (clcf->name.len > 0) {
        ngx_http_maas_trace_text(t, "http.route", clcf->name.data,
                                 clcf->name.len);
    }

    status = ngx_http_maas_span_status(r);

    if (status != 0) {
        ngx_http_maas_trace_number(t, "http.response.status_code", status);
    }

    if (failed != NULL) {
        ngx_http_maas_trace_text(t, "error.type", (u_char *) failed,
                                 ngx_strlen(failed));
    }

    ngx_http_maas_span_protocol(r, t);
}


/* "POST /score": few of them, by the location's name */

static ngx_int_t
ngx_http_maas_span_name(ngx_http_request_t *r, ngx_str_t *name)
{
    u_char                    *p;
    ngx_str_t                  method;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);
    method = ngx_http_maas_span_method(r);
    method = ngx_http_maas_span_known(&method);

    if (method.data[0] == '_') {
        ngx_str_set(&method, "HTTP");
    }

    p = ngx_pnalloc(r->pool, method.len + 1 + clcf->name.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    name->data = p;
    name->len = ngx_sprintf(p, clcf->name.len > 0 ? "%V %V" : "%V", &method,
                            &clcf->name)
                - p;

    return NGX_OK;
}


/* Which span it is.  A subrequest has one below that of its main request. */

static void
ngx_http_maas_span_place(ngx_http_request_t *r, ngx_http_maas_trace_t *trace,
    ngx_http_maas_span_t *span)
{
    uint64_t                    id;
    ngx_http_maas_main_conf_t  *mmcf;

    span->own = trace->own;

    if (r == r->main) {
        span->kind = NGX_HTTP_MAAS_SPAN_SERVER;
        span->parent = trace->child ? trace->parent : NULL;
        span->remote = trace->child;
        return;
    }

    span->kind = NGX_HTTP_MAAS_SPAN_INTERNAL;
    span->parent = trace->own.span;

    mmcf = ngx_http_get_module_main_conf(r, ngx_http_maas_module);
    id = ngx_http_maas_trace_random(mmcf->trace_seed) | 1;
    ngx_memcpy(span->own.span, &id, NGX_HTTP_MAAS_SPAN_BYTES);
}


/* When it began, which nginx knows in ms, and that it ends now.  Whoever sets
 * the clock meanwhile: a span does not end before it begins, and what is below
 * it is within. */

static uint64_t
ngx_http_maas_span_times(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_http_maas_span_t *span)
{
    uint64_t  before;

    span->to = ngx_http_maas_clock(CLOCK_REALTIME);
    before = span->to - ngx_http_maas_now();

    span->from = ((uint64_t) r->start_sec * 1000 + r->start_msec) * 1000000;

    if (ctx != NULL && ctx->at.body != 0) {
        span->from = ngx_min(span->from, ctx->at.body + before);
    }

    span->from = ngx_min(span->from, span->to);

    return before;
}


ngx_int_t
ngx_http_maas_trace_line(ngx_http_request_t *r, ngx_http_maas_trace_t *trace,
    ngx_str_t *line)
{
    u_char                 code[NGX_INT_T_LEN + 1];
    uint64_t               before;
    ngx_str_t              state;
    ngx_uint_t             status;
    ngx_http_maas_ctx_t   *ctx;
    ngx_http_maas_span_t   span;
    ngx_http_maas_text_t   t;

    ngx_memzero(&span, sizeof(ngx_http_maas_span_t));
    ngx_http_maas_span_place(r, trace, &span);

    /* none of ours, or a thread is at work: nothing is known */

    ctx = r->aio ? NULL : ngx_http_maas_asked(r);
    before = ngx_http_maas_span_times(r, ctx, &span);

    ngx_str_null(&state);

    if (ngx_http_maas_span_name(r, &span.name) != NGX_OK
        || (trace->child
            && ngx_http_maas_trace_header(r->main, &ngx_http_maas_tracestate,
                                          &state)
               != NGX_OK))
    {
        return NGX_ERROR;
    }

    span.failed = ctx == NULL ? NULL : ngx_http_maas_trace_why(ctx);
    status = ngx_http_maas_span_status(r);

    if (span.failed == NULL && status >= NGX_HTTP_INTERNAL_SERVER_ERROR) {
        *ngx_sprintf(code, "%ui", status) = '\0';
        span.failed = (char *) code;
    }

    ngx_http_maas_text_init(&t, r->pool);
    (void) ngx_http_maas_text_reserve(&t, NGX_HTTP_MAAS_SPAN_ROOM);
    ngx_http_maas_put_text(&t, &trace->tracing->head);

    ngx_http_maas_span_open(&t, &span, &state);
    ngx_http_maas_json_open(&t, "attributes", "[");
    ngx_http_maas_span_http(r, &t, span.failed);

    if (ctx != NULL) {
        ngx_http_maas_trace_asked(&t, ctx);
    }

    ngx_http_maas_json_close(&t, "]");

    /* what the client did wrong is no error of the server */

    if (status != 0 && status < NGX_HTTP_INTERNAL_SERVER_ERROR) {
        span.failed = NULL;
    }

    ngx_http_maas_span_close(&t, &span);

    if (ctx != NULL) {
        ngx_http_maas_trace_parts(&t, ctx, &span, before);
    }

    ngx_http_maas_json_close(&t, "]}]}]}");

    return ngx_http_maas_text(&t, line);
}
