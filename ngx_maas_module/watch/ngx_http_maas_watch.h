
/*
 * Models whose files are watched: what all workers share, what each has.  One
 * of the workers holds the lease and looks after the files; a thread of its own
 * loads what is new into a slot; each worker takes it over by itself.
 */


#ifndef _NGX_HTTP_MAAS_WATCH_H_INCLUDED_
#define _NGX_HTTP_MAAS_WATCH_H_INCLUDED_


#include "life/ngx_http_maas_file.h"
#include "life/ngx_http_maas_life.h"
#include "life/ngx_http_maas_trust.h"
#include "ngx_http_maas_slots.h"


/* A worker, by ngx_worker: the oldest generation that it may still read; 0: all
 * of them */

typedef struct {
    ngx_atomic_t                pid;       /* 0: it reads none */
    ngx_atomic_t                oldest;
} ngx_http_maas_watch_user_t;


/* bytes of a path, with its NUL, of a file that is added to a folder */

#define NGX_HTTP_MAAS_PATH  1024


/* Shared, of one model.  All but `user` is written by who holds the lease. */

typedef struct {
    ngx_atomic_t                current;   /* generation and slot: see below */
    ngx_uint_t                  full[NGX_HTTP_MAAS_SLOTS];
                                           /* the generation that a slot is for;
                                              0: empty */
    ngx_http_maas_ident_t       seen;      /* the file that was looked at last,
                                              in vain or not */
    ngx_uint_t                  gone;      /* a generation that is none: the
                                              file was removed, or 0, there is
                                              none yet */
    u_char                      path[NGX_HTTP_MAAS_PATH];
                                           /* of a file that was added */
    ngx_http_maas_watch_user_t  user[NGX_MAX_PROCESSES];
} ngx_http_maas_watched_t;

#define ngx_http_maas_watch_current(generation, slot)                         \
    ((generation) * NGX_HTTP_MAAS_SLOTS + (slot))
#define ngx_http_maas_watch_generation(current)                               \
    ((current) / NGX_HTTP_MAAS_SLOTS)
#define ngx_http_maas_watch_slot(current)                                     \
    ((current) % NGX_HTTP_MAAS_SLOTS)

/* Is there no model? */
#define ngx_http_maas_watch_void(shared, current)                             \
    (ngx_http_maas_watch_generation(current) == (shared)->gone)


/* What the thread is to do for a model, and found */

typedef enum {
    NGX_HTTP_MAAS_FOUND_NOTHING = 0,       /* new */
    NGX_HTTP_MAAS_FOUND_SAME,              /* bytes in a new file */
    NGX_HTTP_MAAS_FOUND_NEW,               /* in the slot */
    NGX_HTTP_MAAS_FOUND_NO_SLOT,           /* for it */
    NGX_HTTP_MAAS_FOUND_GONE,              /* or not to be looked at */
    NGX_HTTP_MAAS_FOUND_BAD                /* why says what */
} ngx_http_maas_found_e;

typedef struct {
    ngx_uint_t                  empty;     /* slots to be emptied, bits */
    unsigned                    look:1;
    ngx_int_t                   slot;      /* for a new one; -1: there is
                                              none */
    ngx_uint_t                  generation;
    u_char                      sum[MAAS_SHA256_HEX];     /* of now */

    ngx_uint_t                  looked;    /* it came to that */
    ngx_http_maas_found_e       found;
    ngx_http_maas_ident_t       ident;
    ngx_http_maas_why_t         why;
} ngx_http_maas_watch_job_t;


typedef struct ngx_http_maas_folder_s  ngx_http_maas_folder_t;


/* Of a model, or of a place for one: model->watch */

struct ngx_http_maas_watch_s {
    ngx_http_maas_model_t      *model;     /* what stands for its generations */
    ngx_msec_t                  interval;
    size_t                      max;       /* bytes of a slot; 0: as it comes */
    ngx_http_maas_slots_t       slots;
    ngx_http_maas_watched_t    *shared;
    ngx_http_maas_ident_t       ident;     /* of the file that was loaded
                                              first */
    ngx_http_maas_folder_t     *folder;    /* that it is in; NULL: none */
    u_char                     *text;      /* name and version of a file that
                                              was added, of this worker */

