
/*
 * Files that are added to a folder, and those that are removed: what the worker
 * that holds the lease makes of them.
 * Not here: which there are (ngx_http_maas_folder_look.c), how a worker takes a
 * model (ngx_http_maas_folder.c), how a file is loaded
 * (ngx_http_maas_watch_thread.c).
 */


#include "ngx_http_maas_folder.h"
#include "proxy/ngx_http_maas_renew.h"


#if (NGX_THREADS)


#define NGX_HTTP_MAAS_FOLDER_SAY  1024     /* bytes of a part of a line */


/* A place that no worker has anything of; NULL: there is none */

static ngx_http_maas_watch_t *
ngx_http_maas_folder_free(ngx_http_maas_watching_t *watching,
    ngx_http_maas_folder_t *folder)
{
    ngx_uint_t               i;
    ngx_http_maas_watch_t   *watch, **watches;

    watches = watching->watches.elts;

    for (i = folder->first; i < folder->first + folder->n; i++) {
        watch = watches[i];

        if (ngx_http_maas_folder_void(watch) && !watch->adding
            && watch->current == watch->shared->current
            && ngx_http_maas_swap_oldest(watch)
               >= ngx_http_maas_watch_generation(watch->current))
        {
            return watch;
        }
    }

    return NULL;
}


/* Another place that is to get a model so called; NULL: there is none */

static ngx_http_maas_model_t *
ngx_http_maas_folder_same(ngx_http_maas_watching_t *watching,
    ngx_http_maas_model_t *model)
{
    ngx_uint_t               i;
    ngx_http_maas_model_t   *other;
    ngx_http_maas_watch_t  **watches;

    watches = watching->watches.elts;

    for (i = 0; i < watching->watches.nelts; i++) {
        other = watches[i]->model;

        if (watches[i]->adding && other->number == model->number
            && ngx_http_maas_text_same(&other->name, &model->name))
        {
            return other;
        }
    }

    return NULL;
}


/* May the file be a model by its path?  NGX_DECLINED: another one has its name;
 * NGX_ERROR: never; why says so. */

static ngx_int_t
ngx_http_maas_folder_may(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_folder_t *folder, ngx_http_maas_model_t *model,
    ngx_http_maas_why_t *why)
{
    maas_err_t              err;
    ngx_http_maas_which_t   which;
    ngx_http_maas_model_t  *other;

    if (model->file.len + 1 >= NGX_HTTP_MAAS_PATH) {
        return ngx_http_maas_why(why, 0, "the path is longer than %d bytes",
                                 NGX_HTTP_MAAS_PATH - 2);
    }

    if (ngx_http_maas_folder_name(model, folder->versioned, &err) != NGX_OK) {
        return ngx_http_maas_why(why, 0, "%s", err.msg);
    }

    ngx_memzero(&which, sizeof(ngx_http_maas_which_t));
    which.name = model->name;
    which.version = model->version;

    other = ngx_http_maas_model_find(mmcf, &which);

    if (other == NULL) {
        other = ngx_http_maas_folder_same(mmcf->watching, model);
    }

    if (other == NULL) {
        return NGX_OK;
    }

    (void) ngx_http_maas_why(why, 0, "\"%V\" is model \"%V\" version %V "
                             "already", &other->file, &other->name,
                             &other->version);

    return NGX_DECLINED;
}


static void
ngx_http_maas_folder_place(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_folder_t *folder, ngx_http_maas_folder_file_t *file)
{
    ngx_int_t                rc;
    maas_err_t               err;
    ngx_http_maas_why_t      why;
    ngx_http_maas_model_t    model, *first;
    ngx_http_maas_watch_t   *watch;

    ngx_memzero(&model, sizeof(ngx_http_maas_model_t));
    model.file.data = file->path;
    model.file.len = ngx_strlen(file->path);

    rc = ngx_http_maas_folder_may(mmcf, folder, &model, &why);

    if (rc != NGX_OK) {
        ngx_http_maas_folder_refuse(folder, file->path, &file->ident,
                                    rc == NGX_DECLINED, &why);
        return;
    }

    watch = ngx_http_maas_folder_free(mmcf->watching, folder);

    if (watch == NULL) {

        if (!folder->full) {
            folder->full = 1;
            ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                          "maas_models: no place for \"%s\": \"%V\" has %ui, "
                          "reload nginx for more", file->path,
                          &folder->pattern, folder->n);
        }

        return;
    }

    folder->full = 0;

    (void) ngx_cpystrn(watch->shared->path, file->path, NGX_HTTP_MAAS_PATH);
    ngx_memzero(&watch->shared->seen, sizeof(ngx_http_maas_ident_t));

    first = watch->model;
    first->file.data = watch->shared->path;
    first->file.len = model.file.len;
    (void) ngx_http_maas_folder_name(first, folder->versioned, &err);

    watch->adding = 1;
    watch->due = ngx_current_msec;
}


/* There are more than a look may add. */

static void
ngx_http_maas_folder_over(ngx_http_maas_folder_t *folder)
{
    if (folder->over == 0) {
        folder->crowded = 0;
        return;
    }

    if (folder->room > 0) {

        if (!folder->full) {
            folder->due = ngx_current_msec;        /* no need to wait */
        }

        return;
    }

    if (!folder->crowded) {
        folder->crowded = 1;
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "maas_models: %d files of \"%V\" are not taken, %ui "
                      "more are not looked at until some of these are gone",
                      NGX_HTTP_MAAS_FOLDER_REFUSED, &folder->pattern,
                      folder->over);
    }
}


