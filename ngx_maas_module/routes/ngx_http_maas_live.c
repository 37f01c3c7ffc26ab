
/*
 * What is happening, as JSON: counters of models, shadows and tables of
 * clients since they began, of which the page makes rates.  All models in few
 * numbers, one in detail.
 * Not here: what is counted when (ngx_http_maas_count.c).
 */


#include "ngx_http_maas_routes.h"
#include "ngx_http_maas_workers.h"
#include "proxy/ngx_http_maas_track.h"


/* of a file's checksum, enough to tell one from another */

#define NGX_HTTP_MAAS_LIVE_FILE  12


/* A list of counters; zeros at its end are left out. */

static void
ngx_http_maas_live_counts(ngx_http_maas_text_t *t, const char *key,
    const uint64_t *value, ngx_uint_t n)
{
    ngx_uint_t  i;

    while (n > 0 && value[n - 1] == 0) {
        n--;
    }

    ngx_http_maas_json_open(t, key, "[");

    for (i = 0; i < n; i++) {
        ngx_http_maas_json_value(t, NULL, "%uL", value[i]);
    }

    ngx_http_maas_json_close(t, "]");
}


/* Of one more than these seconds; the last bucket has no bound */

static void
ngx_http_maas_live_bounds(ngx_http_maas_text_t *t)
{
    uint64_t    us;
    ngx_uint_t  i;

    ngx_http_maas_json_open(t, "bounds", "[");

    for (i = 0; i < NGX_HTTP_MAAS_BUCKETS - 1; i++) {
        us = ((uint64_t) NGX_HTTP_MAAS_BUCKET_NS << i) / 1000;
        ngx_http_maas_json_value(t, NULL, "%uL.%06uL", us / 1000000,
                                 us % 1000000);
    }

    ngx_http_maas_json_close(t, "]");
}


static void
ngx_http_maas_live_model(ngx_http_maas_text_t *t, ngx_http_maas_model_t *model)
{
    uint64_t  sum[NGX_HTTP_MAAS_N_COUNTERS];

    ngx_http_maas_lane_sum(model, sum);

    ngx_http_maas_json_open(t, NULL, "{");
    ngx_http_maas_json_value(t, NULL, "\"name\":\"%V\",\"version\":\"%V\"",
                             &model->name, &model->version);

    if (model->label.len != 0) {
        ngx_http_maas_json_value(t, "label", "\"%V\"", &model->label);
    }

    ngx_http_maas_json_value(t, NULL, "\"generation\":%ui,\"loaded\":%T,"
                             "\"file\":\"%*s\"", model->generation,
                             model->loaded, ngx_min(model->sum.len,
                                                    NGX_HTTP_MAAS_LIVE_FILE),
                             model->sum.data);

    if (model->watch != NULL) {
        ngx_http_maas_json_value(t, NULL, "\"swaps\":%uL,\"refused\":%uL",
                                 sum[NGX_HTTP_MAAS_SWAPS],
                                 sum[NGX_HTTP_MAAS_REFUSED]);
    }

    ngx_http_maas_json_value(t, NULL, "\"requests\":%uL,\"failures\":%uL,"
                             "\"rows\":%uL,\"passes\":%uL,\"variables\":%uL",
                             sum[NGX_HTTP_MAAS_SUCCESS],
                             sum[NGX_HTTP_MAAS_FAIL], sum[NGX_HTTP_MAAS_ROWS],
                             sum[NGX_HTTP_MAAS_BATCHES],
                             sum[NGX_HTTP_MAAS_VAR]);
    ngx_http_maas_live_counts(t, "durations", &sum[NGX_HTTP_MAAS_BUCKET],
                              NGX_HTTP_MAAS_BUCKETS);
    ngx_http_maas_json_close(t, "}");
}


/* Why requests failed, and how often: words that have a count */

static void
ngx_http_maas_live_why(ngx_http_maas_text_t *t, ngx_http_maas_model_t *model)
{
    ngx_uint_t             i;
    ngx_http_maas_hist_t   hist;

    if (model->hists == NULL) {
        return;
    }

    ngx_http_maas_hist_sum(model, &hist);
    ngx_http_maas_json_open(t, "reasons", "[");

    for (i = 0; i < NGX_HTTP_MAAS_N_REASONS; i++) {
        if (hist.why[i] != 0) {
            ngx_http_maas_json_open(t, NULL, "[");
            ngx_http_maas_json_string(t, NULL, ngx_http_maas_reasons[i]);
            ngx_http_maas_json_value(t, NULL, "%uL", (uint64_t) hist.why[i]);
            ngx_http_maas_json_close(t, "]");
        }
    }

    ngx_http_maas_json_close(t, "]");
}


