
/*
 * What a main request keeps.  Redirects clear contexts; slots of indexed
 * variables stay, and subrequests share them: a pointer in one of a variable
 * whose name nobody can write.
 * Not here: what it keeps (ngx_http_maas_proxy.h).
 */


#include "ngx_http_maas_proxy.h"


static ngx_str_t  ngx_http_maas_state_name = ngx_string("maas state");


static ngx_int_t
ngx_http_maas_state_none(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    v->not_found = 1;
    return NGX_OK;
}


ngx_int_t
ngx_http_maas_state_init(ngx_conf_t *cf)
{
    ngx_http_variable_t        *v;
    ngx_http_maas_main_conf_t  *mmcf;

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_maas_module);

    v = ngx_http_add_variable(cf, &ngx_http_maas_state_name,
                              NGX_HTTP_VAR_NOHASH);
    if (v == NULL) {
        return NGX_ERROR;
    }

    v->get_handler = ngx_http_maas_state_none;

    mmcf->state = ngx_http_get_variable_index(cf, &ngx_http_maas_state_name);

    return mmcf->state == NGX_ERROR ? NGX_ERROR : NGX_OK;
}


static ngx_http_variable_value_t *
ngx_http_maas_state_slot(ngx_http_request_t *r)
{
    ngx_http_maas_main_conf_t  *mmcf;

    mmcf = ngx_http_get_module_main_conf(r, ngx_http_maas_module);

    return &r->variables[mmcf->state];
}


ngx_http_maas_state_t *
ngx_http_maas_state_now(ngx_http_request_t *r)
{
    ngx_http_variable_value_t  *v;

    v = ngx_http_maas_state_slot(r);

    return v->valid ? (ngx_http_maas_state_t *) v->data : NULL;
}


ngx_http_maas_state_t *
ngx_http_maas_state(ngx_http_request_t *r)
{
    ngx_http_variable_value_t  *v;

    v = ngx_http_maas_state_slot(r);

    /* once there was no memory there is none: a script asks for a variable's
     * length, then for its text, which must not be longer then */

    if (!v->valid && !v->not_found) {
        v->data = ngx_pcalloc(r->pool, sizeof(ngx_http_maas_state_t));
        v->valid = v->data != NULL;
        v->not_found = v->data == NULL;
    }

    return v->valid ? (ngx_http_maas_state_t *) v->data : NULL;
}
