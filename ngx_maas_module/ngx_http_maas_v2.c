
/*
 * Open Inference Protocol v2: routes and metadata.
 * Not here: infer requests and answers (engine/maas_json_*.c).
 */


#include "ngx_http_maas_module.h"


#define NGX_HTTP_MAAS_SEGMENTS  6


static ngx_int_t ngx_http_maas_v2_server(ngx_http_request_t *r);
static ngx_int_t ngx_http_maas_v2_model(ngx_http_request_t *r,
    ngx_http_maas_model_t *model);
static ngx_int_t ngx_http_maas_v2_text(ngx_http_request_t *r, char *text);


/* Splits a path at "/"; one at the end is not an empty segment. */

static ngx_uint_t
ngx_http_maas_v2_split(ngx_str_t *path, ngx_str_t *seg)
{
    u_char      *p, *last;
    ngx_uint_t   n;

    n = 0;
    p = path->data;
    last = p + path->len;

    while (p < last) {
        p++;                               /* the "/" */

        if (p == last) {
            break;
        }

        if (n == NGX_HTTP_MAAS_SEGMENTS) {
            return n + 1;
        }

        seg[n].data = p;
        while (p < last && *p != '/') {
            p++;
        }
        seg[n].len = p - seg[n].data;
        n++;
    }

    return n;
}


static ngx_uint_t
ngx_http_maas_v2_is(ngx_str_t *seg, char *name)
{
    return seg->len == ngx_strlen(name)
           && ngx_memcmp(seg->data, name, seg->len) == 0;
}


/* seg: what follows /v2/models/ ; n segments, at least one */

static ngx_int_t
ngx_http_maas_v2_model_route(ngx_http_request_t *r, ngx_str_t *seg,
    ngx_uint_t n)
{
    ngx_int_t                   rc;
    ngx_str_t                   name, version;
    ngx_uint_t                  answered;
    ngx_http_maas_text_t        text;
    ngx_http_maas_model_t      *model;
    ngx_http_maas_main_conf_t  *mmcf;

    name = seg[0];
    ngx_str_null(&version);
    seg++;
    n--;

    if (n >= 2 && ngx_http_maas_v2_is(&seg[0], "versions")) {
        version = seg[1];
        seg += 2;
        n -= 2;
    }

    if (n > 1
        || (n == 1 && !ngx_http_maas_v2_is(&seg[0], "infer")
            && !ngx_http_maas_v2_is(&seg[0], "ready")))
    {
        return ngx_http_maas_refuse(r, NGX_HTTP_NOT_FOUND, "Not Found");
    }

    mmcf = ngx_http_get_module_main_conf(r, ngx_http_maas_module);

    model = ngx_http_maas_model_find(mmcf, &name, &version);
    if (model == NULL) {
        return ngx_http_maas_refuse(r, NGX_HTTP_NOT_FOUND,
                                    "there is no such model or version");
    }

    if (n == 1 && seg[0].data[0] == 'i') {

        rc = ngx_http_maas_allow(r, NGX_HTTP_POST, "POST", &answered);
        if (answered) {
            return rc;
        }

        return ngx_http_maas_infer(r, model);
    }

    rc = ngx_http_maas_allow(r, NGX_HTTP_GET|NGX_HTTP_HEAD, "GET, HEAD",
                             &answered);
    if (answered) {
        return rc;
    }

    if (n == 0) {
        return ngx_http_maas_v2_model(r, model);
    }

    ngx_memzero(&text, sizeof(text));
    text.pool = r->pool;
    ngx_http_maas_put(&text, "{\"name\":\"%V\",\"ready\":true}", &model->name);

    return ngx_http_maas_send_text(r, &text);
}


ngx_int_t
ngx_http_maas_v2_handler(ngx_http_request_t *r, ngx_str_t *path)
{
    ngx_int_t   rc;
    ngx_str_t   seg[NGX_HTTP_MAAS_SEGMENTS];
    ngx_uint_t  n, answered;

    n = ngx_http_maas_v2_split(path, seg);

    if (n > NGX_HTTP_MAAS_SEGMENTS) {
        return ngx_http_maas_refuse(r, NGX_HTTP_NOT_FOUND, "Not Found");
    }

    if (n >= 2 && ngx_http_maas_v2_is(&seg[0], "models")) {
        return ngx_http_maas_v2_model_route(r, &seg[1], n - 1);
    }

    if (!(n == 0
          || (n == 1 && ngx_http_maas_v2_is(&seg[0], "models"))
          || (n == 2 && ngx_http_maas_v2_is(&seg[0], "health")
              && (ngx_http_maas_v2_is(&seg[1], "live")
                  || ngx_http_maas_v2_is(&seg[1], "ready")))))
    {
        return ngx_http_maas_refuse(r, NGX_HTTP_NOT_FOUND, "Not Found");
    }

    rc = ngx_http_maas_allow(r, NGX_HTTP_GET|NGX_HTTP_HEAD, "GET, HEAD",
                             &answered);
    if (answered) {
        return rc;
    }

    switch (n) {

    case 0:
        return ngx_http_maas_v2_server(r);

    case 1:
        return ngx_http_maas_send_models(r);

    default:
        /* one body that every client's reader of either route accepts */
        return ngx_http_maas_v2_text(r, seg[1].data[0] == 'l'
                                        ? "{\"live\":true}"
                                        : "{\"live\":true,\"ready\":true}");
    }
}


