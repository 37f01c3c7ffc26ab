
/*
 * Requests whose body is complete -> rows -> answers: together in a batch,
 * or alone where one has more rows than a batch; in the event loop, or in a
 * thread that the request waits for.
 */


#ifndef _NGX_HTTP_MAAS_BATCH_H_INCLUDED_
#define _NGX_HTTP_MAAS_BATCH_H_INCLUDED_


#include "ngx_http_maas_conf.h"
#include "ngx_http_maas_ctx.h"


/* ngx_http_maas_pass.c: the one place where the module runs a model */

/* Set model, x, y, rows and workspace, the rest 0.  A pass is of one thread at
 * a time. */

typedef struct {
    ngx_http_maas_model_t      *model;
    float                      *x;         /* (rows,in) */
    float                      *y;         /* (rows,out) */
    ngx_uint_t                  rows;
    ngx_uint_t                  done;      /* rows that have run */
    ngx_http_maas_workspace_t  *workspace; /* of the thread that runs it */
    unsigned                    timed:1;   /* what rows cost is to be known */

    maas_err_t                  err;
    uint64_t                    run;       /* began and ended, */
    uint64_t                    ran;       /*     ngx_http_maas_now() */
    uint64_t                    ns;        /* CPU time, if timed */
} ngx_http_maas_pass_t;


/* Predict up to `most` of the rows that have not run.  In any thread: nothing
 * is touched but the pass and its memory. */
maas_status_t ngx_http_maas_pass_predict(ngx_http_maas_pass_t *pass,
    ngx_uint_t most);

/* In the event loop, once all rows have run: count the pass, if it is not
 * failed, and learn from its time, if that is known. */
void ngx_http_maas_pass_count(ngx_http_maas_pass_t *pass);

/* The second half of it, for a pass that is not to be counted */
void ngx_http_maas_pass_learn(ngx_http_maas_pass_t *pass);

/* What rows of a model will take by what others took, ns of CPU time */
uint64_t ngx_http_maas_pass_cost(ngx_http_maas_model_t *model,
    ngx_uint_t rows);


/* ngx_http_maas_pool.c: leaving the event loop */

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


/* ngx_http_maas_batch.c */

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

/* The request ends, maybe before its batch. */
void ngx_http_maas_batch_drop(ngx_http_maas_ctx_t *ctx);

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
