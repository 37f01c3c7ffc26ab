
/*
 * Counters in the text form of Prometheus, with the names that Triton's
 * dashboards ask for.
 * Not here: what is counted when (ngx_http_maas_count.c), histograms
 * (ngx_http_maas_metrics_histogram.c), what has other labels than a model
 * (ngx_http_maas_metrics_model.c).
 */


#include "ngx_http_maas_routes.h"
#include "proxy/ngx_http_maas_track.h"


/* bytes about a model that everybody asks */

#define NGX_HTTP_MAAS_METRICS_TEXT  16384


typedef struct {
    const char               *name;
    const char               *help;
    ngx_http_maas_counter_e   counter;
    ngx_uint_t                unit;        /* of the sum in one shown; 0: of ns,
                                              shown in seconds */
} ngx_http_maas_metric_t;


/* as Triton calls them */

static const ngx_http_maas_metric_t  ngx_http_maas_metric_list[] = {

    { "nv_inference_request_success",
      "Requests answered with 200",
      NGX_HTTP_MAAS_SUCCESS, 1 },

    { "nv_inference_request_failure",
      "Requests for the model that ended otherwise",
      NGX_HTTP_MAAS_FAIL, 1 },

    { "nv_inference_count",
      "Rows predicted",
      NGX_HTTP_MAAS_ROWS, 1 },

    { "nv_inference_exec_count",
      "Forward passes, each of one or more requests",
      NGX_HTTP_MAAS_BATCHES, 1 },

    { "nv_inference_request_duration_us",
      "Microseconds from whole body to answer, summed",
      NGX_HTTP_MAAS_SUCCESS_NS, 1000 },

    { "nv_inference_queue_duration_us",
      "Microseconds that rows waited for their forward pass, summed",
      NGX_HTTP_MAAS_QUEUE_NS, 1000 },

    { "nv_inference_compute_input_duration_us",
      "Microseconds of reading bodies, summed",
      NGX_HTTP_MAAS_INPUT_NS, 1000 },

    { "nv_inference_compute_infer_duration_us",
      "Microseconds of forward passes, summed over requests",
      NGX_HTTP_MAAS_INFER_NS, 1000 },

    { "nv_inference_compute_output_duration_us",
      "Microseconds of writing answers, summed",
      NGX_HTTP_MAAS_OUTPUT_NS, 1000 },

    { "maas_explained_rows_total",
      "Rows of which it was told what adds to their score",
      NGX_HTTP_MAAS_EXPLAINED, 1 }
};


/* where there is a maas_set */

static const ngx_http_maas_metric_t  ngx_http_maas_metric_set_list[] = {

    { "maas_variable_requests_total",
      "Requests that variables of maas_set scored",
      NGX_HTTP_MAAS_VAR, 1 },

    { "maas_variable_duration_us",
      "Microseconds of their forward passes, from one in 16",
      NGX_HTTP_MAAS_VAR_NS, 1000 },

    { "maas_variable_duration_seconds_total",
      "The same in seconds",
      NGX_HTTP_MAAS_VAR_NS, 0 },

    { "maas_variable_failures_total",
      "Requests that could not be scored: variables were the default",
      NGX_HTTP_MAAS_VAR_FAIL, 1 },

    { "maas_variable_early_total",
      "Variables read before the body or a thread had them: the default",
      NGX_HTTP_MAAS_VAR_EARLY, 1 },

    { "maas_variable_missing_total",
      "Features that were missing, or could not be read",
      NGX_HTTP_MAAS_VAR_MISSING, 1 }
};


/* of models with watch= */

static const ngx_http_maas_metric_t  ngx_http_maas_metric_watch_list[] = {

    { "maas_model_swaps_total",
      "Files that took the place of another without a reload",
      NGX_HTTP_MAAS_SWAPS, 1 },

    { "maas_model_refused_total",
      "New files that were not taken, as the log says",
      NGX_HTTP_MAAS_REFUSED, 1 }
};


static void
ngx_http_maas_put_sum(ngx_http_maas_text_t *t, uint64_t sum, ngx_uint_t unit)
{
    if (unit != 0) {
        ngx_http_maas_put(t, "%uL\n", sum / unit);

    } else {
        ngx_http_maas_put(t, "%uL.%09uL\n", sum / 1000000000,
                          sum % 1000000000);
    }
}


static void
ngx_http_maas_put_metrics(ngx_http_maas_text_t *t,
    const ngx_http_maas_sums_t *sums, const ngx_http_maas_metric_t *metric,
    ngx_uint_t n, ngx_uint_t watched)
{
    ngx_uint_t  i, k;

    for (i = 0; i < n; i++, metric++) {
        ngx_http_maas_put_family(t, metric->name, "counter", metric->help);

        for (k = 0; k < sums->n; k++) {

            if (watched && sums->of[k].model->watch == NULL) {
                continue;
            }

            ngx_http_maas_put(t, "%s{%V} ", metric->name,
                              &sums->of[k].labels);
            ngx_http_maas_put_sum(t, sums->of[k].lane[metric->counter],
                                  metric->unit);
        }
    }
}


/* Of each line of maas_track */

