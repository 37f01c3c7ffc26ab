
/*
 * The text of a traceparent, by https://www.w3.org/TR/trace-context/ 3.2.
 * Not here: what is done with it.
 */


#include "ngx_http_maas_trace_context.h"


/* Where its parts are */

enum {
    NGX_HTTP_MAAS_TRACE_AT_TRACE = 3,
    NGX_HTTP_MAAS_TRACE_AT_SPAN = 36,
    NGX_HTTP_MAAS_TRACE_AT_FLAGS = 53
};


static int
ngx_http_maas_trace_digit(unsigned char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}


/* 2 * n digits of s -> bytes(n); 0: one is none, or an upper-case one */

static int
ngx_http_maas_trace_unhex(const unsigned char *s, size_t n, uint8_t *bytes)
{
    int     high, low;
    size_t  i;

    for (i = 0; i < n; i++) {
        high = ngx_http_maas_trace_digit(s[2 * i]);
        low = ngx_http_maas_trace_digit(s[2 * i + 1]);

        if (high < 0 || low < 0) {
            return 0;
        }

        bytes[i] = (uint8_t) (high << 4 | low);
    }

    return 1;
}


static int
ngx_http_maas_trace_any(const uint8_t *bytes, size_t n)
{
    size_t   i;
    uint8_t  any;

    any = 0;

    for (i = 0; i < n; i++) {
        any |= bytes[i];
    }

    return any != 0;
}


/* Is s(len) as long as its version has it?  Version 00 ends behind the flags;
 * a later one may go on behind another "-". */

static int
ngx_http_maas_trace_shaped(const unsigned char *s, size_t len)
{
    uint8_t  version;

    if (len < NGX_HTTP_MAAS_TRACEPARENT_LEN
        || !ngx_http_maas_trace_unhex(s, 1, &version)
        || version == 0xff
        || s[NGX_HTTP_MAAS_TRACE_AT_TRACE - 1] != '-'
        || s[NGX_HTTP_MAAS_TRACE_AT_SPAN - 1] != '-'
        || s[NGX_HTTP_MAAS_TRACE_AT_FLAGS - 1] != '-')
    {
        return 0;
    }

    return len == NGX_HTTP_MAAS_TRACEPARENT_LEN
           || (version > 0 && s[NGX_HTTP_MAAS_TRACEPARENT_LEN] == '-');
}


int
ngx_http_maas_traceparent_read(const unsigned char *s, size_t len,
    ngx_http_maas_trace_context_t *context)
{
    ngx_http_maas_trace_context_t  read;

    if (!ngx_http_maas_trace_shaped(s, len)
        || !ngx_http_maas_trace_unhex(s + NGX_HTTP_MAAS_TRACE_AT_TRACE,
                                      NGX_HTTP_MAAS_TRACE_BYTES, read.trace)
        || !ngx_http_maas_trace_unhex(s + NGX_HTTP_MAAS_TRACE_AT_SPAN,
                                      NGX_HTTP_MAAS_SPAN_BYTES, read.span)
        || !ngx_http_maas_trace_unhex(s + NGX_HTTP_MAAS_TRACE_AT_FLAGS, 1,
                                      &read.flags)
        || !ngx_http_maas_trace_any(read.trace, NGX_HTTP_MAAS_TRACE_BYTES)
        || !ngx_http_maas_trace_any(read.span, NGX_HTTP_MAAS_SPAN_BYTES))
    {
        return 0;
    }

    read.flags &= NGX_HTTP_MAAS_TRACE_FLAGS;
    *context = read;

    return 1;
}


unsigned char *
ngx_http_maas_trace_hex(const uint8_t *bytes, size_t n, unsigned char *out)
{
    size_t                      i;
    static const unsigned char  digits[] = "0123456789abcdef";

    for (i = 0; i < n; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }

    return out;
}


void
ngx_http_maas_traceparent_write(const ngx_http_maas_trace_context_t *context,
    unsigned char *out)
{
    *out++ = '0';
    *out++ = '0';
    *out++ = '-';
    out = ngx_http_maas_trace_hex(context->trace, NGX_HTTP_MAAS_TRACE_BYTES,
                                  out);
    *out++ = '-';
    out = ngx_http_maas_trace_hex(context->span, NGX_HTTP_MAAS_SPAN_BYTES,
                                  out);
    *out++ = '-';
    (void) ngx_http_maas_trace_hex(&context->flags, 1, out);
}


int
ngx_http_maas_trace_taken(const ngx_http_maas_trace_context_t *context,
    uint64_t below)
{
    size_t    i;
    uint64_t  number;

    number = 0;

    for (i = NGX_HTTP_MAAS_TRACE_BYTES - 8; i < NGX_HTTP_MAAS_TRACE_BYTES; i++)
    {
        number = number << 8 | context->trace[i];
    }

    return number >> 1 < below;
}
