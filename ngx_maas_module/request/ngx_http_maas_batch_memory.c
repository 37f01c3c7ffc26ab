
/*
 * What a batch is made of: rows, a workspace and a task for threads.  A worker
 * keeps those that it has made.
 * Not here: what rides in them (ngx_http_maas_batch.c).
 */


#include "ngx_http_maas_batch.h"


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

    batch->pass.model = model;
    batch->pass.workspace = &model->workspace;
    batch->pass.x = ngx_pmemalign(pool, model->max_batch * model->info->in
                                        * sizeof(float), NGX_CPU_CACHE_LINE);
    batch->pass.y = ngx_pmemalign(pool, model->max_batch * model->info->out
                                        * sizeof(float), NGX_CPU_CACHE_LINE);
    if (batch->pass.x == NULL || batch->pass.y == NULL) {
        return NULL;
    }

    ngx_queue_init(&batch->requests);

    return batch;
}


ngx_http_maas_batch_t *
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


void
ngx_http_maas_batch_free(ngx_http_maas_batch_t *batch)
{
    ngx_http_maas_model_t  *model;

    model = batch->pass.model;

    batch->pass.rows = 0;
    batch->pass.done = 0;
    batch->next = model->free;
    model->free = batch;
}


#if (NGX_THREADS)


ngx_int_t
ngx_http_maas_batch_task(ngx_http_maas_batch_t *batch,
    ngx_http_maas_task_work_pt work, ngx_http_maas_task_back_pt back)
{
    ngx_pool_t                 *pool;
    ngx_http_maas_model_t      *model;
    ngx_http_maas_workspace_t  *ws;

    pool = ngx_cycle->pool;
    model = batch->pass.model;

    ws = &batch->workspace;
    ws->size = maas_workspace_size(model->engine, model->max_batch);
    ws->data = ngx_pmemalign(pool, ws->size, NGX_CPU_CACHE_LINE);
    if (ws->data == NULL) {
        return NGX_ERROR;
    }

    batch->task = ngx_http_maas_task_create(pool, batch, work, back);

    return batch->task == NULL ? NGX_ERROR : NGX_OK;
}


#endif