/* What it said, of how many rows; the last number of many is of all others,
 * whose label is null. */

static void
ngx_http_maas_live_says(ngx_http_maas_text_t *t, ngx_http_maas_model_t *model)
{
    uint64_t    sum[NGX_HTTP_MAAS_SAYS];
    ngx_uint_t  i, n;

    n = model->n_says;

    if (n == 0) {
        return;
    }

    ngx_http_maas_says_sum(model, sum);
    ngx_http_maas_json_open(t, "answers", "[");

    for (i = 0; i < n; i++) {
        ngx_http_maas_json_open(t, NULL, "[");

        if (i == n - 1 && model->info->n_labels > n) {
            ngx_http_maas_json_value(t, NULL, "null");

        } else {
            ngx_http_maas_json_string(t, NULL, model->info->labels[i]);
        }

        ngx_http_maas_json_value(t, NULL, "%uL", sum[i]);
        ngx_http_maas_json_close(t, "]");
    }

    ngx_http_maas_json_close(t, "]");
}


static void
ngx_http_maas_live_detail(ngx_http_maas_text_t *t,
    ngx_http_maas_model_t *model)
{
    uint64_t            sum[NGX_HTTP_MAAS_N_COUNTERS];
    const maas_info_t  *info;

    info = model->info;
    ngx_http_maas_lane_sum(model, sum);

    ngx_http_maas_json_open(t, "detail", "{");
    ngx_http_maas_json_value(t, NULL, "\"name\":\"%V\",\"version\":\"%V\","
                             "\"task\":\"%s\",\"sha256\":\"%V\","
                             "\"written\":%T,\"parameters\":%uz,"
                             "\"weights\":%uz", &model->name, &model->version,
                             info->task_name, &model->sum, model->written,
                             info->parameters, info->weights_size);

    if (info->trained_rows != 0) {
        ngx_http_maas_json_value(t, "trained_rows", "%uz", info->trained_rows);
    }

    if (info->trained_on != NULL) {
        ngx_http_maas_json_string(t, "trained_on", info->trained_on);
    }

    ngx_http_maas_json_value(t, "last", "%uL", sum[NGX_HTTP_MAAS_LAST_MS]);
    ngx_http_maas_json_value(t, "ns", "{\"all\":%uL,\"read\":%uL,"
                             "\"queue\":%uL,\"compute\":%uL,\"write\":%uL}",
                             sum[NGX_HTTP_MAAS_SUCCESS_NS],
                             sum[NGX_HTTP_MAAS_INPUT_NS],
                             sum[NGX_HTTP_MAAS_QUEUE_NS],
                             sum[NGX_HTTP_MAAS_INFER_NS],
                             sum[NGX_HTTP_MAAS_OUTPUT_NS]);
    ngx_http_maas_live_counts(t, "batches", &sum[NGX_HTTP_MAAS_PASS],
                              NGX_HTTP_MAAS_COSTS);
    ngx_http_maas_live_says(t, model);
    ngx_http_maas_live_why(t, model);
    ngx_http_maas_put_drift(t, model);
    ngx_http_maas_json_close(t, "}");
}


/* What a client did, in seconds and shares; null: not known */

static void
ngx_http_maas_live_real(ngx_http_maas_text_t *t, const char *key, float v)
{
    if (v < 0) {
        ngx_http_maas_json_value(t, key, "null");

    } else {
        ngx_http_maas_json_value(t, key, "%.4f", (double) v);
    }
}


static void
ngx_http_maas_live_key(ngx_http_maas_text_t *t,
    const ngx_http_maas_track_t *track, const ngx_http_maas_track_seen_t *seen)
{
    ngx_uint_t  i;

    ngx_http_maas_json_open(t, NULL, "{");
    ngx_http_maas_json_value(t, "key", "\"%08xD\"", (uint32_t) seen->key);
    ngx_http_maas_json_open(t, "requests", "[");

    for (i = 0; i < track->table.n_windows; i++) {
        ngx_http_maas_json_value(t, NULL, "%uD", seen->count[i]);
    }

    ngx_http_maas_json_close(t, "]");
    ngx_http_maas_live_real(t, "errors", seen->errors);
    ngx_http_maas_json_value(t, NULL, "\"paths\":%uD,\"bytes\":%.0f,"
                             "\"age\":%L,\"last\":%L", seen->paths,
                             seen->bytes, seen->age / 1000, seen->last / 1000);
    ngx_http_maas_json_close(t, "}");
}


