
/*
 * Open Inference Protocol v2: which path and method lead where.
 * Not here: the texts of answers (ngx_http_maas_meta.c), infer requests
 * (engine/wire/).
 */


#include "ngx_http_maas_routes.h"
#include "request/ngx_http_maas_request.h"


/* What a route does: `tell` or `put`, which write the JSON of its answer, or
 * `handler`. */

typedef struct {
    char                     *path;
    ngx_uint_t                methods;
    void                    (*tell)(ngx_http_request_t *r,
                                    ngx_http_maas_target_t *target,
                                    ngx_http_maas_tell_t *t);
    void                    (*put)(ngx_http_request_t *r,
                                   ngx_http_maas_target_t *target,
                                   ngx_http_maas_text_t *text);
    ngx_int_t               (*handler)(ngx_http_request_t *r,
                                       ngx_http_maas_target_t *target);
} ngx_http_maas_route_t;


static ngx_int_t
ngx_http_maas_v2_infer(ngx_http_request_t *r, ngx_http_maas_target_t *target)
{
    return ngx_http_maas_infer(r, target->model, &maas_form_v2);
}


static ngx_int_t
ngx_http_maas_v2_explain(ngx_http_request_t *r, ngx_http_maas_target_t *target)
{
    return ngx_http_maas_explain(r, target->model, &maas_form_v2);
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


static void
ngx_http_maas_v2_index_ready(ngx_http_request_t *r)
{
    int                     ready;
    ngx_str_t               body;
    maas_err_t              err;
    maas_status_t           rc;
    ngx_http_maas_tell_t    tell;
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

    ngx_http_maas_text_init(&text, r->pool);
    ngx_http_maas_tell_init(&tell, &text, 0);
    ngx_http_maas_tell_index(r, &target, &tell);

    ngx_http_finalize_request(r, ngx_http_maas_send_text(r,
                                     &ngx_http_maas_json_type, &text));
}


static ngx_int_t
ngx_http_maas_v2_index(ngx_http_request_t *r, ngx_http_maas_target_t *target)
{
    return ngx_http_maas_read_body(r, ngx_http_maas_v2_index_ready);
}


/* Below /v2 */

static const ngx_http_maas_route_t  ngx_http_maas_v2_server[] = {
    { "", NGX_HTTP_MAAS_READ, .tell = ngx_http_maas_tell_server },
    { "/health/live", NGX_HTTP_MAAS_READ, .tell = ngx_http_maas_tell_live },
    { "/health/ready", NGX_HTTP_MAAS_READ, .tell = ngx_http_maas_tell_ready },
    { "/models", NGX_HTTP_MAAS_READ, .put = ngx_http_maas_put_models },
    { "/models/stats", NGX_HTTP_MAAS_READ, .tell = ngx_http_maas_tell_stats },
    { "/repository/index", NGX_HTTP_POST, .handler = ngx_http_maas_v2_index },
    { "/trace/setting", NGX_HTTP_MAAS_READ,
      .tell = ngx_http_maas_tell_tracing },
    { "/logging", NGX_HTTP_MAAS_READ, .tell = ngx_http_maas_tell_logging },
    { "/docs", NGX_HTTP_MAAS_READ, .handler = ngx_http_maas_docs_handler },
    { "/docs/openapi.json", NGX_HTTP_MAAS_READ,
      .put = ngx_http_maas_put_openapi },
    { NULL }
};


/* below /v2/models/NAME and /v2/models/NAME/versions/VERSION */

static const ngx_http_maas_route_t  ngx_http_maas_v2_model[] = {
    { "/infer", NGX_HTTP_POST, .handler = ngx_http_maas_v2_infer },
    { "/explain", NGX_HTTP_POST, .handler = ngx_http_maas_v2_explain },
    { "", NGX_HTTP_MAAS_READ, .tell = ngx_http_maas_tell_model },
    { "/ready", NGX_HTTP_MAAS_READ, .tell = ngx_http_maas_tell_model_ready },
    { "/config", NGX_HTTP_MAAS_READ, .tell = ngx_http_maas_tell_config },
    { "/stats", NGX_HTTP_MAAS_READ, .tell = ngx_http_maas_tell_stats },
    { "/trace/setting", NGX_HTTP_MAAS_READ,
      .tell = ngx_http_maas_tell_tracing },
    { "/docs", NGX_HTTP_MAAS_READ, .handler = ngx_http_maas_docs_handler },
    { "/docs/openapi.json", NGX_HTTP_MAAS_READ,
      .put = ngx_http_maas_put_openapi },
    { NULL }
};


/* below /v2/repository/models/NAME */

static const ngx_http_maas_route_t  ngx_http_maas_v2_repository[] = {
    { "/load", NGX_HTTP_POST, .handler = ngx_http_maas_v2_control },
    { "/unload", NGX_HTTP_POST, .handler = ngx_http_maas_v2_control },
    { NULL }
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


/* The route and, if it is one of a model, the model; else what is missing */

static const ngx_http_maas_route_t *
ngx_http_maas_v2_find(ngx_http_request_t *r, ngx_str_t *path,
    ngx_http_maas_target_t *target, const char **missing)
{
    ngx_http_maas_which_t        *which;
    const ngx_http_maas_route_t  *route;

    which = &target->which;
    *missing = "Not Found";

    ngx_memzero(target, sizeof(ngx_http_maas_target_t));
    target->mmcf = ngx_http_get_module_main_conf(r, ngx_http_maas_module);

    route = ngx_http_maas_v2_match(ngx_http_maas_v2_server, path);
    if (route != NULL) {
        return route;
    }

    if (ngx_http_maas_v2_cut(path, "/repository/models/")) {
        which->name = ngx_http_maas_path_segment(path, '/');
        route = ngx_http_maas_v2_match(ngx_http_maas_v2_repository, path);

    } else if (ngx_http_maas_v2_cut(path, "/models/")) {
        which->name = ngx_http_maas_path_segment(path, '/');

        if (ngx_http_maas_v2_cut(path, "/versions/")) {
            which->version = ngx_http_maas_path_segment(path, '/');

            if (which->version.len == 0) {
                return NULL;
            }
        }

        route = ngx_http_maas_v2_match(ngx_http_maas_v2_model, path);
    }

    if (route == NULL) {
        return NULL;
    }

    target->model = ngx_http_maas_model_called(target->mmcf, which);

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
    ngx_http_maas_tell_t          tell;
    ngx_http_maas_text_t          text;
    ngx_http_maas_target_t        target;
    const ngx_http_maas_route_t  *route;

    tail = *path;

    if (tail.len > 0 && tail.data[tail.len - 1] == '/') {
        tail.len--;
    }

    route = ngx_http_maas_v2_find(r, &tail, &target, &missing);
    if (route == NULL) {
        return ngx_http_maas_refuse(r, NGX_HTTP_NOT_FOUND, "%s", missing);
    }

    rc = ngx_http_maas_allow(r, route->methods);
    if (rc != NGX_DECLINED) {

        if (target.model != NULL) {
            ngx_http_maas_count_reason(target.model, NGX_HTTP_MAAS_WHY_METHOD);
        }

        return rc;
    }

    if (route->handler != NULL) {
        return route->handler(r, &target);
    }

    ngx_http_maas_text_init(&text, r->pool);

    if (route->put != NULL) {
        route->put(r, &target, &text);

    } else {
        ngx_http_maas_tell_init(&tell, &text, 0);
        route->tell(r, &target, &tell);
    }

    return ngx_http_maas_send_text(r, &ngx_http_maas_json_type, &text);
}
