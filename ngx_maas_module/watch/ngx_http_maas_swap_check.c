
/*
 * Would the configuration hold with another file of a model?
 * Not here: taking it over (ngx_http_maas_swap.c).
 */


#include "ngx_http_maas_watch.h"
#include "proxy/ngx_http_maas_renew.h"


maas_status_t
ngx_http_maas_swap_check(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_watch_t *watch, ngx_http_maas_slot_t *slot, maas_err_t *err)
{
    maas_status_t            rc;
    ngx_pool_t              *pool;
    ngx_http_maas_model_t   *now, new, **place;

    pool = ngx_create_pool(4096, ngx_cycle->log);
    if (pool == NULL) {
        return ngx_http_maas_fail(err, MAAS_NOMEM, "out of memory");
    }

    ngx_http_maas_swap_fill(&new, watch, slot);

    if (new.reasons && new.explainer == NULL) {
        ngx_destroy_pool(pool);
        return ngx_http_maas_fail(err, MAAS_UNSUPPORTED, "it has no "
                                  "explanations, which the configuration asks "
                                  "for: %s", new.unexplained);
    }

    if (watch->model->place == NGX_HTTP_MAAS_NO_PLACE) {
        new.batch = mmcf->batch;           /* one that comes */
        ngx_destroy_pool(pool);

        return ngx_http_maas_fit_new(mmcf, NULL, &new, err);
    }

    place = (ngx_http_maas_model_t **) mmcf->models.elts + watch->model->place;
    now = *place;
    *place = &new;

    rc = ngx_http_maas_fit_new(mmcf, now, &new, err);

    if (rc == MAAS_OK) {
        rc = ngx_http_maas_renew_check(pool, mmcf, &new, err);
    }

    if (rc == MAAS_OK) {
        rc = ngx_http_maas_swap_joined_check(pool, mmcf, &new, err);
    }

    *place = now;
    ngx_destroy_pool(pool);

    return rc;
}
