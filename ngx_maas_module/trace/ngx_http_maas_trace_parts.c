
/*
 * What a model's request took, as spans below that of the request, and which
 * model it was.
 * Not here: when that comes to be known (request/), the span above
 * (ngx_http_maas_trace_span.c).
 */


#include "ngx_http_maas_trace.h"
#include "proxy/ngx_http_maas_proxy.h"


void
ngx_http_maas_span_child(const uint8_t *parent, ngx_uint_t n, uint8_t *id)
{
    uint64_t  bits;

    ngx_memcpy(&bits, parent, sizeof(bits));

    /* splitmix64, a permutation: siblings differ */

    bits += (n + 1) * 0x9e3779b97f4a7c15ull;
    bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9ull;
    bits = (bits ^ bits >> 27) * 0x94d049bb133111ebull;
    bits ^= bits >> 31;
    bits = bits == 0 ? 1 : bits;

    ngx_memcpy(id, &bits, sizeof(bits));
}


const char *
ngx_http_maas_trace_why(ngx_http_maas_ctx_t *ctx)
{
    return ctx->counted && ctx->said_why ? ngx_http_maas_reasons[ctx->why]
                                         : NULL;
}


void
ngx_http_maas_trace_asked(ngx_http_maas_text_t *t, ngx_http_maas_ctx_t *ctx)
{
    ngx_str_t              *sum, *cached;
    ngx_http_maas_model_t  *model;

    model = ctx->known.model;

    if (model == NULL) {
        return;
    }

    ngx_http_maas_trace_text(t, "maas.model.name", model->name.data,
                             model->name.len);
    ngx_http_maas_trace_word(t, "maas.model.version", &model->version);

    sum = ctx->settled ? &ctx->known.texts[NGX_HTTP_MAAS_KNOWN_SUM]
                       : &model->sum;
    ngx_http_maas_trace_word(t, "maas.model.file", sum);

    if (!ctx->settled) {
        ngx_http_maas_trace_number(t, "maas.model.generation",
                                   model->generation);
        ngx_http_maas_trace_text(t, "maas.model.task",
                                 (u_char *) model->info->task_name,
                                 ngx_strlen(model->info->task_name));
    }

    if (ctx->known.read) {
        ngx_http_maas_trace_number(t, "maas.rows", ctx->req.rows);
    }

    if (ctx->known.together > 0) {
        ngx_http_maas_trace_number(t, "maas.batch.rows", ctx->known.together);
    }

    cached = ngx_http_maas_own_cached(ctx);

    if (cached != NULL) {
        ngx_http_maas_trace_word(t, "maas.cache", cached);
    }
}


static void
ngx_http_maas_trace_part(ngx_http_maas_text_t *t, ngx_http_maas_span_t *part,
    ngx_uint_t n, const char *name)
{
    ngx_http_maas_span_child(part->parent, n, part->own.span);

    part->name.data = (u_char *) name;
    part->name.len = ngx_strlen(name);

    ngx_http_maas_span_open(t, part, NULL);
    ngx_http_maas_span_close(t, part);
}


/* Those that have begun and ended, up to the one that failed */

static void
ngx_http_maas_trace_timed(ngx_http_maas_text_t *t, ngx_http_maas_ctx_t *ctx,
    ngx_http_maas_span_t *part, uint64_t before)
{
    uint64_t     from, to;
    ngx_uint_t   i;
    const char  *why;

    static const struct {
        const char  *name;
        size_t       from;
        size_t       to;
    } parts[] = {
        { "parse", offsetof(ngx_http_maas_times_t, body),
          offsetof(ngx_http_maas_times_t, read) },
        { "queue", offsetof(ngx_http_maas_times_t, read),
          offsetof(ngx_http_maas_times_t, run) },
        { "compute", offsetof(ngx_http_maas_times_t, run),
          offsetof(ngx_http_maas_times_t, ran) },
        { "write", offsetof(ngx_http_maas_times_t, ran),
          offsetof(ngx_http_maas_times_t, sent) }
    };

    why = ngx_http_maas_trace_why(ctx);

    for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        from = *(uint64_t *) ((u_char *) &ctx->at + parts[i].from);
        to = *(uint64_t *) ((u_char *) &ctx->at + parts[i].to);

        /* one that failed lasts until that was said */

        if (why != NULL && (to == 0 || (i == 0 && !ctx->known.read))) {
            part->failed = why;
            to = ctx->at.sent;
        }

        if (from == 0 || to == 0) {
            break;
        }

        part->from = from + before;
        part->to = to + before;

        ngx_http_maas_trace_part(t, part, i + 1, parts[i].name);

        if (part->failed != NULL) {
            break;
        }
    }
}


void
ngx_http_maas_trace_parts(ngx_http_maas_text_t *t, ngx_http_maas_ctx_t *ctx,
    const ngx_http_maas_span_t *span, uint64_t before)
{
    ngx_http_maas_span_t  part;

    if (ctx->at.body == 0) {
        return;
    }

    ngx_memzero(&part, sizeof(ngx_http_maas_span_t));
    part.own = span->own;
    part.parent = span->own.span;
    part.kind = NGX_HTTP_MAAS_SPAN_INTERNAL;
    part.from = span->from;
    part.to = ctx->at.body + before;

    if (part.from != part.to) {
        ngx_http_maas_trace_part(t, &part, 0, "body");
    }

    ngx_http_maas_trace_timed(t, ctx, &part, before);
}
