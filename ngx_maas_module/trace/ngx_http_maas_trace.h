
/*
 * Traces: where a request stands in one, and what a log says of it as spans.
 * Not here: when a prediction reached what (ngx_http_maas_ctx.h).
 */


#ifndef _NGX_HTTP_MAAS_TRACE_H_INCLUDED_
#define _NGX_HTTP_MAAS_TRACE_H_INCLUDED_


#include "ngx_http_maas_conf.h"
#include "ngx_http_maas_ctx.h"
#include "ngx_http_maas_trace_context.h"
#include "answers/ngx_http_maas_response.h"


/* What a client's traceparent is good for */

typedef enum {
    NGX_HTTP_MAAS_PARENT_ON = 0,           /* its trace goes on, its flag says
                                              whether spans are kept */
    NGX_HTTP_MAAS_PARENT_JOIN,             /* its trace goes on */
    NGX_HTTP_MAAS_PARENT_OFF               /* nobody reads it */
} ngx_http_maas_parent_e;


/* maas_trace, where it is on */

struct ngx_http_maas_tracing_s {
    uint64_t                       below;  /* the ratio times 2^63 */
    ngx_http_maas_parent_e         parent;
    ngx_str_t                      head;   /* what all lines begin with, up to
                                              their spans */
};


/* A main request's place in a trace, over redirects */

typedef struct {
    ngx_http_maas_tracing_t       *tracing;
    ngx_http_maas_trace_context_t  own;    /* its span; the flags are those
                                              that are passed on */
    uint8_t                        parent[NGX_HTTP_MAAS_SPAN_BYTES];
    unsigned                       child:1;    /* it has one: the client's */
} ngx_http_maas_trace_t;


/* ngx_http_maas_trace_conf.c */

