
/*
 * Open Inference Protocol v2: which path and method lead where.
 * Not here: the texts of answers (ngx_http_maas_v2_meta.c), infer requests
 * (engine/maas_json_*.c).
 */


#include <maas.h>
#include <maas_form.h>

#include "ngx_http_maas_conf.h"
#include "ngx_http_maas_ctx.h"
#include "ngx_http_maas_meta.h"
#include "ngx_http_maas_model.h"
#include "ngx_http_maas_routes.h"
#include "answers/ngx_http_maas_response.h"
#include "answers/ngx_http_maas_text.h"
#include "request/ngx_http_maas_body.h"
#include "request/ngx_http_maas_handler.h"


#define NGX_HTTP_MAAS_READ   (NGX_HTTP_GET|NGX_HTTP_HEAD)


/* The method of each route; what it does is `put`, which writes the JSON of
 * the answer, or else `handler`. */

typedef struct {
    char                     *path;
    ngx_uint_t                methods;
    void                    (*put)(ngx_http_request_t *r,
                                   ngx_http_maas_target_t *target,
                                   ngx_http_maas_text_t *text);
    ngx_int_t               (*handler)(ngx_http_request_t *r,
                                       ngx_http_maas_target_t *target);
} ngx_http_maas_route_t;


static ngx_int_t ngx_http_maas_v2_infer(ngx_http_request_t *r,
    ngx_http_maas_target_t *target);
static ngx_int_t ngx_http_maas_v2_index(ngx_http_request_t *r,
    ngx_http_maas_target_t *target);
static ngx_int_t ngx_http_maas_v2_control(ngx_http_request_t *r,
    ngx_http_maas_target_t *target);
static void ngx_http_maas_v2_index_ready(ngx_http_request_t *r);


/* below /v2 */

static const ngx_http_maas_route_t  ngx_http_maas_server_routes[] = {
    { "",                 NGX_HTTP_MAAS_READ, ngx_http_maas_put_server, NULL },
    { "/health/live",     NGX_HTTP_MAAS_READ, ngx_http_maas_put_live, NULL },
    { "/health/ready",    NGX_HTTP_MAAS_READ, ngx_http_maas_put_ready, NULL },
    { "/models",          NGX_HTTP_MAAS_READ, ngx_http_maas_put_models, NULL },
    { "/models/stats",    NGX_HTTP_MAAS_READ, ngx_http_maas_put_v2_stats,
      NULL },
    { "/repository/index", NGX_HTTP_POST, NULL, ngx_http_maas_v2_index },
    { "/trace/setting",   NGX_HTTP_MAAS_READ, ngx_http_maas_put_trace, NULL },
    { "/logging",         NGX_HTTP_MAAS_READ, ngx_http_maas_put_logging,
      NULL },
    { "/docs/openapi.json", NGX_HTTP_MAAS_READ, ngx_http_maas_put_openapi,
      NULL },
    { NULL, 0, NULL, NULL }
};


/* below /v2/models/NAME and /v2/models/NAME/versions/VERSION */

static const ngx_http_maas_route_t  ngx_http_maas_model_routes[] = {
    { "/infer",           NGX_HTTP_POST, NULL, ngx_http_maas_v2_infer },
    { "",                 NGX_HTTP_MAAS_READ, ngx_http_maas_put_model, NULL },
    { "/ready",           NGX_HTTP_MAAS_READ, ngx_http_maas_put_model_ready,
      NULL },
    { "/config",          NGX_HTTP_MAAS_READ, ngx_http_maas_put_config, NULL },
    { "/stats",           NGX_HTTP_MAAS_READ, ngx_http_maas_put_v2_stats,
      NULL },
    { "/trace/setting",   NGX_HTTP_MAAS_READ, ngx_http_maas_put_trace, NULL },
    { "/docs/openapi.json", NGX_HTTP_MAAS_READ, ngx_http_maas_put_openapi,
      NULL },
    { NULL, 0, NULL, NULL }
};


