
/*
 * The shared memory of counters, for a configuration: lanes for each model and
 * each pair of a model and its shadow, or it is refused.  Kept over reloads.
 * Not here: rooms (ngx_http_maas_zone.c), lanes of a worker
 * (ngx_http_maas_lanes.c).
 */


#include "ngx_http_maas_lanes.h"
#include "ngx_http_maas_life.h"
#include "ngx_http_maas_zone.h"
#include "watch/ngx_http_maas_watch.h"


/* bytes; the smallest zone, the largest, and what a zone needs beside its
 * rooms */

#define NGX_HTTP_MAAS_ZONE       (1024 * 1024)
#define NGX_HTTP_MAAS_ZONE_MOST  (1024 * 1024 * 1024)
#define NGX_HTTP_MAAS_ZONE_SELF  (16 * 1024)

/* about what else a model may have there: labels, columns */

#define NGX_HTTP_MAAS_ZONE_MORE  (32 * 1024)


static ngx_int_t ngx_http_maas_zone_init(ngx_shm_zone_t *shm_zone,
    void *data);


/* Enough for two generations of workers beside each other, for a while, and
 * the last one for all who find no other */

static ngx_uint_t
ngx_http_maas_zone_new_lanes(ngx_conf_t *cf)
{
    ngx_int_t         workers;
    ngx_core_conf_t  *ccf;

    ccf = (ngx_core_conf_t *) ngx_get_conf(cf->cycle->conf_ctx,
                                           ngx_core_module);

    workers = ngx_ncpu;

    if (ccf->worker_processes != NGX_CONF_UNSET) {
        workers = ccf->worker_processes;
    }

    /* 8: of 512 bytes, a page */

    return ngx_min(ngx_align(2 * workers + 4, 8), NGX_MAX_PROCESSES);
}


ngx_int_t
ngx_http_maas_zone_add(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf)
{
    size_t            size, need;
    ngx_shm_zone_t   *zone;

    static ngx_str_t  name = ngx_string("ngx_http_maas");

    size = mmcf->zone_size;
    mmcf->lanes = ngx_http_maas_zone_new_lanes(cf);

    if (size == NGX_CONF_UNSET_SIZE) {

        /* in steps: a reload with some more models keeps the zone.  Which pairs
         * there are is not known yet: a line rarely has more than one */

        need = NGX_HTTP_MAAS_ZONE_SELF
               + (2 * (mmcf->models.nelts + mmcf->shadow_lines)
                  + mmcf->spares)
                 * (mmcf->lanes * (sizeof(ngx_http_maas_lane_t)
                                   + sizeof(ngx_http_maas_hist_t))
                    + NGX_HTTP_MAAS_ZONE_MORE);

        size = NGX_HTTP_MAAS_ZONE;

        while (size < need && size < NGX_HTTP_MAAS_ZONE_MOST) {
            size *= 2;
        }
    }

    zone = ngx_shared_memory_add(cf, &name, size, &ngx_http_maas_module);
    if (zone == NULL) {
        return NGX_ERROR;
    }

    zone->init = ngx_http_maas_zone_init;
    zone->data = mmcf;

    return NGX_OK;
}


/* Lanes for each: its own, new ones, or, for those that get them once the
 * configuration holds, what the past leaves. */

static ngx_int_t
ngx_http_maas_zone_all(ngx_slab_pool_t *shpool,
    ngx_http_maas_main_conf_t *mmcf, ngx_uint_t lanes)
{
    size_t                    size;
    u_char                    key[NGX_HTTP_MAAS_ROOM_KEY];
    ngx_uint_t                i, n;
    ngx_http_maas_counted_t   c;

    n = 0;
    size = lanes * sizeof(ngx_http_maas_lane_t);

    for (i = 0; i < ngx_http_maas_zone_n(mmcf); i++) {
        c = ngx_http_maas_zone_counted(mmcf, i, key);

        if (ngx_http_maas_zone_promise(shpool, &c.key, size,
                                       (void **) c.lanes, &n)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        *c.n_lanes = lanes;
    }

    return ngx_http_maas_zone_keeps(shpool, n, size) ? NGX_OK : NGX_ERROR;
}


/* In the master, before workers are forked: of a new zone, or of the one of
 * the last configuration, to which its workers still add. */

static ngx_int_t
ngx_http_maas_zone_init(ngx_shm_zone_t *shm_zone, void *data)
{
    ngx_int_t                   rc;
    ngx_slab_pool_t            *shpool;
    ngx_http_maas_main_conf_t  *mmcf;

    mmcf = shm_zone->data;

    shpool = (ngx_slab_pool_t *) shm_zone->shm.addr;
    shpool->log_nomem = 0;

    if (ngx_http_maas_watch_readable(mmcf) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_shmtx_lock(&shpool->mutex);

    rc = ngx_http_maas_zone_begin(shpool, mmcf->lanes,
                                  sizeof(ngx_http_maas_lane_t));
    if (rc == NGX_OK) {
        mmcf->zone = shm_zone;
        rc = ngx_http_maas_zone_all(shpool, mmcf,
                                    ngx_http_maas_zone_lanes(mmcf));
    }

    ngx_shmtx_unlock(&shpool->mutex);

    if (rc != NGX_OK) {
        ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, 0,
                      "maas_zone: %uz bytes have no room for the "
                      "counters of all models", shm_zone->shm.size);
    }

    return rc;
}


/*
 * Until here a reload may fail, and its counters are still those of the old
 * configuration.  What is left of models of the past has workers that may add
 * to it for a while: a few counts too many, nothing worse.
 */

void
ngx_http_maas_zone_commit(ngx_http_maas_main_conf_t *mmcf)
{
    u_char                    key[NGX_HTTP_MAAS_ROOM_KEY];
    ngx_uint_t                i;
    ngx_slab_pool_t          *shpool;
    ngx_http_maas_counted_t   c;

    if (mmcf->zone == NULL) {
        return;
    }

    shpool = (ngx_slab_pool_t *) mmcf->zone->shm.addr;

    ngx_shmtx_lock(&shpool->mutex);

    ngx_http_maas_zone_hold(shpool);

    for (i = 0; i < ngx_http_maas_zone_n(mmcf); i++) {
        c = ngx_http_maas_zone_counted(mmcf, i, key);

        if (*c.lanes == NULL) {
            *c.lanes = ngx_http_maas_zone_made(shpool, &c.key, *c.n_lanes
                                               * sizeof(ngx_http_maas_lane_t));
        }
    }

    ngx_shmtx_unlock(&shpool->mutex);

    for (i = 0; i < mmcf->models.nelts; i++) {
        ngx_http_maas_zone_extras(mmcf,
                          ((ngx_http_maas_model_t **) mmcf->models.elts)[i]);
    }
}
