
/*
 * maas_fleet: which instances a location shows, those of an upstream.
 * Not here: how they are asked (fleet/).
 */


#include "ngx_http_maas_life.h"
#include "fleet/ngx_http_maas_fleet.h"


/* ms: Prometheus waits for 10 s by itself; bytes of an answer */

#define NGX_HTTP_MAAS_FLEET_TIMEOUT  2000
#define NGX_HTTP_MAAS_FLEET_MAX      (4 * 1024 * 1024)
#define NGX_HTTP_MAAS_FLEET_MOST     (1024 * 1024 * 1024)


static char *
ngx_http_maas_fleet_what(ngx_conf_t *cf, ngx_http_maas_fleet_t *fleet,
    ngx_str_t *what)
{
    if (ngx_strcmp(what->data, "metrics") == 0) {
        fleet->metrics = 1;
        return NGX_CONF_OK;
    }

    if (ngx_strcmp(what->data, "status") == 0) {
        return NGX_CONF_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "maas_fleet shows no \"%V\", "
                       "expected \"metrics\" or \"status\"", what);

    return NGX_CONF_ERROR;
}


/* timeout=time, max=size */

static char *
ngx_http_maas_fleet_param(ngx_conf_t *cf, ngx_http_maas_fleet_t *fleet,
    ngx_str_t *param)
{
    off_t      size;
    ngx_int_t  ms;
    ngx_str_t  value;

    ms = 0;
    size = 0;

    if (ngx_strncmp(param->data, "timeout=", 8) == 0) {
        value.data = param->data + 8;
        value.len = param->len - 8;
        ms = ngx_parse_time(&value, 0);

    } else if (ngx_strncmp(param->data, "max=", 4) == 0) {
        value.data = param->data + 4;
        value.len = param->len - 4;
        size = ngx_parse_offset(&value);
    }

    if (ms > 0) {
        fleet->timeout = (ngx_msec_t) ms;
        return NGX_CONF_OK;
    }

    if (size > 0 && size <= NGX_HTTP_MAAS_FLEET_MOST) {
        fleet->max = (size_t) size;
        return NGX_CONF_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid parameter \"%V\" of "
                       "maas_fleet, expected timeout=time or max=size, such as "
                       "timeout=2s max=4m", param);

    return NGX_CONF_ERROR;
}


char *
ngx_http_maas_fleet_set(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_maas_loc_conf_t  *mlcf = conf;

    char                        *rv;
    ngx_str_t                   *value;
    ngx_uint_t                   i;
    ngx_http_maas_fleet_t       *fleet, **p;
    ngx_http_maas_main_conf_t   *mmcf;

    rv = ngx_http_maas_take(cf, cmd, conf);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_maas_module);
    value = cf->args->elts;

    fleet = ngx_pcalloc(cf->pool, sizeof(ngx_http_maas_fleet_t));
    p = ngx_array_push(&mmcf->fleets);

    if (fleet == NULL || p == NULL
        || ngx_http_maas_fleet_what(cf, fleet, &value[1]) != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    fleet->timeout = NGX_HTTP_MAAS_FLEET_TIMEOUT;
    fleet->max = NGX_HTTP_MAAS_FLEET_MAX;

    for (i = 4; i < cf->args->nelts; i++) {
        if (ngx_http_maas_fleet_param(cf, fleet, &value[i]) != NGX_CONF_OK) {
            return NGX_CONF_ERROR;
        }
    }

    if (value[3].data[0] != '/') {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "maas_fleet cannot ask at "
                           "\"%V\", expected the URI of a location that "
                           "passes to http://$maas_instance", &value[3]);
        return NGX_CONF_ERROR;
    }

    *p = fleet;
    mlcf->fleet = fleet;

    fleet->upstream = value[2];
    fleet->uri = value[3];
    fleet->file = cf->conf_file->file.name.data;
    fleet->line = cf->conf_file->line;

    return NGX_CONF_OK;
}


static ngx_http_upstream_srv_conf_t *
ngx_http_maas_fleet_upstream(ngx_conf_t *cf, const ngx_str_t *name)
{
    ngx_uint_t                       i;
    ngx_http_upstream_srv_conf_t   **uscfp;
    ngx_http_upstream_main_conf_t   *umcf;

    umcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_upstream_module);
    uscfp = umcf->upstreams.elts;

    for (i = 0; i < umcf->upstreams.nelts; i++) {

        /* those that are no block belong to a proxy_pass */

        if (uscfp[i]->flags != 0 && uscfp[i]->servers != NULL
            && uscfp[i]->host.len == name->len
            && ngx_strncasecmp(uscfp[i]->host.data, name->data, name->len) == 0)
        {
            return uscfp[i];
        }
    }

    return NULL;
}


/* Two lines may lead to the same address: it is asked once. */

static ngx_int_t
ngx_http_maas_fleet_add(ngx_array_t *instances,
    const ngx_http_upstream_server_t *server, const ngx_str_t *name)
{
    ngx_uint_t                 i;
    ngx_http_maas_instance_t  *instance;

    instance = instances->elts;

    for (i = 0; i < instances->nelts; i++) {
        if (instance[i].name.len == name->len
            && ngx_memcmp(instance[i].name.data, name->data, name->len) == 0)
        {
            return NGX_OK;
        }
    }

    instance = ngx_array_push(instances);
    if (instance == NULL) {
        return NGX_ERROR;
    }

    instance->name = *name;
    instance->weight = server->weight;
    instance->backup = server->backup;
    instance->down = server->down;

    return NGX_OK;
}


static ngx_int_t
ngx_http_maas_fleet_init(ngx_conf_t *cf, ngx_http_maas_fleet_t *fleet)
{
    ngx_uint_t                     i, k;
    ngx_http_upstream_server_t    *server;
    ngx_http_upstream_srv_conf_t  *uscf;

    uscf = ngx_http_maas_fleet_upstream(cf, &fleet->upstream);

    if (uscf == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "maas_fleet: there is no "
                      "upstream \"%V\" in %s:%ui", &fleet->upstream,
                      fleet->file, fleet->line);
        return NGX_ERROR;
    }

    server = uscf->servers->elts;

    if (ngx_array_init(&fleet->instances, cf->pool, uscf->servers->nelts,
                       sizeof(ngx_http_maas_instance_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (i = 0; i < uscf->servers->nelts; i++) {

        for (k = 0; k < server[i].naddrs; k++) {
            if (ngx_http_maas_fleet_add(&fleet->instances, &server[i],
                                        &server[i].addrs[k].name)
                != NGX_OK)
            {
                return NGX_ERROR;
            }
        }
    }

    if (fleet->instances.nelts == 0) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "maas_fleet: upstream \"%V\" "
                      "has no server whose address is known from the start, "
                      "in %s:%ui", &fleet->upstream, fleet->file,
                      fleet->line);
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_fleets_init(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t               i;
    ngx_http_maas_fleet_t  **fleets;

    fleets = mmcf->fleets.elts;

    for (i = 0; i < mmcf->fleets.nelts; i++) {
        if (ngx_http_maas_fleet_init(cf, fleets[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    /* also where there are none: if a reload fails after this, workers of a
     * configuration that has some may still be started */

    ngx_http_maas_fleet_filter_init();

    return NGX_OK;
}
