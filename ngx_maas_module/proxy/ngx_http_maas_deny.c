
/*
 * maas_deny: a request is refused by a variable, in the access phase.
 * Not here: what the variable is.
 */


#include "ngx_http_maas_proxy.h"


typedef struct {
    ngx_int_t                  variable;   /* index */
    ngx_int_t                  status;
} ngx_http_maas_deny_t;


static ngx_http_maas_deny_t *
ngx_http_maas_deny_find(ngx_array_t *denies, ngx_int_t variable)
{
    ngx_uint_t             i;
    ngx_http_maas_deny_t  *deny;

    deny = denies->elts;

    for (i = 0; i < denies->nelts; i++) {
        if (deny[i].variable == variable) {
            return &deny[i];
        }
    }

    return NULL;
}


static char *
ngx_http_maas_deny_args(ngx_conf_t *cf, ngx_http_maas_deny_t *deny)
{
    ngx_str_t  *value;

    value = cf->args->elts;

    if (value[1].len < 2 || value[1].data[0] != '$') {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\", expected $variable or "
                           "\"off\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    value[1].data++;
    value[1].len--;

    deny->variable = ngx_http_get_variable_index(cf, &value[1]);
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
    ngx_array_t          **denies;
    ngx_http_maas_deny_t   deny, *p;

    value = cf->args->elts;
    denies = &mlcf->proxy.denies;

    if (*denies == NULL) {
        *denies = ngx_array_create(cf->pool, 2, sizeof(ngx_http_maas_deny_t));
        if (*denies == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        mlcf->proxy.deny_off = 1;
        return NGX_CONF_OK;
    }

    if (ngx_http_maas_deny_args(cf, &deny) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    if (ngx_http_maas_deny_find(*denies, deny.variable) != NULL) {
        return "has this variable twice";
    }

    p = ngx_array_push(*denies);
    if (p == NULL) {
        return NGX_CONF_ERROR;
    }

    *p = deny;

    return NGX_CONF_OK;
}


ngx_int_t
ngx_http_maas_deny_merge(ngx_conf_t *cf, ngx_http_maas_proxy_conf_t *prev,
    ngx_http_maas_proxy_conf_t *conf)
{
    ngx_uint_t             i;
    ngx_http_maas_deny_t  *line, *p;

    if (conf->deny_off || prev->denies == NULL) {
        return NGX_OK;
    }

    if (conf->denies == NULL) {
        conf->denies = prev->denies;
        return NGX_OK;
    }

    line = prev->denies->elts;

    for (i = 0; i < prev->denies->nelts; i++) {

        if (ngx_http_maas_deny_find(conf->denies, line[i].variable) != NULL) {
            continue;
        }

        p = ngx_array_push(conf->denies);
        if (p == NULL) {
            return NGX_ERROR;
        }

        *p = line[i];
    }

    return NGX_OK;
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
