
/*
 * Answers: their text, headers, bodies, errors.
 * Not here: the text of predictions (maas_form.h).
 */


#ifndef _NGX_HTTP_MAAS_RESPONSE_H_INCLUDED_
#define _NGX_HTTP_MAAS_RESPONSE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include <maas.h>
#include <text/maas_json_write.h>

#include "ngx_http_maas_ctx.h"


/* ngx_http_maas_text.c */

/* Text that grows in a pool.  Puts never fail; the text is asked at the end. */

typedef struct {
    ngx_pool_t               *pool;
    u_char                   *start;
    u_char                   *pos;
    u_char                   *end;
    maas_writer_t             json;        /* that writes here */
    unsigned                  failed:1;
} ngx_http_maas_text_t;


/* An empty text */
void ngx_http_maas_text_init(ngx_http_maas_text_t *t, ngx_pool_t *pool);

/* The text so far; NGX_ERROR if memory was out on the way. */
ngx_int_t ngx_http_maas_text(ngx_http_maas_text_t *t, ngx_str_t *out);

/* Room for len more bytes, NULL if memory is out: t->pos, which whoever writes
 * there moves on. */
u_char *ngx_http_maas_text_reserve(ngx_http_maas_text_t *t, size_t len);

/* As ngx_sprintf(); at most 512 bytes a call. */
void ngx_http_maas_put(ngx_http_maas_text_t *t, const char *fmt, ...);

/* The same bytes, however many */
void ngx_http_maas_put_text(ngx_http_maas_text_t *t, ngx_str_t *s);

/*
 * JSON, with commas where they are due: a member `key` of an object, or a value
 * without a name if that is NULL.  "<" is escaped in strings, so that they may
 * stand in HTML.  kinds: "{", "[" or several, such as "[{", closed with "}]";
 * fmt: JSON as ngx_http_maas_put() writes it.
 */
void ngx_http_maas_json_open(ngx_http_maas_text_t *t, const char *key,
    const char *kinds);
void ngx_http_maas_json_close(ngx_http_maas_text_t *t, const char *kinds);
void ngx_http_maas_json_string(ngx_http_maas_text_t *t, const char *key,
    const char *value);
void ngx_http_maas_json_value(ngx_http_maas_text_t *t, const char *key,
    const char *fmt, ...);
void ngx_http_maas_json_list(ngx_http_maas_text_t *t, const char *key,
    const char *const *values, size_t n);


/* ngx_http_maas_add_header.c */

/* A header, of static text or memory of the request, in a list of them; one of
 * the answer, whose value ends with NUL.  NGX_OK or NGX_ERROR. */
ngx_int_t ngx_http_maas_push_header(ngx_list_t *list, char *name,
    u_char *value, size_t len);
ngx_int_t ngx_http_maas_add_header(ngx_http_request_t *r, char *name,
    char *value);


/* ngx_http_maas_response.c */

#define NGX_HTTP_MAAS_READ  (NGX_HTTP_GET|NGX_HTTP_HEAD)

/* application/json */
extern ngx_str_t  ngx_http_maas_json_type;

/* The answer's Content-Type; no Content-Encoding, whoever asks for one */
void ngx_http_maas_set_type(ngx_http_request_t *r, ngx_str_t *type);
void ngx_http_maas_keep_plain(ngx_http_request_t *r);

/* Send body (memory of r->pool or static) with a status; what a content
 * handler returns. json_len: with binary tensors behind the JSON, else 0. */
ngx_int_t ngx_http_maas_send(ngx_http_request_t *r, ngx_uint_t status,
    ngx_str_t *type, ngx_str_t *body, size_t json_len);

/* Text as the answer to a request whose body is not wanted any more. */
ngx_int_t ngx_http_maas_send_text(ngx_http_request_t *r, ngx_str_t *type,
    ngx_http_maas_text_t *text);

/* A message of gRPC as the answer, which is copied, to a request whose body is
 * not wanted any more. */
ngx_int_t ngx_http_maas_send_message(ngx_http_request_t *r,
    ngx_str_t *message);

/* What all answers of ours have in common, once nothing can fail any more but
 * their headers: these, and they are counted.  NGX_OK or NGX_ERROR. */
ngx_int_t ngx_http_maas_answer(ngx_http_request_t *r,
    ngx_http_maas_ctx_t *ctx, ngx_uint_t status);


/* ngx_http_maas_refuse.c */

/* Before the configuration is complete: what logs of errors need. */
ngx_int_t ngx_http_maas_log_init(ngx_conf_t *cf);

