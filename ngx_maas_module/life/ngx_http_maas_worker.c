
/*
 * What a worker needs before its first request: workspace, batches, warm pages.
 * Not here: what is loaded before workers are forked (ngx_http_maas_model.c).
 */


#include "ngx_http_maas_life.h"
#include "request/ngx_http_maas_batch.h"


/* One run of each model: the first request shall not pay for page faults. */

static maas_status_t
ngx_http_maas_worker_warm_up(ngx_http_maas_model_t *model, maas_err_t *err)
{
    ngx_uint_t             i;
    ngx_http_maas_pass_t   pass;

    if (model->free == NULL) {
        model->free = ngx_http_maas_batch_create(model, err);
    }

    if (model->free == NULL
        || ngx_http_maas_batch_workspace(model, err) != MAAS_OK)
    {
        return err->code;
    }

    pass = model->free->pass;
    pass.workspace = model->workspace;
    pass.rows = 1;
    pass.timed = 1;

    /* no zeros, which would be left out: the second time tells what a row
     * costs */

    ngx_http_maas_row_ones(model->info, pass.x);

    for (i = 0; i < 2; i++) {
        pass.done = 0;

        if (ngx_http_maas_pass_predict(&pass, 1) != MAAS_OK) {
            *err = pass.err;
            return err->code;
        }
    }

    ngx_http_maas_pass_learn(&pass);

    if (model->explainer != NULL) {
        model->explain = ngx_http_maas_explain_warm(model->info,
                                                    model->explainer);
    }

    return MAAS_OK;
}


void
ngx_http_maas_worker_init(ngx_cycle_t *cycle, ngx_http_maas_main_conf_t *mmcf)
{
    maas_err_t               err;
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models;

    maas_keep_heap();

    models = mmcf->models.elts;

    for (i = 0; i < mmcf->models.nelts; i++) {
        models[i]->event.handler = ngx_http_maas_batch_run;
        models[i]->event.data = models[i];
        models[i]->event.log = cycle->log;

        if (ngx_http_maas_worker_warm_up(models[i], &err) != MAAS_OK) {
            ngx_log_error(NGX_LOG_ERR, cycle->log, 0,
                          "maas_model \"%V\": warm-up: %s",
                          &models[i]->name, err.msg);
        }
    }
}