    ngx_uint_t                  current;   /* of this worker */
    ngx_uint_t                  warming;   /* the one that it goes over to, of
                                              which so many */
    size_t                      warm;      /*     bytes are known */
    ngx_queue_t                 past;      /* generations that requests have */
    unsigned                    refused:1; /* there was no memory, as the log
                                              says */

    ngx_msec_t                  due;       /* who holds the lease looks then */
    unsigned                    stuck:1;   /* no slot is free, as the log
                                              says */
    unsigned                    adding:1;  /* the file of a place that has no
                                              model yet */
    unsigned                    absent:1;  /* the file was not there once */
    unsigned                    kept:1;    /* it is gone, and the model stays,
                                              as the log says */
    ngx_http_maas_watch_job_t   job;
};


/* Shared by all of them */

typedef struct {
#if (NGX_THREADS)
    pthread_mutex_t             lease;     /* robust: who dies with it leaves it
                                              to another */
#else
    ngx_uint_t                  none;      /* C asks for one */
#endif
    ngx_http_maas_watched_t     watched[]; /* (watches) */
} ngx_http_maas_lease_t;


struct ngx_http_maas_watching_s {
    ngx_array_t                 watches;   /* of ngx_http_maas_watch_t * */
    ngx_array_t                 folders;   /* of ngx_http_maas_folder_t * */
    ngx_shm_t                   shm;
    ngx_http_maas_lease_t      *lease;     /* in shm */
    ngx_cycle_t                *cycle;

    ngx_event_t                 event;     /* of this worker */
    ngx_msec_t                  tick;
    unsigned                    holds:1;   /* the lease */
    unsigned                    works:1;   /* its thread does */
    unsigned                    alone:1;   /* there is no thread, as the log
                                              says */
#if (NGX_THREADS)
    pthread_t                   thread;
#endif
    ngx_atomic_t                done;      /* by the thread: it has ended */
    ngx_atomic_t                stop;      /* it is to end soon */
};


/* ngx_http_maas_watch_conf.c */

/* watch=TIME or max=SIZE of a directive; NGX_DECLINED: neither, or not well
 * formed; NGX_ERROR: out of memory, or this nginx cannot, which is logged. */
ngx_int_t ngx_http_maas_watch_param(ngx_conf_t *cf,
    ngx_http_maas_watch_t **watch, ngx_str_t *value);

/* Once all parameters are read: logs what is wrong. */
ngx_int_t ngx_http_maas_watch_check(ngx_conf_t *cf,
    ngx_http_maas_watch_t *watch);

/* A file that was read, of which model->sum is known -> generation 1 of a model
 * in a slot: engine. */
maas_status_t ngx_http_maas_watch_load(ngx_conf_t *cf,
    ngx_http_maas_model_t *model, ngx_http_maas_file_t *file,
    maas_err_t *err);

/* The model will be watched; the folder will. */
ngx_int_t ngx_http_maas_watch_add(ngx_conf_t *cf,
    ngx_http_maas_main_conf_t *mmcf, ngx_http_maas_model_t *model);
ngx_int_t ngx_http_maas_watch_folder(ngx_conf_t *cf,
    ngx_http_maas_main_conf_t *mmcf, ngx_http_maas_folder_t *folder);

/* At the end of the configuration: memory that workers will share; logs why
 * there is none. */
ngx_int_t ngx_http_maas_watch_share(ngx_conf_t *cf,
    ngx_http_maas_main_conf_t *mmcf);


/* ngx_http_maas_watch.c */

/* In a worker, before anything looks at models: they have the generations that
 * are current. */
void ngx_http_maas_watch_enter(ngx_http_maas_main_conf_t *mmcf);

/* Before its first request, and after its last one; NGX_ERROR: no memory, which
 * is logged. */
ngx_int_t ngx_http_maas_watch_start(ngx_cycle_t *cycle,
    ngx_http_maas_main_conf_t *mmcf);
void ngx_http_maas_watch_stop(ngx_http_maas_main_conf_t *mmcf);


/* ngx_http_maas_readable.c */

/* In the master, once users are known: can workers read the files?  Logs which
 * they cannot. */
ngx_int_t ngx_http_maas_watch_readable(ngx_http_maas_main_conf_t *mmcf);


/* ngx_http_maas_watch_thread.c */

/* Let a thread do the jobs of all watches; NGX_ERROR: there is none. */
ngx_int_t ngx_http_maas_watch_begin(ngx_http_maas_watching_t *watching);

/* Wait for it. */
void ngx_http_maas_watch_end(ngx_http_maas_watching_t *watching);


