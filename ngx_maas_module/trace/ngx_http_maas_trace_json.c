
/*
 * Spans and attributes in the JSON of OTLP: ids are hex digits, 64-bit numbers
 * are strings, enums are numbers.
 * Not here: which spans and attributes there are.
 */


#include "ngx_http_maas_trace.h"


/* Bytes of a text that are kept; one may become U+FFFD, which has three */

#define NGX_HTTP_MAAS_TRACE_KEPT    1024
#define NGX_HTTP_MAAS_TRACE_REPAIR  3


/* bits of a span's flags in OTLP: it is known whether its parent is remote, and
 * it is */

#define NGX_HTTP_MAAS_SPAN_HAS_REMOTE  0x100
#define NGX_HTTP_MAAS_SPAN_REMOTE      0x200

#define NGX_HTTP_MAAS_SPAN_ERROR       2   /* StatusCode */


void
ngx_http_maas_trace_string(ngx_http_maas_text_t *t, const u_char *s, size_t len)
{
    u_char  text[NGX_HTTP_MAAS_TRACE_KEPT * NGX_HTTP_MAAS_TRACE_REPAIR];

    len = ngx_min(len, NGX_HTTP_MAAS_TRACE_KEPT);

    if (!maas_is_text((char *) s, len)) {
        len = maas_text_repair((char *) s, len, (char *) text);
        s = text;
    }

    maas_writer_string(&t->json, (char *) s, len);
}


void
ngx_http_maas_trace_text(ngx_http_maas_text_t *t, const char *key,
    const u_char *s, size_t len)
{
    ngx_http_maas_json_open(t, NULL, "{");
    ngx_http_maas_json_string(t, "key", key);
    ngx_http_maas_json_open(t, "value", "{");
    maas_writer_key(&t->json, "stringValue");
    ngx_http_maas_trace_string(t, s, len);
    ngx_http_maas_json_close(t, "}}");
}


void
ngx_http_maas_trace_number(ngx_http_maas_text_t *t, const char *key, uint64_t n)
{
    ngx_http_maas_json_open(t, NULL, "{");
    ngx_http_maas_json_string(t, "key", key);
    ngx_http_maas_json_open(t, "value", "{");
    ngx_http_maas_json_value(t, "intValue", "\"%uL\"", n);
    ngx_http_maas_json_close(t, "}}");
}


static void
ngx_http_maas_span_id(ngx_http_maas_text_t *t, const char *key,
    const uint8_t *id, size_t n)
{
    u_char     text[2 * NGX_HTTP_MAAS_TRACE_BYTES];
    ngx_str_t  hex;

    hex.data = text;
    hex.len = ngx_http_maas_trace_hex(id, n, text) - text;

    ngx_http_maas_json_value(t, key, "\"%V\"", &hex);
}


void
ngx_http_maas_span_open(ngx_http_maas_text_t *t,
    const ngx_http_maas_span_t *span, ngx_str_t *state)
{
    ngx_http_maas_json_open(t, NULL, "{");

    ngx_http_maas_span_id(t, "traceId", span->own.trace,
                          NGX_HTTP_MAAS_TRACE_BYTES);
    ngx_http_maas_span_id(t, "spanId", span->own.span,
                          NGX_HTTP_MAAS_SPAN_BYTES);

    if (state != NULL && state->len > 0) {
        maas_writer_key(&t->json, "traceState");
        ngx_http_maas_trace_string(t, state->data, state->len);
    }

    if (span->parent != NULL) {
        ngx_http_maas_span_id(t, "parentSpanId", span->parent,
                              NGX_HTTP_MAAS_SPAN_BYTES);
    }

    ngx_http_maas_json_value(t, "flags", "%ui",
                             (ngx_uint_t) span->own.flags
                             | NGX_HTTP_MAAS_SPAN_HAS_REMOTE
                             | (span->remote ? NGX_HTTP_MAAS_SPAN_REMOTE : 0));
    maas_writer_key(&t->json, "name");
    ngx_http_maas_trace_string(t, span->name.data, span->name.len);
    ngx_http_maas_json_value(t, "kind", "%ui", (ngx_uint_t) span->kind);
    ngx_http_maas_json_value(t, "startTimeUnixNano", "\"%uL\"", span->from);
    ngx_http_maas_json_value(t, "endTimeUnixNano", "\"%uL\"", span->to);
}


void
ngx_http_maas_span_close(ngx_http_maas_text_t *t,
    const ngx_http_maas_span_t *span)
{
    if (span->failed != NULL) {
        ngx_http_maas_json_open(t, "status", "{");
        ngx_http_maas_json_string(t, "message", span->failed);
        ngx_http_maas_json_value(t, "code", "%ui",
                                 (ngx_uint_t) NGX_HTTP_MAAS_SPAN_ERROR);
        ngx_http_maas_json_close(t, "}");
    }

    ngx_http_maas_json_close(t, "}");
}
