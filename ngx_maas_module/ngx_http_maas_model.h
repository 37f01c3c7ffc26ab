
/*
 * A model of the configuration, as requests and routes see it.
 * Not here: files and start-up (life/), what the engine knows of it (maas.h).
 */


#ifndef _NGX_HTTP_MAAS_MODEL_H_INCLUDED_
#define _NGX_HTTP_MAAS_MODEL_H_INCLUDED_


#include "ngx_http_maas_count.h"
#include "ngx_http_maas_memory.h"
#include "ngx_http_maas_seen.h"

#include <maas.h>


typedef struct ngx_http_maas_batch_s  ngx_http_maas_batch_t;
typedef struct ngx_http_maas_watch_s  ngx_http_maas_watch_t;
typedef struct ngx_http_maas_trust_s  ngx_http_maas_trust_t;
typedef struct ngx_http_maas_pipeline_s  ngx_http_maas_pipeline_t;


/* no place among models: the file was removed, or there is none yet */

#define NGX_HTTP_MAAS_NO_PLACE  ((ngx_uint_t) -1)


/* One version of a model: immutable after configuration, but for what a worker
 * adds in init_process and uses from then on.  Where its file is watched, each
 * generation has one of its own in each worker, and that of the configuration
 * only stands for all of them: its engine and info are those of the current
 * one. */

struct ngx_http_maas_model_s {
    ngx_str_t                 name;        /* as in maas_model */
    ngx_str_t                 version;     /* decimal */
    ngx_int_t                 number;      /* of the version */
    ngx_str_t                 label;
    ngx_str_t                 file;        /* of a pipeline its line */
    ngx_str_t                 sum;         /* SHA-256 of it, hex, then NUL */
    time_t                    written;     /* the file */
    time_t                    loaded;      /* by this nginx */
    ngx_uint_t                generation;  /* 1, then one more at each swap */
    ngx_uint_t                order;       /* of the directive among all */
    ngx_uint_t                place;       /* of `first`: among all models */
    ngx_http_maas_watch_t    *watch;       /* NULL: the file is not watched */
    ngx_http_maas_trust_t    *trust;       /* NULL: any file will do */
    ngx_http_maas_pipeline_t *pipeline;    /* NULL: it has a file */
    ngx_http_maas_model_t    *first;       /* what stands for it, or itself */
    ngx_http_maas_model_t    *now;         /* of `first`: the current one of
                                              this worker */
    ngx_uint_t                users;       /* requests that have it, and others,
                                              in this worker: counted where it
                                              is watched */
    ngx_pool_t               *pool;        /* of a generation, or NULL */
    ngx_queue_t               queue;       /* of generations of the past */
    ngx_queue_t               scores;      /* of variables, that have it, */
    ngx_queue_t               asked;       /*     and contexts of requests */
    ngx_uint_t               *probability; /* by line of maas_set: the place of
                                              its label; of a generation */
    maas_model_t             *engine;
    const maas_info_t        *info;
    maas_explainer_t         *explainer;   /* NULL: there is none, */
    char                     *unexplained; /*     why; NULL: nobody can ask */
    float                     explain;     /* ns a row by MAAS_EXPLAIN_STEPS */
    ngx_http_maas_lane_t     *lanes;       /* of all workers */
    ngx_uint_t                n_lanes;
    ngx_http_maas_lane_t     *lane;        /* of this one */
    ngx_http_maas_hist_t     *hists;       /* the same; NULL: no room */
    ngx_http_maas_hist_t     *hist;
    ngx_atomic_t             *all_says;    /* and what it says, by label */
    ngx_atomic_t             *says;
    ngx_uint_t                n_says;      /* 0: of no label, or no room */
    uint32_t                  says_of[2];  /* digests of its labels */
    ngx_http_maas_seen_t      seen;        /* values of its rows */

    ngx_event_t               event;       /* posted: `filling` has rows */
    ngx_http_maas_batch_t    *filling;     /* NULL: none */
    ngx_http_maas_batch_t    *free;        /* the one that is fixed */
    ngx_uint_t                in_pool;     /* batches that threads have */
    ngx_uint_t                batch;       /* most of maas_batch, and of */
    ngx_uint_t                max_rows;    /*     maas_max_rows */
    ngx_uint_t                max_batch;   /* rows that batches have room for */
    size_t                    need;        /* bytes of memory->fixed for it */
    ngx_http_maas_memory_t   *memory;      /* of the worker, for all models */
    ngx_http_maas_block_t    *workspace;   /* of the worker's event loop */
    ngx_uint_t                scored;      /* for variables, in this worker */
    time_t                    complained;  /* that variables have no score */
    unsigned                  fixed:1;     /* its first batch was made */
    unsigned                  pinned:1;    /* of `first`: the configuration
                                              names it */
    unsigned                  explains:1;  /* of `first`: some location asks
                                              for explanations, */
    unsigned                  reasons:1;   /*     and cannot do without */
    float                     cost[NGX_HTTP_MAAS_COSTS];   /* ns a row */
};


/* What names a model; any version, any label if that is empty */

typedef struct {
    ngx_str_t                 name;
    ngx_str_t                 version;     /* decimal */
    ngx_str_t                 label;
} ngx_http_maas_which_t;


/* name[:version], as directives have it -> *which, zeros before; logs what is
 * wrong. */
ngx_int_t ngx_http_maas_which_read(ngx_conf_t *cf, ngx_str_t *value,
    ngx_http_maas_which_t *which);

/* Are two texts the same? */
ngx_uint_t ngx_http_maas_text_same(const ngx_str_t *a, const ngx_str_t *b);

/* Is it meant? */
ngx_uint_t ngx_http_maas_model_is(ngx_http_maas_model_t *model,
    const ngx_http_maas_which_t *which);

/* The generation that requests which begin now get: of any generation, or of
 * what stands for them. */
ngx_http_maas_model_t *ngx_http_maas_model_now(ngx_http_maas_model_t *model);

/* Somebody has a generation, until it is let go; one that nobody has any more
 * may be gone in the next turn of the event loop. */
void ngx_http_maas_model_hold(ngx_http_maas_model_t *model);
void ngx_http_maas_model_let_go(ngx_http_maas_model_t *model);

/* The same until a pool is gone; *held, of that pool, may be replaced by
 * another generation later, or by NULL.  NGX_ERROR: out of memory. */
ngx_int_t ngx_http_maas_model_hold_by(ngx_pool_t *pool,
    ngx_http_maas_model_t *model, ngx_http_maas_model_t ***held);


/* A row of ones, for a run whose answer nobody reads: zeros would be left
 * out. */

static ngx_inline void
ngx_http_maas_row_ones(const maas_info_t *info, void *x)
{
    ngx_uint_t  i;

    for (i = 0; i < info->in; i++) {
        if (info->wide) {
            ((double *) x)[i] = 1;

        } else {
            ((float *) x)[i] = 1;
        }
    }
}


#endif /* _NGX_HTTP_MAAS_MODEL_H_INCLUDED_ */