/* below /v2/repository/models/NAME */

static const ngx_http_maas_route_t  ngx_http_maas_control_routes[] = {
    { "/load",            NGX_HTTP_POST, NULL, ngx_http_maas_v2_control },
    { "/unload",          NGX_HTTP_POST, NULL, ngx_http_maas_v2_control },
    { NULL, 0, NULL, NULL }
};


/* Does path begin with prefix and go on?  Then it is cut off. */

static ngx_uint_t
ngx_http_maas_v2_cut(ngx_str_t *path, char *prefix)
{
    size_t  len;

    len = ngx_strlen(prefix);

    if (path->len <= len || ngx_memcmp(path->data, prefix, len) != 0) {
        return 0;
    }

    path->data += len;
    path->len -= len;

    return 1;
}


/* Up to the next "/", which stays */

static ngx_str_t
ngx_http_maas_v2_segment(ngx_str_t *path)
{
    ngx_str_t  seg;

    seg.data = path->data;

    while (path->len > 0 && path->data[0] != '/') {
        path->data++;
        path->len--;
    }

    seg.len = path->data - seg.data;

    return seg;
}


static const ngx_http_maas_route_t *
ngx_http_maas_v2_match(const ngx_http_maas_route_t *route, ngx_str_t *path)
{
    for ( /* void */ ; route->path != NULL; route++) {
        if (path->len == ngx_strlen(route->path)
            && ngx_memcmp(path->data, route->path, path->len) == 0)
        {
            return route;
        }
    }

    return NULL;
}


/* The version that has a label, which may stand for its number */

static ngx_http_maas_model_t *
ngx_http_maas_v2_label(ngx_http_maas_target_t *target)
{
    ngx_uint_t               i;
    ngx_http_maas_model_t   *m, **models;

    models = target->mmcf->models.elts;

    for (i = 0; i < target->mmcf->models.nelts; i++) {
        m = models[i];

        if (m->name.len == target->name.len
            && m->label.len == target->version.len
            && ngx_memcmp(m->name.data, target->name.data, m->name.len) == 0
            && ngx_memcmp(m->label.data, target->version.data, m->label.len)
               == 0)
        {
            return m;
        }
    }

    return NULL;
}


/* The route and, if it is one of a model, the model; else what is missing */

static const ngx_http_maas_route_t *
ngx_http_maas_v2_find(ngx_http_request_t *r, ngx_str_t *path,
    ngx_http_maas_target_t *target, const char **missing)
{
    const ngx_http_maas_route_t  *route;

    *missing = "Not Found";

    ngx_memzero(target, sizeof(ngx_http_maas_target_t));
    target->mmcf = ngx_http_get_module_main_conf(r, ngx_http_maas_module);

    route = ngx_http_maas_v2_match(ngx_http_maas_server_routes, path);
    if (route != NULL) {
        return route;
    }

    if (ngx_http_maas_v2_cut(path, "/repository/models/")) {
        target->name = ngx_http_maas_v2_segment(path);
        route = ngx_http_maas_v2_match(ngx_http_maas_control_routes, path);

    } else if (ngx_http_maas_v2_cut(path, "/models/")) {
        target->name = ngx_http_maas_v2_segment(path);

        if (ngx_http_maas_v2_cut(path, "/versions/")) {
            target->version = ngx_http_maas_v2_segment(path);

            if (target->version.len == 0) {
                return NULL;
            }
        }

        route = ngx_http_maas_v2_match(ngx_http_maas_model_routes, path);
    }

    if (route == NULL) {
        return NULL;
    }

    target->model = ngx_http_maas_model_find(&target->mmcf->models,
                                             &target->name, &target->version);

    if (target->model == NULL && target->version.len != 0) {
        target->model = ngx_http_maas_v2_label(target);
    }

    if (target->model == NULL) {
        *missing = "there is no such model or version";
        return NULL;
    }

    return route;
}


