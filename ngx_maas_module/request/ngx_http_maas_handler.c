
/*
 * From a request for a model to its rows.
 * Not here: running models (ngx_http_maas_batch.c), what bodies mean and
 * answers look like (ngx_http_maas_form.c).
 */


#include "ngx_http_maas_batch.h"
#include "ngx_http_maas_explain.h"
#include "ngx_http_maas_form.h"
#include "ngx_http_maas_gather.h"
#include "ngx_http_maas_request.h"
#include "answers/ngx_http_maas_response.h"


/* From now on the request has the generation that is current.  Not from its
 * beginning: a body may take for ever to arrive. */

static void
ngx_http_maas_body_model(ngx_http_maas_ctx_t *ctx)
{
    if (ctx->held == NULL) {
        return;
    }

    ctx->model = ngx_http_maas_model_now(ctx->model);
    ctx->known.model = ctx->model;

    ngx_http_maas_model_let_go(*ctx->held);
    *ctx->held = ctx->model;
    ngx_http_maas_model_hold(ctx->model);
    ngx_queue_insert_tail(&ctx->model->asked, &ctx->asked);
}


/* Before the generation is let go: the request is not among those that have it
 * any more. */

static void
ngx_http_maas_infer_end(void *data)
{
    ngx_http_maas_ctx_t  *ctx = data;

    if (*ctx->held != NULL && *ctx->held != (*ctx->held)->first) {
        ngx_queue_remove(&ctx->asked);
    }
}


/* It has a generation, once the body is whole. */

static ngx_int_t
ngx_http_maas_infer_hold(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_http_maas_model_t *model)
{
    ngx_pool_cleanup_t  *cln;

    if (model->watch == NULL) {
        return NGX_OK;
    }

    if (ngx_http_maas_model_hold_by(r->pool, model, &ctx->held) != NGX_OK) {
        return NGX_ERROR;
    }

    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_http_maas_infer_end;
    cln->data = ctx;

    return NGX_OK;
}


/* gRPC: the message says which model it is for.  NGX_OK, or r is finalized. */

static ngx_int_t
ngx_http_maas_body_names(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx)
{
    maas_err_t                  err;
    maas_grpc_which_t           said;
    ngx_http_maas_which_t       which;
    ngx_http_maas_model_t      *model;
    ngx_http_maas_main_conf_t  *mmcf;

    if (ctx->which((char *) ctx->body.text.data, ctx->body.text.len, &said,
                   &err)
        != MAAS_OK)
    {
        ngx_http_maas_form_refuse(r, ctx, &err);
        return NGX_ERROR;
    }

    mmcf = ngx_http_get_module_main_conf(r, ngx_http_maas_module);
    model = ngx_http_maas_model_said(mmcf, &said, &which);

    if (model == NULL) {
        ngx_http_finalize_request(r, ngx_http_maas_send_error(r,
                                         NGX_HTTP_NOT_FOUND, "there is no such "
                                         "model or version"));
        return NGX_ERROR;
    }

    ctx->model = model->first;
    ctx->known.model = ctx->model;

    if (ngx_http_maas_infer_hold(r, ctx, ctx->model) != NGX_OK) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return NGX_ERROR;
    }

    ngx_http_maas_body_model(ctx);

    if (ngx_http_maas_form_is_late(ctx, ctx->at.body)) {
        ngx_http_finalize_request(r, ngx_http_maas_form_late(r));
        return NGX_ERROR;
    }

    if (ngx_http_maas_explain_ask(r, ctx, &err) != MAAS_OK) {
        ngx_http_maas_form_refuse(r, ctx, &err);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* The body is whole. */

static void
ngx_http_maas_body_whole(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx)
{
    maas_err_t  err;

    if (ctx->model == NULL && ngx_http_maas_body_names(r, ctx) != NGX_OK) {
        return;
    }

    if (ngx_http_maas_form_open(ctx, &err) != MAAS_OK) {
        ngx_http_maas_form_refuse(r, ctx, &err);
        return;
    }

    ngx_http_maas_batch_add(r, ctx);
}


/* A turn's worth of it is gathered. */

static void
ngx_http_maas_body_turn(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx)
{
    maas_err_t                 err;
#if (NGX_THREADS)
    ngx_http_maas_loc_conf_t  *mlcf;
#endif

    if (ctx->body.todo
        && ngx_http_maas_body_more(ctx, NGX_HTTP_MAAS_BODY_SLICE,
                                   r->connection->log, &err)
           != MAAS_OK)
    {
        ngx_http_maas_form_refuse(r, ctx, &err);
        return;
    }

    if (!ctx->body.todo) {
        ngx_http_maas_body_whole(r, ctx);
        return;
    }

#if (NGX_THREADS)
    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    if (mlcf->offload != NULL && r == r->main && ctx->model != NULL) {
        ngx_http_maas_large_post(r, ctx, mlcf->offload);
        return;
    }
#endif

    ngx_http_maas_turn_wait(r, ctx, ngx_http_maas_body_turn);
}


static void
ngx_http_maas_body_ready(ngx_http_request_t *r)
{
    maas_err_t            err;
    ngx_http_maas_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_maas_module);

    ctx->at.body = ngx_http_maas_now();

    ngx_http_maas_body_model(ctx);
    ngx_http_maas_type_headers(r, ctx);

    if (ngx_http_maas_explain_ask(r, ctx, &err) != MAAS_OK
        || ngx_http_maas_body_open(r, ctx, &err) != MAAS_OK)
    {
        ngx_http_maas_form_refuse(r, ctx, &err);
        return;
    }

    ngx_http_maas_body_turn(r, ctx);
}


