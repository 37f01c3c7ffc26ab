
/*
 * A model by its name, version and label.
 * Not here: how models come to be (life/ngx_http_maas_model.c).
 */


#include "ngx_http_maas_model.h"


static ngx_uint_t
ngx_http_maas_model_same(const ngx_str_t *a, const ngx_str_t *b)
{
    return a->len == b->len && ngx_memcmp(a->data, b->data, a->len) == 0;
}


ngx_uint_t
ngx_http_maas_model_is(ngx_http_maas_model_t *model,
    const ngx_http_maas_which_t *which)
{
    return ngx_http_maas_model_same(&model->name, &which->name)
           && (which->version.len == 0
               || ngx_http_maas_model_same(&model->version, &which->version))
           && (which->label.len == 0
               || ngx_http_maas_model_same(&model->label, &which->label));
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
