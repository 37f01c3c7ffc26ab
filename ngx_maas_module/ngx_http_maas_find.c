
/*
 * A model by its name, version and label.
 * Not here: how models come to be (life/ngx_http_maas_model.c).
 */


#include "ngx_http_maas_model.h"


ngx_uint_t
ngx_http_maas_text_same(const ngx_str_t *a, const ngx_str_t *b)
{
    return a->len == b->len
           && (a->len == 0 || ngx_memcmp(a->data, b->data, a->len) == 0);
}


ngx_int_t
ngx_http_maas_which_read(ngx_conf_t *cf, ngx_str_t *value,
    ngx_http_maas_which_t *which)
{
    u_char  *p, *last;

    last = value->data + value->len;
    p = ngx_strlchr(value->data, last, ':');

    which->name = *value;

    if (p != NULL) {
        which->name.len = p - value->data;
        which->version.data = p + 1;
        which->version.len = last - (p + 1);
    }

    if (which->name.len != 0
        && (p == NULL
            || ngx_atoi(which->version.data, which->version.len) > 0))
    {
        return NGX_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid model \"%V\", expected a name, or a name, a "
                       "colon and the number of a version", value);
    return NGX_ERROR;
}


ngx_uint_t
ngx_http_maas_model_is(ngx_http_maas_model_t *model,
    const ngx_http_maas_which_t *which)
{
    return ngx_http_maas_text_same(&model->name, &which->name)
           && (which->version.len == 0
               || ngx_http_maas_text_same(&model->version, &which->version))
           && (which->label.len == 0
               || ngx_http_maas_text_same(&model->label, &which->label));
}


ngx_http_maas_model_t *
ngx_http_maas_model_find(ngx_array_t *models,
    const ngx_http_maas_which_t *which)
{
    ngx_uint_t              i;
    ngx_http_maas_model_t  *m, *best;

    best = NULL;

    for (i = 0; i < models->nelts; i++) {
        m = ((ngx_http_maas_model_t **) models->elts)[i];

        if (ngx_http_maas_model_is(m, which)
            && (best == NULL || best->number < m->number))
        {
            best = m;
        }
    }

    return best;
}


ngx_uint_t
ngx_http_maas_model_newest(ngx_array_t *models, ngx_http_maas_model_t *model)
{
    ngx_http_maas_which_t  which = { .name = model->name };

    return ngx_http_maas_model_find(models, &which) == model;
}
