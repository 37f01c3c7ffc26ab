
/*
 * Files of a folder that have no model yet, as the worker that holds the lease
 * and its thread find them; those that are not taken are told of once.
 * Not here: what becomes of them (ngx_http_maas_folder_change.c).
 */


#include "ngx_http_maas_folder.h"


#if (NGX_THREADS)


/* Memory of who holds the lease; NGX_ERROR: there is none */

static ngx_int_t
ngx_http_maas_folder_init(ngx_http_maas_folder_t *folder)
{
    void        *p;
    ngx_pool_t  *pool;

    if (folder->added != NULL) {
        return NGX_OK;
    }

    pool = ngx_cycle->pool;

    folder->refused = ngx_pcalloc(pool, NGX_HTTP_MAAS_FOLDER_REFUSED
                                      * sizeof(ngx_http_maas_folder_refused_t));
    p = ngx_palloc(pool, ngx_http_maas_names_size((uint32_t) folder->n));

    if (folder->refused == NULL || p == NULL) {
        return NGX_ERROR;
    }

    ngx_http_maas_names_init(&folder->taken, p, (uint32_t) folder->n);

    folder->added = ngx_palloc(pool, NGX_HTTP_MAAS_FOLDER_ADDED
                                     * sizeof(ngx_http_maas_folder_file_t));

    return folder->added == NULL ? NGX_ERROR : NGX_OK;
}


/* Paths that have a place; NGX_AGAIN: a place is about to change. */

static ngx_int_t
ngx_http_maas_folder_take(ngx_http_maas_folder_t *folder,
    ngx_http_maas_watch_t **watches)
{
    ngx_uint_t              i;
    ngx_http_maas_model_t  *first;
    ngx_http_maas_watch_t  *watch;

    ngx_http_maas_names_clear(&folder->taken);

    for (i = folder->first; i < folder->first + folder->n; i++) {
        watch = watches[i];
        first = watch->model;

        if (watch->adding || watch->shared->current != watch->current) {
            return NGX_AGAIN;
        }

        if (!ngx_http_maas_folder_void(watch)) {
            ngx_http_maas_names_add(&folder->taken, first->file.data,
                                    first->file.len);
        }
    }

    return NGX_OK;
}


/* May another file be remembered there?  The last look did not find this one
 * any more. */

static ngx_uint_t
ngx_http_maas_folder_forgets(ngx_http_maas_folder_t *folder, ngx_uint_t i)
{
    return folder->refused[i].path == 0
           || folder->refused[i].look + 1 < folder->looks;
}


/* Files that a look may add: all of them may have to be remembered, so that the
 * log says it once. */

static ngx_uint_t
ngx_http_maas_folder_room(ngx_http_maas_folder_t *folder)
{
    ngx_uint_t  i, n;

    n = 0;

    for (i = 0; i < NGX_HTTP_MAAS_FOLDER_REFUSED; i++) {
        n += ngx_http_maas_folder_forgets(folder, i);
    }

    return ngx_min(n, NGX_HTTP_MAAS_FOLDER_ADDED);
}


ngx_uint_t
ngx_http_maas_folder_job(ngx_http_maas_watching_t *watching)
{
    ngx_uint_t                i, any;
    ngx_http_maas_folder_t   *folder, **folders;

    any = 0;
    folders = watching->folders.elts;

    for (i = 0; i < watching->folders.nelts; i++) {
        folder = folders[i];
        folder->looked = 0;

        folder->look = (ngx_msec_int_t) (ngx_current_msec - folder->due) >= 0
                       && ngx_http_maas_folder_init(folder) == NGX_OK
                       && ngx_http_maas_folder_take(folder,
                                                    watching->watches.elts)
                          == NGX_OK;

        if (folder->look) {
            folder->due = ngx_current_msec + folder->interval / 2;
            folder->looks++;
            folder->room = ngx_http_maas_folder_room(folder);
            any = 1;
        }
    }

    return any;
}


/* What a path is remembered by: as much of it as is kept */

static uint32_t
ngx_http_maas_folder_hash(u_char *path)
{
    return ngx_murmur_hash2(path, ngx_min(ngx_strlen(path),
                                          NGX_HTTP_MAAS_PATH - 1))
           | 1;
}


