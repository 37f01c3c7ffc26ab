
/*
 * The forms that bodies come and go in, one row of a table each: rows out of a
 * body, the answer in the same form.
 * Not here: which form it is (ngx_http_maas_type.c), what the bytes mean
 * (engine/), running models, headers.
 */


#include <maas.h>

#include "ngx_http_maas_count.h"
#include "ngx_http_maas_ctx.h"
#include "ngx_http_maas_form.h"
#include "ngx_http_maas_model.h"
#include "answers/ngx_http_maas_response.h"


/* Bounds, readers and writers as in maas.h; `json_len`, `version` and
 * `*json_len` are of no use to most. */

typedef struct {
    size_t          (*bound)(const maas_model_t *m, const char *body,
                             size_t len, size_t max_rows);
    maas_status_t   (*read)(const maas_model_t *m, const char *body,
                            size_t len, size_t json_len, size_t max_rows,
                            float *x, maas_request_t *req, maas_err_t *err);
    size_t          (*size)(const maas_model_t *m, maas_str_t version,
                            const maas_request_t *req);
    size_t          (*write)(const maas_model_t *m, maas_str_t version,
                             const maas_request_t *req, const float *y,
                             char *buf, size_t *json_len);
    ngx_str_t         type;        /* of answers that are not JSON */
} ngx_http_maas_form_t;


static size_t
ngx_http_maas_form_bound_numbers(const maas_model_t *m, const char *body,
    size_t len, size_t max_rows)
{
    return maas_rows_bound(m, len, max_rows);
}


static size_t
ngx_http_maas_form_bound_one(const maas_model_t *m, const char *body,
    size_t len, size_t max_rows)
{
    return 1;
}


static maas_status_t
ngx_http_maas_form_rows_read(const maas_model_t *m, const char *body,
    size_t len, size_t json_len, size_t max_rows, float *x,
    maas_request_t *req, maas_err_t *err)
{
    return maas_rows_read(m, body, len, max_rows, x, req, err);
}


static size_t
ngx_http_maas_form_rows_size(const maas_model_t *m, maas_str_t version,
    const maas_request_t *req)
{
    return maas_rows_size(m, req);
}


static size_t
ngx_http_maas_form_rows_write(const maas_model_t *m, maas_str_t version,
    const maas_request_t *req, const float *y, char *buf, size_t *json_len)
{
    return maas_rows_write(m, req, y, buf);
}


static maas_status_t
ngx_http_maas_form_bytes_read(const maas_model_t *m, const char *body,
    size_t len, size_t json_len, size_t max_rows, float *x,
    maas_request_t *req, maas_err_t *err)
{
    return maas_bytes_read(m, body, len, max_rows, x, req, err);
}


static size_t
ngx_http_maas_form_bytes_size(const maas_model_t *m, maas_str_t version,
    const maas_request_t *req)
{
    return maas_bytes_size(m, req);
}


static size_t
ngx_http_maas_form_bytes_write(const maas_model_t *m, maas_str_t version,
    const maas_request_t *req, const float *y, char *buf, size_t *json_len)
{
    return maas_bytes_write(m, req, y, buf);
}


static maas_status_t
ngx_http_maas_form_image_read(const maas_model_t *m, const char *body,
    size_t len, size_t json_len, size_t max_rows, float *x,
    maas_request_t *req, maas_err_t *err)
{
    return maas_image_read(m, body, len, x, req, err);
}


static maas_status_t
ngx_http_maas_form_csv_read(const maas_model_t *m, const char *body,
    size_t len, size_t json_len, size_t max_rows, float *x,
    maas_request_t *req, maas_err_t *err)
{
    return maas_csv_read(m, body, len, max_rows, x, req, err);
}


static size_t
ngx_http_maas_form_csv_size(const maas_model_t *m, maas_str_t version,
    const maas_request_t *req)
{
    return maas_csv_size(m, req);
}


static size_t
ngx_http_maas_form_csv_write(const maas_model_t *m, maas_str_t version,
    const maas_request_t *req, const float *y, char *buf, size_t *json_len)
{
    return maas_csv_write(m, req, y, buf);
}


static maas_status_t
ngx_http_maas_form_pairs_read(const maas_model_t *m, const char *body,
    size_t len, size_t json_len, size_t max_rows, float *x,
    maas_request_t *req, maas_err_t *err)
{
    return maas_form_read(m, body, len, x, req, err);
}


#define ngx_http_maas_form_v1(name, method)                                   \
                                                                              \
    static maas_status_t                                                      \
    ngx_http_maas_form_v1_##name##_read(const maas_model_t *m,                \
        const char *body, size_t len, size_t json_len, size_t max_rows,       \
        float *x, maas_request_t *req, maas_err_t *err)                       \
    {                                                                         \
        return maas_v1_read(m, method, body, len, max_rows, x, req, err);     \
    }                                                                         \
                                                                              \
    static size_t                                                             \
    ngx_http_maas_form_v1_##name##_size(const maas_model_t *m,                \
        maas_str_t version, const maas_request_t *req)                        \
    {                                                                         \
        return maas_v1_size(m, method, req);                                  \
    }                                                                         \
                                                                              \
    static size_t                                                             \
    ngx_http_maas_form_v1_##name##_write(const maas_model_t *m,               \
        maas_str_t version, const maas_request_t *req, const float *y,        \
        char *buf, size_t *json_len)                                          \
    {                                                                         \
        return maas_v1_write(m, method, req, y, buf);                         \
    }

