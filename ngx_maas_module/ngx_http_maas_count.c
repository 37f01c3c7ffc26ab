
/*
 * What is counted when, in the lane of this worker; sums over all of them.
 * Not here: where lanes live (life/ngx_http_maas_shm.c), how sums are shown
 * (routes/ngx_http_maas_metrics.c).
 */


#include "ngx_http_maas_conf.h"
#include "ngx_http_maas_count.h"
#include "ngx_http_maas_ctx.h"


uint64_t
ngx_http_maas_clock(clockid_t clock)
{
    struct timespec  ts;

    (void) clock_gettime(clock, &ts);

    return (uint64_t) ts.tv_sec * 1000000000 + ts.tv_nsec;
}


static ngx_uint_t  ngx_http_maas_count_shared;     /* of this worker */


const char *const  ngx_http_maas_reasons[] = {

#define ngx_http_maas_reason_word(c, word)  word,

    NGX_HTTP_MAAS_REASONS(ngx_http_maas_reason_word)

#undef ngx_http_maas_reason_word
};


void
ngx_http_maas_count_share(ngx_uint_t shared)
{
    ngx_http_maas_count_shared = shared;
}


/* A lane has one writer, whose plain additions nobody else overwrites; an
 * atomic one takes five times as long. */

static ngx_inline void
ngx_http_maas_add(ngx_atomic_t *at, uint64_t n)
{
    if (ngx_http_maas_count_shared) {
        (void) ngx_atomic_fetch_add(at, n);
        return;
    }

    *at += n;
}


void
ngx_http_maas_count_add(ngx_http_maas_model_t *model, ngx_http_maas_counter_e i,
    uint64_t n)
{
    ngx_http_maas_add(&model->lane->value[i], n);
}


/* Times are kept by powers of two of rows. */

ngx_uint_t
ngx_http_maas_rows_bucket(ngx_uint_t rows)
{
    return ngx_min(63 - __builtin_clzll(rows | 1), NGX_HTTP_MAAS_COSTS - 1);
}


/* The bucket of n where they are bounded by 1, 2, 4 ...: the last one has
 * whatever is more */

static ngx_inline ngx_uint_t
ngx_http_maas_bucket(uint64_t n, ngx_uint_t buckets)
{
    ngx_uint_t  i;

    i = n <= 1 ? 0 : 64 - __builtin_clzll(n - 1);

    return ngx_min(i, buckets - 1);
}


/* The same of times: by 1, 2, 4 ... units */

static ngx_inline ngx_uint_t
ngx_http_maas_time_bucket(uint64_t ns, uint64_t unit, ngx_uint_t buckets)
{
    return ngx_http_maas_bucket((ns + unit - 1) / unit, buckets);
}


void
ngx_http_maas_count_run(ngx_http_maas_model_t *model, ngx_uint_t rows,
    uint64_t ns)
{
    ngx_uint_t             i;
    ngx_http_maas_hist_t  *hist;

    i = ngx_http_maas_rows_bucket(rows);

    ngx_http_maas_count_add(model, NGX_HTTP_MAAS_PASS + i, 1);
    ngx_http_maas_count_add(model, NGX_HTTP_MAAS_PASS_NS + i, ns);

    hist = model->hist;
    i = ngx_http_maas_bucket(rows, NGX_HTTP_MAAS_ROW_COUNTS);

    ngx_http_maas_add(&hist->passes[i], 1);
    ngx_http_maas_add(&hist->pass_rows, rows);
}


void
ngx_http_maas_count_reason(ngx_http_maas_model_t *model,
    ngx_http_maas_reason_e why)
{
    ngx_http_maas_add(&model->hist->why[why], 1);
}


/* Where nobody said why: by the status, maybe of nginx's own */

