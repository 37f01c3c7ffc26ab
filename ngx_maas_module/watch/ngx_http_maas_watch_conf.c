
/*
 * watch= and max=: what a directive says, and memory that workers will share.
 * Not here: what workers do with it (ngx_http_maas_watch.c).
 */


#include "ngx_http_maas_folder.h"


#define NGX_HTTP_MAAS_WATCH_LEAST  100     /* ms */

/* of what the first file takes, and bytes: a slot has room to grow */

#define NGX_HTTP_MAAS_ROOM_TIMES   4
#define NGX_HTTP_MAAS_ROOM_LEAST   (16 * 1024 * 1024)


ngx_int_t
ngx_http_maas_watch_param(ngx_conf_t *cf, ngx_http_maas_watch_t **watch,
    ngx_str_t *value)
{
    off_t      size;
    ngx_str_t  s;
    ngx_int_t  interval;

    size = NGX_CONF_UNSET;
    interval = NGX_CONF_UNSET;

    if (ngx_strncmp(value->data, "watch=", 6) == 0) {
        s.data = value->data + 6;
        s.len = value->len - 6;
        interval = ngx_parse_time(&s, 0);

        if (interval < NGX_HTTP_MAAS_WATCH_LEAST) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid parameter "
                               "\"%V\", expected a time of %d ms or more",
                               value, NGX_HTTP_MAAS_WATCH_LEAST);
            return NGX_ERROR;
        }

    } else if (ngx_strncmp(value->data, "max=", 4) == 0) {
        s.data = value->data + 4;
        s.len = value->len - 4;
        size = ngx_parse_offset(&s);

        if (size <= 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid parameter "
                               "\"%V\", expected a size such as 100m", value);
            return NGX_ERROR;
        }

    } else {
        return NGX_DECLINED;
    }

#if !(NGX_THREADS)
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" needs an nginx that was "
                       "built --with-threads", value);
    return NGX_ERROR;
#endif

    if (*watch == NULL) {
        *watch = ngx_pcalloc(cf->pool, sizeof(ngx_http_maas_watch_t));
        if (*watch == NULL) {
            return NGX_ERROR;
        }
    }

    if (interval != NGX_CONF_UNSET) {
        (*watch)->interval = (ngx_msec_t) interval;

    } else {
        (*watch)->max = (size_t) size;
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_watch_check(ngx_conf_t *cf, ngx_http_maas_watch_t *watch)
{
    if (watch != NULL && watch->interval == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"max=\" is the most memory "
                           "of a model that \"watch=\" takes over: expected "
                           "both, or \"watch=\" alone");
        return NGX_ERROR;
    }

    return NGX_OK;
}


maas_status_t
ngx_http_maas_watch_load(ngx_conf_t *cf, ngx_http_maas_model_t *model,
    ngx_http_maas_file_t *file, maas_err_t *err)
{
    size_t                  size;
    maas_status_t           rc;
    ngx_http_maas_watch_t  *watch;

    static const float  none[2];

    watch = model->watch;
    watch->model = model;
    size = watch->max;

    if (size == 0) {
        size = NGX_HTTP_MAAS_ROOM_TIMES * file->size
               + NGX_HTTP_MAAS_ROOM_LEAST;
    }

    if (watch->slots.start == NULL
        && ngx_http_maas_slots_reserve(cf->pool, &watch->slots, size, 1)
           != NGX_OK)
    {
        return ngx_http_maas_fail(err, MAAS_NOMEM, "no address space for %d "
                                  "generations of up to %uz bytes",
                                  NGX_HTTP_MAAS_SLOTS, size);
    }

    rc = ngx_http_maas_slot_load(&watch->slots, 0, file->data, file->size, err);

    if (rc == MAAS_TOOBIG && watch->max != 0) {
        return ngx_http_maas_fail(err, rc, "the model does not fit into "
                                  "max=, %uz bytes; its file has %uz, a model "
                                  "in memory may need twice as much", size,
                                  file->size);
    }

    if (rc != MAAS_OK) {
        return rc;
    }

    ngx_http_maas_slot_set(&watch->slots, 0, 1, model->sum.data,
                           file->written, none);

    model->engine = ngx_http_maas_slot(&watch->slots, 0)->engine;

    return MAAS_OK;
}


