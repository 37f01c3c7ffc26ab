
/*
 * Explanations of a request's rows: whether it may ask, memory, cost.
 * Not here: who runs them, and when (ngx_http_maas_large.c).
 */


#ifndef _NGX_HTTP_MAAS_EXPLAIN_H_INCLUDED_
#define _NGX_HTTP_MAAS_EXPLAIN_H_INCLUDED_


#include "ngx_http_maas_batch.h"


/* In the event loop, once ctx->model is the generation that it will be: what
 * the route and the location say -> ctx->explain.  BADVALUE: arguments of the
 * URI that mean nothing. */
maas_status_t ngx_http_maas_explain_ask(ngx_http_request_t *r,
    ngx_http_maas_ctx_t *ctx, maas_err_t *err);

/* In any thread: rows were read -> ctx->req.explain, by the body and by the
 * rest.  UNSUPPORTED, TOOBIG, BADVALUE: it cannot be had. */
maas_status_t ngx_http_maas_explain_read(ngx_http_maas_ctx_t *ctx,
    maas_err_t *err);

/* What so many rows will take, as of ngx_http_maas_pass_cost(); 0: nothing is
 * asked. */
uint64_t ngx_http_maas_explain_cost(ngx_http_maas_model_t *model,
    const maas_explain_asked_t *asked, ngx_uint_t rows);

/* In any thread: memory for what ctx->req asks -> *reasons, in ctx->reasons;
 * ctx->req.explained is what will be there.  NOMEM, BUSY, TOOBIG. */
maas_status_t ngx_http_maas_explain_open(ngx_http_maas_ctx_t *ctx,
    ngx_http_maas_reasons_t *reasons, maas_err_t *err);

/* In the event loop: all rows are explained, which is counted. */
void ngx_http_maas_explain_tell(ngx_http_maas_ctx_t *ctx,
    ngx_http_maas_reasons_t *reasons);


#endif /* _NGX_HTTP_MAAS_EXPLAIN_H_INCLUDED_ */
