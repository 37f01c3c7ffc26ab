
/*
 * What a batch is made of: rows, a workspace and a task for threads.  A worker
 * keeps the first batch of each model for ever, and more of them as long as
 * there is memory.
 * Not here: what rides in them (ngx_http_maas_batch.c).
 */


#include "ngx_http_maas_batch.h"


/* Memory of the batch, counted unless it is fixed */

static void *
ngx_http_maas_batch_alloc(ngx_http_maas_batch_t *batch, size_t size,
    maas_err_t *err)
{
    void                    *p;
    ngx_http_maas_memory_t  *memory;

    memory = batch->pass.model->memory;

    if (!batch->fixed) {
        if (ngx_http_maas_memory_take(memory, size, err) != MAAS_OK) {
            err->code = MAAS_BUSY;         /* others have it: never TOOBIG */
            return NULL;
        }

        batch->counted += size;
    }

    p = ngx_pmemalign(batch->pool, size, NGX_CPU_CACHE_LINE);
    if (p == NULL) {
        (void) ngx_http_maas_fail(err, MAAS_NOMEM, "no memory for a batch");
    }

    return p;
}


static void
ngx_http_maas_batch_destroy(ngx_http_maas_batch_t *batch)
{
    ngx_http_maas_memory_give(batch->pass.model->memory, batch->counted);
    ngx_destroy_pool(batch->pool);
}


size_t
ngx_http_maas_batch_size(ngx_http_maas_model_t *model, ngx_uint_t rows)
{
    return ngx_align(rows * model->info->row, NGX_CPU_CACHE_LINE)
           + rows * model->info->out * sizeof(float);
}


ngx_http_maas_batch_t *
ngx_http_maas_batch_create(ngx_http_maas_model_t *model, maas_err_t *err)
{
    u_char                 *p;
    size_t                  size;
    ngx_pool_t             *pool;
    ngx_http_maas_batch_t  *batch;

    pool = model->fixed ? ngx_create_pool(1024, ngx_cycle->log)
           : model->pool != NULL ? model->pool : ngx_cycle->pool;
    if (pool == NULL) {
        (void) ngx_http_maas_fail(err, MAAS_NOMEM, "no memory for a batch");
        return NULL;
    }

    batch = ngx_pcalloc(pool, sizeof(ngx_http_maas_batch_t));
    if (batch == NULL) {
        (void) ngx_http_maas_fail(err, MAAS_NOMEM, "no memory for a batch");
        goto failed;
    }

    batch->pool = pool;
    batch->fixed = !model->fixed;
    batch->pass.model = model;

    size = ngx_http_maas_batch_size(model, model->max_batch);

    p = ngx_http_maas_batch_alloc(batch, size, err);
    if (p == NULL) {
        ngx_http_maas_memory_give(model->memory, batch->counted);
        goto failed;
    }

    batch->pass.x = p;
    batch->pass.y = (float *) (p + size - model->max_batch * model->info->out
                                          * sizeof(float));

    ngx_queue_init(&batch->requests);
    model->fixed = 1;

    return batch;

failed:

    if (model->fixed) {
        ngx_destroy_pool(pool);
    }

    return NULL;
}


/* One that is kept, NULL if there is none */

static ngx_http_maas_batch_t *
ngx_http_maas_batch_kept(ngx_http_maas_model_t *model)
{
    ngx_queue_t            *q;
    ngx_http_maas_batch_t  *batch;

    if (model->free != NULL) {
        batch = model->free;
        model->free = NULL;
        return batch;
    }

    for (q = ngx_queue_head(&model->memory->spares);
         q != ngx_queue_sentinel(&model->memory->spares);
         q = ngx_queue_next(q))
    {
        batch = ngx_queue_data(q, ngx_http_maas_batch_t, spare);

        if (batch->pass.model == model) {
            ngx_queue_remove(q);
            return batch;
        }
    }

    return NULL;
}


ngx_http_maas_batch_t *
ngx_http_maas_batch_get(ngx_http_maas_model_t *model, maas_err_t *err)
{
    if (model->filling == NULL) {
        model->filling = ngx_http_maas_batch_kept(model);
    }

    if (model->filling == NULL) {
        ngx_http_maas_batch_trim(model->memory);
        model->filling = ngx_http_maas_batch_create(model, err);
    }

    return model->filling;
}


void
ngx_http_maas_batch_free(ngx_http_maas_batch_t *batch)
{
    ngx_http_maas_model_t  *model;

    model = batch->pass.model;

    batch->pass.rows = 0;
    batch->pass.done = 0;

    if (batch->fixed) {
        model->free = batch;
        return;
    }

    ngx_queue_insert_head(&model->memory->spares, &batch->spare);
    ngx_http_maas_batch_trim(model->memory);
}


/* The fixed one is in the generation's pool. */

void
ngx_http_maas_batch_forget(ngx_http_maas_model_t *model)
{
    ngx_queue_t            *q, *next;
    ngx_http_maas_batch_t  *batch;

    for (q = ngx_queue_head(&model->memory->spares);
         q != ngx_queue_sentinel(&model->memory->spares);
         q = next)
    {
        next = ngx_queue_next(q);
        batch = ngx_queue_data(q, ngx_http_maas_batch_t, spare);

        if (batch->pass.model == model) {
            ngx_queue_remove(q);
            ngx_http_maas_batch_destroy(batch);
        }
    }
}


void
ngx_http_maas_batch_trim(ngx_http_maas_memory_t *memory)
{
    ngx_queue_t  *q;

    while (memory->used > memory->limit / 2
           && !ngx_queue_empty(&memory->spares))
    {
        q = ngx_queue_last(&memory->spares);
        ngx_queue_remove(q);
        ngx_http_maas_batch_destroy(ngx_queue_data(q, ngx_http_maas_batch_t,
                                                   spare));
    }
}


maas_status_t
ngx_http_maas_batch_workspace(ngx_http_maas_model_t *model, maas_err_t *err)
{
    if (model->workspace->data != NULL) {
        return MAAS_OK;
    }

    model->workspace->data = ngx_pmemalign(ngx_cycle->pool,
                                           model->workspace->size,
                                           NGX_CPU_CACHE_LINE);

    return model->workspace->data != NULL
           ? MAAS_OK
           : ngx_http_maas_fail(err, MAAS_NOMEM, "no memory for a workspace");
}


#if (NGX_THREADS)


maas_status_t
ngx_http_maas_batch_task(ngx_http_maas_batch_t *batch,
    ngx_http_maas_task_work_pt work, ngx_http_maas_task_back_pt back,
    maas_err_t *err)
{
    ngx_http_maas_block_t  *ws;

    ws = &batch->workspace;

    if (ws->data == NULL) {
        ws->size = maas_workspace_size(batch->pass.model->engine,
                                       batch->pass.model->max_batch);
        ws->data = ngx_http_maas_batch_alloc(batch, ws->size, err);
        if (ws->data == NULL) {
            return err->code;
        }
    }

    if (batch->task == NULL) {
        batch->task = ngx_http_maas_task_create(batch->pool, batch, work,
                                                back);
    }

    return batch->task != NULL
           ? MAAS_OK
           : ngx_http_maas_fail(err, MAAS_NOMEM, "no memory for a task");
}


#endif
