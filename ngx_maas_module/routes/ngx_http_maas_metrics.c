
/*
 * Counters as they are shown: Triton's statistics objects and the text form of
 * Prometheus, with the names that Triton's dashboards ask for.
 * Not here: what is counted when (ngx_http_maas_count.c).
 */


#include "ngx_http_maas_conf.h"
#include "ngx_http_maas_count.h"
#include "ngx_http_maas_meta.h"
#include "ngx_http_maas_model.h"
#include "ngx_http_maas_routes.h"
#include "answers/ngx_http_maas_response.h"
#include "answers/ngx_http_maas_text.h"


/* Of each duration: its name, how many, their sum */

static void
ngx_http_maas_put_durations(ngx_http_maas_text_t *t, const uint64_t *sum)
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

    for (i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
        ngx_http_maas_put(t, "\"%s\":{\"count\":%uL,\"ns\":%uL},",
                          durations[i].name, sum[durations[i].count],
                          sum[durations[i].ns]);
    }

    /* there is no cache; clients ask all the same */

    ngx_http_maas_put(t, "\"cache_hit\":{\"count\":0,\"ns\":0},"
                      "\"cache_miss\":{\"count\":0,\"ns\":0}");
}


/* Passes by their rows, of which the power of two below is said.  Reading and
 * writing belong to requests, not to passes. */

static void
ngx_http_maas_put_passes(ngx_http_maas_text_t *t, const uint64_t *sum)
{
    ngx_uint_t   i;
    const char  *comma;

    comma = "";

    for (i = 0; i < NGX_HTTP_MAAS_COSTS; i++) {
        if (sum[NGX_HTTP_MAAS_PASS + i] == 0) {
            continue;
        }

        ngx_http_maas_put(t, "%s{\"batch_size\":%ui,"
                          "\"compute_input\":{\"count\":0,\"ns\":0},"
                          "\"compute_infer\":{\"count\":%uL,\"ns\":%uL},"
                          "\"compute_output\":{\"count\":0,\"ns\":0}}",
                          comma, (ngx_uint_t) 1 << i,
                          sum[NGX_HTTP_MAAS_PASS + i],
                          sum[NGX_HTTP_MAAS_PASS_NS + i]);
        comma = ",";
    }
}


void
ngx_http_maas_put_stats(ngx_http_maas_text_t *t,
    ngx_http_maas_main_conf_t *mmcf, ngx_str_t *name,
    ngx_http_maas_model_t *only)
{
    uint64_t                 sum[NGX_HTTP_MAAS_N_COUNTERS];
    ngx_uint_t               i;
    const char              *comma;
    ngx_http_maas_model_t   *model, **models;

    models = mmcf->models.elts;
    comma = "";

    ngx_http_maas_put(t, "{\"model_stats\":[");

    for (i = 0; i < mmcf->models.nelts; i++) {
        model = models[i];

        if ((name != NULL
             && (model->name.len != name->len
                 || ngx_memcmp(model->name.data, name->data, name->len) != 0))
            || (only != NULL && only != model))
        {
            continue;
        }

        ngx_http_maas_lane_sum(model, sum);

        ngx_http_maas_put(t, "%s{\"name\":\"%V\",\"version\":\"%V\","
                          "\"last_inference\":%uL,\"inference_count\":%uL,"
                          "\"execution_count\":%uL,\"inference_stats\":{",
                          comma, &model->name, &model->version,
                          sum[NGX_HTTP_MAAS_LAST_MS], sum[NGX_HTTP_MAAS_ROWS],
                          sum[NGX_HTTP_MAAS_BATCHES]);
        ngx_http_maas_put_durations(t, sum);
        ngx_http_maas_put(t, "},\"response_stats\":{},\"batch_stats\":[");
        ngx_http_maas_put_passes(t, sum);
        ngx_http_maas_put(t, "],\"memory_usage\":[{\"type\":\"CPU\","
                          "\"id\":0,\"byte_size\":%uz}]}",
                          model->info->weights_size);
        comma = ",";
    }

    ngx_http_maas_put(t, "]}");
}


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


ngx_int_t
ngx_http_maas_metrics_handler(ngx_http_request_t *r)
{
    ngx_int_t                    rc;
    ngx_str_t                    body;
    ngx_uint_t                   i, n, answered;
    ngx_http_maas_text_t         text;
    ngx_http_maas_model_t      **models;
    ngx_http_maas_main_conf_t   *mmcf;

    static ngx_str_t  type = ngx_string("text/plain; version=0.0.4");

    rc = ngx_http_maas_allow(r, NGX_HTTP_GET|NGX_HTTP_HEAD, "GET, HEAD",
                             &answered);
    if (answered) {
        return rc;
    }

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    mmcf = ngx_http_get_module_main_conf(r, ngx_http_maas_module);
    models = mmcf->models.elts;

    ngx_memzero(&text, sizeof(text));
    text.pool = r->pool;

    n = sizeof(ngx_http_maas_metric_list)
        / sizeof(ngx_http_maas_metric_list[0]);

    for (i = 0; i < n; i++) {
        ngx_http_maas_put_metric(&text, mmcf, &ngx_http_maas_metric_list[i]);
    }

    ngx_http_maas_put(&text, "# HELP maas_request_duration_seconds Seconds "
                      "from whole body to answer\n"
                      "# TYPE maas_request_duration_seconds histogram\n");

    for (i = 0; i < mmcf->models.nelts; i++) {
        ngx_http_maas_put_histogram(&text, models[i]);
    }

    if (ngx_http_maas_text(&text, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_maas_send(r, NGX_HTTP_OK, &type, &body, 0);
}