ngx_http_maas_form_v1(predict, MAAS_V1_PREDICT)
ngx_http_maas_form_v1(classify, MAAS_V1_CLASSIFY)
ngx_http_maas_form_v1(regress, MAAS_V1_REGRESS)


/* in the order of ngx_http_maas_form_e */

static const ngx_http_maas_form_t  ngx_http_maas_forms[] = {

    { ngx_http_maas_form_bound_numbers,
      maas_v2_read,
      maas_v2_size,
      maas_v2_write,
      ngx_string("application/octet-stream") },

    { maas_objects_bound,
      ngx_http_maas_form_v1_predict_read,
      ngx_http_maas_form_v1_predict_size,
      ngx_http_maas_form_v1_predict_write,
      ngx_null_string },

    { maas_objects_bound,
      ngx_http_maas_form_v1_classify_read,
      ngx_http_maas_form_v1_classify_size,
      ngx_http_maas_form_v1_classify_write,
      ngx_null_string },

    { maas_objects_bound,
      ngx_http_maas_form_v1_regress_read,
      ngx_http_maas_form_v1_regress_size,
      ngx_http_maas_form_v1_regress_write,
      ngx_null_string },

    { maas_objects_bound,
      ngx_http_maas_form_rows_read,
      ngx_http_maas_form_rows_size,
      ngx_http_maas_form_rows_write,
      ngx_null_string },

    { ngx_http_maas_form_bound_numbers,
      ngx_http_maas_form_bytes_read,
      ngx_http_maas_form_bytes_size,
      ngx_http_maas_form_bytes_write,
      ngx_string("application/octet-stream") },

    { ngx_http_maas_form_bound_one,
      ngx_http_maas_form_image_read,
      ngx_http_maas_form_rows_size,
      ngx_http_maas_form_rows_write,
      ngx_null_string },

    { maas_csv_bound,
      ngx_http_maas_form_csv_read,
      ngx_http_maas_form_csv_size,
      ngx_http_maas_form_csv_write,
      ngx_string("text/csv") },

    { ngx_http_maas_form_bound_one,
      ngx_http_maas_form_pairs_read,
      ngx_http_maas_form_rows_size,
      ngx_http_maas_form_rows_write,
      ngx_null_string }
};


size_t
ngx_http_maas_form_bound(ngx_http_maas_ctx_t *ctx, ngx_str_t *body,
    ngx_uint_t max_rows)
{
    return ngx_http_maas_forms[ctx->form].bound(ctx->model->engine,
                                                (const char *) body->data,
                                                body->len, max_rows);
}


maas_status_t
ngx_http_maas_form_read(ngx_http_maas_ctx_t *ctx, ngx_str_t *body,
    size_t json_len, ngx_uint_t max_rows, float *x, maas_err_t *err)
{
    maas_status_t  rc;

    rc = ngx_http_maas_forms[ctx->form].read(ctx->model->engine,
                                             (const char *) body->data,
                                             body->len, json_len, max_rows,
                                             x, &ctx->req, err);
    ctx->at.read = ngx_http_maas_now();

    return rc;
}


size_t
ngx_http_maas_form_size(ngx_http_maas_ctx_t *ctx)
{
    maas_str_t              version;
    ngx_http_maas_model_t  *model;

    model = ctx->model;
    version.data = (const char *) model->version.data;
    version.len = model->version.len;
    ctx->req.name.data = (const char *) model->name.data;
    ctx->req.name.len = model->name.len;

    return ngx_http_maas_forms[ctx->form].size(model->engine, version,
                                               &ctx->req);
}


size_t
ngx_http_maas_form_write(ngx_http_maas_ctx_t *ctx, const float *y, u_char *p,
    size_t *json_len)
{
    maas_str_t              version;
    ngx_http_maas_model_t  *model;

    model = ctx->model;
    version.data = (const char *) model->version.data;
    version.len = model->version.len;
    *json_len = 0;

    return ngx_http_maas_forms[ctx->form].write(model->engine, version,
                                                &ctx->req, y, (char *) p,
                                                json_len);
}


ngx_int_t
ngx_http_maas_form_send(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_str_t *body, size_t json_len)
{
    ngx_str_t  type;

    type = ngx_http_maas_forms[ctx->form].type;

    if (type.len == 0
        || (ctx->form == ngx_http_maas_form_v2 && !ctx->req.binary))
    {
        return ngx_http_maas_send_json(r, NGX_HTTP_OK, body);
    }

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
