
/*
 * From a request for a model to its rows.
 * Not here: running models (ngx_http_maas_batch.c), what bodies mean and
 * answers look like (ngx_http_maas_form.c).
 */


#include "ngx_http_maas_batch.h"
#include "ngx_http_maas_form.h"
#include "ngx_http_maas_request.h"
#include "answers/ngx_http_maas_response.h"


static void
ngx_http_maas_body_ready(ngx_http_request_t *r)
{
    size_t                json_len;
    ngx_str_t             body;
    ngx_uint_t            given;
    maas_err_t            err;
    ngx_http_maas_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_maas_module);

    ctx->at.body = ngx_http_maas_now();

    if (ngx_http_maas_body(r, &body, &err) != MAAS_OK
        || ngx_http_maas_type_json_len(r, &body, &json_len, &given, &err)
           != MAAS_OK)
    {
        ngx_http_finalize_request(r, ngx_http_maas_send_failure(r, &err));
        return;
    }

    if (ctx->form == NULL) {
        ctx->form = given ? &maas_form_v2
                          : ngx_http_maas_type_form(r, ctx, &body);
    }

    ngx_http_maas_batch_add(r, ctx, &body, json_len);
}


/* The request ends. */

static void
ngx_http_maas_infer_cleanup(void *data)
{
    ngx_http_maas_ctx_t  *ctx = data;

    ngx_http_maas_batch_drop(ctx);
    ngx_http_maas_count(ctx, 0);
}


ngx_int_t
ngx_http_maas_infer(ngx_http_request_t *r, ngx_http_maas_model_t *model,
    const maas_form_t *form)
{
    ngx_http_cleanup_t   *cln;
    ngx_http_maas_ctx_t  *ctx;

    ctx = ngx_http_maas_get_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (!ngx_http_maas_type_known(r, form)) {
        return ngx_http_maas_refuse(r, NGX_HTTP_UNSUPPORTED_MEDIA_TYPE,
                                    "Content-Type is not one that is read "
                                    "here, as application/json is");
    }

    cln = ngx_http_cleanup_add(r, 0);
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cln->handler = ngx_http_maas_infer_cleanup;
    cln->data = ctx;

    ctx->model = model;
    ctx->form = form;

    return ngx_http_maas_read_body(r, ngx_http_maas_body_ready);
}
