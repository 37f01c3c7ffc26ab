
/*
 * Requests that are ready in the same turn of the event loop -> one forward
 * pass -> their answers.  No timer: a lone request does not wait.
 * Not here: reading requests, headers of answers, requests of more rows than
 * a batch has (ngx_http_maas_large.c).
 */


#include <maas.h>

#include "ngx_http_maas_batch.h"
#include "ngx_http_maas_conf.h"
#include "ngx_http_maas_count.h"
#include "ngx_http_maas_ctx.h"
#include "ngx_http_maas_form.h"
#include "ngx_http_maas_model.h"
#include "ngx_http_maas_pool.h"
#include "answers/ngx_http_maas_response.h"


/* Batches of a model that are with the pool: the turn's end starts no more than
 * the first number, so that the next one fills up; a batch that is full starts
 * up to the second. */

#define NGX_HTTP_MAAS_IN_POOL      2
#define NGX_HTTP_MAAS_IN_POOL_MAX  16


static ngx_http_maas_batch_t *ngx_http_maas_batch_get(
    ngx_http_maas_model_t *model);
static void ngx_http_maas_batch_start(ngx_http_maas_model_t *model);
static void ngx_http_maas_batch_answer(ngx_http_maas_batch_t *batch,
    ngx_uint_t held);
static void ngx_http_maas_batch_cleanup(void *data);

#if (NGX_THREADS)
static ngx_int_t ngx_http_maas_batch_post(ngx_http_maas_batch_t *batch);
#endif


void
ngx_http_maas_batch_add(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_str_t *body, size_t json_len)
{
    float                     *x;
    size_t                     bound;
    maas_err_t                 err;
    ngx_http_cleanup_t        *cln;
    ngx_http_maas_batch_t     *batch;
    ngx_http_maas_model_t     *model;
    ngx_http_maas_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    model = ctx->model;

    bound = ngx_http_maas_form_bound(ctx, body, mlcf->max_rows);

    /* a subrequest does not wait for threads */

    if (bound > mlcf->batch || (mlcf->offload != NULL && r != r->main)) {
        ngx_http_maas_large(r, ctx, body, json_len, bound);
        return;
    }

    /* again, since an answer may lead to another request's rows */

    while (model->filling != NULL
           && (model->filling->rows + bound > mlcf->batch
               || model->filling->offload != mlcf->offload))
    {
        ngx_http_maas_batch_start(model);
    }

    batch = ngx_http_maas_batch_get(model);
    if (batch == NULL) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    batch->offload = mlcf->offload;
    x = batch->x + batch->rows * model->info->in;

    if (ngx_http_maas_form_read(ctx, body, json_len, mlcf->max_rows, x, &err)
        != MAAS_OK)
    {
        ngx_http_finalize_request(r, ngx_http_maas_send_failure(r, &err));
        return;
    }

    cln = ngx_http_cleanup_add(r, 0);
    if (cln == NULL) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    cln->handler = ngx_http_maas_batch_cleanup;
    cln->data = ctx;

    ctx->batch = batch;
    ctx->row = batch->rows;
    ctx->queued = 1;
    ngx_queue_insert_tail(&batch->requests, &ctx->queue);

    batch->rows += ctx->req.rows;

    if (!model->event.posted) {
        ngx_post_event(&model->event, &ngx_posted_events);
    }
}


/* The end of the turn */

void
ngx_http_maas_batch_run(ngx_event_t *ev)
{
    ngx_http_maas_model_t  *model = ev->data;

    if (model->filling == NULL) {
        return;
    }

    /* with so many on their way, the next to come back starts this one */

    if (model->filling->offload != NULL
        && model->in_pool >= NGX_HTTP_MAAS_IN_POOL)
    {
        return;
    }

    ngx_http_maas_batch_start(model);
}


/* The batch that takes rows, a new one if need be; NULL: out of memory */

