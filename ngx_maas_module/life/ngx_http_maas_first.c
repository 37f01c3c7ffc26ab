
/*
 * What must be done before nginx merges configurations: models of maas_predict
 * and maas_pipeline are found, and limits follow from them where the user set
 * none.
 * A module of its own, since modules are merged one after the other, core
 * first: afterwards what is not set looks like what was set to the default.
 * Not here: directives (ngx_http_maas_module.c), models' files.
 */


#include "ngx_http_maas_life.h"
#include "ngx_http_maas_pipeline.h"
#include "proxy/ngx_http_maas_proxy.h"


/* bytes: the longest sensible number on the wire ("-1.2345678901234567e-10,"),
 * a word and a text, names and braces around them, and how much is kept in
 * memory */

#define NGX_HTTP_MAAS_NUMBER     25
#define NGX_HTTP_MAAS_WORD       64
#define NGX_HTTP_MAAS_TEXT       1024
#define NGX_HTTP_MAAS_ENVELOPE   8192
#define NGX_HTTP_MAAS_MIN_BODY   1048576       /* nginx's own limit */
#define NGX_HTTP_MAAS_MIN_BUFFER 65536
#define NGX_HTTP_MAAS_MAX_BUFFER 524288


/* Bytes that a row may take: its numbers, or the values of its columns with
 * their names */

static size_t
ngx_http_maas_row_size(const maas_info_t *info)
{
    size_t      size;
    ngx_uint_t  i;

    size = 0;

    for (i = 0; i < info->n_columns; i++) {
        size += ngx_strlen(info->columns[i]) + sizeof("\"\": ") - 1
                + NGX_HTTP_MAAS_NUMBER;

        if (info->fields[i].kind == MAAS_FIELD_CATEGORY
            || info->fields[i].kind == MAAS_FIELD_DATE)
        {
            size += NGX_HTTP_MAAS_WORD;

        } else if (info->fields[i].kind == MAAS_FIELD_TEXT) {
            size += NGX_HTTP_MAAS_TEXT;
        }
    }

    return ngx_max(size, info->in * NGX_HTTP_MAAS_NUMBER);
}


/* Bytes that max_rows rows for the widest model may take */

static size_t
ngx_http_maas_body_size(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_loc_conf_t *mlcf, ngx_uint_t max_rows)
{
    size_t                   row, size;
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models;

    row = 0;
    models = mmcf->models.elts;

    for (i = 0; i < mmcf->models.nelts; i++) {
        if (mlcf->model == NULL || mlcf->model == models[i]) {
            size = ngx_http_maas_row_size(models[i]->info);
            row = ngx_max(row, size);
        }
    }

    return row * max_rows + NGX_HTTP_MAAS_ENVELOPE;
}


typedef struct {
    ngx_http_maas_main_conf_t  *mmcf;
    ngx_uint_t                  max_rows;
    off_t                      *most;      /* derived, in this server */
    unsigned                    limit:1;   /* client_max_body_size is set */
    unsigned                    buffer:1;  /* client_body_buffer_size is */
} ngx_http_maas_sizes_t;


/* The configuration of the next location inside one, from *q = NULL on; NULL:
 * there is none */

static void **
ngx_http_maas_next_location(ngx_http_core_loc_conf_t *clcf, ngx_queue_t **q)
{
    ngx_http_core_loc_conf_t   *inner;
    ngx_http_location_queue_t  *lq;

    if (clcf->locations == NULL) {
        return NULL;
    }

    *q = *q == NULL ? ngx_queue_head(clcf->locations) : ngx_queue_next(*q);

    if (*q == ngx_queue_sentinel(clcf->locations)) {
        return NULL;
    }

    lq = (ngx_http_location_queue_t *) *q;
    inner = lq->exact ? lq->exact : lq->inclusive;

    return inner->loc_conf;
}


/* Limits of one location and of those inside it, where the user set none, here
 * or in a level above */

