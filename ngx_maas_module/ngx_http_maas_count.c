
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


void
ngx_http_maas_count_share(ngx_uint_t shared)
{
    ngx_http_maas_count_shared = shared;
}


/* A lane has one writer, whose plain additions nobody else overwrites; an
 * atomic one takes five times as long. */

void
ngx_http_maas_lane_add(ngx_atomic_t *at, uint64_t n)
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
    ngx_http_maas_lane_add(&model->lane->value[i], n);
}


/* Times are kept by powers of two of rows. */

ngx_uint_t
ngx_http_maas_rows_bucket(ngx_uint_t rows)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_HTTP_MAAS_COSTS - 1 && rows > 1; i++) {
        rows >>= 1;
    }

    return i;
}


void
ngx_http_maas_count_run(ngx_http_maas_model_t *model, ngx_uint_t rows,
    uint64_t ns)
{
    ngx_uint_t  i;

    i = ngx_http_maas_rows_bucket(rows);

    ngx_http_maas_count_add(model, NGX_HTTP_MAAS_BATCHES, 1);
    ngx_http_maas_count_add(model, NGX_HTTP_MAAS_PASS + i, 1);
    ngx_http_maas_count_add(model, NGX_HTTP_MAAS_PASS_NS + i, ns);
}


static ngx_uint_t
ngx_http_maas_count_bucket(uint64_t ns)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_HTTP_MAAS_BUCKETS - 1; i++) {
        if (ns <= (uint64_t) NGX_HTTP_MAAS_BUCKET_NS << i) {
            break;
        }
    }

    return i;
}


static void
ngx_http_maas_count_failure(ngx_http_maas_model_t *model,
    ngx_http_maas_times_t *at)
{
    ngx_http_maas_count_add(model, NGX_HTTP_MAAS_FAIL, 1);
    ngx_http_maas_count_add(model, NGX_HTTP_MAAS_FAIL_NS,
                            at->body == 0 ? 0 : at->sent - at->body);
}


void
ngx_http_maas_count(ngx_http_maas_ctx_t *ctx, ngx_uint_t status)
{
    uint64_t                ns;
    ngx_time_t             *tp;
    ngx_http_maas_model_t  *model;
    ngx_http_maas_times_t  *at;

    if (ctx->model == NULL || ctx->counted) {
        return;
    }

    ctx->counted = 1;

    at = &ctx->at;
    model = ctx->model;

    at->sent = ngx_http_maas_now();

    if (status != NGX_HTTP_OK || at->ran == 0) {
        ngx_http_maas_count_failure(model, at);
        return;
    }

    ns = at->sent - at->body;

    ngx_http_maas_count_add(model, NGX_HTTP_MAAS_SUCCESS, 1);
    ngx_http_maas_count_add(model, NGX_HTTP_MAAS_SUCCESS_NS, ns);
    ngx_http_maas_count_add(model, NGX_HTTP_MAAS_INPUT_NS, at->read - at->body);
    ngx_http_maas_count_add(model, NGX_HTTP_MAAS_QUEUE_NS, at->run - at->read);
    ngx_http_maas_count_add(model, NGX_HTTP_MAAS_INFER_NS, at->ran - at->run);
    ngx_http_maas_count_add(model, NGX_HTTP_MAAS_OUTPUT_NS, at->sent - at->ran);
    ngx_http_maas_count_add(model, NGX_HTTP_MAAS_ROWS, ctx->req.rows);
    ngx_http_maas_count_add(model, NGX_HTTP_MAAS_BUCKET
                                   + ngx_http_maas_count_bucket(ns), 1);

    tp = ngx_timeofday();
    model->lane->value[NGX_HTTP_MAAS_LAST_MS] = (uint64_t) tp->sec * 1000
                                                + tp->msec;
}


void
ngx_http_maas_lane_sum(ngx_http_maas_model_t *model, uint64_t *sum)
{
    uint64_t    value;
    ngx_uint_t  i, n;

    ngx_memzero(sum, NGX_HTTP_MAAS_N_COUNTERS * sizeof(uint64_t));

    for (n = 0; n < model->n_lanes; n++) {
        for (i = 0; i < NGX_HTTP_MAAS_N_COUNTERS; i++) {
            value = model->lanes[n].value[i];

            if (i == NGX_HTTP_MAAS_LAST_MS) {
                sum[i] = ngx_max(sum[i], value);

            } else {
                sum[i] += value;
            }
        }
    }
}


void
ngx_http_maas_hist_sum(ngx_http_maas_model_t *model, ngx_http_maas_hist_t *sum)
{
    size_t         i, n;
    ngx_atomic_t  *to, *from;

    to = (ngx_atomic_t *) sum;
    n = sizeof(ngx_http_maas_hist_t) / sizeof(ngx_atomic_t);

    ngx_memzero(sum, sizeof(ngx_http_maas_hist_t));

    if (model->hists == NULL) {
        return;
    }

    from = (ngx_atomic_t *) model->hists;

    for (i = 0; i < model->n_lanes * n; i++) {
        to[i % n] += from[i];
    }
}
