
/*
 * Content types: which are read, which form a body is in, how long its JSON
 * is, what the answer is called.
 * Not here: what is done with a form (ngx_http_maas_form.c).
 */


#include <maas.h>

#include "ngx_http_maas_body.h"
#include "ngx_http_maas_ctx.h"
#include "ngx_http_maas_form.h"


/* Content types that are read */

typedef struct {
    ngx_str_t                 name;
    ngx_http_maas_form_e      form;        /* any: the body says */
    unsigned                  vendor:1;    /* ;json-header-size=N follows */
    unsigned                  predict:1;   /* of maas_predict alone */
    unsigned                  pairs:1;     /* may be name=value&... */
} ngx_http_maas_type_t;

static const ngx_http_maas_type_t  ngx_http_maas_types[] = {

    { ngx_string("application/json"),
      ngx_http_maas_form_any, 0, 0, 0 },

    { ngx_string("application/octet-stream"),
      ngx_http_maas_form_bytes, 0, 0, 0 },

    /* JSON, too: curl -d */
    { ngx_string("application/x-www-form-urlencoded"),
      ngx_http_maas_form_any, 0, 0, 1 },

    { ngx_string("text/plain"),
      ngx_http_maas_form_any, 0, 0, 0 },

    { ngx_string("text/csv"),
      ngx_http_maas_form_csv, 0, 1, 0 },

    { ngx_string("application/vnd.sagemaker-triton.binary+json"),
      ngx_http_maas_form_v2, 1, 0, 0 },

    { ngx_string("application/vnd.vertex-ai-triton.binary+json"),
      ngx_http_maas_form_v2, 1, 0, 0 },

    { ngx_string("image/png"),
      ngx_http_maas_form_image, 0, 1, 0 },

    { ngx_string("image/x-portable-graymap"),
      ngx_http_maas_form_image, 0, 1, 0 },

    { ngx_null_string,
      ngx_http_maas_form_any, 0, 0, 0 }
};


/* The row of a request's Content-Type, the first one if it has none; NULL if
 * it is not known. */

static const ngx_http_maas_type_t *
ngx_http_maas_type(ngx_http_request_t *r)
{
    size_t                       len;
    u_char                      *data;
    const ngx_http_maas_type_t  *type;

    if (r->headers_in.content_type == NULL) {
        return ngx_http_maas_types;
    }

    data = r->headers_in.content_type->value.data;
    len = r->headers_in.content_type->value.len;

    if (len == 0) {
        return ngx_http_maas_types;
    }

    for (type = ngx_http_maas_types; type->name.len != 0; type++) {
        if (len >= type->name.len
            && ngx_strncasecmp(data, type->name.data, type->name.len) == 0
            && (len == type->name.len || data[type->name.len] == ';'
                || data[type->name.len] == ' '))
        {
            return type;
        }
    }

    return NULL;
}


ngx_uint_t
ngx_http_maas_type_known(ngx_http_request_t *r, ngx_http_maas_form_e form)
{
    const ngx_http_maas_type_t  *type;

    type = ngx_http_maas_type(r);

    return type != NULL
           && (form == ngx_http_maas_form_any || !type->predict);
}


/* Does it begin as JSON does, and as no name of a column? */

static ngx_uint_t
ngx_http_maas_type_is_json(ngx_str_t *body)
{
    size_t  i;

    for (i = 0; i < body->len; i++) {
        switch (body->data[i]) {

        case ' ':
        case '\t':
        case CR:
        case LF:
            continue;

        case '{':
        case '[':
        case '"':
            return 1;

        default:
            return 0;
        }
    }

    return 0;
}


ngx_http_maas_form_e
ngx_http_maas_type_form(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_str_t *body)
{
    const ngx_http_maas_type_t  *type;

    type = ngx_http_maas_type(r);

    if (type != NULL && type->form != ngx_http_maas_form_any) {
        return type->form;
    }

    if (ctx->model->info->image
        && maas_image_is((const char *) body->data, body->len))
    {
        return ngx_http_maas_form_image;
    }

    if (type != NULL && type->pairs && ctx->model->info->n_columns > 0
        && !ngx_http_maas_type_is_json(body))
    {
        return ngx_http_maas_form_pairs;
    }

    switch (maas_json_form(ctx->model->engine, (const char *) body->data,
                           body->len))
    {
    case MAAS_JSON_V1:
        return ngx_http_maas_form_v1_predict;

    case MAAS_JSON_ROWS:
        return ngx_http_maas_form_rows;

    default:
        return ngx_http_maas_form_v2;
    }
}


/* N of "...;json-header-size=N"; NGX_ERROR if it is none */

static ngx_int_t
ngx_http_maas_type_header_size(ngx_str_t *value)
{
    u_char  *p, *last;

    static u_char  name[] = "json-header-size=";

    last = value->data + value->len;
    p = ngx_strlcasestrn(value->data, last, name, sizeof(name) - 2);

    if (p == NULL) {
        return NGX_ERROR;
    }

    p += sizeof(name) - 1;

    return ngx_atosz(p, last - p);
}


ngx_int_t
ngx_http_maas_type_json_len(ngx_http_request_t *r, ngx_str_t *body,
    size_t *json_len, ngx_uint_t *given)
{
    ngx_int_t                    n;
    ngx_str_t                   *h;
    const ngx_http_maas_type_t  *type;

    *json_len = body->len;
    *given = 1;

    h = ngx_http_maas_header(r, "inference-header-content-length", 31);
    type = ngx_http_maas_type(r);

    if (h != NULL) {
        n = ngx_atosz(h->data, h->len);

    } else if (type != NULL && type->vendor) {
        n = ngx_http_maas_type_header_size(&r->headers_in.content_type->value);

    } else {
        *given = 0;
        return NGX_OK;
    }

    if (n == NGX_ERROR || (size_t) n > body->len) {
        return NGX_ERROR;
    }

    *json_len = (size_t) n;

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_type_answer(ngx_http_request_t *r, size_t json_len,
    ngx_str_t *out)
{
    const ngx_http_maas_type_t  *type;

    type = ngx_http_maas_type(r);

    if (type == NULL || !type->vendor || json_len == 0) {
        return NGX_OK;
    }

    out->data = ngx_pnalloc(r->pool, type->name.len
                            + sizeof(";json-header-size=") + NGX_SIZE_T_LEN);
    if (out->data == NULL) {
        return NGX_ERROR;
    }

    out->len = ngx_sprintf(out->data, "%V;json-header-size=%uz", &type->name,
                           json_len)
               - out->data;

    return NGX_OK;
}
