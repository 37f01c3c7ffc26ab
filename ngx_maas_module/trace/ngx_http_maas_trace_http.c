
/*
 * What a span says of a request by OpenTelemetry's semantic conventions for
 * servers of HTTP.  Nothing of bodies, arguments, headers and addresses.
 * Not here: what a model adds to that (ngx_http_maas_trace_parts.c).
 */


#include "ngx_http_maas_trace.h"


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


ngx_str_t
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


ngx_uint_t
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


void
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


ngx_int_t
ngx_http_maas_span_name(ngx_http_request_t *r, ngx_http_maas_rpc_t *rpc,
    ngx_str_t *name)
{
    u_char                    *p;
    ngx_str_t                  first, second;
    ngx_http_core_loc_conf_t  *clcf;

    if (rpc != NULL && rpc->status != NGX_HTTP_MAAS_GRPC_UNIMPLEMENTED) {
        first = rpc->service;
        second = rpc->method;

    } else {
        clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);
        first = ngx_http_maas_span_method(r);
        first = ngx_http_maas_span_known(&first);
        second = clcf->name;
        rpc = NULL;

        if (first.data[0] == '_') {
            ngx_str_set(&first, "HTTP");
        }
    }

    p = ngx_pnalloc(r->pool, first.len + 1 + second.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    name->data = p;
    p = ngx_cpymem(p, first.data, first.len);

    if (second.len > 0) {
        *p++ = rpc == NULL ? ' ' : '/';
        p = ngx_cpymem(p, second.data, second.len);
    }

    name->len = p - name->data;

    return NGX_OK;
}
