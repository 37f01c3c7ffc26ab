
/*
 * A worker goes over to another generation of a model: what it needs to run it,
 * what the configuration says of it, and the end of the one before.
 * Not here: where generations come from (ngx_http_maas_lease.c).
 */


#include "ngx_http_maas_folder.h"
#include "life/ngx_http_maas_lanes.h"
#include "proxy/ngx_http_maas_proxy.h"
#include "proxy/ngx_http_maas_renew.h"
#include "request/ngx_http_maas_batch.h"


/* requests of the past in a tick, about a microsecond each */

#define NGX_HTTP_MAAS_SETTLE  256


static ngx_http_maas_model_t **
ngx_http_maas_swap_place(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_watch_t *watch)
{
    return (ngx_http_maas_model_t **) mmcf->models.elts + watch->model->place;
}


/* What is at its place, or NULL */

static ngx_http_maas_model_t *
ngx_http_maas_swap_now(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_watch_t *watch)
{
    return watch->model->place == NGX_HTTP_MAAS_NO_PLACE
           ? NULL : *ngx_http_maas_swap_place(mmcf, watch);
}


ngx_uint_t
ngx_http_maas_swap_oldest(ngx_http_maas_watch_t *watch)
{
    ngx_pid_t                    pid;
    ngx_int_t                    i;
    ngx_uint_t                   oldest;
    ngx_core_conf_t             *ccf;
    ngx_http_maas_watch_user_t  *user;

    oldest = ngx_http_maas_watch_generation(watch->shared->current);

    ccf = (ngx_core_conf_t *) ngx_get_conf(ngx_cycle->conf_ctx,
                                           ngx_core_module);

    for (i = 0; i < ccf->worker_processes && i < NGX_MAX_PROCESSES; i++) {
        user = &watch->shared->user[i];
        pid = (ngx_pid_t) user->pid;

        if (pid != 0 && (kill(pid, 0) == 0 || ngx_errno != NGX_ESRCH)) {
            oldest = ngx_min(oldest, user->oldest);
        }
    }

    return oldest;
}


void
ngx_http_maas_swap_publish(ngx_http_maas_watch_t *watch,
    ngx_uint_t generation, ngx_uint_t slot)
{
    ngx_http_maas_watched_t  *shared;

    shared = watch->shared;

    /* one that was about to remove the model may have died */

    if (shared->gone == generation) {
        shared->gone = (ngx_uint_t) -1;
    }

    ngx_memory_barrier();
    shared->current = ngx_http_maas_watch_current(generation, slot);
}


void
ngx_http_maas_swap_begin(ngx_http_maas_model_t *model,
    ngx_http_maas_model_t *first)
{
    *model = *first;

    model->users = 0;
    ngx_queue_init(&model->scores);
    ngx_queue_init(&model->asked);
    model->filling = NULL;
    model->free = NULL;
    model->in_pool = 0;
    model->fixed = 0;
    model->scored = 0;
    model->complained = 0;

    ngx_memzero(model->cost, sizeof(model->cost));
}


void
ngx_http_maas_swap_fill(ngx_http_maas_model_t *model,
    ngx_http_maas_watch_t *watch, ngx_http_maas_slot_t *slot)
{
    ngx_http_maas_swap_begin(model, watch->model);

    model->generation = slot->generation;
    model->engine = slot->engine;
    model->info = maas_model_info(slot->engine);
    model->explainer = slot->explainer;
    model->unexplained = model->explains ? slot->unexplained : NULL;
    model->explain = slot->explain;
    model->written = slot->written;
    model->loaded = slot->loaded;
    model->cost[0] = slot->cost;
}


void
ngx_http_maas_swap_destroy(ngx_http_maas_model_t *model)
{
    ngx_http_maas_batch_forget(model);
    ngx_destroy_pool(model->pool);         /* model itself is in it */
}


ngx_int_t
ngx_http_maas_swap_ready(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *now, ngx_http_maas_model_t *model)
{
    maas_err_t  err;

    ngx_http_maas_zone_join(mmcf, model);

    model->event.handler = ngx_http_maas_batch_run;
    model->event.data = model;
    model->event.log = ngx_cycle->log;

    return ngx_http_maas_fit_new(mmcf, now, model, &err) == MAAS_OK
           && (model->free = ngx_http_maas_batch_create(model, &err)) != NULL
           && ngx_http_maas_renew(model->pool, mmcf, model) == NGX_OK
           ? NGX_OK : NGX_ERROR;
}


/* NULL: no memory */

