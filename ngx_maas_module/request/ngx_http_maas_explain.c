
/*
 * What a request is told of how its scores came to be: whether it may ask,
 * memory for it, and what it will take.
 * Not here: running an explainer (ngx_http_maas_pass.c), when
 * (ngx_http_maas_large.c), the text of it (engine/wire/).
 */


#include "ngx_http_maas_explain.h"


maas_status_t
ngx_http_maas_explain_ask(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    maas_err_t *err)
{
    maas_str_t                 args;
    ngx_http_maas_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    if (ngx_http_maas_explain_closed(mlcf)) {
        return MAAS_OK;
    }

    ctx->explain_rows = ngx_max(mlcf->max_rows / NGX_HTTP_MAAS_EXPLAIN_ROW, 1);
    ctx->explain = mlcf->explain != NULL ? mlcf->explain->asked
                                         : maas_explain_preset();

    if (ctx->explains) {
        args.data = (const char *) r->args.data;
        args.len = r->args.len;

        return maas_explain_read(ctx->model->info, args, 1, &ctx->explain,
                                 err);
    }

    ctx->explain.wanted = mlcf->kind == NGX_HTTP_MAAS_PREDICT;

    return MAAS_OK;
}


maas_status_t
ngx_http_maas_explain_read(ngx_http_maas_ctx_t *ctx, maas_err_t *err)
{
    maas_request_t  *req;

    req = &ctx->req;

    if (!req->explain.said) {
        req->explain = ctx->explain;
    }

    req->explain.wanted |= ctx->explains;

    if (!req->explain.wanted) {
        return req->explain_named == 0
               ? MAAS_OK
               : ngx_http_maas_fail(err, MAAS_BADVALUE, "outputs of "
                                    "explanations need \"parameters\": "
                                    "{\"explain\": true}");
    }

    if (ctx->explain_rows == 0) {
        return ngx_http_maas_fail(err, MAAS_UNSUPPORTED, "explanations are off "
                                  "here");
    }

    if (!ctx->form->explains) {
        return ngx_http_maas_fail(err, MAAS_UNSUPPORTED, "an answer in this "
                                  "form has no place for reasons: send JSON "
                                  "or CSV");
    }

    if (ctx->model->explainer == NULL) {
        return ngx_http_maas_fail(err, MAAS_UNSUPPORTED, "the model has no "
                                  "explanations: %s",
                                  ctx->model->unexplained != NULL
                                  ? ctx->model->unexplained
                                  : "nothing in the configuration asks for "
                                    "them");
    }

    req->binary |= req->explain_bytes != 0;

    if (req->rows > ctx->explain_rows) {
        return ngx_http_maas_fail(err, MAAS_TOOBIG, "%uz rows to be explained, "
                                  "at most %ui are: each counts as %d of "
                                  "maas_max_rows", req->rows,
                                  ctx->explain_rows,
                                  NGX_HTTP_MAAS_EXPLAIN_ROW);
    }

    return MAAS_OK;
}


uint64_t
ngx_http_maas_explain_cost(ngx_http_maas_model_t *model,
    const maas_explain_asked_t *asked, ngx_uint_t rows)
{
    if (!asked->wanted || model->explainer == NULL) {
        return 0;
    }

    return (uint64_t) (model->explain * rows
                       * ngx_http_maas_explain_share(model, asked));
}


maas_status_t
ngx_http_maas_explain_open(ngx_http_maas_ctx_t *ctx,
    ngx_http_maas_reasons_t *reasons, maas_err_t *err)
{
    u_char                  *p;
    size_t                   row, ws, rows;
    maas_request_t          *req;
    ngx_http_maas_model_t   *model;

    req = &ctx->req;
    model = ctx->model;
    rows = req->rows;

    reasons->told.size = maas_explainer_size(model->explainer);
    reasons->told.top = req->explain.top;

    ws = ngx_align(maas_explain_workspace_size(model->explainer,
                                               req->explain.steps),
                   NGX_CPU_CACHE_LINE);
    row = ngx_align(model->info->row, NGX_CPU_CACHE_LINE);

    if (ngx_http_maas_block_take(model->memory, &ctx->reasons,
                                 ws + row
                                 + rows * (sizeof(maas_explained_t)
                                           + reasons->told.size
                                             * sizeof(double)), err)
        != MAAS_OK)
    {
        return err->code;
    }

    p = ctx->reasons.data;

    reasons->asked = req->explain;
    reasons->workspace.data = p;
    reasons->workspace.size = ws;

    p += ws;
    maas_explainer_zero(model->explainer, p);
    reasons->zeros = p;

    p += row;
    reasons->row = (maas_explained_t *) p;
    reasons->attributions = (double *) (p + rows * sizeof(maas_explained_t));

    reasons->told.row = reasons->row;
    reasons->told.attributions = reasons->attributions;
    req->explained = &reasons->told;

    return MAAS_OK;
}


void
ngx_http_maas_explain_tell(ngx_http_maas_ctx_t *ctx,
    ngx_http_maas_reasons_t *reasons)
{
    ctx->at.ran = reasons->ran;

    ngx_http_maas_count_add(ctx->model, NGX_HTTP_MAAS_EXPLAINED,
                            ctx->req.rows);
}
