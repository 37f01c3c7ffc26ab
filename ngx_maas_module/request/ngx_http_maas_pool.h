
/*
 * Leaving the event loop: tasks of the thread pool, requests that wait for one.
 */


#ifndef _NGX_HTTP_MAAS_POOL_H_INCLUDED_
#define _NGX_HTTP_MAAS_POOL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include <maas.h>

#include "ngx_http_maas_conf.h"
#include "ngx_http_maas_ctx.h"


/* maas_offload off | pool[=name] above=time [nice=n] */
char *ngx_http_maas_offload(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

#if (NGX_THREADS)
/* Give a task to the pool; NGX_ERROR: it is full.  Its event's handler calls
 * ngx_http_maas_pool_done() first and returns unless that is NGX_OK. */
ngx_int_t ngx_http_maas_pool_post(ngx_http_maas_offload_t *offload,
    ngx_thread_task_t *task);
ngx_int_t ngx_http_maas_pool_done(ngx_event_t *ev);

/* First thing in a thread */
void ngx_http_maas_pool_enter(ngx_http_maas_offload_t *offload);
#endif

/* Keep r, a main request, alive until ngx_http_maas_release(): a thread works
 * for it.  Release calls finish(), which is to finalize r, or frees r if it
 * has ended meanwhile. */
void ngx_http_maas_hold(ngx_http_request_t *r);
void ngx_http_maas_release(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_http_maas_finish_pt finish);

/* CPU time of this thread, ns */
uint64_t ngx_http_maas_cpu_time(void);

/* What rows of a model took, and what they will take by that, ns */
void ngx_http_maas_cost_add(ngx_http_maas_model_t *model, ngx_uint_t rows,
    uint64_t ns);
uint64_t ngx_http_maas_cost(ngx_http_maas_model_t *model, ngx_uint_t rows);

/* Fill *err; NGX_ERROR. */
ngx_int_t ngx_http_maas_fail(maas_err_t *err, maas_status_t code,
    const char *text);


#endif /* _NGX_HTTP_MAAS_POOL_H_INCLUDED_ */
