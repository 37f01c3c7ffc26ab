
/*
 * The shared memory of maas_cache: zones that a reload keeps if they are the
 * same.
 * Not here: what stands in them (ngx_http_maas_cache_table.c).
 */


#include "ngx_http_maas_cache.h"
#include "ngx_http_maas_pages.h"


/* The table takes all of the zone. */

static ngx_int_t
ngx_http_maas_cache_zone_new(ngx_shm_zone_t *shm_zone,
    ngx_http_maas_cache_t *cache)
{
    size_t                       size;
    ngx_slab_pool_t             *shpool;
    ngx_http_maas_cache_zone_t  *zone;

    zone = ngx_http_maas_pages(shm_zone, &size);
    if (zone == NULL) {
        return NGX_ERROR;
    }

    zone->size = size;

    /* without a seed that nobody can guess there is no cache */

    if (getentropy(zone->seed, sizeof(zone->seed)) == -1) {
        ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, ngx_errno,
                      "getentropy() failed for maas_cache zone \"%V\"",
                      &cache->name);
        return NGX_ERROR;
    }

    shpool = (ngx_slab_pool_t *) shm_zone->shm.addr;
    shpool->data = zone;

    if (ngx_http_maas_pages_were(shm_zone, sizeof("maas_cache  ") - 1
                                           + cache->name.len))
    {
        ngx_log_error(NGX_LOG_NOTICE, shm_zone->shm.log, 0,
                      "maas_cache zone \"%V\" has another size, or longer "
                      "answers: it begins empty", &cache->name);
    }

    return NGX_OK;
}


/* In the master, before workers are forked: a new zone, or that of the last
 * configuration, which its workers still use. */

static ngx_int_t
ngx_http_maas_cache_zone_init(ngx_shm_zone_t *shm_zone, void *data)
{
    ngx_slab_pool_t             *shpool;
    ngx_http_maas_cache_t       *cache;
    ngx_http_maas_cache_zone_t  *zone;

    cache = shm_zone->data;
    shpool = (ngx_slab_pool_t *) shm_zone->shm.addr;

    if (shpool->data == NULL
        && ngx_http_maas_cache_zone_new(shm_zone, cache) != NGX_OK)
    {
        return NGX_ERROR;
    }

    zone = shpool->data;
    ngx_http_maas_cache_use(&cache->table, zone, zone->size, cache->bucket);

    return NGX_OK;
}


/* Is it large enough for the answers that it is for? */

static ngx_int_t
ngx_http_maas_cache_zone_check(ngx_conf_t *cf, ngx_http_maas_cache_t *cache)
{
    size_t  out, least;

    if (cache->size == 0) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "maas_cache zone \"%V\" has no size in %s:%ui: expected "
                      "one where it is named first, such as \"zone=%V:64m\"",
                      &cache->name, cache->file, cache->line, &cache->name);
        return NGX_ERROR;
    }

    out = cache->model != NULL ? cache->model->info->out : 1;
    cache->bucket = ngx_http_maas_cache_bucket(out);

    least = cache->bucket == 0 ? 0
            : ngx_http_maas_cache_smallest(cache->bucket);
    least += NGX_HTTP_MAAS_PAGES_OWN(least);

    if (cache->bucket != 0 && (size_t) cache->size >= least) {
        return NGX_OK;
    }

    if (cache->bucket == 0) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "maas_cache zone \"%V\" in %s:%ui cannot have answers of "
                      "model \"%V\", of %uz numbers each: \"maas_cache off\" "
                      "where it is served", &cache->name, cache->file,
                      cache->line, &cache->model->name, out);
        return NGX_ERROR;
    }

    ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                  "maas_cache zone \"%V\" in %s:%ui is too small: expected "
                  "%uzk or more for answers of %uz numbers%s%*s%s",
                  &cache->name, cache->file, cache->line, (least + 1023) / 1024,
                  out, cache->model != NULL ? ", as model \"" : "",
                  cache->model != NULL ? cache->model->name.len : (size_t) 0,
                  cache->model != NULL ? cache->model->name.data
                                       : cache->name.data,
                  cache->model != NULL ? "\" gives them" : "");

    return NGX_ERROR;
}


/* "maas_cache answers 4096 1": what a table is like is in its name, so that a
 * reload keeps it only if it is the same. */

static ngx_int_t
ngx_http_maas_cache_zone_add(ngx_conf_t *cf, ngx_http_maas_cache_t *cache)
{
    ngx_str_t        name;
    ngx_shm_zone_t  *zone;

    name.data = ngx_pnalloc(cf->pool, sizeof("maas_cache   ")
                            + cache->name.len + NGX_SIZE_T_LEN
                            + NGX_INT32_LEN);
    if (name.data == NULL) {
        return NGX_ERROR;
    }

    name.len = ngx_sprintf(name.data, "maas_cache %V %uz %d", &cache->name,
                           cache->bucket, NGX_HTTP_MAAS_CACHE_LAYOUT)
               - name.data;

    zone = ngx_shared_memory_add(cf, &name, cache->size,
                                 &ngx_http_maas_module);
    if (zone == NULL) {
        return NGX_ERROR;
    }

    zone->init = ngx_http_maas_cache_zone_init;
    zone->data = cache;

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_cache_zones(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t               i;
    ngx_http_maas_cache_t  **caches;

    caches = mmcf->caches.elts;

    for (i = 0; i < mmcf->caches.nelts; i++) {
        if (ngx_http_maas_cache_zone_check(cf, caches[i]) != NGX_OK
            || ngx_http_maas_cache_zone_add(cf, caches[i]) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