static ngx_http_maas_reason_e
ngx_http_maas_count_why(ngx_http_maas_ctx_t *ctx, ngx_uint_t status)
{
    ngx_uint_t         i;
    ngx_connection_t  *c;

    static const struct {
        ngx_uint_t              status;
        ngx_http_maas_reason_e  why;
    } known[] = {
        { NGX_HTTP_BAD_REQUEST,              NGX_HTTP_MAAS_WHY_VALUE },
        { NGX_HTTP_NOT_ALLOWED,              NGX_HTTP_MAAS_WHY_METHOD },
        { NGX_HTTP_REQUEST_ENTITY_TOO_LARGE, NGX_HTTP_MAAS_WHY_TOO_LARGE },
        { NGX_HTTP_UNSUPPORTED_MEDIA_TYPE,   NGX_HTTP_MAAS_WHY_MEDIA_TYPE },
        { NGX_HTTP_INTERNAL_SERVER_ERROR,    NGX_HTTP_MAAS_WHY_INTERNAL },
        { NGX_HTTP_SERVICE_UNAVAILABLE,      NGX_HTTP_MAAS_WHY_BUSY }
    };

    c = ctx->request->connection;

    if (status == 0) {

        if (c->timedout) {
            return NGX_HTTP_MAAS_WHY_TIMEOUT;
        }

        status = c->error ? 0 : ctx->request->headers_out.status;
    }

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (known[i].status == status) {
            return known[i].why;
        }
    }

    return NGX_HTTP_MAAS_WHY_CLOSED;
}


static void
ngx_http_maas_count_failure(ngx_http_maas_ctx_t *ctx, ngx_uint_t status)
{
    ngx_http_maas_model_t  *model;
    ngx_http_maas_times_t  *at;

    /* one that is refused by its headers is no request to the model, as
     * Triton's counters have it */

    model = ctx->known.model;
    at = &ctx->at;

    if (ctx->model != NULL) {
        ngx_http_maas_count_add(model, NGX_HTTP_MAAS_FAIL, 1);
        ngx_http_maas_count_add(model, NGX_HTTP_MAAS_FAIL_NS,
                                at->body == 0 ? 0 : at->sent - at->body);
    }

    if (!ctx->said_why) {
        ctx->why = ngx_http_maas_count_why(ctx, status);
        ctx->said_why = 1;
    }

    ngx_http_maas_count_reason(model, ctx->why);
}


void
ngx_http_maas_count_said(ngx_http_maas_model_t *model, ngx_uint_t label)
{
    if (model->n_says > 0) {
        ngx_http_maas_add(&model->says[ngx_min(label, model->n_says - 1)], 1);
    }
}


void
ngx_http_maas_count_cache(ngx_http_maas_model_t *model, ngx_uint_t hits,
    ngx_uint_t misses, uint64_t ns)
{
    ngx_http_maas_hist_t  *hist;

    hist = model->hist;

    ngx_http_maas_add(misses == 0 ? &hist->cache_hits : &hist->cache_misses,
                      1);
    ngx_http_maas_add(misses == 0 ? &hist->cache_hit_ns : &hist->cache_miss_ns,
                      ns);
    ngx_http_maas_add(&hist->cache_hit_rows, hits);
    ngx_http_maas_add(&hist->cache_miss_rows, misses);
}


void
ngx_http_maas_count_cache_ns(ngx_http_maas_model_t *model, uint64_t ns)
{
    ngx_http_maas_add(&model->hist->cache_miss_ns, ns);
}


/* What the model said of each row */

static void
ngx_http_maas_count_rows(ngx_http_maas_ctx_t *ctx)
{
    ngx_uint_t              i;
    ngx_http_maas_model_t  *model;

    model = ctx->model;

    for (i = 0; i < ctx->n_said; i++) {
        ngx_http_maas_count_said(model, ctx->said[i]);
    }

    if (ctx->tally != NULL) {
        for (i = 0; i < model->n_says; i++) {
            ngx_http_maas_add(&model->says[i], ctx->tally[i]);
        }
    }
}


static void
ngx_http_maas_count_time(ngx_http_maas_model_t *model,
    ngx_http_maas_counter_e sum, ngx_http_maas_timed_e phase, uint64_t ns)
{
    ngx_uint_t  i;

    i = ngx_http_maas_time_bucket(ns, NGX_HTTP_MAAS_TIME_NS,
                                  NGX_HTTP_MAAS_TIMES);

    ngx_http_maas_add(&model->lane->value[sum], ns);
    ngx_http_maas_add(&model->hist->time[i][phase], 1);
}


