
/*
 * Requests whose body is complete -> rows -> answers: together in a batch,
 * or alone where one has more rows than a batch.
 */


#ifndef _NGX_HTTP_MAAS_BATCH_H_INCLUDED_
#define _NGX_HTTP_MAAS_BATCH_H_INCLUDED_


#include "ngx_http_maas_pass.h"
#include "ngx_http_maas_pool.h"


/* Rows of one model that run together, with memory of their own */

struct ngx_http_maas_batch_s {
    ngx_http_maas_batch_t      *next;      /* of those that are free */
    ngx_http_maas_offload_t    *offload;   /* of the location, or NULL */
    ngx_queue_t                 requests;  /* ctx->queue, in row order */
    ngx_http_maas_pass_t        pass;      /* room for model->max_batch rows */
#if (NGX_THREADS)
    ngx_http_maas_task_t       *task;
    ngx_http_maas_workspace_t   workspace; /* for a thread */
#endif
};


/* The body is complete: read rows out of it and let them ride in this turn's
 * batch.  Finalizes r, now or when the batch has run. */
void ngx_http_maas_batch_add(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_str_t *body, size_t json_len);

/* Run what waits; handler of model->event. */
void ngx_http_maas_batch_run(ngx_event_t *ev);


/* ngx_http_maas_batch_memory.c */

/* A batch of ngx_cycle->pool, NULL if out of memory. */
ngx_http_maas_batch_t *ngx_http_maas_batch_create(
    ngx_http_maas_model_t *model);

/* The batch that takes rows, a free or a new one if need be; NULL: out of
 * memory.  Free: its rows are answered. */
ngx_http_maas_batch_t *ngx_http_maas_batch_get(ngx_http_maas_model_t *model);
void ngx_http_maas_batch_free(ngx_http_maas_batch_t *batch);

#if (NGX_THREADS)
/* What it needs to run in a thread, once; NGX_ERROR: out of memory */
ngx_int_t ngx_http_maas_batch_task(ngx_http_maas_batch_t *batch,
    ngx_http_maas_task_work_pt work, ngx_http_maas_task_back_pt back);
#endif


/* ngx_http_maas_large.c */

/* As ngx_http_maas_batch_add(), for a body of up to `bound` rows that does not
 * ride with others. */
void ngx_http_maas_large(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_str_t *body, size_t json_len, size_t bound);


#endif /* _NGX_HTTP_MAAS_BATCH_H_INCLUDED_ */
