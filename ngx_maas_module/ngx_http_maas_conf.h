
/*
 * The configuration: what directives leave for requests.
 * Not here: models (ngx_http_maas_model.h).
 */


#ifndef _NGX_HTTP_MAAS_CONF_H_INCLUDED_
#define _NGX_HTTP_MAAS_CONF_H_INCLUDED_


#include "ngx_http_maas_model.h"
#include "ngx_http_maas_names.h"

#include <maas_form.h>


/* What a location does */

typedef enum {
    NGX_HTTP_MAAS_NONE = 0,
    NGX_HTTP_MAAS_SERVE,
    NGX_HTTP_MAAS_PREDICT,
    NGX_HTTP_MAAS_STATUS,
    NGX_HTTP_MAAS_METRICS,
    NGX_HTTP_MAAS_FLEET,
    NGX_HTTP_MAAS_N_KINDS
} ngx_http_maas_kind_e;


/* maas_offload */

typedef struct {
#if (NGX_THREADS)
    ngx_thread_pool_t        *pool;
#endif
    ngx_int_t                 above;       /* ns */
    ngx_int_t                 nice;        /* of the threads */
} ngx_http_maas_offload_t;


/* maas_explain */

typedef struct {
    maas_explain_asked_t      asked;       /* where a request is silent */
    ngx_uint_t                off;
} ngx_http_maas_explain_t;


typedef struct ngx_http_maas_cached_s    ngx_http_maas_cached_t;
typedef struct ngx_http_maas_watching_s  ngx_http_maas_watching_t;
typedef struct ngx_http_maas_tracing_s  ngx_http_maas_tracing_t;
typedef struct ngx_http_maas_fleet_s  ngx_http_maas_fleet_t;

typedef struct {
    ngx_array_t               models;      /* of ngx_http_maas_model_t *; of a
                                              model that is watched: the current
                                              generation of this worker */
    ngx_http_maas_names_t     names;       /* of `models` */
    ngx_uint_t                orders;      /* directives for models, so far */
    ngx_uint_t                spares;      /* models that may come */
    ngx_http_maas_watching_t *watching;    /* files; NULL: none */
    ngx_array_t               predicts;    /* of ngx_http_maas_loc_conf_t * */
    ngx_uint_t                batch;       /* most of maas_batch, where a
                                              location is for all models */
    ngx_uint_t                max_rows;    /* the same of maas_max_rows */
    unsigned                  offload:1;   /* somewhere it is on */
    unsigned                  explains:1;  /* some location explains any model
                                              that is asked for */
    off_t                     memory_size; /* of maas_memory */
    ngx_http_maas_memory_t    memory;      /* of this worker */
    ngx_http_maas_block_t     workspace;   /* the largest that models need;
                                              data: made in the worker */
    size_t                    zone_size;   /* of maas_zone */
    ngx_shm_zone_t           *zone;
    ngx_uint_t                lanes;       /* of a new zone, for a model */

    ngx_array_t               features;    /* of ngx_http_maas_feature_t *:
                                              all lines */
    ngx_uint_t                n_shared;    /* of them, with several readers */
    ngx_array_t               sets;        /* of ngx_http_maas_set_t *: the
                                              same */
    ngx_array_t               slots;       /* of ngx_http_variable_t *: those
                                              that maas_set makes */
    ngx_array_t               inputs;      /* of ngx_http_maas_inputs_t * */
    ngx_array_t               tracks;      /* of ngx_http_maas_track_t * */
    ngx_array_t               privates;    /* of ngx_http_maas_private_t * */
    ngx_int_t                 state;       /* index of a variable */
    ngx_int_t                 preaccess;   /* our handler there, among those of
                                              all phases */
    ngx_http_maas_block_t     row;         /* of this worker: of the widest
                                              model that variables need */

    ngx_array_t               caches;      /* of ngx_http_maas_cache_t *: zones
                                              of maas_cache */
    ngx_array_t               pairs;       /* of ngx_http_maas_pair_t *: models
                                              and their shadows */
    ngx_uint_t                shadow_lines;    /* lines of maas_shadow */

    ngx_int_t                 trace;       /* index of a variable; unset: no
                                              maas_trace is on */
    uint64_t                  trace_seed[4];   /* of this worker's ids */
    ngx_int_t                 log_id;      /* indices of variables that logs of
                                              errors have: of a request's id, */
    ngx_int_t                 log_trace;   /*     of its trace; NGX_ERROR:
                                              maas_trace is on nowhere */

    ngx_array_t               fleets;      /* of ngx_http_maas_fleet_t * */
} ngx_http_maas_main_conf_t;


/* What locations say of requests that others answer (proxy/): lines of its own,
 * until they are merged, with those of the levels above; NULL: none. */

