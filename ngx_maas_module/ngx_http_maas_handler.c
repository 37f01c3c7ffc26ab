
/*
 * From a request to a prediction: routing, method, body.
 * Not here: running models (ngx_http_maas_batch.c), what bodies mean and
 * answers look like (ngx_http_maas_form.c).
 */


#include "ngx_http_maas_module.h"


static void ngx_http_maas_body_ready(ngx_http_request_t *r);


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


ngx_int_t
ngx_http_maas_serve_handler(ngx_http_request_t *r)
{
    ngx_str_t                  path;
    ngx_http_maas_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    /* an exact location has no tail, and a rewrite may have led here */

    if (r->uri.len < mlcf->root.len + 3
        || ngx_strncmp(r->uri.data, mlcf->root.data, mlcf->root.len) != 0)
    {
        return ngx_http_maas_refuse(r, NGX_HTTP_NOT_FOUND, "Not Found");
    }

    path.data = r->uri.data + mlcf->root.len;
    path.len = r->uri.len - mlcf->root.len;

    if (ngx_strncmp(path.data, "/v2", 3) == 0
        && (path.len == 3 || path.data[3] == '/'))
    {
        path.data += 3;
        path.len -= 3;

        return ngx_http_maas_v2_handler(r, &path);
    }

    return ngx_http_maas_refuse(r, NGX_HTTP_NOT_FOUND, "Not Found");
}


ngx_int_t
ngx_http_maas_predict_handler(ngx_http_request_t *r)
{
    ngx_int_t                  rc;
    ngx_uint_t                 answered;
    ngx_http_maas_loc_conf_t  *mlcf;

    rc = ngx_http_maas_allow(r, NGX_HTTP_POST, "POST", &answered);
    if (answered) {
        return rc;
    }

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    return ngx_http_maas_infer(r, mlcf->model);
}


/* Content types that are read; a type that is not given is one of them. */

static ngx_uint_t
ngx_http_maas_type_known(ngx_http_request_t *r)
{
    size_t       len;
    u_char      *data;
    ngx_uint_t   i;

    static ngx_str_t  known[] = {
        ngx_string("application/json"),
        ngx_string("application/octet-stream"),
        ngx_string("application/x-www-form-urlencoded"),   /* curl -d */
        ngx_string("text/plain")
    };

    if (r->headers_in.content_type == NULL) {
        return 1;
    }

    data = r->headers_in.content_type->value.data;
    len = r->headers_in.content_type->value.len;

    if (len == 0) {
        return 1;
    }

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (len >= known[i].len
            && ngx_strncasecmp(data, known[i].data, known[i].len) == 0
            && (len == known[i].len || data[known[i].len] == ';'
                || data[known[i].len] == ' '))
        {
            return 1;
        }
    }

    return 0;
}


ngx_int_t
ngx_http_maas_infer(ngx_http_request_t *r, ngx_http_maas_model_t *model)
{
    ngx_int_t             rc;
    ngx_str_t            *coding;
    ngx_http_maas_ctx_t  *ctx;

    if (!ngx_http_maas_type_known(r)) {
        return ngx_http_maas_refuse(r, NGX_HTTP_UNSUPPORTED_MEDIA_TYPE,
                                    "Content-Type is not application/json or "
                                    "application/octet-stream");
    }

    coding = ngx_http_maas_header(r, "content-encoding", 16);

    if (coding != NULL && ngx_strcasecmp(coding->data, (u_char *) "identity")
                          != 0)
    {
        return ngx_http_maas_refuse(r, NGX_HTTP_UNSUPPORTED_MEDIA_TYPE,
                                    "Content-Encoding is not identity");
    }

    ctx = ngx_http_maas_get_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->model = model;

    r->request_body_in_single_buf = 1;

    rc = ngx_http_read_client_request_body(r, ngx_http_maas_body_ready);

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        return rc;
    }

    return NGX_DONE;
}


static void
ngx_http_maas_body_ready(ngx_http_request_t *r)
{
    size_t                     json_len;
    ngx_int_t                  n;
    ngx_str_t                  body, *h;
    maas_err_t                 err;
    ngx_http_maas_ctx_t       *ctx;
    ngx_http_maas_loc_conf_t  *mlcf;

    ctx = ngx_http_get_module_ctx(r, ngx_http_maas_module);
    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    if (ngx_http_maas_body(r, &body) != NGX_OK) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    json_len = body.len;
    ctx->form = ngx_http_maas_form_v2;

    h = ngx_http_maas_header(r, "inference-header-content-length", 31);

    if (h != NULL) {
        n = ngx_atosz(h->data, h->len);

        if (n == NGX_ERROR || (size_t) n > body.len) {
            err.code = MAAS_BADVALUE;
            ngx_sprintf((u_char *) err.msg, "Inference-Header-Content-Length "
                        "is not a number from 0 to the body's %uz bytes%Z",
                        body.len);
            ngx_http_finalize_request(r, ngx_http_maas_send_failure(r, &err));
            return;
        }

        json_len = (size_t) n;

    } else if (mlcf->kind == NGX_HTTP_MAAS_PREDICT) {
        ctx->form = ngx_http_maas_form(r, &body);
    }

    ngx_http_maas_batch_add(r, ctx, &body, json_len);
}
