
/*
 * The request as it came: body buffers (memory and file) -> one span, headers.
 * Not here: what the bytes mean, decompression (ngx_http_maas_inflate.c).
 */


#include "ngx_http_maas_conf.h"
#include "ngx_http_maas_request.h"
#include "answers/ngx_http_maas_response.h"


static ngx_int_t
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

    return NGX_OK;
}


static ngx_http_maas_coding_e
ngx_http_maas_coding(ngx_http_request_t *r)
{
    ngx_str_t   *coding;
    ngx_uint_t   i;

    static const struct {
        ngx_str_t               name;
        ngx_http_maas_coding_e  coding;
    } known[] = {
        { ngx_string("identity"), NGX_HTTP_MAAS_IDENTITY },
        { ngx_string("gzip"),     NGX_HTTP_MAAS_GZIP },
        { ngx_string("x-gzip"),   NGX_HTTP_MAAS_GZIP },
        { ngx_string("deflate"),  NGX_HTTP_MAAS_DEFLATE }
    };

    coding = ngx_http_maas_header(r, "content-encoding", 16);

    if (coding == NULL || coding->len == 0) {
        return NGX_HTTP_MAAS_IDENTITY;
    }

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (coding->len == known[i].name.len
            && ngx_strncasecmp(coding->data, known[i].name.data, coding->len)
               == 0)
        {
            return known[i].coding;
        }
    }

    return NGX_HTTP_MAAS_OTHER_CODING;
}


ngx_int_t
ngx_http_maas_read_body(ngx_http_request_t *r,
    ngx_http_client_body_handler_pt handler)
{
    ngx_int_t  rc;

    if (ngx_http_maas_coding(r) == NGX_HTTP_MAAS_OTHER_CODING) {

        if (ngx_http_maas_add_header(r, "Accept-Encoding", "gzip, deflate")
            != NGX_OK)
        {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        return ngx_http_maas_refuse(r, NGX_HTTP_UNSUPPORTED_MEDIA_TYPE,
                                    "Content-Encoding is not gzip, deflate "
                                    "or identity");
    }

    r->request_body_in_single_buf = 1;

    rc = ngx_http_read_client_request_body(r, handler);

    return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
}


static ngx_int_t
ngx_http_maas_body_span(ngx_http_request_t *r, ngx_str_t *body)
{
    u_char       *p;
    size_t        len;
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
            if (ngx_http_maas_body_file(b, p) != NGX_OK) {
                return NGX_ERROR;
            }
            p += ngx_buf_size(b);
        }
    }

    return NGX_OK;
}


maas_status_t
ngx_http_maas_body(ngx_http_request_t *r, ngx_str_t *body, maas_err_t *err)
{
    size_t                     limit;
    ngx_http_maas_coding_e     coding;
    ngx_http_core_loc_conf_t  *clcf;
    ngx_http_maas_loc_conf_t  *mlcf;

    if (ngx_http_maas_body_span(r, body) != NGX_OK) {
        return ngx_http_maas_fail(err, MAAS_INTERNAL,
                                  "the body could not be kept");
    }

    coding = ngx_http_maas_coding(r);

    if (coding == NGX_HTTP_MAAS_IDENTITY || body->len == 0) {
        return MAAS_OK;
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);
    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    /* without a limit of the user's, the one that follows from the models */

    limit = clcf->client_max_body_size != 0
            ? (size_t) clcf->client_max_body_size : mlcf->body_size;

    return ngx_http_maas_inflate(r, coding, limit, body, err);
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
