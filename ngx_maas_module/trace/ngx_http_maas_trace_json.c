
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


static void
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


/* An attribute up to its value, and behind it.  Keys need no escapes. */

static void
ngx_http_maas_trace_key(ngx_http_maas_text_t *t, const char *key,
    const char *kind)
{
    maas_writer_raw(&t->json, "", 0);
    ngx_http_maas_put(t, "{\"key\":\"%s\",\"value\":{\"%s\":", key, kind);
    t->json.follows = 0;
}


static void
ngx_http_maas_trace_end(ngx_http_maas_text_t *t)
{
    static ngx_str_t  end = ngx_string("}}");

    ngx_http_maas_put_text(t, &end);
    t->json.follows = 1;
}


void
ngx_http_maas_trace_text(ngx_http_maas_text_t *t, const char *key,
    const u_char *s, size_t len)
{
    ngx_http_maas_trace_key(t, key, "stringValue");
    ngx_http_maas_trace_string(t, s, len);
    ngx_http_maas_trace_end(t);
}


void
ngx_http_maas_trace_word(ngx_http_maas_text_t *t, const char *key,
    const ngx_str_t *word)
{
    ngx_http_maas_trace_key(t, key, "stringValue");
    ngx_http_maas_put(t, "\"%V\"", word);
    ngx_http_maas_trace_end(t);
}


void
ngx_http_maas_trace_number(ngx_http_maas_text_t *t, const char *key, uint64_t n)
{
    ngx_http_maas_trace_key(t, key, "intValue");
    ngx_http_maas_put(t, "\"%uL\"", n);
    ngx_http_maas_trace_end(t);
}


static void
ngx_http_maas_span_id(ngx_http_maas_text_t *t, const char *key,
    const uint8_t *id, size_t n)
{
    u_char     text[2 * NGX_HTTP_MAAS_TRACE_BYTES];
    ngx_str_t  hex;

    hex.data = text;
    hex.len = ngx_http_maas_trace_hex(id, n, text) - text;

    ngx_http_maas_put(t, "\"%s\":\"%V\",", key, &hex);
}


void
ngx_http_maas_span_open(ngx_http_maas_text_t *t,
    const ngx_http_maas_span_t *span, ngx_str_t *state)
{
    static ngx_str_t  name = ngx_string("\"name\":");
    static ngx_str_t  trace_state = ngx_string("\"traceState\":");

    maas_writer_open(&t->json, '{');

    ngx_http_maas_span_id(t, "traceId", span->own.trace,
                          NGX_HTTP_MAAS_TRACE_BYTES);
    ngx_http_maas_span_id(t, "spanId", span->own.span,
                          NGX_HTTP_MAAS_SPAN_BYTES);

    if (span->parent != NULL) {
        ngx_http_maas_span_id(t, "parentSpanId", span->parent,
                              NGX_HTTP_MAAS_SPAN_BYTES);
    }

    if (state != NULL && state->len > 0) {
        ngx_http_maas_put_text(t, &trace_state);
        ngx_http_maas_trace_string(t, state->data, state->len);
        maas_writer_raw(&t->json, "", 0);
        t->json.follows = 0;
    }

    ngx_http_maas_put_text(t, &name);
    ngx_http_maas_trace_string(t, span->name.data, span->name.len);

    ngx_http_maas_put(t, ",\"flags\":%ui,\"kind\":%ui,"
                      "\"startTimeUnixNano\":\"%uL\","
                      "\"endTimeUnixNano\":\"%uL\"",
                      (ngx_uint_t) span->own.flags
                      | NGX_HTTP_MAAS_SPAN_HAS_REMOTE
                      | (span->remote ? NGX_HTTP_MAAS_SPAN_REMOTE : 0),
                      (ngx_uint_t) span->kind, span->from, span->to);
}


void
ngx_http_maas_span_close(ngx_http_maas_text_t *t,
    const ngx_http_maas_span_t *span)
{
    if (span->failed != NULL) {
        ngx_http_maas_put(t, ",\"status\":{\"message\":\"%s\",\"code\":%ui}",
                          span->failed, (ngx_uint_t) NGX_HTTP_MAAS_SPAN_ERROR);
    }

    ngx_http_maas_json_close(t, "}");
}
