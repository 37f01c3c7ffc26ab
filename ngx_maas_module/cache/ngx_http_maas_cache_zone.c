
/*
 * The shared memory of maas_cache: zones that a reload keeps if they are the
 * same.
 * Not here: what stands in them (ngx_http_maas_cache_table.c).
 */


#include "ngx_http_maas_cache.h"


/* bytes that nginx keeps in a zone for itself: some, and 1/128 */

#define NGX_HTTP_MAAS_CACHE_OWN(size)  (4 * ngx_pagesize + (size) / 128)


/* Of a reload: was there a zone of the name, which is another one now? */

static void
ngx_http_maas_cache_zone_say(ngx_shm_zone_t *shm_zone,
    ngx_http_maas_cache_t *cache)
{
    size_t            len;
    ngx_uint_t        i;
    ngx_shm_zone_t   *old;
    ngx_list_part_t  *part;

    len = sizeof("maas_cache  ") - 1 + cache->name.len;

    for (part = (ngx_list_part_t *) &ngx_cycle->shared_memory.part;
         part != NULL;
         part = part->next)
    {
        old = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (old[i].tag == &ngx_http_maas_module
                && old[i].shm.name.len > len
                && ngx_strncmp(old[i].shm.name.data, shm_zone->shm.name.data,
                               len)
                   == 0)
            {
                ngx_log_error(NGX_LOG_NOTICE, shm_zone->shm.log, 0,
                              "maas_cache zone \"%V\" has another size, or "
                              "longer answers: it begins empty",
                              &cache->name);
            }
        }
    }
}


/* In the zone the table takes all pages that are free. */

static ngx_int_t
ngx_http_maas_cache_zone_new(ngx_shm_zone_t *shm_zone,
    ngx_http_maas_cache_t *cache)
{
    size_t                       size;
    ngx_slab_pool_t             *shpool;
    ngx_http_maas_cache_zone_t  *zone;

    shpool = (ngx_slab_pool_t *) shm_zone->shm.addr;
    size = shpool->pfree * ngx_pagesize;

    zone = ngx_slab_alloc(shpool, size);
    if (zone == NULL) {
        return NGX_ERROR;
    }

    /* memory of a new mapping is zeros; nginx's debug builds fill it */

#if (NGX_DEBUG_MALLOC)
    ngx_memzero(zone, size);
#endif

    zone->size = size;

    /* without a seed that nobody can guess there is no cache */

    if (getentropy(zone->seed, sizeof(zone->seed)) == -1) {
        ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, ngx_errno,
                      "getentropy() failed for maas_cache zone \"%V\"",
                      &cache->name);
        return NGX_ERROR;
    }

    shpool->data = zone;

    ngx_http_maas_cache_zone_say(shm_zone, cache);

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
    least += NGX_HTTP_MAAS_CACHE_OWN(least);

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
