
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
        ctx = ngx_pcalloc(r->pool, sizeof(ngx_http_maas_ctx_t));
        if (ctx == NULL) {
            return NULL;
        }

        ctx->request = r;
        ngx_http_set_ctx(r, ctx, ngx_http_maas_module);
    }

    return ctx;
}
