
/*
 * Which form a body is in, by its type or first bytes; rows out of it, and the
 * answer in the same form.
 * Not here: what the bytes mean (engine/), running models, headers.
 */


#include "ngx_http_maas_explain.h"
#include "ngx_http_maas_form.h"
#include "ngx_http_maas_gather.h"
#include "ngx_http_maas_request.h"
#include "answers/ngx_http_maas_response.h"


static maas_body_t
ngx_http_maas_form_body(ngx_http_maas_ctx_t *ctx, ngx_uint_t max_rows)
{
    maas_body_t  b;

    b.data = (const char *) ctx->body.text.data;
    b.len = ctx->body.text.len;
    b.json_len = ctx->json_len;
    b.max_rows = max_rows;
    b.loose = 0;
    b.named = 0;
    b.marks = ctx->model->info->marking != NULL;
    b.explain = &ctx->explain;

    return b;
}


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
ngx_http_maas_form_headers(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx)
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


maas_status_t
ngx_http_maas_form_open(ngx_http_maas_ctx_t *ctx, maas_err_t *err)
{
    maas_body_t  b;
    ngx_str_t   *body;

    body = &ctx->body.text;
    ctx->json_len = body->len;

    if (ctx->json_given != NGX_DECLINED) {

        if (ctx->json_given < 0 || (size_t) ctx->json_given > body->len) {
            return ngx_http_maas_fail(err, MAAS_BADVALUE,
                                      "Inference-Header-Content-Length is not "
                                      "a number from 0 to the body's %uz bytes",
                                      body->len);
        }

        ctx->json_len = (size_t) ctx->json_given;

        if (ctx->form == NULL) {
            ctx->form = &maas_form_v2;
        }
    }

    if (ctx->form == NULL) {
        b = ngx_http_maas_form_body(ctx, 1);
        ctx->form = maas_form_find(ctx->model->info,
                                   (const char *) ctx->type.data,
                                   ctx->type.len, &b);
    }

    return MAAS_OK;
}


size_t
ngx_http_maas_form_bound(ngx_http_maas_ctx_t *ctx, ngx_uint_t max_rows)
{
    maas_body_t  b;

    b = ngx_http_maas_form_body(ctx, max_rows);

    return ctx->form->bound(ctx->model->info, &b);
}


maas_status_t
ngx_http_maas_form_read(ngx_http_maas_ctx_t *ctx, ngx_uint_t max_rows,
    void *x, maas_err_t *err)
{
    maas_body_t      b;
    maas_status_t    rc;
    maas_request_t  *req;

    b = ngx_http_maas_form_body(ctx, max_rows);
    req = &ctx->req;

    rc = ctx->form->read(ctx->model->info, &b, x, req, err);
    ctx->at.read = ngx_http_maas_now();

    ctx->known.read = rc == MAAS_OK;

    if (rc == MAAS_OK) {
        req->name.data = (const char *) ctx->model->name.data;
        req->name.len = ctx->model->name.len;
        req->version.data = (const char *) ctx->model->version.data;
        req->version.len = ctx->model->version.len;

        ngx_http_maas_seen(ctx->model, x, req->rows, 1);

        rc = ngx_http_maas_explain_read(ctx, err);
    }

    return rc;
}


/* Behind the answer: what is said of rows whose numbers do not say it */

static size_t
ngx_http_maas_form_said_size(ngx_http_maas_ctx_t *ctx)
{
    return ctx->blunt == NULL ? 0 : (ctx->req.rows + 1) * sizeof(uint32_t);
}


size_t
ngx_http_maas_form_size(ngx_http_maas_ctx_t *ctx)
{
    return ctx->form->size(ctx->model->info, &ctx->req)
           + ngx_http_maas_form_said_size(ctx)
           + (ctx->grpc ? NGX_HTTP_MAAS_GRPC_HEAD : 0);
}


/* For the counters, what is said of each row; in any thread */

static void
ngx_http_maas_form_count(ngx_http_maas_ctx_t *ctx, const float *y)
{
    size_t              i, said;
    const maas_info_t  *info;

    info = ctx->model->info;

    for (i = 0; i < ctx->req.rows; i++) {
        said = maas_decision(info, y + i * info->out);
        ctx->tally[ngx_min(said, ctx->model->n_says - 1)]++;
    }
}


ngx_int_t
ngx_http_maas_form_tally(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx)
{
    if (ctx->model->n_says == 0 || ctx->tally != NULL) {
        return NGX_OK;
    }

    ctx->tally = ngx_pcalloc(r->pool, ctx->model->n_says * sizeof(uint32_t));

    return ctx->tally != NULL ? NGX_OK : NGX_ERROR;
}


/* For shadows */

static void
ngx_http_maas_form_keep(ngx_http_maas_ctx_t *ctx, const float *y)
{
    ngx_uint_t             i;
    const maas_info_t     *info;
    ngx_http_maas_kept_t  *kept;

    kept = ctx->kept;
    info = ctx->model->info;

    for (i = 0; i < ngx_min(ctx->req.rows, NGX_HTTP_MAAS_KEPT); i++) {
        kept->score[i] = maas_score(info, y + i * info->out);
        kept->said[i] = (uint32_t) maas_decision(info, y + i * info->out);
    }

    /* a thread may be here when the request ends */

    ngx_memory_barrier();
    kept->rows = ctx->req.rows;
}


/* What counters, shadows, headers and variables say of y, but for its score */