static ngx_int_t
ngx_http_maas_watch_some(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf)
{
    ngx_http_maas_watching_t  *watching;

    if (mmcf->watching != NULL) {
        return NGX_OK;
    }

    watching = ngx_pcalloc(cf->pool, sizeof(ngx_http_maas_watching_t));

    if (watching == NULL
        || ngx_array_init(&watching->watches, cf->pool, 4, sizeof(void *))
           != NGX_OK
        || ngx_array_init(&watching->folders, cf->pool, 1, sizeof(void *))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    watching->cycle = cf->cycle;
    mmcf->watching = watching;

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_watch_add(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model)
{
    ngx_http_maas_watch_t  **slot;

    if (ngx_http_maas_watch_some(cf, mmcf) != NGX_OK) {
        return NGX_ERROR;
    }

    slot = ngx_array_push(&mmcf->watching->watches);
    if (slot == NULL) {
        return NGX_ERROR;
    }

    *slot = model->watch;

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_watch_folder(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_folder_t *folder)
{
    ngx_http_maas_folder_t  **slot;

    if (ngx_http_maas_watch_some(cf, mmcf) != NGX_OK) {
        return NGX_ERROR;
    }

    slot = ngx_array_push(&mmcf->watching->folders);
    if (slot == NULL) {
        return NGX_ERROR;
    }

    *slot = folder;

    return NGX_OK;
}


static void
ngx_http_maas_watch_cleanup(void *data)
{
    ngx_http_maas_watching_t  *watching = data;

    /* without a master, processes outlive configurations */

    if (watching->event.timer_set) {
        ngx_del_timer(&watching->event);
    }

#if (NGX_THREADS)
    ngx_http_maas_watch_end(watching);
#endif

    ngx_shm_free(&watching->shm);
}


static void
ngx_http_maas_watch_init(ngx_http_maas_watch_t *watch,
    ngx_http_maas_watched_t *shared)
{
    watch->shared = shared;

    if (watch->model->place == NGX_HTTP_MAAS_NO_PLACE) {
        return;                            /* generation 0 is none */
    }

    shared->gone = (ngx_uint_t) -1;
    shared->current = ngx_http_maas_watch_current(1, 0);
    shared->full[0] = 1;
    shared->seen = watch->ident;
}


ngx_int_t
ngx_http_maas_watch_share(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t                  i;
    ngx_pool_cleanup_t         *cln;
    ngx_http_maas_watch_t     **watches;
    ngx_http_maas_watching_t   *watching;

    watching = mmcf->watching;

    if (watching == NULL) {
        return NGX_OK;
    }

    if (ngx_http_maas_models_reserve(cf->pool, mmcf) != NGX_OK) {
        return NGX_ERROR;
    }

    watches = watching->watches.elts;

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    ngx_str_set(&watching->shm.name, "maas_watch");
    watching->shm.log = cf->log;
    watching->shm.size = sizeof(ngx_http_maas_lease_t)
                         + watching->watches.nelts
                           * sizeof(ngx_http_maas_watched_t);

    if (ngx_shm_alloc(&watching->shm) != NGX_OK) {
        return NGX_ERROR;
    }

    watching->lease = (ngx_http_maas_lease_t *) watching->shm.addr;

    cln->handler = ngx_http_maas_watch_cleanup;
    cln->data = watching;

    for (i = 0; i < watching->watches.nelts; i++) {
        ngx_http_maas_watch_init(watches[i], &watching->lease->watched[i]);
    }

#if (NGX_THREADS)

    if (ngx_http_maas_lease_init(watching->lease) != NGX_OK) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, ngx_errno,
                      "maas_model: no lease for \"watch=\"");
        return NGX_ERROR;
    }

#endif

    return NGX_OK;
}