void
ngx_http_maas_folder_assign(ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t                 i, k;
    ngx_http_maas_folder_t    *folder, **folders;
    ngx_http_maas_watching_t  *watching;

    watching = mmcf->watching;
    folders = watching->folders.elts;

    for (i = 0; i < watching->folders.nelts; i++) {
        folder = folders[i];

        if (!folder->looked) {
            continue;
        }

        folder->looked = 0;

        for (k = 0; k < folder->n_added; k++) {
            ngx_http_maas_folder_place(mmcf, folder, &folder->added[k]);
        }

        ngx_http_maas_folder_over(folder);
    }
}


static void
ngx_http_maas_folder_publish(ngx_http_maas_watch_t *watch)
{
    size_t                  len;
    u_char                  origin[NGX_HTTP_MAAS_FOLDER_SAY];
    ngx_http_maas_slot_t   *slot;
    ngx_http_maas_model_t  *first;

    first = watch->model;
    slot = ngx_http_maas_slot(&watch->slots, watch->job.slot);

    ngx_http_maas_swap_publish(watch, slot->generation, watch->job.slot);

    len = ngx_http_maas_origin(maas_model_info(slot->engine), slot->written,
                               origin, sizeof(origin));

    ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                  "maas_models: \"%V\" is model \"%V\" version %V: generation "
                  "%ui, SHA-256 %*s%s, %*s", &first->file, &first->name,
                  &first->version, slot->generation,
                  (size_t) MAAS_SHA256_HEX, slot->sum,
                  ngx_http_maas_trust_said(first->trust), len, origin);
}


ngx_uint_t
ngx_http_maas_folder_added(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_watch_t *watch)
{
    maas_err_t                  err;
    ngx_http_maas_watch_job_t  *job;

    job = &watch->job;

    switch (job->found) {

    case NGX_HTTP_MAAS_FOUND_NOTHING:

        if (job->looked) {
            watch->adding = 0;             /* who writes it is not done: others
                                              need not wait for that */
        }

        return 0;

    case NGX_HTTP_MAAS_FOUND_NO_SLOT:      /* not emptied yet */
    case NGX_HTTP_MAAS_FOUND_SAME:
        return 0;

    case NGX_HTTP_MAAS_FOUND_GONE:
        watch->adding = 0;
        return 0;

    case NGX_HTTP_MAAS_FOUND_BAD:
        watch->adding = 0;
        ngx_http_maas_folder_refuse(watch->folder, watch->shared->path,
                                    &job->ident, 0, &job->why);
        return 0;

    case NGX_HTTP_MAAS_FOUND_NEW:
        break;
    }

    watch->adding = 0;
    watch->shared->seen = job->ident;

    if (ngx_http_maas_swap_check(mmcf, watch,
                                 ngx_http_maas_slot(&watch->slots, job->slot),
                                 &err)
        == MAAS_OK)
    {
        ngx_http_maas_folder_publish(watch);

    } else {
        (void) ngx_http_maas_why(&job->why, 0, "%s", err.msg);
        ngx_http_maas_folder_refuse(watch->folder, watch->shared->path,
                                    &job->ident, 0, &job->why);
    }

    return 1;
}


/* Why the model stays; NULL: it goes. */

static const char *
ngx_http_maas_folder_stays(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_watch_t *watch)
{
    maas_err_t              err;
    maas_status_t           rc;
    ngx_http_maas_model_t  *model;

    model = watch->model;

    if (model->pinned) {
        return "since the configuration names it";
    }

    if (watch->folder->matches == 0) {
        return "since no file matches any more, as when a file system is "
               "gone; reload nginx if it is meant";
    }

    model = model->now;

    ngx_http_maas_models_remove(mmcf, model);
    rc = ngx_http_maas_renew_columns(mmcf, &err);
    ngx_http_maas_models_insert(mmcf, model);

    return rc == MAAS_OK ? NULL : "since maas_feature feeds a column that no "
                                  "other model has";
}


ngx_uint_t
ngx_http_maas_folder_gone(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_watch_t *watch)
{
    ngx_uint_t                generation;
    const char               *why;
    ngx_http_maas_model_t    *model;
    ngx_http_maas_watched_t  *shared;

    if (watch->job.ident.error != NGX_ENOENT
        && watch->job.ident.error != NGX_ENOTDIR)
    {
        return 0;
    }

    /* it may be replaced by one who removes it first */

    if (!watch->absent || watch->current != watch->shared->current) {
        watch->absent = 1;
        return 1;
    }

    model = watch->model;
    shared = watch->shared;
    generation = ngx_http_maas_watch_generation(shared->current);
    why = ngx_http_maas_folder_stays(mmcf, watch);

    if (why == NULL) {
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "maas_models: \"%V\" is gone: no more model \"%V\" "
                      "version %V", &model->file, &model->name,
                      &model->version);

        watch->absent = 0;
        watch->kept = 0;
        ngx_http_maas_folder_again(mmcf->watching);

        shared->gone = generation + 1;
        ngx_memory_barrier();
        shared->current = ngx_http_maas_watch_current(generation + 1, 0);

        return 1;
    }

    if (!watch->kept) {
        watch->kept = 1;
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "maas_models: \"%V\" is gone: model \"%V\" version %V "
                      "goes on, %s", &model->file, &model->name,
                      &model->version, why);
    }

    return 1;
}


#endif
