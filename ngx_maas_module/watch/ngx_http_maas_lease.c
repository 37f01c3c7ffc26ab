
/*
 * Who holds the lease: what its thread is to do, and what becomes of files that
 * are new.  What the configuration would not load is not taken over either.
 * Not here: how a worker takes over (ngx_http_maas_swap.c).
 */


#include "ngx_http_maas_folder.h"


#if (NGX_THREADS)


#define NGX_HTTP_MAAS_SAY  1024            /* bytes of a part of a line */


ngx_int_t
ngx_http_maas_lease_init(ngx_http_maas_lease_t *lease)
{
    ngx_err_t            error;
    pthread_mutexattr_t  attr;

    error = pthread_mutexattr_init(&attr);
    if (error != 0) {
        ngx_set_errno(error);
        return NGX_ERROR;
    }

    (void) pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    (void) pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);

    error = pthread_mutex_init(&lease->lease, &attr);
    (void) pthread_mutexattr_destroy(&attr);

    ngx_set_errno(error);

    return error == 0 ? NGX_OK : NGX_ERROR;
}


/* A worker that is to end looks after nothing new. */

ngx_uint_t
ngx_http_maas_lease_take(ngx_http_maas_watching_t *watching)
{
    int  rc;

    if (ngx_exiting || ngx_terminate || ngx_quit) {
        watching->stop = 1;

        if (!watching->works || watching->done) {
            ngx_http_maas_watch_end(watching);
            ngx_http_maas_lease_give(watching);
        }

        return 0;
    }

    if (watching->holds) {
        return 1;
    }

    rc = pthread_mutex_trylock(&watching->lease->lease);

    if (rc == EOWNERDEAD) {
        rc = pthread_mutex_consistent(&watching->lease->lease);
    }

    watching->holds = rc == 0;

    return watching->holds;
}


void
ngx_http_maas_lease_give(ngx_http_maas_watching_t *watching)
{
    if (watching->holds) {
        (void) pthread_mutex_unlock(&watching->lease->lease);
        watching->holds = 0;
    }
}


/* Slots that nobody reads are to be emptied, what a dead worker was loading as
 * well; one that is empty is for what may be new. */

static void
ngx_http_maas_lease_slots(ngx_http_maas_watch_t *watch)
{
    ngx_uint_t                  i, oldest, generation, *full;
    ngx_http_maas_watch_job_t  *job;

    job = &watch->job;
    full = watch->shared->full;
    generation = ngx_http_maas_watch_generation(watch->shared->current);
    oldest = 0;

    job->slot = -1;
    job->empty = 0;
    job->generation = generation + 1;

    for (i = 0; i < NGX_HTTP_MAAS_SLOTS; i++) {

        if (full[i] == 0) {
            job->slot = (ngx_int_t) i;
            continue;
        }

        if (full[i] != generation && oldest == 0) {
            oldest = ngx_http_maas_swap_oldest(watch);
        }

        if (full[i] < oldest || full[i] > generation) {
            job->empty |= 1u << i;
        }
    }

    /* known before it is written to: this worker may die */

    if (job->slot >= 0 && job->look) {
        full[job->slot] = generation + 1;
        ngx_memory_barrier();
    }
}


/* Is there something to do? */

static ngx_uint_t
ngx_http_maas_lease_job(ngx_http_maas_watch_t *watch)
{
    ngx_uint_t                  none;
    ngx_http_maas_watch_job_t  *job;

    job = &watch->job;

    job->found = NGX_HTTP_MAAS_FOUND_NOTHING;
    job->looked = 0;

    none = ngx_http_maas_watch_void(watch->shared, watch->shared->current);

    /* a model that is new has its name once this worker has it */

    job->look = (ngx_msec_int_t) (ngx_current_msec - watch->due) >= 0
                && (none ? watch->adding
                         : watch->model->place != NGX_HTTP_MAAS_NO_PLACE);

    ngx_http_maas_lease_slots(watch);

    if (!job->look) {
        return job->empty != 0;
    }

    /* twice in each interval: once it is over all workers shall have it */

    watch->due = ngx_current_msec + watch->interval / 2;

    if (none) {
        ngx_memzero(job->sum, MAAS_SHA256_HEX);
        return 1;
    }

    ngx_memcpy(job->sum, ngx_http_maas_slot(&watch->slots,
                   ngx_http_maas_watch_slot(watch->shared->current))->sum,
               MAAS_SHA256_HEX);

    return 1;
}


/* Log that a file is not taken over, once for each. */

static void
ngx_http_maas_lease_refuse(ngx_http_maas_watch_t *watch,
    ngx_http_maas_why_t *why)
{
    ngx_http_maas_model_t  *model;

    model = watch->model;

    ngx_http_maas_count_add(model, NGX_HTTP_MAAS_REFUSED, 1);

    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, why->error,
                  "maas_model \"%V\" version %V: the new file is not taken "
                  "over, generation %ui goes on: %s", &model->name,
                  &model->version,
                  ngx_http_maas_watch_generation(watch->shared->current),
                  why->text);
}