static ngx_http_maas_batch_t *
ngx_http_maas_batch_get(ngx_http_maas_model_t *model)
{
    ngx_http_maas_batch_t  *batch;

    if (model->filling != NULL) {
        return model->filling;
    }

    batch = model->free;

    if (batch != NULL) {
        model->free = batch->next;

    } else {
        batch = ngx_http_maas_batch_create(model);
        if (batch == NULL) {
            return NULL;
        }
    }

    model->filling = batch;

    return batch;
}


ngx_http_maas_batch_t *
ngx_http_maas_batch_create(ngx_http_maas_model_t *model)
{
    ngx_pool_t             *pool;
    ngx_http_maas_batch_t  *batch;

    pool = ngx_cycle->pool;

    batch = ngx_pcalloc(pool, sizeof(ngx_http_maas_batch_t));
    if (batch == NULL) {
        return NULL;
    }

    batch->model = model;
    batch->x = ngx_pmemalign(pool, model->max_batch * model->info->in
                                   * sizeof(float), NGX_CPU_CACHE_LINE);
    batch->y = ngx_pmemalign(pool, model->max_batch * model->info->out
                                   * sizeof(float), NGX_CPU_CACHE_LINE);
    if (batch->x == NULL || batch->y == NULL) {
        return NULL;
    }

    ngx_queue_init(&batch->requests);

    return batch;
}


static void
ngx_http_maas_batch_free(ngx_http_maas_batch_t *batch)
{
    batch->rows = 0;
    batch->next = batch->model->free;
    batch->model->free = batch;
}


/* What comes from now on rides in another batch. */

static void
ngx_http_maas_batch_start(ngx_http_maas_model_t *model)
{
    uint64_t                began;
    ngx_http_maas_batch_t  *batch;

    batch = model->filling;
    model->filling = NULL;

    if (ngx_queue_empty(&batch->requests)) {
        ngx_http_maas_batch_free(batch);
        return;
    }

    batch->err.code = MAAS_OK;
    batch->run = ngx_http_maas_now();

    if (batch->offload == NULL) {
        (void) maas_run(model->engine, batch->x, batch->rows, batch->y,
                        model->workspace, model->workspace_size, &batch->err);

    } else if (ngx_http_maas_cost(model, batch->rows)
               < (uint64_t) batch->offload->above)
    {
        began = ngx_http_maas_cpu_time();

        (void) maas_run(model->engine, batch->x, batch->rows, batch->y,
                        model->workspace, model->workspace_size, &batch->err);

        ngx_http_maas_cost_add(model, batch->rows,
                               ngx_http_maas_cpu_time() - began);

#if (NGX_THREADS)
    } else if (ngx_http_maas_batch_post(batch) == NGX_OK) {
        return;
#endif
    }

    batch->ran = ngx_http_maas_now();
    ngx_http_maas_batch_answer(batch, 0);
}


static void
ngx_http_maas_batch_finish(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx)
{
    ngx_int_t               rc;
    ngx_http_maas_batch_t  *batch;

    batch = ctx->batch;

    ctx->at.run = batch->run;
    ctx->at.ran = batch->ran;

    if (batch->err.code == MAAS_OK) {
        rc = ngx_http_maas_form_answer(r, ctx, batch->y
                                       + ctx->row * ctx->model->info->out);
    } else {
        rc = ngx_http_maas_send_failure(r, &batch->err);
    }

    ngx_http_finalize_request(r, rc);
}


/* held: the requests were kept alive for a thread */

static void
ngx_http_maas_batch_answer(ngx_http_maas_batch_t *batch, ngx_uint_t held)
{
    ngx_queue_t          *q;
    ngx_connection_t     *c;
    ngx_http_request_t   *r;
    ngx_http_maas_ctx_t  *ctx;

    if (batch->err.code == MAAS_OK) {
        ngx_http_maas_count_run(batch->model, batch->rows,
                                batch->ran - batch->run);
    }

    while (!ngx_queue_empty(&batch->requests)) {
        q = ngx_queue_head(&batch->requests);
        ngx_queue_remove(q);

        ctx = ngx_queue_data(q, ngx_http_maas_ctx_t, queue);
        ctx->queued = 0;

        r = ctx->request;

        if (held) {
            ngx_http_maas_release(r, ctx, ngx_http_maas_batch_finish);
            continue;
        }

        c = r->connection;

        ngx_http_set_log_request(c->log, r);
        ngx_http_maas_batch_finish(r, ctx);
        ngx_http_run_posted_requests(c);
    }

    ngx_http_maas_batch_free(batch);
}


