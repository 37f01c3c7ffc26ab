
/*
 * maas_deny: a request is refused by a variable, in the access phase.
 * Not here: what the variable is.
 */


#include "ngx_http_maas_proxy.h"


typedef struct {
    ngx_int_t                  variable;   /* index */
    ngx_int_t                  status;
} ngx_http_maas_deny_t;


static ngx_uint_t
ngx_http_maas_deny_same(const void *a, const void *b)
{
    return ((const ngx_http_maas_deny_t *) a)->variable
           == ((const ngx_http_maas_deny_t *) b)->variable;
}


static char *
ngx_http_maas_deny_args(ngx_conf_t *cf, ngx_http_maas_deny_t *deny)
{
    ngx_str_t  *value, name;

    value = cf->args->elts;

    if (value[1].len == 0 || value[1].data[0] != '$') {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\", expected $variable or "
                           "\"off\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    if (ngx_http_maas_name(cf, &value[1], &name) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    deny->variable = ngx_http_get_variable_index(cf, &name);
    if (deny->variable == NGX_ERROR) {
        return NGX_CONF_ERROR;
    }

    deny->status = NGX_HTTP_FORBIDDEN;

    if (cf->args->nelts == 2) {
        return NGX_CONF_OK;
    }

    deny->status = ngx_atoi(value[2].data, value[2].len);

    if (deny->status < 400 || deny->status > 599) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid status \"%V\", expected 400 to 599",
                           &value[2]);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_http_maas_deny(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_maas_loc_conf_t  *mlcf = conf;

    ngx_str_t             *value;
    ngx_http_maas_deny_t   deny;

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        mlcf->proxy.deny_off = 1;
        return NGX_CONF_OK;
    }

    if (ngx_http_maas_deny_args(cf, &deny) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    if (ngx_http_maas_lines_find(mlcf->proxy.denies, &deny,
                                 ngx_http_maas_deny_same)
        != NULL)
    {
        return "has this variable twice";
    }

    return ngx_http_maas_lines_add(cf, &mlcf->proxy.denies, &deny,
                                   sizeof(deny))
           == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}


ngx_int_t
ngx_http_maas_deny_merge(ngx_conf_t *cf, ngx_http_maas_proxy_conf_t *prev,
    ngx_http_maas_proxy_conf_t *conf)
{
    return conf->deny_off
           ? NGX_OK
           : ngx_http_maas_lines_inherit(cf, prev->denies, &conf->denies,
                                         ngx_http_maas_deny_same);
}


ngx_int_t
ngx_http_maas_deny_handler(ngx_http_request_t *r)
{
    ngx_uint_t                  i;
    ngx_http_maas_deny_t       *deny;
    ngx_http_maas_loc_conf_t   *mlcf;
    ngx_http_variable_value_t  *v;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    if (mlcf->proxy.denies == NULL) {
        return NGX_DECLINED;
    }

    deny = mlcf->proxy.denies->elts;

    for (i = 0; i < mlcf->proxy.denies->nelts; i++) {
        v = ngx_http_get_flushed_variable(r, deny[i].variable);

        if (v == NULL || v->not_found || v->len == 0
            || (v->len == 1 && v->data[0] == '0'))
        {
            continue;
        }

        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "maas_deny: %i by \"%v\"", deny[i].status, v);

        return deny[i].status;
    }

    return NGX_DECLINED;
}
