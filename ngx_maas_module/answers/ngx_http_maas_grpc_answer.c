
/*
 * gRPC over HTTP/2: which requests are, and what makes an answer one: a frame
 * around its message, a status behind it, or a status alone.
 * Not here: requests (request/ngx_http_maas_grpc_frame.c), methods (routes/).
 *
 * Source: PROTOCOL-HTTP2.md and statuscodes.md of gRPC.
 */


#include "ngx_http_maas_response.h"


ngx_str_t  ngx_http_maas_grpc_type = ngx_string("application/grpc");


/* What an HTTP status is in gRPC, and what it is where nginx itself says it, as
 * http-grpc-status-mapping.md of gRPC has it, but for 400 and 413, which do not
 * mean there what they mean here */

typedef struct {
    ngx_uint_t  status;
    ngx_uint_t  code;
    ngx_uint_t  nginx;
} ngx_http_maas_grpc_code_t;


ngx_uint_t
ngx_http_maas_grpc_code(ngx_uint_t status, ngx_uint_t ours)
{
    const ngx_http_maas_grpc_code_t  *c;

    static const ngx_http_maas_grpc_code_t  codes[] = {
        { 400, NGX_HTTP_MAAS_GRPC_ARGUMENT,      NGX_HTTP_MAAS_GRPC_ARGUMENT },
        { 401, NGX_HTTP_MAAS_GRPC_WHO,           NGX_HTTP_MAAS_GRPC_WHO },
        { 403, NGX_HTTP_MAAS_GRPC_DENIED,        NGX_HTTP_MAAS_GRPC_DENIED },
        { 404, NGX_HTTP_MAAS_GRPC_NOT_FOUND,
               NGX_HTTP_MAAS_GRPC_UNIMPLEMENTED },
        { 405, NGX_HTTP_MAAS_GRPC_UNIMPLEMENTED,
               NGX_HTTP_MAAS_GRPC_UNIMPLEMENTED },
        { 408, NGX_HTTP_MAAS_GRPC_DEADLINE,      NGX_HTTP_MAAS_GRPC_DEADLINE },
        { 413, NGX_HTTP_MAAS_GRPC_EXHAUSTED,     NGX_HTTP_MAAS_GRPC_EXHAUSTED },
        { 415, NGX_HTTP_MAAS_GRPC_UNIMPLEMENTED,
               NGX_HTTP_MAAS_GRPC_UNIMPLEMENTED },
        { 429, NGX_HTTP_MAAS_GRPC_EXHAUSTED,     NGX_HTTP_MAAS_GRPC_EXHAUSTED },
        { 499, NGX_HTTP_MAAS_GRPC_CANCELLED,     NGX_HTTP_MAAS_GRPC_CANCELLED },
        { 500, NGX_HTTP_MAAS_GRPC_INTERNAL,      NGX_HTTP_MAAS_GRPC_INTERNAL },
        { 501, NGX_HTTP_MAAS_GRPC_UNIMPLEMENTED,
               NGX_HTTP_MAAS_GRPC_UNIMPLEMENTED },
        { 502, NGX_HTTP_MAAS_GRPC_UNAVAILABLE,
               NGX_HTTP_MAAS_GRPC_UNAVAILABLE },
        { 503, NGX_HTTP_MAAS_GRPC_UNAVAILABLE,
               NGX_HTTP_MAAS_GRPC_UNAVAILABLE },
        { 504, NGX_HTTP_MAAS_GRPC_DEADLINE,
               NGX_HTTP_MAAS_GRPC_UNAVAILABLE },
        { 0,   NGX_HTTP_MAAS_GRPC_UNKNOWN,       NGX_HTTP_MAAS_GRPC_UNKNOWN }
    };

    for (c = codes; c->status != 0; c++) {
        if (c->status == status) {
            break;
        }
    }

    return ours ? c->code : c->nginx;
}


ngx_uint_t
ngx_http_maas_grpc_typed(ngx_http_request_t *r)
{
    u_char     *p;
    size_t      n;
    ngx_str_t  *type, *ours;

    if (r->headers_in.content_type == NULL) {
        return 0;
    }

    ours = &ngx_http_maas_grpc_type;
    type = &r->headers_in.content_type->value;

    if (type->len < ours->len
        || ngx_strncasecmp(type->data, ours->data, ours->len) != 0)
    {
        return 0;
    }

    p = type->data + ours->len;
    n = type->len - ours->len;

    if (n >= 6 && ngx_strncasecmp(p, (u_char *) "+proto", 6) == 0) {
        p += 6;
        n -= 6;
    }

    return n == 0 || *p == ';' || *p == ' ';
}


ngx_uint_t
ngx_http_maas_grpc_is(ngx_http_request_t *r)
{
    return r->http_version >= NGX_HTTP_VERSION_20
           && ngx_http_maas_grpc_typed(r);
}


static ngx_int_t
ngx_http_maas_grpc_status(ngx_list_t *list, ngx_uint_t code)
{
    static u_char  digits[] = "0123456789" "10111213141516";

    return code < 10
           ? ngx_http_maas_push_header(list, "grpc-status", digits + code, 1)
           : ngx_http_maas_push_header(list, "grpc-status",
                                       digits + 10 + 2 * (code - 10), 2);
}


/* A sentence as a header can have it: what is not printable, and %, as %XX */

static ngx_int_t
ngx_http_maas_grpc_message(ngx_http_request_t *r, const u_char *text,
    size_t len)
{
    u_char  *p, *value;
    size_t   i;

    value = ngx_pnalloc(r->pool, 3 * len + 1);
    if (value == NULL) {
        return NGX_ERROR;
    }

    p = value;

    for (i = 0; i < len; i++) {
        if (text[i] < 0x20 || text[i] > 0x7e || text[i] == '%') {
            p = ngx_sprintf(p, "%%%02Xi", (ngx_int_t) text[i]);

        } else {
            *p++ = text[i];
        }
    }

    return ngx_http_maas_push_header(&r->headers_out.headers, "grpc-message",
                                     value, p - value);
}


/* Headers of both kinds of answers: no length, since trailers end it */

static void
ngx_http_maas_grpc_headers(ngx_http_request_t *r)
{
    ngx_http_clear_content_length(r);
    ngx_http_clear_accept_ranges(r);
    ngx_http_clear_last_modified(r);
    ngx_http_clear_etag(r);

    r->headers_out.content_type = ngx_http_maas_grpc_type;
    r->headers_out.content_type_len = ngx_http_maas_grpc_type.len;
    r->headers_out.content_type_lowcase = NULL;
    ngx_str_null(&r->headers_out.charset);
}


ngx_int_t
ngx_http_maas_grpc_trailers(ngx_http_request_t *r)
{
    ngx_http_maas_grpc_headers(r);
    r->expect_trailers = 1;

    return ngx_http_maas_grpc_status(&r->headers_out.trailers, 0);
}


ngx_int_t
ngx_http_maas_grpc_only(ngx_http_request_t *r, ngx_uint_t code,
    const u_char *text, size_t len)
{
    ngx_http_maas_grpc_headers(r);
    r->header_only = 1;

    if (ngx_http_maas_grpc_status(&r->headers_out.headers, code) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_maas_grpc_message(r, text, len);
}


size_t
ngx_http_maas_grpc_frame(u_char *p, size_t len)
{
    p[0] = 0;                              /* not compressed */
    p[1] = (u_char) (len >> 24);
    p[2] = (u_char) (len >> 16);
    p[3] = (u_char) (len >> 8);
    p[4] = (u_char) len;

    return NGX_HTTP_MAAS_GRPC_HEAD + len;
}
