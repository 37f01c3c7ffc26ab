
/*
 * Counters that all workers share: a lane for each worker and model, or pair
 * of a model and its shadow, in a zone of shared memory, kept across reloads.
 * No locks: lanes are added to with atomics that nobody else uses at the time,
 * and summed when read.
 * Not here: what is counted when (ngx_http_maas_metrics.c).
 */


#include "ngx_http_maas_life.h"
#include "ngx_http_maas_pair.h"


/* changes with the structures below: "maas", then a number */

#define NGX_HTTP_MAAS_LAYOUT     0x6d616174

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
    ngx_int_t                 number;      /* of the version; 0: a pair */
    u_char                    name[NGX_HTTP_MAAS_PAIR_KEY];
} ngx_http_maas_entry_t;


/* What has lanes */

typedef struct {
    u_char                   *name;
    ngx_int_t                 number;
    ngx_http_maas_lane_t    **lanes;       /* where it keeps them, */
    ngx_uint_t               *n_lanes;     /*     how many they are, */
    ngx_http_maas_lane_t    **lane;        /*     and this worker's */
} ngx_http_maas_counted_t;


static ngx_int_t ngx_http_maas_zone_init(ngx_shm_zone_t *shm_zone,
    void *data);


#define ngx_http_maas_zone_at(shpool, offset)                                 \
    ((void *) ((u_char *) (shpool) + (offset)))

#define ngx_http_maas_zone_offset(shpool, p)                                  \
    ((uint32_t) ((u_char *) (p) - (u_char *) (shpool)))


/* Models first, then pairs; their number */

static ngx_uint_t
ngx_http_maas_zone_n(ngx_http_maas_main_conf_t *mmcf)
{
    return mmcf->models.nelts + mmcf->pairs.nelts;
}


static ngx_http_maas_counted_t
ngx_http_maas_zone_counted(ngx_http_maas_main_conf_t *mmcf, ngx_uint_t i)
{
    ngx_http_maas_pair_t     *pair;
    ngx_http_maas_model_t    *model;
    ngx_http_maas_counted_t   c;

    if (i < mmcf->models.nelts) {
        model = ((ngx_http_maas_model_t **) mmcf->models.elts)[i];

        c.name = model->name.data;
        c.number = model->number;
        c.lanes = &model->lanes;
        c.n_lanes = &model->n_lanes;
        c.lane = &model->lane;

    } else {
        i -= mmcf->models.nelts;
        pair = ((ngx_http_maas_pair_t **) mmcf->pairs.elts)[i];

        c.name = pair->key.data;
        c.number = 0;
        c.lanes = &pair->lanes;
        c.n_lanes = &pair->n_lanes;
        c.lane = &pair->lane;
    }

    return c;
}


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

        /* in steps: a reload with some more models keeps the zone.  Which pairs
         * there are is not known yet: a line rarely has more than one */

        need = NGX_HTTP_MAAS_ZONE_SELF
               + 2 * (mmcf->models.nelts + mmcf->shadow_lines)
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
ngx_http_maas_zone_find(ngx_slab_pool_t *shpool,
    const ngx_http_maas_counted_t *c)
{
    uint32_t                offset;
    ngx_http_maas_zone_t   *zone;
    ngx_http_maas_entry_t  *entry;

    zone = shpool->data;

    for (offset = zone->first; offset != 0; offset = entry->next) {
        entry = ngx_http_maas_zone_at(shpool, offset);

        if (entry->number == c->number
            && ngx_strcmp(entry->name, c->name) == 0)
        {
            return entry;
        }
    }

    return NULL;
}


/* From `offset` on, the room of what is not in the configuration */

static ngx_http_maas_entry_t *
ngx_http_maas_zone_spare(ngx_slab_pool_t *shpool,
    ngx_http_maas_main_conf_t *mmcf, uint32_t offset)
{
    ngx_uint_t                i, n;
    ngx_http_maas_entry_t    *entry;
    ngx_http_maas_counted_t   c;

    n = ngx_http_maas_zone_n(mmcf);

    for ( /* void */ ; offset != 0; offset = entry->next) {
        entry = ngx_http_maas_zone_at(shpool, offset);

        for (i = 0; i < n; i++) {
            c = ngx_http_maas_zone_counted(mmcf, i);

            if (ngx_http_maas_zone_find(shpool, &c) == entry) {
                break;
            }
        }

        if (i == n) {
            return entry;
        }
    }

    return NULL;
}


