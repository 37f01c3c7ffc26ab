
/*
 * The forms that bodies come and go in, one row of a table each: which one it
 * is, rows out of a body, the answer in the same form.
 * Not here: what the bytes mean (engine/), running models, headers.
 */


#include "ngx_http_maas_module.h"


/* Readers and writers as in maas.h; `json_len`, `version` and `*json_len` are
 * of no use to most. */

typedef struct {
    maas_status_t   (*read)(const maas_model_t *m, const char *body,
                            size_t len, size_t json_len, size_t max_rows,
                            float *x, maas_request_t *req, maas_err_t *err);
    size_t          (*size)(const maas_model_t *m, maas_str_t version,
                            const maas_request_t *req);
    size_t          (*write)(const maas_model_t *m, maas_str_t version,
                             const maas_request_t *req, const float *y,
                             char *buf, size_t *json_len);
    ngx_str_t         type;        /* of the answer, unless it is JSON */
} ngx_http_maas_form_t;


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


/* in the order of ngx_http_maas_form_e */

static const ngx_http_maas_form_t  ngx_http_maas_forms[] = {

    { maas_v2_read,
      maas_v2_size,
      maas_v2_write,
      ngx_string("application/octet-stream") },

    { ngx_http_maas_form_rows_read,
      ngx_http_maas_form_rows_size,
      ngx_http_maas_form_rows_write,
      ngx_null_string },

    { ngx_http_maas_form_bytes_read,
      ngx_http_maas_form_bytes_size,
      ngx_http_maas_form_bytes_write,
      ngx_string("application/octet-stream") }
};


static ngx_uint_t
ngx_http_maas_is_octets(ngx_str_t *type)
{
    return type->len >= 24
           && ngx_strncasecmp(type->data, (u_char *) "application/octet-stream",
                              24) == 0;
}


ngx_http_maas_form_e
ngx_http_maas_form(ngx_http_request_t *r, ngx_str_t *body)
{
    size_t  i;

    if (r->headers_in.content_type != NULL
        && ngx_http_maas_is_octets(&r->headers_in.content_type->value))
    {
        return ngx_http_maas_form_bytes;
    }

    for (i = 0; i < body->len; i++) {
        switch (body->data[i]) {

        case ' ':
        case '\t':
        case CR:
        case LF:
            continue;

        case '{':
            return ngx_http_maas_form_v2;
        }

        break;
    }

    return ngx_http_maas_form_rows;
}


maas_status_t
ngx_http_maas_form_read(ngx_http_maas_ctx_t *ctx, ngx_str_t *body,
    size_t json_len, ngx_uint_t max_rows, float *x, maas_err_t *err)
{
    return ngx_http_maas_forms[ctx->form].read(ctx->model->engine,
                                               (const char *) body->data,
                                               body->len, json_len, max_rows,
                                               x, &ctx->req, err);
}


ngx_int_t
ngx_http_maas_form_answer(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    const float *y)
{
    char                        *p;
    size_t                       size, json_len;
    ngx_str_t                    body, type;
    maas_str_t                   version;
    maas_model_t                *engine;
    maas_request_t              *req;
    const ngx_http_maas_form_t  *form;

    req = &ctx->req;
    form = &ngx_http_maas_forms[ctx->form];
    engine = ctx->model->engine;
    version.data = (const char *) ctx->model->version.data;
    version.len = ctx->model->version.len;
    req->name.data = (const char *) ctx->model->name.data;
    req->name.len = ctx->model->name.len;

    if (!maas_is_finite(y, req->rows * ctx->model->info->out)) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "maas: model \"%V\": the result is not finite",
                      &ctx->model->name);
        return ngx_http_maas_send_error(r, NGX_HTTP_INTERNAL_SERVER_ERROR,
                                        "the result is not finite");
    }

    size = form->size(engine, version, req);

    p = ngx_pnalloc(r->pool, size + 1);
    if (p == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    json_len = 0;
    body.data = (u_char *) p;
    body.len = form->write(engine, version, req, y, p, &json_len);

    if (!req->binary) {
        return ngx_http_maas_send_json(r, NGX_HTTP_OK, &body);
    }

    type = form->type;

    return ngx_http_maas_send(r, NGX_HTTP_OK, &type, &body, json_len);
}