static ngx_int_t
ngx_http_maas_v2_text(ngx_http_request_t *r, char *text)
{
    ngx_int_t  rc;
    ngx_str_t  body;

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    body.data = (u_char *) text;
    body.len = ngx_strlen(text);

    return ngx_http_maas_send_json(r, NGX_HTTP_OK, &body);
}


static ngx_int_t
ngx_http_maas_v2_server(ngx_http_request_t *r)
{
    return ngx_http_maas_v2_text(r,
                                 "{\"name\":\"ngx_maas\",\"version\":\""
                                 MAAS_VERSION "\",\"extensions\":"
                                 "[\"binary_tensor_data\","
                                 "\"classification\"]}");
}


ngx_int_t
ngx_http_maas_send_models(ngx_http_request_t *r)
{
    ngx_str_t                    none;
    ngx_uint_t                   i;
    const char                  *comma;
    ngx_http_maas_text_t         text;
    ngx_http_maas_model_t      **models;
    ngx_http_maas_main_conf_t   *mmcf;

    mmcf = ngx_http_get_module_main_conf(r, ngx_http_maas_module);
    models = mmcf->models.elts;

    ngx_str_null(&none);
    ngx_memzero(&text, sizeof(text));
    text.pool = r->pool;

    ngx_http_maas_put(&text, "{\"models\":[");
    comma = "";

    for (i = 0; i < mmcf->models.nelts; i++) {

        /* a name once, however many versions it has */

        if (ngx_http_maas_model_find(mmcf, &models[i]->name, &none)
            == models[i])
        {
            ngx_http_maas_put(&text, "%s\"%V\"", comma, &models[i]->name);
            comma = ",";
        }
    }

    ngx_http_maas_put(&text, "]}");

    return ngx_http_maas_send_text(r, &text);
}


static ngx_int_t
ngx_http_maas_v2_model(ngx_http_request_t *r, ngx_http_maas_model_t *model)
{
    ngx_uint_t                   i;
    const char                  *comma;
    const maas_info_t           *info;
    ngx_http_maas_text_t         text;
    ngx_http_maas_model_t      **models;
    ngx_http_maas_main_conf_t   *mmcf;

    mmcf = ngx_http_get_module_main_conf(r, ngx_http_maas_module);
    models = mmcf->models.elts;
    info = model->info;

    ngx_memzero(&text, sizeof(text));
    text.pool = r->pool;

    ngx_http_maas_put(&text, "{\"name\":\"%V\",\"versions\":[", &model->name);
    comma = "";

    for (i = 0; i < mmcf->models.nelts; i++) {
        if (models[i]->name.len == model->name.len
            && ngx_memcmp(models[i]->name.data, model->name.data,
                          model->name.len) == 0)
        {
            ngx_http_maas_put(&text, "%s\"%V\"", comma, &models[i]->version);
            comma = ",";
        }
    }

    ngx_http_maas_put(&text, "],\"platform\":\"maas_safetensors\",\"inputs\":"
                      "[{\"name\":\"%s\",\"datatype\":\"FP32\",\"shape\":[-1",
                      info->input_name);

    for (i = 0; i < info->rank; i++) {
        ngx_http_maas_put(&text, ",%uz", info->shape[i]);
    }

    ngx_http_maas_put(&text, "]}],\"outputs\":[{\"name\":\"%s\",\"datatype\":"
                      "\"FP32\",\"shape\":[-1,%uz]}],\"task\":\"%s\","
                      "\"labels\":", info->output_name, info->out,
                      info->task_name);
    ngx_http_maas_put_list(&text, info->labels, info->n_labels);
    ngx_http_maas_put(&text, ",\"columns\":");
    ngx_http_maas_put_list(&text, info->columns, info->n_columns);
    ngx_http_maas_put(&text, "}");

    return ngx_http_maas_send_text(r, &text);
}
