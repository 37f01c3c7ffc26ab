
/*
 * Variables of served locations: which model was asked, what it said of the
 * first row, and what it took.
 * Not here: how that comes to be known (request/), variables that score
 * requests for others (maas_set).
 */


#include "ngx_http_maas_ctx.h"
#include "ngx_http_maas_proxy.h"


/* bytes: seconds with six decimals */

#define NGX_HTTP_MAAS_OWN_TEXT  (NGX_INT64_LEN + sizeof(".000000"))


/* Parts of a request's time */

enum {
    NGX_HTTP_MAAS_OWN_PARSE = 0,
    NGX_HTTP_MAAS_OWN_QUEUE,
    NGX_HTTP_MAAS_OWN_COMPUTE,
    NGX_HTTP_MAAS_OWN_WRITE,
    NGX_HTTP_MAAS_OWN_ALL
};


/* What is not known is empty, and "-" in a log. */

static ngx_int_t
ngx_http_maas_own_none(ngx_http_variable_value_t *v)
{
    v->not_found = 1;

    return NGX_OK;
}


static ngx_int_t
ngx_http_maas_own_value(ngx_http_variable_value_t *v, u_char *data, size_t len)
{
    v->len = (unsigned) len;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;
    v->data = data;

    return NGX_OK;
}


/* A text of a request that does without its model; empty: not known */

static ngx_int_t
ngx_http_maas_own_settled(ngx_http_variable_value_t *v, ngx_str_t *text)
{
    return text->data == NULL ? ngx_http_maas_own_none(v)
                              : ngx_http_maas_own_value(v, text->data,
                                                        text->len);
}


/* A number for a value, in memory of the request */

static ngx_int_t
ngx_http_maas_own_number(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    const char *fmt, ...)
{
    u_char   *p;
    va_list   args;

    p = ngx_pnalloc(r->pool, NGX_HTTP_MAAS_OWN_TEXT);
    if (p == NULL) {
        return NGX_ERROR;
    }

    va_start(args, fmt);
    (void) ngx_http_maas_own_value(v, p, ngx_vslprintf(p, p
                                         + NGX_HTTP_MAAS_OWN_TEXT, fmt, args)
                                         - p);
    va_end(args);

    return NGX_OK;
}


/* The model that r asked, or, if it got no further than here, would have; NULL:
 * nobody knows. */

static ngx_http_maas_model_t *
ngx_http_maas_own_model(ngx_http_request_t *r)
{
    ngx_http_maas_ctx_t       *ctx;
    ngx_http_maas_loc_conf_t  *mlcf;

    ctx = ngx_http_maas_asked(r);

    if (ctx != NULL) {
        return ctx->known.model;
    }

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    return mlcf->kind == NGX_HTTP_MAAS_PREDICT ? mlcf->model : NULL;
}


/* data: offset of a text of the model */

static ngx_int_t
ngx_http_maas_own_model_text(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t              *s;
    ngx_http_maas_ctx_t    *ctx;
    ngx_http_maas_model_t  *model;

    model = ngx_http_maas_own_model(r);

    if (model == NULL) {
        return ngx_http_maas_own_none(v);
    }

    s = (ngx_str_t *) ((char *) model + data);
    ctx = ngx_http_maas_asked(r);

    if (ctx != NULL && ctx->settled
        && data == offsetof(ngx_http_maas_model_t, sum))
    {
        s = &ctx->known.texts[NGX_HTTP_MAAS_KNOWN_SUM];
    }

    return ngx_http_maas_own_value(v, s->data, s->len);
}


/* What is known of r by now; NULL: nothing, or a thread is at work. */

static ngx_http_maas_ctx_t *
ngx_http_maas_own_ctx(ngx_http_request_t *r)
{
    return r->aio ? NULL : ngx_http_maas_asked(r);
}


static ngx_int_t
ngx_http_maas_own_rows(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    ngx_http_maas_ctx_t  *ctx;

    ctx = ngx_http_maas_own_ctx(r);

    if (ctx == NULL || !ctx->known.read) {
        return ngx_http_maas_own_none(v);
    }

    return ngx_http_maas_own_number(r, v, "%uz", ctx->req.rows);
}


static ngx_int_t
ngx_http_maas_own_batch(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    ngx_http_maas_ctx_t  *ctx;

    ctx = ngx_http_maas_own_ctx(r);

    if (ctx == NULL || ctx->known.together == 0) {
        return ngx_http_maas_own_none(v);
    }

    return ngx_http_maas_own_number(r, v, "%ui", ctx->known.together);
}


