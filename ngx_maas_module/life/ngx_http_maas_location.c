
/*
 * Directives that say what a location does, and which handler does it.
 * Not here: what handlers do (routes/).
 */


#include "ngx_http_maas_life.h"
#include "fleet/ngx_http_maas_fleet.h"
#include "routes/ngx_http_maas_grpc.h"


const ngx_http_handler_pt  ngx_http_maas_handlers[] = {
    [NGX_HTTP_MAAS_NONE] = NULL,
    [NGX_HTTP_MAAS_SERVE] = ngx_http_maas_serve_handler,
    [NGX_HTTP_MAAS_PREDICT] = ngx_http_maas_predict_handler,
    [NGX_HTTP_MAAS_STATUS] = ngx_http_maas_status_handler,
    [NGX_HTTP_MAAS_METRICS] = ngx_http_maas_metrics_handler,
    [NGX_HTTP_MAAS_FLEET] = ngx_http_maas_fleet_handler
};

_Static_assert(sizeof(ngx_http_maas_handlers)
               == NGX_HTTP_MAAS_N_KINDS * sizeof(ngx_http_handler_pt),
               "a handler for each kind");


/* A location answers in one way only. */

char *
ngx_http_maas_take(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_maas_loc_conf_t  *mlcf = conf;

    ngx_http_maas_kind_e       kind;
    ngx_http_core_loc_conf_t  *clcf;

    kind = (ngx_http_maas_kind_e) cmd->offset;

    if (mlcf->kind == kind) {
        return "is duplicate";
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (mlcf->kind != NGX_HTTP_MAAS_NONE || clcf->handler != NULL) {
        return "conflicts with another handler of this location";
    }

    mlcf->kind = kind;
    clcf->handler = ngx_http_maas_handlers[kind];

    return NGX_CONF_OK;
}


/* Is what follows /v2 or /v1 in a location's name a part of the protocols? */

static ngx_uint_t
ngx_http_maas_is_tree(u_char *p, u_char *last)
{
    size_t      len;
    ngx_uint_t  i;

    static const char  *parts[] = {
        "/models", "/health", "/repository", "/docs", "/trace", "/logging"
    };

    if (p == last || (p + 1 == last && *p == '/')) {
        return 1;
    }

    for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        len = ngx_strlen(parts[i]);

        if ((size_t) (last - p) >= len && ngx_memcmp(p, parts[i], len) == 0) {
            return 1;
        }
    }

    return 0;
}


/* Does a service of gRPC, or so much of its name that nothing else has it,
 * begin there in a location's name? */

static ngx_uint_t
ngx_http_maas_is_service(u_char *p, u_char *last)
{
    size_t       len;
    ngx_uint_t   i;
    const char  *name;

    if (*p != '/') {
        return 0;
    }

    p++;

    for (len = 0; p + len < last && p[len] != '/'; len++) { /* void */ }

    for (i = 0; i < NGX_HTTP_MAAS_GRPC_N_SERVICES; i++) {
        name = ngx_http_maas_grpc_service(i);

        if (len <= ngx_strlen(name) && ngx_memcmp(p, name, len) == 0
            && ngx_strlchr(p, p + len, '.') != NULL)
        {
            return 1;
        }
    }

    return 0;
}


/* location /ml/, location /ml/v2/ and location /ml/v2/models/stats: all of
 * these serve /ml/v2/..., as far as they reach; in the same way
 * /inference.GRPCInferenceService/ */

static void
ngx_http_maas_serve_root(ngx_str_t *name, ngx_str_t *root)
{
    u_char  *p, *last;

    *root = *name;
    last = name->data + name->len;

    for (p = name->data; last - p >= 3; p++) {
        if (((ngx_strncmp(p, "/v2", 3) == 0 || ngx_strncmp(p, "/v1", 3) == 0)
             && ngx_http_maas_is_tree(p + 3, last))
            || ngx_http_maas_is_service(p, last))
        {
            root->len = p - name->data;
            return;
        }
    }

    if (root->len > 0 && root->data[root->len - 1] == '/') {
        root->len--;
    }
}


char *
ngx_http_maas_serve(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_maas_loc_conf_t  *mlcf = conf;

    char                      *rv;
    ngx_http_core_loc_conf_t  *clcf;

    rv = ngx_http_maas_take(cf, cmd, conf);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

#if (NGX_PCRE)
    if (clcf->regex) {
        return "needs a location given by prefix, not a regular expression";
    }
#endif

    if (clcf->named || clcf->noname) {
        return "needs a location given by prefix";
    }

    ngx_http_maas_serve_root(&clcf->name, &mlcf->root);

    return NGX_CONF_OK;
}


char *
ngx_http_maas_predict(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_maas_loc_conf_t  *mlcf = conf;

    char                        *rv;
    ngx_str_t                   *value;
    ngx_http_maas_loc_conf_t   **p;
    ngx_http_maas_main_conf_t   *mmcf;

    rv = ngx_http_maas_take(cf, cmd, conf);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    value = cf->args->elts;
    mlcf->predict.name = value[1];
    mlcf->predict_file = cf->conf_file->file.name.data;
    mlcf->predict_line = cf->conf_file->line;

    if (cf->args->nelts == 3) {
        if (ngx_strncmp(value[2].data, "version=", 8) != 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\", expected "
                               "version=number", &value[2]);
            return NGX_CONF_ERROR;
        }

        mlcf->predict.version.data = value[2].data + 8;
        mlcf->predict.version.len = value[2].len - 8;
    }

    /* the model may stand further down in the configuration */

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_maas_module);

    p = ngx_array_push(&mmcf->predicts);
    if (p == NULL) {
        return NGX_CONF_ERROR;
    }

    *p = mlcf;

    return NGX_CONF_OK;
}
