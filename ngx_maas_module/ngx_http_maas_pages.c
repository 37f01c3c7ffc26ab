
/*
 * Zones of shared memory that one table has all of.
 * Not here: which tables there are (cache/, proxy/).
 */


#include "ngx_http_maas_pages.h"


void *
ngx_http_maas_pages(ngx_shm_zone_t *zone, size_t *size)
{
    void             *pages;
    ngx_slab_pool_t  *shpool;

    shpool = (ngx_slab_pool_t *) zone->shm.addr;
    *size = shpool->pfree * ngx_pagesize;

    pages = ngx_slab_alloc(shpool, *size);

    /* memory of a new mapping is zeros; nginx's debug builds fill it */

#if (NGX_DEBUG_MALLOC)
    if (pages != NULL) {
        ngx_memzero(pages, *size);
    }
#endif

    return pages;
}


ngx_uint_t
ngx_http_maas_pages_were(ngx_shm_zone_t *zone, size_t n)
{
    ngx_uint_t        i;
    ngx_shm_zone_t   *old;
    ngx_list_part_t  *part;

    for (part = (ngx_list_part_t *) &ngx_cycle->shared_memory.part;
         part != NULL;
         part = part->next)
    {
        old = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (old[i].tag == &ngx_http_maas_module
                && old[i].shm.name.len > n
                && ngx_strncmp(old[i].shm.name.data, zone->shm.name.data, n)
                   == 0)
            {
                return 1;
            }
        }
    }

    return 0;
}
