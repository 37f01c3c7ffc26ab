
/*
 * What is counted of the zones of maas_cache, for Prometheus and as JSON; of
 * models what these had of their rows.
 * Not here: what is counted when (cache/ngx_http_maas_cache.c).
 */


#include "ngx_http_maas_routes.h"
#include "cache/ngx_http_maas_cache.h"


/* What a zone has to show */

enum {
    NGX_HTTP_MAAS_CACHE_ENTRIES = 0,
    NGX_HTTP_MAAS_CACHE_HITS,
    NGX_HTTP_MAAS_CACHE_MISSES,
    NGX_HTTP_MAAS_CACHE_EVICTED,
    NGX_HTTP_MAAS_CACHE_SHOWN
};


static void
ngx_http_maas_cache_shown(ngx_http_maas_cache_t *cache, uint64_t *shown)
{
    ngx_http_maas_cache_lane_t  sum;

    ngx_http_maas_cache_sum(&cache->table, &sum);

    shown[NGX_HTTP_MAAS_CACHE_ENTRIES] = sum.kept - sum.evicted - sum.renewed;
    shown[NGX_HTTP_MAAS_CACHE_HITS] = sum.hits;
    shown[NGX_HTTP_MAAS_CACHE_MISSES] = sum.misses;
    shown[NGX_HTTP_MAAS_CACHE_EVICTED] = sum.evicted;
}


static void
ngx_http_maas_put_cache_models(ngx_http_maas_text_t *t,
    const ngx_http_maas_sums_t *sums)
{
    ngx_uint_t                   i, k;
    const ngx_http_maas_hist_t  *hist;

    static const struct {
        const char  *name;
        const char  *help;
        size_t       at;
    } metrics[] = {
        { "maas_cached_rows_total",
          "Rows whose answer a cache had",
          offsetof(ngx_http_maas_hist_t, cache_hit_rows) },
        { "maas_uncached_rows_total",
          "Rows that a cache was asked for, and that ran",
          offsetof(ngx_http_maas_hist_t, cache_miss_rows) }
    };

    for (k = 0; k < sizeof(metrics) / sizeof(metrics[0]); k++) {
        ngx_http_maas_put_family(t, metrics[k].name, "counter",
                                 metrics[k].help);

        for (i = 0; i < sums->n; i++) {
            hist = &sums->of[i].hist;

            ngx_http_maas_put(t, "%s{%V} %uA\n", metrics[k].name,
                              &sums->of[i].labels,
                              *(const ngx_atomic_t *) ((const u_char *) hist
                                                       + metrics[k].at));
        }
    }
}


void
ngx_http_maas_put_cache_metrics(ngx_http_maas_text_t *t,
    ngx_http_maas_main_conf_t *mmcf, const ngx_http_maas_sums_t *sums)
{
    uint64_t                 shown[NGX_HTTP_MAAS_CACHE_SHOWN];
    ngx_uint_t               i, k;
    ngx_http_maas_cache_t  **caches;

    static const struct {
        const char  *name;
        const char  *type;
        const char  *help;
    } metrics[NGX_HTTP_MAAS_CACHE_SHOWN] = {
        [NGX_HTTP_MAAS_CACHE_ENTRIES] = { "maas_cache_entries", "gauge",
            "Answers in the zone, those among them that have expired" },
        [NGX_HTTP_MAAS_CACHE_HITS] = { "maas_cache_hits_total", "counter",
            "Rows whose answer the zone had" },
        [NGX_HTTP_MAAS_CACHE_MISSES] = { "maas_cache_misses_total", "counter",
            "Rows whose answer it did not have" },
        [NGX_HTTP_MAAS_CACHE_EVICTED] = { "maas_cache_evicted_total",
            "counter", "Answers that made room for those of other rows" }
    };

    if (mmcf->caches.nelts == 0) {
        return;
    }

    caches = mmcf->caches.elts;

    for (k = 0; k < NGX_HTTP_MAAS_CACHE_SHOWN; k++) {
        ngx_http_maas_put_family(t, metrics[k].name, metrics[k].type,
                                 metrics[k].help);

        for (i = 0; i < mmcf->caches.nelts; i++) {
            ngx_http_maas_cache_shown(caches[i], shown);
            ngx_http_maas_put(t, "%s{zone=\"%V\"} %uL\n", metrics[k].name,
                              &caches[i]->name, shown[k]);
        }
    }

    ngx_http_maas_put_cache_models(t, sums);
}


void
ngx_http_maas_put_caches(ngx_http_maas_text_t *t,
    ngx_http_maas_main_conf_t *mmcf)
{
    uint64_t                 shown[NGX_HTTP_MAAS_CACHE_SHOWN];
    ngx_uint_t               i;
    ngx_http_maas_cache_t  **caches;

    if (mmcf->caches.nelts == 0) {
        return;
    }

    caches = mmcf->caches.elts;

    ngx_http_maas_json_open(t, "caches", "[");

    for (i = 0; i < mmcf->caches.nelts; i++) {
        ngx_http_maas_cache_shown(caches[i], shown);

        ngx_http_maas_json_value(t, NULL, "{\"zone\":\"%V\",\"size\":%z,"
                                 "\"entries\":%uL,\"hits\":%uL,"
                                 "\"misses\":%uL,\"evicted\":%uL}",
                                 &caches[i]->name, caches[i]->size,
                                 shown[NGX_HTTP_MAAS_CACHE_ENTRIES],
                                 shown[NGX_HTTP_MAAS_CACHE_HITS],
                                 shown[NGX_HTTP_MAAS_CACHE_MISSES],
                                 shown[NGX_HTTP_MAAS_CACHE_EVICTED]);
    }

    ngx_http_maas_json_close(t, "]");
}
