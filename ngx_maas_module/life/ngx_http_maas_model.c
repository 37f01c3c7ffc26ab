
/*
 * Models of the configuration: load, versions, what a worker needs to run.
 * Not here: what a model file means (engine/), requests.
 */


#include "ngx_http_maas_life.h"
#include "ngx_http_maas_sha256.h"


/* the most that a model file may have, bytes: R26 and room for text */

#define NGX_HTTP_MAAS_MAX_FILE  ((off_t) 1 << 33)


static void
ngx_http_maas_model_cleanup(void *data)
{
    maas_model_free(data);
}


/* The file in memory of maas_buffer(), since mapped pages would follow a file
 * that is overwritten in place. */

static u_char *
ngx_http_maas_model_read(ngx_conf_t *cf, ngx_str_t *path, size_t *size,
    time_t *written)
{
    u_char           *p;
    ssize_t           n;
    ngx_fd_t          fd;
    ngx_file_info_t   fi;
    size_t            done;

    p = NULL;

    /* not blocked by a FIFO */

    fd = ngx_open_file(path->data, NGX_FILE_RDONLY|NGX_FILE_NONBLOCK,
                       NGX_FILE_OPEN, 0);
    if (fd == NGX_INVALID_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           "maas_model: open \"%V\" failed", path);
        return NULL;
    }

    if (ngx_fd_info(fd, &fi) == NGX_FILE_ERROR || !ngx_is_file(&fi)
        || ngx_file_size(&fi) > NGX_HTTP_MAAS_MAX_FILE)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "maas_model: \"%V\" is not a regular file of at "
                           "most 8g", path);
        goto done;
    }

    *size = (size_t) ngx_file_size(&fi);
    *written = ngx_file_mtime(&fi);

    p = maas_buffer(*size + 1);
    if (p == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           "maas_model: no memory for \"%V\", %uz bytes",
                           path, *size);
        goto done;
    }

    for (done = 0; done < *size; done += n) {
        n = ngx_read_fd(fd, p + done, *size - done);

        if (n == -1 && ngx_errno == NGX_EINTR) {
            n = 0;
            continue;
        }

        if (n <= 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, n == 0 ? 0 : ngx_errno,
                               "maas_model: read of \"%V\" ended at byte %uz "
                               "of %uz", path, done, *size);
            maas_buffer_free(p, *size + 1);
            p = NULL;
            break;
        }
    }

done:

    if (ngx_close_file(fd) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_ERR, cf->log, ngx_errno,
                      ngx_close_file_n " \"%V\" failed", path);
    }

    return p;
}


static ngx_int_t
ngx_http_maas_model_load(ngx_conf_t *cf, ngx_http_maas_model_t *model)
{
    u_char              *file;
    size_t               size;
    maas_err_t           err;
    maas_status_t        rc;
    ngx_pool_cleanup_t  *cln;

    /* here, before workers are forked: see maas.h */

    maas_single_thread();

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    model->sum.len = NGX_HTTP_MAAS_SHA256_HEX;
    model->sum.data = ngx_pcalloc(cf->pool, NGX_HTTP_MAAS_SHA256_HEX + 1);
    if (model->sum.data == NULL) {
        return NGX_ERROR;
    }

    file = ngx_http_maas_model_read(cf, &model->file, &size, &model->written);
    if (file == NULL) {
        return NGX_ERROR;
    }

    rc = maas_model_load(file, size, MAAS_ISA_AUTO, &model->engine, &err);

    ngx_http_maas_sha256(file, size, model->sum.data);
    maas_buffer_free(file, size + 1);

    if (rc != MAAS_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "maas_model: \"%V\": %s",
                           &model->file, err.msg);
        return NGX_ERROR;
    }

    cln->handler = ngx_http_maas_model_cleanup;
    cln->data = model->engine;

    model->info = maas_model_info(model->engine);

    return NGX_OK;
}


/* name, file and parameters of the directive */

static ngx_int_t
ngx_http_maas_model_args(ngx_conf_t *cf, ngx_http_maas_model_t *model)
{
    ngx_str_t   *value;
    ngx_uint_t   i;

    value = cf->args->elts;

    model->name = value[1];
    model->file = value[2];
    model->number = 1;
    ngx_str_set(&model->version, "1");

    if (!maas_is_model_name((char *) model->name.data, model->name.len)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid model name \"%V\", expected 1 to %d of "
                           MAAS_NAME_RULE " other than \""
                           MAAS_RESERVED_NAME "\"",
                           &model->name, MAAS_MAX_NAME);
        return NGX_ERROR;
    }

    for (i = 3; i < cf->args->nelts; i++) {

        if (ngx_strncmp(value[i].data, "version=", 8) == 0) {
            model->version.data = value[i].data + 8;
            model->version.len = value[i].len - 8;
            model->number = ngx_atoi(model->version.data, model->version.len);

            if (model->number > 0 && model->version.data[0] != '0') {
                continue;
            }

        } else if (ngx_strncmp(value[i].data, "label=", 6) == 0) {
            model->label.data = value[i].data + 6;
            model->label.len = value[i].len - 6;

            if (maas_is_name((char *) model->label.data, model->label.len)) {
                continue;
            }
        }

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\", expected "
                           "version=number or label=name", &value[i]);
        return NGX_ERROR;
    }

    return ngx_conf_full_name(cf->cycle, &model->file, 0);
}


char *
ngx_http_maas_model(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_maas_main_conf_t  *mmcf = conf;

    ngx_http_maas_model_t  *model, **slot;
    ngx_http_maas_which_t   version, label;

    model = ngx_pcalloc(cf->pool, sizeof(ngx_http_maas_model_t));
    if (model == NULL || ngx_http_maas_model_args(cf, model) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(&version, sizeof(version));
    version.name = model->name;
    label = version;
    version.version = model->version;
    label.label = model->label;

    if (ngx_http_maas_model_find(&mmcf->models, &version) != NULL
        || (label.label.len != 0
            && ngx_http_maas_model_find(&mmcf->models, &label) != NULL))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "duplicate version or label of model \"%V\"",
                           &model->name);
        return NGX_CONF_ERROR;
    }

    if (ngx_http_maas_model_load(cf, model) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    slot = ngx_array_push(&mmcf->models);
    if (slot == NULL) {
        return NGX_CONF_ERROR;
    }

    *slot = model;

    return NGX_CONF_OK;
}
