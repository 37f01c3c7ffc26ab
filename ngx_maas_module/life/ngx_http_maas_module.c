
/*
 * Directives, configuration merge, life cycle.
 * Not here: requests (ngx_http_maas_handler.c), files (ngx_http_maas_model.c).
 */


#include "watch/ngx_http_maas_folder.h"
#include "ngx_http_maas_lanes.h"
#include "ngx_http_maas_workers.h"
#include "answers/ngx_http_maas_response.h"
#include "cache/ngx_http_maas_cache.h"
#include "fleet/ngx_http_maas_fleet.h"
#include "proxy/ngx_http_maas_ja4.h"
#include "proxy/ngx_http_maas_proxy.h"
#include "proxy/ngx_http_maas_shadow.h"
#include "proxy/ngx_http_maas_track.h"
#include "trace/ngx_http_maas_trace.h"


/* Offsets in the zone have 32 bits. */

static char *
ngx_http_maas_zone_check(ngx_conf_t *cf, void *post, void *data)
{
    size_t  *size = data;

    if (*size < 8 * ngx_pagesize || *size > 1024 * 1024 * 1024) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "value must be between %uz and 1024m",
                           8 * ngx_pagesize);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_maas_preconfiguration(ngx_conf_t *cf)
{
    if (ngx_http_maas_state_init(cf) != NGX_OK
        || ngx_http_maas_own_variables(cf) != NGX_OK
        || ngx_http_maas_ja4_variables(cf) != NGX_OK
        || ngx_http_maas_header_order_variable(cf) != NGX_OK
        || ngx_http_maas_trace_variables(cf) != NGX_OK
        || ngx_http_maas_instance_variable(cf) != NGX_OK
        || ngx_http_maas_named_variable(cf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_maas_features_log_add(cf);
}


static ngx_int_t
ngx_http_maas_postconfiguration(ngx_conf_t *cf)
{
    ngx_http_maas_main_conf_t  *mmcf;

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_maas_module);

    ngx_http_maas_folder_pin(mmcf);

    if (ngx_http_maas_explainers(cf, mmcf) != NGX_OK
        || ngx_http_maas_fit(cf, mmcf) != NGX_OK
        || ngx_http_maas_cache_zones(cf, mmcf) != NGX_OK
        || ngx_http_maas_set_init(cf, mmcf) != NGX_OK
        || ngx_http_maas_features_log_check(cf, mmcf) != NGX_OK
        || ngx_http_maas_private_check(cf, mmcf) != NGX_OK
        || ngx_http_maas_fleets_init(cf, mmcf) != NGX_OK
        || ngx_http_maas_phases_init(cf) != NGX_OK
        || ngx_http_maas_ja4_init(cf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_maas_trace_check(cf, mmcf);

    return ngx_http_maas_filter_init(cf);
}


static void *
ngx_http_maas_create_main_conf(ngx_conf_t *cf)
{
    ngx_http_maas_main_conf_t  *mmcf;

    mmcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_maas_main_conf_t));
    if (mmcf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&mmcf->models, cf->pool, 4, sizeof(void *)) != NGX_OK
        || ngx_array_init(&mmcf->predicts, cf->pool, 4, sizeof(void *))
           != NGX_OK
        || ngx_array_init(&mmcf->features, cf->pool, 16, sizeof(void *))
           != NGX_OK
        || ngx_array_init(&mmcf->sets, cf->pool, 4, sizeof(void *)) != NGX_OK
        || ngx_array_init(&mmcf->slots, cf->pool, 4, sizeof(void *)) != NGX_OK
        || ngx_array_init(&mmcf->inputs, cf->pool, 4, sizeof(void *))
           != NGX_OK
        || ngx_array_init(&mmcf->tracks, cf->pool, 4, sizeof(void *))
           != NGX_OK
        || ngx_array_init(&mmcf->privates, cf->pool, 4, sizeof(void *))
           != NGX_OK
        || ngx_array_init(&mmcf->caches, cf->pool, 1, sizeof(void *))
           != NGX_OK
        || ngx_array_init(&mmcf->pairs, cf->pool, 4, sizeof(void *))
           != NGX_OK
        || ngx_array_init(&mmcf->fleets, cf->pool, 2, sizeof(void *))
           != NGX_OK)
    {
        return NULL;
    }

    mmcf->zone_size = NGX_CONF_UNSET_SIZE;
    mmcf->memory_size = NGX_CONF_UNSET;
    mmcf->trace = NGX_CONF_UNSET;
    mmcf->batch = 1;
    mmcf->max_rows = 1;

    return mmcf;
}


