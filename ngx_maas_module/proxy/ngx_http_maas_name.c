
/*
 * Names of variables that directives make.
 * Not here: the variables.
 */


#include "ngx_http_maas_proxy.h"


ngx_uint_t
ngx_http_maas_name_is(ngx_str_t *word)
{
    u_char      c;
    ngx_uint_t  i;

    if (word->len < 2 || word->data[0] != '$'
        || (word->data[1] >= '0' && word->data[1] <= '9'))
    {
        return 0;
    }

    for (i = 1; i < word->len; i++) {
        c = ngx_tolower(word->data[i]);

        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) {
            return 0;
        }
    }

    return 1;
}


ngx_int_t
ngx_http_maas_name(ngx_conf_t *cf, ngx_str_t *word, ngx_str_t *name)
{
    if (!ngx_http_maas_name_is(word)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is no name of a variable, expected \"$\", "
                           "letters, digits and \"_\"", word);
        return NGX_ERROR;
    }

    name->data = word->data + 1;
    name->len = word->len - 1;

    return NGX_OK;
}


/* nginx looks for the whole name first: a variable of ours would hide one of
 * the request, such as a header. */

ngx_int_t
ngx_http_maas_name_free(ngx_conf_t *cf, ngx_str_t *name)
{
    ngx_uint_t                  i;
    ngx_http_variable_t        *prefix;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    prefix = cmcf->prefix_variables.elts;

    for (i = 0; i < cmcf->prefix_variables.nelts; i++) {
        if (name->len >= prefix[i].name.len
            && ngx_strncasecmp(name->data, prefix[i].name.data,
                               prefix[i].name.len) == 0)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "variable \"$%V\" would be one of \"$%V*\", "
                               "which are there already; choose another name",
                               name, &prefix[i].name);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
