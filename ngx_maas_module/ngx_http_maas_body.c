
/*
 * The request as it came: body buffers (memory and file) -> one span, headers.
 * Not here: what the bytes mean.
 */


#include "ngx_http_maas_module.h"


static ssize_t
ngx_http_maas_body_file(ngx_buf_t *b, u_char *p)
{
    off_t    at;
    size_t   size;
    ssize_t  n;

    size = (size_t) (b->file_last - b->file_pos);

    for (at = 0; at < (off_t) size; at += n) {
        n = ngx_read_file(b->file, p + at, size - at, b->file_pos + at);

        if (n <= 0) {
            if (n == 0) {
                ngx_log_error(NGX_LOG_CRIT, b->file->log, 0,
                              "request body file ended at byte %O of %uz", at,
                              size);
            }
            return NGX_ERROR;
        }
    }

    return (ssize_t) size;
}


ngx_int_t
ngx_http_maas_body(ngx_http_request_t *r, ngx_str_t *body)
{
    u_char       *p;
    size_t        len;
    ssize_t       n;
    ngx_buf_t    *b;
    ngx_chain_t  *cl, *bufs;

    ngx_str_null(body);

    bufs = r->request_body == NULL ? NULL : r->request_body->bufs;

    if (bufs == NULL) {
        return NGX_OK;
    }

    if (bufs->next == NULL && ngx_buf_in_memory(bufs->buf)) {
        body->data = bufs->buf->pos;
        body->len = bufs->buf->last - bufs->buf->pos;
        return NGX_OK;
    }

    len = 0;
    for (cl = bufs; cl; cl = cl->next) {
        len += (size_t) ngx_buf_size(cl->buf);
    }

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    body->data = p;
    body->len = len;

    for (cl = bufs; cl; cl = cl->next) {
        b = cl->buf;

        if (ngx_buf_in_memory(b)) {
            p = ngx_cpymem(p, b->pos, b->last - b->pos);

        } else if (b->in_file) {
            n = ngx_http_maas_body_file(b, p);
            if (n == NGX_ERROR) {
                return NGX_ERROR;
            }
            p += n;
        }
    }

    return NGX_OK;
}


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
