
/*
 * Which form a body is in; rows out of it, and the answer in the same form.
 * Not here: what the bytes mean (engine/), running models, what types are
 * called (ngx_http_maas_type.c), other headers.
 */


#include "ngx_http_maas_explain.h"
#include "ngx_http_maas_form.h"
#include "ngx_http_maas_gather.h"
#include "ngx_http_maas_request.h"
#include "answers/ngx_http_maas_response.h"


static maas_body_t
ngx_http_maas_form_body(ngx_http_maas_ctx_t *ctx, ngx_uint_t max_rows)
{
    maas_body_t  b;

    b.data = (const char *) ctx->body.text.data;
    b.len = ctx->body.text.len;
    b.json_len = ctx->json_len;
    b.max_rows = max_rows;
    b.loose = 0;
    b.named = 0;
    b.marks = ctx->model->info->marking != NULL;
    b.explain = &ctx->explain;

    return b;
}


maas_status_t
ngx_http_maas_form_open(ngx_http_maas_ctx_t *ctx, maas_err_t *err)
{
    maas_body_t  b;
    ngx_str_t   *body;

    body = &ctx->body.text;
    ctx->json_len = body->len;

    if (ctx->json_given != NGX_DECLINED) {

        if (ctx->json_given < 0 || (size_t) ctx->json_given > body->len) {
            return ngx_http_maas_fail(err, MAAS_BADVALUE,
                                      "Inference-Header-Content-Length is not "
                                      "a number from 0 to the body's %uz bytes",
                                      body->len);
        }

        ctx->json_len = (size_t) ctx->json_given;

        if (ctx->form == NULL) {
            ctx->form = &maas_form_v2;
        }
    }

    if (ctx->form == NULL) {
        b = ngx_http_maas_form_body(ctx, 1);
        ctx->form = maas_form_find(ctx->model->info,
                                   (const char *) ctx->type.data,
                                   ctx->type.len, &b);
    }

    return MAAS_OK;
}


size_t
ngx_http_maas_form_bound(ngx_http_maas_ctx_t *ctx, ngx_uint_t max_rows)
{
    maas_body_t  b;

    b = ngx_http_maas_form_body(ctx, max_rows);

    return ctx->form->bound(ctx->model->info, &b);
}


maas_status_t
ngx_http_maas_form_read(ngx_http_maas_ctx_t *ctx, ngx_uint_t max_rows,
    void *x, maas_err_t *err)
{
    maas_body_t      b;
    maas_status_t    rc;
    maas_request_t  *req;

    b = ngx_http_maas_form_body(ctx, max_rows);
    req = &ctx->req;

    rc = ctx->form->read(ctx->model->info, &b, x, req, err);
    ctx->at.read = ngx_http_maas_now();

    ctx->known.read = rc == MAAS_OK;

    if (rc == MAAS_OK) {
        req->name.data = (const char *) ctx->model->name.data;
        req->name.len = ctx->model->name.len;
        req->version.data = (const char *) ctx->model->version.data;
        req->version.len = ctx->model->version.len;

        ngx_http_maas_seen(ctx->model, x, req->rows, 1);

        rc = ngx_http_maas_explain_read(ctx, err);
    }

    return rc;
}


/* Behind the answer: what is said of rows whose numbers do not say it */

static size_t
ngx_http_maas_form_said_size(ngx_http_maas_ctx_t *ctx)
{
    return ctx->blunt == NULL ? 0 : (ctx->req.rows + 1) * sizeof(uint32_t);
}


size_t
ngx_http_maas_form_size(ngx_http_maas_ctx_t *ctx)
{
    return ctx->form->size(ctx->model->info, &ctx->req)
           + ngx_http_maas_form_said_size(ctx)
           + (ctx->grpc ? NGX_HTTP_MAAS_GRPC_HEAD : 0);
}


/* For the counters, what is said of each row; in any thread */

static void
ngx_http_maas_form_count(ngx_http_maas_ctx_t *ctx, const float *y)
{
    size_t              i, said;
    const maas_info_t  *info;

    info = ctx->model->info;

    for (i = 0; i < ctx->req.rows; i++) {
        said = maas_decision(info, y + i * info->out);
        ctx->tally[ngx_min(said, ctx->model->n_says - 1)]++;
    }
}


ngx_int_t
ngx_http_maas_form_tally(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx)
{
    if (ctx->model->n_says == 0 || ctx->tally != NULL) {
        return NGX_OK;
    }

    ctx->tally = ngx_pcalloc(r->pool, ctx->model->n_says * sizeof(uint32_t));

    return ctx->tally != NULL ? NGX_OK : NGX_ERROR;
}


/* For shadows */

static void
ngx_http_maas_form_keep(ngx_http_maas_ctx_t *ctx, const float *y)
{
    ngx_uint_t             i;
    const maas_info_t     *info;
    ngx_http_maas_kept_t  *kept;

    kept = ctx->kept;
    info = ctx->model->info;

    for (i = 0; i < ngx_min(ctx->req.rows, NGX_HTTP_MAAS_KEPT); i++) {
        kept->score[i] = maas_score(info, y + i * info->out);
        kept->said[i] = (uint32_t) maas_decision(info, y + i * info->out);
    }

    /* a thread may be here when the request ends */

    ngx_memory_barrier();
    kept->rows = ctx->req.rows;
}


