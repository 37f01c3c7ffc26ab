
/*
 * What routes ask of this room: a prediction, or just a body and headers.
 * Not here: what bytes mean (ngx_http_maas_form.h).
 */


#ifndef _NGX_HTTP_MAAS_REQUEST_H_INCLUDED_
#define _NGX_HTTP_MAAS_REQUEST_H_INCLUDED_


#include "ngx_http_maas_ctx.h"


/* ngx_http_maas_handler.c */

/* Read the body in a form, predict by the generation of the model that is
 * current once all of it is there, answer; NULL: the body will say which form.
 * The return value of a content handler. */
ngx_int_t ngx_http_maas_infer(ngx_http_request_t *r,
    ngx_http_maas_model_t *model, const maas_form_t *form);

/* The same, and explain the predictions: a form that explains, and what the
 * arguments of the URI say (maas_explain_read()). */
ngx_int_t ngx_http_maas_explain(ngx_http_request_t *r,
    ngx_http_maas_model_t *model, const maas_form_t *form);


/* gRPC: the same for a model that the message says, by `which`; no form but
 * this one.  The request is one of gRPC: ctx->grpc. */
ngx_int_t ngx_http_maas_grpc_infer(ngx_http_request_t *r,
    const maas_form_t *form, ngx_http_maas_which_pt which);


/* ngx_http_maas_body.c */

/* Read the body, then call handler; the return value of a content handler.
 * A coding that cannot be undone is refused. */
ngx_int_t ngx_http_maas_read_body(ngx_http_request_t *r,
    ngx_http_client_body_handler_pt handler);

/* In that handler: the body as one span, decompressed, where it is not long;
 * in gRPC (ctx->grpc) its message.  INTERNAL, NOMEM, BUSY, BADVALUE, TOOBIG for
 * more than 64k, and what ngx_http_maas_grpc_open() says of a frame. */
maas_status_t ngx_http_maas_body(ngx_http_request_t *r, ngx_str_t *body,
    maas_err_t *err);

/* ngx_http_maas_headers.c */

/* A request header by its lower-case name, NULL if there is none. */
ngx_str_t *ngx_http_maas_header(ngx_http_request_t *r, char *name,
    size_t len);


#endif /* _NGX_HTTP_MAAS_REQUEST_H_INCLUDED_ */
