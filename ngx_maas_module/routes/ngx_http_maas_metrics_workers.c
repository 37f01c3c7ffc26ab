
/*
 * How workers and the memory for counters are, for Prometheus.
 * Not here: how that is known (ngx_http_maas_workers.c).
 */


#include "ngx_http_maas_routes.h"
#include "ngx_http_maas_workers.h"


/* Rooms give nothing back: pages that nobody had are what is left. */

static void
ngx_http_maas_put_zone(ngx_http_maas_text_t *t,
    ngx_http_maas_main_conf_t *mmcf)
{
    ngx_slab_pool_t  *shpool;

    shpool = (ngx_slab_pool_t *) mmcf->zone->shm.addr;

    ngx_http_maas_put(t, "# HELP maas_zone_free_bytes What is left of "
                      "maas_zone\n"
                      "# TYPE maas_zone_free_bytes gauge\n"
                      "maas_zone_free_bytes %uz\n",
                      (size_t) shpool->pfree * ngx_pagesize);

    ngx_http_maas_put(t, "# HELP maas_zone_size_bytes All of maas_zone\n"
                      "# TYPE maas_zone_size_bytes gauge\n"
                      "maas_zone_size_bytes %uz\n",
                      (size_t) (shpool->end - shpool->start));
}


void
ngx_http_maas_put_workers(ngx_http_maas_text_t *t,
    ngx_http_maas_main_conf_t *mmcf)
{
    ngx_http_maas_workers_t  sum;

    if (mmcf->zone == NULL) {
        return;
    }

    ngx_http_maas_put_zone(t, mmcf);

    if (ngx_http_maas_workers_sum(mmcf, &sum) != NGX_OK) {
        return;
    }

    ngx_http_maas_put(t, "# HELP maas_workers Workers, with those of earlier "
                      "configurations that still end\n"
                      "# TYPE maas_workers gauge\n"
                      "maas_workers %ui\n", sum.n);

    ngx_http_maas_put(t, "# HELP maas_worker_deaths_total Workers that ended "
                      "by themselves, so that nginx started others\n"
                      "# TYPE maas_worker_deaths_total counter\n"
                      "maas_worker_deaths_total %uL\n", sum.deaths);

    ngx_http_maas_put(t, "# HELP maas_memory_used_bytes What workers have of "
                      "maas_memory now, all together\n"
                      "# TYPE maas_memory_used_bytes gauge\n"
                      "maas_memory_used_bytes %uL\n", sum.used);

    ngx_http_maas_put(t, "# HELP maas_memory_peak_bytes The most that one of "
                      "them has had\n"
                      "# TYPE maas_memory_peak_bytes gauge\n"
                      "maas_memory_peak_bytes %uL\n", sum.peak);

    ngx_http_maas_put(t, "# HELP maas_memory_limit_bytes The most that one "
                      "of them may have\n"
                      "# TYPE maas_memory_limit_bytes gauge\n"
                      "maas_memory_limit_bytes %uz\n", mmcf->memory.limit);
}