/* {"error":"..."} with a status, which is not logged; that status, for nginx to
 * go on with, if an error_page is there for it.  In gRPC: the sentence with a
 * code, whatever pages there are; an access log has the status. */
ngx_int_t ngx_http_maas_send_error(ngx_http_request_t *r, ngx_uint_t status,
    const char *text) __attribute__((cold));

/* Why the request fails, for the counters, where the status does not tell. */
void ngx_http_maas_fails(ngx_http_request_t *r, ngx_http_maas_reason_e why)
    __attribute__((cold));

/* The same from an engine error; logs it. */
ngx_int_t ngx_http_maas_send_failure(ngx_http_request_t *r, maas_err_t *err)
    __attribute__((cold));

/* Error before the body was read, as ngx_sprintf(): discards it first. */
ngx_int_t ngx_http_maas_refuse(ngx_http_request_t *r, ngx_uint_t status,
    const char *fmt, ...) __attribute__((cold));

/* Is the method allowed, NGX_HTTP_POST or NGX_HTTP_MAAS_READ?  NGX_DECLINED if
 * so.  Else the error is answered: what a content handler returns. */
ngx_int_t ngx_http_maas_allow(ngx_http_request_t *r, ngx_uint_t allowed);


/* ngx_http_maas_flush.c */

/* Send headers and, if they are not all, a body, in as few writes as it takes:
 * what a content handler returns. */
ngx_int_t ngx_http_maas_flush(ngx_http_request_t *r, ngx_chain_t *out);


/* ngx_http_maas_grpc_answer.c */

/* Bytes of a frame before its message: a flag and the length */

#define NGX_HTTP_MAAS_GRPC_HEAD  5

/* Codes of gRPC, statuscodes.md */

enum {
    NGX_HTTP_MAAS_GRPC_CANCELLED = 1,
    NGX_HTTP_MAAS_GRPC_UNKNOWN = 2,
    NGX_HTTP_MAAS_GRPC_ARGUMENT = 3,       /* INVALID_ARGUMENT */
    NGX_HTTP_MAAS_GRPC_DEADLINE = 4,
    NGX_HTTP_MAAS_GRPC_NOT_FOUND = 5,
    NGX_HTTP_MAAS_GRPC_DENIED = 7,         /* PERMISSION_DENIED */
    NGX_HTTP_MAAS_GRPC_EXHAUSTED = 8,      /* RESOURCE_EXHAUSTED */
    NGX_HTTP_MAAS_GRPC_UNIMPLEMENTED = 12,
    NGX_HTTP_MAAS_GRPC_INTERNAL = 13,
    NGX_HTTP_MAAS_GRPC_UNAVAILABLE = 14,
    NGX_HTTP_MAAS_GRPC_DATA_LOSS = 15,
    NGX_HTTP_MAAS_GRPC_WHO = 16            /* UNAUTHENTICATED */
};

/* application/grpc */
extern ngx_str_t  ngx_http_maas_grpc_type;

/* Is the Content-Type that of gRPC with messages of protobuf, and does it come
 * in a version of HTTP that has trailers? */
ngx_uint_t ngx_http_maas_grpc_typed(ngx_http_request_t *r);
ngx_uint_t ngx_http_maas_grpc_is(ngx_http_request_t *r);

/* The code of an HTTP status: one that is said here, or that nginx says. */
ngx_uint_t ngx_http_maas_grpc_code(ngx_uint_t status, ngx_uint_t ours);

/* Before headers are sent: behind the body, which has frames, comes status 0.
 * NGX_OK or NGX_ERROR. */
ngx_int_t ngx_http_maas_grpc_trailers(ngx_http_request_t *r);

/* Before headers are sent: they are all of the answer ("Trailers-Only"), a code
 * and a sentence, which is copied.  NGX_OK or NGX_ERROR. */
ngx_int_t ngx_http_maas_grpc_only(ngx_http_request_t *r, ngx_uint_t code,
    const u_char *text, size_t len);

/* A frame's head at p, whose message of `len` bytes stands behind it: the bytes
 * of both. */
size_t ngx_http_maas_grpc_frame(u_char *p, size_t len);


/* ngx_http_maas_labels.c: the header Maas-Label, if ctx has what is said of
 * the rows.  NGX_OK or NGX_ERROR. */
ngx_int_t ngx_http_maas_add_labels(ngx_http_request_t *r,
    ngx_http_maas_ctx_t *ctx);


/* ngx_http_maas_errors.c */

/* Filters that turn nginx's own error pages into JSON */
ngx_int_t ngx_http_maas_filter_init(ngx_conf_t *cf);


#endif /* _NGX_HTTP_MAAS_RESPONSE_H_INCLUDED_ */