typedef struct {
    ngx_array_t              *features;    /* of ngx_http_maas_feature_t * */
    ngx_array_t              *sets;        /* of ngx_http_maas_set_t * */
    ngx_array_t              *denies;      /* of ngx_http_maas_deny_t * */
    ngx_array_t              *bound;       /* of ngx_http_maas_bound_t: by slot,
                                              what it is here */
    ngx_array_t              *inputs;      /* of ngx_http_maas_inputs_t *: of
                                              each model that is fed */
    ngx_flag_t                body;        /* fields of bodies are features */
    unsigned                  deny_off:1;  /* those above do not apply */
} ngx_http_maas_proxy_conf_t;


typedef struct {
    ngx_http_maas_kind_e      kind;
    ngx_str_t                 root;        /* what stands before /v2 */

    ngx_http_maas_which_t     predict;
    u_char                   *predict_file;   /* where it stands */
    ngx_uint_t                predict_line;
    ngx_http_maas_model_t    *model;       /* of maas_predict */
    ngx_http_maas_fleet_t    *fleet;       /* of maas_fleet */

    ngx_uint_t                batch;
    ngx_uint_t                max_rows;
    size_t                    body_size;   /* what so many may take */
    ngx_http_maas_offload_t  *offload;     /* NULL: off */
    ngx_http_maas_explain_t  *explain;     /* NULL: nothing is said of it */
    ngx_flag_t                headers;     /* maas_headers */
    ngx_http_maas_cached_t   *cache;       /* maas_cache; NULL: off */
    maas_blunt_t             *output;      /* maas_output; NULL: answers are
                                              whole */

    ngx_http_maas_proxy_conf_t  proxy;

    ngx_array_t              *shadow_lines;    /* of maas_shadow, as they stand,
                                                  and */
    ngx_array_t              *shadows;     /*     what they mean here; NULL:
                                                  there is none */

    ngx_http_maas_tracing_t  *tracing;     /* maas_trace; NULL: off */
} ngx_http_maas_loc_conf_t;


extern ngx_module_t  ngx_http_maas_module;


/* Is nothing explained there, whoever asks?  Also where answers say less than
 * the model knows. */

static ngx_inline ngx_uint_t
ngx_http_maas_explain_closed(const ngx_http_maas_loc_conf_t *mlcf)
{
    return mlcf->output != NULL
           || (mlcf->explain != NULL ? mlcf->explain->off
                                     : mlcf->kind != NGX_HTTP_MAAS_SERVE);
}


/* ngx_http_maas_find.c */

/* One more model, at the end of mmcf->models */
ngx_int_t ngx_http_maas_models_add(ngx_pool_t *pool,
    ngx_http_maas_main_conf_t *mmcf, ngx_http_maas_model_t *model);

/* Once all are added: room for mmcf->spares more, which may come while workers
 * run */
ngx_int_t ngx_http_maas_models_reserve(ngx_pool_t *pool,
    ngx_http_maas_main_conf_t *mmcf);

/* In a worker: a model comes, by the order of directives, then of paths; there
 * must be room.  One goes.  The places of others change. */
void ngx_http_maas_models_insert(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model);
void ngx_http_maas_models_remove(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model);

/* One by one, from *n = 0 on, those that are meant, as they stand in
 * mmcf->models; NULL: there are no more. */
ngx_http_maas_model_t *ngx_http_maas_model_next(
    ngx_http_maas_main_conf_t *mmcf, const ngx_http_maas_which_t *which,
    ngx_uint_t *n);

/* The newest that is meant; NULL if there is none. */
ngx_http_maas_model_t *ngx_http_maas_model_find(
    ngx_http_maas_main_conf_t *mmcf, const ngx_http_maas_which_t *which);

/* The same, where a label may stand for the number of its version: *which is
 * then changed. */
ngx_http_maas_model_t *ngx_http_maas_model_called(
    ngx_http_maas_main_conf_t *mmcf, ngx_http_maas_which_t *which);

/* The same of what a message of gRPC says -> *which, which points into it. */
ngx_http_maas_model_t *ngx_http_maas_model_said(
    ngx_http_maas_main_conf_t *mmcf, const maas_grpc_which_t *said,
    ngx_http_maas_which_t *which);

/* Is it the version that is found without one? */
ngx_uint_t ngx_http_maas_model_newest(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model);


/* ngx_http_maas_variables.c: in preconfiguration, variables of a list, which
 * ends with one without a name; no value is kept. */
ngx_int_t ngx_http_maas_variables(ngx_conf_t *cf, ngx_http_variable_t *list);


#endif /* _NGX_HTTP_MAAS_CONF_H_INCLUDED_ */
