
/*
 * maas_explain, and explainers of models that some location may ask to explain:
 * made in the master, shared by workers.
 * Not here: who asks (request/ngx_http_maas_explain.c), explainers of what
 * watch= loads later (watch/ngx_http_maas_slots.c).
 */


#include "ngx_http_maas_trust.h"
#include "watch/ngx_http_maas_watch.h"


char *
ngx_http_maas_explain_set(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_maas_loc_conf_t  *mlcf = conf;

    ngx_str_t                *value;
    maas_err_t                err;
    maas_str_t                text;
    ngx_uint_t                i;
    ngx_http_maas_explain_t  *explain;

    if (mlcf->explain != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    explain = ngx_pcalloc(cf->pool, sizeof(ngx_http_maas_explain_t));
    if (explain == NULL) {
        return NGX_CONF_ERROR;
    }

    mlcf->explain = explain;
    explain->asked = maas_explain_preset();
    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        explain->off = 1;
        return NGX_CONF_OK;
    }

    for (i = 1; i < cf->args->nelts; i++) {
        text.data = (const char *) value[i].data;
        text.len = value[i].len;

        if (ngx_strchr(value[i].data, '&') != NULL
            || maas_explain_read(NULL, text, 0, &explain->asked, &err)
               != MAAS_OK)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\", expected \"off\", or "
                               "\"top=all\" or \"top=\" and 1 to %d, "
                               "\"steps=\" and 1 to %d, \"baseline=\" and mean "
                               "or zero",
                               &value[i], MAAS_EXPLAIN_TOP,
                               MAAS_EXPLAIN_STEPS_MAX);
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


ngx_int_t
ngx_http_maas_explain_mark(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_loc_conf_t *mlcf)
{
    ngx_http_core_loc_conf_t  *clcf;

    if (mlcf->kind != NGX_HTTP_MAAS_SERVE
        && mlcf->kind != NGX_HTTP_MAAS_PREDICT)
    {
        return NGX_OK;
    }

    if (mlcf->explain != NULL && !mlcf->explain->off && mlcf->output != NULL) {
        clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

        ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "maas_explain would tell what "
                      "maas_output leaves out in location \"%V\": expected "
                      "\"maas_explain off\" or \"maas_output off\" there",
                      &clcf->name);
        return NGX_ERROR;
    }

    if (ngx_http_maas_explain_closed(mlcf)) {
        return NGX_OK;
    }

    if (mlcf->kind == NGX_HTTP_MAAS_SERVE) {
        mmcf->explains = 1;
        return NGX_OK;
    }

    mlcf->model->explains = 1;
    mlcf->model->reasons = 1;

    return NGX_OK;
}


static void
ngx_http_maas_explainer_cleanup(void *data)
{
    maas_explainer_free(data);
}


/* In pages of its own, or in the slot of the first generation */

static maas_status_t
ngx_http_maas_explainer_place(ngx_conf_t *cf, ngx_http_maas_model_t *model,
    const u_char *data, size_t size, maas_err_t *err)
{
    maas_status_t        rc;
    ngx_pool_cleanup_t  *cln;

    if (model->watch != NULL) {
        rc = ngx_http_maas_slot_explain_first(&model->watch->slots, data,
                                              size, err);
        model->explainer = ngx_http_maas_slot(&model->watch->slots, 0)
                           ->explainer;
        return rc;
    }

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return ngx_http_maas_fail(err, MAAS_NOMEM, "out of memory");
    }

    rc = maas_explainer_load(model->engine, data, size, MAAS_ISA_AUTO,
                             &model->explainer, err);
    if (rc == MAAS_OK) {
        cln->handler = ngx_http_maas_explainer_cleanup;
        cln->data = model->explainer;
    }

    return rc;
}


/* The same bytes as before, of which all that is to be proved is */

static ngx_int_t
ngx_http_maas_explainer_take(ngx_conf_t *cf, ngx_http_maas_model_t *model,
    ngx_http_maas_file_t *file, ngx_http_maas_why_t *why, maas_err_t *err)
{
    char     sum[MAAS_SHA256_HEX + 1];
    size_t   size;
    u_char  *data;

    maas_sha256(file->data, file->size, sum);

    if (ngx_memcmp(sum, model->sum.data, MAAS_SHA256_HEX) != 0) {
        return ngx_http_maas_why(why, 0, "\"%V\" has changed while it was "
                                 "loaded: try again", &model->file);
    }

    if (ngx_http_maas_trust_open(model->trust, model->file.data, file, &data,
                                 &size, why)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    (void) ngx_http_maas_explainer_place(cf, model, data, size, err);

    return NGX_OK;
}


/* The file is read once more: when it was loaded nobody knew of locations. */

static ngx_int_t
ngx_http_maas_explainer_load(ngx_conf_t *cf, ngx_http_maas_model_t *model,
    maas_err_t *err)
{
    ngx_int_t              rc;
    ngx_http_maas_why_t    why;
    ngx_http_maas_file_t   file;

    if (model->pipeline != NULL) {
        (void) ngx_http_maas_fail(err, MAAS_UNSUPPORTED, "it is a pipeline: "
                                  "ask its models");
        return NGX_OK;
    }

    err->code = MAAS_OK;
    rc = ngx_http_maas_file_read(model->file.data, &file, &why);

    if (rc == NGX_OK) {
        rc = ngx_http_maas_explainer_take(cf, model, &file, &why, err);
        ngx_http_maas_file_free(&file);
    }

    if (rc != NGX_OK) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, why.error, "maas_model: %s",
                      why.text);
    }

    return rc;
}


static ngx_int_t
ngx_http_maas_explainer(ngx_conf_t *cf, ngx_http_maas_model_t *model)
{
    maas_err_t  err;
    ngx_str_t   why;

    if (ngx_http_maas_explainer_load(cf, model, &err) != NGX_OK) {
        return NGX_ERROR;
    }

    if (err.code == MAAS_OK) {
        return NGX_OK;
    }

    if (err.code == MAAS_NOMEM || model->reasons) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "maas_explain: model \"%V\" "
                      "has no explanations, which are asked for: %s%s",
                      &model->name, err.msg,
                      err.code == MAAS_TOOBIG ? " (max=)" : "");
        return NGX_ERROR;
    }

    why.data = (u_char *) err.msg;
    why.len = ngx_strlen(err.msg) + 1;

    model->unexplained = (char *) ngx_pstrdup(cf->pool, &why);

    return model->unexplained != NULL ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_http_maas_explainers(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models;
    ngx_http_maas_watch_t  **watches;

    /* those that may come, too */

    for (i = 0; mmcf->watching != NULL && i < mmcf->watching->watches.nelts;
         i++)
    {
        watches = mmcf->watching->watches.elts;
        watches[i]->model->explains |= mmcf->explains;
    }

    models = mmcf->models.elts;

    for (i = 0; i < mmcf->models.nelts; i++) {
        models[i]->explains |= mmcf->explains;

        if (models[i]->explains
            && ngx_http_maas_explainer(cf, models[i]) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
