
/*
 * What a worker will need of maas_memory for its models, once the configuration
 * is merged: batches are made smaller until they leave half of it to requests,
 * and what cannot hold a batch of one row is refused.
 * Not here: who takes it (ngx_http_maas_memory.c).
 */


#include "ngx_http_maas_life.h"
#include "request/ngx_http_maas_batch.h"


#define NGX_HTTP_MAAS_MEMORY  (256 * 1024 * 1024)


/* Bytes for a batch of so many rows: the rows, and a workspace where threads
 * may run it */

static size_t
ngx_http_maas_fit_batch(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model, ngx_uint_t rows)
{
    size_t  size, ws;

    size = ngx_http_maas_batch_size(model, rows);
    ws = mmcf->offload ? maas_workspace_size(model->engine, rows) : 0;

    return size + ws;
}


/* Bytes for a batch of each model and for the event loop's workspace and row,
 * the sizes of which are set */

static size_t
ngx_http_maas_fit_all(ngx_http_maas_main_conf_t *mmcf)
{
    size_t                   size, ws;
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models;

    size = 0;
    models = mmcf->models.elts;
    mmcf->workspace.size = NGX_CPU_CACHE_LINE;
    mmcf->row.size = 0;

    for (i = 0; i < mmcf->models.nelts; i++) {
        ws = maas_workspace_size(models[i]->engine, models[i]->max_batch);
        mmcf->workspace.size = ngx_max(mmcf->workspace.size, ws);
        size += ngx_http_maas_fit_batch(mmcf, models[i], models[i]->max_batch);

        if (mmcf->inputs.nelts > 0) {
            mmcf->row.size = ngx_max(mmcf->row.size, models[i]->info->row);
        }
    }

    return size + mmcf->workspace.size + mmcf->row.size;
}


/* The model that needs most for a batch, and more than `least`, of those whose
 * batch has more than `rows` rows; NULL: there is none */

static ngx_http_maas_model_t *
ngx_http_maas_fit_widest(ngx_http_maas_main_conf_t *mmcf, ngx_uint_t rows,
    size_t least)
{
    size_t                   size, most;
    ngx_uint_t               i;
    ngx_http_maas_model_t   *widest, **models;

    most = least;
    widest = NULL;
    models = mmcf->models.elts;

    for (i = 0; i < mmcf->models.nelts; i++) {

        if (models[i]->max_batch <= rows) {
            continue;
        }

        size = ngx_http_maas_fit_batch(mmcf, models[i], models[i]->max_batch)
               + maas_workspace_size(models[i]->engine, models[i]->max_batch);

        if (size > most) {
            widest = models[i];
            most = size;
        }
    }

    return widest;
}


/* Halves batches that need more than `least` until all need no more than
 * `size`, or all have one row: what they need then */

static size_t
ngx_http_maas_fit_to(ngx_http_maas_main_conf_t *mmcf, size_t size, size_t least)
{
    size_t                  need;
    ngx_http_maas_model_t  *model;

    for ( ;; ) {
        need = ngx_http_maas_fit_all(mmcf);
        model = ngx_http_maas_fit_widest(mmcf, 1, least);

        if (need <= size || model == NULL) {
            return need;
        }

        model->max_batch = (model->max_batch + 1) / 2;
    }
}


/* What models have less of than the configuration says */

static void
ngx_http_maas_fit_warn(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model)
{
    size_t  left, row, rows;

    if (model->max_batch < model->batch) {
        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "maas_batch: model \"%V\" has batches of %ui rows, not "
                      "%ui, in maas_memory of %uz bytes", &model->name,
                      model->max_batch, model->batch, mmcf->memory.limit);
    }

    left = mmcf->memory.limit - mmcf->memory.fixed;
    row = ngx_http_maas_batch_size(model, 1);

    rows = ngx_max(left / row, model->max_batch);

    if (rows < model->max_rows) {
        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "maas_max_rows: a request for model \"%V\" may have some "
                      "%uz rows, not %ui, in maas_memory of %uz bytes",
                      &model->name, rows, model->max_rows,
                      mmcf->memory.limit);
    }
}


/* What locations ask for */

static void
ngx_http_maas_fit_init(ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t               i;
    ngx_http_maas_model_t   *model;
    ngx_http_maas_memory_t  *memory;

    memory = &mmcf->memory;

    memory->limit = mmcf->memory_size != NGX_CONF_UNSET
                    ? (size_t) mmcf->memory_size : NGX_HTTP_MAAS_MEMORY;
    ngx_queue_init(&memory->spares);

    for (i = 0; i < mmcf->models.nelts; i++) {
        model = ((ngx_http_maas_model_t **) mmcf->models.elts)[i];

        model->batch = ngx_max(model->batch, mmcf->batch);
        model->max_batch = model->batch;
        model->max_rows = ngx_max(model->max_rows, mmcf->max_rows);
        model->memory = memory;
        model->workspace = &mmcf->workspace;
    }
}