static void
ngx_http_maas_form_tell(ngx_http_maas_ctx_t *ctx, const float *y)
{
    size_t              i;
    const maas_info_t  *info;

    info = ctx->model->info;

    if (maas_says(info) && ctx->req.rows <= NGX_HTTP_MAAS_SAID) {
        for (i = 0; i < ctx->req.rows; i++) {
            ctx->said[i] = (uint32_t) maas_decision(info, y + i * info->out);
        }

        ctx->n_said = ctx->req.rows;

    } else if (ctx->tally != NULL) {
        ngx_http_maas_form_count(ctx, y);
    }

    if (ctx->req.rows > 0) {
        ctx->known.label = maas_decision(info, y);
    }

    if (ctx->kept != NULL) {
        ngx_http_maas_form_keep(ctx, y);
    }
}


/* The labels of y, as it was, are at `said`. */

static void
ngx_http_maas_form_blunt(ngx_http_maas_ctx_t *ctx, float *y, uint32_t *said)
{
    size_t              i;
    const maas_info_t  *info;

    info = ctx->model->info;

    for (i = 0; i < ctx->req.rows; i++) {
        said[i] = (uint32_t) maas_decision(info, y + i * info->out);
        maas_blunt(info, ctx->blunt, said[i], y + i * info->out);
    }

    ctx->req.blunt = ctx->blunt;
    ctx->req.said = said;
}


size_t
ngx_http_maas_form_write(ngx_http_maas_ctx_t *ctx, float *y, u_char *p,
    size_t *json_len)
{
    size_t              len;
    const maas_info_t  *info;

    *json_len = 0;
    info = ctx->model->info;

    ngx_http_maas_form_tell(ctx, y);

    if (ctx->grpc) {
        p += NGX_HTTP_MAAS_GRPC_HEAD;
    }

    if (ctx->blunt != NULL && maas_blunts(info, ctx->blunt)) {
        len = ctx->form->size(info, &ctx->req);
        ngx_http_maas_form_blunt(ctx, y, (uint32_t *)
                                 ngx_align_ptr(p + len, sizeof(uint32_t)));
    }

    if (ctx->req.rows > 0) {
        ctx->known.score = maas_score(info, y);
        ctx->known.ran = 1;
    }

    len = ctx->form->write(info, &ctx->req, y, (char *) p, json_len);

    ctx->req.said = NULL;

    return ctx->grpc ? ngx_http_maas_grpc_frame(p - NGX_HTTP_MAAS_GRPC_HEAD,
                                                len)
                     : len;
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


/* What a binary answer's type is called: *out is changed to a vendor's. */

static ngx_int_t
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


ngx_int_t
ngx_http_maas_form_send(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_str_t *body, size_t json_len)
{
    ngx_str_t           type;
    const maas_form_t  *form;

    form = ctx->form;

    if (ngx_http_maas_add_labels(r, ctx) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (form->answer == NULL || (form->sized != NULL && !ctx->req.binary)) {
        return ngx_http_maas_send(r, NGX_HTTP_OK, &ngx_http_maas_json_type,
                                  body, 0);
    }

    type.data = (u_char *) form->answer;
    type.len = ngx_strlen(form->answer);

    if (ngx_http_maas_type_answer(r, json_len, &type) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_maas_send(r, NGX_HTTP_OK, &type, body, json_len);
}


ngx_int_t
ngx_http_maas_form_infinite(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx)
{
    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "maas: model \"%V\": the result is not finite",
                  &ctx->model->name);

    ngx_http_maas_fails(r, NGX_HTTP_MAAS_WHY_NOT_FINITE);

    return ngx_http_maas_send_error(r, NGX_HTTP_INTERNAL_SERVER_ERROR,
                                    "the result is not finite");
}


ngx_int_t
ngx_http_maas_form_late(ngx_http_request_t *r)
{
    ngx_http_maas_fails(r, NGX_HTTP_MAAS_WHY_TIMEOUT);

    return ngx_http_maas_send_error(r, NGX_HTTP_GATEWAY_TIME_OUT,
                                    "the deadline is over, as grpc-timeout "
                                    "has it");
}


void
ngx_http_maas_form_refuse(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    maas_err_t *err)
{
    ngx_int_t  rc;

    rc = ngx_http_maas_send_failure(r, err);

    ngx_http_maas_body_close(ctx);
    ngx_http_finalize_request(r, rc);
}


ngx_int_t
ngx_http_maas_form_answer(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    float *y)
{
    size_t      size, json_len;
    ngx_str_t   body;
    maas_err_t  err;

    if (!maas_is_finite(y, ctx->req.rows * ctx->model->info->out)) {
        return ngx_http_maas_form_infinite(r, ctx);
    }

    if (ctx->req.rows > NGX_HTTP_MAAS_SAID
        && ngx_http_maas_form_tally(r, ctx) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    size = ngx_http_maas_form_size(ctx) + 1;

    if (ngx_http_maas_memory_take(ctx->model->memory, size, &err) != MAAS_OK) {
        return ngx_http_maas_send_failure(r, &err);
    }

    ctx->answer += size;

    body.data = ngx_pnalloc(r->pool, size);
    if (body.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    body.len = ngx_http_maas_form_write(ctx, y, body.data, &json_len);

    ngx_http_maas_body_close(ctx);

    return ngx_http_maas_form_send(r, ctx, &body, json_len);
}
