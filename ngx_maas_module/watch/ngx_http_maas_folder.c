
/*
 * Models that come and go with their files, in a worker.
 * Not here: which files there are (ngx_http_maas_folder_look.c), generations of
 * one model (ngx_http_maas_swap.c).
 */


#include "ngx_http_maas_folder.h"
#include "life/ngx_http_maas_lanes.h"
#include "life/ngx_http_maas_pipeline.h"
#include "ngx_http_maas_pair.h"
#include "proxy/ngx_http_maas_proxy.h"


/* Name and version, each with a NUL behind it, in memory of the watch */

static void
ngx_http_maas_folder_text(ngx_http_maas_watch_t *watch)
{
    u_char                 *p;
    ngx_http_maas_model_t  *first;

    first = watch->model;

    p = watch->text;
    p = ngx_cpystrn(p, first->name.data, first->name.len + 1);
    first->name.data = watch->text;

    p++;
    (void) ngx_cpystrn(p, first->version.data, first->version.len + 1);
    first->version.data = p;
}


ngx_int_t
ngx_http_maas_folder_enter(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_watch_t *watch, ngx_http_maas_slot_t *slot)
{
    maas_err_t              err;
    ngx_http_maas_model_t  *first;

    first = watch->model;

    if (watch->text == NULL) {
        watch->text = ngx_pnalloc(ngx_cycle->pool,
                                  MAAS_MAX_NAME + NGX_INT_T_LEN + 2);
        if (watch->text == NULL) {
            return NGX_ERROR;
        }
    }

    first->file.data = watch->shared->path;
    first->file.len = ngx_strlen(watch->shared->path);

    /* this was looked at before it was there */

    if (ngx_http_maas_folder_name(first, watch->folder->versioned, &err)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_maas_folder_text(watch);

    first->batch = mmcf->batch;
    first->max_rows = mmcf->max_rows;
    first->memory = &mmcf->memory;
    first->workspace = &mmcf->workspace;
    first->engine = slot->engine;
    first->info = maas_model_info(slot->engine);

    ngx_http_maas_zone_join(mmcf, first);

    return NGX_OK;
}


/* Unless another file has its name by now */

static void
ngx_http_maas_folder_uncount(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *first)
{
    ngx_http_maas_which_t  which;

    ngx_memzero(&which, sizeof(ngx_http_maas_which_t));
    which.name = first->name;
    which.version = first->version;

    if (!ngx_exiting && ngx_http_maas_model_find(mmcf, &which) == NULL) {
        ngx_http_maas_zone_leave(mmcf, first);
    }
}


void
ngx_http_maas_folder_leave(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_watch_t *watch)
{
    ngx_http_maas_model_t  *first, *model;

    first = watch->model;

    if (first->place == NGX_HTTP_MAAS_NO_PLACE) {
        return;
    }

    model = ((ngx_http_maas_model_t **) mmcf->models.elts)[first->place];

    ngx_http_maas_models_remove(mmcf, model);
    ngx_http_maas_fit_drop(mmcf, model);
    ngx_http_maas_folder_uncount(mmcf, first);

    if (model != first) {
        ngx_queue_insert_tail(&watch->past, &model->queue);
    }
}


void
ngx_http_maas_folder_forget(ngx_http_maas_model_t *first)
{
    first->engine = NULL;
    first->info = NULL;
    first->now = NULL;
    ngx_str_null(&first->sum);
}


void
ngx_http_maas_folder_pin(ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t                  i;
    ngx_http_maas_set_t       **sets;
    ngx_http_maas_pair_t      **pairs;
    ngx_http_maas_model_t     **models;
    ngx_http_maas_loc_conf_t  **predicts;

    models = mmcf->models.elts;

    for (i = 0; i < mmcf->models.nelts; i++) {
        if (models[i]->pipeline != NULL) {
            ngx_http_maas_pipeline_pin(models[i]->pipeline);
        }
    }

    predicts = mmcf->predicts.elts;

    for (i = 0; i < mmcf->predicts.nelts; i++) {
        predicts[i]->model->pinned = 1;
    }

    sets = mmcf->sets.elts;

    for (i = 0; i < mmcf->sets.nelts; i++) {
        sets[i]->model->pinned = 1;
    }

    pairs = mmcf->pairs.elts;

    for (i = 0; i < mmcf->pairs.nelts; i++) {
        pairs[i]->model->pinned = 1;
        pairs[i]->shadow->pinned = 1;
    }
}