static void
ngx_http_maas_derive(void **loc_conf, ngx_http_maas_sizes_t sizes)
{
    void                       **inner;
    size_t                       size;
    ngx_queue_t                 *q;
    ngx_http_core_loc_conf_t    *clcf;
    ngx_http_maas_loc_conf_t    *mlcf;

    clcf = loc_conf[ngx_http_core_module.ctx_index];
    mlcf = loc_conf[ngx_http_maas_module.ctx_index];

    sizes.limit |= clcf->client_max_body_size != NGX_CONF_UNSET;
    sizes.buffer |= clcf->client_body_buffer_size != NGX_CONF_UNSET_SIZE;

    if (mlcf->max_rows != NGX_CONF_UNSET_UINT) {
        sizes.max_rows = mlcf->max_rows;
    }

    if (mlcf->kind == NGX_HTTP_MAAS_SERVE
        || mlcf->kind == NGX_HTTP_MAAS_PREDICT)
    {
        size = ngx_http_maas_body_size(sizes.mmcf, mlcf, sizes.max_rows);
        mlcf->body_size = ngx_max(size, NGX_HTTP_MAAS_MIN_BODY);

        if (!sizes.limit) {
            clcf->client_max_body_size = (off_t) mlcf->body_size;
            *sizes.most = ngx_max(*sizes.most, clcf->client_max_body_size);
        }

        if (!sizes.buffer) {
            size = ngx_max(size, NGX_HTTP_MAAS_MIN_BUFFER);
            clcf->client_body_buffer_size = ngx_min(size,
                                                    NGX_HTTP_MAAS_MAX_BUFFER);
        }
    }

    q = NULL;

    while ((inner = ngx_http_maas_next_location(clcf, &q)) != NULL) {
        ngx_http_maas_derive(inner, sizes);
    }
}


/*
 * Subrequests are measured as well, by the length of the request's body: that
 * of an auth_request or a mirror around a model would be refused.  Locations
 * that only nginx leads to, after another has let the body in, get the limit of
 * the models of their server.
 */

static void
ngx_http_maas_derive_internal(void **loc_conf, ngx_uint_t set, off_t most)
{
    void                      **inner;
    ngx_queue_t                *q;
    ngx_http_core_loc_conf_t   *clcf;

    clcf = loc_conf[ngx_http_core_module.ctx_index];

    if (clcf->client_max_body_size != NGX_CONF_UNSET) {
        set = 1;
    }

    if (!set && (clcf->internal == 1 || clcf->named)) {
        clcf->client_max_body_size = most;
    }

    q = NULL;

    while ((inner = ngx_http_maas_next_location(clcf, &q)) != NULL) {
        ngx_http_maas_derive_internal(inner, set, most);
    }
}


static ngx_int_t
ngx_http_maas_find_predicts(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t                  i;
    ngx_http_maas_loc_conf_t   *mlcf, **predicts;

    predicts = mmcf->predicts.elts;

    for (i = 0; i < mmcf->predicts.nelts; i++) {
        mlcf = predicts[i];
        mlcf->model = ngx_http_maas_model_find(mmcf, &mlcf->predict);
        if (mlcf->model == NULL) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "maas_predict: no maas_model \"%V\"%s%V in %s:%ui",
                          &mlcf->predict.name,
                          mlcf->predict.version.len ? " version " : "",
                          &mlcf->predict.version, mlcf->predict_file,
                          mlcf->predict_line);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static char *
ngx_http_maas_first(ngx_conf_t *cf, void *conf)
{
    off_t                        most;
    ngx_uint_t                   i;
    ngx_http_maas_sizes_t        sizes;
    ngx_http_core_loc_conf_t    *clcf;
    ngx_http_maas_loc_conf_t    *mlcf;
    ngx_http_core_srv_conf_t   **cscf;
    ngx_http_core_main_conf_t   *cmcf;
    ngx_http_maas_main_conf_t   *mmcf;

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_maas_module);

    if (ngx_http_maas_pipelines(cf, mmcf) != NGX_OK
        || ngx_http_maas_find_predicts(cf, mmcf) != NGX_OK
        || ngx_http_maas_feature_check(cf, mmcf) != NGX_OK
        || ngx_http_maas_set_check(cf, mmcf) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    mlcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_maas_module);

    sizes.mmcf = mmcf;
    sizes.max_rows = mlcf->max_rows == NGX_CONF_UNSET_UINT
                     ? 256 : mlcf->max_rows;
    sizes.limit = clcf->client_max_body_size != NGX_CONF_UNSET;
    sizes.buffer = clcf->client_body_buffer_size != NGX_CONF_UNSET_SIZE;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    cscf = cmcf->servers.elts;

    for (i = 0; i < cmcf->servers.nelts; i++) {
        most = 0;
        sizes.most = &most;

        ngx_http_maas_derive(cscf[i]->ctx->loc_conf, sizes);

        if (most != 0) {
            ngx_http_maas_derive_internal(cscf[i]->ctx->loc_conf, sizes.limit,
                                          most);
        }
    }

    return NGX_CONF_OK;
}


static ngx_http_module_t  ngx_http_maas_first_module_ctx = {
    .init_main_conf = ngx_http_maas_first
};


ngx_module_t  ngx_http_maas_first_module = {
    NGX_MODULE_V1,
    .ctx = &ngx_http_maas_first_module_ctx,
    .type = NGX_HTTP_MODULE
};
