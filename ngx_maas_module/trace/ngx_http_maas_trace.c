
/*
 * Where a request stands in a trace: decided once, when one of the variables is
 * read first, for its redirects and subrequests, too.
 * Not here: variables (ngx_http_maas_trace_variables.c), spans
 * (ngx_http_maas_trace_span.c).
 */


#include "ngx_http_maas_trace.h"


ngx_str_t  ngx_http_maas_traceparent = ngx_string("traceparent");
ngx_str_t  ngx_http_maas_tracestate = ngx_string("tracestate");


ngx_str_t *
ngx_http_maas_trace_nth(ngx_list_t *list, ngx_str_t *name, ngx_uint_t n)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &list->part; part != NULL; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (h[i].key.len == name->len
                && ngx_strncasecmp(h[i].key.data, name->data, name->len) == 0
                && n-- == 0)
            {
                return &h[i].value;
            }
        }
    }

    return NULL;
}


ngx_int_t
ngx_http_maas_trace_header(ngx_http_request_t *r, ngx_str_t *name,
    ngx_str_t *value)
{
    size_t       len;
    u_char      *p;
    ngx_str_t   *one;
    ngx_list_t  *list;
    ngx_uint_t   n;

    ngx_str_null(value);
    len = 0;
    list = &r->headers_in.headers;

    for (n = 0; (one = ngx_http_maas_trace_nth(list, name, n)) != NULL; n++) {
        len += one->len + 1;
        *value = *one;
    }

    if (n < 2) {
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    value->data = p;
    value->len = len - 1;

    for (n = 0; (one = ngx_http_maas_trace_nth(list, name, n)) != NULL; n++) {
        if (n > 0) {
            *p++ = ',';
        }

        p = ngx_cpymem(p, one->data, one->len);
    }

    return NGX_OK;
}


/* A new id of n bytes, 8 at a time; zeros are none */

static void
ngx_http_maas_trace_id(ngx_http_maas_main_conf_t *mmcf, uint8_t *id, size_t n)
{
    size_t    i;
    uint64_t  bits;

    for (i = 0; i < n; i += sizeof(bits)) {
        do {
            bits = ngx_http_maas_trace_random(mmcf->trace_seed);
        } while (bits == 0);

        ngx_memcpy(id + i, &bits, sizeof(bits));
    }
}


/* Does a client's trace go on?  Several headers are none: their commas are in
 * the wrong place. */

static ngx_int_t
ngx_http_maas_trace_join(ngx_http_request_t *r, ngx_http_maas_trace_t *trace)
{
    ngx_str_t  value;

    if (trace->tracing->parent == NGX_HTTP_MAAS_PARENT_OFF) {
        return NGX_OK;
    }

    if (ngx_http_maas_trace_header(r, &ngx_http_maas_traceparent, &value)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_http_maas_traceparent_read(value.data, value.len, &trace->own)) {
        ngx_memcpy(trace->parent, trace->own.span, NGX_HTTP_MAAS_SPAN_BYTES);
        trace->child = 1;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_maas_trace_decide(ngx_http_request_t *r,
    ngx_http_maas_main_conf_t *mmcf, ngx_http_maas_trace_t *trace)
{
    ngx_uint_t  sampled;

    if (ngx_http_maas_trace_join(r, trace) != NGX_OK) {
        return NGX_ERROR;
    }

    if (!trace->child) {
        ngx_http_maas_trace_id(mmcf, trace->own.trace,
                               NGX_HTTP_MAAS_TRACE_BYTES);
        trace->own.flags = NGX_HTTP_MAAS_TRACE_RANDOM;
    }

    ngx_http_maas_trace_id(mmcf, trace->own.span, NGX_HTTP_MAAS_SPAN_BYTES);

    sampled = trace->child && trace->tracing->parent == NGX_HTTP_MAAS_PARENT_ON
              ? trace->own.flags & NGX_HTTP_MAAS_TRACE_SAMPLED
              : ngx_http_maas_trace_taken(&trace->own, trace->tracing->below);

    trace->own.flags &= NGX_HTTP_MAAS_TRACE_RANDOM;
    trace->own.flags |= sampled ? NGX_HTTP_MAAS_TRACE_SAMPLED : 0;

    return NGX_OK;
}


ngx_http_maas_trace_t *
ngx_http_maas_trace(ngx_http_request_t *r)
{
    ngx_http_maas_trace_t      *trace;
    ngx_http_maas_loc_conf_t   *mlcf;
    ngx_http_maas_main_conf_t  *mmcf;
    ngx_http_variable_value_t  *v;

    r = r->main;
    mmcf = ngx_http_get_module_main_conf(r, ngx_http_maas_module);

    if (mmcf->trace == NGX_CONF_UNSET) {
        return NULL;
    }

    /* a slot that redirects leave as it is: ngx_http_maas_state.c */

    v = &r->variables[mmcf->trace];

    if (v->valid || v->not_found) {
        return v->valid ? (ngx_http_maas_trace_t *) v->data : NULL;
    }

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    if (mlcf->tracing == NULL) {
        return NULL;
    }

    v->not_found = 1;

    trace = ngx_pcalloc(r->pool, sizeof(ngx_http_maas_trace_t));
    if (trace == NULL) {
        return NULL;
    }

    trace->tracing = mlcf->tracing;

    if (ngx_http_maas_trace_decide(r, mmcf, trace) != NGX_OK) {
        return NULL;
    }

    v->not_found = 0;
    v->valid = 1;
    v->data = (u_char *) trace;

    return trace;
}