static void
ngx_http_maas_lease_publish(ngx_http_maas_watch_t *watch)
{
    size_t                  len, more;
    u_char                  origin[NGX_HTTP_MAAS_SAY];
    u_char                  differ[NGX_HTTP_MAAS_SAY];
    const maas_info_t      *old, *new;
    ngx_http_maas_slot_t   *slot, *now;
    ngx_http_maas_model_t  *model;

    model = watch->model;
    slot = ngx_http_maas_slot(&watch->slots, watch->job.slot);
    now = ngx_http_maas_slot(&watch->slots,
                    ngx_http_maas_watch_slot(watch->shared->current));

    old = maas_model_info(now->engine);
    new = maas_model_info(slot->engine);

    ngx_http_maas_swap_publish(watch, slot->generation, watch->job.slot);

    ngx_http_maas_count_add(model, NGX_HTTP_MAAS_SWAPS, 1);

    len = ngx_http_maas_origin(new, slot->written, origin, sizeof(origin));
    more = ngx_http_maas_differ(old, new, differ, sizeof(differ));

    ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                  "maas_model \"%V\" version %V: generation %ui, SHA-256 %*s"
                  "%s, %*s%s%*s", &model->name, &model->version,
                  slot->generation, (size_t) MAAS_SHA256_HEX,
                  slot->sum, ngx_http_maas_trust_said(model->trust), len,
                  origin, more == 0 ? "" : "; ", more, differ);
}


/* It waits, which is said once. */

static void
ngx_http_maas_lease_stuck(ngx_http_maas_watch_t *watch)
{
    if (watch->stuck) {
        return;
    }

    watch->stuck = 1;
    ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                  "maas_model \"%V\" version %V: the new file waits, since "
                  "requests still have %d generations", &watch->model->name,
                  &watch->model->version, NGX_HTTP_MAAS_SLOTS);
}


/* A new one is in the slot. */

static void
ngx_http_maas_lease_new(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_watch_t *watch)
{
    maas_err_t                  err;
    ngx_http_maas_slot_t       *slot;
    ngx_http_maas_watch_job_t  *job;

    job = &watch->job;
    slot = ngx_http_maas_slot(&watch->slots, job->slot);
    watch->stuck = 0;

    if (ngx_http_maas_swap_check(mmcf, watch, slot, &err) == MAAS_OK) {
        ngx_http_maas_lease_publish(watch);
        return;
    }

    (void) ngx_http_maas_why(&job->why, 0, "\"%V\": %s", &watch->model->file,
                             err.msg);
    ngx_http_maas_lease_refuse(watch, &job->why);
}


static void
ngx_http_maas_lease_gone(ngx_http_maas_watch_t *watch)
{
    ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, watch->job.ident.error,
                  "maas_model \"%V\" version %V: \"%V\" is gone, generation "
                  "%ui goes on", &watch->model->name, &watch->model->version,
                  &watch->model->file,
                  ngx_http_maas_watch_generation(watch->shared->current));
}


/* What the thread found; true: the slot is not empty, and one that is refused
 * is emptied the next time. */

static ngx_uint_t
ngx_http_maas_lease_found(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_watch_t *watch)
{
    ngx_http_maas_watch_job_t  *job;

    job = &watch->job;

    if (watch->adding) {
        return ngx_http_maas_folder_added(mmcf, watch);
    }

    if (job->looked && job->found != NGX_HTTP_MAAS_FOUND_GONE) {
        watch->absent = 0;
        watch->kept = 0;
    }

    switch (job->found) {

    case NGX_HTTP_MAAS_FOUND_NOTHING:
        return 0;

    case NGX_HTTP_MAAS_FOUND_NO_SLOT:
        ngx_http_maas_lease_stuck(watch);
        return 0;

    case NGX_HTTP_MAAS_FOUND_GONE:

        if (watch->folder != NULL && ngx_http_maas_folder_gone(mmcf, watch)) {
            return 0;
        }

        ngx_http_maas_lease_gone(watch);
        break;

    case NGX_HTTP_MAAS_FOUND_BAD:
        ngx_http_maas_lease_refuse(watch, &job->why);
        break;

    case NGX_HTTP_MAAS_FOUND_NEW:
        ngx_http_maas_lease_new(mmcf, watch);
        break;

    case NGX_HTTP_MAAS_FOUND_SAME:
        break;
    }

    watch->shared->seen = job->ident;

    return job->found == NGX_HTTP_MAAS_FOUND_NEW;
}


/* The thread has ended. */

static void
ngx_http_maas_lease_done(ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t                  i, k;
    ngx_http_maas_watch_t     **watches;
    ngx_http_maas_watching_t   *watching;
    ngx_http_maas_watch_job_t  *job;

    watching = mmcf->watching;
    watches = watching->watches.elts;

    ngx_http_maas_watch_end(watching);

    for (i = 0; i < watching->watches.nelts; i++) {
        job = &watches[i]->job;

        for (k = 0; k < NGX_HTTP_MAAS_SLOTS; k++) {
            if (job->empty & (1u << k)) {
                watches[i]->shared->full[k] = 0;
            }
        }

        if (job->look && !job->looked) {
            watches[i]->due = ngx_current_msec;
        }

        if (job->look && !ngx_http_maas_lease_found(mmcf, watches[i])
            && job->slot >= 0)
        {
            watches[i]->shared->full[job->slot] = 0;
        }
    }

    ngx_http_maas_folder_assign(mmcf);
}


ngx_uint_t
ngx_http_maas_lease_work(ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t                  i, any;
    ngx_http_maas_watch_t     **watches;
    ngx_http_maas_watching_t   *watching;

    watching = mmcf->watching;
    watches = watching->watches.elts;

    if (watching->works) {

        if (!watching->done) {
            return 1;
        }

        ngx_http_maas_lease_done(mmcf);
    }

    any = ngx_http_maas_folder_job(watching);

    for (i = 0; i < watching->watches.nelts; i++) {
        any |= ngx_http_maas_lease_job(watches[i]);
    }

    if (!any) {
        return 0;
    }

    return ngx_http_maas_watch_begin(watching) == NGX_OK;
}


#endif
