
/*
 * Counters that all workers share: a lane for each worker and model in a
 * zone of shared memory, kept across reloads.  No locks: lanes are added to
 * with atomics that nobody else uses at the time, and summed when read.
 * Not here: what is counted when (ngx_http_maas_metrics.c).
 */


#include "ngx_http_maas_life.h"


/* changes with the structures below: "maas", then a number */

#define NGX_HTTP_MAAS_LAYOUT     0x6d616173

/* bytes; the smallest zone, and what a zone needs beside its lanes */

#define NGX_HTTP_MAAS_ZONE       (1024 * 1024)
#define NGX_HTTP_MAAS_ZONE_SELF  (16 * 1024)


/* In the zone, where an offset counts bytes from its start: 0 is none. */

typedef struct {
    uint32_t                  layout;
    uint32_t                  size;        /* of a lane: checks the layout */
    uint32_t                  lanes;       /* of a model, a power of two */
    uint32_t                  first;       /* offset of an entry */
} ngx_http_maas_zone_t;


typedef struct {
    uint32_t                  next;        /* offset of an entry */
    uint32_t                  lanes;       /* offset */
    ngx_int_t                 number;      /* of the version */
    u_char                    name[MAAS_MAX_NAME + 1];
} ngx_http_maas_entry_t;


static ngx_int_t ngx_http_maas_zone_init(ngx_shm_zone_t *shm_zone,
    void *data);


#define ngx_http_maas_zone_at(shpool, offset)                                 \
    ((void *) ((u_char *) (shpool) + (offset)))

#define ngx_http_maas_zone_offset(shpool, p)                                  \
    ((uint32_t) ((u_char *) (p) - (u_char *) (shpool)))


/* Enough for two generations of workers beside each other, for a while. */

static ngx_uint_t
ngx_http_maas_zone_lanes(ngx_conf_t *cf)
{
    ngx_int_t         workers;
    ngx_uint_t        n;
    ngx_core_conf_t  *ccf;

    ccf = (ngx_core_conf_t *) ngx_get_conf(cf->cycle->conf_ctx,
                                           ngx_core_module);

    workers = ngx_ncpu;

    if (ccf->worker_processes != NGX_CONF_UNSET) {
        workers = ccf->worker_processes;
    }

    n = 8;

    while (n < NGX_MAX_PROCESSES && (ngx_int_t) n < 2 * workers + 4) {
        n *= 2;
    }

    return n;
}


ngx_int_t
ngx_http_maas_zone_add(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf)
{
    size_t            size, need;
    ngx_shm_zone_t   *zone;

    static ngx_str_t  name = ngx_string("ngx_http_maas");

    size = mmcf->zone_size;
    mmcf->lanes = ngx_http_maas_zone_lanes(cf);

    if (size == NGX_CONF_UNSET_SIZE) {

        /* in steps: a reload with some more models keeps the zone */

        need = NGX_HTTP_MAAS_ZONE_SELF
               + 2 * mmcf->models.nelts
                 * (mmcf->lanes * sizeof(ngx_http_maas_lane_t)
                    + ngx_pagesize);

        for (size = NGX_HTTP_MAAS_ZONE; size < need; size *= 2) { /* void */ }
    }

    zone = ngx_shared_memory_add(cf, &name, size, &ngx_http_maas_module);
    if (zone == NULL) {
        return NGX_ERROR;
    }

    zone->init = ngx_http_maas_zone_init;
    zone->data = mmcf;

    return NGX_OK;
}


static ngx_http_maas_entry_t *
ngx_http_maas_zone_find(ngx_slab_pool_t *shpool, ngx_http_maas_model_t *model)
{
    uint32_t                offset;
    ngx_http_maas_zone_t   *zone;
    ngx_http_maas_entry_t  *entry;

    zone = shpool->data;

    for (offset = zone->first; offset != 0; offset = entry->next) {
        entry = ngx_http_maas_zone_at(shpool, offset);

        if (entry->number == model->number
            && ngx_strcmp(entry->name, model->name.data) == 0)
        {
            return entry;
        }
    }

    return NULL;
}


/* From `offset` on, the room of a model that is not in the configuration */

static ngx_http_maas_entry_t *
ngx_http_maas_zone_spare(ngx_slab_pool_t *shpool,
    ngx_http_maas_main_conf_t *mmcf, uint32_t offset)
{
    ngx_uint_t               i;
    ngx_http_maas_entry_t   *entry;
    ngx_http_maas_model_t  **models;

    models = mmcf->models.elts;

    for ( /* void */ ; offset != 0; offset = entry->next) {
        entry = ngx_http_maas_zone_at(shpool, offset);

        for (i = 0; i < mmcf->models.nelts; i++) {
            if (ngx_http_maas_zone_find(shpool, models[i]) == entry) {
                break;
            }
        }

        if (i == mmcf->models.nelts) {
            return entry;
        }
    }

    return NULL;
}


static void
ngx_http_maas_zone_set(ngx_slab_pool_t *shpool, ngx_http_maas_entry_t *entry,
    ngx_http_maas_model_t *model)
{
    ngx_http_maas_zone_t  *zone;

    zone = shpool->data;

    ngx_memzero(ngx_http_maas_zone_at(shpool, entry->lanes),
                zone->lanes * sizeof(ngx_http_maas_lane_t));

    entry->number = model->number;
    ngx_cpystrn(entry->name, model->name.data, MAAS_MAX_NAME + 1);
}


