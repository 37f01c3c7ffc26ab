
/*
 * A model by its name and version.
 * Not here: how models come to be (life/ngx_http_maas_model.c).
 */


#include "ngx_http_maas_model.h"


ngx_uint_t
ngx_http_maas_model_is(ngx_http_maas_model_t *model, ngx_str_t *name)
{
    return model->name.len == name->len
           && ngx_memcmp(model->name.data, name->data, name->len) == 0;
}


ngx_http_maas_model_t *
ngx_http_maas_model_find(ngx_array_t *models, ngx_str_t *name,
    ngx_str_t *version)
{
    ngx_uint_t              i;
    ngx_http_maas_model_t  *m, *best;

    best = NULL;

    for (i = 0; i < models->nelts; i++) {
        m = ((ngx_http_maas_model_t **) models->elts)[i];

        if (!ngx_http_maas_model_is(m, name)) {
            continue;
        }

        if (version->len != 0) {
            if (m->version.len == version->len
                && ngx_memcmp(m->version.data, version->data, version->len)
                   == 0)
            {
                return m;
            }

        } else if (best == NULL || best->number < m->number) {
            best = m;
        }
    }

    return best;
}


ngx_uint_t
ngx_http_maas_model_newest(ngx_array_t *models, ngx_http_maas_model_t *model)
{
    ngx_str_t  none = ngx_null_string;

    return ngx_http_maas_model_find(models, &model->name, &none) == model;
}
