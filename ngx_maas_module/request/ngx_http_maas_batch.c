
/*
 * Requests that are ready in the same turn of the event loop -> one forward
 * pass -> their answers.  No timer: a lone request does not wait.
 * Not here: reading requests, headers of answers, requests of more rows than
 * a batch has (ngx_http_maas_large.c).
 */


#include "ngx_http_maas_batch.h"
#include "ngx_http_maas_form.h"
#include "ngx_http_maas_gather.h"
#include "answers/ngx_http_maas_response.h"
#include "cache/ngx_http_maas_cache.h"


/* Batches of a model that are with the pool: the turn's end starts no more than
 * the first number, so that the next one fills up; a batch that is full starts
 * up to the second. */

#define NGX_HTTP_MAAS_IN_POOL      2
#define NGX_HTTP_MAAS_IN_POOL_MAX  16

/* Rows that a body is tried with where it may have more, or fewer */

#define NGX_HTTP_MAAS_TRY          8


static void ngx_http_maas_batch_start(ngx_http_maas_model_t *model);


static void
ngx_http_maas_batch_finish(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx)
{
    float                 *y;
    ngx_int_t              rc;
    ngx_http_maas_pass_t  *pass;

    pass = &ctx->batch->pass;
    y = pass->y + ctx->row * ctx->model->info->out;

    ngx_http_maas_pass_tell(pass, ctx);

    if (ctx->cache_wait != NULL && pass->err.code == MAAS_OK) {
        y = ngx_http_maas_cache_keep(ctx, y);
    }

    if (pass->err.code != MAAS_OK) {
        rc = ngx_http_maas_send_failure(r, &pass->err);

    } else if (ngx_http_maas_form_is_late(ctx, pass->run)) {
        rc = ngx_http_maas_form_late(r);

    } else {
        rc = ngx_http_maas_form_answer(r, ctx, y);
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


#if (NGX_THREADS)


/* In a thread */

static void
ngx_http_maas_batch_work(void *data, ngx_log_t *log)
{
    ngx_http_maas_batch_t  *batch = data;

    (void) ngx_http_maas_pass_predict(&batch->pass, batch->pass.rows);
}


static void
ngx_http_maas_batch_back(void *data)
{
    ngx_http_maas_batch_t  *batch = data;

    ngx_http_maas_model_t  *model;

    model = batch->pass.model;

    model->in_pool--;
    ngx_http_maas_pass_count(&batch->pass);

    /* what has filled up meanwhile; of this turn's rows the end will see */

    if (model->filling != NULL && !model->event.posted) {
        ngx_http_maas_batch_start(model);
    }

    ngx_http_maas_batch_answer(batch, 1);
}


/* OK: a thread has it.  Else batch->pass.err says why not. */

static maas_status_t
ngx_http_maas_batch_post(ngx_http_maas_batch_t *batch)
{
    ngx_queue_t             *q;
    ngx_http_maas_ctx_t     *ctx;
    ngx_http_maas_model_t   *model;

    model = batch->pass.model;

    if (ngx_http_maas_batch_task(batch, ngx_http_maas_batch_work,
                                 ngx_http_maas_batch_back, &batch->pass.err)
        != MAAS_OK)
    {
        return batch->pass.err.code;
    }

    batch->pass.workspace = &batch->workspace;

    if (model->in_pool >= NGX_HTTP_MAAS_IN_POOL_MAX
        || ngx_http_maas_task_post(batch->task, batch->offload) != NGX_OK)
    {
        return ngx_http_maas_fail(&batch->pass.err, MAAS_BUSY,
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

    return MAAS_OK;
}


#endif


/* What comes from now on rides in another batch. */

static void
ngx_http_maas_batch_start(ngx_http_maas_model_t *model)
{
    ngx_http_maas_pass_t   *pass;
    ngx_http_maas_batch_t  *batch;

    batch = model->filling;
    model->filling = NULL;

    if (ngx_queue_empty(&batch->requests)) {
        ngx_http_maas_batch_free(batch);
        return;
    }

    pass = &batch->pass;
    pass->timed = batch->offload != NULL;

#if (NGX_THREADS)
    if (batch->offload != NULL
        && ngx_http_maas_pass_cost(model, pass->rows)
           >= (uint64_t) batch->offload->above)
    {
        if (ngx_http_maas_batch_post(batch) != MAAS_OK) {
            ngx_http_maas_batch_answer(batch, 0);
        }

        return;
    }
#endif

    pass->workspace = model->workspace;

    if (ngx_http_maas_batch_workspace(model, &pass->err) == MAAS_OK) {
        (void) ngx_http_maas_pass_predict(pass, pass->rows);
        ngx_http_maas_pass_count(pass);
    }

    ngx_http_maas_batch_answer(batch, 0);
}


/* If its batch has not run, its row runs for nobody. */

void
ngx_http_maas_batch_drop(ngx_http_maas_ctx_t *ctx)
{
    if (ctx->queued) {
        ngx_queue_remove(&ctx->queue);
        ctx->queued = 0;
    }
}


/* Rows that ride together, of a location */

static ngx_uint_t
ngx_http_maas_batch_most(ngx_http_maas_model_t *model,
    ngx_http_maas_loc_conf_t *mlcf)
{
    return ngx_min(mlcf->batch, model->max_batch);
}


/* A batch with room for up to `bound` rows of a location; NULL: out of memory.
 * Whatever waits without room is started: again and again, since an answer may
 * lead to another request's rows. */

static ngx_http_maas_batch_t *
ngx_http_maas_batch_room(ngx_http_maas_model_t *model,
    ngx_http_maas_loc_conf_t *mlcf, size_t bound, maas_err_t *err)
{
    ngx_http_maas_batch_t  *batch;

    while (model->filling != NULL
           && (model->filling->pass.rows + bound
               > ngx_http_maas_batch_most(model, mlcf)
               || model->filling->offload != mlcf->offload))
    {
        ngx_http_maas_batch_start(model);
    }

    batch = ngx_http_maas_batch_get(model, err);
    if (batch != NULL) {
        batch->offload = mlcf->offload;
    }

    return batch;
}


/* Is the body long enough to be read in a thread?  (A subrequest does not wait
 * for threads.) */

#if (NGX_THREADS)

static ngx_uint_t
ngx_http_maas_batch_long(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_http_maas_offload_t *offload)
{
    size_t  len;

    len = ctx->body.text.len;

    return offload != NULL && r == r->main && len > NGX_HTTP_MAAS_BODY_SLICE
           && len * NGX_HTTP_MAAS_BYTE_COST >= (uint64_t) offload->above;
}

#endif


/* Rows that the body is tried with, up to `bound` of them; 0: too many to ride
 * with others.  The bound counts bytes, and a row of text has many: a body of
 * such a model may have few rows. */

static ngx_uint_t
ngx_http_maas_batch_try(ngx_http_maas_ctx_t *ctx, size_t bound, ngx_uint_t most)
{
    const maas_info_t  *info;

    if (bound <= most) {
        return bound;
    }

    info = ctx->model->info;

    if (info->n_columns == 0 || info->plain
        || ctx->body.text.len > NGX_HTTP_MAAS_BODY_SLICE)
    {
        return 0;
    }

    return ngx_min(most, NGX_HTTP_MAAS_TRY);
}


/* Rows that have to run of those that were read: they are the first ones.  0:
 * there are none, and r is finalized. */

static ngx_uint_t
ngx_http_maas_batch_look(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_http_maas_batch_t *batch, ngx_http_maas_cached_t *cached, void *x)
{
    float       *y;
    ngx_uint_t   rows;

    /* those that rode before have not run */

    y = batch->pass.y + batch->pass.rows * ctx->model->info->out;
    rows = ngx_http_maas_cache_look(r, ctx, cached, x, y);

    if (rows == 0) {
        ngx_http_finalize_request(r, ngx_http_maas_form_answer(r, ctx, y));
    }

    return rows;
}


/* Rows out of the body into the batch that takes up to `rows` of them */

static maas_status_t
ngx_http_maas_batch_read(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_uint_t rows, ngx_uint_t max_rows, maas_err_t *err)
{
    void                      *x;
    ngx_http_maas_batch_t     *batch;
    ngx_http_maas_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    batch = ngx_http_maas_batch_room(ctx->model, mlcf, rows, err);
    if (batch == NULL) {
        return err->code;
    }

    x = (u_char *) batch->pass.x + batch->pass.rows * ctx->model->info->row;

    if (ngx_http_maas_form_read(ctx, max_rows, x, err) != MAAS_OK) {
        return err->code;
    }

    if (ctx->req.explain.wanted) {
        ngx_http_maas_large_rows(r, ctx, x);
        return MAAS_OK;
    }

    rows = ctx->req.rows;

    if (mlcf->cache != NULL && rows > 0) {
        rows = ngx_http_maas_batch_look(r, ctx, batch, mlcf->cache, x);

        if (rows == 0) {
            return MAAS_OK;
        }
    }

    ctx->batch = batch;
    ctx->row = batch->pass.rows;
    ctx->queued = 1;
    ngx_queue_insert_tail(&batch->requests, &ctx->queue);

    batch->pass.rows += rows;

    if (!ctx->model->event.posted) {
        ngx_post_event(&ctx->model->event, &ngx_posted_events);
    }

    return MAAS_OK;
}


void
ngx_http_maas_batch_add(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx)
{
    size_t                     bound;
    maas_err_t                 err;
    ngx_uint_t                 rows;
    ngx_http_maas_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

#if (NGX_THREADS)
    if (ngx_http_maas_batch_long(r, ctx, mlcf->offload)) {
        ngx_http_maas_large_post(r, ctx, mlcf->offload);
        return;
    }
#endif

    bound = ngx_http_maas_form_bound(ctx, mlcf->max_rows);
    rows = ngx_http_maas_batch_try(ctx, bound,
                                   ngx_http_maas_batch_most(ctx->model, mlcf));

    if (rows == 0 || (mlcf->offload != NULL && r != r->main)) {
        ngx_http_maas_large(r, ctx, bound);
        return;
    }

    if (ngx_http_maas_batch_read(r, ctx, rows, rows < bound ? rows
                                                            : mlcf->max_rows,
                                 &err)
        == MAAS_OK)
    {
        return;
    }

    if (err.code == MAAS_TOOBIG && rows < bound) {
        ngx_http_maas_large(r, ctx, bound);
        return;
    }

    ngx_http_maas_form_refuse(r, ctx, &err);
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
