
/*
 * maas_offload: which pool, from which time on.
 * Not here: how work gets there (request/ngx_http_maas_pool.c).
 */


#include "ngx_http_maas_life.h"


#define NGX_HTTP_MAAS_NICE  10


#if (NGX_THREADS)


/* "250us", "2ms", "1s" -> ns, or NGX_ERROR */

static ngx_int_t
ngx_http_maas_offload_time(u_char *p, size_t len)
{
    size_t      i;
    ngx_int_t   n;
    ngx_uint_t  unit;

    static const struct {
        char        *name;
        size_t       len;
        ngx_int_t    ns;
    } units[] = {
        { "us", 2, 1000 },
        { "ms", 2, 1000 * 1000 },
        { "s",  1, 1000 * 1000 * 1000 }
    };

    for (i = 0; i < len && p[i] >= '0' && p[i] <= '9'; i++) { /* void */ }

    n = ngx_atoi(p, i);

    for (unit = 0; unit < sizeof(units) / sizeof(units[0]); unit++) {
        if (len - i == units[unit].len
            && ngx_strncmp(p + i, units[unit].name, len - i) == 0
            && n != NGX_ERROR && n <= NGX_MAX_INT_T_VALUE / units[unit].ns)
        {
            return n * units[unit].ns;
        }
    }

    return NGX_ERROR;
}


/* above=time [nice=n] */

static char *
ngx_http_maas_offload_args(ngx_conf_t *cf, ngx_http_maas_offload_t *offload)
{
    ngx_str_t   *value;
    ngx_uint_t   i;

    value = cf->args->elts;

    offload->above = NGX_ERROR;
    offload->nice = NGX_HTTP_MAAS_NICE;

    for (i = 2; i < cf->args->nelts; i++) {

        if (ngx_strncmp(value[i].data, "above=", 6) == 0) {
            offload->above = ngx_http_maas_offload_time(value[i].data + 6,
                                                        value[i].len - 6);
            if (offload->above != NGX_ERROR) {
                continue;
            }

        } else if (ngx_strncmp(value[i].data, "nice=", 5) == 0) {
            offload->nice = ngx_atoi(value[i].data + 5, value[i].len - 5);
            if (offload->nice != NGX_ERROR && offload->nice < 20) {
                continue;
            }
        }

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\", expected a time such "
                           "as \"above=250us\" or \"above=2ms\", or "
                           "\"nice=\" and 0 to 19", &value[i]);
        return NGX_CONF_ERROR;
    }

    if (offload->above == NGX_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "maas_offload needs a time such as "
                           "\"above=250us\" or \"above=2ms\" behind \"%V\"",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_http_maas_offload(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_maas_loc_conf_t  *mlcf = conf;

    ngx_str_t                *value, name;
    ngx_http_maas_offload_t  *offload;

    if (mlcf->offload != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        mlcf->offload = NULL;
        return NGX_CONF_OK;
    }

    offload = ngx_pcalloc(cf->pool, sizeof(ngx_http_maas_offload_t));
    if (offload == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_str_set(&name, "default");

    if (ngx_strncmp(value[1].data, "pool=", 5) == 0 && value[1].len > 5) {
        name.data = value[1].data + 5;
        name.len = value[1].len - 5;

    } else if (ngx_strcmp(value[1].data, "pool") != 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\", expected \"off\", "
                           "\"pool\" or \"pool=name\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    if (ngx_http_maas_offload_args(cf, offload) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    offload->pool = ngx_thread_pool_add(cf, &name);
    if (offload->pool == NULL) {
        return NGX_CONF_ERROR;
    }

    mlcf->offload = offload;

    return NGX_CONF_OK;
}


#else


char *
ngx_http_maas_offload(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    return "needs nginx built --with-threads";
}


#endif
