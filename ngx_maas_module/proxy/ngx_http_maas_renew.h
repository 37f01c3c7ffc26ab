
/*
 * What variables and shadows have of a model when another generation of it
 * takes over: columns that are fed, places of labels, pairs.
 */


#ifndef _NGX_HTTP_MAAS_RENEW_H_INCLUDED_
#define _NGX_HTTP_MAAS_RENEW_H_INCLUDED_


#include "ngx_http_maas_conf.h"


/* Are lines of maas_feature of columns that there are?  OK, or what is
 * wrong. */
maas_status_t ngx_http_maas_renew_columns(ngx_http_maas_main_conf_t *mmcf,
    maas_err_t *err);

/* `model` is at its place among mmcf->models.  Would nginx -t pass?  OK, or
 * what is wrong; `pool` is for what is tried. */
maas_status_t ngx_http_maas_renew_check(ngx_pool_t *pool,
    ngx_http_maas_main_conf_t *mmcf, ngx_http_maas_model_t *model,
    maas_err_t *err);

/* All of it for a generation, in its pool; NGX_ERROR: no memory. */
ngx_int_t ngx_http_maas_renew(ngx_pool_t *pool,
    ngx_http_maas_main_conf_t *mmcf, ngx_http_maas_model_t *model);

/* Requests that begin now get it. */
void ngx_http_maas_renew_take(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model);


#endif /* _NGX_HTTP_MAAS_RENEW_H_INCLUDED_ */
