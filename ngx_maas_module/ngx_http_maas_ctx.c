
/*
 * The context of a request.
 * Not here: what its steps do with it.
 */


#include "ngx_http_maas_conf.h"
#include "ngx_http_maas_ctx.h"


ngx_http_maas_ctx_t *
ngx_http_maas_get_ctx(ngx_http_request_t *r)
{
    ngx_http_maas_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_maas_module);

    if (ctx == NULL) {
        ctx = ngx_palloc(r->pool, sizeof(ngx_http_maas_ctx_t));
        if (ctx == NULL) {
            return NULL;
        }

        ngx_memzero(ctx, offsetof(ngx_http_maas_ctx_t, said));
        ctx->request = r;
        ngx_http_set_ctx(r, ctx, ngx_http_maas_module);
    }

    return ctx;
}


/* Does nothing: by its address contexts are known among what a pool is to clean
 * up, which outlives the module contexts of a request. */

static void
ngx_http_maas_ask_mark(void *data)
{
}


ngx_int_t
ngx_http_maas_ask(ngx_http_maas_ctx_t *ctx)
{
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(ctx->request->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_http_maas_ask_mark;
    cln->data = ctx;

    return NGX_OK;
}


ngx_http_maas_ctx_t *
ngx_http_maas_asked_next(ngx_pool_t *pool, void **at)
{
    ngx_pool_cleanup_t  *cln;

    cln = *at == NULL ? pool->cleanup : ((ngx_pool_cleanup_t *) *at)->next;

    while (cln != NULL && cln->handler != ngx_http_maas_ask_mark) {
        cln = cln->next;
    }

    *at = cln;

    return cln == NULL ? NULL : cln->data;
}


ngx_http_maas_ctx_t *
ngx_http_maas_asked(ngx_http_request_t *r)
{
    void                 *at;
    ngx_http_maas_ctx_t  *ctx;

    at = NULL;

    do {
        ctx = ngx_http_maas_asked_next(r->pool, &at);
    } while (ctx != NULL && ctx->request != r);

    return ctx;
}
