
/*
 * Fields of a request's body as features: read before limit_req, and left as it
 * is for whoever answers.
 * Not here: bodies that are rows for a model (request/), what a field is
 * (maas_form.h).
 */


#include "ngx_http_maas_wait.h"
#include "request/ngx_http_maas_gather.h"


struct ngx_http_maas_body_features_s {
    ngx_http_maas_ctx_t        ctx;        /* of the body as one span; its block
                                              `text` is scratch */
    maas_str_t                 type;
    maas_err_t                 err;        /* why there are no fields */
    unsigned                   reading:1;
};


typedef struct {
    ngx_http_request_t        *request;
    const maas_info_t         *info;
    ngx_http_maas_value_t     *values;
    ngx_uint_t                 failed;     /* out of memory */
} ngx_http_maas_body_sink_t;


/* Did one come?  content_length_n is 0 once it is thrown away. */

static ngx_uint_t
ngx_http_maas_body_is(ngx_http_request_t *r)
{
    ngx_table_elt_t  *length;

    length = r->headers_in.content_length;

    return r->headers_in.chunked
           || (length != NULL
               && ngx_atoof(length->value.data, length->value.len) > 0);
}


ngx_uint_t
ngx_http_maas_body_to_come(ngx_http_request_t *r)
{
    ngx_http_maas_state_t  *state;

    if (!ngx_http_maas_body_is(r->main)) {
        return 0;
    }

    state = ngx_http_maas_state_now(r);

    return state == NULL || state->body == NULL || state->body->reading;
}


/* Bytes that nginx has of it */

static off_t
ngx_http_maas_body_bytes(ngx_http_request_t *r)
{
    off_t         n;
    ngx_chain_t  *cl;

    n = 0;
    cl = r->request_body == NULL ? NULL : r->request_body->bufs;

    for ( /* void */ ; cl; cl = cl->next) {
        n += ngx_buf_size(cl->buf);
    }

    return n;
}


static maas_status_t
ngx_http_maas_body_long(off_t n, maas_err_t *err)
{
    return n <= NGX_HTTP_MAAS_BODY_SLICE
           ? MAAS_OK
           : ngx_http_maas_fail(err, MAAS_TOOBIG, "it is more than %d bytes",
                                NGX_HTTP_MAAS_BODY_SLICE);
}


/* Is one of the headers that say how to read it there twice?  Which one the
 * upstream goes by, nobody knows. */

static ngx_uint_t
ngx_http_maas_body_ambiguous(ngx_http_request_t *r)
{
    ngx_uint_t        i, types, codings;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    types = 0;
    codings = 0;

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            types += h[i].key.len == sizeof("content-type") - 1
                     && ngx_memcmp(h[i].lowcase_key, "content-type",
                                   h[i].key.len) == 0;
            codings += h[i].key.len == sizeof("content-encoding") - 1
                       && ngx_memcmp(h[i].lowcase_key, "content-encoding",
                                     h[i].key.len) == 0;
        }
    }

    return types > 1 || codings > 1;
}


/* Nobody waits for a body that headers say has no fields. */

static maas_status_t
ngx_http_maas_body_header(ngx_http_request_t *r,
    ngx_http_maas_body_features_t *body, maas_err_t *err)
{
    ngx_table_elt_t  *type;

    type = r->headers_in.content_type;

    if (type != NULL) {
        body->type.data = (char *) type->value.data;
        body->type.len = type->value.len;
    }

    if (!maas_body_has_fields(body->type)) {
        return ngx_http_maas_fail(err, MAAS_UNSUPPORTED, "Content-Type is none "
                                  "of JSON, a form or text/csv in UTF-8");
    }

    if (ngx_http_maas_coding(r) == NGX_HTTP_MAAS_OTHER_CODING) {
        return ngx_http_maas_fail(err, MAAS_UNSUPPORTED, "Content-Encoding is "
                                  "not gzip, deflate or identity");
    }

    if (ngx_http_maas_body_ambiguous(r)) {
        return ngx_http_maas_fail(err, MAAS_UNSUPPORTED, "Content-Type or "
                                  "Content-Encoding is there twice");
    }

    /* of an error page: some of it may be gone, some may not be there yet */

    if (r->request_body_no_buffering) {
        return ngx_http_maas_fail(err, MAAS_UNSUPPORTED, "it was on its way to "
                                  "an upstream, unbuffered");
    }

    if (r->discard_body) {
        return ngx_http_maas_fail(err, MAAS_UNSUPPORTED, "it was thrown away, "
                                  "as errors do");
    }

    return ngx_http_maas_body_long(r->headers_in.content_length_n, err);
}


/* nginx has all of it: the phases go on where they stopped. */

static void
ngx_http_maas_body_came(ngx_http_request_t *r)
{
    ngx_http_maas_body_features_t  *body;

    body = ngx_http_maas_state(r)->body;

    body->reading = 0;
    body->ctx.request = r;

    if (ngx_http_maas_body_long(ngx_http_maas_body_bytes(r), &body->err)
        == MAAS_OK)
    {
        (void) ngx_http_maas_body_short(r, &body->ctx, &body->err);
    }

    r->write_event_handler = ngx_http_core_run_phases;
    ngx_http_core_run_phases(r);
}


