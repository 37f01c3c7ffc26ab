
/*
 * Counters in the text form of Prometheus, with the names that Triton's
 * dashboards ask for, and as Triton's statistics objects.
 * Not here: what is counted when (ngx_http_maas_count.c).
 */


#include "ngx_http_maas_routes.h"
#include "proxy/ngx_http_maas_track.h"


typedef struct {
    const char               *name;
    const char               *help;
    ngx_http_maas_counter_e   counter;
    ngx_uint_t                unit;        /* of the sum in one shown */
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
      NGX_HTTP_MAAS_OUTPUT_NS, 1000 }
};


/* where there is a maas_set */

static const ngx_http_maas_metric_t  ngx_http_maas_metric_set_list[] = {

    { "maas_variable_requests_total",
      "Requests that variables of maas_set scored",
      NGX_HTTP_MAAS_VAR, 1 },

    { "maas_variable_duration_us",
      "Microseconds of their forward passes, from one in 16",
      NGX_HTTP_MAAS_VAR_NS, 1000 },

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


static void
ngx_http_maas_put_metric(ngx_http_maas_text_t *t,
    ngx_http_maas_main_conf_t *mmcf, const ngx_http_maas_metric_t *metric)
{
    uint64_t                 sum[NGX_HTTP_MAAS_N_COUNTERS];
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models;

    models = mmcf->models.elts;

    ngx_http_maas_put(t, "# HELP %s %s\n# TYPE %s counter\n", metric->name,
                      metric->help, metric->name);

    for (i = 0; i < mmcf->models.nelts; i++) {
        ngx_http_maas_lane_sum(models[i], sum);

        ngx_http_maas_put(t, "%s{model=\"%V\",version=\"%V\"} %uL\n",
                          metric->name, &models[i]->name, &models[i]->version,
                          sum[metric->counter] / metric->unit);
    }
}


/* Seconds as 0.000008 */

static void
ngx_http_maas_put_histogram(ngx_http_maas_text_t *t,
    ngx_http_maas_model_t *model)
{
    uint64_t    sum[NGX_HTTP_MAAS_N_COUNTERS], us, n;
    ngx_uint_t  i;

    ngx_http_maas_lane_sum(model, sum);
    n = 0;

    for (i = 0; i < NGX_HTTP_MAAS_BUCKETS; i++) {
        n += sum[NGX_HTTP_MAAS_BUCKET + i];
        us = ((uint64_t) NGX_HTTP_MAAS_BUCKET_NS << i) / 1000;

        ngx_http_maas_put(t, "maas_request_duration_seconds_bucket{model="
                          "\"%V\",version=\"%V\",le=\"",
                          &model->name, &model->version);

        if (i < NGX_HTTP_MAAS_BUCKETS - 1) {
            ngx_http_maas_put(t, "%uL.%06uL\"} %uL\n", us / 1000000,
                              us % 1000000, n);

        } else {
            ngx_http_maas_put(t, "+Inf\"} %uL\n", n);
        }
    }

    us = sum[NGX_HTTP_MAAS_SUCCESS_NS] / 1000;

    ngx_http_maas_put(t, "maas_request_duration_seconds_sum{model=\"%V\","
                      "version=\"%V\"} %uL.%06uL\n", &model->name,
                      &model->version, us / 1000000, us % 1000000);
    ngx_http_maas_put(t, "maas_request_duration_seconds_count{model=\"%V\","
                      "version=\"%V\"} %uL\n", &model->name, &model->version,
                      n);
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
        ngx_http_maas_put(t, "# HELP %s %s\n# TYPE %s %s\n", metrics[k].name,
                          metrics[k].help, metrics[k].name, metrics[k].type);

        for (i = 0; i < mmcf->tracks.nelts; i++) {
            ngx_http_maas_track_sum(&tracks[i]->table, &sum);

            ngx_http_maas_put(t, "%s{track=\"%V\"} %uL\n", metrics[k].name,
                              &tracks[i]->name,
                              *(uint64_t *) ((u_char *) &sum
                                             + metrics[k].at));
        }
    }
}


ngx_int_t
ngx_http_maas_metrics_handler(ngx_http_request_t *r)
{
    ngx_int_t                    rc;
    ngx_uint_t                   i, n;
    ngx_http_maas_text_t         text;
    ngx_http_maas_model_t      **models;
    ngx_http_maas_main_conf_t   *mmcf;

    static ngx_str_t  type = ngx_string("text/plain; version=0.0.4");

    rc = ngx_http_maas_allow(r, NGX_HTTP_MAAS_READ);
    if (rc != NGX_DECLINED) {
        return rc;
    }

    mmcf = ngx_http_get_module_main_conf(r, ngx_http_maas_module);
    models = mmcf->models.elts;

    ngx_http_maas_text_init(&text, r->pool);

    n = sizeof(ngx_http_maas_metric_list)
        / sizeof(ngx_http_maas_metric_list[0]);

    for (i = 0; i < n; i++) {
        ngx_http_maas_put_metric(&text, mmcf, &ngx_http_maas_metric_list[i]);
    }

    n = sizeof(ngx_http_maas_metric_set_list)
        / sizeof(ngx_http_maas_metric_set_list[0]);

    for (i = 0; mmcf->sets.nelts > 0 && i < n; i++) {
        ngx_http_maas_put_metric(&text, mmcf,
                                 &ngx_http_maas_metric_set_list[i]);
    }

    ngx_http_maas_put(&text, "# HELP maas_request_duration_seconds Seconds "
                      "from whole body to answer\n"
                      "# TYPE maas_request_duration_seconds histogram\n");

    for (i = 0; i < mmcf->models.nelts; i++) {
        ngx_http_maas_put_histogram(&text, models[i]);
    }

    ngx_http_maas_put_tracks(&text, mmcf);
    ngx_http_maas_put_shadow_metrics(&text, mmcf);
    ngx_http_maas_put_workers(&text, mmcf);

    return ngx_http_maas_send_text(r, &type, &text);
}


