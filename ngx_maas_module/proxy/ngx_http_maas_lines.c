
/*
 * Lines of a directive that a level inherits one by one: a line about the same
 * thing replaces that of the level above.
 * Not here: what lines say.
 */


#include "ngx_http_maas_proxy.h"


void *
ngx_http_maas_lines_find(ngx_array_t *lines, const void *one,
    ngx_http_maas_same_pt same)
{
    void        *line;
    ngx_uint_t   i;

    for (i = 0; lines != NULL && i < lines->nelts; i++) {
        line = (u_char *) lines->elts + i * lines->size;

        if (same(line, one)) {
            return line;
        }
    }

    return NULL;
}


ngx_int_t
ngx_http_maas_lines_add(ngx_conf_t *cf, ngx_array_t **lines, const void *one,
    size_t size)
{
    void  *line;

    if (*lines == NULL) {
        *lines = ngx_array_create(cf->pool, 4, size);
        if (*lines == NULL) {
            return NGX_ERROR;
        }
    }

    line = ngx_array_push(*lines);
    if (line == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(line, one, size);

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_lines_inherit(ngx_conf_t *cf, ngx_array_t *above,
    ngx_array_t **lines, ngx_http_maas_same_pt same)
{
    void        *line;
    ngx_uint_t   i;

    if (*lines == NULL || above == NULL) {
        *lines = *lines != NULL ? *lines : above;
        return NGX_OK;
    }

    for (i = 0; i < above->nelts; i++) {
        line = (u_char *) above->elts + i * above->size;

        if (ngx_http_maas_lines_find(*lines, line, same) == NULL
            && ngx_http_maas_lines_add(cf, lines, line, above->size) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
