
/*
 * Models of pipelines: found by name once all are known, and joined.
 * Not here: what the directive says (ngx_http_maas_pipeline.c).
 */


#include "ngx_http_maas_life.h"
#include "ngx_http_maas_pipeline.h"
#include "watch/ngx_http_maas_watch.h"


static void
ngx_http_maas_pipeline_cleanup(void *data)
{
    maas_model_free(data);
}


/* What a model is called, for people: name, name:version or name:label, with
 * NUL */

static const char *
ngx_http_maas_pipeline_name(ngx_pool_t *pool, ngx_http_maas_which_t *which)
{
    u_char     *p, *text;
    ngx_str_t  *more;

    more = which->version.len ? &which->version : &which->label;

    text = ngx_pnalloc(pool, which->name.len + more->len + 2);
    if (text == NULL) {
        return NULL;
    }

    p = ngx_sprintf(text, "%V%s%V", &which->name, more->len ? ":" : "", more);
    *p = '\0';

    return (const char *) text;
}


/* else= of a gate: what it means for the model behind it */

static ngx_int_t
ngx_http_maas_pipeline_else(ngx_conf_t *cf, ngx_http_maas_pipeline_t *p)
{
    float              *otherwise;
    size_t              i, n;
    double             *numbers;
    ngx_int_t           rc;
    const maas_info_t  *info;

    info = p->members[1]->info;

    if (info->task != MAAS_TASK_CLASSIFICATION
        && ngx_strcmp(p->otherwise.data, "gate") == 0)
    {
        return NGX_OK;                     /* maas_join() has a look */
    }

    otherwise = ngx_pcalloc(cf->pool, info->out * sizeof(float));
    if (otherwise == NULL) {
        return NGX_ERROR;
    }

    p->how.otherwise = otherwise;

    if (info->task == MAAS_TASK_CLASSIFICATION) {
        for (i = 0; i < info->n_labels && i < info->out; i++) {
            if (ngx_strcmp(info->labels[i], p->otherwise.data) == 0) {
                otherwise[i] = 1;
                return NGX_OK;
            }
        }

        ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "maas_pipeline: \"%s\" has "
                      "no label \"%V\", which \"else=\" names in %s:%ui",
                      p->how.names[1], &p->otherwise, p->file, p->line);
        return NGX_ERROR;
    }

    rc = ngx_http_maas_pipeline_numbers(cf->pool, &p->otherwise, &numbers, &n);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (rc != NGX_OK || n != info->out) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "maas_pipeline: \"%s\" says "
                      "(rows,%uz), expected \"else=gate\" or as many numbers, "
                      "not \"else=%V\" in %s:%ui", p->how.names[1], info->out,
                      &p->otherwise, p->file, p->line);
        return NGX_ERROR;
    }

    for (i = 0; i < n; i++) {
        otherwise[i] = (float) numbers[i];
    }

    return NGX_OK;
}


/* One of its models is watched: it has generations, too. */

static ngx_int_t
ngx_http_maas_pipeline_watch(ngx_conf_t *cf, ngx_http_maas_model_t *model)
{
    if (model->watch != NULL) {
        return NGX_OK;
    }

    model->watch = ngx_pcalloc(cf->pool, sizeof(ngx_http_maas_watch_t));
    if (model->watch == NULL) {
        return NGX_ERROR;
    }

    model->watch->model = model;
    ngx_queue_init(&model->watch->past);

    return NGX_OK;
}


static ngx_int_t
ngx_http_maas_pipeline_find(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_pipeline_t *p)
{
    size_t                   i;
    const char             **names;
    ngx_http_maas_model_t   *model;

    names = ngx_palloc(cf->pool, p->how.n * sizeof(char *));
    p->members = ngx_palloc(cf->pool, p->how.n * sizeof(void *));

    if (names == NULL || p->members == NULL) {
        return NGX_ERROR;
    }

    p->how.name = (const char *) p->model->name.data;
    p->how.names = names;

    for (i = 0; i < p->how.n; i++) {
        names[i] = ngx_http_maas_pipeline_name(cf->pool, &p->which[i]);
        if (names[i] == NULL) {
            return NGX_ERROR;
        }

        model = ngx_http_maas_model_find(mmcf, &p->which[i]);

        if (model == NULL || model->info == NULL) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "maas_pipeline: %s "
                          "\"%s\" in %s:%ui",
                          model == NULL ? "no maas_model"
                          : "expected the line above this one of the "
                            "maas_pipeline", names[i], p->file, p->line);
            return NGX_ERROR;
        }

        p->members[i] = model;

        if (model->watch != NULL
            && ngx_http_maas_pipeline_watch(cf, p->model) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return p->how.kind == MAAS_JOIN_GATE ? ngx_http_maas_pipeline_else(cf, p)
                                         : NGX_OK;
}


static ngx_int_t
ngx_http_maas_pipeline_load(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_pipeline_t *p)
{
    size_t                  i;
    maas_err_t              err;
    ngx_pool_cleanup_t     *cln;
    ngx_http_maas_model_t  *model;

    model = p->model;
    model->sum.len = MAAS_SHA256_HEX;
    model->sum.data = ngx_pcalloc(cf->pool, MAAS_SHA256_HEX + 1);
    cln = ngx_pool_cleanup_add(cf->pool, 0);

    if (model->sum.data == NULL || cln == NULL
        || ngx_http_maas_pipeline_find(cf, mmcf, p) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_http_maas_pipeline_join(p, &model->engine, model->sum.data, &err)
        != MAAS_OK)
    {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "maas_pipeline: %s in %s:%ui",
                      err.msg, p->file, p->line);
        return NGX_ERROR;
    }

    cln->handler = ngx_http_maas_pipeline_cleanup;
    cln->data = model->engine;

    model->info = maas_model_info(model->engine);
    model->generation = 1;
    model->loaded = ngx_time();

    for (i = 0; i < p->how.n; i++) {
        model->written = ngx_max(model->written, p->members[i]->written);
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_pipelines(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models;

    models = mmcf->models.elts;

    for (i = 0; i < mmcf->models.nelts; i++) {
        if (models[i]->pipeline != NULL
            && ngx_http_maas_pipeline_load(cf, mmcf, models[i]->pipeline)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