static ngx_http_maas_model_t *
ngx_http_maas_swap_create(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_watch_t *watch, ngx_http_maas_slot_t *slot)
{
    ngx_pool_t             *pool;
    ngx_http_maas_model_t  *model;

    pool = ngx_create_pool(4096, ngx_cycle->log);
    if (pool == NULL) {
        return NULL;
    }

    model = ngx_palloc(pool, sizeof(ngx_http_maas_model_t));
    if (model == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    ngx_http_maas_swap_fill(model, watch, slot);

    model->pool = pool;
    model->sum.len = MAAS_SHA256_HEX;
    model->sum.data = ngx_pcalloc(pool, MAAS_SHA256_HEX + 1);

    if (model->sum.data == NULL
        || ngx_http_maas_swap_ready(mmcf, ngx_http_maas_swap_now(mmcf, watch),
                                    model)
           != NGX_OK)
    {
        ngx_http_maas_swap_destroy(model);
        return NULL;
    }

    ngx_memcpy(model->sum.data, slot->sum, MAAS_SHA256_HEX);

    return model;
}


void
ngx_http_maas_swap_put(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_watch_t *watch, ngx_http_maas_model_t *model)
{
    ngx_http_maas_model_t  *first, **place;

    first = watch->model;

    ngx_http_maas_fit_take(mmcf, ngx_http_maas_swap_now(mmcf, watch), model);

    if (first->place == NGX_HTTP_MAAS_NO_PLACE) {
        ngx_http_maas_models_insert(mmcf, model);

    } else {
        place = ngx_http_maas_swap_place(mmcf, watch);

        if (*place != first) {
            ngx_queue_insert_tail(&watch->past, &(*place)->queue);
        }

        *place = model;
    }

    first->now = model;
    first->engine = model->engine;
    first->info = model->info;
    first->explainer = model->explainer;
    first->sum = model->sum;
    first->generation = model->generation;
    first->written = model->written;
    first->loaded = model->loaded;
    first->all_says = model->all_says;
    first->says = model->says;
    first->n_says = model->n_says;
    ngx_memcpy(first->says_of, model->says_of, sizeof(first->says_of));

    ngx_http_maas_renew_take(mmcf, model);
}


static ngx_int_t
ngx_http_maas_swap_to(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_watch_t *watch, ngx_uint_t current)
{
    ngx_http_maas_slot_t   *slot;
    ngx_http_maas_model_t  *model;

    if (ngx_http_maas_watch_void(watch->shared, current)) {
        ngx_http_maas_folder_leave(mmcf, watch);
        watch->current = current;
        return NGX_OK;
    }

    slot = ngx_http_maas_slot(&watch->slots, ngx_http_maas_watch_slot(current));

    if (watch->model->place == NGX_HTTP_MAAS_NO_PLACE
        && ngx_http_maas_folder_enter(mmcf, watch, slot) != NGX_OK)
    {
        return NGX_ERROR;
    }

    model = ngx_http_maas_swap_create(mmcf, watch, slot);
    if (model == NULL) {
        return NGX_ERROR;
    }

    ngx_http_maas_swap_put(mmcf, watch, model);
    watch->current = current;

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_swap_first(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_watch_t *watch)
{
    ngx_queue_init(&watch->past);

    return ngx_http_maas_swap_to(mmcf, watch, watch->current);
}


ngx_uint_t
ngx_http_maas_swap_step(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_watch_t *watch)
{
    ngx_uint_t  current;

    current = watch->shared->current;
    ngx_memory_barrier();                  /* what is in the slot, is it none */

    if (current != watch->warming) {
        watch->warming = current;
        watch->warm = 0;
    }

    if (!ngx_http_maas_watch_void(watch->shared, current)
        && !ngx_http_maas_slot_warm(&watch->slots,
                                    ngx_http_maas_watch_slot(current),
                                    &watch->warm))
    {
        return 0;
    }

    if (ngx_http_maas_swap_to(mmcf, watch, current) == NGX_OK) {
        watch->refused = 0;
        return 1;
    }

    if (!watch->refused) {
        watch->refused = 1;
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "maas_model \"%V\" version %V: no memory for generation "
                      "%ui in this worker, which tries again",
                      &watch->model->name, &watch->model->version,
                      ngx_http_maas_watch_generation(current));
    }

    return 0;
}


ngx_uint_t
ngx_http_maas_swap_reap(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_watch_t *watch)
{
    ngx_queue_t            *q, *next;
    ngx_http_maas_model_t  *model, *first;

    first = watch->model;

    for (q = ngx_queue_head(&watch->past);
         q != ngx_queue_sentinel(&watch->past);
         q = next)
    {
        next = ngx_queue_next(q);
        model = ngx_queue_data(q, ngx_http_maas_model_t, queue);

        if (model->users > 0) {
            ngx_http_maas_settle(mmcf, model, NGX_HTTP_MAAS_SETTLE);
        }

        /* the last one of a file that was removed: requests whose bodies are
         * on the way will have it */

        if (model == first->now && first->users > 0) {
            continue;
        }

        /* without users nothing rides in a batch that is filling */

        if (model->users == 0 && model->in_pool == 0 && !model->event.posted)
        {
            ngx_queue_remove(q);

            if (model == first->now) {
                ngx_http_maas_folder_forget(first);
            }

            ngx_http_maas_swap_destroy(model);
        }
    }

    return !ngx_queue_empty(&watch->past);
}