static char *
ngx_http_maas_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_http_maas_main_conf_t  *mmcf = conf;

    if ((mmcf->models.nelts != 0 || mmcf->spares != 0)
        && (ngx_http_maas_zone_add(cf, mmcf) != NGX_OK
            || ngx_http_maas_watch_share(cf, mmcf) != NGX_OK))
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static void *
ngx_http_maas_create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_maas_loc_conf_t  *mlcf;

    mlcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_maas_loc_conf_t));
    if (mlcf == NULL) {
        return NULL;
    }

    mlcf->batch = NGX_CONF_UNSET_UINT;
    mlcf->max_rows = NGX_CONF_UNSET_UINT;
    mlcf->offload = NGX_CONF_UNSET_PTR;
    mlcf->output = NGX_CONF_UNSET_PTR;
    mlcf->cache = NGX_CONF_UNSET_PTR;
    mlcf->explain = NGX_CONF_UNSET_PTR;
    mlcf->proxy.body = NGX_CONF_UNSET;
    mlcf->headers = NGX_CONF_UNSET;
    mlcf->tracing = NGX_CONF_UNSET_PTR;

    return mlcf;
}


/* Directives that stand behind ours may have taken the location over. */

static ngx_int_t
ngx_http_maas_check_handler(ngx_conf_t *cf, ngx_http_core_loc_conf_t *clcf,
    ngx_http_maas_kind_e kind)
{
    static const char  *names[NGX_HTTP_MAAS_N_KINDS] = {
        [NGX_HTTP_MAAS_SERVE] = "maas_serve",
        [NGX_HTTP_MAAS_PREDICT] = "maas_predict",
        [NGX_HTTP_MAAS_STATUS] = "maas_status",
        [NGX_HTTP_MAAS_METRICS] = "maas_metrics",
        [NGX_HTTP_MAAS_FLEET] = "maas_fleet"
    };

    if (kind == NGX_HTTP_MAAS_NONE
        || clcf->handler == ngx_http_maas_handlers[kind])
    {
        return NGX_OK;
    }

    ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                  "%s conflicts with another handler of location \"%V\", "
                  "such as proxy_pass", names[kind], &clcf->name);

    return NGX_ERROR;
}


