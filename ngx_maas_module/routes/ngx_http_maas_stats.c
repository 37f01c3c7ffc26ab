
/*
 * Counters as Triton's statistics objects.
 * Not here: what is counted when (ngx_http_maas_count.c), Prometheus
 * (ngx_http_maas_metrics.c).
 */


#include "ngx_http_maas_routes.h"


static void
ngx_http_maas_stats_duration(ngx_http_maas_tell_t *t, const char *name,
    ngx_uint_t number, uint64_t count, uint64_t ns)
{
    ngx_http_maas_tell_open(t, name, number);
    ngx_http_maas_tell_number(t, "count", 1, (int64_t) count);
    ngx_http_maas_tell_number(t, "ns", 2, (int64_t) ns);
    ngx_http_maas_tell_close(t);
}


/* Of each duration, in the order of fields: its name, how many, their sum */

static void
ngx_http_maas_stats_durations(ngx_http_maas_tell_t *t, const uint64_t *sum,
    const ngx_http_maas_hist_t *hist)
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

    ngx_http_maas_tell_open(t, "inference_stats", 6);

    for (i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
        ngx_http_maas_stats_duration(t, durations[i].name, i + 1,
                                     sum[durations[i].count],
                                     sum[durations[i].ns]);
    }

    ngx_http_maas_stats_duration(t, "cache_hit", 7, hist->cache_hits,
                                 hist->cache_hit_ns);
    ngx_http_maas_stats_duration(t, "cache_miss", 8, hist->cache_misses,
                                 hist->cache_miss_ns);
    ngx_http_maas_tell_close(t);
}


/* Passes by their rows, of which the power of two below is said.  Reading and
 * writing belong to requests, not to passes. */

static void
ngx_http_maas_stats_passes(ngx_http_maas_tell_t *t, const uint64_t *sum)
{
    ngx_uint_t  i;

    ngx_http_maas_tell_list(t, "batch_stats");

    for (i = 0; i < NGX_HTTP_MAAS_COSTS; i++) {
        if (sum[NGX_HTTP_MAAS_PASS + i] == 0) {
            continue;
        }

        ngx_http_maas_tell_open(t, NULL, 7);
        ngx_http_maas_tell_number(t, "batch_size", 1, (int64_t) 1 << i);
        ngx_http_maas_stats_duration(t, "compute_input", 2, 0, 0);
        ngx_http_maas_stats_duration(t, "compute_infer", 3,
                                     sum[NGX_HTTP_MAAS_PASS + i],
                                     sum[NGX_HTTP_MAAS_PASS_NS + i]);
        ngx_http_maas_stats_duration(t, "compute_output", 4, 0, 0);
        ngx_http_maas_tell_close(t);
    }

    ngx_http_maas_tell_list_end(t);
}


static void
ngx_http_maas_stats_model(ngx_http_maas_tell_t *t,
    ngx_http_maas_model_t *model)
{
    uint64_t              sum[NGX_HTTP_MAAS_N_COUNTERS];
    ngx_http_maas_hist_t  hist;

    ngx_http_maas_lane_sum(model, sum);
    ngx_http_maas_hist_sum(model, &hist);

    ngx_http_maas_tell_open(t, NULL, 1);
    ngx_http_maas_tell_text(t, "name", 1, (char *) model->name.data);
    ngx_http_maas_tell_text(t, "version", 2, (char *) model->version.data);
    ngx_http_maas_tell_number(t, "last_inference", 3,
                              (int64_t) sum[NGX_HTTP_MAAS_LAST_MS]);
    ngx_http_maas_tell_number(t, "inference_count", 4,
                              (int64_t) sum[NGX_HTTP_MAAS_ROWS]);
    ngx_http_maas_tell_number(t, "execution_count", 5,
                              (int64_t) sum[NGX_HTTP_MAAS_BATCHES]);
    ngx_http_maas_stats_durations(t, sum, &hist);
    ngx_http_maas_tell_json(t, "\"response_stats\":{}");
    ngx_http_maas_stats_passes(t, sum);
    ngx_http_maas_tell_list(t, "memory_usage");
    ngx_http_maas_tell_open(t, NULL, 8);
    ngx_http_maas_tell_text(t, "type", 1, "CPU");
    ngx_http_maas_tell_number(t, "id", 2, 0);
    ngx_http_maas_tell_number(t, "byte_size", 3,
                              (int64_t) model->info->weights_size);
    ngx_http_maas_tell_close(t);
    ngx_http_maas_tell_list_end(t);
    ngx_http_maas_tell_close(t);
}


void
ngx_http_maas_tell_stats(ngx_http_request_t *r, ngx_http_maas_target_t *target,
    ngx_http_maas_tell_t *t)
{
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models;

    models = target->mmcf->models.elts;

    ngx_http_maas_tell_open(t, NULL, 0);
    ngx_http_maas_tell_list(t, "model_stats");

    for (i = 0; i < target->mmcf->models.nelts; i++) {

        if (target->model == NULL
            || ngx_http_maas_model_is(models[i], &target->which))
        {
            ngx_http_maas_stats_model(t, models[i]);
        }
    }

    ngx_http_maas_tell_list_end(t);
    ngx_http_maas_tell_close(t);
}
