
/*
 * maas_models: each file that matches a pattern is a model.
 * Not here: a file's content (ngx_http_maas_model.c).
 */


#include "ngx_http_maas_life.h"


/* Where the component of a path that ends at `last` begins, behind a "/" */

static u_char *
ngx_http_maas_models_component(u_char *first, u_char *last)
{
    while (last > first && last[-1] != '/') {
        last--;
    }

    return last;
}


/* Does a pattern have a wildcard in its last folder?  Then that folder is the
 * version of a model, and the one around it the model, as others have it. */

static ngx_uint_t
ngx_http_maas_models_versioned(ngx_str_t *pattern)
{
    u_char  *p, *end;

    end = ngx_http_maas_models_component(pattern->data,
                                         pattern->data + pattern->len);
    if (end == pattern->data) {
        return 0;
    }

    end--;

    for (p = ngx_http_maas_models_component(pattern->data, end); p < end; p++) {

        if (*p == '\\') {
            p++;

        } else if (*p == '*' || *p == '?' || *p == '[') {
            return 1;
        }
    }

    return 0;
}


/* Version and name, out of a path with a folder for each version */

static ngx_int_t
ngx_http_maas_models_version(ngx_http_maas_model_t *model, u_char *base,
    maas_err_t *err)
{
    u_char  *first, *last, *p;

    first = model->file.data;
    last = base > first ? base - 1 : first;
    p = ngx_http_maas_models_component(first, last);

    model->version.data = p;
    model->version.len = last - p;
    model->number = ngx_atoi(p, last - p);

    if (model->number <= 0 || *p == '0') {
        (void) ngx_http_maas_fail(err, MAAS_BADFILE, "its folder is called "
                                  "\"%V\", expected the number of a version, "
                                  "since the pattern has a wildcard there",
                                  &model->version);
        return NGX_ERROR;
    }

    last = p > first ? p - 1 : first;
    model->name.data = ngx_http_maas_models_component(first, last);
    model->name.len = last - model->name.data;

    return NGX_OK;
}


/* Name and version, out of the path */

static ngx_int_t
ngx_http_maas_models_path(ngx_http_maas_model_t *model, ngx_uint_t versioned,
    maas_err_t *err)
{
    u_char  *p, *base, *last;

    last = model->file.data + model->file.len;
    base = ngx_http_maas_models_component(model->file.data, last);

    if (versioned) {
        if (ngx_http_maas_models_version(model, base, err) != NGX_OK) {
            return NGX_ERROR;
        }

    } else {
        for (p = last; p > base + 1; p--) {
            if (p[-1] == '.') {
                last = p - 1;
                break;
            }
        }

        model->number = 1;
        ngx_str_set(&model->version, "1");
        model->name.data = base;
        model->name.len = last - base;
    }

    if (!maas_is_model_name((char *) model->name.data, model->name.len)) {
        (void) ngx_http_maas_fail(err, MAAS_BADFILE, "invalid model name "
                                  "\"%V\", expected 1 to %d of "
                                  MAAS_NAME_RULE " other than \""
                                  MAAS_RESERVED_NAME "\"", &model->name,
                                  MAAS_MAX_NAME);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* The texts of a model as they are kept, each with a NUL behind it */

static ngx_int_t
ngx_http_maas_models_keep(ngx_conf_t *cf, ngx_str_t *text)
{
    u_char  *p;

    p = ngx_pnalloc(cf->pool, text->len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_cpystrn(p, text->data, text->len + 1);
    text->data = p;

    return NGX_OK;
}


static ngx_int_t
ngx_http_maas_models_one(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf,
    ngx_str_t *path, ngx_uint_t versioned)
{
    maas_err_t              err;
    ngx_http_maas_model_t  *model;

    model = ngx_pcalloc(cf->pool, sizeof(ngx_http_maas_model_t));
    if (model == NULL) {
        return NGX_ERROR;
    }

    model->first = model;
    model->file = *path;

    if (ngx_http_maas_models_path(model, versioned, &err) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "maas_models: \"%V\": %s",
                           path, err.msg);
        return NGX_ERROR;
    }

    if (ngx_http_maas_models_keep(cf, &model->file) != NGX_OK
        || ngx_http_maas_models_keep(cf, &model->name) != NGX_OK
        || ngx_http_maas_models_keep(cf, &model->version) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_maas_model_new(cf, mmcf, model);
}


char *
ngx_http_maas_models(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_maas_main_conf_t  *mmcf = conf;

    ngx_int_t    rc;
    ngx_str_t    pattern, path;
    ngx_glob_t   gl;
    ngx_uint_t   n, versioned;

    pattern = ((ngx_str_t *) cf->args->elts)[1];

    if (ngx_conf_full_name(cf->cycle, &pattern, 0) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    versioned = ngx_http_maas_models_versioned(&pattern);

    ngx_memzero(&gl, sizeof(ngx_glob_t));
    gl.pattern = pattern.data;
    gl.log = cf->log;
    gl.test = 1;

    if (ngx_open_glob(&gl) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_open_glob_n " \"%V\" failed", &pattern);
        return NGX_CONF_ERROR;
    }

    rc = NGX_OK;

    for (n = 0; rc == NGX_OK && ngx_read_glob(&gl, &path) == NGX_OK; n++) {
        rc = ngx_http_maas_models_one(cf, mmcf, &path, versioned);
    }

    ngx_close_glob(&gl);

    if (rc == NGX_OK && n == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "maas_models: no file is called as \"%V\"",
                           &pattern);
        return NGX_CONF_ERROR;
    }

    return rc == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}