static void
ngx_http_maas_stats_duration(ngx_http_maas_text_t *text, const char *name,
    uint64_t count, uint64_t ns)
{
    ngx_http_maas_json_value(text, name, "{\"count\":%uL,\"ns\":%uL}", count,
                             ns);
}


/* Of each duration: its name, how many, their sum */

static void
ngx_http_maas_stats_durations(ngx_http_maas_text_t *text, const uint64_t *sum)
{
    ngx_uint_t  i;

    static const struct {
        const char              *name;
        ngx_http_maas_counter_e  count;
        ngx_http_maas_counter_e  ns;
    } durations[] = {
        { "success",        NGX_HTTP_MAAS_SUCCESS, NGX_HTTP_MAAS_SUCCESS_NS },
        { "fail",           NGX_HTTP_MAAS_FAIL,    NGX_HTTP_MAAS_FAIL_NS },
        { "queue",          NGX_HTTP_MAAS_SUCCESS, NGX_HTTP_MAAS_QUEUE_NS },
        { "compute_input",  NGX_HTTP_MAAS_SUCCESS, NGX_HTTP_MAAS_INPUT_NS },
        { "compute_infer",  NGX_HTTP_MAAS_SUCCESS, NGX_HTTP_MAAS_INFER_NS },
        { "compute_output", NGX_HTTP_MAAS_SUCCESS, NGX_HTTP_MAAS_OUTPUT_NS }
    };

    ngx_http_maas_json_open(text, "inference_stats", "{");

    for (i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
        ngx_http_maas_stats_duration(text, durations[i].name,
                                     sum[durations[i].count],
                                     sum[durations[i].ns]);
    }

    /* there is no cache; clients ask all the same */

    ngx_http_maas_stats_duration(text, "cache_hit", 0, 0);
    ngx_http_maas_stats_duration(text, "cache_miss", 0, 0);
    ngx_http_maas_json_close(text, "}");
}


/* Passes by their rows, of which the power of two below is said.  Reading and
 * writing belong to requests, not to passes. */

static void
ngx_http_maas_stats_passes(ngx_http_maas_text_t *text, const uint64_t *sum)
{
    ngx_uint_t  i;

    ngx_http_maas_json_open(text, "batch_stats", "[");

    for (i = 0; i < NGX_HTTP_MAAS_COSTS; i++) {
        if (sum[NGX_HTTP_MAAS_PASS + i] == 0) {
            continue;
        }

        ngx_http_maas_json_open(text, NULL, "{");
        ngx_http_maas_json_value(text, "batch_size", "%ui",
                                 (ngx_uint_t) 1 << i);
        ngx_http_maas_stats_duration(text, "compute_input", 0, 0);
        ngx_http_maas_stats_duration(text, "compute_infer",
                                     sum[NGX_HTTP_MAAS_PASS + i],
                                     sum[NGX_HTTP_MAAS_PASS_NS + i]);
        ngx_http_maas_stats_duration(text, "compute_output", 0, 0);
        ngx_http_maas_json_close(text, "}");
    }

    ngx_http_maas_json_close(text, "]");
}


static void
ngx_http_maas_stats_model(ngx_http_maas_text_t *text,
    ngx_http_maas_model_t *model)
{
    uint64_t  sum[NGX_HTTP_MAAS_N_COUNTERS];

    ngx_http_maas_lane_sum(model, sum);

    ngx_http_maas_json_open(text, NULL, "{");
    ngx_http_maas_json_value(text, NULL, "\"name\":\"%V\",\"version\":\"%V\","
                             "\"last_inference\":%uL,\"inference_count\":%uL,"
                             "\"execution_count\":%uL", &model->name,
                             &model->version, sum[NGX_HTTP_MAAS_LAST_MS],
                             sum[NGX_HTTP_MAAS_ROWS],
                             sum[NGX_HTTP_MAAS_BATCHES]);
    ngx_http_maas_stats_durations(text, sum);
    ngx_http_maas_json_value(text, "response_stats", "{}");
    ngx_http_maas_stats_passes(text, sum);
    ngx_http_maas_json_value(text, "memory_usage", "[{\"type\":\"CPU\","
                             "\"id\":0,\"byte_size\":%uz}]",
                             model->info->weights_size);
    ngx_http_maas_json_close(text, "}");
}


void
ngx_http_maas_put_stats(ngx_http_request_t *r, ngx_http_maas_target_t *target,
    ngx_http_maas_text_t *text)
{
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models;

    models = target->mmcf->models.elts;

    ngx_http_maas_json_open(text, NULL, "{");
    ngx_http_maas_json_open(text, "model_stats", "[");

    for (i = 0; i < target->mmcf->models.nelts; i++) {

        if (target->model == NULL
            || ngx_http_maas_model_is(models[i], &target->which))
        {
            ngx_http_maas_stats_model(text, models[i]);
        }
    }

    ngx_http_maas_json_close(text, "]}");
}