static ngx_int_t
ngx_http_maas_own_score(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    ngx_str_t             text;
    ngx_http_maas_ctx_t  *ctx;

    ctx = ngx_http_maas_own_ctx(r);

    if (ctx == NULL || !ctx->known.ran) {
        return ngx_http_maas_own_none(v);
    }

    if (ctx->settled) {
        return ngx_http_maas_own_settled(v,
                   &ctx->known.texts[NGX_HTTP_MAAS_KNOWN_SCORE]);
    }

    if (ngx_http_maas_what_score_text(r->pool, ctx->known.model->info,
                                      ctx->known.score, &text)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_maas_own_value(v, text.data, text.len);
}


static ngx_int_t
ngx_http_maas_own_label(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    ngx_str_t             text;
    const maas_info_t    *info;
    ngx_http_maas_ctx_t  *ctx;

    ctx = ngx_http_maas_own_ctx(r);

    if (ctx == NULL || !ctx->known.ran) {
        return ngx_http_maas_own_none(v);
    }

    if (ctx->settled) {
        return ngx_http_maas_own_settled(v,
                   &ctx->known.texts[NGX_HTTP_MAAS_KNOWN_LABEL]);
    }

    info = ctx->known.model->info;

    if (info->task == MAAS_TASK_REGRESSION) {
        return ngx_http_maas_own_none(v);
    }

    if (ngx_http_maas_what_label_text(r->pool, info, ctx->known.label, &text)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_maas_own_value(v, text.data, text.len);
}


ngx_str_t *
ngx_http_maas_own_cached(ngx_http_maas_ctx_t *ctx)
{
    static ngx_str_t  words[] = {
        [NGX_HTTP_MAAS_CACHE_BYPASS] = ngx_string("BYPASS"),
        [NGX_HTTP_MAAS_CACHE_MISS] = ngx_string("MISS"),
        [NGX_HTTP_MAAS_CACHE_PARTIAL] = ngx_string("PARTIAL"),
        [NGX_HTTP_MAAS_CACHE_HIT] = ngx_string("HIT")
    };

    return !ctx->known.ran || ctx->cache == 0 ? NULL : &words[ctx->cache];
}


static ngx_int_t
ngx_http_maas_own_cache(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    ngx_str_t            *word;
    ngx_http_maas_ctx_t  *ctx;

    ctx = ngx_http_maas_own_ctx(r);
    word = ctx == NULL ? NULL : ngx_http_maas_own_cached(ctx);

    return word == NULL ? ngx_http_maas_own_none(v)
                        : ngx_http_maas_own_value(v, word->data, word->len);
}


/* data: the part; one that did not begin or end is not known. */

static ngx_int_t
ngx_http_maas_own_time(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    uint64_t                from, to;
    ngx_http_maas_ctx_t    *ctx;
    ngx_http_maas_times_t  *at;

    ctx = ngx_http_maas_own_ctx(r);

    if (ctx == NULL) {
        return ngx_http_maas_own_none(v);
    }

    at = &ctx->at;

    switch (data) {

    case NGX_HTTP_MAAS_OWN_PARSE:
        from = at->body;
        to = at->read;
        break;

    case NGX_HTTP_MAAS_OWN_QUEUE:
        from = at->read;
        to = at->run;
        break;

    case NGX_HTTP_MAAS_OWN_COMPUTE:
        from = at->run;
        to = at->ran;
        break;

    case NGX_HTTP_MAAS_OWN_WRITE:
        from = at->ran;
        to = at->sent;
        break;

    default:
        from = at->body;
        to = at->sent;
        break;
    }

    if (from == 0 || to == 0) {
        return ngx_http_maas_own_none(v);
    }

    to = (to - from) / 1000;

    return ngx_http_maas_own_number(r, v, "%uL.%06uL", to / 1000000,
                                    to % 1000000);
}


static ngx_http_variable_t  ngx_http_maas_own_list[] = {

    { .name = ngx_string("maas_model"),
      .get_handler = ngx_http_maas_own_model_text,
      .data = offsetof(ngx_http_maas_model_t, name) },

    { .name = ngx_string("maas_version"),
      .get_handler = ngx_http_maas_own_model_text,
      .data = offsetof(ngx_http_maas_model_t, version) },

    { .name = ngx_string("maas_file"),
      .get_handler = ngx_http_maas_own_model_text,
      .data = offsetof(ngx_http_maas_model_t, sum) },

    { .name = ngx_string("maas_label"),
      .get_handler = ngx_http_maas_own_label },

    { .name = ngx_string("maas_score"),
      .get_handler = ngx_http_maas_own_score },

    { .name = ngx_string("maas_rows"),
      .get_handler = ngx_http_maas_own_rows },

    { .name = ngx_string("maas_batch"),
      .get_handler = ngx_http_maas_own_batch },

    { .name = ngx_string("maas_cache"),
      .get_handler = ngx_http_maas_own_cache },

    { .name = ngx_string("maas_time"),
      .get_handler = ngx_http_maas_own_time,
      .data = NGX_HTTP_MAAS_OWN_ALL },

    { .name = ngx_string("maas_time_parse"),
      .get_handler = ngx_http_maas_own_time,
      .data = NGX_HTTP_MAAS_OWN_PARSE },

    { .name = ngx_string("maas_time_queue"),
      .get_handler = ngx_http_maas_own_time,
      .data = NGX_HTTP_MAAS_OWN_QUEUE },

    { .name = ngx_string("maas_time_compute"),
      .get_handler = ngx_http_maas_own_time,
      .data = NGX_HTTP_MAAS_OWN_COMPUTE },

    { .name = ngx_string("maas_time_write"),
      .get_handler = ngx_http_maas_own_time,
      .data = NGX_HTTP_MAAS_OWN_WRITE },

    { .name = ngx_null_string }
};


ngx_int_t
ngx_http_maas_own_variables(ngx_conf_t *cf)
{
    /* not kept, since it may become known later, and since subrequests have
     * the same place for it */

    return ngx_http_maas_variables(cf, ngx_http_maas_own_list);
}
