
/*
 * Counters as Triton's statistics objects.
 * Not here: what is counted when (ngx_http_maas_count.c), Prometheus
 * (ngx_http_maas_metrics.c).
 */


#include "ngx_http_maas_routes.h"


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
