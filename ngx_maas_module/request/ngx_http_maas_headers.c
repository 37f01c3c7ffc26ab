
/*
 * What headers of a request say: one by its name; how the body is compressed.
 * Not here: undoing that (ngx_http_maas_inflate.c).
 */


#include "ngx_http_maas_gather.h"
#include "ngx_http_maas_request.h"


ngx_str_t *
ngx_http_maas_header(ngx_http_request_t *r, char *name, size_t len)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    part = &r->headers_in.headers.part;
    h = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                return NULL;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        if (h[i].key.len == len && ngx_memcmp(h[i].lowcase_key, name, len) == 0)
        {
            return &h[i].value;
        }
    }
}


ngx_http_maas_coding_e
ngx_http_maas_coding_of(ngx_str_t *name)
{
    ngx_uint_t  i;

    static const struct {
        ngx_str_t               name;
        ngx_http_maas_coding_e  coding;
    } known[] = {
        { ngx_string("identity"), NGX_HTTP_MAAS_IDENTITY },
        { ngx_string("gzip"),     NGX_HTTP_MAAS_GZIP },
        { ngx_string("x-gzip"),   NGX_HTTP_MAAS_GZIP },
        { ngx_string("deflate"),  NGX_HTTP_MAAS_DEFLATE }
    };

    if (name->len == 0) {
        return NGX_HTTP_MAAS_IDENTITY;
    }

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (name->len == known[i].name.len
            && ngx_strncasecmp(name->data, known[i].name.data, name->len) == 0)
        {
            return known[i].coding;
        }
    }

    return NGX_HTTP_MAAS_OTHER_CODING;
}


ngx_http_maas_coding_e
ngx_http_maas_coding(ngx_http_request_t *r)
{
    ngx_str_t  *coding;

    coding = ngx_http_maas_header(r, "content-encoding", 16);

    return coding == NULL ? NGX_HTTP_MAAS_IDENTITY
                          : ngx_http_maas_coding_of(coding);
}