static ngx_http_maas_folder_refused_t *
ngx_http_maas_folder_refused(ngx_http_maas_folder_t *folder, u_char *path,
    ngx_http_maas_ident_t *ident)
{
    uint32_t    hash;
    ngx_uint_t  i;

    hash = ngx_http_maas_folder_hash(path);

    for (i = 0; i < NGX_HTTP_MAAS_FOLDER_REFUSED; i++) {
        if (folder->refused[i].path == hash
            && ngx_http_maas_ident_same(&folder->refused[i].ident, ident))
        {
            return &folder->refused[i];
        }
    }

    return NULL;
}


void
ngx_http_maas_folder_refuse(ngx_http_maas_folder_t *folder, u_char *path,
    ngx_http_maas_ident_t *ident, ngx_uint_t taken, ngx_http_maas_why_t *why)
{
    ngx_uint_t                       i;
    ngx_http_maas_folder_refused_t  *refused;

    for (i = 0; i < NGX_HTTP_MAAS_FOLDER_REFUSED - 1; i++) {
        if (ngx_http_maas_folder_forgets(folder, i)) {
            break;
        }
    }

    refused = &folder->refused[i];

    refused->look = folder->looks;
    refused->path = ngx_http_maas_folder_hash(path);
    refused->ident = *ident;
    refused->taken = taken;

    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, why->error,
                  "maas_models: \"%s\" is not taken: %s", path, why->text);
}


void
ngx_http_maas_folder_again(ngx_http_maas_watching_t *watching)
{
    ngx_uint_t                i, k;
    ngx_http_maas_folder_t  **folders;

    folders = watching->folders.elts;

    for (i = 0; i < watching->folders.nelts; i++) {

        for (k = 0; k < NGX_HTTP_MAAS_FOLDER_REFUSED
                    && folders[i]->added != NULL; k++)
        {
            if (folders[i]->refused[k].taken) {
                folders[i]->refused[k].path = 0;
            }
        }
    }
}


static void
ngx_http_maas_folder_one(ngx_http_maas_folder_t *folder, ngx_str_t *path)
{
    ngx_http_maas_ident_t            ident;
    ngx_http_maas_folder_file_t     *file;
    ngx_http_maas_folder_refused_t  *refused;

    if (ngx_http_maas_names_first(&folder->taken, path->data, path->len)
        != NGX_HTTP_MAAS_NO_NAME
        || ngx_http_maas_trust_is_signature(folder->trust, path))
    {
        return;
    }

    ngx_http_maas_trust_ident(folder->trust, path->data, &ident);

    if (ident.error != 0) {
        return;
    }

    refused = ngx_http_maas_folder_refused(folder, path->data, &ident);

    if (refused != NULL) {
        refused->look = folder->looks;
        return;
    }

    if (folder->n_added == folder->room) {
        folder->over++;
        return;
    }

    file = &folder->added[folder->n_added];
    file->ident = ident;

    (void) ngx_cpystrn(file->path, path->data, NGX_HTTP_MAAS_PATH);
    folder->n_added++;
}


void
ngx_http_maas_folder_look(ngx_http_maas_watching_t *watching)
{
    ngx_str_t                 path;
    ngx_glob_t                gl;
    ngx_uint_t                i;
    ngx_http_maas_folder_t   *folder, **folders;

    folders = watching->folders.elts;

    for (i = 0; i < watching->folders.nelts && !watching->stop; i++) {
        folder = folders[i];

        if (!folder->look) {
            continue;
        }

        ngx_memzero(&gl, sizeof(ngx_glob_t));
        gl.pattern = folder->pattern.data;
        gl.log = ngx_cycle->log;
        gl.test = 1;

        if (ngx_open_glob(&gl) != NGX_OK) {
            continue;                      /* no memory */
        }

        folder->n_added = 0;
        folder->over = 0;
        folder->matches = gl.pglob.gl_pathc;

        while (ngx_read_glob(&gl, &path) == NGX_OK) {
            ngx_http_maas_folder_one(folder, &path);
        }

        ngx_close_glob(&gl);

        folder->looked = 1;
    }
}


#endif