static char *
ngx_http_maas_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_maas_loc_conf_t  *prev = parent;
    ngx_http_maas_loc_conf_t  *conf = child;

    ngx_http_core_loc_conf_t   *clcf;
    ngx_http_maas_main_conf_t  *mmcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    /* an "if" or "limit_except" is still in the location around it */

    if (clcf->noname && clcf->handler == NULL
        && prev->kind != NGX_HTTP_MAAS_NONE)
    {
        conf->kind = prev->kind;
        conf->root = prev->root;
        conf->model = prev->model;
        conf->fleet = prev->fleet;
        conf->body_size = prev->body_size;
        clcf->handler = ngx_http_maas_handlers[conf->kind];
    }

    if (ngx_http_maas_check_handler(cf, clcf, conf->kind) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    ngx_conf_merge_uint_value(conf->batch, prev->batch, 64);
    ngx_conf_merge_uint_value(conf->max_rows, prev->max_rows, 256);
    ngx_conf_merge_ptr_value(conf->offload, prev->offload, NULL);
    ngx_conf_merge_ptr_value(conf->output, prev->output, NULL);
    ngx_conf_merge_ptr_value(conf->cache, prev->cache, NULL);
    ngx_conf_merge_ptr_value(conf->explain, prev->explain, NULL);
    ngx_conf_merge_value(conf->proxy.body, prev->proxy.body, 0);
    ngx_conf_merge_value(conf->headers, prev->headers, 0);
    ngx_conf_merge_ptr_value(conf->tracing, prev->tracing, NULL);

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_maas_module);

    if (conf->kind == NGX_HTTP_MAAS_SERVE) {
        mmcf->batch = ngx_max(mmcf->batch, conf->batch);
        mmcf->max_rows = ngx_max(mmcf->max_rows, conf->max_rows);
        mmcf->offload |= conf->offload != NULL;

    } else if (conf->kind == NGX_HTTP_MAAS_PREDICT) {
        conf->model->batch = ngx_max(conf->model->batch, conf->batch);
        conf->model->max_rows = ngx_max(conf->model->max_rows, conf->max_rows);
        mmcf->offload |= conf->offload != NULL;
    }

    ngx_http_maas_cache_mark(mmcf, conf);

    if (ngx_http_maas_explain_mark(cf, mmcf, conf) != NGX_OK
        || ngx_http_maas_feature_merge(cf, &prev->proxy, &conf->proxy) != NGX_OK
        || ngx_http_maas_set_merge(cf, prev, conf) != NGX_OK
        || ngx_http_maas_deny_merge(cf, &prev->proxy, &conf->proxy) != NGX_OK
        || ngx_http_maas_shadow_merge(cf, prev, conf) != NGX_OK
        || ngx_http_maas_output_check(cf, conf) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/* The configuration holds: whatever may fail has been done. */

static ngx_int_t
ngx_http_maas_init_module(ngx_cycle_t *cycle)
{
    ngx_core_conf_t            *ccf;
    ngx_http_maas_main_conf_t  *mmcf;

    mmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_maas_module);

    if (mmcf != NULL) {
        ccf = (ngx_core_conf_t *) ngx_get_conf(cycle->conf_ctx,
                                               ngx_core_module);

        ngx_http_maas_zone_commit(mmcf);
        ngx_http_maas_workers_expect(mmcf, ccf->worker_processes);
        ngx_http_maas_phases_find(cycle, mmcf);
        ngx_http_maas_model_tell(cycle, mmcf);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_maas_init_process(ngx_cycle_t *cycle)
{
    ngx_http_maas_main_conf_t  *mmcf;

    mmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_maas_module);

    if (mmcf == NULL
        || (ngx_process != NGX_PROCESS_WORKER
            && ngx_process != NGX_PROCESS_SINGLE))
    {
        return NGX_OK;
    }

    ngx_http_maas_watch_enter(mmcf);
    ngx_http_maas_zone_attach(mmcf);
    ngx_http_maas_track_attach(mmcf);
    ngx_http_maas_cache_attach(mmcf);

    if (ngx_http_maas_watch_start(cycle, mmcf) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_http_maas_worker_init(cycle, mmcf);
    ngx_http_maas_workers_join(mmcf);

    return NGX_OK;
}


static void
ngx_http_maas_exit_process(ngx_cycle_t *cycle)
{
    ngx_http_maas_main_conf_t  *mmcf;

    ngx_http_maas_shadow_exit();

    mmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_maas_module);

    if (mmcf != NULL
        && (ngx_process == NGX_PROCESS_WORKER
            || ngx_process == NGX_PROCESS_SINGLE))
    {
        ngx_http_maas_watch_stop(mmcf);
    }
}


static ngx_conf_num_bounds_t  ngx_http_maas_batch_bounds = {
    ngx_conf_check_num_bounds, 1, 4096
};

static ngx_conf_num_bounds_t  ngx_http_maas_max_rows_bounds = {
    ngx_conf_check_num_bounds, 1, 1048576
};


static ngx_conf_post_t  ngx_http_maas_zone_bounds = {
    ngx_http_maas_zone_check
};


static ngx_command_t  ngx_http_maas_commands[] = {

    { ngx_string("maas_model"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_2MORE,
      ngx_http_maas_model,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("maas_models"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_maas_models,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("maas_pipeline"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_2MORE,
      ngx_http_maas_pipeline,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("maas_serve"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_maas_serve,
      NGX_HTTP_LOC_CONF_OFFSET,
      NGX_HTTP_MAAS_SERVE,
      NULL },

    { ngx_string("maas_predict"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE12,
      ngx_http_maas_predict,
      NGX_HTTP_LOC_CONF_OFFSET,
      NGX_HTTP_MAAS_PREDICT,
      NULL },

    { ngx_string("maas_status"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_maas_take,
      NGX_HTTP_LOC_CONF_OFFSET,
      NGX_HTTP_MAAS_STATUS,
      NULL },

    { ngx_string("maas_metrics"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_maas_take,
      NGX_HTTP_LOC_CONF_OFFSET,
      NGX_HTTP_MAAS_METRICS,
      NULL },

    { ngx_string("maas_fleet"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE3|NGX_CONF_TAKE4|NGX_CONF_TAKE5,
      ngx_http_maas_fleet_set,
      NGX_HTTP_LOC_CONF_OFFSET,
      NGX_HTTP_MAAS_FLEET,
      NULL },

    { ngx_string("maas_zone"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_maas_main_conf_t, zone_size),
      &ngx_http_maas_zone_bounds },

    { ngx_string("maas_memory"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_off_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_maas_main_conf_t, memory_size),
      NULL },

    { ngx_string("maas_batch"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_maas_loc_conf_t, batch),
      &ngx_http_maas_batch_bounds },

    { ngx_string("maas_max_rows"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_maas_loc_conf_t, max_rows),
      &ngx_http_maas_max_rows_bounds },

    { ngx_string("maas_offload"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE123,
      ngx_http_maas_offload,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("maas_output"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE123,
      ngx_http_maas_output,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("maas_cache"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE12,
      ngx_http_maas_cache,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("maas_explain"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE123,
      ngx_http_maas_explain_set,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("maas_feature"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE2
      |NGX_CONF_TAKE3|NGX_CONF_TAKE4,
      ngx_http_maas_feature,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("maas_feature_body"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_maas_loc_conf_t, proxy.body),
      NULL },

    { ngx_string("maas_features_log"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE2|NGX_CONF_TAKE3|NGX_CONF_TAKE4,
      ngx_http_maas_features_log,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("maas_set"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE3
      |NGX_CONF_TAKE4,
      ngx_http_maas_set,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("maas_track"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_maas_track,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("maas_deny"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE12,
      ngx_http_maas_deny,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("maas_headers"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_maas_loc_conf_t, headers),
      NULL },

    { ngx_string("maas_shadow"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE123,
      ngx_http_maas_shadow,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("maas_trace"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE123,
      ngx_http_maas_trace_set,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_maas_module_ctx = {
    .preconfiguration = ngx_http_maas_preconfiguration,
    .postconfiguration = ngx_http_maas_postconfiguration,
    .create_main_conf = ngx_http_maas_create_main_conf,
    .init_main_conf = ngx_http_maas_init_main_conf,
    .create_loc_conf = ngx_http_maas_create_loc_conf,
    .merge_loc_conf = ngx_http_maas_merge_loc_conf
};


ngx_module_t  ngx_http_maas_module = {
    NGX_MODULE_V1,
    .ctx = &ngx_http_maas_module_ctx,
    .commands = ngx_http_maas_commands,
    .type = NGX_HTTP_MODULE,
    .init_module = ngx_http_maas_init_module,
    .init_process = ngx_http_maas_init_process,
    .exit_process = ngx_http_maas_exit_process
};
