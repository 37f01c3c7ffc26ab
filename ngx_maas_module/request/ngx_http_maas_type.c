
/*
 * Content types: which are read, which form a body is in, how long its JSON
 * is, what the answer is called.
 * Not here: what is done with a form (ngx_http_maas_form.c).
 */


#include "ngx_http_maas_form.h"
#include "ngx_http_maas_request.h"
#include "answers/ngx_http_maas_response.h"


/* That of the request, which is JSON if it says nothing */

static void
ngx_http_maas_type_value(ngx_http_request_t *r, ngx_str_t *value)
{
    if (r->headers_in.content_type != NULL
        && r->headers_in.content_type->value.len != 0)
    {
        *value = r->headers_in.content_type->value;
        return;
    }

    ngx_str_set(value, "application/json");
}


/* The one of a list (NULL: none) that it is, or NULL */

static const char *
ngx_http_maas_type(ngx_http_request_t *r, const char *const *types)
{
    ngx_str_t  value;

    ngx_http_maas_type_value(r, &value);

    return maas_type_find(types, (const char *) value.data, value.len);
}


static ngx_uint_t
ngx_http_maas_type_of(ngx_http_request_t *r, const maas_form_t *form)
{
    return ngx_http_maas_type(r, form->types) != NULL
           || ngx_http_maas_type(r, form->sized) != NULL;
}


ngx_uint_t
ngx_http_maas_type_known(ngx_http_request_t *r, const maas_form_t *form)
{
    ngx_uint_t  i;

    if (form != NULL) {
        /* as bytes it may be v2's raw form */
        return ngx_http_maas_type_of(r, form)
               || ngx_http_maas_type_of(r, &maas_form_bytes);
    }

    for (i = 0; maas_forms[i] != NULL; i++) {
        if (ngx_http_maas_type_of(r, maas_forms[i])) {
            return 1;
        }
    }

    return 0;
}


const maas_form_t *
ngx_http_maas_type_form(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_str_t *body)
{
    ngx_str_t    value;
    maas_body_t  b;

    ngx_http_maas_type_value(r, &value);

    b.data = (const char *) body->data;
    b.len = body->len;
    b.json_len = body->len;
    b.max_rows = 1;

    return maas_form_find(ctx->model->info, (const char *) value.data,
                          value.len, &b);
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


maas_status_t
ngx_http_maas_type_json_len(ngx_http_request_t *r, ngx_str_t *body,
    size_t *json_len, ngx_uint_t *given, maas_err_t *err)
{
    ngx_int_t   n;
    ngx_str_t  *h;

    *json_len = body->len;
    *given = 1;

    h = ngx_http_maas_header(r, "inference-header-content-length", 31);

    if (h != NULL) {
        n = ngx_atosz(h->data, h->len);

    } else if (ngx_http_maas_type(r, maas_form_v2.sized) != NULL) {
        n = ngx_http_maas_type_header_size(&r->headers_in.content_type->value);

    } else {
        *given = 0;
        return MAAS_OK;
    }

    if (n == NGX_ERROR || (size_t) n > body->len) {
        return ngx_http_maas_fail(err, MAAS_BADVALUE,
                                  "Inference-Header-Content-Length is not a "
                                  "number from 0 to the body's %uz bytes",
                                  body->len);
    }

    *json_len = (size_t) n;

    return MAAS_OK;
}


ngx_int_t
ngx_http_maas_type_answer(ngx_http_request_t *r, size_t json_len,
    ngx_str_t *out)
{
    const char  *type;

    type = ngx_http_maas_type(r, maas_form_v2.sized);

    if (type == NULL || json_len == 0) {
        return NGX_OK;
    }

    out->data = ngx_pnalloc(r->pool, ngx_strlen(type)
                            + sizeof(";json-header-size=") + NGX_SIZE_T_LEN);
    if (out->data == NULL) {
        return NGX_ERROR;
    }

    out->len = ngx_sprintf(out->data, "%s;json-header-size=%uz", type, json_len)
               - out->data;

    return NGX_OK;
}
