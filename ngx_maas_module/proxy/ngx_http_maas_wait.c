
/*
 * What a request waits for before limit_req, so that limits know its score.
 * Not here: how it waits.
 */


#include "ngx_http_maas_wait.h"


ngx_int_t
ngx_http_maas_wait(ngx_http_request_t *r)
{
    ngx_int_t                  rc;
    ngx_http_maas_loc_conf_t  *mlcf;

    /* a subrequest neither reads bodies nor waits */

    if (r != r->main) {
        return NGX_DECLINED;
    }

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    if (mlcf->proxy.body) {
        rc = ngx_http_maas_body_wait(r);

        if (rc != NGX_OK) {
            return rc;
        }
    }

#if (NGX_THREADS)
    if (mlcf->offload != NULL && mlcf->proxy.bound != NULL) {
        rc = ngx_http_maas_thread_wait(r);

        if (rc != NGX_OK) {
            return rc;
        }
    }
#endif

    return NGX_DECLINED;
}