ngx_int_t
ngx_http_maas_body_wait(ngx_http_request_t *r)
{
    ngx_int_t               rc;
    ngx_http_maas_state_t  *state;

    if (!ngx_http_maas_body_is(r)) {
        return NGX_OK;
    }

    state = ngx_http_maas_state(r);

    /* phases that run while it is being read are those of an error page */

    if (state == NULL || state->body != NULL) {
        return NGX_OK;
    }

    state->body = ngx_pcalloc(r->pool, sizeof(ngx_http_maas_body_features_t));

    if (state->body == NULL
        || ngx_http_maas_body_header(r, state->body, &state->body->err)
           != MAAS_OK)
    {
        return NGX_OK;
    }

    state->body->reading = 1;

    rc = ngx_http_read_client_request_body(r, ngx_http_maas_body_came);

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        return rc;
    }

    ngx_http_finalize_request(r, NGX_DONE);

    return NGX_DONE;
}


static void
ngx_http_maas_body_each(void *data, const maas_body_field_t *field)
{
    ngx_http_maas_body_sink_t  *sink = data;

    size_t                  column;
    ngx_http_maas_value_t  *value;

    static const ngx_http_maas_value_e  kinds[] = {
        [MAAS_VALUE_TEXT] = NGX_HTTP_MAAS_VALUE_TEXT,
        [MAAS_VALUE_DIGITS] = NGX_HTTP_MAAS_VALUE_DIGITS,
        [MAAS_VALUE_TRUE] = NGX_HTTP_MAAS_VALUE_TRUE,
        [MAAS_VALUE_FALSE] = NGX_HTTP_MAAS_VALUE_FALSE,
        [MAAS_VALUE_NULL] = NGX_HTTP_MAAS_VALUE_MISSING,
        [MAAS_VALUE_NESTED] = NGX_HTTP_MAAS_VALUE_MISSING
    };

    column = maas_column_find(sink->info->reader, field->name.data,
                              field->name.len);
    if (column == SIZE_MAX) {
        return;
    }

    value = &sink->values[column];

    /* which one of two others go by, nobody knows */

    if (value->kind != NGX_HTTP_MAAS_VALUE_NONE) {
        value->kind = NGX_HTTP_MAAS_VALUE_MISSING;
        return;
    }

    value->kind = kinds[field->kind];
    value->text.data = (u_char *) field->value.data;
    value->text.len = field->value.len;

    if (value->kind != NGX_HTTP_MAAS_VALUE_TEXT) {
        return;
    }

    if (value->text.len == 0) {
        value->kind = NGX_HTTP_MAAS_VALUE_MISSING;

    } else if (ngx_http_maas_feature_repair(sink->request, &value->text)
               != NGX_OK)
    {
        sink->failed = 1;
    }
}


static maas_status_t
ngx_http_maas_body_fill(ngx_http_request_t *r,
    ngx_http_maas_body_features_t *body, ngx_http_maas_body_sink_t *sink,
    maas_err_t *err)
{
    maas_str_t            text;
    ngx_http_maas_ctx_t  *ctx;

    ctx = &body->ctx;
    text.data = (char *) ctx->body.text.data;
    text.len = ctx->body.text.len;

    if (ngx_http_maas_own(r, ctx) != NGX_OK) {
        return ngx_http_maas_fail(err, MAAS_NOMEM, "no memory");
    }

    /* another model finds the same texts at the same places */

    if (ctx->text.data == NULL
        && ngx_http_maas_block_text(ctx->body.memory, &ctx->text, text.len,
                                    err)
           != MAAS_OK)
    {
        return err->code;
    }

    if (maas_body_fields(body->type, text, ctx->text.data,
                         ngx_http_maas_body_each, sink, err)
        != MAAS_OK)
    {
        return err->code;
    }

    return sink->failed ? ngx_http_maas_fail(err, MAAS_NOMEM, "no memory")
                        : MAAS_OK;
}


maas_status_t
ngx_http_maas_body_values(ngx_http_request_t *r, const maas_info_t *info,
    ngx_http_maas_value_t *values, maas_err_t *err)
{
    ngx_uint_t                      i;
    ngx_http_maas_body_sink_t       sink;
    ngx_http_maas_body_features_t  *body;

    if (!ngx_http_maas_body_is(r->main)) {
        return MAAS_OK;
    }

    body = ngx_http_maas_state(r)->body;

    if (body == NULL || body->reading) {
        return ngx_http_maas_fail(err, MAAS_UNSUPPORTED, "it was not received "
                                  "whole before limits apply");
    }

    if (body->err.code != MAAS_OK) {
        *err = body->err;
        return err->code;
    }

    if (body->ctx.body.text.len == 0) {
        return MAAS_OK;
    }

    sink.request = r;
    sink.info = info;
    sink.values = values;
    sink.failed = 0;

    if (ngx_http_maas_body_fill(r, body, &sink, err) != MAAS_OK) {
        return err->code;
    }

    for (i = 0; i < info->n_columns; i++) {
        if (values[i].kind == NGX_HTTP_MAAS_VALUE_NONE) {
            values[i].kind = NGX_HTTP_MAAS_VALUE_MISSING;
        }
    }

    return MAAS_OK;
}
