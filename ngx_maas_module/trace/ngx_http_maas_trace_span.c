
/*
 * A request as a line: its span, those of what it took, and those of models
 * that its subrequests asked.
 * Not here: what spans say (ngx_http_maas_trace_http.c,
 * ngx_http_maas_trace_parts.c).
 */


#include "ngx_http_maas_trace.h"


#define NGX_HTTP_MAAS_SPAN_ROOM  3072      /* bytes of most lines */
#define NGX_HTTP_MAAS_SPAN_NAME  128       /* of a subrequest's span */
#define NGX_HTTP_MAAS_SPAN_SUBS  16        /* children before those */


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


/* Why it failed, one word: known of the model, or the status in code(),
 * digits; *ours: it is an error of the server.  NULL: it did not */

static const char *
ngx_http_maas_span_failed(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_http_maas_rpc_t *rpc, u_char *code, ngx_uint_t *ours)
{
    ngx_uint_t   status;
    const char  *why;

    status = ngx_http_maas_span_status(r);
    *ours = status == 0 || status >= NGX_HTTP_INTERNAL_SERVER_ERROR
            || (rpc != NULL && ngx_http_maas_rpc_failed(rpc));

    why = ctx == NULL ? NULL : ngx_http_maas_trace_why(ctx);

    if (why == NULL && *ours && status != 0) {
        status = status < NGX_HTTP_INTERNAL_SERVER_ERROR
                 ? (ngx_uint_t) rpc->status : status;
        *ngx_sprintf(code, "%ui", status) = '\0';
        why = (char *) code;
    }

    return why;
}


/* Of a subrequest that has no line of its own, what its model took */

static void
ngx_http_maas_span_sub(ngx_http_maas_text_t *t, ngx_http_maas_ctx_t *ctx,
    const ngx_http_maas_span_t *span, ngx_uint_t n, uint64_t before)
{
    u_char                     name[NGX_HTTP_MAAS_SPAN_NAME];
    const char                *why;
    ngx_http_maas_span_t       sub;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(ctx->request, ngx_http_core_module);

    if (clcf->log_subrequest || ctx->at.body == 0 || ctx->at.sent == 0
        || ctx->request->aio
        || ngx_http_maas_asked(ctx->request) != ctx)
    {
        return;
    }

    why = ngx_http_maas_trace_why(ctx);

    ngx_memzero(&sub, sizeof(ngx_http_maas_span_t));
    sub.own = span->own;
    ngx_http_maas_span_child(span->own.span, n, sub.own.span);
    sub.parent = span->own.span;
    sub.kind = NGX_HTTP_MAAS_SPAN_INTERNAL;
    sub.name.data = name;
    sub.name.len = ngx_snprintf(name, sizeof(name), "predict %V",
                                &ctx->known.model->name)
                   - name;
    sub.from = ctx->at.body + before;
    sub.to = ctx->at.sent + before;
    sub.failed = why;

    ngx_http_maas_span_open(t, &sub, NULL);
    ngx_http_maas_json_open(t, "attributes", "[");

    if (why != NULL) {
        ngx_http_maas_trace_text(t, "error.type", (u_char *) why,
                                 ngx_strlen(why));
    }

    ngx_http_maas_trace_asked(t, ctx);
    ngx_http_maas_json_close(t, "]");
    ngx_http_maas_span_close(t, &sub);

    ngx_http_maas_trace_parts(t, ctx, &sub, before);
}


static void
ngx_http_maas_span_subs(ngx_http_request_t *r, ngx_http_maas_text_t *t,
    const ngx_http_maas_span_t *span, uint64_t before)
{
    void                 *at;
    ngx_uint_t            n;
    ngx_http_maas_ctx_t  *ctx;

    if (r != r->main) {
        return;
    }

    at = NULL;
    n = NGX_HTTP_MAAS_SPAN_SUBS;

    while ((ctx = ngx_http_maas_asked_next(r->pool, &at)) != NULL) {
        if (ctx->request != r) {
            ngx_http_maas_span_sub(t, ctx, span, n++, before);
        }
    }
}


/* The span of r itself; failed: why, also where that is the client's fault */

static void
ngx_http_maas_span_put(ngx_http_request_t *r, ngx_http_maas_text_t *t,
    ngx_http_maas_ctx_t *ctx, ngx_http_maas_rpc_t *rpc,
    const ngx_http_maas_span_t *span, ngx_str_t *state, const char *failed)
{
    ngx_http_maas_span_open(t, span, state);
    ngx_http_maas_json_open(t, "attributes", "[");
    ngx_http_maas_span_http(r, t, failed);

    if (rpc != NULL) {
        ngx_http_maas_rpc_attributes(t, rpc);
    }

    if (ctx != NULL) {
        ngx_http_maas_trace_asked(t, ctx);
    }

    ngx_http_maas_trace_scored(r, t);

    ngx_http_maas_json_close(t, "]");
    ngx_http_maas_span_close(t, span);
}


ngx_int_t
ngx_http_maas_trace_line(ngx_http_request_t *r, ngx_http_maas_trace_t *trace,
    ngx_str_t *line)
{
    u_char                 code[NGX_INT_T_LEN + 1];
    uint64_t               before;
    ngx_str_t              state;
    ngx_uint_t             ours;
    const char            *why;
    ngx_http_maas_rpc_t    call, *rpc;
    ngx_http_maas_ctx_t   *ctx;
    ngx_http_maas_span_t   span;
    ngx_http_maas_text_t   t;

    ngx_memzero(&span, sizeof(ngx_http_maas_span_t));
    ngx_http_maas_span_place(r, trace, &span);

    /* none of ours, or a thread is at work: nothing is known */

    ctx = r->aio ? NULL : ngx_http_maas_asked(r);
    rpc = ngx_http_maas_rpc(r, ngx_http_maas_span_path(r), &call) ? &call
                                                                  : NULL;
    before = ngx_http_maas_span_times(r, ctx, &span);

    ngx_str_null(&state);

    if (ngx_http_maas_span_name(r, rpc, &span.name) != NGX_OK
        || (trace->child
            && ngx_http_maas_trace_header(r->main, &ngx_http_maas_tracestate,
                                          &state)
               != NGX_OK))
    {
        return NGX_ERROR;
    }

    why = ngx_http_maas_span_failed(r, ctx, rpc, code, &ours);
    span.failed = ours ? why : NULL;

    ngx_http_maas_text_init(&t, r->pool);
    (void) ngx_http_maas_text_reserve(&t, NGX_HTTP_MAAS_SPAN_ROOM);
    ngx_http_maas_put_text(&t, &trace->tracing->head);

    ngx_http_maas_span_put(r, &t, ctx, rpc, &span, &state, why);

    if (ctx != NULL) {
        ngx_http_maas_trace_parts(&t, ctx, &span, before);
    }

    ngx_http_maas_span_subs(r, &t, &span, before);

    ngx_http_maas_json_close(&t, "]}]}]}");

    return ngx_http_maas_text(&t, line);
}
