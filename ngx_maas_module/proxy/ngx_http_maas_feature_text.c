
/*
 * The text of a feature for a request, read once, in UTF-8.
 * Not here: which features there are (ngx_http_maas_feature.c).
 */


#include "ngx_http_maas_proxy.h"


/* a byte may become U+FFFD, which has three */

#define NGX_HTTP_MAAS_REPAIR  3


static ngx_int_t
ngx_http_maas_feature_read(ngx_http_request_t *r,
    ngx_http_maas_feature_t *feature, ngx_str_t *text)
{
    ngx_http_variable_value_t  *v;

    if (feature->variable == NGX_DECLINED) {
        return ngx_http_complex_value(r, &feature->value, text);
    }

    v = ngx_http_get_flushed_variable(r, feature->variable);

    if (v == NULL || v->not_found) {
        ngx_str_null(text);

    } else {
        text->data = v->data;
        text->len = v->len;
    }

    return NGX_OK;
}


/* What is no UTF-8 becomes U+FFFD, so that a log has what is scored. */

ngx_int_t
ngx_http_maas_feature_repair(ngx_http_request_t *r, ngx_str_t *text)
{
    u_char  *p;

    if (maas_is_text((char *) text->data, text->len)) {
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, text->len * NGX_HTTP_MAAS_REPAIR);
    if (p == NULL) {
        return NGX_ERROR;
    }

    text->len = maas_text_repair((char *) text->data, text->len, (char *) p);
    text->data = p;

    return NGX_OK;
}


static ngx_int_t
ngx_http_maas_feature_read_value(ngx_http_request_t *r,
    ngx_http_maas_feature_t *feature, ngx_http_maas_value_t *value)
{
    /* in a subrequest, too, it is the client's request that is scored: its
     * arguments, not those of the subrequest */

    if (ngx_http_maas_feature_read(r->main, feature, &value->text) != NGX_OK
        || ngx_http_maas_feature_repair(r, &value->text) != NGX_OK)
    {
        return NGX_ERROR;
    }

    value->kind = value->text.len == 0 ? NGX_HTTP_MAAS_VALUE_MISSING
                                       : NGX_HTTP_MAAS_VALUE_TEXT;

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_feature_value(ngx_http_request_t *r,
    ngx_http_maas_state_t *state, ngx_http_maas_feature_t *feature,
    ngx_http_maas_value_t *value)
{
    ngx_http_maas_value_t      *shared;
    ngx_http_maas_main_conf_t  *mmcf;

    if (feature->readers < 2) {
        return ngx_http_maas_feature_read_value(r, feature, value);
    }

    if (state->features == NULL) {
        mmcf = ngx_http_get_module_main_conf(r, ngx_http_maas_module);

        state->features = ngx_pcalloc(r->pool,
                                      mmcf->n_shared
                                      * sizeof(ngx_http_maas_value_t));
        if (state->features == NULL) {
            return NGX_ERROR;
        }
    }

    shared = &state->features[feature->index];

    if (shared->kind == NGX_HTTP_MAAS_VALUE_NONE
        && ngx_http_maas_feature_read_value(r, feature, shared) != NGX_OK)
    {
        return NGX_ERROR;
    }

    *value = *shared;

    return NGX_OK;
}
