
/*
 * The timer by which each worker goes along with models that are watched, from
 * its start to its end.
 * Not here: what a directive says (ngx_http_maas_watch_conf.c), who looks after
 * files (ngx_http_maas_lease.c), what a swap is (ngx_http_maas_swap.c).
 */


#include "ngx_http_maas_folder.h"


/* ms */

#define NGX_HTTP_MAAS_TICK_MOST    500
#define NGX_HTTP_MAAS_TICK_LEAST   20
#define NGX_HTTP_MAAS_TICK_BUSY    5


#if (NGX_THREADS)


/* The oldest generation that this worker may read is told once the others are
 * gone. */

static void
ngx_http_maas_watch_tell(ngx_http_maas_watch_t *watch)
{
    ngx_uint_t              oldest;
    ngx_queue_t            *q;
    ngx_http_maas_model_t  *model;

    oldest = ngx_http_maas_watch_generation(watch->current);

    for (q = ngx_queue_head(&watch->past);
         q != ngx_queue_sentinel(&watch->past);
         q = ngx_queue_next(q))
    {
        model = ngx_queue_data(q, ngx_http_maas_model_t, queue);
        oldest = ngx_min(oldest, model->generation);
    }

    watch->shared->user[ngx_worker].oldest = oldest;
}


static void
ngx_http_maas_watch_tick(ngx_event_t *ev)
{
    ngx_http_maas_main_conf_t  *mmcf = ev->data;

    ngx_msec_t                  next;
    ngx_uint_t                  i;
    ngx_http_maas_watch_t     **watches;
    ngx_http_maas_watching_t   *watching;

    watching = mmcf->watching;
    watches = watching->watches.elts;
    next = watching->tick;

    if (ngx_http_maas_lease_take(watching)
        && ngx_http_maas_lease_work(mmcf))
    {
        next = NGX_HTTP_MAAS_TICK_BUSY;
    }

    for (i = 0; i < watching->watches.nelts; i++) {

        if (watches[i]->shared->current != watches[i]->current
            && !ngx_http_maas_swap_step(mmcf, watches[i]))
        {
            next = watches[i]->refused ? next : 1;
        }

        (void) ngx_http_maas_swap_reap(mmcf, watches[i]);
        ngx_http_maas_watch_tell(watches[i]);
    }

    ngx_http_maas_swap_joined(mmcf);

    ngx_add_timer(ev, next);
}


/* Sizes are not those that the configuration was read with, once a model has
 * been replaced: each has room for a row before the first takes more. */

static void
ngx_http_maas_watch_fit(ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t               i, n;
    ngx_http_maas_model_t   *first;
    ngx_http_maas_watch_t  **watches;

    n = mmcf->watching->watches.nelts;
    watches = mmcf->watching->watches.elts;

    for (i = 0; i < n; i++) {
        if (watches[i]->model->place != NGX_HTTP_MAAS_NO_PLACE
            && ngx_http_maas_watch_generation(watches[i]->current) > 1)
        {
            break;
        }
    }

    if (i == n) {
        return;
    }

    for (i = 0; i < n; i++) {
        first = watches[i]->model;

        if (first->place != NGX_HTTP_MAAS_NO_PLACE) {
            first->max_batch = 1;
            ngx_http_maas_fit_take(mmcf, first, first);
        }
    }

    for (i = 0; i < mmcf->models.nelts; i++) {
        first = ((ngx_http_maas_model_t **) mmcf->models.elts)[i];

        if (first->pipeline != NULL && first->watch != NULL) {
            first->max_batch = 1;
            ngx_http_maas_fit_take(mmcf, first, first);
        }
    }
}


static ngx_int_t
ngx_http_maas_watch_attach(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_watch_t *watch, ngx_log_t *log)
{
    if (ngx_http_maas_swap_first(mmcf, watch) != NGX_OK) {
        ngx_log_error(NGX_LOG_ALERT, log, 0,
                      "maas_model \"%V\" version %V: no memory in this worker",
                      &watch->model->name, &watch->model->version);
        return NGX_ERROR;
    }

    ngx_http_maas_watch_tell(watch);

    return NGX_OK;
}


#endif


/* Of what the master has loaded nothing may be left. */

void
ngx_http_maas_watch_enter(ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t                i;
    ngx_http_maas_slot_t     *slot;
    ngx_http_maas_watch_t   **watch;

    if (mmcf->watching == NULL) {
        return;
    }

    watch = mmcf->watching->watches.elts;

    for (i = 0; i < mmcf->watching->watches.nelts; i++) {

        /* first of all, so that nothing is emptied that is read from now on */

        watch[i]->shared->user[ngx_worker].oldest = 0;
        watch[i]->shared->user[ngx_worker].pid = ngx_pid;
        ngx_memory_barrier();

        watch[i]->current = watch[i]->shared->current;

        /* the model of the configuration is gone; another file may have its
         * place */

        if (watch[i]->shared->path[0] != '\0'
            || ngx_http_maas_watch_void(watch[i]->shared, watch[i]->current))
        {
            ngx_http_maas_folder_leave(mmcf, watch[i]);
            continue;
        }

        slot = ngx_http_maas_slot(&watch[i]->slots,
                                  ngx_http_maas_watch_slot(watch[i]->current));

        watch[i]->model->engine = slot->engine;
        watch[i]->model->info = maas_model_info(slot->engine);
    }

    ngx_http_maas_swap_joined_enter(mmcf);
}


ngx_int_t
ngx_http_maas_watch_start(ngx_cycle_t *cycle, ngx_http_maas_main_conf_t *mmcf)
{
#if (NGX_THREADS)
    ngx_msec_t                  least;
    ngx_uint_t                  i;
    ngx_event_t                *ev;
    ngx_http_maas_watch_t     **watches;
    ngx_http_maas_watching_t   *watching;

    watching = mmcf->watching;

    if (watching == NULL) {
        return NGX_OK;
    }

    ngx_http_maas_watch_fit(mmcf);

    least = NGX_HTTP_MAAS_TICK_MOST * 10;
    watches = watching->watches.elts;

    for (i = 0; i < watching->watches.nelts; i++) {
        least = ngx_min(least, watches[i]->interval);

        if (ngx_http_maas_watch_attach(mmcf, watches[i], cycle->log)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (ngx_http_maas_swap_joined_first(mmcf) != NGX_OK) {
        return NGX_ERROR;
    }

    watching->tick = ngx_max(least / 10, NGX_HTTP_MAAS_TICK_LEAST);

    ev = &watching->event;
    ev->handler = ngx_http_maas_watch_tick;
    ev->data = mmcf;
    ev->log = cycle->log;
    ev->cancelable = 1;

    ngx_add_timer(ev, watching->tick);
#endif

    return NGX_OK;
}


void
ngx_http_maas_watch_stop(ngx_http_maas_main_conf_t *mmcf)
{
#if (NGX_THREADS)
    ngx_uint_t                  i;
    ngx_http_maas_watch_t     **watches;
    ngx_http_maas_watching_t   *watching;

    watching = mmcf->watching;

    if (watching == NULL) {
        return;
    }

    ngx_http_maas_watch_end(watching);
    ngx_http_maas_lease_give(watching);

    watches = watching->watches.elts;

    for (i = 0; i < watching->watches.nelts; i++) {
        watches[i]->shared->user[ngx_worker].pid = 0;
    }
#endif
}
