
/*
 * Models of the configuration: load, versions, what a worker needs to run.
 * Not here: what a model file means (engine/), requests.
 */


#include "watch/ngx_http_maas_watch.h"


static void
ngx_http_maas_model_cleanup(void *data)
{
    maas_model_free(data);
}


/* Where it will stay: pages of its own, or a slot */

static maas_status_t
ngx_http_maas_model_place(ngx_conf_t *cf, ngx_http_maas_model_t *model,
    ngx_http_maas_file_t *file, u_char *data, size_t size, maas_err_t *err)
{
    maas_status_t        rc;
    ngx_pool_cleanup_t  *cln;

    if (model->watch != NULL) {
        return ngx_http_maas_watch_load(cf, model, file, err);
    }

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return ngx_http_maas_fail(err, MAAS_NOMEM, "out of memory");
    }

    rc = maas_model_load(data, size, MAAS_ISA_AUTO, &model->engine, err);
    if (rc == MAAS_OK) {
        cln->handler = ngx_http_maas_model_cleanup;
        cln->data = model->engine;
    }

    return rc;
}


/* A file that was read: is it to be taken?  Then it is; why not -> why. */

static ngx_int_t
ngx_http_maas_model_take(ngx_conf_t *cf, ngx_http_maas_model_t *model,
    ngx_http_maas_file_t *file, ngx_http_maas_why_t *why)
{
    size_t      size;
    u_char     *data;
    maas_err_t  err;

    maas_sha256(file->data, file->size, (char *) model->sum.data);

    if (ngx_http_maas_trust_check(model->trust, model->file.data,
                                  (char *) model->sum.data, why) != NGX_OK
        || ngx_http_maas_trust_open(model->trust, model->file.data, file,
                                    &data, &size, why) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_maas_model_place(cf, model, file, data, size, &err)
           == MAAS_OK ? NGX_OK : ngx_http_maas_why(why, 0, "\"%V\": %s",
                                                   &model->file, err.msg);
}


static ngx_int_t
ngx_http_maas_model_load(ngx_conf_t *cf, ngx_http_maas_model_t *model)
{
    ngx_int_t              rc;
    ngx_http_maas_why_t    why;
    ngx_http_maas_file_t   file;

    /* here, before workers are forked: see maas.h */

    maas_single_thread();

    model->sum.len = MAAS_SHA256_HEX;
    model->sum.data = ngx_pcalloc(cf->pool, MAAS_SHA256_HEX + 1);
    if (model->sum.data == NULL) {
        return NGX_ERROR;
    }

    /* before it is read: what comes later is new */

    if (model->watch != NULL) {
        ngx_http_maas_trust_ident(model->trust, model->file.data,
                                  &model->watch->ident);
    }

    rc = ngx_http_maas_file_read(model->file.data, &file, &why);

    if (rc == NGX_OK) {
        rc = ngx_http_maas_model_take(cf, model, &file, &why);
        model->written = file.written;
        ngx_http_maas_file_free(&file);
    }

    if (rc != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, why.error, "maas_model: %s",
                           why.text);
        return NGX_ERROR;
    }

    model->generation = 1;
    model->loaded = ngx_time();
    model->info = maas_model_info(model->engine);

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_model_version(ngx_http_maas_model_t *model, ngx_str_t *value)
{
    if (ngx_strncmp(value->data, "version=", 8) == 0) {
        model->version.data = value->data + 8;
        model->version.len = value->len - 8;
        model->number = ngx_atoi(model->version.data, model->version.len);

        return model->number > 0 && model->version.data[0] != '0'
               ? NGX_OK : NGX_DECLINED;
    }

    if (ngx_strncmp(value->data, "label=", 6) == 0) {
        model->label.data = value->data + 6;
        model->label.len = value->len - 6;

        return maas_is_name((char *) model->label.data, model->label.len)
               ? NGX_OK : NGX_DECLINED;
    }

    return NGX_DECLINED;
}


/* A parameter of the directive; NGX_DECLINED: it is none */

static ngx_int_t
ngx_http_maas_model_param(ngx_conf_t *cf, ngx_http_maas_model_t *model,
    ngx_str_t *value)
{
    ngx_int_t  rc;

    rc = ngx_http_maas_model_version(model, value);

    if (rc == NGX_DECLINED) {
        rc = ngx_http_maas_trust_param(cf, &model->trust, value);
    }

    return rc != NGX_DECLINED
           ? rc : ngx_http_maas_watch_param(cf, &model->watch, value);
}


ngx_int_t
ngx_http_maas_model_begin(ngx_conf_t *cf, ngx_http_maas_model_t *model,
    ngx_str_t *name)
{
    model->name = *name;
    model->number = 1;
    model->first = model;
    ngx_str_set(&model->version, "1");

    if (!maas_is_model_name((char *) model->name.data, model->name.len)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid model name \"%V\", expected 1 to %d of "
                           MAAS_NAME_RULE " other than \""
                           MAAS_RESERVED_NAME "\"",
                           &model->name, MAAS_MAX_NAME);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* name, file and parameters of the directive */

static ngx_int_t
ngx_http_maas_model_args(ngx_conf_t *cf, ngx_http_maas_model_t *model)
{
    ngx_int_t    rc;
    ngx_str_t   *value;
    ngx_uint_t   i;

    value = cf->args->elts;
    model->file = value[2];

    if (ngx_http_maas_model_begin(cf, model, &value[1]) != NGX_OK) {
        return NGX_ERROR;
    }

    for (i = 3; i < cf->args->nelts; i++) {
        rc = ngx_http_maas_model_param(cf, model, &value[i]);

        if (rc == NGX_DECLINED) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\", expected "
                               "version=number, label=name, watch=time, "
                               "max=size, verify=file, signature=file or "
                               "key=file", &value[i]);
        }

        if (rc != NGX_OK) {
            return NGX_ERROR;
        }
    }

    if (ngx_http_maas_watch_check(cf, model->watch) != NGX_OK
        || ngx_http_maas_trust_begin(cf, model->trust, model->watch != NULL)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_conf_full_name(cf->cycle, &model->file, 0);
}


ngx_int_t
ngx_http_maas_model_twice(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model)
{
    ngx_http_maas_which_t   version, label;
    ngx_http_maas_model_t  *other;

    ngx_memzero(&version, sizeof(version));
    version.name = model->name;
    label = version;
    version.version = model->version;
    label.label = model->label;

    other = ngx_http_maas_model_find(mmcf, &version);

    if (other == NULL && label.label.len != 0) {
        other = ngx_http_maas_model_find(mmcf, &label);
    }

    if (other == NULL) {
        return NGX_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "duplicate version or label of model \"%V\": \"%V\" "
                       "and \"%V\"", &model->name, &other->file,
                       &model->file);
    return NGX_ERROR;
}


ngx_int_t
ngx_http_maas_model_new(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model)
{
    if (ngx_http_maas_model_twice(cf, mmcf, model) != NGX_OK
        || ngx_http_maas_model_load(cf, model) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_http_maas_models_add(cf->pool, mmcf, model) != NGX_OK) {
        return NGX_ERROR;
    }

    return model->watch == NULL ? NGX_OK
                                : ngx_http_maas_watch_add(cf, mmcf, model);
}


char *
ngx_http_maas_model(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_maas_main_conf_t  *mmcf = conf;

    ngx_http_maas_model_t  *model;

    model = ngx_pcalloc(cf->pool, sizeof(ngx_http_maas_model_t));
    if (model == NULL || ngx_http_maas_model_args(cf, model) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    mmcf->orders++;

    return ngx_http_maas_model_new(cf, mmcf, model) == NGX_OK
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}


void
ngx_http_maas_model_tell(ngx_cycle_t *cycle, ngx_http_maas_main_conf_t *mmcf)
{
    size_t                  len;
    u_char                  origin[NGX_MAX_ERROR_STR / 2];
    ngx_uint_t              i;
    ngx_http_maas_model_t  *model;

    for (i = 0; !ngx_test_config && i < mmcf->models.nelts; i++) {
        model = ((ngx_http_maas_model_t **) mmcf->models.elts)[i];

        len = ngx_http_maas_origin(model->info, model->written, origin,
                                   sizeof(origin));

        ngx_log_error(NGX_LOG_NOTICE, cycle->log, 0,
                      "maas_model \"%V\" version %V: generation 1, SHA-256 "
                      "%V%s, %*s", &model->name, &model->version, &model->sum,
                      ngx_http_maas_trust_said(model->trust), len, origin);
    }
}