static void
ngx_http_maas_count_success(ngx_http_maas_ctx_t *ctx)
{
    uint64_t                ns;
    ngx_uint_t              i;
    ngx_time_t             *tp;
    ngx_http_maas_model_t  *model;
    ngx_http_maas_times_t  *at;

    at = &ctx->at;
    model = ctx->model;
    ns = at->sent - at->body;

    ngx_http_maas_count_add(model, NGX_HTTP_MAAS_SUCCESS_NS, ns);
    ngx_http_maas_count_add(model, NGX_HTTP_MAAS_ROWS, ctx->req.rows);

    i = ngx_http_maas_time_bucket(ns, NGX_HTTP_MAAS_BUCKET_NS,
                                  NGX_HTTP_MAAS_BUCKETS);
    ngx_http_maas_count_add(model, NGX_HTTP_MAAS_BUCKET + i, 1);

    ngx_http_maas_count_time(model, NGX_HTTP_MAAS_INPUT_NS,
                             NGX_HTTP_MAAS_PARSE, at->read - at->body);
    ngx_http_maas_count_time(model, NGX_HTTP_MAAS_QUEUE_NS,
                             NGX_HTTP_MAAS_QUEUE, at->run - at->read);
    ngx_http_maas_count_time(model, NGX_HTTP_MAAS_INFER_NS,
                             NGX_HTTP_MAAS_COMPUTE, at->ran - at->run);
    ngx_http_maas_count_time(model, NGX_HTTP_MAAS_OUTPUT_NS,
                             NGX_HTTP_MAAS_WRITE, at->sent - at->ran);

    i = ngx_http_maas_bucket(ctx->req.rows, NGX_HTTP_MAAS_ROW_COUNTS);
    ngx_http_maas_add(&model->hist->rows[i], 1);

    ngx_http_maas_count_rows(ctx);

    tp = ngx_timeofday();
    model->lane->value[NGX_HTTP_MAAS_LAST_MS] = (uint64_t) tp->sec * 1000
                                                + tp->msec;
}


void
ngx_http_maas_count(ngx_http_maas_ctx_t *ctx, ngx_uint_t status)
{
    if (ctx->known.model == NULL || ctx->counted) {
        return;
    }

    ctx->counted = 1;
    ctx->at.sent = ngx_http_maas_now();

    if (status != NGX_HTTP_OK || ctx->at.ran == 0) {
        ngx_http_maas_count_failure(ctx, status);
        return;
    }

    ngx_http_maas_count_success(ctx);
}


void
ngx_http_maas_lane_sum(ngx_http_maas_model_t *model, uint64_t *sum)
{
    uint64_t    value;
    ngx_uint_t  i, n;

    ngx_memzero(sum, NGX_HTTP_MAAS_N_COUNTERS * sizeof(uint64_t));

    for (n = 0; n < model->n_lanes; n++) {
        for (i = 0; i < NGX_HTTP_MAAS_N_USED; i++) {
            value = model->lanes[n].value[i];

            if (i == NGX_HTTP_MAAS_LAST_MS) {
                sum[i] = ngx_max(sum[i], value);

            } else {
                sum[i] += value;
            }
        }
    }

    for (i = 0; i < NGX_HTTP_MAAS_BUCKETS; i++) {
        sum[NGX_HTTP_MAAS_SUCCESS] += sum[NGX_HTTP_MAAS_BUCKET + i];
    }

    for (i = 0; i < NGX_HTTP_MAAS_COSTS; i++) {
        sum[NGX_HTTP_MAAS_BATCHES] += sum[NGX_HTTP_MAAS_PASS + i];
    }
}


void
ngx_http_maas_hist_sum(ngx_http_maas_model_t *model, ngx_http_maas_hist_t *sum)
{
    size_t         i, n, lane;
    ngx_atomic_t  *to, *from;

    to = (ngx_atomic_t *) sum;
    n = sizeof(ngx_http_maas_hist_t) / sizeof(ngx_atomic_t);

    ngx_memzero(sum, sizeof(ngx_http_maas_hist_t));

    if (model->hists == NULL) {
        return;
    }

    from = (ngx_atomic_t *) model->hists;

    for (lane = 0; lane < model->n_lanes; lane++) {
        for (i = 0; i < n; i++) {
            to[i] += *from++;
        }
    }
}


/* Lanes of what a model says are whole cache lines, too. */

size_t
ngx_http_maas_says_size(ngx_uint_t n)
{
    return ngx_align(n * sizeof(ngx_atomic_t), NGX_CPU_CACHE_LINE);
}


void
ngx_http_maas_says_sum(ngx_http_maas_model_t *model, uint64_t *sum)
{
    size_t         n;
    ngx_uint_t     i, lane;
    ngx_atomic_t  *from;

    from = model->all_says;
    n = ngx_http_maas_says_size(model->n_says) / sizeof(ngx_atomic_t);

    ngx_memzero(sum, model->n_says * sizeof(uint64_t));

    for (lane = 0; lane < model->n_lanes && model->n_says > 0; lane++) {
        for (i = 0; i < model->n_says; i++) {
            sum[i] += from[lane * n + i];
        }
    }
}
