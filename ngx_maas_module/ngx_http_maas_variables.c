
/*
 * Variables whose values are asked for each time that they are read.
 * Not here: what they say (fleet/, proxy/, trace/).
 */


#include "ngx_http_maas_conf.h"


ngx_int_t
ngx_http_maas_variables(ngx_conf_t *cf, ngx_http_variable_t *list)
{
    ngx_http_variable_t  *var, *v;

    for (v = list; v->name.len != 0; v++) {

        var = ngx_http_add_variable(cf, &v->name, NGX_HTTP_VAR_NOCACHEABLE);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = v->data;
    }

    return NGX_OK;
}
