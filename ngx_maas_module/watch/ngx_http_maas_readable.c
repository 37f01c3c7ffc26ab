
/*
 * Can workers, which may be of another user than the master, read what is
 * watched?
 * Not here: how that is found out (ngx_http_maas_file.c).
 */


#include "ngx_http_maas_folder.h"


static ngx_int_t
ngx_http_maas_watch_may_read(ngx_http_maas_watching_t *watching,
    const char *directive, u_char *path)
{
    ngx_http_maas_why_t  why;

    if (ngx_http_maas_file_readable(watching->cycle, path, &why) == NGX_OK) {
        return NGX_OK;
    }

    ngx_log_error(NGX_LOG_EMERG, watching->cycle->log, why.error,
                  "%s: %s", directive, why.text);

    return NGX_ERROR;
}


/* The file of a model, and that of its signature */

static ngx_int_t
ngx_http_maas_watch_model_readable(ngx_http_maas_watching_t *watching,
    ngx_http_maas_model_t *model)
{
    u_char  signature[NGX_MAX_PATH];

    if (ngx_http_maas_watch_may_read(watching, "maas_model", model->file.data)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_maas_trust_signature(model->trust, model->file.data,
                                         signature)
           ? ngx_http_maas_watch_may_read(watching, "maas_model", signature)
           : NGX_OK;
}


ngx_int_t
ngx_http_maas_watch_readable(ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t                  i;
    ngx_http_maas_watch_t     **watches;
    ngx_http_maas_folder_t    **folders;
    ngx_http_maas_watching_t   *watching;

    watching = mmcf->watching;

    if (watching == NULL) {
        return NGX_OK;
    }

    folders = watching->folders.elts;

    for (i = 0; i < watching->folders.nelts; i++) {
        if (ngx_http_maas_watch_may_read(watching, "maas_models",
                                         folders[i]->base.data)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    watches = watching->watches.elts;

    for (i = 0; i < watching->watches.nelts; i++) {
        if (watches[i]->model->file.len != 0
            && ngx_http_maas_watch_model_readable(watching, watches[i]->model)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