/* What counters, shadows, headers and variables say of y, but for its score */

static void
ngx_http_maas_form_tell(ngx_http_maas_ctx_t *ctx, const float *y)
{
    size_t              i;
    const maas_info_t  *info;

    info = ctx->model->info;

    if (maas_says(info) && ctx->req.rows <= NGX_HTTP_MAAS_SAID) {
        for (i = 0; i < ctx->req.rows; i++) {
            ctx->said[i] = (uint32_t) maas_decision(info, y + i * info->out);
        }

        ctx->n_said = ctx->req.rows;

    } else if (ctx->tally != NULL) {
        ngx_http_maas_form_count(ctx, y);
    }

    if (ctx->req.rows > 0) {
        ctx->known.label = maas_decision(info, y);
    }

    if (ctx->kept != NULL) {
        ngx_http_maas_form_keep(ctx, y);
    }
}


/* The labels of y, as it was, are at `said`. */

static void
ngx_http_maas_form_blunt(ngx_http_maas_ctx_t *ctx, float *y, uint32_t *said)
{
    size_t              i;
    const maas_info_t  *info;

    info = ctx->model->info;

    for (i = 0; i < ctx->req.rows; i++) {
        said[i] = (uint32_t) maas_decision(info, y + i * info->out);
        maas_blunt(info, ctx->blunt, said[i], y + i * info->out);
    }

    ctx->req.blunt = ctx->blunt;
    ctx->req.said = said;
}


size_t
ngx_http_maas_form_write(ngx_http_maas_ctx_t *ctx, float *y, u_char *p,
    size_t *json_len)
{
    size_t              len;
    const maas_info_t  *info;

    *json_len = 0;
    info = ctx->model->info;

    ngx_http_maas_form_tell(ctx, y);

    if (ctx->grpc) {
        p += NGX_HTTP_MAAS_GRPC_HEAD;
    }

    if (ctx->blunt != NULL && maas_blunts(info, ctx->blunt)) {
        len = ctx->form->size(info, &ctx->req);
        ngx_http_maas_form_blunt(ctx, y, (uint32_t *)
                                 ngx_align_ptr(p + len, sizeof(uint32_t)));
    }

    if (ctx->req.rows > 0) {
        ctx->known.score = maas_score(info, y);
        ctx->known.ran = 1;
    }

    len = ctx->form->write(info, &ctx->req, y, (char *) p, json_len);

    ctx->req.said = NULL;

    return ctx->grpc ? ngx_http_maas_grpc_frame(p - NGX_HTTP_MAAS_GRPC_HEAD,
                                                len)
                     : len;
}


ngx_int_t
ngx_http_maas_form_send(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_str_t *body, size_t json_len)
{
    ngx_str_t           type;
    const maas_form_t  *form;

    form = ctx->form;

    if (ngx_http_maas_add_labels(r, ctx) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

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

    ngx_http_maas_fails(r, NGX_HTTP_MAAS_WHY_NOT_FINITE);

    return ngx_http_maas_send_error(r, NGX_HTTP_INTERNAL_SERVER_ERROR,
                                    "the result is not finite");
}


ngx_int_t
ngx_http_maas_form_late(ngx_http_request_t *r)
{
    ngx_http_maas_fails(r, NGX_HTTP_MAAS_WHY_TIMEOUT);

    return ngx_http_maas_send_error(r, NGX_HTTP_GATEWAY_TIME_OUT,
                                    "the deadline is over, as grpc-timeout "
                                    "has it");
}


void
ngx_http_maas_form_refuse(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    maas_err_t *err)
{
    ngx_int_t  rc;

    rc = ngx_http_maas_send_failure(r, err);

    ngx_http_maas_body_close(ctx);
    ngx_http_finalize_request(r, rc);
}


ngx_int_t
ngx_http_maas_form_answer(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    float *y)
{
    size_t      size, json_len;
    ngx_str_t   body;
    maas_err_t  err;

    if (!maas_is_finite(y, ctx->req.rows * ctx->model->info->out)) {
        return ngx_http_maas_form_infinite(r, ctx);
    }

    if (ctx->req.rows > NGX_HTTP_MAAS_SAID
        && ngx_http_maas_form_tally(r, ctx) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    size = ngx_http_maas_form_size(ctx) + 1;

    if (ngx_http_maas_memory_take(ctx->model->memory, size, &err) != MAAS_OK) {
        return ngx_http_maas_send_failure(r, &err);
    }

    ctx->answer += size;

    body.data = ngx_pnalloc(r->pool, size);
    if (body.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    body.len = ngx_http_maas_form_write(ctx, y, body.data, &json_len);

    ngx_http_maas_body_close(ctx);

    return ngx_http_maas_form_send(r, ctx, &body, json_len);
}