/* The request ends before its batch has run: its row runs for nobody. */

static void
ngx_http_maas_batch_cleanup(void *data)
{
    ngx_http_maas_ctx_t  *ctx = data;

    if (ctx->queued) {
        ngx_queue_remove(&ctx->queue);
        ctx->queued = 0;
    }
}


#if (NGX_THREADS)


/* In a thread: nothing here but the batch and the model's weights. */

static void
ngx_http_maas_batch_thread(void *data, ngx_log_t *log)
{
    uint64_t                 began;
    ngx_http_maas_batch_t   *batch;

    batch = *(ngx_http_maas_batch_t **) data;

    ngx_http_maas_pool_enter(batch->offload);

    batch->run = ngx_http_maas_now();
    began = ngx_http_maas_cpu_time();

    (void) maas_run(batch->model->engine, batch->x, batch->rows, batch->y,
                    batch->workspace, batch->workspace_size, &batch->err);

    batch->ns = ngx_http_maas_cpu_time() - began;
    batch->ran = ngx_http_maas_now();
}


static void
ngx_http_maas_batch_back(ngx_event_t *ev)
{
    ngx_http_maas_batch_t  *batch;
    ngx_http_maas_model_t  *model;

    if (ngx_http_maas_pool_done(ev) != NGX_OK) {
        return;
    }

    batch = ev->data;
    model = batch->model;

    model->in_pool--;
    ngx_http_maas_cost_add(model, batch->rows, batch->ns);

    /* what has filled up meanwhile; of this turn's rows the end will see */

    if (model->filling != NULL && !model->event.posted) {
        ngx_http_maas_batch_start(model);
    }

    ngx_http_maas_batch_answer(batch, 1);
}


/* NGX_OK: a thread has it.  NGX_ERROR: batch->err says why not. */

static ngx_int_t
ngx_http_maas_batch_post(ngx_http_maas_batch_t *batch)
{
    ngx_queue_t             *q;
    ngx_http_maas_ctx_t     *ctx;
    ngx_http_maas_model_t   *model;

    model = batch->model;

    if (batch->task == NULL) {
        batch->workspace_size = maas_workspace_size(model->engine,
                                                    model->max_batch);
        batch->workspace = ngx_pmemalign(ngx_cycle->pool,
                                         batch->workspace_size,
                                         NGX_CPU_CACHE_LINE);
        batch->task = ngx_thread_task_alloc(ngx_cycle->pool, sizeof(void *));

        if (batch->workspace == NULL || batch->task == NULL) {
            batch->task = NULL;
            return ngx_http_maas_fail(&batch->err, MAAS_NOMEM,
                                      "no memory for a batch in the pool");
        }

        *(ngx_http_maas_batch_t **) batch->task->ctx = batch;
        batch->task->handler = ngx_http_maas_batch_thread;
        batch->task->event.handler = ngx_http_maas_batch_back;
        batch->task->event.data = batch;
        batch->task->event.log = ngx_cycle->log;
    }

    if (model->in_pool >= NGX_HTTP_MAAS_IN_POOL_MAX
        || ngx_http_maas_pool_post(batch->offload, batch->task) != NGX_OK)
    {
        return ngx_http_maas_fail(&batch->err, MAAS_BUSY,
                                  "the thread pool is full");
    }

    model->in_pool++;

    for (q = ngx_queue_head(&batch->requests);
         q != ngx_queue_sentinel(&batch->requests);
         q = ngx_queue_next(q))
    {
        ctx = ngx_queue_data(q, ngx_http_maas_ctx_t, queue);
        ctx->queued = 0;                   /* no cleanup takes it out now */
        ngx_http_maas_hold(ctx->request);
    }

    return NGX_OK;
}


#endif
