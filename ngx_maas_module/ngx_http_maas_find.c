
/*
 * A model by its name and version.
 * Not here: how models come to be (life/ngx_http_maas_model.c).
 */


#include "ngx_http_maas_model.h"


ngx_http_maas_model_t *
ngx_http_maas_model_find(ngx_array_t *models, ngx_str_t *name,
    ngx_str_t *version)
{
    ngx_uint_t              i;
    ngx_http_maas_model_t  *m, *best;

    best = NULL;

    for (i = 0; i < models->nelts; i++) {
        m = ((ngx_http_maas_model_t **) models->elts)[i];

        if (m->name.len != name->len
            || ngx_memcmp(m->name.data, name->data, name->len) != 0)
        {
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
