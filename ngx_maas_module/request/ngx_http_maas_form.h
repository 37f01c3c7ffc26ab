
/*
 * Forms: which one a body is in, rows out of it, the answer in the same form.
 * Not here: what the bytes mean (maas_form.h), running models.
 */


#ifndef _NGX_HTTP_MAAS_FORM_H_INCLUDED_
#define _NGX_HTTP_MAAS_FORM_H_INCLUDED_


#include "ngx_http_maas_ctx.h"


/* ngx_http_maas_type.c */

/* Why the request's Content-Type is not read where `form` is, or, if that is
 * NULL, where any may be; NULL: it is. */
const char *ngx_http_maas_type_refused(ngx_http_request_t *r,
    const maas_form_t *form);

/* What headers say of the body: ctx->type and ctx->json_given. */
void ngx_http_maas_type_headers(ngx_http_request_t *r,
    ngx_http_maas_ctx_t *ctx);

/* The type of an answer that has json_len bytes of JSON before others, as what
 * *out becomes, on r's pool: a vendor's, if the request is that vendor's.
 * json_len 0, or any other: *out stays.  NGX_ERROR: no memory. */
ngx_int_t ngx_http_maas_type_answer(ngx_http_request_t *r, size_t json_len,
    ngx_str_t *out);


/*
 * ngx_http_maas_form.c
 *
 * The rest is for any thread, where it has no r.  The body is whole: sets
 * ctx->form, where there may be several (there is one, or its type would not
 * have been known), and ctx->json_len: all of the body, unless a header or the
 * Content-Type says otherwise.  BADVALUE if that is no number up to the length
 * of the body.
 */
maas_status_t ngx_http_maas_form_open(ngx_http_maas_ctx_t *ctx,
    maas_err_t *err);

/* Most rows, up to max_rows, that the body can hold. */
size_t ngx_http_maas_form_bound(ngx_http_maas_ctx_t *ctx,
    ngx_uint_t max_rows);

/* Rows out of the body into x, which has room for as many as that; sets
 * ctx->req. */
maas_status_t ngx_http_maas_form_read(ngx_http_maas_ctx_t *ctx,
    ngx_uint_t max_rows, void *x, maas_err_t *err);

/* In the event loop: where answers of many rows are counted by label,
 * ctx->tally.  NGX_OK, also where there is nothing to count, or NGX_ERROR. */
ngx_int_t ngx_http_maas_form_tally(ngx_http_request_t *r,
    ngx_http_maas_ctx_t *ctx);

/* Answer with y(ctx->req.rows,out) in the form that the request had, blunted
 * where ctx->blunt says how: y is changed then.  What a content handler
 * returns. */
ngx_int_t ngx_http_maas_form_answer(ngx_http_request_t *r,
    ngx_http_maas_ctx_t *ctx, float *y);

/* The same in parts: how many bytes the answer may take; the answer into p, its
 * length, *json_len as in maas_form_t; and it is sent. */
size_t ngx_http_maas_form_size(ngx_http_maas_ctx_t *ctx);
size_t ngx_http_maas_form_write(ngx_http_maas_ctx_t *ctx, float *y,
    u_char *p, size_t *json_len);
ngx_int_t ngx_http_maas_form_send(ngx_http_request_t *r,
    ngx_http_maas_ctx_t *ctx, ngx_str_t *body, size_t json_len);

/* There is no answer: finalizes r. */
void ngx_http_maas_form_refuse(ngx_http_request_t *r,
    ngx_http_maas_ctx_t *ctx, maas_err_t *err) __attribute__((cold));

/* The error in place of an answer that is not finite, or that nobody wants any
 * more. */
ngx_int_t ngx_http_maas_form_infinite(ngx_http_request_t *r,
    ngx_http_maas_ctx_t *ctx) __attribute__((cold));
ngx_int_t ngx_http_maas_form_late(ngx_http_request_t *r)
    __attribute__((cold));

/* Does nobody want an answer that is not there yet at a time, or now? */

static ngx_inline ngx_uint_t
ngx_http_maas_form_is_late(const ngx_http_maas_ctx_t *ctx, uint64_t at)
{
    return ctx->deadline != 0 && at > ctx->deadline;
}

static ngx_inline ngx_uint_t
ngx_http_maas_form_is_late_now(const ngx_http_maas_ctx_t *ctx)
{
    return ctx->deadline != 0 && ngx_http_maas_now() > ctx->deadline;
}


#endif /* _NGX_HTTP_MAAS_FORM_H_INCLUDED_ */
