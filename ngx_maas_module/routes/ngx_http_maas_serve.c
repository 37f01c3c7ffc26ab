
/*
 * Where maas_serve and maas_predict lead: the trees of paths, one model.
 * Not here: what is below /v2 and /v1.
 */


#include "ngx_http_maas_routes.h"
#include "request/ngx_http_maas_request.h"


/* HTTP Version Not Supported, RFC 9110 15.6.6 */

#define NGX_HTTP_MAAS_OTHER_VERSION  505


/* What KServe's clients ask of a server first */

static ngx_int_t
ngx_http_maas_alive(ngx_http_request_t *r)
{
    ngx_int_t             rc;
    ngx_http_maas_text_t  text;

    rc = ngx_http_maas_allow(r, NGX_HTTP_MAAS_READ);
    if (rc != NGX_DECLINED) {
        return rc;
    }

    ngx_http_maas_text_init(&text, r->pool);
    ngx_http_maas_put(&text, "{\"status\":\"alive\"}");

    return ngx_http_maas_send_text(r, &ngx_http_maas_json_type, &text);
}


/* Nothing is there, but for a gRPC that asks as it cannot be answered. */

static ngx_int_t
ngx_http_maas_nothing(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    if (!ngx_http_maas_grpc_typed(r)) {
        return ngx_http_maas_refuse(r, NGX_HTTP_NOT_FOUND, "Not Found");
    }

    rc = ngx_http_maas_allow(r, NGX_HTTP_POST);
    if (rc != NGX_DECLINED) {
        return rc;
    }

    return ngx_http_maas_refuse(r, NGX_HTTP_MAAS_OTHER_VERSION,
                                "gRPC needs HTTP/2");
}


ngx_int_t
ngx_http_maas_serve_handler(ngx_http_request_t *r)
{
    u_char                    *tree;
    ngx_str_t                  path;
    ngx_http_maas_ctx_t       *ctx;
    ngx_http_maas_loc_conf_t  *mlcf;

    if (r->method == NGX_HTTP_POST && ngx_http_maas_grpc_is(r)) {
        ctx = ngx_http_maas_get_ctx(r);
        if (ctx == NULL) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        ctx->grpc = 1;

        return ngx_http_maas_grpc_handler(r);
    }

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    /* a rewrite may have led here from outside */

    if (r->uri.len < mlcf->root.len
        || ngx_strncmp(r->uri.data, mlcf->root.data, mlcf->root.len) != 0)
    {
        return ngx_http_maas_refuse(r, NGX_HTTP_NOT_FOUND, "Not Found");
    }

    path.data = r->uri.data + mlcf->root.len;
    path.len = r->uri.len - mlcf->root.len;

    if (path.len == 0 || (path.len == 1 && path.data[0] == '/')) {
        return ngx_http_maas_alive(r);
    }

    /* where people look for it first */

    if (path.len >= 5 && ngx_strncmp(path.data, "/docs", 5) == 0
        && (path.len == 5 || path.data[5] == '/'))
    {
        return ngx_http_maas_v2_handler(r, &path);
    }

    if (path.len >= 3 && (path.len == 3 || path.data[3] == '/')) {
        tree = path.data;
        path.data += 3;
        path.len -= 3;

        if (ngx_strncmp(tree, "/v2", 3) == 0) {
            return ngx_http_maas_v2_handler(r, &path);
        }

        if (ngx_strncasecmp(tree, (u_char *) "/v1", 3) == 0) {
            return ngx_http_maas_v1_handler(r, &path);
        }
    }

    return ngx_http_maas_nothing(r);
}


ngx_int_t
ngx_http_maas_predict_handler(ngx_http_request_t *r)
{
    ngx_int_t                  rc;
    ngx_http_maas_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    rc = ngx_http_maas_allow(r, NGX_HTTP_POST);
    if (rc != NGX_DECLINED) {
        ngx_http_maas_count_reason(mlcf->model, NGX_HTTP_MAAS_WHY_METHOD);
        return rc;
    }

    return ngx_http_maas_infer(r, mlcf->model, NULL);
}
