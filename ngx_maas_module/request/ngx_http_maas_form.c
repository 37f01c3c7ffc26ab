
/*
 * A body in the form that its request is of, and the answer in the same one.
 * Not here: which form it is (ngx_http_maas_type.c), what the bytes mean
 * (engine/), running models, headers.
 */


#include "ngx_http_maas_form.h"
#include "answers/ngx_http_maas_response.h"


static maas_body_t
ngx_http_maas_form_body(ngx_str_t *body, size_t json_len, ngx_uint_t max_rows)
{
    maas_body_t  b;

    b.data = (const char *) body->data;
    b.len = body->len;
    b.json_len = json_len;
    b.max_rows = max_rows;

    return b;
}


size_t
ngx_http_maas_form_bound(ngx_http_maas_ctx_t *ctx, ngx_str_t *body,
    ngx_uint_t max_rows)
{
    maas_body_t  b;

    b = ngx_http_maas_form_body(body, body->len, max_rows);

    return ctx->form->bound(ctx->model->info, &b);
}


maas_status_t
ngx_http_maas_form_read(ngx_http_maas_ctx_t *ctx, ngx_str_t *body,
    size_t json_len, ngx_uint_t max_rows, float *x, maas_err_t *err)
{
    maas_body_t      b;
    maas_status_t    rc;
    maas_request_t  *req;

    b = ngx_http_maas_form_body(body, json_len, max_rows);
    req = &ctx->req;

    rc = ctx->form->read(ctx->model->info, &b, x, req, err);
    ctx->at.read = ngx_http_maas_now();

    if (rc == MAAS_OK) {
        req->name.data = (const char *) ctx->model->name.data;
        req->name.len = ctx->model->name.len;
        req->version.data = (const char *) ctx->model->version.data;
        req->version.len = ctx->model->version.len;
    }

    return rc;
}


size_t
ngx_http_maas_form_size(ngx_http_maas_ctx_t *ctx)
{
    return ctx->form->size(ctx->model->info, &ctx->req);
}


size_t
ngx_http_maas_form_write(ngx_http_maas_ctx_t *ctx, const float *y, u_char *p,
    size_t *json_len)
{
    *json_len = 0;

    return ctx->form->write(ctx->model->info, &ctx->req, y, (char *) p,
                            json_len);
}


ngx_int_t
ngx_http_maas_form_send(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_str_t *body, size_t json_len)
{
    ngx_str_t           type;
    const maas_form_t  *form;

    form = ctx->form;

    if (form->answer == NULL || (form->sized != NULL && !ctx->req.binary)) {
        return ngx_http_maas_send(r, NGX_HTTP_OK, &ngx_http_maas_json_type,
                                  body, 0);
    }

    type.data = (u_char *) form->answer;
    type.len = ngx_strlen(form->answer);

    if (ngx_http_maas_type_answer(r, json_len, &type) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_maas_send(r, NGX_HTTP_OK, &type, body, json_len);
}


ngx_int_t
ngx_http_maas_form_infinite(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx)
{
    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "maas: model \"%V\": the result is not finite",
                  &ctx->model->name);

    return ngx_http_maas_send_error(r, NGX_HTTP_INTERNAL_SERVER_ERROR,
                                    "the result is not finite");
}


ngx_int_t
ngx_http_maas_form_answer(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    const float *y)
{
    size_t     json_len;
    ngx_str_t  body;

    if (!maas_is_finite(y, ctx->req.rows * ctx->model->info->out)) {
        return ngx_http_maas_form_infinite(r, ctx);
    }

    body.data = ngx_pnalloc(r->pool, ngx_http_maas_form_size(ctx) + 1);
    if (body.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    body.len = ngx_http_maas_form_write(ctx, y, body.data, &json_len);

    return ngx_http_maas_form_send(r, ctx, &body, json_len);
}