static void
ngx_http_maas_put_tracks(ngx_http_maas_text_t *t,
    ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t                   i, k;
    ngx_http_maas_track_t      **tracks;
    ngx_http_maas_track_lane_t   sum;

    static const struct {
        const char  *name;
        const char  *type;
        const char  *help;
        size_t       at;
    } metrics[] = {
        { "maas_track_keys", "gauge", "Keys in the table",
          offsetof(ngx_http_maas_track_lane_t, keys) },
        { "maas_track_requests_total", "counter", "Requests with a key",
          offsetof(ngx_http_maas_track_lane_t, arrivals) },
        { "maas_track_evictions_total", "counter",
          "Keys that made room for another one",
          offsetof(ngx_http_maas_track_lane_t, evictions) },
        { "maas_track_full_total", "counter",
          "Requests that found no room, and were not counted",
          offsetof(ngx_http_maas_track_lane_t, full) }
    };

    tracks = mmcf->tracks.elts;

    if (mmcf->tracks.nelts == 0) {
        return;
    }

    for (k = 0; k < sizeof(metrics) / sizeof(metrics[0]); k++) {
        ngx_http_maas_put_family(t, metrics[k].name, metrics[k].type,
                                 metrics[k].help);

        for (i = 0; i < mmcf->tracks.nelts; i++) {
            ngx_http_maas_track_sum(&tracks[i]->table, &sum);

            ngx_http_maas_put(t, "%s{track=\"%V\"} %uL\n", metrics[k].name,
                              &tracks[i]->name,
                              *(uint64_t *) ((u_char *) &sum
                                             + metrics[k].at));
        }
    }
}


/* What all workers counted of each model, once for all metrics */

static ngx_int_t
ngx_http_maas_metrics_sum(ngx_http_request_t *r, ngx_array_t *models,
    ngx_http_maas_sums_t *sums)
{
    u_char                  *p;
    ngx_uint_t               i;
    ngx_http_maas_sum_t     *sum;
    ngx_http_maas_model_t   *model;

    sums->n = models->nelts;

    sums->of = ngx_palloc(r->pool, sums->n * sizeof(ngx_http_maas_sum_t));
    if (sums->of == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < sums->n; i++) {
        sum = &sums->of[i];
        model = ((ngx_http_maas_model_t **) models->elts)[i];

        p = ngx_pnalloc(r->pool, sizeof("model=\"\",version=\"\"")
                                 + model->name.len + model->version.len);
        if (p == NULL) {
            return NGX_ERROR;
        }

        sum->model = model;
        sum->labels.data = p;
        sum->labels.len = ngx_sprintf(p, "model=\"%V\",version=\"%V\"",
                                      &model->name, &model->version)
                          - p;

        ngx_http_maas_lane_sum(model, sum->lane);
        ngx_http_maas_hist_sum(model, &sum->hist);
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_metrics_handler(ngx_http_request_t *r)
{
    ngx_int_t                   rc;
    ngx_http_maas_text_t        text;
    ngx_http_maas_sums_t        sums;
    ngx_http_maas_main_conf_t  *mmcf;

    static ngx_str_t  type = ngx_string("text/plain; version=0.0.4");

    rc = ngx_http_maas_allow(r, NGX_HTTP_MAAS_READ);
    if (rc != NGX_DECLINED) {
        return rc;
    }

    mmcf = ngx_http_get_module_main_conf(r, ngx_http_maas_module);

    if (ngx_http_maas_metrics_sum(r, &mmcf->models, &sums) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_http_maas_text_init(&text, r->pool);

    /* megabytes of many models are copied no more often than need be */

    (void) ngx_http_maas_text_reserve(&text, sums.n
                                             * NGX_HTTP_MAAS_METRICS_TEXT);

    ngx_http_maas_put_metrics(&text, &sums, ngx_http_maas_metric_list,
                              sizeof(ngx_http_maas_metric_list)
                              / sizeof(ngx_http_maas_metric_list[0]), 0);

    if (mmcf->sets.nelts > 0) {
        ngx_http_maas_put_metrics(&text, &sums, ngx_http_maas_metric_set_list,
                                  sizeof(ngx_http_maas_metric_set_list)
                                  / sizeof(ngx_http_maas_metric_set_list[0]),
                                  0);
    }

    if (mmcf->watching != NULL) {
        ngx_http_maas_put_metrics(&text, &sums, ngx_http_maas_metric_watch_list,
                                  sizeof(ngx_http_maas_metric_watch_list)
                                  / sizeof(ngx_http_maas_metric_watch_list[0]),
                                  1);
    }

    ngx_http_maas_put_histograms(&text, &sums);
    ngx_http_maas_put_model_metrics(&text, &sums);
    ngx_http_maas_put_columns(&text, mmcf);
    ngx_http_maas_put_tracks(&text, mmcf);
    ngx_http_maas_put_cache_metrics(&text, mmcf, &sums);
    ngx_http_maas_put_shadow_metrics(&text, mmcf);
    ngx_http_maas_put_workers(&text, mmcf);

    return ngx_http_maas_send_text(r, &type, &text);
}
