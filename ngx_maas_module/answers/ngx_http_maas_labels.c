
/*
 * The header Maas-Label: what the model says of each row of an answer, for
 * forms that have no place for it.
 * Not here: how that is decided (maas.h).
 */


#include "ngx_http_maas_response.h"


/* bytes of the header's value; many proxies take 4096 for all headers */

#define NGX_HTTP_MAAS_LABELS  1024


/* A label as it would stand in a URI: what is not A-Z a-z 0-9 - . _ ~ becomes
 * %XX, so that commas are between labels alone.  NULL: no room. */

static u_char *
ngx_http_maas_put_label(u_char *p, u_char *last, const char *label)
{
    u_char  c;

    for ( /* void */ ; *label != '\0'; label++) {
        c = (u_char) *label;

        if (last - p < 3) {
            return NULL;
        }

        if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
            || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'
            || c == '~')
        {
            *p++ = c;

        } else {
            p = ngx_sprintf(p, "%%%02Xi", (ngx_int_t) c);
        }
    }

    return p;
}


ngx_int_t
ngx_http_maas_add_labels(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx)
{
    u_char      *p, *last, *value, text[NGX_HTTP_MAAS_LABELS];
    ngx_uint_t   i;

    if (ctx->n_said == 0) {
        return NGX_OK;
    }

    p = text;
    last = text + sizeof(text);

    for (i = 0; i < ctx->n_said; i++) {
        p = ngx_http_maas_put_label(p, last,
                                    ctx->model->info->labels[ctx->said[i]]);
        if (p == NULL || p == last) {
            return NGX_OK;
        }

        *p++ = ',';
    }

    value = ngx_pnalloc(r->pool, p - text);
    if (value == NULL) {
        return NGX_ERROR;
    }

    *ngx_cpymem(value, text, p - 1 - text) = '\0';

    return ngx_http_maas_add_header(r, "Maas-Label", (char *) value);
}