ngx_int_t
ngx_http_maas_fit(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf)
{
    size_t                   need;
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models;
    ngx_http_maas_memory_t  *memory;

    memory = &mmcf->memory;
    models = mmcf->models.elts;

    ngx_http_maas_fit_init(mmcf);

    /* half of it is for requests, unless small models would suffer for little;
     * but batches must fit */

    (void) ngx_http_maas_fit_to(mmcf, memory->limit / 2, memory->limit / 64);
    need = ngx_http_maas_fit_to(mmcf, memory->limit, 0);

    if (need > memory->limit) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "maas_memory: %uz bytes cannot hold a batch of one row "
                      "of each model, which takes %uz, most of it for \"%V\"",
                      memory->limit, need,
                      &ngx_http_maas_fit_widest(mmcf, 0, 0)->name);
        return NGX_ERROR;
    }

    memory->fixed = need;
    memory->used = need;

    for (i = 0; i < mmcf->models.nelts; i++) {
        models[i]->need = ngx_http_maas_fit_batch(mmcf, models[i],
                                                  models[i]->max_batch);
        ngx_http_maas_fit_warn(cf, mmcf, models[i]);
    }

    return NGX_OK;
}


/* Bytes by which a block that all models share has to grow */

static size_t
ngx_http_maas_fit_more(ngx_http_maas_block_t *block, size_t size)
{
    return size - ngx_min(size, block->size);
}


/* Bytes for a batch of so many rows, and what the worker has too little of */

static size_t
ngx_http_maas_fit_need(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model, ngx_uint_t rows)
{
    size_t  size;

    size = ngx_http_maas_fit_batch(mmcf, model, rows)
           + ngx_http_maas_fit_more(&mmcf->workspace,
                                    maas_workspace_size(model->engine, rows));

    if (mmcf->inputs.nelts > 0) {
        size += ngx_http_maas_fit_more(&mmcf->row, model->info->row);
    }

    return size;
}


/* What `now`, which may be NULL, has */

static size_t
ngx_http_maas_fit_now(ngx_http_maas_model_t *now)
{
    return now == NULL ? 0 : now->need;
}


maas_status_t
ngx_http_maas_fit_new(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *now, ngx_http_maas_model_t *new, maas_err_t *err)
{
    size_t                   others, least, most;
    ngx_http_maas_memory_t  *memory;

    memory = &mmcf->memory;

    others = memory->fixed - ngx_http_maas_fit_now(now);

    /* as above: half of it is for requests */

    least = memory->limit / 64;
    most = memory->limit / 2 - ngx_min(others, memory->limit / 2);
    most = ngx_max(most, least);

    new->max_batch = new->batch;

    while (new->max_batch > 1
           && ngx_http_maas_fit_need(mmcf, new, new->max_batch) > most)
    {
        new->max_batch = (new->max_batch + 1) / 2;
    }

    while (others + ngx_http_maas_fit_need(mmcf, new, new->max_batch)
           > memory->limit)
    {
        if (new->max_batch == 1) {
            return ngx_http_maas_fail(err, MAAS_TOOBIG, "maas_memory of %uz "
                                      "bytes has no room for a batch of one "
                                      "row", memory->limit);
        }

        new->max_batch = (new->max_batch + 1) / 2;
    }

    return MAAS_OK;
}


/* What it held is made anew when it is needed. */

static void
ngx_http_maas_fit_grow(ngx_http_maas_block_t *block, size_t size)
{
    if (size <= block->size) {
        return;
    }

    if (block->data != NULL) {
        (void) ngx_pfree(ngx_cycle->pool, block->data);
        block->data = NULL;
    }

    block->size = size;
}


void
ngx_http_maas_fit_take(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *now, ngx_http_maas_model_t *new)
{
    size_t                   old, need;
    ngx_http_maas_memory_t  *memory;

    memory = &mmcf->memory;

    old = ngx_http_maas_fit_now(now);
    need = ngx_http_maas_fit_need(mmcf, new, new->max_batch);
    new->need = ngx_http_maas_fit_batch(mmcf, new, new->max_batch);

    memory->fixed += need - old;
    (void) ngx_atomic_fetch_add(&memory->used, need - old);

    ngx_http_maas_fit_grow(&mmcf->workspace,
                           maas_workspace_size(new->engine, new->max_batch));

    if (mmcf->inputs.nelts > 0) {
        ngx_http_maas_fit_grow(&mmcf->row, new->info->row);
    }
}


void
ngx_http_maas_fit_drop(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *now)
{
    size_t  old;

    old = ngx_http_maas_fit_now(now);

    mmcf->memory.fixed -= old;
    ngx_http_maas_memory_give(&mmcf->memory, old);
}