static ngx_http_maas_entry_t *
ngx_http_maas_zone_new(ngx_slab_pool_t *shpool, ngx_http_maas_model_t *model)
{
    void                   *lanes;
    ngx_http_maas_zone_t   *zone;
    ngx_http_maas_entry_t  *entry;

    zone = shpool->data;

    entry = ngx_slab_alloc(shpool, sizeof(ngx_http_maas_entry_t));
    if (entry == NULL) {
        return NULL;
    }

    lanes = ngx_slab_alloc(shpool, zone->lanes * sizeof(ngx_http_maas_lane_t));
    if (lanes == NULL) {
        ngx_slab_free(shpool, entry);
        return NULL;
    }

    entry->lanes = ngx_http_maas_zone_offset(shpool, lanes);
    ngx_http_maas_zone_set(shpool, entry, model);
    entry->next = zone->first;
    zone->first = ngx_http_maas_zone_offset(shpool, entry);

    return entry;
}


static void
ngx_http_maas_zone_use(ngx_slab_pool_t *shpool, ngx_http_maas_entry_t *entry,
    ngx_http_maas_model_t *model)
{
    ngx_http_maas_zone_t  *zone;

    zone = shpool->data;

    model->n_lanes = zone->lanes;
    model->lanes = ngx_http_maas_zone_at(shpool, entry->lanes);
}


/* Room for each model: its own, new, or, for n of them that get it once the
 * configuration holds, what n models of the past leave. */

static ngx_int_t
ngx_http_maas_zone_models(ngx_slab_pool_t *shpool,
    ngx_http_maas_main_conf_t *mmcf)
{
    uint32_t                 offset;
    ngx_uint_t               i, n;
    ngx_http_maas_zone_t    *zone;
    ngx_http_maas_entry_t   *entry;
    ngx_http_maas_model_t  **models;

    n = 0;
    zone = shpool->data;
    models = mmcf->models.elts;

    for (i = 0; i < mmcf->models.nelts; i++) {
        entry = ngx_http_maas_zone_find(shpool, models[i]);

        if (entry == NULL) {
            entry = ngx_http_maas_zone_new(shpool, models[i]);
        }

        if (entry == NULL) {
            n++;
            continue;
        }

        ngx_http_maas_zone_use(shpool, entry, models[i]);
    }

    for (offset = zone->first; n > 0; n--) {
        entry = ngx_http_maas_zone_spare(shpool, mmcf, offset);
        if (entry == NULL) {
            return NGX_ERROR;
        }

        offset = entry->next;
    }

    return NGX_OK;
}


/* In the master, before workers are forked: of a new zone, or of the one of
 * the last configuration, to which its workers still add. */

static ngx_int_t
ngx_http_maas_zone_init(ngx_shm_zone_t *shm_zone, void *data)
{
    ngx_slab_pool_t            *shpool;
    ngx_http_maas_zone_t       *zone;
    ngx_http_maas_main_conf_t  *mmcf;

    mmcf = shm_zone->data;

    shpool = (ngx_slab_pool_t *) shm_zone->shm.addr;
    shpool->log_nomem = 0;

    zone = shpool->data;

    /* another module file may have been loaded, with other structures */

    if (zone == NULL || zone->layout != NGX_HTTP_MAAS_LAYOUT
        || zone->size != sizeof(ngx_http_maas_lane_t))
    {
        zone = ngx_slab_alloc(shpool, sizeof(ngx_http_maas_zone_t));
        if (zone == NULL) {
            return NGX_ERROR;
        }

        zone->layout = NGX_HTTP_MAAS_LAYOUT;
        zone->size = sizeof(ngx_http_maas_lane_t);
        zone->lanes = mmcf->lanes;
        zone->first = 0;

        shpool->data = zone;
    }

    if (ngx_http_maas_zone_models(shpool, mmcf) != NGX_OK) {
        ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, 0,
                      "maas_zone: %uz bytes have no room for the "
                      "counters of all models", shm_zone->shm.size);
        return NGX_ERROR;
    }

    mmcf->zone = shm_zone;

    return NGX_OK;
}


/*
 * Until here a reload may fail, and its counters are still those of the old
 * configuration.  What is left of models of the past has workers that may add
 * to it for a while: a few counts too many, nothing worse.
 */

void
ngx_http_maas_zone_commit(ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t               i;
    ngx_slab_pool_t         *shpool;
    ngx_http_maas_zone_t    *zone;
    ngx_http_maas_entry_t   *entry;
    ngx_http_maas_model_t  **models;

    if (mmcf->models.nelts == 0) {
        return;
    }

    shpool = (ngx_slab_pool_t *) mmcf->zone->shm.addr;
    zone = shpool->data;
    models = mmcf->models.elts;

    for (i = 0; i < mmcf->models.nelts; i++) {
        if (models[i]->lanes == NULL) {
            entry = ngx_http_maas_zone_spare(shpool, mmcf, zone->first);
            ngx_http_maas_zone_set(shpool, entry, models[i]);
            ngx_http_maas_zone_use(shpool, entry, models[i]);
        }
    }
}


void
ngx_http_maas_zone_attach(ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models;

    models = mmcf->models.elts;

    /* two processes that run at the same time have different slots; of more
     * than there are lanes some share one, which atomics allow */

    for (i = 0; i < mmcf->models.nelts; i++) {
        models[i]->lane = &models[i]->lanes[ngx_process_slot
                                            & (models[i]->n_lanes - 1)];
    }
}
