
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

/* Set model, x, y, rows and workspace, the flags and done 0.  A pass is of one
 * thread at a time. */

typedef struct {
    ngx_http_maas_model_t      *model;
    void                       *x;         /* (rows,in), info->row bytes
                                              each */
    float                      *y;         /* (rows,out) */
    ngx_uint_t                  rows;
    ngx_uint_t                  done;      /* rows that have run */
    ngx_http_maas_block_t      *workspace; /* of the thread that runs it */
    unsigned                    timed:1;   /* what rows cost is to be known */
    unsigned                    clockless:1;   /* not even run and ran */

    maas_err_t                  err;
    uint64_t                    run;       /* began and ended, */
    uint64_t                    ran;       /*     ngx_http_maas_now() */
    uint64_t                    ns;        /* CPU time, if timed */
} ngx_http_maas_pass_t;


/* Predict up to `most` of the rows that have not run.  In any thread: nothing
 * is touched but the pass and its memory. */
maas_status_t ngx_http_maas_pass_predict(ngx_http_maas_pass_t *pass,
    ngx_uint_t most);

/* Explanations of a pass's rows: set all but done and ran, which are 0. */

typedef struct {
    maas_explain_asked_t        asked;
    ngx_http_maas_block_t       workspace; /* of the thread that runs it */
    const void                 *zeros;     /* a row */
    maas_explained_t           *row;       /* (rows) */
    double                     *attributions;  /* (rows,told.size) */
    maas_explanations_t         told;      /* the same for who writes it */
    ngx_uint_t                  done;      /* rows */
    uint64_t                    ran;       /* ended, ngx_http_maas_now() */
    uint64_t                    ns;        /* CPU time */
} ngx_http_maas_reasons_t;

/* a row that is explained costs about as much as so many that are not */

#define NGX_HTTP_MAAS_EXPLAIN_ROW  8

/* Explain rows of a pass, which have run, for `most` ns or until all are; one
 * at least.  In any thread.  Failed: pass->err. */
maas_status_t ngx_http_maas_pass_explain(ngx_http_maas_pass_t *pass,
    ngx_http_maas_reasons_t *reasons, uint64_t most);

/* In the event loop, once all rows are explained: learn from the time. */
void ngx_http_maas_pass_explained(ngx_http_maas_pass_t *pass,
    ngx_http_maas_reasons_t *reasons);

/* In any thread: explain a row of ones, twice, in memory of its own: ns of the
 * second time, 0 if there is no memory. */
float ngx_http_maas_explain_warm(const maas_info_t *info,
    maas_explainer_t *explainer);

/* By what the time of a row, model->explain, is to be multiplied */
double ngx_http_maas_explain_share(ngx_http_maas_model_t *model,
    const maas_explain_asked_t *asked);

/* In the event loop: the pass is over, and a request of it gets to know. */
void ngx_http_maas_pass_tell(ngx_http_maas_pass_t *pass,
    ngx_http_maas_ctx_t *ctx);

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
    ngx_http_maas_offload_t    *offload;   /* of the location, or NULL */
    ngx_queue_t                 requests;  /* ctx->queue, in row order */
    ngx_http_maas_pass_t        pass;      /* room for model->max_batch rows */
#if (NGX_THREADS)
    ngx_http_maas_task_t       *task;
    ngx_http_maas_block_t       workspace; /* for a thread */
#endif
    ngx_pool_t                 *pool;      /* that it is in */
    size_t                      counted;   /* bytes of memory->used */
    ngx_queue_t                 spare;     /* memory->spares */
    unsigned                    fixed:1;   /* it is never given back */
};


/* The body is whole, and its form known: read rows out of it and let them ride
 * in this turn's batch.  Finalizes r, now or when the batch has run. */
void ngx_http_maas_batch_add(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx);

/* The request ends, maybe before its batch. */
void ngx_http_maas_batch_drop(ngx_http_maas_ctx_t *ctx);

/* Run what waits; handler of model->event. */
void ngx_http_maas_batch_run(ngx_event_t *ev);


/* ngx_http_maas_batch_memory.c */

/* Bytes of x and y for so many rows */
size_t ngx_http_maas_batch_size(ngx_http_maas_model_t *model,
    ngx_uint_t rows);

/* A new batch; NULL: NOMEM or BUSY.  The first one of a model is in
 * memory->fixed. */
ngx_http_maas_batch_t *ngx_http_maas_batch_create(
    ngx_http_maas_model_t *model, maas_err_t *err);

/* The batch that takes rows, one that is kept or a new one if need be; NULL:
 * NOMEM or BUSY.  Free: its rows are answered. */
ngx_http_maas_batch_t *ngx_http_maas_batch_get(ngx_http_maas_model_t *model,
    maas_err_t *err);
void ngx_http_maas_batch_free(ngx_http_maas_batch_t *batch);

/* Give back those that a generation, which has ended, has kept. */
void ngx_http_maas_batch_forget(ngx_http_maas_model_t *model);

/* Where memory is more than half used, give back what nothing needs now. */
void ngx_http_maas_batch_trim(ngx_http_maas_memory_t *memory);

/* The event loop's workspace is there: OK or NOMEM. */
maas_status_t ngx_http_maas_batch_workspace(ngx_http_maas_model_t *model,
    maas_err_t *err);

#if (NGX_THREADS)
/* What it needs to run in a thread: OK, NOMEM or BUSY. */
maas_status_t ngx_http_maas_batch_task(ngx_http_maas_batch_t *batch,
    ngx_http_maas_task_work_pt work, ngx_http_maas_task_back_pt back,
    maas_err_t *err);
#endif


/* ngx_http_maas_turn.c */

/* Let go_on(), which may do this again, go on with r's work in a turn of the
 * event loop: of all requests that wait, one goes on in each. */
void ngx_http_maas_turn_wait(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_http_maas_finish_pt go_on);

/* r has ended: it waits no more. */
void ngx_http_maas_turn_drop(ngx_http_maas_ctx_t *ctx);


/* ngx_http_maas_large.c */

/* As ngx_http_maas_batch_add(), for a body that does not ride with others: of
 * up to `bound` rows, in turns of the event loop; or of any number, which may
 * not even be whole, in a thread. */
void ngx_http_maas_large(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    size_t bound);

/* The same, whose rows are read, x(ctx->req.rows,in), which are copied: they
 * are to be explained. */
void ngx_http_maas_large_rows(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    const void *x);

#if (NGX_THREADS)
void ngx_http_maas_large_post(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_http_maas_offload_t *offload);
#endif

/* ns that a byte of a body takes at most to become numbers, about */

#define NGX_HTTP_MAAS_BYTE_COST  1


#endif /* _NGX_HTTP_MAAS_BATCH_H_INCLUDED_ */
