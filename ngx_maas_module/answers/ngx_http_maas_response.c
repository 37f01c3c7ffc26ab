
/*
 * Answers: headers and bodies.
 * Not here: the text of predictions (engine/wire/), errors
 * (ngx_http_maas_refuse.c).
 */


#include "ngx_http_maas_conf.h"
#include "ngx_http_maas_ctx.h"
#include "ngx_http_maas_response.h"


ngx_str_t  ngx_http_maas_json_type = ngx_string("application/json");


void
ngx_http_maas_set_type(ngx_http_request_t *r, ngx_str_t *type)
{
    r->headers_out.content_type = *type;
    r->headers_out.content_type_len = type->len;
    r->headers_out.content_type_lowcase = NULL;
}


/*
 * Clients that read compressed predictions may not read compressed metadata
 * or errors: tritonclient's asyncio flavour asks for gzip always and undoes
 * it in infer() alone.  An answer that is said to be encoded is not encoded
 * again, by whatever module; the header is in no list, so that it is not sent.
 */

void
ngx_http_maas_keep_plain(ngx_http_request_t *r)
{
    static ngx_table_elt_t  identity;

    ngx_str_set(&identity.key, "Content-Encoding");
    ngx_str_set(&identity.value, "identity");

    r->headers_out.content_encoding = &identity;
}


/* How much of an answer is JSON, where tensors stand behind it */

static ngx_int_t
ngx_http_maas_add_json_len(ngx_http_request_t *r, size_t json_len)
{
    u_char  *number;

    number = ngx_pnalloc(r->pool, NGX_SIZE_T_LEN + 1);
    if (number == NULL) {
        return NGX_ERROR;
    }

    ngx_sprintf(number, "%uz%Z", json_len);

    return ngx_http_maas_add_header(r, "Inference-Header-Content-Length",
                                    (char *) number);
}


/* Maas-Model, Maas-Version and Maas-File */

static ngx_int_t
ngx_http_maas_add_model(ngx_http_request_t *r, ngx_http_maas_model_t *model)
{
    u_char  *sum;

    if (ngx_http_maas_add_header(r, "Maas-Model", (char *) model->name.data)
        != NGX_OK
        || ngx_http_maas_add_header(r, "Maas-Version",
                                    (char *) model->version.data)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    sum = model->sum.data;

    /* that of a generation may go before the request does */

    if (model->watch != NULL) {
        sum = ngx_pnalloc(r->pool, model->sum.len + 1);
        if (sum == NULL) {
            return NGX_ERROR;
        }

        (void) ngx_cpystrn(sum, model->sum.data, model->sum.len + 1);
    }

    return ngx_http_maas_add_header(r, "Maas-File", (char *) sum);
}


ngx_int_t
ngx_http_maas_answer(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_uint_t status)
{
    ngx_http_maas_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    if (mlcf->headers && ctx->known.model != NULL
        && ngx_http_maas_add_model(r, ctx->known.model) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ctx->ours = 1;
    ngx_http_maas_count(ctx, status);

    /* the answer to a POST has no validators: no 304, no 412 */

    r->disable_not_modified = 1;

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_send(ngx_http_request_t *r, ngx_uint_t status, ngx_str_t *type,
    ngx_str_t *body, size_t json_len)
{
    ngx_buf_t                 *b;
    ngx_chain_t                out;
    ngx_http_maas_ctx_t       *ctx;
    ngx_http_maas_loc_conf_t  *mlcf;

    ctx = ngx_http_maas_get_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (json_len != 0 && ngx_http_maas_add_json_len(r, json_len) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    b->pos = body->data;
    b->last = body->data + body->len;
    b->memory = body->len > 0;
    b->last_buf = (r == r->main);
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    if (status != NGX_HTTP_OK || ctx->grpc
        || (ctx->model == NULL && mlcf->kind == NGX_HTTP_MAAS_SERVE))
    {
        ngx_http_maas_keep_plain(r);
    }

    r->headers_out.status = status;
    r->headers_out.content_length_n = (off_t) body->len;
    ngx_http_maas_set_type(r, type);

    if ((ctx->grpc && ngx_http_maas_grpc_trailers(r) != NGX_OK)
        || ngx_http_maas_answer(r, ctx, status) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_maas_flush(r, &out);
}


ngx_int_t
ngx_http_maas_send_text(ngx_http_request_t *r, ngx_str_t *type,
    ngx_http_maas_text_t *text)
{
    ngx_int_t  rc;
    ngx_str_t  body;

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_http_maas_text(text, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_maas_send(r, NGX_HTTP_OK, type, &body, 0);
}


ngx_int_t
ngx_http_maas_send_message(ngx_http_request_t *r, ngx_str_t *message)
{
    ngx_int_t  rc;
    ngx_str_t  body;

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    body.data = ngx_pnalloc(r->pool, NGX_HTTP_MAAS_GRPC_HEAD + message->len);
    if (body.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memcpy(body.data + NGX_HTTP_MAAS_GRPC_HEAD, message->data,
               message->len);
    body.len = ngx_http_maas_grpc_frame(body.data, message->len);

    return ngx_http_maas_send(r, NGX_HTTP_OK, &ngx_http_maas_grpc_type, &body,
                              0);
}
