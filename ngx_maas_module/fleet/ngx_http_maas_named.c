
/*
 * $maas_grpc_model: the model that a message of gRPC names, for routers, which
 * have the message but not the model.
 * Not here: what a path names (map), what else is in a message.
 */


#include "ngx_http_maas_fleet.h"

#include <maas.h>
#include <maas_form.h>


/* The body in one piece; NGX_DECLINED: it is not there, or not in memory. */

static ngx_int_t
ngx_http_maas_named_body(ngx_http_request_t *r, ngx_str_t *body)
{
    u_char       *p;
    ngx_chain_t  *cl;

    ngx_str_null(body);

    if (r->request_body == NULL || r->request_body->bufs == NULL) {
        return NGX_DECLINED;
    }

    for (cl = r->request_body->bufs; cl; cl = cl->next) {
        if (cl->buf->in_file) {
            return NGX_DECLINED;
        }

        body->len += cl->buf->last - cl->buf->pos;
    }

    cl = r->request_body->bufs;

    if (cl->next == NULL) {
        body->data = cl->buf->pos;
        return NGX_OK;
    }

    body->data = ngx_pnalloc(r->pool, body->len);
    if (body->data == NULL) {
        return NGX_ERROR;
    }

    for (p = body->data; cl; cl = cl->next) {
        p = ngx_cpymem(p, cl->buf->pos, cl->buf->last - cl->buf->pos);
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_http_maas_named_service(ngx_http_request_t *r, const char *service)
{
    return r->uri.len > ngx_strlen(service)
           && ngx_strncmp(r->uri.data, service, ngx_strlen(service)) == 0;
}


/* The name in a message that is not compressed; len 0: there is none. */

static maas_str_t
ngx_http_maas_named_find(ngx_http_request_t *r, const ngx_str_t *body)
{
    size_t              len;
    const char         *data;
    maas_err_t          err;
    maas_status_t       rc;
    maas_grpc_which_t   which;

    ngx_memzero(&which, sizeof(maas_grpc_which_t));

    if (body->len < NGX_HTTP_MAAS_GRPC_HEAD || body->data[0] != 0) {
        return which.name;
    }

    data = (const char *) body->data + NGX_HTTP_MAAS_GRPC_HEAD;
    len = body->len - NGX_HTTP_MAAS_GRPC_HEAD;

    if (ngx_http_maas_named_service(r,
                                    "/inference.GRPCInferenceService/Model"))
    {
        rc = maas_grpc_infer_which(data, len, &which, &err);

    } else if (ngx_http_maas_named_service(r, "/tensorflow.serving.")) {
        rc = maas_grpc_predict_which(data, len, &which, &err);

    } else {
        return which.name;
    }

    if (rc != MAAS_OK) {
        which.name.len = 0;
    }

    return which.name;
}


static ngx_int_t
ngx_http_maas_named_get(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    ngx_int_t   rc;
    ngx_str_t   body;
    maas_str_t  name;

    rc = ngx_http_maas_named_body(r, &body);
    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    ngx_memzero(&name, sizeof(maas_str_t));

    if (rc == NGX_OK) {
        name = ngx_http_maas_named_find(r, &body);
    }

    /* whatever a client sends, what goes into a header is a name */

    if (!maas_is_model_name(name.data, name.len)) {
        v->not_found = 1;
        return NGX_OK;
    }

    v->len = (unsigned) name.len;
    v->data = (u_char *) name.data;
    v->valid = 1;
    v->no_cacheable = 1;
    v->not_found = 0;

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_named_variable(ngx_conf_t *cf)
{
    static ngx_http_variable_t  list[] = {
        { .name = ngx_string("maas_grpc_model"),
          .get_handler = ngx_http_maas_named_get },

        { .name = ngx_null_string }
    };

    return ngx_http_maas_variables(cf, list);
}