static void
ngx_http_maas_live_track(ngx_http_maas_text_t *t, ngx_http_maas_track_t *track)
{
    ngx_str_t                     window;
    ngx_uint_t                    i;
    ngx_http_maas_track_lane_t    sum;
    ngx_http_maas_track_table_t  *table;

    table = &track->table;

    ngx_http_maas_track_sum(table, &sum);
    ngx_http_maas_track_top(table, &track->top, ngx_http_maas_track_now());

    ngx_http_maas_json_open(t, NULL, "{");
    ngx_http_maas_json_value(t, "name", "\"%V\"", &track->name);
    ngx_http_maas_json_open(t, "windows", "[");

    for (i = 0; i < table->n_windows; i++) {
        window.data = track->window[i].data + 1;
        window.len = track->window[i].len - 1;
        ngx_http_maas_json_value(t, NULL, "\"%V\"", &window);
    }

    ngx_http_maas_json_close(t, "]");
    ngx_http_maas_json_value(t, NULL, "\"room\":%uL,\"keys\":%uL,"
                             "\"requests\":%uL,\"evictions\":%uL,"
                             "\"full\":%uL,\"looked\":%.3f,\"order\":%ui",
                             (uint64_t) table->n_sets
                             * NGX_HTTP_MAAS_TRACK_WAYS,
                             sum.keys, sum.arrivals, sum.evictions, sum.full,
                             (double) track->top.looked / table->n_sets,
                             (ngx_uint_t) track->top.window);
    ngx_http_maas_json_open(t, "top", "[");

    for (i = 0; i < track->top.n; i++) {
        ngx_http_maas_live_key(t, track, &track->top.seen[i]);
    }

    ngx_http_maas_json_close(t, "]}");
}


static void
ngx_http_maas_live_tracks(ngx_http_maas_text_t *t,
    ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t               i;
    ngx_http_maas_track_t  **tracks;

    if (mmcf->tracks.nelts == 0) {
        return;
    }

    tracks = mmcf->tracks.elts;

    ngx_http_maas_json_open(t, "tracks", "[");

    for (i = 0; i < mmcf->tracks.nelts; i++) {
        ngx_http_maas_live_track(t, tracks[i]);
    }

    ngx_http_maas_json_close(t, "]");
}


/* Of the worker that answers, and of all */

static void
ngx_http_maas_live_worker(ngx_http_maas_text_t *t,
    ngx_http_maas_main_conf_t *mmcf)
{
    ngx_time_t               *tp;
    ngx_http_maas_workers_t   all;

    tp = ngx_timeofday();

    ngx_http_maas_json_value(t, "now", "%uL",
                             (uint64_t) tp->sec * 1000 + tp->msec);
    ngx_http_maas_json_value(t, "worker", "%P", ngx_pid);
    ngx_http_maas_json_value(t, "memory", "{\"used\":%uA,\"fixed\":%uz,"
                             "\"limit\":%uz}", mmcf->memory.used,
                             mmcf->memory.fixed, mmcf->memory.limit);

    if (ngx_http_maas_workers_sum(mmcf, &all) == NGX_OK) {
        ngx_http_maas_json_value(t, "workers", "{\"n\":%ui,\"deaths\":%uL,"
                                 "\"used\":%uL,\"peak\":%uL}", all.n,
                                 all.deaths, all.used, all.peak);
    }
}


void
ngx_http_maas_put_live(ngx_http_maas_text_t *t,
    ngx_http_maas_main_conf_t *mmcf, ngx_http_maas_model_t *model)
{
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models;

    models = mmcf->models.elts;

    ngx_http_maas_json_open(t, NULL, "{");
    ngx_http_maas_json_string(t, "version", MAAS_VERSION);
    ngx_http_maas_live_worker(t, mmcf);
    ngx_http_maas_live_bounds(t);
    ngx_http_maas_json_open(t, "models", "[");

    for (i = 0; i < mmcf->models.nelts; i++) {
        ngx_http_maas_live_model(t, models[i]);
    }

    ngx_http_maas_json_close(t, "]");
    ngx_http_maas_put_shadows(t, mmcf);
    ngx_http_maas_live_tracks(t, mmcf);
    ngx_http_maas_put_caches(t, mmcf);

    if (model != NULL) {
        ngx_http_maas_live_detail(t, model);
    }

    ngx_http_maas_json_close(t, "}");
}
