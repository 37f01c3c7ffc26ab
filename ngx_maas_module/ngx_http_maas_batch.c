
/*
 * Requests that are ready in the same turn of the event loop -> one forward
 * pass -> their answers.  No timer: a lone request does not wait.
 * Not here: reading requests, headers of answers.
 */


#include "ngx_http_maas_module.h"


static ngx_int_t ngx_http_maas_batch_alone(ngx_http_request_t *r,
    ngx_http_maas_ctx_t *ctx, ngx_str_t *body, size_t json_len,
    size_t bound);
static void ngx_http_maas_batch_cleanup(void *data);


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
    batch = &model->batch;

    bound = ngx_http_maas_form_bound(ctx, body, mlcf->max_rows);

    if (bound <= mlcf->batch && batch->rows + bound > mlcf->batch
        && !batch->running)
    {
        ngx_http_maas_batch_run(&batch->event);
    }

    if (batch->rows + bound > mlcf->batch) {
        ngx_http_finalize_request(r, ngx_http_maas_batch_alone(r, ctx, body,
                                                        json_len, bound));
        return;
    }

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

    ctx->row = batch->rows;
    ctx->queued = 1;
    ngx_queue_insert_tail(&batch->waiting, &ctx->queue);

    batch->rows += ctx->req.rows;

    if (!batch->event.posted) {
        ngx_post_event(&batch->event, &ngx_posted_events);
    }
}


void
ngx_http_maas_batch_run(ngx_event_t *ev)
{
    float                  *y;
    uint64_t                began, ended;
    ngx_int_t               rc;
    ngx_queue_t            *q, ready;
    maas_err_t              err;
    maas_status_t           status;
    ngx_connection_t       *c;
    ngx_http_request_t     *r;
    ngx_http_maas_ctx_t    *ctx;
    ngx_http_maas_batch_t  *batch;
    ngx_http_maas_model_t  *model;

    model = ev->data;
    batch = &model->batch;

    if (ngx_queue_empty(&batch->waiting)) {
        batch->rows = 0;
        return;
    }

    began = ngx_http_maas_now();

    status = maas_run(model->engine, batch->x, batch->rows, batch->y,
                      batch->workspace, batch->workspace_size, &err);

    ended = ngx_http_maas_now();
    ngx_http_maas_count_run(model);

    /* what comes while answers go out rides in the next batch */

    batch->running = 1;
    batch->rows = 0;

    ngx_queue_init(&ready);
    ngx_queue_add(&ready, &batch->waiting);
    ngx_queue_init(&batch->waiting);

    while (!ngx_queue_empty(&ready)) {
        q = ngx_queue_head(&ready);
        ngx_queue_remove(q);

        ctx = ngx_queue_data(q, ngx_http_maas_ctx_t, queue);
        ctx->queued = 0;
        ctx->at.run = began;
        ctx->at.ran = ended;

        r = ctx->request;
        c = r->connection;
        y = batch->y + ctx->row * model->info->out;

        ngx_http_set_log_request(c->log, r);

        rc = status == MAAS_OK ? ngx_http_maas_form_answer(r, ctx, y)
                               : ngx_http_maas_send_failure(r, &err);

        ngx_http_finalize_request(r, rc);
        ngx_http_run_posted_requests(c);
    }

    batch->running = 0;
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


/* More rows than a batch has room for: memory of its own */

static ngx_int_t
ngx_http_maas_batch_alone(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_str_t *body, size_t json_len, size_t bound)
{
    float                     *x, *y;
    maas_err_t                 err;
    ngx_http_maas_batch_t     *batch;
    ngx_http_maas_model_t     *model;
    ngx_http_maas_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    model = ctx->model;
    batch = &model->batch;

    x = ngx_palloc(r->pool, bound * model->info->in * sizeof(float));
    if (x == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_http_maas_form_read(ctx, body, json_len, mlcf->max_rows, x, &err)
        != MAAS_OK)
    {
        return ngx_http_maas_send_failure(r, &err);
    }

    y = ngx_palloc(r->pool, (ctx->req.rows + 1) * model->info->out
                            * sizeof(float));
    if (y == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->at.run = ngx_http_maas_now();

    if (maas_run(model->engine, x, ctx->req.rows, y, batch->workspace,
                 batch->workspace_size, &err)
        != MAAS_OK)
    {
        return ngx_http_maas_send_failure(r, &err);
    }

    ctx->at.ran = ngx_http_maas_now();
    ngx_http_maas_count_run(model);

    return ngx_http_maas_form_answer(r, ctx, y);
}
