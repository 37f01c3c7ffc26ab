
/*
 * Content types: which of them a request may have, what they say of its body,
 * and what that of an answer is called.
 * Not here: forms that go by first bytes (ngx_http_maas_form.c).
 */


#include "ngx_http_maas_form.h"
#include "ngx_http_maas_request.h"


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


/* The last Content-Type that was read, and where: nearly all requests have the
 * same, and need not be compared with all there are. */

#define NGX_HTTP_MAAS_TYPE_LAST  104       /* bytes; of longer ones none */

static struct {
    const maas_form_t        *form;
    uint32_t                  len;         /* 0: there is none */
    uint32_t                  sized;       /* is it one of v2 with a size? */
    u_char                    data[NGX_HTTP_MAAS_TYPE_LAST];
} ngx_http_maas_type_last;


static ngx_uint_t
ngx_http_maas_type_again(const maas_form_t *form, ngx_str_t *value)
{
    return ngx_http_maas_type_last.form == form
           && ngx_http_maas_type_last.len == value->len
           && ngx_memcmp(ngx_http_maas_type_last.data, value->data, value->len)
              == 0;
}


static ngx_uint_t
ngx_http_maas_type_of(ngx_http_request_t *r, const maas_form_t *form)
{
    return ngx_http_maas_type(r, form->types) != NULL
           || ngx_http_maas_type(r, form->sized) != NULL;
}


static ngx_uint_t
ngx_http_maas_type_known(ngx_http_request_t *r, const maas_form_t *form)
{
    ngx_uint_t  i;

    if (form != NULL) {
        /* as bytes it may be v2's raw form; gateways that forward for one
         * vendor's servers call any JSON by the types of v2 with a size */
        return ngx_http_maas_type_of(r, form)
               || ngx_http_maas_type_of(r, &maas_form_bytes)
               || ngx_http_maas_type(r, maas_form_v2.sized) != NULL;
    }

    for (i = 0; maas_forms[i] != NULL; i++) {
        if (ngx_http_maas_type_of(r, maas_forms[i])) {
            return 1;
        }
    }

    return 0;
}


const char *
ngx_http_maas_type_refused(ngx_http_request_t *r, const maas_form_t *form)
{
    ngx_str_t  value;

    ngx_http_maas_type_value(r, &value);

    if (ngx_http_maas_type_again(form, &value)) {
        return NULL;
    }

    if (!ngx_http_maas_type_known(r, form)) {
        return form != NULL
               ? "Content-Type is not one that is read here, expected "
                 "application/json"
               : "Content-Type is not one that is read here, expected "
                 "application/json, application/x-www-form-urlencoded, "
                 "text/csv, application/octet-stream, image/png or "
                 "image/x-portable-graymap";
    }

    if (maas_type_foreign((const char *) value.data, value.len)) {
        return "the charset of text/csv is not utf-8, in which it is read here";
    }

    if (value.len <= NGX_HTTP_MAAS_TYPE_LAST) {
        ngx_http_maas_type_last.form = form;
        ngx_http_maas_type_last.len = value.len;
        ngx_http_maas_type_last.sized =
                           ngx_http_maas_type(r, maas_form_v2.sized) != NULL;
        ngx_memcpy(ngx_http_maas_type_last.data, value.data, value.len);
    }

    return NULL;
}


static ngx_uint_t
ngx_http_maas_type_sized(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx)
{
    return ngx_http_maas_type_again(ctx->form, &ctx->type)
           ? ngx_http_maas_type_last.sized
           : ngx_http_maas_type(r, maas_form_v2.sized) != NULL;
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


void
ngx_http_maas_type_headers(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx)
{
    ngx_str_t  *h;

    ngx_http_maas_type_value(r, &ctx->type);

    h = ngx_http_maas_header(r, "inference-header-content-length", 31);

    if (h != NULL) {
        ctx->json_given = ngx_atosz(h->data, h->len);

    } else if (ngx_http_maas_type_sized(r, ctx)) {
        ctx->json_given = ngx_http_maas_type_header_size(&ctx->type);

    } else {
        ctx->json_given = NGX_DECLINED;
    }
}


/* The vendor's type that a binary answer has: that of the request, or one that
 * it accepts.  Where SageMaker sends requests Triton's answers have it always,
 * since that vendor passes on no header of ours.  NULL: none */

static const char *
ngx_http_maas_type_vendor(ngx_http_request_t *r)
{
    size_t       len;
    u_char      *p, *last, *comma;
    ngx_str_t   *accept;
    const char  *type;

    static ngx_str_t  invocations = ngx_string("/invocations");

    type = ngx_http_maas_type(r, maas_form_v2.sized);
    accept = ngx_http_maas_header(r, "accept", 6);

    p = accept != NULL ? accept->data : NULL;
    last = accept != NULL ? accept->data + accept->len : NULL;

    while (type == NULL && p < last) {
        comma = ngx_strlchr(p, last, ',');
        len = (comma != NULL ? comma : last) - p;

        type = maas_type_find(maas_form_v2.sized, (const char *) p, len);

        for (p += len; p < last && (*p == ',' || *p == ' '); p++) {
            /* void */
        }
    }

    len = invocations.len;

    if (type == NULL && r->uri.len >= len
        && ngx_strncmp(r->uri.data + r->uri.len - len, invocations.data, len)
           == 0)
    {
        type = maas_form_v2.sized[0];
    }

    return type;
}


ngx_int_t
ngx_http_maas_type_answer(ngx_http_request_t *r, size_t json_len,
    ngx_str_t *out)
{
    const char  *type;

    type = json_len != 0 ? ngx_http_maas_type_vendor(r) : NULL;

    if (type == NULL) {
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
