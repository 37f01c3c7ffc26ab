
/*
 * What a worker needs before its first request: workspace, batches, warm pages.
 * Not here: what is loaded before workers are forked (ngx_http_maas_model.c).
 */


#include "ngx_http_maas_life.h"
#include "request/ngx_http_maas_batch.h"


/* One run of each model: the first request shall not pay for page faults. */

static ngx_int_t
ngx_http_maas_worker_warm_up(ngx_cycle_t *cycle, ngx_http_maas_model_t *model)
{
    ngx_uint_t              i;
    ngx_http_maas_batch_t  *batch;
    ngx_http_maas_pass_t    pass;

    batch = ngx_http_maas_batch_create(model);
    if (batch == NULL) {
        return NGX_ERROR;
    }

    model->free = batch;

    pass = batch->pass;
    pass.rows = 1;
    pass.timed = 1;

    /* no zeros, which would be left out: the second time tells what a row
     * costs */

    for (i = 0; i < model->info->in; i++) {
        pass.x[i] = 1.0f;
    }

    for (i = 0; i < 2; i++) {
        pass.done = 0;

        if (ngx_http_maas_pass_predict(&pass, 1) != MAAS_OK) {
            ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                          "maas_model \"%V\": warm-up: %s", &model->name,
                          pass.err.msg);
            return NGX_ERROR;
        }
    }

    ngx_http_maas_pass_learn(&pass);

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_worker_init(ngx_cycle_t *cycle, ngx_http_maas_main_conf_t *mmcf)
{
    size_t                       size;
    ngx_uint_t                   i;
    ngx_http_maas_model_t      **models;
    ngx_http_maas_workspace_t    workspace;

    maas_keep_heap();

    models = mmcf->models.elts;
    workspace.size = NGX_CPU_CACHE_LINE;

    for (i = 0; i < mmcf->models.nelts; i++) {
        size = maas_workspace_size(models[i]->engine, mmcf->max_batch);
        workspace.size = ngx_max(workspace.size, size);
    }

    workspace.data = ngx_pmemalign(cycle->pool, workspace.size,
                                   NGX_CPU_CACHE_LINE);
    if (workspace.data == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < mmcf->models.nelts; i++) {
        models[i]->workspace = workspace;
        models[i]->max_batch = mmcf->max_batch;

        models[i]->event.handler = ngx_http_maas_batch_run;
        models[i]->event.data = models[i];
        models[i]->event.log = cycle->log;

        if (ngx_http_maas_worker_warm_up(cycle, models[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
