
/*
 * Variables of traces, for logs, upstreams and answers.
 * Not here: what they say (ngx_http_maas_trace.c, ngx_http_maas_trace_span.c).
 */


#include "ngx_http_maas_trace.h"


/* Nothing, or a text */

static ngx_int_t
ngx_http_maas_trace_value(ngx_http_variable_value_t *v, const u_char *data,
    size_t len)
{
    v->len = (unsigned) len;
    v->valid = data != NULL;
    v->no_cacheable = 0;
    v->not_found = data == NULL;
    v->data = (u_char *) data;

    return NGX_OK;
}


/* Where nothing is traced, upstreams get what the client sent. */

static ngx_int_t
ngx_http_maas_trace_pass(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    ngx_str_t *name)
{
    ngx_str_t  value;

    if (ngx_http_maas_trace_header(r->main, name, &value) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_maas_trace_value(v, value.data, value.len);
}


static ngx_int_t
ngx_http_maas_trace_parent_value(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    u_char                 *p;
    ngx_http_maas_trace_t  *trace;

    trace = ngx_http_maas_trace(r);

    if (trace == NULL) {
        return ngx_http_maas_trace_pass(r, v, &ngx_http_maas_traceparent);
    }

    p = ngx_pnalloc(r->pool, NGX_HTTP_MAAS_TRACEPARENT_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_http_maas_traceparent_write(&trace->own, p);

    return ngx_http_maas_trace_value(v, p, NGX_HTTP_MAAS_TRACEPARENT_LEN);
}


/* It belongs to the client's trace and goes with it. */

static ngx_int_t
ngx_http_maas_trace_state_value(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_maas_trace_t  *trace;

    trace = ngx_http_maas_trace(r);

    return trace == NULL || trace->child
           ? ngx_http_maas_trace_pass(r, v, &ngx_http_maas_tracestate)
           : ngx_http_maas_trace_value(v, NULL, 0);
}


/* data: where the id is */

static ngx_int_t
ngx_http_maas_trace_id_value(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    size_t                  n;
    u_char                 *p;
    ngx_http_maas_trace_t  *trace;

    trace = ngx_http_maas_trace(r);

    if (trace == NULL) {
        return ngx_http_maas_trace_value(v, NULL, 0);
    }

    n = data == offsetof(ngx_http_maas_trace_t, own.trace)
        ? NGX_HTTP_MAAS_TRACE_BYTES : NGX_HTTP_MAAS_SPAN_BYTES;

    p = ngx_pnalloc(r->pool, 2 * n);
    if (p == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_http_maas_trace_hex((uint8_t *) trace + data, n, p);

    return ngx_http_maas_trace_value(v, p, 2 * n);
}


static ngx_int_t
ngx_http_maas_trace_sampled_value(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_maas_trace_t  *trace;

    trace = ngx_http_maas_trace(r);

    if (trace == NULL) {
        return ngx_http_maas_trace_value(v, NULL, 0);
    }

    return ngx_http_maas_trace_value(v, (u_char *)
               (trace->own.flags & NGX_HTTP_MAAS_TRACE_SAMPLED ? "1" : "0"),
               1);
}


static ngx_int_t
ngx_http_maas_trace_span_value(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t               line;
    ngx_http_maas_trace_t  *trace;

    trace = ngx_http_maas_trace(r);

    if (trace == NULL || !(trace->own.flags & NGX_HTTP_MAAS_TRACE_SAMPLED)) {
        return ngx_http_maas_trace_value(v, NULL, 0);
    }

    if (ngx_http_maas_trace_line(r, trace, &line) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_maas_trace_value(v, line.data, line.len);
}


static ngx_http_variable_t  ngx_http_maas_trace_list[] = {

    { .name = ngx_string("maas_traceparent"),
      .get_handler = ngx_http_maas_trace_parent_value },

    { .name = ngx_string("maas_tracestate"),
      .get_handler = ngx_http_maas_trace_state_value },

    { .name = ngx_string("maas_trace_id"),
      .get_handler = ngx_http_maas_trace_id_value,
      .data = offsetof(ngx_http_maas_trace_t, own.trace) },

    { .name = ngx_string("maas_span_id"),
      .get_handler = ngx_http_maas_trace_id_value,
      .data = offsetof(ngx_http_maas_trace_t, own.span) },

    { .name = ngx_string("maas_sampled"),
      .get_handler = ngx_http_maas_trace_sampled_value },

    { .name = ngx_string("maas_span"),
      .get_handler = ngx_http_maas_trace_span_value },

    { .name = ngx_null_string }
};


ngx_int_t
ngx_http_maas_trace_variables(ngx_conf_t *cf)
{
    /* not kept: a location without maas_trace may come first, and the span is
     * not over */

    return ngx_http_maas_variables(cf, ngx_http_maas_trace_list);
}