/* The request ends. */

static void
ngx_http_maas_infer_cleanup(void *data)
{
    ngx_http_maas_ctx_t  *ctx = data;

    ngx_http_maas_batch_drop(ctx);
    ngx_http_maas_turn_drop(ctx);

    if (ctx->model != NULL) {
        ngx_http_maas_memory_give(ctx->model->memory, ctx->answer);
    }

    ngx_http_maas_count(ctx, 0);
}


static ngx_int_t
ngx_http_maas_infer_read(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_http_client_body_handler_pt handler)
{
    ngx_http_cleanup_t        *cln;
    ngx_http_maas_loc_conf_t  *mlcf;

    cln = ngx_http_cleanup_add(r, 0);
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cln->handler = ngx_http_maas_infer_cleanup;
    cln->data = ctx;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);
    ctx->blunt = mlcf->output;
    ctx->cache = mlcf->cache != NULL ? NGX_HTTP_MAAS_CACHE_BYPASS : 0;

    return ngx_http_maas_read_body(r, handler);
}


ngx_int_t
ngx_http_maas_explain(ngx_http_request_t *r, ngx_http_maas_model_t *model,
    const maas_form_t *form)
{
    ngx_http_maas_ctx_t       *ctx;
    ngx_http_maas_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    if (ngx_http_maas_explain_closed(mlcf)) {
        return ngx_http_maas_refuse(r, NGX_HTTP_NOT_FOUND, "explanations are "
                                    "off here");
    }

    ctx = ngx_http_maas_get_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->explains = 1;

    return ngx_http_maas_infer(r, model, form);
}


ngx_int_t
ngx_http_maas_infer(ngx_http_request_t *r, ngx_http_maas_model_t *model,
    const maas_form_t *form)
{
    const char           *refused;
    ngx_http_maas_ctx_t  *ctx;

    ctx = ngx_http_maas_get_ctx(r);
    if (ctx == NULL || ngx_http_maas_ask(ctx) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    model = model->first;
    ctx->known.model = model;

    if (ngx_http_maas_infer_hold(r, ctx, model) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    refused = ngx_http_maas_type_refused(r, form);

    if (refused != NULL) {
        return ngx_http_maas_refuse(r, NGX_HTTP_UNSUPPORTED_MEDIA_TYPE, "%s",
                                    refused);
    }

    ctx->model = model;
    ctx->form = form;

    return ngx_http_maas_infer_read(r, ctx, ngx_http_maas_body_ready);
}


static void
ngx_http_maas_grpc_ready(ngx_http_request_t *r)
{
    maas_err_t            err;
    ngx_http_maas_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_maas_module);

    ctx->at.body = ngx_http_maas_now();
    ctx->json_given = NGX_DECLINED;

    if (ngx_http_maas_body_open(r, ctx, &err) != MAAS_OK) {
        ngx_http_maas_form_refuse(r, ctx, &err);
        return;
    }

    ngx_http_maas_body_turn(r, ctx);
}


ngx_int_t
ngx_http_maas_grpc_infer(ngx_http_request_t *r, const maas_form_t *form,
    ngx_http_maas_which_pt which)
{
    ngx_http_maas_ctx_t  *ctx;

    ctx = ngx_http_maas_get_ctx(r);
    if (ctx == NULL || ngx_http_maas_ask(ctx) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_http_maas_grpc_deadline(r, &ctx->deadline) != NGX_OK) {
        return ngx_http_maas_refuse(r, NGX_HTTP_BAD_REQUEST, "grpc-timeout is "
                                    "not one, expected up to 8 digits and "
                                    "H, M, S, m, u or n");
    }

    ctx->form = form;
    ctx->which = which;

    return ngx_http_maas_infer_read(r, ctx, ngx_http_maas_grpc_ready);
}