/* maas_trace on | off | [ratio=R] [parent=on|join|off] [service=NAME] */
char *ngx_http_maas_trace_set(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* In postconfiguration: warns of spans that nobody reads, or that nobody
 * makes. */
void ngx_http_maas_trace_check(ngx_conf_t *cf,
    ngx_http_maas_main_conf_t *mmcf);


/* ngx_http_maas_trace_random.c: 64 random bits; seed: of this worker, all zeros
 * before the first call.  Never blocks. */
uint64_t ngx_http_maas_trace_random(uint64_t seed[4]);

/* ngx_http_maas_trace_variables.c: in preconfiguration */
ngx_int_t ngx_http_maas_trace_variables(ngx_conf_t *cf);


/* ngx_http_maas_trace.c */

/* That of r's main request, decided at the first call; NULL: maas_trace is off
 * where it is, or memory is out. */
ngx_http_maas_trace_t *ngx_http_maas_trace(ngx_http_request_t *r);

/* The n-th header of that name, or NULL.  A request whose first line is bad has
 * an empty list. */
ngx_str_t *ngx_http_maas_trace_nth(ngx_list_t *list, ngx_str_t *name,
    ngx_uint_t n);

/* What the client sent as a header, several with commas between them; empty: it
 * did not.  NGX_ERROR: out of memory. */
ngx_int_t ngx_http_maas_trace_header(ngx_http_request_t *r, ngx_str_t *name,
    ngx_str_t *value);

extern ngx_str_t  ngx_http_maas_traceparent;
extern ngx_str_t  ngx_http_maas_tracestate;


/* ngx_http_maas_trace_json.c */

/* An attribute of a span: of a text, in which what is no UTF-8 becomes U+FFFD
 * and of which 1024 bytes are kept; of a short word that needs no escapes; of a
 * number. */
void ngx_http_maas_trace_text(ngx_http_maas_text_t *t, const char *key,
    const u_char *s, size_t len);
void ngx_http_maas_trace_word(ngx_http_maas_text_t *t, const char *key,
    const ngx_str_t *word);
void ngx_http_maas_trace_number(ngx_http_maas_text_t *t, const char *key,
    uint64_t n);

/* A span; times in ns of CLOCK_REALTIME */

typedef enum {
    NGX_HTTP_MAAS_SPAN_INTERNAL = 1,
    NGX_HTTP_MAAS_SPAN_SERVER
} ngx_http_maas_span_e;                    /* SpanKind of OTLP */

typedef struct {
    ngx_http_maas_trace_context_t  own;
    const uint8_t                 *parent; /* NULL: it has none */
    unsigned                       remote:1;   /* that is a client's */
    ngx_http_maas_span_e           kind;
    ngx_str_t                      name;
    uint64_t                       from;
    uint64_t                       to;
    const char                    *failed; /* why, a word; NULL: it did not */
} ngx_http_maas_span_t;

/* It begins; "attributes" may follow, then it ends. */
void ngx_http_maas_span_open(ngx_http_maas_text_t *t,
    const ngx_http_maas_span_t *span, ngx_str_t *state);
void ngx_http_maas_span_close(ngx_http_maas_text_t *t,
    const ngx_http_maas_span_t *span);


/* ngx_http_maas_trace_parts.c */

/* The id of a span's n-th child -> id(NGX_HTTP_MAAS_SPAN_BYTES): made of its
 * own, so that a span that is read twice is the same. */
void ngx_http_maas_span_child(const uint8_t *parent, ngx_uint_t n,
    uint8_t *id);

/* Of the model that r asked: attributes of its span, */
void ngx_http_maas_trace_asked(ngx_http_maas_text_t *t,
    ngx_http_maas_ctx_t *ctx);

/* and spans below it: the body, if it began before, parse, queue, compute,
 * write.  before: what CLOCK_REALTIME has more than CLOCK_MONOTONIC, in ns. */
void ngx_http_maas_trace_parts(ngx_http_maas_text_t *t,
    ngx_http_maas_ctx_t *ctx, const ngx_http_maas_span_t *span,
    uint64_t before);

/* Why the request failed; NULL: it did not. */
const char *ngx_http_maas_trace_why(ngx_http_maas_ctx_t *ctx);


/* ngx_http_maas_trace_rpc.c */

typedef struct {
    ngx_str_t                      service;
    ngx_str_t                      method;
    ngx_int_t                      status; /* -1: it is not known */
} ngx_http_maas_rpc_t;

/* Is r, which asks for `path`, a call of gRPC?  Then *rpc. */
ngx_uint_t ngx_http_maas_rpc(ngx_http_request_t *r, ngx_str_t path,
    ngx_http_maas_rpc_t *rpc);

/* Is it the server that failed? */
ngx_uint_t ngx_http_maas_rpc_failed(const ngx_http_maas_rpc_t *rpc);

/* Attributes of its span */
void ngx_http_maas_rpc_attributes(ngx_http_maas_text_t *t,
    const ngx_http_maas_rpc_t *rpc);


/* ngx_http_maas_trace_http.c */

/* What was asked for, without arguments; of a subrequest, where it went */
ngx_str_t ngx_http_maas_span_path(ngx_http_request_t *r);

/* As $status has it; 0: none is known */
ngx_uint_t ngx_http_maas_span_status(ngx_http_request_t *r);

/* "POST /score": few of them, by the location's name; of gRPC, where rpc is not
 * NULL, the method, if there is one.  In memory of r; NGX_ERROR: out of it. */
ngx_int_t ngx_http_maas_span_name(ngx_http_request_t *r,
    ngx_http_maas_rpc_t *rpc, ngx_str_t *name);

/* Attributes of the span; failed: why, or NULL */
void ngx_http_maas_span_http(ngx_http_request_t *r, ngx_http_maas_text_t *t,
    const char *failed);


/* ngx_http_maas_trace_scored.c: an attribute of it, where maas_set asked models
 * for r */
void ngx_http_maas_trace_scored(ngx_http_request_t *r,
    ngx_http_maas_text_t *t);


/* ngx_http_maas_trace_span.c: r as an ExportTraceServiceRequest in OTLP's JSON,
 * a line without its end, in memory of r; NGX_ERROR: out of it. */
ngx_int_t ngx_http_maas_trace_line(ngx_http_request_t *r,
    ngx_http_maas_trace_t *trace, ngx_str_t *line);


#endif /* _NGX_HTTP_MAAS_TRACE_H_INCLUDED_ */