/* ngx_http_maas_lease.c */

/* Has this worker the lease, or gets it now?  The mutex is in shared memory. */
ngx_int_t ngx_http_maas_lease_init(ngx_http_maas_lease_t *lease);
ngx_uint_t ngx_http_maas_lease_take(ngx_http_maas_watching_t *watching);
void ngx_http_maas_lease_give(ngx_http_maas_watching_t *watching);

/* In the event loop of who holds it: jobs for the thread, and what becomes of
 * them.  True: the thread is at work. */
ngx_uint_t ngx_http_maas_lease_work(ngx_http_maas_main_conf_t *mmcf);


/* ngx_http_maas_swap.c */

/* A generation in a slot is the current one of all workers from now on. */
void ngx_http_maas_swap_publish(ngx_http_maas_watch_t *watch,
    ngx_uint_t generation, ngx_uint_t slot);

/* The oldest generation that any worker may read */
ngx_uint_t ngx_http_maas_swap_oldest(ngx_http_maas_watch_t *watch);

/* In a worker: the shared current generation becomes its own, a bit of the way
 * to it; true once it is. */
ngx_uint_t ngx_http_maas_swap_step(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_watch_t *watch);

/* The same all at once, before the first request */
ngx_int_t ngx_http_maas_swap_first(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_watch_t *watch);

/* A generation of `first` -> *model, as far as it takes no memory and is not
 * what it runs. */
void ngx_http_maas_swap_begin(ngx_http_maas_model_t *model,
    ngx_http_maas_model_t *first);

/* The same of one that is in a slot; pool and text of the sum are the
 * caller's. */
void ngx_http_maas_swap_fill(ngx_http_maas_model_t *model,
    ngx_http_maas_watch_t *watch, ngx_http_maas_slot_t *slot);

/* The rest of what a worker needs to run it, in model->pool, in place of `now`,
 * which may be NULL; NGX_ERROR: no memory.  The end of one, ready or not */
ngx_int_t ngx_http_maas_swap_ready(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *now, ngx_http_maas_model_t *model);
void ngx_http_maas_swap_destroy(ngx_http_maas_model_t *model);

/* It takes the place of watch->model; what was there is of the past. */
void ngx_http_maas_swap_put(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_watch_t *watch, ngx_http_maas_model_t *model);

/* Generations that nobody has any more are gone; true if some are left. */
ngx_uint_t ngx_http_maas_swap_reap(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_watch_t *watch);


/* ngx_http_maas_swap_check.c */

/* Would the configuration hold with this model in the place of `watch`?  Then
 * the rows of its batches; else what is wrong. */
maas_status_t ngx_http_maas_swap_check(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_watch_t *watch, ngx_http_maas_slot_t *slot, maas_err_t *err);


/* ngx_http_maas_swap_joined.c: pipelines of models that are watched.  Such a
 * pipeline has a watch as well, without a file, shared memory or slots. */

/* Would pipelines hold with a generation that is at its place for the moment?
 * Else what is wrong. */
maas_status_t ngx_http_maas_swap_joined_check(ngx_pool_t *pool,
    ngx_http_maas_main_conf_t *mmcf, ngx_http_maas_model_t *new,
    maas_err_t *err);

/* In a worker, once the first generations of all models are known, and once it
 * has them; NGX_ERROR: no memory, which is logged. */
void ngx_http_maas_swap_joined_enter(ngx_http_maas_main_conf_t *mmcf);
ngx_int_t ngx_http_maas_swap_joined_first(ngx_http_maas_main_conf_t *mmcf);

/* Pipelines whose models have other generations now have one of their own;
 * those of the past that nobody has are gone. */
void ngx_http_maas_swap_joined(ngx_http_maas_main_conf_t *mmcf);


/* ngx_http_maas_differ.c */

/* What a model has otherwise than the one before, as a part of a sentence ->
 * text, up to `size` bytes, none if nothing is.  Returns its length. */
size_t ngx_http_maas_differ(const maas_info_t *old, const maas_info_t *new,
    u_char *text, size_t size);

/* What a generation is, for a line of the log: where it comes from, and on what
 * it was trained. */
size_t ngx_http_maas_origin(const maas_info_t *info, time_t written,
    u_char *text, size_t size);


#endif /* _NGX_HTTP_MAAS_WATCH_H_INCLUDED_ */
