
/*
 * Who has which generation of a model, in this worker.
 * Not here: generations that come and go (watch/ngx_http_maas_swap.c).
 */


#include "ngx_http_maas_model.h"


ngx_http_maas_model_t *
ngx_http_maas_model_now(ngx_http_maas_model_t *model)
{
    return model->watch == NULL ? model : model->first->now;
}


void
ngx_http_maas_model_hold(ngx_http_maas_model_t *model)
{
    model->users++;
}


void
ngx_http_maas_model_let_go(ngx_http_maas_model_t *model)
{
    model->users--;
}


static void
ngx_http_maas_hold_cleanup(void *data)
{
    ngx_http_maas_model_t  **held = data;

    if (*held != NULL) {
        ngx_http_maas_model_let_go(*held);
    }
}


ngx_int_t
ngx_http_maas_model_hold_by(ngx_pool_t *pool, ngx_http_maas_model_t *model,
    ngx_http_maas_model_t ***held)
{
    ngx_pool_cleanup_t  *cln;

    if (model->watch == NULL) {
        return NGX_OK;
    }

    cln = ngx_pool_cleanup_add(pool, sizeof(ngx_http_maas_model_t *));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_http_maas_hold_cleanup;
    *held = cln->data;
    **held = model;

    ngx_http_maas_model_hold(model);

    return NGX_OK;
}
