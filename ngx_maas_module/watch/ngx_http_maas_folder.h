
/*
 * Folders of models, as maas_models has them.  Where they are watched, models
 * come and go while workers run: there are more places for models than models,
 * and a file that is added gets one of them.
 */


#ifndef _NGX_HTTP_MAAS_FOLDER_H_INCLUDED_
#define _NGX_HTTP_MAAS_FOLDER_H_INCLUDED_


#include "ngx_http_maas_watch.h"


/* files that are added in one look; files that are not taken, of which one
 * remembers that this was said */

#define NGX_HTTP_MAAS_FOLDER_ADDED    16
#define NGX_HTTP_MAAS_FOLDER_REFUSED  256


typedef struct {
    u_char                    path[NGX_HTTP_MAAS_PATH];
    ngx_http_maas_ident_t     ident;
} ngx_http_maas_folder_file_t;


typedef struct {
    uint32_t                  path;        /* hash of it; 0: none */
    ngx_uint_t                look;        /* the last one that found it */
    ngx_uint_t                taken;       /* another file has its name */
    ngx_http_maas_ident_t     ident;
} ngx_http_maas_folder_refused_t;


/* One line of maas_models with watch=.  What follows from `due` on belongs to
 * the worker that holds the lease. */

struct ngx_http_maas_folder_s {
    ngx_str_t                 pattern;
    ngx_str_t                 base;        /* the folder that is there in any
                                              case */
    ngx_uint_t                versioned;   /* the last folder is the version */
    ngx_msec_t                interval;
    ngx_uint_t                first;       /* of its watches, */
    ngx_uint_t                n;           /*     and how many */
    ngx_http_maas_slots_t     slots;       /* of all of them */
    ngx_http_maas_trust_t    *trust;       /* NULL: any file will do */

    ngx_msec_t                due;
    unsigned                  full:1;      /* no place is free, as the log
                                              says */
    unsigned                  crowded:1;   /* too many files are not taken, as
                                              the log says */
    unsigned                  look:1;
    ngx_uint_t                looks;       /* how many there were */
    ngx_uint_t                room;        /* of `added`, in this look */
    ngx_uint_t                looked;      /* by the thread */
    ngx_uint_t                over;        /* files without room */
    ngx_uint_t                matches;     /* of the last look */
    ngx_uint_t                n_added;
    ngx_http_maas_folder_file_t     *added;
    ngx_http_maas_names_t            taken;        /* paths of its models */
    ngx_http_maas_folder_refused_t  *refused;
};


/* Is there no model, so far as workers know? */
#define ngx_http_maas_folder_void(watch)                                      \
    ngx_http_maas_watch_void((watch)->shared, (watch)->shared->current)


/* ngx_http_maas_folder_name.c */

/* Does a pattern have a wildcard in its last folder?  Then that folder is the
 * version of a model, and the one around it the model, as others have it. */
ngx_uint_t ngx_http_maas_folder_versioned(ngx_str_t *pattern);

/* The folder before the first wildcard of a pattern, without the last "/" */
ngx_str_t ngx_http_maas_folder_base(ngx_str_t *pattern);

/* model->file -> name, version and its number, which are parts of that text;
 * NGX_ERROR: err says why not. */
ngx_int_t ngx_http_maas_folder_name(ngx_http_maas_model_t *model,
    ngx_uint_t versioned, maas_err_t *err);


/* ngx_http_maas_folder.c: in each worker */

/* The place gets the model in a slot: what is known of it by its path, and its
 * counters.  NGX_ERROR: no memory. */
ngx_int_t ngx_http_maas_folder_enter(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_watch_t *watch, ngx_http_maas_slot_t *slot);

/* Its model is gone: for requests that begin now. */
void ngx_http_maas_folder_leave(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_watch_t *watch);

/* Nothing is left of it. */
void ngx_http_maas_folder_forget(ngx_http_maas_model_t *first);

/* At the end of the configuration: models that it names stay, whatever becomes
 * of their files. */
void ngx_http_maas_folder_pin(ngx_http_maas_main_conf_t *mmcf);


/* ngx_http_maas_folder_look.c: who holds the lease */

/* What the thread shall look at; true: something.  Where there is no memory
 * nothing is looked at. */
ngx_uint_t ngx_http_maas_folder_job(ngx_http_maas_watching_t *watching);

/* In the thread: files that are new. */
void ngx_http_maas_folder_look(ngx_http_maas_watching_t *watching);

/* Log once that a file is not taken: as long as it is the same one.  taken:
 * another file has its name. */
void ngx_http_maas_folder_refuse(ngx_http_maas_folder_t *folder, u_char *path,
    ngx_http_maas_ident_t *ident, ngx_uint_t taken, ngx_http_maas_why_t *why);

/* A name is free: another file may have it. */
void ngx_http_maas_folder_again(ngx_http_maas_watching_t *watching);


/* ngx_http_maas_folder_change.c: the same one */

/* The thread has ended: each new file gets a place, to be loaded there. */
void ngx_http_maas_folder_assign(ngx_http_maas_main_conf_t *mmcf);

/* What became of that; true: the model is served from now on, or its slot must
 * be emptied. */
ngx_uint_t ngx_http_maas_folder_added(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_watch_t *watch);

/* A file is gone, as watch->job says: so is its model, some day.  False: it is
 * another kind of failure. */
ngx_uint_t ngx_http_maas_folder_gone(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_watch_t *watch);


#endif /* _NGX_HTTP_MAAS_FOLDER_H_INCLUDED_ */
