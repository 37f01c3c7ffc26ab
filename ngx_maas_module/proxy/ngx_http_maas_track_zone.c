
/*
 * The shared memory of a table: a zone that a reload keeps if it is the same.
 * Not here: what stands in it (ngx_http_maas_track_table.c).
 */


#include "ngx_http_maas_track.h"
#include "ngx_http_maas_pages.h"


/* The table takes all of the zone. */

static ngx_int_t
ngx_http_maas_track_zone_new(ngx_shm_zone_t *shm_zone,
    ngx_http_maas_track_t *track)
{
    size_t                       size;
    ngx_uint_t                   i;
    ngx_slab_pool_t             *shpool;
    ngx_http_maas_track_zone_t  *zone;

    zone = ngx_http_maas_pages(shm_zone, &size);
    if (zone == NULL) {
        return NGX_ERROR;
    }

    zone->size = size;

#if (NGX_LINUX || NGX_FREEBSD)
    if (getentropy(zone->seed, sizeof(zone->seed)) == -1)
#endif
    {
        for (i = 0; i < sizeof(zone->seed); i++) {
            ((u_char *) zone->seed)[i] = (u_char) (ngx_random() >> 8);
        }
    }

    shpool = (ngx_slab_pool_t *) shm_zone->shm.addr;
    shpool->data = zone;

    if (ngx_http_maas_pages_were(shm_zone, sizeof("maas_track  ") - 1
                                           + track->name.len))
    {
        ngx_log_error(NGX_LOG_NOTICE, shm_zone->shm.log, 0,
                      "maas_track \"$%V\" has other windows or another size: "
                      "nothing is known of clients any more", &track->name);
    }

    return NGX_OK;
}


/* In the master, before workers are forked: a new zone, or that of the last
 * configuration, in which its workers still count. */

static ngx_int_t
ngx_http_maas_track_zone_init(ngx_shm_zone_t *shm_zone, void *data)
{
    ngx_slab_pool_t             *shpool;
    ngx_http_maas_track_t       *track;
    ngx_http_maas_track_zone_t  *zone;

    track = shm_zone->data;
    shpool = (ngx_slab_pool_t *) shm_zone->shm.addr;

    if (shpool->data == NULL
        && ngx_http_maas_track_zone_new(shm_zone, track) != NGX_OK)
    {
        return NGX_ERROR;
    }

    zone = shpool->data;
    ngx_http_maas_track_use(&track->table, zone, zone->size);

    return NGX_OK;
}


/* "maas_track ip 10000,60000 1": what a table is like is in its name, so that a
 * reload keeps it only if it is the same. */

char *
ngx_http_maas_track_zone_add(ngx_conf_t *cf, ngx_http_maas_track_t *track,
    size_t size)
{
    size_t           least;
    u_char          *p;
    uint32_t         i;
    ngx_str_t        name;
    ngx_shm_zone_t  *zone;

    least = ngx_http_maas_track_smallest(track->table.n_windows);
    least += NGX_HTTP_MAAS_PAGES_OWN(least);

    if (size < least) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "maas_track \"$%V\": size is less than %uzk, the "
                           "least for its windows", &track->name,
                           (least + 1023) / 1024);
        return NGX_CONF_ERROR;
    }

    name.data = ngx_pnalloc(cf->pool, sizeof("maas_track  ")
                            + track->name.len
                            + (track->table.n_windows + 1)
                              * (NGX_INT64_LEN + 1));
    if (name.data == NULL) {
        return NGX_CONF_ERROR;
    }

    p = ngx_sprintf(name.data, "maas_track %V ", &track->name);

    for (i = 0; i < track->table.n_windows; i++) {
        p = ngx_sprintf(p, i ? ",%uL" : "%uL", track->table.width[i]);
    }

    p = ngx_sprintf(p, " %d", NGX_HTTP_MAAS_TRACK_LAYOUT);
    name.len = p - name.data;

    zone = ngx_shared_memory_add(cf, &name, size, &ngx_http_maas_module);
    if (zone == NULL) {
        return NGX_CONF_ERROR;
    }

    zone->init = ngx_http_maas_track_zone_init;
    zone->data = track;

    return NGX_CONF_OK;
}
