
/*
 * What gRPC puts around a message, and beside it: the head of its frame, how it
 * is compressed, until when an answer is wanted.
 * Not here: its bytes (ngx_http_maas_body.c), what they mean (engine/).
 *
 * Source: PROTOCOL-HTTP2.md and compression.md of gRPC.
 */


#include "ngx_http_maas_gather.h"
#include "ngx_http_maas_request.h"
#include "answers/ngx_http_maas_response.h"


/* digits of a grpc-timeout, at most */

#define NGX_HTTP_MAAS_GRPC_DIGITS  8


static maas_status_t
ngx_http_maas_grpc_coding(ngx_http_request_t *r,
    ngx_http_maas_coding_e *coding, maas_err_t *err)
{
    ngx_str_t  *said;

    said = ngx_http_maas_header(r, "grpc-encoding", 13);
    *coding = said == NULL ? NGX_HTTP_MAAS_IDENTITY
                           : ngx_http_maas_coding_of(said);

    if (*coding == NGX_HTTP_MAAS_IDENTITY) {
        return ngx_http_maas_fail(err, MAAS_BADVALUE, "the message is flagged "
                                  "as compressed, but there is no "
                                  "grpc-encoding, expected gzip or deflate");
    }

    if (*coding != NGX_HTTP_MAAS_OTHER_CODING) {
        return MAAS_OK;
    }

    if (ngx_http_maas_add_header(r, "grpc-accept-encoding",
                                 "identity,deflate,gzip")
        != NGX_OK)
    {
        return ngx_http_maas_fail(err, MAAS_NOMEM, "no memory for a header");
    }

    return ngx_http_maas_fail(err, MAAS_UNSUPPORTED, "grpc-encoding is not "
                              "one that is read here, expected identity, "
                              "deflate or gzip");
}


maas_status_t
ngx_http_maas_grpc_open(ngx_http_request_t *r, const u_char *head, size_t len,
    ngx_http_maas_coding_e *coding, maas_err_t *err)
{
    size_t  message, came;

    if (len == 0) {
        return ngx_http_maas_fail(err, MAAS_UNSUPPORTED, "there is no message, "
                                  "expected exactly one");
    }

    if (len < NGX_HTTP_MAAS_GRPC_HEAD) {
        return ngx_http_maas_fail(err, MAAS_BADVALUE, "the body has %uz bytes, "
                                  "expected a frame: a flag, a length in 4 "
                                  "bytes, a message", len);
    }

    if (head[0] > 1) {
        return ngx_http_maas_fail(err, MAAS_BADVALUE, "the frame has flag %d, "
                                  "expected 0, or 1: its message is "
                                  "compressed", (int) head[0]);
    }

    came = len - NGX_HTTP_MAAS_GRPC_HEAD;
    message = (size_t) head[1] << 24 | (size_t) head[2] << 16
              | (size_t) head[3] << 8 | head[4];

    if (message > came) {
        return ngx_http_maas_fail(err, MAAS_BADVALUE, "the frame says that its "
                                  "message has %uz bytes, but %uz came",
                                  message, came);
    }

    if (came - message >= NGX_HTTP_MAAS_GRPC_HEAD) {
        return ngx_http_maas_fail(err, MAAS_UNSUPPORTED, "there is more than "
                                  "one message, expected exactly one: no "
                                  "method takes a stream here");
    }

    if (message < came) {
        return ngx_http_maas_fail(err, MAAS_BADVALUE, "the frame says that its "
                                  "message has %uz bytes, but %uz came",
                                  message, came);
    }

    *coding = NGX_HTTP_MAAS_IDENTITY;

    return head[0] == 0 ? MAAS_OK : ngx_http_maas_grpc_coding(r, coding, err);
}


/* ns; 0: it is no unit */

static uint64_t
ngx_http_maas_grpc_unit(u_char c)
{
    switch (c) {

    case 'H':
        return 3600 * (uint64_t) 1000000000;

    case 'M':
        return 60 * (uint64_t) 1000000000;

    case 'S':
        return 1000000000;

    case 'm':
        return 1000000;

    case 'u':
        return 1000;

    case 'n':
        return 1;

    default:
        return 0;
    }
}


ngx_int_t
ngx_http_maas_grpc_deadline(ngx_http_request_t *r, uint64_t *deadline)
{
    uint64_t    n, unit;
    ngx_str_t  *value;
    ngx_uint_t  i;

    value = ngx_http_maas_header(r, "grpc-timeout", 12);

    if (value == NULL) {
        *deadline = 0;
        return NGX_OK;
    }

    if (value->len < 2 || value->len > NGX_HTTP_MAAS_GRPC_DIGITS + 1) {
        return NGX_ERROR;
    }

    n = 0;

    for (i = 0; i < value->len - 1; i++) {
        if (value->data[i] < '0' || value->data[i] > '9') {
            return NGX_ERROR;
        }

        n = n * 10 + (value->data[i] - '0');
    }

    unit = ngx_http_maas_grpc_unit(value->data[i]);
    if (unit == 0) {
        return NGX_ERROR;
    }

    /* 99999999 hours are 11 thousand years, which ns do not reach */

    n = n > INT64_MAX / unit ? INT64_MAX : n * unit;
    *deadline = ngx_http_maas_now() + n;

    return NGX_OK;
}