static void
ngx_http_maas_zone_set(ngx_slab_pool_t *shpool, ngx_http_maas_entry_t *entry,
    const ngx_http_maas_counted_t *c)
{
    ngx_http_maas_zone_t  *zone;

    zone = shpool->data;

    ngx_memzero(ngx_http_maas_zone_at(shpool, entry->lanes),
                zone->lanes * sizeof(ngx_http_maas_lane_t));

    entry->number = c->number;
    ngx_cpystrn(entry->name, c->name, NGX_HTTP_MAAS_PAIR_KEY);
}


static ngx_http_maas_entry_t *
ngx_http_maas_zone_new(ngx_slab_pool_t *shpool,
    const ngx_http_maas_counted_t *c)
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
    ngx_http_maas_zone_set(shpool, entry, c);
    entry->next = zone->first;
    zone->first = ngx_http_maas_zone_offset(shpool, entry);

    return entry;
}


static void
ngx_http_maas_zone_use(ngx_slab_pool_t *shpool, ngx_http_maas_entry_t *entry,
    const ngx_http_maas_counted_t *c)
{
    ngx_http_maas_zone_t  *zone;

    zone = shpool->data;

    *c->n_lanes = zone->lanes;
    *c->lanes = ngx_http_maas_zone_at(shpool, entry->lanes);
}


/* Room for each: its own, new, or, for n of them that get it once the
 * configuration holds, what n of the past leave. */

static ngx_int_t
ngx_http_maas_zone_all(ngx_slab_pool_t *shpool,
    ngx_http_maas_main_conf_t *mmcf)
{
    uint32_t                  offset;
    ngx_uint_t                i, n;
    ngx_http_maas_zone_t     *zone;
    ngx_http_maas_entry_t    *entry;
    ngx_http_maas_counted_t   c;

    n = 0;
    zone = shpool->data;

    for (i = 0; i < ngx_http_maas_zone_n(mmcf); i++) {
        c = ngx_http_maas_zone_counted(mmcf, i);
        entry = ngx_http_maas_zone_find(shpool, &c);

        if (entry == NULL) {
            entry = ngx_http_maas_zone_new(shpool, &c);
        }

        if (entry == NULL) {
            n++;
            continue;
        }

        ngx_http_maas_zone_use(shpool, entry, &c);
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

    if (ngx_http_maas_watch_readable(mmcf) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_http_maas_zone_all(shpool, mmcf) != NGX_OK) {
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
    ngx_uint_t                i;
    ngx_slab_pool_t          *shpool;
    ngx_http_maas_zone_t     *zone;
    ngx_http_maas_entry_t    *entry;
    ngx_http_maas_counted_t   c;

    if (mmcf->models.nelts == 0) {
        return;
    }

    shpool = (ngx_slab_pool_t *) mmcf->zone->shm.addr;
    zone = shpool->data;

    for (i = 0; i < ngx_http_maas_zone_n(mmcf); i++) {
        c = ngx_http_maas_zone_counted(mmcf, i);

        if (*c.lanes == NULL) {
            entry = ngx_http_maas_zone_spare(shpool, mmcf, zone->first);
            ngx_http_maas_zone_set(shpool, entry, &c);
            ngx_http_maas_zone_use(shpool, entry, &c);
        }
    }
}


void
ngx_http_maas_zone_attach(ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t                i;
    ngx_http_maas_counted_t   c;

    /* two processes that run at the same time have different slots; of more
     * than there are lanes some share one, which atomics allow */

    for (i = 0; i < ngx_http_maas_zone_n(mmcf); i++) {
        c = ngx_http_maas_zone_counted(mmcf, i);

        *c.lane = &(*c.lanes)[ngx_process_slot & (*c.n_lanes - 1)];
    }
}
