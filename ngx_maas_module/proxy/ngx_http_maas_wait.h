
/*
 * What variables wait for before limit_req: a body whose fields are features
 * (maas_feature_body), a thread (maas_offload).
 * Not here: what is done with features (ngx_http_maas_proxy.h).
 */


#ifndef _NGX_HTTP_MAAS_WAIT_H_INCLUDED_
#define _NGX_HTTP_MAAS_WAIT_H_INCLUDED_


#include "ngx_http_maas_proxy.h"
#include "request/ngx_http_maas_batch.h"


/* ngx_http_maas_wait.c */

/* In preaccess, by the location: NGX_DECLINED: nothing to wait for, or no
 * more; NGX_DONE: r's phases go on here later; or the status of a body that
 * could not be read. */
ngx_int_t ngx_http_maas_wait(ngx_http_request_t *r);


/* ngx_http_maas_early.c */

/* Is it too early in r for a score by `inputs`, since r will wait for it? */
ngx_uint_t ngx_http_maas_early(ngx_http_request_t *r,
    ngx_http_maas_inputs_t *inputs);


/* ngx_http_maas_body_features.c */

/* Read the body of r, a main request, if it may have fields: NGX_OK: there is
 * nothing to wait for; or as ngx_http_maas_wait(). */
ngx_int_t ngx_http_maas_body_wait(ngx_http_request_t *r);

/* Has r's main request a body that was not looked at? */
ngx_uint_t ngx_http_maas_body_to_come(ngx_http_request_t *r);

/* Its fields -> values[n_columns], all NONE before: those that are columns of
 * the model; others are MISSING if there is a body, and so is one that is there
 * twice.  They live as long as r.  UNSUPPORTED, BADVALUE, BADSHAPE, TOOBIG,
 * BUSY, NOMEM: it cannot be read; values then mean nothing. */
maas_status_t ngx_http_maas_body_values(ngx_http_request_t *r,
    const maas_info_t *info, ngx_http_maas_value_t *values, maas_err_t *err);


/* ngx_http_maas_score.c */

/* Values of a score -> pass->x(1,in) -> pass->y(1,out), which the cache of the
 * location, or NULL, may have: pass->done is 0 then.  In any thread. */
maas_status_t ngx_http_maas_score_pass(ngx_http_maas_score_t *score,
    ngx_http_maas_cached_t *cached, ngx_http_maas_pass_t *pass,
    maas_err_t *err);


/* ngx_http_maas_wait_thread.c */

#if (NGX_THREADS)

/* Scores of r's location that take long: NGX_OK: there are none, or no more;
 * NGX_DONE: a thread has them. */
ngx_int_t ngx_http_maas_thread_wait(ngx_http_request_t *r);

#endif


#endif /* _NGX_HTTP_MAAS_WAIT_H_INCLUDED_ */