ngx_int_t
ngx_http_maas_v2_handler(ngx_http_request_t *r, ngx_str_t *path)
{
    ngx_int_t                     rc;
    ngx_str_t                     tail;
    const char                   *missing;
    ngx_uint_t                    answered;
    ngx_http_maas_text_t          text;
    ngx_http_maas_target_t        target;
    const ngx_http_maas_route_t  *route;

    tail = *path;

    if (tail.len > 0 && tail.data[tail.len - 1] == '/') {
        tail.len--;
    }

    route = ngx_http_maas_v2_find(r, &tail, &target, &missing);
    if (route == NULL) {
        return ngx_http_maas_refuse(r, NGX_HTTP_NOT_FOUND, missing);
    }

    rc = ngx_http_maas_allow(r, route->methods,
                             route->methods == NGX_HTTP_POST ? "POST"
                                                             : "GET, HEAD",
                             &answered);
    if (answered) {
        return rc;
    }

    if (route->handler != NULL) {
        return route->handler(r, &target);
    }

    ngx_memzero(&text, sizeof(text));
    text.pool = r->pool;
    route->put(r, &target, &text);

    return ngx_http_maas_send_text(r, &text);
}


ngx_int_t
ngx_http_maas_send_models(ngx_http_request_t *r)
{
    ngx_http_maas_text_t    text;
    ngx_http_maas_target_t  target;

    ngx_memzero(&target, sizeof(target));
    target.mmcf = ngx_http_get_module_main_conf(r, ngx_http_maas_module);

    ngx_memzero(&text, sizeof(text));
    text.pool = r->pool;
    ngx_http_maas_put_models(r, &target, &text);

    return ngx_http_maas_send_text(r, &text);
}


static ngx_int_t
ngx_http_maas_v2_infer(ngx_http_request_t *r, ngx_http_maas_target_t *target)
{
    ngx_http_maas_ctx_t  *ctx;

    ctx = ngx_http_maas_get_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->form = &maas_form_v2;

    return ngx_http_maas_infer(r, target->model);
}


/* Models come from the configuration.  To say "loaded" would be a lie where a
 * client has just put a new file in place. */

static ngx_int_t
ngx_http_maas_v2_control(ngx_http_request_t *r, ngx_http_maas_target_t *target)
{
    return ngx_http_maas_refuse(r, NGX_HTTP_NOT_IMPLEMENTED,
                                "models are loaded and unloaded by the "
                                "server's configuration");
}


static ngx_int_t
ngx_http_maas_v2_index(ngx_http_request_t *r, ngx_http_maas_target_t *target)
{
    return ngx_http_maas_read_body(r, ngx_http_maas_v2_index_ready);
}


static void
ngx_http_maas_v2_index_ready(ngx_http_request_t *r)
{
    int                     ready;
    ngx_str_t               body;
    maas_err_t              err;
    maas_status_t           rc;
    ngx_http_maas_text_t    text;
    ngx_http_maas_target_t  target;

    rc = ngx_http_maas_body(r, &body, &err);

    /* "ready": true asks for those that are, and all are */

    if (rc == MAAS_OK && body.len != 0) {
        ready = 0;
        rc = maas_flag_read((const char *) body.data, body.len, "ready",
                            &ready, &err);
    }

    if (rc != MAAS_OK) {
        ngx_http_finalize_request(r, ngx_http_maas_send_failure(r, &err));
        return;
    }

    ngx_memzero(&target, sizeof(target));
    target.mmcf = ngx_http_get_module_main_conf(r, ngx_http_maas_module);

    ngx_memzero(&text, sizeof(text));
    text.pool = r->pool;
    ngx_http_maas_put_index(r, &target, &text);

    if (ngx_http_maas_text(&text, &body) != NGX_OK) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    ngx_http_finalize_request(r, ngx_http_maas_send_json(r, NGX_HTTP_OK,
                                                         &body));
}
