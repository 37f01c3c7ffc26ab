
/*
 * A header of an answer, among headers or trailers.
 * Not here: which ones there are, headers of requests (request/).
 */


#include "ngx_http_maas_response.h"


ngx_int_t
ngx_http_maas_push_header(ngx_list_t *list, char *name, u_char *value,
    size_t len)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(list);
    if (h == NULL) {
        return NGX_ERROR;
    }

    h->hash = 1;
#if (nginx_version >= 1023000)
    h->next = NULL;
#endif
    h->key.data = (u_char *) name;
    h->key.len = ngx_strlen(name);
    h->value.data = value;
    h->value.len = len;

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_add_header(ngx_http_request_t *r, char *name, char *value)
{
    return ngx_http_maas_push_header(&r->headers_out.headers, name,
                                     (u_char *) value, ngx_strlen(value));
}
