
/*
 * Leaving the event loop: tasks of the thread pool, requests that wait for one.
 */


#ifndef _NGX_HTTP_MAAS_POOL_H_INCLUDED_
#define _NGX_HTTP_MAAS_POOL_H_INCLUDED_


#include "ngx_http_maas_conf.h"
#include "ngx_http_maas_ctx.h"


#if (NGX_THREADS)

/* Something that a thread does: work() there, then back() in the event loop.
 * It may be posted again once it is back. */

typedef void (*ngx_http_maas_task_work_pt)(void *data, ngx_log_t *log);
typedef void (*ngx_http_maas_task_back_pt)(void *data);

typedef struct {
    ngx_thread_task_t           *thread;
    ngx_http_maas_offload_t     *offload;
    void                        *data;
    ngx_http_maas_task_work_pt   work;
    ngx_http_maas_task_back_pt   back;
} ngx_http_maas_task_t;

/* A task in memory of pool; NULL: out of memory */
ngx_http_maas_task_t *ngx_http_maas_task_create(ngx_pool_t *pool, void *data,
    ngx_http_maas_task_work_pt work, ngx_http_maas_task_back_pt back);

/* Give it to the pool of threads; NGX_ERROR: that is full. */
ngx_int_t ngx_http_maas_task_post(ngx_http_maas_task_t *task,
    ngx_http_maas_offload_t *offload);

#endif

/* Keep r, a main request, alive until ngx_http_maas_release(): a thread works
 * for it.  Release calls finish(), which is to finalize r, or frees r if it
 * has ended meanwhile. */
void ngx_http_maas_hold(ngx_http_request_t *r);
void ngx_http_maas_release(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_http_maas_finish_pt finish);


#endif /* _NGX_HTTP_MAAS_POOL_H_INCLUDED_ */
