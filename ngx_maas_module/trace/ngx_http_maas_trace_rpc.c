
/*
 * What a request is as a call of gRPC, whoever answers it: the method that its
 * path names, and the status behind the answer.
 * Not here: gRPC itself (request/, answers/).
 */


#include "ngx_http_maas_trace.h"


#define NGX_HTTP_MAAS_RPC_DIGITS  2        /* of a status */


static ngx_str_t  ngx_http_maas_rpc_status = ngx_string("grpc-status");


/* Among headers or trailers; -1: it is not there */

static ngx_int_t
ngx_http_maas_rpc_find(ngx_list_t *list)
{
    ngx_str_t  *value;

    value = ngx_http_maas_trace_nth(list, &ngx_http_maas_rpc_status, 0);

    if (value == NULL || value->len > NGX_HTTP_MAAS_RPC_DIGITS) {
        return NGX_ERROR;
    }

    return ngx_atoi(value->data, value->len);
}


/* "/package.Service/Method" */

static ngx_int_t
ngx_http_maas_rpc_split(ngx_str_t path, ngx_http_maas_rpc_t *rpc)
{
    u_char  *p, *last;

    if (path.len < 2 || path.data[0] != '/') {
        return NGX_ERROR;
    }

    last = path.data + path.len;
    p = ngx_strlchr(path.data + 1, last, '/');

    if (p == NULL || p == path.data + 1 || p + 1 == last
        || ngx_strlchr(p + 1, last, '/') != NULL)
    {
        return NGX_ERROR;
    }

    rpc->service.data = path.data + 1;
    rpc->service.len = p - rpc->service.data;
    rpc->method.data = p + 1;
    rpc->method.len = last - rpc->method.data;

    return NGX_OK;
}


ngx_uint_t
ngx_http_maas_rpc(ngx_http_request_t *r, ngx_str_t path,
    ngx_http_maas_rpc_t *rpc)
{
    ngx_str_t  *type, *grpc;

    if (r != r->main || r->http_version < NGX_HTTP_VERSION_20
        || r->headers_in.content_type == NULL)
    {
        return 0;
    }

    type = &r->headers_in.content_type->value;
    grpc = &ngx_http_maas_grpc_type;

    /* whatever stands behind it: other servers read more than protobuf */

    if (type->len < grpc->len
        || ngx_strncasecmp(type->data, grpc->data, grpc->len) != 0
        || ngx_http_maas_rpc_split(path, rpc) != NGX_OK)
    {
        return 0;
    }

    rpc->status = ngx_http_maas_rpc_find(&r->headers_out.trailers);

    if (rpc->status == NGX_ERROR) {
        rpc->status = ngx_http_maas_rpc_find(&r->headers_out.headers);
    }

    return 1;
}


/* As the conventions have it for servers */

ngx_uint_t
ngx_http_maas_rpc_failed(const ngx_http_maas_rpc_t *rpc)
{
    switch (rpc->status) {

    case NGX_HTTP_MAAS_GRPC_UNKNOWN:
    case NGX_HTTP_MAAS_GRPC_DEADLINE:
    case NGX_HTTP_MAAS_GRPC_UNIMPLEMENTED:
    case NGX_HTTP_MAAS_GRPC_INTERNAL:
    case NGX_HTTP_MAAS_GRPC_UNAVAILABLE:
    case NGX_HTTP_MAAS_GRPC_DATA_LOSS:
        return 1;
    }

    return 0;
}


void
ngx_http_maas_rpc_attributes(ngx_http_maas_text_t *t,
    const ngx_http_maas_rpc_t *rpc)
{
    static ngx_str_t  grpc = ngx_string("grpc");

    ngx_http_maas_trace_word(t, "rpc.system", &grpc);
    ngx_http_maas_trace_text(t, "rpc.service", rpc->service.data,
                             rpc->service.len);
    ngx_http_maas_trace_text(t, "rpc.method", rpc->method.data,
                             rpc->method.len);

    if (rpc->status != NGX_ERROR) {
        ngx_http_maas_trace_number(t, "rpc.grpc.status_code", rpc->status);
    }
}
