
/*
 * W3C Trace Context: the header traceparent, read and written, and which traces
 * a ratio takes.  Knows no nginx.
 * Not here: requests (ngx_http_maas_trace.c).
 */


#ifndef _NGX_HTTP_MAAS_TRACE_CONTEXT_H_INCLUDED_
#define _NGX_HTTP_MAAS_TRACE_CONTEXT_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>


/* "00-", 32 digits of a trace, "-", 16 of a span, "-" and flags */

#define NGX_HTTP_MAAS_TRACEPARENT_LEN  55

#define NGX_HTTP_MAAS_TRACE_BYTES  16
#define NGX_HTTP_MAAS_SPAN_BYTES   8


/* Flags: the caller keeps its spans of the trace; the trace's last 7 bytes are
 * random (level 2 of the recommendation).  Others are not passed on. */

#define NGX_HTTP_MAAS_TRACE_SAMPLED  0x01
#define NGX_HTTP_MAAS_TRACE_RANDOM   0x02
#define NGX_HTTP_MAAS_TRACE_FLAGS    0x03


/* A span, and the trace that it is of; neither is all zeros */

typedef struct {
    uint8_t    trace[NGX_HTTP_MAAS_TRACE_BYTES];
    uint8_t    span[NGX_HTTP_MAAS_SPAN_BYTES];
    uint8_t    flags;
} ngx_http_maas_trace_context_t;


/* s(len), the value of a header -> *context; 0: it is none by the rules of
 * version 00, or of a later version as version 00 has to read it, and *context
 * is as it was. */
int ngx_http_maas_traceparent_read(const unsigned char *s, size_t len,
    ngx_http_maas_trace_context_t *context);

/* The same as text of version 00 -> out(NGX_HTTP_MAAS_TRACEPARENT_LEN) */
void ngx_http_maas_traceparent_write(
    const ngx_http_maas_trace_context_t *context, unsigned char *out);

/* Bytes as lower-case hex digits -> out(2 * n).  Returns what is behind. */
unsigned char *ngx_http_maas_trace_hex(const uint8_t *bytes, size_t n,
    unsigned char *out);

/*
 * Is the trace one of those that a ratio takes?  By its last 63 bits, as the
 * TraceIdRatioBased samplers of OpenTelemetry's SDKs decide, so that everybody
 * with the same ratio takes the same traces.  below: the ratio times 2^63.
 */
int ngx_http_maas_trace_taken(const ngx_http_maas_trace_context_t *context,
    uint64_t below);


#endif /* _NGX_HTTP_MAAS_TRACE_CONTEXT_H_INCLUDED_ */
